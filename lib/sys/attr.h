/* SPDX-License-Identifier: MIT */
/*
 * The attributes that bpf(2) reads for each command, in our own layout. The system's <linux/bpf.h>
 * may be older than the kernel. A local `union bpf_attr` initialised by {} keeps undefined bytes,
 * which the kernel rejects. These structs have no padding, so an initialiser defines every byte.
 * Kernels accept an attr longer than theirs as long as its tail is zero.
 *
 * The layouts are those of 64-bit kernels; a 32-bit program on such a kernel uses them too. An i386
 * kernel aligns 64-bit fields to 4 bytes only, so two fields are 4 bytes earlier there. One is the
 * cookie of a tracing link; i386 kernels have no trampolines and cannot attach one anyway. The
 * other is expected_revision of an anchored link, which therefore must be 0 there.
 *
 * Field names are those of `union bpf_attr`; test/sys/attr.c compares the offsets.
 */
#ifndef RAWBPF_LIB_ATTR_H
#define RAWBPF_LIB_ATTR_H

#include <stdint.h>

#define RAWBPF__PTR(pointer) ((uint64_t)(uintptr_t)(pointer))
/* Per-CPU and mmap-ed values are aligned to 8 bytes. */
#define RAWBPF__ROUND_UP_8(size) (((size_t)(size) + 7) & ~(size_t)7)

enum { RAWBPF__OBJ_NAME_LEN = 16 };

struct rawbpf__map_create_attr {
	uint32_t map_type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t map_flags;
	uint32_t inner_map_fd;
	uint32_t numa_node;
	char map_name[RAWBPF__OBJ_NAME_LEN];
	uint32_t map_ifindex;
	uint32_t btf_fd;
	uint32_t btf_key_type_id;
	uint32_t btf_value_type_id;
	uint32_t btf_vmlinux_value_type_id;
	uint64_t map_extra;             /* 5.16 */
	int32_t value_type_btf_obj_fd;  /* 6.9 */
	int32_t map_token_fd;           /* 6.9 */
	uint64_t excl_prog_hash;        /* 6.18 */
	uint32_t excl_prog_hash_size;
	uint32_t zero;
};

struct rawbpf__map_elem_attr {
	uint32_t map_fd;
	uint32_t zero;
	uint64_t key;
	uint64_t value; /* `next_key` for BPF_MAP_GET_NEXT_KEY */
	uint64_t flags;
};

struct rawbpf__map_batch_attr {
	uint64_t in_batch;
	uint64_t out_batch;
	uint64_t keys;
	uint64_t values;
	uint32_t count;
	uint32_t map_fd;
	uint64_t elem_flags;
	uint64_t flags;
};

struct rawbpf__prog_load_attr {
	uint32_t prog_type;
	uint32_t insn_cnt;
	uint64_t insns;
	uint64_t license;
	uint32_t log_level;
	uint32_t log_size;
	uint64_t log_buf;
	uint32_t kern_version;
	uint32_t prog_flags;
	char prog_name[RAWBPF__OBJ_NAME_LEN];
	uint32_t prog_ifindex;
	uint32_t expected_attach_type;
	uint32_t prog_btf_fd;
	uint32_t func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt;
	uint32_t line_info_rec_size;
	uint64_t line_info;
	uint32_t line_info_cnt;
	uint32_t attach_btf_id;
	uint32_t attach_prog_fd; /* or attach_btf_obj_fd */
	uint32_t core_relo_cnt;  /* 5.17 */
	uint64_t fd_array;       /* 5.14 */
	uint64_t core_relos;
	uint32_t core_relo_rec_size;
	uint32_t log_true_size;  /* 6.4, written by the kernel */
	int32_t prog_token_fd;   /* 6.9 */
	uint32_t fd_array_cnt;   /* 6.14 */
	uint64_t signature;      /* 6.18 */
	uint32_t signature_size;
	int32_t keyring_id;
};

struct rawbpf__test_run_attr {
	uint32_t prog_fd;
	uint32_t retval;
	uint32_t data_size_in;
	uint32_t data_size_out;
	uint64_t data_in;
	uint64_t data_out;
	uint32_t repeat;
	uint32_t duration;
	uint32_t ctx_size_in;
	uint32_t ctx_size_out;
	uint64_t ctx_in;
	uint64_t ctx_out;
	uint32_t flags;
	uint32_t cpu;
	uint32_t batch_size; /* 5.18 */
	uint32_t zero;
};

struct rawbpf__obj_attr {
	uint64_t pathname;
	uint32_t bpf_fd;
	uint32_t file_flags;
	int32_t path_fd; /* 6.5 */
	uint32_t zero;
};

struct rawbpf__id_attr {
	uint32_t id; /* start_id, prog_id, map_id, btf_id or link_id */
	uint32_t next_id;
	uint32_t open_flags;
	int32_t fd_by_id_token_fd; /* 6.17 */
};

struct rawbpf__info_attr {
	uint32_t bpf_fd;
	uint32_t info_len;
	uint64_t info;
};

struct rawbpf__raw_tracepoint_attr {
	uint64_t name;
	uint32_t prog_fd;
	uint32_t zero;
	uint64_t cookie; /* 6.10 */
};

struct rawbpf__link_update_attr {
	uint32_t link_fd;
	uint32_t new_prog_fd;
	uint32_t flags;
	uint32_t old_prog_fd;
};

/* BPF_PROG_ATTACH, BPF_PROG_DETACH. */
struct rawbpf__prog_attach_attr {
	uint32_t target_fd;
	uint32_t attach_bpf_fd;
	uint32_t attach_type;
	uint32_t attach_flags;
	uint32_t replace_bpf_fd;
	uint32_t relative_fd;       /* 6.6 */
	uint64_t expected_revision; /* 6.6; cgroups 6.17 */
};

/* Pass this struct whole: since 6.17 the kernel writes `revision` whatever size the caller states. */
struct rawbpf__prog_query_attr {
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t query_flags;
	uint32_t attach_flags;
	uint64_t prog_ids;
	uint32_t prog_cnt;
	uint32_t zero;
	uint64_t prog_attach_flags; /* 6.0 */
	uint64_t link_ids;          /* 6.6 */
	uint64_t link_attach_flags; /* 6.6 */
	uint64_t revision;          /* 6.6; cgroups 6.17 */
};

/*
 * BPF_LINK_CREATE. All kinds of link begin with this struct; each kind's own fields follow it. Each
 * kind has its own struct: in a union, the bytes outside the initialised member would be undefined.
 */
struct rawbpf__link_attr { /* cgroup, netns, xdp, sockmap, struct_ops (where prog_fd is the map) */
	uint32_t prog_fd;
	uint32_t target_fd; /* or target_ifindex */
	uint32_t attach_type;
	uint32_t flags;
};

struct rawbpf__perf_link_attr {
	struct rawbpf__link_attr link;
	uint64_t bpf_cookie;
};

struct rawbpf__anchored_link_attr { /* tcx, netkit; cgroup 6.17 */
	struct rawbpf__link_attr link;
	uint32_t relative_fd;
	uint32_t zero;
	uint64_t expected_revision;
};

struct rawbpf__tracing_link_attr {
	struct rawbpf__link_attr link;
	uint32_t target_btf_id;
	uint32_t zero;
	uint64_t cookie;
};

struct rawbpf__tracing_multi_attr {
	struct rawbpf__link_attr link;
	uint64_t ids;
	uint64_t cookies;
	uint32_t cnt;
	uint32_t zero;
};

struct rawbpf__iter_link_attr {
	struct rawbpf__link_attr link;
	uint64_t iter_info;
	uint32_t iter_info_len;
	uint32_t zero;
};

/* The struct that iter_info points to, one of `union bpf_iter_link_info`. */
struct rawbpf__iter_map {
	uint32_t map_fd;
};

struct rawbpf__iter_cgroup {
	uint32_t order;
	uint32_t cgroup_fd;
	uint64_t cgroup_id;
};

struct rawbpf__iter_task {
	uint32_t tid;
	uint32_t pid;
	uint32_t pid_fd;
};

struct rawbpf__kprobe_multi_attr {
	struct rawbpf__link_attr link;
	uint32_t flags;
	uint32_t cnt;
	uint64_t syms;
	uint64_t addrs;
	uint64_t cookies;
};

struct rawbpf__uprobe_multi_attr {
	struct rawbpf__link_attr link;
	uint64_t path;
	uint64_t offsets;
	uint64_t ref_ctr_offsets;
	uint64_t cookies;
	uint32_t cnt;
	uint32_t flags;
	uint32_t pid;
	int32_t path_fd;
};

struct rawbpf__netfilter_attr {
	struct rawbpf__link_attr link;
	uint32_t pf;
	uint32_t hooknum;
	int32_t priority;
	uint32_t flags;
};

/* BPF_LINK_DETACH, BPF_ENABLE_STATS: one number each. */
struct rawbpf__number_attr {
	uint32_t number; /* link_fd; type */
};

struct rawbpf__iter_create_attr {
	uint32_t link_fd;
	uint32_t flags;
};

/* BPF_PROG_BIND_MAP: program, then map. BPF_PROG_ASSOC_STRUCT_OPS takes them in the other order. */
struct rawbpf__prog_map_attr {
	uint32_t first_fd;
	uint32_t second_fd;
	uint32_t flags;
};

struct rawbpf__token_create_attr {
	uint32_t flags;
	uint32_t bpffs_fd;
};

struct rawbpf__stream_read_attr {
	uint64_t stream_buf;
	uint32_t stream_buf_len;
	uint32_t stream_id;
	uint32_t prog_fd;
	uint32_t zero;
};

struct rawbpf__task_fd_query_attr {
	uint32_t pid;
	uint32_t fd;
	uint32_t flags;
	uint32_t buf_len;
	uint64_t buf;
	uint32_t prog_id;
	uint32_t fd_type;
	uint64_t probe_offset;
	uint64_t probe_addr;
};

/* The fourth argument of bpf(2), if BPF_COMMON_ATTRS is set in the command. */
struct rawbpf__common_attr {
	uint64_t log_buf;
	uint32_t log_size;
	uint32_t log_level;
	uint32_t log_true_size; /* written by the kernel */
	uint32_t zero;
};

struct rawbpf__btf_load_attr {
	uint64_t btf;
	uint64_t btf_log_buf;
	uint32_t btf_size;
	uint32_t btf_log_size;
	uint32_t btf_log_level;
	uint32_t btf_log_true_size; /* 6.4, written by the kernel */
	uint32_t btf_flags;         /* 6.9 */
	int32_t btf_token_fd;       /* 6.9 */
};

/* struct bpf_btf_info; 5.10 has its first three fields. */
struct rawbpf__btf_info {
	uint64_t btf;
	uint32_t btf_size;
	uint32_t id;
	uint64_t name;
	uint32_t name_len;
	uint32_t kernel_btf;
};

#endif
