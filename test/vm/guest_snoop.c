/* SPDX-License-Identifier: MIT */
/*
 * chrootsnoop in the virtual machine: by each way to attach, through each buffer, and at overload.
 */
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "../examples/snooped.h"
#include "guest.h"

enum { FLOOD = 20000 };

static const char *const ways[] = { NULL, "kprobe", "tracepoint", "raw_tp" };
static const char *const transports[] = { NULL, "ring", "perf" };

static unsigned tgid(void)
{
	return getpid();
}

static const char *or_default(const char *word)
{
	return word ? word : "default";
}

/* Print the problem as the fact, with '|' between its lines; "" is none. */
static void say(const char *tool, const struct snooped_run *run, char *problem)
{
	char name[64];

	for (char *at = problem; *at; at++)
		if (*at == '\n')
			*at = at[1] ? '|' : '\0';
	snprintf(name, sizeof name, "%s.%s.%s", tool, or_default(run->way),
		 or_default(run->transport));
	fact_text(name, problem[0] ? problem : "as expected");
}

void guest_snoop(void)
{
	struct snooped_run run = { .tool = "/bin/chrootsnoop", .tgid = tgid };
	char problem[8192];

	for (int way = 0; way < 4; way++)
		for (int transport = 0; transport < 3; transport++) {
			run.way = ways[way];
			run.transport = transports[transport];
			snooped_check(&run, problem, sizeof problem);
			say("chrootsnoop", &run, problem);
		}
	for (int way = guest_leaves_out("flood.kprobe") ? 2 : 1; way < 4; way++)
		for (int transport = 1; transport < 3; transport++) {
			run.way = ways[way];
			run.transport = transports[transport];
			snooped_flood(&run, FLOOD, problem, sizeof problem);
			say("flood", &run, problem);
		}
}
