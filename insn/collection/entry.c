/* SPDX-License-Identifier: MIT */
#include "entry.h"

#include <rawbpf/insn.h>

#include "../form/context.h"

/* Numbers of helpers: older headers lack their names. */
enum { ENTRY_GET_CURRENT_TASK = 35, ENTRY_READ_USER = 112, ENTRY_READ_KERNEL = 113 };

enum {
	ENTRY_SCRATCH = -8,     /* from r10 */
	ENTRY_STACK = 512,
	ENTRY_CALL_ARGUMENTS = 6,
	ENTRY_ARGUMENTS = 12,
	ENTRY_JUMP_MAX = 32767,
	ENTRY_EVENT = 16        /* the first argument, or the result, of a tracepoint of system calls */
};

/* The form of a context. */
enum {
	ENTRY_FIELDS,           /* a tracepoint of system calls */
	ENTRY_REGISTERS,        /* struct pt_regs */
	ENTRY_WRAPPER,          /* struct pt_regs; its argument 1 points to the caller's struct pt_regs */
	ENTRY_CALLS,            /* a raw tracepoint of all calls: a pointer to struct pt_regs, a word */
	ENTRY_WORDS             /* the arguments */
};

enum { ENTRY_HAS_ARGUMENTS = 1, ENTRY_HAS_RESULT = 2 };

static const struct entry_way {
	uint8_t form, has;
} entry_ways[RAWBPF__ENTRY_WAYS] = {
	[RAWBPF__ENTRY_SYSCALL_TRACEPOINT] = { ENTRY_FIELDS, ENTRY_HAS_ARGUMENTS },
	[RAWBPF__ENTRY_SYSCALL_RAW_TP] = { ENTRY_CALLS, ENTRY_HAS_ARGUMENTS },
	[RAWBPF__ENTRY_SYSCALL_KPROBE] = { ENTRY_WRAPPER, ENTRY_HAS_ARGUMENTS },
	[RAWBPF__ENTRY_SYSRET_TRACEPOINT] = { ENTRY_FIELDS, ENTRY_HAS_RESULT },
	[RAWBPF__ENTRY_SYSRET_RAW_TP] = { ENTRY_CALLS, ENTRY_HAS_RESULT },
	[RAWBPF__ENTRY_SYSRET_KRETPROBE] = { ENTRY_REGISTERS, ENTRY_HAS_RESULT },
	[RAWBPF__ENTRY_KPROBE] = { ENTRY_REGISTERS, ENTRY_HAS_ARGUMENTS },
	[RAWBPF__ENTRY_KRETPROBE] = { ENTRY_REGISTERS, ENTRY_HAS_RESULT },
	[RAWBPF__ENTRY_UPROBE] = { ENTRY_REGISTERS, ENTRY_HAS_ARGUMENTS },
	[RAWBPF__ENTRY_URETPROBE] = { ENTRY_REGISTERS, ENTRY_HAS_RESULT },
	[RAWBPF__ENTRY_RAW_TP] = { ENTRY_WORDS, ENTRY_HAS_ARGUMENTS },
	[RAWBPF__ENTRY_TP_BTF] = { ENTRY_WORDS, ENTRY_HAS_ARGUMENTS },
	[RAWBPF__ENTRY_FENTRY] = { ENTRY_WORDS, ENTRY_HAS_ARGUMENTS },
	[RAWBPF__ENTRY_FEXIT] = { ENTRY_WORDS, ENTRY_HAS_ARGUMENTS | ENTRY_HAS_RESULT },
	[RAWBPF__ENTRY_LSM] = { ENTRY_WORDS, ENTRY_HAS_ARGUMENTS },
};

struct entry_code {
	const struct rawbpf__entry *entry;
	const struct rawbpf__registers *registers;
	struct bpf_insn *out;
	unsigned max, count;
	unsigned body;          /* where the body begins; 0: not known yet */
	bool is_far;            /* a jump is too long */
	uint8_t form;
};

static void entry_emit(struct entry_code *code, struct bpf_insn insn)
{
	if (code->count < code->max)
		code->out[code->count] = insn;
	code->count++;
}

/* Let the jump at slot `from` lead to the next instruction. */
static void entry_land(struct entry_code *code, unsigned from)
{
	unsigned distance = code->count - from - 1;

	if (distance > ENTRY_JUMP_MAX)
		code->is_far = true;
	else if (from < code->max)
		code->out[from].off = distance;
}

static bool entry_is_big_endian(const struct entry_code *code)
{
	return code->entry->arch == RAWBPF_ARCH_S390X;
}

static unsigned entry_size(unsigned bytes)
{
	return bytes == 1 ? BPF_B : bytes == 2 ? BPF_H : bytes == 4 ? BPF_W : BPF_DW;
}

static unsigned entry_from(const struct rawbpf__entry_value *value)
{
	return value->from ? value->from : 8;
}

/* ------------------------------------------------------------------ storing a value */

/* Fill the upper bytes of r1, behind the low `bytes`, with 0 or copies of the sign. */
static void entry_extend(struct entry_code *code, unsigned bytes, bool is_signed)
{
	int bits = 64 - 8 * (int)bytes;

	entry_emit(code, BPF_ALU64_IMM(BPF_LSH, BPF_REG_1, bits));
	entry_emit(code, BPF_ALU64_IMM(is_signed ? BPF_ARSH : BPF_RSH, BPF_REG_1, bits));
}

/* Store r1 in the slot. */
static void entry_store(struct entry_code *code, const struct rawbpf__entry_value *value)
{
	entry_emit(code, BPF_STX_MEM(entry_size(value->width), BPF_REG_10, BPF_REG_1, value->slot));
}

/* Copy a word of the context to the slot. */
static void entry_copy(struct entry_code *code, const struct rawbpf__entry_value *value, int offset)
{
	entry_emit(code, BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, offset));
	if (entry_from(value) < value->width)
		entry_extend(code, entry_from(value), value->is_signed);
	entry_store(code, value);
}

/* Copy `bytes` from r3 + offset to r10 + to. */
static void entry_read(struct entry_code *code, int helper, int offset, unsigned bytes, int to)
{
	entry_emit(code, BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, offset));
	entry_emit(code, BPF_MOV64_IMM(BPF_REG_2, bytes));
	entry_emit(code, BPF_MOV64_REG(BPF_REG_1, BPF_REG_10));
	entry_emit(code, BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, to));
	entry_emit(code, BPF_EMIT_CALL(helper));
}

/* Copy the low bytes of the word at r3 + offset to the slot. Memory that cannot be read gives 0. */
static void entry_fetch(struct entry_code *code, const struct rawbpf__entry_value *value,
			int helper, int offset)
{
	unsigned from = entry_from(value);
	unsigned bytes = from < value->width ? from : value->width;

	entry_read(code, helper, offset + (entry_is_big_endian(code) ? 8 - (int)bytes : 0), bytes,
		   value->slot);
	if (bytes == value->width)
		return;
	entry_emit(code, BPF_LDX_MEM(entry_size(bytes), BPF_REG_1, BPF_REG_10, value->slot));
	if (value->is_signed)
		entry_extend(code, bytes, true);
	entry_store(code, value);
}

static void entry_constant(struct entry_code *code, const struct rawbpf__entry_value *value)
{
	const struct bpf_insn wide[] = { BPF_LD_IMM64(BPF_REG_1, (uint64_t)value->constant) };
	int32_t low = (int32_t)value->constant;

	if (value->width < 8 || low == value->constant) {
		entry_emit(code, BPF_ST_MEM(entry_size(value->width), BPF_REG_10, value->slot, low));
		return;
	}
	entry_emit(code, wide[0]);
	entry_emit(code, wide[1]);
	entry_store(code, value);
}

/* ------------------------------------------------------------------ where a value is */

static void entry_result(struct entry_code *code, const struct rawbpf__entry_value *value)
{
	switch (code->form) {
	case ENTRY_FIELDS: entry_copy(code, value, ENTRY_EVENT); break;
	case ENTRY_REGISTERS: entry_copy(code, value, code->registers->result); break;
	case ENTRY_CALLS: entry_copy(code, value, 8); break;
	default: entry_copy(code, value, 8 * value->index); break;
	}
}

/* Copy an argument of a function, which is in a register or on the function's stack. */
static void entry_function_argument(struct entry_code *code,
				    const struct rawbpf__entry_value *value)
{
	const struct rawbpf__registers *registers = code->registers;
	int further = value->index - registers->argument_count;

	if (further < 0) {
		entry_copy(code, value, registers->arguments[value->index]);
		return;
	}
	entry_emit(code, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_6, registers->stack));
	entry_fetch(code, value,
		    code->entry->way == RAWBPF__ENTRY_UPROBE ? ENTRY_READ_USER : ENTRY_READ_KERNEL,
		    registers->stack_argument + 8 * further);
}

static void entry_argument(struct entry_code *code, const struct rawbpf__entry_value *value)
{
	switch (code->form) {
	case ENTRY_FIELDS:
		entry_copy(code, value, ENTRY_EVENT + 8 * value->index);
		break;
	case ENTRY_REGISTERS:
		entry_function_argument(code, value);
		break;
	case ENTRY_WRAPPER:
	case ENTRY_CALLS: /* r7 points to the caller's registers */
		entry_emit(code, BPF_MOV64_REG(BPF_REG_3, BPF_REG_7));
		entry_fetch(code, value, ENTRY_READ_KERNEL, code->registers->call[value->index]);
		break;
	default:
		entry_copy(code, value, 8 * value->index);
		break;
	}
}

/* ------------------------------------------------------------------ a signature */

static void entry_zero(struct entry_code *code, const struct rawbpf__entry_object *object)
{
	int at = object->offset, end = object->offset + object->size;

	while (at < end) {
		int bytes = 8;

		while (at % bytes || bytes > end - at)
			bytes /= 2;
		entry_emit(code, BPF_ST_MEM(entry_size(bytes), BPF_REG_10, at, 0));
		at += bytes;
	}
}

/* Check whether values come from the caller's registers, behind a pointer. */
static bool entry_has_pointed(const struct entry_code *code,
			      const struct rawbpf__entry_signature *signature)
{
	unsigned i;

	if (code->form == ENTRY_WRAPPER || code->form == ENTRY_CALLS)
		for (i = 0; i < signature->value_count; i++)
			if (signature->values[i].kind == RAWBPF__ENTRY_ARGUMENT)
				return true;
	return false;
}

static void entry_fill(struct entry_code *code, const struct rawbpf__entry_signature *signature)
{
	unsigned i;

	for (i = 0; i < signature->object_count; i++)
		entry_zero(code, &signature->objects[i]);
	if (entry_has_pointed(code, signature))
		entry_emit(code, BPF_LDX_MEM(BPF_DW, BPF_REG_7, BPF_REG_6,
					     code->form == ENTRY_CALLS ? 0 :
					     code->registers->arguments[0]));
	for (i = 0; i < signature->value_count; i++) {
		const struct rawbpf__entry_value *value = &signature->values[i];

		switch (value->kind) {
		case RAWBPF__ENTRY_ARGUMENT: entry_argument(code, value); break;
		case RAWBPF__ENTRY_RESULT: entry_result(code, value); break;
		default: entry_constant(code, value); break;
		}
	}
}

/* ------------------------------------------------------------------ calls by their numbers */

static void entry_exit(struct entry_code *code)
{
	entry_emit(code, BPF_MOV64_IMM(BPF_REG_0, 0));
	entry_emit(code, BPF_EXIT_INSN());
}

/* r7 = the number of the call, which sys_exit has only in the registers. */
static void entry_number(struct entry_code *code)
{
	unsigned bytes = code->registers->number_size;

	if (code->entry->way == RAWBPF__ENTRY_SYSCALL_RAW_TP) {
		entry_emit(code, BPF_LDX_MEM(BPF_DW, BPF_REG_7, BPF_REG_6, 8));
		return;
	}
	entry_emit(code, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_6, 0));
	entry_read(code, ENTRY_READ_KERNEL, code->registers->number, bytes, ENTRY_SCRATCH);
	entry_emit(code, BPF_LDX_MEM(entry_size(bytes), BPF_REG_7, BPF_REG_10, ENTRY_SCRATCH));
}

/* Exit if the call is a 32-bit one, whose number means another call. */
static void entry_refuse_compat(struct entry_code *code)
{
	const struct rawbpf__registers *registers = code->registers;
	bool is_in_task = code->entry->arch == RAWBPF_ARCH_X86_64;
	unsigned jump;

	if (is_in_task) {
		entry_emit(code, BPF_EMIT_CALL(ENTRY_GET_CURRENT_TASK));
		entry_emit(code, BPF_MOV64_REG(BPF_REG_3, BPF_REG_0));
	} else {
		entry_emit(code, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_6, 0));
	}
	entry_read(code, ENTRY_READ_KERNEL,
		   registers->compat + (is_in_task ? code->entry->task_status : 0), 4, ENTRY_SCRATCH);
	entry_emit(code, BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_10, ENTRY_SCRATCH));
	entry_emit(code, BPF_ALU64_IMM(BPF_AND, BPF_REG_1, registers->compat_mask));
	jump = code->count;
	entry_emit(code, BPF_JMP_IMM(BPF_JNE, BPF_REG_1, registers->compat_value, 0));
	entry_exit(code);
	entry_land(code, jump);
}

/* Jump away if r7 is one of the numbers. */
static void entry_test(struct entry_code *code, const struct rawbpf__entry_signature *signature)
{
	unsigned i;

	for (i = 0; i < signature->number_count; i++)
		entry_emit(code, BPF_JMP_IMM(BPF_JEQ, BPF_REG_7, signature->numbers[i], 0));
}

/* Let `count` jumps lead to the next instruction. */
static void entry_land_all(struct entry_code *code, unsigned first, unsigned count)
{
	while (count--)
		entry_land(code, first++);
}

/* Exit if no signature has the number in r7, or if that number has another meaning. */
static void entry_filter(struct entry_code *code)
{
	const struct rawbpf__entry *entry = code->entry;
	unsigned i, first = code->count;

	for (i = 0; i < entry->signature_count; i++)
		entry_test(code, &entry->signatures[i]);
	i = code->count - first;
	entry_exit(code);
	entry_land_all(code, first, i);
	entry_refuse_compat(code);
}

static void entry_jump_to_body(struct entry_code *code)
{
	int distance = (int)code->body - (int)code->count - 1;

	if (distance > ENTRY_JUMP_MAX)
		code->is_far = true;
	entry_emit(code, BPF_JMP_A((int16_t)distance));
}

/* Fill by the signature that has the number in r7, and go to the body. */
static void entry_dispatch(struct entry_code *code)
{
	const struct rawbpf__entry *entry = code->entry;
	unsigned i;

	for (i = 0; i < entry->signature_count; i++) {
		const struct rawbpf__entry_signature *signature = &entry->signatures[i];
		bool is_last = i == entry->signature_count - 1;
		unsigned first = code->count, next = 0;

		if (!is_last) {
			entry_test(code, signature);
			next = code->count;
			entry_emit(code, BPF_JMP_A(0));
			entry_land_all(code, first, signature->number_count);
		}
		entry_fill(code, signature);
		if (!signature->value_count)
			entry_emit(code, BPF_MOV64_REG(BPF_REG_1, BPF_REG_6));
		if (!is_last) {
			entry_jump_to_body(code);
			entry_land(code, next);
		}
	}
}

/* ------------------------------------------------------------------ the whole */

static bool entry_is_size(unsigned bytes)
{
	return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
}

static bool entry_is_on_stack(int offset, unsigned size)
{
	return size > 0 && offset >= -ENTRY_STACK && offset + (int)size <= 0;
}

/* Check whether the low `bytes` of a constant are the constant, with or without a sign. */
static bool entry_fits(int64_t constant, unsigned bytes)
{
	int64_t end;

	if (bytes == 8)
		return true;
	end = (int64_t)1 << 8 * bytes;
	return constant >= -end / 2 && constant < end;
}

/* Return the number of arguments that the way has places for. */
static unsigned entry_limit(uint8_t form)
{
	return form == ENTRY_REGISTERS || form == ENTRY_WORDS ? ENTRY_ARGUMENTS : ENTRY_CALL_ARGUMENTS;
}

static int entry_check_value(const struct rawbpf__entry *entry,
			     const struct rawbpf__entry_value *value)
{
	const struct entry_way *way = &entry_ways[entry->way];

	if (!entry_is_size(value->width) || !entry_is_size(entry_from(value)) ||
	    !entry_is_on_stack(value->slot, value->width) || value->slot % value->width)
		return -EINVAL;
	switch (value->kind) {
	case RAWBPF__ENTRY_ARGUMENT:
		if (!(way->has & ENTRY_HAS_ARGUMENTS))
			return -EINVAL;
		return value->index < entry_limit(way->form) ? 0 : -ERANGE;
	case RAWBPF__ENTRY_RESULT:
		if (!(way->has & ENTRY_HAS_RESULT))
			return -EINVAL;
		return value->index <= ENTRY_ARGUMENTS ? 0 : -ERANGE;
	case RAWBPF__ENTRY_CONSTANT:
		return entry_fits(value->constant, value->width) ? 0 : -EOVERFLOW;
	default:
		return -EINVAL;
	}
}

static int entry_check_signature(const struct rawbpf__entry *entry,
				 const struct rawbpf__entry_signature *signature)
{
	unsigned i;
	int err = 0;

	if (entry_ways[entry->way].form == ENTRY_CALLS && !signature->number_count)
		return -EINVAL;
	for (i = 0; i < signature->object_count; i++)
		if (!entry_is_on_stack(signature->objects[i].offset, signature->objects[i].size))
			return -EINVAL;
	for (i = 0; i < signature->value_count && err == 0; i++)
		err = entry_check_value(entry, &signature->values[i]);
	return err;
}

static int entry_check(const struct rawbpf__entry *entry, const struct rawbpf__registers *registers)
{
	bool has_calls;
	unsigned i;
	int err = 0;

	if ((unsigned)entry->way >= RAWBPF__ENTRY_WAYS || !entry->signature_count)
		return -EINVAL;
	if (!registers && entry_ways[entry->way].form != ENTRY_WORDS)
		return -EOPNOTSUPP;
	has_calls = entry_ways[entry->way].form == ENTRY_CALLS;
	if (!has_calls && entry->signature_count != 1)
		return -EINVAL;
	if (has_calls && entry->arch == RAWBPF_ARCH_X86_64 && !entry->task_status)
		return -EINVAL;
	for (i = 0; i < entry->signature_count && err == 0; i++)
		err = entry_check_signature(entry, &entry->signatures[i]);
	return err;
}

static void entry_sequence(struct entry_code *code)
{
	entry_emit(code, BPF_MOV64_REG(BPF_REG_6, BPF_REG_1));
	if (code->form != ENTRY_CALLS) {
		entry_fill(code, code->entry->signatures);
		return;
	}
	entry_number(code);
	entry_filter(code);
	entry_dispatch(code);
}

int rawbpf__entry(struct bpf_insn *out, unsigned max, const struct rawbpf__entry *entry)
{
	struct entry_code code = {
		.entry = entry,
		.registers = rawbpf__registers_at((unsigned)entry->arch - RAWBPF_ARCH_X86_64),
	};
	int err = entry_check(entry, code.registers);

	if (err < 0)
		return err;
	code.form = entry_ways[entry->way].form;
	entry_sequence(&code); /* finds the length, where the body begins */
	code.body = code.count;
	code.count = 0;
	code.out = out;
	code.max = max;
	entry_sequence(&code);
	return code.is_far ? -E2BIG : (int)code.count;
}
