/* SPDX-License-Identifier: MIT */
/* Small text files of procfs, sysfs and tracefs. `directory` is AT_FDCWD or a descriptor. */
#ifndef RAWBPF_LIB_FILE_H
#define RAWBPF_LIB_FILE_H

#include "sys.h"

/*
 * Read the start of a file into `text`, without its last newline, and NUL-terminate it. Returns the
 * length or a negative errno.
 */
RAWBPF__PRIVATE int rawbpf__file_read(int directory, const char *path, char *text, size_t size);

/*
 * Read the number after `prefix` in a file that holds nothing else. -EINVAL: the file holds
 * something else.
 */
RAWBPF__PRIVATE int rawbpf__file_number(int directory, const char *path, const char *prefix);

#endif
