/* SPDX-License-Identifier: MIT */
/*
 * Programs: bytecode that the kernel has verified.
 *
 * A loaded program is a file descriptor; close it with close(2). An attachment (rawbpf/link.h)
 * holds a reference of its own.
 */
#ifndef RAWBPF_PROG_H
#define RAWBPF_PROG_H

#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A record of CO-RE (compile once, run everywhere): the kernel writes a fact from its own BTF into
 * an instruction, about a type, a member or an enumerator. The program's BTF has the type as the
 * program knows it; its name selects the kernel's. The layout is that of struct bpf_core_relo.
 */
struct rawbpf_core_relo {
	uint32_t insn_off;       /* the instruction's offset, in bytes: 8 for each slot before it */
	uint32_t type_id;        /* in the program's BTF */
	uint32_t access_str_off; /* a string in the program's BTF: "0:1" is member 1 of the type,
	                          * "0" the type itself or enumerator 0 */
	uint32_t kind;           /* BPF_CORE_FIELD_BYTE_OFFSET, ... */
};

/* A program to load. Most programs need only the first five fields. */
struct rawbpf_prog_spec {
	const char *name;             /* up to 15 of [A-Za-z0-9_.]; NULL: none */
	unsigned type;                /* BPF_PROG_TYPE_* */
	const char *license;          /* "GPL" opens the helpers that are GPL-only; NULL: "" */
	const struct bpf_insn *insns;
	unsigned insn_count;          /* in 8-byte slots: BPF_LD_IMM64 counts as two */

	unsigned flags;               /* BPF_F_SLEEPABLE, BPF_F_STRICT_ALIGNMENT, ... */
	unsigned ifindex;             /* for a network device that runs programs itself */
	unsigned expected_attach_type; /* BPF_*, for the types that need one            4.17 */

	int btf;                      /* BTF descriptor for the three tables below; 0: none 5.0 */
	unsigned func_info_size;      /* bytes of one record */
	const void *func_info;
	unsigned func_info_count;
	unsigned line_info_size;
	const void *line_info;
	unsigned line_info_count;

	unsigned attach_btf_id;       /* fentry, LSM, ...: the function's or hook's type id */
	int attach_prog;              /* or extension: descriptor of the program that holds it */
	int attach_btf;               /* or of the BTF of its module; only one of the two 5.11 */

	unsigned core_relo_count;     /* only with func_info or line_info                 5.17 */
	const struct rawbpf_core_relo *core_relos;
	const int *fd_array;          /* maps and BTF that instructions name by index     5.14 */
	int token;                    /* with BPF_F_TOKEN_FD: a BPF token                  6.9 */
	unsigned fd_array_count;      /* 0, or the length of fd_array, to bind all of them 6.14 */
	const void *signature;        /* PKCS#7, of the instructions                       6.18 */
	unsigned signature_size;
	int keyring;                  /* with the keys to check it */

	/*
	 * A buffer for the verifier's log, a terminated string. A log makes loading many times
	 * slower. So the first attempt writes none; if it fails, a second attempt does. With a
	 * log_level every load writes one. If the log is longer than `log_size`, the buffer holds
	 * its end. The end gives the reason, before a line or two of statistics. 4 KB are enough
	 * for the reason and the instructions that lead to it.
	 */
	char *log;
	size_t log_size;
	unsigned log_level;           /* 0: as above; 1 instructions (for a program that loads,
	                               * only the last line), 2 more, | 4 statistics */
	size_t *log_length;           /* out, if not NULL: bytes of the whole log, with its NUL */
};

/*
 * Verify and load a program. Return its descriptor (close-on-exec, never 0 to 2).
 *
 * -EACCES        rejected: it could do something forbidden; the log says what
 * -EINVAL        rejected; this kernel does not know the type; an instruction names a
 *                descriptor that is not a map's
 * -E2BIG         too long (1,000,000 instructions; 4096 without CAP_BPF), too complex to verify,
 *                no instructions at all, or a field newer than the kernel is set (both may
 *                be -EINVAL)
 * -EPERM         a capability is missing: CAP_BPF, with CAP_PERFMON for tracing types or
 *                CAP_NET_ADMIN for networking types; before 5.11 also RLIMIT_MEMLOCK
 * -EBADF         an instruction names a map descriptor that is not open
 * -EAGAIN        signals interrupted all five attempts
 * -ENAMETOOLONG  the name is longer than 15 bytes
 * -ENOMEM, -EFAULT (`insns` or `license` is outside the caller's memory)
 * -ENOTSUPP      (524) the JIT of this machine cannot compile it
 * -ENOSYS        the kernel has no bpf(2)              Linux 3.18; bpf(2), kernel/bpf/verifier.c
 */
int rawbpf_prog_load(const struct rawbpf_prog_spec *spec);

/* The input of a run, once or `repeat` times, and its results. */
struct rawbpf_prog_run {
	const void *data_in; /* the packet, for types that see one: 14 bytes or more */
	unsigned data_size_in;
	void *data_out;      /* the packet after the run; NULL: not wanted */
	unsigned data_size_out; /* in: room, 0 for none; out: its length */
	const void *ctx_in;  /* the context, for types that accept one from user space */
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
 * Run a loaded program now, in this process's context. Return 0, or
 *
 * -ENOTSUPP  (524) this call cannot run programs of this type (kprobe, tracepoint, ...)
 * -EINVAL    data or context too short or too long for the type
 * -ENOSPC    data_out is too small: data_size_out is the size that is needed
 * -ENXIO     the CPU does not exist or is not online
 * -EINTR     a signal interrupted the runs             Linux 4.12; kernel/bpf/syscall.c
 */
int rawbpf_prog_run(int prog, struct rawbpf_prog_run *run);

/*
 * Attaching without a link: the program stays until it is detached, or its target disappears.
 * Prefer a link where it exists: rawbpf_cgroup_attach(), rawbpf_tcx_attach(), ... `target` is a
 * descriptor, or for tcx and netkit a network device's index:
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
	 * Cgroups: BPF_F_ALLOW_MULTI     beside others: prefer this
	 *          BPF_F_ALLOW_OVERRIDE  alone; a program in a cgroup below replaces it there
	 *          0                     alone; cgroups below may have none
	 * The last two replace a program with the same flag. Tcx, netkit, and cgroups with
	 * BPF_F_ALLOW_MULTI: | BPF_F_BEFORE or BPF_F_AFTER, as in struct rawbpf_anchor.
	 */
	unsigned flags;
	int replace;                /* the program to replace, atomically; 0: none.
	                             * Cgroups, with BPF_F_ALLOW_MULTI, 5.6; tcx and netkit 6.6 */
	unsigned relative;          /* as in struct rawbpf_anchor         6.6; cgroups 6.17 */
	uint64_t expected_revision; /* as in struct rawbpf_anchor         6.6; cgroups 6.17 */
};

/*
 * Attach `prog` to `target`. A `spec` of NULL is all zero. Return 0, or
 *
 * -EINVAL  unknown attach type; the program's type or expected_attach_type is another;
 *          the target is of another kind; older kernels: flags that they do not know.
 *          Cgroups: the program is there already; `replace` without BPF_F_ALLOW_MULTI; a packet
 *          program (cgroup_skb), and CAP_NET_ADMIN is missing; no CONFIG_CGROUP_BPF
 * -EEXIST  tcx, netkit: the program is there already; flow dissector: another one is attached by
 *          a link, or in the initial namespace. (One without a link is replaced; replacing it by
 *          itself: -EINVAL.)
 * -EBUSY   the sockmap has such a program by a link; tcx, netkit: `replace` is there by a link
 * -EOPNOTSUPP  the map is not a sockmap
 * -ENOENT  `replace` or `relative` is not attached there; a cgroup has `replace` by a link, or was
 *          removed
 * -ENODEV  the device does not exist
 * -ESTALE  the attached programs changed: the revision is another
 * -EPERM   CAP_NET_ADMIN is missing; a cgroup's program has other flags, or one above excludes
 *          programs below
 * -E2BIG   64 programs are on the cgroup (which prevents replacing, too), 63 on the device
 * -EBADF   a descriptor is not open, or is not of a cgroup v2 directory    Linux 4.10
 */
int rawbpf_prog_attach(int prog, int target, unsigned attach_type,
		       const struct rawbpf_prog_attach_spec *spec);

/*
 * Detach a program of rawbpf_prog_attach(). `spec` may be NULL. For tcx and netkit, with `prog` 0,
 * it selects the position of the program. For these, and cgroups since 6.17, it has the revision.
 *
 * If a cgroup's program was attached without BPF_F_ALLOW_MULTI, the kernel detaches it, whatever
 * `prog` is. So this function first queries the cgroup, which needs CAP_NET_ADMIN, and detaches
 * only `prog`. Since 6.17 the kernel notices a change between the two calls. Before that, if
 * another program replaces `prog` at that moment, the function detaches that program.
 *
 * -ENOENT  it is not attached there; cgroups: or a link holds it, see rawbpf_link_revoke()
 * -EBUSY   tcx, netkit, sockmaps: a link holds it
 * -EPERM   CAP_NET_ADMIN is missing
 * -ESTALE  the revision is another; without one: the programs changed in each of 16 attempts
 * -EINVAL  as above; flow dissector: a link holds it
 * -EOPNOTSUPP, -ENODEV, -EBADF as above                                Linux 4.10
 */
int rawbpf_prog_detach(int prog, int target, unsigned attach_type,
		       const struct rawbpf_prog_attach_spec *spec);

/* The programs that rawbpf_prog_replace() replaces. Set at most one of the first three fields. */
struct rawbpf_prog_replace_spec {
	int old;             /* this program, a descriptor; 0: not given */
	const char *name;    /* programs of this name */
	const uint8_t *tag;  /* programs with this tag, 8 bytes; all NULL and 0: named as `prog` */
	unsigned flags;      /* for the first program: 0 is BPF_F_ALLOW_MULTI; or BPF_F_ALLOW_OVERRIDE */
	int must_exist;      /* not 0: attach no first program: without an old one the result is -ENOENT */
};

/*
 * Replace the caller's old program on a cgroup's hook by `prog`, or attach `prog` as the first one.
 * It stays until it is replaced or detached, or the cgroup is removed.
 *
 * The call queries the hook and recognises the old programs by `spec`. It replaces the last one in
 * place: by the link if a link holds it, else by BPF_F_REPLACE. A program that was attached without
 * BPF_F_ALLOW_MULTI is replaced with its own flags. Before 5.6 the kernel cannot replace in place:
 * the call attaches `prog` behind the old program, then detaches the old one. One of the two is
 * attached at every moment. The call also detaches further old programs, which racing processes
 * left, unless a link holds them. Programs of others stay as they are. If another process changes
 * the hook meanwhile, the call starts again, up to 1,000 times.
 *
 * Several processes that replace at once leave one program; for a moment there may be two. Before
 * 6.17 a race remains if the hook's program was attached without BPF_F_ALLOW_MULTI. If another
 * process replaces it between the last two system calls, this call replaces that process's program.
 *
 * Return 1 if an old program was replaced, 0 if there was none or `prog` is attached already, or
 *
 * -EBUSY   the hook has a program of somebody else alone (attached without BPF_F_ALLOW_MULTI)
 * -E2BIG   64 programs are attached; the kernel then replaces only a link's
 * -EPERM   CAP_NET_ADMIN is missing, or for `name` and `tag` CAP_SYS_ADMIN, which opens programs
 *          and links by their ids; a program above excludes programs below
 * -ENOENT  the cgroup was removed; with must_exist, no old program is attached, and `prog` is not
 * -ESTALE  other processes changed the hook during each of the attempts
 * -EINVAL  the program's type does not fit; BPF_LSM_CGROUP; `prog` has no name and `spec` names
 *          nothing; two of the fields; other flags
 * -EBADF   `cgroup` is not a cgroup v2 directory; a descriptor is not open    Linux 4.15
 */
int rawbpf_prog_replace(int prog, int cgroup, unsigned attach_type,
			const struct rawbpf_prog_replace_spec *spec);

/* The attached programs. The arrays have `capacity` entries each; NULL: not wanted. */
struct rawbpf_prog_query {
	unsigned flags;              /* BPF_F_QUERY_EFFECTIVE: all programs that run in a cgroup,
	                              * including those attached above */
	unsigned *prog_ids;          /* in the order in which they run */
	unsigned *prog_attach_flags; /* of cgroups                                     6.0 */
	unsigned *link_ids;          /* 0: attached without a link. tcx and netkit     6.6 */
	unsigned *link_attach_flags; /*                                                6.6 */
	unsigned capacity;
	unsigned count;        /* out: programs, including those that do not fit */
	unsigned attach_flags; /* out: of cgroups, BPF_F_ALLOW_MULTI, BPF_F_ALLOW_OVERRIDE or 0 */
	uint64_t revision;     /* out: changes with every program attached, detached or replaced;
	                        * 0: the kernel does not count (cgroups before 6.17) */
};

/*
 * List the programs that are attached to a target of rawbpf_prog_attach(), by a link or without.
 * For BPF_SK_LOOKUP and BPF_FLOW_DISSECTOR the target is a network namespace's descriptor. For
 * XDP programs see rawbpf_xdp_query(). rawbpf_obj_id_open() makes descriptors from the ids.
 *
 * -ENOSPC  `count` is more than `capacity`: the entries that fit were written
 * -EINVAL, -EOPNOTSUPP, -ENODEV, -EBADF as above. -EPERM: CAP_NET_ADMIN is missing
 * -EINVAL  also: prog_ids without prog_attach_flags for BPF_LSM_CGROUP
 *                                                                      Linux 4.15
 */
int rawbpf_prog_query(struct rawbpf_prog_query *query, int target, unsigned attach_type);

/*
 * Keep a map as long as the program, although no instruction names it, for readers of the program's
 * information. A second time does nothing.
 *
 * -EINVAL  not a program, not a map. -EBADF: not open.                  Linux 5.10
 */
int rawbpf_prog_map_bind(int prog, int map);

/*
 * Bind a program to a struct_ops map: the kernel functions that the program calls act for the
 * operations of that map. A program has one; a second time with the same map does nothing.
 *
 * -EINVAL  the program is itself in a struct_ops map; another kind of map; an older kernel
 * -EBUSY   the program is bound to another map
 * -EBADF   a descriptor is not open                                    Linux 7.0
 */
int rawbpf_prog_struct_ops_bind(int prog, int map);

/*
 * Read the text that a program wrote to a stream, BPF_STREAM_STDOUT or BPF_STREAM_STDERR. The
 * latter also has the kernel's messages about a loop or a memory access that it ended. Return the
 * number of bytes read, which are removed from the stream; 0: it is empty now.
 *
 * -ENOENT  the program has no such stream
 * -EINVAL  not a program; an older kernel. -EBADF: not open.            Linux 6.17
 */
long rawbpf_prog_stream_read(int prog, unsigned stream, void *buffer, size_t size);

/*
 * Make the kernel time and count the runs of all programs (run_time_ns, run_cnt of struct
 * bpf_prog_info). This ends when the descriptor returned is closed. Each run then reads the
 * clock twice. `type`: 0, BPF_STATS_RUN_TIME. -EPERM: CAP_SYS_ADMIN is missing. -EINVAL: unknown
 * type. Linux 5.8
 */
int rawbpf_prog_stats_open(unsigned type);

#ifdef __cplusplus
}
#endif
#endif
