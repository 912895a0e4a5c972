/* SPDX-License-Identifier: MIT */
/* The tables of a collection as a text, each element a line. */
#ifndef TEST_PRINT_H
#define TEST_PRINT_H

#include <rawbpf/collection.h>
#include <stddef.h>

/* A text that is parsed, with its memory, errors and warnings. */
struct parsed {
	struct rawbpf_collection collection;
	struct rawbpf_collection_text text;
	struct rawbpf_collection_error errors[16], warnings[16];
	int result;
};

/* Parse a text with this prelude, or the library's if it is NULL. */
void parse_text(struct parsed *parsed, const char *text, size_t length, const char *std);
void parse_free(struct parsed *parsed);

/* Print all tables. The caller frees the text. */
char *tables_print(const struct rawbpf_collection *collection);
/* Print an expression, with each operation in parentheses. */
const char *tables_expr(const struct rawbpf_collection *collection, unsigned expr);

#endif
