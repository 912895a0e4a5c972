/* SPDX-License-Identifier: MIT */
/* System calls by name. test/syscall/numbers.sh compares all numbers with the kernel's headers. */
#include "../unit.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include <rawbpf/syscall.h>

#include "../../lib/attach/syscall_entry.h"

static const struct {
	enum rawbpf_arch arch;
	const char *name;
	int number;        /* or a negative errno */
	const char *entry;
} calls[] = {
	{ RAWBPF_ARCH_X86_64, "read", 0, "read" },
	{ RAWBPF_ARCH_X86_64, "stat", 4, "newstat" },
	{ RAWBPF_ARCH_X86_64, "fstat", 5, "newfstat" },
	{ RAWBPF_ARCH_X86_64, "lstat", 6, "newlstat" },
	{ RAWBPF_ARCH_X86_64, "mmap", 9, "mmap" },
	{ RAWBPF_ARCH_X86_64, "sendfile", 40, "sendfile64" },
	{ RAWBPF_ARCH_X86_64, "uname", 63, "newuname" },
	{ RAWBPF_ARCH_X86_64, "umount2", 166, "umount" },
	{ RAWBPF_ARCH_X86_64, "fadvise64", 221, "fadvise64" },
	{ RAWBPF_ARCH_X86_64, "personality", 135, "personality" },
	{ RAWBPF_ARCH_X86_64, "set_thread_area", 205, NULL },
	{ RAWBPF_ARCH_X86_64, "uselib", 134, NULL },
	{ RAWBPF_ARCH_X86_64, "renameat", 264, "renameat" },
	{ RAWBPF_ARCH_X86_64, "umount", -ENOENT, NULL },
	{ RAWBPF_ARCH_X86_64, "newstat", -ENOENT, NULL },
	{ RAWBPF_ARCH_X86_64, "waitpid", -ENOENT, NULL },
	{ RAWBPF_ARCH_ARM64, "fstat", 80, "newfstat" },
	{ RAWBPF_ARCH_ARM64, "uname", 160, "newuname" },
	{ RAWBPF_ARCH_ARM64, "umount2", 39, "umount" },
	{ RAWBPF_ARCH_ARM64, "sendfile", 71, "sendfile64" },
	{ RAWBPF_ARCH_ARM64, "fadvise64", 223, "fadvise64_64" },
	{ RAWBPF_ARCH_ARM64, "personality", 92, "arm64_personality" },
	{ RAWBPF_ARCH_ARM64, "renameat", 38, "renameat" },
	{ RAWBPF_ARCH_ARM64, "open", -ENOENT, NULL },
	{ RAWBPF_ARCH_ARM64, "stat", -ENOENT, NULL },
	{ RAWBPF_ARCH_ARM64, "uselib", -ENOENT, NULL },
	{ RAWBPF_ARCH_RISCV64, "personality", 92, "personality" },
	{ RAWBPF_ARCH_RISCV64, "riscv_hwprobe", 258, "riscv_hwprobe" },
	{ RAWBPF_ARCH_RISCV64, "renameat", -ENOENT, NULL },
	{ RAWBPF_ARCH_S390X, "stat", 106, "newstat" },
	{ RAWBPF_ARCH_S390X, "mmap", 90, "old_mmap" },
	{ RAWBPF_ARCH_S390X, "umount", 22, "oldumount" },
	{ RAWBPF_ARCH_S390X, "umount2", 52, "umount" },
	{ RAWBPF_ARCH_S390X, "ipc", 117, "s390_ipc" },
	{ RAWBPF_ARCH_S390X, "personality", 136, "s390_personality" },
	{ RAWBPF_ARCH_S390X, "fadvise64", 253, "fadvise64_64" },
	{ RAWBPF_ARCH_S390X, "accept", -ENOENT, NULL },
	{ RAWBPF_ARCH_S390X, "uselib", 86, "uselib" },
	{ RAWBPF_ARCH_S390X, "", -ENOENT, NULL },
	{ RAWBPF_ARCH_S390X, "rea", -ENOENT, NULL },
	{ RAWBPF_ARCH_S390X, "readx", -ENOENT, NULL },
	{ RAWBPF_ARCH_S390X, NULL, -ENOENT, NULL },
	{ RAWBPF_ARCH_S390X + 1, "read", -EINVAL, NULL },
	{ (enum rawbpf_arch)-1, "read", -EINVAL, NULL },
};

START_TEST(test_calls)
{
	struct rawbpf_syscall call = { -77, "untouched" };
	int err = rawbpf_syscall_find(&call, calls[_i].arch, calls[_i].name);

	if (calls[_i].number < 0) {
		ck_assert_int_eq(err, calls[_i].number);
		ck_assert_int_eq(call.number, -77);
		ck_assert_str_eq(call.entry, "untouched");
		return;
	}
	ck_assert_int_eq(err, 0);
	ck_assert_int_eq(call.number, calls[_i].number);
	if (calls[_i].entry)
		ck_assert_str_eq(call.entry, calls[_i].entry);
	else
		ck_assert_ptr_null(call.entry);
}
END_TEST

START_TEST(test_native)
{
	struct rawbpf_syscall call;
	int err = rawbpf_syscall_find(&call, RAWBPF_ARCH_NATIVE, "fchownat");

#if defined(__LP64__) && (defined(__x86_64__) || defined(__aarch64__) || defined(__riscv) || defined(__s390x__))
	ck_assert_int_eq(err, 0);
	ck_assert_int_eq(call.number, __NR_fchownat);
	ck_assert_str_eq(call.entry, "fchownat");
#else
	ck_assert_int_eq(err, -EOPNOTSUPP);
#endif
}
END_TEST

/* For every call, this machine's entry in the kernel, or NULL if it has none. */
START_TEST(test_entries)
{
	static const char *const names[] = {
#define SYSCALL(NAME, ...) #NAME,
#define SYSCALL_OLD(NAME, ...) #NAME,
#define SYSCALL_NOT_S390X(NAME, ...) #NAME,
#define SYSCALL_NOT_RISCV64(NAME, ...) #NAME,
#define SYSCALL_ONLY(ARCH, NAME, ...) #NAME,
#include "../../insn/syscall/syscall.def"
	};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct rawbpf_syscall call = { 0, NULL };
		const char *entry = rawbpf__syscall_entry(names[i]);
		int err = rawbpf_syscall_find(&call, RAWBPF_ARCH_NATIVE, names[i]);

		if (err == -EOPNOTSUPP)
			return;
		if (!strcmp(names[i], "memfd_secret"))
			continue; /* 6.1 on s390x has the function, but no number */
		ck_assert_msg(!entry == !call.entry && (!entry || !strcmp(entry, call.entry)),
			      "%s: %s, not %s", names[i], entry, call.entry);
	}
}
END_TEST

/* Names in no table: functions for 32-bit callers, and future calls. */
START_TEST(test_entries_of_no_table)
{
	static const char *const compat[] = {
		"chown16", "setuid16", "fcntl32", "xx16", "x32", "oldumount", "old", "ia32_clone", "ia32_",
	};
	static const char *const calls[] = {
		"no_such_call", "16", "32", "16x", "x32x", "fcntl31", "ia3", "ia32x", "ol", "x_old", "x_ia32_", "",
	};

	if (rawbpf__syscall_entry("mmap2")) /* this architecture has no table */
		return;
	for (unsigned i = 0; i < sizeof compat / sizeof compat[0]; i++)
		ck_assert_msg(!rawbpf__syscall_entry(compat[i]), "%s", compat[i]);
	for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
		ck_assert_msg(rawbpf__syscall_entry(calls[i]) == calls[i], "%s", calls[i]);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_calls, 0, sizeof calls / sizeof calls[0]);
	tcase_add_test(tests, test_native);
	tcase_add_test(tests, test_entries);
	tcase_add_test(tests, test_entries_of_no_table);
}

int main(void)
{
	return unit_run("syscall", add_tests);
}
