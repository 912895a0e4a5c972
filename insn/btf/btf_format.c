/* SPDX-License-Identifier: MIT */
/*
 * BTF: the name of a type as C writes it. A declarator reads from the inside out,
 * so a type is first followed to what it ends in, then written around that.
 */
#include "btf.h"

enum {
	CHAIN_AT_MOST = 32,   /* pointers to arrays of pointers ... */
	NESTED_AT_MOST = 4,   /* parameters that are functions themselves */
	PIECES_AT_MOST = 1024,/* of one name: what is longer ends in "..." */
};

struct btf_text {
	char *text;
	size_t size;
	size_t length;
	const struct rawbpf_btf *btf;
	unsigned pieces_left;
};

static void btf_put_char(struct btf_text *out, char c)
{
	if (out->length + 1 < out->size)
		out->text[out->length] = c;
	out->length++;
}

static void btf_put(struct btf_text *out, const char *string)
{
	while (*string)
		btf_put_char(out, *string++);
}

static void btf_put_number(struct btf_text *out, uint32_t number)
{
	char digits[10];
	int count = 0;

	do
		digits[count++] = '0' + number % 10;
	while (number /= 10);
	while (count)
		btf_put_char(out, digits[--count]);
}

static void btf_put_name(struct btf_text *out, const struct btf_type *type)
{
	const char *name = rawbpf_btf_string_get(out->btf, type->name_off);

	if (!name || !*name)
		name = "(unnamed)";
	for (; *name; name++) {
		unsigned char c = *name;

		if (c >= ' ' && c <= '~' && c != '\\') {
			btf_put_char(out, c);
			continue;
		}
		btf_put(out, "\\x");
		btf_put_char(out, "0123456789abcdef"[c >> 4]);
		btf_put_char(out, "0123456789abcdef"[c & 15]);
	}
}

/* What the name of a kind begins with, where it stands for itself. */
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

/* The word of a qualifier; NULL: it is none. */
static const char *btf_qualifier(unsigned kind)
{
	return kind == BTF_KIND_CONST ? "const" : kind == BTF_KIND_VOLATILE ? "volatile" :
	       kind == BTF_KIND_RESTRICT ? "restrict" : NULL;
}

/* Is this a type that is written around another one? That one becomes *next. */
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

static void btf_put_type(struct btf_text *out, unsigned id, int nested);

static void btf_put_parameters(struct btf_text *out, const struct btf_type *type, int nested)
{
	const struct btf_param *params = rawbpf__btf_addition(type);
	unsigned count = rawbpf_btf_type_vlen(type);

	btf_put_char(out, '(');
	if (!count)
		btf_put(out, "void");
	for (unsigned i = 0; i < count; i++) {
		if (i)
			btf_put(out, ", ");
		if (nested == NESTED_AT_MOST || !out->pieces_left) {
			btf_put(out, "...");
			break;
		}
		out->pieces_left--;
		if (i == count - 1 && !params[i].type)
			btf_put(out, "...");
		else
			btf_put_type(out, params[i].type, nested + 1);
	}
	btf_put_char(out, ')');
}

static int btf_is_postfix(const struct btf_type *type)
{
	return rawbpf_btf_type_kind(type) == BTF_KIND_ARRAY ||
	       rawbpf_btf_type_kind(type) == BTF_KIND_FUNC_PROTO;
}

/* What stands before the name that would be declared, for the wrapper chain[at]. */
static void btf_put_prefix(struct btf_text *out, const struct btf_type *const *chain, int at,
			   int count, int *spaced)
{
	unsigned kind = rawbpf_btf_type_kind(chain[at]);
	const char *qualifier = btf_qualifier(kind);

	int of_postfix = at + 1 < count && btf_is_postfix(chain[at + 1]);

	if (kind == BTF_KIND_TYPE_TAG || btf_is_postfix(chain[at]) || (qualifier && of_postfix))
		return; /* C has no qualified arrays, only arrays of what is qualified */
	if (!*spaced)
		btf_put_char(out, ' ');
	*spaced = kind == BTF_KIND_PTR;
	if (kind == BTF_KIND_PTR)
		btf_put(out, of_postfix ? "(*" : "*");
	else if (qualifier)
		btf_put(out, qualifier);
	else
		btf_put_name(out, chain[at]);
}

static void btf_put_suffix(struct btf_text *out, const struct btf_type *const *chain, int at,
			   int count, int nested)
{
	const struct btf_type *type = chain[at];

	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_PTR:
		if (at + 1 < count && btf_is_postfix(chain[at + 1]))
			btf_put_char(out, ')');
		break;
	case BTF_KIND_ARRAY:
		btf_put_char(out, '[');
		btf_put_number(out, ((const struct btf_array *)rawbpf__btf_addition(type))->nelems);
		btf_put_char(out, ']');
		break;
	case BTF_KIND_FUNC_PROTO:
		btf_put_parameters(out, type, nested);
		break;
	}
}

static void btf_put_type(struct btf_text *out, unsigned id, int nested)
{
	const struct btf_type *chain[CHAIN_AT_MOST], *type;
	int count = 0, wrappers, spaced = 0;

	while ((type = rawbpf_btf_type_get(out->btf, id)) && count < CHAIN_AT_MOST &&
	       out->pieces_left && btf_wraps(type, &id)) {
		chain[count++] = type;
		out->pieces_left--;
	}
	/* Qualifiers of what it ends in go before that. */
	for (wrappers = count; wrappers; wrappers--) {
		const char *qualifier = btf_qualifier(rawbpf_btf_type_kind(chain[wrappers - 1]));

		if (!qualifier)
			break;
		btf_put(out, qualifier);
		btf_put_char(out, ' ');
	}
	if (!type) {
		btf_put(out, id ? "(broken)" : "void");
	} else if (btf_wraps(type, &id)) {
		btf_put(out, "...");
	} else {
		btf_put(out, btf_keyword(type));
		btf_put_name(out, type);
	}
	for (int at = wrappers; at--;)
		btf_put_prefix(out, chain, at, wrappers, &spaced);
	for (int at = 0; at < wrappers; at++)
		btf_put_suffix(out, chain, at, wrappers, nested);
}

size_t rawbpf_btf_type_format(char *text, size_t size, const struct rawbpf_btf *btf, unsigned id)
{
	struct btf_text out = { .text = text, .size = size, .btf = btf,
				.pieces_left = PIECES_AT_MOST };

	btf_put_type(&out, id, 0);
	if (size)
		text[out.length < size ? out.length : size - 1] = '\0';
	return out.length;
}
