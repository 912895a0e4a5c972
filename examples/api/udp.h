/* SPDX-License-Identifier: MIT */
/* A socket for examples that handle datagrams. Copy it with them. */
#ifndef EXAMPLES_UDP_H
#define EXAMPLES_UDP_H

#include "api.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

/*
 * Open a socket for datagrams to *to, a port of this machine. Its receive waits at most a second.
 */
static inline int udp_open(struct sockaddr_in *to)
{
	const struct timeval second = { .tv_sec = 1 };
	socklen_t size = sizeof *to;
	int in = must_libc("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));

	*to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
	must_libc("bind", bind(in, (void *)to, size));
	must_libc("getsockname", getsockname(in, (void *)to, &size));
	return in;
}

/*
 * Do the same in a network namespace that ends with this process. So the example touches no
 * packets of other processes. CAP_SYS_ADMIN.
 */
static inline int udp_open_alone(struct sockaddr_in *to)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int in;

	must_libc("unshare", unshare(CLONE_NEWNET));
	in = udp_open(to);
	must_libc("SIOCSIFFLAGS", ioctl(in, SIOCSIFFLAGS, &up));
	return in;
}

#endif
