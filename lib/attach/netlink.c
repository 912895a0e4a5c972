/* SPDX-License-Identifier: MIT */
#include "netlink.h"

#include <asm/socket.h>
#include <linux/socket.h>

#include "../object/obj.h"

/* The kernel makes the datagrams of a list as large as the buffer of the receiver, up to this. */
enum { NETLINK_BUFFER = 32768 };

/* <linux/socket.h> lacks these numbers, which are the same for all architectures. */
enum { NETLINK_FAMILY = 16, NETLINK_SOCKET_RAW = 3, NETLINK_LEVEL = 270 };
enum { NETLINK_WHOLE_SIZE = 0x20 /* MSG_TRUNC */, NETLINK_DONT_WAIT = 0x40 /* MSG_DONTWAIT */ };

int rawbpf__netlink_open(struct rawbpf__netlink *netlink, char *text, size_t size)
{
	const int on = 1;
	int err;

	*netlink = (struct rawbpf__netlink){ .text = text, .text_size = text ? size : 0 };
	netlink->fd = rawbpf__socket(NETLINK_FAMILY, NETLINK_SOCKET_RAW, NETLINK_ROUTE);
	if (netlink->fd < 0)
		return netlink->fd;
	err = rawbpf__mmap(&netlink->buffer, NETLINK_BUFFER, PROT_READ | PROT_WRITE, -1);
	if (err < 0) {
		rawbpf__close(netlink->fd);
		return err;
	}
	if (netlink->text_size) /* without it, errors come without words */
		rawbpf__setsockopt(netlink->fd, NETLINK_LEVEL, NETLINK_EXT_ACK, &on, sizeof on);
	return 0;
}

void rawbpf__netlink_close(struct rawbpf__netlink *netlink)
{
	rawbpf__munmap(netlink->buffer, NETLINK_BUFFER);
	rawbpf__close(netlink->fd);
}

/*
 * Receive a datagram of the kernel. The kernel has queued the whole answer, or its next part, when
 * the request was sent: this call never waits. It ignores datagrams of other processes.
 */
static int netlink_receive(const struct rawbpf__netlink *netlink, struct rawbpf__bytes *datagram)
{
	struct sockaddr_nl from = { .nl_pid = 0 };
	uint32_t from_size;
	long got;

	do {
		from_size = sizeof from;
		got = rawbpf__receive(netlink->fd, netlink->buffer, NETLINK_BUFFER,
				      NETLINK_WHOLE_SIZE | NETLINK_DONT_WAIT, &from, &from_size);
	} while (got >= 0 && (from_size < sizeof from || from.nl_pid != 0));
	if (got < 0)
		return (int)got;
	if (got > NETLINK_BUFFER)
		return -EOVERFLOW;
	datagram->at = netlink->buffer;
	datagram->end = datagram->at + got;
	return 0;
}

int rawbpf__netlink_ask(struct rawbpf__netlink *netlink, struct rawbpf__request *request,
			int (*take)(void *context, const struct rawbpf__message *message),
			void *context)
{
	struct rawbpf__answer answer = {
		.sequence = ++netlink->sequence,
		.take = take,
		.context = context,
		.text = netlink->text,
		.text_size = netlink->text_size,
	};
	struct rawbpf__bytes datagram;
	long err;

	if (!request->header.nlmsg_len)
		return -EOVERFLOW;
	request->header.nlmsg_seq = answer.sequence;
	err = rawbpf__send(netlink->fd, request, request->header.nlmsg_len);
	if (err > 0)
		err = 0;
	while (err == 0) {
		err = netlink_receive(netlink, &datagram);
		if (err == 0)
			err = rawbpf__answer_read(&answer, datagram);
	}
	if (err < 0)
		return err == -ENOBUFS ? -ENOMEM : (int)err; /* of netlink's own memory */
	if (answer.error < 0)
		return answer.error;
	return answer.is_stale ? -ESTALE : 0;
}

int rawbpf__netlink_prog_id(unsigned *id, int prog)
{
	uint32_t info[2]; /* as struct bpf_prog_info begins: type, id */
	int err = rawbpf__obj_check(prog, RAWBPF_OBJ_PROG);

	if (err == 0)
		err = rawbpf_obj_info(prog, info, sizeof info);
	if (err < 0)
		return err;
	*id = info[1];
	return 0;
}
