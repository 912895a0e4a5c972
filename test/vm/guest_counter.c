/* SPDX-License-Identifier: MIT */
#include "guest_counter.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

void counter_call(int calls)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (int i = 0; i < calls; i++) {
		if (i % (calls / cpus) == 0) {
			cpu_set_t cpu;

			CPU_ZERO(&cpu);
			CPU_SET(i / (calls / cpus) % cpus, &cpu);
			sched_setaffinity(0, sizeof cpu, &cpu);
		}
		syscall(__NR_fchownat, AT_FDCWD, "/nowhere", 0, 0, 0);
	}
}

int counter_create(int percpu)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "count",
		.type = percpu ? BPF_MAP_TYPE_PERCPU_ARRAY : BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
	});
}

long long counter_read(int map)
{
	struct rawbpf_map_layout layout;
	uint64_t values[64], sum = 0;
	const unsigned key = 0;
	int err = rawbpf_map_layout_info(&layout, map);

	if (err == 0)
		err = rawbpf_map_percpu_lookup(map, &layout, &key, values, sizeof values);
	if (err < 0)
		return err;
	for (unsigned cpu = 0; cpu < layout.cpus; cpu++)
		sum += values[cpu];
	return sum;
}

int counter_load(unsigned type, int percpu, int map)
{
	struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 8),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_2, __NR_fchownat, 10),
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 3),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0), /* [9] */
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int first = type == BPF_PROG_TYPE_RAW_TRACEPOINT ? 0 : 2;

	if (!percpu) {
		insns[9] = BPF_MOV64_IMM(BPF_REG_1, 1);
		insns[10] = BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0);
		insns[11] = BPF_JMP_A(0);
	}
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "counting",
		.type = type,
		.license = "GPL",
		.insns = insns + first,
		.insn_count = RAWBPF_COUNT(insns) - first,
	});
}

int counter_attach(struct rawbpf_link *link, int map, const struct rawbpf_kprobe_spec *spec)
{
	int prog = counter_load(BPF_PROG_TYPE_KPROBE, 0, map);
	int err = prog < 0 ? prog : rawbpf_kprobe_attach(link, prog, spec);

	close(prog);
	return err;
}
