/* SPDX-License-Identifier: MIT */
/*
 * Steps whose instructions get a number of the running kernel by its name. A program without such a
 * step does not link the tables of names: the step hands build.c the function that resolves.
 */
#include <rawbpf/build.h>
#include <rawbpf/insn.h>
#include <rawbpf/symbol.h>

#include "../base/private.h"
#include "../form/opcode.h"

/* What a slot gets from its symbol: `place` of the slot. */
enum symbol_use {
	SYMBOL_OFF = 1,
	SYMBOL_IMM,
	SYMBOL_KFUNC,
	SYMBOL_LOW, /* the halves of a 64-bit load */
	SYMBOL_HIGH,
	SYMBOL_VARIABLE,
	SYMBOL_VARIABLE_FD
};

static int symbol_error(struct rawbpf_build *b, int error, unsigned index, const char *reason)
{
	const struct rawbpf_build_slot *slot = &b->slots[index];

	b->error = (struct rawbpf_build_error){ error, index, slot->line, slot->reference, reason };
	return error;
}

static const char *symbol_reason(int error)
{
	switch (error) {
	case -ENOENT:
		return "this kernel has no '@'";
	case -ENODATA:
		return "'@' needs the kernel's BTF, or an offsets file, in rawbpf_env.symbols";
	case -EDOM:
		return "'@' is a bit field, which has no offset in bytes";
	case -EACCES:
		return "programs may not call '@': BTF does not mark it as bpf_kfunc";
	case -EINVAL:
		return "'@' is not a valid name of a symbol";
	default:
		return "'@' cannot be found, because this kernel's BTF is broken";
	}
}

/* Find what the slot needs. */
static int symbol_lookup(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			 enum symbol_use use, const char *name)
{
	if (use == SYMBOL_KFUNC)
		return rawbpf_symbol_kfunc_find(symbol, symbols, name);
	if (use == SYMBOL_VARIABLE || use == SYMBOL_VARIABLE_FD)
		return rawbpf_symbol_variable_find(symbol, symbols, name);
	return rawbpf_symbol_find(symbol, symbols, name);
}

/* Return the bytes that an instruction loads or stores, or 0 if it accesses no memory. */
static unsigned symbol_access(const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code), mode = BPF_MODE(insn->code);

	if ((class != BPF_LDX && class != BPF_ST && class != BPF_STX) || mode == BPF_IMM)
		return 0;
	return rawbpf__access_size(insn->code);
}

static int symbol_to_off(struct rawbpf_build *b, struct bpf_insn *insn, unsigned index,
			 const struct rawbpf_symbol *symbol)
{
	unsigned access = symbol_access(insn);
	int64_t off;

	if (!access)
		return symbol_error(b, -EINVAL, index,
				    "the instruction accesses no memory and has no room for '@'");
	if (symbol->width && !insn->off && symbol->width != access)
		return symbol_error(b, -EINVAL, index,
				    "'@' has another size than the access: use that of its type");
	if (__builtin_add_overflow((int64_t)symbol->value, insn->off, &off) || off < INT16_MIN ||
	    off > INT16_MAX)
		return symbol_error(b, -ERANGE, index,
				    "'@' exceeds the 16 bits of an offset: add it to the register");
	insn->off = (int16_t)off;
	return 0;
}

/* A 32-bit operation may have an unsigned number. Others sign-extend it. */
static int symbol_to_imm(struct rawbpf_build *b, struct bpf_insn *insn, unsigned index,
			 uint64_t value)
{
	unsigned class = BPF_CLASS(insn->code);
	int64_t most = class == BPF_ALU || class == BPF_JMP32 || symbol_access(insn) == 4 ?
		       UINT32_MAX : INT32_MAX, imm;

	if (__builtin_add_overflow((int64_t)value, insn->imm, &imm) || imm < INT32_MIN || imm > most)
		return symbol_error(b, -ERANGE, index,
				    "'@' exceeds the 32 bits of a number: load it with "
				    "rawbpf_build_symbol_emit()");
	insn->imm = (int32_t)imm;
	return 0;
}

/* Return the descriptor of the BTF that has a variable: 0 for the kernel's. */
static int symbol_btf_fd(const struct rawbpf_symbols *symbols, unsigned module)
{
	return module ? symbols->modules[module - 1].fd : 0;
}

/* Fill in the symbol of a slot: struct rawbpf_build's `symbol`. */
static int symbol_resolve(struct rawbpf_build *b, struct bpf_insn *insn, unsigned index,
			  const struct rawbpf_env *env)
{
	static const struct rawbpf_symbols none;
	const struct rawbpf_symbols *symbols = env && env->symbols ? env->symbols : &none;
	enum symbol_use use = b->slots[index].place;
	struct rawbpf_symbol symbol;
	int err = symbol_lookup(&symbol, symbols, use, b->slots[index].reference);

	if (err)
		return symbol_error(b, err, index, symbol_reason(err));
	switch (use) {
	case SYMBOL_OFF:
		return symbol_to_off(b, insn, index, &symbol);
	case SYMBOL_IMM:
		return symbol_to_imm(b, insn, index, symbol.value);
	case SYMBOL_KFUNC:
		insn->off = (int16_t)symbol.module;
		insn->imm = (int32_t)symbol.value;
		return 0;
	case SYMBOL_HIGH:
		insn->imm = (int32_t)(symbol.value >> 32);
		return 0;
	case SYMBOL_VARIABLE_FD:
		insn->imm = symbol_btf_fd(symbols, symbol.module);
		return 0;
	default: /* SYMBOL_LOW, SYMBOL_VARIABLE */
		insn->imm = (int32_t)(uint32_t)symbol.value;
		return 0;
	}
}

/* Append slots; `use` is the first one's, and the next number the second one's. */
static void symbol_append(struct rawbpf_build *b, const struct bpf_insn *insns, unsigned count,
			  const char *name, enum symbol_use use, unsigned line)
{
	unsigned first = b->count;

	rawbpf_build_emit_at(b, insns, count, line);
	for (unsigned i = first; i < b->count; i++) {
		b->slots[i].reference = name ? name : "";
		b->slots[i].place = use + (i - first);
	}
	b->symbol = symbol_resolve;
}

void rawbpf_build_off_emit_at(struct rawbpf_build *b, struct bpf_insn insn, const char *name,
			      unsigned line)
{
	symbol_append(b, &insn, 1, name, SYMBOL_OFF, line);
}

void rawbpf_build_imm_emit_at(struct rawbpf_build *b, struct bpf_insn insn, const char *name,
			      unsigned line)
{
	symbol_append(b, &insn, 1, name, SYMBOL_IMM, line);
}

void rawbpf_build_symbol_emit_at(struct rawbpf_build *b, unsigned reg, const char *name,
				 unsigned line)
{
	const struct bpf_insn load[] = { BPF_LD_IMM64(reg, 0) };

	symbol_append(b, load, 2, name, SYMBOL_LOW, line);
}

void rawbpf_build_variable_emit_at(struct rawbpf_build *b, unsigned reg, const char *name,
				   unsigned line)
{
	const struct bpf_insn load[] = { RAWBPF_LD_BTF_ID(reg, 0, 0) };

	symbol_append(b, load, 2, name, SYMBOL_VARIABLE, line);
}

void rawbpf_build_kfunc_call_at(struct rawbpf_build *b, const char *name, unsigned line)
{
	const struct bpf_insn call = BPF_CALL_KFUNC(0, 0);

	symbol_append(b, &call, 1, name, SYMBOL_KFUNC, line);
}
