/* SPDX-License-Identifier: MIT */
/* The place of an error in the text. */
#include <rawbpf/collection.h>

#include "../base/character.h"
#include "../base/string.h"

/* Return the word in the line, or NULL. A name may follow a dot, and a dot may follow a name. */
static const char *mark_word(const char *line, const char *end, const char *word, size_t length)
{
	const char *at;

	for (at = line; at + length <= end; at++)
		if (rawbpf__same_bytes(at, word, length) &&
		    (at == line || !rawbpf__is_word(at[-1])) &&
		    (at + length == end || !rawbpf__is_word(at[length])))
			return at;
	return NULL;
}

void rawbpf_collection_error_find(struct rawbpf_collection_error *error, const char *text,
				  size_t length)
{
	const char *line = text, *behind = text + length, *end, *at, *word = NULL;
	size_t width = error->name ? rawbpf__length(error->name) : 0;
	unsigned number;

	for (number = 1; number < error->at.line && line < behind; number++)
		line = rawbpf__line_after(line, behind);
	end = rawbpf__find_byte(line, behind, '\n');
	for (at = line; at < end && rawbpf__is_blank(*at); at++)
		;
	while (end > at && rawbpf__is_blank(end[-1]))
		end--;
	if (width)
		word = mark_word(at, end, error->name, width);
	error->at.column = (word ? word : at) - line + 1;
	error->at.width = word ? width : (size_t)(end - at);
	error->at.width += !error->at.width;
}
