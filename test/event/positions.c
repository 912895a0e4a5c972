/* SPDX-License-Identifier: MIT */
/*
 * Both kinds of ring buffer, until more than 4 GiB have passed through. positions.sh also builds
 * this for 32 bits, where `unsigned long` is smaller than the kernel's.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>

#include "ring_programs.h"

enum { RING = 1 << 20, RECORD = 1 << 16, RECORDS = RING / (RECORD + 8) };
enum { LARGE = RING / 2 };

static const uint64_t enough = (4ull << 30) + (64 << 20);

static void expect(const char *what, uint64_t so_far, long got, long expected)
{
	if (got == expected)
		return;
	fprintf(stderr, "%s, after %llu bytes: %ld, not %ld\n", what, (unsigned long long)so_far, got,
		expected);
	exit(EXIT_FAILURE);
}

static int see(void *context, const void *data, size_t size)
{
	uint64_t *last = context, number;

	memcpy(&number, data, sizeof number);
	expect("a record's size", *last * RECORD, size, RECORD);
	expect("a record's number", *last * RECORD, RING_COUNT(number), *last + 1);
	++*last;
	return 0;
}

static void to_this_process(void)
{
	const struct ring_producer producer = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .way = RING_RESERVE, .size = RECORD };
	int map = ring_create(RING), ledger = ring_ledger_create();
	int prog = ring_producer_load(&producer, map, ledger);
	struct rawbpf_ring ring;
	uint64_t last = 0;

	expect("opening the ring", 0, rawbpf_ring_open(&ring, map, see, &last), 0);
	while (last * RECORD < enough) {
		expect("producing", last * RECORD, ring_produce(prog, RECORDS), 0);
		expect("records", last * RECORD, rawbpf_ring_read(&ring), RECORDS);
	}
	rawbpf_ring_close(&ring);
}

static void to_a_program(void)
{
	int map = ring_user_create(RING), sum = ring_sum_create();
	int prog = ring_drainer_load(map, sum, 0);
	struct rawbpf_user_ring ring;
	struct rawbpf_prog_run run;
	char packet[64] = { 0 };
	void *record;

	if (map < 0)
		return; /* before Linux 6.1 */
	expect("opening the user ring", 0, rawbpf_user_ring_open(&ring, map), 0);
	for (uint64_t done = 0; done < enough; done += LARGE) {
		expect("reserving", done, rawbpf_user_ring_reserve(&record, &ring, LARGE, 0), 0);
		memcpy(record, &done, sizeof done);
		rawbpf_user_ring_submit(&ring, record);
		run = (struct rawbpf_prog_run){ .data_in = packet, .data_size_in = sizeof packet };
		expect("running the program", done, rawbpf_prog_run(prog, &run), 0);
		expect("records that the program got", done, run.retval, 1);
	}
	rawbpf_user_ring_close(&ring);
}

/* Stay on one CPU: programs number their records by CPU. */
static void stay_here(void)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	expect("sched_setaffinity", 0, sched_setaffinity(0, sizeof cpu, &cpu), 0);
}

int main(void)
{
	stay_here();
	to_this_process();
	to_a_program();
	return 0;
}
