/* SPDX-License-Identifier: MIT */
/*
 * Look at bytecode for another byte order: check it, print it, and find the kernel that it needs.
 * No privilege: these are pure functions.
 */
#include "api.h"

/* Big-endian, as in a file for s390x. */
static const unsigned char bytes[] = {
	0xb7, 0x10, 0x00, 0x00, 0xff, 0xff, 0xff, 0xf9,
	0x37, 0x10, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
	0xbf, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x95, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

enum { COUNT = sizeof bytes / 8 };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "form");

	struct bpf_insn insns[COUNT], broken;
	unsigned char little[8];
	char text[128];
	const char *reason;
	unsigned slots;
	int kernel;

	for (unsigned i = 0; i < COUNT; i++)
		rawbpf_insn_read(insns + i, bytes + 8 * i, RAWBPF_BIG_ENDIAN);
	for (unsigned i = 0; i < COUNT; i += slots) {
		if (rawbpf_insn_check(insns + i, COUNT - i, &reason) < 0) {
			fprintf(stderr, "slot %u: %s\n", i, reason);
			return API_FAILED;
		}
		rawbpf_insn_format(text, sizeof text, insns + i, COUNT - i, RAWBPF_LLVM, NULL, &slots);
		kernel = rawbpf_insn_kernel_find(insns + i, COUNT - i);
		printf("%-12s Linux %d.%d\n", text, kernel >> 8, kernel & 255);
	}
	kernel = rawbpf_prog_kernel_find(insns, COUNT);
	printf("all of it needs Linux %d.%d\n", kernel >> 8, kernel & 255);

	/* Write the same instruction for a little-endian machine, and a broken one. */
	rawbpf_insn_write(little, insns, RAWBPF_LITTLE_ENDIAN);
	for (unsigned i = 0; i < sizeof little; i++)
		printf("%02x%s", little[i], i + 1 < sizeof little ? " " : "\n");
	broken = insns[0];
	broken.dst_reg = 12;
	if (rawbpf_insn_check(&broken, 1, &reason) < 0)
		printf("broken: %s\n", reason);
	return done();
}
