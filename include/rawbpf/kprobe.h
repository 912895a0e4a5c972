/* SPDX-License-Identifier: MIT */
/*
 * Kprobes: run a program where a function of the kernel begins, at an instruction in it, or where
 * it returns.
 *
 * The program (BPF_PROG_TYPE_KPROBE) receives the registers as its context. rawbpf_kprobe(3) lists
 * where each architecture keeps arguments and results in them. The program runs for all processes
 * on all CPUs: one that needs fewer compares bpf_get_current_pid_tgid() itself.
 */
#ifndef RAWBPF_KPROBE_H
#define RAWBPF_KPROBE_H

#include <rawbpf/link.h>
#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rawbpf_kprobe_method {
	RAWBPF_KPROBE_AUTO,    /* the PMU where there is one, else tracefs */
	RAWBPF_KPROBE_PMU,     /* perf_event_open(2) alone                           4.17 */
	RAWBPF_KPROBE_TRACEFS  /* an event in tracefs' kprobe_events */
};

/* The place of the probe: exactly one of `symbol`, `syscall` and `address`. */
struct rawbpf_kprobe_spec {
	const char *symbol;  /* a function, as in /proc/kallsyms; "module:function" */
	const char *syscall; /* a system call by its name in <asm/unistd.h>, "fchownat" */
	uint64_t address;    /* a kernel address */
	uint64_t offset;     /* bytes from `symbol`, to the start of an instruction */
	int retprobe;        /* not 0: probe the function's return */
	enum rawbpf_kprobe_method method;
	enum rawbpf_bind bind;
	uint64_t cookie;     /* for bpf_get_attach_cookie(); needs a bpf link        5.15 */
	unsigned maxactive;  /* for a retprobe by tracefs: room for this many calls that have not
	                      * returned yet, up to 4096; 0: the kernel's default    4.12 */
	int compat;          /* not 0: `syscall` is probed where 32-bit programs enter it */
};

/*
 * Attach a loaded program and fill `link`.
 *
 * A system call is probed at the function that native programs enter: __x64_sys_NAME,
 * __arm64_sys_NAME, __s390x_sys_NAME or __riscv_sys_NAME (sys_NAME before 6.6). On other
 * architectures it is sys_NAME. Some functions have another name than their call, as
 * __x64_sys_newstat (rawbpf_syscall(3)). The first argument of such a function points to the
 * caller's registers, except for sys_NAME.
 *
 * With `compat` the place is the function of 32-bit programs: __ia32_compat_sys_NAME,
 * __arm64_compat_sys_NAME, __s390_compat_sys_NAME or __riscv_compat_sys_NAME. If the kernel has no
 * such function, it is __ia32_sys_NAME, __s390_sys_NAME, __arm64_sys_NAME or __riscv_sys_NAME.
 * Native programs enter the last two also. Some 32-bit calls enter functions of other names: chown
 * of i386 enters chown16, chown32 enters chown. For them `syscall` is the function's name without
 * its prefix.
 *
 * A `maxactive` makes RAWBPF_KPROBE_AUTO use tracefs: the PMU has no such field.
 *
 * -ENOENT      this kernel has no such symbol, or no entry function for the system call
 *              (with `compat`: for 32-bit programs, if the kernel runs any);
 *              native programs have no such call: waitpid (they call wait4), open on arm64
 *              (RAWBPF_KPROBE_TRACEFS since 6.12 or before, for a missing function: -EINVAL)
 * -EINVAL      no spec, not exactly one place, or an offset without a symbol; a name with white
 *              space, '+', or bytes that are not printable ASCII; the program is not of type
 *              kprobe; before 5.15 a cookie or RAWBPF_BIND_LINK; or the kernel rejects the
 *              place: a function that kprobes rely on, or an offset inside an instruction
 *              (some kernels: -EILSEQ, -ERANGE); `maxactive` without `retprobe`, with
 *              RAWBPF_KPROBE_PMU, or over 4096; `compat` without `syscall`
 * -EADDRNOTAVAIL  several functions have this name: give the address of one
 * -EOPNOTSUPP  this kernel has no kprobes (with RAWBPF_KPROBE_PMU: no such PMU); neither
 *              sysfs nor tracefs is mounted; a cookie with RAWBPF_BIND_IOCTL; `maxactive`,
 *              and tracefs is not mounted
 * -EACCES, -EPERM  CAP_PERFMON (or CAP_SYS_ADMIN) is missing; kernel lockdown
 * -ENAMETOOLONG  the name is longer than a kernel symbol can be (511 bytes)
 * -E2BIG       the name is longer than in this kernel (127 bytes before 6.1)
 * -EBUSY       by tracefs: for 2 seconds another process held a lock (flock(2)) on
 *              kprobe_events
 * -EMFILE, -ENFILE, -ENOMEM, -EBADF (`prog`)
 *
 * Sources: perf_event_open(2); kernel/trace/trace_kprobe.c;
 * Documentation/trace/kprobetrace.rst. Linux 4.1 with tracefs, 4.17 with the PMU.
 */
int rawbpf_kprobe_attach(struct rawbpf_link *link, int prog, const struct rawbpf_kprobe_spec *spec);

/*
 * Do the same by the PMU alone. A program that must stay small calls this function: the linker then
 * omits the part of the library that writes to tracefs. Every supported kernel with kprobes
 * has the PMU. -EINVAL also: spec->method is RAWBPF_KPROBE_TRACEFS, or the spec has `maxactive` or
 * `compat`.                                                                     Linux 4.17
 */
int rawbpf_kprobe_pmu_attach(struct rawbpf_link *link, int prog,
			     const struct rawbpf_kprobe_spec *spec);

/*
 * Store the addresses of the functions that ftrace reaches, in the kernel and in modules, and whose
 * names match `glob`: the first `max` of them. In `glob`, `*` stands for any bytes, `?` for one,
 * every other byte for itself. Return the number of functions, at least 1, which may be more than
 * `max`. Functions of one name count each.
 *
 * rawbpf_kprobe_multi_attach() takes the addresses, and so does a kprobe, one at a time. An address
 * is that of the place that ftrace uses, which may be some bytes behind the function's beginning.
 * arm64 (listed since 6.5) keeps that place for ftrace and rejects a kprobe there (-EINVAL). A kprobe
 * at the function's beginning works there: subtract the offset of rawbpf_ksym_resolve().
 *
 * Kernels before 6.5 do not list addresses: the function then takes all functions of /proc/kallsyms.
 * It needs the right to read addresses there, and kprobes reject some of these functions (-EINVAL).
 *
 * -ENOENT      no function matches; before 6.5 also: /proc is not mounted
 * -EOPNOTSUPP  tracefs is not mounted
 * -EACCES      tracefs cannot be read: the process is not root's
 * -EPERM       kernel lockdown or a security module forbids tracing; before 6.5: the kernel hides
 *              addresses from this process
 * -ENOMEM, -EMFILE, -ENFILE
 *
 * Source: available_filter_functions_addrs of Documentation/trace/ftrace.rst.
 */
int rawbpf_kprobe_find(uint64_t *addresses, unsigned max, const char *glob);

/* Many functions, by name or by address. */
struct rawbpf_kprobe_multi_spec {
	const char *const *symbols;
	const uint64_t *addresses; /* one of the two */
	const uint64_t *cookies;   /* one each, for bpf_get_attach_cookie(); NULL: none */
	unsigned count;
	int retprobe;              /* not 0: probe the functions' returns */
	int session;               /* not 0: probe their beginning and, if the program
	                            * returns 0 there, also their return             6.10 */
};

/*
 * Attach a program to the beginning, or the return, of many functions at once. This is much faster
 * than a kprobe for each, and makes one bpf link that can be pinned. The program is of type kprobe,
 * loaded with the expected_attach_type BPF_TRACE_KPROBE_MULTI, or BPF_TRACE_KPROBE_SESSION for a
 * session.
 *
 * -EOPNOTSUPP  this kernel was built without CONFIG_FPROBE
 * -EINVAL  no spec; not exactly one of symbols and addresses; no functions; another type of
 *          program; an older kernel
 * -ESRCH   the kernel has no function of one of these names, or several, or ftrace does not
 *          reach it
 * -E2BIG   more than 1,048,576 functions
 * -EFAULT  an array cannot be read
 * -EPERM   CAP_PERFMON is missing                                      Linux 5.18
 */
int rawbpf_kprobe_multi_attach(struct rawbpf_link *link, int prog,
			       const struct rawbpf_kprobe_multi_spec *spec);

#ifdef __cplusplus
}
#endif
#endif
