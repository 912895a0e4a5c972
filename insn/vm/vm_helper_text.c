/* SPDX-License-Identifier: MIT */
/* Helpers of strings: numbers in texts, comparison, trace_printk. */
#include "../base/number.h"
#include "../base/out.h"
#include "vm_helper.h"

/* ------------------------------------------------------------------------- numbers */

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

static int vm_number_store(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, uint64_t number,
			   int64_t count)
{
	unsigned char *to = rawbpf_vm_memory_get(vm, call->args[3], 8, RAWBPF_VM_WRITE);

	if (!to)
		return -EFAULT;
	if (count >= 0)
		__builtin_memcpy(to, &number, sizeof(number));
	return vm_number(call, count);
}

RAWBPF__PRIVATE int rawbpf__vm_strtoul(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
				       void *context)
{
	struct vm_number_text text;
	uint64_t number;
	int64_t count;

	(void)context;
	if (vm_number_read(vm, call, &text, &number, &count))
		return -EFAULT;
	return vm_number_store(vm, call, number, text.negative ? -EINVAL : count);
}

RAWBPF__PRIVATE int rawbpf__vm_strtol(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
				      void *context)
{
	struct vm_number_text text;
	uint64_t number;
	int64_t count;

	(void)context;
	if (vm_number_read(vm, call, &text, &number, &count))
		return -EFAULT;
	if (count >= 0 && number > (uint64_t)INT64_MAX + (uint64_t)text.negative)
		count = -ERANGE;
	return vm_number_store(vm, call, text.negative ? -number : number, count);
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

/* ---------------------------------------------------------------------- trace_printk */

/* Append the string at a program's address, up to its NUL or the end of the memory. */
static void vm_trace_string(struct rawbpf_vm *vm, struct rawbpf__out *out, uint64_t address)
{
	const struct rawbpf_vm_trap before = vm->trap;
	const char *byte;

	for (; (byte = rawbpf_vm_memory_get(vm, address, 1, RAWBPF_VM_READ)) && *byte; address++)
		rawbpf__out_byte(out, *byte);
	vm->trap = before;
}

/* Append an argument by its conversion: d, i, u, x, p, s, with l or ll before it. */
static int vm_trace_argument(struct rawbpf_vm *vm, struct rawbpf__out *out, char conversion,
			     unsigned longs, uint64_t argument)
{
	switch (conversion) {
	case 'd':
	case 'i':
		rawbpf__out_signed(out, longs ? (int64_t)argument : (int32_t)argument);
		return 0;
	case 'u':
		rawbpf__out_number(out, longs ? argument : (uint32_t)argument);
		return 0;
	case 'x':
		rawbpf__out_hex(out, longs ? argument : (uint32_t)argument);
		return 0;
	case 'p':
		rawbpf__out_text(out, "0x");
		rawbpf__out_hex(out, argument);
		return 0;
	case 's':
		vm_trace_string(vm, out, argument);
		return 0;
	default:
		return -EINVAL;
	}
}

/* Format the text, which ends at its NUL, with r3 to r5. */
static int vm_trace(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call,
		    struct rawbpf__out *out, const char *text)
{
	unsigned argument = 2, longs;

	for (; *text; text++) {
		if (*text != '%' || *++text == '%') {
			rawbpf__out_byte(out, *text);
			continue;
		}
		for (longs = 0; *text == 'l' && longs < 2; longs++)
			text++;
		if (argument == 5 || vm_trace_argument(vm, out, *text, longs, call->args[argument++]))
			return -EINVAL;
	}
	return 0;
}

RAWBPF__PRIVATE int rawbpf__vm_trace_printk(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					    void *context)
{
	struct rawbpf_vm_world *world = context;
	uint64_t size = (uint32_t)call->args[1];
	const char *text = rawbpf_vm_memory_get(vm, call->args[0], size, RAWBPF_VM_READ);
	size_t used = world->trace_length < world->trace_size ? world->trace_length :
								world->trace_size;
	struct rawbpf__out out;

	if (!text)
		return -EFAULT;
	if (!size || text[size - 1])
		return vm_number(call, -EINVAL);
	out = rawbpf__out_begin(world->trace ? world->trace + used : NULL,
				world->trace ? world->trace_size - used : 0);
	if (vm_trace(vm, call, &out, text))
		return vm_number(call, -EINVAL);
	world->trace_length += out.length;
	return vm_number(call, (int64_t)out.length);
}
