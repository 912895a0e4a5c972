/* SPDX-License-Identifier: MIT */
/*
 * `rawbpf net` from outside, in a network namespace of the test's own: its list of each hook,
 * whoever attached there, and its detaching. The first argument is the command's path.
 */
#include "../command.h"
#include "../object/objects.h"
#include "../schema.h"
#include "devices.h"

#include <linux/netfilter.h>
#include <linux/pkt_cls.h>

static struct ending end;
static unsigned lo;

/* The keys that rawbpf-prog(1) lists. */
static const struct schema schema[] = {
	{ "", "o" }, { "device", "s" }, { "ifindex", "n" }, { "hook", "s" }, { "prog", "n" },
	{ "name", "s" }, { "priority", "n" }, { "handle", "n" }, { "chain", "n" },
	{ "protocol", "n" }, { "direct_action", "b" }, { "is_action", "b" }, { "filter_name", "s" },
	{ "link", "n" }, { "attached", "s" }, { NULL, NULL },
};

static int load(unsigned type, unsigned attach_type, int result)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, result), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = type, .license = "GPL", .insns = insns, .insn_count = 2,
		.expected_attach_type = attach_type });

	ck_assert_int_gt(prog, 2);
	return prog;
}

static void begin(void)
{
	devices_enter();
	lo = if_nametoindex("lo");
}

static void run(const char *const *arguments)
{
	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
}

static void refuse(int status, const char *message, const char *const *arguments)
{
	char line[512];

	command_run(&end, NULL, arguments);
	snprintf(line, sizeof line, "rawbpf net: %s\n", message);
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, line);
	ck_assert_int_eq(end.status, status);
}

/*
 * Assert that the JSON of `list lo` is these lines. %p, %n and %l stand for program, name and link.
 */
static void assert_json(const char *const *arguments, const char *pattern, unsigned prog,
			unsigned link)
{
	char expected[4096];
	size_t length = 0;

	for (; *pattern; pattern++) {
		size_t room = sizeof expected - length;

		ck_assert_uint_lt(length, sizeof expected - 64);
		if (*pattern != '%')
			expected[length++] = *pattern;
		else if (*++pattern == 'p')
			length += snprintf(expected + length, room, "%u", prog);
		else if (*pattern == 'n')
			length += snprintf(expected + length, room, "%s", own_name());
		else
			length += snprintf(expected + length, room, "%u", link);
	}
	expected[length] = '\0';
	run(arguments);
	ck_assert_str_eq(end.out, expected);
	schema_check(schema, end.out);
}

static unsigned link_id(const struct rawbpf_link *link)
{
	struct rawbpf_link_info info = { .id = 0 };

	ck_assert_int_eq(rawbpf_link_info(&info, link->fd), 0);
	return info.id;
}

/* Add the text that this kernel gives if the library attaches the program to lo, in the same mode. */
static const char *with_kernel_text(const char *message, int prog, unsigned mode)
{
	static char line[512];
	char words[256] = "";
	struct rawbpf_link link;

	ck_assert_int_lt(rawbpf_xdp_netlink_attach(&link, prog, lo, mode,
		&(struct rawbpf_xdp_netlink_spec){ .text = words, .text_size = sizeof words }), 0);
	ck_assert_str_ne(words, "");
	snprintf(line, sizeof line, "%s; the kernel's text: %s", message, words);
	return line;
}

#define ON_LO "{\"device\":\"lo\",\"ifindex\":1,\"hook\":"
#define OF_PROG ",\"prog\":%p,\"name\":\"%n\""
#define LIST_LO ARGS("net", "-j", "list", "lo")

/* Attach by netlink, and by a link: then the link's id shows, and only the link detaches. */
START_TEST(test_xdp)
{
	int prog = load(BPF_PROG_TYPE_XDP, 0, XDP_PASS);
	unsigned id = live_prog_id(prog);
	char message[128], link_text[16];
	struct rawbpf_link link;

	run(LIST_LO);
	ck_assert_str_eq(end.out, "");
	run(ARGS("net", "attach", own_name(), "xdp_generic", "lo"));
	ck_assert_str_eq(end.out, "");
	refuse(1, with_kernel_text("attaching: EBUSY: 'lo' has a program already; detach or replace it", prog,
				   XDP_FLAGS_SKB_MODE),
	       ARGS("net", "attach", own_name(), "xdp_generic", "lo"));
	assert_json(LIST_LO, ON_LO "\"xdp_generic\"" OF_PROG "}\n", id, 0);
	run(ARGS("net", "detach", own_name(), "xdp_generic", "lo"));
	ck_assert_str_eq(end.out, "");
	run(LIST_LO);
	ck_assert_str_eq(end.out, "");
	refuse(1, "detaching: ENOENT: the program does not run on 'lo' in this mode",
	       ARGS("net", "detach", own_name(), "xdp_generic", "lo"));

	refuse(1, with_kernel_text("attaching: EOPNOTSUPP: the driver of 'lo' cannot run programs itself; use "
				   "the generic mode (XDP_FLAGS_SKB_MODE)", prog, XDP_FLAGS_DRV_MODE),
	       ARGS("net", "attach", own_name(), "xdp_driver", "lo"));

	ck_assert_int_eq(rawbpf_xdp_attach(&link, prog, lo, 0), 0);
	assert_json(LIST_LO, ON_LO "\"xdp_generic\"" OF_PROG ",\"link\":%l}\n", id, link_id(&link));
	snprintf(message, sizeof message, "a link holds the program: rawbpf link detach %u",
		 link_id(&link));
	refuse(1, message, ARGS("net", "detach", own_name(), "xdp_generic", "lo"));
	snprintf(link_text, sizeof link_text, "%u", link_id(&link));
	run(ARGS("link", "detach", link_text));
	run(LIST_LO);
	ck_assert_str_eq(end.out, "");
	rawbpf_link_detach(&link);
}
END_TEST

#define OF_FILTER(PRIORITY, HANDLE, DIRECT, ACTION) \
	",\"priority\":" #PRIORITY ",\"handle\":" #HANDLE ",\"chain\":0,\"protocol\":3," \
	"\"direct_action\":" DIRECT ",\"is_action\":" ACTION ",\"filter_name\":\"\"}\n"

START_TEST(test_filters)
{
	int prog = load(BPF_PROG_TYPE_SCHED_CLS, 0, TC_ACT_OK);
	unsigned id = live_prog_id(prog);
	struct rawbpf_link link;
	int err = rawbpf_tc_attach(&link, prog, lo, BPF_TCX_EGRESS,
		&(struct rawbpf_tc_spec){ .priority = 5, .handle = 3 });

	if (err == -ENOENT)
		SKIP("this kernel has no BPF filters");
	ck_assert_int_eq(err, 0);
	run(ARGS("net", "attach", own_name(), "tc_egress", "lo", "4", "9"));
	refuse(1, "attaching: EEXIST: the priority has a filter of this handle already",
	       ARGS("net", "attach", own_name(), "tc_egress", "lo", "4", "9"));
	ck_assert_int_eq(rawbpf_tc_attach(&link, prog, lo, BPF_TCX_INGRESS,
		&(struct rawbpf_tc_spec){ .priority = 1, .handle = 1 }), 0);
	assert_json(LIST_LO,
		    ON_LO "\"tc_ingress\"" OF_PROG OF_FILTER(1, 1, "true", "false")
		    ON_LO "\"tc_egress\"" OF_PROG OF_FILTER(4, 9, "true", "false")
		    ON_LO "\"tc_egress\"" OF_PROG OF_FILTER(5, 3, "true", "false"), id, 0);
	/* by place, whatever runs there; by place and program; by program alone */
	run(ARGS("net", "detach", "-", "tc_egress", "lo", "4", "9"));
	assert_json(LIST_LO,
		    ON_LO "\"tc_ingress\"" OF_PROG OF_FILTER(1, 1, "true", "false")
		    ON_LO "\"tc_egress\"" OF_PROG OF_FILTER(5, 3, "true", "false"), id, 0);
	refuse(1, "detaching: ENOENT: no BPF filter of this hook of 'lo' runs the program there",
	       ARGS("net", "detach", own_name(), "tc_egress", "lo", "5", "4"));
	run(ARGS("net", "detach", own_name(), "tc_egress", "lo", "5", "0x3"));
	run(ARGS("net", "detach", own_name(), "tc_ingress", "lo"));
	run(LIST_LO);
	ck_assert_str_eq(end.out, "");
}
END_TEST

START_TEST(test_action)
{
	int prog = load(BPF_PROG_TYPE_SCHED_ACT, 0, TC_ACT_OK);
	struct rawbpf_link link;
	int err = rawbpf_tc_action_attach(&link, prog, lo, BPF_TCX_INGRESS, NULL);

	if (err == -ENOENT) {
		refuse(1, "attaching: ENOENT: the kernel lacks the modules sch_ingress, cls_bpf or "
			  "act_bpf, or the program to replace is not attached there",
		       ARGS("net", "attach", own_name(), "tc_ingress", "lo", "11", "1"));
		SKIP("this kernel has no BPF actions");
	}
	ck_assert_int_eq(err, 0);
	rawbpf_link_detach(&link);
	run(ARGS("net", "attach", own_name(), "tc_ingress", "lo", "5", "3"));
	assert_json(LIST_LO, ON_LO "\"tc_ingress\"" OF_PROG OF_FILTER(5, 3, "false", "true"),
		    live_prog_id(prog), 0);
	run(ARGS("net", "detach", own_name(), "tc_ingress", "lo"));
	run(LIST_LO);
	ck_assert_str_eq(end.out, "");
}
END_TEST

START_TEST(test_tcx)
{
	int prog = load(BPF_PROG_TYPE_SCHED_CLS, 0, TC_ACT_OK);
	unsigned id = live_prog_id(prog);
	struct rawbpf_link link;
	char message[128];

	/* here the kernel gives no text */
	refuse(1, "attaching: EINVAL: the program is not of type xdp, the flags are unknown, or the driver "
		  "of 'lo' refuses", ARGS("net", "attach", own_name(), "xdp_generic", "lo"));

	if (live_kernel() < 0x606)
		SKIP("tcx is of Linux 6.6");
	run(ARGS("net", "attach", own_name(), "tcx_ingress", "lo"));
	ck_assert_int_eq(rawbpf_tcx_attach(&link, prog, lo, BPF_TCX_EGRESS, NULL), 0);
	assert_json(LIST_LO, ON_LO "\"tcx_ingress\"" OF_PROG "}\n"
		    ON_LO "\"tcx_egress\"" OF_PROG ",\"link\":%l}\n", id, link_id(&link));
	snprintf(message, sizeof message, "a link holds the program: rawbpf link detach %u",
		 link_id(&link));
	refuse(1, message, ARGS("net", "detach", own_name(), "tcx_egress", "lo"));
	run(ARGS("net", "detach", own_name(), "tcx_ingress", "lo"));
	rawbpf_link_detach(&link);
	run(LIST_LO);
	ck_assert_str_eq(end.out, "");
}
END_TEST

/* The list of the network namespace, which appears if no device is named. */
START_TEST(test_netns)
{
	int netns, other, prog = load(BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, 0);
	struct rawbpf_link link;
	char message[128], id[16];

	run(ARGS("net", "attach", own_name(), "flow_dissector"));
	run(ARGS("net", "-j", "list"));
	schema_check(schema, end.out);
	ck_assert_ptr_nonnull(strstr(end.out, "{\"hook\":\"flow_dissector\",\"prog\":"));
	run(LIST_LO);
	ck_assert_str_eq(end.out, "");
	run(ARGS("net", "detach", own_name(), "flow_dissector"));
	run(ARGS("net", "-j", "list"));
	ck_assert_ptr_null(strstr(end.out, "flow_dissector"));
	netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(rawbpf_netns_attach(&link, prog, netns, BPF_FLOW_DISSECTOR), 0);
	snprintf(message, sizeof message, "a link holds the program: rawbpf link detach %u",
		 link_id(&link));
	refuse(1, message, ARGS("net", "detach", own_name(), "flow_dissector"));
	rawbpf_link_detach(&link);
	refuse(1, "detaching: ENOENT: the program is not attached there",
	       ARGS("net", "detach", own_name(), "flow_dissector"));
	/* a namespace has one flow dissector */
	run(ARGS("net", "attach", own_name(), "flow_dissector"));
	other = load(BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, 0);
	snprintf(id, sizeof id, "%u", live_prog_id(other));
	run(ARGS("net", "attach", id, "flow_dissector"));
	run(ARGS("net", "-j", "list"));
	snprintf(message, sizeof message, "{\"hook\":\"flow_dissector\",\"prog\":%s,", id);
	ck_assert_msg(strstr(end.out, message) != NULL, "%s", end.out);
	snprintf(message, sizeof message, "\"prog\":%u,", live_prog_id(prog));
	ck_assert_msg(!strstr(end.out, message), "%s", end.out);
	run(ARGS("net", "detach", id, "flow_dissector"));
	close(other);
	close(netns);
	close(prog);
}
END_TEST

START_TEST(test_netfilter)
{
	struct rawbpf_link link;
	char wanted[256];
	int prog;

	if (live_kernel() < 0x604)
		SKIP("netfilter is of Linux 6.4");
	prog = load(BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER, NF_ACCEPT);
	ck_assert_int_eq(rawbpf_netfilter_attach(&link, prog, NFPROTO_IPV4, NF_INET_LOCAL_IN,
		&(struct rawbpf_netfilter_spec){ .priority = -7 }), 0);
	run(ARGS("net", "-j", "list"));
	schema_check(schema, end.out);
	snprintf(wanted, sizeof wanted, "{\"hook\":\"netfilter\",\"prog\":%u,\"name\":\"%s\","
		 "\"priority\":-7,\"link\":%u,\"attached\":\"netfilter ipv4 local_in priority -7\"}\n",
		 live_prog_id(prog), own_name(), link_id(&link));
	ck_assert_msg(strstr(end.out, wanted) != NULL, "%s", end.out);
	rawbpf_link_detach(&link);
}
END_TEST

/* The list for people: a table. */
START_TEST(test_table)
{
	int prog = load(BPF_PROG_TYPE_XDP, 0, XDP_PASS);
	struct rawbpf_link link;
	char name[64] = "", hook[64] = "";
	unsigned id = 0;

	ck_assert_int_eq(rawbpf_xdp_netlink_attach(&link, prog, lo, 0, NULL), 0);
	run(ARGS("net", "list", "lo"));
	ck_assert_int_eq(sscanf(end.out, "DEVICE HOOK PROG NAME PRIORITY HANDLE LINK lo %63s %u %63s - - -",
				hook, &id, name), 3);
	ck_assert_str_eq(hook, "xdp_generic");
	ck_assert_uint_eq(id, live_prog_id(prog));
	ck_assert_str_eq(name, own_name());
	rawbpf_link_detach(&link);
}
END_TEST

START_TEST(test_refused)
{
	int prog = load(BPF_PROG_TYPE_XDP, 0, XDP_PASS);

	refuse(1, "'none': this netns has no such device", ARGS("net", "list", "none"));
	refuse(1, "'a\\x0ab': this netns has no such device",
	       ARGS("net", "detach", own_name(), "tc_egress", "a\nb"));
	refuse(2, "'xdp' is no hook for programs without a link; those are xdp_offload xdp_driver "
		  "xdp_generic tcx_ingress tc_ingress tcx_egress tc_egress netkit_primary "
		  "netkit_peer flow_dissector; by a link: rawbpf prog attach, rawbpf link detach",
	       ARGS("net", "detach", "x", "xdp", "lo"));
	refuse(2, "tc_egress takes a device", ARGS("net", "attach", "x", "tc_egress"));
	refuse(2, "flow_dissector takes no device",
	       ARGS("net", "detach", "x", "flow_dissector", "lo"));
	/* '-' is for places alone, and to detach: else it is a name, which nothing has */
	refuse(1, "no program is called '-'", ARGS("net", "detach", "-", "tc_egress", "lo"));
	refuse(1, "no program is called '-'",
	       ARGS("net", "attach", "-", "tc_egress", "lo", "1", "1"));
	refuse(2, "tcx_egress has no priorities",
	       ARGS("net", "detach", "x", "tcx_egress", "lo", "1", "1"));
	static const char *const wrong[][2] = { { "0", "1" }, { "1", "0" }, { "65536", "1" },
		{ "1", "4294967296" }, { "x", "1" }, { "1", "1x" }, { "", "1" }, { "1", NULL } };
	for (size_t i = 0; i < RAWBPF_COUNT(wrong); i++)
		refuse(2, "PRIORITY is 1 to 65535, and a HANDLE follows it",
		       ARGS("net", "detach", "x", "tc_egress", "lo", wrong[i][0], wrong[i][1]));
	close(prog);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, test_xdp);
	tcase_add_test(tests, test_filters);
	tcase_add_test(tests, test_action);
	tcase_add_test(tests, test_tcx);
	tcase_add_test(tests, test_netns);
	tcase_add_test(tests, test_netfilter);
	tcase_add_test(tests, test_table);
	tcase_add_test(tests, test_refused);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_net RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	return live_run("rawbpf_net", add_tests);
}
