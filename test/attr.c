/* SPDX-License-Identifier: MIT */
/*
 * Our layouts of what bpf(2) reads are the kernel's: every field at the offset that the system's
 * `union bpf_attr` gives it, where that is new enough to have the field (5.10's has all of these).
 */
#include <check.h>
#include <stdlib.h>

#include <linux/bpf.h>

#include "../lib/attr.h"
#include "unit.h"

#define SAME(STRUCT, FIELD, KERNEL) \
	ck_assert_msg(offsetof(struct rawbpf__##STRUCT, FIELD) == offsetof(union bpf_attr, KERNEL), \
		      #STRUCT "." #FIELD " is at %zu, " #KERNEL " at %zu", \
		      offsetof(struct rawbpf__##STRUCT, FIELD), offsetof(union bpf_attr, KERNEL)); \
	ck_assert_uint_eq(sizeof(((struct rawbpf__##STRUCT *)0)->FIELD), \
			  sizeof(((union bpf_attr *)0)->KERNEL))

/* No padding: the last field ends where the struct does. */
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
	ck_assert_uint_eq(offsetof(struct rawbpf__map_create_attr, map_extra), 64);
	ck_assert_uint_eq(offsetof(struct rawbpf__map_create_attr, value_type_btf_obj_fd), 72);
	ENDS_WITH(map_create_attr, map_token_fd);
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
	/* uapi of 6.18: newer than many a system's header */
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_load_attr, core_relo_cnt), 116);
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_load_attr, fd_array), 120);
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_load_attr, core_relos), 128);
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_load_attr, core_relo_rec_size), 136);
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_load_attr, log_true_size), 140);
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_load_attr, prog_token_fd), 144);
	ENDS_WITH(prog_load_attr, fd_array_cnt);
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
	ck_assert_uint_eq(offsetof(struct rawbpf__test_run_attr, batch_size), 72);
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
	ENDS_WITH(id_attr, zero);
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
	ck_assert_uint_eq(offsetof(struct rawbpf__raw_tracepoint_attr, cookie), 16);
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
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_attach_attr, expected_revision), 24);
	ENDS_WITH(prog_attach_attr, expected_revision);
	SAME(prog_query_attr, target_fd, query.target_fd);
	SAME(prog_query_attr, attach_type, query.attach_type);
	SAME(prog_query_attr, query_flags, query.query_flags);
	SAME(prog_query_attr, attach_flags, query.attach_flags);
	SAME(prog_query_attr, prog_ids, query.prog_ids);
	SAME(prog_query_attr, prog_cnt, query.prog_cnt);
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_query_attr, prog_attach_flags), 32);
	ck_assert_uint_eq(offsetof(struct rawbpf__prog_query_attr, revision), 56);
	ENDS_WITH(prog_query_attr, revision);
	SAME(cgroup_link_attr, prog_fd, link_create.prog_fd);
	SAME(cgroup_link_attr, target_fd, link_create.target_fd);
	SAME(cgroup_link_attr, attach_type, link_create.attach_type);
	SAME(cgroup_link_attr, flags, link_create.flags);
	ENDS_WITH(cgroup_link_attr, flags);
	SAME(perf_link_attr, prog_fd, link_create.prog_fd);
	SAME(perf_link_attr, target_fd, link_create.target_fd);
	SAME(perf_link_attr, attach_type, link_create.attach_type);
	SAME(perf_link_attr, flags, link_create.flags);
	ck_assert_uint_eq(offsetof(struct rawbpf__perf_link_attr, bpf_cookie), 16);
	ENDS_WITH(perf_link_attr, bpf_cookie);
}
END_TEST

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
}

int main(void)
{
	return unit_run("attr", add_tests);
}
