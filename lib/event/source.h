/* SPDX-License-Identifier: MIT */
/* What everything that is read through a struct rawbpf_source has to do with its loop. */
#ifndef RAWBPF_LIB_SOURCE_H
#define RAWBPF_LIB_SOURCE_H

#include <rawbpf/source.h>

#include "../sys/sys.h"

/*
 * To be called before the descriptor is closed. As long as a child of fork(2) has it, too, closing
 * it does not take it out of the loop. What a child closes, stays in the loop: it is the parent's.
 */
static inline void rawbpf__source_leave_loop(struct rawbpf_source *source)
{
	if (source->loop && source->process == rawbpf__process_id())
		rawbpf__epoll_delete(source->loop, source->fd);
	source->loop = 0;
}

#endif
