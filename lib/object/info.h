/* SPDX-License-Identifier: MIT */
/*
 * The structs that BPF_OBJ_GET_INFO_BY_FD fills, up to Linux 7.3. Their layout is our own, as in
 * attr.h. Field names are those of the uapi header; test/object/info_layout.c compares the offsets.
 * Kernels accept a struct longer than theirs as long as its tail is zero.
 */
#ifndef RAWBPF_LIB_INFO_H
#define RAWBPF_LIB_INFO_H

#include "../sys/attr.h" /* struct rawbpf__btf_info */
#include "../sys/sys.h"

struct rawbpf__prog_info {
	uint32_t type;
	uint32_t id;
	uint8_t tag[8];
	uint32_t jited_prog_len;
	uint32_t xlated_prog_len;
	uint64_t jited_prog_insns;
	uint64_t xlated_prog_insns;
	uint64_t load_time;
	uint32_t created_by_uid;
	uint32_t nr_map_ids;
	uint64_t map_ids;
	char name[16];
	uint32_t ifindex;
	uint32_t flags; /* bit fields; the first is gpl_compatible */
	uint64_t netns_dev;
	uint64_t netns_ino;
	uint32_t nr_jited_ksyms;
	uint32_t nr_jited_func_lens;
	uint64_t jited_ksyms;
	uint64_t jited_func_lens;
	uint32_t btf_id;
	uint32_t func_info_rec_size;
	uint64_t func_info;
	uint32_t nr_func_info;
	uint32_t nr_line_info;
	uint64_t line_info;
	uint64_t jited_line_info;
	uint32_t nr_jited_line_info;
	uint32_t line_info_rec_size;
	uint32_t jited_line_info_rec_size;
	uint32_t nr_prog_tags;
	uint64_t prog_tags;
	uint64_t run_time_ns;
	uint64_t run_cnt;
	uint64_t recursion_misses;  /* 5.12 */
	uint32_t verified_insns;    /* 5.16 */
	uint32_t attach_btf_obj_id; /* 5.17 */
	uint32_t attach_btf_id;
	uint32_t zero;
};

struct rawbpf__map_info {
	uint32_t type;
	uint32_t id;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t map_flags;
	char name[16];
	uint32_t ifindex;
	uint32_t btf_vmlinux_value_type_id;
	uint64_t netns_dev;
	uint64_t netns_ino;
	uint32_t btf_id;
	uint32_t btf_key_type_id;
	uint32_t btf_value_type_id;
	uint32_t btf_vmlinux_id; /* 6.9 */
	uint64_t map_extra;      /* 5.16 */
	uint64_t hash;           /* 6.18 */
	uint32_t hash_size;
	uint32_t zero;
};

struct rawbpf__link_info {
	uint32_t type;
	uint32_t id;
	uint32_t prog_id;
	uint32_t zero;
	union {
		struct {
			uint64_t tp_name;
			uint32_t tp_name_len;
			uint32_t zero;
			uint64_t cookie; /* 6.15 */
		} raw_tracepoint;
		struct {
			uint32_t attach_type;
			uint32_t target_obj_id; /* 5.13 */
			uint32_t target_btf_id;
			uint32_t zero;
			uint64_t cookie; /* 6.15 */
		} tracing;
		struct {
			uint64_t cgroup_id;
			uint32_t attach_type;
		} cgroup;
		struct {
			uint64_t target_name;
			uint32_t target_name_len;
			uint32_t map_id;
			union {
				struct {
					uint64_t cgroup_id;
					uint32_t order;
				} cgroup; /* 6.1 */
				struct {
					uint32_t tid;
					uint32_t pid;
				} task; /* 6.1 */
			};
		} iter;
		struct {
			uint32_t netns_ino;
			uint32_t attach_type;
		} netns;
		struct {
			uint32_t ifindex;
		} xdp;
		struct {
			uint32_t map_id;
		} struct_ops; /* 6.4 */
		struct {
			uint32_t pf;
			uint32_t hooknum;
			int32_t priority;
			uint32_t flags;
		} netfilter; /* 6.4 */
		struct {
			uint64_t addrs;
			uint32_t count;
			uint32_t flags;
			uint64_t missed;
			uint64_t cookies; /* 6.9 */
		} kprobe_multi; /* 6.6 */
		struct {
			uint64_t path;
			uint64_t offsets;
			uint64_t ref_ctr_offsets;
			uint64_t cookies;
			uint32_t path_size;
			uint32_t count;
			uint32_t flags;
			uint32_t pid;
		} uprobe_multi; /* 6.8 */
		struct {
			uint32_t attach_type;
			uint32_t count;
			uint32_t btf_obj_id;
			uint32_t zero;
			uint64_t ids;
			uint64_t addrs;
			uint64_t cookies;
		} tracing_multi; /* 7.x */
		struct {
			uint32_t type;
			uint32_t zero;
			union {
				struct {
					uint64_t file_name;
					uint32_t name_len;
					uint32_t offset;
					uint64_t cookie;
					uint64_t ref_ctr_offset;
				} uprobe;
				struct {
					uint64_t func_name;
					uint32_t name_len;
					uint32_t offset;
					uint64_t addr;
					uint64_t missed;
					uint64_t cookie;
				} kprobe;
				struct {
					uint64_t tp_name;
					uint32_t name_len;
					uint32_t zero;
					uint64_t cookie;
				} tracepoint;
				struct {
					uint64_t config;
					uint32_t type;
					uint32_t zero;
					uint64_t cookie;
				} event;
			};
		} perf_event; /* 6.6 */
		struct {
			uint32_t ifindex;
			uint32_t attach_type;
		} tcx; /* 6.6 */
		struct {
			uint32_t ifindex;
			uint32_t attach_type;
		} netkit; /* 6.7 */
		struct {
			uint32_t map_id;
			uint32_t attach_type;
		} sockmap; /* 6.10 */
	};
};

#endif
