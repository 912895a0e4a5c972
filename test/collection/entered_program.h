/* SPDX-License-Identifier: MIT */
/* Programs that begin with an entry sequence, and what they saw. */
#ifndef TEST_ENTERED_PROGRAM_H
#define TEST_ENTERED_PROGRAM_H

#include <stdint.h>

#include <rawbpf.h>

#include "../../insn/collection/entry.h"

#if defined(__x86_64__)
#define ENTERED_ARCH RAWBPF_ARCH_X86_64
#elif defined(__aarch64__)
#define ENTERED_ARCH RAWBPF_ARCH_ARM64
#elif defined(__riscv)
#define ENTERED_ARCH RAWBPF_ARCH_RISCV64
#else
#define ENTERED_ARCH RAWBPF_ARCH_S390X
#endif

enum { ENTERED_VALUES = 13 };

/* The map's value: the process whose events count, their number, the slots of the last one. */
struct entered_seen {
	uint64_t tgid, count, values[ENTERED_VALUES];
};

struct entered_seen *entered_open(int *map);
void entered_close(struct entered_seen *seen, int map);

/* What a program is loaded for. */
struct entered_target {
	unsigned prog_type, attach_type;
	const char *btf_name; /* of a type in the kernel's BTF, or NULL */
	unsigned btf_kind;
};

/*
 * Load an entry sequence with a body that counts the events of seen->tgid, and copies the slots of
 * `values`, each loaded in its own width.
 */
int entered_load(int map, const struct entered_target *target, const struct rawbpf__entry *entry,
		 const struct rawbpf__entry_value *values, unsigned count);

/* Return the offset of thread_info.status on this kernel. */
unsigned entered_task_status(void);

#endif
