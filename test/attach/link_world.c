/* SPDX-License-Identifier: MIT */
#include "link_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct link_world link_world;

/* Return a function's offset in this program's file. */
uint64_t link_kinds_offset(void (*function)(void))
{
	unsigned long address = (unsigned long)function, start, end, offset, found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	while (maps && !found && fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    address >= start && address < end)
			found = address - start + offset;
	if (maps)
		fclose(maps);
	return found;
}

static int bring_up(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int err, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	err = ioctl(fd, SIOCSIFFLAGS, &request) == 0 ? 0 : -errno;
	close(fd);
	return err;
}

static struct nlattr *add_attribute(struct nlmsghdr *message, unsigned type, const char *text)
{
	struct nlattr *attribute = (void *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + (text ? strlen(text) + 1 : 0);
	if (text)
		strcpy((char *)attribute + NLA_HDRLEN, text);
	message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + NLA_ALIGN(attribute->nla_len);
	return attribute;
}

int link_kinds_device(const char *kind)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg device;
		char attributes[256];
	} request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.nlmsg_type = RTM_NEWLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
		},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[1024];
	} answer = { .error.error = -EIO };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct nlattr *info;

	info = add_attribute(&request.header, IFLA_LINKINFO, NULL);
	add_attribute(&request.header, IFLA_INFO_KIND, kind);
	info->nla_len = (char *)&request + request.header.nlmsg_len - (char *)info;
	if (send(fd, &request, request.header.nlmsg_len, 0) > 0)
		(void)!recv(fd, &answer, sizeof answer, 0);
	close(fd);
	return answer.error.error;
}

/* Keep IPv6 off new devices: it sends packets of its own for up to 14 seconds. */
static void disable_ipv6(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

	(void)!write(fd, "1", 1);
	close(fd);
}

/*
 * Make a pair of netkit devices, whose names the kernel chooses, and return the index of one end.
 */
static int make_netkit(void)
{
	int err;

	disable_ipv6();
	err = link_kinds_device("netkit");
	if (err == 0)
		err = bring_up("nk0"); /* the peer */
	if (err == 0)
		err = bring_up("nk1");
	return err < 0 ? err : (int)if_nametoindex("nk1");
}

static int open_datagrams(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;

	link_world.udp_peer = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	link_world.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(link_world.udp_peer, (void *)&address, sizeof address) != 0 ||
	    getsockname(link_world.udp_peer, (void *)&address, &length) != 0 ||
	    connect(link_world.udp, (void *)&address, sizeof address) != 0)
		return -errno;
	return 0;
}

static int open_stream(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	link_world.tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listening, (void *)&address, sizeof address) != 0 ||
	    getsockname(listening, (void *)&address, &length) != 0 ||
	    listen(listening, 1) != 0 ||
	    connect(link_world.tcp, (void *)&address, sizeof address) != 0)
		return -errno;
	link_world.tcp_peer = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	close(listening);
	return link_world.tcp_peer < 0 ? -errno : 0;
}

static int open_packets(void)
{
	struct sockaddr_ll lo = { .sll_family = AF_PACKET, .sll_ifindex = link_world.lo };

	link_world.packet = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return bind(link_world.packet, (void *)&lo, sizeof lo) == 0 ? 0 : -errno;
}

int link_kinds_begin(unsigned tgid, int cgroup)
{
	int err;

	link_world.tgid = tgid;
	link_world.cgroup = cgroup;
	if (unshare(CLONE_NEWNET) != 0)
		return -errno;
	err = bring_up("lo");
	link_world.lo = if_nametoindex("lo");
	link_world.netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	link_world.netkit = make_netkit();
	link_world.sockmap = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 4, .max_entries = 1 });
	link_world.elements = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = LINK_EVENTS });
	link_world.has_btf = rawbpf_btf_kernel_open(&link_world.kernel) == 0;
	if (err == 0)
		err = open_datagrams();
	if (err == 0)
		err = open_stream();
	return err < 0 ? err : open_packets();
}
