/* SPDX-License-Identifier: MIT */
/* The builder without room, with just enough, and in an array that grows. */
#include "builder.h"

/* Build a program with every kind of reference, in `chunks` parts. */
static const char *const chunk_names[] = { "a", "b", "c", "d", "e", "f" };

static void emit_chunk(unsigned i, unsigned chunks)
{
	rawbpf_build_label(&b, chunk_names[i]);
	rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 0), chunk_names[chunks - 1]);
	rawbpf_build_jump(&b, BPF_JMP_A(0), "1f");
	rawbpf_build_map_emit(&b, BPF_REG_2, "m");
	rawbpf_build_label(&b, "1");
	rawbpf_build_func_emit(&b, BPF_REG_3, chunk_names[0]);
	rawbpf_build_jump(&b, BPF_JMP_A(0), "1b");
	rawbpf_build_call(&b, chunk_names[i]);
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
}

enum { CHUNKS = RAWBPF_COUNT(chunk_names), CHUNK_INSNS = 9, CHUNK_SLOTS = CHUNK_INSNS + 2 };

static const struct rawbpf_map_fd chunk_map = { "m", 7 };
static const struct rawbpf_env chunk_env = { .map_fds = &chunk_map, .map_fd_count = 1 };

static void emit_chunks(void)
{
	for (unsigned i = 0; i < CHUNKS; i++)
		emit_chunk(i, CHUNKS);
}

/*
 * The builder counts all steps, whatever the room. With the counted room they fit, with one less
 * they do not.
 */
START_TEST(test_needed)
{
	struct rawbpf_build_slot exact[CHUNKS * CHUNK_SLOTS];
	struct bpf_insn insns[CHUNKS * CHUNK_INSNS];

	for (unsigned room = 0; room <= CHUNKS * CHUNK_SLOTS; room++) {
		b = (struct rawbpf_build){ .slots = room ? exact : NULL, .slot_max = room };
		emit_chunks();
		ck_assert_uint_eq(b.needed, CHUNKS * CHUNK_SLOTS);
		ck_assert_int_eq(rawbpf_build_resolve(&b, insns, CHUNKS * CHUNK_INSNS, &chunk_env),
				 room < CHUNKS * CHUNK_SLOTS ? -ENOSPC : CHUNKS * CHUNK_INSNS);
	}
}
END_TEST

/*
 * The array grows before every chunk, each time by one slot more or less: into other memory, or in
 * place. The program is the same. The builder writes nothing outside of the array.
 */
START_TEST(test_array_grows)
{
	struct bpf_insn expected[CHUNKS * CHUNK_INSNS], insns[CHUNKS * CHUNK_INSNS];
	struct rawbpf_build_slot *array = NULL, *guarded;

	begin();
	b.slots = malloc(CHUNKS * CHUNK_SLOTS * sizeof *b.slots);
	b.slot_max = CHUNKS * CHUNK_SLOTS;
	emit_chunks();
	ck_assert_int_eq(rawbpf_build_resolve(&b, expected, CHUNKS * CHUNK_INSNS, &chunk_env),
			 CHUNKS * CHUNK_INSNS);
	free(b.slots);

	for (unsigned spare = 0; spare < 3 * CHUNK_SLOTS; spare++) {
		b = (struct rawbpf_build){ .slots = NULL };
		array = NULL;
		for (unsigned i = 0; i < CHUNKS; i++) {
			unsigned max = b.needed + CHUNK_SLOTS + spare;

			if (max < b.slot_max)
				max = b.slot_max;
			guarded = malloc((max + 1) * sizeof *guarded);
			memset(guarded, 0x55, (max + 1) * sizeof *guarded);
			if (array)
				memcpy(guarded, array, b.slot_max * sizeof *array);
			free(array);
			array = guarded;
			rawbpf_build_slots_set(&b, array, max);
			ck_assert_ptr_eq(b.slots, array);
			ck_assert_uint_eq(b.slot_max, max);
			emit_chunk(i, CHUNKS);
			ck_assert_int_eq(((unsigned char *)&array[max])[0], 0x55);
		}
		ck_assert_int_eq(rawbpf_build_resolve(&b, insns, CHUNKS * CHUNK_INSNS, &chunk_env),
				 CHUNKS * CHUNK_INSNS);
		ck_assert_int_eq(memcmp(insns, expected, sizeof insns), 0);
		free(array);
	}
}
END_TEST

/* As the header shows it: use realloc(3)'s result unchecked, before a step without room. */
START_TEST(test_array_grows_by_realloc)
{
	struct bpf_insn insns[1001];

	b = (struct rawbpf_build){ .slots = NULL };
	for (unsigned i = 0; i < 1000; i++) {
		if (b.needed + 2 > b.slot_max)
			rawbpf_build_slots_set(&b, realloc(b.slots, (2 * b.slot_max + 2) * sizeof *b.slots),
					       2 * b.slot_max + 2);
		rawbpf_build_label(&b, "1");
		rawbpf_build_jump(&b, BPF_JMP_A(0), i & 1 ? "1b" : "1f");
	}
	rawbpf_build_slots_set(&b, realloc(b.slots, 4096 * sizeof *b.slots), 4096);
	rawbpf_build_label(&b, "1");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_build_resolve(&b, insns, 1000, NULL), -ENOSPC);
	ck_assert_int_eq(rawbpf_build_resolve(&b, insns, 1001, NULL), 1001);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_int_eq(insns[i].off, i & 1 ? -1 : 0);
	free(b.slots);
}
END_TEST

START_TEST(test_array_does_not_grow)
{
	struct rawbpf_build_slot other[ROOM + 1];

	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	rawbpf_build_slots_set(&b, NULL, ROOM + 1);
	assert_fails(NULL, -ENOSPC, 1, 0, NULL, "instruction 1: there is no bigger array of slots");
	ck_assert_ptr_eq(b.slots, slots);
	begin();
	rawbpf_build_slots_set(&b, other, ROOM - 1);
	assert_fails(NULL, -EINVAL, 0, 0, NULL,
		     "instruction 0: the new array of slots is smaller than the old one");
	ck_assert_ptr_eq(b.slots, slots);
	/*
	 * The first mistake stays. The array is the new one, because realloc(3) freed the old one.
	 */
	rawbpf_build_slots_set(&b, NULL, ROOM);
	rawbpf_build_slots_set(&b, other, ROOM + 1);
	ck_assert_ptr_eq(b.slots, other);
	assert_fails(NULL, -EINVAL, 0, 0, NULL,
		     "instruction 0: the new array of slots is smaller than the old one");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_needed);
	tcase_add_test(tests, test_array_grows);
	tcase_add_test(tests, test_array_grows_by_realloc);
	tcase_add_test(tests, test_array_does_not_grow);
}

int main(void)
{
	return unit_run("builder_room", add_tests);
}
