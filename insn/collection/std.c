/* SPDX-License-Identifier: MIT */
#include <rawbpf/collection.h>

#include "../base/private.h"

static const char std_text[] =
#include "std.h"
	;

const char *rawbpf_collection_std_get(size_t *length)
{
	*length = sizeof(std_text) - 1;
	return std_text;
}
