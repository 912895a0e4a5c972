/* SPDX-License-Identifier: MIT */
#include "entered_program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { BODY = 64, SLOTS = 1024 };

struct entered_seen *entered_open(int *map)
{
	struct entered_seen *seen;

	*map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof *seen,
		.max_entries = 1, .flags = BPF_F_MMAPABLE });
	seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED, *map, 0);
	return seen == MAP_FAILED ? NULL : seen;
}

void entered_close(struct entered_seen *seen, int map)
{
	munmap(seen, sizeof *seen);
	close(map);
}

/* thread_info.status moved in Linux 5.11. */
unsigned entered_task_status(void)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return major < 5 || (major == 5 && minor < 11) ? 8 : 16;
}

static unsigned write_body(struct bpf_insn *out, int map, const struct rawbpf__entry_value *values,
			   unsigned count)
{
	const unsigned sizes[] = { [1] = BPF_B, [2] = BPF_H, [4] = BPF_W, [8] = BPF_DW };
	const struct bpf_insn begin[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, offsetof(struct entered_seen, tgid)),
		BPF_JMP_REG(BPF_JNE, BPF_REG_0, BPF_REG_2, (short)(2 * count + 2)),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, offsetof(struct entered_seen, count)),
	};
	unsigned length = RAWBPF_COUNT(begin);

	memcpy(out, begin, sizeof begin);
	for (unsigned i = 0; i < count; i++) {
		out[length++] = BPF_LDX_MEM(sizes[values[i].width], BPF_REG_2, BPF_REG_10, values[i].slot);
		out[length++] = BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_2,
					    (short)(offsetof(struct entered_seen, values) + 8 * i));
	}
	out[length++] = BPF_MOV64_IMM(BPF_REG_0, 0);
	out[length++] = BPF_EXIT_INSN();
	return length;
}

int entered_load(int map, const struct entered_target *target, const struct rawbpf__entry *entry,
		 const struct rawbpf__entry_value *values, unsigned count)
{
	struct bpf_insn insns[SLOTS];
	struct rawbpf_btf btf = { 0 };
	int id = 0, length = rawbpf__entry(insns, SLOTS - BODY, entry);

	if (length < 0 || length > SLOTS - BODY)
		return -E2BIG;
	length += write_body(insns + length, map, values, count);
	if (target->btf_name) {
		id = rawbpf_btf_kernel_open(&btf);
		if (id == 0)
			id = rawbpf_btf_type_find(&btf, target->btf_kind, target->btf_name);
		rawbpf_btf_close(&btf);
		if (id < 0)
			return id;
	}
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "entered", .type = target->prog_type, .expected_attach_type = target->attach_type,
		.license = "GPL", .insns = insns, .insn_count = length, .attach_btf_id = id });
}
