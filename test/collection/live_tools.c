/* SPDX-License-Identifier: MIT */
/*
 * The texts in examples/tools, and one more, resolved with this kernel's BTF: the verifier accepts each
 * program by each way, and keeps its lines. Loading needs no kprobes.
 */
#include "../live.h"
#include "tools.h"

enum { MAPS = 8, UNITS = 103, REFUSED = 5, LOG = 1 << 20 };

static struct rawbpf_btf kernel;
static struct rawbpf_symbol_index kernel_index;
static unsigned tool, loaded_count, refused_count;
static char log_text[LOG];

static void maps_open(struct world *w, int fds[MAPS])
{
	for (unsigned i = 0; i < w->collection.map_count; i++) {
		struct rawbpf_collection_error error;
		struct rawbpf_resolved_map map;
		int err = rawbpf_collection_map_resolve(&map, &w->collection, i, &w->env, &error);

		ck_assert_msg(err == 0, "%s: %s", tool_names[tool], error.at.message);
		fds[i] = rawbpf_map_create(&(struct rawbpf_map_spec){
			.name = map.name, .type = map.type, .key_size = map.key_size,
			.value_size = map.value_size, .max_entries = map.max_entries, .flags = map.flags });
		ck_assert_msg(fds[i] > 2, "%s, map %s: %d", tool_names[tool], map.name, fds[i]);
	}
}

static void load(struct world *w, struct rawbpf_unit unit)
{
	static unsigned char bytes[65536];
	static struct bpf_func_info functions[8];
	static struct bpf_line_info lines[SLOTS];
	struct rawbpf_btf_build b = { .data = bytes, .max = sizeof(bytes) };
	struct rawbpf_resolved_info info = {
		.btf = &b, .funcs = functions, .func_max = 8, .lines = lines, .line_max = SLOTS,
		.file = tool_names[tool], .text = tool_text, .length = strlen(tool_text) };
	int btf, prog;

	world_resolve(w, unit);
	ck_assert_msg(w->result > 0, "%s.bpf:%u: %s", tool_names[tool], w->resolved.error.at.line,
		      w->resolved.error.at.message);
	ck_assert_int_eq(rawbpf_collection_info_emit(&info, &w->collection, &w->resolved), 0);
	btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = bytes, .size = b.size, .log = log_text,
							 .log_size = LOG });
	ck_assert_msg(btf > 2, "%s: %d: %s", tool_names[tool], btf, log_text);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = w->resolved.type, .expected_attach_type = w->resolved.attach_type,
		.attach_btf_id = w->resolved.attach_btf_id, .license = "GPL", .insns = w->insns,
		.insn_count = w->result, .log = log_text, .log_size = LOG, .btf = btf,
		.func_info = functions, .func_info_size = sizeof(functions[0]),
		.func_info_count = info.func_count, .line_info = lines,
		.line_info_size = sizeof(lines[0]), .line_info_count = info.line_count });
	if (prog == -EPERM && !log_text[0] &&
	    (unit.way == RAWBPF_WAY_FENTRY || unit.way == RAWBPF_WAY_FEXIT)) { /* as this kernel does with all */
		refused_count++;
		close(btf);
		return;
	}
	ck_assert_msg(prog > 2, "%s, program %u by way %u: %d: %s", tool_names[tool], unit.prog, unit.way,
		      prog, log_text);
	close(prog);
	close(btf);
	loaded_count++;
}

/* The options of `rawbpf run`: each of them adds instructions to the filter. */
static const struct rawbpf_option options[] = {
	{ "pid", 0x7fffffff, NULL }, { "tid", 1, NULL }, { "uid", 0xfffffffe, NULL },
	{ "uid_set", 1, NULL }, { "comm_set", 1, NULL }, { "comm0", 0x6161616161616161, NULL },
	{ "comm8", 0, NULL }, { "failed", 1, NULL },
};

/* _i: how many options there are */
START_TEST(all_load)
{
	int fds[MAPS], err = rawbpf_btf_kernel_open(&kernel);

	if (err == -ENOENT)
		SKIP("this kernel has no BTF");
	ck_assert_int_eq(err, 0);
	loaded_count = refused_count = 0;
	kernel_index.size = rawbpf_symbol_index_size(&kernel);
	kernel_index.memory = malloc(kernel_index.size);

	for (tool = 0; tool < TOOLS; tool++) {
		struct world *w = tool_open(tool, RAWBPF_ARCH_NATIVE, &kernel);

		w->symbols.index = &kernel_index;
		w->env.options = options;
		w->env.option_count = _i;
		maps_open(w, fds);
		w->env.map_fds = fds;
		tool_units(w, load);
		for (unsigned i = 0; i < w->collection.map_count; i++)
			close(fds[i]);
		world_close(w);
	}
	free(kernel_index.memory);
	rawbpf_btf_close(&kernel);
	ck_assert_uint_eq(loaded_count + refused_count, UNITS);
	ck_assert_msg(refused_count == 0 || refused_count == REFUSED, "%u", refused_count);
}
END_TEST

/*
 * What a program can name: fields of a tracepoint, a map's value, functions of the kernel that are
 * there or not, callbacks, functions of its own, fields of the context.
 */
static const char names_text[] =
	".struct config\n"
	" u64 limit\n"
	" u32 other\n"
	".map config array u32 config 1\n"
	".prog tp\n"
	".at tracepoint sched:sched_switch\n"
	" r2 = *(u32 *)(r1 + sched_switch.next_pid)\n"
	" r1 = &config[config.other]\n"
	" *(u32 *)(r1 + 0) = r2\n"
	" r0 = 0\n"
	" exit\n"
	".prog kfunc\n"
	".at tp_btf sched_switch(_, prev: task_struct, next)\n"
	" r1 = 1\n"
	" call bpf_task_from_pid\n"
	" if r0 == 0 goto out\n"
	" r1 = r0\n"
	" call bpf_task_release\n"
	"out: r0 = 0\n"
	" exit\n"
	".prog loop\n"
	".at raw_tp sched_switch(_, prev, next)\n"
	" r1 = 10\n"
	" r2 = step ll\n"
	" r3 = 0\n"
	" r4 = 0\n"
	" call loop\n"
	" r0 = 0\n"
	" exit\n"
	"step: r0 = 0\n"
	" exit\n"
	".prog sub\n"
	".at xdp\n"
	" r6 = *(u32 *)(r1 + xdp_md.data)\n"
	" call other\n"
	" exit\n"
	"other: r0 = XDP_PASS\n"
	" exit\n"
	".prog sock\n"
	".at cgroup inet4_connect\n"
	" r1 = *(u32 *)(r1 + bpf_sock_addr.user_family)\n"
	" r0 = 1\n"
	" exit\n"
	".prog opt\n"
	".at tp_btf sched_switch\n"
	".if exists(bpf_no_such_kfunc)\n"
	" call bpf_no_such_kfunc\n"
	".endif\n"
	".if exists(bpf_task_from_pid)\n"
	" r0 = 1\n"
	".else\n"
	" r0 = 2\n"
	".endif\n"
	" r0 = 0\n"
	" exit\n";

START_TEST(names_load)
{
	int fds[MAPS], err = rawbpf_btf_kernel_open(&kernel);
	struct world *w;

	if (err == -ENOENT)
		SKIP("this kernel has no BTF");
	if (live_kernel() < (6 << 8 | 6))
		SKIP("bpf_task_from_pid is newer, and sched_switch has another argument");
	tool = loaded_count = 0;
	strcpy(tool_text, names_text);
	w = world_open(tool_text, RAWBPF_ARCH_NATIVE, &kernel);
	maps_open(w, fds);
	w->env.map_fds = fds;
	tool_units(w, load);
	ck_assert_uint_eq(loaded_count, 6);
	close(fds[0]);
	world_close(w);
	rawbpf_btf_close(&kernel);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, all_load, 0, sizeof(options) / sizeof(options[0]) + 1);
	tcase_add_test(tests, names_load);
}

int main(void)
{
	return live_run("collection/live_tools", add_tests);
}
