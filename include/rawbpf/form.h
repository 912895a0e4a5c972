/* SPDX-License-Identifier: MIT */
/*
 * One instruction in each of its forms: bytes, text, a page of words. Its validity, and its first
 * kernel.
 *
 * An instruction is a struct bpf_insn in this machine's byte order. rawbpf_insn_read() and
 * rawbpf_insn_write() convert for machines of the other order.
 *
 * Pure functions: no system call, no libc, no memory but the caller's.
 */
#ifndef RAWBPF_FORM_H
#define RAWBPF_FORM_H

#include <rawbpf/uapi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rawbpf_byte_order { RAWBPF_HOST_ORDER, RAWBPF_LITTLE_ENDIAN, RAWBPF_BIG_ENDIAN };

/* Convert between the 8 bytes of an instruction in a byte order and a struct bpf_insn. */
void rawbpf_insn_read(struct bpf_insn *insn, const void *bytes, enum rawbpf_byte_order order);
void rawbpf_insn_write(void *bytes, const struct bpf_insn *insn, enum rawbpf_byte_order order);

/* The form of text. */
enum rawbpf_dialect {
	RAWBPF_LLVM,   /* llvm-objdump's, with additions where that would not assemble back */
	RAWBPF_KERNEL, /* as the verifier's log and bpftool print it: "(07) r2 += -4" */
	RAWBPF_C       /* the macro of rawbpf/insn.h for it */
};

/*
 * Disassemble the first instruction of `insns`, of which `count` slots may be read. Write one line
 * without a newline, terminated; for bytes that are not an instruction, "invalid" and the bytes. If
 * `slots` is not NULL, *slots becomes 1, or 2 for a 64-bit load. If `label` is not NULL, it
 * replaces a jump's or local call's offset. Return the length of the whole text, as snprintf(3).
 */
size_t rawbpf_insn_format(char *text, size_t size, const struct bpf_insn *insns, unsigned count,
			  enum rawbpf_dialect dialect, const char *label, unsigned *slots);

/*
 * Check the encoding of an instruction. Return 0, or -EINVAL with *reason a sentence: opcode
 * unknown, a field that must be 0, register out of range, second slot missing... `count` slots may
 * be read.
 */
int rawbpf_insn_check(const struct bpf_insn *insns, unsigned count, const char **reason);

/* Return the first kernel that accepts the instruction, or the program: 5 << 8 | 12; or -EINVAL. */
int rawbpf_insn_kernel_find(const struct bpf_insn *insns, unsigned count);
int rawbpf_prog_kernel_find(const struct bpf_insn *insns, unsigned count);

/*
 * Return 1 if the kernel gives a program of these instructions the `tag`, 8 bytes, as in struct
 * bpf_prog_info; else 0. Descriptors of maps do not count. So a caller sees whether the program
 * that runs is the one it would load, and need not load it. Kernels hash with SHA-1, from 6.18 on
 * with SHA-256; the function tries both. CO-RE relocations change instructions before the kernel
 * makes the tag.
 */
int rawbpf_prog_tag_compare(const struct bpf_insn *insns, unsigned count, const void *tag);

/*
 * Explain the first instruction of `insns`, in lines that each end with a newline: its bytes in
 * `order`, its text, and each byte with its fields. The next lines give its effect, in words and as
 * a C expression. The last ones name its macro, its conformance group in RFC 9669 and its first
 * kernel. With `colour` not 0, ANSI colours distinguish the fields. Return the length of the whole
 * text, as snprintf(3).
 */
size_t rawbpf_insn_explain(char *text, size_t size, const struct bpf_insn *insns, unsigned count,
			   enum rawbpf_byte_order order, int colour, unsigned *slots);

/*
 * Explain a helper (BPF_FUNC_map_lookup_elem is 1): arguments by their registers, result, license,
 * program types that may call it, first kernel. Or explain the context of programs of a type
 * (BPF_PROG_TYPE_XDP): offset, size and name of each field that they may read or write. Both write
 * lines as rawbpf_insn_explain() does, of at most 80 columns, without colours. For an unknown
 * number they write one line that says so. Return the length of the whole text, as snprintf(3).
 */
size_t rawbpf_helper_explain(char *text, size_t size, unsigned helper);
size_t rawbpf_context_explain(char *text, size_t size, unsigned prog_type);

#ifdef __cplusplus
}
#endif
#endif
