/* SPDX-License-Identifier: MIT */
/*
 * What guests leave out, because another boot of the default run proves the same: parts of the
 * guest, and tests that it runs, by the name of their fact. The guest tells each as a fact, and
 * vm.c compares these with the table. A boot for named parts, `/bin/guest PART...`, runs them.
 */
#ifndef VM_LEFT_OUT_H
#define VM_LEFT_OUT_H

#include <stddef.h>
#include <string.h>

#define SAME_VERSION "amd64 asks the same version of the kernel"
#define OWN_NAMES "the names of these functions are those of amd64"
#define NO_JIT "without a JIT this kernel interprets, as s390x does"
#define NO_PROBE "the tool does not attach by a kprobe here, as chrootsnoop.kprobe says"
#define OWN_PATHS "the newest kernel has all paths of the library"

static const struct left_out {
	const char *what, *machine; /* as uname(2) says */
	unsigned before;	    /* kernels older than this, 0x70a for 7.10; 0: all */
	const char *why;
} left_out_table[] = {
	{ "answers", "riscv64", 0x700, SAME_VERSION },
	{ "capabilities", "riscv64", 0x700, SAME_VERSION },
	{ "causes", "aarch64", 0, OWN_NAMES },
	{ "causes", "riscv64", 0, OWN_NAMES },
	{ "causes", "s390x", 0, OWN_NAMES },
	{ "helpers", "aarch64", 0, SAME_VERSION },
	{ "helpers", "riscv64", 0x700, SAME_VERSION },
	{ "machine", "riscv64", 0x700, NO_JIT },
	{ "rejected", "riscv64", 0x700, SAME_VERSION },
	{ "rewritten", "riscv64", 0x700, NO_JIT },
	{ "taught", "riscv64", 0x700, SAME_VERSION },
	{ "flood.kprobe", "riscv64", 0x700, NO_PROBE },
	{ "events.faults", "x86_64", 0x700, OWN_PATHS },
	{ "links.net_faults", "x86_64", 0x700, OWN_PATHS },
};
enum { LEFT_OUT_ROWS = sizeof(left_out_table) / sizeof(*left_out_table) };

/* Return row `i` if it is about this kernel, else NULL. */
static inline const struct left_out *left_out_row(int i, const char *machine, unsigned kernel)
{
	const struct left_out *row = &left_out_table[i];

	return !strcmp(row->machine, machine) && (!row->before || kernel < row->before) ? row : NULL;
}

/* Return why a part or a test is left out on this kernel, or NULL. */
static inline const char *left_out_why(const char *what, const char *machine, unsigned kernel)
{
	for (int i = 0; i < LEFT_OUT_ROWS; i++) {
		const struct left_out *row = left_out_row(i, machine, kernel);

		if (row && !strcmp(row->what, what))
			return row->why;
	}
	return NULL;
}

#endif
