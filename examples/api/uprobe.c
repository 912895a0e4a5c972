/* SPDX-License-Identifier: MIT */
/* Count the calls of a function of a program, here our own. Root. Linux 5.10. */
#include "api.h"

__attribute__((noinline)) static int probed(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

/* Where in the file of a process's code an address is: from /proc/PID/maps. */
static uint64_t file_offset(uint64_t address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long long start, end, offset;
	uint64_t found = 0;
	char line[4400];

	while (maps && !found && fgets(line, sizeof line, maps))
		if (sscanf(line, "%llx-%llx %*s %llx", &start, &end, &offset) == 3 &&
		    address >= start && address < end)
			found = address - start + offset;
	if (maps)
		fclose(maps);
	return found;
}

int main(void)
{
	struct rawbpf_link link;
	uint64_t count;
	int map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "calls", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 1 }));
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));

	must(RAWBPF_UPROBE_ATTACH, rawbpf_uprobe_attach(&link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/proc/self/exe", .offset = file_offset((uintptr_t)probed),
		.pid = getpid() }));
	for (int i = 0; i < 5; i++)
		probed(i);
	rawbpf_link_detach(&link);
	probed(5); /* nobody counts this one */
	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &(uint32_t){ 0 }, &count, 0));
	printf("%llu calls\n", (unsigned long long)count);
	close(prog);
	close(map);
	return done();
}
