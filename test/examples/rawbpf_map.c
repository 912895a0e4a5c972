/* SPDX-License-Identifier: MIT */
/* rawbpf map from outside, on maps of the test's own. The first argument is the command's path. */
#include "../command.h"
#include "../object/objects.h"
#include "printed.h"

#include <rawbpf/btf.h>

START_TEST(test_map_show)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_LPM_TRIE, 8, 16, 100);

	assert_shows(ARGS("map", "show", own_name()),
		     text("id          %u\n"
			  "type        lpm_trie\n"
			  "name        %s\n"
			  "key_size    8\n"
			  "value_size  16\n"
			  "max         100\n"
			  "flags       no_prealloc\n"
			  "memory      ", objects_map_id(map), own_name()));
	assert_has("\nfrozen      no\n");
	assert_shows(ARGS("map", "list", "-j"),
		     text("{\"id\":%u,\"type\":\"lpm_trie\",\"name\":\"%s\",\"key_size\":8,\"value_size\":16,"
			  "\"max\":100,\"flags\":1,", objects_map_id(map), own_name()));
	assert_shows(ARGS("map", "list"), text("%u  lpm_trie ", objects_map_id(map)));
	close(map);
}
END_TEST

START_TEST(test_map_array)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 2);
	int little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	assert_prints(ARGS("map", "set", own_name(), "1", "0x1234"), "");
	assert_prints(ARGS("map", "dump", own_name()), little ?
		      "00 00 00 00 (0)  00 00 00 00 00 00 00 00 (0)\n"
		      "01 00 00 00 (1)  34 12 00 00 00 00 00 00 (4660)\n" :
		      "00 00 00 00 (0)  00 00 00 00 00 00 00 00 (0)\n"
		      "00 00 00 01 (1)  00 00 00 00 00 00 12 34 (4660)\n");
	assert_prints(ARGS("map", "get", own_name(), "1"), little ?
		      "34 12 00 00 00 00 00 00 (4660)\n" : "00 00 00 00 00 00 12 34 (4660)\n");
	assert_prints(ARGS("map", "get", "-j", own_name(), "1"), little ?
		      "{\"key\":\"01000000\",\"key_number\":1,\"value\":\"3412000000000000\","
		      "\"value_number\":4660}\n" :
		      "{\"key\":\"00000001\",\"key_number\":1,\"value\":\"0000000000001234\","
		      "\"value_number\":4660}\n");
	assert_prints(ARGS("map", "next", own_name()), "00 00 00 00 (0)\n");
	assert_fails(ARGS("map", "next", own_name(), "1"), 1, "rawbpf map: this was the last key\n");
	assert_refused(ARGS("map", "get", own_name(), "2"), "rawbpf map: looking up: ENOENT: ");
	assert_refused(ARGS("map", "set", own_name(), "2", "1"), "rawbpf map: setting: E2BIG: ");
	assert_refused(ARGS("map", "set", "-n", own_name(), "1", "1"), "rawbpf map: setting: EEXIST: ");
	assert_refused(ARGS("map", "delete", own_name(), "1"), "rawbpf map: deleting: EINVAL: ");
	close(map);
}
END_TEST

START_TEST(test_map_hash)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_HASH, 16, 4, 1);

	/* an interface's name, as in a tc map */
	assert_prints(ARGS("map", "set", own_name(), "\"eth0\"", "be16:80 u8:1 u8:255"), "");
	assert_shows(ARGS("map", "dump", own_name()),
		     "65 74 68 30 00 00 00 00 00 00 00 00 00 00 00 00  00 50 01 ff (");
	assert_prints(ARGS("map", "delete", own_name(), "\"eth0\""), "");
	assert_prints(ARGS("map", "dump", own_name()), "");
	assert_fails(ARGS("map", "next", own_name()), 1, "rawbpf map: this was the last key\n");
	close(map);
}
END_TEST

/* Texts for a key of 8 bytes, and the bytes that they become. */
static const struct {
	const char *text, *bytes, *problem;
} keys[] = {
	{ "hex:0102030405060708", "0102030405060708", NULL },
	{ "10.1.2.3 fe:", NULL, "'fe:' is no number, address, hex:..., u32:... or \"string\"" },
	{ "be32:24 10.1.2.3", "000000180a010203", NULL },
	{ "\"abc\"", "6162630000000000", NULL },
	{ "\"a\\x0a\\\"\\\\\"", "610a225c00000000", NULL },
	{ "be16:0x102 hex:030405060708", "0102030405060708", NULL },
	{ "u8:1 u8:'a' u8:-1 hex:ff be32:-2", "0161fffffffffffe", NULL },
	{ "be64:18446744073709551615", "ffffffffffffffff", NULL },
	{ "", NULL, "the key needs 8 bytes; the pieces have 0" },
	{ "hex:01", NULL, "the key needs 8 bytes; the pieces have 1" },
	{ "\"nine byte\"", NULL, "the key needs 8 bytes; the pieces have 9" },
	{ "hex:010203040506070809", NULL, "the key needs 8 bytes; the pieces have 9" },
	{ "hex:0102030405060708 9", NULL, "the key needs 8 bytes; the pieces have 8 and a number" },
	{ "1 2", NULL, "the key: two numbers have no size: write one as u8:, u16:, u32: or u64:" },
	{ "hex:012", NULL, "the key: '012' has an odd number of hex digits, or none" },
	{ "hex:0g", NULL, "the key: '0g' contains a character that is no hex digit" },
	{ "u8:256 hex:01", NULL, "the key: 256 does not fit into 1 byte" },
	{ "u16:-32769", NULL, "the key: -32769 does not fit into 2 bytes" },
	{ "u32:x", NULL, "the key: 'x' is not a number" },
	{ "u32:010 hex:00000000", NULL, "the key: '010' is not a number" },
	{ "0x10", "1000000000000000", NULL },
	{ "-0x8000000000000000", "0000000000000080", NULL },
	{ "-9223372036854775809", NULL,
	  "the key: '-9223372036854775809' is no number, address, hex:..., u32:... or \"string\"" },
	{ "0", "0000000000000000", NULL },
	{ "0100000000000000", NULL, "the key: '0100000000000000' begins with 0: write hex:... for bytes, "
	  "or a number without the 0" },
	{ "0a 00", NULL, "the key: '0a' begins with 0: write hex:... for bytes, or a number without the 0" },
	{ "\"open", NULL, "the key: the closing \" is missing" },
	{ "18446744073709551616", NULL,
	  "the key: '18446744073709551616' is no number, address, hex:..., u32:... or \"string\"" },
};

START_TEST(test_map_keys)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_HASH, 8, 1, 1);

	for (unsigned i = 0; i < RAWBPF_COUNT(keys); i++) {
		if (keys[i].problem) {
			const char *problem = strncmp(keys[i].problem, "the key", 7) ?
				text("the key: %s", keys[i].problem) : keys[i].problem;

			assert_fails(ARGS("map", "set", own_name(), "--", keys[i].text, "1"), 2,
				     text("rawbpf map: %s\n", problem));
			continue;
		}
		assert_prints(ARGS("map", "set", own_name(), "--", keys[i].text, "1"), "");
		assert_shows(ARGS("map", "-j", "next", own_name()),
			     text("{\"key\":\"%s\",", keys[i].bytes));
		assert_prints(ARGS("map", "delete", own_name(), "--", keys[i].text), "");
	}
	/* several words; -1 takes the bytes that are left */
	assert_prints(ARGS("map", "set", own_name(), "--", "u32:1 -1", "1"), "");
	assert_shows(ARGS("map", "-j", "next", own_name()),
		     __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "01000000ffffffff" : "00000001ffffffff");
	assert_refused(ARGS("map", "set", own_name(), "5", "1"), "rawbpf map: setting: E2BIG: ");
	assert_refused(ARGS("map", "set", "-e", own_name(), "5", "1"), "rawbpf map: setting: ENOENT: ");
	assert_fails(ARGS("map", "set", own_name(), "5", "256"), 2,
		     "rawbpf map: the value: 256 does not fit into 1 byte\n");
	close(map);
}
END_TEST

START_TEST(test_map_percpu)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 1);
	int cpus = rawbpf_cpu_count();
	char expected[8192] = "";

	assert_prints(ARGS("map", "set", own_name(), "0", "hex:01010101"), "");
	for (int cpu = 0; cpu < cpus; cpu++)
		sprintf(expected + strlen(expected), "00 00 00 00 (0)  %3d  01 01 01 01 (16843009)\n",
			cpu);
	assert_prints(ARGS("map", "dump", own_name()), expected);
	strcpy(expected, "{\"key\":\"00000000\",\"key_number\":0,\"values\":[");
	for (int cpu = 0; cpu < cpus; cpu++)
		sprintf(expected + strlen(expected), "%s{\"value\":\"01010101\",\"value_number\":16843009}",
			cpu ? "," : "");
	strcat(expected, "]}\n");
	assert_prints(ARGS("map", "-j", "dump", own_name()), expected);
	close(map);
}
END_TEST

START_TEST(test_map_queue)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_QUEUE, 0, 4, 2);

	assert_refused(ARGS("map", "get", own_name()), "rawbpf map: looking up: ENOENT: ");
	assert_prints(ARGS("map", "set", own_name(), "hex:01000001"), "");
	assert_prints(ARGS("map", "get", own_name()), "01 00 00 01 (16777217)\n");
	assert_prints(ARGS("map", "-j", "get", own_name()),
		      "{\"value\":\"01000001\",\"value_number\":16777217}\n");
	assert_fails(ARGS("map", "get", own_name(), "1"), 2, "rawbpf map: this map has no keys\n");
	assert_refused(ARGS("map", "dump", own_name()), "rawbpf map: reading the elements: EINVAL: ");
	close(map);
}
END_TEST

/* A bloom filter does not return values. It says whether a value was set. */
START_TEST(test_map_bloom)
{
	int map;

	if (live_kernel() < 0x510)
		SKIP("no bloom filters before 5.16");
	map = objects_map(own_name(), BPF_MAP_TYPE_BLOOM_FILTER, 0, 4, 8);
	assert_prints(ARGS("map", "set", own_name(), "0"), "");
	assert_fails(ARGS("map", "get", own_name()), 2,
		     "rawbpf map: this map needs a VALUE of 4 bytes to look for\n");
	assert_prints(ARGS("map", "get", own_name(), "0"), "00 00 00 00 (0)\n");
	assert_refused(ARGS("map", "get", own_name(), "hex:01000001"),
		       "rawbpf map: looking up: ENOENT: ");
	close(map);
}
END_TEST

/* Socket maps return cookies of 8 bytes, which do not fit into values of 4. */
START_TEST(test_map_of_sockets)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_SOCKMAP, 4, 4, 1);

	assert_refused(ARGS("map", "get", own_name(), "0"), "rawbpf map: looking up: EOPNOTSUPP: ");
	close(map);
}
END_TEST

/* Any kind of word sets values of any size. */
START_TEST(test_map_large_value)
{
	enum { SIZE = 6000 };
	static char given[4 + 2 * SIZE + 1], shown[3 * SIZE + 1];
	int map = objects_map(own_name(), BPF_MAP_TYPE_HASH, 16, SIZE, 1);

	strcpy(given, "hex:");
	for (unsigned i = 0; i < SIZE; i++) {
		memcpy(given + 4 + 2 * i, "ab", 2);
		memcpy(shown + 3 * i, i + 1 < SIZE ? "ab " : "ab\n", 3);
	}
	assert_prints(ARGS("map", "set", own_name(), "1", given), "");
	assert_prints(ARGS("map", "get", own_name(), "1"), shown);
	assert_prints(ARGS("map", "set", "--", own_name(), "1", "-1"), "");
	for (unsigned i = 0; i < SIZE; i++)
		memcpy(shown + 3 * i, "ff", 2);
	assert_prints(ARGS("map", "get", own_name(), "1"), shown);
	/* negative numbers of more than 8 bytes, too: minus 0 is 0 */
	assert_prints(ARGS("map", "delete", own_name(), "1"), "");
	assert_prints(ARGS("map", "set", "--", own_name(), "-0", "0"), "");
	assert_prints(ARGS("map", "next", own_name()),
		      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n");
	close(map);
}
END_TEST

/* Maps of objects take ids and return ids. */
START_TEST(test_map_of_objects)
{
	int progs = objects_map(own_name(), BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0), maps, inner = live_array(1);
	int little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	const char *key = little ? "01 00 00 00 (1)" : "00 00 00 01 (1)";

	assert_fails(ARGS("map", "set", own_name(), "1", "4294967295"), 1,
		     "rawbpf map: there is no prog with the id 4294967295\n");
	assert_prints(ARGS("map", "set", own_name(), "1", text("%u", live_prog_id(prog))), "");
	assert_prints(ARGS("map", "dump", own_name()), text("%s  prog %u\n", key, live_prog_id(prog)));
	assert_shows(ARGS("map", "-j", "dump", own_name()), text(",\"prog\":%u}\n", live_prog_id(prog)));
	assert_prints(ARGS("map", "delete", own_name(), "1"), "");
	close(progs);
	maps = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "in_maps", .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4, .value_size = 4,
		.max_entries = 2, .inner_map = inner });
	ck_assert_int_gt(maps, 2);
	assert_prints(ARGS("map", "set", text("%u", objects_map_id(maps)), "1", text("%u", objects_map_id(inner))), "");
	assert_prints(ARGS("map", "dump", text("%u", objects_map_id(maps))),
		      text("%s  map %u\n", key, objects_map_id(inner)));
	close(maps);
	close(inner);
	close(prog);
}
END_TEST

/* A map with BTF is read and written by its types. */
START_TEST(test_map_typed)
{
	uint32_t data[256];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	int u32 = rawbpf_btf_int_emit(&b, "unsigned int", 4, 0);
	int s64 = rawbpf_btf_int_emit(&b, "long", 8, BTF_INT_SIGNED);
	int character = rawbpf_btf_int_emit(&b, "char", 1, BTF_INT_CHAR);
	int comm = rawbpf_btf_array_emit(&b, character, u32, 8);
	int pair = rawbpf_btf_array_emit(&b, u32, u32, 2);
	const struct rawbpf_btf_field fields[] = {
		{ "delta", s64, 0 }, { "comm", comm, 8 }, { "pair", pair, 16 },
	};
	int type = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "event", 24, fields, 3), btf, map;
	const struct {
		int64_t delta;
		char comm[8];
		uint32_t pair[2];
	} value = { -5, "a\x1b[1m", { 6, 7 } };
	const uint32_t key = 3;

	btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = data, .size = b.size });
	ck_assert_int_gt(btf, 2);
	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = own_name(), .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 24,
		.max_entries = 2, .btf = btf, .btf_key_type_id = u32, .btf_value_type_id = type });
	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_ANY), 0);
	/* bytes below ' ' are not text */
	assert_prints(ARGS("map", "dump", own_name()),
		      "3  { .delta = -5, .comm = { 97, 27, 91, 49, 109, 0, 0, 0 }, .pair = { 6, 7 } }\n");
	assert_prints(ARGS("map", "set", own_name(), "3",
			   "u64:1 \"in\\\"it\" hex:000000 u32:1 u32:2"), "");
	assert_prints(ARGS("map", "get", own_name(), "3"),
		      "{ .delta = 1, .comm = \"in\\x22it\", .pair = { 1, 2 } }\n");
	assert_shows(ARGS("map", "-j", "get", own_name(), "3"),
		     ",\"value_typed\":{\"delta\":1,\"comm\":\"in\\\"it\",\"pair\":[1,2]}}\n");
	assert_has(",\"key_number\":3,\"key_typed\":3,\"value\":\"");
	/* the BTF's maps, and its types */
	assert_shows(ARGS("btf", "-j", "list"), text(",\"maps\":[%u]}\n", objects_map_id(map)));
	assert_prints(ARGS("btf", "dump", text("%u", objects_btf_id(btf)), "event"),
		      text("%6d  struct      event  size 24  3 inside\n"
			   "        +0  long delta\n"
			   "        +8  char[8] comm\n"
			   "        +16  unsigned int[2] pair\n", type));
	close(map);
	close(btf);
}
END_TEST

/* Enumerations of every size, signed and unsigned, and long arrays. */
START_TEST(test_map_enums)
{
	enum { LONG = 1025, FLAG = (int)(1u << 31) };
	static const char strings[] = "\0int\0small\0NEG\0wide\0MAX\0all\0s\0w\0a\0b";
	static const struct {
		struct btf_header header;
		struct btf_type integer;
		uint32_t encoding;
		struct btf_type small;
		struct btf_enum negative;
		struct btf_type wide;
		uint32_t most[3];
		struct btf_type array;
		struct btf_array bytes;
		struct btf_type byte;
		uint32_t byte_encoding;
		struct btf_type all;
		struct btf_member members[4];
		char strings[sizeof strings];
	} types = {
		.header = { .magic = 0xeb9f, .version = 1, .hdr_len = sizeof types.header,
			    .type_len = offsetof(typeof(types), strings) - sizeof types.header,
			    .str_off = offsetof(typeof(types), strings) - sizeof types.header,
			    .str_len = sizeof strings },
		.integer = { 1, BTF_KIND_INT << 24, { 4 } },
		.encoding = BTF_INT_SIGNED << 24 | 32,
		.small = { 5, FLAG | BTF_KIND_ENUM << 24 | 1, { 1 } },
		.negative = { 11, -1 },
		.wide = { 15, BTF_KIND_ENUM64 << 24 | 1, { 8 } },
		.most = { 20, ~0u, ~0u },
		.array = { 0, BTF_KIND_ARRAY << 24, { 0 } },
		.bytes = { 5, 1, LONG },
		.byte = { 1, BTF_KIND_INT << 24, { 1 } },
		.byte_encoding = 8,
		.all = { 24, BTF_KIND_STRUCT << 24 | 4, { 8 + 8 + 1032 } },
		.members = { { 28, 2, 0 }, { 32, 2, 8 }, { 30, 3, 64 }, { 34, 4, 128 } },
		.strings = "\0int\0small\0NEG\0wide\0MAX\0all\0s\0w\0a\0b",
	};
	unsigned char value[8 + 8 + 1032] = { 0xff, 0xfd, [8] = 255, 255, 255, 255, 255, 255, 255, 255 };
	int map, btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = &types, .size = offsetof(typeof(types), strings) + sizeof strings });
	const uint32_t key = 0;
	char *at;

	if (btf == -EINVAL)
		SKIP("no enumerations of 64 bits: before 6.0");
	ck_assert_int_gt(btf, 2);
	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = own_name(), .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = sizeof value, .max_entries = 1, .btf = btf, .btf_key_type_id = 1,
		.btf_value_type_id = 6 });
	ck_assert_int_gt(map, 2);
	for (unsigned i = 0; i < LONG; i++)
		value[16 + i] = i % 7;
	ck_assert_int_eq(rawbpf_map_update(map, &key, value, BPF_ANY), 0);
	assert_shows(ARGS("map", "get", own_name(), "0"), "{ .s = NEG, .a = -3, .w = MAX, .b = { 0, 1, ");
	at = strstr(end.out, ".b = { ") + 7;
	for (unsigned i = 0; i < LONG; i++, at += 3)
		ck_assert_int_eq(strncmp(at, text(i + 1 < LONG ? "%u, " : "%u }", i % 7), 3), 0);
	ck_assert_str_eq(at, " }\n");
	assert_prints(ARGS("btf", "dump", text("%u", objects_btf_id(btf)), "wide"),
		      "     3  enum64      wide  size 8  1 inside\n"
		      "        MAX = 18446744073709551615\n");
	assert_shows(ARGS("btf", "-j", "dump", text("%u", objects_btf_id(btf)), "small"),
		     "[{\"name\":\"NEG\",\"value\":-1}]");
	close(map);
	close(btf);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_map_show);
	tcase_add_test(tests, test_map_array);
	tcase_add_test(tests, test_map_hash);
	tcase_add_test(tests, test_map_keys);
	tcase_add_test(tests, test_map_percpu);
	tcase_add_test(tests, test_map_queue);
	tcase_add_test(tests, test_map_bloom);
	tcase_add_test(tests, test_map_of_sockets);
	tcase_add_test(tests, test_map_large_value);
	tcase_add_test(tests, test_map_of_objects);
	tcase_add_test(tests, test_map_typed);
	tcase_add_test(tests, test_map_enums);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_map RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	command_variable = "COLUMNS=1000"; /* wide enough for all columns */
	return live_run("rawbpf_map", add_tests);
}
