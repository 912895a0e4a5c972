	.text
	.file	"c.c"
	.file	0 "/src" "c.c" md5 0xd11c264f530a0976e0018d0ff460a9fe
	.section	xdp,"ax",@progbits
	.globl	prog                            # -- Begin function prog
	.p2align	3
	.type	prog,@function
prog:                                   # @prog
.Lfunc_begin0:
	.cfi_sections .debug_frame
	.cfi_startproc
# %bb.0:
	#DEBUG_VALUE: prog:c <- $r1
	.loc	0 6 37 prologue_end             # /tmp/c.c:6:37
.Ltmp0:
	r2 = counter ll
	w3 = *(u32 *)(r2 + 0)
	w3 += 1
	*(u32 *)(r2 + 0) = w3
                                        # kill: def $w1 killed $w1 killed $r1
	.loc	0 6 48 is_stmt 0                # /tmp/c.c:6:48
.Ltmp1:
	call f
.Ltmp2:
.Ltmp3:
	.loc	0 6 58                          # /tmp/c.c:6:58
.Ltmp4:
	r1 = m ll
	w1 += w0
	.loc	0 6 59                          # /tmp/c.c:6:59
.Ltmp5:
	r2 = g2 ll
	w2 = *(u32 *)(r2 + 0)
	.loc	0 6 58                          # /tmp/c.c:6:58
.Ltmp6:
	w1 += w2
	.loc	0 6 66                          # /tmp/c.c:6:66
.Ltmp7:
	w1 += 105
	.loc	0 6 41                          # /tmp/c.c:6:41
.Ltmp8:
	w0 = w1
	exit
.Ltmp9:
.Ltmp10:
.Lfunc_end0:
