/* SPDX-License-Identifier: MIT */
/*
 * Error handling and exit status for the programs of this folder. Copy it with them.
 *
 *	cc -Iinclude examples/api/map.c lib/rawbpf.c -o map
 *
 * Exit status: 0; 1 after a failure; 2 for wrong arguments; 77 if this kernel lacks the feature, because it is older or
 * was built without it. stderr says why.
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

enum { API_FAILED = 1, API_USAGE = 2, API_LACKING = 77, API_ENOTSUPP = 524 };

/* Print the usage and exit, for -h and --help, and for fewer or more arguments. */
static inline void check_arguments(int argc, char **argv, int least, int most, const char *usage)
{
	int asks = argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);

	if (!asks && argc > least && argc <= most + 1)
		return;
	fprintf(asks ? stdout : stderr, "usage: %s\n", usage);
	exit(asks ? EXIT_SUCCESS : API_USAGE);
}

/*
 * Return 77 for an errno that means, in these programs, that the kernel lacks the feature; else 1.
 */
static inline int api_status(int err)
{
	return err == EINVAL || err == E2BIG || err == EOPNOTSUPP || err == API_ENOTSUPP || err == ENOSYS
		? API_LACKING : API_FAILED;
}

/*
 * Return the same for `operation`. If BTF, a struct_ops or a module of tc is missing, the kernel lacks
 * the feature.
 */
static inline int api_status_of(const struct rawbpf_operation *operation, int err)
{
	const struct rawbpf_operation *const lacking[] = { RAWBPF_BTF_KERNEL_OPEN, RAWBPF_STRUCT_OPS_BTF_LOAD,
							   RAWBPF_TC_ATTACH, RAWBPF_TC_ACTION_ATTACH };

	for (size_t i = 0; i < RAWBPF_COUNT(lacking); i++)
		if (operation == lacking[i])
			return err == -ENOENT ? API_LACKING : API_FAILED;
	return api_status(-err);
}

/* Explain why `operation` failed, and exit. The program's objects go with its descriptors. */
static inline void fail(const struct rawbpf_operation *operation, int err)
{
	const struct rawbpf_error error = { operation, err, 0, NULL, 0 };
	char why[1024];

	rawbpf_error_explain(why, sizeof why, &error);
	fprintf(stderr, "%s\n", why);
	exit(api_status_of(operation, err));
}

/* Return the result of `operation`. If it is negative, explain the failure and exit. */
static inline int must(const struct rawbpf_operation *operation, int result)
{
	if (result < 0)
		fail(operation, result);
	return result;
}

/* Do the same for a function of libc, which sets errno. */
static inline int must_libc(const char *what, int result)
{
	if (result < 0) {
		const int err = errno;

		fprintf(stderr, "%s: %s\n", what, strerror(err));
		exit(api_status(err));
	}
	return result;
}

/* Return the exit status after all output: a full disk is a failure, too. */
static inline int done(void)
{
	must_libc("stdout", fflush(stdout));
	return 0;
}

#endif
