/* SPDX-License-Identifier: MIT */
/*
 * The programs of examples/api in one file, for the guests.
 *
 * usage: api NAME [ARGUMENT]
 */
#include <stdio.h>
#include <string.h>

/* API_NAMES is API(btf) API(build) ...: each program's main() is called api_NAME() here. */
#define API(NAME) int api_##NAME(int argc, char **argv);
API_NAMES
#undef API

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} programs[] = {
#define API(NAME) { #NAME, api_##NAME },
	API_NAMES
};

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc > 1 && i < sizeof programs / sizeof *programs; i++)
		if (strcmp(programs[i].name, argv[1]) == 0)
			return programs[i].run(argc - 1, argv + 1);
	fprintf(stderr, "usage: api NAME [ARGUMENT], where NAME is a program of examples/api\n");
	return 2;
}
