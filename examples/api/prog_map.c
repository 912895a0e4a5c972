/* SPDX-License-Identifier: MIT */
/* Keep a note with a program for others to find: a map that it does not use. Root. Linux 5.10. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "prog_map");

	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	char note[32] = "version 1.2, of the 3rd of May";
	struct rawbpf_prog_info info = { .type = 0 };
	uint32_t ids[4];
	int map, prog;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "note", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = sizeof note, .max_entries = 1 }));
	must(RAWBPF_MAP_UPDATE, rawbpf_map_update(map, &(uint32_t){ 0 }, note, 0));
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_PROG_MAP_BIND, rawbpf_prog_map_bind(prog, map));
	close(map);

	/* A process that opens the program, by a pin or its id, finds the note. */
	memset(note, 0, sizeof note);
	info.map_ids.data = ids;
	info.map_ids.max = RAWBPF_COUNT(ids);
	must(RAWBPF_PROG_INFO, rawbpf_prog_info(&info, prog));
	printf("%u map of the program\n", info.map_ids.count);
	map = must(RAWBPF_OBJ_ID_OPEN, rawbpf_obj_id_open(RAWBPF_OBJ_MAP, ids[0], NULL));
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &(uint32_t){ 0 }, note, 0));
	printf("%s\n", note);
	close(map);
	close(prog);
	return done();
}
