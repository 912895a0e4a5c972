/* SPDX-License-Identifier: MIT */
/* Compute a program's tag without loading, and compare it with the kernel's. */
#include "../live.h"

#include <stdint.h>

enum { LONG = 1000 };

static struct bpf_insn insns[LONG];

static void tag_of(uint8_t tag[8], unsigned count)
{
	struct bpf_prog_info info;
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns, .insn_count = count });

	ck_assert_int_ge(prog, 0);
	memset(&info, 0, sizeof info);
	ck_assert_int_ge(rawbpf_obj_info(prog, &info, sizeof info), 0);
	memcpy(tag, info.tag, 8);
	close(prog);
}

/* Lengths around those at which the hashed message fills a block of 64 bytes. */
START_TEST(test_length)
{
	unsigned count, i;
	uint8_t tag[8];

	for (count = 2; count < LONG; count += count < 40 ? 1 : 191) {
		for (i = 0; i < count; i++)
			insns[i] = BPF_MOV64_IMM(BPF_REG_0, (int)i);
		insns[count - 1] = BPF_EXIT_INSN();
		tag_of(tag, count);
		ck_assert_msg(rawbpf_prog_tag_compare(insns, count, tag) == 1, "%u instructions", count);
		insns[count / 2 - 1].imm ^= 1; /* one bit */
		ck_assert_int_eq(rawbpf_prog_tag_compare(insns, count, tag), 0);
		insns[count / 2 - 1].imm ^= 1;
		tag[7] ^= 1;
		ck_assert_int_eq(rawbpf_prog_tag_compare(insns, count, tag), 0);
	}
}
END_TEST

/*
 * A map's descriptor does not change the tag, nor does an offset in its value. Other constants do.
 */
START_TEST(test_maps)
{
	int map = live_array(1), i;
	const struct bpf_insn program[] = {
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_LD_MAP_VALUE(BPF_REG_2, map, 4),
		BPF_LD_IMM64(BPF_REG_3, 0x123456789abcdefULL),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	uint8_t tag[8];

	memcpy(insns, program, sizeof program);
	tag_of(tag, RAWBPF_COUNT(program));
	for (i = 0; i < 8; i++) {
		memcpy(insns, program, sizeof program);
		insns[i].imm ^= 0x40;
		ck_assert_msg(rawbpf_prog_tag_compare(insns, RAWBPF_COUNT(program), tag) == (i < 4),
			      "slot %d", i);
	}
	close(map);
}
END_TEST

static void add_tests(TCase *tests)
{
	rawbpf_memlock_raise();
	tcase_add_test(tests, test_length);
	tcase_add_test(tests, test_maps);
}

int main(void)
{
	return live_run("prog_tag", add_tests);
}
