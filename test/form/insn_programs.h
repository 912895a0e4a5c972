/* SPDX-License-Identifier: MIT */
/*
 * Small programs that together have instructions of every class and form group. They are loaded and
 * run on real kernels: natively, and by guests with other kernels and architectures.
 *
 * Each is a BPF_PROG_TYPE_SOCKET_FILTER (license "GPL") for BPF_PROG_TEST_RUN. The packet has 64
 * bytes, 0x00 to 0x3f. The run has no context. The expected results were worked out from RFC 9669.
 */
#ifndef TEST_INSN_PROGRAMS_H
#define TEST_INSN_PROGRAMS_H

#include <rawbpf/insn.h>
#include <rawbpf/form.h>

/* Write Linux 5.10 as one number that compares. */
#define INSN_PROGRAM_KERNEL(MAJOR, MINOR)	((MAJOR) << 8 | (MINOR))

/* The u64, in host order, in the caller's array map (4-byte key, 8-byte value, one entry). */
#define INSN_PROGRAMS_MAP_VALUE			0x1122334455667788ULL

struct insn_program {
	const char *name;
	unsigned kernel;		/* the first that loads it; older ones must reject it */
	unsigned backport;		/* stable releases of this older series may load it; or 0 */
	unsigned expected;		/* the run's result: the low half of r0 */
	unsigned fd_array;		/* 1: load with attr.fd_array, its element 0 the map */
	unsigned count;
	struct bpf_insn insns[48];
};

/*
 * Copy program number `index` to `out`, with `map_fd` in its references to the map. Returns 1, or 0
 * behind the last program.
 */
int insn_programs_get(struct insn_program *out, unsigned index, int map_fd);

/* Create the programs' array map. Returns a descriptor, or a negative errno. */
int insn_programs_map(void);

/* Load and run. Returns 0 with r0 in *retval, or the negative errno of the load. */
int insn_program_run(const struct insn_program *program, int map_fd, unsigned *retval);

/*
 * Disassemble the program and assemble the text. Returns 1 if the new bytes, which replace the old
 * ones, are equal.
 */
int insn_program_through_text(struct insn_program *program, enum rawbpf_dialect dialect);

/* Judge the result on this kernel: right, rejected because the kernel is older, or wrong. */
enum insn_verdict { INSN_RIGHT, INSN_REFUSED, INSN_WRONG };
enum insn_verdict insn_program_judge(const struct insn_program *program, unsigned kernel, int err,
				     unsigned retval);

#endif
