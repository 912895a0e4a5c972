/* SPDX-License-Identifier: MIT */
/* Data among instructions: .byte, .short, .long, .quad. Eight bytes fill a slot. */
#include "../base/string.h"
#include "parser.h"

static const struct data_directive {
	char name[7];
	uint8_t size;
} data_directives[] = {
	{ ".byte", 1 }, { ".short", 2 }, { ".long", 4 }, { ".quad", 8 },
	{ ".2byte", 2 }, { ".4byte", 4 }, { ".8byte", 8 },
};

/* Append the number's low bytes in this machine's order. */
static void data_add(struct rawbpf__parser *p, uint64_t value, unsigned size)
{
	struct rawbpf__data *data = &p->data;
	struct bpf_insn insn;
	unsigned i, at;

	for (i = 0; i < size; i++) {
		at = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : size - 1 - i;
		data->bytes[data->count++] = value >> 8 * at;
		if (data->count < sizeof(data->bytes))
			continue;
		__builtin_memcpy(&insn, data->bytes, sizeof(insn));
		rawbpf__emit(p, &insn);
		data->count = 0;
	}
}

/* Append zeros up to a whole slot. */
static void data_pad(struct rawbpf__parser *p)
{
	while (p->data.count)
		data_add(p, 0, 1);
}

/* Return 1 if the number fits `size` bytes, signed or unsigned. */
static int data_fits(const struct rawbpf__token *token, unsigned size)
{
	int64_t value = token->value, most = (1ll << 8 * (size & 7)) - 1;

	return size == 8 || (!token->is_huge && value >= -most / 2 - 1 && value <= most);
}

/* Read one number. Return 0 after an error. */
static int data_read(struct rawbpf__parser *p, struct rawbpf__token *token, unsigned size)
{
	if (rawbpf__complain_bad(p, token))
		return 0;
	if (!rawbpf__is_operand(token)) {
		rawbpf__complain(p->text, token, "expected a number after %.*s",
				 RAWBPF__TEXT(&p->statement.tokens[0]));
		return 0;
	}
	if (!rawbpf__is_number(p, token))
		return 0;
	if (!data_fits(token, size)) {
		rawbpf__complain(p->text, token, "%.*s does not fit %lld bits", RAWBPF__TEXT(token),
				 8ll * size);
		return 0;
	}
	data_add(p, token->value, size);
	return 1;
}

/* Read the numbers of the statement, separated by commas. */
static void data_read_all(struct rawbpf__parser *p, unsigned size)
{
	struct rawbpf__token *token = &p->statement.tokens[1];

	for (; data_read(p, token, size); token++) {
		token++;
		if (token->code == RAWBPF__T_END && !p->statement.is_cut)
			return;
		if (token->code == ',')
			continue;
		if (p->statement.is_cut)
			rawbpf__complain(p->text, token, "a line holds at most 16 numbers; begin "
					 "another line");
		else
			rawbpf__complain(p->text, token, "expected ',' or the end, not '%.*s'",
					 RAWBPF__TEXT(token));
		break;
	}
	/*
	 * The statement has an error already. Padding avoids a second one: "the data end inside a
	 * slot".
	 */
	data_pad(p);
}

RAWBPF__PRIVATE int rawbpf__data_directive(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->statement.tokens[0];
	unsigned i;

	for (i = 0; i < sizeof(data_directives) / sizeof(data_directives[0]); i++) {
		if (!rawbpf__equal_bytes(data_directives[i].name, name->start, name->length))
			continue;
		p->data.last = *name;
		data_read_all(p, data_directives[i].size);
		return 1;
	}
	return 0;
}

RAWBPF__PRIVATE void rawbpf__data_end(struct rawbpf__parser *p)
{
	unsigned count = p->data.count;

	if (!count)
		return;
	rawbpf__complain(p->text, &p->data.last, "the data end inside a slot: %lld of 8 bytes",
			 (long long)count);
	data_pad(p);
}
