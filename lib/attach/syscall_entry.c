/* SPDX-License-Identifier: MIT */
/*
 * The part of the tables of insn/syscall/ that an attachment needs. The names of all calls would be
 * larger than the rest of a small program.
 */
#include "syscall_entry.h"

#include "../../insn/base/string.h"

#define SYSCALL_ROW(TEXT) TEXT
#define SYSCALL_NO_ROW(TEXT)

#define SYSCALL_HERE_EVERY SYSCALL_ROW
#ifdef __LP64__
#define SYSCALL_HERE_LP64 SYSCALL_ROW
#else
#define SYSCALL_HERE_LP64 SYSCALL_NO_ROW
#endif
#ifdef __x86_64__
#define SYSCALL_HERE_X86_64 SYSCALL_ROW
#define SYSCALL_AWAY_X86_64 SYSCALL_NO_ROW
#else
#define SYSCALL_HERE_X86_64 SYSCALL_NO_ROW
#define SYSCALL_AWAY_X86_64 SYSCALL_ROW
#endif
#ifdef __aarch64__
#define SYSCALL_HERE_ARM64 SYSCALL_ROW
#define SYSCALL_AWAY_ARM64 SYSCALL_NO_ROW
#else
#define SYSCALL_HERE_ARM64 SYSCALL_NO_ROW
#define SYSCALL_AWAY_ARM64 SYSCALL_ROW
#endif
#if defined(__riscv) && __riscv_xlen == 64
#define SYSCALL_HERE_RISCV64 SYSCALL_ROW
#define SYSCALL_AWAY_RISCV64 SYSCALL_NO_ROW
#else
#define SYSCALL_HERE_RISCV64 SYSCALL_NO_ROW
#define SYSCALL_AWAY_RISCV64 SYSCALL_ROW
#endif
#ifdef __s390x__
#define SYSCALL_HERE_S390X SYSCALL_ROW
#define SYSCALL_AWAY_S390X SYSCALL_NO_ROW
#else
#define SYSCALL_HERE_S390X SYSCALL_NO_ROW
#define SYSCALL_AWAY_S390X SYSCALL_ROW
#endif

/* Calls whose entry function has another name, and those functions in the same order. */
#define NO_ENTRY(ARCH, NAME)
#define NOT_A_CALL(NAME)
static const char syscall_renamed[] =
#define ENTRY(ARCH, NAME, FUNCTION) SYSCALL_HERE_##ARCH(#NAME "\0")
#include "../../insn/syscall/entry.def"
;
#define NO_ENTRY(ARCH, NAME)
#define NOT_A_CALL(NAME)
static const char syscall_functions[] =
#define ENTRY(ARCH, NAME, FUNCTION) SYSCALL_HERE_##ARCH(#FUNCTION "\0")
#include "../../insn/syscall/entry.def"
;

#if defined(__x86_64__) || defined(__aarch64__) || defined(__s390x__) || \
	(defined(__riscv) && __riscv_xlen == 64)
/* Names of calls that this architecture does not have. */
static const char syscall_foreign[] =
#define SYSCALL(NAME, X86_64, ARM64, S390X)
#define SYSCALL_OLD(NAME, X86_64, S390X) SYSCALL_HERE_ARM64(#NAME "\0") SYSCALL_HERE_RISCV64(#NAME "\0")
#define SYSCALL_NOT_S390X(NAME, X86_64, ARM64) SYSCALL_HERE_S390X(#NAME "\0")
#define SYSCALL_NOT_RISCV64(NAME, X86_64, ARM64, S390X) SYSCALL_HERE_RISCV64(#NAME "\0")
#define SYSCALL_ONLY(ARCH, NAME, NUMBER) SYSCALL_AWAY_##ARCH(#NAME "\0")
#include "../../insn/syscall/syscall.def"
#define ENTRY(ARCH, NAME, FUNCTION)
#define NO_ENTRY(ARCH, NAME) SYSCALL_HERE_##ARCH(#NAME "\0")
#define NOT_A_CALL(NAME) #NAME "\0"
#include "../../insn/syscall/entry.def"
;

/* Check for a function of 32-bit callers, by the rule of entry.def. */
static int syscall_is_compat(const char *name)
{
	size_t length = rawbpf__length(name);
	const char *end = name + length;

	return (length > 2 && (rawbpf__starts_with(end - 2, "16") || rawbpf__starts_with(end - 2, "32"))) ||
	       rawbpf__starts_with(name, "old") || rawbpf__starts_with(name, "ia32_");
}
#else
/* Without a table of this architecture, the kernel decides about every name. */
static const char syscall_foreign[] = "";

static int syscall_is_compat(const char *name)
{
	(void)name;
	return 0;
}
#endif

#ifdef __s390x__
/* Check for a call of which Linux 6.1 has the function but not the number. */
static int syscall_is_without_number(const char *name)
{
	return rawbpf__equal(name, "memfd_secret") && rawbpf__memfd_secret(~0u) == -ENOSYS;
}
#else
static int syscall_is_without_number(const char *name)
{
	(void)name;
	return 0;
}
#endif

const char *rawbpf__syscall_entry(const char *name)
{
	size_t length = rawbpf__length(name);
	int renamed = rawbpf__list_find(syscall_renamed, name, length);

	if (renamed >= 0)
		return rawbpf__nth(syscall_functions, renamed);
	if (syscall_is_compat(name) || syscall_is_without_number(name) ||
	    rawbpf__list_find(syscall_foreign, name, length) >= 0)
		return NULL;
	return name;
}
