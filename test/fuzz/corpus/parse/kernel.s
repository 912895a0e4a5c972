12: (07) r2 += -4 ; R2=fp-4
13: (85) call bpf_map_lookup_elem#1
14: (15) if r0 == 0x0 goto pc+1
15: (95) exit
