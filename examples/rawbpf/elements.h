/* SPDX-License-Identifier: MIT */
/* The verbs of rawbpf map for elements. */
#ifndef EXAMPLES_RAWBPF_ELEMENTS_H
#define EXAMPLES_RAWBPF_ELEMENTS_H

#include "object.h"

int elements_dump(const struct arguments *arguments);
int elements_get(const struct arguments *arguments);
int elements_set(const struct arguments *arguments);
int elements_delete(const struct arguments *arguments);
int elements_next(const struct arguments *arguments);

#endif
