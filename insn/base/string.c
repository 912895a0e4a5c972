/* SPDX-License-Identifier: MIT */
#include "string.h"

RAWBPF__PRIVATE size_t rawbpf__length(const char *string)
{
	const char *end = string;

	while (*end)
		end++;
	return end - string;
}

RAWBPF__PRIVATE int rawbpf__equal(const char *string, const char *other)
{
	while (*string && *string == *other) {
		string++;
		other++;
	}
	return *string == *other;
}

RAWBPF__PRIVATE int rawbpf__equal_bytes(const char *string, const void *bytes, size_t length)
{
	const char *other = bytes;

	for (; length; length--)
		if (!*string || *string++ != *other++)
			return 0;
	return !*string;
}

RAWBPF__PRIVATE int rawbpf__starts_with(const char *string, const char *prefix)
{
	while (*prefix)
		if (*string++ != *prefix++)
			return 0;
	return 1;
}

RAWBPF__PRIVATE const char *rawbpf__nth(const char *strings, unsigned index)
{
	while (index--)
		while (*strings++)
			;
	return strings;
}

RAWBPF__PRIVATE int rawbpf__list_find(const char *strings, const void *bytes, size_t length)
{
	int index;

	for (index = 0; *strings; index++, strings = rawbpf__nth(strings, 1))
		if (rawbpf__equal_bytes(strings, bytes, length))
			return index;
	return -ENOENT;
}

RAWBPF__PRIVATE int rawbpf__is_file_name(const char *name)
{
	if (!*name || *name == '.')
		return 0;
	while (*name && *name != '/')
		name++;
	return !*name;
}

RAWBPF__PRIVATE int rawbpf__name_copy(char copy[16], const char *name)
{
	size_t i;

	for (i = 0; name && name[i]; i++) {
		if (i == 15)
			return -ENAMETOOLONG;
		copy[i] = name[i];
	}
	return 0;
}
