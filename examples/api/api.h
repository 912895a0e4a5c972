/* SPDX-License-Identifier: MIT */
/*
 * How the programs of this folder end. Copy it with them.
 *
 *	cc -Iinclude examples/api/map.c lib/rawbpf.c -o map
 *
 * Exit status: 0; 1 after a failure; 77 if this kernel lacks what the program shows: it is older,
 * or built without. stderr says why.
 */
#ifndef EXAMPLES_API_H
#define EXAMPLES_API_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

enum { API_FAILED = 1, API_LACKING = 77, API_ENOTSUPP = 524 };

/* The exit status after an errno that says, of these programs, what the kernel does not know. */
static inline int api_status(int err)
{
	return err == EINVAL || err == E2BIG || err == EOPNOTSUPP || err == API_ENOTSUPP || err == ENOSYS
		? API_LACKING : API_FAILED;
}

/* Neither BTF nor the struct_ops are missing for another reason than that. */
static inline int api_status_of(const struct rawbpf_operation *operation, int err)
{
	if (operation == RAWBPF_BTF_KERNEL_OPEN || operation == RAWBPF_STRUCT_OPS_BTF_LOAD)
		return err == -ENOENT ? API_LACKING : API_FAILED;
	return api_status(-err);
}

/* Explain why `operation` failed, and exit; what the program made goes with its descriptors. */
static inline void fail(const struct rawbpf_operation *operation, int err)
{
	const struct rawbpf_error error = { operation, err, 0, NULL, 0 };
	char why[1024];

	rawbpf_error_explain(why, sizeof why, &error);
	fprintf(stderr, "%s\n", why);
	exit(api_status_of(operation, err));
}

/* The result of `operation`, if it is none of the negative ones that explain a failure. */
static inline int must(const struct rawbpf_operation *operation, int result)
{
	if (result < 0)
		fail(operation, result);
	return result;
}

/* The same for a function of libc, which sets errno. */
static inline int must_libc(const char *what, int result)
{
	if (result < 0) {
		const int err = errno;

		fprintf(stderr, "%s: %s\n", what, strerror(err));
		exit(api_status(err));
	}
	return result;
}

/* The exit status of a program that has printed all: a full disk is a failure, too. */
static inline int done(void)
{
	must_libc("stdout", fflush(stdout));
	return 0;
}

#endif
