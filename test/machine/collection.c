/* SPDX-License-Identifier: MIT */
/* Programs of collections in the machine: names, maps, tail calls, data, errors. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/vm_collection.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

#include "../unit.h"

/* A text that was parsed, and the program that was loaded. */
struct text {
	struct rawbpf_collection collection;
	void *tables, *memory;
	struct rawbpf_vm_collection loaded;
	struct rawbpf_vm_world world;
	struct rawbpf_vm_helpers helpers;
	struct rawbpf_vm vm;
	int result;
};

static struct text *parsed(const char *words)
{
	struct text *text = calloc(1, sizeof(*text));
	struct rawbpf_collection_error error = { .macro_line = 0 };
	struct rawbpf_collection_text input = { .text = words, .length = strlen(words),
		.errors = &error, .error_max = 1, .memory_size = 1 << 20 };

	text->tables = input.memory = malloc(input.memory_size);
	ck_assert_msg(rawbpf_collection_parse(&text->collection, &input) == 0, "line %u: %s",
		      error.at.line, error.at.message);
	return text;
}

/* Load in memory of a size, aligned to 8, so that sanitizers see what is outside. */
static void load(struct text *text, size_t size, struct rawbpf_vm_collection_spec spec)
{
	free(text->memory);
	text->memory = malloc(size);
	memset(text->memory, 0xa5, size);
	spec.collection = &text->collection;
	spec.memory = text->memory;
	spec.memory_size = size;
	text->result = rawbpf_vm_collection_open(&text->loaded, &spec);
}

#define LOADED(WORDS, ...) loaded(WORDS, (struct rawbpf_vm_collection_spec){ __VA_ARGS__ })
static struct text *loaded(const char *words, struct rawbpf_vm_collection_spec spec)
{
	struct text *text = parsed(words);

	load(text, 1 << 20, spec);
	ck_assert_msg(text->result == 0, "%d: line %u: %s", text->result,
		      text->loaded.error.at.line, text->loaded.error.at.message);
	return text;
}

static void text_close(struct text *text)
{
	free(text->tables);
	free(text->memory);
	free(text);
}

static void expect_end(struct text *text, uint64_t r0)
{
	rawbpf_vm_helpers_get(&text->helpers, &text->world);
	text->loaded.machine.helpers = &text->helpers;
	ck_assert_int_eq(rawbpf_vm_open(&text->vm, &text->loaded.machine), 0);
	ck_assert_int_eq(rawbpf_vm_run(&text->vm, 10000), RAWBPF_VM_ENDED);
	ck_assert_uint_eq(text->vm.r[0], r0);
}

static void expect_refused(const char *words, int error, unsigned line, const char *message)
{
	struct text *text = parsed(words);

	load(text, 1 << 20, (struct rawbpf_vm_collection_spec){ .prog = 0 });
	ck_assert_int_eq(text->result, error);
	ck_assert_str_eq(text->loaded.error.at.message, message);
	ck_assert_uint_eq(text->loaded.error.at.line, line);
	text_close(text);
}

/* O_CREAT is 0100 on x86_64 and arm64; ENOENT is 2; AF_INET6 is 10; xdp_md.data_end is at 4. */
START_TEST(names_of_the_headers)
{
	struct text *text = LOADED(".set sum ENOENT + AF_INET6\n.prog p\n.at xdp\nr0 = sum\n"
				   "r0 += xdp_md.data_end\nexit\n", .prog = 0);

	expect_end(text, 16);
	text_close(text);
}
END_TEST

START_TEST(options)
{
	const struct rawbpf_option options[] = { { .name = "limit", .value = 30 } };
	const struct rawbpf_collection_env env = { .options = options, .option_count = 1,
						   .self_pid = 12 };
	struct text *text = LOADED(".param limit 5 \"-l N: a limit\"\n.prog p\n.at none\n"
				   "r0 = opt.limit + self.pid\nexit\n", .env = &env);

	expect_end(text, 42);
	text_close(text);
}
END_TEST

/* The second of two programs is chosen, and its function runs. */
START_TEST(a_program_and_its_function)
{
	struct text *text = LOADED(".prog a\n.at none\nr0 = 1\nexit\n"
				   ".prog b\n.at none\nr1 = 6\ncall square\nr0 += 6\nexit\n"
				   "square: r0 = r1\nr0 *= r1\nexit\n", .prog = 1);

	expect_end(text, 42);
	ck_assert_str_eq(text->loaded.units[0].prog.name, "b");
	ck_assert_uint_eq(text->loaded.unit_count, 1);
	ck_assert_uint_eq(text->loaded.units[0].resolved.lines[0] >> 16, 7);
	text_close(text);
}
END_TEST

START_TEST(maps_begin_empty_again)
{
	struct text *text = LOADED(".map seen hash u32 u64 4\n.prog p\n.at none\n.local key u32\n"
				   "*(u32 *)(r10 + key) = 7\ncount seen, r10 + key\n"
				   "r0 = 0\nexit\n", .prog = 0);
	struct rawbpf_vm_map *seen = text->loaded.maps;
	const uint32_t key = 7;
	uint64_t value = 0;

	expect_end(text, 0);
	expect_end(text, 0);
	ck_assert_int_eq(rawbpf_vm_map_lookup(seen, &key, &value), 0);
	ck_assert_uint_eq(value, 2);
	ck_assert_int_eq(rawbpf_vm_maps_open(&text->loaded), 0);
	ck_assert_int_eq(rawbpf_vm_map_lookup(seen, &key, &value), -ENOENT);
	expect_end(text, 0);
	ck_assert_int_eq(rawbpf_vm_map_lookup(seen, &key, &value), 0);
	ck_assert_uint_eq(value, 1);
	text_close(text);
}
END_TEST

/* A section of data has its values, and again after a run that changed them. */
START_TEST(data)
{
	struct text *text = LOADED(".prog p\n.at none\nr1 = number ll\nr0 = *(u32 *)(r1 + 0)\n"
				   "r2 = 1\n*(u32 *)(r1 + 0) = r2\nexit\n"
				   ".section .data\nnumber: .long 40\n", .prog = 0);

	expect_end(text, 40);
	expect_end(text, 1);
	ck_assert_int_eq(rawbpf_vm_maps_open(&text->loaded), 0);
	expect_end(text, 40);
	text_close(text);
}
END_TEST

static const char tail[] =
	".map next prog_array u32 u32 4\n"
	".prog first\n.at xdp\nr2 = map next\nr3 = 2\ncall tail_call\nr0 = 1\nexit\n"
	".prog second\n.at tail next[1 + 1] xdp\nr0 = 42\nexit\n";

START_TEST(a_tail_call)
{
	struct text *text = LOADED(tail, .prog = 0);

	ck_assert_uint_eq(text->loaded.unit_count, 2);
	expect_end(text, 42);
	ck_assert_uint_eq(text->vm.tail_calls, 1);
	ck_assert_ptr_eq(text->vm.prog, &text->loaded.units[1].prog);
	ck_assert_int_eq(rawbpf_vm_maps_open(&text->loaded), 0);
	expect_end(text, 42);
	text_close(text);
}
END_TEST

START_TEST(a_tail_past_the_end)
{
	expect_refused(".map next prog_array u32 u32 4\n.prog p\n.at xdp\nr0 = 1\nexit\n"
		       ".prog q\n.at tail next[4] xdp\nr0 = 1\nexit\n", -EINVAL, 7,
		       "the element is past the end of the prog array 'next'");
}
END_TEST

/* A system call is a tracepoint, whose arguments begin at byte 16. */
START_TEST(a_system_call)
{
	const struct rawbpf_collection_env env = { .arch = RAWBPF_ARCH_X86_64 };
	struct text *text = LOADED(".prog p\n.at syscall write(_, _, size: u32)\n"
				   "r0 = *(u32 *)(r10 + size)\nexit\n", .env = &env);
	unsigned char record[64] = { 0 };
	const uint64_t size = 42;
	struct rawbpf_vm_region context = { .name = "context", .size = sizeof(record),
					    .bytes = record, .rights = RAWBPF_VM_READ };

	memcpy(record + 32, &size, sizeof(size));
	text->loaded.machine.context = &context;
	ck_assert_int_eq(text->loaded.units[0].unit.way, RAWBPF_WAY_TRACEPOINT);
	expect_end(text, 42);
	text_close(text);
}
END_TEST

/* fentry needs BTF. The place behind .or does not. */
START_TEST(the_first_place_that_can_be)
{
	static const char words[] = ".prog p\n.at fentry vfs_read\n.or kprobe vfs_read\n"
				    "r0 = 0\n.if way == kprobe\nr0 = 42\n.endif\nexit\n";
	struct text *text = LOADED(words, .prog = 0);

	ck_assert_int_eq(text->loaded.units[0].unit.way, RAWBPF_WAY_KPROBE);
	expect_end(text, 42);
	load(text, 1 << 20, (struct rawbpf_vm_collection_spec){ .way = RAWBPF_WAY_FENTRY });
	ck_assert_int_eq(text->result, -ENODATA);
	load(text, 1 << 20, (struct rawbpf_vm_collection_spec){ .way = RAWBPF_WAY_XDP });
	ck_assert_int_eq(text->result, -EOPNOTSUPP);
	ck_assert_str_eq(text->loaded.error.at.message, "no place of this way has the program 'p'");
	load(text, 1 << 20, (struct rawbpf_vm_collection_spec){ .prog = 1 });
	ck_assert_int_eq(text->result, -EINVAL);
	text_close(text);
}
END_TEST

START_TEST(what_needs_btf)
{
	expect_refused(".prog p\n.at kprobe x\nr0 = task_struct.tgid\nexit\n", -ENODATA, 3,
		       "the file has no 'task_struct.tgid', and there is neither BTF nor an offsets "
		       "file of the kernel");
	expect_refused(".prog p\n.at fentry vfs_read\nr0 = 0\nexit\n", -ENODATA, 2,
		       "'vfs_read' needs the kernel's BTF, and there is none");
}
END_TEST

START_TEST(an_offsets_file)
{
	static const char lines[] = "rawbpf offsets 1\nmember task_struct.tgid 1172 4 4\n";
	struct rawbpf_offsets offsets;
	const struct rawbpf_symbols symbols = { .offsets = &offsets };
	const struct rawbpf_collection_env env = { .symbols = &symbols };
	struct text *text;

	ck_assert_int_eq(rawbpf_offsets_parse(&offsets, lines, sizeof(lines) - 1), 0);
	text = LOADED(".prog p\n.at kprobe x\nr0 = task_struct.tgid\nexit\n", .env = &env);
	expect_end(text, 1172);
	text_close(text);
}
END_TEST

START_TEST(maps_that_cannot_be)
{
	expect_refused(".map m cgroup_array u32 u32 4\n.prog p\n.at none\nr0 = 0\nexit\n",
		       -EOPNOTSUPP, 1, "the machine has no maps of the type of 'm'");
	expect_refused(".map m array u64 u32 4\n.prog p\n.at none\nr0 = 0\nexit\n",
		       -EINVAL, 1, "a size or flag is wrong for 'm'");
}
END_TEST

/* Each size is either too small, and says so, or enough. */
START_TEST(memory)
{
	struct text *text = parsed(tail);
	size_t size = 0;

	do {
		size += 1024;
		load(text, size, (struct rawbpf_vm_collection_spec){ .prog = 0 });
		ck_assert(text->result == 0 || text->result == -ENOSPC);
		ck_assert_str_eq(text->loaded.error.at.message, "");
	} while (text->result);
	ck_assert_uint_gt(size, 8 * 1024);
	ck_assert_uint_lt(size, 64 * 1024);
	expect_end(text, 42);
	text_close(text);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, names_of_the_headers);
	tcase_add_test(tests, options);
	tcase_add_test(tests, a_program_and_its_function);
	tcase_add_test(tests, maps_begin_empty_again);
	tcase_add_test(tests, data);
	tcase_add_test(tests, a_tail_call);
	tcase_add_test(tests, a_tail_past_the_end);
	tcase_add_test(tests, a_system_call);
	tcase_add_test(tests, the_first_place_that_can_be);
	tcase_add_test(tests, what_needs_btf);
	tcase_add_test(tests, an_offsets_file);
	tcase_add_test(tests, maps_that_cannot_be);
	tcase_add_test(tests, memory);
}

int main(void)
{
	return unit_run("machine_collection", add_tests);
}
