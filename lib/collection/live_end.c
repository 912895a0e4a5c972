/* SPDX-License-Identifier: MIT */
/* Detach the programs of a collection. */
#include "live_end.h"
#include "live_perf.h"

int rawbpf__live_programs_end(struct rawbpf_live *live, unsigned first, int is_close)
{
	int first_error = 0;

	for (unsigned i = live->program_count; i-- > first;) {
		struct rawbpf_live_program *program = &live->programs[i];
		int err = rawbpf_link_detach(&program->link);

		rawbpf__live_perf_close(program);
		if (err < 0 && !first_error)
			first_error = err;
		if (is_close && program->fd > 0)
			rawbpf__close(program->fd);
	}
	if (is_close)
		live->program_count = first;
	return first_error;
}
