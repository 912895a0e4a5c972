/* SPDX-License-Identifier: MIT */
#include <rawbpf/syscall.h>

#include "../base/arch.h"
#include "../base/string.h"

enum { RAWBPF__SYSCALL_NONE = -1, RAWBPF__SYSCALL_ARCHS = 4 };

/* The names follow one another. syscall.def gives their numbers below in the same order. */
static const char rawbpf__syscall_names[] =
#define SYSCALL(NAME, X86_64, ARM64, S390X) #NAME "\0"
#define SYSCALL_OLD(NAME, X86_64, S390X) #NAME "\0"
#define SYSCALL_NOT_S390X(NAME, X86_64, ARM64) #NAME "\0"
#define SYSCALL_NOT_RISCV64(NAME, X86_64, ARM64, S390X) #NAME "\0"
#define SYSCALL_ONLY(ARCH, NAME, NUMBER) #NAME "\0"
#include "syscall.def"
;

static const struct rawbpf__syscall_row {
	int16_t number[RAWBPF__SYSCALL_ARCHS];
} rawbpf__syscall_rows[] = {
#define RAWBPF__NONE RAWBPF__SYSCALL_NONE
#define RAWBPF__ONLY_X86_64(N) { N, RAWBPF__NONE, RAWBPF__NONE, RAWBPF__NONE }
#define RAWBPF__ONLY_ARM64(N) { RAWBPF__NONE, N, RAWBPF__NONE, RAWBPF__NONE }
#define RAWBPF__ONLY_RISCV64(N) { RAWBPF__NONE, RAWBPF__NONE, N, RAWBPF__NONE }
#define RAWBPF__ONLY_S390X(N) { RAWBPF__NONE, RAWBPF__NONE, RAWBPF__NONE, N }
#define SYSCALL(NAME, X86_64, ARM64, S390X) { { X86_64, ARM64, ARM64, S390X } },
#define SYSCALL_OLD(NAME, X86_64, S390X) { { X86_64, RAWBPF__NONE, RAWBPF__NONE, S390X } },
#define SYSCALL_NOT_S390X(NAME, X86_64, ARM64) { { X86_64, ARM64, ARM64, RAWBPF__NONE } },
#define SYSCALL_NOT_RISCV64(NAME, X86_64, ARM64, S390X) { { X86_64, ARM64, RAWBPF__NONE, S390X } },
#define SYSCALL_ONLY(ARCH, NAME, NUMBER) { RAWBPF__ONLY_##ARCH(NUMBER) },
#include "syscall.def"
};

/* entry.def uses these names of architectures. All four architectures have 64 bits. */
enum {
	RAWBPF__SYSCALL_OF_EVERY,
	RAWBPF__SYSCALL_OF_LP64 = RAWBPF__SYSCALL_OF_EVERY,
	RAWBPF__SYSCALL_OF_X86_64 = RAWBPF_ARCH_X86_64,
	RAWBPF__SYSCALL_OF_ARM64 = RAWBPF_ARCH_ARM64,
	RAWBPF__SYSCALL_OF_RISCV64 = RAWBPF_ARCH_RISCV64,
	RAWBPF__SYSCALL_OF_S390X = RAWBPF_ARCH_S390X,
};

static const struct rawbpf__syscall_function {
	unsigned arch;
	const char *name, *function;
} rawbpf__syscall_functions[] = {
#define ENTRY(ARCH, NAME, FUNCTION) { RAWBPF__SYSCALL_OF_##ARCH, #NAME, #FUNCTION },
#define NO_ENTRY(ARCH, NAME) { RAWBPF__SYSCALL_OF_##ARCH, #NAME, NULL },
#define NOT_A_CALL(NAME)
#include "entry.def"
};

enum {
	RAWBPF__SYSCALL_FUNCTIONS =
		sizeof rawbpf__syscall_functions / sizeof rawbpf__syscall_functions[0]
};

/* Return the name of the entry function of a call on `arch`, or NULL if the call has none. */
static const char *rawbpf__syscall_function(unsigned arch, const char *name)
{
	unsigned i;

	for (i = 0; i < RAWBPF__SYSCALL_FUNCTIONS; i++) {
		const struct rawbpf__syscall_function *of = &rawbpf__syscall_functions[i];

		if ((of->arch == RAWBPF__SYSCALL_OF_EVERY || of->arch == arch) &&
		    rawbpf__equal(name, of->name))
			return of->function;
	}
	return name;
}

int rawbpf_syscall_find(struct rawbpf_syscall *call, enum rawbpf_arch arch, const char *name)
{
	int row = -ENOENT;

	if (arch == RAWBPF_ARCH_NATIVE)
		arch = rawbpf__arch_native();
	if (arch == RAWBPF_ARCH_NATIVE)
		return -EOPNOTSUPP;
	if ((unsigned)arch > RAWBPF__SYSCALL_ARCHS)
		return -EINVAL;
	if (name)
		row = rawbpf__list_find(rawbpf__syscall_names, name, rawbpf__length(name));
	if (row < 0 || rawbpf__syscall_rows[row].number[arch - 1] == RAWBPF__SYSCALL_NONE)
		return -ENOENT;
	call->number = rawbpf__syscall_rows[row].number[arch - 1];
	call->entry = rawbpf__syscall_function(arch, name);
	return 0;
}
