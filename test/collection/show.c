/* SPDX-License-Identifier: MIT */
/* What each presentation becomes: exact bytes of a table and of JSON. */
#include "../unit.h"
#include "world.h"

#include <rawbpf/show.h>
#include <time.h>

enum { COLUMNS = 64, LINE = 1 << 16 };

static struct rawbpf_column columns[COLUMNS];
static char line[LINE];

static size_t symbol(void *context, char *text, size_t size, const uint64_t *stack, unsigned count, unsigned index)
{
	(void)context;
	ck_assert_uint_lt(index, count);
	return stack[index] == 0x1000 ? (size_t)snprintf(text, size, "vfs_read+0x1c") : 0;
}

static size_t directory(void *context, char *path, size_t size, unsigned pid, int fd)
{
	(void)context;
	if (fd == 5)
		return snprintf(path, size, "/proc/%u\"\33", pid);
	if (fd == 9 || (fd == -100 && pid == 9))
		return snprintf(path, size, fd == 9 ? "/" : "/home");
	return 0;
}

static long user_string(void *context, char *bytes, size_t size, unsigned pid, uint64_t address)
{
	(void)context;
	(void)size;
	if (address == 8)
		return -EFAULT;
	ck_assert_uint_eq(pid, address == 16 ? 0 : 7);
	memcpy(bytes, "a\xff" "b", 3);
	return 3;
}

static const struct rawbpf_show_system all = {
	.arch = RAWBPF_ARCH_X86_64, .wall_ns = UINT64_C(1700000000000000000), .zone_s = 3600,
	.now_ns = 100000000000, .symbol = symbol, .directory = directory, .user_string = user_string };
static const struct rawbpf_show_system nothing = { .arch = RAWBPF_ARCH_X86_64 };

/* Open a text that has a struct `r` and no program. */
static struct world *open_fields(const char *fields)
{
	char text[1024];

	snprintf(text, sizeof text, ".struct r\n%s\n.map m hash u32 u64 1\n.prog p\n.at none\n r0 = 0\n exit\n", fields);
	return world_open(text, RAWBPF_ARCH_X86_64, NULL);
}

static struct rawbpf_show lay(struct world *w, unsigned width, int is_whole)
{
	struct rawbpf_show show = { .columns = columns, .max = COLUMNS, .width = width, .is_whole = is_whole };
	struct rawbpf_collection_error error = { .macro_line = 0 };

	ck_assert_int_eq(rawbpf_show_resolve(&show, &w->collection, "r", &w->env, &error), 0);
	return show;
}

/* ------------------------------------------------------------------- one field at a time */

/* A record is numbers of 1, 2, 4 and 8 bytes, "%1 %2 %4 %8", and bytes as they are. */
static size_t make_record(unsigned char *record, const char *wanted, size_t length)
{
	size_t size = 0;

	for (size_t i = 0; i < length; i++) {
		uint64_t number;
		unsigned width;

		if (wanted[i] != '%') {
			record[size++] = wanted[i];
			continue;
		}
		width = wanted[++i] - '0';
		number = strtoull(wanted + i + 1, NULL, 0);
		if (wanted[i + 1] == '-')
			number = strtoll(wanted + i + 1, NULL, 0);
		i += strcspn(wanted + i, ";");
		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			memcpy(record + size, (char *)&number + 8 - width, width);
		else
			memcpy(record + size, &number, width);
		size += width;
	}
	return size;
}

#define BYTES(STRING) STRING, sizeof(STRING) - 1

static const struct {
	const char *field, *record;
	size_t length;
	const char *text, *json;
} fields[] = {
	/* numbers by their types */
	{ "u8 x", BYTES("%1255;"), "255", "\"x\":255" },
	{ "s8 x", BYTES("%1255;"), " -1", "\"x\":-1" },
	{ "u16 x", BYTES("%265535;"), "65535", "\"x\":65535" },
	{ "s16 x", BYTES("%2-2;"), "   -2", "\"x\":-2" },
	{ "u32 x", BYTES("%40xffffffff;"), "4294967295", "\"x\":4294967295" },
	{ "s32 x", BYTES("%4-7;"), "     -7", "\"x\":-7" },
	{ "u64 x", BYTES("%8-1;"), "18446744073709551615", "\"x\":18446744073709551615" },
	{ "s64 x", BYTES("%80x8000000000000000;"), "-9223372036854775808", "\"x\":-9223372036854775808" },
	{ "u16 x[3]", BYTES("%21;%22;%23;"), "1,2,3", "\"x\":[1,2,3]" },
	{ "u16 x[3]", BYTES("%21;%22;"), "1,2", "\"x\":[1,2]" },
	{ "u32 x", BYTES(""), "      -", "" },
	/* errors and signals */
	{ "s64 x errno", BYTES("%8-2;"), "-2 ENOENT", "\"x\":-2,\"x_name\":\"ENOENT\"" },
	{ "s64 x errno", BYTES("%80;"), "0", "\"x\":0,\"x_name\":\"\"" },
	{ "s64 x errno", BYTES("%83;"), "3", "\"x\":3,\"x_name\":\"\"" },
	{ "s32 x errno", BYTES("%4-11;"), "-11 EAGAIN", "\"x\":-11,\"x_name\":\"EAGAIN\"" },
	{ "s32 x errno", BYTES("%4-511;"), "-511", "\"x\":-511,\"x_name\":\"\"" },
	{ "s32 x errno", BYTES("%4-512;"), "-512 ERESTARTSYS", "\"x\":-512,\"x_name\":\"ERESTARTSYS\"" },
	{ "s64 x errno", BYTES("%8-513;"), "-513 ERESTARTNOINTR", "\"x\":-513,\"x_name\":\"ERESTARTNOINTR\"" },
	{ "s64 x errno", BYTES("%8-514;"), "-514 ERESTARTNOHAND", "\"x\":-514,\"x_name\":\"ERESTARTNOHAND\"" },
	{ "s64 x errno", BYTES("%8-515;"), "-515 ENOIOCTLCMD", "\"x\":-515,\"x_name\":\"ENOIOCTLCMD\"" },
	{ "s64 x errno", BYTES("%8-516;"), "-516 ERESTART_RESTARTBLOCK",
	  "\"x\":-516,\"x_name\":\"ERESTART_RESTARTBLOCK\"" },
	{ "s64 x errno", BYTES("%8-517;"), "-517", "\"x\":-517,\"x_name\":\"\"" },
	{ "s64 x errno", BYTES("%80x8000000000000000;"), "-9223372036854775808",
	  "\"x\":-9223372036854775808,\"x_name\":\"\"" },
	{ "u32 x signal", BYTES("%49;"), "9 SIGKILL", "\"x\":9,\"x_name\":\"SIGKILL\"" },
	{ "u32 x signal", BYTES("%46;"), "6 SIGABRT", "\"x\":6,\"x_name\":\"SIGABRT\"" },
	{ "u32 x signal", BYTES("%464;"), "64", "\"x\":64,\"x_name\":\"\"" },
	/* names of bits and numbers */
	{ "u64 x flags O_", BYTES("%8577;"), "O_WRONLY|O_CREAT|O_TRUNC",
	  "\"x\":577,\"x_name\":\"O_WRONLY|O_CREAT|O_TRUNC\"" },
	{ "u32 x flags O_", BYTES("%40;"), "O_RDONLY", "\"x\":0,\"x_name\":\"O_RDONLY\"" },
	{ "u32 x flags O_", BYTES("%404010002;"), "O_RDWR|O_SYNC", "\"x\":1052674,\"x_name\":\"O_RDWR|O_SYNC\"" },
	{ "u32 x flags O_", BYTES("%40x40000800;"), "O_NONBLOCK|0x40000000",
	  "\"x\":1073743872,\"x_name\":\"O_NONBLOCK|0x40000000\"" },
	{ "u32 x flags PROT_", BYTES("%47;"), "PROT_READ|PROT_WRITE|PROT_EXEC",
	  "\"x\":7,\"x_name\":\"PROT_READ|PROT_WRITE|PROT_EXEC\"" },
	{ "u32 x flags NOSUCH_", BYTES("%45;"), "0x5", "\"x\":5,\"x_name\":\"0x5\"" },
	{ "u32 x flags NOSUCH_", BYTES("%40;"), "0", "\"x\":0,\"x_name\":\"0\"" },
	{ "u16 x enum TCP_", BYTES("%27;"), "TCP_CLOSE", "\"x\":7,\"x_name\":\"TCP_CLOSE\"" },
	{ "u16 x enum TCP_", BYTES("%299;"), "99", "\"x\":99,\"x_name\":\"\"" },
	{ "s32 x enum AT_FD", BYTES("%4-100;"), "AT_FDCWD", "\"x\":-100,\"x_name\":\"AT_FDCWD\"" },
	/* processes and descriptors */
	{ "u32 x pid", BYTES("%4412;"), "    412", "\"x\":412" },
	{ "s32 x dirfd", BYTES("%4-100;"), "AT_FDCWD", "\"x\":-100,\"x_name\":\"AT_FDCWD\"" },
	{ "u32 x dirfd", BYTES("%4-100;"), "AT_FDCWD", "\"x\":4294967196,\"x_name\":\"AT_FDCWD\"" },
	{ "s32 x dirfd", BYTES("%45;"), "5 /proc/0\"\\x1b", "\"x\":5,\"x_name\":\"/proc/0\\\"\\u001b\"" },
	{ "s32 x dirfd", BYTES("%46;"), "6", "\"x\":6,\"x_name\":\"\"" },
	/* times: 2023-11-14 22:13:20 UTC, an hour east of it */
	{ "u64 x clock", BYTES("%81500000000;"), "23:13:21", "\"x\":\"2023-11-14T22:13:21.500000000Z\"" },
	{ "u64 x duration", BYTES("%8999;"), "    999 ns", "\"x\":999" },
	{ "u64 x duration", BYTES("%81203000;"), "  1.203 ms", "\"x\":1203000" },
	{ "u64 x duration", BYTES("%81000;"), "  1.000 us", "\"x\":1000" },
	{ "u64 x duration", BYTES("%81203999999;"), "   1.203 s", "\"x\":1203999999" },
	{ "u64 x duration", BYTES("%8125000000000;"), " 2 min 5 s", "\"x\":125000000000" },
	{ "u64 x duration", BYTES("%83720000000000;"), " 1 h 2 min", "\"x\":3720000000000" },
	{ "u64 x duration", BYTES("%890000000000000;"), "   1 d 1 h", "\"x\":90000000000000" },
	{ "u64 x age", BYTES("%887600000000;"), "  12.400 s", "\"x\":12400000000" },
	{ "u64 x age", BYTES("%8100000000001;"), "      0 ns", "\"x\":0" },
	/* numbers in other forms */
	{ "u64 x hex", BYTES("%80xdeadbeef;"), "0xdeadbeef", "\"x\":3735928559" },
	{ "u8 x hex", BYTES("%10x1f;"), "0x1f", "\"x\":31" },
	{ "u16 x port", BYTES("%2443;"), "  443", "\"x\":443" },
	{ "u16 x port be", BYTES("\x01\xbb"), "  443", "\"x\":443" },
	{ "u32 x dev", BYTES("%40x800001;"), "    8:1", "\"x\":\"8:1\"" },
	{ "u32 x dev", BYTES("%40xfffffff;"), "255:1048575", "\"x\":\"255:1048575\"" },
	/* bytes and texts */
	{ "u8 x[4] bytes", BYTES("\x00\x1f\xff\x80"), "001fff80", "\"x\":\"001fff80\"" },
	{ "char x[8] text", BYTES("a\"b\0cdef"), "a\"b", "\"x\":\"a\\\"b\"" },
	{ "char x[4]", BYTES("abcd"), "abcd", "\"x\":\"abcd\"" },
	{ "char x[4]", BYTES("ab"), "ab", "\"x\":\"ab\"" },
	{ "char x[8] text", BYTES("\33]0;\xc3\xa9\xff\\"), "\\x1b]0;\xc3\xa9\\xff\\x5c",
	  "\"x\":\"\\u001b]0;\xc3\xa9\\udcff\\\\\"" },
	{ "char x[8] string", BYTES("%45;/tmp\0"), "/tmp", "\"x\":\"/tmp\"" },
	{ "char x[8] string", BYTES("%44;/tmp"), "/tmp", "\"x\":\"/tmp\"" },
	{ "char x[8] string", BYTES("%499;abcdefgh"), "abcdefgh", "\"x\":\"abcdefgh\"" },
	{ "char x[8] string", BYTES("%40;abcdefgh"), "", "\"x\":\"\"" },
	{ "char x[8] string", BYTES("%4-14;"), "(EFAULT)", "\"x_errno\":-14" },
	{ "char x[8] string", BYTES("%4-5000;"), "(-5000)", "\"x_errno\":-5000" },
	{ "char x[8] string", BYTES(""), "", "\"x\":\"\"" },
	{ "char x[16] words", BYTES("%49;ls\0-l\0\"\0\0"), "ls -l \" ", "\"x\":[\"ls\",\"-l\",\"\\\"\",\"\"]" },
	{ "char x[8] words", BYTES("%42;ls"), "ls", "\"x\":[\"ls\"]" },
	{ "char x[8] words", BYTES("%40;"), "", "\"x\":[]" },
	{ "char x[8] words", BYTES("%41;\0"), "", "\"x\":[\"\"]" },
	{ "char x[8] words", BYTES("%4-7;"), "(E2BIG)", "\"x_errno\":-7" },
	{ "u64 x user string", BYTES("%816;"), "a\\xffb", "\"x\":\"a\\udcffb\"" },
	{ "u64 x user string", BYTES("%88;"), "(EFAULT)", "\"x_errno\":-14" },
	/* addresses, without a family: by their size */
	{ "u8 x[4] address", BYTES("\xc0\x00\x02\x01"), "192.0.2.1", "\"x\":\"192.0.2.1\"" },
	{ "u32 x address", BYTES("\x7f\x00\x00\x01"), "127.0.0.1", "\"x\":\"127.0.0.1\"" },
	{ "u8 x[16] address", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "::1", "\"x\":\"::1\"" },
	{ "u8 x[16] address", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "::", "\"x\":\"::\"" },
	{ "u8 x[16] address", BYTES("\x20\x01\x0d\xb8\0\0\0\1\0\0\0\0\0\0\0\2"), "2001:db8:0:1::2", "\"x\":\"2001:db8:0:1::2\"" },
	{ "u8 x[16] address", BYTES("\x20\x01\x0d\xb8\0\0\0\1\0\1\0\1\0\1\0\1"), "2001:db8:0:1:1:1:1:1",
	  "\"x\":\"2001:db8:0:1:1:1:1:1\"" },
	{ "u8 x[16] address", BYTES("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "fe80::", "\"x\":\"fe80::\"" },
	{ "u8 x[16] address", BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01"), "192.0.2.1", "\"x\":\"192.0.2.1\"" },
	/* nothing */
	{ "u64 x hidden", BYTES("%81;"), "", "" },
	/* presentations that do not suit their type: a number, or text */
	{ "u32 x kstack", BYTES("%47;"), "      7", "\"x\":7" },
	{ "u64 x[2] string", BYTES("%45;%40;%81;%82;"), "1,2", "\"x\":[1,2]" },
	{ "u64 x[2] clock", BYTES("%81;%82;"), "1,2", "\"x\":[1,2]" },
};

/* _i: the row */
START_TEST(test_field)
{
	unsigned char record[128];
	size_t size = make_record(record, fields[_i].record, fields[_i].length), length;
	struct world *w = open_fields(fields[_i].field);
	struct rawbpf_show show = lay(w, 80, 1);
	char wanted[256];

	length = rawbpf_show_record_format(line, LINE, &show, &all, record, size);
	ck_assert_uint_eq(length, strlen(line));
	snprintf(wanted, sizeof wanted, "%s\n", fields[_i].text);
	ck_assert_msg(strcmp(line, wanted) == 0, "%s: '%s', not '%s'", fields[_i].field, line, wanted);
	length = rawbpf_show_json_format(line, LINE, &show, &all, record, size);
	ck_assert_uint_eq(length, strlen(line));
	snprintf(wanted, sizeof wanted, "{%s}\n", fields[_i].json ? fields[_i].json : "");
	if (fields[_i].json)
		ck_assert_msg(strcmp(line, wanted) == 0, "%s: '%s', not '%s'", fields[_i].field, line, wanted);
	world_close(w);
}
END_TEST

/* ------------------------------------------------------------------------------ tables */

static const char tool_fields[] =
	" head head\n s64 ret errno\n u64 flags flags O_\n s32 dirfd dirfd\n char path[64] string\n";

struct tool_record {
	uint64_t time;
	uint32_t pid, tid, ppid, uid;
	char comm[16];
	int64_t ret;
	uint64_t flags;
	int32_t dirfd, path_size;
	char path[64];
};

static struct tool_record tool_record(const char *comm, const char *path)
{
	struct tool_record record = { .time = 1500000000, .pid = 7, .tid = 8, .ppid = 1, .uid = 1000,
				      .ret = -2, .flags = 01101, .dirfd = -100 };

	snprintf(record.comm, sizeof record.comm, "%s", comm);
	record.path_size = snprintf(record.path, sizeof record.path, "%s", path) + 1;
	return record;
}

static const char *row(const struct rawbpf_show *show, const void *record, size_t size)
{
	ck_assert_uint_eq(rawbpf_show_record_format(line, LINE, show, &all, record, size), strlen(line));
	return line;
}

static const char *names(const struct rawbpf_show *show)
{
	ck_assert_uint_eq(rawbpf_show_names_format(line, LINE, show), strlen(line));
	return line;
}

/* A relative path has its directory in front; JSON has both apart. */
START_TEST(test_directory)
{
	static const struct {
		unsigned pid;
		int dirfd;
		const char *path, *shown;
	} rows[] = {
		{ 7, 5, "a/b", "  /proc/7\"\\x1b/a/b\n" }, { 7, 9, "a", "  /a\n" }, { 7, 6, "a", "  a\n" },
		{ 7, 5, "/a", "  /a\n" }, { 7, 5, "", "  \n" }, { 9, -100, "a", "  /home/a\n" },
		{ 7, -100, "a", "  a\n" },
	};
	struct tool_record record = tool_record("cat", "");
	struct world *w = open_fields(tool_fields);
	struct rawbpf_show show = lay(w, 200, 0);
	const char *text;

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		record.pid = rows[i].pid;
		record.dirfd = rows[i].dirfd;
		record.path_size = snprintf(record.path, sizeof record.path, "%s", rows[i].path) + 1;
		text = row(&show, &record, sizeof record);
		ck_assert_msg(strstr(text, rows[i].shown) != NULL, "%u: %s", i, text);
	}
	record.pid = 9;
	strcpy(record.path, "a");
	record.path_size = 2;
	rawbpf_show_json_format(line, LINE, &show, &all, &record, sizeof record);
	ck_assert_ptr_nonnull(strstr(line, "\"dirfd\":-100,\"dirfd_name\":\"/home\",\"path\":\"a\"}"));
	record.path[0] = '/';
	rawbpf_show_json_format(line, LINE, &show, &all, &record, sizeof record);
	ck_assert_ptr_nonnull(strstr(line, "\"dirfd\":-100,\"dirfd_name\":\"AT_FDCWD\",\"path\":\"/\"}"));
	record.path_size = -14;
	ck_assert_ptr_nonnull(strstr(row(&show, &record, sizeof record), "  (EFAULT)\n"));
	world_close(w);
}
END_TEST

/* A wide terminal has all columns; a narrow one lacks some of the head, but not the JSON. */
START_TEST(test_width)
{
	struct tool_record record = tool_record("cat", "/tmp/a");
	struct world *w = open_fields(tool_fields);
	struct rawbpf_show show = lay(w, 200, 0);

	ck_assert_str_eq(names(&show), "TIME          PID      TID     PPID      UID  COMM             RET           "
			 "FLAGS                       DIRFD                 PATH\n");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "23:13:21        7        8        1     1000  cat              -2 ENOENT     "
			 "O_WRONLY|O_CREAT|O_TRUNC    AT_FDCWD              /tmp/a\n");
	show = lay(w, 0, 0);
	ck_assert_str_eq(names(&show), "    PID  COMM          RET        FLAGS       DIRFD     PATH\n");
	ck_assert_str_eq(row(&show, &record, sizeof record), /* a value takes what those behind it leave */
			 "      7  cat           -2 ENOENT  O_WRONLY|O_CREAT|O_TRUNC  AT_FDCWD  /tmp/a\n");
	record = tool_record("cat", "/tmp/a-path-of-28-characters");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "      7  cat           -2 ENOENT  O_WRONL...  AT_FDCWD  /tmp/a-path-of-28-cha...\n");
	show = lay(w, 60, 0);
	ck_assert_str_eq(names(&show), "    PID  COMM      RET        FLAGS       DIRFD     PATH\n");
	show = lay(w, 10, 0);
	ck_assert_str_eq(names(&show), "    PID\n    COMM\n    RET\n    FLAGS\n    DIRFD\n    PATH\n");
	show = lay(w, 10, 1); /* a file has a line for each record */
	ck_assert_str_eq(names(&show), "    PID  COMM      RET        FLAGS       DIRFD     PATH\n");
	rawbpf_show_json_format(line, LINE, &show, &all, &record, sizeof record);
	ck_assert_ptr_nonnull(strstr(line, "\"pid\":7,\"tid\":8,\"ppid\":1,\"uid\":1000,\"comm\":\"cat\","));
	world_close(w);
}
END_TEST

/* Values that are too wide: texts end in dots, numbers push what follows, which catches up. */
START_TEST(test_cut)
{
	struct world *w = open_fields(" char name[32] text\n u8 small\n u32 x\n char path[64] text\n");
	struct { char name[32]; uint8_t small; uint32_t x; char path[64]; } record = { .small = 1, .x = 4000000000 };
	struct rawbpf_show show = lay(w, 50, 0);

	strcpy(record.name, "abcdefghijklmnopqrstuvwxyz");
	strcpy(record.path, "0123456789012345678901234567890123456789");
	ck_assert_str_eq(names(&show), "NAME             SMALL        X  PATH\n");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "abcdefghijkl...      1  4000000000  01234567890...\n");
	record.x = 1;
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "abcdefghijkl...      1        1  01234567890123...\n");
	/* A character of two columns is not cut in half; an escape neither. */
	strcpy(record.path, "0123456789012\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "abcdefghijkl...      1        1  0123456789012...\n");
	strcpy(record.path, "0123456789012\1\1\1");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "abcdefghijkl...      1        1  0123456789012...\n");
	/* What fits exactly stays. */
	strcpy(record.path, "01234567890123456");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "abcdefghijkl...      1        1  01234567890123456\n");
	/* An accent joins the letter before it. */
	strcpy(record.name, "\xe6\xbc\xa2\xe5\xad\x97" "e\xcc\x81");
	strcpy(record.path, "p");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "\xe6\xbc\xa2\xe5\xad\x97" "e\xcc\x81                1        1  p\n");
	show = lay(w, 50, 1);
	strcpy(record.name, "abcdefghijklmnopqrstuvwxyz");
	ck_assert_str_eq(row(&show, &record, sizeof record), "abcdefghijklmnopqrstuvwxyz  1  1  p\n");
	world_close(w);
}
END_TEST

/* An address has its port beside it; the port is no column, but a key. */
START_TEST(test_address)
{
	struct world *w = open_fields(" u16 family hidden\n u16 port port be\n u8 to[16] address family port\n");
	struct { uint16_t family; uint8_t port[2], to[16]; } record = { 2, { 1, 187 }, { 192, 0, 2, 1 } };
	struct rawbpf_show show = lay(w, 80, 0);

	ck_assert_str_eq(names(&show), "TO\n");
	ck_assert_str_eq(row(&show, &record, sizeof record), "192.0.2.1:443\n");
	rawbpf_show_json_format(line, LINE, &show, &all, &record, sizeof record);
	ck_assert_str_eq(line, "{\"port\":443,\"to\":\"192.0.2.1\"}\n");
	record.family = 10;
	ck_assert_str_eq(row(&show, &record, sizeof record), "[c000:201::]:443\n");
	record.family = 1;
	ck_assert_str_eq(row(&show, &record, sizeof record), "AF_UNIX\n");
	record.family = 77;
	ck_assert_str_eq(row(&show, &record, sizeof record), "77\n");
	record.family = 10;
	ck_assert_str_eq(row(&show, &record, 8), "-\n");
	ck_assert_str_eq(row(&show, &record, 1), "-\n");
	world_close(w);
}
END_TEST

/* A connection as tcpconnect tells it, without the prelude's head. */
struct connection {
	uint32_t pid;
	char comm[16];
	int32_t error;
	uint16_t family;
	uint8_t sport[2], dport[2], old, state;
	uint32_t netns;
	_Alignas(8) uint64_t took; /* i386 aligns it to 4 in a struct */
	uint8_t source[16], target[16];
};

static const char connection_fields[] =
	" u32 pid pid\n char comm[16] text\n s32 error errno\n u16 family hidden\n u16 sport port be\n"
	" u16 dport port be\n u8 old enum TCP_\n u8 state enum TCP_\n u32 netns\n u64 took duration\n"
	" u8 source[16] address family sport\n u8 target[16] address family dport\n";

/* Columns that do not fit stand below, and so does a value. No address is cut, and no line broken. */
START_TEST(test_below)
{
	struct connection record = { 216, "nc", -111, 2, { 143, 120 }, { 0, 9 }, 2, 7, 4026531840, 33571000,
				     { 10, 0, 2, 15 }, { 10, 0, 2, 2 } };
	struct world *w = open_fields(connection_fields);
	struct rawbpf_show show = lay(w, 80, 0);

	ck_assert_str_eq(names(&show), "    PID  COMM             ERROR         OLD              STATE\n"
			 "      NETNS        TOOK  SOURCE                 TARGET\n");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "    216  nc               -111 ECONNREFUSED  TCP_SYN_SENT  TCP_CLOSE\n"
			 "    4026531840  33.571 ms  10.0.2.15:36728      10.0.2.2:9\n");
	record.family = 10;
	memset(record.source, 0xab, 16);
	memset(record.target, 0xcd, 16);
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "    216  nc               -111 ECONNREFUSED  TCP_SYN_SENT  TCP_CLOSE\n"
			 "    4026531840  33.571 ms  [abab:abab:abab:abab:abab:abab:abab:abab]:36728\n"
			 "    [cdcd:cdcd:cdcd:cdcd:cdcd:cdcd:cdcd:cdcd]:9\n");
	show = lay(w, 80, 1);
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "    216  nc        -111 ECONNREFUSED  TCP_SYN_SENT  TCP_CLOSE  4026531840  33.571 ms  "
			 "[abab:abab:abab:abab:abab:abab:abab:abab]:36728  [cdcd:cdcd:cdcd:cdcd:cdcd:cdcd:cdcd:cdcd]:9\n");
	world_close(w);
}
END_TEST

/* The words of a last column that would be cut below its least width stand below as a whole. */
START_TEST(test_words_below)
{
	struct { uint32_t victim; char name[16]; _Alignas(8) uint64_t pages, total, more; uint32_t order; char reason[64]; } record =
		{ 156, "tail", 1335, 1024, 7, 3, "Memory cgroup out of memory" };
	struct world *w = open_fields(" u32 victim pid\n char name[16] text\n u64 pages\n u64 total\n u64 more\n u32 order\n"
				      " char reason[64] text\n");
	struct rawbpf_show show = lay(w, 70, 0);

	ck_assert_str_eq(names(&show), " VICTIM  NAME           PAGES       TOTAL        MORE    ORDER  REASON\n");
	show = lay(w, 60, 0);
	ck_assert_str_eq(names(&show), " VICTIM  NAME                  PAGES       TOTAL        MORE\n"
			 "      ORDER  REASON\n");
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "    156  tail                   1335        1024           7\n"
			 "          3  Memory cgroup out of memory\n");
	record.total = UINT64_MAX; /* it pushes those behind it */
	ck_assert_str_eq(row(&show, &record, sizeof record),
			 "    156  tail                   1335  18446744073709551615\n"
			 "             7\n"
			 "          3  Memory cgroup out of memory\n");
	world_close(w);
}
END_TEST

/* A stack stands below its record, with and without names. */
START_TEST(test_stack)
{
	struct world *w = open_fields(" u32 pid pid\n u32 pad hidden\n u64 stack[4] kstack\n");
	struct { uint32_t pid, pad; uint64_t stack[4]; } record = { 7, 0, { 0x1000, 0x2000, 0, 0x3000 } };
	struct rawbpf_show show = lay(w, 80, 0);

	ck_assert_str_eq(names(&show), "    PID\n");
	ck_assert_str_eq(row(&show, &record, sizeof record), "      7\n    vfs_read+0x1c\n    0x2000\n");
	ck_assert_str_eq(row(&show, &record, 20), "      7\n    vfs_read+0x1c\n");
	ck_assert_str_eq(row(&show, &record, 4), "      7\n");
	rawbpf_show_json_format(line, LINE, &show, &all, &record, sizeof record);
	ck_assert_str_eq(line, "{\"pid\":7,\"stack\":[\"vfs_read+0x1c\",\"0x2000\"]}\n");
	rawbpf_show_json_format(line, LINE, &show, &nothing, &record, sizeof record);
	ck_assert_str_eq(line, "{\"pid\":7,\"stack\":[\"0x1000\",\"0x2000\"]}\n");
	rawbpf_show_value_format(line, LINE, &show, &all, &record, sizeof record);
	ck_assert_str_eq(line, "pid=7 stack=vfs_read+0x1c 0x2000");
	world_close(w);
}
END_TEST

/* The process of a descriptor and of an address is the record's. */
START_TEST(test_process)
{
	struct world *w = open_fields(" u32 parent pid\n u32 pid pid\n s32 fd dirfd\n u32 pad hidden\n u64 path user string\n");
	struct { uint32_t parent, pid; int32_t fd; uint32_t pad; uint64_t path; } record = { 1, 7, 5, 0, 24 };
	struct rawbpf_show show = lay(w, 80, 0);

	ck_assert_str_eq(row(&show, &record, sizeof record), "      1        7  5 /proc/7\"\\x1b        a\\xffb\n");
	rawbpf_show_value_format(line, LINE, &show, &nothing, &record, sizeof record);
	ck_assert_str_eq(line, "parent=1 pid=7 fd=5 path=0x18");
	rawbpf_show_json_format(line, LINE, &show, &nothing, &record, sizeof record);
	ck_assert_str_eq(line, "{\"parent\":1,\"pid\":7,\"fd\":5,\"fd_name\":\"\",\"path_errno\":-61}\n");
	world_close(w);
}
END_TEST

/* Keys are unique, also beside those that JSON adds. */
START_TEST(test_names)
{
	struct world *w = world_open(".struct end\n u32 ip\n u32 port\n"
				     ".struct r\n end from\n end to\n s32 ret errno\n u32 ret_name\n end a\n end to2\n"
				     ".struct big\n u64 a[9]\n r inner hidden\n r rs[2]\n"
				     ".prog p\n.at none\n r0 = 0\n exit\n", RAWBPF_ARCH_X86_64, NULL);
	struct rawbpf_show show = lay(w, 80, 0);
	struct rawbpf_collection_error error;
	static const char *const wanted[] = { "ip", "port", "to_ip", "to_port", "ret", "ret_name_2", "a_ip",
					      "a_port", "to2_ip", "to2_port" };

	ck_assert_uint_eq(show.count, 10);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_str_eq(columns[i].name, wanted[i]);
	ck_assert_int_eq(rawbpf_show_resolve(&show, &w->collection, "no", &w->env, &error), -ENOENT);
	show.max = 9;
	ck_assert_int_eq(rawbpf_show_resolve(&show, &w->collection, "r", &w->env, &error), -ENOSPC);
	show.max = COLUMNS;
	ck_assert_int_eq(rawbpf_show_resolve(&show, &w->collection, "big", &w->env, &error), 0);
	ck_assert_uint_eq(show.count, 3);
	ck_assert_uint_eq(columns[2].present, RAWBPF_PRESENT_BYTES);
	ck_assert_uint_eq(columns[2].size, 40);
	world_close(w);
}
END_TEST

/* --------------------------------------------------------------------------------- maps */

static const char map_text[] =
	".struct k\n u32 pid pid\n u32 cpu\n.struct v\n u64 runs\n u64 took duration\n"
	".map plain hash u32 u64 4\n.map both hash k v 4\n.map odd hash 3 16 4\n"
	".show plain \"%-6x|%06d|\"\n.show plain duration\n.show both\n.show both \"a % b % c\"\n"
	".show odd\n.show plain \"100\33 %\"\n.show both pending\n"
	".prog p\n.at none\n r0 = 0\n exit\n";

static struct rawbpf_show lay_map(struct world *w, unsigned number)
{
	struct rawbpf_show show = { .columns = columns, .max = COLUMNS, .width = 80 };
	struct rawbpf_collection_error error;

	ck_assert_int_eq(rawbpf_show_map_resolve(&show, &w->collection, number, &w->env, &error), 0);
	return show;
}

static const char *text_of(struct world *w, const struct rawbpf_show *show, unsigned number, const void *data,
			   size_t size)
{
	const char *text = w->collection.strings + w->collection.shows[number].text;

	ck_assert_uint_eq(rawbpf_show_text_format(line, LINE, show, &all, text, data, size), strlen(line));
	return line;
}

START_TEST(test_map)
{
	const struct { uint32_t key, pad; uint64_t value; } plain = { 0x800, 0, 1500 };
	const struct { uint32_t pid, cpu; uint64_t runs, took; } both = { 7, 1, 3, 2500 };
	const struct { char key[8], value[16]; } odd = { "abc", "0123456789abcdef" };
	struct world *w = world_open(map_text, RAWBPF_ARCH_X86_64, NULL);
	struct rawbpf_show show = lay_map(w, 0);
	struct rawbpf_collection_error error;

	ck_assert_uint_eq(show.value_offset, 8);
	ck_assert_uint_eq(show.key_count, 1);
	ck_assert_str_eq(text_of(w, &show, 0, &plain, sizeof plain), "800   |001500|\n");
	ck_assert_str_eq(text_of(w, &show, 5, &plain, sizeof plain), "100\\x1b 1500\n");
	rawbpf_show_json_format(line, LINE, &show, &all, &plain, sizeof plain);
	ck_assert_str_eq(line, "{\"map\":\"plain\",\"key\":2048,\"value\":1500}\n");
	show = lay_map(w, 1);
	ck_assert_str_eq(names(&show), "    KEY       PLAIN\n");
	ck_assert_str_eq(row(&show, &plain, sizeof plain), "   2048    1.500 us\n");
	show = lay_map(w, 2);
	ck_assert_str_eq(names(&show), "    PID      CPU        RUNS        TOOK\n");
	ck_assert_str_eq(row(&show, &both, sizeof both), "      7        1           3    2.500 us\n");
	ck_assert_str_eq(text_of(w, &show, 3, &both, sizeof both), "a pid=7 cpu=1 b runs=3 took=2.500 us c\n");
	rawbpf_show_json_format(line, LINE, &show, &all, &both, sizeof both);
	ck_assert_str_eq(line, "{\"map\":\"both\",\"pid\":7,\"cpu\":1,\"runs\":3,\"took\":2500}\n");
	show.is_pending = 1;
	show.age_ns = 5;
	rawbpf_show_json_format(line, LINE, &show, &all, &both, sizeof both);
	ck_assert_str_eq(line, "{\"pending\":\"both\",\"age\":5,\"runs\":3,\"took\":2500}\n");
	show = lay_map(w, 4);
	rawbpf_show_json_format(line, LINE, &show, &all, &odd, sizeof odd);
	ck_assert_str_eq(line, "{\"map\":\"odd\",\"key\":\"616263\",\"value\":\"30313233343536373839616263646566\"}\n");
	ck_assert_int_eq(rawbpf_show_map_resolve(&show, &w->collection, 7, &w->env, &error), -ENOENT);
	world_close(w);
}
END_TEST

/* -------------------------------------------------------------------------------- schemas */

START_TEST(test_schema)
{
	struct world *w = open_fields(" u64 t clock\n s32 e errno\n u16 n[2]\n u32 z hidden\n char p[4] string\n"
				      " char q[4] words\n");
	struct rawbpf_show show = lay(w, 80, 0);

	rawbpf_show_schema_format(line, LINE, &show, "r\"");
	ck_assert_str_eq(line,
		"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"r\\\"\",\"type\":\"object\","
		"\"additionalProperties\":false,\"properties\":{\"t\":{\"type\":\"string\",\"format\":\"date-time\"},"
		"\"e\":{\"type\":\"integer\"},\"e_name\":{\"type\":\"string\"},"
		"\"n\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},"
		"\"p\":{\"type\":\"string\"},\"p_errno\":{\"type\":\"integer\"},"
		"\"q\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"q_errno\":{\"type\":\"integer\"}},"
		"\"required\":[\"t\",\"e\",\"n\"]}\n");
	world_close(w);
}
END_TEST

/* ----------------------------------------------------------------------------- histograms */

START_TEST(test_bars)
{
	const uint64_t counts[64] = { [0] = 1, [1] = 2, [3] = 40 }, last[64] = { [63] = UINT64_MAX }, none[4] = { 0 };
	struct rawbpf_bars bars = { .map = "usecs", .title = "micro\33seconds", .unit = "us", .width = 30 };

	ck_assert_uint_eq(rawbpf_bars_format(line, LINE, &bars, counts, 64), strlen(line));
	ck_assert_str_eq(line, "micro\\x1bseconds\n"
			       "   0.. 1 us   1  #\n"
			       "   2.. 3 us   2  #\n"
			       "   4.. 7 us   0\n"
			       "   8..15 us  40  #############\n");
	bars = (struct rawbpf_bars){ .map = "m", .step = 10, .width = 31 };
	rawbpf_bars_format(line, LINE, &bars, counts, 4);
	ck_assert_str_eq(line, "m\n   0.. 9   1  #\n  10..19   2  #\n  20..29   0\n  30..39  40  #################\n");
	rawbpf_bars_json_format(line, LINE, &bars, counts, 4);
	ck_assert_str_eq(line, "{\"map\":\"m\",\"unit\":\"\",\"buckets\":[{\"from\":0,\"to\":9,\"count\":1},"
			       "{\"from\":10,\"to\":19,\"count\":2},{\"from\":20,\"to\":29,\"count\":0},"
			       "{\"from\":30,\"to\":39,\"count\":40}]}\n");
	bars.step = 0;
	rawbpf_bars_json_format(line, LINE, &bars, last, 64);
	ck_assert_str_eq(line, "{\"map\":\"m\",\"unit\":\"\",\"buckets\":[{\"from\":9223372036854775808,"
			       "\"to\":18446744073709551615,\"count\":18446744073709551615}]}\n");
	rawbpf_bars_format(line, LINE, &bars, last, 64);
	ck_assert_str_eq(line, "m\n   9223372036854775808..18446744073709551615  18446744073709551615  ##########\n");
	rawbpf_bars_format(line, LINE, &bars, none, 4);
	ck_assert_str_eq(line, "m\n");
	rawbpf_bars_json_format(line, LINE, &bars, none, 4);
	ck_assert_str_eq(line, "{\"map\":\"m\",\"unit\":\"\",\"buckets\":[]}\n");
}
END_TEST

/* ------------------------------------------------------------------------------- any bytes */

/* As snprintf(3): less room changes neither the result nor what stands in it. */
START_TEST(test_room)
{
	struct tool_record record = tool_record("\xe6\xbc\xa2\1\xff", "/tmp/\xe6\xbc\xa2\2");
	struct world *w = open_fields(tool_fields);
	struct rawbpf_show show = lay(w, 80, 0);
	char whole[1024], part[1024];

	for (int json = 0; json < 2; json++) {
		size_t (*format)(char *, size_t, const struct rawbpf_show *, const struct rawbpf_show_system *,
				 const void *, size_t) = json ? rawbpf_show_json_format : rawbpf_show_record_format;
		size_t length = format(whole, sizeof whole, &show, &all, &record, sizeof record);

		ck_assert_uint_eq(format(NULL, 0, &show, &all, &record, sizeof record), length);
		for (size_t size = 1; size <= length; size++) {
			memset(part, 'x', sizeof part);
			ck_assert_uint_eq(format(part, size, &show, &all, &record, sizeof record), length);
			ck_assert_uint_lt(strlen(part), size);
			ck_assert_mem_eq(part, whole, strlen(part));
			ck_assert_int_eq(part[size], 'x');
		}
	}
	world_close(w);
}
END_TEST

/* Read the string of a key back: `\udcNN` is a byte, another escape its character. */
static size_t read_back(char *bytes, const char *json, const char *key)
{
	const char *at = strstr(json, key);
	char *end = bytes;

	ck_assert_ptr_nonnull(at);
	for (at += strlen(key); *at != '"'; at++) {
		char digits[5] = "";
		unsigned long point;

		if (*at != '\\') {
			*end++ = *at;
			continue;
		}
		if (*++at != 'u') {
			*end++ = *at;
			continue;
		}
		memcpy(digits, at + 1, 4);
		at += 4;
		point = strtoul(digits, NULL, 16);
		if (point >> 8 == 0xdc || point < 0x80)
			*end++ = point;
		else {
			if (point >= 0x800) {
				*end++ = 0xe0 | point >> 12;
				*end++ = 0x80 | (point >> 6 & 63);
			} else
				*end++ = 0xc0 | point >> 6;
			*end++ = 0x80 | (point & 63);
		}
	}
	return end - bytes;
}

/* Records of random bytes: the terminal gets printable ones only, and JSON gives the bytes back. */
START_TEST(test_hostile)
{
	struct world *w = open_fields(tool_fields);
	struct rawbpf_show show = lay(w, 80, 0);
	struct tool_record record;
	unsigned rounds = unit_long() ? 1000000 : 10000;
	char bytes[256];

	srandom(1);
	for (unsigned i = 0; i < rounds; i++) {
		size_t length;

		for (size_t j = 0; j < sizeof record; j++)
			((unsigned char *)&record)[j] = i % 2 ? random() : "\xe6\xbc\xa2\x1b\\\"a\xe2\x80\xae"[random() % 10];
		record.path_size = 1 + random() % 64;
		record.path[record.path_size - 1] = '\0';
		rawbpf_show_record_format(line, LINE, &show, &all, &record, sizeof record);
		length = strlen(line);
		ck_assert_int_eq(line[length - 1], '\n');
		for (size_t j = 0; j + 1 < length; j++)
			ck_assert_msg(((unsigned char)line[j] >= ' ' && line[j] != 0x7f) ||
				      strncmp(line + j, "\n    ", 5) == 0, "round %u: %d", i, line[j]);
		ck_assert_ptr_null(strstr(line, "\xe2\x80\xae"));
		rawbpf_show_json_format(line, LINE, &show, &all, &record, sizeof record);
		length = read_back(bytes, line, "\"path\":\"");
		ck_assert_uint_eq(length, record.path_size - 1);
		ck_assert_mem_eq(bytes, record.path, length);
	}
	world_close(w);
}
END_TEST

/* Dates, compared with the C library's. */
START_TEST(test_dates)
{
	struct world *w = open_fields(" u64 t clock\n");
	struct rawbpf_show show = lay(w, 80, 0);
	uint64_t most = sizeof(time_t) < 8 ? INT32_MAX : UINT64_C(18446744073);
	char wanted[64];

	for (uint64_t second = 0; second < most; second += 86399 * (unit_long() ? 1 : 17)) {
		time_t time = second;
		struct tm parts;
		uint64_t ns = second * 1000000000;

		gmtime_r(&time, &parts);
		strftime(wanted, sizeof wanted, "{\"t\":\"%Y-%m-%dT%H:%M:%S.000000000Z\"}\n", &parts);
		rawbpf_show_json_format(line, LINE, &show, &nothing, &ns, sizeof ns);
		ck_assert_str_eq(line, wanted);
	}
	world_close(w);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_field, 0, sizeof fields / sizeof fields[0]);
	tcase_add_test(tests, test_directory);
	tcase_add_test(tests, test_width);
	tcase_add_test(tests, test_cut);
	tcase_add_test(tests, test_address);
	tcase_add_test(tests, test_below);
	tcase_add_test(tests, test_words_below);
	tcase_add_test(tests, test_stack);
	tcase_add_test(tests, test_process);
	tcase_add_test(tests, test_names);
	tcase_add_test(tests, test_map);
	tcase_add_test(tests, test_schema);
	tcase_add_test(tests, test_bars);
	tcase_add_test(tests, test_room);
	tcase_add_test(tests, test_hostile);
	tcase_add_test(tests, test_dates);
}

int main(void)
{
	return unit_run("collection_show", add_tests);
}
