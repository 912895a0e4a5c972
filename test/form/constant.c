/* SPDX-License-Identifier: MIT */
/* Names and the system header's enumerators agree, both ways. */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <rawbpf/constant.h>
#include <string.h>

#include "../unit.h"

/* The first and last ones of 5.10's headers, and neighbours of numbers with two names. */
static const struct {
	enum rawbpf_constant kind;
	unsigned number;
	const char *name;
} cases[] = {
	{ RAWBPF_MAP_TYPE, BPF_MAP_TYPE_UNSPEC, "unspec" },
	{ RAWBPF_MAP_TYPE, BPF_MAP_TYPE_HASH, "hash" },
	{ RAWBPF_MAP_TYPE, BPF_MAP_TYPE_CGROUP_STORAGE, "cgroup_storage" },
	{ RAWBPF_MAP_TYPE, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, "percpu_cgroup_storage" },
	{ RAWBPF_MAP_TYPE, BPF_MAP_TYPE_INODE_STORAGE, "inode_storage" },
	{ RAWBPF_MAP_TYPE, 35, "rhash" },
	{ RAWBPF_PROG_TYPE, BPF_PROG_TYPE_UNSPEC, "unspec" },
	{ RAWBPF_PROG_TYPE, BPF_PROG_TYPE_XDP, "xdp" },
	{ RAWBPF_PROG_TYPE, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, "raw_tracepoint_writable" },
	{ RAWBPF_PROG_TYPE, BPF_PROG_TYPE_SK_LOOKUP, "sk_lookup" },
	{ RAWBPF_PROG_TYPE, 32, "netfilter" },
	{ RAWBPF_ATTACH_TYPE, BPF_CGROUP_INET_INGRESS, "cgroup_inet_ingress" },
	{ RAWBPF_ATTACH_TYPE, BPF_CGROUP_DEVICE, "cgroup_device" },
	{ RAWBPF_ATTACH_TYPE, BPF_CGROUP_UDP6_RECVMSG, "cgroup_udp6_recvmsg" },
	{ RAWBPF_ATTACH_TYPE, BPF_TRACE_ITER, "trace_iter" },
	{ RAWBPF_ATTACH_TYPE, BPF_XDP, "xdp" },
	{ RAWBPF_ATTACH_TYPE, 46, "tcx_ingress" },
	{ RAWBPF_ATTACH_TYPE, 55, "netkit_peer" },
	{ RAWBPF_ATTACH_TYPE, 61, "trace_fsession_multi" },
	{ RAWBPF_LINK_TYPE, BPF_LINK_TYPE_RAW_TRACEPOINT, "raw_tracepoint" },
	{ RAWBPF_LINK_TYPE, BPF_LINK_TYPE_XDP, "xdp" },
	{ RAWBPF_LINK_TYPE, 15, "tracing_multi" },
	{ RAWBPF_HELPER, BPF_FUNC_map_lookup_elem, "map_lookup_elem" },
	{ RAWBPF_HELPER, BPF_FUNC_redirect_peer, "redirect_peer" },
	{ RAWBPF_BTF_KIND, BTF_KIND_STRUCT, "struct" },
	{ RAWBPF_BTF_KIND, BTF_KIND_DATASEC, "datasec" },
	{ RAWBPF_BTF_KIND, 19, "enum64" },
};

START_TEST(test_names)
{
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *name = rawbpf_constant_name(cases[i].kind, cases[i].number);

		ck_assert_msg(name && strcmp(name, cases[i].name) == 0, "%s: %s", cases[i].name, name);
		ck_assert_int_eq(rawbpf_constant_find(cases[i].kind, cases[i].name),
				 cases[i].number);
	}
}
END_TEST

/* The number of names of each kind. Each name leads back to its number. */
START_TEST(test_all)
{
	static const unsigned counts[] = { 36, 33, 62, 16, 212, 20 };

	for (unsigned kind = RAWBPF_MAP_TYPE; kind <= RAWBPF_BTF_KIND; kind++) {
		const char *name;
		unsigned number;

		for (number = 0; (name = rawbpf_constant_name(kind, number)); number++)
			ck_assert_int_eq(rawbpf_constant_find(kind, name), number);
		ck_assert_uint_eq(number, counts[kind]);
		ck_assert_ptr_null(rawbpf_constant_name(kind, number + 1));
		ck_assert_ptr_null(rawbpf_constant_name(kind, 0xffffffff));
	}
}
END_TEST

START_TEST(test_none)
{
	static const char *const names[] = { "", "has", "hashes", "HASH", " hash" };

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		ck_assert_int_eq(rawbpf_constant_find(RAWBPF_MAP_TYPE, names[i]), -ENOENT);
	ck_assert_ptr_null(rawbpf_constant_name(RAWBPF_BTF_KIND + 1, 0));
	ck_assert_int_eq(rawbpf_constant_find(RAWBPF_BTF_KIND + 1, "hash"), -ENOENT);
	ck_assert_int_eq(rawbpf_constant_find(RAWBPF_HELPER, ""), -ENOENT);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_names);
	tcase_add_test(tests, test_all);
	tcase_add_test(tests, test_none);
}

int main(void)
{
	return unit_run("name", add_tests);
}
