/* SPDX-License-Identifier: MIT */
/* Ring buffers that programs of the running kernel write: the ledger counts every lost record. */
#include "../live.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "ring_programs.h"

enum { PAGE = 4096, MAX = 64 };

#define FILTER .type = BPF_PROG_TYPE_SOCKET_FILTER

static struct rawbpf_ring ring;
static struct rawbpf_loop loop;
static struct rawbpf_span spans[MAX];
static int map, ledger, prog;

/* The callback's check: records are whole, and in order on each CPU. */
static struct {
	uint64_t count, bytes, last[256];
	int varies;
	unsigned slow_us, every; /* sleep so long after each `every` records */
	uint64_t stop_at;
} seen;

static int see(void *context, const void *data, size_t size)
{
	uint64_t number = 0;

	(void)context;
	if (size) {
		memcpy(&number, data, sizeof number);
		ck_assert(ring_is_whole(data, size));
		ck_assert_uint_gt(RING_COUNT(number), seen.last[RING_CPU(number)]);
		seen.last[RING_CPU(number)] = RING_COUNT(number);
		if (seen.varies)
			ck_assert_uint_eq(size, ring_size_of(number));
	}
	seen.count++;
	seen.bytes += size;
	if (seen.slow_us && seen.count % seen.every == 0)
		usleep(seen.slow_us);
	return seen.stop_at && seen.count == seen.stop_at ? -ECANCELED : 0;
}

static void begin_with(int ring_map, const struct ring_producer *producer)
{
	memset(&seen, 0, sizeof seen);
	seen.varies = producer->varies;
	map = ring_map;
	ck_assert_int_gt(map, 2);
	ledger = ring_ledger_create();
	ck_assert_int_gt(ledger, 2);
	prog = ring_producer_load(producer, map, ledger);
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_ring_open(&ring, map, see, NULL), 0);
	ck_assert_int_gt(ring.source.fd, 2);
}

static void begin(unsigned size, const struct ring_producer *producer)
{
	begin_with(ring_create(size), producer);
}

static void end(void)
{
	rawbpf_loop_close(&loop);
	rawbpf_ring_close(&ring);
	rawbpf_ring_close(&ring);
	close(prog);
	close(ledger);
	close(map);
}

static void produce(unsigned count)
{
	ck_assert_int_eq(ring_produce(prog, count), 0);
}

/*
 * Assert produced == received + discarded + refused. The program's ledger has the same discarded
 * ones.
 */
static struct ring_ledger balance(uint64_t produced)
{
	struct ring_ledger sum;

	ck_assert_int_eq(ring_ledger_read(&sum, ledger), 0);
	ck_assert_uint_eq(sum.produced, produced);
	ck_assert_uint_eq(sum.discarded, ring.source.discarded);
	ck_assert_uint_eq(ring.source.received + ring.source.discarded + sum.refused, produced);
	ck_assert_uint_eq(ring.source.lost, 0);
	return sum;
}

static const struct ring_producer producers[] = {
	{ FILTER, .size = 8 },
	{ FILTER, .size = 16 },
	{ FILTER, .size = 256 },
	{ FILTER, .varies = 1 },
	{ FILTER, .way = RING_RESERVE, .size = 0 },
	{ FILTER, .way = RING_RESERVE, .size = 16 },
	{ FILTER, .way = RING_RESERVE, .size = 24, .discard = 3 },
	{ FILTER, .way = RING_RESERVE, .size = 8, .discard = 1 },
};

/* A producer discards by the count of records of its CPU: it must not move to another. */
static void stay_on_this_cpu(void)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	ck_assert_int_eq(sched_setaffinity(0, sizeof cpu, &cpu), 0);
}

/* Many laps of a ring, by callback and by spans. */
START_TEST(test_exact_records)
{
	const struct ring_producer *producer = &producers[_i];
	uint64_t produced = 0, received = 0;

	stay_on_this_cpu();
	begin(16 * PAGE, producer);
	for (int round = 0; round < 200; round++) {
		const int kept = producer->discard == 1 ? 0 :
				 producer->discard ? 150 - 150 / 3 : 150;
		int count;

		produce(150);
		produced += 150;
		received += kept;
		if (round % 2) {
			ck_assert_int_eq(rawbpf_ring_read(&ring), kept);
			continue;
		}
		while ((count = rawbpf_ring_next(&ring, spans, MAX)) > 0)
			for (int s = 0; s < count; s++)
				for (unsigned i = 0; i < spans[s].count; i++)
					see(NULL, (char *)spans[s].data + i * spans[s].stride,
					    spans[s].size);
		ck_assert_int_eq(count, 0);
	}
	ck_assert_uint_eq(ring.source.received, received);
	ck_assert_uint_eq(seen.count, received);
	ck_assert_uint_eq(balance(produced).refused, 0);
	end();
}
END_TEST

/* A full ring refuses a record, and the program counts it. The records that fit are there. */
START_TEST(test_full)
{
	begin(PAGE, &producers[1]);
	for (int round = 1; round <= 5; round++) {
		produce(1000);
		ck_assert_int_eq(rawbpf_ring_read(&ring), (PAGE - 1) / 24);
		ck_assert_uint_eq(balance(1000 * round).refused, round * (1000ull - 4095 / 24));
	}
	end();
}
END_TEST

/* Spans give room back in steps of 4 KB, not all at the end. */
START_TEST(test_room_comes_back)
{
	begin(16 * PAGE, &producers[1]);
	produce(10000);
	ck_assert_int_gt(rawbpf_ring_next(&ring, spans, MAX), 0);
	produce(1);
	ck_assert_uint_eq(ring.source.received, 4096 / 24);
	ck_assert_int_gt(rawbpf_ring_next(&ring, spans, MAX), 0);
	produce(1);
	while (rawbpf_ring_next(&ring, spans, MAX) > 0)
		;
	ck_assert_uint_eq(balance(10002).refused, 10001 - (16 * PAGE - 1) / 24);
	end();
}
END_TEST

/* The mapping holds the map. A new reader continues where the last one stopped. */
START_TEST(test_open_and_close)
{
	begin(PAGE, &producers[1]);
	produce(10);
	seen.stop_at = 4;
	ck_assert_int_eq(rawbpf_ring_read(&ring), -ECANCELED);
	rawbpf_ring_close(&ring);
	ck_assert_int_eq(ring.source.fd, 0);
	ck_assert_uint_eq(ring.source.received, 4);
	ck_assert_int_eq(rawbpf_ring_read(&ring), -EBADF);
	ck_assert_int_eq(rawbpf_ring_open(&ring, map, see, NULL), 0);
	close(map);
	map = -1;
	ck_assert_int_eq(rawbpf_ring_read(&ring), 6);
	produce(3);
	ck_assert_int_eq(rawbpf_ring_read(&ring), 3);
	ck_assert_uint_eq(seen.count, 13);
	end();
}
END_TEST

/* A late reader gets the newest records that the ring holds, and the amount of overwritten ones. */
START_TEST(test_overwritten)
{
	int newest = ring_overwriting_create(PAGE);

	if (newest == -EINVAL)
		SKIP("this kernel has no BPF_F_RB_OVERWRITE (6.19)");
	begin_with(newest, &producers[1]);
	produce(1000);
	ck_assert_int_eq(rawbpf_ring_read(&ring), (PAGE - 1) / 24);
	ck_assert_uint_eq(seen.last[sched_getcpu()], 1000);
	ck_assert_uint_eq(ring.overwritten, (1000 - (PAGE - 1) / 24) * 24);
	rawbpf_ring_close(&ring);
	ck_assert_uint_eq(ring.overwritten, (1000 - (PAGE - 1) / 24) * 24);
	end();
}
END_TEST

START_TEST(test_open_errors)
{
	int array = live_array(1), null = open("/dev/null", O_RDWR), read_only;

	ck_assert_int_eq(rawbpf_ring_open(&ring, array, see, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_ring_open(&ring, null, see, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_ring_open(&ring, -1, see, NULL), -EBADF);
	ck_assert_int_eq(ring.source.fd, 0);
	ck_assert_int_eq(rawbpf_ring_read(&ring), -EBADF);
	close(array);
	close(null);

	map = ring_create(PAGE);
	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/ring"), 0);
	read_only = rawbpf_obj_open("/sys/fs/bpf/ring", BPF_F_RDONLY);
	ck_assert_int_gt(read_only, 2);
	ck_assert_int_eq(rawbpf_ring_open(&ring, read_only, see, NULL), -EACCES);
	unlink("/sys/fs/bpf/ring");
	close(read_only);
	close(map);
}
END_TEST

/* ---------------------------------------------------------------------------- the loop */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

START_TEST(test_loop)
{
	struct rawbpf_ring others[2];
	int maps[2], progs[2];

	begin(PAGE, &producers[1]);
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &ring.source), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &ring.source), -EEXIST);
	for (int i = 0; i < 2; i++) {
		maps[i] = ring_create(PAGE);
		progs[i] = ring_producer_load(&producers[1], maps[i], ledger);
		ck_assert_int_eq(rawbpf_ring_open(&others[i], maps[i], see, NULL), 0);
		ck_assert_int_eq(rawbpf_loop_add(&loop, &others[i].source), 0);
	}
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), 0);
	produce(5);
	ck_assert_int_eq(ring_produce(progs[0], 6), 0);
	ck_assert_int_eq(rawbpf_loop_run(&loop, -1), 11);
	ck_assert_int_eq(ring_produce(progs[1], 7), 0);
	ck_assert_int_eq(rawbpf_loop_run(&loop, -1), 7);
	/* closing takes the ring out of the loop, even if others hold the map */
	produce(1);
	rawbpf_ring_close(&ring);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &ring.source), -EBADF);
	ck_assert_int_eq(ring_produce(progs[0], 1), 0);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), 1);
	for (int i = 0; i < 2; i++) {
		rawbpf_ring_close(&others[i]);
		close(progs[i]);
		close(maps[i]);
	}
	rawbpf_loop_close(&loop);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), -EBADF);
	end();
}
END_TEST

/* Two rings: the first to hand over a record closes and frees the other. */
static struct rawbpf_ring *pair[2];

static int close_the_other(void *context, const void *data, size_t size)
{
	const int other = context == &pair[0];

	(void)data, (void)size;
	if (pair[other]) {
		rawbpf_ring_close(pair[other]);
		memset(pair[other], 0xff, sizeof *pair[other]);
		free(pair[other]);
		pair[other] = NULL;
	}
	return 0;
}

START_TEST(test_loop_closes)
{
	int maps[2], progs[2];

	ledger = ring_ledger_create();
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	for (int i = 0; i < 2; i++) {
		maps[i] = ring_create(PAGE);
		progs[i] = ring_producer_load(&producers[1], maps[i], ledger);
		pair[i] = malloc(sizeof *pair[i]);
		ck_assert_int_eq(rawbpf_ring_open(pair[i], maps[i], close_the_other, &pair[i]), 0);
		ck_assert_int_eq(rawbpf_loop_add(&loop, &pair[i]->source), 0);
	}
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(ring_produce(progs[i], 1), 0);
	ck_assert_int_eq(rawbpf_loop_run(&loop, -1), 1);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), 0);
	for (int i = 0; i < 2; i++) {
		if (pair[i])
			rawbpf_ring_close(pair[i]);
		free(pair[i]);
		close(progs[i]);
		close(maps[i]);
	}
	rawbpf_loop_close(&loop);
	close(ledger);
}
END_TEST

/*
 * A child of fork(2) shares the ring's descriptor. If the child closes the ring, it stays in the
 * loop. If this process closes it, it leaves the loop.
 */
START_TEST(test_loop_closes_after_fork)
{
	int child;

	begin(PAGE, &producers[1]);
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &ring.source), 0);
	child = fork();
	if (child == 0) {
		rawbpf_ring_close(&ring);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	produce(1);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), 1);
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	produce(1);
	rawbpf_ring_close(&ring);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), 0);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	end();
}
END_TEST

static void nothing(int signal)
{
	(void)signal;
}

START_TEST(test_loop_waits)
{
	const struct sigaction action = { .sa_handler = nothing };
	/* Repeat the signal: the first may come before the wait. */
	const struct itimerval each_50_ms = { .it_value.tv_usec = 50 * 1000,
					       .it_interval.tv_usec = 50 * 1000 };
	const struct itimerval never = { 0 };
	double start;

	begin(PAGE, &producers[7]); /* this producer discards all records */
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &ring.source), 0);
	start = seconds();
	produce(1); /* wakes without a record */
	ck_assert_int_eq(rawbpf_loop_run(&loop, 100), 0);
	ck_assert(seconds() - start >= 0.099 && seconds() - start < PATIENCE_MS / 1000);

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each_50_ms, NULL);
	start = seconds();
	ck_assert_int_eq(rawbpf_loop_run(&loop, -1), -EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert(seconds() - start < PATIENCE_MS / 1000);
	ck_assert_uint_eq(balance(1).refused, 0);
	end();
}
END_TEST

START_TEST(test_loop_stops)
{
	begin(PAGE, &producers[1]);
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &ring.source), 0);
	produce(100);
	seen.stop_at = 30;
	ck_assert_int_eq(rawbpf_loop_run(&loop, -1), -ECANCELED);
	ck_assert_uint_eq(ring.source.received, 30);
	ck_assert_int_eq(rawbpf_loop_run(&loop, -1), 70);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), 0);
	balance(100);
	end();
}
END_TEST

/* -------------------------------------------------------------- producers in threads */

struct producing {
	pthread_t thread;
	unsigned cpu, count;   /* records in all */
	unsigned at_once;      /* records in one call */
	unsigned pause_us;
	int err;
};

static int running;

static void *run_producer(void *argument)
{
	struct producing *producing = argument;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(producing->cpu, &cpu);
	producing->err = sched_setaffinity(0, sizeof cpu, &cpu);
	for (unsigned done = 0; done < producing->count && !producing->err;
	     done += producing->at_once) {
		producing->err = ring_produce(prog, producing->at_once);
		if (producing->pause_us)
			usleep(producing->pause_us);
	}
	__atomic_sub_fetch(&running, 1, __ATOMIC_RELEASE);
	return NULL;
}

/*
 * Start a producer on each CPU. They share `count` records, each a multiple of at_once. Returns the
 * number of CPUs.
 */
static int start_producers(struct producing *producing, unsigned count, unsigned at_once,
			   unsigned pause_us)
{
	cpu_set_t allowed;
	int cpus = 0;

	ck_assert_int_eq(sched_getaffinity(0, sizeof allowed, &allowed), 0);
	running = CPU_COUNT(&allowed) < 4 ? CPU_COUNT(&allowed) : 4;
	for (unsigned cpu = 0; cpus < running; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			producing[cpus++] = (struct producing){
				.cpu = cpu, .count = count / running / at_once * at_once,
				.at_once = at_once, .pause_us = pause_us };
	for (int i = 0; i < cpus; i++)
		ck_assert_int_eq(pthread_create(&producing[i].thread, NULL, run_producer,
						&producing[i]), 0);
	return cpus;
}

static int producers_run(void)
{
	return __atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0;
}

static void join_producers(struct producing *producing, int cpus)
{
	for (int i = 0; i < cpus; i++) {
		ck_assert_int_eq(pthread_join(producing[i].thread, NULL), 0);
		ck_assert_int_eq(producing[i].err, 0);
	}
}

/* Producers on all CPUs run at full speed against a slow reader: the ledger still closes. */
START_TEST(test_overload)
{
	const struct ring_producer *producer = &producers[_i + 3];
	struct producing producing[4];
	uint64_t produced = 0;
	int err, cpus;

	begin(4 * PAGE, producer);
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &ring.source), 0);
	seen.slow_us = 100;
	seen.every = 100;
	cpus = start_producers(producing, 600000, 10000, 0);
	while (producers_run())
		ck_assert_int_ge(rawbpf_loop_run(&loop, 20), 0);
	join_producers(producing, cpus);
	while ((err = rawbpf_loop_run(&loop, 0)) > 0)
		;
	ck_assert_int_eq(err, 0);
	for (int i = 0; i < cpus; i++)
		produced += producing[i].count;
	ck_assert_uint_gt(balance(produced).refused, 0);
	ck_assert_uint_eq(seen.count, ring.source.received);
	end();
}
END_TEST

/* Ten million records, with a reader as fast as it can be. */
START_TEST(test_ten_million)
{
	enum { RECORDS = 10000000 };
	struct producing producing[4];
	uint64_t produced = 0, received = 0;
	int more, cpus;

	begin(1 << 20, &producers[6]);
	cpus = start_producers(producing, RECORDS, 10000, 0);
	do {
		int count;

		more = producers_run();
		while ((count = rawbpf_ring_next(&ring, spans, MAX)) > 0)
			for (int s = 0; s < count; s++)
				received += spans[s].count;
		ck_assert_int_eq(count, 0);
	} while (more);
	join_producers(producing, cpus);
	for (int i = 0; i < cpus; i++)
		produced += producing[i].count;
	ck_assert_uint_ge(produced, RECORDS - 40000);
	balance(produced);
	ck_assert_uint_eq(received, ring.source.received);
	printf("ring: of %llu records %llu were received, %llu discarded\n",
	       (unsigned long long)produced, (unsigned long long)received,
	       (unsigned long long)ring.source.discarded);
	end();
}
END_TEST

/*
 * Producers write single records at odd moments, and the reader reads only after a wake-up. A lost
 * wake-up would have no successor, and would leave records at the end. The test uses its own epoll,
 * edge- and level-triggered. At full speed the reader may find a record each time it looks. If the
 * producers pause, it has to wait.
 */
START_TEST(test_no_wake_up_is_lost)
{
	const int pauses = _i / 2;
	struct epoll_event event = { .events = _i % 2 ? EPOLLIN | EPOLLET : EPOLLIN };
	struct producing producing[4];
	uint64_t waits = 0, received = 0, produced = 0;
	int cpus, epoll = epoll_create1(EPOLL_CLOEXEC);

	begin(PAGE, &producers[5]);
	ck_assert_int_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, ring.source.fd, &event), 0);
	cpus = start_producers(producing, pauses ? 20000 : 200000, 1, pauses);
	for (int i = 0; i < cpus; i++)
		produced += producing[i].count;
	for (;;) {
		const int more = producers_run();
		const int ready = epoll_wait(epoll, &event, 1, more ? 200 : 0);
		struct ring_ledger sum;
		int records;

		ck_assert_int_ge(ready, 0);
		if (ready == 0 && more)
			continue;
		if (ready == 0) {
			/* no event woke us, so the ring is empty */
			ck_assert_int_eq(rawbpf_ring_read(&ring), 0);
			ck_assert_int_eq(ring_ledger_read(&sum, ledger), 0);
			ck_assert_uint_eq(sum.produced, produced);
			break;
		}
		waits++;
		records = rawbpf_ring_read(&ring);
		ck_assert_int_ge(records, 0);
		received += records;
	}
	join_producers(producing, cpus);
	ck_assert_uint_eq(received, ring.source.received);
	balance(produced);
	ck_assert_uint_gt(waits, 0);
	close(epoll);
	end();
}
END_TEST

/* An empty ring wakes no reader. Each record for which the reader waits wakes it once. */
START_TEST(test_idle)
{
	struct epoll_event event = { .events = EPOLLIN };
	int wakes = 0, epoll = epoll_create1(EPOLL_CLOEXEC);

	begin(PAGE, &producers[1]);
	ck_assert_int_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, ring.source.fd, &event), 0);
	for (int i = 0; i < 10; i++)
		wakes += epoll_wait(epoll, &event, 1, 50);
	ck_assert_int_eq(wakes, 0);
	for (int i = 0; i < 10; i++) {
		produce(1);
		ck_assert_int_eq(epoll_wait(epoll, &event, 1, PATIENCE_MS), 1);
		ck_assert_int_eq(rawbpf_ring_read(&ring), 1);
		ck_assert_int_eq(epoll_wait(epoll, &event, 1, 10), 0);
	}
	close(epoll);
	end();
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_exact_records, 0, RAWBPF_COUNT(producers));
	tcase_add_test(tests, test_full);
	tcase_add_test(tests, test_room_comes_back);
	tcase_add_test(tests, test_open_and_close);
	tcase_add_test(tests, test_overwritten);
	tcase_add_test(tests, test_open_errors);
	tcase_add_test(tests, test_loop);
	tcase_add_test(tests, test_loop_closes);
	tcase_add_test(tests, test_loop_closes_after_fork);
	tcase_add_test(tests, test_loop_waits);
	tcase_add_test(tests, test_loop_stops);
	tcase_add_loop_test(tests, test_overload, 0, 4);
	tcase_add_test(tests, test_ten_million);
	tcase_add_loop_test(tests, test_no_wake_up_is_lost, 0, 4);
	tcase_add_test(tests, test_idle);
}

int main(void)
{
	return live_run("ring_live", add_tests);
}
