/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_LIB_NET_TC_FILTER_H
#define RAWBPF_LIB_NET_TC_FILTER_H

#include <rawbpf/net.h>

#include "netlink_message.h"

/*
 * Read a message about a filter: 1; 0: the filter is of another kind, or the message stands for all
 * of a priority; -EBADMSG: it is too short.
 */
RAWBPF__PRIVATE int rawbpf__tc_filter_read(struct rawbpf_tc_filter *filter,
					   const struct rawbpf__message *message);

#endif
