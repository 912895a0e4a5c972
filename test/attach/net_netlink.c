/* SPDX-License-Identifier: MIT */
/*
 * XDP and tc by netlink, and programs on sockets: their effects on packets, the errors, and the
 * attachments of other tools. A call changes only what it names.
 */
#include "../examples/devices.h"

#include <linux/pkt_cls.h>
#include <poll.h>
#include <sys/wait.h>

static unsigned lo;

/* 0 is the result of a failed if_nametoindex(3). The kernel takes the number as an int. */
static const unsigned no_device[] = { 9999, 0, 0x80000000, ~0u };

static int load(unsigned type, int result)
{
	int prog = live_prog(type, result);

	ck_assert_int_gt(prog, 2);
	return prog;
}

/* Enter a network namespace of the test's own. */
static void begin(void)
{
	devices_enter();
	lo = if_nametoindex("lo");
}

/* Run a command of another tool. Its output goes to `output`. */
static void command(char *output, size_t size, const char *line)
{
	FILE *pipe = popen(line, "re");
	size_t got;

	ck_assert_ptr_nonnull(pipe);
	got = fread(output, 1, size - 1, pipe);
	output[got] = '\0';
	ck_assert_msg(pclose(pipe) == 0, "%s: %s", line, output);
}

static void run(const char *line)
{
	char output[4096];

	command(output, sizeof output, line);
}

static int has_tool(const char *name)
{
	char line[64];

	snprintf(line, sizeof line, "%s -V >/dev/null 2>&1", name);
	return system(line) == 0;
}

static int open_id(unsigned id)
{
	int prog = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, id, NULL);

	ck_assert_int_gt(prog, 2);
	return prog;
}

#define ASSERT_REFUSED(ERROR, CALL)                                                                \
	do {                                                                                       \
		struct rawbpf_link refused = { .fd = 12345, .ifindex = 7 };                        \
                                                                                                   \
		ck_assert_int_eq(CALL, ERROR);                                                     \
		ck_assert_int_eq(refused.fd, 0);                                                   \
		ck_assert_uint_eq(refused.ifindex, 0);                                             \
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

/* Assert that a datagram sent to the socket comes, or that none comes. */
static void expect_datagram(int comes)
{
	struct sockaddr_in to;
	int from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), fd = datagram_socket(&to);
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(sendto(from, "x", 1, 0, (const void *)&to, sizeof to), 1);
	ck_assert_int_eq(poll(&ready, 1, comes ? PATIENCE_MS : 200), comes);
	close(from);
	close(fd);
}

/* ---------------------------------------------------------------------------------- XDP */

static void assert_xdp(int generic, int driver)
{
	struct rawbpf_xdp_query query = { 1, 1, 1 };

	ck_assert_int_eq(rawbpf_xdp_query(&query, lo), 0);
	ck_assert_uint_eq(query.skb_prog_id, generic ? live_prog_id(generic) : 0);
	ck_assert_uint_eq(query.drv_prog_id, driver ? live_prog_id(driver) : 0);
	ck_assert_uint_eq(query.hw_prog_id, 0);
}

START_TEST(test_xdp)
{
	int drop = load(BPF_PROG_TYPE_XDP, XDP_DROP), pass = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	const struct rawbpf_xdp_netlink_spec in_place_of_drop = { .replace = drop };
	struct rawbpf_link link, second;

	assert_xdp(0, 0);
	expect_datagram(1);
	ck_assert_int_eq(rawbpf_xdp_netlink_attach(&link, drop, lo, 0, NULL), 0);
	ck_assert_uint_eq(link.ifindex, lo);
	assert_xdp(drop, 0);
	expect_datagram(0);
	/* the old link has nothing left to detach */
	ck_assert_int_eq(rawbpf_xdp_netlink_attach(&second, pass, lo, 0, &in_place_of_drop), 0);
	assert_xdp(pass, 0);
	expect_datagram(1);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	assert_xdp(pass, 0);
	ck_assert_int_eq(rawbpf_link_detach(&second), 0);
	ck_assert_int_eq(second.fd, 0);
	assert_xdp(0, 0);
	close(drop);
	close(pass);
}
END_TEST

START_TEST(test_xdp_refused)
{
	int prog = load(BPF_PROG_TYPE_XDP, XDP_PASS), other = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	int classifier = load(BPF_PROG_TYPE_SCHED_CLS, 0), map = live_array(1);
	char text[64] = "";
	const struct rawbpf_xdp_netlink_spec told = { .text = text, .text_size = sizeof text };
	const struct rawbpf_xdp_netlink_spec for_other = { .replace = other };
	const struct rawbpf_xdp_netlink_spec for_none = { .replace = -ENOENT };
	const struct rawbpf_xdp_netlink_spec for_closed = { .replace = 9999 };
	struct rawbpf_xdp_query query;
	struct rawbpf_link link;

#define XDP(PROG, IFINDEX, FLAGS, SPEC) \
	rawbpf_xdp_netlink_attach(&refused, (PROG), (IFINDEX), (FLAGS), (SPEC))
	ASSERT_REFUSED(-EEXIST, XDP(prog, lo, 0, &for_other));
	ck_assert_int_eq(rawbpf_xdp_netlink_attach(&link, prog, lo, 0, &told), 0);
	ck_assert_str_eq(text, "");
	ASSERT_REFUSED(-EBUSY, XDP(other, lo, 0, &told));
	ck_assert_str_ne(text, "");
	/* loopback's driver runs none; 7.x says so first */
	ASSERT_REFUSED(live_kernel() < 0x700 ? -EEXIST : -EOPNOTSUPP,
		       XDP(other, lo, XDP_FLAGS_DRV_MODE, NULL));
	ASSERT_REFUSED(-EEXIST, XDP(other, lo, 0, &for_other));
	ASSERT_REFUSED(-EBADF, XDP(other, lo, 0, &for_none));
	ASSERT_REFUSED(-EBADF, XDP(other, lo, 0, &for_closed));
	ASSERT_REFUSED(-EBADF, XDP(9999, lo, 0, &told));
	ck_assert_str_eq(text, "");
	ASSERT_REFUSED(-EBADF, XDP(-1, lo, 0, NULL));
	ASSERT_REFUSED(-EINVAL, XDP(classifier, lo, 0, NULL));
	ASSERT_REFUSED(-EINVAL, XDP(prog, lo, XDP_FLAGS_UPDATE_IF_NOEXIST, NULL));
	ASSERT_REFUSED(-EINVAL, XDP(prog, lo, 1u << 4 /* XDP_FLAGS_REPLACE */, NULL));
	for (unsigned i = 0; i < RAWBPF_COUNT(no_device); i++) {
		ASSERT_REFUSED(-ENODEV, XDP(prog, no_device[i], 0, NULL));
		ck_assert_int_eq(rawbpf_xdp_netlink_detach(prog, no_device[i], 0), -ENODEV);
		query.skb_prog_id = 1;
		ck_assert_int_eq(rawbpf_xdp_query(&query, no_device[i]), -ENODEV);
		ck_assert_uint_eq(query.skb_prog_id, 0);
	}
	/* a link cannot either */
	ck_assert_int_lt(rawbpf_xdp_attach(&(struct rawbpf_link){ 0 }, other, lo, 0), 0);

	ck_assert_int_eq(rawbpf_xdp_netlink_detach(other, lo, 0), -ENOENT);
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(prog, lo, XDP_FLAGS_DRV_MODE), -ENOENT);
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(-1, lo, 0), -EBADF);
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(9999, lo, 0), -EBADF);
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(map, lo, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(prog, lo, 1u << 20), -EINVAL);
	assert_xdp(prog, 0);

	ck_assert_int_eq(rawbpf_link_pin(&link, "/sys/fs/bpf/no"), -EINVAL);
	ck_assert_int_eq(rawbpf_link_update(&link, other, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_link_revoke(&link), -EINVAL);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	assert_xdp(0, 0);
	close(prog);
	close(other);
	close(classifier);
	close(map);
}
END_TEST

/* A program that a bpf link holds stays with the link. */
START_TEST(test_xdp_beside_link)
{
	int prog = load(BPF_PROG_TYPE_XDP, XDP_PASS), other = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	const struct rawbpf_xdp_netlink_spec in_its_place = { .replace = prog };
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_xdp_attach(&link, prog, lo, 0), 0);
	assert_xdp(prog, 0);
	ASSERT_REFUSED(-EBUSY, XDP(other, lo, 0, NULL));
	ASSERT_REFUSED(-EBUSY, XDP(other, lo, 0, &in_its_place));
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(prog, lo, 0), -EBUSY);
	assert_xdp(prog, 0);
	rawbpf_link_detach(&link);
	assert_xdp(0, 0);
	close(prog);
	close(other);
}
END_TEST

/* Attach in a process that ends without detaching: after a release, or by its end alone. */
static void attach_in_child(int (*attach)(struct rawbpf_link *link, int prog), int prog, int release)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct rawbpf_link link;
		int err = attach(&link, prog);

		if (err == 0 && release)
			close(rawbpf_link_release(&link));
		_exit(err ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

static int attach_xdp(struct rawbpf_link *link, int prog)
{
	return rawbpf_xdp_netlink_attach(link, prog, lo, 0, NULL);
}

START_TEST(test_xdp_stays)
{
	int prog = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	struct rawbpf_xdp_query query;
	int found;

	attach_in_child(attach_xdp, prog, _i);
	close(prog);
	ck_assert_int_eq(rawbpf_xdp_query(&query, lo), 0);
	found = open_id(query.skb_prog_id);
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(found, lo, 0), 0);
	close(found);
	assert_xdp(0, 0);
}
END_TEST

/* A device that goes takes its program along. */
START_TEST(test_xdp_device_gone)
{
	struct rawbpf_xdp_query query;
	struct rawbpf_link link;
	unsigned veth;
	int prog;

	if (!has_tool("ip") || devices_add_veth("veth0", "veth1") < 0)
		SKIP("there is no ip(8), or no veth devices");
	prog = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	veth = if_nametoindex("veth0");
	ck_assert_int_eq(rawbpf_xdp_netlink_attach(&link, prog, veth, XDP_FLAGS_DRV_MODE, NULL), 0);
	ck_assert_int_eq(rawbpf_xdp_query(&query, veth), 0);
	ck_assert_uint_eq(query.drv_prog_id, live_prog_id(prog));
	ck_assert_uint_eq(query.skb_prog_id, 0);
	run("ip link del veth0 2>&1");
	ck_assert_int_eq(rawbpf_xdp_query(&query, veth), -ENODEV);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* ip(8) shows our program, and we detach ip(8)'s. */
START_TEST(test_xdp_of_ip)
{
	static const struct {
		const char *word, *line;
		unsigned flags;
	} modes[] = {
		{ "xdpgeneric/id", "ip link set dev lo xdpgeneric pinned /sys/fs/bpf/pass 2>&1",
		  XDP_FLAGS_SKB_MODE },
	};
	struct rawbpf_xdp_query query;
	struct rawbpf_link link;
	char output[4096], id[32];
	int prog, found;

	if (!has_tool("ip"))
		SKIP("there is no ip(8)");
	prog = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(prog, "/sys/fs/bpf/pass"), 0);
	run(modes[0].line);
	ck_assert_int_eq(rawbpf_xdp_query(&query, lo), 0);
	ck_assert_uint_eq(query.skb_prog_id, live_prog_id(prog));
	found = open_id(query.skb_prog_id);
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(found, lo, modes[0].flags), 0);
	close(found);
	assert_xdp(0, 0);
	ck_assert_int_eq(rawbpf_xdp_netlink_attach(&link, prog, lo, 0, NULL), 0);
	command(output, sizeof output, "ip link show dev lo");
	snprintf(id, sizeof id, "prog/xdp id %u", live_prog_id(prog));
	ck_assert_msg(strstr(output, id) != NULL, "%s", output);
	rawbpf_link_detach(&link);
	close(prog);
}
END_TEST

/* ----------------------------------------------------------------------------------- tc */

/* Assert the filters of a hook, by their programs, in order. */
static void assert_filters(unsigned attach_type, const int *progs, unsigned count)
{
	struct rawbpf_tc_filter filters[8];
	struct rawbpf_tc_query query = { .filters = filters, .capacity = 8, .count = 99 };

	ck_assert_int_eq(rawbpf_tc_query(&query, lo, attach_type), 0);
	ck_assert_uint_eq(query.count, count);
	for (unsigned i = 0; i < count; i++) {
		ck_assert_uint_eq(filters[i].prog_id, live_prog_id(progs[i]));
		ck_assert_uint_eq(filters[i].protocol, ETH_P_ALL);
		ck_assert_uint_eq(filters[i].flags, TCA_BPF_FLAG_ACT_DIRECT);
		ck_assert_uint_eq(filters[i].chain, 0);
		ck_assert_uint_eq(filters[i].action_prog_id, 0);
		ck_assert_str_eq(filters[i].name, "");
	}
}

#define ASSERT_FILTERS(HOOK, ...)                                                                  \
	assert_filters(BPF_TCX_##HOOK, (const int[]){ __VA_ARGS__ },                               \
		       sizeof((int[]){ __VA_ARGS__ }) / sizeof(int))
#define SPEC(...) (&(struct rawbpf_tc_spec){ __VA_ARGS__ })

static int has_filters(void)
{
	int prog = load(BPF_PROG_TYPE_SCHED_CLS, 0);
	struct rawbpf_link link;
	int err = rawbpf_tc_attach(&link, prog, lo, BPF_TCX_INGRESS, NULL);

	close(prog);
	if (err == -ENOENT)
		return 0;
	ck_assert_int_eq(err, 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	return 1;
}

/* The descriptors of a test that ends here go with its process. */
#define NEED_FILTERS()                                                                             \
	do {                                                                                       \
		if (!has_filters()) {                                                              \
			live_fds_remember();                                                       \
			SKIP("this kernel has no BPF filters");                                    \
		}                                                                                  \
	} while (0)

START_TEST(test_tc)
{
	static const unsigned hooks[] = { BPF_TCX_INGRESS, BPF_TCX_EGRESS };
	int drop = load(BPF_PROG_TYPE_SCHED_CLS, TC_ACT_SHOT);
	int pass = load(BPF_PROG_TYPE_SCHED_CLS, TC_ACT_OK);
	struct rawbpf_link link, before;

	NEED_FILTERS();
	expect_datagram(1);
	ck_assert_int_eq(rawbpf_tc_attach(&link, drop, lo, hooks[_i], NULL), 0);
	ck_assert_uint_eq(link.ifindex, lo);
	ck_assert_uint_eq(link.tc.attach_type, hooks[_i]);
	assert_filters(hooks[_i], &drop, 1);
	assert_filters(hooks[!_i], NULL, 0);
	/* egress drops the datagram; sendto() succeeds on loopback */
	expect_datagram(0);
	/* a new filter runs before the existing ones */
	ck_assert_int_eq(rawbpf_tc_attach(&before, pass, lo, hooks[_i], NULL), 0);
	ck_assert_uint_lt(before.tc.priority, link.tc.priority);
	assert_filters(hooks[_i], (const int[]){ pass, drop }, 2);
	expect_datagram(1);
	ck_assert_int_eq(rawbpf_link_detach(&before), 0);
	expect_datagram(0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	assert_filters(hooks[_i], NULL, 0);
	expect_datagram(1);
	close(drop);
	close(pass);
}
END_TEST

START_TEST(test_tc_places)
{
	int a = load(BPF_PROG_TYPE_SCHED_CLS, -1), b = load(BPF_PROG_TYPE_SCHED_CLS, -1);
	int c = load(BPF_PROG_TYPE_SCHED_CLS, -1);
	struct rawbpf_link links[5];

	NEED_FILTERS();
#define TC(LINK, PROG, ...) \
	rawbpf_tc_attach((LINK), (PROG), lo, BPF_TCX_INGRESS, SPEC(__VA_ARGS__))
	ck_assert_int_eq(TC(&links[0], a, .priority = 7), 0);
	ck_assert_uint_eq(links[0].tc.priority, 7);
	ck_assert_uint_eq(links[0].tc.handle, 1);
	ck_assert_int_eq(TC(&links[1], b, .priority = 5, .handle = 0xfffffff0), 0);
	ck_assert_uint_eq(links[1].tc.handle, 0xfffffff0);
	ck_assert_int_eq(TC(&links[2], c, .priority = 65535, .handle = 4), 0);
	ASSERT_FILTERS(INGRESS, b, a, c);
	ASSERT_REFUSED(-EEXIST, TC(&refused, c, .priority = 5, .handle = 0xfffffff0));
	ASSERT_FILTERS(INGRESS, b, a, c);

	/* replace in place: by the program, or by the program and its place */
	ASSERT_REFUSED(-ENOENT, TC(&refused, c, .replace = a, .priority = 5));
	ASSERT_REFUSED(-ENOENT, TC(&refused, c, .replace = c, .handle = 5));
	ck_assert_int_eq(TC(&links[3], c, .replace = a), 0);
	ck_assert_uint_eq(links[3].tc.priority, 7);
	ck_assert_uint_eq(links[3].tc.handle, 1);
	ASSERT_FILTERS(INGRESS, b, c, c);
	ck_assert_int_eq(TC(&links[4], a, .replace = c, .priority = 65535, .handle = 4), 0);
	ASSERT_FILTERS(INGRESS, b, c, a);

	/* a link whose filter has another program by now detaches nothing */
	ck_assert_int_eq(rawbpf_link_detach(&links[0]), 0);
	ck_assert_int_eq(rawbpf_link_detach(&links[2]), 0);
	ASSERT_FILTERS(INGRESS, b, c, a);
	ck_assert_int_eq(rawbpf_link_detach(&links[1]), 0);
	ASSERT_FILTERS(INGRESS, c, a);

	/* without a link: by program, by place, by both */
	ck_assert_int_eq(rawbpf_tc_detach(b, lo, BPF_TCX_INGRESS, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_tc_detach(a, lo, BPF_TCX_INGRESS, SPEC(.priority = 7)), -ENOENT);
	ck_assert_int_eq(rawbpf_tc_detach(a, lo, BPF_TCX_EGRESS, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_tc_detach(a, lo, BPF_TCX_INGRESS, NULL), 0);
	ck_assert_int_eq(rawbpf_tc_detach(0, lo, BPF_TCX_INGRESS, SPEC(.priority = 7)), -EINVAL);
	ck_assert_int_eq(rawbpf_tc_detach(0, lo, BPF_TCX_INGRESS, SPEC(.handle = 1)), -EINVAL);
	ck_assert_int_eq(rawbpf_tc_detach(0, lo, BPF_TCX_INGRESS, NULL), -EINVAL);
	ASSERT_FILTERS(INGRESS, c);
	ck_assert_int_eq(rawbpf_tc_detach(0, lo, BPF_TCX_INGRESS,
					  SPEC(.priority = 7, .handle = 1)), 0);
	assert_filters(BPF_TCX_INGRESS, NULL, 0);
	ck_assert_int_eq(rawbpf_link_detach(&links[3]), 0);
	ck_assert_int_eq(rawbpf_link_detach(&links[4]), 0);
	close(a);
	close(b);
	close(c);
}
END_TEST

START_TEST(test_tc_refused)
{
	int prog = load(BPF_PROG_TYPE_SCHED_CLS, 0), xdp = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	int map = live_array(1);
	struct rawbpf_tc_query query = { .filters = NULL };
	char text[64] = "x";
	struct rawbpf_link link;

	NEED_FILTERS();
	ASSERT_REFUSED(-EINVAL, TC(&refused, xdp, .priority = 0));
	ASSERT_REFUSED(-EINVAL, TC(&refused, prog, .priority = 65536, .text = text,
				   .text_size = sizeof text));
	ck_assert_str_eq(text, "");
	ASSERT_REFUSED(-EBADF, TC(&refused, 9999, .priority = 1));
	ASSERT_REFUSED(-EBADF, TC(&refused, -1, .priority = 1));
	ASSERT_REFUSED(-EBADF, TC(&refused, prog, .replace = -ENOENT));
	ASSERT_REFUSED(-EBADF, TC(&refused, prog, .replace = 9999));
	ASSERT_REFUSED(-EINVAL, TC(&refused, prog, .replace = map));
	for (unsigned i = 0; i < RAWBPF_COUNT(no_device); i++) {
		ASSERT_REFUSED(-ENODEV, rawbpf_tc_attach(&refused, prog, no_device[i],
							 BPF_TCX_INGRESS, NULL));
		ASSERT_REFUSED(-ENODEV, rawbpf_tc_attach(&refused, prog, no_device[i],
							 BPF_TCX_INGRESS, SPEC(.replace = prog)));
		ck_assert_int_eq(rawbpf_tc_detach(prog, no_device[i], BPF_TCX_INGRESS, NULL), -ENODEV);
		ck_assert_int_eq(rawbpf_tc_query(&query, no_device[i], BPF_TCX_INGRESS), -ENODEV);
	}
	ASSERT_REFUSED(-EINVAL, rawbpf_tc_attach(&refused, prog, lo, BPF_XDP, NULL));
	ck_assert_int_eq(rawbpf_tc_detach(prog, lo, BPF_XDP, NULL), -EINVAL);
	strcpy(text, "x");
	ck_assert_int_eq(rawbpf_tc_detach(-1, lo, BPF_TCX_INGRESS,
					  SPEC(.text = text, .text_size = sizeof text)), -EBADF);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(rawbpf_tc_detach(9999, lo, BPF_TCX_INGRESS, NULL), -EBADF);
	ck_assert_int_eq(rawbpf_tc_detach(map, lo, BPF_TCX_INGRESS, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_XDP), -EINVAL);

	ck_assert_int_eq(TC(&link, prog, .priority = 1, .handle = 1), 0);
	ASSERT_REFUSED(-EEXIST, TC(&refused, prog, .priority = 1, .handle = 1, .text = text,
				   .text_size = sizeof text));
	ck_assert_str_ne(text, "");
	ck_assert_int_eq(rawbpf_link_pin(&link, "/sys/fs/bpf/no"), -EINVAL);
	ck_assert_int_eq(rawbpf_link_update(&link, prog, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_link_revoke(&link), -EINVAL);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
	close(xdp);
	close(map);
}
END_TEST

/* Filters that fill several datagrams. The query counts those that do not fit. */
START_TEST(test_tc_many)
{
	enum { MANY = 300 };
	static struct rawbpf_tc_filter filters[MANY + 1];
	struct rawbpf_tc_query query = { .filters = filters, .capacity = MANY + 1 };
	int prog = load(BPF_PROG_TYPE_SCHED_CLS, -1);

	NEED_FILTERS();
	for (unsigned i = 1; i <= MANY; i++) {
		struct rawbpf_link link;

		ck_assert_int_eq(TC(&link, prog, .priority = i, .handle = 1000 + i), 0);
		close(rawbpf_link_release(&link));
	}
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_INGRESS), 0);
	ck_assert_uint_eq(query.count, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		ck_assert_uint_eq(filters[i].priority, i + 1);
		ck_assert_uint_eq(filters[i].handle, 1001 + i);
	}
	query.capacity = 1;
	filters[1].priority = 77;
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_INGRESS), -ENOSPC);
	ck_assert_uint_eq(query.count, MANY);
	ck_assert_uint_eq(filters[1].priority, 77);
	query.filters = NULL;
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_INGRESS), 0);
	ck_assert_uint_eq(query.count, MANY);
	for (unsigned i = MANY; i >= 1; i--)
		ck_assert_int_eq(rawbpf_tc_detach(prog, lo, BPF_TCX_INGRESS,
						  SPEC(.priority = i, .handle = 1000 + i)), 0);
	assert_filters(BPF_TCX_INGRESS, NULL, 0);
	close(prog);
}
END_TEST

static int attach_tc(struct rawbpf_link *link, int prog)
{
	return rawbpf_tc_attach(link, prog, lo, BPF_TCX_INGRESS, NULL);
}

START_TEST(test_tc_stays)
{
	int prog = load(BPF_PROG_TYPE_SCHED_CLS, 0), found;
	struct rawbpf_tc_filter filter;
	struct rawbpf_tc_query query = { .filters = &filter, .capacity = 1 };

	NEED_FILTERS();
	attach_in_child(attach_tc, prog, _i);
	close(prog);
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_INGRESS), 0);
	ck_assert_uint_eq(query.count, 1);
	found = open_id(filter.prog_id);
	ck_assert_int_eq(rawbpf_tc_detach(found, lo, BPF_TCX_INGRESS, NULL), 0);
	close(found);
	assert_filters(BPF_TCX_INGRESS, NULL, 0);
}
END_TEST

/* tc(8) shows our filters, and we detach tc(8)'s. Its filters of other kinds stay. */
START_TEST(test_tc_of_tc)
{
	struct rawbpf_tc_filter filter;
	struct rawbpf_tc_query query = { .filters = &filter, .capacity = 1 };
	struct rawbpf_link link;
	char output[4096];
	int prog;

	if (!has_tool("tc"))
		SKIP("there is no tc(8)");
	NEED_FILTERS();
	prog = load(BPF_PROG_TYPE_SCHED_CLS, TC_ACT_OK);
	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(prog, "/sys/fs/bpf/ok"), 0);
	run("tc filter add dev lo egress protocol ip prio 3 handle 6 bpf direct-action "
	    "pinned /sys/fs/bpf/ok 2>&1");
	run("tc filter add dev lo egress protocol ip prio 4 u32 match u32 0 0 classid 1:1 2>&1");
	run("tc filter add dev lo egress prio 9 chain 5 bpf bytecode '1,6 0 0 0,' 2>&1");
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_EGRESS), -ENOSPC);
	ck_assert_uint_eq(query.count, 2);
	ck_assert_uint_eq(filter.priority, 3);
	ck_assert_uint_eq(filter.handle, 6);
	ck_assert_uint_eq(filter.protocol, ETH_P_IP);
	ck_assert_uint_eq(filter.prog_id, live_prog_id(prog));
	ck_assert_msg(strstr(filter.name, "ok") != NULL, "%s", filter.name);
	/* a replacement keeps the place and the protocol, not the name */
	ck_assert_int_eq(rawbpf_tc_attach(&link, prog, lo, BPF_TCX_EGRESS, SPEC(.replace = prog)), 0);
	close(rawbpf_link_release(&link));
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_EGRESS), -ENOSPC);
	ck_assert_uint_eq(query.count, 2);
	ck_assert_uint_eq(filter.priority, 3);
	ck_assert_uint_eq(filter.handle, 6);
	ck_assert_uint_eq(filter.protocol, ETH_P_IP);
	ck_assert_str_eq(filter.name, "");
	ck_assert_int_eq(rawbpf_tc_detach(prog, lo, BPF_TCX_EGRESS, NULL), 0);
	/* classic BPF, in another chain: found by its place alone */
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_EGRESS), 0);
	ck_assert_uint_eq(query.count, 1);
	ck_assert_uint_eq(filter.prog_id, 0);
	ck_assert_uint_eq(filter.chain, 5);
	ck_assert_uint_eq(filter.priority, 9);
	ck_assert_int_eq(rawbpf_tc_detach(0, lo, BPF_TCX_EGRESS,
					  SPEC(.priority = 9, .handle = filter.handle)), 0);
	assert_filters(BPF_TCX_EGRESS, NULL, 0);
	command(output, sizeof output, "tc filter show dev lo egress");
	ck_assert_msg(strstr(output, "u32") != NULL, "%s", output);
	/* filters of one priority are of one kind */
	ASSERT_REFUSED(-EINVAL, rawbpf_tc_attach(&refused, prog, lo, BPF_TCX_EGRESS,
						 SPEC(.priority = 4)));

	ck_assert_int_eq(TC(&link, prog, .priority = 2, .handle = 0xab), 0);
	command(output, sizeof output, "tc filter show dev lo ingress");
	ck_assert_msg(strstr(output, "pref 2 bpf") && strstr(output, "handle 0xab") &&
		      strstr(output, "direct-action"), "%s", output);
	rawbpf_link_detach(&link);
	command(output, sizeof output, "tc filter show dev lo ingress");
	ck_assert_str_eq(output, "");
	command(output, sizeof output, "tc qdisc show dev lo");
	ck_assert_msg(strstr(output, "clsact") != NULL, "%s", output);
	close(prog);
}
END_TEST

/* Filters of a qdisc with classes are of another place: the calls neither list nor detach them. */
START_TEST(test_tc_classful)
{
	static const unsigned hooks[] = { BPF_TCX_INGRESS, BPF_TCX_EGRESS };
	struct rawbpf_link link;
	char output[4096];
	int prog;

	if (!has_tool("tc"))
		SKIP("there is no tc(8)");
	NEED_FILTERS();
	prog = load(BPF_PROG_TYPE_SCHED_CLS, TC_ACT_OK);
	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(prog, "/sys/fs/bpf/ok"), 0);
	if (system("tc qdisc add dev lo root handle 1: htb 2>/dev/null") != 0) {
		close(prog);
		SKIP("this kernel has no htb");
	}
	run("tc filter add dev lo parent 1: prio 3 handle 6 bpf direct-action pinned /sys/fs/bpf/ok 2>&1");
	for (unsigned i = 0; i < 2; i++) {
		assert_filters(hooks[i], NULL, 0);
		ck_assert_int_eq(rawbpf_tc_detach(prog, lo, hooks[i], NULL), -ENOENT);
		ck_assert_int_eq(rawbpf_tc_detach(0, lo, hooks[i], SPEC(.priority = 3, .handle = 6)), -ENOENT);
		ck_assert_int_eq(rawbpf_tc_attach(&link, prog, lo, hooks[i], NULL), 0);
		assert_filters(hooks[i], &prog, 1);
		ck_assert_int_eq(rawbpf_tc_detach(prog, lo, hooks[i], NULL), 0);
		rawbpf_link_detach(&link);
	}
	command(output, sizeof output, "tc filter show dev lo parent 1:");
	ck_assert_msg(strstr(output, "handle 0x6 ok"), "%s", output);
	close(prog);
}
END_TEST

/* The older ingress qdisc has one hook, and treats filters of egress as its own. */
START_TEST(test_tc_beside_ingress)
{
	struct rawbpf_link link;
	int prog;

	if (!has_tool("tc"))
		SKIP("there is no tc(8)");
	NEED_FILTERS();
	prog = load(BPF_PROG_TYPE_SCHED_CLS, 0);
	run("tc qdisc del dev lo clsact && tc qdisc add dev lo ingress 2>&1");
	ASSERT_REFUSED(-EBUSY, rawbpf_tc_attach(&refused, prog, lo, BPF_TCX_EGRESS, NULL));
	ck_assert_int_eq(rawbpf_tc_attach(&link, prog, lo, BPF_TCX_INGRESS, NULL), 0);
	ASSERT_FILTERS(INGRESS, prog);
	assert_filters(BPF_TCX_EGRESS, NULL, 0);
	ck_assert_int_eq(rawbpf_tc_detach(prog, lo, BPF_TCX_EGRESS, NULL), -ENOENT);
	ASSERT_FILTERS(INGRESS, prog);
	run("tc qdisc del dev lo ingress 2>&1");
	assert_filters(BPF_TCX_INGRESS, NULL, 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* Where there is no filter to replace, the call leaves no qdisc behind. */
START_TEST(test_tc_replace_makes_none)
{
	static const unsigned hooks[] = { BPF_TCX_INGRESS, BPF_TCX_EGRESS };
	char output[4096];
	int prog;

	if (!has_tool("tc"))
		SKIP("there is no tc(8)");
	NEED_FILTERS();
	prog = load(BPF_PROG_TYPE_SCHED_CLS, 0);
	run("tc qdisc del dev lo clsact 2>&1");
	for (unsigned i = 0; i < 2; i++)
		ASSERT_REFUSED(-ENOENT, rawbpf_tc_attach(&refused, prog, lo, hooks[i],
							 SPEC(.replace = prog)));
	command(output, sizeof output, "tc qdisc show dev lo");
	ck_assert_msg(!strstr(output, "clsact"), "%s", output);
	run("tc qdisc add dev lo ingress 2>&1");
	for (unsigned i = 0; i < 2; i++)
		ASSERT_REFUSED(-ENOENT, rawbpf_tc_attach(&refused, prog, lo, hooks[i],
							 SPEC(.replace = prog)));
	close(prog);
}
END_TEST

START_TEST(test_tc_action)
{
	int drop = load(BPF_PROG_TYPE_SCHED_ACT, TC_ACT_SHOT), next, other;
	struct rawbpf_tc_filter filter;
	struct rawbpf_tc_query query = { .filters = &filter, .capacity = 1 };
	struct rawbpf_link link, first;
	int err;

	NEED_FILTERS();
	err = rawbpf_tc_action_attach(&link, drop, lo, BPF_TCX_INGRESS, NULL);
	if (err == -ENOENT) {
		close(drop);
		SKIP("this kernel has no BPF actions");
	}
	ck_assert_int_eq(err, 0);
	next = load(BPF_PROG_TYPE_SCHED_ACT, TC_ACT_UNSPEC);
	other = load(BPF_PROG_TYPE_SCHED_CLS, 0);
	expect_datagram(0);
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_INGRESS), 0);
	ck_assert_uint_eq(query.count, 1);
	ck_assert_uint_eq(filter.prog_id, 0);
	ck_assert_uint_eq(filter.action_prog_id, live_prog_id(drop));
	ck_assert_uint_eq(filter.flags, 0);
	/* an action without an opinion leaves the packet to the next filter */
	ck_assert_int_eq(rawbpf_tc_action_attach(&first, next, lo, BPF_TCX_INGRESS, NULL), 0);
	expect_datagram(0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	expect_datagram(1);
	ASSERT_REFUSED(-EINVAL, rawbpf_tc_action_attach(&refused, other, lo, BPF_TCX_INGRESS, NULL));
	ck_assert_int_eq(rawbpf_tc_detach(next, lo, BPF_TCX_INGRESS, NULL), 0);
	ck_assert_int_eq(rawbpf_link_detach(&first), 0);
	assert_filters(BPF_TCX_INGRESS, NULL, 0);
	close(drop);
	close(next);
	close(other);
}
END_TEST

/* --------------------------------------------------------------- programs of sockets */

START_TEST(test_socket_filter)
{
	int drop = load(BPF_PROG_TYPE_SOCKET_FILTER, 0), xdp = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	struct sockaddr_in to;
	int fd = datagram_socket(&to), from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(rawbpf_socket_detach(fd), -ENOENT);
	ck_assert_int_eq(rawbpf_socket_attach(drop, fd), 0);
	ck_assert_int_eq(sendto(from, "x", 1, 0, (void *)&to, sizeof to), 1);
	ck_assert_int_eq(poll(&ready, 1, 200), 0);
	ck_assert_int_eq(rawbpf_socket_detach(fd), 0);
	ck_assert_int_eq(sendto(from, "x", 1, 0, (void *)&to, sizeof to), 1);
	ck_assert_int_eq(poll(&ready, 1, PATIENCE_MS), 1);

	ck_assert_int_eq(rawbpf_socket_attach(xdp, fd), -EINVAL);
	ck_assert_int_eq(rawbpf_socket_attach(9999, fd), -EBADF);
	ck_assert_int_eq(rawbpf_socket_attach(drop, 9999), -EBADF);
	ck_assert_int_eq(rawbpf_socket_attach(drop, drop), -ENOTSOCK);
	ck_assert_int_eq(rawbpf_socket_detach(drop), -ENOTSOCK);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on), 0);
	ck_assert_int_eq(rawbpf_socket_attach(drop, fd), -EPERM);
	ck_assert_int_eq(rawbpf_socket_detach(fd), -EPERM);
	close(from);
	close(fd);
	close(drop);
	close(xdp);
}
END_TEST

/* Two sockets share a port. The program chooses one by its index, in the order of bind(2). */
START_TEST(test_reuseport)
{
	int first = load(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	int second = load(BPF_PROG_TYPE_SOCKET_FILTER, 1), xdp = load(BPF_PROG_TYPE_XDP, XDP_PASS);
	int reuseport = load(BPF_PROG_TYPE_SK_REUSEPORT, SK_DROP), local, plain;
	const int progs[] = { first, second, first };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof to;
	int fds[2], from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	for (int i = 0; i < 2; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(setsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
		ck_assert_int_eq(bind(fds[i], (void *)&to, sizeof to), 0);
		ck_assert_int_eq(getsockname(fds[i], (void *)&to, &length), 0);
	}
	ck_assert_int_eq(rawbpf_reuseport_detach(fds[0]), -ENOENT);
	for (int i = 0; i < 3; i++) {
		int chosen = progs[i] == second;
		struct pollfd ready = { .fd = fds[chosen], .events = POLLIN };
		char byte;

		/* the program is the group's, so any of the sockets will do */
		ck_assert_int_eq(rawbpf_reuseport_attach(progs[i], fds[i % 2]), 0);
		for (int sent = 0; sent < 20; sent++) {
			ck_assert_int_eq(sendto(from, "x", 1, 0, (void *)&to, sizeof to), 1);
			ck_assert_int_eq(poll(&ready, 1, PATIENCE_MS), 1);
			ck_assert_int_eq(recv(fds[chosen], &byte, 1, 0), 1);
		}
		ck_assert_int_eq(recv(fds[!chosen], &byte, 1, MSG_DONTWAIT), -1);
	}
	ck_assert_int_eq(rawbpf_reuseport_attach(reuseport, fds[0]), 0);
	ck_assert_int_eq(rawbpf_reuseport_attach(xdp, fds[0]), -EINVAL);
	ck_assert_int_eq(rawbpf_reuseport_attach(9999, fds[0]), -EBADF);
	ck_assert_int_eq(rawbpf_reuseport_attach(first, first), -ENOTSOCK);
	ck_assert_int_eq(rawbpf_reuseport_detach(fds[1]), 0);
	ck_assert_int_eq(rawbpf_reuseport_detach(fds[1]), -ENOENT);
	plain = datagram_socket(&to);
	ck_assert_int_eq(rawbpf_reuseport_attach(first, plain), -EINVAL);
	ck_assert_int_eq(rawbpf_reuseport_detach(plain), -EINVAL);
	local = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(rawbpf_reuseport_attach(reuseport, local), -ENOTSUPP);
	close(local);
	close(plain);
	close(fds[0]);
	close(fds[1]);
	close(from);
	close(first);
	close(second);
	close(reuseport);
	close(xdp);
}
END_TEST

/* ----------------------------------------------------------------------------- tunnels */

/* rawbpf_net(3)'s claims about programs of routes, with its command lines. */
START_TEST(test_tunnels)
{
	static const struct {
		unsigned type;
		int result, sent; /* results of the program and of sendto() */
		const char *add;
	} cases[] = {
		{ BPF_PROG_TYPE_LWT_XMIT, 0, 1, "ip route add 10.8.0.2/32 encap bpf xmit pinned "
		  "/sys/fs/bpf/lwt dev lo 2>&1" },
		{ BPF_PROG_TYPE_LWT_XMIT, 2, -EPERM, "ip route add 10.8.0.2/32 encap bpf xmit pinned "
		  "/sys/fs/bpf/lwt dev lo 2>&1" },
		{ BPF_PROG_TYPE_LWT_OUT, 2, -EPERM, "ip route add 10.8.0.2/32 encap bpf out pinned "
		  "/sys/fs/bpf/lwt dev lo 2>&1" },
		{ BPF_PROG_TYPE_LWT_IN, 0, 1, "ip route add 10.8.0.2/32 encap bpf in pinned "
		  "/sys/fs/bpf/lwt dev lo 2>&1" },
		{ BPF_PROG_TYPE_LWT_SEG6LOCAL, 0, 1, "ip route add 10.8.0.2/32 dev lo && "
		  "ip -6 route add fd00:1::1/128 encap seg6local action End.BPF "
		  "endpoint pinned /sys/fs/bpf/lwt dev lo 2>&1" },
	};
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
					.sin_addr.s_addr = htonl(0x0a080002) };
	int prog = load(cases[_i].type, cases[_i].result);
	int from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ssize_t sent;

	if (!has_tool("ip")) {
		close(from);
		close(prog);
		SKIP("there is no ip(8)");
	}
	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(prog, "/sys/fs/bpf/lwt"), 0);
	close(prog);
	run(cases[_i].add);
	sent = sendto(from, "x", 1, 0, (const void *)&to, sizeof to);
	ck_assert_int_eq(sent < 0 ? -errno : sent, cases[_i].sent);
	run("ip route del 10.8.0.2/32 2>&1");
	close(from);
}
END_TEST

/* ------------------------------------------------------------------------------ privilege */

START_TEST(test_nobody)
{
	int xdp = load(BPF_PROG_TYPE_XDP, XDP_PASS), classifier = load(BPF_PROG_TYPE_SCHED_CLS, 0);
	int filter = load(BPF_PROG_TYPE_SOCKET_FILTER, 0), fd;
	struct rawbpf_xdp_query xdp_query;
	struct rawbpf_tc_query query = { .filters = NULL };
	struct sockaddr_in address;

	live_be_nobody();
	ASSERT_REFUSED(-EPERM, XDP(xdp, lo, 0, NULL));
	ASSERT_REFUSED(-EPERM, TC(&refused, classifier, .priority = 1));
	ck_assert_int_eq(rawbpf_xdp_netlink_detach(xdp, lo, 0), -EPERM);
	ck_assert_int_eq(rawbpf_xdp_query(&xdp_query, lo), 0);
	ck_assert_int_eq(rawbpf_tc_query(&query, lo, BPF_TCX_INGRESS), 0);
	fd = datagram_socket(&address);
	ck_assert_int_eq(rawbpf_socket_attach(filter, fd), 0);
	close(fd);
	close(xdp);
	close(classifier);
	close(filter);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, NULL);
	live_watch_fds(tests);
	tcase_add_test(tests, test_xdp);
	tcase_add_test(tests, test_xdp_refused);
	tcase_add_test(tests, test_xdp_beside_link);
	tcase_add_loop_test(tests, test_xdp_stays, 0, 2);
	tcase_add_test(tests, test_xdp_device_gone);
	tcase_add_test(tests, test_xdp_of_ip);
	tcase_add_loop_test(tests, test_tc, 0, 2);
	tcase_add_test(tests, test_tc_places);
	tcase_add_test(tests, test_tc_refused);
	tcase_add_test(tests, test_tc_many);
	tcase_add_loop_test(tests, test_tc_stays, 0, 2);
	tcase_add_test(tests, test_tc_of_tc);
	tcase_add_test(tests, test_tc_classful);
	tcase_add_test(tests, test_tc_beside_ingress);
	tcase_add_test(tests, test_tc_replace_makes_none);
	tcase_add_test(tests, test_tc_action);
	tcase_add_test(tests, test_socket_filter);
	tcase_add_test(tests, test_reuseport);
	tcase_add_loop_test(tests, test_tunnels, 0, 5);
	tcase_add_test(tests, test_nobody);
}

int main(void)
{
	return live_run("net_netlink", add_tests);
}
