/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_RAWBPF_BTF_TYPE_H
#define EXAMPLES_RAWBPF_BTF_TYPE_H

#include <rawbpf/btf.h>

struct btf_line {
	const struct rawbpf_btf *btf;
	unsigned id;
	const struct btf_type *type;
	int json;
	int members; /* also as text: what is inside */
};

/* Print a line of JSON, or a line of text and, with `members`, what is inside below it. */
void btf_type_print(const struct btf_line *line, const char *name);

/* "struct" for BTF_KIND_STRUCT; "?": the kind is not known. */
const char *btf_kind_name(unsigned kind);

#endif
