/* SPDX-License-Identifier: MIT */
#include "ring_programs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

enum { SLOTS = 160, LARGEST = 256 };

/* Begin the program: r7 = this CPU's ledger, r8 = the record's number, r9 = its count. */
static void begin(struct rawbpf_build *b)
{
	rawbpf_build_emit(b,
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4));
	rawbpf_build_map_emit(b, BPF_REG_1, "ledger");
	rawbpf_build_emit(b, BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "out");
	rawbpf_build_emit(b,
		BPF_MOV64_REG(BPF_REG_7, BPF_REG_0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_9, BPF_REG_7, offsetof(struct ring_ledger, produced)),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_9, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_7, BPF_REG_9, offsetof(struct ring_ledger, produced)),
		BPF_EMIT_CALL(BPF_FUNC_get_smp_processor_id),
		BPF_MOV64_REG(BPF_REG_8, BPF_REG_0),
		BPF_ALU64_IMM(BPF_LSH, BPF_REG_8, 48),
		BPF_ALU64_REG(BPF_OR, BPF_REG_8, BPF_REG_9));
}

static void fill(struct rawbpf_build *b, unsigned base, int offset, unsigned size)
{
	for (unsigned i = 0; i < size; i += 8)
		rawbpf_build_emit(b, BPF_STX_MEM(BPF_DW, base, BPF_REG_8, offset + (int)i));
}

static void count(struct rawbpf_build *b, unsigned offset)
{
	rawbpf_build_emit(b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_7, offset),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_7, BPF_REG_1, offset));
}

static void output(struct rawbpf_build *b, const struct ring_producer *producer)
{
	const unsigned size = producer->varies ? LARGEST : producer->size;
	const int record = -8 - (int)size;

	fill(b, BPF_REG_10, record, size);
	if (producer->varies)
		rawbpf_build_emit(b,
			BPF_MOV64_REG(BPF_REG_3, BPF_REG_9),
			BPF_ALU64_IMM(BPF_MUL, BPF_REG_3, RING_MIX),
			BPF_MOV64_REG(BPF_REG_1, BPF_REG_3),
			BPF_ALU64_IMM(BPF_RSH, BPF_REG_1, 15),
			BPF_ALU64_REG(BPF_XOR, BPF_REG_3, BPF_REG_1),
			BPF_ALU64_IMM(BPF_MUL, BPF_REG_3, RING_MIX),
			BPF_ALU64_IMM(BPF_RSH, BPF_REG_3, 20),
			BPF_ALU64_IMM(BPF_AND, BPF_REG_3, 0xf8),
			BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, 8));
	else
		rawbpf_build_emit(b, BPF_MOV64_IMM(BPF_REG_3, size));
	rawbpf_build_map_emit(b, BPF_REG_1, "ring");
	rawbpf_build_emit(b,
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, record),
		BPF_MOV64_IMM(BPF_REG_4, producer->flags),
		BPF_EMIT_CALL(BPF_FUNC_ringbuf_output));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "out");
}

static void reserve(struct rawbpf_build *b, const struct ring_producer *producer)
{
	rawbpf_build_map_emit(b, BPF_REG_1, "ring");
	rawbpf_build_emit(b,
		BPF_MOV64_IMM(BPF_REG_2, producer->size),
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_EMIT_CALL(BPF_FUNC_ringbuf_reserve));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "refused");
	fill(b, BPF_REG_0, 0, producer->size > LARGEST ? 8 : producer->size);
	rawbpf_build_emit(b, BPF_MOV64_REG(BPF_REG_6, BPF_REG_0));
	if (producer->discard) {
		rawbpf_build_emit(b, BPF_ALU64_IMM(BPF_MOD, BPF_REG_9, producer->discard));
		rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_9, 0, 0), "submit");
		count(b, offsetof(struct ring_ledger, discarded));
		rawbpf_build_emit(b,
			BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
			BPF_MOV64_IMM(BPF_REG_2, producer->flags),
			BPF_EMIT_CALL(BPF_FUNC_ringbuf_discard));
		rawbpf_build_jump(b, BPF_JMP_A(0), "out");
		rawbpf_build_label(b, "submit");
	}
	rawbpf_build_emit(b,
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		BPF_MOV64_IMM(BPF_REG_2, producer->flags),
		BPF_EMIT_CALL(BPF_FUNC_ringbuf_submit));
	rawbpf_build_jump(b, BPF_JMP_A(0), "out");
	rawbpf_build_label(b, "refused");
}

int ring_producer_load(const struct ring_producer *producer, int ring, int ledger)
{
	const struct rawbpf_map_fd maps[] = { { "ring", ring }, { "ledger", ledger } };
	struct rawbpf_build_slot slots[SLOTS];
	struct rawbpf_build b = { .slots = slots, .slot_max = SLOTS };
	struct bpf_insn insns[SLOTS];
	int length;

	begin(&b);
	if (producer->way == RING_OUTPUT)
		output(&b, producer);
	else
		reserve(&b, producer);
	count(&b, offsetof(struct ring_ledger, refused));
	rawbpf_build_label(&b, "out");
	rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN());
	length = rawbpf_build_resolve(&b, insns, SLOTS, &(struct rawbpf_env){
		.map_fds = maps, .map_fd_count = RAWBPF_COUNT(maps) });
	if (length < 0)
		return length;
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "ring_producer",
		.type = producer->type,
		.license = "GPL",
		.insns = insns,
		.insn_count = length,
	});
}

int ring_create(unsigned size)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "ring", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = size });
}

int ring_overwriting_create(unsigned size)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "ring", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = size,
		.flags = BPF_F_RB_OVERWRITE });
}

int ring_ledger_create(void)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "ledger", .type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4,
		.value_size = sizeof(struct ring_ledger), .max_entries = 1 });
}

int ring_ledger_read(struct ring_ledger *sum, int ledger)
{
	struct ring_ledger cpus[256];
	struct rawbpf_map_layout layout;
	const unsigned key = 0;
	int err = rawbpf_map_layout_info(&layout, ledger);

	if (err == 0)
		err = rawbpf_map_percpu_lookup(ledger, &layout, &key, cpus, sizeof cpus);
	*sum = (struct ring_ledger){ 0 };
	for (unsigned cpu = 0; err == 0 && cpu < layout.cpus; cpu++) {
		sum->produced += cpus[cpu].produced;
		sum->refused += cpus[cpu].refused;
		sum->discarded += cpus[cpu].discarded;
	}
	return err;
}

int ring_user_create(unsigned size)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "user_ring", .type = 31 /* BPF_MAP_TYPE_USER_RINGBUF */, .max_entries = size });
}

int ring_sum_create(void)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "sum", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = sizeof(struct ring_sum), .max_entries = 1 });
}

int ring_drainer_load(int ring, int sum, int flags)
{
	enum { DYNPTR_READ = 201, USER_RINGBUF_DRAIN = 209 };
	const struct rawbpf_map_fd maps[] = { { "ring", ring }, { "sum", sum } };
	struct rawbpf_build_slot slots[SLOTS];
	struct rawbpf_build b = { .slots = slots, .slot_max = SLOTS };
	struct bpf_insn insns[SLOTS];
	struct bpf_func_info infos[2];
	struct rawbpf_prog_spec spec = { .name = "drainer", .type = BPF_PROG_TYPE_SOCKET_FILTER,
					 .license = "GPL", .insns = insns };
	int prog;

	rawbpf_build_map_emit(&b, BPF_REG_1, "ring");
	rawbpf_build_func_emit(&b, BPF_REG_2, "each");
	rawbpf_build_emit(&b,
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_MOV64_IMM(BPF_REG_4, flags),
		BPF_EMIT_CALL(USER_RINGBUF_DRAIN),
		BPF_EXIT_INSN());
	/* callback(dynptr, context): read 8 bytes of it */
	rawbpf_build_label(&b, "each");
	rawbpf_build_emit(&b,
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_1),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, -8),
		BPF_MOV64_IMM(BPF_REG_2, 8),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_MOV64_IMM(BPF_REG_5, 0),
		BPF_EMIT_CALL(DYNPTR_READ),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8));
	rawbpf_build_map_value_emit(&b, BPF_REG_2, "sum", 0);
	rawbpf_build_emit(&b,
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_2, BPF_REG_1, offsetof(struct ring_sum, sum)),
		BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_2, BPF_REG_1, offsetof(struct ring_sum, count)),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN());
	prog = rawbpf_build_resolve(&b, insns, SLOTS, &(struct rawbpf_env){
		.map_fds = maps, .map_fd_count = RAWBPF_COUNT(maps) });
	if (prog < 0)
		return prog;
	spec.insn_count = prog;
	prog = rawbpf_prog_btf_load(&spec, infos, RAWBPF_COUNT(infos));
	if (prog < 0)
		return prog;
	prog = rawbpf_prog_load(&spec);
	close(spec.btf);
	return prog;
}

int ring_produce(int prog, unsigned count)
{
	char packet[64] = { 0 };
	int err = 0;

	if (count)
		err = rawbpf_prog_run(prog, &(struct rawbpf_prog_run){
			.data_in = packet, .data_size_in = sizeof packet, .repeat = count });
	return err;
}

int ring_is_whole(const void *data, size_t size)
{
	const char *bytes = data;

	return size % 8 == 0 && (size < 16 || memcmp(bytes, bytes + 8, size - 8) == 0);
}
