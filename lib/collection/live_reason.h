/* SPDX-License-Identifier: MIT */
/* What the files of lib/collection share: the reasons of failures, and strings of the tables. */
#ifndef RAWBPF_LIB_LIVE_REASON_H
#define RAWBPF_LIB_LIVE_REASON_H

#include <rawbpf/error.h>
#include <rawbpf/live.h>

#include "../sys/sys.h"
#include "../../insn/base/out.h"

/* Return a string of the tables. */
static inline const char *rawbpf__live_string(const struct rawbpf_live *live, unsigned string)
{
	return live->collection->strings + string;
}

/* Return 1 for a place whose way is chosen together with those of all others like it. */
static inline int rawbpf__live_is_call(const struct rawbpf_table_place *place)
{
	return place->way == RAWBPF_WAY_SYSCALL || place->way == RAWBPF_WAY_SYSRET;
}

/*
 * Begin a reason. Return it; its text is to be written. If the caller's array is full, return NULL,
 * but count it.
 */
RAWBPF__PRIVATE struct rawbpf_live_reason *rawbpf__live_reason(struct rawbpf_live *live,
							       enum rawbpf_live_stage stage,
							       unsigned index, enum rawbpf_way way,
							       int error);

/* Add a reason that rawbpf_error_explain() finds. Return the error. */
RAWBPF__PRIVATE int rawbpf__live_fail(struct rawbpf_live *live, enum rawbpf_live_stage stage,
				      unsigned index, enum rawbpf_way way,
				      const struct rawbpf_error *error);

/* Add a mistake in the text. Return the error. */
RAWBPF__PRIVATE int rawbpf__live_mistake(struct rawbpf_live *live, enum rawbpf_live_stage stage,
					 unsigned index, enum rawbpf_way way, int error,
					 const struct rawbpf_collection_error *mistake);

#endif
