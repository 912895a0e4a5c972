/* SPDX-License-Identifier: MIT */
/* Ring buffers in the virtual machine, both ways: exact records, a full ring, overload. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../ring_programs.h"
#include "guest.h"

enum { SIZE = 65536, CPUS = 2, EACH = 100000 };

static struct rawbpf_ring ring;
static int ring_map, ledger, prog;
static uint64_t last[CPUS];   /* the number of the last record of each CPU */
static unsigned damaged;      /* records not as they were written, or not in order */
static unsigned slowly;

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
	if (slowly && ++calls % 512 == 0)
		usleep(slowly);
	return 0;
}

static int begin(const struct ring_producer *producer)
{
	memset(last, 0, sizeof last);
	damaged = slowly = 0;
	ring_map = ring_create(SIZE);
	ledger = ring_ledger_create();
	prog = ring_producer_load(producer, ring_map, ledger);
	return prog < 0 ? prog : rawbpf_ring_open(&ring, ring_map, handle, NULL);
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

/* A producer on each CPU at full speed, and a reader in a loop that sleeps now and then. */
static void overload(void)
{
	struct rawbpf_loop loop;
	struct ring_ledger sum;
	int running = CPUS;

	begin(&(struct ring_producer){ .type = BPF_PROG_TYPE_SOCKET_FILTER, .varies = 1 });
	slowly = 2000;
	fact(rawbpf_loop_open(&loop), "ring.loop.open");
	fact(rawbpf_loop_add(&loop, &ring.source), "ring.loop.add");
	for (int cpu = 0; cpu < CPUS; cpu++)
		if (fork() == 0) {
			produce_on(cpu, EACH);
			_exit(0);
		}
	while (running) {
		rawbpf_loop_run(&loop, 10);
		running -= waitpid(-1, NULL, WNOHANG) > 0;
	}
	while (rawbpf_loop_run(&loop, 0) > 0)
		;
	ring_ledger_read(&sum, ledger);
	fact(sum.produced, "ring.overload.produced");
	fact(sum.refused > 0, "ring.overload.refused");
	fact(unexplained(), "ring.overload.unexplained");
	fact(damaged, "ring.overload.damaged");
	rawbpf_loop_close(&loop);
	end();
}

/* From here to a program. */
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

		err = rawbpf_user_ring_reserve(&user, sizeof number, 0, &record);
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

void guest_ring(void)
{
	exact("output", &(struct ring_producer){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 24 });
	exact("sizes", &(struct ring_producer){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .varies = 1 });
	exact("reserve", &(struct ring_producer){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .way = RING_RESERVE, .size = 16, .discard = 4 });
	full();
	overload();
	user_ring();
}
