/* SPDX-License-Identifier: MIT */
/* Texts of programs, and the tables that they become. */
#include "../unit.h"

#include <errno.h>
#include <string.h>

#include "print.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

/* The beginning of a program. */
#define P ".prog p\n.at none\n"

/* Check the tables of a text. */
static void check_tables(const char *text, const char *std, const char *wanted)
{
	struct parsed parsed;
	char *tables;

	parse_text(&parsed, text, strlen(text), std);
	ck_assert_msg(parsed.result == 0, "%d: %u:%u: %s\n%s", parsed.result, parsed.errors[0].at.line,
		      parsed.errors[0].at.column, parsed.errors[0].at.message, text);
	ck_assert_uint_eq(parsed.text.warning_count, 0);
	tables = tables_print(&parsed.collection);
	ck_assert_str_eq(tables, wanted);
	free(tables);
	parse_free(&parsed);
}

START_TEST(fchownat_counts)
{
	check_tables("# how often fchownat(2) is called\n"
		     ".map    count array u32 u64 1\n"
		     ".show   count \"fchownat(2) count: %\" every 1s\n"
		     "\n"
		     ".prog   counter\n"
		     ".at     syscall fchownat\n"
		     "	r1 = &count[0]\n"
		     "	r2 = 1\n"
		     "	lock *(u64 *)(r1 + 0) += r2\n"
		     "	r0 = 0\n"
		     "	exit\n", NULL,
		     "license GPL summary how often fchownat(2) is called\n"
		     "2 map count type 2 key u32 value u64 max 1\n"
		     "3 show count 'fchownat(2) count: %' every 1000\n"
		     "5 prog counter\n"
		     "6   at way 1 fchownat\n"
		     "   0 line 7 0\n"
		     "   0 value count 0\n"
		     "0: (18) r1 = map[fd:0][0]+0\n"
		     "   2 line 8 0\n"
		     "2: (b7) r2 = 1\n"
		     "   3 line 9 0\n"
		     "3: (db) lock *(u64 *)(r1 +0) += r2\n"
		     "   4 line 10 0\n"
		     "4: (b7) r0 = 0\n"
		     "   5 line 11 0\n"
		     "5: (95) exit\n");
}
END_TEST

START_TEST(ethertype_counts_and_tests)
{
	check_tables("# frames by ethertype\n"
		     ".map    frames percpu_hash u16 u64 256\n"
		     ".show   frames sort key \"%-8x %12u\" every 500ms\n"
		     ".prog   counter\n"
		     ".at     xdp\n"
		     "	.local  type 2\n"
		     "	r2 = *(u32 *)(r1 + xdp_md.data)\n"
		     "	r4 = r2 + 14\n"
		     "	if r4 > r3 goto out\n"
		     "	add frames, r10 + type\n"
		     "out:	r0 = XDP_PASS\n"
		     "	exit\n"
		     ".test   \"IPv4 is counted\" counter\n"
		     "	packet  ffffffffffff 0800 *32   # zeros\n"
		     "	map     frames[0x800] = 4\n"
		     "	helper  ktime_get_ns 100 200\n"
		     "	expect  r0 == XDP_PASS\n"
		     "	expect  frames[0x800] == 5 && count(frames) == 1\n",
		     "# a prelude\n"
		     ".macro	add map, key     # map[key]++\n"
		     "	r1 = map \\map\n"
		     "	.local	one 8\n"
		     "	r2 = \\key\n"
		     "	if r0 != 0 goto add\\@\n"
		     "	.local	one 8\n"
		     "	call some_kfunc; call map_lookup_elem\n"
		     "add\\@:\n"
		     ".endm\n",
		     "license GPL summary frames by ethertype\n"
		     "2 map frames type 5 key u16 value u64 max 256\n"
		     "3 show frames '%-8x %12u' every 500 by key\n"
		     "4 prog counter\n"
		     "5   at way 15 \n"
		     "   0 line 6 0\n"
		     "   0 local type is 2\n"
		     "   0 line 7 0\n"
		     "   0 off = xdp_md.data\n"
		     "0: (61) r2 = *(u32 *)(r1 +0)\n"
		     "   1 line 8 0\n"
		     "1: (bf) r4 = r2\n"
		     "2: (07) r4 += 14\n"
		     "   3 line 9 0\n"
		     "   3 jump out\n"
		     "3: (2d) if r4 > r3 goto pc+0\n"
		     "   4 line 10 std:3\n"
		     "   4 map frames\n"
		     "4: (18) r1 = map[fd:0]\n"
		     "   6 line 10 std:4\n"
		     "   6 local one is 8\n"
		     "   6 line 10 std:5\n"
		     "6: (bf) r2 = r10\n"
		     "   7 imm = type\n"
		     "7: (07) r2 += 0\n"
		     "   8 line 10 std:6\n"
		     "   8 jump add0\n"
		     "8: (55) if r0 != 0x0 goto pc+0\n"
		     "   9 line 10 std:7\n"
		     "   9 local one is 8\n"
		     "   9 line 10 std:8\n"
		     "   9 kfunc some_kfunc\n"
		     "9: (85) call kernel-function#0\n"
		     "10: (85) call bpf_map_lookup_elem#1\n"
		     "   11 line 10 std:9\n"
		     "   11 label add0\n"
		     "   11 line 11 0\n"
		     "   11 label out\n"
		     "   11 imm = XDP_PASS\n"
		     "11: (b7) r0 = 0\n"
		     "   12 line 12 0\n"
		     "12: (95) exit\n"
		     "13 test 'IPv4 is counted' counter\n"
		     "14   packet 'ffffffffffff 0800 *32'\n"
		     "15   map  (frames[2048] == 4)\n"
		     "16   helper 'ktime_get_ns 100 200'\n"
		     "17   expect  (r0 == XDP_PASS)\n"
		     "18   expect  ((frames[2048] == 5) && (count(frames) == 1))\n");
}
END_TEST

/* Structs of the prelude are read if the text uses them: as a type, a symbol or a sizeof(). */
START_TEST(structs_of_the_prelude_are_read_if_used)
{
	static const char std[] = ".struct head\n\tu64 time clock\n\tinner in\n"
				  ".struct inner\n\tu8 x[2]\n.struct unused\n\tu8 y\n";

	check_tables(".struct event\n\thead head\n\tchar name[4 * N] string\n\tu64 f flags O_\n"
		     "\ts32 e errno\n\tu8 a[16] address family port\n"
		     "\tu16 p port be\n\tu64 u user string\n.set N 8\n", std,
		     "license GPL summary \n"
		     "1 struct event\n"
		     "2   head head\n"
		     "3   char name count (4 * N) present 1\n"
		     "4   u64 f present 8 O_ \n"
		     "5   s32 e present 5\n"
		     "6   u8 a count 16 present 15 family port\n"
		     "7   u16 p present 17\n"
		     "8   u64 u present 20\n"
		     "std:1 struct head\n"
		     "std:2   u64 time present 12\n"
		     "std:3   inner in\n"
		     "std:4 struct inner\n"
		     "std:5   u8 x count 2\n"
		     "9 set N = 8\n");
}
END_TEST

START_TEST(a_texts_struct_and_macro_replace_those_of_the_prelude)
{
	static const char std[] = ".struct head\n\tu64 time\n.macro two\n\tr2 = 1\n.endm\n";

	check_tables(".struct head\n\tu8 own\n.ring events head 64k\n.macro two\nr2 = 2\n.endm\n"
		     ".prog p\n.at none\ntwo; exit\n", std,
		     "license GPL summary \n"
		     "1 struct head\n"
		     "2   u8 own\n"
		     "3 map events type 27 value head max 65536\n"
		     "7 prog p\n"
		     "8   at way 0 \n"
		     "   0 line 9 5\n"
		     "0: (b7) r2 = 2\n"
		     "   1 line 9 0\n"
		     "1: (95) exit\n");
}
END_TEST

START_TEST(places_of_every_way)
{
	check_tables(".map jumps prog_array u32 u32 4\n.prog p\n.at tail jumps[N] xdp\n"
		     ".at tail jumps[1] cgroup inet_egress\nexit\n", "",
		     "license GPL summary \n"
		     "1 map jumps type 3 key u32 value u32 max 4\n"
		     "2 prog p\n"
		     "3   at way 15  tail jumps expr N\n"
		     "4   at way 17 inet_egress tail jumps expr 1\n"
		     "   0 line 5 0\n"
		     "0: (95) exit\n");
	check_tables(".param libc \"libc.so.6\" \"-l FILE: where it is\"\n"
		     ".param least 5 \"-m MS: only from then on\"\n"
		     ".struct event\n\tu8 a\n"
		     ".prog p sleepable\n"
		     ".at syscall openat (c.dirfd, c.path, c.flags = O_CREAT | 1)\n"
		     ".at sysret openat open -> ret: s32\n"
		     ".at kprobe f(_, a: request, b:u32)\n"
		     ".or raw_tp g()\n"
		     ".at kretprobe h maxactive 64 (x) -> r\n"
		     ".at fentry f\n.at fexit f(a) -> r\n.at lsm file_open(f)\n.at tp_btf t(x)\n"
		     ".at tracepoint syscalls:sys_enter_open\n"
		     ".at uprobe libc:getaddrinfo(name)\n.at uretprobe \"/bin/a b\":main -> r\n"
		     ".at iter task -> event\n.at iter task\n.at perf 99\n"
		     ".at xdp\n.at xdp \"eth0\"\n.at tc ingress\n.at tc libc egress\n"
		     ".at cgroup connect4\n.at cgroup connect4 \"/sys/fs/cgroup\"\n.at socket\n"
		     "exit\n", "",
		     "license GPL summary \n"
		     "3 struct event\n"
		     "4   u8 a\n"
		     "1 param libc = 'libc.so.6' '-l FILE: where it is'\n"
		     "2 param least = 5 '-m MS: only from then on'\n"
		     "5 prog p sleepable\n"
		     "6   at way 1 openat args 0:c.dirfd 1:c.path -2:c.flags = (O_CREAT | 1)\n"
		     "7   at way 2 openat args -1:ret:s32\n"
		     "7   at way 2 open args -1:ret:s32\n"
		     "8   at way 3 f args 1:a:request 2:b:u32\n"
		     "9   or way 9 g args\n"
		     "10   at way 4 h expr 64 args 0:x -1:r\n"
		     "11   at way 5 f\n"
		     "12   at way 6 f args 0:a -1:r\n"
		     "13   at way 7 file_open args 0:f\n"
		     "14   at way 8 t args 0:x\n"
		     "15   at way 10 syscalls:sys_enter_open\n"
		     "16   at way 11 libc getaddrinfo param args 0:name\n"
		     "17   at way 12 /bin/a b main args -1:r\n"
		     "18   at way 13 task event\n"
		     "19   at way 13 task\n"
		     "20   at way 14  expr 99\n"
		     "21   at way 15 \n"
		     "22   at way 15 eth0\n"
		     "23   at way 16  ingress\n"
		     "24   at way 16 libc egress param\n"
		     "25   at way 17 connect4\n"
		     "26   at way 17 connect4 /sys/fs/cgroup\n"
		     "27   at way 18 \n"
		     "   0 line 28 0\n"
		     "0: (95) exit\n");
}
END_TEST

/* Instructions, and the text of each between the program's beginning and its end. */
static const struct {
	const char *text, *tables;
} statements[] = {
	/* numbers of the text alone are not left for later */
	{ "r1 = 1 << 4 | 3", "0: (b7) r1 = 19\n" },
	{ "r1 = (1 + 2) * 4 - 20 / 3", "0: (b7) r1 = 6\n" },
	{ "r1 = !0 + (3 > 2) + (2 < 1) + (1 == 1 && 0 != 1 || 0)", "0: (b7) r1 = 3\n" },
	{ "r1 = -(2 - 'a')", "0: (b7) r1 = 95\n" },
	{ "r1 = 1 << 40 >> 38", "0: (b7) r1 = 4\n" },
	{ "r1 = 0x100000000 - 1 ll", "0: (18) r1 = 0xffffffff\n" },
	{ "*(u32 *)(r10 + -8) = 5", "0: (62) *(u32 *)(r10 -8) = 5\n" },
	{ "goto +0", "0: (05) goto pc+0\n" },
	/* names, where a number may stand */
	{ "r1 = A", "   0 imm = A\n0: (b7) r1 = 0\n" },
	{ "r1 = A ll", "   0 imm64 = A\n0: (18) r1 = 0x0\n" },
	{ "r1 = A + 1 ll", "   0 imm64 = (A + 1)\n0: (18) r1 = 0x0\n" },
	{ "r1 += -A", "   0 imm = -A\n0: (07) r1 += 0\n" },
	{ "w1 &= A | B & C << 1", "   0 imm = (A | (B & (C << 1)))\n0: (54) w1 &= 0\n" },
	{ "if r1 & A goto +1", "   0 imm = A\n0: (45) if r1 & 0x0 goto pc+1\n" },
	{ "if r1 s> A - 1 goto +1", "   0 imm = (A - 1)\n0: (65) if r1 s> 0x0 goto pc+1\n" },
	{ "if w1 == (A) goto +1", "   0 imm = A\n0: (16) if w1 == 0x0 goto pc+1\n" },
	{ "r1 = *(u64 *)(r2 + s.f + 8)", "   0 off = (s.f + 8)\n0: (79) r1 = *(u64 *)(r2 +0)\n" },
	{ "r1 = *(u64 *)(r2 - s.f)", "   0 off = -s.f\n0: (79) r1 = *(u64 *)(r2 +0)\n" },
	{ "*(u8 *)(r2 + A) = sizeof(s.f)",
	  "   0 off = A\n   0 imm = sizeof(s.f)\n0: (72) *(u8 *)(r2 +0) = 0\n" },
	{ "lock *(u64 *)(r1 + A) += r2", "   0 off = A\n0: (db) lock *(u64 *)(r1 +0) += r2\n" },
	{ "r1 = atomic_fetch_add((u64 *)(r2 + A), r1)",
	  "   0 off = A\n0: (db) r1 = atomic64_fetch_add((u64 *)(r2 +0), r1)\n" },
	{ "r1 = exists(a.b) + sizeof(u64)", "   0 imm = (exists(a.b) + sizeof(u64))\n0: (b7) r1 = 0\n" },
	{ "r1 = -1 - A * 4294967296",
	  "   0 imm = (-1 - (A * 0x100000000))\n0: (b7) r1 = 0\n" },
	{ "r1 = A + 0xffffffff00000000 ll",
	  "   0 imm64 = (A + 0xffffffff00000000)\n0: (18) r1 = 0x0\n" },
	/* what begins no expression */
	{ "r1 = -r1", "0: (87) r1 = -r1\n" },
	{ "r1 = (s8)r2", "0: (bf) r1 = (s8)r2\n" },
	{ "r1 = -5", "0: (b7) r1 = -5\n" },
	/* statements of collections */
	{ "r1 = r10 - 8", "0: (bf) r1 = r10\n1: (07) r1 += -8\n" },
	{ "r1 = r1 + 8", "0: (07) r1 += 8\n" },
	{ "w1 = w2 + A", "0: (bc) w1 = w2\n   1 imm = A\n1: (04) w1 += 0\n" },
	{ "r1 = &m[8]", "   0 value m 8\n0: (18) r1 = map[fd:0][0]+0\n" },
	{ "r1 = &m[c.limit]", "   0 value m c.limit\n0: (18) r1 = map[fd:0][0]+0\n" },
	{ "r1 = map m", "   0 map m\n0: (18) r1 = map[fd:0]\n" },
	/* labels and functions */
	{ "if r1 > r2 goto a; a: exit",
	  "   0 jump a\n0: (2d) if r1 > r2 goto pc+0\n   1 label a\n1: (95) exit\n" },
	{ "gotol a\na: exit",
	  "   0 jump a\n0: (06) gotol pc+0\n   1 line 5 0\n   1 label a\n1: (95) exit\n" },
	{ "call a; exit; a: exit",
	  "   0 call a\n0: (85) call pc+0\n1: (95) exit\n   2 label a\n2: (95) exit\n" },
	{ "r1 = a ll; exit; a: exit",
	  "   0 func a\n0: (18) r1 = subprog[+0]\n2: (95) exit\n   3 label a\n3: (95) exit\n" },
	{ "call bpf_get_smp_processor_id", "0: (85) call bpf_get_smp_processor_id#8\n" },
	{ "call bpf_task_from_pid", "   0 kfunc bpf_task_from_pid\n0: (85) call kernel-function#0\n" },
	/* a label of another program is none of this one */
	{ "exit\nl: exit\n.prog q\n.at none\nl: goto l",
	  "0: (95) exit\n   1 line 5 0\n   1 label l\n1: (95) exit\n6 prog q\n7   at way 0 \n"
	  "   0 line 8 0\n   0 label l\n   0 jump l\n0: (05) goto pc+0\n" },
	/* conditions and data */
	{ ".if A\nexit\n.else\nexit\n.endif",
	  "   0 if = A\n   0 line 5 0\n0: (95) exit\n   1 line 6 0\n   1 else\n   1 line 7 0\n"
	  "1: (95) exit\n   2 line 8 0\n   2 endif\n" },
	{ ".local x\nexit", "   0 line 5 0\n0: (95) exit\n" },
	{ ".quad 0x95", "0: (95) exit\n" },
	{ "r1 = 5 // a comment", "0: (b7) r1 = 5\n" },
	{ "/* one */ exit /* two */", "0: (95) exit\n" },
};

START_TEST(statements_become_slots_and_steps)
{
	char text[512], wanted[1024];
	const char *tables = statements[_i].tables;

	snprintf(text, sizeof text, ".map m array 4 16 1\n.prog p\n.at none\n%s\n", statements[_i].text);
	snprintf(wanted, sizeof wanted,
		 "license GPL summary \n1 map m type 2 key 4 value 16 max 1\n"
		 "2 prog p\n3   at way 0 \n%s%s",
		 strncmp(statements[_i].text, ".local x\n", 9) == 0 ? "" : "   0 line 4 0\n", tables);
	check_tables(text, "", wanted);
}
END_TEST

/* The maps that the prelude names appear where they are used. */
START_TEST(maps_of_the_prelude)
{
	check_tables(".struct event\n\tu8 a\n.prog p\n.at none\nr1 = map scratch_event\n"
		     "r1 = map scratch_event\nr1 = &std_counts[8]\nexit\n", "",
		     "license GPL summary \n"
		     "1 struct event\n"
		     "2   u8 a\n"
		     "5 map scratch_event type 6 key u32 value event max 1\n"
		     "7 map std_counts type 2 key u32 value 16 max 1\n"
		     "3 prog p\n"
		     "4   at way 0 \n"
		     "   0 line 5 0\n"
		     "   0 map scratch_event\n"
		     "0: (18) r1 = map[fd:0]\n"
		     "   2 line 6 0\n"
		     "   2 map scratch_event\n"
		     "2: (18) r1 = map[fd:0]\n"
		     "   4 line 7 0\n"
		     "   4 value std_counts 8\n"
		     "4: (18) r1 = map[fd:0][0]+0\n"
		     "   6 line 8 0\n"
		     "6: (95) exit\n");
}
END_TEST

static const struct {
	const char *text, *tables;
} macros[] = {
	{ ".macro m a, b=5 , c=r2 + 1 # no\n r1 = \\a;r2 = \\b\n r3 = \\c\n.endm\n" P "m 1\nm 2,3,r1",
	  "   0 line 8 3\n0: (b7) r1 = 1\n1: (b7) r2 = 5\n   2 line 8 4\n2: (bf) r3 = r2\n"
	  "3: (07) r3 += 1\n   4 line 9 3\n4: (b7) r1 = 2\n5: (b7) r2 = 3\n   6 line 9 4\n"
	  "6: (bf) r3 = r1\n" },
	/* an argument ends at a comma outside of brackets and quotes */
	{ ".macro m a, b\n \\a\n r1 = \\b\n.endm\n" P "m r1 = atomic_fetch_or((u64 *)(r2 + 0), r1), ','",
	  "   0 line 8 3\n0: (db) r1 = atomic64_fetch_or((u64 *)(r2 +0), r1)\n   1 line 8 4\n"
	  "1: (b7) r1 = 44\n" },
	{ ".macro m k\n call probe_read_\\k\\()_str\n.endm\n" P "m user",
	  "   0 line 7 3\n0: (85) call bpf_probe_read_user_str#114\n" },
	/* \@ counts calls, also those in macros */
	{ ".macro m\nl\\@: exit\n.endm\n.macro n\nm\nn\\@: goto n\\@\n.endm\n" P "n\nm",
	  "   0 line 11 3\n   0 label l1\n0: (95) exit\n   1 line 11 7\n   1 label n0\n   1 jump n0\n"
	  "1: (05) goto pc+0\n   2 line 12 3\n   2 label l2\n2: (95) exit\n" },
	{ ".macro m\n.if A\nexit\n.endif\n.endm\n" P "a: m; exit",
	  "   0 line 9 0\n   0 label a\n   0 line 9 3\n   0 if = A\n   0 line 9 4\n0: (95) exit\n"
	  "   1 line 9 5\n   1 endif\n   1 line 9 0\n1: (95) exit\n" },
};

START_TEST(macros_are_replaced_as_text)
{
	struct parsed parsed;
	char text[512], *tables, *steps;

	snprintf(text, sizeof text, "\n%s\n", macros[_i].text);
	parse_text(&parsed, text, strlen(text), "");
	ck_assert_msg(parsed.result == 0, "%s: %s", text, parsed.errors[0].at.message);
	tables = tables_print(&parsed.collection);
	steps = strstr(tables, "   0 line");
	ck_assert_str_eq(steps, macros[_i].tables);
	free(tables);
	parse_free(&parsed);
}
END_TEST

/* What clang -S prints, behind .prog and .at. Numbers have one byte: no order of bytes. */
START_TEST(sections_of_data_become_maps)
{
	static const char text[] =
		P "	.text\n	.globl f\n	.type f,@function\nf:\n"
		"	r1 = fmt ll\n	r2 = .L.str+2 ll\n	r3 = zeros ll\n	r4 = nothing ll\n"
		"	exit\n.Lend:\n	.size f, .Lend-f\n"
		"	.section .rodata.str1.1,\"aMS\",@progbits,1\n"
		"fmt:	.asciz \"a\\n\\x41\\101\\\\\", \"b\"\n	.ascii \"cd\"\n"
		"	.section	license,\"aw\",@progbits\n_license:\n	.asciz \"Dual BSD/GPL\"\n"
		"	.data\n	.byte 7\n	.p2align 2\n.L.str: .byte 1, -2, 1 + 2\n"
		"	.bss\nzeros:	.zero 16\n"
		"	.section .debug_info,\"\",@progbits\n	.long x-y\nx:\n";
	struct parsed parsed;
	char *tables;

	parse_text(&parsed, text, strlen(text), "");
	ck_assert_msg(parsed.result == 0, "%u: %s", parsed.errors[0].at.line,
		      parsed.errors[0].at.message);
	ck_assert_uint_eq(parsed.text.warning_count, 1);
	ck_assert_str_eq(parsed.warnings[0].at.message,
			 "section '.debug_info' has no instructions and is skipped");
	tables = tables_print(&parsed.collection);
	ck_assert_str_eq(tables,
			 "license Dual BSD/GPL summary \n"
			 "1 map .rodata type 2 key u32 value 10 max 1 flags 128 "
			 "bytes 61 0a 41 41 5c 00 62 00 63 64\n"
			 "1 map .data type 2 key u32 value 7 max 1 bytes 07 00 00 00 01 fe 03\n"
			 "1 map .bss type 2 key u32 value 16 max 1\n"
			 "1 prog p\n"
			 "2   at way 0 \n"
			 "   0 line 6 0\n"
			 "   0 label f\n"
			 "   0 line 7 0\n"
			 "   0 value .rodata 0\n"
			 "0: (18) r1 = map[fd:0][0]+0\n"
			 "   2 line 8 0\n"
			 "   2 value .data (4 + 2)\n"
			 "2: (18) r2 = map[fd:0][0]+0\n"
			 "   4 line 9 0\n"
			 "   4 value .bss 0\n"
			 "4: (18) r3 = map[fd:0][0]+0\n"
			 "   6 line 10 0\n"
			 "   6 imm64 = nothing\n"
			 "6: (18) r4 = 0x0\n"
			 "   8 line 11 0\n"
			 "8: (95) exit\n"
			 "   9 line 12 0\n"
			 "   9 label .Lend\n");
	free(tables);
	parse_free(&parsed);
}
END_TEST

static const struct {
	const char *text, *license, *summary;
} firsts[] = {
	{ "", "GPL", "" },
	{ "# one\n# two\n", "GPL", "one" },
	{ "#!/usr/bin/rawbpf run\n# SPDX-License-Identifier: MIT\n\n#   two  ", "GPL", "two  " },
	{ "//three\n.license Dual MIT/GPL\n", "Dual MIT/GPL", "three" },
	{ ".license \"a \\\"b\\\\\"\n# four\n", "a \"b\\", "" },
};

START_TEST(license_and_summary)
{
	struct parsed parsed;

	parse_text(&parsed, firsts[_i].text, strlen(firsts[_i].text), NULL);
	ck_assert_int_eq(parsed.result, 0);
	ck_assert_str_eq(&parsed.collection.strings[parsed.collection.license], firsts[_i].license);
	ck_assert_str_eq(&parsed.collection.strings[parsed.collection.summary], firsts[_i].summary);
	parse_free(&parsed);
}
END_TEST

START_TEST(equal_texts_are_one_string)
{
	static const char text[] = ".param a \"x y\" \"-a N: x\"\n.param b \"x y\" \"-b N: x\"\n"
				   ".set x 1\n.set y x + x\n";
	struct parsed parsed;
	const struct rawbpf_collection *c = &parsed.collection;

	parse_text(&parsed, text, strlen(text), "");
	ck_assert_int_eq(parsed.result, 0);
	ck_assert_uint_eq(c->params[0].text, c->params[1].text);
	ck_assert_str_eq(&c->strings[c->params[0].text], "x y");
	ck_assert_uint_eq(c->strings[0], 0);
	ck_assert_uint_eq(c->strings[c->string_count - 1], 0);
	/* "", "a", "x y", "-a N: x", "b", "-b N: x", "x", "y", "GPL" */
	ck_assert_uint_eq(c->string_count, 1 + 2 + 4 + 8 + 2 + 8 + 2 + 2 + 4);
	parse_free(&parsed);
}
END_TEST

/* With any less memory than enough, the result is -ENOSPC, and no byte behind it is written. */
START_TEST(too_little_memory)
{
	static const char text[] = ".map m array u32 u64 1\n" P "r1 = &m[A]\ngoto out\nout: exit\n";
	struct rawbpf_collection collection;
	struct rawbpf_collection_text input = { .text = text, .length = strlen(text), .std = "" };
	size_t size = 0;
	int result;

	do {
		unsigned char *memory = malloc(size + 1);

		memory[size] = 0xa5;
		input.memory = memory;
		input.memory_size = size;
		result = rawbpf_collection_parse(&collection, &input);
		ck_assert(result == 0 || result == -ENOSPC);
		ck_assert_uint_eq(memory[size], 0xa5);
		free(memory);
		size += 8;
	} while (result);
	ck_assert_uint_gt(size, 1024);
	ck_assert_uint_lt(size, rawbpf_collection_memory_size(strlen(text)));
	input.memory = NULL;
	ck_assert_int_eq(rawbpf_collection_parse(&collection, &input), -ENOSPC);
}
END_TEST

/* A text of `count` times the same line. */
static int parse_repeated(const char *before, const char *line, unsigned count, unsigned *errors)
{
	size_t length = strlen(before) + count * strlen(line);
	char *text = malloc(length + 1), *at = text + sprintf(text, "%s", before);
	struct parsed parsed;

	for (unsigned i = 0; i < count; i++)
		at += sprintf(at, "%s", line);
	parse_text(&parsed, text, length, "");
	*errors = parsed.text.error_count;
	parse_free(&parsed);
	free(text);
	return parsed.result;
}

/* The line and the limit of what is too much. */
static void assert_limit(const char *before, const char *line, unsigned count, unsigned at,
			 const char *message)
{
	size_t length = strlen(before) + count * strlen(line);
	char *text = malloc(length + 1), *end = text + sprintf(text, "%s", before);
	struct parsed parsed;

	for (unsigned i = 0; i < count; i++)
		end += sprintf(end, "%s", line);
	parse_text(&parsed, text, length, "");
	ck_assert_int_eq(parsed.result, -E2BIG);
	ck_assert_uint_eq(parsed.text.error_count, 1);
	ck_assert_str_eq(parsed.text.errors[0].at.message, message);
	ck_assert_uint_eq(parsed.text.errors[0].at.line, at);
	parse_free(&parsed);
	free(text);
}

START_TEST(limits_are_said)
{
	assert_limit("", "\n", 32768, 32768, "a file has at most 32767 lines");
	assert_limit(P, "exit;exit;exit;exit\n", 16500, 16379, "a file has at most 65535 instructions");
}
END_TEST

START_TEST(what_is_too_big)
{
	unsigned errors;

	struct rawbpf_collection_text long_text = { .text = "", .length = 1 << 28, .error_count = 7 };
	struct rawbpf_collection collection;

	ck_assert_int_eq(rawbpf_collection_parse(&collection, &long_text), -E2BIG);
	ck_assert_uint_eq(long_text.error_count, 0);
	/* lines */
	ck_assert_int_eq(parse_repeated("", "\n", 32767, &errors), 0);
	ck_assert_int_eq(parse_repeated(P, "exit\n", 32765, &errors), 0);
	ck_assert_int_eq(parse_repeated("", "\n", 32768, &errors), -E2BIG);
	/* rows of a table */
	ck_assert_int_eq(parse_repeated(P, "exit;exit;exit;exit\n", 16000, &errors), 0);
	ck_assert_int_eq(parse_repeated(P, "exit;exit;exit;exit\n", 16500, &errors), -E2BIG);
	/* lines that macros make, and what makes no line */
	ck_assert_int_eq(parse_repeated(".macro m\n#\n#\n#\n.endm\n" P, "m\n", 21845, &errors), 0);
	ck_assert_int_eq(parse_repeated(".macro m\n#\n#\n#\n.endm\n" P, "m\n", 21846, &errors), -E2BIG);
	ck_assert_uint_eq(errors, 1);
	/* 16 to the power of 7 lines */
	ck_assert_int_eq(parse_repeated(
		".macro a\nb;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b\n.endm\n"
		".macro b\nc;c;c;c;c;c;c;c;c;c;c;c;c;c;c;c\n.endm\n"
		".macro c\nd;d;d;d;d;d;d;d;d;d;d;d;d;d;d;d\n.endm\n"
		".macro d\ne;e;e;e;e;e;e;e;e;e;e;e;e;e;e;e\n.endm\n"
		".macro e\nf;f;f;f;f;f;f;f;f;f;f;f;f;f;f;f\n.endm\n"
		".macro f\ng;g;g;g;g;g;g;g;g;g;g;g;g;g;g;g\n.endm\n.macro g\n\n.endm\n" P,
		"a\n", 1, &errors), -E2BIG);
	ck_assert_uint_eq(errors, 1);
}
END_TEST

static const struct {
	const char *text;
	int has;
} haves[] = {
	{ ".prog p", 1 }, { "r1 = 5\n \t.prog\n", 1 }, { ".prog", 1 },
	{ "", 0 }, { "r1 = 5; exit", 0 }, { "# .prog p", 0 }, { ".program p", 0 }, { ".map .prog", 0 },
};

START_TEST(a_text_with_prog_is_a_collection)
{
	ck_assert_int_eq(rawbpf_collection_has(haves[_i].text, strlen(haves[_i].text)), haves[_i].has);
}
END_TEST

/* Read a file of the source tree. */
static const char *source_read(const char *name, size_t *length)
{
	static char text[65536];
	char path[512];
	FILE *file;

	snprintf(path, sizeof path, SOURCES "/%s", name);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	*length = fread(text, 1, sizeof text, file);
	fclose(file);
	return text;
}

/* The tools of examples/tools: programs, places of them, and warnings. */
static const struct {
	const char *name;
	unsigned progs, places, maps;
} tools[] = {
	{ "biolatency", 2, 6, 3 },  { "capable", 1, 3, 2 },    { "chrootsnoop", 2, 2, 4 },
	{ "ethertype", 1, 1, 2 },   { "execsnoop", 3, 5, 4 },  { "exitsnoop", 1, 1, 2 },
	{ "fchownat", 1, 1, 1 },    { "lookup", 2, 2, 3 },     { "modsnoop", 3, 9, 5 },
	{ "mountsnoop", 2, 10, 5 }, { "oomsnoop", 1, 2, 2 },   { "opensnoop", 2, 8, 4 },
	{ "profile", 1, 1, 3 },     { "sigsnoop", 1, 1, 2 },   { "stuck", 1, 1, 0 },
	{ "tcpconnect", 1, 8, 4 },
};

START_TEST(the_tools_are_collections)
{
	struct parsed parsed;
	char path[64];
	const char *text;
	size_t length;

	snprintf(path, sizeof path, "examples/tools/%s.bpf", tools[_i].name);
	text = source_read(path, &length);
	ck_assert_int_eq(rawbpf_collection_has(text, length), 1);
	parse_text(&parsed, text, length, NULL);
	ck_assert_msg(parsed.result == 0, "%s: %d, %u: %s", path, parsed.result, parsed.errors[0].at.line,
		      parsed.errors[0].at.message);
	ck_assert_uint_eq(parsed.text.warning_count, 0);
	ck_assert_uint_eq(parsed.collection.prog_count, tools[_i].progs);
	ck_assert_uint_eq(parsed.collection.place_count, tools[_i].places);
	ck_assert_uint_eq(parsed.collection.map_count, tools[_i].maps);
	ck_assert_uint_gt(strlen(&parsed.collection.strings[parsed.collection.summary]), 5);
	parse_free(&parsed);
}
END_TEST

/* The library has std.bpf, and it has no error, whatever of it is used. */
START_TEST(the_prelude_is_right)
{
	size_t length, file_length;
	const char *std = rawbpf_collection_std_get(&length);
	const char *file = source_read("insn/collection/std.bpf", &file_length);
	char *copy = strndup(std, length);
	struct parsed parsed;

	/* After a change of std.bpf: awk -f std.awk std.bpf >std.h */
	ck_assert(length == file_length && memcmp(std, file, length) == 0);
	parse_text(&parsed, copy, length, "");
	ck_assert_msg(parsed.result == 0, "%u: %s", parsed.errors[0].at.line,
		      parsed.errors[0].at.message);
	parse_free(&parsed);
	free(copy);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, fchownat_counts);
	tcase_add_test(tests, ethertype_counts_and_tests);
	tcase_add_test(tests, structs_of_the_prelude_are_read_if_used);
	tcase_add_test(tests, a_texts_struct_and_macro_replace_those_of_the_prelude);
	tcase_add_test(tests, places_of_every_way);
	tcase_add_loop_test(tests, statements_become_slots_and_steps, 0, COUNT(statements));
	tcase_add_test(tests, maps_of_the_prelude);
	tcase_add_loop_test(tests, macros_are_replaced_as_text, 0, COUNT(macros));
	tcase_add_test(tests, sections_of_data_become_maps);
	tcase_add_loop_test(tests, license_and_summary, 0, COUNT(firsts));
	tcase_add_test(tests, equal_texts_are_one_string);
	tcase_add_test(tests, too_little_memory);
	tcase_add_test(tests, limits_are_said);
	tcase_add_test(tests, what_is_too_big);
	tcase_add_loop_test(tests, a_text_with_prog_is_a_collection, 0, COUNT(haves));
	tcase_add_loop_test(tests, the_tools_are_collections, 0, COUNT(tools));
	tcase_add_test(tests, the_prelude_is_right);
}

int main(void)
{
	return unit_run("collection", add_tests);
}
