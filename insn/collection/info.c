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

/* A line of the text. Lines are asked for in ascending order: each is found from the last one. */
struct info_cursor {
	const char *at, *end;
	unsigned line;
};

static const char *info_find(struct info_cursor *cursor, const struct rawbpf_resolved_info *info,
			     unsigned line)
{
	if (line < cursor->line)
		*cursor = (struct info_cursor){ info->text, info->text + info->length, 1 };
	while (cursor->line < line && cursor->at < cursor->end) {
		cursor->at = rawbpf__line_after(cursor->at, cursor->end);
		cursor->line++;
	}
	return cursor->at;
}

/* Emit a line without the blanks around it. A tab becomes a space, another byte that is not printable ASCII a "?". */
static int info_line(struct info_cursor *cursor, struct rawbpf_resolved_info *info, unsigned line)
{
	const char *at, *end;
	char shown[INFO_LINE];
	struct rawbpf__out out = rawbpf__out_begin(shown, sizeof(shown));

	if (!info->text)
		return 0;
	at = info_find(cursor, info, line);
	end = rawbpf__find_byte(at, cursor->end, '\n');
	while (at < end && rawbpf__is_blank(*at))
		at++;
	while (end > at && rawbpf__is_blank(end[-1]))
		end--;
	for (; at < end; at++)
		if (rawbpf__is_printable(*at))
			rawbpf__out_byte(&out, *at);
		else
			rawbpf__out_text(&out, *at == '\t' ? " " : "?");
	return rawbpf_btf_string_emit(info->btf, shown);
}

static int info_lines(struct rawbpf_resolved_info *info, const struct rawbpf_resolved *resolved)
{
	struct info_cursor cursor = { info->text, info->text + (info->text ? info->length : 0), 1 };
	int file = rawbpf_btf_string_emit(info->btf, info->file ? info->file : "");
	unsigned line = 0;

	for (unsigned i = 0; i < resolved->count && !info->btf->error; i++) {
		int begins = !i || resolved->functions[i] || resolved->lines[i] >> 16 != line;
		int text;

		if (!begins || !resolved->insns[i].code) /* the second half of a 64-bit load */
			continue;
		if (info->line_count == info->line_max)
			return -ENOSPC;
		line = resolved->lines[i] >> 16;
		text = info_line(&cursor, info, line);
		info->lines[info->line_count++] = (struct bpf_line_info){
			.insn_off = i, .file_name_off = file, .line_off = text,
			.line_col = line << INFO_COLUMN_BITS };
	}
	return info->btf->error;
}

int rawbpf_collection_info_emit(struct rawbpf_resolved_info *info,
				const struct rawbpf_collection *collection,
				const struct rawbpf_resolved *resolved)
{
	int err = info_functions(info, collection, resolved);

	info->line_count = 0;
	return err ? err : info_lines(info, resolved);
}
