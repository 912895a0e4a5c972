/* SPDX-License-Identifier: MIT */
/* Faults in every kind of link, and in the calls on links and programs. */
#include "fault.h"
#include "../attach/link_kinds.h"

#define PIN "/sys/fs/bpf/pinned"

static const struct link_kind *kind;
static int map, dissector, netns, any;

static int attach_and_detach(void)
{
	struct rawbpf_link link = { 0 };
	int prog = link_kind_load(kind, map, 0);
	int err;

	if (prog < 0)
		return prog;
	err = kind->attach(&link, prog);
	close(prog);
	return fault_finish(&link, err);
}

static int update(void)
{
	struct rawbpf_link link = { 0 };
	int prog = link_kind_load(kind, map, 0);
	int err = prog < 0 ? prog : kind->attach(&link, prog);

	if (err == 0)
		err = rawbpf_link_update(&link, prog, 0);
	if (err == 0)
		err = rawbpf_link_revoke(&link);
	if (prog >= 0)
		close(prog);
	rawbpf_link_detach(&link);
	return err;
}

static int pin_at(void)
{
	int directory = open("/sys/fs/bpf", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int err = rawbpf_obj_pin_at(any, directory, "pinned");

	if (err == 0)
		err = fault_close(rawbpf_obj_open_at(directory, "pinned", 0));
	unlink(PIN);
	close(directory);
	return err;
}

static int iterate(void)
{
	struct rawbpf_link link = { 0 };
	int prog = link_kind_load(kind, map, 0);
	int fd = prog < 0 ? prog : kind->attach(&link, prog);

	if (fd == 0)
		fd = rawbpf_iter_create(&link);
	if (prog >= 0)
		close(prog);
	rawbpf_link_detach(&link);
	return fault_close(fd);
}

/* Attach without a link to this process's network namespace. */
static int attach_for_good(void)
{
	struct rawbpf_prog_query query = { 0 };
	int err;

	/* a program that a fault at the end left */
	rawbpf_prog_detach(dissector, 0, BPF_FLOW_DISSECTOR, NULL);
	err = rawbpf_prog_attach(dissector, 0, BPF_FLOW_DISSECTOR, NULL);
	if (err == 0)
		err = rawbpf_prog_query(&query, netns, BPF_FLOW_DISSECTOR);
	return err < 0 ? err : rawbpf_prog_detach(dissector, 0, BPF_FLOW_DISSECTOR, NULL);
}

static int bind_map(void)
{
	return rawbpf_prog_map_bind(any, map);
}

static int stats(void)
{
	return fault_close(rawbpf_prog_stats_open(0));
}

static int probe_map(void)
{
	int has, err = rawbpf_probe_map_has(&has, BPF_MAP_TYPE_HASH, NULL);

	return err < 0 ? err : has;
}

static int probe_prog(void)
{
	int has, err = rawbpf_probe_prog_has(&has, BPF_PROG_TYPE_XDP, NULL);

	return err < 0 ? err : has;
}

static int probe_helpers(void)
{
	unsigned char has[4];
	int err = rawbpf_probe_helpers_has(has, BPF_PROG_TYPE_XDP, 1, 4, NULL);

	return err < 0 ? err : has[0] + has[1] + has[2]; /* maps */
}

static int probe_isa(void)
{
	int isa = rawbpf_probe_isa_find();

	return isa < 0 ? isa : 0;
}

static const struct fault_operation operations[] = {
	{ "obj_pin_at", pin_at, 0, 0 },
	{ "iter_create", iterate, 0, 0 },
	{ "prog_attach", attach_for_good, 0, 0 },
	{ "prog_map_bind", bind_map, 0, 0 },
	{ "prog_stats_open", stats, 0, 0 },
	{ "probe_map_has", probe_map, 1, 0 },
	{ "probe_prog_has", probe_prog, 1, 0 },
	{ "probe_helpers_has", probe_helpers, 3, -ENOMEM },
	{ "probe_isa_find", probe_isa, 0, 0 },
};

static void prepare(void)
{
	live_mount_tracefs();
	live_mount_bpffs();
	ck_assert_int_eq(link_kinds_begin(live_tgid(), cgroups_open(cgroups_make(""))), 0);
	map = live_array(1);
	any = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	dissector = live_prog(BPF_PROG_TYPE_FLOW_DISSECTOR, 0);
	netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/*
 * Hold one attachment, so that others attach and detach fast. Some kinds accept only one: hold none
 * there.
 */
static void hold(void)
{
	static struct rawbpf_link held;
	struct rawbpf_link beside = { 0 };
	int prog = link_kind_load(kind, map, 0);

	ck_assert_int_eq(kind->attach(&held, prog), 0);
	if (kind->attach(&beside, prog) < 0)
		rawbpf_link_detach(&held);
	rawbpf_link_detach(&beside);
	close(prog);
}

START_TEST(test_kinds)
{
	struct fault_operation operation = { .run = attach_and_detach };
	int has;

	kind = &link_kinds[_i];
	operation.name = kind->name;
	prepare();
	has = link_kind_try(kind, live_kernel());
	ck_assert_msg(has >= 0, "%s: %d", kind->name, has);
	if (!has)
		SKIP("%s: this kernel has none", kind->name);
	hold();
	fault_everywhere(&operation);
}
END_TEST

START_TEST(test_updates)
{
	const struct fault_operation operation = { .name = link_kinds[_i].name, .run = update };

	kind = &link_kinds[_i];
	if (kind->update || kind->force)
		return; /* the kernel does not support it: test/attach/links.c */
	prepare();
	if (link_kind_try(kind, live_kernel()))
		fault_everywhere(&operation);
}
END_TEST

START_TEST(test_faults)
{
	prepare();
	for (unsigned i = 0; i < link_kinds_count; i++)
		if (strcmp(link_kinds[i].name, "iter") == 0)
			kind = &link_kinds[i];
	fault_everywhere(&operations[_i]);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_loop_test(tests, test_kinds, 0, link_kinds_count);
	tcase_add_loop_test(tests, test_updates, 0, link_kinds_count);
	tcase_add_loop_test(tests, test_faults, 0, RAWBPF_COUNT(operations));
}

int main(void)
{
	char path[2048];

	if (!cgroups_find(path, sizeof path)) {
		printf("skip: fault_links: cgroup v2 is not mounted\n");
		return EXIT_SKIPPED;
	}
	return fault_run("fault_links", add_tests);
}
