/* SPDX-License-Identifier: MIT */
/* rawbpf_probe_attach_has() says of each way to attach whether its kind of link works. */
#include "cgroups.h"

#include "link_kinds.h"

/* Find the kind of link whose name is the way's, or begins with it: "tcx.ingress". */
static const struct link_kind *kind_of(enum rawbpf_probe_attach way)
{
	const char *name = way == RAWBPF_PROBE_NETNS ? "sk_lookup" : rawbpf_probe_attach_name(way);
	size_t length = strlen(name);

	for (unsigned i = 0; i < link_kinds_count; i++)
		if (strncmp(link_kinds[i].name, name, length) == 0 &&
		    (link_kinds[i].name[length] == '\0' || link_kinds[i].name[length] == '.'))
			return &link_kinds[i];
	return NULL;
}

/* If the security module is not enabled, LSM programs attach and never run. */
START_TEST(test_way)
{
	const struct link_kind *kind = kind_of(_i);
	const unsigned tgid = live_tgid();
	const int cgroup = cgroups_open(cgroups_make(""));
	struct rawbpf_error error = { 0 };
	struct link_story story;
	struct rawbpf_btf kernel;
	int has = 2, err, attaches, has_btf = rawbpf_btf_kernel_open(&kernel) == 0;

	ck_assert_ptr_nonnull(kind);
	live_mount_bpffs();
	live_mount_tracefs();
	ck_assert_int_eq(cgroups_enter(cgroup), 0);
	ck_assert_int_eq(link_kinds_begin(tgid, cgroup), 0);
	link_kind_run(kind, &story);
	attaches = story.load >= 0 && story.attach >= 0;
	err = rawbpf_probe_attach_has(&has, _i, has_btf ? &kernel : NULL, &error);
	ck_assert_msg(has == attaches || (_i == RAWBPF_PROBE_LSM && !has), "%s: %d %d: load %d, attach %d",
		      kind->name, err, has, story.load, story.attach);
	if (attaches && has)
		ck_assert_int_eq(err, 0);
	else
		ck_assert_int_lt(error.error, 0);
	if (has_btf)
		rawbpf_btf_close(&kernel);
	close(cgroup);
}
END_TEST

/* Every way but struct_ops has a kind of link in the table. */
START_TEST(test_names)
{
	for (unsigned way = 0; way < RAWBPF_PROBE_ATTACH_COUNT; way++)
		ck_assert_int_eq(kind_of(way) != NULL, way != RAWBPF_PROBE_STRUCT_OPS);
	ck_assert_str_eq(rawbpf_probe_attach_name(RAWBPF_PROBE_STRUCT_OPS), "struct_ops");
	ck_assert_ptr_null(rawbpf_probe_attach_name(RAWBPF_PROBE_ATTACH_COUNT));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_loop_test(tests, test_way, 0, RAWBPF_PROBE_STRUCT_OPS);
	tcase_add_test(tests, test_names);
}

int main(void)
{
	return cgroups_run("probes", add_tests);
}
