/* SPDX-License-Identifier: MIT */
/* rawbpf asm of a text with .prog. */
#ifndef EXAMPLES_RAWBPF_ASM_H
#define EXAMPLES_RAWBPF_ASM_H

#include "collected.h"

struct asm_options {
	const char *output;          /* a file, or NULL: standard output */
	const char *name;            /* of the struct in C; NULL: by the file's name */
	enum rawbpf_arch arch;       /* NATIVE: any */
	enum rawbpf_byte_order order;
	int is_strict;               /* -Werror */
};

/* Let standard output be the file, unless `path` is NULL or "-". Returns OK, or FAILED after a message. */
int asm_open_output(const char *path);

/* Write the collection. Returns OK, or FAILED after a message. */
int asm_header(struct collection *collection, const struct asm_options *options);
int asm_elf(struct collection *collection, const struct asm_options *options);

#endif
