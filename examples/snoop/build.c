/* SPDX-License-Identifier: MIT */
/* Pieces of programs that the snoop tools share. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "snoop.h"

#define EMIT(...) rawbpf_build_emit(&code->build, __VA_ARGS__)

/*
 * Byte offsets into the registers, struct pt_regs (rawbpf_kprobe(3)). The first argument of a
 * function and its result are there. A system call has six arguments, in its caller's registers.
 *
 * A 32-bit program has its own system call numbers, in which 161 is not chroot. A u32 in the
 * caller's registers or in the task tells such a program. (On s390x the numbers are the same.)
 */
#if defined(__x86_64__)
enum { FUNCTION_ARGUMENT = 112, FUNCTION_RESULT = 80 };
static const int call_arguments[6] = { 112, 104, 96, 56, 72, 64 };
/*
 * thread_info.status & TS_COMPAT, also set by a 64-bit program's int 0x80; 8 bytes further since
 * 5.11
 */
enum { COMPAT_IN_TASK = 1, COMPAT_OFFSET = 16, COMPAT_MASK = 2, COMPAT_VALUE = 2 };
#elif defined(__aarch64__)
enum { FUNCTION_ARGUMENT = 0, FUNCTION_RESULT = 0 };
static const int call_arguments[6] = { 272, 8, 16, 24, 32, 40 };
/* pstate: the CPU was in 32-bit mode */
enum { COMPAT_IN_TASK = 0, COMPAT_OFFSET = 264, COMPAT_MASK = 16, COMPAT_VALUE = 16 };
#elif defined(__s390x__)
enum { FUNCTION_ARGUMENT = 40, FUNCTION_RESULT = 40 };
static const int call_arguments[6] = { 152, 48, 56, 64, 72, 80 };
enum { COMPAT_IN_TASK = 0, COMPAT_OFFSET = 0, COMPAT_MASK = 0, COMPAT_VALUE = 0 };
#elif defined(__riscv) && __riscv_xlen == 64
enum { FUNCTION_ARGUMENT = 80, FUNCTION_RESULT = 80 };
static const int call_arguments[6] = { 280, 88, 96, 104, 112, 120 };
/* status.UXL: 1 is 32 bits */
enum { COMPAT_IN_TASK = 0, COMPAT_OFFSET = 260, COMPAT_MASK = 3, COMPAT_VALUE = 1 };
#else
#error "where are this architecture's system call arguments? see man/rawbpf_kprobe.3"
#endif

void snoop_build_begin(struct snoop_code *code)
{
	EMIT(BPF_MOV64_REG(BPF_REG_6, BPF_REG_1));
}

void snoop_build_end(struct snoop_code *code)
{
	rawbpf_build_label(&code->build, "out");
	EMIT(BPF_MOV64_IMM(BPF_REG_0, 0),
	     BPF_EXIT_INSN());
}

void snoop_build_count(struct snoop_code *code, enum snoop_count what)
{
	rawbpf_build_map_value_emit(&code->build, BPF_REG_1, "counts", what * sizeof(uint64_t));
	EMIT(BPF_MOV64_IMM(BPF_REG_2, 1),
	     BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0));
}

void snoop_build_filter_pid(struct snoop_code *code, const char *label)
{
	if (!code->options->pid)
		return;
	EMIT(BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),      /* the process's id << 32 | ... */
	     BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32));
	rawbpf_build_jump(&code->build, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, (int)code->options->pid, 0),
			  label);
}

/* Compare all 16 bytes: the bytes behind the NUL are 0, too. */
void snoop_build_filter_comm(struct snoop_code *code, unsigned reg, int offset, const char *label)
{
	uint64_t words[SNOOP_COMM / sizeof(uint64_t)];
	unsigned i;

	if (!code->options->comm[0])
		return;
	memcpy(words, code->options->comm, sizeof words);
	for (i = 0; i < RAWBPF_COUNT(words); i++) {
		EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_1, reg,
				 offset + (int)offsetof(struct snoop_head, comm) + 8 * (int)i),
		     BPF_LD_IMM64(BPF_REG_2, words[i]));
		rawbpf_build_jump(&code->build, BPF_JMP_REG(BPF_JNE, BPF_REG_1, BPF_REG_2, 0),
				  label);
	}
}

/* reg = the registers of the caller, at the start of the system call. */
static void build_caller(struct snoop_code *code, unsigned reg)
{
	EMIT(BPF_LDX_MEM(BPF_DW, reg, BPF_REG_6,
			 code->way == SNOOP_KPROBE ? FUNCTION_ARGUMENT : 0));
}

/* Copy `size` bytes from r3 + offset to the stack. */
static void build_read(struct snoop_code *code, int offset, int size, int to)
{
	EMIT(BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, offset),
	     BPF_MOV64_IMM(BPF_REG_2, size),
	     BPF_MOV64_REG(BPF_REG_1, BPF_REG_10),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, to),
	     BPF_EMIT_CALL(BPF_FUNC_probe_read_kernel));        /* (r10 + to, size, r3) */
}

static int is_before_5_11(void)
{
	struct utsname name;
	unsigned major, minor;

	return uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	       (major < 5 || (major == 5 && minor < 11));
}

/* This uses r10 - 8, where the key will be. */
void snoop_build_filter_compat(struct snoop_code *code)
{
	int offset = COMPAT_OFFSET - (COMPAT_IN_TASK && is_before_5_11() ? 8 : 0);

	if (!COMPAT_MASK)
		return;
	if (COMPAT_IN_TASK)
		EMIT(BPF_EMIT_CALL(BPF_FUNC_get_current_task),
		     BPF_MOV64_REG(BPF_REG_3, BPF_REG_0));
	else
		build_caller(code, BPF_REG_3);
	build_read(code, offset, 4, -8);
	EMIT(BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_10, -8),
	     BPF_ALU64_IMM(BPF_AND, BPF_REG_1, COMPAT_MASK));
	rawbpf_build_jump(&code->build, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, COMPAT_VALUE, 0), "out");
}

void snoop_build_argument(struct snoop_code *code, unsigned n, int to)
{
	if (code->way == SNOOP_TRACEPOINT) {
		EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, 16 + 8 * (int)n),
		     BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, to));
		return;
	}
	build_caller(code, BPF_REG_3);
	build_read(code, call_arguments[n], 8, to);
}

void snoop_build_result(struct snoop_code *code, unsigned reg)
{
	static const int offsets[SNOOP_WAYS] = {
		[SNOOP_KPROBE] = FUNCTION_RESULT,
		[SNOOP_TRACEPOINT] = 16,
		[SNOOP_RAW_TRACEPOINT] = 8, /* ctx[1] */
	};

	EMIT(BPF_LDX_MEM(BPF_DW, reg, BPF_REG_6, offsets[code->way]));
}

/* Store the task as the key. It stays the same in an execve(2), where a thread may get another id. */
void snoop_build_task(struct snoop_code *code)
{
	EMIT(BPF_EMIT_CALL(BPF_FUNC_get_current_task),
	     BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_0, -8));
}

/* r1 = the map, r2 = &key: the beginning of every map call */
static void build_memory(struct snoop_code *code)
{
	rawbpf_build_map_emit(&code->build, BPF_REG_1, "memory");
	EMIT(BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -8));
}

/* Store values. If the map is full, count the missing record as lost. */
void snoop_build_remember(struct snoop_code *code, unsigned reg, int offset)
{
	struct rawbpf_build *b = &code->build;

	build_memory(code);
	EMIT(BPF_MOV64_REG(BPF_REG_3, reg),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, offset),
	     BPF_MOV64_IMM(BPF_REG_4, BPF_ANY),
	     BPF_EMIT_CALL(BPF_FUNC_map_update_elem));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 0), "1f");
	snoop_build_count(code, SNOOP_BEGUN);
	rawbpf_build_jump(b, BPF_JMP_A(0), "2f");
	rawbpf_build_label(b, "1");
	snoop_build_count(code, SNOOP_PRODUCED);
	snoop_build_count(code, SNOOP_REFUSED);
	rawbpf_build_label(b, "2");
}

void snoop_build_recall(struct snoop_code *code, unsigned reg)
{
	build_memory(code);
	EMIT(BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem));
	rawbpf_build_jump(&code->build, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "out");
	EMIT(BPF_MOV64_REG(reg, BPF_REG_0));
	snoop_build_count(code, SNOOP_ENDED);
}

/*
 * Get room for a record that is too large for the stack of 512 bytes: a map's value for each CPU.
 * The kernel does not start a program on a CPU where it already runs.
 */
void snoop_build_scratch(struct snoop_code *code, const char *label)
{
	EMIT(BPF_ST_MEM(BPF_W, BPF_REG_10, -16, 0));            /* key 0 */
	rawbpf_build_map_emit(&code->build, BPF_REG_1, "scratch");
	EMIT(BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -16),
	     BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem));
	rawbpf_build_jump(&code->build, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), label);
	EMIT(BPF_MOV64_REG(BPF_REG_8, BPF_REG_0));
}

#define HEAD(FIELD) (offset + (int)offsetof(struct snoop_head, FIELD))

void snoop_build_head(struct snoop_code *code, unsigned reg, int offset)
{
	EMIT(BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns),
	     BPF_STX_MEM(BPF_DW, reg, BPF_REG_0, HEAD(time)),
	     BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),      /* process << 32 | thread */
	     BPF_STX_MEM(BPF_W, reg, BPF_REG_0, HEAD(tid)),
	     BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
	     BPF_STX_MEM(BPF_W, reg, BPF_REG_0, HEAD(pid)),
	     BPF_ST_MEM(BPF_DW, reg, HEAD(comm), 0),            /* some kernels end it with a NUL */
	     BPF_ST_MEM(BPF_DW, reg, HEAD(comm) + 8, 0),        /* and leave the rest as it was */
	     BPF_MOV64_REG(BPF_REG_1, reg),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, HEAD(comm)),
	     BPF_MOV64_IMM(BPF_REG_2, SNOOP_COMM),
	     BPF_EMIT_CALL(BPF_FUNC_get_current_comm));         /* (&comm, 16 bytes) */
}

void snoop_build_path(struct snoop_code *code, int path, int length)
{
	struct rawbpf_build *b = &code->build;

	EMIT(BPF_MOV64_IMM(BPF_REG_2, SNOOP_PATH),
	     BPF_MOV64_REG(BPF_REG_1, BPF_REG_8),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, path),
	     BPF_EMIT_CALL(BPF_FUNC_probe_read_user_str),       /* (&path, 4096 bytes, r3) */
	     BPF_MOV64_REG(BPF_REG_9, BPF_REG_0));
	/* The helper returns the length with the NUL. For "", some kernels return 0. */
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_9, 0, 0), "1f");
	EMIT(BPF_MOV64_IMM(BPF_REG_9, 1));
	rawbpf_build_label(b, "1");
	EMIT(BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_9, length));
	/* As an unsigned number an errno is very large: one comparison for both. */
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JLE, BPF_REG_9, SNOOP_PATH, 0), "1f");
	EMIT(BPF_MOV64_IMM(BPF_REG_9, 0));
	rawbpf_build_label(b, "1");
	EMIT(BPF_ALU64_IMM(BPF_ADD, BPF_REG_9, path));
}

void snoop_build_count_unreadable(struct snoop_code *code, int length)
{
	EMIT(BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_8, length));
	rawbpf_build_jump(&code->build, BPF_JMP32_IMM(BPF_JSGE, BPF_REG_1, 0, 0), "1f");
	snoop_build_count(code, SNOOP_UNREADABLE);
	rawbpf_build_label(&code->build, "1");
}

static void build_forget(struct snoop_code *code)
{
	rawbpf_build_label(&code->build, "forget");
	build_memory(code);
	EMIT(BPF_EMIT_CALL(BPF_FUNC_map_delete_elem));
}

void snoop_build_send(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	snoop_build_count(code, SNOOP_PRODUCED);
	if (code->transport == SNOOP_RING) {
		rawbpf_build_map_emit(b, BPF_REG_1, "events");
		EMIT(BPF_MOV64_REG(BPF_REG_2, BPF_REG_8),
		     BPF_MOV64_REG(BPF_REG_3, BPF_REG_9),
		     BPF_MOV64_IMM(BPF_REG_4, 0),               /* wake the reader if it waits */
		     BPF_EMIT_CALL(BPF_FUNC_ringbuf_output));   /* (map, record, size, flags) */
	} else {
		rawbpf_build_map_emit(b, BPF_REG_2, "events");
		EMIT(BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		     BPF_MOV32_IMM(BPF_REG_3, -1),              /* BPF_F_CURRENT_CPU */
		     BPF_MOV64_REG(BPF_REG_4, BPF_REG_8),
		     BPF_MOV64_REG(BPF_REG_5, BPF_REG_9),
		     BPF_EMIT_CALL(BPF_FUNC_perf_event_output)); /* (ctx, map, cpu, record, size) */
	}
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "1f");
	snoop_build_count(code, SNOOP_REFUSED);
	rawbpf_build_label(b, "1");
	build_forget(code);
}

void snoop_build_return(struct snoop_code *code)
{
	snoop_build_task(code);
	snoop_build_recall(code, BPF_REG_7);
	snoop_build_scratch(code, "forget");
	snoop_build_head(code, BPF_REG_8, 0);
	snoop_build_filter_comm(code, BPF_REG_8, 0, "forget");
	snoop_build_result(code, BPF_REG_1);
}
