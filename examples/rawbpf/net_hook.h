/* SPDX-License-Identifier: MIT */
/* The hooks of network devices and namespaces: what is there, and how to attach and detach. */
#ifndef EXAMPLES_RAWBPF_NET_HOOK_H
#define EXAMPLES_RAWBPF_NET_HOOK_H

#include "attached.h"

struct net_hook;

/* A link of an XDP or netfilter program. */
struct net_link {
	struct rawbpf_link_info info;
	char *words;
};

struct net_walk {
	struct table table;
	const char *device; /* the current device; NULL: the network namespace */
	unsigned ifindex;
	int netns;
	struct net_link *links;
	unsigned link_count;
	const struct net_hook *failed; /* the first hook that could not be listed */
	int error;
};

/* The hooks. `number` is an attach type or a mode of XDP. */
struct net_hook {
	const char *name;
	unsigned number;
	/* lists the hook; returns 0 or a negative errno */
	int (*list)(struct net_walk *walk, const struct net_hook *hook);
	const struct rawbpf_operation *query;
	const struct net_way *way; /* to attach and detach without a link; NULL: there is none */
	int is_of_netns;
};

/* The hooks in the order in which a packet passes them. The last one has no name. */
extern const struct net_hook net_hooks[];

/* A program to attach or detach, and its place. */
struct net_request {
	const struct net_hook *hook;
	const char *device;
	unsigned ifindex;
	int prog;
	struct rawbpf_tc_spec place;
	char text[256]; /* the kernel's own words about its refusal, or "" */
};

/* How a hook attaches and detaches programs without a link. */
struct net_way {
	int has_place; /* PRIORITY and HANDLE */
	int (*attach)(struct net_request *request);
	const struct rawbpf_operation *attach_operation;
	int (*detach)(const struct net_request *request);
	const struct rawbpf_operation *detach_operation;
};
extern const struct net_way net_way_xdp, net_way_tc, net_way_prog;

/* The verbs. */
int net_attach(const struct arguments *arguments);
int net_detach(const struct arguments *arguments);

#endif
