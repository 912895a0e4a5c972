/* SPDX-License-Identifier: MIT */
/* Verifier logs, joined with their programs: real ones of several kernels, and broken ones. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <rawbpf.h>

#include "../../insn/log/rejection_log.h"
#include "../guard.h"
#include "../unit.h"

/* r0 = *(u64 *)(r0 + 0) after a look-up that may fail. */
static const struct bpf_insn lookup[] = {
	BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
	BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
	BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
	BPF_LD_MAP_FD(BPF_REG_1, 3),
	BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
	BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, 0),
	BPF_EXIT_INSN(),
};
static const unsigned lookup_lines[] = { 1, 2, 3, 4, 4, 5, 7, 8 };

#define OF_LOOKUP(LOG) \
	{ .error = -13, .log = (LOG), .insns = lookup, .insn_count = RAWBPF_COUNT(lookup), \
	  .file = "count.s", .lines = lookup_lines }

static const char log_5_10[] =
	"0: (62) *(u32 *)(r10 -4) = 0\n"
	"1: (bf) r2 = r10\n"
	"2: (07) r2 += -4\n"
	"3: (18) r1 = 0xffff8880059a4000\n"
	"5: (85) call bpf_map_lookup_elem#1\n"
	"6: (79) r0 = *(u64 *)(r0 +0)\n"
	"R0 invalid mem access 'map_value_or_null'\n"
	"processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n";

static const char log_6_1[] =
	"0: R1=ctx(off=0,imm=0) R10=fp0\n"
	"0: (62) *(u32 *)(r10 -4) = 0          ; R10=fp0 fp-8=0000????\n"
	"1: (bf) r2 = r10                      ; R2_w=fp0 R10=fp0\n"
	"2: (07) r2 += -4                      ; R2_w=fp-4\n"
	"3: (18) r1 = 0xffff8880059a4000       ; R1_w=map_ptr(off=0,ks=4,vs=8,imm=0)\n"
	"5: (85) call bpf_map_lookup_elem#1    ; R0_w=map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0)\n"
	"6: (79) r0 = *(u64 *)(r0 +0)\n"
	"R0 invalid mem access 'map_value_or_null'\n"
	"processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n";

static void assert_part(const struct rawbpf_log_part *part, const char *expected)
{
	ck_assert_uint_eq(part->length, strlen(expected));
	if (part->length)
		ck_assert_mem_eq(part->text, expected, part->length);
}

START_TEST(test_parts)
{
	struct rawbpf_rejection r = OF_LOOKUP(log_6_1);

	ck_assert_int_eq(rawbpf_rejection_parse(&r), 0);
	ck_assert_int_eq(r.index, 6);
	ck_assert_int_eq(r.previous, 5);
	ck_assert_int_eq(r.reg, 0);
	assert_part(&r.complaint, "R0 invalid mem access 'map_value_or_null'");
	assert_part(&r.rest, "R0 invalid mem access 'map_value_or_null'\n");
	assert_part(&r.states[0], "map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0)");
	assert_part(&r.states[1], ""); /* the call used it up */
	assert_part(&r.states[10], "fp0");
	ck_assert_ptr_nonnull(strstr(r.hint, "NULL"));
}
END_TEST

static void assert_told(const struct rawbpf_rejection *rejection, const char *expected)
{
	char text[2048];
	size_t length = rawbpf_rejection_explain(text, sizeof text, rejection);

	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(length, strlen(expected));
}

START_TEST(test_told)
{
	const struct rawbpf_rejection r = OF_LOOKUP(log_6_1), old = OF_LOOKUP(log_5_10);
	struct rawbpf_rejection bare = r;

	assert_told(&r,
		"the verifier rejected the program (EACCES) at instruction 6\n"
		"   5: call bpf_map_lookup_elem#1                    count.s:5\n"
		"   6: r0 = *(u64 *)(r0 +0)                          count.s:7\n"
		"                    ^~ r0 is map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0)\n"
		"   R0 invalid mem access 'map_value_or_null'\n"
		"   The pointer may be NULL: test it against 0 and jump away before using it.\n");
	/* Linux 5.10 does not print what registers hold. */
	assert_told(&old,
		"the verifier rejected the program (EACCES) at instruction 6\n"
		"   5: call bpf_map_lookup_elem#1                    count.s:5\n"
		"   6: r0 = *(u64 *)(r0 +0)                          count.s:7\n"
		"                    ^~\n"
		"   R0 invalid mem access 'map_value_or_null'\n"
		"   The pointer may be NULL: test it against 0 and jump away before using it.\n");
	bare.lines = NULL;
	assert_told(&bare,
		"the verifier rejected the program (EACCES) at instruction 6\n"
		"   5: call bpf_map_lookup_elem#1\n"
		"   6: r0 = *(u64 *)(r0 +0)\n"
		"                    ^~ r0 is map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0)\n"
		"   R0 invalid mem access 'map_value_or_null'\n"
		"   The pointer may be NULL: test it against 0 and jump away before using it.\n");
}
END_TEST

/* The builder knows the line and the label. A jump shows its target. */
START_TEST(test_builder)
{
	struct rawbpf_build_slot slots[16];
	struct rawbpf_build b = { .slots = slots, .slot_max = RAWBPF_COUNT(slots) };
	struct bpf_insn insns[16];
	int count;

	rawbpf_build_emit_at(&b, (const struct bpf_insn[]){ BPF_MOV64_IMM(BPF_REG_0, 0) }, 1, 11);
	rawbpf_build_label_at(&b, "lo\nop", 12);
	rawbpf_build_emit_at(&b, (const struct bpf_insn[]){ BPF_MOV64_REG(BPF_REG_0, BPF_REG_1) }, 1,
			     13);
	rawbpf_build_jump_at(&b, BPF_JMP_IMM(BPF_JNE, BPF_REG_3, 5, 0), "lo\nop", 14);
	rawbpf_build_emit_at(&b, (const struct bpf_insn[]){ BPF_EXIT_INSN() }, 1, 15);
	count = rawbpf_build_resolve(&b, insns, RAWBPF_COUNT(insns), NULL);
	ck_assert_int_eq(count, 4);
	assert_told(&(struct rawbpf_rejection){
			.error = -22, .insns = insns, .insn_count = (unsigned)count, .build = &b,
			.log = "1: (bf) r0 = r1\n2: (55) if r3 != 0x5 goto pc-2\nR3 !read_ok\n" },
		"the verifier rejected the program (EINVAL) at instruction 2\n"
		"   1: r0 = r1                                       line 13 <lo\\x0aop>\n"
		"   2: if r3 != 0x5 goto lo\\x0aop                    line 14 <lo\\x0aop+1>\n"
		"         ^~\n"
		"   R3 !read_ok\n"
		"   The register is uninitialised here. A program starts with values in r1 (the\n"
		"   context) and r10 (the frame pointer) alone. A call clears r1 to r5. Set the\n"
		"   register on every path to this instruction, or keep the value in r6 to r9\n"
		"   across the call.\n");
}
END_TEST

/* The explanation omits a register's value on another path, or from before its last write. */
/* The last label before the instruction counts; before the first one there is none. */
START_TEST(test_labels)
{
	struct rawbpf_build_slot slots[16];
	struct rawbpf_build b = { .slots = slots, .slot_max = RAWBPF_COUNT(slots) };
	const struct bpf_insn insn = BPF_MOV64_REG(BPF_REG_0, BPF_REG_3), exit = BPF_EXIT_INSN();
	struct bpf_insn insns[16];
	static const char *const places[] = { "", "<one>", "<two>", "<two+1>" };
	int i;

	rawbpf_build_emit_at(&b, &insn, 1, 0);
	rawbpf_build_label_at(&b, "one", 0);
	rawbpf_build_emit_at(&b, &insn, 1, 0);
	rawbpf_build_label_at(&b, "two", 0);
	rawbpf_build_emit_at(&b, &insn, 1, 0);
	rawbpf_build_emit_at(&b, &insn, 1, 0);
	rawbpf_build_emit_at(&b, &exit, 1, 0);
	ck_assert_int_eq(rawbpf_build_resolve(&b, insns, RAWBPF_COUNT(insns), NULL), 5);
	for (i = 0; i < 4; i++) {
		char log[64], text[1024], wanted[128];

		snprintf(log, sizeof log, "%d: (bf) r0 = r3\nR3 !read_ok\n", i);
		rawbpf_rejection_explain(text, sizeof text, &(struct rawbpf_rejection){
			.error = -22, .insns = insns, .insn_count = 5, .build = &b, .log = log });
		snprintf(wanted, sizeof wanted, i ? "   %d: r0 = r3%39s%s\n" : "   %d: r0 = r3%.0s%s\n", i,
			 "", places[i]);
		ck_assert_msg(strstr(text, wanted) != NULL, "%s\n%s", text, wanted);
	}
}
END_TEST

/* An instruction that this kernel does not know says which does; one that all know does not. */
START_TEST(test_kernel_needed)
{
	static const struct bpf_insn insns[] = { RAWBPF_MAY_GOTO(0), BPF_EXIT_INSN() };
	char text[1024];
	struct rawbpf_rejection r = { .error = -22, .insns = insns, .insn_count = 2,
				      .log = "unknown opcode e5\n" };

	rawbpf_rejection_explain(text, sizeof text, &r);
	ck_assert_msg(strstr(text, "   (this instruction needs Linux 6.9)\n") != NULL, "%s", text);
	r.log = "unknown opcode 95\n";
	rawbpf_rejection_explain(text, sizeof text, &r);
	ck_assert_msg(strstr(text, "needs Linux") == NULL, "%s", text);
	r.log = "0: (e5) may_goto pc+0\nR1 !read_ok\n";
	rawbpf_rejection_explain(text, sizeof text, &r);
	ck_assert_msg(strstr(text, "needs Linux") == NULL, "%s", text);
}
END_TEST

START_TEST(test_states_are_of_the_way)
{
	static const struct bpf_insn insns[] = {
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 2),
		BPF_MOV64_IMM(BPF_REG_0, 7),
		BPF_EXIT_INSN(),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_2),
		BPF_EXIT_INSN(),
	};
	static const struct {
		const char *log, *r0, *r1;
	} cases[] = {
		{ "0: R1=ctx() R10=fp0\n0: (15) if r1 == 0x0 goto pc+2\n1: (b7) r0 = 7 ; R0_w=7\n"
		  "2: (95) exit\n3: (bf) r0 = r2\nR2 !read_ok\n", "", "" },
		{ "0: R1=ctx() R10=fp0\n0: (15) if r1 == 0x0 goto pc+2\n1: (b7) r0 = 7 ; R0_w=7\n"
		  "2: (95) exit\nfrom 0 to 3: R1=ctx(a=(b c)) R10=fp0\n3: (bf) r0 = r2\nR2 !read_ok\n",
		  "", "ctx(a=(b c))" },
		{ "0: R1=ctx() R10=fp0\n0: (15) if r1 == 0x0 goto pc+2\n1: (b7) r0 = 7 ; R0_w=7\n"
		  "2: (95) exit\nR0 !read_ok\n", "7", "ctx()" },
		{ "0: R1=ctx() R10=fp0\n0: (15) if r1 == 0x0 goto pc+2\n1: (b7) r0 = 7\n"
		  "2: (95) exit\nR0 !read_ok\n", "", "ctx()" },
		{ "2: (95) exit\nR0 !read_ok\n", "", "" },
	};
	const char *r0 = cases[_i].r0, *r1 = cases[_i].r1;
	struct rawbpf_rejection r = {
		.log = cases[_i].log, .insns = insns, .insn_count = RAWBPF_COUNT(insns) };

	ck_assert_int_eq(rawbpf_rejection_parse(&r), 0);
	assert_part(&r.states[0], r0);
	assert_part(&r.states[1], r1);
}
END_TEST

/* Find the complaint's line, and the instruction and register that it is about. */
START_TEST(test_places)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_LD_MAP_FD(BPF_REG_1, 99),
		BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_0, 0),
		{ .code = 0xff },
		BPF_EXIT_INSN(),
	};
	static const struct {
		const char *log, *complaint;
		int index, reg;
	} cases[] = {
		{ "unreachable insn 3\nprocessed 0 insns (limit 1000000)\n", "unreachable insn 3", 3, 1 },
		{ "unreachable insn 77\n", "unreachable insn 77", -1, -1 },
		{ "jump out of range from insn 5 to 9\n", "jump out of range from insn 5 to 9", 5, -1 },
		{ "last insn is not an exit or jmp\n", "last insn is not an exit or jmp", 5, -1 },
		{ "fd 99 is not pointing to valid bpf_map\n", "fd 99 is not pointing to valid bpf_map",
		  1, -1 },
		{ "fd 98 is not pointing to valid bpf_map\n", "fd 98 is not pointing to valid bpf_map",
		  -1, -1 },
		{ "unknown opcode ff\n", "unknown opcode ff", 4, -1 },
		{ "unknown opcode fe\n", "unknown opcode fe", -1, -1 },
		{ "unknown opcode fx\n", "unknown opcode fx", -1, -1 },
		{ "fd x is not pointing to valid bpf_map\n", "fd x is not pointing to valid bpf_map",
		  -1, -1 },
		{ "something of tomorrow\n", "something of tomorrow", 4, -1 },
		{ "0: (b7) r0 = 0\n; int x = 1;\n3: (63) *(u32 *)(r1 +0) = r0\nsorry\nprocessed 1 insn\n",
		  "sorry", 3, 1 },
		{ "0: (b7) r0 = 0\nlast_idx 0 first_idx 0\nfirst R7\nR2 !read_ok\n\nR9 after\n",
		  "R2 !read_ok", 0, 2 },
		{ "0: (b7) r0 = 0\nexpected prog array map for tail callprocessed 3 insns (limit 1)\n",
		  "expected prog array map for tail call", 0, -1 },
		{ "5: (95) exit infinite loop detected at insn 5\ncur state: R0=0\n",
		  "infinite loop detected at insn 5", 5, -1 },
		{ "5: (95) exit\ncombined stack size of 2 calls is 800. Too large\n",
		  "combined stack size of 2 calls is 800. Too large", -1, -1 },
		{ "0: (b7) r0 = 0\nFOR2 R11 xR3 R4x R5_w R06\n", "FOR2 R11 xR3 R4x R5_w R06", 0, 6 },
		{ "no newline", "no newline", 4, -1 },
		{ "999999999999999999999: (07) x\nhuh\n", "999999999999999999999: (07) x", 4, -1 },
	};
	struct rawbpf_rejection r = {
		.log = cases[_i].log, .insns = insns, .insn_count = RAWBPF_COUNT(insns) };

	ck_assert_int_eq(rawbpf_rejection_parse(&r), 0);
	assert_part(&r.complaint, cases[_i].complaint);
	ck_assert_int_eq(r.index, cases[_i].index);
	ck_assert_int_eq(r.reg, cases[_i].reg);
}
END_TEST

/* A complaint about an access that names no register: the explanation finds it. */
START_TEST(test_load_acquire)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_6, 5),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_10),
		BPF_ATOMIC_OP(BPF_W, BPF_LOAD_ACQ, BPF_REG_6, BPF_REG_1, -6),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_rejection r = {
		.error = -13, .insns = insns, .insn_count = RAWBPF_COUNT(insns),
		.log = "0: R1=ctx() R10=fp0\n"
		       "0: (b7) r6 = 5                        ; R6=5\n"
		       "1: (bf) r1 = r10                      ; R1=fp0 R10=fp0\n"
		       "2: (c3) r6 = load_acquire((u32 *)(r1 -6))\n"
		       "misaligned stack access off 0+0+-6 size 4\n" };

	assert_told(&r,
		"the verifier rejected the program (EACCES) at instruction 2\n"
		"   1: r1 = r10\n"
		"   2: r6 = load_acquire((u32 *)(r1 -6))\n"
		"                                ^~ r1 is fp0\n"
		"   misaligned stack access off 0+0+-6 size 4\n"
		"   This memory needs aligned accesses: the address must be a multiple of the\n"
		"   access's size.\n");
}
END_TEST

/*
 * A packet test that is one byte short: the complaint's range counts, not the state printed before.
 */
START_TEST(test_packet)
{
	static const struct bpf_insn insns[] = {
		BPF_JMP_REG(BPF_JGT, BPF_REG_4, BPF_REG_3, 1),
		BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_2, 12),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_rejection r = {
		.error = -13, .insns = insns, .insn_count = RAWBPF_COUNT(insns),
		.log = "0: R2=pkt(r=0) R3=pkt_end() R4=pkt(off=12,r=0)\n"
		       "0: (2d) if r4 > r3 goto pc+1\n"
		       "1: (61) r0 = *(u32 *)(r2 +12)\n"
		       "invalid access to packet, off=12 size=4, R2(id=0,off=12,r=12)\n"
		       "R2 offset is outside of the packet\n" };

	assert_told(&r,
		"the verifier rejected the program (EACCES) at instruction 1\n"
		"   0: if r4 > r3 goto pc+1\n"
		"   1: r0 = *(u32 *)(r2 +12)\n"
		"                    ^~ r2 is pkt(id=0,off=12,r=12)\n"
		"   bytes compared with data_end: 12, bytes that this access needs: 16\n"
		"   invalid access to packet, off=12 size=4, R2(id=0,off=12,r=12)\n"
		"   R2 offset is outside of the packet\n"
		"   The packet may be shorter. Before reading N bytes, add N to a copy of the\n"
		"   pointer. Jump away if the sum is greater than data_end. After a helper that\n"
		"   changes the packet, load both pointers and compare again.\n");
}
END_TEST

/* The source line of a jump, if it holds one statement. The arguments that a helper wants. */
START_TEST(test_source)
{
	static const struct bpf_insn insns[] = {
		BPF_JMP_IMM(BPF_JNE, BPF_REG_1, 0, -2), BPF_JMP_IMM(BPF_JNE, BPF_REG_1, 0, -1),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
	};
	static const unsigned lines[] = { 2, 3, 4 };
	struct rawbpf_rejection r = {
		.error = -22, .insns = insns, .insn_count = RAWBPF_COUNT(insns), .lines = lines,
		.source = "\n\tif r1 != 0 goto again \nl: r1 = 2; if r1 != 0 goto l\ncall x\n",
		.log = "0: (55) if r1 != 0x0 goto pc-2\n1: (55) if r1 != 0x0 goto pc-1\nwhat\n" };

	assert_told(&r,
		"the verifier rejected the program (EINVAL) at instruction 1\n"
		"   0: if r1 != 0 goto again                         line 2\n"
		"   1: if r1 != 0x0 goto pc-1                        line 3\n"
		"   what\n");
	r.log = "2: (85) call bpf_map_lookup_elem#1\nR1 type=scalar expected=map_ptr\n";
	assert_told(&r,
		"the verifier rejected the program (EINVAL) at instruction 2\n"
		"   2: call bpf_map_lookup_elem#1                    line 4\n"
		"   r1 must be: struct bpf_map *map\n"
		"   of bpf_map_lookup_elem(struct bpf_map *map, const void *key)\n"
		"   R1 type=scalar expected=map_ptr\n"
		"   The helper needs another kind of value in this register. r1 to r5 are its\n"
		"   arguments, in order.\n");
}
END_TEST

/* The place where an unreleased reference was acquired. Linux 7.3 prints the whole path. */
START_TEST(test_origin)
{
	static const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_1, 3),
		BPF_MOV64_IMM(BPF_REG_2, 8),
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_EMIT_CALL(131),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	static const unsigned lines[] = { 2, 2, 3, 4, 5, 6, 7 };
	static const char told[] =
		"the verifier rejected the program (EINVAL) at instruction 6\n"
		"   4: call bpf_ringbuf_reserve#131                  line 5\n"
		"%s"
		"   5: r0 = 0                                        line 6\n"
		"   6: exit                                          line 7\n"
		"   Unreleased reference id=2 alloc_insn=4\n"
		"   Release the helper's result on every path to the exit: a socket with\n"
		"   sk_release, a ring buffer's record with ringbuf_submit or ringbuf_discard.\n";
	struct rawbpf_rejection r = {
		.error = -22, .insns = insns, .insn_count = RAWBPF_COUNT(insns), .lines = lines,
		.log = "5: (b7) r0 = 0\n6: (95) exit\nUnreleased reference id=2 alloc_insn=4\n" };
	char expected[2048];

	snprintf(expected, sizeof expected, told, "");
	assert_told(&r, expected);
	r.log = "5: (b7) r0 = 0\n6: (95) exit\nUnreleased reference id=2 alloc_insn=4\n\n"
		"Verification failed: Resource Lifetime Safety: Unreleased resource\n\n"
		"Reason:\n  Owned resource (id=2) was acquired at instruction 4.\n\n"
		"At:\n  insn 6\n       | ^-- error: owned resource (id=2) still needs release\n\n"
		"Causal path:\n  insn 4\n       | ^-- acquired: owned resource (id=2)\n"
		"  Instruction context:\n  >>> 4 | (85) call bpf_ringbuf_reserve#131\n\n"
		"  insn 99\n       | ^-- of no program\n\n"
		"Suggestion:\n  insn 1\n       | ^-- Release it.\n";
	snprintf(expected, sizeof expected, told,
		 "         ^-- acquired: owned resource (id=2)\n");
	assert_told(&r, expected);
}
END_TEST

/* The explanation wraps causes of several lines anew. It does not repeat the instruction before. */
START_TEST(test_long_cause)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_EMIT_CALL(BPF_FUNC_get_prandom_u32),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_1),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_rejection r = {
		.error = -13, .insns = insns, .insn_count = RAWBPF_COUNT(insns),
		.log = "0: R1=ctx() R10=fp0\n"
		       "0: (bf) r6 = r1                       ; R1=ctx() R6=ctx()\n"
		       "1: (85) call bpf_get_prandom_u32#7    ;\n"
		       "2: (bf) r0 = r1\nsorry\n\n"
		       "Causal path:\n  insn 0\n"
		       "       | ^-- first\n"
		       "       |     and more\n"
		       "  insn 1\n"
		       "       | ^-- invalidated: R1: call invalidated this caller-saved register; previous value was\n"
		       "       |     context pointer at offset 0\n"
		       "  Instruction context:\n"
		       "       |     of nothing\n" };

	assert_told(&r,
		"the verifier rejected the program (EACCES) at instruction 2\n"
		"   0: r6 = r1\n"
		"         ^-- first and more\n"
		"   1: call bpf_get_prandom_u32#7\n"
		"         ^-- invalidated: R1: call invalidated this caller-saved register;\n"
		"             previous value was context pointer at offset 0\n"
		"   2: r0 = r1\n"
		"   sorry\n");
	r.log = "2: (bf) r0 = r1\nsorry\n\nCausal path:\n  insn 1\n       | ^-- cut off";
	assert_told(&r,
		"the verifier rejected the program (EACCES) at instruction 2\n"
		"   1: call bpf_get_prandom_u32#7\n"
		"         ^-- cut off\n"
		"   2: r0 = r1\n"
		"   sorry\n");
}
END_TEST

/* Kernels without a JIT say this about programs that the interpreter does not run. */
START_TEST(test_no_jit)
{
	struct rawbpf_rejection r =
		OF_LOOKUP("program requires BPF JIT compiler but it is not available\n");

	ck_assert_int_eq(rawbpf_rejection_parse(&r), 0);
	ck_assert_ptr_nonnull(r.hint);
	ck_assert_ptr_nonnull(strstr(r.hint, "echo 1 > /proc/sys/net/core/bpf_jit_enable"));
}
END_TEST

START_TEST(test_no_complaint)
{
	static const char *const logs[] = {
		"", "\n", "processed 5 insns (limit 1000000)\n", "0: (95) exit\nprocessed 1 insns\n",
		"func#0 @0\n0: R1=ctx() R10=fp0\n", "0: (95) exit",
	};
	struct rawbpf_rejection r = OF_LOOKUP(logs[_i]);
	const size_t in = offsetof(struct rawbpf_rejection, index);

	/* parsing overwrites all of the old content */
	memset((char *)&r + in, 0x5a, sizeof r - in);
	ck_assert_int_eq(rawbpf_rejection_parse(&r), -ENOENT);
	ck_assert_uint_eq(r.complaint.length, 0);
	ck_assert_uint_eq(r.rest.length, 0);
	assert_part(&r.states[9], "");
	ck_assert_ptr_null(r.hint);
}
END_TEST

START_TEST(test_no_program)
{
	assert_told(&(struct rawbpf_rejection){ .error = -95, .log = "3: (07) r2 += -4\nR2 \033[31m\n" },
		    "the verifier rejected the program (errno 95)\n"
		    "   3: (07) r2 += -4\n"
		    "   R2 \\x1b[31m\n");
}
END_TEST

/*
 * The explanation lists the state of each register that the instruction reads, and marks the
 * complaint's register.
 */
START_TEST(test_states_are_told)
{
	static const struct bpf_insn insns[] = {
		BPF_JMP_REG(BPF_JGT, BPF_REG_1, BPF_REG_2, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_3, BPF_REG_4, 8),
		BPF_EXIT_INSN(),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
	};
#define JUMP "0: R1=ctx() R2=scalar(umax=5) R10=fp0\n0: (2d) if r1 > r2 goto pc+1\n"
#define CALL "3: R1=1 R2=2 R3=3 R4=4 R5=5 R6=6 R10=fp0\n3: (85) call bpf_map_lookup_elem#1\n"
	static const struct {
		int index;
		const char *log, *told;
	} cases[] = {
		{ 0, JUMP "R2 huh\n",
		  "   0: if r1 > r2 goto pc+1\n"
		  "              ^~ r2 is scalar(umax=5)\n"
		  "   r1 is ctx()\n"
		  "   R2 huh\n" },
		{ 0, JUMP "R1 huh\n",
		  "   0: if r1 > r2 goto pc+1\n"
		  "         ^~ r1 is ctx()\n"
		  "   r2 is scalar(umax=5)\n"
		  "   R1 huh\n" },
		{ 0, JUMP "huh\n",
		  "   0: if r1 > r2 goto pc+1\n"
		  "   r1 is ctx(), r2 is scalar(umax=5)\n"
		  "   huh\n" },
		/* The complaint's words about another register are not its state. */
		{ 0, JUMP "R1 R2(huh)\n",
		  "   0: if r1 > r2 goto pc+1\n"
		  "         ^~ r1 is ctx()\n"
		  "   r2 is scalar(umax=5)\n"
		  "   R1 R2(huh)\n" },
		{ 1, "1: R3=fp-8 R4=map_ptr(a=(b c)) R10=fp0\n1: (7b) *(u64 *)(r3 +8) = r4\nhuh\n",
		  "   1: *(u64 *)(r3 +8) = r4\n"
		  "               ^~ r3 is fp-8\n"
		  "   r4 is map_ptr(a=(b c))\n"
		  "   huh\n" },
		{ 3, CALL "huh\n",
		  "   3: call bpf_map_lookup_elem#1\n"
		  "   r1 is 1, r2 is 2, r3 is 3, r4 is 4, r5 is 5\n"
		  "   huh\n" },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		char expected[512];

		snprintf(expected, sizeof expected,
			 "the verifier rejected the program (EACCES) at instruction %d\n%s",
			 cases[i].index, cases[i].told);
		assert_told(&(struct rawbpf_rejection){ .error = -EACCES, .log = cases[i].log,
			.insns = insns, .insn_count = RAWBPF_COUNT(insns) }, expected);
	}
}
END_TEST

/* The registers that each kind of instruction reads and writes: bit n is register n. */
START_TEST(test_registers)
{
	enum { R0 = 1, R1 = 2, R2 = 4, CALLED = 0x3f, ARGUMENTS = 0x3e };
	static const struct {
		struct bpf_insn insns[2];
		unsigned reads, writes;
	} cases[] = {
		{ { BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 0) }, R2, R1 },
		{ { BPF_ST_MEM(BPF_W, BPF_REG_1, 0, 0) }, R1, 0 },
		{ { BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 0) }, R1 | R2, 0 },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_LOAD_ACQ, BPF_REG_1, BPF_REG_2, 0) }, R2, R1 },
		/* It writes no register. Forgetting too many states is harmless. */
		{ { BPF_ATOMIC_OP(BPF_W, BPF_STORE_REL, BPF_REG_1, BPF_REG_2, 0) }, R1 | R2, R2 | R0 },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_1, BPF_REG_2, 0) }, R1 | R2, R2 | R0 },
		{ { BPF_MOV64_REG(BPF_REG_1, BPF_REG_2) }, R2, R1 },
		{ { BPF_MOV32_IMM(BPF_REG_1, 2) }, 0, R1 },
		{ { BPF_ALU64_REG(BPF_ADD, BPF_REG_1, BPF_REG_2) }, R1 | R2, R1 },
		{ { BPF_ALU32_IMM(BPF_ADD, BPF_REG_1, 2) }, R1, R1 },
		{ { BPF_ALU64_IMM(BPF_NEG, BPF_REG_1, 0) }, R1, R1 },
		{ { BPF_ENDIAN(BPF_TO_BE, BPF_REG_1, 16) }, R1, R1 },
		{ { BPF_JMP_REG(BPF_JEQ, BPF_REG_1, BPF_REG_2, 0) }, R1 | R2, 0 },
		{ { BPF_JMP32_IMM(BPF_JEQ, BPF_REG_1, 2, 0) }, R1, 0 },
		{ { BPF_JMP_A(1) }, 0, 0 },
		{ { BPF_JMP32_A(1) }, 0, 0 },
		{ { BPF_EXIT_INSN() }, R0, 0 },
		{ { BPF_EMIT_CALL(1) }, ARGUMENTS, CALLED },
		{ { RAWBPF_CALLX(BPF_REG_2) }, ARGUMENTS, CALLED },
		{ { BPF_LD_IMM64(BPF_REG_2, 1) }, 0, R2 },
		{ { BPF_LD_ABS(BPF_B, 1) }, 0, CALLED },
		/* registers that programs do not have */
		{ { BPF_RAW_INSN(0xbf, 11, 12, 0, 0) }, 0, 0 },
		{ { BPF_RAW_INSN(0x1d, 11, 2, 0, 0) }, R2, 0 },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		ck_assert_msg(rawbpf__registers_read(cases[i].insns) == cases[i].reads, "%u: %#x", i,
			      rawbpf__registers_read(cases[i].insns));
		ck_assert_msg(rawbpf__registers_written(cases[i].insns) == cases[i].writes, "%u: %#x",
			      i, rawbpf__registers_written(cases[i].insns));
	}
}
END_TEST

/*
 * An explanation has four lines of a complaint, with or without a newline at the end of the last.
 */
START_TEST(test_complaint_lines)
{
	static const char *const logs[] = {
		"one\ntwo\nthree", "one\ntwo\nthree\n", "one\ntwo\nthree\nfour",
		"one\ntwo\nthree\nfour\n", "one\ntwo\nthree\nfour\nfive\n",
	};

	assert_told(&(struct rawbpf_rejection){ .error = -22, .log = logs[_i] }, _i < 2 ?
		    "the verifier rejected the program (EINVAL)\n   one\n   two\n   three\n" :
		    "the verifier rejected the program (EINVAL)\n   one\n   two\n   three\n   four\n");
}
END_TEST

/* The errnos of rejected programs appear by name, all others by number. */
START_TEST(test_errno)
{
	static const struct {
		int error;
		const char *told;
	} cases[] = {
		{ -EACCES, "EACCES" }, { -EINVAL, "EINVAL" }, { -E2BIG, "E2BIG" },
		{ -EPERM, "EPERM" }, { -EFAULT, "EFAULT" }, { -EBADF, "EBADF" },
		{ -1000, "errno 1000" }, { 1000, "errno 1000" }, { INT_MIN, "errno 2147483648" },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		char expected[128];

		snprintf(expected, sizeof expected,
			 "the verifier rejected the program (%s)\n   huh\n", cases[i].told);
		assert_told(&(struct rawbpf_rejection){ .error = cases[i].error, .log = "huh\n" },
			    expected);
	}
}
END_TEST

/* States of registers that do not exist are ignored, however many. */
START_TEST(test_no_such_register)
{
	static const char *const logs[] = {
		"0: R10=fp0 R11=ctx() R12=ctx()\n0: (b7) r0 = 0\nhuh\n",
		"0: R10=fp0 R4294967295=a R2147483647=b R99999999999=c\n0: (b7) r0 = 0\nhuh\n",
		"0: R10=fp0 R11_w=1 R=2 R_w=3 R-1=4 R0x1=5 R1 =6\n0: (b7) r0 = 0\nhuh\n",
	};
	struct {
		struct rawbpf_rejection r;
		unsigned char behind[256];
	} memory = { .r = OF_LOOKUP(logs[_i]) };

	memset(memory.behind, 0x5a, sizeof memory.behind);
	ck_assert_int_eq(rawbpf_rejection_parse(&memory.r), 0);
	for (unsigned i = 0; i < 10; i++)
		assert_part(&memory.r.states[i], "");
	assert_part(&memory.r.states[10], "fp0");
	ck_assert_ptr_null(memory.r.hint);
	for (size_t i = 0; i < sizeof memory.behind; i++)
		ck_assert_int_eq(memory.behind[i], 0x5a);
}
END_TEST

/* Every log is cut everywhere, at the end of readable memory: no byte behind its NUL is read. */
START_TEST(test_end_of_log)
{
	static const char *const logs[] = {
		log_6_1,
		"from 5 to 8: R1=ctx(a=(b\n1: (07) r2 += -4 ; R2_w=fp-4\nunknown opcode ff\n",
		"fd -12 is not pointing to valid bpf_map\nprocessed 1 insn",
		"0: (95) exit infinite loop detected at insn 5\n",
		"invalid access to packet, off=12 size=4, R2(id=0,off=12,r=12)\n",
		"R1 type=scalar expected=map_ptr\nUnreleased reference id=2 alloc_insn=4\n\n"
		"Causal path:\n  insn 4\n       | ^-- acquired\n",
	};

	for (size_t cut = 0; cut <= strlen(logs[_i]); cut++) {
		char log[1024], text[4096];
		struct rawbpf_rejection r = OF_LOOKUP(log);

		memcpy(log, logs[_i], cut);
		log[cut] = '\0';
		r.log = guard_copy(log, cut + 1, 1);
		rawbpf_rejection_explain(text, sizeof text, &r);
		ck_assert_uint_ne(strlen(text), 0);
	}
}
END_TEST

/* snprintf(3)'s promise, for every size. */
START_TEST(test_truncation)
{
	const struct rawbpf_rejection r = OF_LOOKUP(log_6_1);
	char whole[2048], text[2048];
	size_t size, length = rawbpf_rejection_explain(whole, sizeof whole, &r);

	ck_assert_uint_eq(rawbpf_rejection_explain(NULL, 0, &r), length);
	for (size = 1; size <= length + 1; size++) {
		memset(text, 'x', sizeof text);
		ck_assert_uint_eq(rawbpf_rejection_explain(text, size, &r), length);
		ck_assert_mem_eq(text, whole, size - 1);
		ck_assert_int_eq(text[size - 1], '\0');
		ck_assert_int_eq(text[size], 'x');
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_parts);
	tcase_add_test(tests, test_told);
	tcase_add_test(tests, test_builder);
	tcase_add_test(tests, test_labels);
	tcase_add_test(tests, test_kernel_needed);
	tcase_add_loop_test(tests, test_states_are_of_the_way, 0, 5);
	tcase_add_loop_test(tests, test_places, 0, 19);
	tcase_add_test(tests, test_load_acquire);
	tcase_add_test(tests, test_packet);
	tcase_add_test(tests, test_source);
	tcase_add_test(tests, test_origin);
	tcase_add_test(tests, test_long_cause);
	tcase_add_test(tests, test_no_jit);
	tcase_add_loop_test(tests, test_no_complaint, 0, 6);
	tcase_add_test(tests, test_no_program);
	tcase_add_test(tests, test_states_are_told);
	tcase_add_test(tests, test_registers);
	tcase_add_loop_test(tests, test_complaint_lines, 0, 5);
	tcase_add_test(tests, test_errno);
	tcase_add_loop_test(tests, test_no_such_register, 0, 3);
	tcase_add_loop_test(tests, test_end_of_log, 0, 6);
	tcase_add_test(tests, test_truncation);
}

int main(void)
{
	return unit_run("rejection", add_tests);
}
