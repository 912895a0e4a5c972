/* SPDX-License-Identifier: MIT */
/*
 * Entry sequences: the instructions before a program's body. They store arguments, results and
 * constants in typed slots on the stack. So the body is the same by each way to attach.
 *
 * Behind an entry sequence
 *
 *	r6            is the context, which was r1
 *	r10 + slot    is each value, in the slot's width and the machine's byte order
 *	r0-r5, r7     are lost
 *	r1            is the context as well, if the signature has no values
 *
 * SYSCALL_RAW_TP and SYSRET_RAW_TP also overwrite the 8 bytes at r10 - 8, before the slots and
 * objects get their values. Slots and objects may lie there.
 *
 * TP_BTF, FENTRY, FEXIT and LSM give pointers to structs that the verifier knows. Behind the entry
 * sequence the slot still holds such a pointer. The verifier rejects the program (-EACCES) if the
 * slot is narrower than 8 bytes, or `from` is less.
 *
 * 32-bit calls: the tracepoints of system calls do not see them. A raw tracepoint does, with numbers
 * of another table; these ways leave such calls out. Entry functions see them where both kinds of
 * tasks enter the same function, as on arm64: __arm64_sys_fchownat.
 */
#ifndef RAWBPF_INSN_ENTRY_H
#define RAWBPF_INSN_ENTRY_H

#include <rawbpf/syscall.h>
#include <stdbool.h>

#include "../base/private.h"

/* The ways to attach, and the context that the program gets. */
enum rawbpf__entry_way {
	RAWBPF__ENTRY_SYSCALL_TRACEPOINT, /* syscalls:sys_enter_NAME: fields of 8 bytes */
	RAWBPF__ENTRY_SYSCALL_RAW_TP,     /* sys_enter of all calls: registers, number */
	RAWBPF__ENTRY_SYSCALL_KPROBE,     /* a wrapper, as __x64_sys_NAME: argument 1 points to the
					   * caller's registers. KPROBE is for sys_NAME. */
	RAWBPF__ENTRY_SYSRET_TRACEPOINT,  /* syscalls:sys_exit_NAME */
	RAWBPF__ENTRY_SYSRET_RAW_TP,      /* sys_exit of all calls: registers, result */
	RAWBPF__ENTRY_SYSRET_KRETPROBE,   /* registers */
	RAWBPF__ENTRY_KPROBE,             /* registers, at the function's start */
	RAWBPF__ENTRY_KRETPROBE,
	RAWBPF__ENTRY_UPROBE,
	RAWBPF__ENTRY_URETPROBE,
	RAWBPF__ENTRY_RAW_TP,             /* the arguments as words of 8 bytes, as in all that follow */
	RAWBPF__ENTRY_TP_BTF,
	RAWBPF__ENTRY_FENTRY,
	RAWBPF__ENTRY_FEXIT,              /* the result follows the arguments */
	RAWBPF__ENTRY_LSM,
	RAWBPF__ENTRY_WAYS
};

enum rawbpf__entry_kind {
	RAWBPF__ENTRY_ARGUMENT,
	RAWBPF__ENTRY_RESULT,
	RAWBPF__ENTRY_CONSTANT
};

/* A value and its slot. */
struct rawbpf__entry_value {
	uint8_t kind;      /* enum rawbpf__entry_kind */
	uint8_t index;     /* of an argument, from 0; of fexit's RESULT: how many arguments there are */
	uint8_t width;     /* of the slot: 1, 2, 4 or 8 bytes; a narrow slot gets the low bytes */
	uint8_t from;      /* how many low bytes of the argument count: 1, 2, 4, 8; 0 is 8 */
	bool is_signed;    /* a slot wider than `from` is filled with copies of the sign, not 0 */
	int16_t slot;      /* offset from r10, < 0, a multiple of the width */
	int64_t constant;
};

/* A local object that is zeroed before the values are stored. */
struct rawbpf__entry_object {
	int16_t offset;    /* from r10, < 0 */
	uint16_t size;     /* in bytes */
};

/* What one place, or several calls of a raw tracepoint, offer to the body. */
struct rawbpf__entry_signature {
	const int *numbers; /* of system calls; only SYSCALL_RAW_TP and SYSRET_RAW_TP read them */
	unsigned number_count;
	const struct rawbpf__entry_value *values;
	unsigned value_count;
	const struct rawbpf__entry_object *objects;
	unsigned object_count;
};

struct rawbpf__entry {
	enum rawbpf__entry_way way;
	enum rawbpf_arch arch; /* not RAWBPF_ARCH_NATIVE; from RAW_TP on it does not matter */
	unsigned task_status;  /* only for SYSCALL_RAW_TP and SYSRET_RAW_TP on x86_64: the offset of
				* thread_info.status in struct task_struct, in bytes: 16, but 8
				* before Linux 5.11 */
	const struct rawbpf__entry_signature *signatures;
	unsigned signature_count; /* 1; a raw tracepoint of system calls may have several */
};

/*
 * Write the entry sequence for a machine of entry->arch. Return its length in slots, which may be
 * larger than `max`: then only the first `max` slots are written.
 *
 * A call of a raw tracepoint whose number is in no signature ends the program with r0 = 0. If a
 * number is in several signatures, the first one counts.
 *
 * -EINVAL     a way, kind, width, slot, object or count is not as described above; or the way has no
 *             result, or no arguments
 * -EOPNOTSUPP  the way's context is that of an architecture, and this one is unknown
 * -ERANGE     the argument's index is too large: 5 is the last one of a system call, 11 of others
 * -EOVERFLOW  a constant does not fit into its slot, neither as signed nor as unsigned
 * -E2BIG      a jump would be longer than 32767 slots
 */
RAWBPF__PRIVATE __attribute__((unused)) int rawbpf__entry(struct bpf_insn *out, unsigned max,
							   const struct rawbpf__entry *entry);

#endif
