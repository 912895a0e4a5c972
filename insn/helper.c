/* SPDX-License-Identifier: MIT */
#include "helper.h"

/* One object, and distances from its beginning: nothing to relocate. */
struct rawbpf__helper_names {
#define HELPER(NAME) char NAME[sizeof(#NAME)];
#include "helper.def"
};

static const struct rawbpf__helper_names rawbpf__helper_names = {
#define HELPER(NAME) #NAME,
#include "helper.def"
};

static const uint16_t rawbpf__helper_offsets[] = {
#define HELPER(NAME) offsetof(struct rawbpf__helper_names, NAME),
#include "helper.def"
	sizeof(struct rawbpf__helper_names)
};

enum { RAWBPF__HELPERS = sizeof(rawbpf__helper_offsets) / sizeof(rawbpf__helper_offsets[0]) - 1 };

RAWBPF__PRIVATE const char *rawbpf__helper_name(uint32_t number)
{
	if (number >= RAWBPF__HELPERS)
		return NULL;
	return (const char *)&rawbpf__helper_names + rawbpf__helper_offsets[number];
}

static int rawbpf__helper_is(unsigned number, const char *name, size_t length)
{
	const uint16_t *offset = &rawbpf__helper_offsets[number];
	const char *helper = (const char *)&rawbpf__helper_names + *offset;

	if ((size_t)(offset[1] - offset[0] - 1) != length)
		return 0;
	while (length && *helper == *name)
		helper++, name++, length--;
	return !length;
}

RAWBPF__PRIVATE int rawbpf__helper_find(const char *name, size_t length)
{
	if (length > 4 && name[0] == 'b' && name[1] == 'p' && name[2] == 'f' && name[3] == '_')
		name += 4, length -= 4;
	for (unsigned number = 0; number < RAWBPF__HELPERS; number++)
		if (rawbpf__helper_is(number, name, length))
			return number;
	return -ENOENT;
}
