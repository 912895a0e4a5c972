/* SPDX-License-Identifier: MIT */
/* Let the kernel put the offset of one of its members into a program. Root. Linux 5.17. */
#include "api.h"

#include <linux/btf.h>

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "core_relo");

	/* The program's own task_struct: the kernel's has these members elsewhere. */
	uint32_t data[128];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	struct bpf_func_info info = { .insn_off = 0 };
	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64 };
	struct rawbpf_btf kernel;
	int type, btf, prog, number = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	const struct rawbpf_btf_field members[] = { { "pid", number, 0 }, { "tgid", number, 4 } };
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 4), /* the offset of tgid above: the kernel checks it */
		BPF_EXIT_INSN(),
	};

	type = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "task_struct", 8, members, 2);
	const struct rawbpf_core_relo relo = { .insn_off = 0, .type_id = type,
		.access_str_off = rawbpf_btf_string_emit(&b, "0:1"), /* member 1 of the struct */
		.kind = BPF_CORE_FIELD_BYTE_OFFSET };

	rawbpf_btf_funcs_emit(&b, &info, 1, NULL);
	btf = must(RAWBPF_BTF_LOAD, rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = data, .size = b.size }));
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "offset", .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .btf = btf, .func_info = &info,
		.func_info_size = sizeof info, .func_info_count = 1,
		.core_relos = &relo, .core_relo_count = 1 }));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	printf("the kernel's tgid: %s\n",
	       (int)run.retval == rawbpf_btf_offset_find(&kernel, "task_struct", "tgid") ?
	       "at the offset in the program" : "elsewhere");
	rawbpf_btf_close(&kernel);
	close(prog);
	close(btf);
	return done();
}
