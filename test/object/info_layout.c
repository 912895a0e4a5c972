/* SPDX-License-Identifier: MIT */
/* Compare our layout of the kernel's information with the system's <linux/bpf.h>. */
#include <linux/bpf.h>
#include <stddef.h>

#include "../../lib/object/info.h"
#include "../unit.h"

/* A field with the same name in both, whose size is compared, too. */
#define SAME(OURS, THEIRS, FIELD)                                                                  \
	do {                                                                                       \
		ck_assert_uint_eq(offsetof(struct OURS, FIELD), offsetof(struct THEIRS, FIELD));   \
		ck_assert_uint_eq(sizeof(((struct OURS *)0)->FIELD),                               \
				  sizeof(((struct THEIRS *)0)->FIELD));                            \
	} while (0)
#define PROG(FIELD) SAME(rawbpf__prog_info, bpf_prog_info, FIELD)
#define MAP(FIELD) SAME(rawbpf__map_info, bpf_map_info, FIELD)
#define LINK(FIELD) SAME(rawbpf__link_info, bpf_link_info, FIELD)
/* Fields that the headers of 5.10 lack, by offset. */
#define AT(OURS, FIELD, OFFSET) ck_assert_uint_eq(offsetof(struct OURS, FIELD), OFFSET)
#define LINK_AT(FIELD, OFFSET) AT(rawbpf__link_info, FIELD, OFFSET)

START_TEST(test_prog)
{
	PROG(type);
	PROG(id);
	PROG(tag);
	PROG(jited_prog_len);
	PROG(xlated_prog_len);
	PROG(jited_prog_insns);
	PROG(xlated_prog_insns);
	PROG(load_time);
	PROG(created_by_uid);
	PROG(nr_map_ids);
	PROG(map_ids);
	PROG(name);
	PROG(ifindex);
	PROG(netns_dev);
	PROG(netns_ino);
	PROG(nr_jited_ksyms);
	PROG(nr_jited_func_lens);
	PROG(jited_ksyms);
	PROG(jited_func_lens);
	PROG(btf_id);
	PROG(func_info_rec_size);
	PROG(func_info);
	PROG(nr_func_info);
	PROG(nr_line_info);
	PROG(line_info);
	PROG(jited_line_info);
	PROG(nr_jited_line_info);
	PROG(line_info_rec_size);
	PROG(jited_line_info_rec_size);
	PROG(nr_prog_tags);
	PROG(prog_tags);
	PROG(run_time_ns);
	PROG(run_cnt);
	AT(rawbpf__prog_info, flags, offsetof(struct bpf_prog_info, ifindex) + 4);
	AT(rawbpf__prog_info, recursion_misses, 208);
	AT(rawbpf__prog_info, verified_insns, 216);
	AT(rawbpf__prog_info, attach_btf_obj_id, 220);
	AT(rawbpf__prog_info, attach_btf_id, 224);
	ck_assert_uint_eq(sizeof(struct rawbpf__prog_info), 232);
	ck_assert_uint_ge(sizeof(struct rawbpf__prog_info), sizeof(struct bpf_prog_info));
}
END_TEST

START_TEST(test_map)
{
	MAP(type);
	MAP(id);
	MAP(key_size);
	MAP(value_size);
	MAP(max_entries);
	MAP(map_flags);
	MAP(name);
	MAP(ifindex);
	MAP(btf_vmlinux_value_type_id);
	MAP(netns_dev);
	MAP(netns_ino);
	MAP(btf_id);
	MAP(btf_key_type_id);
	MAP(btf_value_type_id);
	AT(rawbpf__map_info, btf_vmlinux_id, 76);
	AT(rawbpf__map_info, map_extra, 80);
	AT(rawbpf__map_info, hash, 88);
	AT(rawbpf__map_info, hash_size, 96);
	ck_assert_uint_eq(sizeof(struct rawbpf__map_info), 104);
	ck_assert_uint_ge(sizeof(struct rawbpf__map_info), sizeof(struct bpf_map_info));
}
END_TEST

START_TEST(test_btf)
{
	SAME(rawbpf__btf_info, bpf_btf_info, btf);
	SAME(rawbpf__btf_info, bpf_btf_info, btf_size);
	SAME(rawbpf__btf_info, bpf_btf_info, id);
	AT(rawbpf__btf_info, name, 16);
	AT(rawbpf__btf_info, name_len, 24);
	AT(rawbpf__btf_info, kernel_btf, 28);
	ck_assert_uint_eq(sizeof(struct rawbpf__btf_info), 32);
	ck_assert_uint_ge(sizeof(struct rawbpf__btf_info), sizeof(struct bpf_btf_info));
}
END_TEST

START_TEST(test_link)
{
	LINK(type);
	LINK(id);
	LINK(prog_id);
	LINK(raw_tracepoint.tp_name);
	LINK(raw_tracepoint.tp_name_len);
	LINK_AT(raw_tracepoint.cookie, 32);
	LINK(tracing.attach_type);
	LINK_AT(tracing.target_obj_id, 20);
	LINK_AT(tracing.target_btf_id, 24);
	LINK_AT(tracing.cookie, 32);
	LINK(cgroup.cgroup_id);
	LINK(cgroup.attach_type);
	LINK(iter.target_name);
	LINK(iter.target_name_len);
	LINK_AT(iter.map_id, 28);
	LINK_AT(iter.cgroup.cgroup_id, 32);
	LINK_AT(iter.cgroup.order, 40);
	LINK_AT(iter.task.tid, 32);
	LINK_AT(iter.task.pid, 36);
	LINK(netns.netns_ino);
	LINK(netns.attach_type);
	LINK(xdp.ifindex);
	LINK_AT(struct_ops.map_id, 16);
	LINK_AT(netfilter.pf, 16);
	LINK_AT(netfilter.hooknum, 20);
	LINK_AT(netfilter.priority, 24);
	LINK_AT(netfilter.flags, 28);
	LINK_AT(kprobe_multi.addrs, 16);
	LINK_AT(kprobe_multi.count, 24);
	LINK_AT(kprobe_multi.flags, 28);
	LINK_AT(kprobe_multi.missed, 32);
	LINK_AT(kprobe_multi.cookies, 40);
	LINK_AT(uprobe_multi.path, 16);
	LINK_AT(uprobe_multi.offsets, 24);
	LINK_AT(uprobe_multi.ref_ctr_offsets, 32);
	LINK_AT(uprobe_multi.cookies, 40);
	LINK_AT(uprobe_multi.path_size, 48);
	LINK_AT(uprobe_multi.count, 52);
	LINK_AT(uprobe_multi.flags, 56);
	LINK_AT(uprobe_multi.pid, 60);
	LINK_AT(tracing_multi.attach_type, 16);
	LINK_AT(tracing_multi.count, 20);
	LINK_AT(tracing_multi.btf_obj_id, 24);
	LINK_AT(tracing_multi.ids, 32);
	LINK_AT(tracing_multi.addrs, 40);
	LINK_AT(tracing_multi.cookies, 48);
	LINK_AT(perf_event.type, 16);
	LINK_AT(perf_event.uprobe.file_name, 24);
	LINK_AT(perf_event.uprobe.name_len, 32);
	LINK_AT(perf_event.uprobe.offset, 36);
	LINK_AT(perf_event.uprobe.cookie, 40);
	LINK_AT(perf_event.uprobe.ref_ctr_offset, 48);
	LINK_AT(perf_event.kprobe.func_name, 24);
	LINK_AT(perf_event.kprobe.name_len, 32);
	LINK_AT(perf_event.kprobe.offset, 36);
	LINK_AT(perf_event.kprobe.addr, 40);
	LINK_AT(perf_event.kprobe.missed, 48);
	LINK_AT(perf_event.kprobe.cookie, 56);
	LINK_AT(perf_event.tracepoint.tp_name, 24);
	LINK_AT(perf_event.tracepoint.name_len, 32);
	LINK_AT(perf_event.tracepoint.cookie, 40);
	LINK_AT(perf_event.event.config, 24);
	LINK_AT(perf_event.event.type, 32);
	LINK_AT(perf_event.event.cookie, 40);
	LINK_AT(tcx.ifindex, 16);
	LINK_AT(tcx.attach_type, 20);
	LINK_AT(netkit.ifindex, 16);
	LINK_AT(netkit.attach_type, 20);
	LINK_AT(sockmap.map_id, 16);
	LINK_AT(sockmap.attach_type, 20);
	ck_assert_uint_eq(sizeof(struct rawbpf__link_info), 64);
	ck_assert_uint_ge(sizeof(struct rawbpf__link_info), sizeof(struct bpf_link_info));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_prog);
	tcase_add_test(tests, test_map);
	tcase_add_test(tests, test_btf);
	tcase_add_test(tests, test_link);
}

int main(void)
{
	return unit_run("info_layout", add_tests);
}
