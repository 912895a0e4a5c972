/* SPDX-License-Identifier: MIT */
/* The builder: exact instructions for every step, and the exact place of every mistake. */
#include "builder.h"

/* ------------------------------------------------------------------------- programs */

START_TEST(test_empty)
{
	ck_assert_int_eq(rawbpf_build_resolve(&b, out, ROOM, NULL), 0);
	ck_assert_int_eq(rawbpf_build_resolve(&b, NULL, 0, NULL), 0);
}
END_TEST

START_TEST(test_jumps)
{
	rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 0));
	rawbpf_build_label(&b, "loop");
	rawbpf_build_emit(&b, BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1), BPF_MOV64_IMM(BPF_REG_2, 7));
	rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JGT, BPF_REG_0, 9, 0), "out");
	rawbpf_build_jump(&b, BPF_JMP_REG(BPF_JNE, BPF_REG_0, BPF_REG_2, 1234), "loop");
	rawbpf_build_jump(&b, BPF_JMP32_IMM(BPF_JSET, BPF_REG_0, -1, 0), "next");
	rawbpf_build_label(&b, "next");
	rawbpf_build_jump(&b, BPF_JMP32_REG(BPF_JSLE, BPF_REG_0, BPF_REG_2, 0), "out");
	rawbpf_build_jump(&b, RAWBPF_MAY_GOTO(0), "out");
	rawbpf_build_jump(&b, BPF_JMP_A(0), "loop");
	rawbpf_build_jump(&b, BPF_JMP32_A(0), "loop");
	rawbpf_build_label(&b, "out");
	rawbpf_build_label(&b, "also out");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ASSERT_RESOLVES(NULL,
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1),
		BPF_MOV64_IMM(BPF_REG_2, 7),
		BPF_JMP_IMM(BPF_JGT, BPF_REG_0, 9, 6),
		BPF_JMP_REG(BPF_JNE, BPF_REG_0, BPF_REG_2, -4),
		BPF_JMP32_IMM(BPF_JSET, BPF_REG_0, -1, 0),
		BPF_JMP32_REG(BPF_JSLE, BPF_REG_0, BPF_REG_2, 3),
		RAWBPF_MAY_GOTO(2),
		BPF_JMP_A(-8),
		BPF_JMP32_A(-9),
		BPF_EXIT_INSN());
}
END_TEST

/* Offsets that the caller resolved stay, as does a jump to itself. */
START_TEST(test_offsets_given)
{
	rawbpf_build_label(&b, "here");
	rawbpf_build_jump(&b, BPF_JMP_A(5), "here");
	rawbpf_build_emit(&b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 17), BPF_CALL_REL(-3),
			  BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns));
	ASSERT_RESOLVES(NULL, BPF_JMP_A(-1), BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 17),
			BPF_CALL_REL(-3), BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns));
}
END_TEST

/* Instructions of two slots, with jumps over them in both directions. */
START_TEST(test_two_slots)
{
	rawbpf_build_label(&b, "start");
	rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 0), "out");
	rawbpf_build_emit(&b, BPF_LD_IMM64(BPF_REG_2, 0x1122334455667788),
			  BPF_LD_MAP_FD(BPF_REG_3, 7));
	ck_assert_uint_eq(b.count, 5);
	rawbpf_build_map_emit(&b, BPF_REG_4, "m");
	rawbpf_build_func_emit(&b, BPF_REG_5, "callback");
	rawbpf_build_jump(&b, BPF_JMP_A(0), "start");
	rawbpf_build_label(&b, "out");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	rawbpf_build_label(&b, "callback");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ASSERT_RESOLVES((&(struct rawbpf_env){
				.map_fds = &(struct rawbpf_map_fd){ "m", 9 }, .map_fd_count = 1 }),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 9),
		BPF_LD_IMM64(BPF_REG_2, 0x1122334455667788),
		BPF_LD_MAP_FD(BPF_REG_3, 7),
		BPF_LD_MAP_FD(BPF_REG_4, 9),
		RAWBPF_LD_FUNC(BPF_REG_5, 3), /* counted from its second slot */
		BPF_JMP_A(-10),
		BPF_EXIT_INSN(),
		BPF_EXIT_INSN());
	ck_assert_uint_eq(b.count, 12);
}
END_TEST

START_TEST(test_calls)
{
	rawbpf_build_label(&b, "self");
	rawbpf_build_call(&b, "function");
	rawbpf_build_call(&b, "self");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	rawbpf_build_label(&b, "function");
	rawbpf_build_call(&b, "function");
	ASSERT_RESOLVES(NULL, BPF_CALL_REL(2), BPF_CALL_REL(-2), BPF_EXIT_INSN(), BPF_CALL_REL(-1));
}
END_TEST

START_TEST(test_local_labels)
{
	rawbpf_build_label(&b, "1");
	rawbpf_build_jump(&b, BPF_JMP_A(0), "1f");
	rawbpf_build_jump(&b, BPF_JMP_A(0), "1b");
	rawbpf_build_label(&b, "1");
	rawbpf_build_label(&b, "11");
	rawbpf_build_jump(&b, BPF_JMP_A(0), "1b"); /* a jump to itself */
	rawbpf_build_jump(&b, BPF_JMP_A(0), "1b");
	rawbpf_build_jump(&b, BPF_JMP_A(0), "11b");
	rawbpf_build_jump(&b, BPF_JMP_A(0), "11f");
	rawbpf_build_label(&b, "1");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	rawbpf_build_label(&b, "1");
	rawbpf_build_label(&b, "11");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ASSERT_RESOLVES(NULL, BPF_JMP_A(1), BPF_JMP_A(-2), BPF_JMP_A(-1), BPF_JMP_A(-2),
			BPF_JMP_A(-3), BPF_JMP_A(1), BPF_EXIT_INSN(), BPF_EXIT_INSN());
}
END_TEST

/* One program is loaded several times. */
START_TEST(test_maps)
{
	const struct rawbpf_map_fd first[] = { { NULL, 4 }, { "counts", 5 }, { "rules", 6 },
					       { "rules", 99 } };
	const struct rawbpf_map_fd second[] = { { "rules", 70000 }, { "counts", 8 } };
	const struct rawbpf_env one = { .map_fds = first, .map_fd_count = 4 };
	const struct rawbpf_env two = { .map_fds = second, .map_fd_count = 2 };
	const struct rawbpf_env short_of_one = { .map_fds = second, .map_fd_count = 1 };

	rawbpf_build_map_emit_at(&b, BPF_REG_1, "rules", 5);
	rawbpf_build_map_value_emit_at(&b, BPF_REG_2, "counts", 24, 6);
	rawbpf_build_map_emit(&b, BPF_REG_9, "rules");

	ASSERT_RESOLVES(&one, BPF_LD_MAP_FD(BPF_REG_1, 6), BPF_LD_MAP_VALUE(BPF_REG_2, 5, 24),
			BPF_LD_MAP_FD(BPF_REG_9, 6));
	ASSERT_RESOLVES(&two, BPF_LD_MAP_FD(BPF_REG_1, 70000), BPF_LD_MAP_VALUE(BPF_REG_2, 8, 24),
			BPF_LD_MAP_FD(BPF_REG_9, 70000));
	/* resolving fails without a map, and works again with it */
	assert_fails(&short_of_one, -ENOENT, 2, 6, "counts",
		     "instruction 2, line 6: the environment has no map 'counts'");
	assert_fails(NULL, -ENOENT, 0, 5, "rules",
		     "instruction 0, line 5: the environment has no map 'rules'");
	ASSERT_RESOLVES(&one, BPF_LD_MAP_FD(BPF_REG_1, 6), BPF_LD_MAP_VALUE(BPF_REG_2, 5, 24),
			BPF_LD_MAP_FD(BPF_REG_9, 6));
}
END_TEST

START_TEST(test_lines)
{
	static const struct bpf_insn two[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	unsigned line = __LINE__ + 1;
	rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 1), BPF_LD_IMM64(BPF_REG_2, 1));
	rawbpf_build_label(&b, "out");
	rawbpf_build_jump(&b, BPF_JMP_A(0), "out");
	rawbpf_build_func_emit(&b, BPF_REG_1, "out");
	rawbpf_build_call_at(&b, "out", 1000000);
	rawbpf_build_emit_at(&b, two, 2, 7);

	ck_assert_int_eq(rawbpf_build_resolve(&b, out, ROOM, NULL), 9);
	ck_assert_uint_eq(b.slots[0].line, line);
	ck_assert_uint_eq(b.slots[1].line, line);
	ck_assert_uint_eq(b.slots[2].line, line);
	ck_assert_uint_eq(b.slots[3].line, line + 2);
	ck_assert_uint_eq(b.slots[4].line, line + 3);
	ck_assert_uint_eq(b.slots[5].line, line + 3);
	ck_assert_uint_eq(b.slots[6].line, 1000000);
	ck_assert_uint_eq(b.slots[7].line, 7);
	ck_assert_uint_eq(b.slots[8].line, 7);
}
END_TEST

/* -------------------------------------------------------------------------- far jumps */

enum { FAR_ROOM = 70000 };

static struct rawbpf_build_slot far_slots[FAR_ROOM];
static struct bpf_insn far_out[FAR_ROOM];

/* Emit `insn` with a jump over `distance` slots, and return the result of resolving. */
static int jump_far(struct bpf_insn insn, int distance, const struct rawbpf_env *env)
{
	static const struct bpf_insn nothing = BPF_MOV64_IMM(BPF_REG_0, 0);
	int i, count;

	b = (struct rawbpf_build){ .slots = far_slots, .slot_max = FAR_ROOM };
	if (distance < 0)
		rawbpf_build_label(&b, "far");
	for (i = 0; i < -distance - 1; i++)
		rawbpf_build_emit_at(&b, &nothing, 1, 0);
	rawbpf_build_jump_at(&b, insn, "far", 42);
	for (i = 0; i < distance; i++)
		rawbpf_build_emit_at(&b, &nothing, 1, 0);
	if (distance >= 0)
		rawbpf_build_label(&b, "far");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	count = rawbpf_build_resolve(&b, far_out, FAR_ROOM, env);
	if (count >= 0)
		ck_assert_int_eq(count, (distance < 0 ? -distance : distance + 1) + 1);
	return count;
}

static const struct bpf_insn *far_insn(int distance)
{
	return &far_out[distance < 0 ? -distance - 1 : 0];
}

START_TEST(test_jump_range)
{
	static const struct rawbpf_env newer = { .kernel = KERNEL_6_6 };
	static const struct rawbpf_env older = { .kernel = KERNEL_6_5 };
	static const int near[] = { 0, -1, 32767, -32768 }, far[] = { 32768, -32769, 60000, -60000 };
	const struct bpf_insn conditions[] = {
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, -1, 0),
		BPF_JMP_REG(BPF_JSGT, BPF_REG_1, BPF_REG_2, 0),
		BPF_JMP32_IMM(BPF_JEQ, BPF_REG_1, -1, 0),
		BPF_JMP32_REG(BPF_JLT, BPF_REG_1, BPF_REG_2, 0),
		RAWBPF_MAY_GOTO(0),
	};
	unsigned i, j;

	for (i = 0; i < RAWBPF_COUNT(near); i++) {
		for (j = 0; j < RAWBPF_COUNT(conditions); j++) {
			ck_assert_int_gt(jump_far(conditions[j], near[i], &newer), 0);
			ck_assert_int_eq(far_insn(near[i])->code, conditions[j].code);
			ck_assert_int_eq(far_insn(near[i])->off, near[i]);
			ck_assert_int_eq(far_insn(near[i])->imm, conditions[j].imm);
		}
		ck_assert_int_gt(jump_far(BPF_JMP_A(0), near[i], &newer), 0);
		ck_assert_int_eq(far_insn(near[i])->code, BPF_JMP | BPF_JA);
		ck_assert_int_eq(far_insn(near[i])->off, near[i]);
		ck_assert_int_eq(far_insn(near[i])->imm, 0);
	}
	for (i = 0; i < RAWBPF_COUNT(far); i++) {
		unsigned index = far[i] < 0 ? -far[i] - 1 : 0;

		for (j = 0; j < RAWBPF_COUNT(conditions); j++) {
			ck_assert_int_eq(jump_far(conditions[j], far[i], &newer), -ERANGE);
			ck_assert_uint_eq(b.error.index, index);
			ck_assert_uint_eq(b.error.line, 42);
			ck_assert_str_eq(b.error.label, "far");
		}
		ck_assert_int_eq(jump_far(BPF_JMP_A(0), far[i], &older), -ERANGE);
		ck_assert_int_eq(jump_far(BPF_JMP_A(0), far[i], NULL), -ERANGE);
		ck_assert_uint_eq(b.error.index, index);
		/* gotol, where the kernel has it, or where the caller wants it */
		ck_assert_int_gt(jump_far(BPF_JMP_A(77), far[i], &newer), 0);
		ck_assert_int_eq(memcmp(far_insn(far[i]), &BPF_JMP32_A(far[i]), 8), 0);
		ck_assert_int_gt(jump_far(BPF_JMP32_A(0), far[i], NULL), 0);
		ck_assert_int_eq(memcmp(far_insn(far[i]), &BPF_JMP32_A(far[i]), 8), 0);
	}
}
END_TEST

START_TEST(test_far_call)
{
	jump_far(BPF_JMP32_A(0), 40000, NULL);
	rawbpf_build_call(&b, "far");
	ck_assert_int_eq(rawbpf_build_resolve(&b, far_out, FAR_ROOM, NULL), 40003);
	ck_assert_int_eq(memcmp(&far_out[40002], &BPF_CALL_REL(-2), 8), 0);
	rawbpf_build_label(&b, "near");
	rawbpf_build_func_emit(&b, BPF_REG_2, "far");
	ck_assert_int_eq(rawbpf_build_resolve(&b, far_out, FAR_ROOM, NULL), 40005);
	ck_assert_int_eq(far_out[40003].imm, -3);
}
END_TEST

/* The builder finds all of many labels. */
START_TEST(test_many_labels)
{
	enum { LABELS = 5000 };
	static char names[LABELS][8];
	int i;

	b = (struct rawbpf_build){ .slots = far_slots, .slot_max = FAR_ROOM };
	for (i = 0; i < LABELS; i++) {
		snprintf(names[i], sizeof names[i], "l%d", i);
		rawbpf_build_jump(&b, BPF_JMP_A(0), names[i]);
	}
	for (i = 0; i < LABELS; i++) {
		rawbpf_build_label(&b, names[i]);
		rawbpf_build_emit(&b, BPF_EXIT_INSN());
	}
	ck_assert_int_eq(rawbpf_build_resolve(&b, far_out, FAR_ROOM, NULL), 2 * LABELS);
	for (i = 0; i < LABELS; i++)
		ck_assert_int_eq(far_out[i].off, LABELS - 1);
}
END_TEST

/*
 * The largest program, with a label on each instruction, takes seconds. A search for each label
 * through all labels would take minutes. The builder finds a duplicate label and a missing one.
 */
START_TEST(test_labels_everywhere)
{
	enum { LABELS = 1000000 };
	struct rawbpf_build_slot *many = malloc((2 * LABELS + 1) * sizeof *many);
	struct bpf_insn *insns = malloc(LABELS * sizeof *insns);
	char (*names)[12] = malloc(LABELS * sizeof *names);
	unsigned i;

	b = (struct rawbpf_build){ .slots = many, .slot_max = 2 * LABELS + 1 };
	for (i = 0; i < LABELS; i++)
		snprintf(names[i], sizeof names[i], "l%u", i);
	for (i = 0; i < LABELS; i++) {
		rawbpf_build_label(&b, names[i]);
		rawbpf_build_jump(&b, BPF_JMP32_A(0), names[i ^ 1]);
	}
	ck_assert_int_eq(rawbpf_build_resolve(&b, insns, LABELS, NULL), LABELS);
	for (i = 0; i < LABELS; i++)
		if (insns[i].imm != (i & 1 ? -2 : 0))
			ck_abort_msg("instruction %u", i);
	many[777].reference = "l1000000";
	ck_assert_int_eq(rawbpf_build_resolve(&b, insns, LABELS, NULL), -ENOENT);
	ck_assert_uint_eq(b.error.index, 777);
	rawbpf_build_label(&b, "l654321");
	ck_assert_int_eq(b.error.error, -EEXIST);
	free(names);
	free(insns);
	free(many);
}
END_TEST

/* --------------------------------------------------------------------------- mistakes */

START_TEST(test_no_label)
{
	rawbpf_build_emit(&b, BPF_LD_IMM64(BPF_REG_1, 1));
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "uot", 12);
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "never", 13);
	assert_fails(NULL, -ENOENT, 2, 12, "uot",
		     "instruction 2, line 12: the program has no label 'uot'");
	/* the error goes when the label comes */
	rawbpf_build_label(&b, "uot");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	assert_fails(NULL, -ENOENT, 3, 13, "never",
		     "instruction 3, line 13: the program has no label 'never'");
	rawbpf_build_label(&b, "never");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_build_resolve(&b, out, ROOM, NULL), 6);
	/* the same for calls and functions, and without a line */
	rawbpf_build_call_at(&b, "g", 0);
	assert_fails(NULL, -ENOENT, 6, 0, "g", "instruction 6: the program has no label 'g'");
}
END_TEST

START_TEST(test_no_local_label)
{
	rawbpf_build_label(&b, "1");
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "1f", 5);
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	assert_fails(NULL, -ENOENT, 0, 5, "1f", "instruction 0, line 5: the program has no label "
						"'1f'");
	begin();
	rawbpf_build_func_emit_at(&b, BPF_REG_1, "2b", 5);
	rawbpf_build_label(&b, "2");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	assert_fails(NULL, -ENOENT, 0, 5, "2b", "instruction 0, line 5: the program has no label "
						"'2b'");
	begin();
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "1", 5);
	assert_fails(NULL, -EINVAL, 0, 5, "1",
		     "instruction 0, line 5: '1' is not a label: add f (forward) or b (backward) to "
		     "the number");
	begin();
	rawbpf_build_call_at(&b, "1fx", 6);
	assert_fails(NULL, -EINVAL, 0, 6, "1fx",
		     "instruction 0, line 6: '1fx' is not a label: add f (forward) or b (backward) "
		     "to the number");
	ck_assert_uint_eq(b.count, 0); /* a wrong instruction is not appended */
	begin();
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "", 5);
	ck_assert_uint_eq(b.count, 0);
}
END_TEST

/* A label at the program's end leads out of it. */
START_TEST(test_label_at_end)
{
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "end", 3);
	rawbpf_build_label(&b, "end");
	assert_fails(NULL, -EINVAL, 0, 3, "end",
		     "instruction 0, line 3: no instruction follows label 'end'");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ASSERT_RESOLVES(NULL, BPF_JMP_A(0), BPF_EXIT_INSN());
}
END_TEST

/* The first mistake stays, whatever comes later. */
START_TEST(test_duplicate_label)
{
	const char *again = "instruction 2, line 20: label 'a' exists already";

	rawbpf_build_label_at(&b, "a", 10);
	rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 0));
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "missing", 11);
	rawbpf_build_label_at(&b, "b", 12);
	rawbpf_build_label_at(&b, "a", 20);
	ck_assert_int_eq(b.error.error, -EEXIST);
	rawbpf_build_label_at(&b, "b", 21);
	rawbpf_build_jump(&b, BPF_EXIT_INSN(), "b");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	rawbpf_build_map_emit(&b, BPF_REG_1, "m");
	ck_assert_uint_eq(b.count, 2);
	assert_fails(NULL, -EEXIST, 2, 20, "a", again);
	assert_fails(NULL, -EEXIST, 2, 20, "a", again);
}
END_TEST

START_TEST(test_not_a_jump)
{
	const struct bpf_insn others[] = {
		BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN(), BPF_CALL_REL(0),
		BPF_EMIT_CALL(1), RAWBPF_GOTOX(BPF_REG_1), RAWBPF_CALLX(BPF_REG_1),
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 0),
		BPF_RAW_INSN(BPF_LD | BPF_DW | BPF_IMM, 0, 0, 0, 0),
		BPF_RAW_INSN(BPF_JMP32 | BPF_EXIT, 0, 0, 0, 0),
	};
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(others); i++) {
		begin();
		rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 0));
		rawbpf_build_label(&b, "out");
		rawbpf_build_jump_at(&b, others[i], "out", 9);
		rawbpf_build_emit(&b, BPF_EXIT_INSN());
		assert_fails(NULL, -EINVAL, 1, 9, "out",
			     "instruction 1, line 9: the instruction is not a jump and cannot go to "
			     "'out'");
	}
}
END_TEST

START_TEST(test_bad_names)
{
	static const char *const names[] = { "", "1f", "0x", "99 " };
	static const char *const texts[] = {
		"instruction 0, line 4: '' cannot name a label",
		"instruction 0, line 4: '1f' cannot name a label",
		"instruction 0, line 4: '0x' cannot name a label",
		"instruction 0, line 4: '99 ' cannot name a label",
	};
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(names); i++) {
		begin();
		rawbpf_build_label_at(&b, names[i], 4);
		assert_fails(NULL, -EINVAL, 0, 4, names[i], texts[i]);
	}
	begin();
	rawbpf_build_label_at(&b, NULL, 4);
	assert_fails(NULL, -EINVAL, 0, 4, NULL, texts[0]);
	begin();
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), NULL, 4);
	assert_fails(NULL, -EINVAL, 0, 4, NULL,
		     "instruction 0, line 4: the jump or call has no label");
	begin();
	rawbpf_build_map_emit_at(&b, BPF_REG_1, "", 4);
	assert_fails(NULL, -EINVAL, 0, 4, "", "instruction 0, line 4: the map has no name");
	/* map names may be any text */
	begin();
	rawbpf_build_map_emit_at(&b, BPF_REG_1, "1", 4);
	ASSERT_RESOLVES((&(struct rawbpf_env){ .map_fds = &(struct rawbpf_map_fd){ "1", 3 },
					       .map_fd_count = 1 }), BPF_LD_MAP_FD(BPF_REG_1, 3));
}
END_TEST

/* ------------------------------------------------------------------------------- room */

static void emit_one(void)
{
	rawbpf_build_emit_at(&b, &BPF_EXIT_INSN(), 1, 8);
}

static void emit_two(void)
{
	const struct bpf_insn two[] = { BPF_LD_IMM64(BPF_REG_1, 1) };

	rawbpf_build_emit_at(&b, two, 2, 8);
}

static void add_label(void)
{
	rawbpf_build_label_at(&b, "x", 8);
}

static void add_map(void)
{
	rawbpf_build_map_emit_at(&b, BPF_REG_1, "m", 8);
}

static void add_jump(void)
{
	rawbpf_build_jump_at(&b, BPF_JMP_A(0), "a", 8);
}

/* The builder writes nothing behind the array, over the labels at its end, or in halves. */
START_TEST(test_full)
{
	static const struct {
		void (*add)(void);
		unsigned needs;
	} steps[] = { { emit_one, 1 }, { emit_two, 2 }, { add_label, 1 }, { add_map, 2 },
		      { add_jump, 1 } };
	unsigned i, room;

	for (i = 0; i < RAWBPF_COUNT(steps); i++) {
		for (room = 0; room < 4; room++) {
			begin();
			b.slot_max = 3 + room;
			rawbpf_build_label(&b, "a");
			emit_one();
			rawbpf_build_label(&b, "c");
			steps[i].add();
			ck_assert_int_eq(b.error.error, room < steps[i].needs ? -ENOSPC : 0);
			ck_assert_int_eq(((unsigned char *)&slots[b.slot_max])[0], 0x55);
			ck_assert_str_eq(slots[b.slot_max - 1].label, "a");
			ck_assert_str_eq(slots[b.slot_max - 2].label, "c");
			if (room < steps[i].needs)
				assert_fails(NULL, -ENOSPC, 1, 8, NULL,
					     "instruction 1, line 8: the array of slots is full");
		}
	}
	/* no array at all */
	b = (struct rawbpf_build){ 0 };
	emit_one();
	assert_fails(NULL, -ENOSPC, 0, 8, NULL,
		     "instruction 0, line 8: the array of slots is full");
}
END_TEST

START_TEST(test_small_output)
{
	unsigned char *bytes = (unsigned char *)out;
	unsigned max, i;

	emit_one();
	emit_two();
	emit_one();
	for (max = 0; max < 4; max++) {
		memset(out, 0x55, sizeof out);
		ck_assert_int_eq(rawbpf_build_resolve(&b, out, max, NULL), -ENOSPC);
		ck_assert_uint_eq(b.error.index, max);
		for (i = 8 * max; i < sizeof out; i++)
			ck_assert_uint_eq(bytes[i], 0x55);
	}
	ck_assert_int_eq(rawbpf_build_resolve(&b, out, 4, NULL), 4);
	ck_assert_uint_eq(bytes[32], 0x55);
}
END_TEST

/* ------------------------------------------------------------------------ explanation */

START_TEST(test_explanation)
{
	static const char line[] =
		"instruction 4294967295, line 4294967295: no '\\x1b[31m\\\\xff' here";
	const struct rawbpf_build_error error = { -ENOENT, ~0u, ~0u, "\033[31m\\\xff",
						 "no '@' here" };
	const struct rawbpf_build_error none = { 0, 0, 0, NULL, NULL };
	char text[sizeof line + 2];
	size_t size;

	ck_assert_uint_eq(rawbpf_build_explain(NULL, 0, &error), sizeof line - 1);
	for (size = 1; size <= sizeof line + 1; size++) {
		size_t kept = size < sizeof line ? size : sizeof line;

		memset(text, 'x', sizeof text);
		ck_assert_uint_eq(rawbpf_build_explain(text, size, &error), sizeof line - 1);
		ck_assert_int_eq(memcmp(text, line, kept - 1), 0);
		ck_assert_int_eq(text[kept - 1], '\0');
		ck_assert_int_eq(text[kept], 'x');
	}
	ck_assert_uint_eq(rawbpf_build_explain(text, sizeof text, &none), 8);
	ck_assert_str_eq(text, "no error");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_empty);
	tcase_add_test(tests, test_jumps);
	tcase_add_test(tests, test_offsets_given);
	tcase_add_test(tests, test_two_slots);
	tcase_add_test(tests, test_calls);
	tcase_add_test(tests, test_local_labels);
	tcase_add_test(tests, test_maps);
	tcase_add_test(tests, test_lines);
	tcase_add_test(tests, test_jump_range);
	tcase_add_test(tests, test_far_call);
	tcase_add_test(tests, test_many_labels);
	tcase_add_test(tests, test_labels_everywhere);
	tcase_add_test(tests, test_no_label);
	tcase_add_test(tests, test_no_local_label);
	tcase_add_test(tests, test_label_at_end);
	tcase_add_test(tests, test_duplicate_label);
	tcase_add_test(tests, test_not_a_jump);
	tcase_add_test(tests, test_bad_names);
	tcase_add_test(tests, test_full);
	tcase_add_test(tests, test_small_output);
	tcase_add_test(tests, test_explanation);
}

int main(void)
{
	return unit_run("builder", add_tests);
}
