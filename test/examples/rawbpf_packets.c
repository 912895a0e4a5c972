/* SPDX-License-Identifier: MIT */
/* rawbpf run on the packets of a file: pcap files of each kind, and what is wrong with others. */
#include "../command.h"
#include "../schema.h"

#include <arpa/inet.h>
#include <sys/stat.h>

static const char *texts;
static struct ending end;

enum { FRAME = 60 };

static char packet_path[] = "/tmp/rawbpf_packets-XXXXXX.pcap";

/* Write `size` bytes to the file of packets. */
static const char *packet_file(const void *data, size_t size)
{
	int fd = open(packet_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, size), size);
	close(fd);
	return packet_path;
}

/* Append a number of 32 bits, in the other byte order if `swap`. */
static void put(unsigned char **at, uint32_t number, int swap)
{
	number = swap ? __builtin_bswap32(number) : number;
	memcpy(*at, &number, sizeof number);
	*at += sizeof number;
}

/* Write a pcap file with a frame of each ethertype. Return its size. */
static size_t make_pcap(unsigned char *data, uint32_t magic, uint32_t link, int swap, const uint16_t *types, int count)
{
	unsigned char *at = data;

	put(&at, magic, swap);
	put(&at, swap ? 4 | 2 << 16 : 2 | 4 << 16, swap); /* the version, two numbers */
	put(&at, 0, swap);
	put(&at, 0, swap);
	put(&at, 65535, swap);
	put(&at, link, swap);
	for (int i = 0; i < count; i++) {
		uint16_t type = htons(types[i]);

		put(&at, 1, swap);
		put(&at, 2, swap);
		put(&at, FRAME, swap);
		put(&at, FRAME + 100, swap); /* it was longer */
		memset(at, i + 1, FRAME);
		memcpy(at + 12, &type, sizeof type);
		at += FRAME;
	}
	return at - data;
}

/* ----------------------------------------------------------------------- without a kernel */

static unsigned forbidden; /* the errno of bpf(2) */

/* Let nobody read the files of a command. */
static void show_files(const char *const *arguments)
{
	for (; *arguments; arguments++)
		if (strncmp(*arguments, "/tmp/", 5) == 0)
			ck_assert_int_eq(chmod(*arguments, 0644), 0);
}

/* As nobody, with a seccomp filter for bpf(2) if `forbidden` is set. */
static void refused(void)
{
	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(98);
	if (forbidden && live_forbid(__NR_bpf, forbidden) < 0)
		_exit(97);
}

/* Leave out what tells how long a run took: "time" of the kernel, "steps" of the machine; also in JSON. */
static void drop_times(char *text)
{
	char *to = text, *line = text, *next, *member;

	while ((member = strstr(text, ",\"ns\":")) || (member = strstr(text, ",\"steps\":"))) {
		next = member + 1 + strcspn(member + 1, ",}");
		memmove(member, next, strlen(next) + 1);
	}
	for (; *line; line = next) {
		next = strchr(line, '\n');
		next = next ? next + 1 : line + strlen(line);
		if (strncmp(line, "time  ", 6) == 0 || strncmp(line, "steps ", 6) == 0)
			continue;
		memmove(to, line, next - line);
		to += next - line;
	}
	*to = '\0';
}

/* What `rawbpf run` prints in the kernel, it prints where the kernel refuses, and with --vm. */
static void same_without_kernel(const char *const *arguments)
{
	static const unsigned errors[] = { EPERM, ENOSYS, EACCES, 0 };
	static const char *const words[] = { "EPERM", "ENOSYS", "EACCES", "EPERM" };
	static char in_kernel[TEXT];
	const char *vm[ARGUMENTS] = { "run", "--vm" };

	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	drop_times(end.out);
	strcpy(in_kernel, end.out);
	show_files(arguments);
	for (unsigned i = 0; i < RAWBPF_COUNT(errors); i++) {
		forbidden = errors[i];
		command_run(&end, refused, arguments);
		ck_assert(strstr(end.out, "\nsteps ") || strstr(end.out, ",\"steps\":"));
		drop_times(end.out);
		ck_assert_str_eq(end.out, in_kernel);
		ck_assert_int_eq(strncmp(end.err, "rawbpf run: the kernel refuses bpf(2): ", 39), 0);
		ck_assert_int_eq(strncmp(end.err + 39, words[i], strlen(words[i])), 0);
		ck_assert_ptr_nonnull(strstr(end.err, "\n   The interpreter runs the program instead. "
						      "No verifier checks it here.\n"));
		ck_assert_int_eq(end.status, 0);
	}
	for (unsigned i = 1; arguments[i]; i++)
		vm[i + 1] = arguments[i];
	command_run(&end, NULL, vm);
	ck_assert_str_eq(end.err, "");
	drop_times(end.out);
	ck_assert_str_eq(end.out, in_kernel);
	ck_assert_int_eq(end.status, 0);
}

static const uint16_t ethertypes[] = { 0x0800, 0x0806, 0x0800, 0x86dd };

/* _i: bit 0: nanoseconds; bit 1: of the other byte order */
START_TEST(test_text)
{
	unsigned char data[1024];
	size_t size = make_pcap(data, _i & 1 ? 0xa1b23c4d : 0xa1b2c3d4, 1, _i >> 1, ethertypes, 4);
	const char *packets = packet_file(data, size);
	char path[512];
	int at = 0;

	snprintf(path, sizeof path, "%s/ethertype.bpf", texts);
	command_run(&end, NULL, ARGS("run", path, "--packet", packets));
	ck_assert_str_eq(end.err, "");
	for (int i = 1; i <= 4; i++) {
		char said[16];
		const char *found;

		snprintf(said, sizeof said, "packet %d\n", i);
		found = strstr(end.out + at, said);
		ck_assert_ptr_nonnull(found);
		at = found - end.out;
		ck_assert_int_eq(strncmp(found + strlen(said), "r0    2 (0x2)\ntime  ", 20), 0);
	}
	ck_assert_ptr_nonnull(strstr(end.out + at, "data  60 bytes, unchanged\n800                 2\n806                 1\n"
						   "86dd                1\n"));
	ck_assert_int_eq(end.status, 0);
	if (!_i)
		same_without_kernel(ARGS("run", path, "--packet", packets));
	unlink(packet_path);
}
END_TEST

/* With -j each line is an object: one a packet, and the maps. */
START_TEST(test_json)
{
	static const struct schema schema[] = {
		{ "", "o" }, { "packet", "n" }, { "r0", "n" }, { "r0_bits", "n" }, { "ns", "n" }, { "data", "s" },
		{ "map", "s" }, { "key", "n" }, { "value", "n" }, { NULL, NULL } };
	unsigned char data[1024];
	size_t size = make_pcap(data, 0xa1b2c3d4, 1, 0, ethertypes, 4);
	const char *packets = packet_file(data, size), *line;
	char said[64], path[512];

	snprintf(path, sizeof path, "%s/ethertype.bpf", texts);
	command_run(&end, NULL, ARGS("run", path, "-j", "--packet", packets));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(command_lines(end.out), 4 + 3);
	schema_check(schema, end.out);
	ck_assert_ptr_nonnull(strstr(end.out, ",\"ns\":"));
	drop_times(end.out);
	line = end.out;
	for (int i = 0; i < 4; i++) {
		const unsigned char *packet = data + 24 + i * (16 + 60) + 16;
		int length = sprintf(said, "{\"packet\":%d,\"r0\":2,\"r0_bits\":64,\"data\":\"", i + 1);

		ck_assert_int_eq(strncmp(line, said, length), 0);
		for (line += length; *line != '"'; line += 2, packet++) {
			snprintf(said, sizeof said, "%02x", *packet);
			ck_assert_int_eq(strncmp(line, said, 2), 0);
		}
		ck_assert_int_eq(packet - data, 24 + (i + 1) * (16 + 60));
		ck_assert_int_eq(strncmp(line, "\"}\n", 3), 0);
		line += 3;
	}
	ck_assert_int_eq(strncmp(line, "{\"map\":\"frames\",", 16), 0);
	ck_assert_int_eq(end.status, 0);
	same_without_kernel(ARGS("run", path, "-j", "--packet", packets));
	command_run(&end, NULL, ARGS("run", path, "--schema", "--packet", packets));
	ck_assert_int_eq(command_lines(end.out), 2);
	for (unsigned i = 1; i < 6; i++) {
		snprintf(said, sizeof said, "\"%s\":{\"type\":\"%s\"}", schema[i].place,
			 schema[i].types[0] == 'n' ? "integer" : "string");
		ck_assert_msg(strstr(end.out, said) != NULL, "%s", said);
	}
	unlink(packet_path);
}
END_TEST

/* The first byte of each packet, and a map that keeps its sum; r0 has 64 bits. */
START_TEST(test_plain)
{
	unsigned char data[1024];
	size_t size = make_pcap(data, 0xa1b2c3d4, 1, 0, ethertypes, 4);
	const char *packets = packet_file(data, size);
	const char *path = command_text_file(
		".map sum array 4 8 1\n"
		"r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r0 = 0; r4 = r2; r4 += 1; if r4 > r3 goto out\n"
		"r6 = *(u8 *)(r2 + 0); *(u32 *)(r10 - 4) = 0; r1 = map sum; r2 = r10; r2 += -4; call map_lookup_elem\n"
		"if r0 == 0 goto out; lock *(u64 *)(r0 + 0) += r6; r0 = *(u64 *)(r0 + 0); r1 = 0x100000000 ll; r0 += r1\n"
		"out: exit\n");

	command_run(&end, NULL, ARGS("run", "--type", "xdp", "--packet", packets, path));
	ck_assert_str_eq(end.err, "");
	ck_assert_ptr_nonnull(strstr(end.out, "packet 1\nr0    4294967297 (0x100000001)\n"));
	ck_assert_ptr_nonnull(strstr(end.out, "packet 4\nr0    4294967306 (0x10000000a)\n"));
	ck_assert_ptr_nonnull(strstr(end.out, "  value 0a 00 00 00 00 00 00 00\n"));
	ck_assert_int_eq(end.status, 0);
	same_without_kernel(ARGS("run", "--type", "xdp", "--packet", packets, path));
	same_without_kernel(ARGS("run", path, "--type", "xdp", "--repeat", "3"));
	unlink(path);
	unlink(packet_path);
}
END_TEST

/* All of r0, and the record of each packet behind it. */
START_TEST(test_records)
{
	const char *path = command_text_file(
		".struct event\n\tu64 length\n.ring events event 4k\n"
		".prog a\n.at xdp\n\t.local e event\n\tr2 = *(u32 *)(r1 + xdp_md.data_end)\n"
		"\tr3 = *(u32 *)(r1 + xdp_md.data)\n\tr2 -= r3\n\t*(u64 *)(r10 + e.length) = r2\n\tr2 = r10 + e\n"
		"\tsend events, r2, sizeof(event)\n\tr0 = 0x500000001 ll\n\texit\n"
		".prog b\n.at tc ingress\n\tr0 = 3\n\texit\n");

	command_run(&end, NULL, ARGS("run", path, "--type", "xdp", "--repeat", "2"));
	ck_assert_int_eq(strncmp(end.out, "r0    21474836481 (0x500000001)\n", 32), 0);
	ck_assert_int_eq(command_lines(end.out), 3 + 3);
	ck_assert_ptr_nonnull(strstr(end.out, " 64\n"));
	ck_assert_ptr_nonnull(strstr(strstr(end.out, " 64\n") + 1, " 64\n"));
	same_without_kernel(ARGS("run", path, "--type", "xdp", "--repeat", "2", "-j"));
	ck_assert_ptr_eq(strstr(end.out, "{\"packet\":1,\"r0\":21474836481,\"r0_bits\":64,\"data\":\"00"), end.out);
	ck_assert_ptr_nonnull(strstr(end.out, "00\"}\n{\"length\":64}\n{\"length\":64}\n"));
	ck_assert_int_eq(command_lines(end.out), 3);
	command_run(&end, NULL, ARGS("run", path, "--type", "sched_cls"));
	ck_assert_int_eq(strncmp(end.out, "r0    3 (0x3)\n", 14), 0);
	command_run(&end, NULL, ARGS("run", path, "--repeat", "1"));
	ck_assert_ptr_nonnull(strstr(end.err, " would run on the packet; --type chooses one\n"));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("run", path, "--type", "socket_filter"));
	ck_assert_ptr_nonnull(strstr(end.err, "no program runs on packets as this --type; "));
	ck_assert_int_eq(end.status, 1);
	unlink(path);
}
END_TEST

/* A store into the packet, a context of syscall programs, and all bits of r0. */
START_TEST(test_without_kernel)
{
	const char *path = command_text_file(
		"r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r0 = -2; r4 = r2; r4 += 14; if r4 > r3 goto out\n"
		"*(u8 *)(r2 + 13) = 7; r0 = 0x123456789abcdef ll\nout: exit\n");

	same_without_kernel(ARGS("run", path, "--type", "xdp"));
	ck_assert_ptr_nonnull(strstr(end.out, "r0    81985529216486895 (0x123456789abcdef)\ndata  64 bytes\n"
					      "  00 00 00 00 00 00 00 00 00 00 00 00 00 07 00 00\n"));
	unlink(path);
	path = command_text_file("r0 = *(u64 *)(r1 + 8)\nexit\n");
	same_without_kernel(ARGS("run", path, "--type", "raw_tp", "--packet",
				 packet_file("........\1\2\0\0\0\0\0\0", 16)));
	ck_assert_str_eq(end.out, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
			 "r0    513 (0x201)\n" : "r0    72620543991349248 (0x102000000000000)\n");
	unlink(path);
	unlink(packet_path);
}
END_TEST

/* A program at none has the kernel's default type in both: a socket filter. */
START_TEST(test_at_none)
{
	const char *path = command_text_file(".prog p\n.at none\n\tr0 = 1\n\texit\n");

	command_run(&end, NULL, ARGS("run", "--vm", path, "--type", "socket_filter"));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(strncmp(end.out, "r0    1 (0x1)\nsteps 2\n", 22), 0);
	ck_assert_int_eq(end.status, 0);
	command_run(&end, NULL, ARGS("run", path, "--type", "socket_filter"));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(strncmp(end.out, "r0    1 (0x1)\ntime  ", 20), 0);
	ck_assert_int_eq(end.status, 0);
	unlink(path);
}
END_TEST

/* What the machine refuses: the line, the reason, and where to look. */
START_TEST(test_stops)
{
	char expected[512];
	const char *path = command_text_file("r0 = 1\nr0 = *(u64 *)(r10 + 0)\nexit\n");

	command_run(&end, NULL, ARGS("run", "--vm", path));
	snprintf(expected, sizeof expected, "rawbpf run: %s:2: instruction 1 reads 8 bytes at r10+0; the stack has "
		 "512 bytes\n   `rawbpf step %s` shows the way there, forward and back\n", path, path);
	ck_assert_str_eq(end.err, expected);
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(end.status, 1);
	unlink(path);
	path = command_text_file(".prog p\n.at xdp\n\tr0 = 1\nagain:\tgoto again\n");
	command_run(&end, NULL, ARGS("run", path, "--vm", "--type", "xdp"));
	snprintf(expected, sizeof expected, "rawbpf run: %s:4: the program does not end within 100000000 "
		 "instructions\n", path);
	ck_assert_int_eq(strncmp(end.err, expected, strlen(expected)), 0);
	ck_assert_int_eq(end.status, 1);
	unlink(path);
	/* What has to be attached is not, and the message names what works. */
	path = command_text_file(".prog p\n.at kprobe do_nothing\n\tr0 = 0\n\texit\n");
	command_run(&end, NULL, ARGS("run", "--vm", path));
	ck_assert_ptr_nonnull(strstr(end.err, "--vm runs a program on packets"));
	ck_assert_int_eq(end.status, 1);
	show_files(ARGS(path));
	forbidden = 0;
	command_run(&end, refused, ARGS("run", path));
	snprintf(expected, sizeof expected, "Without privilege, `rawbpf step %s`", path);
	ck_assert_ptr_nonnull(strstr(end.err, expected));
	ck_assert_ptr_null(strstr(end.err, "rawbpf test"));
	ck_assert_int_eq(end.status, 1);
	unlink(path);
	/* Its tests are named if it has some. */
	path = command_text_file(".prog p\n.at kprobe do_nothing\n\tr0 = 0\n\texit\n.test \"t\" p\nexpect r0 == 0\n");
	show_files(ARGS(path));
	command_run(&end, refused, ARGS("run", path));
	snprintf(expected, sizeof expected, "Without privilege, `rawbpf test %s`", path);
	ck_assert_ptr_nonnull(strstr(end.err, expected));
	ck_assert_ptr_nonnull(strstr(end.err, "`rawbpf step "));
	ck_assert_int_eq(end.status, 1);
	unlink(path);
}
END_TEST

/* The packets before a fault run, and the fault is told. */
START_TEST(test_faults)
{
	unsigned char data[1024];
	size_t size = make_pcap(data, 0xa1b2c3d4, 1, 0, ethertypes, 2);
	const char *path = command_text_file("r0 = 1\nexit\n"), *packets;

	packets = packet_file(data, size - 1);
	command_run(&end, NULL, ARGS("run", path, "--packet", packets));
	ck_assert_ptr_nonnull(strstr(end.out, "packet 1\n"));
	ck_assert_ptr_null(strstr(end.out, "packet 2\n"));
	ck_assert_ptr_nonnull(strstr(end.err, "the file ends within packet 2\n"));
	ck_assert_int_eq(end.status, 1);
	packet_file(data, 24 + 15);
	command_run(&end, NULL, ARGS("run", path, "--packet", packets));
	ck_assert_ptr_nonnull(strstr(end.err, "the file ends within packet 1\n"));
	packet_file(data, 23);
	command_run(&end, NULL, ARGS("run", path, "--packet", packets));
	ck_assert_ptr_nonnull(strstr(end.err, "a pcap file that ends within its header\n"));
	packet_file(data, make_pcap(data, 0xa1b2c3d4, 101, 0, ethertypes, 1));
	command_run(&end, NULL, ARGS("run", path, "--packet", packets));
	ck_assert_ptr_nonnull(strstr(end.err, "a pcap file of link type 101; "));
	packet_file("\x0a\x0d\x0d\x0a....", 8);
	command_run(&end, NULL, ARGS("run", path, "--packet", packets));
	ck_assert_ptr_nonnull(strstr(end.err, "a pcapng file; convert it: editcap -F pcap "));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("run", path, "--packet", "/no/such/file"));
	ck_assert_ptr_nonnull(strstr(end.err, "/no/such/file: No such file or directory\n"));
	unlink(path);
	unlink(packet_path);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_text, 0, 4);
	tcase_add_test(tests, test_json);
	tcase_add_test(tests, test_plain);
	tcase_add_test(tests, test_records);
	tcase_add_test(tests, test_without_kernel);
	tcase_add_test(tests, test_at_none);
	tcase_add_test(tests, test_stops);
	tcase_add_test(tests, test_faults);
}

int main(int argc, char **argv)
{
	int fd = mkstemps(packet_path, 5);

	if (argc != 3 || fd < 0)
		return EXIT_FAILURE;
	close(fd);
	unlink(packet_path);
	command_path = argv[1];
	texts = argv[2];
	return unit_run("rawbpf_packets", add_tests);
}
