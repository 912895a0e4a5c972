/* SPDX-License-Identifier: MIT */
/* Lines and functions of a resolved program, as BTF. */
#include <rawbpf/btf.h>
#include <rawbpf/collection.h>

#include "../base/character.h"
#include "../base/out.h"
#include "../base/string.h"

enum {
	INFO_NAME = 64,         /* bytes of a function's name, with the NUL */
	INFO_LINE = 128,        /* bytes of a line that the kernel shows, with the NUL */
	INFO_STARTS = 128,
	INFO_COLUMN_BITS = 10   /* of line_col, below the line */
};

/* ------------------------------------------------------------------------ functions */

/* Write the name as one that BTF takes, or else "func_SLOT". */
static void info_name(char made[INFO_NAME], const char *name, unsigned slot)
{
	struct rawbpf__out out = rawbpf__out_begin(made, INFO_NAME);
	const char *at = name;

	while (rawbpf__is_word(*at))
		at++;
	if (*name && !*at && !rawbpf__is_decimal(*name) && at - name < INFO_NAME) {
		rawbpf__out_text(&out, name);
		return;
	}
	rawbpf__out_text(&out, "func_");
	rawbpf__out_number(&out, slot);
}

static int info_functions(struct rawbpf_resolved_info *info,
			  const struct rawbpf_collection *collection,
			  const struct rawbpf_resolved *resolved)
{
	int found = rawbpf_btf_funcs_find(resolved->insns, resolved->count, info->funcs,
					  info->func_max);
	int proto;

	if (found < 0)
		return found;
	proto = rawbpf_btf_func_proto_emit(info->btf, rawbpf_btf_int_emit(info->btf, "int", 4,
									  BTF_INT_SIGNED), NULL, 0);
	for (int i = 0; i < found; i++) {
		unsigned slot = info->funcs[i].insn_off;
		char name[INFO_NAME];
		int id;

		info_name(name, collection->strings + resolved->functions[slot], slot);
		id = rawbpf_btf_func_emit(info->btf, name, proto, BTF_FUNC_STATIC);
		info->funcs[i].type_id = id < 0 ? 0 : id;
	}
	info->func_count = found;
	return info->btf->error;
}

/* ------------------------------------------------------------------------------ lines */

/* The starts of the lines 1, 1 + step, 1 + 2 * step, ... So a line is found in a few steps. */
struct info_text {
	const char *starts[INFO_STARTS];
	const char *end;
	unsigned lines, step;
};

/* Add the start of a line. If all places are taken, every second start goes, and the step doubles. */
static void info_start_add(struct info_text *text, unsigned line, const char *at)
{
	if (line % text->step)
		return;
	if (line / text->step == INFO_STARTS) {
		text->step *= 2;
		for (unsigned i = 0; i < INFO_STARTS / 2; i++)
			text->starts[i] = text->starts[2 * i];
	}
	text->starts[line / text->step] = at;
}

static void info_text_begin(struct info_text *text, const char *begin, size_t length)
{
	text->end = begin + length;
	text->step = 1;
	text->lines = 0;
	for (const char *at = begin; at < text->end; at = rawbpf__line_after(at, text->end))
		info_start_add(text, text->lines++, at);
}

/* Return the start of a line, which counts from 1, or the end. */
static const char *info_find(const struct info_text *text, unsigned line)
{
	const char *at = line > text->lines ? text->end : text->starts[(line - 1) / text->step];

	for (line = (line - 1) % text->step; line && at < text->end; line--)
		at = rawbpf__line_after(at, text->end);
	return at;
}

/*
 * Append a line without the blanks around it. A tab becomes a space, another byte that is not
 * printable ASCII a "?".
 */
static void info_line(struct rawbpf__out *out, const char *at, const char *end)
{
	while (at < end && rawbpf__is_blank(*at))
		at++;
	while (end > at && rawbpf__is_blank(end[-1]))
		end--;
	for (; at < end; at++)
		rawbpf__out_byte(out, rawbpf__is_printable(*at) ? *at : *at == '\t' ? ' ' : '?');
}

/* What lines come from: the text, and the prelude. */
struct info_texts {
	struct info_text user, std;
};

/* Emit the line of the user, and behind it that of the macro. */
static int info_line_emit(const struct info_texts *texts, struct rawbpf_btf_build *b, unsigned lines)
{
	unsigned line = lines >> 16, macro_line = lines & 0xffff;
	const struct info_text *macros = macro_line >= RAWBPF_LINE_STD ? &texts->std : &texts->user;
	char shown[INFO_LINE];
	struct rawbpf__out out = rawbpf__out_begin(shown, sizeof(shown));
	const char *at;

	if (line) {
		at = info_find(&texts->user, line);
		info_line(&out, at, rawbpf__find_byte(at, texts->user.end, '\n'));
	}
	if (macro_line % RAWBPF_LINE_STD) {
		at = info_find(macros, macro_line % RAWBPF_LINE_STD);
		rawbpf__out_text(&out, at < macros->end ? " | " : "");
		info_line(&out, at, rawbpf__find_byte(at, macros->end, '\n'));
	}
	return rawbpf_btf_string_emit(b, shown);
}

static int info_lines(struct rawbpf_resolved_info *info, const struct rawbpf_collection *collection,
		      const struct rawbpf_resolved *resolved)
{
	int file = rawbpf_btf_string_emit(info->btf, info->file ? info->file : "");
	struct info_texts texts;
	unsigned line = 0;

	info_text_begin(&texts.user, info->text ? info->text : "", info->text ? info->length : 0);
	info_text_begin(&texts.std, collection->std ? collection->std : "", collection->std_length);
	for (unsigned i = 0; i < resolved->count && !info->btf->error; i++) {
		int begins = !i || resolved->functions[i] || resolved->lines[i] != line;

		if (!begins || !resolved->insns[i].code) /* the second half of a 64-bit load */
			continue;
		if (info->line_count == info->line_max)
			return -ENOSPC;
		line = resolved->lines[i];
		info->lines[info->line_count++] = (struct bpf_line_info){
			.insn_off = i, .file_name_off = file,
			.line_off = info->text ? info_line_emit(&texts, info->btf, line) : 0,
			.line_col = line >> 16 << INFO_COLUMN_BITS };
	}
	return info->btf->error;
}

int rawbpf_collection_info_emit(struct rawbpf_resolved_info *info,
				const struct rawbpf_collection *collection,
				const struct rawbpf_resolved *resolved)
{
	int err = info_functions(info, collection, resolved);

	info->line_count = 0;
	return err ? err : info_lines(info, collection, resolved);
}
