/* SPDX-License-Identifier: MIT */
/*
 * Collections in the kernel: each way, exact counts and records, the reasons of failures, losses,
 * pending calls, and nothing left behind. Programs count this test's own processes only.
 */
#include "collected.h"


static struct collected collected;
static struct rawbpf_live live;
static struct rawbpf_live_reason reasons[16];

/* Count calls of getppid(2) of the process opt.pid. */
#define COUNTER(PLACES)                                                                            \
	".map count array u32 u64 1\n"                                                             \
	".prog counter\n" PLACES                                                                   \
	"	call get_current_pid_tgid\n"                                                       \
	"	r0 >>= 32\n"                                                                       \
	"	if r0 != opt.pid goto out\n"                                                       \
	"	r1 = &count[0]\n"                                                                  \
	"	r2 = 1\n"                                                                          \
	"	lock *(u64 *)(r1 + 0) += r2\n"                                                     \
	"out:	r0 = 0\n"                                                                          \
	"	exit\n"

static const char getppids[] = COUNTER(".at syscall getppid\n");

static struct rawbpf_option options[1] = { { .name = "pid" } };

static struct rawbpf_live_spec spec(void)
{
	options[0].value = live_tgid();
	return (struct rawbpf_live_spec){ .options = options, .option_count = 1, .reasons = reasons,
					  .reason_max = RAWBPF_COUNT(reasons), .file = "test.bpf",
					  .source = collected.text };
}

static void call_getppid(unsigned times)
{
	while (times--)
		syscall(SYS_getppid);
}

/* Open and attach, and return the result. */
static int start(const char *text, const struct rawbpf_live_spec *spec_of)
{
	int err;

	collected_parse(&collected, text);
	err = rawbpf_live_open(&live, &collected.tables, spec_of);
	if (err == 0)
		err = rawbpf_live_attach(&live);
	return err;
}

static void must_start(const char *text, const struct rawbpf_live_spec *spec_of)
{
	int err = start(text, spec_of);

	ck_assert_msg(err == 0, "%d: %s", err, live.reason_count ? reasons[0].text : "");
}

/* ------------------------------------------------------------------------- the ways */

START_TEST(test_way)
{
	static const enum rawbpf_way ways[] = { RAWBPF_WAY_RAW_TP, RAWBPF_WAY_TRACEPOINT, RAWBPF_WAY_KPROBE };
	int before = live_fds(), err;
	struct rawbpf_live_spec only = spec();

	live_mount_tracefs();
	only.way = ways[_i];
	err = start(getppids, &only);
	if (ways[_i] == RAWBPF_WAY_KPROBE && err == -EOPNOTSUPP) {
		ck_assert_uint_eq(live.reason_count, 1);
		ck_assert_int_eq(reasons[0].stage, RAWBPF_LIVE_ATTACH);
		ck_assert_int_eq(reasons[0].way, RAWBPF_WAY_KPROBE);
		ck_assert_int_eq(reasons[0].error, -EOPNOTSUPP);
		ck_assert_ptr_nonnull(strstr(reasons[0].text, "no kprobes"));
		rawbpf_live_close(&live);
		ck_assert_int_eq(live_fds(), before);
		SKIP("this kernel has no kprobes");
	}
	ck_assert_int_eq(err, 0);
	ck_assert_uint_eq(live.reason_count, 0);
	ck_assert_uint_eq(live.program_count, 1);
	ck_assert_int_eq(live.programs[0].unit.way, ways[_i]);
	call_getppid(7);
	ck_assert_uint_eq(collected_count(&collected, &live, "count"), 7);

	ck_assert_int_eq(rawbpf_live_detach(&live), 0);
	call_getppid(3);
	ck_assert_uint_eq(collected_count(&collected, &live, "count"), 7);
	rawbpf_live_close(&live);
	rawbpf_live_close(&live);
	ck_assert_int_eq(live_fds(), before);
}
END_TEST

/* Without tracefs and kprobes the raw tracepoint remains; reasons name the ways before it. */
START_TEST(test_fallback)
{
	struct rawbpf_live_spec any = spec();

	live_private_mounts();
	live_hide_directory("/sys/kernel");
	live_hide_directory("/sys/bus");
	must_start(getppids, &any);
	ck_assert_int_eq(live.programs[0].unit.way, RAWBPF_WAY_RAW_TP);
	ck_assert_uint_eq(live.reason_count, 2);
	ck_assert_int_eq(reasons[0].way, RAWBPF_WAY_KPROBE);
	ck_assert_int_eq(reasons[1].way, RAWBPF_WAY_TRACEPOINT);
	ck_assert_ptr_nonnull(strstr(reasons[1].text, "mount -t tracefs"));
	call_getppid(2);
	ck_assert_uint_eq(collected_count(&collected, &live, "count"), 2);
	rawbpf_live_close(&live);
}
END_TEST

/* Of a place and its .or lines the first one that works is attached. */
START_TEST(test_alternatives)
{
	static const char text[] = COUNTER(".at raw_tp no_such_tracepoint\n"
					   ".or raw_tp sys_enter\n"
					   ".or raw_tp sys_exit\n");
	struct rawbpf_live_spec any = spec();

	must_start(text, &any);
	ck_assert_uint_eq(live.program_count, 1);
	ck_assert_uint_eq(live.programs[0].unit.place, 1);
	ck_assert_uint_eq(live.reason_count, 1);
	ck_assert_uint_eq(reasons[0].index, 0);
	ck_assert_int_eq(reasons[0].error, -ENOENT);
	rawbpf_live_close(&live);
}
END_TEST

/* If the last of several places fails, those before it are detached. */
START_TEST(test_all_or_nothing)
{
	static const char text[] = COUNTER(".at raw_tp sys_enter\n"
					   ".at raw_tp no_such_tracepoint\n");
	struct rawbpf_live_spec any = spec();
	int before = live_fds();
	uint64_t count;

	ck_assert_int_eq(start(text, &any), -ENOENT);
	ck_assert_uint_eq(live.program_count, 0);
	count = collected_count(&collected, &live, "count"); /* of the calls before the error */
	ck_assert_uint_eq(collected_count(&collected, &live, "count"), count);
	rawbpf_live_close(&live);
	ck_assert_int_eq(live_fds(), before);
}
END_TEST

/* A way that the caller excludes is refused with words. */
START_TEST(test_only_way)
{
	static const char text[] = COUNTER(".at raw_tp sys_enter\n");
	struct rawbpf_live_spec only = spec();

	only.way = RAWBPF_WAY_KPROBE;
	ck_assert_int_eq(start(text, &only), -EOPNOTSUPP);
	ck_assert_uint_eq(live.reason_count, 1);
	ck_assert_str_eq(reasons[0].text, "only the way kprobe is allowed");
	rawbpf_live_close(&live);
}
END_TEST

START_TEST(test_until)
{
	struct rawbpf_live_spec some = spec();
	int before = live_fds();

	some.way = RAWBPF_WAY_RAW_TP;
	some.until = RAWBPF_UNTIL_LOADED;
	must_start(getppids, &some);
	ck_assert_int_gt(live.programs[0].fd, 2);
	ck_assert_int_eq(live.programs[0].link.fd, 0);
	ck_assert_uint_gt(live.programs[0].slots, 9);
	call_getppid(2);
	ck_assert_uint_eq(collected_count(&collected, &live, "count"), 0);
	rawbpf_live_close(&live);

	live_be_nobody();
	some.until = RAWBPF_UNTIL_RESOLVED;
	must_start(getppids, &some);
	ck_assert_int_eq(live.programs[0].fd, 0);
	ck_assert_int_eq(live.map_fds[0], 0);
	ck_assert_uint_gt(live.programs[0].slots, 9);
	rawbpf_live_close(&live);
	ck_assert_int_eq(live_fds(), before);
}
END_TEST

/* A text that names nothing of the kernel does not open its BTF. */
START_TEST(test_btf_late)
{
	static const char plain[] = ".map count array u32 u64 1\n.prog a\n.at raw_tp sys_enter\n"
				    "\tr1 = &count[0]\n\tr0 = 0\n\texit\n";
	static const char named[] = ".prog a\n.at raw_tp sys_enter\n\tr0 = task_struct.tgid\n\tr0 = 0\n\texit\n";
	struct rawbpf_live_spec any = spec();
	int before = live_fds();

	must_start(plain, &any);
	ck_assert_ptr_null(live.btf.types);
	rawbpf_live_close(&live);
	must_start(named, &any);
	ck_assert_ptr_nonnull(live.btf.types);
	ck_assert_ptr_null(live.modules);
	rawbpf_live_close(&live);
	ck_assert_int_eq(live_fds(), before);
}
END_TEST

/* --------------------------------------------------------------------------- reasons */

START_TEST(test_nobody)
{
	struct rawbpf_live_spec any = spec();
	int before = live_fds();

	live_be_nobody();
	ck_assert_int_eq(start(getppids, &any), -EPERM);
	ck_assert_uint_eq(live.reason_count, 1);
	ck_assert_int_eq(reasons[0].stage, RAWBPF_LIVE_MAP);
	ck_assert_uint_eq(reasons[0].index, 0);
	ck_assert_ptr_nonnull(strstr(reasons[0].text, "CAP_BPF"));
	ck_assert_int_eq(live_fds(), before);
	rawbpf_live_close(&live);
}
END_TEST

/* The reason of a rejection has the verifier's words and the line of the text; `log` is all of it. */
START_TEST(test_rejected)
{
	static char log[1 << 16];
	struct rawbpf_live_spec any = spec();

	any.log = log;
	any.log_size = sizeof log;
	ck_assert_int_eq(start(".prog bad\n"
			       ".at raw_tp sys_enter\n"
			       "	r0 = *(u64 *)(r1 + 0)\n"
			       "	r0 = *(u64 *)(r3 + 0)\n"
			       "	exit\n", &any), -EACCES);
	ck_assert_uint_eq(live.reason_count, 1);
	ck_assert_int_eq(reasons[0].stage, RAWBPF_LIVE_LOAD);
	ck_assert_int_eq(reasons[0].error, -EACCES);
	ck_assert_ptr_nonnull(strstr(reasons[0].text, "R3 !read_ok"));
	ck_assert_ptr_nonnull(strstr(reasons[0].text, "test.bpf:4"));
	ck_assert_ptr_nonnull(strstr(log, "R3 !read_ok"));
	rawbpf_live_close(&live);
}
END_TEST

/* A mistake that shows only here has its place in the text. */
START_TEST(test_mistake)
{
	struct rawbpf_live_spec any = spec();

	ck_assert_int_eq(start(".prog bad\n"
			       ".at raw_tp sys_enter\n"
			       "	r0 = no_such_name\n"
			       "	exit\n", &any), -ENOENT);
	ck_assert_uint_eq(live.reason_count, 1);
	ck_assert_int_eq(reasons[0].stage, RAWBPF_LIVE_RESOLVE);
	ck_assert_uint_eq(reasons[0].mistake.at.line, 3);
	ck_assert_ptr_nonnull(strstr(reasons[0].text, "no_such_name"));
	rawbpf_live_close(&live);
}
END_TEST

/* Reasons beyond the caller's array are counted, and nothing is written there. */
START_TEST(test_few_reasons)
{
	struct rawbpf_live_spec few = spec();

	few.reason_max = 1;
	reasons[1].error = 42;
	ck_assert_int_eq(start(COUNTER(".at raw_tp no_1\n.or raw_tp no_2\n.or raw_tp no_3\n"), &few), -ENOENT);
	ck_assert_uint_eq(live.reason_count, 3);
	ck_assert_int_eq(reasons[1].error, 42);
	rawbpf_live_close(&live);
}
END_TEST

START_TEST(test_closed)
{
	struct rawbpf_live_losses losses;
	struct rawbpf_live closed = { .reason_count = 0 };
	struct rawbpf_live_pending pending = { .live = &closed };

	ck_assert_int_eq(rawbpf_live_attach(&closed), -EBADF);
	ck_assert_int_eq(rawbpf_live_run(&closed, 0), -EBADF);
	ck_assert_int_eq(rawbpf_live_iterate(&closed), -EBADF);
	ck_assert_int_eq(rawbpf_live_losses_count(&losses, &closed), -EBADF);
	ck_assert_int_eq(rawbpf_live_pending_next(&pending), -EBADF);
	ck_assert_int_eq(rawbpf_live_detach(&closed), 0);
	rawbpf_live_close(&closed);
}
END_TEST

START_TEST(test_way_names)
{
	ck_assert_str_eq(rawbpf_way_name(RAWBPF_WAY_RAW_TP), "raw_tp");
	ck_assert_ptr_null(rawbpf_way_name(RAWBPF_WAYS));
	for (int way = 0; way < RAWBPF_WAYS; way++)
		ck_assert_int_eq(rawbpf_way_find(rawbpf_way_name(way)), way);
	ck_assert_int_eq(rawbpf_way_find("rawtp"), -ENOENT);
	ck_assert_int_eq(rawbpf_way_find(""), -ENOENT);
}
END_TEST

/* ------------------------------------------------------------------------------ maps */

static int pin_array(const char *path, unsigned value_size)
{
	int map = live_map(BPF_MAP_TYPE_ARRAY, 4, value_size, 1);

	ck_assert_int_eq(rawbpf_obj_pin(map, path), 0);
	return map;
}

/* A map that is pinned by its name is used. */
START_TEST(test_pinned)
{
	struct rawbpf_live_spec with = spec();
	const unsigned key = 0;
	uint64_t value;
	int map;

	live_mount_bpffs();
	map = pin_array("/sys/fs/bpf/count", 8);
	with.pins = "/sys/fs/bpf";
	with.way = RAWBPF_WAY_RAW_TP;
	must_start(getppids, &with);
	call_getppid(4);
	rawbpf_live_close(&live);
	ck_assert_int_eq(rawbpf_map_lookup(map, &key, &value, 0), 0);
	ck_assert_uint_eq(value, 4);
}
END_TEST

START_TEST(test_pinned_otherwise)
{
	struct rawbpf_live_spec with = spec();
	int before;

	live_mount_bpffs();
	pin_array("/sys/fs/bpf/count", 16);
	before = live_fds();
	with.pins = "/sys/fs/bpf";
	ck_assert_int_eq(start(getppids, &with), -EEXIST);
	ck_assert_uint_eq(live.reason_count, 1);
	ck_assert_int_eq(reasons[0].stage, RAWBPF_LIVE_MAP);
	ck_assert_str_eq(reasons[0].text, "the pinned map has another layout: value_size is 16 there, "
			 "8 in the text; remove the file, or change the text");
	ck_assert_int_eq(live_fds(), before);
}
END_TEST

/* Without such a pin the map is created, and not pinned. */
START_TEST(test_not_pinned)
{
	struct rawbpf_live_spec with = spec();

	live_mount_bpffs();
	with.pins = "/sys/fs/bpf";
	with.way = RAWBPF_WAY_RAW_TP;
	must_start(getppids, &with);
	ck_assert_int_eq(access("/sys/fs/bpf/count", F_OK), -1);
	rawbpf_live_close(&live);
}
END_TEST

/* --------------------------------------------------------------------------- records */

struct event {
	uint32_t tid;
	int32_t ret;
	uint64_t number;
};

static struct {
	unsigned count, map;
	int is_iter, stop;
	size_t size;
	struct event last;
} got;

static int take(void *context, const struct rawbpf_live_record *record)
{
	ck_assert_ptr_eq(context, &got);
	got.count++;
	got.map = record->map;
	got.is_iter = record->is_iter;
	got.size = record->size;
	memcpy(&got.last, record->data, record->size < sizeof got.last ? record->size : sizeof got.last);
	return got.stop;
}

#define EVENTS(RING)                                                                               \
	".struct event\n"                                                                          \
	"	u32 tid\n"                                                                         \
	"	s32 ret\n"                                                                         \
	"	u64 number\n"                                                                      \
	".map unused array u32 u64 1\n" RING                                                       \
	".prog leave\n"                                                                            \
	".at sysret getppid -> ret\n"                                                              \
	"	.local e event\n"                                                                  \
	"	call get_current_pid_tgid\n"                                                       \
	"	*(u32 *)(r10 + e.tid) = r0\n"                                                      \
	"	r0 >>= 32\n"                                                                       \
	"	if r0 != opt.pid goto out\n"                                                       \
	"	r1 = *(u64 *)(r10 + ret)\n"                                                        \
	"	*(u32 *)(r10 + e.ret) = r1\n"                                                      \
	"	*(u64 *)(r10 + e.number) = 77\n"                                                   \
	"	r9 = r10 + e\n"                                                                    \
	"	send events, r9, sizeof(event)\n"                                                  \
	"out:	r0 = 0\n"                                                                          \
	"	exit\n"

static struct rawbpf_live_spec reading(void)
{
	struct rawbpf_live_spec with = spec();

	with.handle = take;
	with.context = &got;
	with.way = RAWBPF_WAY_RAW_TP;
	return with;
}

START_TEST(test_records)
{
	struct rawbpf_live_spec with = reading();
	struct rawbpf_live_losses losses;

	must_start(EVENTS(".ring events event 64k\n"), &with);
	ck_assert_int_eq(rawbpf_live_run(&live, 0), 0);
	call_getppid(3);
	ck_assert_int_eq(rawbpf_live_run(&live, PATIENCE_MS), 3);
	ck_assert_uint_eq(got.count, 3);
	ck_assert_uint_eq(got.map, collected_map(&collected, "events"));
	ck_assert_int_eq(got.is_iter, 0);
	ck_assert_uint_eq(got.size, sizeof got.last);
	ck_assert_uint_eq(got.last.tid, live_tgid());
	ck_assert_int_eq(got.last.ret, getppid());
	ck_assert_uint_eq(got.last.number, 77);
	got.stop = -ECANCELED;
	call_getppid(1);
	ck_assert_int_eq(rawbpf_live_run(&live, PATIENCE_MS), -ECANCELED);
	ck_assert_int_eq(rawbpf_live_losses_count(&losses, &live), 0);
	ck_assert_uint_eq(losses.records | losses.entries | losses.runs, 0);
	rawbpf_live_close(&live);
}
END_TEST

/* A full ring refuses records: each one was read or is counted. */
START_TEST(test_lost)
{
	struct rawbpf_live_spec with = reading();
	struct rawbpf_live_losses losses;

	must_start(EVENTS(".ring events event 4k\n"), &with);
	call_getppid(1000);
	while (rawbpf_live_run(&live, 0) > 0)
		;
	ck_assert_int_eq(rawbpf_live_losses_count(&losses, &live), 0);
	ck_assert_uint_gt(losses.records, 0);
	ck_assert_uint_gt(got.count, 0);
	ck_assert_uint_eq(got.count + losses.records, 1000);
	rawbpf_live_close(&live);
}
END_TEST

/* A ring without a size: 64 KB to 8 MB, or what the caller says. */
START_TEST(test_ring_size)
{
	struct rawbpf_live_spec with = reading();
	struct rawbpf_map_layout layout;

	must_start(EVENTS(".ring events event\n"), &with);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, live.map_fds[collected_map(&collected, "events")]), 0);
	ck_assert_uint_ge(layout.max_entries, 65536);
	ck_assert_uint_le(layout.max_entries, 8 << 20);
	ck_assert_uint_eq(layout.max_entries & (layout.max_entries - 1), 0);
	rawbpf_live_close(&live);
	with.ring_size = 16384;
	must_start(EVENTS(".ring events event\n"), &with);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, live.map_fds[collected_map(&collected, "events")]), 0);
	ck_assert_uint_eq(layout.max_entries, 16384);
	rawbpf_live_close(&live);
}
END_TEST

/* An iterator writes a record for this process, of two sizes. */
START_TEST(test_iterate)
{
	struct rawbpf_live_spec with = reading();
	int err;

	with.way = RAWBPF_WAY_NONE;
	err = start(".struct task\n"
		    "	u32 pid\n"
		    "	s32 number\n"
		    "	u64 unused\n"
		    ".prog each\n"
		    ".at iter task -> task\n"
		    "	r6 = r1\n"
		    "	r7 = *(u64 *)(r6 + bpf_iter__task.task)\n"
		    "	if r7 == 0 goto out\n"
		    "	r1 = *(u32 *)(r7 + task_struct.pid)\n"
		    "	if r1 != opt.pid goto out\n"
		    "	.local e task\n"
		    "	*(u32 *)(r10 + e.pid) = r1\n"
		    "	*(u32 *)(r10 + e.number) = 5\n"
		    "	r2 = r10 + e\n"
		    "	r3 = 8\n"
		    "	r1 = *(u64 *)(r6 + bpf_iter__task.meta)\n"
		    "	r1 = *(u64 *)(r1 + bpf_iter_meta.seq)\n"
		    "	call seq_write\n"
		    "out:	r0 = 0\n"
		    "	exit\n", &with);
	ck_assert_msg(err == 0, "%d: %s", err, reasons[0].text);
	for (unsigned i = 1; i <= 2; i++) {
		ck_assert_int_eq(rawbpf_live_iterate(&live), 1);
		ck_assert_uint_eq(got.count, i);
		ck_assert_int_eq(got.is_iter, 1);
		ck_assert_uint_eq(got.size, 8);
		ck_assert_uint_eq(got.last.tid, live_tgid());
		ck_assert_int_eq(got.last.ret, 5);
	}
	got.stop = -ECANCELED;
	ck_assert_int_eq(rawbpf_live_iterate(&live), -ECANCELED);
	rawbpf_live_close(&live);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_way, 0, 3);
	tcase_add_test(tests, test_fallback);
	tcase_add_test(tests, test_alternatives);
	tcase_add_test(tests, test_all_or_nothing);
	tcase_add_test(tests, test_only_way);
	tcase_add_test(tests, test_until);
	tcase_add_test(tests, test_btf_late);
	tcase_add_test(tests, test_nobody);
	tcase_add_test(tests, test_rejected);
	tcase_add_test(tests, test_mistake);
	tcase_add_test(tests, test_few_reasons);
	tcase_add_test(tests, test_closed);
	tcase_add_test(tests, test_way_names);
	tcase_add_test(tests, test_pinned);
	tcase_add_test(tests, test_pinned_otherwise);
	tcase_add_test(tests, test_not_pinned);
	tcase_add_test(tests, test_records);
	tcase_add_test(tests, test_lost);
	tcase_add_test(tests, test_ring_size);
	tcase_add_test(tests, test_iterate);
}

int main(void)
{
	return unit_run("live", add_tests);
}
