/* SPDX-License-Identifier: MIT */
/*
 * Attach programs that `rawbpf asm -f header embedded.bpf` wrote to embedded.h: without the text, its
 * parser and memory for them. CAP_BPF, CAP_PERFMON. Linux 5.8.
 */
#include "api.h"

#include <rawbpf/live.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "embedded.h"

static int print(void *context, const struct rawbpf_live_record *record)
{
	(void)context;
	printf("getpriority(2) returned %llu\n", *(const unsigned long long *)record->data);
	return 0;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "embedded");

	struct rawbpf_live_reason reason[4];
	struct rawbpf_live live;
	int err = rawbpf_live_open(&live, &embedded, &(struct rawbpf_live_spec){
		.way = RAWBPF_WAY_RAW_TP, .handle = print, .reasons = reason, .reason_max = 4 });

	if (err == 0)
		err = rawbpf_live_attach(&live);
	if (err < 0) {
		fprintf(stderr, "%s\n", reason[0].text);
		return api_status(-err);
	}
	must_libc("getpriority", syscall(SYS_getpriority, PRIO_PROCESS, 0)); /* 20: the nice value is 0 */
	must(RAWBPF_LOOP_RUN, rawbpf_live_run(&live, -1));
	rawbpf_live_close(&live);
	return done();
}
