/* SPDX-License-Identifier: MIT */
/* XDP by netlink: programs that no bpf link holds. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <rawbpf/net.h>

#include "link.h"
#include "netlink.h"

/* Newer than some headers: Linux 5.7. */
enum { XDP_IF_EXPECTED = 1 << 4 /* XDP_FLAGS_REPLACE */, XDP_EXPECTED_FD = 8 };

/* Leave the statistics out of the answer: they are most of its length. */
enum { XDP_SKIP_STATS = 1 << 3 /* RTEXT_FILTER_SKIP_STATS */ };

/* Set a device's program (-1: remove it), if its program is `expected` (-1: no program) now. */
static int xdp_set(unsigned ifindex, unsigned mode, int prog, int expected, char *text, size_t size)
{
	const struct ifinfomsg device = { .ifi_index = (int)ifindex };
	unsigned guard = expected < 0 ? XDP_FLAGS_UPDATE_IF_NOEXIST : XDP_IF_EXPECTED;
	struct rawbpf__netlink netlink;
	struct rawbpf__request request;
	size_t xdp;
	int err;

	if (mode & ~(unsigned)XDP_FLAGS_MODES)
		return -EINVAL;
	if (device.ifi_index <= 0)
		return -ENODEV;
	rawbpf__request_begin(&request, RTM_SETLINK, NLM_F_ACK, &device, sizeof device);
	xdp = rawbpf__request_nest(&request, IFLA_XDP);
	rawbpf__request_add_u32(&request, IFLA_XDP_FD, prog);
	rawbpf__request_add_u32(&request, IFLA_XDP_FLAGS, mode | guard);
	if (expected >= 0)
		rawbpf__request_add_u32(&request, XDP_EXPECTED_FD, expected);
	rawbpf__request_end(&request, xdp);
	err = rawbpf__netlink_open(&netlink, text, size);
	if (err < 0)
		return err;
	err = rawbpf__netlink_ask(&netlink, &request, NULL, NULL);
	rawbpf__netlink_close(&netlink);
	return err;
}

static int xdp_end(struct rawbpf_link *link)
{
	int err = rawbpf_xdp_netlink_detach(link->fd, link->ifindex, link->xdp_flags);

	rawbpf__close(link->fd);
	return err == -ENOENT || err == -ENODEV ? 0 : err;
}

int rawbpf_xdp_netlink_attach(struct rawbpf_link *link, int prog, unsigned ifindex, unsigned flags,
			      const struct rawbpf_xdp_netlink_spec *spec)
{
	const struct rawbpf_xdp_netlink_spec *given = RAWBPF__SPEC(spec);
	int err = rawbpf__link_set(link, given->replace < 0 ? -EBADF : rawbpf__dup(prog));

	rawbpf__words_clear(given->text, given->text_size);
	if (err < 0)
		return err;
	err = xdp_set(ifindex, flags, prog, given->replace ? given->replace : -1, given->text,
		      given->text_size);
	if (err < 0) {
		rawbpf_link_detach(link);
		return err;
	}
	link->ifindex = ifindex;
	link->xdp_flags = flags;
	link->end = xdp_end;
	return 0;
}

/* Does the program run on the device in this mode, 0: in any? 1, 0, or a negative errno. */
static int xdp_runs(int prog, unsigned ifindex, unsigned mode)
{
	struct rawbpf_xdp_query query;
	unsigned id;
	int err = rawbpf__netlink_prog_id(&id, prog);

	if (err == 0)
		err = rawbpf_xdp_query(&query, ifindex);
	if (err < 0)
		return err;
	if (!mode)
		mode = XDP_FLAGS_MODES;
	return (mode & XDP_FLAGS_SKB_MODE && id == query.skb_prog_id) ||
	       (mode & XDP_FLAGS_DRV_MODE && id == query.drv_prog_id) ||
	       (mode & XDP_FLAGS_HW_MODE && id == query.hw_prog_id);
}

int rawbpf_xdp_netlink_detach(int prog, unsigned ifindex, unsigned flags)
{
	int err = prog < 0 ? -EBADF : xdp_set(ifindex, flags, -1, prog, NULL, 0);
	int runs;

	if (err != -EEXIST)
		return err;
	runs = xdp_runs(prog, ifindex, flags); /* -EEXIST also stands for a reason of the device */
	if (runs < 0)
		return runs;
	return runs ? -EEXIST : -ENOENT;
}

static int xdp_take(void *context, const struct rawbpf__message *message)
{
	struct rawbpf_xdp_query *query = context;
	struct rawbpf__bytes body = message->body;
	struct ifinfomsg device;
	int err = rawbpf__message_fixed(&device, sizeof device, &body);

	if (err < 0 || message->header.nlmsg_type != RTM_NEWLINK)
		return err;
	body = rawbpf__attribute(body, IFLA_XDP);
	query->skb_prog_id = rawbpf__attribute_u32(body, IFLA_XDP_SKB_PROG_ID);
	query->drv_prog_id = rawbpf__attribute_u32(body, IFLA_XDP_DRV_PROG_ID);
	query->hw_prog_id = rawbpf__attribute_u32(body, IFLA_XDP_HW_PROG_ID);
	return 0;
}

int rawbpf_xdp_query(struct rawbpf_xdp_query *query, unsigned ifindex)
{
	const struct ifinfomsg device = { .ifi_index = (int)ifindex };
	struct rawbpf__netlink netlink;
	struct rawbpf__request request;
	int err;

	*query = (struct rawbpf_xdp_query){ 0 };
	if (device.ifi_index <= 0)
		return -ENODEV;
	rawbpf__request_begin(&request, RTM_GETLINK, NLM_F_ACK, &device, sizeof device);
	rawbpf__request_add_u32(&request, IFLA_EXT_MASK, XDP_SKIP_STATS);
	err = rawbpf__netlink_open(&netlink, NULL, 0);
	if (err < 0)
		return err;
	err = rawbpf__netlink_ask(&netlink, &request, xdp_take, query);
	rawbpf__netlink_close(&netlink);
	return err;
}
