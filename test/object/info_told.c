/* SPDX-License-Identifier: MIT */
/*
 * Each field of what BPF_OBJ_GET_INFO_BY_FD fills, and the buffers that it is asked to fill, on
 * kernels that are not at hand.
 */
#include "../sys/stand_in.h"

#include <rawbpf/info.h>
#include <rawbpf/map.h>

#include "../../lib/object/info.h"

/* The struct that BPF_OBJ_GET_INFO_BY_FD passes, and the size of the kernel's. */
static union {
	uint32_t words[64];
	struct rawbpf__prog_info prog;
	struct rawbpf__map_info map;
	struct rawbpf__btf_info btf;
	struct rawbpf__link_info link;
} asked, told;
static unsigned told_size;

static void info_done(uint32_t *attr)
{
	struct rawbpf__info_attr *info = (void *)attr;
	void *place;

	if (kernel.calls[kernel.count - 1].arguments[0] != BPF_OBJ_GET_INFO_BY_FD)
		return;
	place = (void *)(uintptr_t)info->info;
	memcpy(&asked, place, info->info_len);
	ck_assert_uint_le(told_size, info->info_len);
	memcpy(place, &told, told_size);
	info->info_len = told_size;
}

/* Each word that the kernel writes has its own number. */
static void begin_info(unsigned size)
{
	unsigned i;

	begin(0);
	kernel.write = info_done;
	told_size = size;
	for (i = 0; i < 64; i++)
		told.words[i] = 1000 + i;
}

static uint64_t told_long(unsigned word)
{
	uint64_t number;

	memcpy(&number, told.words + word, sizeof number);
	return number;
}

/* The first bit field of the flags. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define GPL 0x80000000u
#else
#define GPL 1u
#endif

START_TEST(test_prog_info)
{
	struct rawbpf_prog_info info;

	memset(&info, 0, sizeof info);
	begin_info(sizeof told.prog);
	told.prog.flags = GPL | 0x70;
	ck_assert_int_eq(rawbpf_prog_info(&info, 5), 0);
	ck_assert_uint_eq(kernel.count, 2);
	assert_bpf("check", 0, BPF_PROG_BIND_MAP, WORDS_OF(5, (uint32_t)-1, 0));
	ck_assert_int_eq(kernel.calls[1].arguments[0], BPF_OBJ_GET_INFO_BY_FD);
	ck_assert_uint_eq(kernel.calls[1].words[0], 5);
	ck_assert_uint_eq(kernel.calls[1].words[1], sizeof told.prog);

	ck_assert_uint_eq(info.type, 1000);
	ck_assert_uint_eq(info.id, 1001);
	ck_assert_mem_eq(info.tag, told.words + 2, 8);
	ck_assert_uint_eq(info.jited.count, 1004);
	ck_assert_uint_eq(info.xlated.count, 1005 / 8);
	ck_assert_uint_eq(info.load_time, told_long(10));
	ck_assert_uint_eq(info.created_by_uid, 1012);
	ck_assert_uint_eq(info.map_ids.count, 1013);
	ck_assert_mem_eq(info.name, told.words + 16, 16);
	ck_assert_uint_eq(info.ifindex, 1020);
	ck_assert_uint_eq(info.gpl_compatible, 1);
	ck_assert_uint_eq(info.netns_dev, told_long(22));
	ck_assert_uint_eq(info.netns_ino, told_long(24));
	ck_assert_uint_eq(info.jited_ksyms.count, 1026);
	ck_assert_uint_eq(info.jited_func_lens.count, 1027);
	ck_assert_uint_eq(info.btf_id, 1032);
	ck_assert_uint_eq(info.func_info_size, 1033);
	ck_assert_uint_eq(info.func_info.count, 1036);
	ck_assert_uint_eq(info.line_info.count, 1037);
	ck_assert_uint_eq(info.jited_line_info.count, 1042);
	ck_assert_uint_eq(info.line_info_size, 1043);
	ck_assert_uint_eq(info.jited_line_info_size, 1044);
	ck_assert_uint_eq(info.prog_tags.count, 1045);
	ck_assert_uint_eq(info.run_time_ns, told_long(48));
	ck_assert_uint_eq(info.run_cnt, told_long(50));
	ck_assert_uint_eq(info.recursion_misses, told_long(52));
	ck_assert_uint_eq(info.verified_insns, 1054);
	ck_assert_uint_eq(info.attach_btf_obj_id, 1055);
	ck_assert_uint_eq(info.attach_btf_id, 1056);
	told.prog.flags = ~GPL;
	begin(0);
	kernel.write = info_done;
	ck_assert_int_eq(rawbpf_prog_info(&info, 5), 0);
	ck_assert_uint_eq(info.gpl_compatible, 0);
	begin(-EINVAL);
	kernel.answers[1] = -EBADF; /* to a descriptor that is none: the kernel knows the command */
	ck_assert_int_eq(rawbpf_prog_info(&info, 5), -EINVAL);
	ck_assert_uint_eq(kernel.count, 2);
	begin(-EBADF);
	kernel.answers[1] = -EXDEV;
	ck_assert_int_eq(rawbpf_prog_info(&info, 5), -EXDEV);
}
END_TEST

/* Give all arrays room for `max` elements each. */
static struct rawbpf_prog_info with_room(unsigned max)
{
	return (struct rawbpf_prog_info){
		.xlated = { AT(1), max, 0 }, .jited = { AT(2), max, 0 }, .map_ids = { AT(3), max, 0 },
		.jited_ksyms = { AT(4), max, 0 }, .jited_func_lens = { AT(5), max, 0 },
		.func_info = { AT(6), max, 0 }, .line_info = { AT(7), max, 0 },
		.jited_line_info = { AT(8), max, 0 }, .prog_tags = { AT(9), max, 0 } };
}

static struct rawbpf__prog_info prog_of(unsigned insns, unsigned others)
{
	return (struct rawbpf__prog_info){
		.xlated_prog_len = 8 * insns, .jited_prog_len = others, .nr_map_ids = others,
		.nr_jited_ksyms = others, .nr_jited_func_lens = others, .nr_func_info = others,
		.nr_line_info = others, .nr_jited_line_info = others, .nr_prog_tags = others,
		.func_info_rec_size = 8, .line_info_rec_size = 16, .jited_line_info_rec_size = 8 };
}

START_TEST(test_prog_arrays)
{
	static const struct {
		unsigned max, has, asked;
	} cases[] = { { 3, 5, 3 }, { 5, 5, 5 }, { 6, 5, 5 }, { 1, 1, 1 } };
	struct rawbpf_prog_info info;
	unsigned i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin(0);
		kernel.write = info_done;
		told.prog = prog_of(cases[i].has, cases[i].has);
		told_size = sizeof told.prog;
		info = with_room(cases[i].max);
		ck_assert_int_eq(rawbpf_prog_info(&info, 5), 0);
		ck_assert_uint_eq(kernel.count, 3);
		ck_assert_uint_eq(asked.prog.xlated_prog_insns, 1);
		ck_assert_uint_eq(asked.prog.xlated_prog_len, 8 * cases[i].asked);
		ck_assert_uint_eq(asked.prog.jited_prog_insns, 2);
		ck_assert_uint_eq(asked.prog.jited_prog_len, cases[i].asked);
		ck_assert_uint_eq(asked.prog.map_ids, 3);
		ck_assert_uint_eq(asked.prog.nr_map_ids, cases[i].asked);
		ck_assert_uint_eq(asked.prog.jited_ksyms, 4);
		ck_assert_uint_eq(asked.prog.nr_jited_ksyms, cases[i].asked);
		ck_assert_uint_eq(asked.prog.jited_func_lens, 5);
		ck_assert_uint_eq(asked.prog.nr_jited_func_lens, cases[i].asked);
		ck_assert_uint_eq(asked.prog.func_info, 6);
		ck_assert_uint_eq(asked.prog.nr_func_info, cases[i].asked);
		ck_assert_uint_eq(asked.prog.func_info_rec_size, 8);
		ck_assert_uint_eq(asked.prog.line_info, 7);
		ck_assert_uint_eq(asked.prog.nr_line_info, cases[i].asked);
		ck_assert_uint_eq(asked.prog.line_info_rec_size, 16);
		ck_assert_uint_eq(asked.prog.jited_line_info, 8);
		ck_assert_uint_eq(asked.prog.nr_jited_line_info, cases[i].asked);
		ck_assert_uint_eq(asked.prog.jited_line_info_rec_size, 8);
		ck_assert_uint_eq(asked.prog.prog_tags, 9);
		ck_assert_uint_eq(asked.prog.nr_prog_tags, cases[i].asked);
		/* the kernel wrote no pointer: this process may not see the data */
		ck_assert_ptr_null(info.xlated.data);
		ck_assert_ptr_null(info.jited.data);
		ck_assert_ptr_null(info.map_ids.data);
		ck_assert_ptr_null(info.jited_ksyms.data);
		ck_assert_ptr_null(info.jited_func_lens.data);
		ck_assert_ptr_null(info.func_info.data);
		ck_assert_ptr_null(info.line_info.data);
		ck_assert_ptr_null(info.jited_line_info.data);
		ck_assert_ptr_null(info.prog_tags.data);
		ck_assert_uint_eq(info.xlated.count, cases[i].has);
	}

	/* longer records take more room; without a record's size, there are no records */
	begin(0);
	kernel.write = info_done;
	told.prog = prog_of(0, 5);
	told.prog.func_info_rec_size = 12;
	told.prog.line_info_rec_size = 17;
	told.prog.jited_line_info_rec_size = 0;
	info = with_room(3);
	ck_assert_int_eq(rawbpf_prog_info(&info, 5), 0);
	ck_assert_uint_eq(asked.prog.nr_func_info, 2);
	ck_assert_uint_eq(asked.prog.nr_line_info, 2);
	ck_assert_uint_eq(asked.prog.nr_jited_line_info, 0);
	ck_assert_uint_eq(asked.prog.jited_line_info, 0);
	ck_assert_uint_eq(asked.prog.xlated_prog_insns, 0);
	ck_assert_ptr_eq(info.jited_line_info.data, AT(8));

	/* without arrays, one call is enough */
	begin(0);
	kernel.write = info_done;
	told.prog = prog_of(0, 0);
	ck_assert_int_eq(rawbpf_prog_info(&info, 5), 0);
	ck_assert_uint_eq(kernel.count, 2);
}
END_TEST

START_TEST(test_map_info)
{
	struct rawbpf_map_info info;

	memset(&info, 0, sizeof info);
	begin_info(sizeof told.map);
	ck_assert_int_eq(rawbpf_map_info(&info, 5), 0);
	ck_assert_uint_eq(kernel.count, 2);
	ck_assert_int_eq(kernel.calls[0].arguments[0], BPF_MAP_LOOKUP_BATCH);
	ck_assert_uint_eq(kernel.calls[1].words[1], sizeof told.map);
	ck_assert_uint_eq(asked.map.hash, 0);
	ck_assert_uint_eq(asked.map.hash_size, 0);
	ck_assert_uint_eq(info.type, 1000);
	ck_assert_uint_eq(info.id, 1001);
	ck_assert_uint_eq(info.key_size, 1002);
	ck_assert_uint_eq(info.value_size, 1003);
	ck_assert_uint_eq(info.max_entries, 1004);
	ck_assert_uint_eq(info.flags, 1005);
	ck_assert_mem_eq(info.name, told.words + 6, 16);
	ck_assert_uint_eq(info.ifindex, 1010);
	ck_assert_uint_eq(info.btf_vmlinux_value_type_id, 1011);
	ck_assert_uint_eq(info.netns_dev, told_long(12));
	ck_assert_uint_eq(info.netns_ino, told_long(14));
	ck_assert_uint_eq(info.btf_id, 1016);
	ck_assert_uint_eq(info.btf_key_type_id, 1017);
	ck_assert_uint_eq(info.btf_value_type_id, 1018);
	ck_assert_uint_eq(info.btf_vmlinux_id, 1019);
	ck_assert_uint_eq(info.map_extra, told_long(20));
	ck_assert_uint_eq(info.hash.count, 0);

	info.hash = (struct rawbpf_info_array){ AT(6), 40, 0 };
	begin_info(sizeof told.map);
	ck_assert_int_eq(rawbpf_map_info(&info, 5), 0);
	ck_assert_uint_eq(asked.map.hash, 6);
	ck_assert_uint_eq(asked.map.hash_size, 32);
	ck_assert_uint_eq(info.hash.count, 32);
	info.hash.max = 31;
	begin_info(sizeof told.map);
	ck_assert_int_eq(rawbpf_map_info(&info, 5), 0);
	ck_assert_uint_eq(asked.map.hash_size, 31);
	begin(-EINVAL);
	kernel.answers[1] = -EBADF; /* to a descriptor that is none: the kernel knows the command */
	ck_assert_int_eq(rawbpf_map_info(&info, 5), -EINVAL);
	ck_assert_uint_eq(kernel.count, 2);
	begin(-EBADF);
	kernel.answers[1] = -E2BIG; /* a kernel without hashes */
	ck_assert_int_eq(rawbpf_map_info(&info, 5), -EINVAL);
	begin(-EBADF);
	kernel.answers[1] = -EXDEV;
	ck_assert_int_eq(rawbpf_map_info(&info, 5), -EXDEV);
}
END_TEST

START_TEST(test_map_layout)
{
	struct rawbpf_map_layout layout;

	begin_info(80); /* the size on 5.10 */
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, 5), 0);
	ck_assert_uint_eq(layout.type, 1000);
	ck_assert_uint_eq(layout.key_size, 1002);
	ck_assert_uint_eq(layout.value_size, 1003);
	ck_assert_uint_eq(layout.max_entries, 1004);
	ck_assert_uint_eq(layout.flags, 1005);
	ck_assert_uint_eq(layout.cpus, 1);
	ck_assert_uint_eq(layout.lookup_size, 1003);
}
END_TEST

/* ------------------------------------------------------------------------- info of links */

/* The number in this word of the kernel's answer; NN: in that word and the next. */
#define N(WORD) (1000 + (WORD))
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NN(WORD) ((uint64_t)N(WORD) << 32 | N((WORD) + 1))
#else
#define NN(WORD) ((uint64_t)N((WORD) + 1) << 32 | N(WORD))
#endif
#define COUNT(WORD) { NULL, 0, N(WORD) }

static const struct {
	unsigned perf_type;
	struct rawbpf_link_info info;
} link_infos[] = {
	{ 0, { .type = BPF_LINK_TYPE_RAW_TRACEPOINT, .name = COUNT(6), .cookie = NN(8) } },
	{ 0, { .type = BPF_LINK_TYPE_TRACING, .attach_type = N(4), .target_obj_id = N(5),
	       .target_btf_id = N(6), .cookie = NN(8) } },
	{ 0, { .type = BPF_LINK_TYPE_CGROUP, .cgroup_id = NN(4), .attach_type = N(6) } },
	{ 0, { .type = BPF_LINK_TYPE_ITER, .name = COUNT(6), .map_id = N(7) } },
	{ 0, { .type = BPF_LINK_TYPE_NETNS, .netns_ino = N(4), .attach_type = N(5) } },
	{ 0, { .type = BPF_LINK_TYPE_XDP, .ifindex = N(4) } },
	{ 0, { .type = BPF_LINK_TYPE_STRUCT_OPS, .map_id = N(4) } },
	{ 0, { .type = BPF_LINK_TYPE_NETFILTER, .pf = N(4), .hooknum = N(5), .priority = N(6),
	       .flags = N(7) } },
	{ 0, { .type = BPF_LINK_TYPE_KPROBE_MULTI, .addresses = COUNT(6), .cookies = COUNT(6),
	       .flags = N(7), .missed = NN(8) } },
	{ 0, { .type = BPF_LINK_TYPE_UPROBE_MULTI, .name = COUNT(12), .addresses = COUNT(13),
	       .cookies = COUNT(13), .ref_ctr_offsets = COUNT(13), .flags = N(14), .pid = N(15) } },
	{ 0, { .type = BPF_LINK_TYPE_TRACING_MULTI, .attach_type = N(4), .addresses = COUNT(5),
	       .cookies = COUNT(5), .btf_ids = COUNT(5), .target_obj_id = N(6) } },
	{ 0, { .type = BPF_LINK_TYPE_TCX, .ifindex = N(4), .attach_type = N(5) } },
	{ 0, { .type = BPF_LINK_TYPE_NETKIT, .ifindex = N(4), .attach_type = N(5) } },
	{ 0, { .type = BPF_LINK_TYPE_SOCKMAP, .map_id = N(4), .attach_type = N(5) } },
	{ BPF_PERF_EVENT_UPROBE, { .name = COUNT(8), .offset = N(9), .cookie = NN(10),
	       .ref_ctr_offset = NN(12) } },
	{ BPF_PERF_EVENT_URETPROBE, { .name = COUNT(8), .offset = N(9), .cookie = NN(10),
	       .ref_ctr_offset = NN(12) } },
	{ BPF_PERF_EVENT_KPROBE, { .name = COUNT(8), .offset = N(9), .address = NN(10),
	       .missed = NN(12), .cookie = NN(14) } },
	{ BPF_PERF_EVENT_KRETPROBE, { .name = COUNT(8), .offset = N(9), .address = NN(10),
	       .missed = NN(12), .cookie = NN(14) } },
	{ BPF_PERF_EVENT_TRACEPOINT, { .name = COUNT(8), .cookie = NN(10) } },
	{ BPF_PERF_EVENT_EVENT, { .event_config = NN(6), .event_type = N(8), .cookie = NN(10) } },
	{ 0, { .type = 99 } },
};

START_TEST(test_link_info)
{
	struct rawbpf_link_info wanted = link_infos[_i].info, info;
	const size_t begin_of = offsetof(struct rawbpf_link_info, type);

	memset(&info, 0, sizeof info);
	begin_info(sizeof told.link);
	told.link.type = wanted.type;
	if (link_infos[_i].perf_type) {
		wanted.type = told.link.type = BPF_LINK_TYPE_PERF_EVENT;
		wanted.perf_type = told.link.perf_event.type = link_infos[_i].perf_type;
	}
	wanted.id = N(1);
	wanted.prog_id = N(2);
	ck_assert_int_eq(rawbpf_link_info(&info, 5), 0);
	ck_assert_int_eq(kernel.calls[0].arguments[0], BPF_LINK_UPDATE);
	ck_assert_mem_eq((char *)&info + begin_of, (char *)&wanted + begin_of, sizeof info - begin_of);
	ck_assert_uint_eq(info.name.count, wanted.name.count);
	ck_assert_uint_eq(info.addresses.count, wanted.addresses.count);
	ck_assert_uint_eq(info.cookies.count, wanted.cookies.count);
	ck_assert_uint_eq(info.ref_ctr_offsets.count, wanted.ref_ctr_offsets.count);
	ck_assert_uint_eq(info.btf_ids.count, wanted.btf_ids.count);
}
END_TEST

/*
 * The buffers of a link's kind: the kernel's fields for them, and the size that the library passes.
 */
START_TEST(test_link_buffers)
{
	static const struct {
		unsigned type, perf_type;
		unsigned char name, name_size, count, addresses, cookies, ref_ctr_offsets, btf_ids;
	} kinds[] = {
		{ BPF_LINK_TYPE_RAW_TRACEPOINT, 0, 4, 6, 0, 0, 0, 0, 0 },
		{ BPF_LINK_TYPE_KPROBE_MULTI, 0, 0, 0, 6, 4, 10, 0, 0 },
		{ BPF_LINK_TYPE_UPROBE_MULTI, 0, 4, 12, 13, 6, 10, 8, 0 },
		{ BPF_LINK_TYPE_TRACING_MULTI, 0, 0, 0, 5, 10, 12, 0, 8 },
		{ BPF_LINK_TYPE_PERF_EVENT, BPF_PERF_EVENT_UPROBE, 6, 8, 0, 0, 0, 0, 0 },
		{ BPF_LINK_TYPE_PERF_EVENT, BPF_PERF_EVENT_KPROBE, 6, 8, 0, 0, 0, 0, 0 },
		{ BPF_LINK_TYPE_PERF_EVENT, BPF_PERF_EVENT_TRACEPOINT, 6, 8, 0, 0, 0, 0, 0 },
		{ BPF_LINK_TYPE_XDP, 0, 0, 0, 0, 0, 0, 0, 0 },
	};

	for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		static char name[32];
		struct rawbpf_link_info info = {
			.name = { name, 20, 0 }, .addresses = { AT(2), 9, 0 }, .cookies = { AT(3), 7, 0 },
			.ref_ctr_offsets = { AT(4), 8, 0 }, .btf_ids = { AT(5), 6, 0 } };
		uint64_t address = 0;

		strcpy(name, "before");
		begin_info(sizeof told.link);
		told.link.type = kinds[i].type;
		if (kinds[i].perf_type)
			told.link.perf_event.type = kinds[i].perf_type;
		memset(&asked, 0, sizeof asked);
		ck_assert_int_eq(rawbpf_link_info(&info, 5), 0);
		ck_assert_str_eq(name, "");
		if (kinds[i].name) {
			memcpy(&address, asked.words + kinds[i].name, 8);
			ck_assert_uint_eq(address, (uintptr_t)name);
			ck_assert_uint_eq(asked.words[kinds[i].name_size], 20);
		}
#define ASKS(FIELD, WHERE) do { \
	memcpy(&address, asked.words + kinds[i].FIELD, 8); \
	if (kinds[i].FIELD) \
		ck_assert_uint_eq(address, WHERE); \
} while (0)
		ASKS(addresses, 2);
		ASKS(cookies, 3);
		ASKS(ref_ctr_offsets, 4);
		ASKS(btf_ids, 5);
		if (kinds[i].count) /* as many as the smallest of its buffers holds */
			ck_assert_uint_eq(asked.words[kinds[i].count], kinds[i].btf_ids ? 6 : 7);
		ck_assert_uint_eq(kernel.count, kinds[i].name || kinds[i].count ? 3 : 2);
	}
}
END_TEST

/* The iterator's target decides what its numbers mean. */
static const char *target;

static void iter_done(uint32_t *attr)
{
	struct rawbpf__info_attr *info = (void *)attr;
	struct rawbpf__link_info *got = (void *)(uintptr_t)info->info;
	uint64_t name;

	if (kernel.calls[kernel.count - 1].arguments[0] != BPF_OBJ_GET_INFO_BY_FD)
		return;
	name = got->iter.target_name;
	if (name)
		strcpy((char *)(uintptr_t)name, target);
	info_done(attr);
}

START_TEST(test_iter_info)
{
	static const struct {
		const char *target;
		unsigned is_of_tasks, is_of_cgroups;
	} targets[] = { { "task", 1, 0 }, { "task_file", 1, 0 }, { "task_vma", 1, 0 }, { "cgroup", 0, 1 },
			{ "bpf_map", 0, 0 }, { "tasks", 0, 0 }, { "", 0, 0 } };

	for (unsigned i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		struct rawbpf_link_info info;

		memset(&info, 0, sizeof info);
		begin_info(sizeof told.link);
		told.link.type = BPF_LINK_TYPE_ITER;
		target = targets[i].target;
		kernel.write = iter_done;
		ck_assert_int_eq(rawbpf_link_info(&info, 5), 0);
		ck_assert_uint_eq(info.map_id, N(7));
		ck_assert_uint_eq(info.tid, targets[i].is_of_tasks ? N(8) : 0);
		ck_assert_uint_eq(info.pid, targets[i].is_of_tasks ? N(9) : 0);
		ck_assert_uint_eq(info.cgroup_id, targets[i].is_of_cgroups ? NN(8) : 0);
		ck_assert_uint_eq(info.cgroup_order, targets[i].is_of_cgroups ? N(10) : 0);
	}
}
END_TEST

/* ------------------------------------------------------------------------ info of BTF */

START_TEST(test_btf_info)
{
	struct rawbpf_btf_info info = { .name = { NULL, 0, 0 } };
	char name[16] = "before";

	begin_info(sizeof told.btf);
	ck_assert_int_eq(rawbpf_btf_info(&info, 5), -EINVAL); /* the other kinds take it, too */
	begin(-EINVAL);
	kernel.answers[0] = 1; /* the info is asked for first */
	kernel.write = info_done;
	told_size = sizeof told.btf;
	ck_assert_int_eq(rawbpf_btf_info(&info, 5), 0);
	ck_assert_uint_eq(kernel.count, 4);
	ck_assert_uint_eq(info.data.count, N(2));
	ck_assert_uint_eq(info.id, N(3));
	ck_assert_uint_eq(info.name.count, N(6) + 1);
	ck_assert_uint_eq(info.kernel_btf, N(7));

	info.data = (struct rawbpf_info_array){ AT(6), 7, 0 };
	info.name = (struct rawbpf_info_array){ name, 8, 0 };
	begin(-EINVAL);
	kernel.answers[0] = 1;
	kernel.answers[4] = 1;
	kernel.write = info_done;
	ck_assert_int_eq(rawbpf_btf_info(&info, 5), 0);
	ck_assert_uint_eq(kernel.count, 5);
	ck_assert_uint_eq(asked.btf.btf, 6);
	ck_assert_uint_eq(asked.btf.btf_size, 7);
	ck_assert_uint_eq(asked.btf.name, (uintptr_t)name);
	ck_assert_uint_eq(asked.btf.name_len, 8);
	/* 5.10 has no names */
	begin(-EINVAL);
	kernel.answers[0] = 1;
	kernel.answers[4] = 1;
	kernel.write = info_done;
	told_size = 16;
	ck_assert_int_eq(rawbpf_btf_info(&info, 5), 0);
	ck_assert_uint_eq(asked.btf.name, 0);
	ck_assert_uint_eq(info.name.count, 0);
	ck_assert_str_eq(name, "");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_prog_info);
	tcase_add_test(tests, test_prog_arrays);
	tcase_add_test(tests, test_map_info);
	tcase_add_test(tests, test_map_layout);
	tcase_add_loop_test(tests, test_link_info, 0, sizeof link_infos / sizeof link_infos[0]);
	tcase_add_test(tests, test_link_buffers);
	tcase_add_test(tests, test_iter_info);
	tcase_add_test(tests, test_btf_info);
}

int main(void)
{
	return unit_run("info_told", add_tests);
}
