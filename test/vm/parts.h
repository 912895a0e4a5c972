/* SPDX-License-Identifier: MIT */
/* The parts of test/vm/vm.c. Each asserts the facts of one part of the guest. */
#ifndef TEST_VM_PARTS_H
#define TEST_VM_PARTS_H

#include "boots.h"

/* Write Linux 5.10 as one number that compares. */
#define KERNEL(MAJOR, MINOR) ((MAJOR) << 8 | (MINOR))

/* A test runs once for each boot: boots[_i]. */
extern struct boot boots[];

unsigned kernel_of(struct boot *boot);
bool is_machine(struct boot *boot, const char *arch); /* `arch` is Debian's name */
bool has_retprobes(struct boot *boot);
bool is_left_out(struct boot *boot, const char *what); /* by left_out.h */
bool has_fprobe(struct boot *boot); /* links of many kprobes */

/* Add the tests of a part. */
void vm_attach_add(TCase *kernel, int boot);
void vm_commands_add(TCase *kernel, int boot);
void vm_entry_add(TCase *kernel, int boot);
void vm_errors_add(TCase *kernel, int boot);
void vm_examples_add(TCase *kernel, int boot);
void vm_inspect_add(TCase *kernel, int boot);
void vm_kprobes_add(TCase *kernel, int boot);
void vm_links_add(TCase *kernel, int boot);
void vm_machine_add(TCase *kernel, int boot);
void vm_modules_add(TCase *kernel, int boot);
void vm_perfbuf_add(TCase *kernel, int boot);
void vm_rewritten_add(TCase *kernel, int boot);
void vm_ring_add(TCase *kernel, int boot);
void vm_run_add(TCase *kernel, int boot);
void vm_snoop_add(TCase *kernel, int boot);
void vm_syscalls_add(TCase *kernel, int boot);
void vm_tool_add(TCase *kernel, int boot);
void vm_types_add(TCase *kernel, int boot);

#endif
