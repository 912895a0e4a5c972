/* SPDX-License-Identifier: MIT */
/*
 * Write the name of a type as C does. A declarator reads from the inside out. So the functions
 * follow a type to the one that it ends in, and write the rest around that.
 */
#include "btf.h"
#include "../base/out.h"

enum {
	CHAIN_AT_MOST = 32,   /* pointers to arrays of pointers ... */
	NESTED_AT_MOST = 4,   /* parameters that are functions themselves */
	PIECES_AT_MOST = 1024,/* of one name; a longer name ends in "..." */
};

struct btf_text {
	struct rawbpf__out out;
	const struct rawbpf_btf *btf;
	unsigned pieces_left;
};

static void btf_put_name(struct btf_text *text, const struct btf_type *type)
{
	const char *name = rawbpf_btf_string_get(text->btf, type->name_off);

	if (name && *name)
		rawbpf__out_name(&text->out, name);
	else
		rawbpf__out_text(&text->out, "(unnamed)");
}

/* Return the keyword that the name of such a type begins with, or "". */
static const char *btf_keyword(const struct btf_type *type)
{
	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum ";
	case BTF_KIND_FWD:
		return type->info >> 31 ? "union " : "struct ";
	case BTF_KIND_DATASEC:
		return "section ";
	case BTF_KIND_DECL_TAG:
		return "tag ";
	default:
		return "";
	}
}

/* Return the word of a qualifier, or NULL for any other kind. */
static const char *btf_qualifier(unsigned kind)
{
	return kind == BTF_KIND_CONST ? "const" : kind == BTF_KIND_VOLATILE ? "volatile" :
	       kind == BTF_KIND_RESTRICT ? "restrict" : NULL;
}

/* Return 1 if C writes this type around another one. *next becomes the other one. */
static int btf_wraps(const struct btf_type *type, unsigned *next)
{
	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_ARRAY:
		*next = ((const struct btf_array *)rawbpf__btf_addition(type))->type;
		return 1;
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_VAR:
		*next = type->type;
		return 1;
	default:
		return 0;
	}
}

static void btf_put_type(struct btf_text *text, unsigned id, int nested);

static void btf_put_parameters(struct btf_text *text, const struct btf_type *type, int nested)
{
	const struct btf_param *params = rawbpf__btf_addition(type);
	unsigned count = rawbpf_btf_type_vlen(type);

	rawbpf__out_byte(&text->out, '(');
	if (!count)
		rawbpf__out_text(&text->out, "void");
	for (unsigned i = 0; i < count; i++) {
		if (i)
			rawbpf__out_text(&text->out, ", ");
		if (nested == NESTED_AT_MOST || !text->pieces_left) {
			rawbpf__out_text(&text->out, "...");
			break;
		}
		text->pieces_left--;
		if (i == count - 1 && !params[i].type)
			rawbpf__out_text(&text->out, "...");
		else
			btf_put_type(text, params[i].type, nested + 1);
	}
	rawbpf__out_byte(&text->out, ')');
}

static int btf_is_postfix(const struct btf_type *type)
{
	return rawbpf_btf_type_kind(type) == BTF_KIND_ARRAY ||
	       rawbpf_btf_type_kind(type) == BTF_KIND_FUNC_PROTO;
}

/* Append the part of the wrapper chain[at] that stands before the declared name. */
static void btf_put_prefix(struct btf_text *text, const struct btf_type *const *chain, int at,
			   int count, int *spaced)
{
	unsigned kind = rawbpf_btf_type_kind(chain[at]);
	const char *qualifier = btf_qualifier(kind);

	int of_postfix = at + 1 < count && btf_is_postfix(chain[at + 1]);

	if (kind == BTF_KIND_TYPE_TAG || btf_is_postfix(chain[at]) || (qualifier && of_postfix))
		return; /* C has no qualified arrays, only arrays of qualified elements */
	if (!*spaced)
		rawbpf__out_byte(&text->out, ' ');
	*spaced = kind == BTF_KIND_PTR;
	if (kind == BTF_KIND_PTR)
		rawbpf__out_text(&text->out, of_postfix ? "(*" : "*");
	else if (qualifier)
		rawbpf__out_text(&text->out, qualifier);
	else
		btf_put_name(text, chain[at]);
}

static void btf_put_suffix(struct btf_text *text, const struct btf_type *const *chain, int at,
			   int count, int nested)
{
	const struct btf_type *type = chain[at];

	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_PTR:
		if (at + 1 < count && btf_is_postfix(chain[at + 1]))
			rawbpf__out_byte(&text->out, ')');
		break;
	case BTF_KIND_ARRAY:
		rawbpf__out_byte(&text->out, '[');
		rawbpf__out_number(&text->out, ((const struct btf_array *)rawbpf__btf_addition(type))->nelems);
		rawbpf__out_byte(&text->out, ']');
		break;
	case BTF_KIND_FUNC_PROTO:
		btf_put_parameters(text, type, nested);
		break;
	}
}

static void btf_put_type(struct btf_text *text, unsigned id, int nested)
{
	const struct btf_type *chain[CHAIN_AT_MOST], *type;
	int count = 0, wrappers, spaced = 0;

	while ((type = rawbpf_btf_type_get(text->btf, id)) && count < CHAIN_AT_MOST &&
	       text->pieces_left && btf_wraps(type, &id)) {
		chain[count++] = type;
		text->pieces_left--;
	}
	/* Qualifiers of the type at the chain's end stand before it. */
	for (wrappers = count; wrappers; wrappers--) {
		const char *qualifier = btf_qualifier(rawbpf_btf_type_kind(chain[wrappers - 1]));

		if (!qualifier)
			break;
		rawbpf__out_text(&text->out, qualifier);
		rawbpf__out_byte(&text->out, ' ');
	}
	if (!type) {
		rawbpf__out_text(&text->out, id ? "(broken)" : "void");
	} else if (btf_wraps(type, &id)) {
		rawbpf__out_text(&text->out, "...");
	} else {
		rawbpf__out_text(&text->out, btf_keyword(type));
		btf_put_name(text, type);
	}
	for (int at = wrappers; at--;)
		btf_put_prefix(text, chain, at, wrappers, &spaced);
	for (int at = 0; at < wrappers; at++)
		btf_put_suffix(text, chain, at, wrappers, nested);
}

size_t rawbpf_btf_type_format(char *text, size_t size, const struct rawbpf_btf *btf, unsigned id)
{
	struct btf_text name = { .out = rawbpf__out_begin(text, size), .btf = btf,
				 .pieces_left = PIECES_AT_MOST };

	btf_put_type(&name, id, 0);
	return name.out.length;
}
