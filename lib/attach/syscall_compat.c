/* SPDX-License-Identifier: MIT */
/* The functions through which a 64-bit kernel enters system calls of 32-bit programs. */
#include "syscall_entry.h"

#include "../../insn/base/out.h"
#include "../../insn/base/string.h"

static const char *const syscall_compat_prefixes[] = {
#if defined(__x86_64__)
	"__ia32_compat_sys_", "__ia32_sys_",
#elif defined(__aarch64__)
	"__arm64_compat_sys_", "__arm64_sys_",
#elif defined(__s390x__)
	"__s390_compat_sys_", "__s390_sys_",
#elif defined(__riscv) && __riscv_xlen == 64
	"__riscv_compat_sys_", "__riscv_sys_",
#endif
	NULL
};

/* Calls whose entry function has another name for 32-bit programs of every architecture. */
static const char syscall_compat_renamed[] = "fstat\0" "lstat\0" "stat\0" "umount2\0" "uname\0";
static const char syscall_compat_functions[] =
	"newfstat\0" "newlstat\0" "newstat\0" "umount\0" "newuname\0";

int rawbpf__syscall_compat_entry(char *function, size_t size, const char *name, unsigned n)
{
	struct rawbpf__out out = rawbpf__out_begin(function, size);
	int renamed = rawbpf__list_find(syscall_compat_renamed, name, rawbpf__length(name));
	const char *const *prefix = syscall_compat_prefixes;

	while (*prefix && n--)
		prefix++;
	if (!*prefix)
		return 0;
	rawbpf__out_text(&out, *prefix);
	rawbpf__out_text(&out, renamed < 0 ? name : rawbpf__nth(syscall_compat_functions, renamed));
	return 1;
}
