/* SPDX-License-Identifier: MIT */
/* Lesson 9. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "9. Tail calls: jump into another program",
		"An array of programs is a map, too. The helper tail_call jumps into one of its\n"
		"programs and does not come back. If the element is empty, the program goes on\n"
		"behind the call.\n");

	static const char next_text[] =
		"r0 = 42\n"
		"exit\n";
	static const struct bpf_insn next_insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 42),
		BPF_EXIT_INSN(),
	};
	static const char text[] =
		".map programs prog_array 4 4 2\n"
		"r2 = map programs        # r1 is the context\n"
		"r3 = 1                   # element 1\n"
		"call tail_call           # gone if there is one\n"
		"r0 = 0                   # there was none\n"
		"exit\n";
	const unsigned element = 1;
	int map = learn_map(&(struct rawbpf_map_spec){
		.name = "programs", .type = BPF_MAP_TYPE_PROG_ARRAY,
		.key_size = 4, .value_size = 4, .max_entries = 2 });
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_2, map),
		BPF_MOV64_IMM(BPF_REG_3, 1),
		BPF_EMIT_CALL(BPF_FUNC_tail_call),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog, next;

	prog = learn_load(text, insns, RAWBPF_COUNT(insns), &map);
	learn_expect("with an empty element", learn_run(prog), 0);
	printf("\n");
	next = learn_load(next_text, next_insns, RAWBPF_COUNT(next_insns), NULL);
	learn_put(map, element, next);
	learn_expect("with the second program in it", learn_run(prog), 42);
	return 0;
}
