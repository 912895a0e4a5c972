/* SPDX-License-Identifier: MIT */
/* Entry sequences: each place, families of calls, 32-bit calls. */
#include "guest.h"

#include <stdio.h>
#include <unistd.h>

#include "../collection/entered.h"

/* Print the problem as the fact; "" is none. */
static void say(const char *name, const char *problem)
{
	char fact_name[64];

	snprintf(fact_name, sizeof fact_name, "entry.%s", name);
	fact_text(fact_name, problem[0] ? problem : "as expected");
}

void guest_entry(void)
{
	char problem[256];

	for (unsigned i = 0; i < entered_count(); i++) {
		entered_check(i, problem, sizeof problem);
		say(entered_name(i), problem);
	}
	entered_check_family(problem, sizeof problem);
	say("family", problem);
	entered_check_execve("/bin/workload", problem, sizeof problem);
	say("execve", problem);
#if defined(__x86_64__)
	fact(entered_count_compat(NULL), "entry.int80");
#endif
	if (access("/bin/workload32", X_OK) == 0)
		fact(entered_count_compat("/bin/workload32"), "entry.task32");
}
