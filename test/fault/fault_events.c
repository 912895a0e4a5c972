/* SPDX-License-Identifier: MIT */
/* Faults in ring buffers, perf buffers and the loop. */
#include "fault.h"

static int ring_map, overwriting_map, user_map, perf_map;

static int ignore(void *context, const void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	return 0;
}

static int open_ring_of(int map)
{
	struct rawbpf_ring ring;
	int err = rawbpf_ring_open(&ring, map, ignore, NULL);

	if (err == 0)
		err = rawbpf_ring_read(&ring);
	rawbpf_ring_close(&ring);
	ck_assert_int_eq(ring.source.fd, 0);
	return err;
}

static int open_ring(void)
{
	return open_ring_of(ring_map);
}

static int open_overwriting(void)
{
	return open_ring_of(overwriting_map);
}

/* The second reservation finds the ring full, so it waits. */
static int open_user_ring(void)
{
	struct rawbpf_user_ring ring;
	void *record;
	int err = rawbpf_user_ring_open(&ring, user_map);

	if (err == 0)
		err = rawbpf_user_ring_reserve(&record, &ring, 4000, 0);
	if (err == 0)
		rawbpf_user_ring_discard(&ring, record);
	if (ring.fd)
		err = rawbpf_user_ring_reserve(&record, &ring, 4000, 1);
	rawbpf_user_ring_close(&ring);
	ck_assert_int_eq(ring.fd, 0);
	return err;
}

static int open_perfbuf(void)
{
	struct rawbpf_perfbuf perfbuf;
	int err = rawbpf_perfbuf_open(&perfbuf, perf_map, ignore, NULL, NULL);

	if (err == 0)
		err = rawbpf_perfbuf_read(&perfbuf);
	rawbpf_perfbuf_close(&perfbuf);
	ck_assert_int_eq(perfbuf.source.fd, 0);
	return err;
}

static int loop(void)
{
	struct rawbpf_ring ring;
	struct rawbpf_loop loop = { 0 };
	int err = rawbpf_ring_open(&ring, ring_map, ignore, NULL);

	if (err == 0)
		err = rawbpf_loop_open(&loop);
	if (err == 0)
		err = rawbpf_loop_add(&loop, &ring.source);
	if (err == 0)
		err = rawbpf_loop_run(&loop, 0);
	rawbpf_loop_close(&loop);
	rawbpf_ring_close(&ring);
	return err;
}

static const struct fault_operation operations[] = {
	{ "ring", open_ring, 0, 0 },
	{ "ring, overwriting", open_overwriting, 0, 0 },
	{ "user_ring", open_user_ring, -ENOSPC, 0 },
	{ "perfbuf", open_perfbuf, 0, 0 },
	{ "loop", loop, 0, 0 },
};

START_TEST(test_faults)
{
	ring_map = live_map(BPF_MAP_TYPE_RINGBUF, 0, 0, 65536);
	user_map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = 31 /* BPF_MAP_TYPE_USER_RINGBUF */, .max_entries = 4096 });
	if (operations[_i].run == open_user_ring && user_map == -EINVAL)
		SKIP("user ring buffers are of Linux 6.1");
	overwriting_map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096, .flags = BPF_F_RB_OVERWRITE });
	if (operations[_i].run == open_overwriting && overwriting_map == -EINVAL)
		SKIP("ring buffers that overwrite are of Linux 6.19");
	perf_map = live_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, rawbpf_cpu_count());
	fault_everywhere(&operations[_i]);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_faults, 0, RAWBPF_COUNT(operations));
}

int main(void)
{
	return fault_run("fault_events", add_tests);
}
