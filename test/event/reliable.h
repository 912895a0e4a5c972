/* SPDX-License-Identifier: MIT */
/* Code of the tests that do the same with every kind of link: soak, killed, threads. */
#ifndef TEST_RELIABLE_H
#define TEST_RELIABLE_H

#include "../attach/cgroups.h"
#include "../attach/link_kinds.h"

/* Make the targets of all kinds of links, in this process alone. */
static inline void reliable_begin(void)
{
	live_mount_tracefs();
	ck_assert_int_eq(link_kinds_begin(live_tgid(), cgroups_open(cgroups_make(""))), 0);
}

/* Return 0 if this kernel lacks the kind. */
static inline int reliable_has(const struct link_kind *kind)
{
	int has = link_kind_try(kind, live_kernel());

	ck_assert_msg(has >= 0, "%s: %d", kind->name, has);
	return has;
}

static inline void reliable_fixture(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
}

#endif
