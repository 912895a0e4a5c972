/* SPDX-License-Identifier: MIT */
/* Find a program by its name among all loaded ones. CAP_SYS_ADMIN. Linux 5.10. */
#include "api.h"

/* Return a descriptor, or -ENOENT. */
static int find(const char *name)
{
	unsigned id = 0;
	int err;

	while ((err = rawbpf_obj_id_next(&id, RAWBPF_OBJ_PROG, id)) == 0) {
		struct rawbpf_prog_info info = { .type = 0 };
		int prog = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, id, NULL);

		if (prog == -ENOENT)
			continue; /* it is gone by now */
		must(RAWBPF_OBJ_ID_OPEN, prog);
		must(RAWBPF_PROG_INFO, rawbpf_prog_info(&info, prog));
		if (strcmp(info.name, name) == 0)
			return prog;
		close(prog);
	}
	return err;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "obj_id");

	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	struct rawbpf_prog_info info = { .type = 0 };
	int prog, found;

	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "rawbpf_example", .type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	found = must(RAWBPF_OBJ_ID_NEXT, find("rawbpf_example"));
	must(RAWBPF_PROG_INFO, rawbpf_prog_info(&info, found));
	printf("%s: %s, %u instructions\n", info.name,
	       rawbpf_constant_name(RAWBPF_PROG_TYPE, info.type), info.xlated.count);
	close(found);
	close(prog);
	return done();
}
