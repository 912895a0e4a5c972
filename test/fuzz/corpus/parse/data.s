.byte 0xb7,0
.short 0
.long 5
.section license,"aw",@progbits
.asciz "GPL"
.text
0: ff 01 02 03 04 05 06 07	<unknown>
1: 40 10 00 00 00 00 e0 ff	r0 = *(u32 *)skb[r1]
