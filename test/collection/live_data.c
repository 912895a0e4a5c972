/* SPDX-License-Identifier: MIT */
/* Sections of data, functions and callbacks of a collection, as programs see them. */
#include "collected.h"

static struct collected collected;
static struct rawbpf_live live;
static struct rawbpf_live_reason reasons[4];

/* Load the text's only program. Return its descriptor. */
static int load(const char *text)
{
	const struct rawbpf_live_spec spec = { .until = RAWBPF_UNTIL_LOADED, .reasons = reasons,
					       .reason_max = 4, .file = "data.bpf", .source = text };
	int err;

	collected_parse(&collected, text);
	err = rawbpf_live_open(&live, &collected.tables, &spec);
	if (err == 0)
		err = rawbpf_live_attach(&live);
	ck_assert_msg(err == 0, "%d: %s", err, reasons[0].text);
	ck_assert_uint_eq(live.program_count, 1);
	return live.programs[0].fd;
}

static uint32_t run(int prog)
{
	unsigned char packet[64] = { 0 };
	struct rawbpf_prog_run once = { .data_in = packet, .data_size_in = sizeof packet };

	ck_assert_int_eq(rawbpf_prog_run(prog, &once), 0);
	return once.retval;
}

START_TEST(programs_read_and_write_data)
{
	static const char text[] =
		".prog p\n.at xdp\n"
		"	r1 = number ll\n	r0 = *(u32 *)(r1 + 0)\n"
		"	r1 = shared + 4 ll\n	r2 = *(u32 *)(r1 + 0)\n	r0 += r2\n"
		"	*(u32 *)(r1 + 0) = r0\n"
		"	r1 = zeros ll\n	r2 = *(u64 *)(r1 + 8)\n	r2 += 1\n"
		"	*(u64 *)(r1 + 8) = r2\n	r0 += r2\n	exit\n"
		".section .rodata\n	.byte 9\n	.p2align 2\nnumber: .long 40\n"
		".data\nshared: .long 7, 2\n.bss\nzeros: .zero 16\n";
	uint32_t value[2], key = 0;
	int prog, fds = live_fds();

	prog = load(text);
	ck_assert_uint_eq(run(prog), 40 + 2 + 1);
	ck_assert_uint_eq(run(prog), 40 + 42 + 2);
	ck_assert_int_eq(rawbpf_map_lookup(live.map_fds[collected_map(&collected, ".data")], &key, value, 0),
			 0);
	ck_assert_uint_eq(value[0], 7);
	ck_assert_uint_eq(value[1], 82);
	/* the map of .rodata is frozen */
	ck_assert_int_eq(rawbpf_map_update(live.map_fds[collected_map(&collected, ".rodata")], &key, value,
					   0), -EPERM);
	rawbpf_live_close(&live);
	ck_assert_int_eq(live_fds(), fds);
}
END_TEST

/* A function of the program, and one that a helper calls five times. */
START_TEST(programs_have_functions_and_callbacks)
{
	static const char text[] =
		".prog p\n.at xdp\n"
		"	.local sum 8\n	*(u64 *)(r10 + sum) = 0\n"
		"	r1 = 5\n	r2 = add ll\n	r3 = r10 + sum\n	r4 = 0\n	call loop\n"
		"	r1 = *(u64 *)(r10 + sum)\n	call twice\n	exit\n"
		"twice:	r0 = r1\n	r0 += r0\n	exit\n"
		"add:	r3 = *(u64 *)(r2 + 0)\n	r3 += r1\n	*(u64 *)(r2 + 0) = r3\n"
		"	r0 = 0\n	exit\n";

	ck_assert_uint_eq(run(load(text)), 2 * (0 + 1 + 2 + 3 + 4));
	rawbpf_live_close(&live);
}
END_TEST

/* Programs of the file are in their prog array before any of them runs. */
START_TEST(programs_call_each_other)
{
	static const char text[] =
		".map jumps prog_array u32 u32 4\n"
		".prog main\n.at xdp\n	r2 = map jumps\n	r3 = 2\n	call tail_call\n"
		"	r0 = 1\n	exit\n"
		".prog second\n.at tail jumps[1 + 1] xdp\n	r0 = 77\n	exit\n";
	const struct rawbpf_live_spec spec = { .until = RAWBPF_UNTIL_LOADED, .reasons = reasons,
					       .reason_max = 4 };
	unsigned found = 0;
	int err;

	collected_parse(&collected, text);
	err = rawbpf_live_open(&live, &collected.tables, &spec);
	if (err == 0)
		err = rawbpf_live_attach(&live);
	ck_assert_msg(err == 0, "%d: %s", err, reasons[0].text);
	ck_assert_uint_eq(live.program_count, 2);
	for (unsigned i = 0; i < 2; i++)
		if (live.programs[i].unit.prog == 0) {
			ck_assert_uint_eq(run(live.programs[i].fd), 77);
			found++;
		}
	ck_assert_uint_eq(found, 1);
	rawbpf_live_close(&live);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, programs_read_and_write_data);
	tcase_add_test(tests, programs_have_functions_and_callbacks);
	tcase_add_test(tests, programs_call_each_other);
}

int main(void)
{
	return unit_run("live_data", add_tests);
}
