/* SPDX-License-Identifier: MIT */
/* BTF for a program: names of functions, lines of the source, variables. Root. Linux 5.10. */
#include "api.h"

#include <linux/btf.h>

enum { LINE = 7, COLUMN = 2 };

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "btf_func");

	static _Alignas(4) char data[1024];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	const int number = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	const int context = rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL,
		rawbpf_btf_ref_emit(&b, BTF_KIND_FWD, "__sk_buff", 0));
	const struct rawbpf_btf_field parameter = { "packet", context, 0 };
	const int proto = rawbpf_btf_func_proto_emit(&b, number, &parameter, 1);
	const int function = rawbpf_btf_func_emit(&b, "filter", proto, BTF_FUNC_GLOBAL);
	const int limit = rawbpf_btf_var_emit(&b, "limit", number, BTF_VAR_GLOBAL_ALLOCATED);
	const struct rawbpf_btf_field variable = { NULL, limit, 0 };
	const unsigned size = 4;

	rawbpf_btf_datasec_emit(&b, ".data", size, &variable, &size, 1);
	struct bpf_func_info func = { .insn_off = 0, .type_id = function }, loaded_func;
	const struct bpf_line_info line = {
		.insn_off = 0, .file_name_off = rawbpf_btf_string_emit(&b, "filter.c"),
		.line_off = rawbpf_btf_string_emit(&b, "return 1;"), .line_col = LINE << 10 | COLUMN };
	if (b.error < 0) /* the first mistake of all steps */
		fail(NULL, b.error);
	int fd = must(RAWBPF_BTF_LOAD, rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = data, .size = b.size }));
	int prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .btf = fd,
		.func_info = &func, .func_info_size = sizeof func, .func_info_count = 1,
		.line_info = &line, .line_info_size = sizeof line, .line_info_count = 1 }));
	close(fd);

	/* Read what other processes see. */
	struct rawbpf_prog_info info = { .func_info = { .data = &loaded_func, .max = 1 } };
	struct rawbpf_btf btf;
	must(RAWBPF_PROG_INFO, rawbpf_prog_info(&info, prog));
	fd = must(RAWBPF_OBJ_ID_OPEN, rawbpf_obj_id_open(RAWBPF_OBJ_BTF, info.btf_id, NULL));
	must(RAWBPF_BTF_OPEN, rawbpf_btf_open(&btf, fd, NULL));
	printf("%s: %u line of source, %u variable\n", rawbpf_btf_type_name(&btf, loaded_func.type_id),
	       info.line_info.count, rawbpf_btf_type_find(&btf, BTF_KIND_DATASEC, ".data") > 0);
	rawbpf_btf_close(&btf);
	close(fd);
	close(prog);
	return done();
}
