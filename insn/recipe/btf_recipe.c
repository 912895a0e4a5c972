/* SPDX-License-Identifier: MIT */
/* Emit the BTF that certain maps and programs need. */
#include "../btf/btf.h"
#include "../base/out.h"
#include "../base/string.h"

/* ------------------------------------------------------------------------------ programs */

enum { PSEUDO_CALL = 1, PSEUDO_FUNC = 4 }; /* src_reg of a call, of a 64-bit load */

/* Insert a slot in order, unless the table has it. */
static int btf_func_add(struct bpf_func_info *infos, unsigned *count, unsigned max, uint32_t slot)
{
	unsigned at = *count;

	while (at && infos[at - 1].insn_off >= slot) {
		if (infos[at - 1].insn_off == slot)
			return 0;
		at--;
	}
	if (*count == max)
		return -ENOSPC;
	for (unsigned i = (*count)++; i > at; i--)
		infos[i] = infos[i - 1];
	infos[at] = (struct bpf_func_info){ .insn_off = slot };
	return 0;
}

int rawbpf_btf_funcs_find(const struct bpf_insn *insns, unsigned count,
			  struct bpf_func_info *infos, unsigned max)
{
	unsigned found = 0;
	int err = btf_func_add(infos, &found, max, 0);

	for (unsigned i = 0; !err && i < count; i++) {
		int is_load = insns[i].code == (BPF_LD | BPF_IMM | BPF_DW);
		int is_call = insns[i].code == (BPF_JMP | BPF_CALL);
		int64_t target = (int64_t)i + insns[i].imm + 1;

		if ((is_call && insns[i].src_reg == PSEUDO_CALL) ||
		    (is_load && insns[i].src_reg == PSEUDO_FUNC)) {
			if (target < 0 || target >= count)
				return -EINVAL;
			err = btf_func_add(infos, &found, max, target);
		}
		i += is_load;
	}
	return err ? err : (int)found;
}

/* Return "main" for slot 0, else "func_" and the slot. */
static const char *btf_func_name(char name[16], uint32_t slot)
{
	struct rawbpf__out out = rawbpf__out_begin(name, 16);

	if (!slot)
		return "main";
	rawbpf__out_text(&out, "func_");
	rawbpf__out_number(&out, slot);
	return name;
}

int rawbpf_btf_funcs_emit(struct rawbpf_btf_build *b, struct bpf_func_info *infos, unsigned count,
			  const char *const *names)
{
	int proto = rawbpf_btf_func_proto_emit(b, rawbpf_btf_int_emit(b, "int", 4, BTF_INT_SIGNED),
					       NULL, 0);
	int id = proto;

	for (unsigned i = 0; i < count; i++) {
		const char *name = names ? names[i] : NULL;
		char made[16];

		if (!name)
			name = btf_func_name(made, infos[i].insn_off);
		id = rawbpf_btf_func_emit(b, name, proto, BTF_FUNC_STATIC);
		infos[i].type_id = id < 0 ? 0 : id;
	}
	return id;
}

int rawbpf_btf_lines_emit(struct rawbpf_btf_build *b, struct bpf_line_info *infos, unsigned count,
			  const char *file, const char *const *text, unsigned text_count)
{
	int file_name = rawbpf_btf_string_emit(b, file);

	for (unsigned i = 0; i < count && !b->error; i++) {
		unsigned line = infos[i].line_col >> 10; /* the column is below */
		int string = text && line && line <= text_count ?
			     rawbpf_btf_string_emit(b, text[line - 1]) : 0;

		infos[i].file_name_off = file_name;
		infos[i].line_off = string;
	}
	return b->error;
}

/* ---------------------------------------------------------------------------------- maps */

static const struct {
	char name[20];
	unsigned size;
} btf_specials[] = {
	{ "bpf_refcount", 4 },
	{ "bpf_res_spin_lock", 4 },
	{ "bpf_spin_lock", 4 },
	{ "bpf_task_work", 8 },
	{ "bpf_timer", 16 },
	{ "bpf_wq", 16 },
};

static unsigned btf_special_size(const char *name)
{
	for (unsigned i = 0; i < sizeof btf_specials / sizeof btf_specials[0]; i++)
		if (rawbpf__equal(btf_specials[i].name, name))
			return btf_specials[i].size;
	return 0;
}

/* Emit an integer if one can have the size and the caller wants no struct, else a struct of bytes. */
static int btf_emit_opaque(struct rawbpf_btf_build *b, const char *name, unsigned size,
			   int want_struct)
{
	struct rawbpf_btf_field bytes = { "bytes", 0, 0 };
	int byte;

	if (!want_struct && size <= 16 && !(size & (size - 1)))
		return rawbpf_btf_int_emit(b, name, size, 0);
	byte = rawbpf_btf_int_emit(b, "unsigned char", 1, 0);
	bytes.type = rawbpf_btf_array_emit(b, byte, rawbpf_btf_int_emit(b, "unsigned int", 4, 0),
					   size);
	return rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, name, size, &bytes, 1);
}

enum { SPECIALS_AT_MOST = 16 };

static int btf_emit_special(struct rawbpf_btf_build *b, const char *name, unsigned size,
			    const struct rawbpf_btf_special *specials, unsigned count)
{
	struct rawbpf_btf_field fields[SPECIALS_AT_MOST];

	for (unsigned i = 0; i < count; i++) {
		unsigned own_size = btf_special_size(specials[i].type);

		if (!own_size || specials[i].offset > size || own_size > size - specials[i].offset)
			return -EINVAL;
		fields[i] = (struct rawbpf_btf_field){
			.name = specials[i].type,
			.type = rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, specials[i].type,
						       own_size, NULL, 0),
			.offset = specials[i].offset,
		};
	}
	return rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, name, size, fields, count);
}

int rawbpf_btf_map_emit(struct rawbpf_btf_build *b, struct rawbpf_btf_map *map,
			const struct rawbpf_btf_special *specials, unsigned count)
{
	int key = 0, value;

	if (count > SPECIALS_AT_MOST || !map->value_size)
		return -EINVAL;
	if (map->key_size) /* the key of a trie is a struct of a length and bits */
		key = btf_emit_opaque(b, "key", map->key_size,
				      map->type == BPF_MAP_TYPE_LPM_TRIE);
	value = count ? btf_emit_special(b, "value", map->value_size, specials, count)
		      : btf_emit_opaque(b, "value", map->value_size, 0);
	if (key < 0 || value < 0)
		return key < 0 ? key : value;
	map->key_type_id = key;
	map->value_type_id = value;
	return value;
}
