/* SPDX-License-Identifier: MIT */
/* objdump's column of bytes decides the instruction, unless the text beside it contradicts. */
#include <rawbpf/form.h>

#include "../base/string.h"
#include "parser.h"

static void bytes_read(const struct rawbpf__listing *listing, enum rawbpf_byte_order order,
		       struct bpf_insn *slots)
{
	unsigned char bytes[16];
	unsigned i;

	for (i = 0; i < 8 * listing->byte_slots; i++)
		bytes[i] = rawbpf__hex_byte(listing->bytes.start + 3 * i);
	for (i = 0; i < listing->byte_slots; i++)
		rawbpf_insn_read(&slots[i], bytes + 8 * i, order);
}

/* Return 1 for a call or a 64-bit load: text with src 0 may belong to bytes with another src. */
static int is_silent_of_src(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) || insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

/* Return 1 for "r0 = *(u32 *)skb[r1]": its text does not show imm. */
static int is_silent_of_imm(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) == BPF_IND;
}

/*
 * Return 1 if the text can be that of these bytes. `skipped` names fields that the assembler
 * learns only later, or that a linker fills in.
 */
static int bytes_agree(const struct bpf_insn *bytes, const struct bpf_insn *text, unsigned count,
		       const struct rawbpf__skipped *skipped)
{
	if (bytes->code != text->code || bytes->dst_reg != text->dst_reg)
		return 0;
	if (bytes->src_reg != text->src_reg && (text->src_reg || !is_silent_of_src(text)) &&
	    !skipped->imm)
		return 0;
	if (bytes->off != text->off && !skipped->off)
		return 0;
	if (skipped->imm)
		return 1;
	return (bytes->imm == text->imm || (!text->imm && is_silent_of_imm(text))) &&
	       (count == 1 || bytes[1].imm == text[1].imm);
}

/* Return the byte order of the column: that of earlier lines, or, if unknown, this machine's. */
static enum rawbpf_byte_order first_order(const struct rawbpf__listing *listing)
{
	if (listing->order != RAWBPF_HOST_ORDER)
		return listing->order;
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? RAWBPF_LITTLE_ENDIAN :
							   RAWBPF_BIG_ENDIAN;
}

static enum rawbpf_byte_order other_order(enum rawbpf_byte_order order)
{
	return order == RAWBPF_LITTLE_ENDIAN ? RAWBPF_BIG_ENDIAN : RAWBPF_LITTLE_ENDIAN;
}

static void complain_of_text(struct rawbpf__parser *p, enum rawbpf_byte_order order)
{
	struct bpf_insn bytes[2];
	char text[64];

	bytes_read(&p->listing, order, bytes);
	rawbpf_insn_format(text, sizeof(text), bytes, p->listing.byte_slots, RAWBPF_LLVM,
			   NULL, NULL);
	rawbpf__complain(p->text, &p->listing.bytes,
			 "these bytes are '%s', not the text of this line", text);
}

RAWBPF__PRIVATE int rawbpf__bytes_decide(struct rawbpf__parser *p, struct bpf_insn *slots,
					 unsigned count, const struct rawbpf__skipped *skipped)
{
	struct rawbpf__listing *listing = &p->listing;
	enum rawbpf_byte_order order = first_order(listing);
	struct bpf_insn bytes[2];
	int tries;

	for (tries = 0; tries < 2 && listing->byte_slots == count; tries++) {
		bytes_read(listing, order, bytes);
		if (bytes_agree(bytes, slots, count, skipped)) {
			if (tries)
				listing->order = order;
			slots[0] = bytes[0];
			slots[count - 1] = bytes[count - 1];
			return 1;
		}
		order = other_order(order);
	}
	complain_of_text(p, order);
	return 0;
}

/* Return 1 for "<unknown>". objdump prints it for bytes without a text. */
static int is_unknown_text(const struct rawbpf__statement *statement)
{
	const struct rawbpf__token *tokens = statement->tokens;

	return statement->count == 3 && tokens[0].code == '<' && tokens[2].code == '>' &&
	       rawbpf__equal_bytes("unknown", tokens[1].start, tokens[1].length);
}

static int is_pseudo_text(const struct rawbpf__statement *statement)
{
	const struct rawbpf__token *tokens = statement->tokens;

	return statement->count == 6 && tokens[1].code == RAWBPF__T_R && tokens[2].code == ',' &&
	       tokens[3].code == RAWBPF__T_NUMBER && tokens[4].code == ',' &&
	       tokens[5].code == RAWBPF__T_NUMBER &&
	       rawbpf__equal_bytes("ld_pseudo", tokens[0].start, tokens[0].length);
}

/* Return 1 if the bytes have the text "ld_pseudo r1, 0x1, 0x5". It lacks the second slot. */
static int pseudo_text_agrees(const struct rawbpf__parser *p, const struct bpf_insn *bytes)
{
	const struct rawbpf__token *tokens = p->statement.tokens;

	return p->listing.byte_slots == 2 && bytes->code == (BPF_LD | BPF_IMM | BPF_DW) &&
	       bytes->dst_reg == tokens[1].value && bytes->src_reg == tokens[3].value &&
	       ((uint32_t)bytes->imm == tokens[5].value || rawbpf__is_relocated(&p->cursor));
}

RAWBPF__PRIVATE int rawbpf__bytes_alone(struct rawbpf__parser *p)
{
	enum rawbpf_byte_order order = first_order(&p->listing);
	int pseudo = is_pseudo_text(&p->statement);
	struct bpf_insn slots[2];
	unsigned i;

	if (!p->listing.bytes.code || (!pseudo && !is_unknown_text(&p->statement)))
		return 0;
	bytes_read(&p->listing, order, slots);
	if (pseudo && !pseudo_text_agrees(p, slots)) {
		bytes_read(&p->listing, other_order(order), slots);
		if (pseudo_text_agrees(p, slots))
			p->listing.order = other_order(order);
		else
			complain_of_text(p, order);
	}
	for (i = 0; i < p->listing.byte_slots; i++)
		rawbpf__emit(p, &slots[i]);
	return 1;
}
