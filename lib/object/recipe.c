/* SPDX-License-Identifier: MIT */
/* Makes the smallest map and program of every type. */
#include <rawbpf/btf.h>
#include <rawbpf/insn.h>
#include <rawbpf/map.h>
#include <rawbpf/prog.h>
#include <rawbpf/recipe.h>
#include <rawbpf/uapi.h>

#include "recipe.h"

/* ---------------------------------------------------------------------------------- maps */

static int recipe_inner_map(struct rawbpf_map_spec *spec)
{
	spec->inner_map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });
	return spec->inner_map;
}

/* Set the fields that the map wants. Returns a descriptor to close afterwards, 0, or an error. */
static int recipe_prepare_map(struct rawbpf_map_spec *spec, enum rawbpf_map_want wants,
			      const struct rawbpf_btf *kernel)
{
	struct rawbpf_struct_ops_btf ops;

	switch (wants) {
	case RAWBPF_MAP_WANTS_BTF:
		return rawbpf_map_btf_load(spec, NULL, 0);
	case RAWBPF_MAP_WANTS_INNER:
		return recipe_inner_map(spec);
	case RAWBPF_MAP_WANTS_STRUCT_OPS:
		return rawbpf_struct_ops_btf_load(spec, &ops, kernel, "tcp_congestion_ops");
	default:
		return 0;
	}
}

/* Use the caller's BTF of the kernel. If it has none, open one in `own`, to close afterwards. */
static int recipe_open_kernel(struct rawbpf_btf *own, const struct rawbpf_btf **kernel, int wanted)
{
	int err;

	*own = (struct rawbpf_btf){ 0 };
	if (*kernel || !wanted)
		return 0;
	err = rawbpf_btf_kernel_open(own);
	*kernel = own;
	return err;
}

int rawbpf_map_recipe_create(unsigned type, const struct rawbpf_btf *kernel)
{
	const struct rawbpf_map_recipe *recipe = rawbpf_map_recipe_get(type);
	struct rawbpf_map_spec spec;
	struct rawbpf_btf own;
	int helper, map, err;

	if (!recipe)
		return -EINVAL;
	err = recipe_open_kernel(&own, &kernel, recipe->wants == RAWBPF_MAP_WANTS_STRUCT_OPS);
	if (err < 0)
		return err;
	spec = (struct rawbpf_map_spec){
		.type = type,
		.key_size = recipe->key_size,
		.value_size = recipe->value_size,
		.max_entries = recipe->max_entries,
		.flags = recipe->flags,
	};
	helper = recipe_prepare_map(&spec, recipe->wants, kernel);
	map = helper < 0 ? helper : rawbpf_map_create(&spec);
	if (helper > 0)
		rawbpf__close(helper);
	rawbpf_btf_close(&own);
	return map;
}

/* ------------------------------------------------------------------------------ programs */

/* Find "STRUCT.MEMBER": the struct's id and the member's index. */
static int recipe_find_operation(struct rawbpf_prog_spec *spec, const struct rawbpf_btf *kernel,
				 const char *target)
{
	struct rawbpf_btf_member member;
	char name[64];
	size_t length = 0;
	int id, err;

	for (; target[length] != '.'; length++) {
		if (!target[length] || length == sizeof name - 1)
			return -EINVAL;
		name[length] = target[length];
	}
	name[length] = '\0';
	id = rawbpf_btf_type_find(kernel, BTF_KIND_STRUCT, name);
	if (id < 0)
		return id;
	err = rawbpf_btf_member_find(&member, kernel, id, target + length + 1);
	if (err < 0)
		return err;
	spec->attach_btf_id = id;
	spec->expected_attach_type = member.index;
	return 0;
}

/* Load a program whose only function has BTF, for another one to extend. Returns its descriptor. */
static int recipe_extended_prog(struct rawbpf_prog_spec *spec)
{
	static const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	uint32_t memory[64];
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	int number = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	int packet = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "__sk_buff", 4, NULL, 0);
	const struct rawbpf_btf_field context = {
		"skb", rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, packet), 0 };
	int proto = rawbpf_btf_func_proto_emit(&b, number, &context, 1);
	struct bpf_func_info info = {
		.type_id = rawbpf_btf_func_emit(&b, "extended", proto, BTF_FUNC_GLOBAL) };
	int prog, btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = memory, .size = b.size });

	if (btf < 0)
		return btf;
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SCHED_CLS, .license = "GPL", .insns = insns, .insn_count = 2,
		.btf = btf, .func_info = &info, .func_info_size = sizeof info,
		.func_info_count = 1 });
	if (prog < 0) {
		rawbpf__close(btf);
		return prog;
	}
	/* The extension's own BTF must describe the function in the same way. */
	spec->btf = btf;
	spec->attach_prog = prog;
	spec->attach_btf_id = info.type_id;
	return prog;
}

static int recipe_load_extension(struct rawbpf_prog_spec *spec)
{
	struct bpf_func_info info = { 0 };
	int ext, prog = recipe_extended_prog(spec);

	if (prog < 0)
		return prog;
	info.type_id = spec->attach_btf_id;
	spec->func_info = &info;
	spec->func_info_size = sizeof info;
	spec->func_info_count = 1;
	ext = rawbpf_prog_load(spec);
	rawbpf__close(prog);
	rawbpf__close(spec->btf);
	return ext;
}

static int recipe_find_target(struct rawbpf_prog_spec *spec, const struct rawbpf_btf *kernel,
			      const struct rawbpf_prog_recipe *recipe)
{
	int id;

	switch (recipe->wants) {
	case RAWBPF_PROG_WANTS_FUNC:
	case RAWBPF_PROG_WANTS_TYPEDEF:
		id = rawbpf_btf_type_find(kernel, recipe->wants == RAWBPF_PROG_WANTS_FUNC
						     ? BTF_KIND_FUNC : BTF_KIND_TYPEDEF,
					  recipe->target);
		spec->attach_btf_id = id < 0 ? 0 : id;
		return id < 0 ? id : 0;
	case RAWBPF_PROG_WANTS_STRUCT_OPS:
		return recipe_find_operation(spec, kernel, recipe->target);
	default:
		return 0;
	}
}

int rawbpf__recipe_prepare(struct rawbpf_prog_spec *spec, const struct rawbpf_prog_recipe *recipe,
			   const struct rawbpf_btf *kernel)
{
	*spec = (struct rawbpf_prog_spec){
		.type = recipe->type,
		.license = "GPL",
		.expected_attach_type = recipe->expected_attach_type,
		.flags = recipe->flags,
	};
	return recipe_find_target(spec, kernel, recipe);
}

int rawbpf_prog_recipe_load(const struct rawbpf_prog_recipe *recipe,
			    const struct rawbpf_btf *kernel, char *log, size_t size)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, recipe->result), BPF_EXIT_INSN() };
	struct rawbpf_prog_spec spec = { 0 };
	struct rawbpf_btf own;
	int prog, err;

	if (log && size)
		log[0] = '\0';
	err = recipe_open_kernel(&own, &kernel, recipe->wants != RAWBPF_PROG_WANTS_NOTHING &&
						      recipe->wants != RAWBPF_PROG_WANTS_PROG);
	if (err < 0)
		return err;
	err = rawbpf__recipe_prepare(&spec, recipe, kernel);
	spec.insns = insns;
	spec.insn_count = 2;
	spec.log = log;
	spec.log_size = size;
	prog = err < 0 ? err :
	       recipe->wants == RAWBPF_PROG_WANTS_PROG ? recipe_load_extension(&spec) :
							 rawbpf_prog_load(&spec);
	rawbpf_btf_close(&own);
	return prog;
}

int rawbpf_prog_recipe_run(const struct rawbpf_prog_recipe *recipe, int prog)
{
	/* An Ethernet frame with the beginning of an IPv4 packet: 20 of its 50 bytes. */
	static const unsigned char packet[64] = { [12] = 0x08, [14] = 0x45, [17] = 50, [22] = 64 };
	/* struct bpf_sk_lookup: family AF_INET, protocol TCP */
	static const uint32_t lookup[18] = { [2] = 2, [3] = 6 };
	struct rawbpf_prog_run run = { 0 };
	int err;

	if (recipe->runs == RAWBPF_PROG_RUNS_PACKET) {
		run.data_in = packet;
		run.data_size_in = sizeof packet;
	} else if (recipe->runs == RAWBPF_PROG_RUNS_CONTEXT) {
		run.ctx_in = lookup;
		run.ctx_size_in = sizeof lookup;
	}
	err = rawbpf_prog_run(prog, &run);
	if (err < 0)
		return err;
	if (recipe->runs != RAWBPF_PROG_RUNS_OTHERS && run.retval != (unsigned)recipe->result)
		return -EPROTO;
	return 0;
}
