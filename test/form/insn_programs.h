/* SPDX-License-Identifier: MIT */
/*
 * Small programs, with instructions of every class and form group in them, to be loaded and run
 * on real kernels: natively, and by guests on kernels of other ages and architectures.
 *
 * Each is a BPF_PROG_TYPE_SOCKET_FILTER (license "GPL") for BPF_PROG_TEST_RUN with a packet of 64
 * bytes, 0x00 to 0x3f, and no context. What it shall return was worked out from RFC 9669.
 */
#ifndef TEST_INSN_PROGRAMS_H
#define TEST_INSN_PROGRAMS_H

#include <rawbpf/insn.h>
#include <rawbpf/form.h>

/* Linux 5.10 as one number that compares. */
#define INSN_PROGRAM_KERNEL(MAJOR, MINOR)	((MAJOR) << 8 | (MINOR))

/* What the caller's array map (key 4 bytes, value 8 bytes, one entry) holds, a u64 of the host. */
#define INSN_PROGRAMS_MAP_VALUE			0x1122334455667788ULL

struct insn_program {
	const char *name;
	unsigned kernel;		/* first that loads it; older ones must refuse it, */
	unsigned backport;		/* but this series, whose stable releases may not; or 0 */
	unsigned expected;		/* what the run returns: the low half of r0 */
	unsigned fd_array;		/* 1: load with attr.fd_array, its element 0 the map */
	unsigned count;
	struct bpf_insn insns[48];
};

/*
 * Copy program number `index` to `out`, with `map_fd` where it refers to the map.
 * Returns 1, or 0 if there is no such program: count up from 0 until then.
 */
int insn_programs_get(struct insn_program *out, unsigned index, int map_fd);

/* The array map that the programs want: a descriptor, or a negative errno. */
int insn_programs_map(void);

/* Load and run: 0 and r0 in *retval, or the negative errno with which the kernel refused. */
int insn_program_run(const struct insn_program *program, int map_fd, unsigned *retval);

/* Disassemble the program and assemble that: 1 if the bytes, which replace it, are the same. */
int insn_program_through_text(struct insn_program *program, enum rawbpf_dialect dialect);

/* What that is on this kernel: the right result, a refusal that is due to its age, or wrong. */
enum insn_verdict { INSN_RIGHT, INSN_REFUSED, INSN_WRONG };
enum insn_verdict insn_program_judge(const struct insn_program *program, unsigned kernel, int err,
				     unsigned retval);

#endif
