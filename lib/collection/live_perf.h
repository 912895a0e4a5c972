/* SPDX-License-Identifier: MIT */
/* Programs at perf events: one on each CPU. */
#ifndef RAWBPF_LIB_LIVE_PERF_H
#define RAWBPF_LIB_LIVE_PERF_H

#include <rawbpf/live.h>

#include "../sys/sys.h"

/* Run a program so many times a second on each CPU that runs. Return 0 or a negative errno. */
RAWBPF__PRIVATE int rawbpf__live_perf_open(struct rawbpf_live_program *program, uint64_t frequency);

/* Look for CPUs that came and went. */
RAWBPF__PRIVATE void rawbpf__live_perf_follow(struct rawbpf_live_program *program);

/* End that. Do nothing if the program is at no perf event. */
RAWBPF__PRIVATE void rawbpf__live_perf_close(struct rawbpf_live_program *program);

#endif
