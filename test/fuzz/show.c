/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any bytes as a record of a text with each presentation, or of one of its maps. Lines hold
 * only what a terminal prints, JSON only what a string may hold. Less room gives the beginning of the
 * same text, and nothing is written behind it.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude test/fuzz/show.c lib/rawbpf.c
 */
#include <rawbpf/show.h>
#include <rawbpf/symbol.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 64, ROOM = 1 << 16 };

static const char text[] =
	".struct inner\n u32 pid pid\n u16 port port be\n"
	".struct r\n u64 t clock\n inner a\n inner b\n s64 e errno\n s32 s signal\n u64 f flags O_\n s16 n enum TCP_\n"
	" s32 fd dirfd\n u64 d duration\n u64 g age\n u16 fam hidden\n u16 port port\n u8 to[16] address fam port\n"
	" u8 v4[4] address\n u32 dev dev\n u64 us user string\n u8 x[5] bytes\n u64 h hex\n u32 l[3]\n char c[7] text\n"
	" u64 k[5] kstack\n char w[16] words\n char p[32] string\n"
	".map m hash inner u64 4\n.map n hash u32 u64 4\n.map o array u32 r 4\n.show m \"% x %-9x\"\n.show o\n.show o pending\n.show n log2 us\n"
	".prog p\n.at none\n r0 = 0\n exit\n";

static struct rawbpf_collection collection;
static struct rawbpf_collection_env env;
static char whole[ROOM], part[ROOM];
static unsigned choice;

static void check(int holds)
{
	if (!holds)
		abort();
}

static size_t symbol(void *context, char *name, size_t size, const uint64_t *stack, unsigned count, unsigned index)
{
	(void)context;
	check(index < count && stack[index]);
	memset(name, (int)stack[index], size);
	return stack[index] % (2 * size);
}

static size_t directory(void *context, char *path, size_t size, unsigned pid, int fd)
{
	(void)context;
	memset(path, (int)pid, size);
	return (unsigned)fd % (2 * size);
}

static long user_string(void *context, char *bytes, size_t size, unsigned pid, uint64_t address)
{
	(void)context;
	memset(bytes, (int)pid, size);
	return address & 1 ? -(long)(address % 5000) : (long)(address % (2 * size));
}

static const struct rawbpf_show_system bare, full = {
	.wall_ns = 1700000000000000000, .zone_s = -7200, .now_ns = 1 << 30,
	.symbol = symbol, .directory = directory, .user_string = user_string };

typedef size_t format(char *, size_t, const struct rawbpf_show *, const struct rawbpf_show_system *, const void *,
		      size_t);

static size_t by_text(char *out, size_t size, const struct rawbpf_show *show,
		      const struct rawbpf_show_system *system, const void *data, size_t data_size)
{
	return rawbpf_show_text_format(out, size, show, system, "%-5 [%012x]", data, data_size);
}

/* Write a record, and again with less room. No control character but newlines of lines is in it. */
static void try(format *write, const struct rawbpf_show *show, const unsigned char *data, size_t size)
{
	const struct rawbpf_show_system *system = choice & 1 ? &full : &bare;
	size_t length = write(whole, ROOM, show, system, data, size), room = 1 + choice * 37 % (length + 1);

	check(length < ROOM && strlen(whole) == length);
	for (size_t i = 0; i < length; i++)
		check((unsigned char)whole[i] >= ' ' || (whole[i] == '\n' && write != rawbpf_show_value_format));
	memset(part, 'x', room + 1);
	check(write(part, room, show, system, data, size) == length);
	check(strlen(part) < room && part[room] == 'x' && !memcmp(part, whole, strlen(part)));
}

static void try_all(struct rawbpf_show *show, const unsigned char *data, size_t size)
{
	static format *const formats[] = { rawbpf_show_record_format, rawbpf_show_value_format,
					   rawbpf_show_json_format, by_text };

	for (unsigned i = 0; i < sizeof formats / sizeof formats[0]; i++)
		try(formats[i], show, data, size);
	check(rawbpf_show_names_format(whole, ROOM, show) < ROOM);
	check(rawbpf_show_schema_format(whole, ROOM, show, "\33\"") < ROOM);
}

static void open_text(void)
{
	static uint64_t memory[1 << 15], index_memory[1 << 10];
	static struct rawbpf_collection_index index = { .memory = index_memory, .size = sizeof index_memory };
	struct rawbpf_collection_text input = { .text = text, .length = sizeof text - 1, .memory = memory,
						.memory_size = sizeof memory };

	check(rawbpf_collection_parse(&collection, &input) == 0);
	check(rawbpf_collection_index_size(&collection) <= sizeof index_memory);
	env.index = &index;
}

static void try_bars(const unsigned char *data, size_t size)
{
	struct rawbpf_bars bars = { .map = "m", .title = "t\33", .unit = choice & 2 ? "us" : NULL,
				    .step = choice & 4 ? choice : 0, .width = choice % 200 };
	uint64_t counts[64] = { 0 };

	memcpy(counts, data, size < sizeof counts ? size : sizeof counts);
	check(rawbpf_bars_format(whole, ROOM, &bars, counts, 64) == strlen(whole));
	check(rawbpf_bars_json_format(whole, ROOM, &bars, counts, 64) == strlen(whole));
	check(rawbpf_bars_schema_format(whole, ROOM, &bars) == strlen(whole));
}

/* The first byte chooses a width and what the system tells; the size, which table it is. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct rawbpf_column columns[COLUMNS];
	struct rawbpf_collection_error error;
	struct rawbpf_show show;
	unsigned char *record;
	unsigned line;

	if (!collection.strings)
		open_text();
	if (!size)
		return 0;
	choice = data[0];
	record = malloc(size - 1); /* exactly, so that the sanitizer sees each byte behind it */
	memcpy(record, data + 1, size - 1);
	line = size % (collection.show_count + 1);
	show = (struct rawbpf_show){ .columns = columns, .max = COLUMNS, .width = choice, .is_whole = choice >> 7,
				     .is_pending = line == 3 };
	check((line ? rawbpf_show_map_resolve(&show, &collection, line - 1, &env, &error) :
		      rawbpf_show_resolve(&show, &collection, "r", &env, &error)) == 0);
	try_all(&show, record, size - 1);
	try_bars(record, size - 1);
	free(record);
	return 0;
}
