/* SPDX-License-Identifier: MIT */
/* rawbpf step: the page's transcript, scripts, traps, hostile packets, and the ends of its work. */
#include "../command.h"
#include "stepped.h"

static struct ending end;

/* A file in the test's folder. */
static const char *file(const char *name, const void *bytes, size_t size)
{
	static char path[64];
	int fd;

	snprintf(path, sizeof path, "%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
	return path;
}

static const char *text(const char *name, const char *lines)
{
	return file(name, lines, strlen(lines));
}

/* Run the command as nobody. */
static void as_nobody(void)
{
	if (setgid(65534) < 0 || setuid(65534) < 0)
		_exit(98);
}

static void says(const char *const *arguments, int status, const char *out, const char *err)
{
	command_run(&end, geteuid() ? NULL : as_nobody, arguments);
	ck_assert_str_eq(end.err, err);
	ck_assert_str_eq(end.out, out);
	ck_assert_int_eq(end.status, status);
}

/* Two functions: the second one is called twice. */
static const char calls[] =
	"	r1 = 2\n"
	"	call twice\n"
	"	r1 = r0\n"
	"	call twice\n"
	"	exit\n"
	"twice:\n"
	"	r0 = r1\n"
	"	r0 += r1\n"
	"	exit\n";

START_TEST(test_over_calls)
{
	text("calls.s", calls);
	says(ARGS("step", "calls.s", "-x", "s; n; n; n"), 0,
	     "     1      1  r1 = 2                                r1 = 2 (was __sk_buff+0)\n"
	     "     1>     2  call twice\n"
	     "     5>     3  r1 = r0\n"
	     "     6>     4  call twice\n"
	     "    10>     5  exit\n", "");
	/* Into the call, and out of it. */
	says(ARGS("step", "calls.s", "-x", "g 2; n; n; n\ng 3;b 2;b"), 0,
	     "     2>     7  r0 = r1\n     3>     8  r0 += r1\n     4>     9  exit\n     5>     3  r1 = r0\n"
	     "     3>     8  r0 += r1\n     1>     2  call twice\n     0>     1  r1 = 2\n", "");
}
END_TEST

START_TEST(test_places)
{
	text("calls.s", calls);
	says(ARGS("step", "calls.s", "-x", "l 6; l 8; w r0; u r0 == 8; w r1; q; c"), 0,
	     "     2>     7  r0 = r1\n     3>     8  r0 += r1\n     2>     7  r0 = r1\n     9>     9  exit\n"
	     "     5>     3  r1 = r0\n", "");
	says(ARGS("step", "calls.s", "-x", "u r0 s< 4096; u r0 & 4; c"), 0,
	     "     1>     2  call twice\n     4>     9  exit\n"
	     "the program ended after 11 instructions: r0 = 8\n", "");
}
END_TEST

static const char tested[] =
	".map    dropped array u32 u64 1\n"
	".map    seen lru_hash u32 u64 4\n"
	".param  least 60 \"-m BYTES: shorter frames are dropped\"\n"
	".prog   drop\n"
	".at     xdp\n"
	"	r2 = *(u32 *)(r1 + xdp_md.data)\n"
	"	r3 = *(u32 *)(r1 + xdp_md.data_end)\n"
	"	r0 = XDP_PASS\n"
	"	r4 = r2 + opt.least\n"
	"	if r4 < r3 goto out\n"
	"	r1 = &dropped[0]\n"
	"	r2 = 1\n"
	"	lock *(u64 *)(r1 + 0) += r2\n"
	"	call ktime_get_ns\n"
	"	r0 = XDP_DROP\n"
	"out:	exit\n"
	".test   \"60 bytes are enough\" drop\n"
	"	packet  *60\n"
	"	helper  ktime_get_ns 77\n"
	"	expect  r0 == XDP_PASS\n"
	".test   \"59 are not\" drop\n"
	"	packet  *59\n"
	"	map     dropped[0] = 41\n"
	"	map     seen[7] = 1\n"
	"	helper  ktime_get_ns 77\n"
	"	expect  r0 == XDP_DROP && dropped[0] == 42 && seen[7] == 1\n"
	".test   \"the list of times is empty\" drop\n"
	"	packet  *59\n"
	"	helper  ktime_get_ns 0x\n";

/* A test that fails is gone through with its own packet, maps and helpers; its end says why. */
START_TEST(test_of_test)
{
	text("drop.bpf", tested);
	says(ARGS("step", "drop.bpf", "--test", "60 bytes are enough", "-x", "l 10; c; b 2; w dropped[0]; c"), 1,
	     "     5>    10  if r4 < r3 goto out\n"
	     "the program ended after 12 instructions: r0 = 1; line 20: got 1, expected 2\n"
	     "    10>    15  r0 = XDP_DROP\n"
	     "     8>    13  lock *(u64 *)(r1 + 0) += r2\n"
	     "the program ended after 12 instructions: r0 = 1; line 20: got 1, expected 2\n", "");
	/* Back over the call, whose value comes again; a look-up of the check changes nothing. */
	says(ARGS("step", "--test", "2", "drop.bpf", "-x", "g 10; b; s; c; b 12; c"), 0,
	     "    10>    15  r0 = XDP_DROP\n"
	     "     9>    14  call ktime_get_ns\n"
	     "    10     14  call ktime_get_ns                     r0 = 77 (was 2)\n"
	     "    10>    15  r0 = XDP_DROP\n"
	     "the program ended after 12 instructions: r0 = 1; the test passes\n"
	     "     0>     6  r2 = *(u32 *)(r1 + xdp_md.data)\n"
	     "the program ended after 12 instructions: r0 = 1; the test passes\n", "");
	command_run(&end, NULL, ARGS("step", "drop.bpf", "--test", "1", "-j", "-x", "c"));
	ck_assert_ptr_nonnull(strstr(end.out, ",\"test\":{\"passes\":false,\"line\":20,\"reason\":\"got 1, expected 2\"}}\n"));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("step", "drop.bpf", "--test", "2", "-j", "-x", "c"));
	ck_assert_ptr_nonnull(strstr(end.out, ",\"test\":{\"passes\":true}}\n"));
	says(ARGS("step", "drop.bpf", "--test", "3", "-x", "c"), 1,
	     "     9>    14  call ktime_get_ns                     trap: ktime_get_ns gets something that "
	     "is no number, and line 29 has it\n", "");
	says(ARGS("step", "drop.bpf", "--test", "4"), 1, "",
	     "rawbpf step: drop.bpf has no test '4'\n   1  60 bytes are enough\n   2  59 are not\n"
	     "   3  the list of times is empty\n");
	says(ARGS("step", "drop.bpf", "--test", "1", "--prog", "drop"), 1, "",
	     "rawbpf step: --prog beside --test: the test sets this itself\n");
}
END_TEST

/* Options of the text, on both sides of the stepper's own; elements of maps. */
START_TEST(test_options)
{
	text("drop.bpf", tested);
	says(ARGS("step", "drop.bpf", "-x", "g 5", "-m", "70"), 0, "     5>    10  if r4 < r3 goto out\n", "");
	says(ARGS("step", "drop.bpf", "-m", "63", "-x", "c"), 0,
	     "the program ended after 7 instructions: r0 = 2\n", "");
	says(ARGS("step", "-x", "c", "drop.bpf", "-m64"), 0,
	     "the program ended after 12 instructions: r0 = 1\n", "");
	command_run(&end, NULL, ARGS("step", "drop.bpf", "-m", "64", "--map", "dropped[0] = 0x29", "--map",
				     "seen[3]=0102030405060708", "-x", "c;p"));
	ck_assert_ptr_nonnull(strstr(end.out, "\ndropped[0] = 42\nseen[3] = 0x"));
	says(ARGS("step", "drop.bpf", "-m", "many"), 2, "", "rawbpf step: -m wants a number, not 'many'\n");
	says(ARGS("step", "drop.bpf", "--map", "dropped[0] = 12zz"), 1, "",
	     "rawbpf step: --map 'dropped[0] = 12zz': the value is a number, or all of its bytes in hexadecimal\n");
	says(ARGS("step", "drop.bpf", "--map", "dropped[1] = 12"), 1, "",
	     "rawbpf step: --map 'dropped[1] = 12': Argument list too long\n");
	says(ARGS("step", "drop.bpf", "--map", "nothing[0] = 12"), 1, "",
	     "rawbpf step: --map wants NAME[KEY] = VALUE, an element of a map of the text with a number as its key, "
	     "not 'nothing[0] = 12'\n");
	command_run(&end, NULL, ARGS("step", "drop.bpf", "other"));
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("step", "drop.bpf", "-n", "other"));
	ck_assert_ptr_nonnull(strstr(end.err, "rawbpf step: invalid option -- 'n'"));
	ck_assert_int_eq(end.status, 2);
}
END_TEST

/* A member of the kernel's struct, by an offsets file. */
START_TEST(test_offsets)
{
	text("member.bpf", ".prog p\n.at raw_tp x\n\tr0 = task_struct.tgid\n\texit\n");
	text("offsets", "rawbpf offsets 1\nmember task_struct.tgid 1312 4 4\n");
	says(ARGS("step", "member.bpf", "--offsets", "offsets", "-x", "c"), 0,
	     "the program ended after 2 instructions: r0 = 1312\n", "");
	command_run(&end, NULL, ARGS("step", "--offsets", "no", "member.bpf"));
	ck_assert_str_eq(end.err, "rawbpf step: no: No such file or directory\n");
}
END_TEST

/* What rings, queues and stacks hold, in the order in which it comes out. */
START_TEST(test_contents)
{
	text("full.bpf",
	     ".map    fifo queue 0 u64 3\n.map    lifo stack 0 u64 3\n"
	     ".struct event\n	u64 a\n	u64 b\n.ring   events event 4k\n"
	     ".prog   p\n.at     xdp\n	.local  e event\n	.local  v 8\n"
	     "	*(u64 *)(r10 + v) = 7\n	r1 = map fifo\n	r2 = r10 + v\n	r3 = 0\n	call map_push_elem\n"
	     "	r1 = map lifo\n	r2 = r10 + v\n	r3 = 0\n	call map_push_elem\n"
	     "	*(u64 *)(r10 + v) = 8\n	r1 = map fifo\n	r2 = r10 + v\n	r3 = 0\n	call map_push_elem\n"
	     "	r1 = map lifo\n	r2 = r10 + v\n	r3 = 0\n	call map_push_elem\n"
	     "	*(u64 *)(r10 + e.a) = 9\n	*(u64 *)(r10 + e.b) = 10\n	r2 = r10 + e\n"
	     "	send    events, r2, sizeof(event)\n	r0 = 0\n	exit\n");
	command_run(&end, NULL, ARGS("step", "full.bpf", "-x", "c;p;b 20;p"));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	ck_assert_ptr_nonnull(strstr(end.out, "\nfifo[0] = 07 00 00 00 00 00 00 00\nfifo[1] = 08 00 00 00 00 00 00 00\n"
				     "lifo[0] = 08 00 00 00 00 00 00 00\nlifo[1] = 07 00 00 00 00 00 00 00\n"
				     "events[0] = 09 00 00 00 00 00 00 00 ...\n"));
	ck_assert_ptr_nonnull(strstr(end.out, "\nfifo[0] = 07 00 00 00 00 00 00 00\nlifo[0] = 07 00 00 00 00 00 00 00\n"));
#endif
	ck_assert_int_eq(end.status, 0);
}
END_TEST

static const char callbacks[] =
	".map    jumps prog_array 4 4 2\n"
	".prog   first\n"
	".at     xdp\n"
	"	r2 = map jumps\n"
	"	r3 = 1\n"
	"	call tail_call\n"
	"	r0 = 9\n"
	"	exit\n"
	".prog   second\n"
	".at     tail jumps[1] xdp\n"
	"	*(u64 *)(r10 - 8) = 0\n"
	"	r1 = 3\n"
	"	r2 = each ll\n"
	"	r3 = r10\n"
	"	r3 += -8\n"
	"	r4 = 0\n"
	"	call loop\n"
	"	r0 = *(u64 *)(r10 - 8)\n"
	"	exit\n"
	"each:	r0 = *(u64 *)(r2 + 0)\n"
	"	r0 += 10\n"
	"	*(u64 *)(r2 + 0) = r0\n"
	"	r0 = 0\n"
	"	exit\n";

/* A line in the program of a tail call; over a call with callbacks, into it, and back to their writes. */
START_TEST(test_callbacks)
{
	text("tail.bpf", callbacks);
	says(ARGS("step", "tail.bpf", "-x", "l 17; n; n; w r10-8; b; u r0 == 30"), 0,
	     "     9>    17  call loop\n"
	     "    25>    18  r0 = *(u64 *)(r10 - 8)\n"
	     "    26>    19  exit\n"
	     "    22>    22  *(u64 *)(r2 + 0) = r0\n"
	     "    21>    21  r0 += 10\n"
	     "    22>    22  *(u64 *)(r2 + 0) = r0\n", "");
	says(ARGS("step", "tail.bpf", "-x", "l 17; l 22; l 22; b 20; l 9"), 0,
	     "     9>    17  call loop\n"
	     "    12>    22  *(u64 *)(r2 + 0) = r0\n"
	     "    17>    22  *(u64 *)(r2 + 0) = r0\n"
	     "     0>     4  r2 = map jumps\n"
	     "     3>    11  *(u64 *)(r10 - 8) = 0\n", "");
	command_run(&end, NULL, ARGS("step", "tail.bpf", "-x", "g 24; s; s"));
	ck_assert_ptr_nonnull(strstr(end.out, "; r10 = r10+0 (was ended frame 1 r10+0)\n"));
}
END_TEST

/* A command that is wrong ends the script. */
START_TEST(test_mistakes)
{
	static const struct {
		const char *script, *err;
	} mistakes[] = {
		{ "b", "command 1, 'b': this is the start" },
		{ "s x", "command 1, 's x': expected a number, not 'x'" },
		{ "l", "command 1, 'l': l wants an argument" },
		{ "c 1", "command 1, 'c 1': c takes no argument" },
		{ "l 99", "command 1, 'l 99': the text has lines 1 to 10" },
		{ "\033[2J", "command 1, '\\x1b[2J': no command '\\x1b[2J'; there are s b n c l u w g q" },
		{ "u r11 == 1", "command 1, 'u r11 == 1': a condition is r1 == 5, or *(u32 *)(r10 - 4) > r2; "
				"not 'r11 == 1'" },
		{ "w r10-4", "command 1, 'w r10-4': no instruction so far changed r10-4" },
		{ "w x+1", "command 1, 'w x+1': nothing is at 'x+1'; write a byte as r10-4, packet+12, MAP[KEY], "
			   "or a register as r3" },
		{ "g 9999999", "command 1, 'g 9999999': at most 1000000 steps at a time" },
	};
	char expected[512];

	text("calls.s", calls);
	for (unsigned i = 0; i < RAWBPF_COUNT(mistakes); i++) {
		snprintf(expected, sizeof expected, "rawbpf step: %s\n", mistakes[i].err);
		says(ARGS("step", "calls.s", "-x", mistakes[i].script), 1, "", expected);
	}
	says(ARGS("step", "no.s"), 1, "", "rawbpf step: no.s is no file and no tool: `rawbpf show` lists the tools\n");
	says(ARGS("step", "\033[2J\x9b.s"), 1, "", "rawbpf step: \\x1b[2J\\x9b.s is no file and no tool: `rawbpf show` lists the tools\n");
	says(ARGS("step", "calls.s", "--prog", "a"), 1, "", "rawbpf step: calls.s has no .prog, so --prog finds nothing\n");
	says(ARGS("step", "calls.s", "--number", "0"), 2, "",
	     "rawbpf step: --number wants the number of a packet, from 1 on, not '0'\n");
}
END_TEST

/* Each command has a bound. To go back further than the records lead, the program runs again. */
START_TEST(test_endless)
{
	text("loop.s", "again:	r0 = 1\n	goto again\n");
	command_run(&end, NULL, ARGS("step", "loop.s", "-x", "g 700000; g 3; b"));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(strncmp(end.out, "700000>     1  again: r0 = 1\n     3>     2  goto again\n"
				 "(the records go back to step ", 76), 0);
	ck_assert_str_eq(strchr(end.out, ';'), "; the program ran again from the start)\n"
			 "     2>     1  again: r0 = 1\n");
	command_run(&end, NULL, ARGS("step", "loop.s", "-x", "c"));
	ck_assert_str_eq(end.err, "rawbpf step: command 1, 'c': stopped after 1000000 instructions; the same "
			 "command goes on\n");
}
END_TEST

static const char collection[] =
	".map    calls hash u32 u64 16\n"
	".prog   pass\n"
	".at     xdp\n"
	"	r0 = 2\n"
	"	exit\n"
	".prog   count_it\n"
	".at     raw_tp sys_enter\n"
	"	.local  number u32\n"
	"	r1 = *(u64 *)(r1 + 8)\n"
	"	*(u32 *)(r10 + number) = r1\n"
	"	r6 = r10 + number\n"
	"	count   calls, r6\n"
	"	r0 = 0\n"
	"	exit\n";

/* The user's lines, also of macros, and maps. */
START_TEST(test_collection)
{
	text("calls.bpf", collection);
	says(ARGS("step", "calls.bpf"), 0,
	     "     1      4  r0 = 2                                r0 = 2 (was 0)\n"
	     "     2      5  exit\n"
	     "the program ended after 2 instructions: r0 = 2\n", "");
	says(ARGS("step", "calls.bpf", "--prog", "count_it", "--context", "0000000000000000 0500000000000000", "-x",
		  "n;n;n;s;n;c;w calls[5];s"), 0,
	     "     1>    10  *(u32 *)(r10 + number) = r1\n"
	     "     2>    11  r6 = r10 + number\n"
	     "     4>   12m  r1 = map calls\n"
	     "     5    12m  r1 = map calls                        r1 = map calls (was 5)\n"
	     "     5>   12m  r2 = r6\n"
	     "    18>    13  r0 = 0\n"
	     "the program ended after 20 instructions: r0 = 0\n"
	     "    16>   12m  call map_update_elem\n"
	     "    17    12m  call map_update_elem                  "
	     "calls[5]+0 = 01 00 00 00 00 00 00 00 (was 00 00 00 00 00 00 00 00)\n"
	     "    17>   12m  if r0 == 0x0 goto +0xb\n", "");
	says(ARGS("step", "calls.bpf", "--prog", "x\033"), 1, "",
	     "rawbpf step: calls.bpf has no program 'x\\x1b'; it has pass count_it\n");
	says(ARGS("step", "calls.bpf", "--context", "0"), 1, "",
	     "rawbpf step: --context wants up to 1024 bytes as pairs of hex digits\n");
}
END_TEST

/* What a text holds reaches no terminal as it is. */
START_TEST(test_hostile_text)
{
	text("bad.s", "	r0 = 1 /* \033[2J */\n	exit\n");
	says(ARGS("step", "bad.s", "-x", "s"), 0,
	     "     1      1  r0 = 1 /* \\x1b[2J */                  r0 = 1 (was 0)\n"
	     "     1>     2  exit\n", "");
}
END_TEST

/* The first byte of a packet, of which pcap files hold several. */
START_TEST(test_packets)
{
	static const unsigned char header[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, [16] = 255, 255, [20] = 1 };
	unsigned char pcap[24 + 2 * (16 + 20)] = { 0 };

	memcpy(pcap, header, sizeof header);
	pcap[32] = pcap[36] = pcap[68] = pcap[72] = 20;
	pcap[40] = 0xaa;
	pcap[76] = 0xbb;
	file("p.pcap", pcap, sizeof pcap);
	text("first.s", "	r2 = *(u32 *)(r1 + 0)\n	r0 = *(u8 *)(r2 + 0)\n	exit\n");
	says(ARGS("step", "first.s", "--packet", "p.pcap", "--type", "xdp"), 0,
	     "     1      1  r2 = *(u32 *)(r1 + 0)                 r2 = packet+0 (was 0)\n"
	     "     2      2  r0 = *(u8 *)(r2 + 0)                  r0 = 170 (was 0)\n"
	     "     3      3  exit\n"
	     "the program ended after 3 instructions: r0 = 170\n", "");
	says(ARGS("step", "first.s", "--packet", "p.pcap", "--type", "xdp", "--number", "2", "-x", "c"), 0,
	     "the program ended after 3 instructions: r0 = 187\n", "");
	says(ARGS("step", "first.s", "--packet", "p.pcap", "--number", "3"), 1, "",
	     "rawbpf step: p.pcap has no packet 3\n");
	file("p.pcap", pcap, sizeof pcap - 1);
	says(ARGS("step", "first.s", "--packet", "p.pcap", "--number", "2"), 1, "",
	     "rawbpf step: p.pcap: the file ends within packet 2\n");
	memset(pcap + 32, 0xff, 4);
	file("p.pcap", pcap, sizeof pcap);
	says(ARGS("step", "first.s", "--packet", "p.pcap"), 1, "",
	     "rawbpf step: p.pcap: the file ends within packet 1\n");
	file("short", pcap + 40, 13);
	says(ARGS("step", "first.s", "--packet", "short"), 1, "",
	     "rawbpf step: short: a packet of 13 bytes; programs of this type get 14 or more\n");
	says(ARGS("step", "first.s", "--type", "x"), 1, "",
	     "rawbpf step: --type wants the name of a program type, such as xdp, sched_cls or socket_filter, "
	     "not 'x'\n");
}
END_TEST

/* A trap stands before its instruction. */
START_TEST(test_trap)
{
	text("trap.s", "	r1 = 5\n	r0 = *(u32 *)(r1 + 0)\n	exit\n");
	says(ARGS("step", "trap.s"), 1,
	     "     1      1  r1 = 5                                r1 = 5 (was __sk_buff+0)\n"
	     "     1>     2  r0 = *(u32 *)(r1 + 0)                 trap: instruction 1 reads 4 bytes at 0x5; "
	     "compare the pointer with 0 first\n", "");
	says(ARGS("step", "trap.s", "-x", "c; b; g 1; c; g 0"), 0,
	     "     1>     2  r0 = *(u32 *)(r1 + 0)                 trap: instruction 1 reads 4 bytes at 0x5; "
	     "compare the pointer with 0 first\n"
	     "     0>     1  r1 = 5\n     1>     2  r0 = *(u32 *)(r1 + 0)\n"
	     "     1>     2  r0 = *(u32 *)(r1 + 0)                 trap: instruction 1 reads 4 bytes at 0x5; "
	     "compare the pointer with 0 first\n"
	     "     0>     1  r1 = 5\n", "");
}
END_TEST

/* A call leaves r1 to r5 without a value, and going back before it gives them theirs again. */
START_TEST(test_unset)
{
	text("unset.s", "	r6 = r1\n	call ktime_get_ns\n	r1 = 0\n	r0 = r2\n	exit\n");
	says(ARGS("step", "unset.s", "-x", "c; b; b; b; n; n; c"), 1,
	     "     3>     4  r0 = r2                               trap: instruction 3 reads r2, which has no value "
	     "since the function began, or since the last call\n"
	     "     2>     3  r1 = 0\n     1>     2  call ktime_get_ns\n     0>     1  r6 = r1\n"
	     "     1>     2  call ktime_get_ns\n     2>     3  r1 = 0\n"
	     "     3>     4  r0 = r2                               trap: instruction 3 reads r2, which has no value "
	     "since the function began, or since the last call\n", "");
}
END_TEST

START_TEST(test_help)
{
	command_run(&end, NULL, ARGS("step", "-h"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_le(command_lines(end.out), 24);
	ck_assert_int_le(command_columns(end.out), 80);
}
END_TEST

/* ------------------------------------------------------------------------- the page */

static const char *page;

/* Run a command of the page, "rawbpf step FILE OPTION...", with '...' as the only quotes. */
static void run_line(char *line)
{
	const char *arguments[ARGUMENTS] = { NULL };
	unsigned count = 0;

	ck_assert_int_eq(strncmp(line, "rawbpf ", 7), 0);
	for (line += 7; *line; count++) {
		char stop = *line == '\'' ? '\'' : ' ';

		line += stop == '\'';
		ck_assert_uint_lt(count, ARGUMENTS - 1);
		arguments[count] = line;
		line += strcspn(line, stop == '\'' ? "'" : " ");
		while (*line == stop || *line == ' ')
			*line++ = '\0';
	}
	command_run(&end, NULL, arguments);
}

/* What the page shows is what happens. "$ cat NAME" shows a file to create. */
START_TEST(test_page)
{
	static char shown[TEXT];
	FILE *from = fopen(page, "re");
	char line[1024], name[64];
	unsigned commands = 0;
	int inside = 0;

	ck_assert_ptr_nonnull(from);
	end.out[0] = '\0';
	name[0] = '\0';
	while (fgets(line, sizeof line, from)) {
		char *at = strncmp(line, "\\&", 2) == 0 ? line + 2 : line;

		if (strcmp(line, ".Bd -literal\n") == 0) {
			inside = 1;
		} else if (inside && (strcmp(line, ".Ed\n") == 0 || *line == '$')) {
			if (name[0])
				text(name, shown);
			else
				ck_assert_str_eq(end.out, shown);
			inside = *line == '$';
			shown[0] = name[0] = '\0';
			if (!inside)
				break;
			line[strlen(line) - 1] = '\0';
			if (sscanf(line, "$ cat %60s", name) != 1) {
				run_line(line + 2);
				commands++;
			}
		} else if (inside) {
			ck_assert_uint_lt(strlen(shown) + strlen(at), sizeof shown);
			strcat(shown, at);
		}
	}
	fclose(from);
	ck_assert_uint_eq(commands, 4);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_over_calls);
	tcase_add_test(tests, test_places);
	tcase_add_test(tests, test_of_test);
	tcase_add_test(tests, test_options);
	tcase_add_test(tests, test_offsets);
	tcase_add_test(tests, test_contents);
	tcase_add_test(tests, test_callbacks);
	tcase_add_test(tests, test_mistakes);
	tcase_add_test(tests, test_endless);
	tcase_add_test(tests, test_collection);
	tcase_add_test(tests, test_hostile_text);
	tcase_add_test(tests, test_packets);
	tcase_add_test(tests, test_trap);
	tcase_add_test(tests, test_unset);
	tcase_add_test(tests, test_help);
	tcase_add_test(tests, test_page);
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/rawbpf-step-XXXXXX";
	int failed;

	if (argc != 3)
		return EXIT_FAILURE;
	command_path = realpath(argv[1], NULL); /* it also runs elsewhere */
	page = argv[2];
	if (!mkdtemp(folder) || chmod(folder, 0755) < 0 || chdir(folder) < 0)
		return EXIT_FAILURE;
	failed = unit_run("rawbpf_step", add_tests);
	if (chdir("/") < 0)
		return EXIT_FAILURE;
	return failed || remove_folder(folder) ? EXIT_FAILURE : EXIT_SUCCESS;
}
