/* SPDX-License-Identifier: MIT */
/*
 * Perf buffers in the virtual machine: exact records, overload, and CPUs that go offline and
 * online.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../event/producer.h"
#include "guest.h"

enum { RECORD = 40, RECORD_PADDED = 44, CPUS = 2 };

static struct producer producer;
static struct rawbpf_perfbuf perfbuf;
static uint64_t next[CPUS];     /* each CPU's next number */
static uint64_t received[CPUS];
static unsigned damaged;        /* records with wrong bytes, or out of order */

static int handle(void *context, const void *data, size_t size)
{
	static const unsigned char rest[RECORD] = { [0 ... RECORD - 1] = PRODUCER_SEED };
	struct producer_record record;
	const size_t head = sizeof record;

	(void)context;
	memcpy(&record, data, head);
	if (size != RECORD_PADDED || record.cpu != perfbuf.cpu || record.cpu >= CPUS ||
	    record.number < next[record.cpu] ||
	    memcmp((const char *)data + head, rest, RECORD - head)) {
		damaged++;
		return 0;
	}
	next[record.cpu] = record.number + 1;
	received[record.cpu]++;
	return 0;
}

static int handle_slowly(void *context, const void *data, size_t size)
{
	static unsigned calls;

	if (++calls % 256 == 0)
		usleep(1000);
	return handle(context, data, size);
}

static int begin(rawbpf_record_fn *handler, struct rawbpf_perfbuf_spec spec)
{
	int err, map = producer_map();

	memset(next, 0, sizeof next);
	memset(received, 0, sizeof received);
	damaged = 0;
	err = producer_open(&producer, map, RECORD);
	if (err == 0)
		err = rawbpf_perfbuf_open(&perfbuf, map, handler, NULL, &spec);
	close(map);
	return err;
}

static void end(void)
{
	rawbpf_perfbuf_close(&perfbuf);
	producer_close(&producer);
}

static struct producer_ledger both(void)
{
	struct producer_ledger a = producer_ledger(&producer, 0), b = producer_ledger(&producer, 1);

	return (struct producer_ledger){ .produced = a.produced + b.produced,
					 .refused = a.refused + b.refused };
}

/* Count the records that the ledger does not explain. */
static long long unexplained(void)
{
	struct producer_ledger ledger = both();

	return ledger.produced - ledger.refused - perfbuf.source.received;
}

static void produce(unsigned count)
{
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		producer_run(&producer, cpu, count);
}

static void all_arrive(void)
{
	fact(begin(handle, (struct rawbpf_perfbuf_spec){ .size = 4096 }), "perfbuf.open");
	for (int round = 0; round < 100; round++) {
		produce(20);
		rawbpf_perfbuf_read(&perfbuf);
	}
	fact(perfbuf.source.received, "perfbuf.received");
	fact(damaged, "perfbuf.damaged");
	fact(unexplained(), "perfbuf.unexplained");
	end();
}

static void full(void)
{
	begin(handle, (struct rawbpf_perfbuf_spec){ .size = 4096 });
	produce(1000);
	fact(rawbpf_perfbuf_read(&perfbuf), "perfbuf.full.received");
	fact(both().refused, "perfbuf.full.refused");
	produce(1);
	fact(rawbpf_perfbuf_read(&perfbuf), "perfbuf.full.received_later");
	fact(perfbuf.source.lost, "perfbuf.full.lost");
	fact(unexplained(), "perfbuf.full.unexplained");
	fact(damaged, "perfbuf.full.damaged");
	end();
}

/* A process on each CPU outputs as fast as it can, to a slow reader. */
static void overload(void)
{
	enum { RECORDS = 100000 };
	struct pollfd wait = { .events = POLLIN };
	int alive = CPUS;

	begin(handle_slowly, (struct rawbpf_perfbuf_spec){ .size = 4096 });
	wait.fd = perfbuf.source.fd;
	fflush(stdout);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		if (fork() == 0)
			_exit(producer_run(&producer, cpu, RECORDS) < 0);
	while (alive) {
		poll(&wait, 1, 100);
		rawbpf_perfbuf_read(&perfbuf);
		alive -= waitpid(-1, NULL, WNOHANG) > 0;
	}
	while (rawbpf_perfbuf_read(&perfbuf) > 0)
		;
	fact(both().produced, "perfbuf.overload.produced");
	fact(unexplained(), "perfbuf.overload.unexplained");
	fact(both().refused > 0, "perfbuf.overload.refused");
	fact(perfbuf.source.lost <= both().refused, "perfbuf.overload.lost_is_refused");
	fact(damaged, "perfbuf.overload.damaged");
	end();
}

static void newest(void)
{
	begin(handle, (struct rawbpf_perfbuf_spec){ .size = 4096, .overwrite = 1 });
	produce(1000);
	fact(rawbpf_perfbuf_read(&perfbuf), "perfbuf.newest.received");
	fact(next[0] + next[1], "perfbuf.newest.next");
	fact(both().refused, "perfbuf.newest.refused");
	fact(damaged, "perfbuf.newest.damaged");
	end();
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/*
 * Read for so long, and at least once: a busy host may stop the machine for longer than that.
 * Return how often poll() found something to read.
 */
static int read_for(int milliseconds)
{
	struct pollfd wait = { .fd = perfbuf.source.fd, .events = POLLIN };
	long long left = milliseconds, end = now_ms() + milliseconds;
	int wakes = 0;

	do {
		wakes += poll(&wait, 1, left);
		rawbpf_perfbuf_read(&perfbuf);
		left = end - now_ms();
	} while (left > 0);
	return wakes;
}

static void idle(void)
{
	begin(handle, (struct rawbpf_perfbuf_spec){ 0 });
	read_for(200);
	fact(read_for(2000), "perfbuf.idle.wakes");
	end();
}

static int cpu_switch(const char *to)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC);
	int put = write(fd, to, 1);

	close(fd);
	return put;
}

/* Wait until CPU 1's output arrives, at most a minute. Returns how much was received. */
static long long output_again(void)
{
	long long end = now_ms() + 60000;
	uint64_t before = received[1];

	do {
		read_for(100);
		producer_run(&producer, 1, 10);
		rawbpf_perfbuf_read(&perfbuf);
	} while (received[1] == before && now_ms() < end);
	return received[1] - before;
}

static void cpu_goes_and_comes(void)
{
	begin(handle, (struct rawbpf_perfbuf_spec){ 0 });
	produce(10);
	fact(cpu_switch("0"), "perfbuf.cpu.goes");
	read_for(1500);
	fact(received[1], "perfbuf.cpu.last_records");
	fact(producer_run(&producer, 0, 10), "perfbuf.cpu.other");
	read_for(200);
	fact(received[0], "perfbuf.cpu.other_received");
	fact(cpu_switch("1"), "perfbuf.cpu.comes");
	fact(output_again(), "perfbuf.cpu.again");

	/* The CPU goes and returns before the reader looks. */
	fact(cpu_switch("0"), "perfbuf.cpu.goes_again");
	fact(cpu_switch("1"), "perfbuf.cpu.comes_at_once");
	fact(output_again(), "perfbuf.cpu.again_at_once");
	fact(perfbuf.missing, "perfbuf.cpu.missing");
	fact(unexplained(), "perfbuf.cpu.unexplained");
	fact(damaged, "perfbuf.cpu.damaged");
	end();

	cpu_switch("0");
	begin(handle, (struct rawbpf_perfbuf_spec){ 0 });
	cpu_switch("1");
	fact(output_again(), "perfbuf.cpu.came_later");
	end();
}

void guest_perfbuf(void)
{
	guest_jit(1);
	all_arrive();
	full();
	overload();
	newest();
	idle();
	cpu_goes_and_comes();
	guest_jit(0);
}
