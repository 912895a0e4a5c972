/* SPDX-License-Identifier: MIT */
/* Ring buffers in the virtual machine, both ways: exact records, a full ring, overload. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../event/ring_programs.h"
#include "guest.h"

enum { SIZE = 65536, CPUS = 2, EACH = 100000 };

static struct rawbpf_ring ring;
static int ring_map, ledger, prog;
static uint64_t last[CPUS];   /* each CPU's last number */
static unsigned damaged;      /* records with wrong bytes, or out of order */
static unsigned slowly;
static uint64_t bytes;        /* bytes of records, with their headers */
static unsigned *handled;     /* records so far; shared with a producer that waits for each */

static int handle(void *context, const void *data, size_t size)
{
	static unsigned calls;
	uint64_t number;

	(void)context;
	memcpy(&number, data, sizeof number);
	if (RING_CPU(number) >= CPUS || RING_COUNT(number) <= last[RING_CPU(number)] ||
	    !ring_is_whole(data, size))
		damaged++;
	else
		last[RING_CPU(number)] = RING_COUNT(number);
	bytes += 8 + size;
	if (handled)
		__atomic_add_fetch(handled, 1, __ATOMIC_RELEASE);
	if (slowly && ++calls % 512 == 0)
		usleep(slowly);
	return 0;
}

static int begin_with(int map, const struct ring_producer *producer)
{
	memset(last, 0, sizeof last);
	bytes = damaged = slowly = 0;
	ring_map = map;
	if (map < 0)
		return map;
	ledger = ring_ledger_create();
	prog = ring_producer_load(producer, ring_map, ledger);
	return prog < 0 ? prog : rawbpf_ring_open(&ring, ring_map, handle, NULL);
}

static int begin(const struct ring_producer *producer)
{
	return begin_with(ring_create(SIZE), producer);
}

static void end(void)
{
	rawbpf_ring_close(&ring);
	close(prog);
	close(ledger);
	close(ring_map);
}

static void produce_on(int cpu, unsigned count)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
	ring_produce(prog, count);
}

static long long unexplained(void)
{
	struct ring_ledger sum;

	ring_ledger_read(&sum, ledger);
	return sum.produced - sum.refused - ring.source.received - ring.source.discarded;
}

static void exact(const char *name, const struct ring_producer *producer)
{
	int err = begin(producer);

	fact(err, "ring.%s.open", name);
	for (int round = 0; err == 0 && round < 100; round++) {
		produce_on(round % CPUS, 100);
		err = rawbpf_ring_read(&ring) < 0;
	}
	fact(ring.source.received, "ring.%s.received", name);
	fact(ring.source.discarded, "ring.%s.discarded", name);
	fact(damaged, "ring.%s.damaged", name);
	fact(unexplained(), "ring.%s.unexplained", name);
	end();
}

static void full(void)
{
	struct ring_ledger sum;

	begin(&(struct ring_producer){ .type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 56 });
	produce_on(0, 2000);
	fact(rawbpf_ring_read(&ring), "ring.full.received");
	ring_ledger_read(&sum, ledger);
	fact(sum.refused, "ring.full.refused");
	end();
}

/* Run a producer on each CPU at full speed. */
static void read_while_produced(struct rawbpf_loop *loop)
{
	int running = CPUS;

	for (int cpu = 0; cpu < CPUS; cpu++)
		if (fork() == 0) {
			produce_on(cpu, EACH);
			_exit(0);
		}
	while (running) {
		rawbpf_loop_run(loop, 10);
		running -= waitpid(-1, NULL, WNOHANG) > 0;
	}
	while (rawbpf_loop_run(loop, 0) > 0)
		;
}

/* Run a producer on each CPU, and a reader in a loop that sleeps now and then. */
static void overload(void)
{
	struct rawbpf_loop loop;
	struct ring_ledger sum;

	begin(&(struct ring_producer){ .type = BPF_PROG_TYPE_SOCKET_FILTER, .varies = 1 });
	slowly = 2000;
	fact(rawbpf_loop_open(&loop), "ring.loop.open");
	fact(rawbpf_loop_add(&loop, &ring.source), "ring.loop.add");
	read_while_produced(&loop);
	ring_ledger_read(&sum, ledger);
	fact(sum.produced, "ring.overload.produced");
	fact(sum.refused > 0, "ring.overload.refused");
	fact(unexplained(), "ring.overload.unexplained");
	fact(damaged, "ring.overload.damaged");
	rawbpf_loop_close(&loop);
	end();
}

/* BPF_F_RB_OVERWRITE: write more than the ring holds, and read the rest. */
static void newest(void)
{
	int err = begin_with(ring_overwriting_create(SIZE), &(struct ring_producer){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 56 });

	fact(err, "ring.newest.open");
	if (err < 0)
		return;
	for (int round = 1; round <= 2; round++) {
		produce_on(0, 5000);
		last[0] = round * 5000 - SIZE / 64 + 1;
		rawbpf_ring_read(&ring);
	}
	fact(last[0], "ring.newest.last");
	fact(ring.source.received, "ring.newest.received");
	fact(ring.overwritten / 64, "ring.newest.overwritten");
	fact(damaged, "ring.newest.damaged");
	fact(unexplained() - (long long)(ring.overwritten / 64), "ring.newest.unexplained");
	end();
}

/* The same with records of many sizes. The test counts bytes. */
static void newest_sizes(void)
{
	long long made = 0;

	if (begin_with(ring_overwriting_create(SIZE), &(struct ring_producer){
			.type = BPF_PROG_TYPE_SOCKET_FILTER, .varies = 1 }) < 0)
		return;
	for (uint64_t number = 1; number <= 5000; number++)
		made += 8 + ring_size_of(number);
	produce_on(0, 5000);
	rawbpf_ring_read(&ring);
	fact(last[0], "ring.newest_sizes.last");
	fact(damaged, "ring.newest_sizes.damaged");
	fact(SIZE - bytes <= 264, "ring.newest_sizes.full");
	fact(made - (long long)(bytes + ring.overwritten), "ring.newest_sizes.unexplained_bytes");
	end();
}

/* Read while producers on all CPUs overwrite. Records are whole and in order. */
static void newest_overload(void)
{
	struct rawbpf_loop loop;

	if (begin_with(ring_overwriting_create(SIZE), &(struct ring_producer){
			.type = BPF_PROG_TYPE_SOCKET_FILTER, .way = RING_RESERVE, .size = 248 }) < 0)
		return;
	slowly = 2000;
	rawbpf_loop_open(&loop);
	rawbpf_loop_add(&loop, &ring.source);
	read_while_produced(&loop);
	fact(ring.source.received > 1000, "ring.newest_overload.received");
	fact(ring.overwritten > 0, "ring.newest_overload.overwritten");
	fact(damaged, "ring.newest_overload.damaged");
	fact(unexplained() - (long long)(ring.overwritten / 256), "ring.newest_overload.unexplained");
	rawbpf_loop_close(&loop);
	end();
}

/*
 * The producer makes a record as soon as the one before was handled, while the reader begins to
 * wait.
 */
static void newest_wakes(void)
{
	enum { RECORDS = 5000 };
	struct rawbpf_loop loop;
	int missed = 0;

	if (begin_with(ring_overwriting_create(4096), &(struct ring_producer){
			.type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 56 }) < 0)
		return;
	handled = mmap(NULL, sizeof *handled, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	rawbpf_loop_open(&loop);
	rawbpf_loop_add(&loop, &ring.source);
	if (fork() == 0) {
		for (unsigned made = 0; made < RECORDS; made++) {
			while (__atomic_load_n(handled, __ATOMIC_ACQUIRE) < made)
				;
			produce_on(1, 1);
		}
		_exit(0);
	}
	while (ring.source.received < RECORDS && !missed)
		missed = rawbpf_loop_run(&loop, 10000) <= 0;
	fact(missed, "ring.newest_wakes.missed");
	fact(ring.source.received, "ring.newest_wakes.received");
	waitpid(-1, NULL, missed ? WNOHANG : 0);
	rawbpf_loop_close(&loop);
	munmap(handled, sizeof *handled);
	handled = NULL;
	end();
}

/* Send records to a program. */
static void user_ring(void)
{
	char packet[64] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };
	const unsigned key = 0;
	struct ring_sum got = { 0 };
	struct rawbpf_user_ring user;
	int map = ring_user_create(4096), sum = ring_sum_create();
	int drainer = map < 0 ? map : ring_drainer_load(map, sum, 0);
	int err = drainer < 0 ? drainer : rawbpf_user_ring_open(&user, map);

	fact(err, "user_ring.open");
	for (uint64_t number = 1; err == 0 && number <= 1000; number++) {
		void *record;

		err = rawbpf_user_ring_reserve(&record, &user, sizeof number, 0);
		if (err < 0)
			break;
		memcpy(record, &number, sizeof number);
		if (number % 4)
			rawbpf_user_ring_submit(&user, record);
		else
			rawbpf_user_ring_discard(&user, record);
		if (number % 50 == 0)
			err = rawbpf_prog_run(drainer, &run);
	}
	if (drainer >= 0)
		rawbpf_user_ring_close(&user);
	rawbpf_map_lookup(sum, &key, &got, 0);
	fact(got.count, "user_ring.count");
	fact(got.sum, "user_ring.sum");
	close(drainer);
	close(sum);
	close(map);
}

/* Ask the helper on the second CPU which one it is. */
static void processor_id(const char *name)
{
	const struct bpf_insn insns[] = { BPF_EMIT_CALL(BPF_FUNC_get_smp_processor_id),
					  BPF_EXIT_INSN() };
	struct rawbpf_prog_run run = { .data_in = "a packet of 16 B", .data_size_in = 16 };
	int loaded = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) });
	cpu_set_t set;
	int err;

	CPU_ZERO(&set);
	CPU_SET(1, &set);
	sched_setaffinity(0, sizeof set, &set);
	err = rawbpf_prog_run(loaded, &run);
	fact(err < 0 ? err : (int)run.retval, "%s", name);
	close(loaded);
}

void guest_ring(void)
{
	processor_id("processor_id");
	guest_jit(1);
	processor_id("processor_id.jit");
	exact("output", &(struct ring_producer){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 24 });
	exact("sizes", &(struct ring_producer){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .varies = 1 });
	exact("reserve", &(struct ring_producer){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .way = RING_RESERVE, .size = 16, .discard = 4 });
	full();
	overload();
	newest();
	newest_sizes();
	newest_overload();
	newest_wakes();
	user_ring();
	test_as_it_is("/bin/fault_events", "events.faults");
	guest_jit(0);
}
