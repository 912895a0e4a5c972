/* SPDX-License-Identifier: MIT */
/* The guest's parts. Each prints its facts. */
#ifndef VM_GUEST_H
#define VM_GUEST_H

void fact_text(const char *name, const char *value);
__attribute__((format(printf, 2, 3))) void fact(long long value, const char *format, ...);

/* 1 if this boot is for the parts that it names. These then try everything. */
extern int guest_asked_part;

/* The kernel's version: 0x60c for 6.12. */
extern unsigned guest_kernel_number;

/* Return how many of our events tracefs has, or -1 without tracefs. */
int guest_events(void);

/* Is a part or a test left out on this kernel, by left_out.h? */
int guest_leaves_out(const char *what);

/* Run a part in a process of its own, whose mounts, namespaces and descriptors go with it. */
void in_child(void (*part)(void));

/* Run a test of Check unchanged, if it was built for this machine. Its status is the fact. */
void test_as_it_is(const char *program, const char *name);

/* Run /bin/rawbpf; `out` gets what it prints. Returns its status, or -1. */
int guest_tool_run(char *out, unsigned long size, const char *const *arguments);

/*
 * Switch the JIT of riscv64 on or off; Debian leaves it off there. Without it Linux 6.12 answers
 * bpf_get_smp_processor_id() with 0 on each CPU: the verifier leaves the call to the JIT.
 */
void guest_jit(int on);

/* The parts in files of their own. */
void guest_answers(void);
void guest_api(void);
void guest_attach(void);
void guest_capabilities(void);
void guest_causes(void);
void guest_commands(void);
void guest_cpu(void);
void guest_doctor(void);
void guest_entry(void);
void guest_helpers(void);
void guest_inspect(void);
void guest_kprobes(void);
void guest_links(void);
void guest_machine(void);
void guest_modules(void);
void guest_objects(void);
void guest_perf_events(void);
void guest_perfbuf(void);
void guest_programs(void);
void guest_rejected(void);
void guest_rewritten(void);
void guest_ring(void);
void guest_run(void);
void guest_snoop(void);
void guest_syscalls(void);
void guest_taught(void);
void guest_task32(void);
void guest_tool(void);
void guest_tracefs(void);
void guest_types(void);

#endif
