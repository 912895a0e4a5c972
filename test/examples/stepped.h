/* SPDX-License-Identifier: MIT */
/* A folder for the tests of rawbpf step. */
#ifndef TEST_STEPPED_H
#define TEST_STEPPED_H

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Remove a folder of files. Returns 0, or -1. */
static inline int remove_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	return rmdir(path);
}

#endif
