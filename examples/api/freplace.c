/* SPDX-License-Identifier: MIT */
/* Replace a function of a program by one with the same typed arguments. Root. Linux 5.10. */
#include "api.h"

#include <linux/btf.h>

static const struct bpf_insn insns[] = {
	BPF_MOV64_IMM(BPF_REG_2, 5),
	BPF_CALL_REL(1),                     /* limit(packet, 5), at slot 3 */
	BPF_EXIT_INSN(),
	BPF_MOV64_REG(BPF_REG_0, BPF_REG_2),
	BPF_EXIT_INSN(),
}, new_insns[] = {
	BPF_MOV64_REG(BPF_REG_0, BPF_REG_2),
	BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 100),
	BPF_EXIT_INSN(),
};

/* Add the type of `int NAME(struct xdp_md *packet)`; a second argument is `int value`. */
static int emit(struct rawbpf_btf_build *b, const char *name, unsigned arguments)
{
	const int number = rawbpf_btf_int_emit(b, "int", 4, BTF_INT_SIGNED);
	const int packet = rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, "xdp_md", 24, NULL, 0);
	const struct rawbpf_btf_field fields[] = {
		{ "packet", rawbpf_btf_ref_emit(b, BTF_KIND_PTR, NULL, packet), 0 },
		{ "value", number, 0 } };

	return rawbpf_btf_func_emit(b, name,
		rawbpf_btf_func_proto_emit(b, number, fields, arguments), BTF_FUNC_GLOBAL);
}

static unsigned run(int prog)
{
	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64 };

	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	return run.retval;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "freplace");
	static _Alignas(4) char data[512];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	const struct bpf_func_info funcs[] = { { 0, emit(&b, "main", 1) }, { 3, emit(&b, "limit", 2) } };
	const struct bpf_func_info new_func = { 0, emit(&b, "higher", 2) };
	int btf = must(RAWBPF_BTF_LOAD, rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = data, .size = b.size }));
	int prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_XDP, .license = "GPL", .insns = insns, .insn_count = 5,
		.btf = btf, .func_info = funcs, .func_info_size = sizeof *funcs, .func_info_count = 2 }));
	int ext = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_EXT, .license = "GPL", .insns = new_insns, .insn_count = 3,
		.attach_prog = prog, .attach_btf_id = funcs[1].type_id, .btf = btf,
		.func_info = &new_func, .func_info_size = sizeof new_func, .func_info_count = 1 }));
	printf("limit: %u\n", run(prog));
	must(RAWBPF_TRACING_ATTACH, rawbpf_tracing_attach(&(struct rawbpf_link){ 0 }, ext, NULL));
	printf("replaced: %u\n", run(prog));
	return done();
}
