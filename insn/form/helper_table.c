/* SPDX-License-Identifier: MIT */
/*
 * Facts about each helper other than its name. They are not in helper.c because few callers need
 * more than names.
 */
#include "helper.h"
#include "../base/string.h"

enum { HELPER_ANY, HELPER_GPL };

/* The types of the result and the arguments follow one another. */
static const char helper_types[] =
#define HELPER(NAME, LICENSE, TYPES, RETURNS, ARGUMENTS) RETURNS "\0" ARGUMENTS "\0"
#include "helper.def"
;

static const struct {
	uint64_t types : 63, gpl : 1;
} helper_rows[] = {
#define HELPER(NAME, LICENSE, TYPES, ...) { TYPES, HELPER_##LICENSE },
#include "helper.def"
};

RAWBPF__PRIVATE int rawbpf__helper_get(struct rawbpf__helper *helper, uint32_t number)
{
	if (!number || number >= sizeof(helper_rows) / sizeof(helper_rows[0]))
		return -ENOENT;
	helper->returns = rawbpf__nth(helper_types, 2 * number);
	helper->arguments = rawbpf__nth(helper->returns, 1);
	helper->types = helper_rows[number].types;
	helper->gpl = helper_rows[number].gpl;
	return 0;
}

RAWBPF__PRIVATE const char *rawbpf__helper_argument(const struct rawbpf__helper *helper,
						    unsigned which, size_t *length)
{
	const char *at = helper->arguments;

	if (rawbpf__equal(at, "void"))
		return NULL;
	for (;;) {
		for (*length = 0; at[*length] && at[*length] != ','; ++*length)
			;
		if (!--which)
			return at;
		at += *length;
		if (!*at)
			return NULL;
		at += sizeof(", ") - 1;
	}
}
