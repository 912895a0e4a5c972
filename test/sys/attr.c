/* SPDX-License-Identifier: MIT */
/*
 * Our layouts of bpf(2)'s attributes are the kernel's: every field has the offset that `union
 * bpf_attr` gives it. Fields of 5.10 are always compared, newer ones if the header has them.
 * test/sys/uapi.sh compiles this also with the newest header.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/bpf.h>
#include <linux/version.h>

#include "../../lib/sys/attr.h"
#include "../unit.h"

#define SAME_IN(THEIRS, STRUCT, FIELD, KERNEL) \
	ck_assert_msg(offsetof(struct rawbpf__##STRUCT, FIELD) == offsetof(THEIRS, KERNEL), \
		      #STRUCT "." #FIELD " is at %zu, " #KERNEL " at %zu", \
		      offsetof(struct rawbpf__##STRUCT, FIELD), offsetof(THEIRS, KERNEL)); \
	ck_assert_uint_eq(sizeof(((struct rawbpf__##STRUCT *)0)->FIELD), \
			  sizeof(((THEIRS *)0)->KERNEL))
#define SAME(STRUCT, FIELD, KERNEL) SAME_IN(union bpf_attr, STRUCT, FIELD, KERNEL)

/* This is the layout of 64-bit kernels. i386 has the field 4 bytes earlier: lib/sys/attr.h. */
#ifdef __i386__
#define SAME_BUT_I386(STRUCT, FIELD, KERNEL) \
	ck_assert_uint_eq(offsetof(struct rawbpf__##STRUCT, FIELD), \
			  offsetof(union bpf_attr, KERNEL) + 4)
#else
#define SAME_BUT_I386 SAME
#endif

/* Check for padding: the last field ends with the struct. */
#define ENDS_WITH(STRUCT, FIELD) \
	ck_assert_uint_eq(offsetof(struct rawbpf__##STRUCT, FIELD) + \
			  sizeof(((struct rawbpf__##STRUCT *)0)->FIELD), \
			  sizeof(struct rawbpf__##STRUCT))

START_TEST(test_map_create)
{
	SAME(map_create_attr, map_type, map_type);
	SAME(map_create_attr, key_size, key_size);
	SAME(map_create_attr, value_size, value_size);
	SAME(map_create_attr, max_entries, max_entries);
	SAME(map_create_attr, map_flags, map_flags);
	SAME(map_create_attr, inner_map_fd, inner_map_fd);
	SAME(map_create_attr, numa_node, numa_node);
	SAME(map_create_attr, map_name, map_name);
	SAME(map_create_attr, map_ifindex, map_ifindex);
	SAME(map_create_attr, btf_fd, btf_fd);
	SAME(map_create_attr, btf_key_type_id, btf_key_type_id);
	SAME(map_create_attr, btf_value_type_id, btf_value_type_id);
	SAME(map_create_attr, btf_vmlinux_value_type_id, btf_vmlinux_value_type_id);
	ENDS_WITH(map_create_attr, zero);
}
END_TEST

START_TEST(test_map_element)
{
	SAME(map_elem_attr, map_fd, map_fd);
	SAME(map_elem_attr, key, key);
	SAME(map_elem_attr, value, value);
	SAME(map_elem_attr, value, next_key);
	SAME(map_elem_attr, flags, flags);
	ENDS_WITH(map_elem_attr, flags);
}
END_TEST

START_TEST(test_map_batch)
{
	SAME(map_batch_attr, in_batch, batch.in_batch);
	SAME(map_batch_attr, out_batch, batch.out_batch);
	SAME(map_batch_attr, keys, batch.keys);
	SAME(map_batch_attr, values, batch.values);
	SAME(map_batch_attr, count, batch.count);
	SAME(map_batch_attr, map_fd, batch.map_fd);
	SAME(map_batch_attr, elem_flags, batch.elem_flags);
	SAME(map_batch_attr, flags, batch.flags);
	ENDS_WITH(map_batch_attr, flags);
}
END_TEST

START_TEST(test_prog_load)
{
	SAME(prog_load_attr, prog_type, prog_type);
	SAME(prog_load_attr, insn_cnt, insn_cnt);
	SAME(prog_load_attr, insns, insns);
	SAME(prog_load_attr, license, license);
	SAME(prog_load_attr, log_level, log_level);
	SAME(prog_load_attr, log_size, log_size);
	SAME(prog_load_attr, log_buf, log_buf);
	SAME(prog_load_attr, kern_version, kern_version);
	SAME(prog_load_attr, prog_flags, prog_flags);
	SAME(prog_load_attr, prog_name, prog_name);
	SAME(prog_load_attr, prog_ifindex, prog_ifindex);
	SAME(prog_load_attr, expected_attach_type, expected_attach_type);
	SAME(prog_load_attr, prog_btf_fd, prog_btf_fd);
	SAME(prog_load_attr, func_info_rec_size, func_info_rec_size);
	SAME(prog_load_attr, func_info, func_info);
	SAME(prog_load_attr, func_info_cnt, func_info_cnt);
	SAME(prog_load_attr, line_info_rec_size, line_info_rec_size);
	SAME(prog_load_attr, line_info, line_info);
	SAME(prog_load_attr, line_info_cnt, line_info_cnt);
	SAME(prog_load_attr, attach_btf_id, attach_btf_id);
	SAME(prog_load_attr, attach_prog_fd, attach_prog_fd);
	ENDS_WITH(prog_load_attr, keyring_id);
}
END_TEST

START_TEST(test_test_run)
{
	SAME(test_run_attr, prog_fd, test.prog_fd);
	SAME(test_run_attr, retval, test.retval);
	SAME(test_run_attr, data_size_in, test.data_size_in);
	SAME(test_run_attr, data_size_out, test.data_size_out);
	SAME(test_run_attr, data_in, test.data_in);
	SAME(test_run_attr, data_out, test.data_out);
	SAME(test_run_attr, repeat, test.repeat);
	SAME(test_run_attr, duration, test.duration);
	SAME(test_run_attr, ctx_size_in, test.ctx_size_in);
	SAME(test_run_attr, ctx_size_out, test.ctx_size_out);
	SAME(test_run_attr, ctx_in, test.ctx_in);
	SAME(test_run_attr, ctx_out, test.ctx_out);
	SAME(test_run_attr, flags, test.flags);
	SAME(test_run_attr, cpu, test.cpu);
	ENDS_WITH(test_run_attr, zero);
}
END_TEST

START_TEST(test_objects)
{
	SAME(obj_attr, pathname, pathname);
	SAME(obj_attr, bpf_fd, bpf_fd);
	SAME(obj_attr, file_flags, file_flags);
	ENDS_WITH(obj_attr, zero);
	SAME(id_attr, id, start_id);
	SAME(id_attr, id, prog_id);
	SAME(id_attr, id, link_id);
	SAME(id_attr, next_id, next_id);
	SAME(id_attr, open_flags, open_flags);
	ENDS_WITH(id_attr, fd_by_id_token_fd);
	SAME(info_attr, bpf_fd, info.bpf_fd);
	SAME(info_attr, info_len, info.info_len);
	SAME(info_attr, info, info.info);
	ENDS_WITH(info_attr, info);
}
END_TEST

START_TEST(test_btf)
{
	SAME(btf_load_attr, btf, btf);
	SAME(btf_load_attr, btf_log_buf, btf_log_buf);
	SAME(btf_load_attr, btf_size, btf_size);
	SAME(btf_load_attr, btf_log_size, btf_log_size);
	SAME(btf_load_attr, btf_log_level, btf_log_level);
	/* uapi of 6.4 and 6.9 */
	ck_assert_uint_eq(offsetof(struct rawbpf__btf_load_attr, btf_log_true_size), 28);
	ck_assert_uint_eq(offsetof(struct rawbpf__btf_load_attr, btf_flags), 32);
	ENDS_WITH(btf_load_attr, btf_token_fd);
	ck_assert_uint_eq(offsetof(struct rawbpf__btf_info, id), offsetof(struct bpf_btf_info, id));
	/* of 5.11 */
	ck_assert_uint_eq(offsetof(struct rawbpf__btf_info, name), 16);
	ENDS_WITH(btf_info, kernel_btf);
}
END_TEST

START_TEST(test_attachments)
{
	SAME(raw_tracepoint_attr, name, raw_tracepoint.name);
	SAME(raw_tracepoint_attr, prog_fd, raw_tracepoint.prog_fd);
	ENDS_WITH(raw_tracepoint_attr, cookie);
	SAME(link_update_attr, link_fd, link_update.link_fd);
	SAME(link_update_attr, new_prog_fd, link_update.new_prog_fd);
	SAME(link_update_attr, flags, link_update.flags);
	SAME(link_update_attr, old_prog_fd, link_update.old_prog_fd);
	ENDS_WITH(link_update_attr, old_prog_fd);
	SAME(prog_attach_attr, target_fd, target_fd);
	SAME(prog_attach_attr, attach_bpf_fd, attach_bpf_fd);
	SAME(prog_attach_attr, attach_type, attach_type);
	SAME(prog_attach_attr, attach_flags, attach_flags);
	SAME(prog_attach_attr, replace_bpf_fd, replace_bpf_fd);
	ENDS_WITH(prog_attach_attr, expected_revision);
	SAME(prog_query_attr, target_fd, query.target_fd);
	SAME(prog_query_attr, attach_type, query.attach_type);
	SAME(prog_query_attr, query_flags, query.query_flags);
	SAME(prog_query_attr, attach_flags, query.attach_flags);
	SAME(prog_query_attr, prog_ids, query.prog_ids);
	SAME(prog_query_attr, prog_cnt, query.prog_cnt);
	ENDS_WITH(prog_query_attr, revision);
}
END_TEST

START_TEST(test_links)
{
	SAME(link_attr, prog_fd, link_create.prog_fd);
	SAME(link_attr, target_fd, link_create.target_fd);
	SAME(link_attr, target_fd, link_create.target_ifindex);
	SAME(link_attr, attach_type, link_create.attach_type);
	SAME(link_attr, flags, link_create.flags);
	ENDS_WITH(link_attr, flags);
	SAME(tracing_link_attr, target_btf_id, link_create.target_btf_id);
	SAME(iter_link_attr, iter_info, link_create.iter_info);
	SAME(iter_link_attr, iter_info_len, link_create.iter_info_len);
	SAME_IN(union bpf_iter_link_info, iter_map, map_fd, map.map_fd);
	ENDS_WITH(perf_link_attr, bpf_cookie);
	ENDS_WITH(anchored_link_attr, expected_revision);
	ENDS_WITH(tracing_link_attr, cookie);
	ENDS_WITH(tracing_multi_attr, zero);
	ENDS_WITH(iter_link_attr, zero);
	ENDS_WITH(iter_cgroup, cgroup_id);
	ENDS_WITH(iter_task, pid_fd);
	ENDS_WITH(kprobe_multi_attr, cookies);
	ENDS_WITH(uprobe_multi_attr, path_fd);
	ENDS_WITH(netfilter_attr, flags);
}
END_TEST

START_TEST(test_other_commands)
{
	SAME(number_attr, number, link_detach.link_fd);
	SAME(number_attr, number, enable_stats.type);
	ENDS_WITH(number_attr, number);
	SAME(iter_create_attr, link_fd, iter_create.link_fd);
	SAME(iter_create_attr, flags, iter_create.flags);
	ENDS_WITH(iter_create_attr, flags);
	SAME(prog_map_attr, first_fd, prog_bind_map.prog_fd);
	SAME(prog_map_attr, second_fd, prog_bind_map.map_fd);
	SAME(prog_map_attr, flags, prog_bind_map.flags);
	ENDS_WITH(prog_map_attr, flags);
	SAME(task_fd_query_attr, pid, task_fd_query.pid);
	SAME(task_fd_query_attr, fd, task_fd_query.fd);
	SAME(task_fd_query_attr, flags, task_fd_query.flags);
	SAME(task_fd_query_attr, buf_len, task_fd_query.buf_len);
	SAME(task_fd_query_attr, buf, task_fd_query.buf);
	SAME(task_fd_query_attr, prog_id, task_fd_query.prog_id);
	SAME(task_fd_query_attr, fd_type, task_fd_query.fd_type);
	SAME(task_fd_query_attr, probe_offset, task_fd_query.probe_offset);
	SAME(task_fd_query_attr, probe_addr, task_fd_query.probe_addr);
	ENDS_WITH(task_fd_query_attr, probe_addr);
	ENDS_WITH(token_create_attr, bpffs_fd);
	ENDS_WITH(stream_read_attr, zero);
	ENDS_WITH(common_attr, zero);
}
END_TEST

/*
 * Print the header's version. test/sys/uapi.sh checks that the compiler used the header that it
 * fetched.
 */
START_TEST(test_version)
{
	printf("uapi %d.%d\n", LINUX_VERSION_CODE >> 16, LINUX_VERSION_CODE >> 8 & 255);
}
END_TEST

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
START_TEST(test_newer_than_5_10)
{
	SAME(map_create_attr, map_extra, map_extra);
	SAME(prog_load_attr, core_relo_cnt, core_relo_cnt);
	SAME(prog_load_attr, fd_array, fd_array);
	SAME(prog_load_attr, core_relos, core_relos);
	SAME(prog_load_attr, core_relo_rec_size, core_relo_rec_size);
	SAME(test_run_attr, batch_size, test.batch_size);
	SAME(prog_query_attr, prog_attach_flags, query.prog_attach_flags);
	SAME(perf_link_attr, bpf_cookie, link_create.perf_event.bpf_cookie);
	SAME(tracing_link_attr, target_btf_id, link_create.tracing.target_btf_id);
	SAME_BUT_I386(tracing_link_attr, cookie, link_create.tracing.cookie);
	SAME(kprobe_multi_attr, flags, link_create.kprobe_multi.flags);
	SAME(kprobe_multi_attr, cnt, link_create.kprobe_multi.cnt);
	SAME(kprobe_multi_attr, syms, link_create.kprobe_multi.syms);
	SAME(kprobe_multi_attr, addrs, link_create.kprobe_multi.addrs);
	SAME(kprobe_multi_attr, cookies, link_create.kprobe_multi.cookies);
	SAME_IN(union bpf_iter_link_info, iter_cgroup, order, cgroup.order);
	SAME_IN(union bpf_iter_link_info, iter_cgroup, cgroup_fd, cgroup.cgroup_fd);
	SAME_IN(union bpf_iter_link_info, iter_cgroup, cgroup_id, cgroup.cgroup_id);
	SAME_IN(union bpf_iter_link_info, iter_task, tid, task.tid);
	SAME_IN(union bpf_iter_link_info, iter_task, pid, task.pid);
	SAME_IN(union bpf_iter_link_info, iter_task, pid_fd, task.pid_fd);
}
END_TEST
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
START_TEST(test_newer_than_6_1)
{
	SAME(map_create_attr, value_type_btf_obj_fd, value_type_btf_obj_fd);
	SAME(map_create_attr, map_token_fd, map_token_fd);
	SAME(map_create_attr, excl_prog_hash, excl_prog_hash);
	SAME(map_create_attr, excl_prog_hash_size, excl_prog_hash_size);
	SAME(prog_load_attr, attach_prog_fd, attach_btf_obj_fd);
	SAME(prog_load_attr, log_true_size, log_true_size);
	SAME(prog_load_attr, prog_token_fd, prog_token_fd);
	SAME(prog_load_attr, fd_array_cnt, fd_array_cnt);
	SAME(prog_load_attr, signature, signature);
	SAME(prog_load_attr, signature_size, signature_size);
	SAME(prog_load_attr, keyring_id, keyring_id);
	SAME(obj_attr, path_fd, path_fd);
	SAME(id_attr, fd_by_id_token_fd, fd_by_id_token_fd);
	SAME(raw_tracepoint_attr, cookie, raw_tracepoint.cookie);
	SAME(link_update_attr, new_prog_fd, link_update.new_map_fd);
	SAME(link_update_attr, old_prog_fd, link_update.old_map_fd);
	SAME(prog_attach_attr, relative_fd, relative_fd);
	SAME(prog_attach_attr, relative_fd, relative_id);
	SAME(prog_attach_attr, expected_revision, expected_revision);
	SAME(prog_query_attr, link_ids, query.link_ids);
	SAME(prog_query_attr, link_attach_flags, query.link_attach_flags);
	SAME(prog_query_attr, revision, query.revision);
	SAME(link_attr, prog_fd, link_create.map_fd);
	SAME(anchored_link_attr, relative_fd, link_create.tcx.relative_fd);
	SAME_BUT_I386(anchored_link_attr, expected_revision, link_create.tcx.expected_revision);
	SAME(anchored_link_attr, relative_fd, link_create.netkit.relative_id);
	SAME_BUT_I386(anchored_link_attr, expected_revision, link_create.netkit.expected_revision);
	SAME(anchored_link_attr, relative_fd, link_create.cgroup.relative_fd);
	SAME_BUT_I386(anchored_link_attr, expected_revision, link_create.cgroup.expected_revision);
	SAME(tracing_multi_attr, ids, link_create.tracing_multi.ids);
	SAME(tracing_multi_attr, cookies, link_create.tracing_multi.cookies);
	SAME(tracing_multi_attr, cnt, link_create.tracing_multi.cnt);
	SAME(uprobe_multi_attr, path, link_create.uprobe_multi.path);
	SAME(uprobe_multi_attr, offsets, link_create.uprobe_multi.offsets);
	SAME(uprobe_multi_attr, ref_ctr_offsets, link_create.uprobe_multi.ref_ctr_offsets);
	SAME(uprobe_multi_attr, cookies, link_create.uprobe_multi.cookies);
	SAME(uprobe_multi_attr, cnt, link_create.uprobe_multi.cnt);
	SAME(uprobe_multi_attr, flags, link_create.uprobe_multi.flags);
	SAME(uprobe_multi_attr, pid, link_create.uprobe_multi.pid);
	SAME(uprobe_multi_attr, path_fd, link_create.uprobe_multi.path_fd);
	SAME(netfilter_attr, pf, link_create.netfilter.pf);
	SAME(netfilter_attr, hooknum, link_create.netfilter.hooknum);
	SAME(netfilter_attr, priority, link_create.netfilter.priority);
	SAME(netfilter_attr, flags, link_create.netfilter.flags);
	SAME(token_create_attr, flags, token_create.flags);
	SAME(token_create_attr, bpffs_fd, token_create.bpffs_fd);
	SAME(stream_read_attr, stream_buf, prog_stream_read.stream_buf);
	SAME(stream_read_attr, stream_buf_len, prog_stream_read.stream_buf_len);
	SAME(stream_read_attr, stream_id, prog_stream_read.stream_id);
	SAME(stream_read_attr, prog_fd, prog_stream_read.prog_fd);
	SAME(prog_map_attr, first_fd, prog_assoc_struct_ops.map_fd);
	SAME(prog_map_attr, second_fd, prog_assoc_struct_ops.prog_fd);
	SAME(prog_map_attr, flags, prog_assoc_struct_ops.flags);
	SAME_IN(struct bpf_common_attr, common_attr, log_buf, log_buf);
	SAME_IN(struct bpf_common_attr, common_attr, log_size, log_size);
	SAME_IN(struct bpf_common_attr, common_attr, log_level, log_level);
	SAME_IN(struct bpf_common_attr, common_attr, log_true_size, log_true_size);
}
END_TEST
#endif

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_map_create);
	tcase_add_test(tests, test_map_element);
	tcase_add_test(tests, test_map_batch);
	tcase_add_test(tests, test_prog_load);
	tcase_add_test(tests, test_test_run);
	tcase_add_test(tests, test_objects);
	tcase_add_test(tests, test_btf);
	tcase_add_test(tests, test_attachments);
	tcase_add_test(tests, test_links);
	tcase_add_test(tests, test_other_commands);
	tcase_add_test(tests, test_version);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	tcase_add_test(tests, test_newer_than_5_10);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
	tcase_add_test(tests, test_newer_than_6_1);
#endif
}

int main(void)
{
	return unit_run("attr", add_tests);
}
