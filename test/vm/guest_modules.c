/* SPDX-License-Identifier: MIT */
/* What /proc/modules says about each module that boot.sh carried here. */
#include <stdio.h>
#include <string.h>

#include "guest.h"
#include "modules.h"

/* Write the state, or "none". A line has a name, a size, a count of users, their names, the state. */
static void state_of(const char *wanted, char state[16])
{
	FILE *file = fopen("/proc/modules", "r");
	char line[512], name[64];

	strcpy(state, "none");
	while (file && fgets(line, sizeof line, file)) {
		char found[16];

		if (sscanf(line, "%63s %*s %*s %*s %15s", name, found) == 2 && !strcmp(name, wanted))
			strcpy(state, found);
	}
	if (file)
		fclose(file);
}

void guest_modules(void)
{
#define NAME(X) #X,
	static const char *const names[] = { GUEST_MODULES(NAME) };
	char fact_name[80], state[16];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(fact_name, sizeof fact_name, "module.%s", names[i]);
		state_of(names[i], state);
		fact_text(fact_name, state);
	}
}
