/* SPDX-License-Identifier: MIT */
/* Programs on the path of packets: their effects, their order, and the errors. */
#include "../examples/devices.h"
#include "link_kinds.h"

#include <linux/netfilter.h>
#include <poll.h>
#include <stdint.h>

static int lo;

static int load(unsigned type, unsigned attach_type, int result)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, result), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .license = "GPL", .insns = insns, .insn_count = 2,
		.expected_attach_type = attach_type });

	ck_assert_int_gt(prog, 2);
	return prog;
}

static int classifier(void)
{
	return load(BPF_PROG_TYPE_SCHED_CLS, 0, -1 /* TCX_NEXT */);
}

/* Enter a network namespace of the test's own. */
static void begin(void)
{
	ck_assert_int_eq(link_kinds_begin(0, -1), 0);
	lo = if_nametoindex("lo");
	ck_assert_int_gt(lo, 0);
}

#define ASSERT_REFUSED(ERROR, CALL)                                                                \
	do {                                                                                       \
		struct rawbpf_link refused = { .fd = 12345 };                                      \
                                                                                                   \
		ck_assert_int_eq(CALL, ERROR);                                                     \
		ck_assert_int_eq(refused.fd, 0);                                                   \
	} while (0)

/* ------------------------------------------------------------------------------- sockets */

static int datagram_socket(struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_eq(bind(fd, (void *)address, sizeof *address), 0);
	ck_assert_int_eq(getsockname(fd, (void *)address, &length), 0);
	return fd;
}

/* Assert that a datagram sent to `to` comes to `fd`, or that none comes. */
static void expect_datagram(int fd, const struct sockaddr_in *to, int comes)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char byte;

	ck_assert_int_eq(sendto(from, "x", 1, 0, (const void *)to, sizeof *to), 1);
	close(from);
	ck_assert_int_eq(poll(&ready, 1, comes ? PATIENCE_MS : 200), comes);
	ck_assert_int_eq(recv(fd, &byte, 1, MSG_DONTWAIT) == 1, comes);
}

/* ---------------------------------------------------------------------------------- XDP */

START_TEST(test_xdp_refused)
{
	int prog = load(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_PASS), other = classifier();
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_xdp_attach(&link, prog, lo, 0), 0);
	ASSERT_REFUSED(-EBUSY, rawbpf_xdp_attach(&refused, prog, lo, 0));
	ASSERT_REFUSED(-EEXIST, rawbpf_xdp_attach(&refused, prog, lo, XDP_FLAGS_DRV_MODE));
	rawbpf_link_detach(&link);
	ASSERT_REFUSED(-EOPNOTSUPP, rawbpf_xdp_attach(&refused, prog, lo, XDP_FLAGS_DRV_MODE));
	ASSERT_REFUSED(-EOPNOTSUPP, rawbpf_xdp_attach(&refused, prog, lo, XDP_FLAGS_HW_MODE));
	ASSERT_REFUSED(-EINVAL, rawbpf_xdp_attach(&refused, prog, lo, 1u << 20));
	ASSERT_REFUSED(-EINVAL, rawbpf_xdp_attach(&refused, prog, 9999, 0));
	ASSERT_REFUSED(-EINVAL, rawbpf_xdp_attach(&refused, other, lo, 0));
	ASSERT_REFUSED(-EBADF, rawbpf_xdp_attach(&refused, 9999, lo, 0));
	close(prog);
	close(other);
}
END_TEST

/* A veth sends packets, and the XDP program at its other end drops some. */
START_TEST(test_xdp_drops)
{
	struct rawbpf_link link;
	int drop = load(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_DROP), from, to;
	int pass = load(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_PASS), other;
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	struct pollfd ready = { .events = POLLIN };
	static const unsigned char frame[60] = { [12] = 0x88, [13] = 0xb5 };
	char received[100];

	if (link_kinds_device("veth") < 0)
		SKIP("this kernel has no veth devices");
	devices_up("veth0");
	devices_up("veth1");
	devices_await("veth0", "veth1");
	from = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	to = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(DEVICES_ETHERTYPE));
	address.sll_ifindex = if_nametoindex("veth0");
	ck_assert_int_eq(bind(from, (void *)&address, sizeof address), 0);
	address.sll_ifindex = if_nametoindex("veth1");
	address.sll_protocol = htons(DEVICES_ETHERTYPE);
	ck_assert_int_eq(bind(to, (void *)&address, sizeof address), 0);
	ready.fd = to;

	ck_assert_int_eq(rawbpf_xdp_attach(&link, drop, if_nametoindex("veth1"),
					   XDP_FLAGS_DRV_MODE), 0);
	ck_assert_int_eq(send(from, frame, sizeof frame, 0), sizeof frame);
	ck_assert_int_eq(poll(&ready, 1, 200), 0);
	ck_assert_int_eq(rawbpf_link_update(&link, pass, drop), 0);
	ck_assert_int_eq(send(from, frame, sizeof frame, 0), sizeof frame);
	ck_assert_int_eq(poll(&ready, 1, PATIENCE_MS), 1);
	ck_assert_int_eq(recv(to, received, sizeof received, 0), sizeof frame);
	other = classifier();
	ck_assert_int_eq(rawbpf_link_update(&link, other, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_link_update(&link, drop, drop), -EPERM);
	rawbpf_link_detach(&link);
}
END_TEST

/* ---------------------------------------------------------------------------------- tcx */

#define ANCHOR(...) (&(struct rawbpf_anchor){ __VA_ARGS__ })

/* Assert the attached programs and their order. */
static uint64_t assert_order(unsigned attach_type, const int *progs, unsigned count)
{
	unsigned ids[8], links[8], i;
	struct rawbpf_prog_query query = { .prog_ids = ids, .link_ids = links, .capacity = 8 };

	ck_assert_int_eq(rawbpf_prog_query(&query, lo, attach_type), 0);
	ck_assert_uint_eq(query.count, count);
	for (i = 0; i < count; i++)
		ck_assert_uint_eq(ids[i], live_prog_id(progs[i]));
	return query.revision;
}

#define ASSERT_ORDER(...)                                                                          \
	assert_order(BPF_TCX_INGRESS, (const int[]){ __VA_ARGS__ },                                \
		     sizeof((int[]){ __VA_ARGS__ }) / sizeof(int))

static unsigned link_id(const struct rawbpf_link *link)
{
	struct bpf_link_info info;

	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(link->fd, &info, sizeof info), 0);
	return info.id;
}

#define TCX(LINK, PROG, ...) \
	rawbpf_tcx_attach((LINK), (PROG), lo, BPF_TCX_INGRESS, ANCHOR(__VA_ARGS__))

START_TEST(test_tcx_order)
{
	int progs[6], i;
	struct rawbpf_link links[6] = { 0 };
	uint64_t revision;

	for (i = 0; i < 6; i++)
		progs[i] = classifier();
	ck_assert_int_eq(rawbpf_tcx_attach(&links[0], progs[0], lo, BPF_TCX_INGRESS, NULL), 0);
	ck_assert_int_eq(TCX(&links[1], progs[1], .flags = 0), 0);
	ASSERT_ORDER(progs[0], progs[1]);
	ck_assert_int_eq(TCX(&links[2], progs[2], .flags = BPF_F_BEFORE), 0);
	ASSERT_ORDER(progs[2], progs[0], progs[1]);
	ck_assert_int_eq(TCX(&links[3], progs[3], .flags = BPF_F_AFTER, .relative = progs[2]), 0);
	ASSERT_ORDER(progs[2], progs[3], progs[0], progs[1]);
	ck_assert_int_eq(TCX(&links[4], progs[4], .flags = BPF_F_BEFORE | BPF_F_LINK,
			     .relative = links[1].fd), 0);
	ASSERT_ORDER(progs[2], progs[3], progs[0], progs[4], progs[1]);
	ck_assert_int_eq(TCX(&links[5], progs[5], .flags = BPF_F_AFTER | BPF_F_LINK | BPF_F_ID,
			     .relative = link_id(&links[2])), 0);
	revision = ASSERT_ORDER(progs[2], progs[5], progs[3], progs[0], progs[4], progs[1]);
	rawbpf_link_detach(&links[5]);
	ASSERT_REFUSED(-ESTALE, TCX(&refused, progs[5], .expected_revision = revision));
	revision = ASSERT_ORDER(progs[2], progs[3], progs[0], progs[4], progs[1]);
	ck_assert_int_eq(TCX(&links[5], progs[5], .flags = BPF_F_BEFORE | BPF_F_ID,
			     .relative = live_prog_id(progs[3]),
			     .expected_revision = revision), 0);
	ASSERT_ORDER(progs[2], progs[5], progs[3], progs[0], progs[4], progs[1]);
	for (i = 0; i < 6; i++)
		rawbpf_link_detach(&links[i]);
	assert_order(BPF_TCX_INGRESS, NULL, 0);
}
END_TEST

START_TEST(test_tcx_refused)
{
	int prog = classifier(), other = classifier(), xdp = load(BPF_PROG_TYPE_XDP, BPF_XDP, 2);
	struct rawbpf_link link, links[64] = { 0 };
	int i, err = 0;

	ck_assert_int_eq(rawbpf_tcx_attach(&link, prog, lo, BPF_TCX_INGRESS, NULL), 0);
	ASSERT_REFUSED(-EEXIST, TCX(&refused, prog, .flags = 0));
	ASSERT_REFUSED(-ENOENT, TCX(&refused, other, .flags = BPF_F_BEFORE, .relative = other));
	ASSERT_REFUSED(-ENOENT, TCX(&refused, other, .flags = BPF_F_BEFORE | BPF_F_ID,
				    .relative = 999999999));
	ASSERT_REFUSED(-EBADF, TCX(&refused, other, .flags = BPF_F_BEFORE, .relative = 9999));
	ASSERT_REFUSED(-ESTALE, TCX(&refused, other, .expected_revision = 77));
	ASSERT_REFUSED(-EINVAL, TCX(&refused, other, .flags = 1u << 20));
	ASSERT_REFUSED(-EINVAL, TCX(&refused, xdp, .flags = 0));
	/* only the link ends its attachment */
	ck_assert_int_eq(rawbpf_prog_detach(prog, lo, BPF_TCX_INGRESS, NULL), -EBUSY);
	ck_assert_int_eq(rawbpf_prog_attach(other, lo, BPF_TCX_INGRESS,
		&(struct rawbpf_prog_attach_spec){ .replace = prog }), -EBUSY);
	ASSERT_REFUSED(-EINVAL, rawbpf_tcx_attach(&refused, other, lo, BPF_XDP, NULL));
	ASSERT_REFUSED(-ENODEV, rawbpf_tcx_attach(&refused, other, 9999, BPF_TCX_INGRESS, NULL));
	rawbpf_link_detach(&link);
	for (i = 0; i < 64 && err == 0; i++)
		err = rawbpf_tcx_attach(&links[i], classifier(), lo, BPF_TCX_EGRESS, NULL);
	ck_assert_int_eq(err, -ERANGE);
	ck_assert_int_eq(i, 64);
}
END_TEST

/* Attaching without a link. */
START_TEST(test_tcx_for_good)
{
	const struct rawbpf_prog_attach_spec at_the_end = { 0 };
	int a = classifier(), b = classifier(), xdp = load(BPF_PROG_TYPE_XDP, BPF_XDP, 2);

	ck_assert_int_eq(rawbpf_prog_attach(a, lo, BPF_TCX_INGRESS, &at_the_end), 0);
	ck_assert_int_eq(rawbpf_prog_attach(a, lo, BPF_TCX_INGRESS, &at_the_end), -EEXIST);
	ck_assert_int_eq(rawbpf_prog_attach(b, lo, BPF_TCX_INGRESS,
					    &(struct rawbpf_prog_attach_spec){ .flags = BPF_F_BEFORE, .relative = a }), 0);
	ASSERT_ORDER(b, a);
	ck_assert_int_eq(rawbpf_prog_detach(b, lo, BPF_TCX_INGRESS, NULL), 0);
	ck_assert_int_eq(rawbpf_prog_detach(b, lo, BPF_TCX_INGRESS, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_attach(b, lo, BPF_TCX_INGRESS,
					    &(struct rawbpf_prog_attach_spec){ .replace = a }), 0);
	ASSERT_ORDER(b);
	ck_assert_int_eq(rawbpf_prog_detach(0, lo, BPF_TCX_INGRESS,
					    &(struct rawbpf_prog_attach_spec){ .flags = BPF_F_BEFORE }), 0);
	assert_order(BPF_TCX_INGRESS, NULL, 0);
	ck_assert_int_eq(rawbpf_prog_attach(a, 9999, BPF_TCX_INGRESS, &at_the_end), -ENODEV);
	ck_assert_int_eq(rawbpf_prog_attach(xdp, lo, BPF_TCX_INGRESS, &at_the_end), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_attach(9999, lo, BPF_TCX_INGRESS, &at_the_end), -EBADF);
	ck_assert_int_eq(rawbpf_prog_attach(a, lo, 9999, &at_the_end), -EINVAL);
}
END_TEST

START_TEST(test_query)
{
	int progs[2] = { classifier(), classifier() }, i;
	unsigned ids[2] = { 0 };
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = 1 };
	struct rawbpf_link links[2];

	for (i = 0; i < 2; i++)
		ck_assert_int_eq(rawbpf_tcx_attach(&links[i], progs[i], lo, BPF_TCX_EGRESS, NULL),
				 0);
	ck_assert_int_eq(rawbpf_prog_query(&query, lo, BPF_TCX_EGRESS), -ENOSPC);
	ck_assert_uint_eq(query.count, 2);
	ck_assert_uint_eq(ids[0], live_prog_id(progs[0]));
	ck_assert_uint_eq(ids[1], 0);
	query = (struct rawbpf_prog_query){ .prog_ids = NULL };
	ck_assert_int_eq(rawbpf_prog_query(&query, lo, BPF_TCX_EGRESS), 0);
	ck_assert_uint_eq(query.count, 2);
	ck_assert_int_eq(rawbpf_prog_query(&query, 9999, BPF_TCX_EGRESS), -ENODEV);
	ck_assert_uint_eq(query.count, 0);
	ck_assert_int_eq(rawbpf_prog_query(&query, lo, BPF_XDP), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_query(&query, lo, 9999), -EINVAL);
}
END_TEST

/* --------------------------------------------------------------------- network namespaces */

START_TEST(test_netns_refused)
{
	const struct rawbpf_prog_attach_spec spec = { 0 };
	int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), i, err = 0;
	int mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int dissector = load(BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, 0);
	int lookup = load(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, SK_PASS), other;
	struct rawbpf_prog_query query = { .prog_ids = NULL };
	struct rawbpf_link link, links[65] = { 0 };

	ck_assert_int_eq(rawbpf_netns_attach(&link, dissector, netns, BPF_FLOW_DISSECTOR), 0);
	ASSERT_REFUSED(-E2BIG, rawbpf_netns_attach(&refused, dissector, netns, BPF_FLOW_DISSECTOR));
	ck_assert_int_eq(rawbpf_prog_detach(dissector, 0, BPF_FLOW_DISSECTOR, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_attach(dissector, 0, BPF_FLOW_DISSECTOR, &spec), -EEXIST);
	ck_assert_int_eq(rawbpf_prog_query(&query, netns, BPF_FLOW_DISSECTOR), 0);
	ck_assert_uint_eq(query.count, 1);
	rawbpf_link_detach(&link);
	ck_assert_int_eq(rawbpf_prog_attach(dissector, 0, BPF_FLOW_DISSECTOR, &spec), 0);
	ck_assert_int_eq(rawbpf_prog_attach(dissector, 0, BPF_FLOW_DISSECTOR, &spec), -EINVAL);
	other = load(BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, 0);
	ck_assert_int_eq(rawbpf_prog_attach(other, 0, BPF_FLOW_DISSECTOR, &spec), 0);
	ck_assert_int_eq(rawbpf_prog_detach(dissector, 0, BPF_FLOW_DISSECTOR, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_attach(dissector, 0, BPF_FLOW_DISSECTOR, &spec), 0);
	ASSERT_REFUSED(-EEXIST, rawbpf_netns_attach(&refused, dissector, netns,
						    BPF_FLOW_DISSECTOR));
	ck_assert_int_eq(rawbpf_prog_detach(dissector, 0, BPF_FLOW_DISSECTOR, NULL), 0);
	ck_assert_int_eq(rawbpf_prog_detach(dissector, 0, BPF_FLOW_DISSECTOR, NULL), -ENOENT);
	ASSERT_REFUSED(-EINVAL, rawbpf_netns_attach(&refused, lookup, mounts, BPF_SK_LOOKUP));
	ASSERT_REFUSED(-EBADF, rawbpf_netns_attach(&refused, lookup, 9999, BPF_SK_LOOKUP));
	ASSERT_REFUSED(-EINVAL, rawbpf_netns_attach(&refused, dissector, netns, BPF_SK_LOOKUP));
	for (i = 0; i < 65 && err == 0; i++)
		err = rawbpf_netns_attach(&links[i], lookup, netns, BPF_SK_LOOKUP);
	ck_assert_int_eq(err, -E2BIG);
	ck_assert_int_eq(i, 65);
}
END_TEST

/* Datagrams to an unused port go to the socket in a map. */
START_TEST(test_sk_lookup_steers)
{
	struct sockaddr_in own, nobodys;
	int fd = datagram_socket(&own), unused = datagram_socket(&nobodys);
	int sockets = live_map(BPF_MAP_TYPE_SOCKMAP, 4, 8, 1), prog;
	int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	const unsigned key = 0;
	uint64_t value = fd;
	struct rawbpf_link link;
	const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, sockets),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 7),
		BPF_MOV64_REG(BPF_REG_7, BPF_REG_0),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_0),
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_EMIT_CALL(BPF_FUNC_sk_assign),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_7),
		BPF_EMIT_CALL(BPF_FUNC_sk_release),
		BPF_MOV64_IMM(BPF_REG_0, SK_PASS),
		BPF_EXIT_INSN(),
	};

	close(unused);
	ck_assert_int_eq(rawbpf_map_update(sockets, &key, &value, BPF_ANY), 0);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SK_LOOKUP, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns),
		.expected_attach_type = BPF_SK_LOOKUP });
	ck_assert_int_gt(prog, 2);
	expect_datagram(fd, &nobodys, 0);
	ck_assert_int_eq(rawbpf_netns_attach(&link, prog, netns, BPF_SK_LOOKUP), 0);
	expect_datagram(fd, &nobodys, 1);
	rawbpf_link_detach(&link);
	expect_datagram(fd, &nobodys, 0);
}
END_TEST

/* ----------------------------------------------------------------------------- netfilter */

static int netfilter(struct rawbpf_link *link, int prog, unsigned family, unsigned hook,
		     int priority, unsigned flags)
{
	return rawbpf_netfilter_attach(link, prog, family, hook, &(struct rawbpf_netfilter_spec){
		.priority = priority, .flags = flags });
}

START_TEST(test_netfilter_drops)
{
	struct sockaddr_in address;
	int fd = datagram_socket(&address);
	int drop = load(BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER, NF_DROP);
	struct rawbpf_link link;

	expect_datagram(fd, &address, 1);
	ck_assert_int_eq(netfilter(&link, drop, NFPROTO_IPV4, NF_INET_LOCAL_IN, 0, 0), 0);
	expect_datagram(fd, &address, 0);
	ck_assert_int_eq(rawbpf_link_update(&link, drop, 0), -EOPNOTSUPP);
	ck_assert_int_eq(rawbpf_link_revoke(&link), 0);
	expect_datagram(fd, &address, 1);
	rawbpf_link_detach(&link);
}
END_TEST

START_TEST(test_netfilter_refused)
{
	int prog = load(BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER, NF_ACCEPT), other = classifier();
	struct rawbpf_link link;

	ck_assert_int_eq(netfilter(&link, prog, NFPROTO_IPV4, 0, 0, 0), 0);
	ASSERT_REFUSED(-EBUSY, netfilter(&refused, prog, NFPROTO_IPV4, 0, 0, 0));
	ASSERT_REFUSED(-EAFNOSUPPORT, netfilter(&refused, prog, NFPROTO_INET, 0, 0, 0));
	ASSERT_REFUSED(-EPROTO, netfilter(&refused, prog, NFPROTO_IPV4, 9, 0, 0));
	ASSERT_REFUSED(-ERANGE, netfilter(&refused, prog, NFPROTO_IPV4, 0, INT32_MIN, 0));
	ASSERT_REFUSED(-ERANGE, netfilter(&refused, prog, NFPROTO_IPV4, 0, INT32_MAX, 0));
	ASSERT_REFUSED(-EOPNOTSUPP, netfilter(&refused, prog, NFPROTO_IPV4, 0, 0, 2));
	if (live_kernel() >= 0x606)
		ASSERT_REFUSED(-ERANGE, netfilter(&refused, prog, NFPROTO_IPV4, 0, -400,
						  BPF_F_NETFILTER_IP_DEFRAG));
	ASSERT_REFUSED(-EINVAL, netfilter(&refused, other, NFPROTO_IPV4, 1, 0, 0));
	rawbpf_link_detach(&link);
}
END_TEST

/* ------------------------------------------------------------------------------- sockmap */

START_TEST(test_sockmap_refused)
{
	const struct rawbpf_prog_attach_spec spec = { 0 };
	int sockets = live_map(BPF_MAP_TYPE_SOCKMAP, 4, 4, 1), array = live_array(1);
	int prog = load(BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, SK_PASS);
	int skb = load(BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_VERDICT, SK_PASS);
	struct rawbpf_prog_query query = { .prog_ids = NULL };
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_sockmap_attach(&link, prog, sockets, BPF_SK_MSG_VERDICT), 0);
	ASSERT_REFUSED(-EBUSY, rawbpf_sockmap_attach(&refused, prog, sockets, BPF_SK_MSG_VERDICT));
	ASSERT_REFUSED(-EINVAL, rawbpf_sockmap_attach(&refused, prog, array, BPF_SK_MSG_VERDICT));
	ASSERT_REFUSED(-EINVAL, rawbpf_sockmap_attach(&refused, skb, sockets, BPF_SK_MSG_VERDICT));
	ASSERT_REFUSED(-EBADF, rawbpf_sockmap_attach(&refused, prog, 9999, BPF_SK_MSG_VERDICT));
	ck_assert_int_eq(rawbpf_prog_attach(prog, sockets, BPF_SK_MSG_VERDICT, &spec), -EBUSY);
	ck_assert_int_eq(rawbpf_prog_detach(prog, sockets, BPF_SK_MSG_VERDICT, NULL), -EBUSY);
	ck_assert_int_eq(rawbpf_prog_query(&query, sockets, BPF_SK_MSG_VERDICT), 0);
	ck_assert_uint_eq(query.count, 1);
	rawbpf_link_detach(&link);
	ck_assert_int_eq(rawbpf_prog_attach(prog, sockets, BPF_SK_MSG_VERDICT, &spec), 0);
	ck_assert_int_eq(rawbpf_prog_detach(prog, sockets, BPF_SK_MSG_VERDICT, NULL), 0);
	ck_assert_int_eq(rawbpf_prog_detach(prog, sockets, BPF_SK_MSG_VERDICT, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_attach(prog, array, BPF_SK_MSG_VERDICT, &spec), -EOPNOTSUPP);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, test_xdp_refused);
	tcase_add_test(tests, test_xdp_drops);
	tcase_add_test(tests, test_tcx_order);
	tcase_add_test(tests, test_tcx_refused);
	tcase_add_test(tests, test_tcx_for_good);
	tcase_add_test(tests, test_query);
	tcase_add_test(tests, test_netns_refused);
	tcase_add_test(tests, test_sk_lookup_steers);
	tcase_add_test(tests, test_netfilter_drops);
	tcase_add_test(tests, test_netfilter_refused);
	tcase_add_test(tests, test_sockmap_refused);
}

int main(void)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	if ((major << 8 | minor) < 0x60a) {
		printf("skip: net: what is refused, and how, is as of Linux 6.10\n");
		return EXIT_SKIPPED;
	}
	return live_run("net", add_tests);
}
