/* SPDX-License-Identifier: MIT */
/*
 * The objects that links are attached to and that trigger them. Only the files behind link_kinds.h
 * use them.
 */
#ifndef TEST_LINK_WORLD_H
#define TEST_LINK_WORLD_H

#include "link_kinds.h"

/* Most triggers run the program this often. */
enum { LINK_EVENTS = 10 };

struct link_world {
	unsigned tgid;
	int cgroup;
	int netns;
	int lo;               /* the device's index */
	int netkit;           /* the index of a netkit device that is up, or a negative errno */
	int udp, udp_peer;
	int tcp, tcp_peer;
	int sockmap;
	int elements;         /* a map of LINK_EVENTS elements, for its iterator */
	int packet;           /* a raw socket on lo */
	struct rawbpf_btf kernel;
	int has_btf;
};

extern struct link_world link_world;

#endif
