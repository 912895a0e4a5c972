/* SPDX-License-Identifier: MIT */
/* Lesson 4. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "4. Maps: a program and a process share them",
		"A map is a table that programs and processes share. Each element has a key and\n"
		"a value. A process holds a map by a number, its descriptor, and so does the\n"
		"instruction that loads a map. That one takes two slots: its immediate has 64\n"
		"bits. Text marks such an immediate with ll, for a long long number in C, but\n"
		"map numbers says it without a mark. The line .map declares the map: its name,\n"
		"its kind, the bytes of a key and of a value, and the number of elements.\n"
		"\n"
		"A helper is a function that programs may call. map_lookup_elem takes the map\n"
		"in r1 and a pointer to the key, the address of its bytes, in r2. It returns a\n"
		"pointer to the value, or 0. In the bytes, a helper is a number: this one is 1.\n"
		"\n"
		"  if r0 == 0 goto out   goes to the name out below; the next lesson says how.\n"
		"\n"
		"The verifier rejects a program that follows the pointer before it tests for 0.\n"
		"(From about Linux 6.14 on it accepts that for an array and a constant key\n"
		"within bounds.)\n");

	static const char text[] =
		".map numbers hash 4 8 3\n"
		"*(u32 *)(r10 - 4) = 2        # the key\n"
		"r1 = map numbers             # two slots\n"
		"r2 = r10\n"
		"r2 += -4\n"
		"call map_lookup_elem         # r0 = &value or 0\n"
		"if r0 == 0 goto out\n"
		"r1 = *(u64 *)(r0 + 0)\n"
		"r1 *= 2\n"
		"*(u64 *)(r0 + 0) = r1        # for the process\n"
		"r0 = r1\n"
		"out:\n"
		"exit\n";
	const unsigned key = 2;
	uint64_t value = 21;
	int map = learn_map(&(struct rawbpf_map_spec){
		.name = "numbers", .type = BPF_MAP_TYPE_HASH,
		.key_size = 4, .value_size = 8, .max_entries = 3 });
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 2),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 4),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),
		BPF_ALU64_IMM(BPF_MUL, BPF_REG_1, 2),
		BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_1),
		BPF_EXIT_INSN(),
	};
	int prog;

	learn_update(map, &key, &value);
	prog = learn_load(text, insns, RAWBPF_COUNT(insns), &map);
	learn_expect("r0", learn_run(prog), 42);
	learn_lookup(map, &key, &value);
	learn_expect("the value of key 2, as the process reads it", value, 42);
	return 0;
}
