/* SPDX-License-Identifier: MIT */
/* The verbs of rawbpf prog that have files of their own. */
#ifndef EXAMPLES_RAWBPF_VERBS_H
#define EXAMPLES_RAWBPF_VERBS_H

#include "object.h"

/* Print instructions, or with -x machine code. */
int prog_dump(const struct arguments *arguments);

/* Load a program and pin it. */
int prog_load(const struct arguments *arguments);

/* Attach a program by a pinned link, or without a link. Detach one that has no link. */
int prog_attach(const struct arguments *arguments);
int prog_detach(const struct arguments *arguments);

/* Print what programs print with bpf_trace_printk(). */
int prog_tracelog(const struct arguments *arguments);

#endif
