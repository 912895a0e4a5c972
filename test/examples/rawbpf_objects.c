/* SPDX-License-Identifier: MIT */
/*
 * rawbpf prog, link and btf from outside, on objects of the test's own. The first argument is
 * the command's path.
 */
#include "../attach/cgroups.h"
#include "../command.h"
#include "../object/objects.h"
#include "printed.h"

#include <net/if.h>
#include <rawbpf/btf.h>
#include <rawbpf/info.h>
#include <rawbpf/net.h>

static unsigned id_of_link(int link)
{
	struct rawbpf_link_info info = { .type = 0 };

	ck_assert_int_eq(rawbpf_link_info(&info, link), 0);
	return info.id;
}

static const char *id_text(unsigned id)
{
	return text("%u", id);
}

/* -------------------------------------------------------------------------- programs */

/* Return the bytes that the kernel reports for a program. */
static long long memory_of(int prog)
{
	char path[64], line[256];
	long long memory = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", prog);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file))
		sscanf(line, "memlock: %lld", &memory);
	fclose(file);
	return memory;
}

/* Return this process as a program's holder. Its name has a byte to escape. */
static const char *holder(int json)
{
	static char words[64];

	snprintf(words, sizeof words, json ? "{\"pid\":%d,\"comm\":\"a\\u000ab\"}" : "%d a\\x0ab",
		 (int)getpid());
	return words;
}

START_TEST(test_prog_show)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);
	struct rawbpf_prog_info info = { .type = 0 };
	char loaded[64], *line;

	prctl(PR_SET_NAME, "a\nb");
	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	command_run(&end, NULL, ARGS("prog", "show", own_name()));
	ck_assert_str_eq(end.err, "");
	/* the test knows only the form of the loading time */
	line = strstr(end.out, "\nloaded ");
	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(sscanf(line, "\nloaded %*d-%*d-%*d %63[0-9:]\n", loaded), 1);
	ck_assert_uint_eq(strlen(loaded), 8);
	assert_has(text("id              %u\n"
			"type            socket_filter\n"
			"name            %s\n"
			"tag             %02x%02x%02x%02x%02x%02x%02x%02x\n"
			"uid             %u\n", info.id, own_name(), info.tag[0], info.tag[1],
			info.tag[2], info.tag[3], info.tag[4], info.tag[5], info.tag[6],
			info.tag[7], getuid()));
	assert_has(text("\nxlated          %u\n"
			"jited           %u\n"
			"memory          %lld\n"
			"maps            %u\n"
			"held_by         %s\n"
			"gpl_compatible  yes\n", info.xlated.count * 8, info.jited.count,
			memory_of(prog), objects_map_id(map), holder(0)));
	assert_has(text("\nbtf             %u\nfunctions       2\nlines           2\n", info.btf_id));
	/* the same by id, and as JSON */
	assert_shows(ARGS("prog", "show", id_text(info.id)), text("name            %s\n", own_name()));
	assert_shows(ARGS("prog", "show", "-j", id_text(info.id)),
		     text("{\"id\":%u,\"type\":\"socket_filter\",\"name\":\"%s\",\"tag\":\"", info.id,
			  own_name()));
	assert_has(text("\"memory\":%lld,\"maps\":[%u],\"held_by\":[%s],\"gpl_compatible\":true,",
			memory_of(prog), objects_map_id(map), holder(1)));
	ck_assert_int_eq(command_lines(end.out), 1);
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_prog_list)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);

	assert_shows(ARGS("prog", "list"), text("  socket_filter"));
	ck_assert_int_eq(strncmp(end.out + strspn(end.out, " "), "ID  TYPE ", 9), 0);
	assert_has(text("%u  socket_filter ", live_prog_id(prog)));
	assert_has(text("  %s ", own_name()));
	assert_shows(ARGS("prog", "-j", "list"),
		     text("{\"id\":%u,\"type\":\"socket_filter\",\"name\":\"%s\",", live_prog_id(prog),
			  own_name()));
	close(prog);
	close(map);
}
END_TEST

/* Every list, and one object of each, fits 80 columns, or COLUMNS if it is set. */
/* Run a program five times while the kernel counts its runs. */
static void run_counted(int prog)
{
	char packet[64] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet, .repeat = 5 };
	int stats = rawbpf_prog_stats_open(0);

	ck_assert_int_gt(stats, 2);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	close(stats);
}

START_TEST(test_width)
{
	static const char *const members[] = { "prog", "map", "link", "btf" };
	static const struct {
		const char *variable;
		size_t width;
	} widths[] = { { NULL, 80 }, { "COLUMNS=60", 60 }, { "COLUMNS=50", 50 }, { "COLUMNS=x", 80 }, { "COLUMNS=120", 120 } };
	int map = objects_map("a_map_s_name_15", BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 1);
	int prog = objects_prog(own_name(), map);
	unsigned id = live_prog_id(prog);

	run_counted(prog);
	command_variable = widths[_i].variable;
	for (unsigned i = 0; i < 5; i++) {
		if (i < 4)
			command_run(&end, NULL, ARGS(members[i], "list"));
		else
			command_run(&end, NULL, ARGS("prog", "show", id_text(id)));
		ck_assert_int_eq(end.status, 0);
		for (char *line = strtok(end.out, "\n"); line; line = strtok(NULL, "\n")) {
			ck_assert_msg(strlen(line) <= widths[_i].width, "%s", line);
			ck_assert_msg(line[0] == '\0' || line[strlen(line) - 1] != ' ', "'%s'", line);
		}
	}
	close(prog);
	close(map);
}
END_TEST

/* A program's runs appear once it ran and was counted. */
START_TEST(test_prog_runs)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);

	run_counted(prog);
	assert_shows(ARGS("prog", "show", own_name()), "\nruns            5\nns_per_run      ");
	assert_shows(ARGS("prog", "list"), "  RUNS  NS PER RUN  ATTACHED");
	assert_shows(ARGS("prog", "-j", "show", own_name()), "\"runs\":5,\"ns_per_run\":");
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_prog_dump)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);

	assert_shows(ARGS("prog", "dump", own_name()),
		     text("; int main(void)\n"
			  "main:\n"
			  "; return x;  // count.c:12\n"
			  "     0: (62) *(u32 *)(r10 -4) = 0\n"
			  "     1: (bf) r2 = r10\n"
			  "     2: (07) r2 += -4\n"
			  "     3: (18) r1 = map[id:%u]\n"
			  "     5: (", objects_map_id(map)));
	assert_has("call help\n");
	/* a source line can be any text */
	assert_has("\n\n; int help(void)\nhelp:\n; evil(\\x1b[31m);  // count.c:13\n");
	assert_has(": (b7) r0 = 7\n");
	assert_shows(ARGS("prog", "dump", "-j", own_name()), __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
		     "{\"slot\":0,\"bytes\":\"620afcff00000000\",\"text\":\"(62) *(u32 *)(r10 -4) = 0\","
		     "\"function\":\"main\",\"prototype\":\"int main(void)\",\"file\":\"count.c\",\"line\":12,\"column\":3,"
		     "\"source\":\"return x;\"}\n" : "");
	assert_has("\"source\":\"evil(\\u001b[31m);\"}\n");
	close(prog);
	close(map);
}
END_TEST

/*
 * A loaded program has instructions that only the verifier writes: its own registers, function
 * numbers.
 */
START_TEST(test_prog_dump_rewritten)
{
	enum { LOOP = 181 /* BPF_FUNC_loop, Linux 5.17 */ };
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_6, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_1, 10),
		BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_FUNC, 0, 0, 7, 0),
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_EMIT_CALL(LOOP),
		BPF_ALU64_REG_OFF(BPF_DIV, BPF_REG_0, BPF_REG_6, 1),
		BPF_ALU64_REG_OFF(BPF_MOD, BPF_REG_0, BPF_REG_6, 1),
		BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	struct bpf_func_info infos[2];
	struct rawbpf_prog_spec spec = {
		.name = own_name(), .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns),
	};
	int prog, btf = rawbpf_prog_btf_load(&spec, infos, 2);

	if (live_kernel() < 0x606)
		SKIP("signed division is of 6.6");
	ck_assert_int_gt(btf, 2);
	prog = rawbpf_prog_load(&spec);
	ck_assert_int_gt(prog, 2);
	assert_shows(ARGS("prog", "dump", own_name()), ": (18) r2 = subprog[");
	ck_assert(strstr(end.out, "r11") || strstr(end.out, "r12")); /* Linux 7.3: r12 */
	ck_assert_ptr_null(strstr(end.out, "invalid"));
	close(prog);
	close(btf);
}
END_TEST

/* The dump prints names for the kernel's addresses. */
START_TEST(test_prog_dump_helper)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns), BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
		.insns = insns, .insn_count = 3 });

	ck_assert_int_gt(prog, 2);
	assert_prints(ARGS("prog", "dump", own_name()),
		      "     0: (85) call bpf_ktime_get_ns#5\n"
		      "     1: (b7) r0 = 0\n"
		      "     2: (95) exit\n");
	close(prog);
}
END_TEST

START_TEST(test_prog_dump_machine)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);
	struct rawbpf_prog_info info = { .type = 0 };

	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	if (info.jited.count) {
		assert_shows(ARGS("prog", "dump", "-x", own_name()), "function 0 main at 0x");
		assert_has("\n\nfunction 1 help at 0x");
		assert_has(" bytes\n     0: ");
		assert_shows(ARGS("prog", "-j", "dump", "-x", own_name()),
			     "{\"function\":0,\"name\":\"main\",\"address\":");
	} else {
		command_run(&end, NULL, ARGS("prog", "dump", "-x", own_name()));
		ck_assert_int_eq(end.status, 1);
	}
	close(prog);
	close(map);
}
END_TEST

/* ------------------------------------------------------------------------------- links */

static void attach(struct rawbpf_link *link)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_RAW_TRACEPOINT, .license = "GPL",
		.insns = insns, .insn_count = 2 });

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_raw_tracepoint_attach(link, prog,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" }), 0);
	close(prog);
}

/* A process that holds only a link of a program also holds the program. */
START_TEST(test_link_holds)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;

	attach(&link);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	assert_shows(ARGS("prog", "-j", "show", id_text(info.prog_id)),
		     text("\"held_by\":[{\"pid\":%d,", (int)getpid()));
	rawbpf_link_detach(&link);
}
END_TEST

START_TEST(test_link)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;
	const char *at;

	attach(&link);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	assert_prints(ARGS("link", "show", own_name()),
		      text("id        %u\n"
			   "type      raw_tracepoint\n"
			   "prog      %u\n"
			   "name      %s\n"
			   "attached  raw tracepoint sys_enter\n"
			   "target    sys_enter\n", info.id, info.prog_id, own_name()));
	assert_prints(ARGS("link", "-j", "show", id_text(info.id)),
		      text("{\"id\":%u,\"type\":\"raw_tracepoint\",\"prog\":%u,\"name\":\"%s\","
			   "\"attached\":\"raw tracepoint sys_enter\",\"target\":\"sys_enter\"}\n",
			   info.id, info.prog_id, own_name()));
	/* the columns' width depends on all links of the machine */
	assert_shows(ARGS("link", "list"), text("%u  %s ", info.prog_id, own_name()));
	at = strstr(end.out, own_name()) + strlen(own_name());
	at += strspn(at, " ");
	ck_assert_int_eq(strncmp(at, "raw tracepoint sys_enter ", 25), 0);
	/* the program lists its link */
	assert_shows(ARGS("prog", "show", own_name()), "\nattached        raw tracepoint sys_enter\n");
	assert_shows(ARGS("prog", "show", "-j", own_name()),
		     text(",\"attached\":[{\"link\":%u,\"to\":\"raw tracepoint sys_enter\"}]", info.id));
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
}
END_TEST

START_TEST(test_link_device)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 2), BPF_EXIT_INSN() };
	struct rawbpf_link link;
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_XDP, .insns = insns, .insn_count = 2 });

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	ck_assert_int_eq(rawbpf_xdp_attach(&link, prog, if_nametoindex("lo"), 0), 0);
	assert_shows(ARGS("link", "show", id_text(id_of_link(link.fd))),
		     "\nattached  xdp lo\nifindex   1\n");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

START_TEST(test_link_cgroup)
{
	int prog = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);
	int cgroup = open(cgroups_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rawbpf_link link;
	unsigned id;

	ck_assert_int_eq(rawbpf_cgroup_attach(&link, prog, cgroup, BPF_CGROUP_DEVICE, NULL), 0);
	id = id_of_link(link.fd);
	assert_shows(ARGS("link", "show", id_text(id)),
		     text("\nattached     cgroup_device %s\nattach_type  cgroup_device\n", cgroups_path));
	assert_shows(ARGS("link", "list"), text("  cgroup_device %s", cgroups_path));
	assert_shows(ARGS("prog", "show", id_text(live_prog_id(prog))),
		     text("\nattached        cgroup_device %s\n", cgroups_path));
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(cgroup);
	close(prog);
}
END_TEST

/* The kernel's types name an iterator's target and a traced function. */
START_TEST(test_link_kernel_types)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	struct rawbpf_btf kernel;
	struct rawbpf_link link;
	int prog, id;

	if (rawbpf_btf_kernel_open(&kernel) < 0)
		SKIP("this kernel has no BTF");
	id = rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "bpf_iter_task");
	rawbpf_btf_close(&kernel);
	ck_assert_int_gt(id, 0);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_TRACING, .license = "GPL", .insns = insns,
		.insn_count = 2, .expected_attach_type = BPF_TRACE_ITER, .attach_btf_id = id });
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_iter_attach(&link, prog, NULL), 0);
	assert_shows(ARGS("link", "show", own_name()), "\nattached  iterator task\ntarget    task\n");
	if (live_kernel() >= 0x511)
		assert_shows(ARGS("prog", "show", own_name()), "\nmade_for           bpf_iter_task\n");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* ---------------------------------------------------------------- names, paths, text */

START_TEST(test_hostile_pin)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	const char *path = "/sys/fs/bpf/\033[31m\n\xff\\";

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(map, path), 0);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/two"), 0);
	assert_shows(ARGS("map", "show", path), "/sys/fs/bpf/\\x1b[31m\\x0a\\xff\\x5c");
	assert_has("/sys/fs/bpf/two");
	assert_shows(ARGS("map", "-j", "show", "/sys/fs/bpf/two"),
		     "\"/sys/fs/bpf/\\u001b[31m\\u000a\\udcff\\\\\"");
	assert_shows(ARGS("map", "list"), "\\x1b[31m\\x0a\\xff\\x5c");
	assert_fails(ARGS("prog", "show", "/sys/fs/bpf/two"), 1,
		     "rawbpf prog: /sys/fs/bpf/two is a map, not a program\n");
	assert_refused(ARGS("map", "show", "/sys/fs/bpf/none\033"), "rawbpf map: ENOENT: ");
	ck_assert_ptr_nonnull(strstr(end.err, "none\\x1b'"));
	assert_refused(ARGS("map", "show", "/dev/null"), "rawbpf map: EACCES: ");
	close(map);
}
END_TEST

/* A path is listed once, also where file systems are stacked, or within each other. */
START_TEST(test_stacked_pins)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 1);

	live_mount_bpffs();
	ck_assert_int_eq(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL), 0);
	ck_assert_int_eq(mkdir("/sys/fs/bpf/in", 0700), 0);
	ck_assert_int_eq(mount("bpf", "/sys/fs/bpf/in", "bpf", 0, NULL), 0);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/one"), 0);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/in/two"), 0);
	command_run(&end, NULL, ARGS("map", "show", own_name()));
	ck_assert_msg(strstr(end.out, "pinned      /sys/fs/bpf/one /sys/fs/bpf/in/two\n") ||
		      strstr(end.out, "pinned      /sys/fs/bpf/in/two /sys/fs/bpf/one\n"), "%s", end.out);
	close(map);
}
END_TEST

START_TEST(test_btf)
{
	int btf = objects_btf();
	unsigned id = objects_btf_id(btf);

	assert_prints(ARGS("btf", "dump", id_text(id)),
		      "     1  int         int  size 4  signed\n"
		      "     2  func_proto  -  int(void)\n"
		      "     3  func        main  static  int(void)\n"
		      "     4  func        help  static  int(void)\n"
		      "     5  int         \\x1b]0;int\\x5c  size 4  unsigned\n");
	assert_shows(ARGS("btf", "-j", "dump", id_text(id), "*int?"),
		     "{\"id\":5,\"kind\":\"int\",\"name\":\"\\u001b]0;int\\\\\",");
	ck_assert_int_eq(command_lines(end.out), 1);
	assert_shows(ARGS("btf", "show", id_text(id)), "\ntypes       5\nint         2\n");
	assert_fails(ARGS("btf", "dump", id_text(id), "nothing"), 1,
		     "rawbpf btf: there is no type 'nothing'\n");
	close(btf);
}
END_TEST

START_TEST(test_kernel_btf)
{
	unsigned id = 0;

	if (rawbpf_obj_id_next(&id, RAWBPF_OBJ_BTF, 0) == -ENOENT || live_kernel() < 0x50b)
		SKIP("this kernel has no BTF with a name");
	assert_shows(ARGS("btf", "show", "vmlinux"), "name        vmlinux\nof          kernel\n");
	assert_shows(ARGS("btf", "dump", "vmlinux", "list_head"),
		     "  size 16  2 inside\n"
		     "        +0  struct list_head * next\n"
		     "        +8  struct list_head * prev\n");
}
END_TEST

/* ------------------------------------------------------------------------------ errors */

START_TEST(test_not_found)
{
	int one, two;

	assert_fails(ARGS("prog", "show", "4294967295"), 1,
		     "rawbpf prog: there is no program with the id 4294967295\n");
	assert_fails(ARGS("map", "show", "no such\n"), 1,
		     "rawbpf map: no map is called 'no such\\x0a'\n");
	assert_fails(ARGS("link", "show", "nobody"), 1,
		     "rawbpf link: no link's program is called 'nobody'\n");
	assert_fails(ARGS("btf", "show", "nobody"), 1, "rawbpf btf: no BTF is called 'nobody'\n");
	assert_fails(ARGS("btf", "dump", "."), 1,
		     "rawbpf btf: no BTF is called '.'; to read the file, write ./.\n");
	assert_fails(ARGS("map", "show", "."), 1,
		     "rawbpf map: no map is called '.'; to read the file, write ./.\n");
	one = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	two = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	assert_fails(ARGS("map", "dump", own_name()), 1,
		     text("rawbpf map: 2 maps are called '%s': give one of the ids: %u, %u\n", own_name(),
			  objects_map_id(one), objects_map_id(two)));
	close(one);
	close(two);
}
END_TEST

START_TEST(test_usage)
{
	static const char *const members[] = { "prog", "map", "link", "btf" };

	for (unsigned i = 0; i < RAWBPF_COUNT(members); i++) {
		assert_fails(ARGS(members[i], "lost"), 2,
			     text("rawbpf %s: there is no command 'lost': see rawbpf %s -h\n", members[i],
				  members[i]));
		assert_fails(ARGS(members[i], "list", "more"), 2,
			     text("usage: rawbpf %s list\n", members[i]));
		command_run(&end, NULL, ARGS(members[i], "-h"));
		ck_assert_int_eq(end.status, 0);
		ck_assert_int_le(command_lines(end.out), 24);
		command_run(&end, NULL, ARGS(members[i]));
		ck_assert_int_eq(end.status, 2);
		command_run(&end, NULL, ARGS(members[i], "-z", "list"));
		ck_assert_int_eq(end.status, 2);
		command_run(&end, command_full_stdout, ARGS(members[i], "list"));
		ck_assert_str_eq(end.err, text("rawbpf %s: writing: No space left on device\n",
					       members[i]));
		ck_assert_int_eq(end.status, 1);
	}
	assert_fails(ARGS("map", "set", "m"), 2, "usage: rawbpf map set [-n|-e] MAP [KEY] VALUE\n");
}
END_TEST

START_TEST(test_unprivileged)
{
	static const char *const members[] = { "prog", "map", "link", "btf" };

	for (unsigned i = 0; i < RAWBPF_COUNT(members); i++) {
		command_run(&end, live_be_nobody, ARGS(members[i], "list"));
		ck_assert_str_eq(end.out, "");
		ck_assert_ptr_nonnull(strstr(end.err, "CAP_SYS_ADMIN"));
		ck_assert_int_eq(command_lines(end.err), 1);
		ck_assert_int_eq(end.status, 1);
		command_run(&end, live_be_nobody, ARGS(members[i], "show", "1"));
		ck_assert_ptr_nonnull(strstr(end.err, "CAP_SYS_ADMIN"));
		ck_assert_int_eq(end.status, 1);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	char path[2048];

	live_watch_fds(tests);
	tcase_add_test(tests, test_prog_show);
	tcase_add_test(tests, test_prog_list);
	tcase_add_test(tests, test_link_holds);
	tcase_add_loop_test(tests, test_width, 0, 5);
	tcase_add_test(tests, test_prog_runs);
	tcase_add_test(tests, test_prog_dump);
	tcase_add_test(tests, test_prog_dump_rewritten);
	tcase_add_test(tests, test_prog_dump_helper);
	tcase_add_test(tests, test_prog_dump_machine);
	tcase_add_test(tests, test_link);
	tcase_add_test(tests, test_link_device);
	tcase_add_test(tests, test_link_kernel_types);
	tcase_add_test(tests, test_hostile_pin);
	tcase_add_test(tests, test_stacked_pins);
	tcase_add_test(tests, test_btf);
	tcase_add_test(tests, test_kernel_btf);
	tcase_add_test(tests, test_not_found);
	tcase_add_test(tests, test_usage);
	tcase_add_test(tests, test_unprivileged);
	if (!cgroups_find(path, sizeof path)) {
		printf("skip: test_link_cgroup: no cgroup v2 is mounted\n");
		return;
	}
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_test(tests, test_link_cgroup);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_objects RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	command_variable = "COLUMNS=1000"; /* wide enough for all columns */
	return live_run("rawbpf_objects", add_tests);
}
