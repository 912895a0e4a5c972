/* SPDX-License-Identifier: MIT */
/* The token of the BPF file system that the environment variable RAWBPF_TOKEN names. */
#ifndef EXAMPLES_TOKEN_H
#define EXAMPLES_TOKEN_H

#include <rawbpf/obj.h>
#include <rawbpf/uapi.h>
#include <stdlib.h>

#define TOKEN_VARIABLE "RAWBPF_TOKEN"

/* Return the path of the file system; NULL: the tool uses no token. */
static inline const char *token_path(void)
{
	const char *path = getenv(TOKEN_VARIABLE);

	return path && path[0] ? path : NULL;
}

/*
 * Open the token once, and set the flag of a map or program for it. Return the descriptor, 0 for
 * none, or a negative errno of rawbpf_token_open().
 */
static inline int token_use(unsigned *flags)
{
	static int token;

	if (!token && token_path())
		token = rawbpf_token_open(token_path());
	if (token > 0)
		*flags |= BPF_F_TOKEN_FD;
	return token;
}

#endif
