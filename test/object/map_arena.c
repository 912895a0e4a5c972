/* SPDX-License-Identifier: MIT */
/* Arenas in this process's memory, in that of another, and as a program sees them. */
#include "../live.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { PAGES = 3 };

static const uint64_t fixed = 1ull << 44;

/* Create an arena of PAGES pages at this address; 0: at none yet. */
static int arena_create(uint64_t address)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARENA, .flags = BPF_F_MMAPABLE, .max_entries = PAGES,
		.map_extra = address });
}

#define NEEDS_ARENA() \
	do { \
		int has, err = rawbpf_probe_map_has(&has, BPF_MAP_TYPE_ARENA, NULL); \
                                         \
		ck_assert_int_eq(err, 0); \
		if (!has) \
			SKIP("this kernel has no arenas"); \
	} while (0)

/* Run a program that adds 1 to the number at `from`, and writes the sum to `to`. */
static void add_one(int map, const void *from, const void *to)
{
	struct rawbpf_prog_run run = { 0 };
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_LD_IMM64(BPF_REG_2, (uintptr_t)from),
		RAWBPF_ADDR_SPACE_CAST(BPF_REG_2, BPF_REG_2, 0, 1),
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_2, 0),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, 1),
		BPF_LD_IMM64(BPF_REG_2, (uintptr_t)to),
		RAWBPF_ADDR_SPACE_CAST(BPF_REG_2, BPF_REG_2, 0, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_2, BPF_REG_3, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SYSCALL, .license = "GPL", .flags = BPF_F_SLEEPABLE,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) });

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	close(prog);
}

/* Both sides see the same numbers, on each page. */
START_TEST(test_shared)
{
	struct rawbpf_map_view view;
	const size_t page = sysconf(_SC_PAGESIZE);
	int map;

	NEEDS_ARENA();
	map = arena_create(_i ? fixed : 0);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, NULL), 0);
	ck_assert_uint_eq(view.stride, page);
	ck_assert_uint_eq(view.size, PAGES * page);
	if (_i)
		ck_assert_uint_eq((uintptr_t)view.data, fixed);
	for (int i = 0; i < PAGES; i++) {
		volatile uint64_t *from = (void *)((char *)view.data + i * view.stride);
		volatile uint64_t *to = from + page / sizeof *to - 1;

		ck_assert_uint_eq(*to, 0);
		*from = 1000 * i;
		add_one(map, (const void *)from, (const void *)to);
		ck_assert_uint_eq(*to, 1000 * i + 1);
		ck_assert_uint_eq(*from, 1000 * i);
	}
	rawbpf_map_view_close(&view);
	ck_assert_ptr_null(view.data);
	rawbpf_map_view_close(&view);
	close(map);
}
END_TEST

/* Closed and opened again, the arena holds what it held, at the same address or nowhere. */
START_TEST(test_again)
{
	struct rawbpf_map_view view, second;
	const size_t page = sysconf(_SC_PAGESIZE);
	void *first;
	int map;

	NEEDS_ARENA();
	map = arena_create(0);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, NULL), 0);
	first = view.data;
	*(uint64_t *)view.data = 42;
	ck_assert_int_eq(rawbpf_map_arena_open(&second, map, first), -EBUSY);
	ck_assert_ptr_null(second.data);
	rawbpf_map_view_close(&view);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, (char *)first - page), -EINVAL);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, first), 0);
	ck_assert_ptr_eq(view.data, first);
	ck_assert_uint_eq(*(uint64_t *)view.data, 42);
	rawbpf_map_view_close(&view);
	close(map);
}
END_TEST

/* Another process maps it at the same address, and writes what this one reads. */
START_TEST(test_two_processes)
{
	struct rawbpf_map_view view;
	int map, status;
	pid_t pid;

	NEEDS_ARENA();
	map = arena_create(fixed);
	pid = fork();
	if (pid == 0) {
		if (rawbpf_map_arena_open(&view, map, NULL) || (uintptr_t)view.data != fixed)
			_exit(1);
		*(uint64_t *)view.data = 77;
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, NULL), 0);
	ck_assert_uint_eq(*(uint64_t *)view.data, 77);
	rawbpf_map_view_close(&view);
	close(map);
}
END_TEST

START_TEST(test_refusals)
{
	struct rawbpf_map_view view = { .data = &view };
	const size_t page = sysconf(_SC_PAGESIZE);
	void *other;
	int map, array = live_array(1);

	ck_assert_int_eq(rawbpf_map_arena_open(&view, -1, NULL), -EBADF);
	ck_assert_ptr_null(view.data);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, array, NULL), -EINVAL);
	close(array);
	NEEDS_ARENA();
	map = arena_create(fixed);
	ck_assert_int_eq(rawbpf_map_view_open(&view, map, 1), -EINVAL);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, (char *)fixed + page), -EINVAL);
	other = mmap((void *)fixed, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ck_assert_ptr_eq(other, (void *)fixed);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, NULL), -EBUSY);
	munmap(other, page);
	ck_assert_int_eq(rawbpf_map_arena_open(&view, map, NULL), 0);
	rawbpf_map_view_close(&view);
	close(map);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_shared, 0, 2);
	tcase_add_test(tests, test_again);
	tcase_add_test(tests, test_two_processes);
	tcase_add_test(tests, test_refusals);
}

int main(void)
{
	return live_run("map_arena", add_tests);
}
