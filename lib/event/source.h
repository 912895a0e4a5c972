/* SPDX-License-Identifier: MIT */
/* Common to all objects that a loop reads through a struct rawbpf_source. */
#ifndef RAWBPF_LIB_SOURCE_H
#define RAWBPF_LIB_SOURCE_H

#include <rawbpf/source.h>

#include "../sys/sys.h"

/*
 * Take a source out of its loop, before the caller closes the descriptor. While a child of fork(2)
 * has the descriptor too, a close does not take it out. A source that a child closes stays in the
 * loop: the loop is the parent's.
 */
static inline void rawbpf__source_leave_loop(struct rawbpf_source *source)
{
	if (source->loop && source->process == rawbpf__process_id())
		rawbpf__epoll_delete(source->loop, source->fd);
	source->loop = 0;
}

#endif
