/* SPDX-License-Identifier: MIT */
/*
 * The programs for the kernel.
 *
 * A program can be sure to read the path only when the call returns. Before the kernel itself reads
 * it, the path may lie in a page that is not in memory yet. But at the return the registers no
 * longer hold its address. So there are two programs. The first runs at the start of the call and
 * stores the address in a hash. The key is the calling task. The second runs at the return. It
 * looks the address up, reads the path, and sends it with the result.
 *
 * program_build() at the end has their outline; the functions before it are its lines. In all of
 * them r6 is the context, and they overwrite r0 to r5. The stack, which ends at r10, holds
 *
 *	r10 - 8   the task, the key of the hash
 *	r10 - 16  at the start of a call: the address of the path, the value in the hash
 *	          at its return: 0, the key of "scratch"
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "chrootsnoop.h"

#define EMIT(...) rawbpf_build_emit(b, __VA_ARGS__)

/* The offset of a member of the record, to which r8 points. */
#define RECORD(MEMBER) ((int)offsetof(struct record, MEMBER))

/*
 * Byte offsets into the registers, struct pt_regs (rawbpf_kprobe(3)). The first argument of a
 * function and its result are there. The first argument of a system call is in its caller's
 * registers.
 *
 * A 32-bit program has its own system call numbers, in which 161 is not chroot. A u32 in the
 * caller's registers or in the task tells such a program. (On s390x the numbers are the same.)
 */
#if defined(__x86_64__)
enum { FUNCTION_ARGUMENT = 112, FUNCTION_RESULT = 80, CALL_ARGUMENT = 112 };
/*
 * thread_info.status & TS_COMPAT, also set by a 64-bit program's int 0x80; 8 bytes further since
 * 5.11
 */
enum { COMPAT_IN_TASK = 1, COMPAT_OFFSET = 16, COMPAT_MASK = 2, COMPAT_VALUE = 2 };
#elif defined(__aarch64__)
enum { FUNCTION_ARGUMENT = 0, FUNCTION_RESULT = 0, CALL_ARGUMENT = 272 };
/* pstate: the CPU was in 32-bit mode */
enum { COMPAT_IN_TASK = 0, COMPAT_OFFSET = 264, COMPAT_MASK = 16, COMPAT_VALUE = 16 };
#elif defined(__s390x__)
enum { FUNCTION_ARGUMENT = 40, FUNCTION_RESULT = 40, CALL_ARGUMENT = 152 };
enum { COMPAT_IN_TASK = 0, COMPAT_OFFSET = 0, COMPAT_MASK = 0, COMPAT_VALUE = 0 };
#elif defined(__riscv) && __riscv_xlen == 64
enum { FUNCTION_ARGUMENT = 80, FUNCTION_RESULT = 80, CALL_ARGUMENT = 280 };
/* status.UXL: 1 is 32 bits */
enum { COMPAT_IN_TASK = 0, COMPAT_OFFSET = 260, COMPAT_MASK = 3, COMPAT_VALUE = 1 };
#else
#error "where are this architecture's system call arguments? see man/rawbpf_kprobe.3"
#endif

/* counts[what]++ */
static void build_count(struct rawbpf_build *b, enum count what)
{
	rawbpf_build_map_value_emit(b, BPF_REG_1, "counts", what * sizeof(uint64_t));
	EMIT(BPF_MOV64_IMM(BPF_REG_2, 1),
	     BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0));
}

/* ------------------------------------------------------------------- the start of a call */

/* Copy `size` bytes from r3 + offset to the stack. */
static void build_read(struct rawbpf_build *b, int offset, int size, int to)
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

/* Go to "out" if a 32-bit program makes the call. This uses r10 - 8, where the key will be. */
static void build_filter_compat(struct rawbpf_build *b)
{
	int offset = COMPAT_OFFSET - (COMPAT_IN_TASK && is_before_5_11() ? 8 : 0);

	if (!COMPAT_MASK)
		return;
	if (COMPAT_IN_TASK)
		EMIT(BPF_EMIT_CALL(BPF_FUNC_get_current_task),
		     BPF_MOV64_REG(BPF_REG_3, BPF_REG_0));
	else
		EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_6, 0));
	build_read(b, offset, 4, -8);
	EMIT(BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_10, -8),
	     BPF_ALU64_IMM(BPF_AND, BPF_REG_1, COMPAT_MASK));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, COMPAT_VALUE, 0), "out");
}

/* A raw tracepoint sees every system call: compare ctx[1], the number. */
static void build_filter_call(struct rawbpf_build *b)
{
	EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, 8));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_1, __NR_chroot, 0), "out");
	build_filter_compat(b);
}

/* Option -p: go to "out" if this is another process. */
static void build_filter_pid(struct rawbpf_build *b, unsigned pid)
{
	if (!pid)
		return;
	EMIT(BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),      /* the process's id << 32 | ... */
	     BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, (int)pid, 0), "out");
}

/* *(u64 *)(r10 - 16) = the first argument of the system call */
static void build_address(struct rawbpf_build *b, enum way way)
{
	if (way == TRACEPOINT) {
		EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, 16),
		     BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -16));
		return;
	}
	/* the registers of the caller */
	EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_6, way == KPROBE ? FUNCTION_ARGUMENT : 0));
	build_read(b, CALL_ARGUMENT, 8, -16);
}

/* *(u64 *)(r10 - 8) = the task */
static void build_task(struct rawbpf_build *b)
{
	EMIT(BPF_EMIT_CALL(BPF_FUNC_get_current_task),
	     BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_0, -8));
}

/* r1 = the map, r2 = &task: the beginning of every call for this hash */
static void build_memory(struct rawbpf_build *b)
{
	rawbpf_build_map_emit(b, BPF_REG_1, "memory");
	EMIT(BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -8));
}

/* memory[task] = the address. If the map is full, count the missing record as lost. */
static void build_remember(struct rawbpf_build *b)
{
	build_memory(b);
	EMIT(BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -16),
	     BPF_MOV64_IMM(BPF_REG_4, BPF_ANY),
	     BPF_EMIT_CALL(BPF_FUNC_map_update_elem));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 0), "1f");
	build_count(b, BEGUN);
	rawbpf_build_jump(b, BPF_JMP_A(0), "2f");
	rawbpf_build_label(b, "1");
	build_count(b, PRODUCED);
	build_count(b, REFUSED);
	rawbpf_build_label(b, "2");
}

/* -------------------------------------------------------------------------- the return */

/* r7 = &memory[task]; go to "out" if the start of this call was not seen. */
static void build_recall(struct rawbpf_build *b)
{
	build_memory(b);
	EMIT(BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "out");
	EMIT(BPF_MOV64_REG(BPF_REG_7, BPF_REG_0));
	build_count(b, ENDED);
}

/*
 * r8 = room for a record, which is too large for the stack of 512 bytes: a map's value for each
 * CPU. The kernel does not start a program on a CPU where it already runs.
 */
static void build_scratch(struct rawbpf_build *b)
{
	EMIT(BPF_ST_MEM(BPF_W, BPF_REG_10, -16, 0));            /* key 0 */
	rawbpf_build_map_emit(b, BPF_REG_1, "scratch");
	EMIT(BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -16),
	     BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "forget"); /* cannot happen */
	EMIT(BPF_MOV64_REG(BPF_REG_8, BPF_REG_0));
}

/* The time, the process, the thread and its name. */
static void build_caller(struct rawbpf_build *b)
{
	EMIT(BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns),
	     BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_0, RECORD(time)),
	     BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),      /* process << 32 | thread */
	     BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_0, RECORD(tid)),
	     BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
	     BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_0, RECORD(pid)),
	     BPF_ST_MEM(BPF_DW, BPF_REG_8, RECORD(comm), 0),     /* some kernels end it with a NUL */
	     BPF_ST_MEM(BPF_DW, BPF_REG_8, RECORD(comm) + 8, 0), /* and leave the rest as it was */
	     BPF_MOV64_REG(BPF_REG_1, BPF_REG_8),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, RECORD(comm)),
	     BPF_MOV64_IMM(BPF_REG_2, COMM),
	     BPF_EMIT_CALL(BPF_FUNC_get_current_comm));         /* (&comm, 16 bytes) */
}

/* Option -c: go to "forget" if the thread has another name. The bytes behind the NUL are 0, too. */
static void build_filter_comm(struct rawbpf_build *b, const char comm[COMM])
{
	uint64_t words[COMM / sizeof(uint64_t)];
	int i;

	if (!comm[0])
		return;
	memcpy(words, comm, sizeof words);
	for (i = 0; i < (int)RAWBPF_COUNT(words); i++) {
		EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_8, RECORD(comm) + 8 * i),
		     BPF_LD_IMM64(BPF_REG_2, words[i]));
		rawbpf_build_jump(b, BPF_JMP_REG(BPF_JNE, BPF_REG_1, BPF_REG_2, 0), "forget");
	}
}

/* The result of the system call. */
static void build_result(struct rawbpf_build *b, enum way way)
{
	static const int offsets[WAYS] = {
		[KPROBE] = FUNCTION_RESULT,
		[TRACEPOINT] = 16,
		[RAW_TRACEPOINT] = 8, /* ctx[1] */
	};

	EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, offsets[way]),
	     BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_1, RECORD(result)));
}

/* The path and its length. r9 = the used bytes of the record. */
static void build_path(struct rawbpf_build *b)
{
	EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_7, 0),      /* the address */
	     BPF_MOV64_IMM(BPF_REG_2, PATH),
	     BPF_MOV64_REG(BPF_REG_1, BPF_REG_8),
	     BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, RECORD(path)),
	     BPF_EMIT_CALL(BPF_FUNC_probe_read_user_str),       /* (&path, 4096 bytes, r3) */
	     BPF_MOV64_REG(BPF_REG_9, BPF_REG_0));
	/* The helper returns the length with the NUL. For "", some kernels return 0. */
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_9, 0, 0), "1f");
	EMIT(BPF_MOV64_IMM(BPF_REG_9, 1));
	rawbpf_build_label(b, "1");
	EMIT(BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_9, RECORD(path_length)));
	/* As an unsigned number an errno is very large: one comparison for both. */
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JLE, BPF_REG_9, PATH, 0), "1f");
	build_count(b, UNREADABLE);
	EMIT(BPF_MOV64_IMM(BPF_REG_9, 0));
	rawbpf_build_label(b, "1");
	EMIT(BPF_ALU64_IMM(BPF_ADD, BPF_REG_9, RECORD(path)));
}

/* Send the record: r9 bytes from r8 on. */
static void build_send(struct rawbpf_build *b, enum transport transport)
{
	build_count(b, PRODUCED);
	if (transport == RING) {
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
	build_count(b, REFUSED);
	rawbpf_build_label(b, "1");
}

/* delete memory[task] */
static void build_forget(struct rawbpf_build *b)
{
	build_memory(b);
	EMIT(BPF_EMIT_CALL(BPF_FUNC_map_delete_elem));
}

/* ------------------------------------------------------------------------ both programs */

static void build_enter(struct rawbpf_build *b, const struct snoop *snoop)
{
	if (snoop->way == RAW_TRACEPOINT)
		build_filter_call(b);
	build_filter_pid(b, snoop->options.pid);
	build_address(b, snoop->way);
	build_task(b);
	build_remember(b);
}

static void build_exit(struct rawbpf_build *b, const struct snoop *snoop)
{
	build_task(b);
	build_recall(b);
	build_scratch(b);
	build_caller(b);
	build_filter_comm(b, snoop->options.comm);
	build_result(b, snoop->way);
	build_path(b);
	build_send(b, snoop->transport);
	rawbpf_build_label(b, "forget");
	build_forget(b);
}

void program_build(struct rawbpf_build *b, const struct snoop *snoop, enum part part)
{
	EMIT(BPF_MOV64_REG(BPF_REG_6, BPF_REG_1));              /* the context */
	if (part == ENTER)
		build_enter(b, snoop);
	else
		build_exit(b, snoop);
	rawbpf_build_label(b, "out");
	EMIT(BPF_MOV64_IMM(BPF_REG_0, 0),
	     BPF_EXIT_INSN());
}
