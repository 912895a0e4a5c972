/* SPDX-License-Identifier: MIT */
#include "netlink_message.h"

static size_t netlink_align(size_t size)
{
	return (size + NLMSG_ALIGNTO - 1) & ~(size_t)(NLMSG_ALIGNTO - 1);
}

static size_t bytes_size(struct rawbpf__bytes bytes)
{
	return bytes.end - bytes.at;
}

/* Go over `size` bytes and their padding, which the last ones of a datagram may lack. */
static void bytes_pass(struct rawbpf__bytes *bytes, size_t size)
{
	size_t whole = netlink_align(size);

	bytes->at = whole < bytes_size(*bytes) ? bytes->at + whole : bytes->end;
}

/* Append bytes and zero padding. Return their place; 0: they do not fit. */
static size_t request_append(struct rawbpf__request *request, const void *bytes, size_t size)
{
	size_t place = request->header.nlmsg_len, whole = netlink_align(size);

	if (!place || place > sizeof *request || whole > sizeof *request - place) {
		request->header.nlmsg_len = 0;
		return 0;
	}
	if (size)
		__builtin_memcpy((unsigned char *)request + place, bytes, size);
	request->header.nlmsg_len += whole;
	return place;
}

void rawbpf__request_begin(struct rawbpf__request *request, unsigned type, unsigned flags,
			   const void *fixed, size_t size)
{
	*request = (struct rawbpf__request){
		.header = {
			.nlmsg_len = sizeof request->header,
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
		},
	};
	request_append(request, fixed, size);
}

size_t rawbpf__request_add(struct rawbpf__request *request, unsigned type, const void *value,
			   size_t size)
{
	const struct nlattr attribute = { .nla_len = sizeof attribute + size, .nla_type = type };
	size_t place = request_append(request, &attribute, sizeof attribute);

	request_append(request, value, size);
	return place;
}

void rawbpf__request_add_u32(struct rawbpf__request *request, unsigned type, uint32_t value)
{
	rawbpf__request_add(request, type, &value, sizeof value);
}

size_t rawbpf__request_nest(struct rawbpf__request *request, unsigned type)
{
	return rawbpf__request_add(request, type | NLA_F_NESTED, NULL, 0);
}

void rawbpf__request_end(struct rawbpf__request *request, size_t place)
{
	uint16_t size = request->header.nlmsg_len - place;

	if (request->header.nlmsg_len)
		__builtin_memcpy((unsigned char *)request + place, &size, sizeof size);
}

/*
 * Read the next message of a datagram. Returns 1, 0 at the end, or -EBADMSG if its size is wrong.
 */
static int message_next(struct rawbpf__message *message, struct rawbpf__bytes *datagram)
{
	size_t size = bytes_size(*datagram);

	if (!size)
		return 0;
	if (size < sizeof message->header)
		return -EBADMSG;
	__builtin_memcpy(&message->header, datagram->at, sizeof message->header);
	if (message->header.nlmsg_len < sizeof message->header || message->header.nlmsg_len > size)
		return -EBADMSG;
	message->body.at = datagram->at + sizeof message->header;
	message->body.end = datagram->at + message->header.nlmsg_len;
	bytes_pass(datagram, message->header.nlmsg_len);
	return 1;
}

int rawbpf__message_fixed(void *fixed, size_t size, struct rawbpf__bytes *body)
{
	if (bytes_size(*body) < size)
		return -EBADMSG;
	__builtin_memcpy(fixed, body->at, size);
	bytes_pass(body, size);
	return 0;
}

/* Copy bytes up to a NUL to `text`, terminated and cut to its size. */
static void bytes_text(char *text, size_t size, struct rawbpf__bytes bytes)
{
	size_t length = 0;

	while (length + 1 < size && bytes.at < bytes.end && *bytes.at)
		text[length++] = (char)*bytes.at++;
	if (size)
		text[length] = '\0';
}

/*
 * Return the errno of an NLMSG_ERROR or NLMSG_DONE message, 0 or negative. `text` receives the
 * kernel's own words, without an end, or becomes empty.
 *
 * The request's header stands behind the errno of an NLMSG_ERROR. The rest of the request follows
 * unless NLM_F_CAPPED is set. Attributes follow if NLM_F_ACK_TLVS is set.
 */
static int message_error(struct rawbpf__bytes *text, const struct rawbpf__message *message)
{
	struct rawbpf__bytes body = message->body;
	struct nlmsghdr request;
	int32_t error;

	*text = (struct rawbpf__bytes){ NULL, NULL };
	if (rawbpf__message_fixed(&error, sizeof error, &body) < 0)
		return message->header.nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	if (error > 0 || error < -4095)
		return -EBADMSG;
	if (!(message->header.nlmsg_flags & NLM_F_ACK_TLVS))
		return error;
	if (message->header.nlmsg_type == NLMSG_ERROR) {
		if (rawbpf__message_fixed(&request, sizeof request, &body) < 0)
			return error;
		if (!(message->header.nlmsg_flags & NLM_F_CAPPED) &&
		    request.nlmsg_len > sizeof request)
			bytes_pass(&body, request.nlmsg_len - sizeof request);
	}
	*text = rawbpf__attribute(body, NLMSGERR_ATTR_MSG);
	return error;
}

/* Read one message; the results are those of rawbpf__answer_read(). */
static int answer_take(struct rawbpf__answer *answer, const struct rawbpf__message *message)
{
	struct rawbpf__bytes text;
	int err;

	if (message->header.nlmsg_flags & NLM_F_DUMP_INTR)
		answer->is_stale = 1;
	switch (message->header.nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		err = message_error(&text, message);
		bytes_text(answer->text, answer->text_size, text);
		return err < 0 ? err : 1;
	case NLMSG_OVERRUN:
		return -ENOBUFS;
	case NLMSG_NOOP:
		return 0;
	default:
		if (answer->take && answer->error == 0)
			answer->error = answer->take(answer->context, message);
		return 0;
	}
}

int rawbpf__answer_read(struct rawbpf__answer *answer, struct rawbpf__bytes datagram)
{
	struct rawbpf__message message;
	int more, ended = 0;

	while (ended == 0) {
		more = message_next(&message, &datagram);
		if (more <= 0)
			return more;
		if (message.header.nlmsg_seq == answer->sequence)
			ended = answer_take(answer, &message);
	}
	return ended;
}

struct rawbpf__bytes rawbpf__attribute(struct rawbpf__bytes attributes, unsigned type)
{
	const struct rawbpf__bytes none = { NULL, NULL };
	struct nlattr attribute;

	while (bytes_size(attributes) >= sizeof attribute) {
		__builtin_memcpy(&attribute, attributes.at, sizeof attribute);
		if (attribute.nla_len < sizeof attribute || attribute.nla_len > bytes_size(attributes))
			return none;
		if ((attribute.nla_type & NLA_TYPE_MASK) == type)
			return (struct rawbpf__bytes){ attributes.at + sizeof attribute,
						       attributes.at + attribute.nla_len };
		bytes_pass(&attributes, attribute.nla_len);
	}
	return none;
}

uint32_t rawbpf__attribute_u32(struct rawbpf__bytes attributes, unsigned type)
{
	struct rawbpf__bytes value = rawbpf__attribute(attributes, type);
	uint32_t number = 0;

	if (bytes_size(value) == sizeof number)
		__builtin_memcpy(&number, value.at, sizeof number);
	return number;
}

void rawbpf__attribute_text(char *text, size_t size, struct rawbpf__bytes attributes, unsigned type)
{
	bytes_text(text, size, rawbpf__attribute(attributes, type));
}
