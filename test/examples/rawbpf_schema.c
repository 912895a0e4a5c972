/* SPDX-License-Identifier: MIT */
/*
 * JSON of rawbpf's subcommands, of each kind of objects and of elements: a key has one type,
 * whatever its data is. The first argument is the command's path.
 */
#include "../command.h"
#include "../schema.h"
#include "../object/objects.h"

#include <linux/perf_event.h>

#include <rawbpf/btf.h>
#include <rawbpf/link.h>
#include <rawbpf/net.h>

static struct ending end;

/* The keys that rawbpf-prog(1) lists. */
static const struct schema prog_schema[] = {
	{ "", "o" }, { "id", "n" }, { "type", "s" }, { "name", "s" }, { "tag", "s" }, { "uid", "n" },
	{ "loaded", "n" }, { "xlated", "n" }, { "jited", "n" }, { "memory", "n" }, { "maps", "a" },
	{ "maps.[]", "n" }, { "runs", "n" }, { "ns_per_run", "n" }, { "run_time_ns", "n" },
	{ "attached", "a" }, { "attached.[]", "o" }, { "attached.[].link", "n" },
	{ "attached.[].to", "s" }, { "held_by", "a" }, { "held_by.[]", "o" },
	{ "held_by.[].pid", "n" }, { "held_by.[].comm", "s" }, { "pinned", "a" },
	{ "pinned.[]", "s" }, { "gpl_compatible", "b" }, { "recursion_misses", "n" },
	{ "verified_insns", "n" }, { "btf", "n" }, { "functions", "n" }, { "lines", "n" },
	{ "ifindex", "n" }, { "attach_btf_obj_id", "n" }, { "attach_btf_id", "n" },
	{ "made_for", "s" }, { NULL, NULL },
}, map_schema[] = {
	{ "", "o" }, { "id", "n" }, { "type", "s" }, { "name", "s" }, { "key_size", "n" },
	{ "value_size", "n" }, { "max", "n" }, { "flags", "n" }, { "memory", "n" }, { "progs", "a" },
	{ "progs.[]", "n" }, { "pinned", "a" }, { "pinned.[]", "s" }, { "frozen", "b" },
	{ "btf", "n" }, { "btf_key_type", "n" }, { "btf_value_type", "n" },
	{ "btf_vmlinux_value_type", "n" }, { "ifindex", "n" }, { "map_extra", "n" }, { NULL, NULL },
}, link_schema[] = {
	{ "", "o" }, { "id", "n" }, { "type", "s" }, { "prog", "n" }, { "name", "s" },
	{ "attached", "s" }, { "attach_type", "s" }, { "target", "s" }, { "ifindex", "n" },
	{ "map", "n" }, { "netns", "n" }, { "cgroup_id", "n" }, { "target_obj_id", "n" },
	{ "target_btf_id", "n" }, { "offset", "n" }, { "address", "n" }, { "ref_ctr_offset", "n" },
	{ "missed", "n" }, { "cookie", "n" }, { "flags", "n" }, { "pid", "n" }, { "tid", "n" },
	{ "family", "n" }, { "hook", "n" }, { "priority", "n" }, { "event_type", "n" },
	{ "event_config", "n" }, { "addresses", "a" }, { "addresses.[]", "n" },
	{ "functions", "a" }, { "functions.[]", "s" }, { "offsets", "a" }, { "offsets.[]", "n" },
	{ "cookies", "a" }, { "cookies.[]", "n" }, { "ref_ctr_offsets", "a" },
	{ "ref_ctr_offsets.[]", "n" }, { "btf_ids", "a" }, { "btf_ids.[]", "n" }, { "pinned", "a" },
	{ "pinned.[]", "s" }, { NULL, NULL },
}, element_schema[] = {
	{ "", "o" }, { "key", "s" }, { "key_number", "n" }, { "key_typed", "n" }, { "value", "s" },
	{ "value_number", "n" }, { "value_typed", "o" }, { "value_typed.number", "n" },
	{ "value_typed.comm", "s" }, { "values", "a" }, { "values.[]", "o" },
	{ "values.[].value", "s" }, { "values.[].value_number", "n" }, { "map", "n" },
	{ "prog", "n" }, { NULL, NULL },
}, btf_schema[] = {
	{ "", "o" }, { "id", "n" }, { "name", "s" }, { "of", "s" }, { "size", "n" }, { "progs", "a" },
	{ "progs.[]", "n" }, { "maps", "a" }, { "maps.[]", "n" }, { NULL, NULL },
};

static void check(const struct schema *schema, const char *const *arguments, int least)
{
	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_ge(command_lines(end.out), least);
	schema_check(schema, end.out);
}

/* `show` prints more of an object than `list` does. */
static void check_object(const struct schema *schema, const char *member, unsigned id)
{
	char text[16];

	snprintf(text, sizeof text, "%u", id);
	check(schema, ARGS(member, "-j", "list"), 1);
	check(schema, ARGS(member, "-j", "show", text), 1);
}

/* All objects of the machine, including the test's. */
START_TEST(test_objects)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_HASH, 4, 8, 1);
	int prog = objects_prog(own_name(), map);
	struct rawbpf_prog_info info = { .type = 0 };
	struct rawbpf_map_info map_info = { .type = 0 };

	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	ck_assert_int_eq(rawbpf_map_info(&map_info, map), 0);
	check_object(prog_schema, "prog", info.id);
	check_object(map_schema, "map", map_info.id);
	check(btf_schema, ARGS("btf", "-j", "list"), 1);
	close(prog);
	close(map);
}
END_TEST

/* ---------------------------------------------------------------------------------- links */

static int load(unsigned type, unsigned attach_type, int result)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, result), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = type, .license = "GPL", .insns = insns, .insn_count = 2,
		.expected_attach_type = attach_type });
}

static int attach_raw_tracepoint(struct rawbpf_link *link)
{
	return rawbpf_raw_tracepoint_attach(link, load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0),
		&(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" });
}

static int attach_perf_event(struct rawbpf_link *link)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_PAGE_FAULTS_MAJ,
		.sample_period = 1 << 30, .size = sizeof attr };
	int event = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	ck_assert_int_gt(event, 2);
	return rawbpf_perf_event_attach(link, load(BPF_PROG_TYPE_PERF_EVENT, 0, 0), event,
		&(struct rawbpf_perf_event_spec){ .bind = RAWBPF_BIND_LINK, .cookie = -1 });
}

static int attach_xdp(struct rawbpf_link *link)
{
	return rawbpf_xdp_attach(link, load(BPF_PROG_TYPE_XDP, 0, 2), 1, 0);
}

/* Attach with a negative priority. */
static int attach_netfilter(struct rawbpf_link *link)
{
	return rawbpf_netfilter_attach(link, load(BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER, 1), 2, 0,
		&(struct rawbpf_netfilter_spec){ .priority = -100 });
}

static const struct {
	int (*attach)(struct rawbpf_link *link);
	unsigned since;
	const char *has;  /* a key that only this kind has */
} links[] = {
	{ attach_raw_tracepoint, 0x50a, "\"target\":\"sys_enter\"" },
	{ attach_perf_event, 0x606, "\"event_config\":6" },
	{ attach_xdp, 0x50a, "\"ifindex\":1" },
	{ attach_netfilter, 0x604, "\"priority\":-100" },
};

START_TEST(test_links)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link = { 0 };

	if (live_kernel() < links[_i].since)
		SKIP("such links are of Linux %u.%u", links[_i].since >> 8, links[_i].since & 0xff);
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	ck_assert_int_eq(links[_i].attach(&link), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	check_object(link_schema, "link", info.id);
	ck_assert_msg(strstr(end.out, links[_i].has) != NULL, "%s", end.out);
	rawbpf_link_detach(&link);
}
END_TEST

/* ------------------------------------------------------------------------------- elements */

static int typed_map(void)
{
	static uint32_t data[256];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	const int u32 = rawbpf_btf_int_emit(&b, "unsigned int", 4, 0);
	const int character = rawbpf_btf_int_emit(&b, "char", 1, BTF_INT_SIGNED);
	const struct rawbpf_btf_field fields[] = {
		{ "number", u32, 0 }, { "comm", rawbpf_btf_array_emit(&b, character, u32, 4), 4 } };
	const int type = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "value", 8, fields, 2);
	int map, btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = data, .size = b.size });

	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = own_name(), .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 3, .btf = btf, .btf_key_type_id = u32, .btf_value_type_id = type });
	close(btf);
	return map;
}

/* Elements of numbers, of bytes, of each CPU, of BTF types, of other objects. */
START_TEST(test_elements)
{
	const int inner = live_array(1), prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	int map = -1;

	switch (_i) {
	case 0:
		map = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 3);
		break;
	case 1:
		map = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 9, 3);
		break;
	case 2:
		map = objects_map(own_name(), BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 3);
		break;
	case 3:
		map = typed_map();
		ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 1 }, "\1\2\3\4\33[1m", BPF_ANY), 0);
		break;
	case 4:
		map = rawbpf_map_create(&(struct rawbpf_map_spec){
			.name = own_name(), .type = BPF_MAP_TYPE_HASH_OF_MAPS, .key_size = 4,
			.value_size = 4, .max_entries = 1, .inner_map = inner });
		ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 1 }, &inner, BPF_ANY), 0);
		break;
	case 5:
		map = objects_map(own_name(), BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1);
		ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 0 }, &prog, BPF_ANY), 0);
		break;
	}
	ck_assert_int_gt(map, 2);
	check(element_schema, ARGS("map", "-j", "dump", own_name()), _i < 4 ? 3 : 1);
	close(map);
	close(prog);
	close(inner);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_objects);
	tcase_add_loop_test(tests, test_links, 0, RAWBPF_COUNT(links));
	tcase_add_loop_test(tests, test_elements, 0, 6);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_schema RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	return live_run("rawbpf_schema", add_tests);
}
