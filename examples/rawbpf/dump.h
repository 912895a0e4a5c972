/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_RAWBPF_DUMP_H
#define EXAMPLES_RAWBPF_DUMP_H

#include "object.h"

/* Ask about a program; the ids of its maps are malloc-ed. 0 or a negative errno. */
int prog_ask(struct rawbpf_prog_info *info, int fd);

/* The verb: instructions, or with -x machine code. */
int prog_dump(const struct arguments *arguments);

#endif
