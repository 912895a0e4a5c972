/* SPDX-License-Identifier: MIT */
/* Helpers of strings: numbers in texts, comparison. */
#include "../base/number.h"
#include "vm_helper.h"

struct vm_number_text {
	const unsigned char *at, *end;
	int negative;
	unsigned base;
};

static int vm_is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static unsigned vm_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 99;
}

/* Skip blanks, a sign, and a prefix of the base. */
static void vm_number_begin(struct vm_number_text *text)
{
	while (text->at < text->end && vm_is_space(*text->at))
		text->at++;
	if (text->at < text->end && *text->at == '-') {
		text->negative = 1;
		text->at++;
	}
	if (!text->base) {
		text->base = 10;
		if (text->end - text->at > 1 && *text->at == '0')
			text->base = (text->at[1] | 0x20) == 'x' ? 16 : 8;
	}
	if (text->base == 16 && text->end - text->at > 1 && *text->at == '0' &&
	    (text->at[1] | 0x20) == 'x')
		text->at += 2;
}

/*
 * Append a digit. Return 0 if the number gets too large. It is multiplied in halves: on wasm32, a
 * check of the whole would need the compiler's library.
 */
static int vm_number_append(uint64_t *number, unsigned base, unsigned digit)
{
	uint64_t low = (*number & UINT32_MAX) * base + digit;
	uint64_t high = (*number >> 32) * base + (low >> 32);

	*number = high << 32 | (low & UINT32_MAX);
	return !(high >> 32);
}

/* Read the number in r1, of r2 bytes, base r3. *count: the bytes it takes. */
static int vm_number_read(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call,
			  struct vm_number_text *text, uint64_t *number, int64_t *count)
{
	uint64_t size = (uint32_t)call->args[1];
	const unsigned char *begin = rawbpf_vm_memory_get(vm, call->args[0], size, RAWBPF_VM_READ);
	const unsigned char *first;

	if (!begin)
		return -EFAULT;
	*number = 0;
	*count = -EINVAL;
	*text = (struct vm_number_text){ .at = begin, .base = (unsigned)call->args[2] & 31 };
	text->end = size ? begin + (size_t)size : begin;
	if (call->args[2] & ~UINT64_C(31) ||
	    (text->base && text->base != 8 && text->base != 10 && text->base != 16))
		return 0;
	vm_number_begin(text);
	for (first = text->at; text->at < text->end && vm_digit(*text->at) < text->base; text->at++)
		if (!vm_number_append(number, text->base, vm_digit(*text->at))) {
			*count = -ERANGE;
			return 0;
		}
	if (text->at > first)
		*count = text->at - begin;
	return 0;
}

/* Read a number into r4: unsigned, or with a sign. */
static int vm_number_store(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, int is_signed)
{
	struct vm_number_text text;
	uint64_t number;
	int64_t count;
	unsigned char *to;

	if (vm_number_read(vm, call, &text, &number, &count))
		return -EFAULT;
	to = rawbpf_vm_memory_get(vm, call->args[3], 8, RAWBPF_VM_WRITE);
	if (!to)
		return -EFAULT;
	if (is_signed && count >= 0 && number > (uint64_t)INT64_MAX + (uint64_t)text.negative)
		count = -ERANGE;
	if (!is_signed && text.negative)
		count = -EINVAL;
	number = text.negative ? 0 - number : number;
	if (count >= 0)
		__builtin_memcpy(to, &number, sizeof(number));
	return vm_number(call, count);
}

RAWBPF__PRIVATE int rawbpf__vm_strtoul(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
				       void *context)
{
	(void)context;
	return vm_number_store(vm, call, 0);
}

RAWBPF__PRIVATE int rawbpf__vm_strtol(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
				      void *context)
{
	(void)context;
	return vm_number_store(vm, call, 1);
}

/* Compare r2 bytes at r1 with the string at r3. */
RAWBPF__PRIVATE int rawbpf__vm_strncmp(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
				       void *context)
{
	uint64_t size = (uint32_t)call->args[1], i;
	const unsigned char *one = rawbpf_vm_memory_get(vm, call->args[0], size, RAWBPF_VM_READ);

	(void)context;
	if (!one)
		return -EFAULT;
	for (i = 0; i < size; i++) {
		const unsigned char *other = rawbpf_vm_memory_get(vm, call->args[2] + i, 1,
								  RAWBPF_VM_READ);

		if (!other)
			return -EFAULT;
		if (one[i] != *other)
			return vm_number(call, one[i] < *other ? -1 : 1);
		if (!one[i])
			break;
	}
	return vm_number(call, 0);
}
