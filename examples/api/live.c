/* SPDX-License-Identifier: MIT */
/* Attach a program from a text, and read its records. CAP_BPF, CAP_PERFMON. Linux 5.8. */
#include "api.h"

#include <rawbpf/live.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static const char text[] =
	".struct event\n	u64 result\n"
	".ring events event 64k\n"
	".prog leave\n"
	".at sysret getpriority -> result\n"
	"	call get_current_pid_tgid\n"
	"	r0 >>= 32\n"
	"	if r0 != self.pid goto out\n"
	"	r7 = r10 + result\n"
	"	send events, r7, sizeof(event)\n"
	"out:	r0 = 0\n"
	"	exit\n";

static int print(void *context, const struct rawbpf_live_record *record)
{
	unsigned long long result = *(const unsigned long long *)record->data;

	(void)context;
	printf("getpriority(2) returned %llu: a record of %zu bytes\n", result, record->size);
	return 0;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "live");

	static _Alignas(8) char memory[1 << 20];
	struct rawbpf_collection_error mistake = { .macro_line = 0 };
	struct rawbpf_collection_text parsed = { .text = text, .length = sizeof text - 1,
		.memory = memory, .memory_size = sizeof memory, .errors = &mistake, .error_max = 1 };
	struct rawbpf_live_reason reason[4];
	struct rawbpf_collection collection;
	struct rawbpf_live_losses losses;
	struct rawbpf_live live;
	int err = rawbpf_collection_parse(&collection, &parsed);

	if (err == 0)
		err = rawbpf_live_open(&live, &collection, &(struct rawbpf_live_spec){
			.way = RAWBPF_WAY_RAW_TP, .handle = print, .reasons = reason, .reason_max = 4 });
	if (err == 0)
		err = rawbpf_live_attach(&live);
	if (err < 0) {
		fprintf(stderr, "%s\n", parsed.error_count ? mistake.at.message : reason[0].text);
		return api_status(-err);
	}
	must_libc("getpriority", syscall(SYS_getpriority, PRIO_PROCESS, 0)); /* 20: the nice value is 0 */
	must(RAWBPF_LOOP_RUN, rawbpf_live_run(&live, -1));
	rawbpf_live_losses_count(&losses, &live);
	printf("%llu lost\n", (unsigned long long)losses.records);
	rawbpf_live_close(&live);
	return done();
}
