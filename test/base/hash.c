/* SPDX-License-Identifier: MIT */
/* Hashes: the examples of FIPS 180, and lengths around the end of a block. */
#include <check.h>
#include <stdint.h>
#include <string.h>

#include "../../insn/base/hash.h"
#include "../unit.h"

static const struct {
	const char *text;
	unsigned times;
	uint64_t sha1, sha256; /* the digest's first 8 bytes */
} messages[] = {
	{ "", 0, 0xda39a3ee5e6b4b0d, 0xe3b0c44298fc1c14 },
	{ "abc", 1, 0xa9993e364706816a, 0xba7816bf8f01cfea },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, 0x84983e441c3bd26e,
	  0x248d6a61d20638b8 },
	{ "a", 1000000, 0x34aa973cd4c4daa4, 0xcdc76e5c9914fb92 },
};

START_TEST(test_messages)
{
	struct rawbpf__hash sha1 = rawbpf__hash_sha1(), sha256 = rawbpf__hash_sha256();

	for (unsigned i = 0; i < messages[_i].times; i++) {
		rawbpf__hash_add(&sha1, messages[_i].text, strlen(messages[_i].text));
		rawbpf__hash_add(&sha256, messages[_i].text, strlen(messages[_i].text));
	}
	ck_assert(rawbpf__hash_end(&sha1) == messages[_i].sha1);
	ck_assert(rawbpf__hash_end(&sha256) == messages[_i].sha256);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_messages, 0, sizeof messages / sizeof messages[0]);
}

int main(void)
{
	return unit_run("hash", add_tests);
}
