/* SPDX-License-Identifier: MIT */
/* Make a pair of netkit devices, and drop packets that leave its primary end. Root. Linux 6.7. */
#include "api.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

/* Make two devices. The kernel names them nk0, the peer, and nk1. */
static void make_devices(void)
{
	static struct {
		struct nlmsghdr header;
		struct ifinfomsg device;
		struct nlattr info, kind;
		char name[8];
	} request = {
		.header = { .nlmsg_len = sizeof request, .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK },
		.info = { .nla_type = IFLA_LINKINFO, .nla_len = 2 * sizeof(struct nlattr) + 8 },
		.kind = { .nla_type = IFLA_INFO_KIND, .nla_len = sizeof(struct nlattr) + 7 },
		.name = "netkit",
	};
	struct { struct nlmsghdr header; struct nlmsgerr error; char rest[1024]; } answer;
	int fd = must_libc("socket", socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));

	must_libc("send", send(fd, &request, sizeof request, 0));
	must_libc("recv", recv(fd, &answer, sizeof answer, 0));
	errno = -answer.error.error;
	must_libc("netkit device", answer.error.error);
	close(fd);
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "netkit");

	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, TCX_DROP), /* the same number as NETKIT_DROP */
		BPF_EXIT_INSN(),
	};
	struct rawbpf_prog_query query = { .count = 0 };
	struct rawbpf_link link;

	must_libc("unshare", unshare(CLONE_NEWNET)); /* the devices go with this process */
	make_devices();
	const unsigned device = if_nametoindex("nk1");
	int prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SCHED_CLS, .expected_attach_type = BPF_NETKIT_PRIMARY,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_NETKIT_ATTACH,
	     rawbpf_netkit_attach(&link, prog, device, BPF_NETKIT_PRIMARY, NULL));
	must(RAWBPF_PROG_QUERY, rawbpf_prog_query(&query, device, BPF_NETKIT_PRIMARY));
	printf("programs at the primary end: %u\n", query.count);
	rawbpf_link_detach(&link);
	close(prog);
	return done();
}
