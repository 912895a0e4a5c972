/* SPDX-License-Identifier: MIT */
/*
 * One instruction in each of its forms: bytes, text, a page of words. Is it
 * valid, and since which kernel?
 *
 * An instruction is a struct bpf_insn in this machine's byte order. For machines
 * of the other order rawbpf_insn_read() and rawbpf_insn_write() convert.
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

/* Between the 8 bytes of an instruction in a given byte order and a struct bpf_insn. */
void rawbpf_insn_read(struct bpf_insn *insn, const void *bytes, enum rawbpf_byte_order order);
void rawbpf_insn_write(void *bytes, const struct bpf_insn *insn, enum rawbpf_byte_order order);

/* How text looks. */
enum rawbpf_dialect {
	RAWBPF_LLVM,   /* llvm-objdump's; what is ambiguous there, so that it assembles back */
	RAWBPF_KERNEL, /* as the verifier's log and bpftool print it: "(07) r2 += -4" */
	RAWBPF_C       /* the macro of rawbpf/insn.h that makes it */
};

/*
 * Disassemble the first instruction of `insns`, of which `count` slots may be
 * read. Writes one line without a newline, terminated; any bytes get an answer
 * ("invalid" and the bytes). Returns the length of the whole text, as
 * snprintf(3). *slots, if not NULL, becomes 1, or 2 for a 64-bit load.
 * `label`, if not NULL, is printed in place of a jump's or local call's offset.
 */
size_t rawbpf_insn_format(char *text, size_t size, const struct bpf_insn *insns, unsigned count,
			  enum rawbpf_dialect dialect, const char *label, unsigned *slots);

/*
 * 0, or -EINVAL with *reason a sentence: opcode unknown, a field that must be 0,
 * register out of range, second slot missing... `count` slots may be read.
 */
int rawbpf_insn_check(const struct bpf_insn *insns, unsigned count, const char **reason);

/* First kernel that takes the instruction, or a program: 5 << 8 | 12. -EINVAL: not valid. */
int rawbpf_insn_kernel_find(const struct bpf_insn *insns, unsigned count);
int rawbpf_prog_kernel_find(const struct bpf_insn *insns, unsigned count);

/*
 * Explain the first instruction of `insns`, over several lines, each ended by a
 * newline: its bytes in `order` and text; each byte with its fields; what it does,
 * in words and as a C expression; the macro that writes it; conformance group of
 * RFC 9669 and first kernel. With `colour` not 0, ANSI colours tell the fields apart.
 * Returns the length of the whole text, as snprintf(3).
 */
size_t rawbpf_insn_explain(char *text, size_t size, const struct bpf_insn *insns, unsigned count,
			   enum rawbpf_byte_order order, int colour, unsigned *slots);

/*
 * What is known of a helper (BPF_FUNC_map_lookup_elem is 1): arguments by their registers, result,
 * license, program types that may call it, first kernel. And of the context that programs of a type
 * (BPF_PROG_TYPE_XDP) start with: offset, size and name of each field that they may read or write.
 * Both as rawbpf_insn_explain() prints, no line longer than 80 columns, no colours. A number that is
 * none gets a line that says so. They return the length of the whole text, as snprintf(3).
 */
size_t rawbpf_helper_explain(char *text, size_t size, unsigned helper);
size_t rawbpf_context_explain(char *text, size_t size, unsigned prog_type);

#ifdef __cplusplus
}
#endif
#endif
