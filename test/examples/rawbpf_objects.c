/* SPDX-License-Identifier: MIT */
/*
 * rawbpf prog, map, link and btf from outside, on objects of the test's own. The first argument is
 * the command's path.
 */
#include "../attach/cgroups.h"
#include "../command.h"
#include "../object/objects.h"
#include "printed.h"

#include <net/if.h>
#include <rawbpf/btf.h>
#include <rawbpf/info.h>
#include <rawbpf/net.h>

static unsigned id_of_map(int map)
{
	struct rawbpf_map_info info = { .type = 0 };

	ck_assert_int_eq(rawbpf_map_info(&info, map), 0);
	return info.id;
}

static unsigned id_of_link(int link)
{
	struct rawbpf_link_info info = { .type = 0 };

	ck_assert_int_eq(rawbpf_link_info(&info, link), 0);
	return info.id;
}

static unsigned id_of_btf(int btf)
{
	struct rawbpf_btf_info info = { .id = 0 };

	ck_assert_int_eq(rawbpf_btf_info(&info, btf), 0);
	return info.id;
}

static const char *id_text(unsigned id)
{
	return text("%u", id);
}

/* -------------------------------------------------------------------------- programs */

/* Return the bytes that the kernel reports for a program. */
static long long memory_of(int prog)
{
	char path[64], line[256];
	long long memory = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", prog);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file))
		sscanf(line, "memlock: %lld", &memory);
	fclose(file);
	return memory;
}

/* Return this process as a program's holder. Its name has a byte to escape. */
static const char *holder(int json)
{
	static char words[64];

	snprintf(words, sizeof words, json ? "{\"pid\":%d,\"comm\":\"a\\u000ab\"}" : "%d a\\x0ab",
		 (int)getpid());
	return words;
}

START_TEST(test_prog_show)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);
	struct rawbpf_prog_info info = { .type = 0 };
	char loaded[64], *line;

	prctl(PR_SET_NAME, "a\nb");
	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	command_run(&end, NULL, ARGS("prog", "show", own_name()));
	ck_assert_str_eq(end.err, "");
	/* the test knows only the form of the loading time */
	line = strstr(end.out, "\nloaded ");
	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(sscanf(line, "\nloaded %*d-%*d-%*d %63[0-9:]\n", loaded), 1);
	ck_assert_uint_eq(strlen(loaded), 8);
	assert_has(text("id              %u\n"
			"type            socket_filter\n"
			"name            %s\n"
			"tag             %02x%02x%02x%02x%02x%02x%02x%02x\n"
			"uid             %u\n", info.id, own_name(), info.tag[0], info.tag[1],
			info.tag[2], info.tag[3], info.tag[4], info.tag[5], info.tag[6],
			info.tag[7], getuid()));
	assert_has(text("\nxlated          %u\n"
			"jited           %u\n"
			"memory          %lld\n"
			"maps            %u\n"
			"held_by         %s\n"
			"gpl_compatible  yes\n", info.xlated.count * 8, info.jited.count,
			memory_of(prog), id_of_map(map), holder(0)));
	assert_has(text("\nbtf             %u\nfunctions       2\nlines           2\n", info.btf_id));
	/* the same by id, and as JSON */
	assert_shows(ARGS("prog", "show", id_text(info.id)), text("name            %s\n", own_name()));
	assert_shows(ARGS("prog", "show", "-j", id_text(info.id)),
		     text("{\"id\":%u,\"type\":\"socket_filter\",\"name\":\"%s\",\"tag\":\"", info.id,
			  own_name()));
	assert_has(text("\"memory\":%lld,\"maps\":[%u],\"held_by\":[%s],\"gpl_compatible\":true,",
			memory_of(prog), id_of_map(map), holder(1)));
	ck_assert_int_eq(command_lines(end.out), 1);
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_prog_list)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);

	assert_shows(ARGS("prog", "list"), text("  socket_filter"));
	ck_assert_int_eq(strncmp(end.out + strspn(end.out, " "), "ID  TYPE ", 9), 0);
	assert_has(text("%u  socket_filter ", live_prog_id(prog)));
	assert_has(text("  %s ", own_name()));
	assert_shows(ARGS("prog", "-j", "list"),
		     text("{\"id\":%u,\"type\":\"socket_filter\",\"name\":\"%s\",", live_prog_id(prog),
			  own_name()));
	close(prog);
	close(map);
}
END_TEST

/* Every list, and one object of each, fits 80 columns, or COLUMNS if it is set. */
START_TEST(test_width)
{
	static const char *const members[] = { "prog", "map", "link", "btf" };
	static const struct {
		const char *variable;
		size_t width;
	} widths[] = { { NULL, 80 }, { "COLUMNS=60", 60 }, { "COLUMNS=50", 50 }, { "COLUMNS=x", 80 }, { "COLUMNS=120", 120 } };
	int map = objects_map("a_map_s_name_15", BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 1);
	int prog = objects_prog(own_name(), map);
	unsigned id = live_prog_id(prog);

	command_variable = widths[_i].variable;
	for (unsigned i = 0; i < 5; i++) {
		if (i < 4)
			command_run(&end, NULL, ARGS(members[i], "list"));
		else
			command_run(&end, NULL, ARGS("prog", "show", id_text(id)));
		ck_assert_int_eq(end.status, 0);
		for (char *line = strtok(end.out, "\n"); line; line = strtok(NULL, "\n")) {
			ck_assert_msg(strlen(line) <= widths[_i].width, "%s", line);
			ck_assert_msg(line[0] == '\0' || line[strlen(line) - 1] != ' ', "'%s'", line);
		}
	}
	close(prog);
	close(map);
}
END_TEST

/* A program's runs appear once it ran and was counted. */
START_TEST(test_prog_runs)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map), stats = rawbpf_prog_stats_open(0);
	char packet[64] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet, .repeat = 5 };

	ck_assert_int_gt(stats, 2);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	close(stats);
	assert_shows(ARGS("prog", "show", own_name()), "\nruns            5\nns_per_run      ");
	assert_shows(ARGS("prog", "list"), "  RUNS  NS PER RUN  ATTACHED");
	assert_shows(ARGS("prog", "-j", "show", own_name()), "\"runs\":5,\"ns_per_run\":");
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_prog_dump)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);

	assert_shows(ARGS("prog", "dump", own_name()),
		     text("; int main(void)\n"
			  "main:\n"
			  "; return x;  // count.c:12\n"
			  "     0: (62) *(u32 *)(r10 -4) = 0\n"
			  "     1: (bf) r2 = r10\n"
			  "     2: (07) r2 += -4\n"
			  "     3: (18) r1 = map[id:%u]\n"
			  "     5: (", id_of_map(map)));
	assert_has("call help\n");
	/* a source line can be any text */
	assert_has("\n\n; int help(void)\nhelp:\n; evil(\\x1b[31m);  // count.c:13\n");
	assert_has(": (b7) r0 = 7\n");
	assert_shows(ARGS("prog", "dump", "-j", own_name()), __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
		     "{\"slot\":0,\"bytes\":\"620afcff00000000\",\"text\":\"(62) *(u32 *)(r10 -4) = 0\","
		     "\"function\":\"main\",\"prototype\":\"int main(void)\",\"file\":\"count.c\",\"line\":12,\"column\":3,"
		     "\"source\":\"return x;\"}\n" : "");
	assert_has("\"source\":\"evil(\\u001b[31m);\"}\n");
	close(prog);
	close(map);
}
END_TEST

/*
 * A loaded program has instructions that only the verifier writes: its own registers, function
 * numbers.
 */
START_TEST(test_prog_dump_rewritten)
{
	enum { LOOP = 181 /* BPF_FUNC_loop, Linux 5.17 */ };
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_6, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_1, 10),
		BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_FUNC, 0, 0, 7, 0),
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_EMIT_CALL(LOOP),
		BPF_ALU64_REG_OFF(BPF_DIV, BPF_REG_0, BPF_REG_6, 1),
		BPF_ALU64_REG_OFF(BPF_MOD, BPF_REG_0, BPF_REG_6, 1),
		BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	struct bpf_func_info infos[2];
	struct rawbpf_prog_spec spec = {
		.name = own_name(), .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns),
	};
	int prog, btf = rawbpf_prog_btf_load(&spec, infos, 2);

	if (live_kernel() < 0x606)
		SKIP("signed division is of 6.6");
	ck_assert_int_gt(btf, 2);
	prog = rawbpf_prog_load(&spec);
	ck_assert_int_gt(prog, 2);
	assert_shows(ARGS("prog", "dump", own_name()), ": (18) r2 = subprog[");
	ck_assert(strstr(end.out, "r11") || strstr(end.out, "r12")); /* Linux 7.3: r12 */
	ck_assert_ptr_null(strstr(end.out, "invalid"));
	close(prog);
	close(btf);
}
END_TEST

/* The dump prints names for the kernel's addresses. */
START_TEST(test_prog_dump_helper)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns), BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
		.insns = insns, .insn_count = 3 });

	ck_assert_int_gt(prog, 2);
	assert_prints(ARGS("prog", "dump", own_name()),
		      "     0: (85) call bpf_ktime_get_ns#5\n"
		      "     1: (b7) r0 = 0\n"
		      "     2: (95) exit\n");
	close(prog);
}
END_TEST

START_TEST(test_prog_dump_machine)
{
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog(own_name(), map);
	struct rawbpf_prog_info info = { .type = 0 };

	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	if (info.jited.count) {
		assert_shows(ARGS("prog", "dump", "-x", own_name()), "function 0 main at 0x");
		assert_has("\n\nfunction 1 help at 0x");
		assert_has(" bytes\n     0: ");
		assert_shows(ARGS("prog", "-j", "dump", "-x", own_name()),
			     "{\"function\":0,\"name\":\"main\",\"address\":");
	} else {
		command_run(&end, NULL, ARGS("prog", "dump", "-x", own_name()));
		ck_assert_int_eq(end.status, 1);
	}
	close(prog);
	close(map);
}
END_TEST

/* ------------------------------------------------------------------------------- maps */

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
			  "memory      ", id_of_map(map), own_name()));
	assert_has("\nfrozen      no\n");
	assert_shows(ARGS("map", "list", "-j"),
		     text("{\"id\":%u,\"type\":\"lpm_trie\",\"name\":\"%s\",\"key_size\":8,\"value_size\":16,"
			  "\"max\":100,\"flags\":1,", id_of_map(map), own_name()));
	assert_shows(ARGS("map", "list"), text("%u  lpm_trie ", id_of_map(map)));
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
	assert_prints(ARGS("map", "set", own_name(), "1", id_text(live_prog_id(prog))), "");
	assert_prints(ARGS("map", "dump", own_name()), text("%s  prog %u\n", key, live_prog_id(prog)));
	assert_shows(ARGS("map", "-j", "dump", own_name()), text(",\"prog\":%u}\n", live_prog_id(prog)));
	assert_prints(ARGS("map", "delete", own_name(), "1"), "");
	close(progs);
	maps = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "in_maps", .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4, .value_size = 4,
		.max_entries = 2, .inner_map = inner });
	ck_assert_int_gt(maps, 2);
	assert_prints(ARGS("map", "set", id_text(id_of_map(maps)), "1", id_text(id_of_map(inner))), "");
	assert_prints(ARGS("map", "dump", id_text(id_of_map(maps))),
		      text("%s  map %u\n", key, id_of_map(inner)));
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
	assert_shows(ARGS("btf", "-j", "list"), text(",\"maps\":[%u]}\n", id_of_map(map)));
	assert_prints(ARGS("btf", "dump", id_text(id_of_btf(btf)), "event"),
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
	assert_prints(ARGS("btf", "dump", id_text(id_of_btf(btf)), "wide"),
		      "     3  enum64      wide  size 8  1 inside\n"
		      "        MAX = 18446744073709551615\n");
	assert_shows(ARGS("btf", "-j", "dump", id_text(id_of_btf(btf)), "small"),
		     "[{\"name\":\"NEG\",\"value\":-1}]");
	close(map);
	close(btf);
}
END_TEST

/* ------------------------------------------------------------------------------- links */

static void attach(struct rawbpf_link *link)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_RAW_TRACEPOINT, .license = "GPL",
		.insns = insns, .insn_count = 2 });

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_raw_tracepoint_attach(link, prog,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" }), 0);
	close(prog);
}

/* A process that holds only a link of a program also holds the program. */
START_TEST(test_link_holds)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;

	attach(&link);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	assert_shows(ARGS("prog", "-j", "show", id_text(info.prog_id)),
		     text("\"held_by\":[{\"pid\":%d,", (int)getpid()));
	rawbpf_link_detach(&link);
}
END_TEST

START_TEST(test_link)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;
	const char *at;

	attach(&link);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	assert_prints(ARGS("link", "show", own_name()),
		      text("id        %u\n"
			   "type      raw_tracepoint\n"
			   "prog      %u\n"
			   "name      %s\n"
			   "attached  raw tracepoint sys_enter\n"
			   "target    sys_enter\n", info.id, info.prog_id, own_name()));
	assert_prints(ARGS("link", "-j", "show", id_text(info.id)),
		      text("{\"id\":%u,\"type\":\"raw_tracepoint\",\"prog\":%u,\"name\":\"%s\","
			   "\"attached\":\"raw tracepoint sys_enter\",\"target\":\"sys_enter\"}\n",
			   info.id, info.prog_id, own_name()));
	/* the columns' width depends on all links of the machine */
	assert_shows(ARGS("link", "list"), text("%u  %s ", info.prog_id, own_name()));
	at = strstr(end.out, own_name()) + strlen(own_name());
	at += strspn(at, " ");
	ck_assert_int_eq(strncmp(at, "raw tracepoint sys_enter ", 25), 0);
	/* the program lists its link */
	assert_shows(ARGS("prog", "show", own_name()), "\nattached        raw tracepoint sys_enter\n");
	assert_shows(ARGS("prog", "show", "-j", own_name()),
		     text(",\"attached\":[{\"link\":%u,\"to\":\"raw tracepoint sys_enter\"}]", info.id));
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
}
END_TEST

START_TEST(test_link_device)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 2), BPF_EXIT_INSN() };
	struct rawbpf_link link;
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_XDP, .insns = insns, .insn_count = 2 });

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	ck_assert_int_eq(rawbpf_xdp_attach(&link, prog, if_nametoindex("lo"), 0), 0);
	assert_shows(ARGS("link", "show", id_text(id_of_link(link.fd))),
		     "\nattached  xdp lo\nifindex   1\n");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

START_TEST(test_link_cgroup)
{
	int prog = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);
	int cgroup = open(cgroups_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rawbpf_link link;
	unsigned id;

	ck_assert_int_eq(rawbpf_cgroup_attach(&link, prog, cgroup, BPF_CGROUP_DEVICE, NULL), 0);
	id = id_of_link(link.fd);
	assert_shows(ARGS("link", "show", id_text(id)),
		     text("\nattached     cgroup_device %s\nattach_type  cgroup_device\n", cgroups_path));
	assert_shows(ARGS("link", "list"), text("  cgroup_device %s", cgroups_path));
	assert_shows(ARGS("prog", "show", id_text(live_prog_id(prog))),
		     text("\nattached        cgroup_device %s\n", cgroups_path));
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(cgroup);
	close(prog);
}
END_TEST

/* The kernel's types name an iterator's target and a traced function. */
START_TEST(test_link_kernel_types)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	struct rawbpf_btf kernel;
	struct rawbpf_link link;
	int prog, id;

	if (rawbpf_btf_kernel_open(&kernel) < 0)
		SKIP("this kernel has no BTF");
	id = rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "bpf_iter_task");
	rawbpf_btf_close(&kernel);
	ck_assert_int_gt(id, 0);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = own_name(), .type = BPF_PROG_TYPE_TRACING, .license = "GPL", .insns = insns,
		.insn_count = 2, .expected_attach_type = BPF_TRACE_ITER, .attach_btf_id = id });
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_iter_attach(&link, prog, NULL), 0);
	assert_shows(ARGS("link", "show", own_name()), "\nattached  iterator task\ntarget    task\n");
	if (live_kernel() >= 0x511)
		assert_shows(ARGS("prog", "show", own_name()), "\nmade_for           bpf_iter_task\n");
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(prog);
}
END_TEST

/* ---------------------------------------------------------------- names, paths, text */

START_TEST(test_hostile_pin)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	const char *path = "/sys/fs/bpf/\033[31m\n\xff\\";

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(map, path), 0);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/two"), 0);
	assert_shows(ARGS("map", "show", path), "/sys/fs/bpf/\\x1b[31m\\x0a\\xff\\x5c");
	assert_has("/sys/fs/bpf/two");
	assert_shows(ARGS("map", "-j", "show", "/sys/fs/bpf/two"),
		     "\"/sys/fs/bpf/\\u001b[31m\\u000a\\udcff\\\\\"");
	assert_shows(ARGS("map", "list"), "\\x1b[31m\\x0a\\xff\\x5c");
	assert_fails(ARGS("prog", "show", "/sys/fs/bpf/two"), 1,
		     "rawbpf prog: /sys/fs/bpf/two is a map, not a program\n");
	assert_refused(ARGS("map", "show", "/sys/fs/bpf/none\033"), "rawbpf map: ENOENT: ");
	ck_assert_ptr_nonnull(strstr(end.err, "none\\x1b'"));
	assert_refused(ARGS("map", "show", "/dev/null"), "rawbpf map: EACCES: ");
	close(map);
}
END_TEST

/* A path is listed once, also where file systems are stacked, or within each other. */
START_TEST(test_stacked_pins)
{
	int map = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 1);

	live_mount_bpffs();
	ck_assert_int_eq(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL), 0);
	ck_assert_int_eq(mkdir("/sys/fs/bpf/in", 0700), 0);
	ck_assert_int_eq(mount("bpf", "/sys/fs/bpf/in", "bpf", 0, NULL), 0);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/one"), 0);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/in/two"), 0);
	command_run(&end, NULL, ARGS("map", "show", own_name()));
	ck_assert_msg(strstr(end.out, "pinned      /sys/fs/bpf/one /sys/fs/bpf/in/two\n") ||
		      strstr(end.out, "pinned      /sys/fs/bpf/in/two /sys/fs/bpf/one\n"), "%s", end.out);
	close(map);
}
END_TEST

START_TEST(test_btf)
{
	int btf = objects_btf();
	unsigned id = id_of_btf(btf);

	assert_prints(ARGS("btf", "dump", id_text(id)),
		      "     1  int         int  size 4  signed\n"
		      "     2  func_proto  -  int(void)\n"
		      "     3  func        main  static  int(void)\n"
		      "     4  func        help  static  int(void)\n"
		      "     5  int         \\x1b]0;int\\x5c  size 4  unsigned\n");
	assert_shows(ARGS("btf", "-j", "dump", id_text(id), "*int?"),
		     "{\"id\":5,\"kind\":\"int\",\"name\":\"\\u001b]0;int\\\\\",");
	ck_assert_int_eq(command_lines(end.out), 1);
	assert_shows(ARGS("btf", "show", id_text(id)), "\ntypes       5\nint         2\n");
	assert_fails(ARGS("btf", "dump", id_text(id), "nothing"), 1,
		     "rawbpf btf: there is no type 'nothing'\n");
	close(btf);
}
END_TEST

START_TEST(test_kernel_btf)
{
	unsigned id = 0;

	if (rawbpf_obj_id_next(&id, RAWBPF_OBJ_BTF, 0) == -ENOENT || live_kernel() < 0x50b)
		SKIP("this kernel has no BTF with a name");
	assert_shows(ARGS("btf", "show", "vmlinux"), "name        vmlinux\nof          kernel\n");
	assert_shows(ARGS("btf", "dump", "vmlinux", "list_head"),
		     "  size 16  2 inside\n"
		     "        +0  struct list_head * next\n"
		     "        +8  struct list_head * prev\n");
}
END_TEST

/* ------------------------------------------------------------------------------ errors */

START_TEST(test_not_found)
{
	int one, two;

	assert_fails(ARGS("prog", "show", "4294967295"), 1,
		     "rawbpf prog: there is no program with the id 4294967295\n");
	assert_fails(ARGS("map", "show", "no such\n"), 1,
		     "rawbpf map: no map is called 'no such\\x0a'\n");
	assert_fails(ARGS("link", "show", "nobody"), 1,
		     "rawbpf link: no link's program is called 'nobody'\n");
	assert_fails(ARGS("btf", "show", "nobody"), 1, "rawbpf btf: no BTF is called 'nobody'\n");
	assert_fails(ARGS("btf", "dump", "."), 1,
		     "rawbpf btf: no BTF is called '.'; to read the file, write ./.\n");
	assert_fails(ARGS("map", "show", "."), 1,
		     "rawbpf map: no map is called '.'; to read the file, write ./.\n");
	one = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	two = objects_map(own_name(), BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	assert_fails(ARGS("map", "dump", own_name()), 1,
		     text("rawbpf map: 2 maps are called '%s': give one of the ids: %u, %u\n", own_name(),
			  id_of_map(one), id_of_map(two)));
	close(one);
	close(two);
}
END_TEST

START_TEST(test_usage)
{
	static const char *const members[] = { "prog", "map", "link", "btf" };

	for (unsigned i = 0; i < RAWBPF_COUNT(members); i++) {
		assert_fails(ARGS(members[i], "lost"), 2,
			     text("rawbpf %s: there is no command 'lost': see rawbpf %s -h\n", members[i],
				  members[i]));
		assert_fails(ARGS(members[i], "list", "more"), 2,
			     text("usage: rawbpf %s list\n", members[i]));
		command_run(&end, NULL, ARGS(members[i], "-h"));
		ck_assert_int_eq(end.status, 0);
		ck_assert_int_le(command_lines(end.out), 24);
		command_run(&end, NULL, ARGS(members[i]));
		ck_assert_int_eq(end.status, 2);
		command_run(&end, NULL, ARGS(members[i], "-z", "list"));
		ck_assert_int_eq(end.status, 2);
		command_run(&end, command_full_stdout, ARGS(members[i], "list"));
		ck_assert_str_eq(end.err, text("rawbpf %s: writing: No space left on device\n",
					       members[i]));
		ck_assert_int_eq(end.status, 1);
	}
	assert_fails(ARGS("map", "set", "m"), 2, "usage: rawbpf map set [-n|-e] MAP [KEY] VALUE\n");
}
END_TEST

START_TEST(test_unprivileged)
{
	static const char *const members[] = { "prog", "map", "link", "btf" };

	for (unsigned i = 0; i < RAWBPF_COUNT(members); i++) {
		command_run(&end, live_be_nobody, ARGS(members[i], "list"));
		ck_assert_str_eq(end.out, "");
		ck_assert_ptr_nonnull(strstr(end.err, "CAP_SYS_ADMIN"));
		ck_assert_int_eq(command_lines(end.err), 1);
		ck_assert_int_eq(end.status, 1);
		command_run(&end, live_be_nobody, ARGS(members[i], "show", "1"));
		ck_assert_ptr_nonnull(strstr(end.err, "CAP_SYS_ADMIN"));
		ck_assert_int_eq(end.status, 1);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	char path[2048];

	live_watch_fds(tests);
	tcase_add_test(tests, test_prog_show);
	tcase_add_test(tests, test_prog_list);
	tcase_add_test(tests, test_link_holds);
	tcase_add_loop_test(tests, test_width, 0, 5);
	tcase_add_test(tests, test_prog_runs);
	tcase_add_test(tests, test_prog_dump);
	tcase_add_test(tests, test_prog_dump_rewritten);
	tcase_add_test(tests, test_prog_dump_helper);
	tcase_add_test(tests, test_prog_dump_machine);
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
	tcase_add_test(tests, test_link);
	tcase_add_test(tests, test_link_device);
	tcase_add_test(tests, test_link_kernel_types);
	tcase_add_test(tests, test_hostile_pin);
	tcase_add_test(tests, test_stacked_pins);
	tcase_add_test(tests, test_btf);
	tcase_add_test(tests, test_kernel_btf);
	tcase_add_test(tests, test_not_found);
	tcase_add_test(tests, test_usage);
	tcase_add_test(tests, test_unprivileged);
	if (!cgroups_find(path, sizeof path)) {
		printf("skip: test_link_cgroup: no cgroup v2 is mounted\n");
		return;
	}
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_test(tests, test_link_cgroup);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_objects RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	command_variable = "COLUMNS=1000"; /* wide enough for all columns */
	return live_run("rawbpf_objects", add_tests);
}
