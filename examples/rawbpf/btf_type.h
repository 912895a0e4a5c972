/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_RAWBPF_BTF_TYPE_H
#define EXAMPLES_RAWBPF_BTF_TYPE_H

#include <rawbpf/btf.h>

struct btf_line {
	const struct rawbpf_btf *btf;
	unsigned id;
	const struct btf_type *type;
	int json;
	int members; /* print members as text, too */
};

/* Print a line of JSON, or a line of text and, with `members`, the members below it. */
void btf_type_print(const struct btf_line *line, const char *name);

/* Return "struct" for BTF_KIND_STRUCT, and "?" for an unknown kind. */
const char *btf_kind_name(unsigned kind);

#endif
