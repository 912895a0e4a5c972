/* SPDX-License-Identifier: MIT */
/*
 * rawbpf prog load, attach, detach, pin and tracelog, and rawbpf cgroup, from outside. The command's
 * path is the first argument.
 */
#include "../attach/cgroups.h"
#include "../schema.h"
#include "loaded.h"

#include <net/if.h>

/* -------------------------------------------------------------------------------- load */

START_TEST(test_load_text)
{
	struct rawbpf_prog_info info;

	live_mount_bpffs();
	load("cgroup_sock_addr", "cgroup_inet4_connect", nothing);
	info = pinned_info(PIN);
	ck_assert_uint_eq(info.type, BPF_PROG_TYPE_CGROUP_SOCK_ADDR);
	ck_assert_str_eq(info.name, own_name());
	ck_assert_uint_ge(info.xlated.count, 2);
}
END_TEST

/* Load the same instructions as bytes, without options: a socket filter without a name. */
START_TEST(test_load_bytes)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	const char *path = file_of(insns, sizeof insns);
	struct rawbpf_prog_info info, of_text;

	live_mount_bpffs();
	assert_prints(ARGS("prog", "load", path, PIN), "");
	unlink(path);
	info = pinned_info(PIN);
	ck_assert_uint_eq(info.type, BPF_PROG_TYPE_SOCKET_FILTER);
	ck_assert_str_eq(info.name, "");
	ck_assert_int_eq(unlink(PIN), 0);
	load("socket_filter", "cgroup_inet_ingress", nothing);
	of_text = pinned_info(PIN);
	ck_assert_mem_eq(info.tag, of_text.tag, sizeof info.tag);
}
END_TEST

/* Find a map of the text by its name after the command has ended. */
START_TEST(test_load_maps)
{
	char program[256];

	live_mount_bpffs();
	snprintf(program, sizeof program, ".map %s array 4 8 3\nr1 = map %s\nr0 = 0; exit\n", own_name(),
		 own_name());
	load("socket_filter", "cgroup_inet_ingress", program);
	assert_shows(ARGS("map", "show", own_name()), "\nmax         3\n");
	assert_prints(ARGS("map", "pin", own_name(), "/sys/fs/bpf/map"), "");
	assert_shows(ARGS("map", "show", "/sys/fs/bpf/map"), "\npinned      /sys/fs/bpf/map\n");
}
END_TEST

START_TEST(test_load_errors)
{
	const char *path = file_of("r0 = r5; exit\n", 14);
	char name[64];

	live_mount_bpffs();
	snprintf(name, sizeof name, "%s", path);
	command_run(&end, NULL, ARGS("prog", "load", name, PIN));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.out, "");
	ck_assert_ptr_nonnull(strstr(end.err, "rawbpf prog: the verifier rejected the program (EACCES) at "
				     "instruction 0\n   0: r0 = r5 "));
	ck_assert_ptr_nonnull(strstr(end.err, text("%s:1\n", name)));
	ck_assert_ptr_nonnull(strstr(end.err, "(-v shows the verifier's whole log)\n"));
	command_run(&end, NULL, ARGS("prog", "load", "-v", name, PIN));
	ck_assert_ptr_nonnull(strstr(end.err, "R5 !read_ok\n"));
	ck_assert_int_eq(access(PIN, F_OK), -1);
	live_write_file(name, "r0 = 0; exit\nr9 = ?\n");
	command_run(&end, NULL, ARGS("prog", "load", name, PIN));
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.err, text("%s:2:", name)));
	live_write_file(name, nothing);
	assert_fails(ARGS("prog", "load", name), 2, "usage: rawbpf prog load [-t TYPE] [-a TYPE] [-b TARGET] "
		     "[-n NAME] [-Werror] [-v] FILE PATH\n");
	assert_fails(ARGS("prog", "load", "-t", "x\33", name, PIN), 2,
		     "rawbpf prog: -t: 'x\\x1b' is not a program type; rawbpf_prog_types(7) lists them\n");
	assert_fails(ARGS("prog", "load", "-a", "xdb", name, PIN), 2,
		     "rawbpf prog: -a: 'xdb' is not an attach type; rawbpf_prog_types(7) lists them\n");
	assert_fails(ARGS("prog", "load", "-n", "a b", name, PIN), 2,
		     "rawbpf prog: -n: 'a b': a name has up to 15 of the characters A-Za-z0-9_.\n");
	assert_fails(ARGS("prog", "load", "-n", "a234567890123456", name, PIN), 2, "rawbpf prog: -n: "
		     "'a234567890123456': a name has up to 15 of the characters A-Za-z0-9_.\n");
	assert_fails(ARGS("prog", "load", "-m", "multi", name, PIN), 2,
		     "rawbpf prog: load has no option -m\n");
	assert_fails(ARGS("prog", "load", "/nowhere", PIN), 1,
		     "rawbpf prog: /nowhere: No such file or directory\n");
	assert_refused(ARGS("prog", "load", name, "/tmp/pin"),
		       "rawbpf prog: pinning: EPERM: '/tmp/pin' is not on a bpffs; ");
	assert_refused(ARGS("prog", "load", name, PIN ".o"),
		       "rawbpf prog: pinning: EPERM: names in a bpffs cannot contain a dot");
	assert_prints(ARGS("prog", "load", name, PIN), "");
	assert_refused(ARGS("prog", "load", name, PIN), "rawbpf prog: pinning: EEXIST: '" PIN "' exists ");
	command_run(&end, live_be_nobody, ARGS("prog", "load", name, PIN));
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.err, name)); /* other users may not read it */
	unlink(name);
}
END_TEST

/* Without -a the kernel rejects these types with EINVAL and no log. */
START_TEST(test_load_needs)
{
	static const struct {
		const char *type, *example;
	} cases[] = {
		{ "cgroup_sock_addr", "cgroup_inet4_connect" }, { "cgroup_sockopt", "cgroup_getsockopt" },
		{ "sk_lookup", "sk_lookup" }, { "netfilter", "netfilter" },
	};
	static const char *const of_btf[] = { "struct_ops", "ext" };
	char name[64];

	live_mount_bpffs();
	snprintf(name, sizeof name, "%s", file_of(nothing, strlen(nothing)));
	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		assert_fails(ARGS("prog", "load", "-t", cases[i].type, name, PIN), 2,
			     text("rawbpf prog: -t %s: programs of this type need -a with an attach type, "
				  "such as %s\n", cases[i].type, cases[i].example));
		if (strcmp(cases[i].type, "netfilter") == 0 && live_kernel() < 0x604)
			continue;
		assert_prints(ARGS("prog", "load", "-t", cases[i].type, "-a", cases[i].example, name, PIN), "");
		ck_assert_int_eq(unlink(PIN), 0);
	}
	for (unsigned i = 0; i < RAWBPF_COUNT(of_btf); i++)
		assert_fails(ARGS("prog", "load", "-t", of_btf[i], "-a", "lsm_mac", name, PIN), 2,
			     text("rawbpf prog: -t %s: programs of this type need a target in BTF, which a "
				  "text cannot name\n", of_btf[i]));
	unlink(name);
}
END_TEST

START_TEST(test_pin)
{
	live_mount_bpffs();
	load("socket_filter", "cgroup_inet_ingress", nothing);
	assert_prints(ARGS("prog", "pin", own_name(), "/sys/fs/bpf/again"), "");
	ck_assert_uint_eq(pinned_info("/sys/fs/bpf/again").id, pinned_info(PIN).id);
	assert_refused(ARGS("prog", "pin", PIN, "/sys/fs/bpf/none/pin"),
		       "rawbpf prog: pinning: ENOENT: the directory of '/sys/fs/bpf/none/pin' does not exist");
	assert_fails(ARGS("map", "pin", PIN, "/sys/fs/bpf/map"), 1,
		     "rawbpf map: " PIN " is a program, not a map\n");
	assert_fails(ARGS("link", "pin", "1"), 2, "usage: rawbpf link pin LINK PATH\n");
}
END_TEST

/* ------------------------------------------------------------------------- cgroups, tree */

static char top[sizeof cgroups_path + 16];

/* Make the test's own cgroup, `top`. The fixture removes it. */
static void make_top(void)
{
	snprintf(top, sizeof top, "%s/%d", cgroups_path, (int)getpid());
	ck_assert_msg(mkdir(top, 0755) == 0, "%s: %m", top);
}

/* Format a line of `cgroup -j tree`; `more` has the flags and the link. */
static const char *node(const char *cgroup, const char *prog, const char *more)
{
	struct rawbpf_prog_info info = pinned_info(prog);

	return text("{\"cgroup\":\"%s\",\"type\":\"cgroup_device\",\"prog\":%u,\"name\":\"%s\"%s}\n", cgroup,
		    info.id, info.name, more);
}

static unsigned id_of_pinned_link(void)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_link_open(&link, LINK), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	rawbpf_link_detach(&link);
	return info.id;
}

/* A link attaches the program: the message names the command that ends it. */
static void assert_link_holds(const char *const *arguments)
{
	assert_fails(arguments, 1, text("rawbpf prog: a link holds the program: rawbpf link detach %u\n",
					id_of_pinned_link()));
}

static const struct schema tree_schema[] = {
	{ "", "o" }, { "cgroup", "s" }, { "type", "s" }, { "prog", "n" }, { "name", "s" },
	{ "flags", "s" }, { "link", "n" }, { NULL, NULL },
};

/* Attach without a link above, and by a link below, to a cgroup with an escape in its name. */
START_TEST(test_cgroup)
{
	char below[sizeof top + 32], more[64], expected[4096];

	make_top();
	live_mount_bpffs();
	snprintf(below, sizeof below, "%s/a\33[b", top);
	ck_assert_int_eq(mkdir(below, 0755), 0);
	load("cgroup_device", "cgroup_device", nothing);
	assert_prints(ARGS("cgroup", "-j", "tree", top), "");
	assert_prints(ARGS("prog", "attach", own_name(), "cgroup_device", top), "");
	assert_prints(ARGS("prog", "attach", PIN, "cgroup_device", below, LINK), "");
	snprintf(more, sizeof more, ",\"flags\":\"multi\",\"link\":%u", id_of_pinned_link());
	snprintf(expected, sizeof expected, "%s", node(top, PIN, ",\"flags\":\"multi\""));
	strcat(expected, node(text("%s/a\\u001b[b", top), PIN, more));
	assert_prints(ARGS("cgroup", "-j", "tree", text("%s//", top)), expected);
	schema_check(tree_schema, end.out);
	/* the same as a table, and from the root */
	assert_shows(ARGS("cgroup", "tree", top), text("\n%s/a\\x1b[b  cgroup_device  %4u  %s  multi",
		     top, pinned_info(PIN).id, own_name()));
	live_hide_directory("/proc");
	live_write_file("/proc/mounts", text("none %s cgroup2 rw 0 0\n", top));
	assert_shows(ARGS("cgroup", "-j", "tree"), expected);
	ck_assert_int_eq(umount2("/proc", MNT_DETACH), 0);
	/* below, the program of the cgroup above runs, too */
	snprintf(expected, sizeof expected, "%s", node(top, PIN, ""));
	for (int i = 0; i < 2; i++)
		strcat(expected, node(text("%s/a\\u001b[b", top), PIN, ""));
	assert_prints(ARGS("cgroup", "-j", "tree", "-e", top), expected);
	schema_check(tree_schema, end.out);
	/* prog detach ends no link; link detach leaves the pin */
	assert_link_holds(ARGS("prog", "detach", PIN, "cgroup_device", below));
	assert_prints(ARGS("link", "detach", LINK), "");
	ck_assert_int_eq(access(LINK, F_OK), 0);
	assert_prints(ARGS("cgroup", "-j", "tree", top), node(top, PIN, ",\"flags\":\"multi\""));
	assert_prints(ARGS("prog", "detach", own_name(), "cgroup_device", top), "");
	assert_prints(ARGS("cgroup", "-j", "tree", top), "");
	assert_refused(ARGS("prog", "detach", PIN, "cgroup_device", top),
		       "rawbpf prog: detaching: ENOENT: ");
	ck_assert_int_eq(rmdir(below), 0);
}
END_TEST

#ifndef SYS_fcntl64
#define SYS_fcntl64 SYS_fcntl
#endif

static void forbid_fdopendir(void)
{
	live_forbid(SYS_fcntl64, EIO);
}

static void forbid_readdir(void)
{
	live_forbid(SYS_getdents64, EIO);
}

/* A cgroup whose directory cannot be listed: its own programs, and a message about the others. */
START_TEST(test_cgroup_unlisted)
{
	static void (*const forbid[])(void) = { forbid_fdopendir, forbid_readdir };

	make_top();
	live_mount_bpffs();
	load("cgroup_device", "cgroup_device", nothing);
	assert_prints(ARGS("prog", "attach", PIN, "cgroup_device", top), "");
	command_run(&end, forbid[_i], ARGS("cgroup", "-j", "tree", top));
	ck_assert_str_eq(end.err, text("rawbpf cgroup: %s: %s\n", top, strerror(EIO)));
	ck_assert_str_eq(end.out, node(top, PIN, ",\"flags\":\"multi\""));
	ck_assert_int_eq(end.status, 1);
	assert_prints(ARGS("prog", "detach", PIN, "cgroup_device", top), "");
}
END_TEST

/* Attach in each mode, then replace one program by another. */
START_TEST(test_cgroup_modes)
{
	static const char *const modes[] = { "multi", "override", "alone" };

	make_top();
	live_mount_bpffs();
	load("cgroup_device", "cgroup_device", nothing);
	ck_assert_int_eq(rename(PIN, "/sys/fs/bpf/old"), 0);
	load("cgroup_device", "cgroup_device", "r0 = 0; r0 = 1; exit\n");
	for (unsigned i = 0; i < RAWBPF_COUNT(modes); i++) {
		assert_prints(ARGS("prog", "attach", "-m", modes[i], PIN, "cgroup_device", top), "");
		assert_prints(ARGS("cgroup", "-j", "tree", top),
			      node(top, PIN, text(",\"flags\":\"%s\"", modes[i])));
		assert_prints(ARGS("prog", "detach", PIN, "cgroup_device", top), "");
	}
	assert_prints(ARGS("prog", "attach", "/sys/fs/bpf/old", "cgroup_device", top), "");
	assert_prints(ARGS("prog", "attach", "-r", "/sys/fs/bpf/old", PIN, "cgroup_device", top), "");
	assert_prints(ARGS("cgroup", "-j", "tree", top),
		      node(top, PIN, ",\"flags\":\"multi\""));
	assert_prints(ARGS("prog", "detach", PIN, "cgroup_device", top), "");
	assert_fails(ARGS("prog", "attach", "-m", "any", PIN, "cgroup_device", top), 2,
		     "rawbpf prog: -m wants multi, override or alone\n");
	assert_fails(ARGS("prog", "attach", "-m", "multi", PIN, "cgroup_device", top, LINK), 2,
		     "rawbpf prog: -m and -r attach without a link: give no PATH\n");
	assert_fails(ARGS("prog", "attach", "-m", "multi", PIN, "tcx_ingress", "lo"), 2,
		     "rawbpf prog: -m is for cgroups\n");
	assert_refused(ARGS("prog", "attach", PIN, "cgroup_device", "/tmp"),
		       "rawbpf prog: attaching: EBADF: '/tmp' is not a cgroup v2 directory; ");
	assert_fails(ARGS("prog", "attach", PIN, "cgroup_device", "/nowhere"), 1,
		     "rawbpf prog: '/nowhere': No such file or directory\n");
}
END_TEST

/* Attach more programs to three cgroups than the command first has room for. */
START_TEST(test_cgroup_many)
{
	enum { EACH = 60 };
	char path[sizeof top + 16];
	int cgroup;

	make_top();
	snprintf(path, sizeof path, "%s", top);
	for (unsigned level = 0; level < 3; level++) {
		strcat(path, "/x");
		ck_assert_int_eq(mkdir(path, 0755), 0);
		cgroup = cgroups_open(path);
		for (unsigned i = 0; i < EACH; i++) {
			int prog = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);

			ck_assert_int_eq(rawbpf_prog_attach(prog, cgroup, BPF_CGROUP_DEVICE,
				&(struct rawbpf_prog_attach_spec){ .flags = BPF_F_ALLOW_MULTI }), 0);
			close(prog);
		}
		close(cgroup);
	}
	command_run(&end, NULL, ARGS("cgroup", "-j", "tree", top));
	ck_assert_int_eq(command_lines(end.out), 3 * EACH);
	command_run(&end, NULL, ARGS("cgroup", "-j", "tree", "-e", path));
	ck_assert_int_eq(command_lines(end.out), 3 * EACH);
	for (unsigned level = 0; level < 3; level++) {
		cgroups_remove(path);
		*strrchr(path, '/') = '\0';
	}
}
END_TEST

/* Nest cgroups deeper than the limit: the command leaves them out, says so and fails. */
START_TEST(test_cgroup_deep)
{
	enum { DEPTH = 130 };
	char path[sizeof top + 2 * DEPTH];

	make_top();
	snprintf(path, sizeof path, "%s", top);
	for (unsigned i = 0; i < DEPTH; i++) {
		strcat(path, "/x");
		ck_assert_msg(mkdir(path, 0755) == 0, "%u: %m", i);
	}
	command_run(&end, NULL, ARGS("cgroup", "-j", "tree", top));
	for (unsigned i = 0; i < DEPTH; i++) {
		ck_assert_int_eq(rmdir(path), 0);
		*strrchr(path, '/') = '\0';
	}
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(command_lines(end.err), 1);
	ck_assert_ptr_nonnull(strstr(end.err, "/x: not shown: it is deeper than 128 cgroups\n"));
}
END_TEST

/* Make and remove a cgroup all the time: the tree always shows the other one. */
START_TEST(test_cgroup_vanishing)
{
	char path[sizeof top + 16];
	pid_t child;

	make_top();
	live_mount_bpffs();
	load("cgroup_device", "cgroup_device", nothing);
	assert_prints(ARGS("prog", "attach", PIN, "cgroup_device", top), "");
	snprintf(path, sizeof path, "%s/x", top);
	child = cgroups_fork();
	while (child == 0) {
		mkdir(path, 0755);
		rmdir(path);
	}
	for (unsigned i = 0; i < 20; i++)
		assert_prints(ARGS("cgroup", "-j", "tree", top),
			      node(top, PIN, ",\"flags\":\"multi\""));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	cgroups_remove(path);
	assert_prints(ARGS("prog", "detach", PIN, "cgroup_device", top), "");
}
END_TEST

START_TEST(test_cgroup_errors)
{
	assert_fails(ARGS("cgroup"), 2, "usage: rawbpf cgroup [-j] tree [-e] [PATH]\n");
	assert_fails(ARGS("cgroup", "tree", "a", "b"), 2, "usage: rawbpf cgroup tree [-e] [PATH]\n");
	assert_fails(ARGS("cgroup", "tree", "/now\33here"), 1,
		     "rawbpf cgroup: /now\\x1bhere: No such file or directory\n");
	assert_fails(ARGS("cgroup", "tree", "/tmp"), 1, "rawbpf cgroup: querying: EBADF: '/tmp' is not a "
		     "cgroup v2 directory; /proc/mounts shows where cgroup2 is mounted\n");
	command_run(&end, live_be_nobody, ARGS("cgroup", "tree"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.err, "CAP_SYS_ADMIN"));
	live_private_mounts();
	live_hide_directory("/proc");
	live_write_file("/proc/mounts", "proc /proc proc rw 0 0\n");
	assert_fails(ARGS("cgroup", "tree"), 1, "rawbpf cgroup: cgroup v2 is not mounted; mount it: "
		     "mount -t cgroup2 cgroup2 /sys/fs/cgroup\n");
	ck_assert_int_eq(umount2("/proc", MNT_DETACH), 0);
}
END_TEST

/* ------------------------------------------------------------------- devices and others */

/* Attach by a link, which lives as long as its pin. */
START_TEST(test_xdp)
{
	unsigned id;

	live_mount_bpffs();
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	load("xdp", "xdp", "r0 = 2; exit\n");
	/* a link that cannot be pinned ends: the device is free again */
	assert_refused(ARGS("prog", "attach", PIN, "xdp", "lo", "/tmp/link"),
		       "rawbpf prog: pinning the link: EPERM: '/tmp/link' is not on a bpffs; ");
	assert_prints(ARGS("prog", "attach", PIN, "xdp", "lo", LINK), "");
	id = id_of_pinned_link();
	assert_shows(ARGS("link", "show", LINK), "\nattached  xdp lo\n");
	assert_refused(ARGS("prog", "attach", PIN, "xdp", "lo", LINK "2"), "rawbpf prog: attaching: EBUSY: ");
	assert_prints(ARGS("link", "pin", own_name(), LINK "2"), "");
	ck_assert_int_eq(unlink(LINK "2"), 0);
	ck_assert_int_eq(unlink(LINK), 0);
	ck_assert(live_is_gone(RAWBPF_OBJ_LINK, id));
	assert_fails(ARGS("prog", "attach", PIN, "xdp", "lo"), 2, "rawbpf prog: this type attaches by a link: "
		     "give a PATH in bpffs to pin it; without a link: rawbpf net attach\n");
	assert_fails(ARGS("prog", "detach", PIN, "xdp", "lo"), 2, "rawbpf prog: this type attaches by a link: "
		     "remove its pin, or use rawbpf link detach; without a link: rawbpf net detach\n");
	assert_fails(ARGS("prog", "detach", PIN, "kprobe", "f"), 2, "rawbpf prog: this type attaches by a "
		     "link: remove its pin, or use rawbpf link detach\n");
	assert_fails(ARGS("prog", "attach", PIN, "xdp", "eth\33", LINK), 1,
		     "rawbpf prog: 'eth\\x1b': this netns has no such device\n");
}
END_TEST

/* Attach with and without a link, and query the device. */
START_TEST(test_tcx)
{
	struct rawbpf_prog_query query = { 0 };

	if (live_kernel() < 0x606)
		SKIP("tcx is of Linux 6.6");
	live_mount_bpffs();
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	load("sched_cls", "tcx_egress", "r0 = -1; exit\n");
	for (unsigned i = 0; i < 2; i++) {
		assert_prints(i ? ARGS("prog", "attach", PIN, "tcx_egress", "lo", LINK) :
				  ARGS("prog", "attach", PIN, "tcx_egress", "lo"), "");
		ck_assert_int_eq(rawbpf_prog_query(&query, if_nametoindex("lo"), BPF_TCX_EGRESS), 0);
		ck_assert_uint_eq(query.count, 1);
		if (i)
			assert_link_holds(ARGS("prog", "detach", PIN, "tcx_egress", "lo"));
		assert_prints(i ? ARGS("link", "detach", LINK) :
				  ARGS("prog", "detach", PIN, "tcx_egress", "lo"), "");
		ck_assert_int_eq(rawbpf_prog_query(&query, if_nametoindex("lo"), BPF_TCX_EGRESS), 0);
		ck_assert_uint_eq(query.count, 0);
	}
}
END_TEST

START_TEST(test_sockmap)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_SOCKMAP, 4, 4, 1);

	live_mount_bpffs();
	load("sk_msg", "sk_msg_verdict", nothing);
	assert_prints(ARGS("prog", "attach", PIN, "sk_msg_verdict", own_name()), "");
	assert_prints(ARGS("prog", "detach", PIN, "sk_msg_verdict", own_name()), "");
	assert_refused(ARGS("prog", "detach", PIN, "sk_msg_verdict", own_name()),
		       "rawbpf prog: detaching: ENOENT: ");
	if (live_kernel() >= 0x60a) {
		assert_prints(ARGS("prog", "attach", PIN, "sk_msg_verdict", own_name(), LINK), "");
		assert_link_holds(ARGS("prog", "detach", PIN, "sk_msg_verdict", own_name()));
	}
	close(map);
}
END_TEST

START_TEST(test_netns)
{
	live_mount_bpffs();
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	load("sk_lookup", "sk_lookup", nothing);
	assert_prints(ARGS("prog", "attach", PIN, "sk_lookup", "/proc/self/ns/net", LINK), "");
	assert_shows(ARGS("link", "show", LINK), "\nattached     sk_lookup this netns\n");
	assert_refused(ARGS("prog", "attach", PIN, "sk_lookup", "/dev/null", LINK "2"),
		       "rawbpf prog: attaching: EINVAL: ");
}
END_TEST

/* Attach by a link that only its last holder ends. */
START_TEST(test_raw_tracepoint)
{
	unsigned id;

	live_mount_bpffs();
	load("raw_tracepoint", "cgroup_inet_ingress", "r0 = 0; exit\n");
	assert_prints(ARGS("prog", "attach", PIN, "raw_tracepoint", "sys_enter", LINK), "");
	id = id_of_pinned_link();
	assert_shows(ARGS("link", "show", LINK), "\nattached  raw tracepoint sys_enter\n");
	assert_refused(ARGS("link", "detach", LINK), "rawbpf link: detaching: EOPNOTSUPP: ");
	ck_assert_int_eq(unlink(LINK), 0);
	ck_assert(live_is_gone(RAWBPF_OBJ_LINK, id));
	assert_refused(ARGS("prog", "attach", PIN, "raw_tracepoint", "nothing", LINK),
		       "rawbpf prog: attaching: ENOENT: this kernel has no raw tracepoint 'nothing'");
}
END_TEST

START_TEST(test_attach_errors)
{
	live_mount_bpffs();
	load("socket_filter", "cgroup_inet_ingress", nothing);
	assert_fails(ARGS("prog", "attach", PIN, "x\33dp", "lo", LINK), 2,
		     "rawbpf prog: 'x\\x1bdp' is no type to attach; the types are cgroup_* lsm_cgroup tcx_* "
		     "netkit_* sk_skb_* sk_msg_verdict xdp flow_dissector sk_lookup netfilter kprobe kretprobe "
		     "uprobe uretprobe tracepoint raw_tracepoint perf_event trace_raw_tp trace_fentry trace_fexit "
		     "trace_fsession modify_return lsm_mac trace_iter\n");
	/* the table lacks the first type; the second is no attach type */
	command_run(&end, NULL, ARGS("prog", "attach", PIN, "lirc_mode2", "/dev/lirc0", LINK));
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("prog", "attach", PIN, "cgroup_", "/"));
	ck_assert_int_eq(end.status, 2);
	assert_fails(ARGS("prog", "attach", PIN, "kprobe", "do_exit+x", LINK), 2,
		     "rawbpf prog: 'do_exit+x': the offset is no number\n");
	assert_fails(ARGS("prog", "attach", PIN, "kprobe", "do_exit+", LINK), 2,
		     "rawbpf prog: 'do_exit+': the offset is no number\n");
	assert_fails(ARGS("prog", "attach", PIN, "tracepoint", "sys_enter", LINK), 2,
		     "rawbpf prog: 'sys_enter': a tracepoint is GROUP/NAME, as in events/ of tracefs\n");
	assert_refused(ARGS("prog", "attach", PIN, "xdp", "lo", LINK), "rawbpf prog: attaching: EINVAL: ");
	assert_fails(ARGS("prog", "attach", PIN, "xdp"), 2,
		     "usage: rawbpf prog attach [-m MODE] [-r OLD] PROG TYPE [TARGET] [PATH]\n");
	assert_fails(ARGS("prog", "detach", PIN, "cgroup_device", "/", LINK), 2,
		     "usage: rawbpf prog detach PROG TYPE TARGET\n");
	assert_fails(ARGS("prog", "-x", "list"), 2, "rawbpf prog: list has no option -x\n");
	assert_fails(ARGS("map", "-n", "list"), 2, "rawbpf map: list has no option -n\n");
}
END_TEST

/* ----------------------------------------------------------------------------- tracelog */

static const struct schema line_schema[] = { { "", "o" }, { "line", "s" }, { NULL, NULL } };

/* Make files like those of tracefs, which this kernel may lack; one has an escape sequence. */
static void stand_in(const char *mounts)
{
	live_private_mounts();
	live_hide_directory("/mnt");
	ck_assert_int_eq(mkdir("/mnt/tracing", 0755), 0);
	live_write_file("/mnt/trace_pipe", "a-1  [000] d..1  1.5: bpf_trace_printk: x\33[2Jy\nz\n");
	live_write_file("/mnt/tracing/trace_pipe", "below\n");
	live_hide_directory("/proc");
	live_write_file("/proc/mounts", mounts);
}

START_TEST(test_tracelog)
{
	stand_in("none /mnt tracefs rw 0 0\n");
	assert_prints(ARGS("prog", "tracelog"), "a-1  [000] d..1  1.5: bpf_trace_printk: x\\x1b[2Jy\nz\n");
	assert_prints(ARGS("prog", "-j", "tracelog"),
		      "{\"line\":\"a-1  [000] d..1  1.5: bpf_trace_printk: x\\u001b[2Jy\"}\n{\"line\":\"z\"}\n");
	schema_check(line_schema, end.out);
	command_run(&end, command_full_stdout, ARGS("prog", "tracelog"));
	ck_assert_str_eq(end.err, "rawbpf prog: writing: No space left on device\n");
	ck_assert_int_eq(end.status, 1);
	live_write_file("/proc/mounts", "none /mnt debugfs rw 0 0\n");
	assert_prints(ARGS("prog", "tracelog"), "below\n");
	live_write_file("/proc/mounts", "none /root tracefs rw 0 0\n");
	command_run(&end, live_be_nobody, ARGS("prog", "tracelog"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, "rawbpf prog: /root/trace_pipe: Permission denied; run it as root\n");
	live_write_file("/proc/mounts", "none /tmp tracefs rw 0 0\n");
	assert_fails(ARGS("prog", "tracelog"), 1,
		     "rawbpf prog: /tmp/trace_pipe: No such file or directory\n");
	live_write_file("/proc/mounts", "none /mnt tmpfs rw 0 0\n");
	assert_fails(ARGS("prog", "tracelog"), 1, "rawbpf prog: tracefs is not mounted; mount it: "
		     "mount -t tracefs tracefs /sys/kernel/tracing\n");
	ck_assert_int_eq(umount2("/proc", MNT_DETACH), 0);
}
END_TEST

/* Read each line as soon as it was written, and end the command as Ctrl-C does. */
START_TEST(test_tracelog_live)
{
	struct process process;
	char line[TEXT];
	size_t length = 0;
	int pipe;

	stand_in("none /mnt tracefs rw 0 0\n");
	ck_assert_int_eq(unlink("/mnt/trace_pipe"), 0);
	ck_assert_int_eq(mkfifo("/mnt/trace_pipe", 0600), 0);
	process = command_start(NULL, ARGS("prog", "tracelog"));
	pipe = open("/mnt/trace_pipe", O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(pipe, 0);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(write(pipe, "hello\n", 6), 6);
		while (length < 6 * (i + 1))
			ck_assert_int_gt(command_read(process.out, line, &length, 64), 0);
	}
	ck_assert_str_eq(line, "hello\nhello\nhello\n");
	kill(process.pid, SIGINT);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, -SIGINT);
	close(pipe);
	ck_assert_int_eq(umount2("/proc", MNT_DETACH), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	char path[2048];

	live_watch_fds(tests);
	tcase_add_test(tests, test_load_text);
	tcase_add_test(tests, test_load_bytes);
	tcase_add_test(tests, test_load_maps);
	tcase_add_test(tests, test_load_errors);
	tcase_add_test(tests, test_load_needs);
	tcase_add_test(tests, test_pin);
	tcase_add_test(tests, test_xdp);
	tcase_add_test(tests, test_tcx);
	tcase_add_test(tests, test_sockmap);
	tcase_add_test(tests, test_netns);
	tcase_add_test(tests, test_raw_tracepoint);
	tcase_add_test(tests, test_attach_errors);
	tcase_add_test(tests, test_tracelog);
	tcase_add_test(tests, test_tracelog_live);
	if (!cgroups_find(path, sizeof path)) {
		printf("skip: test_cgroup: no cgroup v2 is mounted\n");
		return;
	}
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_test(tests, test_cgroup);
	tcase_add_loop_test(tests, test_cgroup_unlisted, 0, 2);
	tcase_add_test(tests, test_cgroup_modes);
	tcase_add_test(tests, test_cgroup_many);
	tcase_add_test(tests, test_cgroup_deep);
	tcase_add_test(tests, test_cgroup_vanishing);
	tcase_add_test(tests, test_cgroup_errors);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_attach RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	command_variable = "COLUMNS=1000"; /* all columns */
	return live_run("rawbpf_attach", add_tests);
}
