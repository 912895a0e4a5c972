/* embedded.bpf: results of getpriority(2) in this process. Written by `rawbpf asm -f header`. */
#ifndef RAWBPF_COLLECTION_embedded
#define RAWBPF_COLLECTION_embedded

#include <rawbpf/collection_table.h>

static const char embedded_strings[] =
	"\0" "self.pid\0" "result\0" "event\0" "u64\0" "events\0" "std_counts\0" "u32\0"
	"leave\0" "getpriority\0" "GPL";

static const struct rawbpf_expr embedded_exprs[] = {
	{ 0, 0, 0 }, { 0, 0, 65536 }, { 2, 0, 1 }, { 2, 0, 10 }, { 0, 0, 16 }, { 0, 0, 1 },
	{ 0, 0, 0 },
};

static const struct rawbpf_table_struct embedded_structs[] = {
	{ 17, 0, 1, 2 },
};

static const struct rawbpf_table_field embedded_fields[] = {
	{ 10, 23, 0, 0, { 0, 0 }, 3 },
};

static const struct rawbpf_table_map embedded_maps[] = {
	{ 27, 27, 0, 17, 0, 0, 1, 0, 0, 0, 4 }, { 34, 2, 45, 0, 0, 4, 5, 0, 0, 0, 12 },
};

static const struct rawbpf_table_prog embedded_progs[] = {
	{ 49, 0, 0, 0, 1, 6, 0, 2, 0, 18, 0, 8 },
};

static const struct rawbpf_table_place embedded_places[] = {
	{ 2, 0, 1, 0, 55, 0, 0, 0, 0, 1, 7 },
};

static const struct rawbpf_table_arg embedded_args[] = {
	{ 255, 0, 10, 0, 0 },
};

static const uint16_t embedded_labels[] = {
	0, 0,
};

static const struct rawbpf_step embedded_steps[] = {
	{ 2, 2, 1, 0 }, { 2, 7, 2, 0 }, { 4, 7, 3, 0 }, { 5, 9, 0, 0 }, { 11, 2, 0, 0 },
	{ 12, 10, 1, 6 }, { 16, 1, 0, 0 }, { 16, 1, 1, 0 },
};

static const struct bpf_insn embedded_insns[] = {
	{ 133, 0, 0, 0, 14 }, { 119, 0, 0, 0, 32 }, { 85, 0, 0, 0, 0 }, { 191, 7, 10, 0, 0 },
	{ 7, 7, 0, 0, 0 }, { 24, 1, 1, 0, 0 }, { 0, 0, 0, 0, 0 }, { 191, 2, 7, 0, 0 }, { 183, 3, 0, 0, 8 },
	{ 183, 4, 0, 0, 0 }, { 133, 0, 0, 0, 130 }, { 21, 0, 0, 0, 0 }, { 24, 1, 2, 0, 0 },
	{ 0, 0, 0, 0, 0 }, { 183, 2, 0, 0, 1 }, { 219, 1, 2, 0, 0 }, { 183, 0, 0, 0, 0 },
	{ 149, 0, 0, 0, 0 },
};

static const struct rawbpf_collection embedded = {
	.strings = embedded_strings,
	.exprs = embedded_exprs,
	.structs = embedded_structs,
	.fields = embedded_fields,
	.maps = embedded_maps,
	.progs = embedded_progs,
	.places = embedded_places,
	.args = embedded_args,
	.labels = embedded_labels,
	.steps = embedded_steps,
	.insns = embedded_insns,
	.string_count = 71,
	.expr_count = 7,
	.struct_count = 1,
	.field_count = 1,
	.map_count = 2,
	.prog_count = 1,
	.place_count = 1,
	.arg_count = 1,
	.label_count = 2,
	.step_count = 8,
	.insn_count = 18,
	.license = 67,
};

#endif
