/* SPDX-License-Identifier: MIT */
/* Write offsets files. */
#include "kernel.h"

#include "../base/arch.h"
#include "../base/character.h"
#include "../base/out.h"
#include "../base/string.h"

/* Return the name in "sizeof(NAME)" in `copy`, or NULL if `name` is another. */
static const char *offsets_sizeof(char *copy, size_t size, const char *name)
{
	const char *inner = rawbpf__behind(name, NULL, "sizeof(");
	size_t length = inner ? rawbpf__length(inner) : 0;

	if (!length || inner[length - 1] != ')' || length > size)
		return NULL;
	__builtin_memcpy(copy, inner, length - 1);
	copy[length - 1] = '\0';
	return copy;
}

static void offsets_line_begin(struct rawbpf__out *out, enum rawbpf__offsets_sort sort,
			       const char *name)
{
	rawbpf__out_text(out, rawbpf__offsets_sort_name(sort));
	rawbpf__out_byte(out, ' ');
	rawbpf__out_text(out, name);
}

static void offsets_out_number(struct rawbpf__out *out, uint64_t number)
{
	rawbpf__out_byte(out, ' ');
	rawbpf__out_number(out, number);
}

/* Write the line of a size. Return 0 or a negative errno. */
static int offsets_out_size(struct rawbpf__out *out, const struct rawbpf_symbols *symbols,
			    const char *name)
{
	int size = rawbpf_symbol_size(symbols, name);

	if (size < 0 && size != -ENOENT)
		return size;
	offsets_line_begin(out, size < 0 ? RAWBPF__OFFSETS_NONE : RAWBPF__OFFSETS_SIZE, name);
	if (size >= 0)
		offsets_out_number(out, (unsigned)size);
	return 0;
}

/* Write the line of a number. Return 0 or a negative errno. */
static int offsets_out_symbol(struct rawbpf__out *out, const struct rawbpf_symbols *symbols,
			      const char *name)
{
	struct rawbpf_symbol symbol;
	int err = rawbpf_symbol_find(&symbol, symbols, name);

	if (err && err != -ENOENT)
		return err;
	if (err) {
		offsets_line_begin(out, RAWBPF__OFFSETS_NONE, name);
	} else if (*rawbpf__find(name, '.')) {
		offsets_line_begin(out, RAWBPF__OFFSETS_MEMBER, name);
		offsets_out_number(out, symbol.value);
		offsets_out_number(out, symbol.size);
		offsets_out_number(out, symbol.width);
	} else {
		offsets_line_begin(out, RAWBPF__OFFSETS_ENUMERATOR, name);
		rawbpf__out_byte(out, ' ');
		rawbpf__out_signed(out, (int64_t)symbol.value);
	}
	return 0;
}

static void offsets_out_head(struct rawbpf__out *out, const struct rawbpf_symbols *symbols,
			     const char *release)
{
	enum rawbpf_arch arch = symbols->arch ? symbols->arch : rawbpf__arch_native();

	rawbpf__out_text(out, RAWBPF__OFFSETS_HEAD);
	if (release && *release) {
		rawbpf__out_text(out, "\nkernel ");
		rawbpf__out_text(out, release);
	}
	if (*rawbpf__arch_name(arch)) {
		rawbpf__out_text(out, "\narch ");
		rawbpf__out_text(out, rawbpf__arch_name(arch));
	}
}

/* A word of a line is printable and has no space. */
static int offsets_is_word(const char *word)
{
	const char *at = word;

	while (rawbpf__is_printable(*at) && *at != ' ')
		at++;
	return at != word && !*at;
}

int rawbpf_offsets_format(char *text, size_t size, const struct rawbpf_symbols *symbols,
			  const char *name, const char *release)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	char copy[256];
	const char *inner = name ? offsets_sizeof(copy, sizeof(copy), name) : NULL;
	int err = 0;

	if ((name && !offsets_is_word(name)) || (release && *release && !offsets_is_word(release)))
		return -EINVAL;
	if (!name)
		offsets_out_head(&out, symbols, release);
	else
		err = inner ? offsets_out_size(&out, symbols, inner) :
			      offsets_out_symbol(&out, symbols, name);
	if (err)
		return err;
	rawbpf__out_byte(&out, '\n');
	return (int)out.length;
}
