/* SPDX-License-Identifier: MIT */
/* Explain an instruction as a page: bytes, fields bit by bit, meaning. */
#include <rawbpf/form.h>

#include "form.h"
#include "format.h"
#include "helper.h"
#include "opcode.h"
#include "page.h"
#include "../base/out.h"
#include "../base/put.h"
#include "../base/string.h"
#include "words.h"

/* The size of the longest line or sentence. A test tries all of them. */
enum { EXPLAIN_LINE = RAWBPF__WORDS_SIZE };

struct explain {
	struct rawbpf__out out;
	int colour;
	enum rawbpf_byte_order order;
	const struct bpf_insn *insns;
	const struct rawbpf__form *form;	/* or NULL */
};

/* ------------------------------------------------------------------------------ output */

static void explain_add(struct explain *explain, const char *string)
{
	rawbpf__out_text(&explain->out, string);
}

/* The fields, which select their colours. */
enum explain_field {
	FIELD_CODE,
	FIELD_DST,
	FIELD_SRC,
	FIELD_OFF,
	FIELD_IMM,
	FIELD_TITLE,
	FIELD_END
};

static void explain_colour(struct explain *explain, enum explain_field field)
{
	/* Of 256 colours, these have a contrast of at least 3 to white and to black. */
	static const char colours[][12] = {
		"\33[38;5;166m", "\33[38;5;28m", "\33[38;5;31m", "\33[38;5;133m", "\33[38;5;69m",
		"\33[1m", "\33[0m"
	};

	if (explain->colour)
		explain_add(explain, colours[field]);
}

/* Append a string, padded to `width` columns, with at least one space behind it. */
static void explain_column(struct explain *explain, const char *string, unsigned width)
{
	size_t start = explain->out.length;

	explain_add(explain, string);
	do
		explain_add(explain, " ");
	while (explain->out.length < start + width);
}

static void explain_hex(struct explain *explain, const unsigned char *bytes, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (i)
			explain_add(explain, " ");
		rawbpf__out_hex_byte(&explain->out, bytes[i]);
	}
}

static int explain_is_big(const struct explain *explain)
{
	if (explain->order == RAWBPF_HOST_ORDER)
		return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	return explain->order == RAWBPF_BIG_ENDIAN;
}

/* Append the 8 bytes of a slot, each field in its colour. */
static void explain_slot(struct explain *explain, const unsigned char *bytes)
{
	int big = explain_is_big(explain);
	char digits[2];

	rawbpf__put_byte(digits, bytes[1]);
	explain_colour(explain, FIELD_CODE);
	explain_hex(explain, bytes, 1);
	explain_add(explain, " ");
	explain_colour(explain, big ? FIELD_DST : FIELD_SRC);
	rawbpf__out_byte(&explain->out, digits[0]);
	explain_colour(explain, big ? FIELD_SRC : FIELD_DST);
	rawbpf__out_byte(&explain->out, digits[1]);
	explain_add(explain, " ");
	explain_colour(explain, FIELD_OFF);
	explain_hex(explain, bytes + 2, 2);
	explain_add(explain, " ");
	explain_colour(explain, FIELD_IMM);
	explain_hex(explain, bytes + 4, 4);
	explain_colour(explain, FIELD_END);
}

/* ------------------------------------------------------------------------------ fields */

enum { EXPLAIN_BYTES = 13, EXPLAIN_BITS = 12, EXPLAIN_NAME = 16 };

/* Append one line: `count` bytes (or none), bits (or none), a name, a note. */
static void explain_field(struct explain *explain, enum explain_field field,
			  const unsigned char *bytes, unsigned count, const char *bits,
			  const char *name, const char *note)
{
	explain_add(explain, "  ");
	explain_colour(explain, field);
	explain_hex(explain, bytes, count);
	explain_column(explain, "", EXPLAIN_BYTES - (count ? 3 * count - 1 : 0));
	explain_column(explain, bits, EXPLAIN_BITS);
	if (*note)
		explain_column(explain, name, EXPLAIN_NAME);
	else
		explain_add(explain, name);
	explain_colour(explain, FIELD_END);
	explain_add(explain, note);
	explain_add(explain, "\n");
}

/*
 * Show the bits of one group of a byte, and dots for the others. The pattern "4444 1 333" has the
 * groups 4, 1 and 3.
 */
static void explain_bits(char *bits, unsigned byte, const char *pattern, char group)
{
	for (; *pattern; pattern++, bits++) {
		if (*pattern == ' ') {
			*bits = ' ';
			continue;
		}
		*bits = *pattern != group ? '.' : byte & 0x80 ? '1' : '0';
		byte <<= 1;
	}
	*bits = 0;
}

static void explain_code_bits(struct explain *explain, const unsigned char *byte,
			      const char *pattern, char group, const char *name, const char *note)
{
	char bits[16];

	explain_bits(bits, *byte, pattern, group);
	explain_field(explain, FIELD_CODE, byte, group == pattern[0], bits, name, note);
}

static const char *explain_class(unsigned class)
{
	static const char classes[] =
		"class: load constant or packet\0"
		"class: load from memory\0"
		"class: store an immediate\0"
		"class: store a register\0"
		"class: arithmetic, 32 bits\0"
		"class: jump, comparing 64 bits\0"
		"class: jump, comparing 32 bits\0"
		"class: arithmetic, 64 bits";

	return rawbpf__nth(classes, class);
}

static const char *explain_mode(unsigned code)
{
	static const char modes[] =
		"mode: 64-bit constant, in two slots\0"
		"mode: packet, at imm\0"
		"mode: packet, at src + imm\0"
		"mode: memory\0"
		"mode: memory, sign-extended\0"
		"mode\0"
		"mode: atomic, imm says which\0"
		"mode";

	if (*rawbpf__form_qualifier(code))
		return "mode: memory, may fault";
	if ((code & 7) == BPF_ST && code >> 5 == 6)
		return "mode: barrier";
	return rawbpf__nth(modes, code >> 5);
}

static const char *explain_source(unsigned code)
{
	unsigned operation = code & 0xf0, class = code & 7;
	int arithmetic = class == BPF_ALU || class == BPF_ALU64;

	if (class == BPF_ALU && operation == BPF_END)
		return code & BPF_X ? "big-endian" : "little-endian";
	if (arithmetic ? operation == BPF_NEG || operation == BPF_END :
	    operation == BPF_JA || operation == BPF_CALL || operation == BPF_EXIT ||
	    operation == 0xe0 /* BPF_JCOND */)
		return code & BPF_X ? "target: the register" : "no operand register";
	return code & BPF_X ? "operand: the register src" : "operand: the immediate";
}

/* Return the operation of an opcode, as "ADD". rawbpf__operation_name() has a direction for END. */
static const char *explain_operation_name(const struct bpf_insn *insn)
{
	unsigned class = insn->code & 7;

	if ((class == BPF_ALU || class == BPF_ALU64) && (insn->code & 0xf0) == BPF_END)
		return "END";
	return rawbpf__operation_name(insn);
}

static void explain_code(struct explain *explain, const unsigned char *bytes)
{
	unsigned code = explain->insns->code, class = code & 7;
	int is_access = class < BPF_ALU;
	const char *pattern = is_access ? "555 22 333" : "4444 1 333";
	const char *name = is_access ? rawbpf__mode_name(code) : explain_operation_name(explain->insns);

	if (!name || !*name)
		name = "?";
	if (is_access) {
		explain_code_bits(explain, bytes, pattern, '5', name, explain_mode(code));
		explain_code_bits(explain, bytes, pattern, '2', rawbpf__size_name(code),
				  rawbpf__nth("size: 4 bytes\0size: 2 bytes\0size: 1 byte\0"
						 "size: 8 bytes", code >> 3 & 3));
	} else {
		explain_code_bits(explain, bytes, pattern, '4', name, "operation");
		explain_code_bits(explain, bytes, pattern, '1', code & BPF_X ? "X" : "K",
				  explain_source(code));
	}
	explain_code_bits(explain, bytes, pattern, '3', rawbpf__class_name(code),
			  explain_class(class));
}

static const char *explain_register_note(const struct explain *explain, unsigned rule,
					 unsigned number, char *note)
{
	if (!explain->form)
		return number > 10 ? "not a register" : "";
	if (rule == RAWBPF__ZERO)
		return "unused";
	if (rule == RAWBPF__FIX)
		return "selects the kind";
	if (number > BPF_REG_10)
		return "only in loaded programs";
	*rawbpf__put_small(rawbpf__put(note, "r"), number) = 0;
	return note;
}

/* Append the two halves of a byte. The byte order decides which half is dst. */
static void explain_registers(struct explain *explain, const unsigned char *bytes)
{
	const struct rawbpf__shape *shape = NULL;
	int big = explain_is_big(explain);

	if (explain->form)
		shape = rawbpf__form_shape(explain->form);
	for (unsigned half = 0; half < 2; half++) {
		int is_dst = half == (big ? 0 : 1);
		unsigned number = is_dst ? explain->insns->dst_reg : explain->insns->src_reg;
		unsigned rule = !shape ? RAWBPF__ANY : is_dst ? shape->dst : shape->src;
		char bits[16], name[24], note[24];

		explain_bits(bits, bytes[1], "1111 2222", half ? '2' : '1');
		*rawbpf__put_small(rawbpf__put(name, is_dst ? "dst " : "src "), number) = 0;
		explain_field(explain, is_dst ? FIELD_DST : FIELD_SRC, bytes + 1, !half, bits,
			      name, explain_register_note(explain, rule, number, note));
	}
}

/* Return the variant of an operation that off selects. */
static const char *explain_variant(const struct rawbpf__form *form)
{
	if ((form->code & 0xf0) != BPF_MOV)
		return "1: signed";
	if (form->fix < 0)
		return "per-CPU address";
	return form->fix == 1 ? "cast of an address space" : "bits to copy, sign-extended";
}

static const char *explain_off_note(const struct explain *explain)
{
	unsigned rule, class = explain->insns->code & 7;

	if (!explain->form)
		return "";
	rule = rawbpf__form_shape(explain->form)->off;
	if (rule == RAWBPF__ZERO)
		return "unused";
	if (rule == RAWBPF__FIX)
		return explain_variant(explain->form);
	if (rule == RAWBPF__INDEX)
		return "index into fd_array";
	return class < BPF_ALU ? "bytes from the address" : "slots, from the next one";
}

static const char *explain_atomic(int imm)
{
	switch (imm) {
	case BPF_ADD: return "0x00 ADD";
	case BPF_ADD | BPF_FETCH: return "0x00 ADD | 0x01 FETCH";
	case BPF_OR: return "0x40 OR";
	case BPF_OR | BPF_FETCH: return "0x40 OR | 0x01 FETCH";
	case BPF_AND: return "0x50 AND";
	case BPF_AND | BPF_FETCH: return "0x50 AND | 0x01 FETCH";
	case BPF_XOR: return "0xa0 XOR";
	case BPF_XOR | BPF_FETCH: return "0xa0 XOR | 0x01 FETCH";
	case BPF_XCHG: return "0xe0 XCHG | 0x01 FETCH";
	case BPF_CMPXCHG: return "0xf0 CMPXCHG | 0x01 FETCH";
	case BPF_LOAD_ACQ: return "LOAD_ACQ";
	default: return "STORE_REL";
	}
}

static const char *explain_imm_note(const struct explain *explain)
{
	const struct bpf_insn *insn = explain->insns;
	unsigned rule, class = insn->code & 7;

	if (!explain->form)
		return "";
	rule = rawbpf__form_shape(explain->form)->imm;
	if (rule == RAWBPF__ZERO)
		return "unused";
	if (rule == RAWBPF__CAST)
		return "spaces: to << 16 | from";
	if (rule == RAWBPF__FIX)
		return class == BPF_STX ? explain_atomic(insn->imm) :
		       explain->form->group == RAWBPF__LINUX ? "1: zero-extension" : "bits";
	if (class == BPF_LD)
		return insn->code != (BPF_LD | BPF_DW | BPF_IMM) ? "bytes into the packet" :
		       insn->src_reg ? "which one" : "the low half";
	if (insn->code == (BPF_JMP | BPF_CALL))
		return insn->src_reg == BPF_PSEUDO_CALL && !insn->off ?
		       "slots, from the next one" : "which function";
	if (insn->code == (BPF_JMP32 | BPF_JA))
		return "slots, from the next one";
	if (rule == RAWBPF__SHIFT32 || rule == RAWBPF__SHIFT64)
		return "bits";
	if (class == BPF_ALU64 || class == BPF_JMP || insn->code == (BPF_ST | BPF_MEM | BPF_DW))
		return insn->imm < 0 ? "sign-extended to 64 bits" : "";
	return "";
}

static void explain_number(struct explain *explain, enum explain_field field,
			   const unsigned char *bytes, unsigned count, int number, const char *note)
{
	char name[48], hex[64], *at;

	at = rawbpf__put(name, field == FIELD_OFF ? "off " : "imm ");
	*rawbpf__put_signed_dec(at, number) = 0;
	at = hex;
	if (number > 255 || number < 0) {
		uint32_t bits = field == FIELD_OFF ? (uint16_t)number : (uint32_t)number;

		at = rawbpf__put_hex(rawbpf__put(at, "0x"), bits);
		if (*note)
			at = rawbpf__put(at, ", ");
	}
	*rawbpf__put(at, note) = 0;
	explain_field(explain, field, bytes, count, "", name, hex);
}

static void explain_fields(struct explain *explain, const unsigned char *bytes, unsigned slots)
{
	const struct bpf_insn *insns = explain->insns;

	explain_code(explain, bytes);
	explain_registers(explain, bytes);
	explain_number(explain, FIELD_OFF, bytes + 2, 2, insns->off, explain_off_note(explain));
	explain_number(explain, FIELD_IMM, bytes + 4, 4, insns->imm, explain_imm_note(explain));
	if (slots == 1)
		return;
	explain_field(explain, FIELD_CODE, bytes + 8, 4, "", "", "second slot: all 0 except imm");
	explain_number(explain, FIELD_IMM, bytes + 12, 4, insns[1].imm,
		       insns->src_reg ? "" : "the high half");
}

/* ------------------------------------------------------------------------------ meaning */

static const char *explain_section(const struct rawbpf__form *form)
{
	unsigned class = form->code & 7;

	if (class == BPF_ALU || class == BPF_ALU64)
		return (form->code & 0xf0) == BPF_END ? "4.2" : "4.1";
	if (form->shape == RAWBPF__SHAPE_CALL_LOCAL)
		return "4.3.2";
	if (form->code == (BPF_JMP | BPF_CALL))
		return "4.3.1";
	if (class == BPF_JMP || class == BPF_JMP32)
		return "4.3";
	switch (form->code >> 5) {
	case 0:
		return form->fix == 3 ? "5.4.2" : form->fix && form->fix != 4 ? "5.4.1" : "5.4";
	case 1:
	case 2:
		return "5.5";
	case 3:
		return "5.1";
	default:
		return form->code >> 5 == 4 ? "5.2" : "5.3";
	}
}

/* Append the words from `line` to `end`. */
static void explain_words(struct explain *explain, const char *name, const char *line, char *end)
{
	*end = 0;
	rawbpf__page_words(&explain->out, name, line);
}

/*
 * Return the effect of a fault on an access that the verifier has marked, or "" for any other
 * access.
 */
static const char *explain_fault(unsigned code)
{
	if (!*rawbpf__form_qualifier(code))
		return "";
	return (code & 7) == BPF_LDX ?
	       " If the access faults, the register becomes 0. Only the verifier writes this." :
	       " If the access faults, it is skipped. Only the verifier writes this.";
}

static void explain_meaning(struct explain *explain)
{
	static const char groups[] =
		"base32\0base64\0atomic32\0atomic64\0divmul32\0divmul64\0packet\0"
		"not in RFC 9669\0not in RFC 9669";
	const struct rawbpf__form *form = explain->form;
	char line[EXPLAIN_LINE], *at;
	int kernel = rawbpf_insn_kernel_find(explain->insns, 2);

	at = rawbpf__words(line, explain->insns, form, RAWBPF__WORDS);
	at = rawbpf__put(at, explain_fault(form->code));
	explain_words(explain, "does", line, at);
	at = rawbpf__words(line, explain->insns, form, RAWBPF__EXPRESSION);
	explain_words(explain, "as C", line, at);
	at = line + rawbpf_insn_format(line, sizeof(line), explain->insns, 2, RAWBPF_C, NULL, NULL);
	explain_words(explain, "macro", line, at);
	at = rawbpf__put(line, rawbpf__nth(groups, form->group));
	if (form->group < RAWBPF__CALLX)
		at = rawbpf__put(rawbpf__put(at, ", RFC 9669 section "), explain_section(form));
	explain_words(explain, "group", line, at);
	/* A helper that no kernel has gets no first kernel. */
	if (kernel > 0 && (form->shape != RAWBPF__SHAPE_CALL || rawbpf__helper_kernel(explain->insns->imm)))
		rawbpf__page_since(&explain->out, kernel);
}

static void explain_title(struct explain *explain, const unsigned char *bytes, unsigned slots)
{
	enum { TITLE_AT_MOST = 51 };	/* fits beside the bytes of a slot, in 80 columns */
	char line[EXPLAIN_LINE], *at = rawbpf__put(line, "not an instruction");
	const char *text;

	if (explain->form) {
		text = rawbpf__form_text(explain->form, RAWBPF_LLVM);
		at = rawbpf__format_plain(line, explain->insns, explain->form, text);
	}
	*at = 0;
	explain_add(explain, "  ");
	explain_slot(explain, bytes);
	explain_add(explain, at - line > TITLE_AT_MOST ? "\n    " : "    ");
	explain_colour(explain, FIELD_TITLE);
	explain_add(explain, line);
	explain_colour(explain, FIELD_END);
	if (slots == 2) {
		explain_add(explain, "\n  ");
		explain_slot(explain, bytes + 8);
	}
	explain_add(explain, "\n\n");
}

size_t rawbpf_insn_explain(char *text, size_t size, const struct bpf_insn *insns, unsigned count,
			   enum rawbpf_byte_order order, int colour, unsigned *slots)
{
	struct explain explain = { rawbpf__out_begin(text, size), colour, order, insns, NULL };
	unsigned char bytes[16];
	const char *reason;
	unsigned taken;

	explain.form = rawbpf__form_take(insns, count, &taken);
	if (slots)
		*slots = taken;
	for (unsigned i = 0; i < taken && count; i++)
		rawbpf_insn_write(bytes + 8 * i, insns + i, order);
	if (count) {
		explain_title(&explain, bytes, taken);
		explain_fields(&explain, bytes, taken);
		explain_add(&explain, "\n");
	}
	if (explain.form)
		explain_meaning(&explain);
	if (rawbpf_insn_check(insns, count, &reason))
		rawbpf__page_words(&explain.out, "invalid", reason);
	return explain.out.length;
}
