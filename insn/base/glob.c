/* SPDX-License-Identifier: MIT */
#include "glob.h"

/*
 * If a byte does not match, let the last star take one byte more. No earlier star needs more: the
 * pattern between the two stars already matched at its first place.
 */
int rawbpf__glob_matches(const char *glob, const char *name, size_t length)
{
	const char *end = name + length, *star = NULL, *taken = name;

	while (name < end) {
		if (*glob == '*') {
			star = ++glob;
			taken = name;
		} else if (*glob && (*glob == '?' || *glob == *name)) {
			glob++;
			name++;
		} else if (star) {
			glob = star;
			name = ++taken;
		} else {
			return 0;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}
