/* SPDX-License-Identifier: MIT */
/* Faults in calls over netlink, and in programs on sockets. */
#include "fault.h"
#include "../examples/devices.h"

static unsigned lo;
static int xdp, classifier, action, filter, udp;

/*
 * If the kernel's answer is lost, the request may still have been done. So each run detaches at its
 * end.
 */
static int attach_xdp(void)
{
	struct rawbpf_link link;
	struct rawbpf_xdp_query query;
	int err;

	rawbpf_xdp_netlink_detach(xdp, lo, 0); /* an attachment that a fault left */
	err = rawbpf_xdp_netlink_attach(&link, xdp, lo, 0, NULL);
	if (err == 0) {
		err = rawbpf_xdp_query(&query, lo);
		if (err < 0)
			close(rawbpf_link_release(&link));
	}
	return fault_finish(&link, err);
}

static int attach_tc(void)
{
	char text[64];
	const struct rawbpf_tc_spec spec = { .text = text, .text_size = sizeof text };
	struct rawbpf_tc_query query = { .filters = NULL };
	struct rawbpf_link link;
	int err;

	while (rawbpf_tc_detach(classifier, lo, BPF_TCX_INGRESS, NULL) == 0)
		continue; /* attachments that faults left */
	err = rawbpf_tc_attach(&link, classifier, lo, BPF_TCX_INGRESS, &spec);
	if (err == 0) {
		err = rawbpf_tc_query(&query, lo, BPF_TCX_INGRESS);
		if (err < 0)
			close(rawbpf_link_release(&link));
	}
	return fault_finish(&link, err);
}

static int replace_tc(void)
{
	const struct rawbpf_tc_spec in_its_place = { .replace = classifier };
	struct rawbpf_link link, second;
	int err = rawbpf_tc_attach(&link, classifier, lo, BPF_TCX_EGRESS, NULL);

	if (err < 0)
		return fault_finish(&link, err);
	err = rawbpf_tc_attach(&second, classifier, lo, BPF_TCX_EGRESS, &in_its_place);
	rawbpf_link_detach(&second);
	rawbpf_link_detach(&link);
	while (rawbpf_tc_detach(classifier, lo, BPF_TCX_EGRESS, NULL) == 0)
		continue;
	return err;
}

static int attach_action(void)
{
	struct rawbpf_link link;
	int err;

	while (rawbpf_tc_detach(action, lo, BPF_TCX_INGRESS, NULL) == 0)
		continue; /* attachments that faults left */
	err = rawbpf_tc_action_attach(&link, action, lo, BPF_TCX_INGRESS, NULL);
	return fault_finish(&link, err);
}

static int attach_socket(void)
{
	int err = rawbpf_socket_attach(filter, udp);

	return err < 0 ? err : rawbpf_socket_detach(udp);
}

static int attach_reuseport(void)
{
	int err = rawbpf_reuseport_attach(filter, udp);

	return err < 0 ? err : rawbpf_reuseport_detach(udp);
}

static const struct fault_operation operations[] = {
	{ "xdp_netlink", attach_xdp, 0, 0 },
	{ "tc", attach_tc, 0, 0 },
	{ "tc, replaced", replace_tc, 0, 0 },
	{ "tc_action", attach_action, 0, 0 },
	{ "socket", attach_socket, 0, 0 },
	{ "reuseport", attach_reuseport, 0, 0 },
};

START_TEST(test_faults)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	const int on = 1;

	devices_enter();
	lo = if_nametoindex("lo");
	xdp = live_prog(BPF_PROG_TYPE_XDP, XDP_PASS);
	classifier = live_prog(BPF_PROG_TYPE_SCHED_CLS, 0);
	action = live_prog(BPF_PROG_TYPE_SCHED_ACT, 0);
	filter = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(setsockopt(udp, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
	ck_assert_int_eq(bind(udp, (const void *)&any, sizeof any), 0);
	if (operations[_i].run() == -ENOENT)
		SKIP("%s: this kernel has no BPF filters, or no BPF actions", operations[_i].name);
	fault_everywhere(&operations[_i]);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_faults, 0, RAWBPF_COUNT(operations));
}

int main(void)
{
	return fault_run("fault_net", add_tests);
}
