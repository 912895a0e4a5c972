/* SPDX-License-Identifier: MIT */
/* What links are attached to, and what triggers them: shared by the files of link_kinds.h. */
#ifndef TEST_LINK_WORLD_H
#define TEST_LINK_WORLD_H

#include "link_kinds.h"

/* What a trigger makes of most kinds. */
enum { LINK_EVENTS = 10 };

struct link_world {
	unsigned tgid;
	int cgroup;
	int netns;
	int lo;               /* index */
	int netkit;           /* index of a netkit device that is up, or a negative errno */
	int udp, udp_peer;
	int tcp, tcp_peer;
	int sockmap;
	int elements;         /* a map of LINK_EVENTS, for its iterator */
	int packet;           /* a raw socket on lo */
	struct rawbpf_btf kernel;
	int has_btf;
};

extern struct link_world link_world;

#endif
