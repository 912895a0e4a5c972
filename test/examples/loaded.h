/* SPDX-License-Identifier: MIT */
/* Programs that rawbpf loaded and pinned, for the tests that attach them. */
#ifndef TEST_LOADED_H
#define TEST_LOADED_H

#include "../object/objects.h"
#include "printed.h"

#include <rawbpf/info.h>

#define PIN "/sys/fs/bpf/pin"
#define LINK "/sys/fs/bpf/link"

static const char *const nothing __attribute__((unused)) = "r0 = 1; exit\n";

/* Write a temporary file of these bytes and return its path. */
static inline const char *file_of(const void *bytes, size_t size)
{
	static char path[64];
	int fd;

	strcpy(path, "/tmp/rawbpf-attach-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), size);
	close(fd);
	return path;
}

/* Load a text as this type, under own_name(), and pin it at PIN. */
static inline void load(const char *type, const char *attach_type, const char *program)
{
	const char *path = file_of(program, strlen(program));

	assert_prints(ARGS("prog", "load", "-t", type, "-a", attach_type, "-n", own_name(), path, PIN), "");
	unlink(path);
}

static inline struct rawbpf_prog_info pinned_info(const char *path)
{
	struct rawbpf_prog_info info = { .type = 0 };
	int prog = rawbpf_obj_open(path, 0);

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	close(prog);
	return info;
}

#endif
