/* SPDX-License-Identifier: MIT */
/* Messages of netlink in memory: the bytes of requests, and the bounds of hostile answers. */
#include <check.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/attach/net_tc_filter.h"
#include "../doubling.h"
#include "../guard.h"
#include "../unit.h"

/* ------------------------------------------------------------------------------ requests */

START_TEST(test_request)
{
	struct rawbpf__request request;
	const uint32_t fixed = 0x12345678;
	struct nlattr attribute;
	const unsigned char *bytes = (const void *)&request;
	size_t nest;

	rawbpf__request_begin(&request, 77, NLM_F_ACK, &fixed, sizeof fixed);
	ck_assert_uint_eq(request.header.nlmsg_len, 20);
	ck_assert_uint_eq(request.header.nlmsg_type, 77);
	ck_assert_uint_eq(request.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	ck_assert_mem_eq(bytes + 16, &fixed, 4);
	nest = rawbpf__request_nest(&request, 5);
	ck_assert_uint_eq(nest, 20);
	rawbpf__request_add(&request, 6, "abcde", 5);
	rawbpf__request_add_u32(&request, 7, 0x01020304);
	rawbpf__request_end(&request, nest);
	ck_assert_uint_eq(request.header.nlmsg_len, 20 + 4 + 4 + 8 + 8);
	memcpy(&attribute, bytes + 20, sizeof attribute);
	ck_assert_uint_eq(attribute.nla_len, 24);
	ck_assert_uint_eq(attribute.nla_type, 5 | NLA_F_NESTED);
	memcpy(&attribute, bytes + 24, sizeof attribute);
	ck_assert_uint_eq(attribute.nla_len, 9);
	ck_assert_mem_eq(bytes + 28, "abcde\0\0\0", 8);
	memcpy(&attribute, bytes + 36, sizeof attribute);
	ck_assert_uint_eq(attribute.nla_len, 8);
	ck_assert_uint_eq(attribute.nla_type, 7);
}
END_TEST

/* An attribute that does not fit empties the request for good, and writes nothing behind it. */
START_TEST(test_request_too_long)
{
	static const unsigned char value[300];
	size_t room;

	for (room = 0; room <= sizeof value; room++) {
		struct {
			struct rawbpf__request request;
			unsigned char behind[64];
		} area;

		memset(&area, 0x5a, sizeof area);
		rawbpf__request_begin(&area.request, 1, 0, NULL, 0);
		rawbpf__request_add(&area.request, 1, value, room);
		ck_assert_uint_eq(area.request.header.nlmsg_len,
				  room <= 236 ? 20 + (room + 3) / 4 * 4 : 0);
		if (room > 236)
			rawbpf__request_add_u32(&area.request, 2, 7);
		rawbpf__request_end(&area.request, 16);
		for (size_t i = 0; i < sizeof area.behind; i++)
			ck_assert_uint_eq(area.behind[i], 0x5a);
		if (room > 236)
			ck_assert_uint_eq(area.request.header.nlmsg_len, 0);
	}
}
END_TEST

/* ------------------------------------------------------------------------------- answers */

/* A datagram, built like the kernel's. */
struct built {
	unsigned char bytes[1024];
	size_t size, message;
};

static void put(struct built *built, const void *bytes, size_t size)
{
	ck_assert_uint_le(built->size + size + 3, sizeof built->bytes);
	if (size)
		memcpy(built->bytes + built->size, bytes, size);
	built->size = (built->size + size + 3) & ~(size_t)3;
}

static void put_message(struct built *built, unsigned type, unsigned flags, uint32_t sequence)
{
	const struct nlmsghdr header = { .nlmsg_len = sizeof header, .nlmsg_type = type,
					 .nlmsg_flags = flags, .nlmsg_seq = sequence };

	built->message = built->size;
	put(built, &header, sizeof header);
}

static void end_message(struct built *built)
{
	const uint32_t length = built->size - built->message;

	memcpy(built->bytes + built->message, &length, sizeof length);
}

static size_t put_attribute(struct built *built, unsigned type, const void *value, size_t size)
{
	const struct nlattr attribute = { .nla_len = sizeof attribute + size, .nla_type = type };
	const size_t place = built->size;

	put(built, &attribute, sizeof attribute);
	put(built, value, size);
	return place;
}

static void end_attribute(struct built *built, size_t place)
{
	const uint16_t length = built->size - place;

	memcpy(built->bytes + place, &length, sizeof length);
}

static void put_u32(struct built *built, unsigned type, uint32_t value)
{
	put_attribute(built, type, &value, sizeof value);
}

static void put_filter(struct built *built, uint32_t sequence)
{
	const struct tcmsg fixed = { .tcm_ifindex = 1, .tcm_handle = 9,
				     .tcm_info = 0x12340000 | (uint16_t)__builtin_bswap16(
					__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 3 : 0x300) };
	size_t options, actions, action, action_options;

	put_message(built, RTM_NEWTFILTER, NLM_F_MULTI, sequence);
	put(built, &fixed, sizeof fixed);
	put_attribute(built, TCA_KIND, "bpf", 4);
	put_u32(built, TCA_CHAIN, 7);
	options = put_attribute(built, TCA_OPTIONS | NLA_F_NESTED, NULL, 0);
	actions = put_attribute(built, TCA_BPF_ACT, NULL, 0);
	action = put_attribute(built, 1, NULL, 0);
	put_attribute(built, TCA_ACT_KIND, "bpf", 4);
	action_options = put_attribute(built, TCA_ACT_OPTIONS, NULL, 0);
	put_u32(built, 9 /* TCA_ACT_BPF_ID */, 55);
	end_attribute(built, action_options);
	end_attribute(built, action);
	end_attribute(built, actions);
	put_attribute(built, TCA_BPF_NAME, "hello", 6);
	put_u32(built, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	put_u32(built, TCA_BPF_ID, 44);
	end_attribute(built, options);
	end_message(built);
}

static void put_error(struct built *built, int error, unsigned flags, const char *text)
{
	const struct nlmsghdr request = { .nlmsg_len = flags & NLM_F_CAPPED ? 900 : 16 + 8 };

	put_message(built, NLMSG_ERROR, flags, 5);
	put(built, &error, sizeof error);
	put(built, &request, sizeof request);
	if (!(flags & NLM_F_CAPPED))
		put(built, "request!", 8);
	if (text) {
		put_u32(built, NLMSGERR_ATTR_OFFS, 3);
		put_attribute(built, NLMSGERR_ATTR_MSG, text, strlen(text) + 1);
	}
	end_message(built);
}

struct taken {
	unsigned messages, filters;
	struct rawbpf_tc_filter filter; /* the last */
};

static int take(void *context, const struct rawbpf__message *message)
{
	struct taken *taken = context;
	struct rawbpf_tc_filter filter;
	int is_filter = rawbpf__tc_filter_read(&filter, message);

	taken->messages++;
	if (is_filter > 0) {
		taken->filters++;
		taken->filter = filter;
	}
	return is_filter < 0 ? is_filter : 0;
}

/* Read a datagram whose bytes end at the end of a page: a read behind them faults. */
static int read_answer(struct rawbpf__answer *answer, struct taken *taken, const void *bytes,
		       size_t size)
{
	static unsigned char *room;
	unsigned char *copy;

	if (!room)
		room = guard_copy(&(struct built){ .size = 0 }, sizeof(struct built), 1);
	copy = room + sizeof(struct built) - size;
	memcpy(copy, bytes, size);
	*taken = (struct taken){ 0 };
	answer->sequence = 5;
	answer->take = take;
	answer->context = taken;
	answer->error = answer->is_stale = 0;
	return rawbpf__answer_read(answer, (struct rawbpf__bytes){ copy, copy + size });
}

START_TEST(test_list)
{
	struct built built = { .size = 0 };
	struct rawbpf__answer answer = { .text_size = 0 };
	struct taken taken;
	const int none = 0;

	put_filter(&built, 5);
	put_filter(&built, 4); /* a message of another request */
	put_filter(&built, 5);
	ck_assert_int_eq(read_answer(&answer, &taken, built.bytes, built.size), 0);
	ck_assert_uint_eq(taken.filters, 2);
	ck_assert_uint_eq(taken.messages, 2);
	ck_assert_uint_eq(taken.filter.priority, 0x1234);
	ck_assert_uint_eq(taken.filter.handle, 9);
	ck_assert_uint_eq(taken.filter.chain, 7);
	ck_assert_uint_eq(taken.filter.protocol, 3);
	ck_assert_uint_eq(taken.filter.flags, TCA_BPF_FLAG_ACT_DIRECT);
	ck_assert_uint_eq(taken.filter.prog_id, 44);
	ck_assert_uint_eq(taken.filter.action_prog_id, 55);
	ck_assert_str_eq(taken.filter.name, "hello");
	ck_assert_int_eq(answer.is_stale, 0);

	put_message(&built, NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, 5);
	put(&built, &none, sizeof none);
	end_message(&built);
	put_filter(&built, 5); /* a message behind the end */
	ck_assert_int_eq(read_answer(&answer, &taken, built.bytes, built.size), 1);
	ck_assert_uint_eq(taken.filters, 2);
	ck_assert_int_eq(answer.is_stale, 1);
	ck_assert_int_eq(read_answer(&answer, &taken, built.bytes, 0), 0);
}
END_TEST

/* A list's end may have an errno. An old kernel's end has no number. */
START_TEST(test_done)
{
	static const struct {
		int has_error, error, result;
	} cases[] = { { 0, 0, 1 }, { 1, 0, 1 }, { 1, -ENOMEM, -ENOMEM }, { 1, 7, -EBADMSG },
		      { 1, -4096, -EBADMSG } };
	struct rawbpf__answer answer = { .text_size = 0 };
	struct taken taken;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct built built = { .size = 0 };

		put_message(&built, NLMSG_DONE, 0, 5);
		if (cases[i].has_error)
			put(&built, &cases[i].error, sizeof cases[i].error);
		end_message(&built);
		ck_assert_int_eq(read_answer(&answer, &taken, built.bytes, built.size),
				 cases[i].result);
	}
}
END_TEST

/* The kernel's words: whole, cut, without an end, and with no room. */
START_TEST(test_words)
{
	static const struct {
		unsigned flags;
		const char *words, *expected;
	} cases[] = {
		{ NLM_F_ACK_TLVS, "because", "because" },
		{ NLM_F_ACK_TLVS | NLM_F_CAPPED, "because", "because" },
		{ NLM_F_ACK_TLVS, "because of that", "because" },
		{ NLM_F_ACK_TLVS, "", "" },
		{ NLM_F_ACK_TLVS, NULL, "" },
		{ 0, "because", "" },
	};
	struct taken taken;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct built built = { .size = 0 };
		char text[9] = "12345678";
		struct rawbpf__answer answer = { .text = text, .text_size = 8 };

		put_error(&built, -EBUSY, cases[i].flags, cases[i].words);
		ck_assert_int_eq(read_answer(&answer, &taken, built.bytes, built.size), -EBUSY);
		ck_assert_str_eq(text, cases[i].expected);
		ck_assert_int_eq(text[8], '\0');
		answer.text = NULL;
		answer.text_size = 0;
		ck_assert_int_eq(read_answer(&answer, &taken, built.bytes, built.size), -EBUSY);
	}
}
END_TEST

/* An answer is cut everywhere, or has any two bytes changed. Reading stays within its bounds. */
START_TEST(test_hostile)
{
	struct built good = { .size = 0 };
	struct rawbpf__answer answer;
	struct taken taken;
	char text[16];
	unsigned rounds = unit_long() ? 2000000 : 100000;

	put_filter(&good, 5);
	put_filter(&good, 5);
	put_error(&good, -EBUSY, NLM_F_ACK_TLVS, "because");
	answer = (struct rawbpf__answer){ .text = text, .text_size = sizeof text };
	for (size_t size = 0; size <= good.size; size++) {
		int result = read_answer(&answer, &taken, good.bytes, size);

		ck_assert_int_eq(result, size == good.size ? -EBUSY :
				 size == 0 || size == good.message || size == good.message / 2 ? 0 :
				 -EBADMSG);
	}
	srandom(12);
	while (rounds-- > 0) {
		struct built bad = good;
		int result;

		bad.bytes[(size_t)random() % bad.size] = random();
		bad.bytes[(size_t)random() % bad.size] = random();
		result = read_answer(&answer, &taken, bad.bytes, bad.size - random() % 2 * 4);
		expect(result <= 1 && result > -4096);
		expect(strnlen(text, sizeof text) < sizeof text);
		expect(strnlen(taken.filter.name, sizeof taken.filter.name) <
		       sizeof taken.filter.name);
	}
}
END_TEST

/* The first attribute of a type counts. Attributes behind a wrong size do not. */
START_TEST(test_attributes)
{
	struct built built = { .size = 0 };
	struct rawbpf__bytes all, value;
	uint16_t length;
	char text[4];

	put_u32(&built, 1, 11);
	put_attribute(&built, 2, "four", 4);
	put_u32(&built, 1, 12);
	put_u32(&built, 3, 13);
	all = (struct rawbpf__bytes){ built.bytes, built.bytes + built.size };
	ck_assert_uint_eq(rawbpf__attribute_u32(all, 1), 11);
	ck_assert_uint_eq(rawbpf__attribute_u32(all, 3), 13);
	ck_assert_uint_eq(rawbpf__attribute_u32(all, 4), 0);
	value = rawbpf__attribute(all, 2);
	ck_assert_ptr_eq(value.at, built.bytes + 12);
	ck_assert_ptr_eq(value.end, built.bytes + 16);
	rawbpf__attribute_text(text, sizeof text, all, 2);
	ck_assert_str_eq(text, "fou");
	for (length = 0; length < 32; length++) {
		memcpy(built.bytes + 8, &length, sizeof length); /* the second one's length */
		ck_assert_uint_eq(rawbpf__attribute_u32(all, 1), 11);
		/*
		 * lengths 4 to 24 lead to an attribute or into one; only right lengths lead to type
		 * 3
		 */
		ck_assert_uint_eq(rawbpf__attribute_u32(all, 3),
				  (length >= 5 && length <= 8) || (length >= 13 && length <= 16) ? 13 : 0);
	}
	/* a number of another size counts as none */
	built.size = 0;
	put_attribute(&built, 1, "\1\2\3", 3);
	all.end = built.bytes + built.size;
	ck_assert_uint_eq(rawbpf__attribute_u32(all, 1), 0);
}
END_TEST

/* ---------------------------------------------------------------------------------- time */

/* Fill a datagram with messages of one filter, or a message with attributes, all of them empty. */
static double read_long(unsigned kind, unsigned n)
{
	const struct tcmsg fixed = { .tcm_handle = 1 };
	const struct nlattr empty = { .nla_len = sizeof empty, .nla_type = kind };
	const size_t head = sizeof(struct nlmsghdr) + sizeof fixed;
	struct nlmsghdr header = { .nlmsg_len = head, .nlmsg_type = RTM_NEWTFILTER, .nlmsg_seq = 5 };
	unsigned char *datagram = malloc(n * head), *at = datagram;
	struct taken taken = { .messages = 0 };
	struct rawbpf__answer answer = { .sequence = 5, .take = take, .context = &taken };
	double start;

	if (kind)
		header.nlmsg_len += (n - 1) * sizeof empty;
	for (unsigned i = 0; i < n; i++) {
		if (i && kind) {
			at = mempcpy(at, &empty, sizeof empty);
			continue;
		}
		at = mempcpy(at, &header, sizeof header);
		at = mempcpy(at, &fixed, sizeof fixed);
	}
	start = doubling_time();
	ck_assert_int_eq(rawbpf__answer_read(&answer, (struct rawbpf__bytes){ datagram, at }), 0);
	start = doubling_time() - start;
	ck_assert_uint_eq(taken.messages, kind ? 1 : n);
	free(datagram);
	return start;
}

/* The table of all readers is test/readers.c. */
START_TEST(test_linear)
{
	assert_doubling(read_long, _i ? TCA_OPTIONS : 0, 100000);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_request);
	tcase_add_test(tests, test_request_too_long);
	tcase_add_test(tests, test_list);
	tcase_add_test(tests, test_done);
	tcase_add_test(tests, test_words);
	tcase_add_test(tests, test_hostile);
	tcase_add_test(tests, test_attributes);
	tcase_add_loop_test(tests, test_linear, 0, 2);
}

int main(void)
{
	return unit_run("netlink", add_tests);
}
