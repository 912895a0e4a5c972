/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: read any bytes as a datagram of rtnetlink(7) that answers request 5. Each message is
 * read as one about a filter of tc(8). Each text ends inside its buffer.
 */
#include <stdlib.h>
#include <string.h>

#define RAWBPF__PRIVATE static
#include "../../insn/base/string.c"
#include "../../lib/attach/netlink_message.c"
#include "../../lib/attach/net_tc_filter.c"

enum { SEQUENCE = 5 };

static int take(void *context, const struct rawbpf__message *message)
{
	unsigned *messages = context;
	struct rawbpf_tc_filter filter;
	int is_filter = rawbpf__tc_filter_read(&filter, message);

	if (message->header.nlmsg_seq != SEQUENCE)
		abort();
	(*messages)++;
	if (is_filter < 0)
		return is_filter;
	if (is_filter && (!filter.handle ||
			  strnlen(filter.name, sizeof filter.name) == sizeof filter.name))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	/* The copy is exactly as large as the datagram, so that the sanitizer sees a byte too far. */
	unsigned char *datagram = malloc(size);
	unsigned messages = 0;
	char text[16];
	struct rawbpf__answer answer = { .sequence = SEQUENCE, .take = take, .context = &messages,
					 .text = text, .text_size = sizeof text };
	int result;

	if (size)
		memcpy(datagram, input, size);
	memset(text, 'x', sizeof text);
	result = rawbpf__answer_read(&answer, (struct rawbpf__bytes){ datagram, datagram + size });
	if (result > 1 || result < -4095 || (answer.error && answer.error != -EBADMSG))
		abort();
	if (messages > size / sizeof(struct nlmsghdr))
		abort();
	/* The text of an errno is terminated, also without words of the kernel. */
	if (result < 0 && result != -EBADMSG && result != -ENOBUFS &&
	    strnlen(text, sizeof text) == sizeof text)
		abort();
	free(datagram);
	return 0;
}
