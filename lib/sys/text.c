/* SPDX-License-Identifier: MIT */
#include "text.h"

static void add_char(struct rawbpf__text *text, char c)
{
	if (text->length + 1 < text->size) {
		text->buffer[text->length] = c;
		text->buffer[text->length + 1] = '\0';
	} else if (text->length < text->size) {
		text->buffer[text->length] = '\0';
	}
	text->length++;
}

void rawbpf__text_add(struct rawbpf__text *text, const char *string)
{
	while (*string)
		add_char(text, *string++);
}

static void add_number(struct rawbpf__text *text, uint64_t number, unsigned base)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = "0123456789abcdef"[number % base];
	while (number /= base);
	while (n)
		add_char(text, digits[--n]);
}

void rawbpf__text_add_escaped(struct rawbpf__text *text, const char *string)
{
	for (; *string; string++) {
		unsigned char c = *string;

		if (c >= ' ' && c <= '~' && c != '\\') {
			add_char(text, c);
			continue;
		}
		rawbpf__text_add(text, "\\x");
		add_number(text, c >> 4, 16);
		add_number(text, c & 15, 16);
	}
}

void rawbpf__text_add_dec(struct rawbpf__text *text, uint64_t number)
{
	add_number(text, number, 10);
}

size_t rawbpf__length(const char *string)
{
	const char *end = string;

	while (*end)
		end++;
	return end - string;
}

int rawbpf__starts_with(const char *string, const char *prefix)
{
	while (*prefix)
		if (*string++ != *prefix++)
			return 0;
	return 1;
}

int rawbpf__name_copy(char copy[16], const char *name)
{
	int i = 0;

	if (!name)
		return 0;
	for (; name[i]; i++) {
		if (i == 15)
			return -ENAMETOOLONG;
		copy[i] = name[i];
	}
	return 0;
}

int rawbpf__number_parse(const char **at, unsigned *number)
{
	const char *digit = *at;
	unsigned value = 0;

	for (; *digit >= '0' && *digit <= '9'; digit++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *digit - '0', &value))
			return 0;
	if (digit == *at)
		return 0;
	*at = digit;
	*number = value;
	return 1;
}
