/* SPDX-License-Identifier: MIT */
/*
 * Four threads, each with its own objects, run at once. Every call does what it does alone.
 * test/sanitized.sh builds this test with ThreadSanitizer, too.
 */
#include "../event/reliable.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 60, ELEMENTS = 100 };

/* Fail the thread, which tells main(). Check's own assertions work in one thread only. */
#define EXPECT(CONDITION)                                                                          \
	do {                                                                                       \
		if (!(CONDITION)) {                                                                \
			fprintf(stderr, "thread: line %d: %s\n", __LINE__, #CONDITION);            \
			return 0;                                                                  \
		}                                                                                  \
	} while (0)

static int use_map(uint64_t seed)
{
	struct rawbpf_map_iter iter;
	const void *key, *value;
	uint64_t sum = 0;
	int map = live_hash(ELEMENTS);

	EXPECT(map > 2);
	for (unsigned i = 0; i < ELEMENTS; i++) {
		uint64_t element = seed + i;

		EXPECT(rawbpf_map_update(map, &i, &element, BPF_NOEXIST) == 0);
	}
	EXPECT(rawbpf_map_iter_open(&iter, map) == 0);
	while (rawbpf_map_iter_next(&iter, &key, &value) > 0)
		sum += *(const uint64_t *)value - seed;
	rawbpf_map_iter_close(&iter);
	EXPECT(sum == ELEMENTS * (ELEMENTS - 1) / 2);
	EXPECT(close(map) == 0);
	return 1;
}

static int use_program(int result)
{
	struct rawbpf_prog_run run = { 0 };
	char packet[64] = { 0 };
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, result);

	EXPECT(prog > 2);
	run.data_in = packet;
	run.data_size_in = sizeof packet;
	EXPECT(rawbpf_prog_run(prog, &run) == 0);
	EXPECT(run.retval == (unsigned)result);
	EXPECT(close(prog) == 0);
	return 1;
}

static int use_text(int number)
{
	char text[32], expected[32];
	const struct bpf_insn insn = BPF_MOV64_IMM(BPF_REG_1, number);

	snprintf(expected, sizeof expected, "r1 = 0x%x", (unsigned)number);
	rawbpf_insn_format(text, sizeof text, &insn, 1, RAWBPF_LLVM, NULL, NULL);
	EXPECT(strcmp(text, expected) == 0);
	return 1;
}

/* Use a link. It is correct to fail if only one can exist and another thread has it. */
static int use_link(const struct link_kind *kind)
{
	struct rawbpf_link link;
	int map = live_array(1);
	int prog = link_kind_load(kind, map, 0);
	int err;

	EXPECT(prog > 2);
	err = kind->attach(&link, prog);
	EXPECT(err == 0 || err == -EBUSY || err == -EEXIST);
	EXPECT(rawbpf_link_detach(&link) == 0);
	EXPECT(close(prog) == 0);
	EXPECT(close(map) == 0);
	return 1;
}

#ifdef __SANITIZE_THREAD__
/*
 * Keep every mapping. ThreadSanitizer does not see the library's own munmap(2). It would take a new
 * mapping at the same address for the old memory.
 */
extern int (*rawbpf__fault)(long number);

static int keep_mapped(long number)
{
	return number == SYS_munmap ? -ENOMEM : 0;
}
#endif

static int usable[64];

static void *work(void *argument)
{
	int thread = (int)(intptr_t)argument;

	for (int round = 0; round < ROUNDS; round++) {
		unsigned kind = (thread + round) % link_kinds_count;

		if (!use_map((uint64_t)thread << 32 | round) || !use_program(thread * 1000 + round) ||
		    !use_text(thread * 1000 + round) ||
		    (usable[kind] && !use_link(&link_kinds[kind])))
			return NULL;
	}
	return &usable;
}

START_TEST(test_threads)
{
	pthread_t threads[THREADS];
	int fds;

#ifdef __SANITIZE_THREAD__
	rawbpf__fault = keep_mapped;
#endif
	reliable_begin();
	for (unsigned i = 0; i < link_kinds_count; i++)
		usable[i] = reliable_has(&link_kinds[i]);
	fds = live_fds();
	for (intptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)i), 0);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_nonnull(result);
	}
	ck_assert_int_eq(live_fds(), fds);
}
END_TEST

enum { NUMBERS = 4000, LOOKUPS = 20000 };

/* A value whose copy takes long enough for another CPU to come in between. */
struct locked {
	uint32_t lock, flags;
	uint64_t numbers[NUMBERS];
};

static int locked_map, stop;

static void *update_locked(void *argument)
{
	static struct locked value;
	const uint32_t key = 0;

	for (uint64_t n = 1; !__atomic_load_n(&stop, __ATOMIC_RELAXED); n++) {
		for (unsigned i = 0; i < NUMBERS; i++)
			value.numbers[i] = n;
		EXPECT(rawbpf_map_update(locked_map, &key, &value, BPF_F_LOCK) == 0);
	}
	return argument;
}

/* rawbpf(7): with BPF_F_LOCK, no look-up returns bytes of two values. */
START_TEST(test_locked_values)
{
	static struct locked value;
	const struct rawbpf_btf_special lock = { "bpf_spin_lock", 0 };
	struct rawbpf_map_spec spec = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
					.value_size = sizeof value, .max_entries = 1 };
	const uint32_t key = 0;
	int btf = rawbpf_map_btf_load(&spec, &lock, 1);
	pthread_t writer;
	void *result;

	ck_assert_int_gt(btf, 2);
	locked_map = rawbpf_map_create(&spec);
	ck_assert_int_gt(locked_map, 2);
	ck_assert_int_eq(pthread_create(&writer, NULL, update_locked, &spec), 0);
	for (unsigned n = 0; n < LOOKUPS; n++) {
		ck_assert_int_eq(rawbpf_map_lookup(locked_map, &key, &value, BPF_F_LOCK), 0);
		for (unsigned i = 1; i < NUMBERS; i++)
			expect(value.numbers[i] == value.numbers[0]);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	ck_assert_int_eq(pthread_join(writer, &result), 0);
	ck_assert_ptr_nonnull(result);
	close(locked_map);
	close(btf);
}
END_TEST

static void add_tests(TCase *tests)
{
	reliable_fixture(tests);
	tcase_add_test(tests, test_threads);
	tcase_add_test(tests, test_locked_values);
}

int main(void)
{
	return cgroups_run("threads", add_tests);
}
