/* SPDX-License-Identifier: MIT */
/* Explain why a symbol was not found, and guess which one was meant. */
#include "constants.h"
#include "kernel.h"

#include "../base/out.h"
#include "../base/string.h"
#include "../btf/btf.h"
#include "../form/context.h"

enum { EXPLAIN_DEPTH = 16, EXPLAIN_MEMBERS = 1 << 14 };

static struct rawbpf__guess explain_guess(const char *name, size_t length)
{
	/* The guess looks at no name that is this long. */
	return (struct rawbpf__guess){ .name = name,
				       .length = length < 1024 ? (unsigned)length : 1024 };
}

static void explain_offer(struct rawbpf__guess *guess, const char *name)
{
	size_t length = name ? rawbpf__length_at_most(name, 1024) : 0;

	if (length)
		rawbpf__guess_offer(guess, name, (unsigned)length);
}

static void explain_bytes(struct rawbpf__out *out, const char *name, size_t length)
{
	rawbpf__out_byte(out, '\'');
	rawbpf__out_line(out, name, length);
	rawbpf__out_byte(out, '\'');
}

static void explain_best(struct rawbpf__out *out, const struct rawbpf__guess *guess)
{
	if (!guess->best)
		return;
	rawbpf__out_text(out, " (did you mean ");
	explain_bytes(out, guess->best, guess->best_length);
	rawbpf__out_text(out, "?)");
}

/* --------------------------------------------------------------------------------- types */

/* Offer the names of all types of these kinds. */
static void offer_types(struct rawbpf__guess *guess, const struct rawbpf_symbols *symbols,
			uint32_t kinds)
{
	for (unsigned module = 0; module <= symbols->module_count; module++) {
		struct rawbpf__btf_walk walk = { .btf = rawbpf__symbols_btf(symbols, module) };

		while (walk.btf && rawbpf__btf_walk_next(&walk))
			if (rawbpf__kind_is_in(walk.type, kinds))
				explain_offer(guess, rawbpf_btf_string_get(walk.btf,
									   walk.type->name_off));
	}
}

static void offer_enumerators(struct rawbpf__guess *guess, const struct rawbpf_btf *btf)
{
	struct rawbpf__btf_walk walk = { .btf = btf };

	while (btf && rawbpf__btf_walk_next(&walk)) {
		size_t size = rawbpf_btf_type_kind(walk.type) == BTF_KIND_ENUM ? 2 : 3;
		const uint32_t *words = rawbpf__btf_addition(walk.type);

		for (unsigned i = 0; rawbpf__kind_is_in(walk.type, RAWBPF__KIND_ENUMS) &&
				     i < rawbpf_btf_type_vlen(walk.type); i++)
			explain_offer(guess, rawbpf_btf_string_get(btf, words[i * size]));
	}
}

static void offer_constants(struct rawbpf__guess *guess, const struct rawbpf_symbols *symbols)
{
	const char *name;
	int64_t value;

	for (unsigned i = 0; i < symbols->value_count; i++)
		explain_offer(guess, symbols->values[i].name);
	for (unsigned i = 0; (name = rawbpf__constant_at(&value, symbols->arch, i)); i++)
		explain_offer(guess, name);
}

/* ------------------------------------------------------------------------------- members */

/* Offer the members of a struct, and those of its unnamed members. */
static void offer_members(struct rawbpf__guess *guess, const struct rawbpf_btf *btf, unsigned id,
			  unsigned depth, unsigned *left)
{
	int real = rawbpf_btf_type_resolve(btf, id);
	const struct btf_type *type = real > 0 ? rawbpf_btf_type_get(btf, (unsigned)real) : NULL;
	const struct btf_member *member;

	if (!type || depth == EXPLAIN_DEPTH ||
	    !rawbpf__kind_is_in(type, 1 << BTF_KIND_STRUCT | 1 << BTF_KIND_UNION))
		return;
	member = rawbpf__btf_addition(type);
	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type) && *left; i++, member++, --*left) {
		if (member->name_off)
			explain_offer(guess, rawbpf_btf_string_get(btf, member->name_off));
		else
			offer_members(guess, btf, member->type, depth + 1, left);
	}
}

/*
 * Say which member a struct lacks. The first `known` bytes of the path name the struct, and the
 * missing member follows them and a dot.
 */
static void say_member(struct rawbpf__out *out, const struct rawbpf_btf *btf, unsigned id,
		       const char *path, size_t known)
{
	const char *missing = path + known + 1;
	size_t length = 0;
	unsigned left = EXPLAIN_MEMBERS;
	struct rawbpf__guess guess;

	while (missing[length] && missing[length] != '.' && missing[length] != '[')
		length++;
	guess = explain_guess(missing, length);
	offer_members(&guess, btf, id, 0, &left);
	rawbpf__out_line(out, path, known);
	rawbpf__out_text(out, " has no member ");
	explain_bytes(out, missing, length);
	rawbpf__out_text(out, " in this kernel's BTF");
	explain_best(out, &guess);
}

/* Follow the path as far as its members exist, and say where it ends. */
static void say_path(struct rawbpf__out *out, const struct rawbpf__type_place *place,
		     const struct rawbpf__path *path)
{
	unsigned id = place->id;
	size_t known = path->head;
	const char *at = path->rest;

	for (;;) {
		struct rawbpf_btf_member member;
		const char *dot = rawbpf__find(at, '.');
		size_t length = (size_t)(dot - at);
		char part[128];

		if (length >= sizeof(part))
			break;
		__builtin_memcpy(part, at, length);
		part[length] = '\0';
		if (rawbpf_btf_member_find(&member, place->btf, id, part) || !*dot)
			break;
		id = member.type;
		known += 1 + length;
		at = dot + 1;
	}
	say_member(out, place->btf, id, path->name, known);
}

static void say_format(struct rawbpf__out *out, const struct rawbpf_symbol_format *format,
		       const struct rawbpf__path *path)
{
	struct rawbpf__guess guess = explain_guess(path->rest, rawbpf__length(path->rest));

	rawbpf__format_guess(&guess, format);
	rawbpf__out_text(out, "the tracepoint ");
	rawbpf__out_line(out, path->name, path->head);
	rawbpf__out_text(out, " has no field ");
	explain_bytes(out, path->rest, rawbpf__length(path->rest));
	explain_best(out, &guess);
}

/* Say that the kernel has no type of these kinds and that name: a "struct" or a "type". */
static void say_type(struct rawbpf__out *out, const struct rawbpf_symbols *symbols, uint32_t kinds,
		     const char *what, const char *name, size_t length)
{
	struct rawbpf__guess guess = explain_guess(name, length);

	offer_types(&guess, symbols, kinds);
	rawbpf__out_text(out, "this kernel's BTF has no ");
	rawbpf__out_text(out, what);
	rawbpf__out_byte(out, ' ');
	explain_bytes(out, name, length);
	explain_best(out, &guess);
}

/* ------------------------------------------------------------------------------ messages */

static void say_missing_path(struct rawbpf__out *out, const struct rawbpf_symbols *symbols,
			     const struct rawbpf__path *path)
{
	const struct rawbpf_symbol_format *format =
		rawbpf__format_of(symbols, path->name, path->head);
	struct rawbpf__type_place place;
	int has_struct;

	if (format) {
		say_format(out, format, path);
	} else if (!rawbpf__symbols_btf(symbols, 0)) {
		explain_bytes(out, path->name, rawbpf__length(path->name));
		rawbpf__context_field(path->name, path->head, "", 0, &has_struct);
		rawbpf__out_text(out, has_struct ? " is no field of this context" :
			" does not exist in this kernel, says the offsets file");
	} else if (!rawbpf__type_place(&place, symbols, RAWBPF__KIND_COMPOSITES, path->name,
				       path->head) ||
		   !rawbpf__tracepoint_place(&place, symbols, path->name, path->head)) {
		say_path(out, &place, path);
	} else {
		say_type(out, symbols, RAWBPF__KIND_COMPOSITES, "struct", path->name, path->head);
	}
}

static void say_missing_word(struct rawbpf__out *out, const struct rawbpf_symbols *symbols,
			     enum rawbpf_symbol_kind kind, const char *name)
{
	size_t length = rawbpf__length(name);
	struct rawbpf__guess guess = explain_guess(name, length);

	if (kind == RAWBPF_SYMBOL_TYPE) {
		say_type(out, symbols, RAWBPF__KIND_COMPOSITES | RAWBPF__KIND_ENUMS, "type", name,
			 length);
		return;
	}
	if (kind == RAWBPF_SYMBOL_KFUNC) {
		offer_types(&guess, symbols, 1 << BTF_KIND_FUNC);
		rawbpf__out_text(out, "this kernel has no function ");
	} else if (kind == RAWBPF_SYMBOL_VARIABLE) {
		offer_types(&guess, symbols, 1 << BTF_KIND_VAR);
		rawbpf__out_text(out, "this kernel's BTF has no variable ");
	} else {
		offer_constants(&guess, symbols);
		for (unsigned module = 0; module <= symbols->module_count; module++)
			offer_enumerators(&guess, rawbpf__symbols_btf(symbols, module));
		rawbpf__out_text(out, "neither the uapi headers nor this kernel have a constant ");
	}
	explain_bytes(out, name, length);
	explain_best(out, &guess);
}

/* Say what the missing BTF would tell, and what stands in for it. */
static void say_no_btf(struct rawbpf__out *out, const struct rawbpf_symbols *symbols,
		       enum rawbpf_symbol_kind kind, const char *name)
{
	int is_type = kind == RAWBPF_SYMBOL_TYPE && !*rawbpf__find(name, '.');

	explain_bytes(out, name, rawbpf__length(name));
	if (kind == RAWBPF_SYMBOL_KFUNC || kind == RAWBPF_SYMBOL_VARIABLE) {
		rawbpf__out_text(out, " needs the kernel's BTF, which is missing");
		return;
	}
	rawbpf__out_text(out, symbols->offsets ? " is not in the offsets file" :
			 " needs the kernel's BTF, which is missing, or an offsets file");
	rawbpf__out_text(out, "; write one where this kernel has BTF: rawbpf btf offsets ");
	rawbpf__out_text(out, is_type ? "'sizeof(" : "");
	rawbpf__out_string(out, name);
	rawbpf__out_text(out, is_type ? ")' >k.off" : " >k.off");
}

size_t rawbpf_symbol_explain(char *text, size_t size, const struct rawbpf_symbols *symbols,
			     enum rawbpf_symbol_kind kind, const char *name, int error)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const char *dot = rawbpf__find(name, '.'), *words = "is not a valid name of a symbol: "
		"members follow dots, and indices within an array stand in brackets";
	struct rawbpf__path path = { .name = name, .head = (size_t)(dot - name), .rest = dot + 1 };

	if (error == -ENODATA) {
		say_no_btf(&out, symbols, kind, name);
	} else if (error == -ENOENT && *dot) {
		say_missing_path(&out, symbols, &path);
	} else if (error == -ENOENT) {
		say_missing_word(&out, symbols, kind, name);
	} else {
		if (error == -EDOM)
			words = "is a bit field and has no offset in bytes: load its bytes, shift and "
				"mask them";
		else if (error == -EACCES)
			words = "is a kernel function that programs may not call: BTF does not mark it "
				"as bpf_kfunc";
		else if (error != -EINVAL)
			words = "cannot be found, because this kernel's BTF is broken";
		explain_bytes(&out, name, rawbpf__length(name));
		rawbpf__out_byte(&out, ' ');
		rawbpf__out_text(&out, words);
	}
	return out.length;
}
