/* SPDX-License-Identifier: MIT */
/* Network devices of a test's own. They go with the test's network namespace. */
#ifndef TEST_DEVICES_H
#define TEST_DEVICES_H

#include "../live.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { DEVICES_ETHERTYPE = 0x88b5 }; /* the ethertype for local experiments */

static inline void devices_up(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, name);
	ck_assert_int_eq(ioctl(any, SIOCSIFFLAGS, &request), 0);
	close(any);
}

/* Enter a network namespace with nothing but loopback. */
static inline void devices_enter(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	devices_up("lo");
}

/* A netlink message, to which attributes are added. */
struct devices_request {
	struct nlmsghdr header;
	struct ifinfomsg device;
	char attributes[200];
};

/* Add an attribute. Empty data begin a nest; the caller sets its length at the end. */
static inline struct rtattr *devices_add(struct devices_request *request, unsigned type,
					 const void *data, unsigned size)
{
	unsigned end = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr *attribute = (void *)((char *)request + end);

	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attribute), data, size);
	request->header.nlmsg_len = end + RTA_ALIGN(RTA_LENGTH(size));
	return attribute;
}

static inline void devices_close_nest(struct devices_request *request, struct rtattr *nest)
{
	nest->rta_len = (char *)request + request->header.nlmsg_len - (char *)nest;
}

/* Open a socket that sends frames on a device, and receives those of our ethertype. */
static inline int devices_tap(const char *name)
{
	const struct timeval patience = { .tv_sec = 5 };
	struct sockaddr_ll place = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(name),
				     .sll_protocol = htons(DEVICES_ETHERTYPE) };
	int tap = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(tap, (void *)&place, sizeof place), 0);
	ck_assert_int_eq(setsockopt(tap, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	return tap;
}

/* Send a broadcast frame whose payload is `mark`. */
static inline void devices_send(int tap, unsigned char mark)
{
	unsigned char frame[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1,
				    DEVICES_ETHERTYPE >> 8, DEVICES_ETHERTYPE & 0xff, mark };

	ck_assert_int_eq(send(tap, frame, sizeof frame, 0), sizeof frame);
}

/*
 * Return the next frame's mark, or -1 if no frame came. `flags`: MSG_DONTWAIT, or 0 to wait for
 * one.
 */
static inline int devices_receive(int tap, int flags)
{
	unsigned char frame[64];

	return recv(tap, frame, sizeof frame, flags) == sizeof frame ? frame[14] : -1;
}

/* Send until a frame arrives: a device that is up may not yet be ready to send. */
static inline void devices_await(const char *from, const char *to)
{
	int sender = devices_tap(from), receiver = devices_tap(to), tries;

	for (tries = 0; devices_receive(receiver, MSG_DONTWAIT) < 0; tries++) {
		ck_assert_int_lt(tries, PATIENCE_MS);
		devices_send(sender, 0);
		usleep(1000);
	}
	close(sender);
	close(receiver);
}

/*
 * Make two devices, each the other's wire, both up. Returns 0, or -EOPNOTSUPP if the kernel has no
 * veth.
 */
static inline int devices_add_veth(const char *name, const char *peer)
{
	const struct ifinfomsg no_device = { 0 };
	struct devices_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof no_device), .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK },
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[300];
	} answer = { 0 };
	struct rtattr *info, *data, *other;
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	devices_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	info = devices_add(&request, IFLA_LINKINFO, NULL, 0);
	devices_add(&request, IFLA_INFO_KIND, "veth", 5);
	data = devices_add(&request, IFLA_INFO_DATA, NULL, 0);
	other = devices_add(&request, VETH_INFO_PEER, &no_device, sizeof no_device);
	devices_add(&request, IFLA_IFNAME, peer, strlen(peer) + 1);
	devices_close_nest(&request, other);
	devices_close_nest(&request, data);
	devices_close_nest(&request, info);
	ck_assert_int_gt(send(netlink, &request, request.header.nlmsg_len, 0), 0);
	ck_assert_int_gt(recv(netlink, &answer, sizeof answer, 0), 0);
	close(netlink);
	if (answer.error.error == -EOPNOTSUPP)
		return -EOPNOTSUPP;
	ck_assert_msg(answer.error.error == 0, "veth: %d", answer.error.error);
	devices_up(name);
	devices_up(peer);
	devices_await(name, peer);
	devices_await(peer, name);
	return 0;
}

#endif
