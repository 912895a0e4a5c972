/* SPDX-License-Identifier: MIT */
/*
 * Programs: bytecode that the kernel has verified.
 *
 * A loaded program is a file descriptor; close it with close(2). An attachment
 * (rawbpf/link.h) holds a reference of its own.
 */
#ifndef RAWBPF_PROG_H
#define RAWBPF_PROG_H

#include <rawbpf/uapi.h>
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
	const void *signature;        /* PKCS#7, of the instructions                       6.18 */
	unsigned signature_size;
	int keyring;                  /* whose keys it is checked against */

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
 *                no instructions at all, or a field newer than the kernel is set (both may
 *                be -EINVAL)
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
 * -ENXIO     no such CPU, or it is not online
 * -EINTR     a signal came during the repeats          Linux 4.12; kernel/bpf/syscall.c
 */
int rawbpf_prog_run(int prog, struct rawbpf_prog_run *run);

/*
 * Attaching without a link: the program stays until it is detached, or its target is
 * gone. Where a link can do it, prefer that: rawbpf_cgroup_attach(), rawbpf_tcx_attach(),
 * ... `target` is a descriptor, or for tcx and netkit a network device's index:
 *
 *	attach_type                     target                    program type
 *	BPF_CGROUP_*                    cgroup v2 directory       rawbpf_cgroup(3)
 *	BPF_SK_SKB_*, BPF_SK_MSG_VERDICT  sockmap, sockhash       SK_SKB, SK_MSG
 *	BPF_FLOW_DISSECTOR              0: the caller's netns     FLOW_DISSECTOR
 *	BPF_LIRC_MODE2                  /dev/lircN                LIRC_MODE2
 *	BPF_TCX_INGRESS, _EGRESS        device index              SCHED_CLS      6.6
 *	BPF_NETKIT_PRIMARY, _PEER       device index              SCHED_CLS      6.7
 */
struct rawbpf_prog_attach_spec {
	/*
	 * Cgroups: BPF_F_ALLOW_MULTI     beside others: what everybody should use
	 *          BPF_F_ALLOW_OVERRIDE  alone; a program in a cgroup below takes its place there
	 *          0                     alone; cgroups below may have none
	 * The last two replace what was attached with the same flag. Tcx, netkit, and cgroups with
	 * BPF_F_ALLOW_MULTI: | BPF_F_BEFORE or BPF_F_AFTER, as in struct rawbpf_anchor.
	 */
	unsigned flags;
	int replace;                /* the program whose place to take, atomically; 0: none.
	                             * Cgroups, with BPF_F_ALLOW_MULTI, 5.6; tcx and netkit 6.6 */
	unsigned relative;          /* as in struct rawbpf_anchor         6.6; cgroups 6.17 */
	uint64_t expected_revision; /* as in struct rawbpf_anchor         6.6; cgroups 6.17 */
};

/*
 * Attach `prog` to `target`. A `spec` of NULL is all zero. 0, or
 *
 * -EINVAL  no such attach type; the program's type or expected_attach_type is another;
 *          the target is something else; older kernels: flags they do not know.
 *          Cgroups: the program is there already; `replace` without BPF_F_ALLOW_MULTI; a packet
 *          program (cgroup_skb), and CAP_NET_ADMIN is missing; no CONFIG_CGROUP_BPF
 * -EEXIST  tcx, netkit: the program is there already; flow dissector: one is there by a
 *          link, or in the first namespace. (One that is there without is replaced; by
 *          itself: -EINVAL.)
 * -EBUSY   a sockmap that has such a program by a link
 * -EOPNOTSUPP  a map that is no sockmap
 * -ENOENT  `replace` or `relative` is not attached there, or by a link; the cgroup was removed
 * -ENODEV  no such device
 * -ESTALE  the revision is another by now
 * -EPERM   CAP_NET_ADMIN is missing; a cgroup's program has other flags, or one above admits
 *          none below
 * -E2BIG   64 programs are on the cgroup (then none can be replaced either), 63 on the device
 * -EBADF   a descriptor is not open, or not of a cgroup v2 directory   Linux 4.10
 */
int rawbpf_prog_attach(int prog, int target, unsigned attach_type,
		       const struct rawbpf_prog_attach_spec *spec);

/*
 * Detach what rawbpf_prog_attach() attached. `spec`: NULL, or for tcx and netkit with
 * `prog` 0 the place of the program that is to go, and for these, and cgroups since
 * 6.17, the revision.
 *
 * Where a cgroup's hook has one program alone, the kernel detaches that one, whatever `prog` is.
 * This function asks first what is attached, which takes CAP_NET_ADMIN, and detaches nothing but
 * `prog`. Since 6.17 the kernel notices a change between the two; before that, a program that
 * replaces `prog` in that moment is detached in its stead.
 *
 * -ENOENT  it is not attached there (or by a link, which only its holder ends)
 * -EPERM   CAP_NET_ADMIN is missing
 * -ESTALE  the revision is another by now; or, with none given, again in 16 attempts
 * -EINVAL, -EBUSY, -EOPNOTSUPP, -ENODEV, -EBADF as above               Linux 4.10
 */
int rawbpf_prog_detach(int prog, int target, unsigned attach_type,
		       const struct rawbpf_prog_attach_spec *spec);

/* What is attached: the arrays have `capacity` entries each; NULL: not wanted. */
struct rawbpf_prog_query {
	unsigned flags;              /* BPF_F_QUERY_EFFECTIVE: what runs in a cgroup, with what
	                              * is attached above */
	unsigned *prog_ids;          /* in the order they run */
	unsigned *prog_attach_flags; /* of cgroups                                     6.0 */
	unsigned *link_ids;          /* 0: attached without a link. tcx and netkit     6.6 */
	unsigned *link_attach_flags; /*                                                6.6 */
	unsigned capacity;
	unsigned count;        /* out: programs, also of those that there is no room for */
	unsigned attach_flags; /* out: of cgroups, BPF_F_ALLOW_MULTI, BPF_F_ALLOW_OVERRIDE or 0 */
	uint64_t revision;     /* out: changes with everything attached, detached or replaced;
	                        * 0: the kernel does not count (cgroups before 6.17) */
};

/*
 * Ask what is attached to a target of rawbpf_prog_attach(), by a link or not; of
 * BPF_SK_LOOKUP and BPF_FLOW_DISSECTOR a network namespace's descriptor. XDP answers by
 * netlink only. rawbpf_obj_id_open() makes descriptors of the ids.
 *
 * -ENOSPC  `count` is more than `capacity`: what fits was written
 * -EINVAL, -EOPNOTSUPP, -ENODEV, -EBADF as above. -EPERM: CAP_NET_ADMIN is missing
 *                                                                      Linux 4.15
 */
int rawbpf_prog_query(struct rawbpf_prog_query *query, int target, unsigned attach_type);

/*
 * Keep a map as long as the program, although no instruction names it: for what
 * others want to know of the program. A second time does nothing.
 *
 * -EINVAL  not a program, not a map. -EBADF: not open.                  Linux 5.10
 */
int rawbpf_prog_map_bind(int prog, int map);

/*
 * Say which struct_ops map's operations the kernel functions that a program calls are
 * to act for. One for a program; a second time with the same map does nothing.
 *
 * -EINVAL  the program is itself of a struct_ops map; another kind of map; an older kernel
 * -EBUSY   the program has another map
 * -EBADF   not open                                                    Linux 7.0
 */
int rawbpf_prog_struct_ops_bind(int prog, int map);

/*
 * Read what a program wrote to a stream, BPF_STREAM_STDOUT or BPF_STREAM_STDERR: its
 * own lines, and there the kernel's about a loop or a memory access that it ended.
 * Returns the bytes read, which are gone from the stream; 0: nothing more now.
 *
 * -ENOENT  no such stream
 * -EINVAL  not a program; an older kernel. -EBADF: not open.            Linux 6.17
 */
long rawbpf_prog_stream_read(int prog, unsigned stream, void *buffer, size_t size);

/*
 * From now on all programs of the system are timed and counted (run_time_ns, run_cnt
 * of struct bpf_prog_info), until the descriptor returned is closed. It costs some
 * 20 ns a run. `type`: 0, BPF_STATS_RUN_TIME. -EPERM: CAP_SYS_ADMIN is missing.
 * -EINVAL: no such type.                                               Linux 5.8
 */
int rawbpf_prog_stats_open(unsigned type);

#ifdef __cplusplus
}
#endif
#endif
