/* SPDX-License-Identifier: MIT */
/*
 * A program that outputs records to a perf buffer, and keeps the other side's ledger: its outputs,
 * and how many the helper refused. The test decides when it runs, and on which CPU.
 */
#ifndef TEST_PRODUCER_H
#define TEST_PRODUCER_H

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

enum {
	PRODUCER_CPUS = 8,      /* CPUs that it runs on */
	PRODUCER_MAP_CPUS = 1024, /* CPUs that may have a buffer */
	PRODUCER_MAX = 1024,    /* records of one run */
	PRODUCER_SIZE_MAX = 65536,
	PRODUCER_SEED = 7,
};

/*
 * The begin of each record. All other bytes have the value PRODUCER_SEED. The records of one CPU
 * have the numbers 0, 1, 2 ...
 */
struct producer_record {
	uint64_t number;
	uint64_t cpu;
};

/* One for each CPU. */
struct producer_ledger {
	uint64_t produced;
	uint64_t refused;
	int64_t error; /* errno of the last refusal */
	uint64_t zero;
};

struct producer {
	int prog;
	int ledgers;
	int records; /* the record to output, one for each CPU */
	unsigned size;
};

/*
 * Emit code that puts the address of this CPU's value in `map` into `reg`. The CPU's number is at
 * -4 on the stack.
 */
static inline void producer_own_value(struct rawbpf_build *b, int map, unsigned reg)
{
	rawbpf_build_emit(b, BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
			  BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
			  BPF_LD_MAP_FD(BPF_REG_1, map),
			  BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "out");
	rawbpf_build_emit(b, BPF_MOV64_REG(reg, BPF_REG_0));
}

/*
 * Build the program. r6: the ledger, r7: the record, r8: outputs done, r9: to do. The context is at
 * -16 on the stack.
 */
static inline int producer_build(struct bpf_insn *insns, unsigned max, int map, unsigned size,
				 const struct producer *producer)
{
	enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };
	enum { CPU = -4, CONTEXT = -16 };
	struct rawbpf_build_slot slots[64];
	struct rawbpf_build b = { .slots = slots, .slot_max = RAWBPF_COUNT(slots) };

	rawbpf_build_emit(&b, BPF_STX_MEM(BPF_DW, R10, R1, CONTEXT), BPF_LDX_MEM(BPF_DW, R9, R1, 0));
	rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JGT, R9, PRODUCER_MAX, 0), "out");
	rawbpf_build_emit(&b, BPF_EMIT_CALL(BPF_FUNC_get_smp_processor_id),
			  BPF_STX_MEM(BPF_W, R10, R0, CPU));
	producer_own_value(&b, producer->ledgers, R6);
	producer_own_value(&b, producer->records, R7);
	rawbpf_build_emit(&b, BPF_LDX_MEM(BPF_W, R0, R10, CPU),
			  BPF_STX_MEM(BPF_DW, R7, R0, offsetof(struct producer_record, cpu)),
			  BPF_MOV64_IMM(R8, 0));

	rawbpf_build_label(&b, "again");
	rawbpf_build_jump(&b, BPF_JMP_REG(BPF_JGE, R8, R9, 0), "out");
	rawbpf_build_emit(&b, BPF_ALU64_IMM(BPF_ADD, R8, 1),
			  BPF_LDX_MEM(BPF_DW, R1, R6, offsetof(struct producer_ledger, produced)),
			  BPF_STX_MEM(BPF_DW, R7, R1, offsetof(struct producer_record, number)),
			  BPF_ALU64_IMM(BPF_ADD, R1, 1),
			  BPF_STX_MEM(BPF_DW, R6, R1, offsetof(struct producer_ledger, produced)),
			  BPF_LDX_MEM(BPF_DW, R1, R10, CONTEXT), BPF_LD_MAP_FD(R2, map),
			  BPF_MOV32_IMM(R3, -1), /* BPF_F_CURRENT_CPU */
			  BPF_MOV64_REG(R4, R7), BPF_MOV64_IMM(R5, size),
			  BPF_EMIT_CALL(BPF_FUNC_perf_event_output));
	rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JSGE, R0, 0, 0), "again");
	rawbpf_build_emit(&b,
			  BPF_STX_MEM(BPF_DW, R6, R0, offsetof(struct producer_ledger, error)),
			  BPF_LDX_MEM(BPF_DW, R1, R6, offsetof(struct producer_ledger, refused)),
			  BPF_ALU64_IMM(BPF_ADD, R1, 1),
			  BPF_STX_MEM(BPF_DW, R6, R1, offsetof(struct producer_ledger, refused)));
	rawbpf_build_jump(&b, BPF_JMP_A(0), "again");
	rawbpf_build_label(&b, "out");
	rawbpf_build_emit(&b, BPF_MOV64_IMM(R0, 0), BPF_EXIT_INSN());
	return rawbpf_build_resolve(&b, insns, max, NULL);
}

/*
 * Open a producer of records of `size` bytes, at least those of a producer_record. Returns 0 or a
 * negative errno.
 */
static inline int producer_open(struct producer *producer, int map, unsigned size)
{
	static unsigned char bytes[PRODUCER_SIZE_MAX];
	struct bpf_insn insns[64];
	int count;

	producer->ledgers = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = sizeof(struct producer_ledger), .max_entries = PRODUCER_CPUS });
	producer->records = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = size,
		.max_entries = PRODUCER_CPUS });
	producer->size = size;
	memset(bytes, PRODUCER_SEED, size);
	for (unsigned cpu = 0; cpu < PRODUCER_CPUS; cpu++)
		rawbpf_map_update(producer->records, &cpu, bytes, BPF_ANY);
	count = producer_build(insns, RAWBPF_COUNT(insns), map, size, producer);
	producer->prog = count < 0 ? count : rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "producer", .type = BPF_PROG_TYPE_RAW_TRACEPOINT, .license = "GPL",
		.insns = insns, .insn_count = count });
	return producer->prog < 0 ? producer->prog : 0;
}

/* Output `count` records on a CPU. Returns 0 or a negative errno. */
static inline int producer_run(const struct producer *producer, unsigned cpu, unsigned count)
{
	while (count) {
		uint64_t context = count < PRODUCER_MAX ? count : PRODUCER_MAX;
		int err = rawbpf_prog_run(producer->prog, &(struct rawbpf_prog_run){
			.ctx_in = &context, .ctx_size_in = sizeof context,
			.flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu });

		if (err < 0)
			return err;
		count -= context;
	}
	return 0;
}

static inline struct producer_ledger producer_ledger(const struct producer *producer, unsigned cpu)
{
	struct producer_ledger ledger = { .produced = -1 };

	rawbpf_map_lookup(producer->ledgers, &cpu, &ledger, 0);
	return ledger;
}

static inline void producer_close(struct producer *producer)
{
	close(producer->prog);
	close(producer->ledgers);
	close(producer->records);
}

/* Create a perf event array with room for this machine's CPUs. */
static inline int producer_map(void)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4,
		.max_entries = PRODUCER_MAP_CPUS });
}

#endif
