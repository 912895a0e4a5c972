/* SPDX-License-Identifier: MIT */
/* The token of the BPF file system that the environment variable RAWBPF_TOKEN names. */
#ifndef EXAMPLES_TOKEN_H
#define EXAMPLES_TOKEN_H

#define TOKEN_VARIABLE "RAWBPF_TOKEN"

/* Return the path of the file system; NULL: the tool uses no token. */
const char *token_path(void);

/*
 * Open the token in the first call, and set the flag of a map or program for it. Return the
 * descriptor, 0 for none, or a negative errno of rawbpf_token_open().
 */
int token_use(unsigned *flags);

#endif
