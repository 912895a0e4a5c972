/* SPDX-License-Identifier: MIT */
/* The kernel's memory that a process holds by its maps and programs. */
#ifndef TEST_MEMLOCK_H
#define TEST_MEMLOCK_H

#include <stdio.h>
#include <sys/types.h>

/* A tool takes at most so much, in bytes. */
enum { MEMLOCK_MOST = 1200000 };

/* Add up what the kernel says of the descriptors of a process: values, rings and programs, in bytes. */
static inline long memlock_of(pid_t pid)
{
	char path[64], line[128];
	long sum = 0, memory;

	for (int fd = 3; fd < 256; fd++) {
		FILE *file;

		snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", pid, fd);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof line, file))
			if (sscanf(line, "memlock: %ld", &memory) == 1)
				sum += memory;
		if (file)
			fclose(file);
	}
	return sum;
}

#endif
