/* SPDX-License-Identifier: MIT */
/*
 * The library's reaction to the kernel's answers: the number of tries, the calls for a perf event, a
 * loop's sum.
 */
#include "stand_in.h"

#include <limits.h>
#include <linux/perf_event.h>
#include <linux/stat.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <rawbpf/kprobe.h>
#include <rawbpf/loop.h>
#include <rawbpf/map.h>
#include <rawbpf/obj.h>
#include <rawbpf/perf_events.h>
#include <rawbpf/prog.h>
#include <rawbpf/recipe.h>
#include <rawbpf/uprobe.h>

#include "../../lib/sys/attr.h"

/* ----------------------------------------------------------------------- how often it tries */

static unsigned calls_of(long command)
{
	unsigned i, count = 0;

	for (i = 0; i < kernel.count; i++)
		count += kernel.calls[i].number == SYS_bpf && kernel.calls[i].arguments[0] == command;
	return count;
}

/*
 * Descriptor 5 is the program with id 1. Descriptor 7, and one opened by its id, is the old program
 * with id 1000.
 */
static struct {
	unsigned ids[3], count, flags;
	unsigned then; /* if not 0: ids[0] after the first query */
	uint64_t revision;
	long attach, detach; /* the kernel's answers */
} hook;

static void hook_done(uint32_t *attr)
{
	unsigned call = kernel.count - 1;
	const uint64_t *pointers = (const void *)attr;

	switch (kernel.calls[call].arguments[0]) {
	case BPF_OBJ_GET_INFO_BY_FD:
		((uint32_t *)(uintptr_t)pointers[1])[1] = attr[0] == 5 ? 1 : 1000;
		break;
	case BPF_PROG_QUERY:
		memcpy((void *)(uintptr_t)pointers[2], hook.ids,
		       sizeof hook.ids[0] * (attr[6] < hook.count ? attr[6] : hook.count));
		hook.ids[0] = hook.then ? hook.then : hook.ids[0];
		attr[3] = hook.flags;
		attr[6] = hook.count;
		memcpy(attr + 14, &hook.revision, 8);
		break;
	case BPF_PROG_GET_FD_BY_ID:
		kernel.answers[call] = ANSWER;
		break;
	case BPF_PROG_ATTACH:
		kernel.answers[call] = hook.attach;
		break;
	case BPF_PROG_DETACH:
		kernel.answers[call] = hook.detach;
		break;
	}
}

/* The room for programs that a query offers. */
static unsigned query_room(void)
{
	unsigned i = 0;

	while (i < kernel.count && kernel.calls[i].arguments[0] != BPF_PROG_QUERY)
		i++;
	return kernel.calls[i].words[6];
}

static void begin_hook(void)
{
	begin(0);
	kernel.write = hook_done;
}

START_TEST(test_detach_attempts)
{
	hook = (typeof(hook)){ .ids = { 1000, 1 }, .count = 2, .revision = 9, .detach = -ESTALE };
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_detach(5, 6, BPF_CGROUP_DEVICE, NULL), -ESTALE);
	ck_assert_uint_eq(calls_of(BPF_PROG_DETACH), 16);
	ck_assert_uint_eq(query_room(), 640);
	assert_bpf("detach", kernel.count - 1, BPF_PROG_DETACH,
		   WORDS_OF(6, 5, BPF_CGROUP_DEVICE, 0, 0, 0, L(9, 0)));
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_detach(5, 6, BPF_CGROUP_DEVICE, &(struct rawbpf_prog_attach_spec){
		.expected_revision = 3 }), -ESTALE);
	ck_assert_uint_eq(calls_of(BPF_PROG_DETACH), 1);
	assert_bpf("detach", kernel.count - 1, BPF_PROG_DETACH,
		   WORDS_OF(6, 5, BPF_CGROUP_DEVICE, 0, 0, 0, L(3, 0)));
	hook.detach = 0;
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_detach(5, 6, BPF_CGROUP_DEVICE, NULL), 0);
	ck_assert_uint_eq(calls_of(BPF_PROG_DETACH), 1);
	hook.count = 1;
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_detach(5, 6, BPF_CGROUP_DEVICE, NULL), -ENOENT);
	ck_assert_uint_eq(calls_of(BPF_PROG_DETACH), 0);
}
END_TEST

START_TEST(test_replace_attempts)
{
	const struct rawbpf_prog_replace_spec spec = { .old = 7 };

	hook = (typeof(hook)){ .ids = { 1000 }, .count = 1, .flags = BPF_F_ALLOW_MULTI, .revision = 9,
			       .attach = -ESTALE };
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), -ESTALE);
	ck_assert_uint_eq(calls_of(BPF_PROG_ATTACH), 1000);
	ck_assert_uint_eq(query_room(), 64);
	assert_bpf("attach", kernel.count - 1, BPF_PROG_ATTACH,
		   WORDS_OF(6, 5, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI | BPF_F_REPLACE, 7, 0, L(9, 0)));

	/* ours is attached already; before it stands an old one that cannot be detached */
	hook = (typeof(hook)){ .ids = { 1000, 1 }, .count = 2, .detach = -ENOENT };
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), 0);
	ck_assert_uint_eq(calls_of(BPF_PROG_DETACH), 10);
	ck_assert_uint_eq(calls_of(BPF_PROG_ATTACH), 0);
	/* another process attaches the old one again each time */
	hook.detach = 0;
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), 0);
	ck_assert_uint_eq(calls_of(BPF_PROG_DETACH), 100);
	/* a program behind ours stays: it is its owner's */
	hook = (typeof(hook)){ .ids = { 1, 1000 }, .count = 2 };
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), 0);
	ck_assert_uint_eq(calls_of(BPF_PROG_DETACH), 0);
}
END_TEST

START_TEST(test_replace_first)
{
	const struct rawbpf_prog_replace_spec spec = { .old = 7 };
	unsigned i;

	/* an empty hook: the program is attached with the spec's flags and the revision */
	hook = (typeof(hook)){ .revision = 9 };
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), 0);
	assert_bpf("attach", kernel.count - 1, BPF_PROG_ATTACH,
		   WORDS_OF(6, 5, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI, 0, 0, L(9, 0)));
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &(struct rawbpf_prog_replace_spec){
		.old = 7, .flags = BPF_F_ALLOW_OVERRIDE }), 0);
	assert_bpf("attach", kernel.count - 1, BPF_PROG_ATTACH,
		   WORDS_OF(6, 5, BPF_CGROUP_DEVICE, BPF_F_ALLOW_OVERRIDE, 0, 0, L(9, 0)));
	/* without a revision, the library looks again for a program that came meanwhile */
	hook.revision = 0;
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), 0);
	ck_assert_uint_eq(calls_of(BPF_PROG_QUERY), 2);
	/* another's program alone on the hook: its flags admit no other */
	for (i = 0; i < 2; i++) {
		hook = (typeof(hook)){ .ids = { 3 }, .count = 1, .flags = i ? BPF_F_ALLOW_OVERRIDE : 0 };
		begin_hook();
		ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), -EBUSY);
		ck_assert_uint_eq(calls_of(BPF_PROG_ATTACH), 0);
	}
}
END_TEST

/* Without a revision, the query of a hook with one program is the last call before the attach. */
START_TEST(test_replace_alone)
{
	const struct rawbpf_prog_replace_spec spec = { .old = 7 };

	hook = (typeof(hook)){ .ids = { 1000 }, .count = 1, .revision = 9 };
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), 1);
	ck_assert_uint_eq(calls_of(BPF_PROG_QUERY), 1);
	hook.revision = 0;
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), 1);
	ck_assert_uint_eq(calls_of(BPF_PROG_QUERY), 2);
	assert_bpf("attach", kernel.count - 1, BPF_PROG_ATTACH,
		   WORDS_OF(6, 5, BPF_CGROUP_DEVICE, 0, 0, 0, L(0, 0)));
	ck_assert_int_eq(kernel.calls[kernel.count - 2].arguments[0], BPF_PROG_QUERY);
	/* another process has replaced the old one meanwhile */
	hook.then = 3;
	begin_hook();
	ck_assert_int_eq(rawbpf_prog_replace(5, 6, BPF_CGROUP_DEVICE, &spec), -EBUSY);
	ck_assert_uint_eq(calls_of(BPF_PROG_ATTACH), 0);
}
END_TEST

/* ---------------------------------------------------------------------------- perf events */

static const char *files(const char *path)
{
	if (strcmp(path, "/sys/bus/event_source/devices/uprobe/type") == 0)
		return "8\n";
	if (strcmp(path, "/sys/bus/event_source/devices/uprobe/format/retprobe") == 0)
		return "config:3\n";
	if (strcmp(path, "/sys/bus/event_source/devices/kprobe/type") == 0)
		return "6\n";
	if (strcmp(path, "/sys/bus/event_source/devices/kprobe/format/retprobe") == 0)
		return "config:0\n";
	return NULL;
}

/* Return the attributes of the first perf_event_open(2) since begin(). */
static const uint32_t *perf_call(long pid, long cpu)
{
	unsigned i = 0;

	while (i < kernel.count && kernel.calls[i].number != SYS_perf_event_open)
		i++;
	ck_assert_uint_lt(i, kernel.count);
	ck_assert_int_eq(kernel.calls[i].arguments[1], pid);
	ck_assert_int_eq(kernel.calls[i].arguments[2], cpu);
	ck_assert_int_eq(kernel.calls[i].arguments[3], -1);
	ck_assert_int_eq(kernel.calls[i].arguments[4], PERF_FLAG_FD_CLOEXEC);
	ck_assert_int_eq(kernel.calls[i].arguments[5], 0);
	return kernel.calls[i].words;
}

static void begin_perf(void)
{
	begin(ANSWER);
	kernel.file = files;
}

START_TEST(test_probes)
{
	struct perf_event_attr attr;

	begin_perf();
	ck_assert_int_eq(rawbpf_uprobe_attach(&lnk, 1, &(struct rawbpf_uprobe_spec){
		.path = "x", .offset = 0x300000002, .ref_ctr_offset = 4 }), 0);
	memcpy(&attr, perf_call(-1, 0), PERF_ATTR_SIZE_VER1);
	ck_assert_uint_eq(attr.type, 8);
	ck_assert_uint_eq(attr.size, PERF_ATTR_SIZE_VER1);
	ck_assert_uint_eq(attr.config, 0x400000000);
	ck_assert_uint_eq(attr.probe_offset, 0x300000002);
	ck_assert_str_eq((const char *)(uintptr_t)attr.uprobe_path, "x");
	begin_perf();
	ck_assert_int_eq(rawbpf_uprobe_attach(&lnk, 1, &(struct rawbpf_uprobe_spec){
		.path = "x", .retprobe = 1, .pid = 9 }), 0);
	memcpy(&attr, perf_call(9, -1), PERF_ATTR_SIZE_VER1);
	ck_assert_uint_eq(attr.config, 8);

	begin_perf();
	ck_assert_int_eq(rawbpf_kprobe_attach(&lnk, 1, &(struct rawbpf_kprobe_spec){
		.address = 0x300000002 }), 0);
	memcpy(&attr, perf_call(-1, 0), PERF_ATTR_SIZE_VER1);
	ck_assert_uint_eq(attr.type, 6);
	ck_assert_uint_eq(attr.size, PERF_ATTR_SIZE_VER1);
	ck_assert_uint_eq(attr.config, 0);
	ck_assert_uint_eq(attr.kprobe_func, 0);
	ck_assert_uint_eq(attr.kprobe_addr, 0x300000002);
	begin_perf();
	ck_assert_int_eq(rawbpf_kprobe_attach(&lnk, 1, &(struct rawbpf_kprobe_spec){
		.symbol = "f", .offset = 5, .retprobe = 1 }), 0);
	memcpy(&attr, perf_call(-1, 0), PERF_ATTR_SIZE_VER1);
	ck_assert_uint_eq(attr.config, 1);
	ck_assert_uint_eq(attr.probe_offset, 5);
	ck_assert_uint_ne(attr.kprobe_func, 0);
	/* without the PMU's files there is no PMU */
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_uprobe_attach(&lnk, 1, &(struct rawbpf_uprobe_spec){ .path = "x" }),
			 -EOPNOTSUPP);
	ck_assert_int_eq(lnk.fd, 0);
}
END_TEST

#if defined(__x86_64__) || defined(__aarch64__) || defined(__s390x__) || \
	(defined(__riscv) && __riscv_xlen == 64)
#define HAS_COMPAT_CALLS
static char probed[1024]; /* the function of the last perf event */

static long probe_call(long number, const long *arguments)
{
	if (number == SYS_perf_event_open)
		snprintf(probed, sizeof probed, "%s", (const char *)(uintptr_t)
			 ((const struct perf_event_attr *)arguments[0])->kprobe_func);
	return kernel_call(number, arguments);
}

/* Attach to a call of 32-bit programs whose name has so many bytes. */
static int compat_attach(char *name, size_t length)
{
	memset(name, 'x', length);
	name[length] = '\0';
	begin_perf();
	rawbpf__answer = probe_call;
	probed[0] = '\0';
	return rawbpf_kprobe_attach(&lnk, 1, &(struct rawbpf_kprobe_spec){
		.syscall = name, .compat = 1, .method = RAWBPF_KPROBE_PMU });
}

/* The function's name has up to 511 bytes. The library cuts no name, and reports a longer one. */
START_TEST(test_compat_names)
{
	static char name[4000];
	const char *behind;
	size_t prefix;

	ck_assert_int_eq(compat_attach(name, 1), 0);
	prefix = strlen(probed) - 1;
	for (size_t length = 2; length <= 511 - prefix; length++) {
		ck_assert_int_eq(compat_attach(name, length), 0);
		behind = strstr(probed, "_sys_");
		ck_assert_ptr_nonnull(behind);
		ck_assert_str_eq(behind + strlen("_sys_"), name);
	}
	ck_assert_uint_eq(strlen(probed), 511);
	for (size_t length = 512 - prefix; length < sizeof name; length++) {
		ck_assert_int_eq(compat_attach(name, length), -ENAMETOOLONG);
		ck_assert_str_eq(probed, "");
		ck_assert_int_eq(lnk.fd, 0);
	}
}
END_TEST
#endif

static const struct rawbpf_uprobe_spec uprobe = { .path = "x" };

/* The first CPUs may be offline; EINVAL is the end of all CPUs. */
START_TEST(test_cpus)
{
	unsigned first;

	begin_perf();
	ck_assert_int_eq(rawbpf_uprobe_attach(&lnk, 1, &uprobe), 0);
	for (first = 0; kernel.calls[first].number != SYS_perf_event_open; first++)
		;
	begin_perf();
	kernel.answers[first] = kernel.answers[first + 1] = -ENODEV;
	ck_assert_int_eq(rawbpf_uprobe_attach(&lnk, 1, &uprobe), 0);
	ck_assert_int_eq(kernel.calls[first + 1].arguments[2], 1);
	ck_assert_int_eq(kernel.calls[first + 2].number, SYS_perf_event_open);
	ck_assert_int_eq(kernel.calls[first + 2].arguments[2], 2);
	begin_perf();
	kernel.answers[first] = -ENODEV;
	kernel.answers[first + 1] = -EINVAL;
	ck_assert_int_eq(rawbpf_uprobe_attach(&lnk, 1, &uprobe), -ENODEV);
	begin_perf();
	kernel.answers[first] = -EINVAL;
	ck_assert_int_eq(rawbpf_uprobe_attach(&lnk, 1, &uprobe), -EINVAL);
	ck_assert_uint_eq(kernel.count, first + 1);
	begin_perf();
	kernel.answers[first] = -ENODEV;
	kernel.answers[first + 1] = -EACCES;
	ck_assert_int_eq(rawbpf_uprobe_attach(&lnk, 1, &uprobe), -EACCES);
}
END_TEST

enum { CPUS = 4 };

/* The CPUs, the limit of frequencies, the count of open descriptors. */
static struct {
	uint64_t births[CPUS]; /* 0: offline */
	uint64_t limit;
	int open;
} machine;

static long machine_open(const struct perf_event_attr *attr, unsigned cpu)
{
	if (attr->freq && attr->sample_freq > machine.limit)
		return -EINVAL;
	if (cpu >= CPUS)
		return -EINVAL;
	if (!machine.births[cpu])
		return -ENODEV;
	machine.open++;
	return ANSWER;
}

static long machine_call(long number, const long *arguments)
{
	unsigned cpu;

	switch (number) {
	case SYS_perf_event_open:
		return machine_open((const void *)arguments[0], arguments[2]);
	case SYS_statx:
		if (sscanf((const char *)arguments[1], "/sys/devices/system/cpu/cpu%u/", &cpu) != 1 ||
		    cpu >= CPUS || !machine.births[cpu])
			return -ENOENT;
		((struct statx *)arguments[4])->stx_ino = machine.births[cpu];
		return 0;
	case SYS_fcntl: /* the copy of the program */
		machine.open++;
		return ANSWER;
	case SYS_close:
		machine.open--;
		return 0;
	default:
		return 0;
	}
}

/*
 * While the limit is below the frequency, a CPU that came back gets no event; those that stayed
 * keep theirs, also behind an offline CPU, and no stale event remains. Later each gets one again.
 */
START_TEST(test_frequency_limit)
{
	static const struct rawbpf_perf_events_spec spec = {
		.type = PERF_TYPE_SOFTWARE, .frequency = 99, .bind = RAWBPF_BIND_IOCTL };
	struct rawbpf_perf_events_cpu cpus[CPUS];
	struct rawbpf_perf_events events;

	machine = (typeof(machine)){ .births = { 10, 0, 12, 13 }, .limit = 100 };
	rawbpf__answer = machine_call;
	ck_assert_int_eq(rawbpf_perf_events_open(&events, 5, cpus, CPUS, &spec), 0);
	ck_assert_uint_eq(events.count, 3);
	ck_assert_int_eq(machine.open, 4);
	machine.limit = 50;
	ck_assert_int_eq(rawbpf_perf_events_follow(&events), 0);
	ck_assert_uint_eq(events.count, 3);
	machine.births[2] = 22;
	ck_assert_int_eq(rawbpf_perf_events_follow(&events), -EINVAL);
	ck_assert_uint_eq(events.count, 2);
	machine.births[3] = 23;
	ck_assert_int_eq(rawbpf_perf_events_follow(&events), -EINVAL);
	ck_assert_uint_eq(events.count, 1);
	ck_assert_int_ne(cpus[0].link.fd, 0);
	ck_assert_int_eq(cpus[2].link.fd, 0);
	ck_assert_int_eq(cpus[3].link.fd, 0);
	ck_assert_int_eq(machine.open, 2);
	machine.limit = 99;
	ck_assert_int_eq(rawbpf_perf_events_follow(&events), 0);
	ck_assert_uint_eq(events.count, 3);
	rawbpf_perf_events_close(&events);
	ck_assert_int_eq(machine.open, 0);
	machine.limit = 98;
	ck_assert_int_eq(rawbpf_perf_events_open(&events, 5, cpus, CPUS, &spec), -EINVAL);
	ck_assert_int_eq(machine.open, 0);
}
END_TEST

/* --------------------------------------------------------------- the limit on locked memory */

static struct {
	long first, read, then; /* the answers: to raising both limits, to reading, to raising one */
	uint64_t soft, hard;
	uint64_t asked[2];      /* the limits of the last call that sets them */
	unsigned calls;
} limit;

static long limit_call(long number, const long *arguments)
{
	uint64_t *old = (uint64_t *)arguments[3];

	ck_assert_int_eq(number, SYS_prlimit64);
	ck_assert_int_eq(arguments[0], 0);
	ck_assert_int_eq(arguments[1], RLIMIT_MEMLOCK);
	limit.calls++;
	if (arguments[2]) {
		memcpy(limit.asked, (const void *)arguments[2], sizeof limit.asked);
		return limit.calls == 1 ? limit.first : limit.then;
	}
	old[0] = limit.soft;
	old[1] = limit.hard;
	return limit.read;
}

START_TEST(test_memlock)
{
	static const uint64_t infinity = ~(uint64_t)0;

	rawbpf__answer = limit_call;
	ck_assert_int_eq(rawbpf_memlock_raise(), 0);
	ck_assert_uint_eq(limit.calls, 1);
	ck_assert_uint_eq(limit.asked[0], infinity);
	ck_assert_uint_eq(limit.asked[1], infinity);
	limit = (typeof(limit)){ .first = -ENOSYS };
	ck_assert_int_eq(rawbpf_memlock_raise(), -ENOSYS);
	ck_assert_uint_eq(limit.calls, 1);
	/* who may not raise the hard limit raises the soft one up to it */
	limit = (typeof(limit)){ .first = -EPERM, .soft = 5, .hard = 9 };
	ck_assert_int_eq(rawbpf_memlock_raise(), -EPERM);
	ck_assert_uint_eq(limit.calls, 3);
	ck_assert_uint_eq(limit.asked[0], 9);
	ck_assert_uint_eq(limit.asked[1], 9);
	limit = (typeof(limit)){ .first = -EPERM, .soft = 9, .hard = 9 };
	ck_assert_int_eq(rawbpf_memlock_raise(), -EPERM);
	ck_assert_uint_eq(limit.calls, 2);
	limit = (typeof(limit)){ .first = -EPERM, .soft = infinity, .hard = infinity };
	ck_assert_int_eq(rawbpf_memlock_raise(), 0);
	limit = (typeof(limit)){ .first = -EPERM, .read = -ENOSYS, .hard = infinity };
	ck_assert_int_eq(rawbpf_memlock_raise(), -EPERM);
}
END_TEST

/* -------------------------------------------------------------------------------- loops */

static int turns;

static int read_most(struct rawbpf_source *source)
{
	(void)source;
	return turns++ < 3 ? INT_MAX : -ECANCELED;
}

/*
 * The sum of records stays at the greatest number. A source gets its second turn before the loop
 * ends.
 */
START_TEST(test_loop_total)
{
	struct rawbpf_source sources[2] = { { .read = read_most }, { .read = read_most } };
	struct rawbpf_loop loop;

	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	for (unsigned i = 0; i < 2; i++) {
		sources[i].fd = eventfd(1, EFD_CLOEXEC);
		ck_assert_int_eq(rawbpf_loop_add(&loop, &sources[i]), 0);
	}
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), INT_MAX);
	ck_assert_int_eq(turns, 3);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), -ECANCELED);
	rawbpf_loop_close(&loop);
}
END_TEST

/* ----------------------------------------------------------------------------- recipes */

/* If the library does not open the kernel's BTF, it unmaps nothing. */
START_TEST(test_recipes)
{
	const struct rawbpf_prog_recipe *recipe = rawbpf_prog_recipe_get(0);

	begin(ANSWER);
	ck_assert_int_eq(rawbpf_map_recipe_create(BPF_MAP_TYPE_ARRAY, NULL), ANSWER);
	ck_assert_uint_eq(kernel.count, 1);
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_map_recipe_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, NULL), ANSWER);
	ck_assert_uint_eq(kernel.count, 3);
	ck_assert_uint_eq(kernel.calls[1].words[5], ANSWER);
	ck_assert_int_eq(kernel.calls[2].number, SYS_close);
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_prog_recipe_load(recipe, NULL, NULL, 0), ANSWER);
	ck_assert_uint_eq(kernel.count, 1);
	/* an extension, and before it the program that it extends */
	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n))->type != BPF_PROG_TYPE_EXT; n++)
		;
	begin(ANSWER);
	kernel.answers[0] = 70; /* the BTF */
	kernel.answers[1] = 71;
	ck_assert_int_eq(rawbpf_prog_recipe_load(recipe, NULL, NULL, 0), ANSWER);
	ck_assert_int_eq(kernel.calls[0].arguments[0], BPF_BTF_LOAD);
	ck_assert_int_eq(kernel.calls[1].arguments[0], BPF_PROG_LOAD);
	ck_assert_uint_eq(kernel.calls[1].words[0], BPF_PROG_TYPE_SCHED_CLS);
	ck_assert_uint_eq(kernel.calls[1].words[18], 70);
	ck_assert_int_eq(kernel.calls[2].arguments[0], BPF_PROG_LOAD);
	ck_assert_uint_eq(kernel.calls[2].words[0], BPF_PROG_TYPE_EXT);
	ck_assert_uint_eq(kernel.calls[2].words[18], 70);
	ck_assert_uint_ne(kernel.calls[2].words[27], 0);
	ck_assert_uint_eq(kernel.calls[2].words[28], 71);
	ck_assert_uint_eq(kernel.count, 5);
	ck_assert_int_eq(kernel.calls[3].arguments[0], 71);
	ck_assert_int_eq(kernel.calls[4].arguments[0], 70);
	begin(ANSWER);
	kernel.answers[0] = 70;
	kernel.answers[1] = -EXDEV;
	ck_assert_int_eq(rawbpf_prog_recipe_load(recipe, NULL, NULL, 0), -EXDEV);
	ck_assert_uint_eq(kernel.count, 3);
	ck_assert_int_eq(kernel.calls[2].number, SYS_close);
	ck_assert_int_eq(kernel.calls[2].arguments[0], 70);
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_map_recipe_create(9999, NULL), -EINVAL);
	ck_assert_uint_eq(kernel.count, 0);
	/* a run with another result than the recipe's */
	begin(0);
	ck_assert_int_eq(rawbpf_prog_recipe_run(&(struct rawbpf_prog_recipe){
		.runs = RAWBPF_PROG_RUNS_PACKET, .result = 0 }, 5), 0);
	ck_assert_uint_eq(kernel.calls[0].words[2], 64);
	ck_assert_int_eq(rawbpf_prog_recipe_run(&(struct rawbpf_prog_recipe){
		.runs = RAWBPF_PROG_RUNS_CONTEXT, .result = 1 }, 5), -EPROTO);
	ck_assert_uint_eq(kernel.calls[1].words[10], 72);
	ck_assert_int_eq(rawbpf_prog_recipe_run(&(struct rawbpf_prog_recipe){
		.runs = RAWBPF_PROG_RUNS_OTHERS, .result = 1 }, 5), 0);
	ck_assert_uint_eq(kernel.calls[2].words[2], 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_detach_attempts);
	tcase_add_test(tests, test_replace_attempts);
	tcase_add_test(tests, test_replace_first);
	tcase_add_test(tests, test_replace_alone);
	tcase_add_test(tests, test_probes);
#ifdef HAS_COMPAT_CALLS
	tcase_add_test(tests, test_compat_names);
#endif
	tcase_add_test(tests, test_cpus);
	tcase_add_test(tests, test_frequency_limit);
	tcase_add_test(tests, test_memlock);
	tcase_add_test(tests, test_loop_total);
	tcase_add_test(tests, test_recipes);
}

int main(void)
{
	return unit_run("answered", add_tests);
}
