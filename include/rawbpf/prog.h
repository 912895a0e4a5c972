/* SPDX-License-Identifier: MIT */
/*
 * Programs: bytecode that the kernel has verified.
 *
 * A loaded program is a file descriptor; close it with close(2). An attachment
 * (rawbpf/link.h) holds a reference of its own.
 */
#ifndef RAWBPF_PROG_H
#define RAWBPF_PROG_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A program to load. The first five fields are what most need. */
struct rawbpf_prog_spec {
	const char *name;             /* up to 15 of [A-Za-z0-9_.]; NULL: none */
	unsigned type;                /* BPF_PROG_TYPE_* */
	const char *license;          /* "GPL" opens the helpers that are GPL-only; NULL: "" */
	const struct bpf_insn *insns;
	unsigned insn_count;          /* in 8-byte slots: BPF_LD_IMM64 counts as two */

	unsigned expected_attach_type; /* BPF_*, for the types that want one            4.17 */
	unsigned flags;               /* BPF_F_SLEEPABLE, BPF_F_STRICT_ALIGNMENT, ... */
	unsigned ifindex;             /* for a network device that runs programs itself */

	unsigned attach_btf_id;       /* fentry, LSM, ...: the function's or hook's type id */
	int attach_prog;              /* or extension: descriptor of the program it is in */
	int attach_btf;               /* or of the module's BTF; only one of the two      5.11 */

	int btf;                      /* BTF descriptor for the two tables below; 0: none  5.0 */
	const void *func_info;
	unsigned func_info_size;      /* bytes of one record */
	unsigned func_info_count;
	const void *line_info;
	unsigned line_info_size;
	unsigned line_info_count;
	const int *fd_array;          /* maps and BTF that instructions name by index     5.14 */
	unsigned fd_array_count;      /* 0, or the length, to bind all of them            6.14 */
	int token;                    /* with BPF_F_TOKEN_FD: a BPF token                  6.9 */

	/*
	 * Where the verifier's log goes: a terminated string. Filled when the load
	 * fails, and then by a second, logged attempt, since a log makes loading
	 * many times slower; or, with a log_level, on every load. Of a log that is
	 * longer than `log_size` the end is kept: the reason stands there, before a
	 * line or two of statistics. 4 KB show it and what led to it.
	 */
	char *log;
	size_t log_size;
	unsigned log_level;           /* 0: as said; 1 instructions (but for a program that
	                               * loads only the last line), 2 more, | 4 statistics */
	size_t *log_length;           /* out, if not NULL: bytes of the whole log, with its NUL */
};

/*
 * Verify and load a program; return its descriptor (close-on-exec, never 0 to 2).
 *
 * -EACCES        rejected: it may do what it must not; the log says what
 * -EINVAL        rejected, a type this kernel does not know, or an instruction names a
 *                descriptor that is not a map's
 * -E2BIG         too long (1,000,000 instructions; 4096 without CAP_BPF), too complex to verify,
 *                no instructions at all, or a field newer than the kernel is set (or -EINVAL)
 * -EPERM         a capability is missing: CAP_BPF, with CAP_PERFMON for tracing types or
 *                CAP_NET_ADMIN for networking types; before 5.11 also RLIMIT_MEMLOCK
 * -EBADF         an instruction names a map descriptor that is not open
 * -EAGAIN        interrupted again and again by signals, although tried five times
 * -ENAMETOOLONG  name longer than 15 bytes
 * -ENOMEM, -EFAULT (`insns` or `license` are not yours)
 * -ENOTSUPP      (524) what the JIT of this machine cannot do
 * -ENOSYS        a kernel without bpf(2)               Linux 3.18; bpf(2), kernel/bpf/verifier.c
 */
int rawbpf_prog_load(const struct rawbpf_prog_spec *spec);

/* What a program is run on, once or `repeat` times, and what came of it. */
struct rawbpf_prog_run {
	const void *data_in; /* the packet, for types that see one: 14 bytes or more */
	unsigned data_size_in;
	void *data_out;      /* the packet afterwards; NULL: not wanted */
	unsigned data_size_out; /* in: room, 0 for none; out: its length */
	const void *ctx_in;  /* the context, for types that take one from user space */
	unsigned ctx_size_in;
	void *ctx_out;
	unsigned ctx_size_out;
	unsigned repeat;     /* 0 is once */
	unsigned flags;      /* BPF_F_TEST_RUN_ON_CPU, BPF_F_TEST_XDP_LIVE_FRAMES */
	unsigned cpu;        /* with BPF_F_TEST_RUN_ON_CPU */
	unsigned batch_size; /* with live frames                                        5.18 */

	unsigned retval;     /* out: r0, its low 32 bits */
	unsigned duration;   /* out: ns of one run, on average */
};

/*
 * Run a loaded program now, in this process's context. 0, or
 *
 * -ENOTSUPP  (524) programs of this type cannot be run so (kprobe, tracepoint, ...)
 * -EINVAL    data or context too short or too long for the type
 * -ENOSPC    data_out too small: data_size_out says how much there is
 * -EINTR     a signal came during the repeats          Linux 4.12; kernel/bpf/syscall.c
 */
int rawbpf_prog_run(int prog, struct rawbpf_prog_run *run);

#ifdef __cplusplus
}
#endif
#endif
