/* SPDX-License-Identifier: MIT */
#include "mounts.h"

#include <stdlib.h>
#include <string.h>

int mounts_open(struct mounts *mounts)
{
	*mounts = (struct mounts){ .list = fopen("/proc/mounts", "re") };
	return mounts->list != NULL;
}

static int is_octal(const char *digits, int count)
{
	for (int i = 0; i < count; i++)
		if (digits[i] < '0' || digits[i] > '7')
			return 0;
	return 1;
}

/* The kernel writes blanks and backslashes as \040. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; to++) {
		if (*text == '\\' && is_octal(text + 1, 3)) {
			*to = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

int mounts_next(struct mounts *mounts)
{
	while (mounts->list && getline(&mounts->line, &mounts->room, mounts->list) > 0) {
		char *rest = mounts->line, *path;

		strsep(&rest, " "); /* what is mounted */
		path = strsep(&rest, " ");
		if (!rest)
			continue;
		mounts->type = strsep(&rest, " ");
		unescape(path);
		mounts->path = path;
		return 1;
	}
	return 0;
}

void mounts_close(struct mounts *mounts)
{
	if (mounts->list)
		fclose(mounts->list);
	free(mounts->line);
}
