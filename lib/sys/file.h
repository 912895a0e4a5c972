/* SPDX-License-Identifier: MIT */
/* Small text files of procfs, sysfs and tracefs. `directory` is AT_FDCWD or a descriptor. */
#ifndef RAWBPF_LIB_FILE_H
#define RAWBPF_LIB_FILE_H

#include "sys.h"

/*
 * Read the start of a file, as one terminated string without its last newline;
 * its length, or a negative errno.
 */
RAWBPF__PRIVATE int rawbpf__file_read(int directory, const char *path, char *text, size_t size);

/* The number that a file consists of, behind `prefix`. -EINVAL: something else is in it. */
RAWBPF__PRIVATE int rawbpf__file_number(int directory, const char *path, const char *prefix);

#endif
