/* SPDX-License-Identifier: MIT */
#include "string.h"

RAWBPF__PRIVATE size_t rawbpf__length(const char *string)
{
	const char *end = string;

	while (*end)
		end++;
	return end - string;
}

RAWBPF__PRIVATE size_t rawbpf__length_at_most(const char *string, size_t most)
{
	size_t length = 0;

	while (length < most && string[length])
		length++;
	return length;
}

RAWBPF__PRIVATE int rawbpf__equal(const char *string, const char *other)
{
	while (*string && *string == *other) {
		string++;
		other++;
	}
	return *string == *other;
}

RAWBPF__PRIVATE int rawbpf__same_bytes(const void *bytes, const void *other, size_t length)
{
	const char *at = bytes, *end = at + length, *other_at = other;

	while (at < end && *at == *other_at) {
		at++;
		other_at++;
	}
	return at == end;
}

RAWBPF__PRIVATE int rawbpf__equal_bytes(const char *string, const void *bytes, size_t length)
{
	const char *other = bytes;

	for (; length; length--)
		if (!*string || *string++ != *other++)
			return 0;
	return !*string;
}

RAWBPF__PRIVATE const char *rawbpf__behind(const char *at, const char *end, const char *prefix)
{
	while (*prefix)
		if (at == end || *at++ != *prefix++)
			return NULL;
	return at;
}

RAWBPF__PRIVATE const char *rawbpf__find(const char *string, char c)
{
	while (*string && *string != c)
		string++;
	return string;
}

RAWBPF__PRIVATE const char *rawbpf__find_byte(const char *at, const char *end, char byte)
{
	while (at < end && *at != byte)
		at++;
	return at;
}

RAWBPF__PRIVATE const char *rawbpf__line_after(const char *at, const char *end)
{
	at = end ? rawbpf__find_byte(at, end, '\n') : rawbpf__find(at, '\n');
	return at + (at != end && *at == '\n');
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
	return *name && *name != '.' && !*rawbpf__find(name, '/');
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
