/* SPDX-License-Identifier: MIT */
/* Tracing: latencies in a histogram, an event with names in a ring, signed arithmetic. */
#include "bpf.h"

struct event {
	u64 when, duration;
	u32 pid, tgid, uid;
	s32 result;
	char name[16], path[64];
};

struct stats {
	u64 count, sum, sum_of_squares, buckets[64];
	s64 smallest, largest;
	u32 errors[8];
	u16 recent[16];
	u8 place;
};

struct entry {
	u64 when;
	const void *path;
	u32 flags;
};

NOINLINE u32 log2_of(u64 value)
{
	u32 high = value >> 32, result = 0;

	if (high) {
		result = 32;
		value = high;
	}
	if (value >> 16)
		result += 16, value >>= 16;
	if (value >> 8)
		result += 8, value >>= 8;
	if (value >> 4)
		result += 4, value >>= 4;
	if (value >> 2)
		result += 2, value >>= 2;
	return result + (value >> 1);
}

INLINE void account(struct stats *stats, s64 duration, s32 result)
{
	u32 bucket = log2_of(duration);

	__sync_fetch_and_add(&stats->count, 1);
	__sync_fetch_and_add(&stats->sum, duration);
	stats->sum_of_squares += duration * duration;
	if (bucket < 64)
		stats->buckets[bucket]++;
	if (duration < stats->smallest)
		stats->smallest = duration;
	if (duration > stats->largest)
		stats->largest = duration;
	if (result < 0 && result >= -8)
		stats->errors[-result - 1]++;
	stats->recent[stats->place & 15] = duration > 65535 ? 65535 : duration;
	stats->place = (stats->place + 1) % 16;
}

SECTION("prog/enter")
int enter(u64 *context)
{
	struct entry entry = { .when = ktime(), .path = (void *)context[2], .flags = context[3] };
	u64 id = pid_tgid();

	if ((u32)id == (u32)(id >> 32) && entry.flags == 0x12345678)
		return 0;
	map_update(MAP(3), &id, &entry, 0);
	return 0;
}

SECTION("prog/exit")
int leave(u64 *context)
{
	u64 id = pid_tgid();
	struct entry *entry = map_lookup(MAP(3), &id);
	struct event event;
	struct stats *stats;
	u32 zero = 0;

	if (!entry)
		return 0;
	__builtin_memset(&event, 0, sizeof(event));
	event.when = entry->when;
	event.duration = ktime() - entry->when;
	event.pid = id;
	event.tgid = id >> 32;
	event.uid = uid_gid();
	event.result = context[6];
	comm(event.name, sizeof(event.name));
	probe_read(event.path, sizeof(event.path) - 1, entry->path);
	map_delete(MAP(3), &id);
	stats = map_lookup(MAP(4), &zero);
	if (stats)
		account(stats, event.duration, event.result);
	if ((s64)event.duration > 1000000000LL)
		ringbuf_output(MAP(5), &event, sizeof(event), 0);
	return 0;
}

SECTION("prog/average")
u64 average(struct stats *stats)
{
	u64 mean, variance;

	if (!stats->count)
		return ~0ULL;
	mean = stats->sum / stats->count;
	variance = stats->sum_of_squares / stats->count - mean * mean;
	if (variance > 0xffffffff00000000ULL)
		variance |= 0x8000000000000000ULL;
	if (stats->smallest <= -5 || stats->largest >= 0x100000000LL)
		return mean % 1000;
	return mean << 32 | (variance & 0xffffffff);
}

SECTION("prog/narrow")
s64 narrow(s64 *values)
{
	s64 sum = 0;

	sum += (s8)values[0];
	sum += (s16)values[1];
	sum += (s32)values[2];
	sum ^= (u8)values[3];
	sum -= (u16)values[4];
	sum |= (u32)values[5] << 3;
	sum *= ((s8 *)values)[50];
	sum += ((s16 *)values)[-30];
	sum -= ((s32 *)values)[20] >> 2;
	return sum >> (values[6] & 63);
}

SECTION("prog/atomics")
u64 atomics(u64 *counters, u32 *small)
{
	u64 before = __sync_fetch_and_add(counters, 5);

#if defined(__BPF_CPU_VERSION__) && __BPF_CPU_VERSION__ >= 3
	before ^= __sync_fetch_and_or(counters + 1, before);
	before += __sync_fetch_and_and(counters + 2, ~before);
	before -= __sync_fetch_and_xor(counters + 3, 0xff);
	before += __sync_lock_test_and_set(counters + 4, before);
	before += __sync_val_compare_and_swap(counters + 5, before, 7);
	before += __sync_fetch_and_add(small, 1) + __sync_fetch_and_xor(small + 1, 3);
	before += __sync_val_compare_and_swap(small + 2, 0, 1);
#endif
	__sync_fetch_and_add(small - 7, 1);
	return before;
}
