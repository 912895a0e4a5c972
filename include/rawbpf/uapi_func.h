/* SPDX-License-Identifier: MIT */
/*
 * The numbers of helpers that are newer than Linux 5.4, which the system's header may lack. Linux
 * 6.2 added the last one; newer functions are kfuncs.
 */
#ifndef RAWBPF_UAPI_FUNC_H
#define RAWBPF_UAPI_FUNC_H

#include <rawbpf/uapi_base.h>

#ifndef BPF_FUNC_skb_output
#define BPF_FUNC_skb_output			111
#endif
#ifndef BPF_FUNC_probe_read_user
#define BPF_FUNC_probe_read_user		112
#endif
#ifndef BPF_FUNC_probe_read_kernel
#define BPF_FUNC_probe_read_kernel		113
#endif
#ifndef BPF_FUNC_probe_read_user_str
#define BPF_FUNC_probe_read_user_str		114
#endif
#ifndef BPF_FUNC_probe_read_kernel_str
#define BPF_FUNC_probe_read_kernel_str		115
#endif
#ifndef BPF_FUNC_tcp_send_ack
#define BPF_FUNC_tcp_send_ack			116
#endif
#ifndef BPF_FUNC_send_signal_thread
#define BPF_FUNC_send_signal_thread		117
#endif
#ifndef BPF_FUNC_jiffies64
#define BPF_FUNC_jiffies64			118
#endif
#ifndef BPF_FUNC_read_branch_records
#define BPF_FUNC_read_branch_records		119
#endif
#ifndef BPF_FUNC_get_ns_current_pid_tgid
#define BPF_FUNC_get_ns_current_pid_tgid	120
#endif
#ifndef BPF_FUNC_xdp_output
#define BPF_FUNC_xdp_output			121
#endif
#ifndef BPF_FUNC_get_netns_cookie
#define BPF_FUNC_get_netns_cookie		122
#endif
#ifndef BPF_FUNC_get_current_ancestor_cgroup_id
#define BPF_FUNC_get_current_ancestor_cgroup_id	123
#endif
#ifndef BPF_FUNC_sk_assign
#define BPF_FUNC_sk_assign			124
#endif
#ifndef BPF_FUNC_ktime_get_boot_ns
#define BPF_FUNC_ktime_get_boot_ns		125
#endif
#ifndef BPF_FUNC_seq_printf
#define BPF_FUNC_seq_printf			126
#endif
#ifndef BPF_FUNC_seq_write
#define BPF_FUNC_seq_write			127
#endif
#ifndef BPF_FUNC_sk_cgroup_id
#define BPF_FUNC_sk_cgroup_id			128
#endif
#ifndef BPF_FUNC_sk_ancestor_cgroup_id
#define BPF_FUNC_sk_ancestor_cgroup_id		129
#endif
#ifndef BPF_FUNC_ringbuf_output
#define BPF_FUNC_ringbuf_output			130
#endif
#ifndef BPF_FUNC_ringbuf_reserve
#define BPF_FUNC_ringbuf_reserve		131
#endif
#ifndef BPF_FUNC_ringbuf_submit
#define BPF_FUNC_ringbuf_submit			132
#endif
#ifndef BPF_FUNC_ringbuf_discard
#define BPF_FUNC_ringbuf_discard		133
#endif
#ifndef BPF_FUNC_ringbuf_query
#define BPF_FUNC_ringbuf_query			134
#endif
#ifndef BPF_FUNC_csum_level
#define BPF_FUNC_csum_level			135
#endif
#ifndef BPF_FUNC_skc_to_tcp6_sock
#define BPF_FUNC_skc_to_tcp6_sock		136
#endif
#ifndef BPF_FUNC_skc_to_tcp_sock
#define BPF_FUNC_skc_to_tcp_sock		137
#endif
#ifndef BPF_FUNC_skc_to_tcp_timewait_sock
#define BPF_FUNC_skc_to_tcp_timewait_sock	138
#endif
#ifndef BPF_FUNC_skc_to_tcp_request_sock
#define BPF_FUNC_skc_to_tcp_request_sock	139
#endif
#ifndef BPF_FUNC_skc_to_udp6_sock
#define BPF_FUNC_skc_to_udp6_sock		140
#endif
#ifndef BPF_FUNC_get_task_stack
#define BPF_FUNC_get_task_stack			141
#endif
#ifndef BPF_FUNC_load_hdr_opt
#define BPF_FUNC_load_hdr_opt			142
#endif
#ifndef BPF_FUNC_store_hdr_opt
#define BPF_FUNC_store_hdr_opt			143
#endif
#ifndef BPF_FUNC_reserve_hdr_opt
#define BPF_FUNC_reserve_hdr_opt		144
#endif
#ifndef BPF_FUNC_inode_storage_get
#define BPF_FUNC_inode_storage_get		145
#endif
#ifndef BPF_FUNC_inode_storage_delete
#define BPF_FUNC_inode_storage_delete		146
#endif
#ifndef BPF_FUNC_d_path
#define BPF_FUNC_d_path				147
#endif
#ifndef BPF_FUNC_copy_from_user
#define BPF_FUNC_copy_from_user			148
#endif
#ifndef BPF_FUNC_snprintf_btf
#define BPF_FUNC_snprintf_btf			149
#endif
#ifndef BPF_FUNC_seq_printf_btf
#define BPF_FUNC_seq_printf_btf			150
#endif
#ifndef BPF_FUNC_skb_cgroup_classid
#define BPF_FUNC_skb_cgroup_classid		151
#endif
#ifndef BPF_FUNC_redirect_neigh
#define BPF_FUNC_redirect_neigh			152
#endif
#ifndef BPF_FUNC_per_cpu_ptr
#define BPF_FUNC_per_cpu_ptr			153
#endif
#ifndef BPF_FUNC_this_cpu_ptr
#define BPF_FUNC_this_cpu_ptr			154
#endif
#ifndef BPF_FUNC_redirect_peer
#define BPF_FUNC_redirect_peer			155
#endif
#ifndef BPF_FUNC_task_storage_get
#define BPF_FUNC_task_storage_get		156
#endif
#ifndef BPF_FUNC_task_storage_delete
#define BPF_FUNC_task_storage_delete		157
#endif
#ifndef BPF_FUNC_get_current_task_btf
#define BPF_FUNC_get_current_task_btf		158
#endif
#ifndef BPF_FUNC_bprm_opts_set
#define BPF_FUNC_bprm_opts_set			159
#endif
#ifndef BPF_FUNC_ktime_get_coarse_ns
#define BPF_FUNC_ktime_get_coarse_ns		160
#endif
#ifndef BPF_FUNC_ima_inode_hash
#define BPF_FUNC_ima_inode_hash			161
#endif
#ifndef BPF_FUNC_sock_from_file
#define BPF_FUNC_sock_from_file			162
#endif
#ifndef BPF_FUNC_check_mtu
#define BPF_FUNC_check_mtu			163
#endif
#ifndef BPF_FUNC_for_each_map_elem
#define BPF_FUNC_for_each_map_elem		164
#endif
#ifndef BPF_FUNC_snprintf
#define BPF_FUNC_snprintf			165
#endif
#ifndef BPF_FUNC_sys_bpf
#define BPF_FUNC_sys_bpf			166
#endif
#ifndef BPF_FUNC_btf_find_by_name_kind
#define BPF_FUNC_btf_find_by_name_kind		167
#endif
#ifndef BPF_FUNC_sys_close
#define BPF_FUNC_sys_close			168
#endif
#ifndef BPF_FUNC_timer_init
#define BPF_FUNC_timer_init			169
#endif
#ifndef BPF_FUNC_timer_set_callback
#define BPF_FUNC_timer_set_callback		170
#endif
#ifndef BPF_FUNC_timer_start
#define BPF_FUNC_timer_start			171
#endif
#ifndef BPF_FUNC_timer_cancel
#define BPF_FUNC_timer_cancel			172
#endif
#ifndef BPF_FUNC_get_func_ip
#define BPF_FUNC_get_func_ip			173
#endif
#ifndef BPF_FUNC_get_attach_cookie
#define BPF_FUNC_get_attach_cookie		174
#endif
#ifndef BPF_FUNC_task_pt_regs
#define BPF_FUNC_task_pt_regs			175
#endif
#ifndef BPF_FUNC_get_branch_snapshot
#define BPF_FUNC_get_branch_snapshot		176
#endif
#ifndef BPF_FUNC_trace_vprintk
#define BPF_FUNC_trace_vprintk			177
#endif
#ifndef BPF_FUNC_skc_to_unix_sock
#define BPF_FUNC_skc_to_unix_sock		178
#endif
#ifndef BPF_FUNC_kallsyms_lookup_name
#define BPF_FUNC_kallsyms_lookup_name		179
#endif
#ifndef BPF_FUNC_find_vma
#define BPF_FUNC_find_vma			180
#endif
#ifndef BPF_FUNC_loop
#define BPF_FUNC_loop				181
#endif
#ifndef BPF_FUNC_strncmp
#define BPF_FUNC_strncmp			182
#endif
#ifndef BPF_FUNC_get_func_arg
#define BPF_FUNC_get_func_arg			183
#endif
#ifndef BPF_FUNC_get_func_ret
#define BPF_FUNC_get_func_ret			184
#endif
#ifndef BPF_FUNC_get_func_arg_cnt
#define BPF_FUNC_get_func_arg_cnt		185
#endif
#ifndef BPF_FUNC_get_retval
#define BPF_FUNC_get_retval			186
#endif
#ifndef BPF_FUNC_set_retval
#define BPF_FUNC_set_retval			187
#endif
#ifndef BPF_FUNC_xdp_get_buff_len
#define BPF_FUNC_xdp_get_buff_len		188
#endif
#ifndef BPF_FUNC_xdp_load_bytes
#define BPF_FUNC_xdp_load_bytes			189
#endif
#ifndef BPF_FUNC_xdp_store_bytes
#define BPF_FUNC_xdp_store_bytes		190
#endif
#ifndef BPF_FUNC_copy_from_user_task
#define BPF_FUNC_copy_from_user_task		191
#endif
#ifndef BPF_FUNC_skb_set_tstamp
#define BPF_FUNC_skb_set_tstamp			192
#endif
#ifndef BPF_FUNC_ima_file_hash
#define BPF_FUNC_ima_file_hash			193
#endif
#ifndef BPF_FUNC_kptr_xchg
#define BPF_FUNC_kptr_xchg			194
#endif
#ifndef BPF_FUNC_map_lookup_percpu_elem
#define BPF_FUNC_map_lookup_percpu_elem		195
#endif
#ifndef BPF_FUNC_skc_to_mptcp_sock
#define BPF_FUNC_skc_to_mptcp_sock		196
#endif
#ifndef BPF_FUNC_dynptr_from_mem
#define BPF_FUNC_dynptr_from_mem		197
#endif
#ifndef BPF_FUNC_ringbuf_reserve_dynptr
#define BPF_FUNC_ringbuf_reserve_dynptr		198
#endif
#ifndef BPF_FUNC_ringbuf_submit_dynptr
#define BPF_FUNC_ringbuf_submit_dynptr		199
#endif
#ifndef BPF_FUNC_ringbuf_discard_dynptr
#define BPF_FUNC_ringbuf_discard_dynptr		200
#endif
#ifndef BPF_FUNC_dynptr_read
#define BPF_FUNC_dynptr_read			201
#endif
#ifndef BPF_FUNC_dynptr_write
#define BPF_FUNC_dynptr_write			202
#endif
#ifndef BPF_FUNC_dynptr_data
#define BPF_FUNC_dynptr_data			203
#endif
#ifndef BPF_FUNC_tcp_raw_gen_syncookie_ipv4
#define BPF_FUNC_tcp_raw_gen_syncookie_ipv4	204
#endif
#ifndef BPF_FUNC_tcp_raw_gen_syncookie_ipv6
#define BPF_FUNC_tcp_raw_gen_syncookie_ipv6	205
#endif
#ifndef BPF_FUNC_tcp_raw_check_syncookie_ipv4
#define BPF_FUNC_tcp_raw_check_syncookie_ipv4	206
#endif
#ifndef BPF_FUNC_tcp_raw_check_syncookie_ipv6
#define BPF_FUNC_tcp_raw_check_syncookie_ipv6	207
#endif
#ifndef BPF_FUNC_ktime_get_tai_ns
#define BPF_FUNC_ktime_get_tai_ns		208
#endif
#ifndef BPF_FUNC_user_ringbuf_drain
#define BPF_FUNC_user_ringbuf_drain		209
#endif
#ifndef BPF_FUNC_cgrp_storage_get
#define BPF_FUNC_cgrp_storage_get		210
#endif
#ifndef BPF_FUNC_cgrp_storage_delete
#define BPF_FUNC_cgrp_storage_delete		211
#endif

#endif
