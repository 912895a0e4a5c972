/* SPDX-License-Identifier: MIT */
/* Helpers that format numbers and strings: snprintf, trace_printk, trace_vprintk. */
#include "../base/out.h"
#include "../base/put.h"
#include "machine.h"
#include "vm_helper.h"

enum { VM_FORMAT_ARGUMENTS = 12, VM_FORMAT_WIDTH = 1023 };

/* A conversion: %[flags][width][l|ll]letter, or %pks, %pus, %px. The width is at most 1023. */
struct vm_conversion {
	char letter;            /* c d i u x X p s */
	char sign;              /* '+' or ' ' before a number that is not negative; or 0 */
	int zeros, left, longs;
	unsigned width;
};

/* Read a conversion behind its '%'. Return the text behind it, or NULL: there is no such one. */
static const char *vm_conversion_read(struct vm_conversion *to, const char *text)
{
	__builtin_memset(to, 0, sizeof(*to));
	for (; *text == '0' || *text == '+' || *text == '-' || *text == ' '; text++) {
		to->zeros |= *text == '0';
		to->left |= *text == '-';
		if (*text == '+' || (*text == ' ' && !to->sign))
			to->sign = *text;
	}
	for (; *text >= '0' && *text <= '9'; text++) {
		to->width = to->width * 10 + (unsigned)(*text - '0');
		if (to->width > VM_FORMAT_WIDTH)
			return NULL;
	}
	for (; *text == 'l' && to->longs < 2; to->longs++)
		text++;
	to->letter = *text++;
	switch (to->letter) {
	case 'p':
		if ((*text == 'k' || *text == 'u') && text[1] == 's') {
			to->letter = 's';
			text++;
		}
		text += *text == 'x' || to->letter == 's';
		/* fall through */
	case 's':
	case 'c':
		return to->longs ? NULL : text;
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
		return text;
	default:
		return NULL;
	}
}

/* Append the digits of a number, with its sign, to the width of the conversion. */
static void vm_number_out(struct rawbpf__out *out, const struct vm_conversion *conversion,
			  const char *digits, size_t length, char sign)
{
	size_t taken = length + (sign != 0), blanks = 0;

	if (conversion->width > taken)
		blanks = conversion->width - taken;
	if (!conversion->left && !conversion->zeros)
		rawbpf__out_repeat(out, ' ', blanks);
	if (sign)
		rawbpf__out_byte(out, sign);
	if (!conversion->left && conversion->zeros)
		rawbpf__out_repeat(out, '0', blanks);
	rawbpf__out_bytes(out, digits, length);
	if (conversion->left)
		rawbpf__out_repeat(out, ' ', blanks);
}

/* Append a number: d, i, u, x, X, and p, which has 16 digits. */
static void vm_argument_number(struct rawbpf__out *out, struct vm_conversion *conversion,
			       uint64_t number)
{
	char digits[20 + RAWBPF__PUT_SLACK], sign = 0, *end, *at;
	int is_signed = conversion->letter == 'd' || conversion->letter == 'i';

	if (conversion->letter == 'p') {
		conversion->zeros |= !conversion->width;
		conversion->width = conversion->width ? conversion->width : 16;
	} else if (!conversion->longs) {
		number = is_signed ? (uint64_t)(int64_t)(int32_t)number : (uint32_t)number;
	}
	if (is_signed) {
		sign = (int64_t)number < 0 ? '-' : conversion->sign;
		number = (int64_t)number < 0 ? 0 - number : number;
	}
	end = is_signed || conversion->letter == 'u' ? rawbpf__put_dec(digits, number)
						     : rawbpf__put_hex(digits, number);
	for (at = digits; conversion->letter == 'X' && at < end; at++)
		if (*at >= 'a')
			*at ^= 0x20;
	vm_number_out(out, conversion, digits, (size_t)(end - digits), sign);
}

/* Return the string at a program's address, or NULL with a trap: its NUL is not there. */
static const char *vm_string(struct rawbpf_vm *vm, uint64_t address, size_t *length)
{
	const char *byte;

	*length = 0;
	while ((byte = rawbpf_vm_memory_get(vm, address + *length, 1, RAWBPF_VM_READ)) && *byte)
		++*length;
	return byte ? rawbpf_vm_memory_get(vm, address, *length + 1, RAWBPF_VM_READ) : NULL;
}

/* Append a string, or a character, to the width of the conversion. */
static void vm_argument_text(struct rawbpf_vm *vm, struct rawbpf__out *out,
			     struct vm_conversion *conversion, uint64_t argument)
{
	const char character = (char)argument, *text = &character;
	size_t length = 1;

	if (conversion->letter == 's') {
		text = vm_string(vm, argument, &length);
		if (!text) { /* as in the kernel, the program does not trap */
			vm->trap = (struct rawbpf_vm_trap){ .kind = RAWBPF_VM_NO_TRAP };
			length = 0;
		}
	}
	conversion->zeros = 0;
	vm_number_out(out, conversion, text, length, 0);
}

/* Blanks are none, and so are bytes above 127, from Linux 6.15 on. */
static int vm_is_control(char byte)
{
	return (unsigned char)byte == 127 ||
	       ((unsigned char)byte < ' ' && (byte < '\t' || byte > '\r'));
}

/* Format the text, which ends at its NUL, with the arguments. -EINVAL: they do not fit. */
static int vm_format(struct rawbpf_vm *vm, struct rawbpf__out *out, const char *text,
		     const uint64_t *arguments, uint64_t count)
{
	struct vm_conversion conversion;

	while (*text) {
		if (vm_is_control(*text))
			return -EINVAL;
		if (*text != '%' || *++text == '%') {
			rawbpf__out_byte(out, *text++);
			continue;
		}
		text = vm_conversion_read(&conversion, text);
		if (!text || !count)
			return -EINVAL;
		count--;
		if (conversion.letter == 's' || conversion.letter == 'c')
			vm_argument_text(vm, out, &conversion, *arguments++);
		else
			vm_argument_number(out, &conversion, *arguments++);
	}
	return 0;
}

/* ------------------------------------------------------------------------------- helpers */

/*
 * Read an array of arguments, of r4's address and r5's bytes, or another two. Return their number,
 * a negative errno for the program, or -EFAULT with a trap.
 */
static int vm_arguments_read(struct rawbpf_vm *vm, uint64_t *arguments, uint64_t address,
			     uint32_t size)
{
	const unsigned char *from;
	unsigned i, count = size / 8;

	if (size % 8 || count > VM_FORMAT_ARGUMENTS || (size && !address))
		return -EINVAL;
	from = rawbpf_vm_memory_get(vm, address, size, RAWBPF_VM_READ);
	for (i = 0; from && i < count; i++) {
		__builtin_memcpy(&arguments[i], from + 8 * i, 8);
		if (vm->swap)
			arguments[i] = __builtin_bswap64(arguments[i]);
	}
	return from ? (int)count : -EFAULT;
}

/* Format a text of r1 and r2 into the trace. A negative `count` is an error that stands already. */
static int vm_trace(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context,
		    const uint64_t *arguments, int count)
{
	struct rawbpf_vm_world *world = context;
	uint64_t size = (uint32_t)call->args[1], i = 0;
	const char *text = rawbpf_vm_memory_get(vm, call->args[0], size, RAWBPF_VM_READ);
	size_t used = world->trace_length < world->trace_size ? world->trace_length :
								world->trace_size;
	struct rawbpf__out out;

	if (!text)
		return -EFAULT;
	while (i < size && text[i])
		i++;
	if (i == size || count < 0)
		return vm_number(call, -EINVAL);
	out = rawbpf__out_begin(world->trace ? world->trace + used : NULL,
				world->trace ? world->trace_size - used : 0);
	if (vm_format(vm, &out, text, arguments, (uint64_t)count))
		return vm_number(call, -EINVAL);
	world->trace_length += out.length;
	return vm_number(call, (int64_t)out.length);
}

RAWBPF__PRIVATE int rawbpf__vm_trace_printk(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					    void *context)
{
	return vm_trace(vm, call, context, call->args + 2, 3);
}

RAWBPF__PRIVATE int rawbpf__vm_trace_vprintk(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					     void *context)
{
	uint64_t arguments[VM_FORMAT_ARGUMENTS];
	int count = vm_arguments_read(vm, arguments, call->args[2], (uint32_t)call->args[3]);

	return count == -EFAULT ? count : vm_trace(vm, call, context, arguments, count);
}

/* Format r3 with r5 bytes of arguments at r4, to r2 bytes at r1. The NUL counts. */
RAWBPF__PRIVATE int rawbpf__vm_snprintf(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					void *context)
{
	uint64_t arguments[VM_FORMAT_ARGUMENTS];
	uint32_t size = (uint32_t)call->args[1];
	char *to = rawbpf_vm_memory_get(vm, call->args[0], size, RAWBPF_VM_WRITE);
	int count = vm_arguments_read(vm, arguments, call->args[3], (uint32_t)call->args[4]);
	struct rawbpf__out out;
	const char *text;
	size_t length;

	(void)context;
	if (!to || count == -EFAULT)
		return -EFAULT;
	text = vm_string(vm, call->args[2], &length);
	if (!text)
		return -EFAULT;
	if (count < 0)
		return vm_number(call, count);
	out = rawbpf__out_begin(to, size);
	if (vm_format(vm, &out, text, arguments, (uint64_t)count))
		return vm_number(call, -EINVAL);
	return vm_number(call, (int64_t)out.length + 1);
}
