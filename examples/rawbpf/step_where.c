/* SPDX-License-Identifier: MIT */
/* rawbpf step: conditions, and names of bytes. */
#include "step.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A text to parse, without blanks. */
struct words {
	char text[STEP_LINE];
	char *at;
};

static int words_open(struct words *words, const char *text)
{
	size_t length = 0;

	for (; *text && length < sizeof words->text - 1; text++)
		if (!isspace((unsigned char)*text))
			words->text[length++] = *text;
	words->text[length] = '\0';
	words->at = words->text;
	return *text == '\0';
}

static int take(struct words *words, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncmp(words->at, prefix, length) != 0)
		return 0;
	words->at += length;
	return 1;
}

/* Take r0 to r10. Returns the number, or -1. */
static int take_register(struct words *words)
{
	char *end;
	unsigned long number;

	if (words->at[0] != 'r' || !isdigit((unsigned char)words->at[1]))
		return -1;
	number = strtoul(words->at + 1, &end, 10);
	if (number > 10 || ((isalnum((unsigned char)*end) || *end == '_') && strncmp(end, "s<", 2) != 0 &&
			    strncmp(end, "s>", 2) != 0))
		return -1;
	words->at = end;
	return (int)number;
}

/* Take a number, also a negative one. */
static int take_number(struct words *words, uint64_t *number)
{
	int is_negative = words->at[0] == '-';
	const char *digits = words->at + is_negative;
	char *end;

	if (!isdigit((unsigned char)*digits))
		return 0;
	*number = strtoull(digits, &end, 0);
	if (is_negative)
		*number = 0 - *number;
	words->at = end;
	return 1;
}

/* Take "+4" or "-4", or nothing. */
static int take_offset(struct words *words, uint64_t *offset)
{
	*offset = 0;
	if (*words->at == '+')
		words->at++;
	else if (*words->at != '-')
		return 1;
	return take_number(words, offset);
}

/* Take "*(u32*)(r1+4)". */
static int take_memory(struct words *words, struct step_operand *operand)
{
	static const char *const types[] = { "*(u8*)(", "*(u16*)(", "*(u32*)(", "*(u64*)(" };
	int reg;

	operand->kind = 2;
	for (unsigned i = 0; i < RAWBPF_COUNT(types); i++) {
		if (!take(words, types[i]))
			continue;
		operand->bytes = 1u << i;
		reg = take_register(words);
		operand->reg = (unsigned)reg;
		return reg >= 0 && take_offset(words, &operand->number) && take(words, ")");
	}
	return 0;
}

static int take_operand(struct words *words, struct step_operand *operand)
{
	int reg = take_register(words);

	*operand = (struct step_operand){ .kind = reg >= 0, .reg = reg >= 0 ? (unsigned)reg : 0 };
	return reg >= 0 || take_number(words, &operand->number) || take_memory(words, operand);
}

int step_condition_parse(struct step_condition *condition, struct stepper *stepper, const char *text)
{
	static const char *const operations[] = { "==", "!=", "s<=", "s>=", "s<", "s>", "<=", ">=", "<", ">", "&" };
	struct words words;
	int is_good = words_open(&words, text) && take_operand(&words, &condition->left);

	condition->operation = NULL;
	for (unsigned i = 0; is_good && !condition->operation && i < RAWBPF_COUNT(operations); i++)
		if (take(&words, operations[i]))
			condition->operation = operations[i];
	if (condition->operation && take_operand(&words, &condition->right) && !*words.at)
		return OK;
	snprintf(stepper->message, sizeof stepper->message,
		 "a condition is r1 == 5, or *(u32 *)(r10 - 4) > r2; not '%.80s'", collection_shown(text));
	return FAILED;
}

/* Return the value of an operand. *exists becomes 0 if there is no such memory. */
static uint64_t value_of(const struct step_operand *operand, const struct stepper *stepper, int *exists)
{
	const struct rawbpf_vm *vm = stepper->vm;
	const struct rawbpf_vm_region *region;
	uint64_t address = vm->r[operand->reg] + operand->number, value = 0;

	if (operand->kind != 2)
		return operand->kind ? vm->r[operand->reg] : operand->number;
	region = rawbpf_vm_region_find(vm, address);
	if (!region || !region->bytes || region->size - (address - region->address) < operand->bytes) {
		*exists = 0;
		return 0;
	}
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	memcpy((char *)&value + 8 - operand->bytes, region->bytes + (address - region->address), operand->bytes);
#else
	memcpy(&value, region->bytes + (address - region->address), operand->bytes);
#endif
	return value;
}

int step_condition_holds(const struct step_condition *condition, const struct stepper *stepper)
{
	const char *operation = condition->operation;
	int exists = 1, is_signed = operation[0] == 's', less, equal;
	uint64_t left = value_of(&condition->left, stepper, &exists);
	uint64_t right = value_of(&condition->right, stepper, &exists);

	operation += is_signed;
	less = is_signed ? (int64_t)left < (int64_t)right : left < right;
	equal = left == right;
	if (!exists)
		return 0;
	switch (operation[0]) {
	case '=':
		return equal;
	case '!':
		return !equal;
	case '&':
		return (left & right) != 0;
	case '<':
		return less || (operation[1] && equal);
	default:
		return !less && (operation[1] || !equal);
	}
}

/* Return the bytes at an address, or NULL. */
static const void *bytes_at(size_t *size, const struct stepper *stepper, uint64_t address)
{
	const struct rawbpf_vm_region *region = rawbpf_vm_region_find(stepper->vm, address);

	*size = 1;
	return region && region->bytes ? region->bytes + (address - region->address) : NULL;
}

/* Find "packet+12". */
static const void *in_region(size_t *size, const struct stepper *stepper, struct words *words)
{
	for (unsigned i = 0; i < stepper->vm->region_count; i++) {
		const struct rawbpf_vm_region *region = stepper->vm->spec.regions[i];
		size_t length = strlen(region->name);
		struct words rest = { .at = words->at + length };
		uint64_t offset;

		if (!region->bytes || strncmp(words->at, region->name, length) != 0 ||
		    !take_offset(&rest, &offset) || *rest.at || offset >= region->size)
			continue;
		return bytes_at(size, stepper, region->address + offset);
	}
	return NULL;
}

const void *step_where(size_t *size, struct stepper *stepper, const char *text)
{
	const void *found = NULL;
	struct words words;
	uint64_t offset;
	int reg;

	if (words_open(&words, text)) {
		reg = take_register(&words);
		if (reg >= 0 && !*words.at) {
			*size = 8;
			return &stepper->vm->r[reg];
		}
		if (reg < 0)
			found = in_region(size, stepper, &words);
		else if (take_offset(&words, &offset) && !*words.at)
			found = bytes_at(size, stepper, stepper->vm->r[reg] + offset);
		if (!found && reg < 0)
			found = step_map_find(stepper, words.text, size);
	}
	if (!found)
		snprintf(stepper->message, sizeof stepper->message,
			 "nothing is at '%.80s'; write a byte as r10-4, packet+12, MAP[KEY], or a register as r3",
			 collection_shown(text));
	return found;
}
