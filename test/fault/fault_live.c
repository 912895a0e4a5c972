/* SPDX-License-Identifier: MIT */
/* Faults while a collection is opened, attached, read and closed. */
#include "fault.h"

#include "../collection/collected.h"

static struct collected collected;
static struct rawbpf_live live;
static struct rawbpf_live_reason reasons[8];

static const char text[] =
	".struct call\n"
	"	head head\n"
	".ring events call 64k\n"
	".map begun hash u64 call 16\n"
	".prog enter\n"
	".at syscall getppid\n"
	"	.local c call\n"
	"	call get_current_pid_tgid\n"
	"	r0 >>= 32\n"
	"	if r0 != opt.pid goto out\n"
	"	head r10 + c\n"
	"	remember begun, r10 + c\n"
	"out:	r0 = 0\n"
	"	exit\n"
	".prog leave\n"
	".at sysret getppid\n"
	"	recall r7, begun, out\n"
	"	send events, r7, sizeof(call)\n"
	"out:	r0 = 0\n"
	"	exit\n";

/* Detaching from a tracepoint takes 15 ms: one program does. */
static const char short_text[] =
	".map count array u32 u64 1\n"
	".prog enter\n"
	".at syscall getppid\n"
	"	r0 = 0\n"
	"	exit\n";

static int ignore(void *context, const struct rawbpf_live_record *record)
{
	(void)context, (void)record;
	return 0;
}

static int by_raw_tp(void)
{
	struct rawbpf_option option = { .name = "pid", .value = getpid() };
	struct rawbpf_live_pending pending = { .live = &live };
	struct rawbpf_live_losses losses;
	int err = rawbpf_live_open(&live, &collected.tables, &(struct rawbpf_live_spec){
		.options = &option, .option_count = 1, .way = RAWBPF_WAY_RAW_TP, .handle = ignore, .source = text,
		.reasons = reasons, .reason_max = 8 });

	if (err == 0)
		err = rawbpf_live_attach(&live);
	if (err == 0) {
		syscall(SYS_getppid);
		err = rawbpf_live_run(&live, 0);
	}
	if (err >= 0)
		err = rawbpf_live_losses_count(&losses, &live);
	pending.map = collected_map(&collected, "begun");
	while (err >= 0 && (err = rawbpf_live_pending_next(&pending)) > 0)
		;
	rawbpf_live_pending_close(&pending);
	rawbpf_live_close(&live);
	return err;
}

static int by_tracepoint(void)
{
	int err = rawbpf_live_open(&live, &collected.tables, &(struct rawbpf_live_spec){
		.way = RAWBPF_WAY_TRACEPOINT, .reasons = reasons, .reason_max = 8 });

	if (err == 0)
		err = rawbpf_live_attach(&live);
	rawbpf_live_close(&live);
	return err;
}

static const struct fault_operation operations[] = {
	{ "live, raw_tp", by_raw_tp, 0, 0 },
	{ "live, tracepoint", by_tracepoint, 0, 0 },
};

START_TEST(test_faults)
{
	live_mount_tracefs();
	collected_parse(&collected, _i ? short_text : text);
	fault_everywhere(&operations[_i]);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_faults, 0, RAWBPF_COUNT(operations));
}

int main(void)
{
	return fault_run("fault_live", add_tests);
}
