/* SPDX-License-Identifier: MIT */
/*
 * The assembler: text to instructions. Pure functions: no system call, no libc, no memory but the
 * caller's. rawbpf/form.h disassembles.
 */
#ifndef RAWBPF_TEXT_H
#define RAWBPF_TEXT_H

#include <rawbpf/uapi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * THE TEXT. Instructions are written as LLVM writes them or as the kernel prints them, in any
 * mixture. ';' separates several on a line. Comments: #, //, and C's.
 *
 *	.map counts array 4 8 16	a map: NAME TYPE KEY_SIZE VALUE_SIZE MAX_ENTRIES [FLAGS];
 *					TYPE as in BPF_MAP_TYPE_*, in small letters, or a number
 *	.set KEY, -4			a constant, from here on: in place of a number, and in sums
 *	.byte 0xb7, 0; .long 5		data: .byte, .short, .long and .quad, up to whole slots
 *	start:				a label of the next slot; any word but r1 and the like
 *	*(u32 *)(r10 + KEY) = 0		a register's width is LLVM's, or the kernel's (r for both)
 *	r1 = map counts			two slots, src BPF_PSEUDO_MAP_FD, imm = index of the map
 *	call map_lookup_elem		a label, if one has that name, else a helper, with "bpf_"
 *					or without; also call 1, call pc+3, call some_kfunc#7185
 *	if r0 == 0 goto out		or goto +3, goto -2, goto pc+1; likewise gotol, may_goto
 *	r2 = callback ll		a function's address (BPF_PSEUDO_FUNC), if it is no constant
 *	r1 = 0x1f + 'a' - 0b11		numbers: 10, 0x1f, 0b11, 0o17 or 017, 'a', '\n'; from
 *					-2147483648 to 4294967295 where there are 32 bits;
 *					64 have "r1 = 0x123456789 ll"
 *
 * The assembler also accepts listings:
 *
 * - "12:" before an instruction; these numbers must be consecutive
 * - "(07)", the opcode, which the instruction must then have ("(18) r1 = 0x5" has two slots);
 *   after it ';' begins a comment
 * - a line that begins with ';', and the verifier's lines of registers
 * - objdump's column of bytes, which decide, and which the text must not contradict
 * - objdump's "<label+0x8>" and "0000000000000010 <label>:", both with and without numbers
 * - objdump's relocations, which are skipped
 *
 * A log that follows a call ("caller:") cannot be assembled: its numbers are not consecutive.
 */

/* A mistake in a text and its place: lines and columns count from 1, columns in bytes. */
struct rawbpf_text_error {
	unsigned line;
	unsigned column;
	unsigned width;     /* bytes to underline, 1 or more */
	unsigned is_warning; /* 1: the text is assembled, but may not mean what its author thinks */
	char message[116];  /* terminated, printable: the mistake, and the expected text */
};

/* A map that the text declares. */
struct rawbpf_text_map {
	char name[16];
	unsigned type, key_size, value_size, max_entries, flags;
};

/* A text to assemble: the caller's buffers, and the results. */
struct rawbpf_text {
	const char *text;                   /* need not be terminated; any bytes */
	size_t length;
	struct bpf_insn *insns;             /* out: `max` slots */
	unsigned max;
	unsigned *lines;                    /* out, or NULL: source line of each slot */
	struct rawbpf_text_map *maps;       /* out: map i, for references with imm i */
	unsigned map_max;
	struct rawbpf_text_error *errors;   /* out: the first `error_max`, in their order */
	unsigned error_max;
	struct rawbpf_text_error *warnings; /* out: the first `warning_max`, likewise */
	unsigned warning_max;
	void *scratch;                      /* for labels: rawbpf_text_scratch_size() bytes */
	size_t scratch_size;

	unsigned count;                     /* out: slots needed, even if more than `max` */
	unsigned map_count;                 /* out: likewise */
	unsigned error_count;               /* out: including those beyond error_max */
	unsigned warning_count;             /* out: likewise; warnings change no result */
};

/* Return the size of scratch for a text: about 20 times its length, or 10 times if it is long. */
size_t rawbpf_text_scratch_size(size_t length);

/*
 * Assemble a text. Return the number of slots, or
 *
 * -EINVAL  the text has errors, at most one for each statement; `errors` has the first ones
 * -ENOSPC  `insns` or `maps` is too small (`count` and `map_count` are the sizes needed), or
 *          `scratch` is
 * -E2BIG   the text is longer than 256 MB
 */
int rawbpf_text_parse(struct rawbpf_text *text);

/*
 * Write one error for people, with two more lines that mark the place:
 *
 *	drop.s:7:14: error: r11 is not a register; programs have r0 to r10
 *	    if r0 == r11 goto out
 *	             ^~~
 *
 * `file` may be NULL. Tabs stay; other bytes that are not printable ASCII become \xNN. A long line
 * is shown only around the error. Return the length of the whole text, as snprintf(3).
 */
size_t rawbpf_text_error_format(char *buffer, size_t size, const char *file, const char *text,
				size_t length, const struct rawbpf_text_error *error);

#ifdef __cplusplus
}
#endif
#endif
