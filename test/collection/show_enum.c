/* SPDX-License-Identifier: MIT */
/* `enum` and `flags` with the name of a type of the kernel's BTF: names of its enumerators. */
#include "../unit.h"
#include "world.h"

#include <rawbpf/btf.h>
#include <rawbpf/show.h>

/* Strings of the BTF, and their places. */
static const char strings[] = "\0pid_type\0PIDTYPE_PID\0PIDTYPE_TGID\0bits\0ONE\0TWO\0ALL\0wide\0HUGE\0LOW\0bad\33";
enum { PID_TYPE = 1, PIDTYPE_PID = 10, PIDTYPE_TGID = 22, BITS = 35, ONE = 40, TWO = 44, ALL = 48, WIDE = 52,
       HUGE = 57, LOW = 62, BAD = 66 };

static uint32_t info(unsigned kind, unsigned count)
{
	return kind << 24 | count;
}

/* Make BTF with three enums; one is of 64 bits, and one has a negative value. */
static void make_kernel(struct rawbpf_btf *kernel, unsigned char *memory, size_t size)
{
	const uint32_t types[] = {
		PID_TYPE, info(6, 3), 4, PIDTYPE_PID, 0, PIDTYPE_TGID, 1, BAD, (uint32_t)-7,
		BITS, info(6, 3), 4, ONE, 1, TWO, 2, ALL, 0x80000003,
		WIDE, info(19, 2), 8, HUGE, 5, 1, LOW, 0xfffffffe, 0xffffffff };
	const struct btf_header header = { .magic = 0xeb9f, .version = 1, .hdr_len = sizeof header,
					   .type_len = sizeof types, .str_off = sizeof types,
					   .str_len = sizeof strings };

	ck_assert_uint_ge(size, sizeof header + sizeof types + sizeof strings);
	memcpy(memory, &header, sizeof header);
	memcpy(memory + sizeof header, types, sizeof types);
	memcpy(memory + sizeof header + sizeof types, strings, sizeof strings);
	ck_assert_int_eq(rawbpf_btf_parse(kernel, memory, sizeof header + sizeof types + sizeof strings, NULL), 0);
}

static const struct {
	const char *field;
	uint64_t number;
	const char *text, *json;
} fields[] = {
	{ "u32 x enum pid_type", 0, "PIDTYPE_PID", "\"x\":0,\"x_name\":\"PIDTYPE_PID\"" },
	{ "u32 x enum pid_type", 1, "PIDTYPE_TGID", "\"x\":1,\"x_name\":\"PIDTYPE_TGID\"" },
	{ "u8 x enum pid_type", 1, "PIDTYPE_TGID", "\"x\":1,\"x_name\":\"PIDTYPE_TGID\"" },
	{ "u32 x enum pid_type", 2, "2", "\"x\":2,\"x_name\":\"\"" },
	/* a negative enumerator, in fields of both signs; its name is hostile */
	{ "s32 x enum pid_type", -7, "bad\\x1b", "\"x\":-7,\"x_name\":\"bad\\u001b\"" },
	{ "u32 x enum pid_type", 0xfffffff9, "bad\\x1b", "\"x\":4294967289,\"x_name\":\"bad\\u001b\"" },
	{ "s64 x enum pid_type", -7, "bad\\x1b", "\"x\":-7,\"x_name\":\"bad\\u001b\"" },
	/* a value that has more bits than the field is no name of it */
	{ "u8 x enum bits", 3, "3", "\"x\":3,\"x_name\":\"\"" },
	{ "u32 x enum bits", 0x80000003, "ALL", "\"x\":2147483651,\"x_name\":\"ALL\"" },
	{ "u64 x enum wide", UINT64_C(0x100000005), "HUGE", "\"x\":4294967301,\"x_name\":\"HUGE\"" },
	{ "s8 x enum wide", -2, "LOW", "\"x\":-2,\"x_name\":\"LOW\"" },
	{ "u32 x enum wide", 5, "5", "\"x\":5,\"x_name\":\"\"" },
	/* bits */
	{ "u32 x flags bits", 3, "ONE|TWO", "\"x\":3,\"x_name\":\"ONE|TWO\"" },
	{ "u32 x flags bits", 0x80000007, "ALL|0x4", NULL },
	{ "u32 x flags bits", 0, "0", "\"x\":0,\"x_name\":\"0\"" },
	{ "u32 x flags pid_type", 0, "PIDTYPE_PID", "\"x\":0,\"x_name\":\"PIDTYPE_PID\"" },
	/* no type of this name; part of a name; constants come first */
	{ "u32 x enum no_type", 1, "1", "\"x\":1,\"x_name\":\"\"" },
	{ "u32 x enum pid_", 1, "1", "\"x\":1,\"x_name\":\"\"" },
	{ "u32 x enum TCP_", 7, "TCP_CLOSE", "\"x\":7,\"x_name\":\"TCP_CLOSE\"" },
};

/* Lay out a struct with this field. */
static struct rawbpf_show lay(const struct world *w, struct rawbpf_column *column)
{
	struct rawbpf_show show = { .columns = column, .max = 1, .is_whole = 1 };
	struct rawbpf_collection_error error = { .macro_line = 0 };

	ck_assert_int_eq(rawbpf_show_resolve(&show, &w->collection, "r", &w->env, &error), 0);
	return show;
}

static struct world *open_field(const char *field, const struct rawbpf_btf *kernel)
{
	char text[200];

	snprintf(text, sizeof text, ".struct r\n %s\n.map m hash u32 u64 1\n.prog p\n.at none\n r0 = 0\n exit\n", field);
	return world_open(text, RAWBPF_ARCH_X86_64, kernel);
}

/* _i: the row */
START_TEST(test_names)
{
	static const struct rawbpf_show_system system = { .arch = RAWBPF_ARCH_X86_64 };
	uint32_t memory[128];
	struct rawbpf_btf kernel;
	struct rawbpf_column column;
	struct rawbpf_show show;
	struct world *w;
	char line[200], wanted[200];
	uint64_t number = fields[_i].number;
	const unsigned char *record = (unsigned char *)&number;

	make_kernel(&kernel, (unsigned char *)memory, sizeof memory);
	w = open_field(fields[_i].field, &kernel);
	show = lay(w, &column);
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		record += sizeof number - column.size;
	rawbpf_show_record_format(line, sizeof line, &show, &system, record, column.size);
	line[strcspn(line, "\n")] = '\0';
	ck_assert_str_eq(line + strspn(line, " "), fields[_i].text);
	rawbpf_show_json_format(line, sizeof line, &show, &system, record, column.size);
	snprintf(wanted, sizeof wanted, "{%s}\n", fields[_i].json ? fields[_i].json : "");
	if (fields[_i].json)
		ck_assert_str_eq(line, wanted);
	world_close(w);
}
END_TEST

static unsigned opened;

static void open_kernel(void *context)
{
	struct rawbpf_symbols *symbols = context;

	symbols->open_kernel = NULL;
	opened++;
}

/* BTF is opened for a type only: constants need none. */
START_TEST(test_opened)
{
	struct rawbpf_column column;

	for (int is_type = 0; is_type < 2; is_type++) {
		struct world *w = open_field(is_type ? "u32 x enum pid_type" : "u32 x flags O_", NULL);

		w->symbols.open_kernel = open_kernel;
		w->symbols.context = &w->symbols;
		opened = 0;
		lay(w, &column);
		ck_assert_int_eq(opened, is_type);
		ck_assert_ptr_null(column.btf);
		world_close(w);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_names, 0, sizeof fields / sizeof fields[0]);
	tcase_add_test(tests, test_opened);
}

int main(void)
{
	return unit_run("collection_show_enum", add_tests);
}
