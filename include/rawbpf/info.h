/* SPDX-License-Identifier: MIT */
/*
 * All that the kernel says of a program, a map, a link and BTF. The structs are those of Linux
 * 7.3, whatever the system's headers know. Fields that the running kernel does not know stay zero.
 *
 * The caller supplies buffers for arrays. Ask without any first, and `count` returns the sizes:
 *
 *	struct rawbpf_prog_info info = { .type = 0 };
 *
 *	err = rawbpf_prog_info(&info, prog);
 *	info.xlated.data = calloc(info.xlated.count, sizeof(struct bpf_insn));
 *	info.xlated.max = info.xlated.count;
 *	err = rawbpf_prog_info(&info, prog);
 *
 * The functions return 0 or a negative errno:
 *
 * -EBADF   the descriptor is not open
 * -EINVAL  the descriptor is of another kind than map, program, link or BTF
 * -EFAULT  a buffer is outside the caller's memory
 *                         Linux 4.13 programs and maps, 4.18 BTF, 5.8 links; bpf(2)
 */
#ifndef RAWBPF_INFO_H
#define RAWBPF_INFO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An array for the kernel to fill. */
struct rawbpf_info_array {
	void *data;     /* in: room, NULL for none. out: NULL if this process may not see it */
	unsigned max;   /* in: elements that fit; the rest is left out */
	unsigned count; /* out: elements that exist */
};

/*
 * A program. The kernel shows instructions, machine code and their arrays only with CAP_BPF. It
 * shows machine code and addresses only if kernel.kptr_restrict allows it. Otherwise the count, the
 * pointer or both become 0.
 */
struct rawbpf_prog_info {
	struct rawbpf_info_array xlated;           /* struct bpf_insn, as the verifier rewrote them */
	struct rawbpf_info_array jited;            /* bytes of machine code, function after function */
	struct rawbpf_info_array map_ids;          /* uint32_t */
	struct rawbpf_info_array jited_ksyms;      /* uint64_t: address of each function     4.18 */
	struct rawbpf_info_array jited_func_lens;  /* uint32_t: bytes of each function       4.18 */
	struct rawbpf_info_array func_info;        /* struct bpf_func_info, but see below     5.0 */
	struct rawbpf_info_array line_info;        /* struct bpf_line_info, but see below     5.0 */
	struct rawbpf_info_array jited_line_info;  /* uint64_t: address of each line          5.0 */
	struct rawbpf_info_array prog_tags;        /* 8 bytes each: tag of each function      5.0 */

	unsigned type;                /* BPF_PROG_TYPE_* */
	unsigned id;
	unsigned char tag[8];         /* a hash of the instructions as they were loaded */
	char name[16];                /* terminated. For a terminal: rawbpf_terminal_escape() */
	uint64_t load_time;           /* ns on CLOCK_BOOTTIME */
	unsigned created_by_uid;
	unsigned gpl_compatible;      /* 0 or 1                                               4.18 */
	unsigned ifindex;             /* the device that runs it itself, and its namespace */
	uint64_t netns_dev, netns_ino;
	unsigned btf_id;
	/* From one record to the next, in bytes: at least the size of the struct. 0: no records. */
	unsigned func_info_size, line_info_size, jited_line_info_size;
	uint64_t run_time_ns;         /* while kernel.bpf_stats_enabled is 1                   5.1 */
	uint64_t run_cnt;             /* likewise */
	uint64_t recursion_misses;    /* not run, as it was running on this CPU               5.12 */
	unsigned verified_insns;      /* instructions that the verifier walked                5.16 */
	unsigned attach_btf_obj_id;   /* the BTF, and the function in it, of its target       5.17 */
	unsigned attach_btf_id;
};

/* Fill `info` about a program. Linux 4.13 */
int rawbpf_prog_info(struct rawbpf_prog_info *info, int prog);

struct rawbpf_map_info {
	struct rawbpf_info_array hash; /* 32 bytes: SHA-256 of a frozen array's content        6.18 */

	unsigned type;                /* BPF_MAP_TYPE_* */
	unsigned id;
	unsigned key_size, value_size, max_entries, flags;
	char name[16];                /* terminated */
	unsigned ifindex;
	uint64_t netns_dev, netns_ino;
	unsigned btf_id;              /* and the types of its keys and values in there         4.18 */
	unsigned btf_key_type_id, btf_value_type_id;
	unsigned btf_vmlinux_value_type_id; /* for struct_ops maps                              5.6 */
	unsigned btf_vmlinux_id;      /* and the BTF that is in                                 6.9 */
	uint64_t map_extra;           /*                                                       5.16 */
};

/*
 * Fill `info` about a map.
 *
 * -EINVAL also: the hash was asked for, and this map has none or hash.max is less than 32
 * -EPERM  the hash was asked for, and the map is not frozen yet           Linux 4.13
 */
int rawbpf_map_info(struct rawbpf_map_info *info, int map);

/*
 * A link. The comment behind a field lists the link types that have it; other types leave it 0.
 * Types are BPF_LINK_TYPE_*. kprobe, uprobe, tracepoint and event are perf_event links, by
 * perf_type.
 */
struct rawbpf_link_info {
	/*
	 * char: a terminated string; the count includes the NUL. raw_tracepoint, tracepoint: its
	 * name; iter: its target; kprobe: the function, "" if it was given by address; uprobe,
	 * uprobe_multi: the file.
	 */
	struct rawbpf_info_array name;
	/* uint64_t. kprobe_multi, tracing_multi: in the kernel; uprobe_multi: offsets in the file */
	struct rawbpf_info_array addresses;
	struct rawbpf_info_array cookies;         /* uint64_t, of kprobe_multi 6.9, others as above */
	struct rawbpf_info_array ref_ctr_offsets; /* uint64_t. uprobe_multi */
	struct rawbpf_info_array btf_ids;         /* uint32_t. tracing_multi */

	unsigned type;
	unsigned id;
	unsigned prog_id;
	unsigned attach_type;      /* tracing, cgroup, netns, tcx, netkit, sockmap, tracing_multi */
	unsigned perf_type;        /* perf_event: BPF_PERF_EVENT_*, 1 to 6                      6.6 */
	unsigned ifindex;          /* xdp, tcx, netkit; 0: it no longer exists */
	unsigned map_id;           /* struct_ops, sockmap, iter over a map */
	unsigned netns_ino;        /* netns; 0: it no longer exists */
	unsigned target_obj_id;    /* tracing, tracing_multi: BTF, of an ext the program        5.13 */
	unsigned target_btf_id;    /* tracing: the function in there */
	unsigned cgroup_order;     /* iter over cgroups */
	unsigned tid, pid;         /* iter over tasks; pid also of uprobe_multi */
	unsigned flags;            /* kprobe_multi, uprobe_multi, netfilter */
	unsigned pf, hooknum;      /* netfilter */
	int priority;              /* netfilter */
	unsigned event_type;       /* event: of struct perf_event_attr */
	uint64_t event_config;
	uint64_t cgroup_id;        /* cgroup, iter over cgroups: inode number of its directory */
	uint64_t offset;           /* kprobe: from the function; uprobe: in the file            6.6 */
	uint64_t address;          /* kprobe; 0: kernel.kptr_restrict hides it */
	uint64_t ref_ctr_offset;   /* uprobe                                                    6.17 */
	uint64_t missed;           /* kprobe, kprobe_multi: hits that did not run it            6.7 */
	uint64_t cookie;           /* kprobe, uprobe, tracepoint, event 6.9; raw_tracepoint, tracing */
};

/*
 * Fill `info` about a link. -ENAMETOOLONG: name.max is too small for the path of a uprobe_multi;
 * 4096 is enough.                                                      Linux 5.8
 */
int rawbpf_link_info(struct rawbpf_link_info *info, int link);

struct rawbpf_btf_info {
	struct rawbpf_info_array data; /* bytes */
	struct rawbpf_info_array name; /* char: "vmlinux", a module's, or ""; the NUL counted   5.11 */

	unsigned id;
	unsigned kernel_btf;           /* 1: the kernel's or a module's; else 0                 5.11 */
};

/* Fill `info` about BTF. Linux 4.18 */
int rawbpf_btf_info(struct rawbpf_btf_info *info, int btf);

#ifdef __cplusplus
}
#endif
#endif
