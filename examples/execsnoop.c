/* SPDX-License-Identifier: MIT */
/*
 * Show the programs that processes start, with their arguments.
 *
 * When execve(2) succeeds, the memory with the path and the arguments no longer exists. So the tool
 * reads them at the start of the call. It stores a whole record then, and sends it at the return.
 * Some of it may not be in memory at the start. The tool reads that part at the return. If the call
 * failed, it is in the same place. Otherwise the kernel has put it on the new program's stack. The
 * programs have loops; the verifier sees the end of each. Read chrootsnoop.c first.
 */
#include <fcntl.h>
#include <linux/auxvec.h>
#include <string.h>
#include <sys/syscall.h>

#include "snoop/snoop.h"

enum {
	ARGUMENTS = 64,  /* read at most this many arguments, */
	ARGUMENT = 1024, /* this many bytes of each, with its NUL, */
	TEXT = 8192,     /* and this many of all, with the path */
};

struct record {
	struct snoop_head head;
	int64_t result;
	int32_t dirfd;
	int32_t path_length;  /* with the NUL; or the negative errno of reading it */
	int32_t args_error;   /* the negative errno of reading the next one; or 0 */
	uint32_t args_cut;    /* 1: some are missing or cut */
	uint32_t arg_count;
	uint32_t size;        /* of this record */
	char text[TEXT];      /* the path and the arguments, each with its NUL */
};

/* The stored values: the record, then the places to read again, which are not sent. */
struct memory {
	struct record record;
	uint64_t path, argv;  /* addresses */
	uint64_t caller;      /* the caller's registers, in a kprobe */
};

#define FIELD(NAME) offsetof(struct record, NAME)
#define MEMORY(NAME) offsetof(struct memory, NAME)

static const struct snoop_call calls[] = {
	{ "execve", __NR_execve },
	{ "execveat", __NR_execveat },
};

/* The positions of the arguments of the system calls; -1: the call has none. */
static const struct {
	int dirfd, path, argv;
} arguments[RAWBPF_COUNT(calls)] = {
	{ -1, 0, 1 },
	{ 0, 1, 2 },
};

/* The stack: r10 - 8 holds the task, the key; a piece below uses r10 - 16. */
enum { DIRFD = -24, PATH = -32, ARGV = -40, POINTER = -48, PAIR = -64, VALUE = PAIR + 8 };

/* The most strings, and pairs, that the search for the path reads of a new program's stack. */
enum { ENVIRONMENT = 1024, PAIRS = 64 };

/* *(u32 *)(r8 + field) = value */
#define SET(FIELD, VALUE) BPF_ST_MEM(BPF_W, BPF_REG_8, (FIELD), (VALUE))

/* r3 = argv[r7], or go to "unreadable". */
static void build_next_arg(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	rawbpf_build_emit(b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_10, ARGV),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_7),
		BPF_ALU64_IMM(BPF_LSH, BPF_REG_1, 3),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_3, BPF_REG_1));
	snoop_build_read_user(code, 0, 8, POINTER);
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 0), "unreadable");
	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_10, POINTER));
}

/* Read the arguments to r8 + r9; then r9 is past them. r7 counts them. */
static void build_args(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	rawbpf_build_emit(b,
		SET(FIELD(args_error), 0),
		SET(FIELD(args_cut), 0),
		BPF_MOV64_IMM(BPF_REG_7, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_10, ARGV));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_3, 0, 0), "args done");

	rawbpf_build_label(b, "next arg");
	build_next_arg(code);
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_3, 0, 0), "args done");
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_7, ARGUMENTS, 0), "cut");
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JGT, BPF_REG_9,
					 (int)sizeof(struct record) - ARGUMENT, 0), "cut");
	rawbpf_build_emit(b,
		BPF_MOV64_IMM(BPF_REG_2, ARGUMENT),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_8),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_1, BPF_REG_9),
		BPF_EMIT_CALL(BPF_FUNC_probe_read_user_str)); /* (r8 + r9, 1024 bytes, r3) */
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JGT, BPF_REG_0, ARGUMENT, 0), "unreadable");
	/*
	 * These two conditions have no jump. With a jump, the verifier would have to follow 2 to
	 * the 64th paths through the loop. Some kernels return the length 0 for "": count its NUL.
	 * The text is cut if it takes all 1024 bytes.
	 */
	rawbpf_build_emit(b,
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_0),
		BPF_ALU64_IMM(BPF_SUB, BPF_REG_1, 1),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_1, 63),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_9, BPF_REG_0),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 10),
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_8, FIELD(args_cut)),
		BPF_ALU64_REG(BPF_OR, BPF_REG_1, BPF_REG_0),
		BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_1, FIELD(args_cut)),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_7, 1));
	rawbpf_build_jump(b, BPF_JMP_A(0), "next arg");

	rawbpf_build_label(b, "unreadable");
	rawbpf_build_emit(b, BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_0, FIELD(args_error)));
	rawbpf_build_jump(b, BPF_JMP_A(0), "args done");
	rawbpf_build_label(b, "cut");
	rawbpf_build_emit(b, SET(FIELD(args_cut), 1));
	rawbpf_build_label(b, "args done");
	rawbpf_build_emit(b, BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_7, FIELD(arg_count)));
}

/* Read the text of the record: the path, then the arguments. */
static void build_text(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_10, PATH));
	snoop_build_path(code, FIELD(text), FIELD(path_length));
	build_args(code);
	rawbpf_build_emit(b, BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_9, FIELD(size)));
}

/* ------------------------------------------------------------------ where a call begins */

static void build_arguments(struct snoop_code *code, unsigned call)
{
	if (arguments[call].dirfd >= 0)
		snoop_build_argument(code, arguments[call].dirfd, DIRFD);
	else
		rawbpf_build_emit(&code->build, BPF_ST_MEM(BPF_DW, BPF_REG_10, DIRFD, AT_FDCWD));
	snoop_build_argument(code, arguments[call].path, PATH);
	snoop_build_argument(code, arguments[call].argv, ARGV);
}

/* r8 is the record. */
static void build_enter(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	snoop_build_filter_pid(code, "out");
	snoop_build_task(code);
	snoop_build_scratch(code, "out");
	rawbpf_build_emit(b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, DIRFD),
		BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_1, FIELD(dirfd)),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, PATH),
		BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_1, MEMORY(path)),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, ARGV),
		BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_1, MEMORY(argv)));
	if (code->way == SNOOP_KPROBE) {
		snoop_build_caller(code, BPF_REG_1);
		rawbpf_build_emit(b, BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_1, MEMORY(caller)));
	}
	build_text(code);
	snoop_build_remember(code, BPF_REG_8, 0);
}

/* ------------------------------------------------------------------- where it returns */

/*
 * The stack of a new program, as the kernel makes it:
 *
 *	sp      the number of arguments
 *	sp + 8  argv[0], argv[1], ..., NULL
 *	        envp[0], envp[1], ..., NULL
 *	        pairs of a type and a value: AT_EXECFN, the address of the path; AT_NULL, the end
 *
 * If it looks different, go to "complete". Now r9 = the address of envp[0]; ARGV.
 */
static void build_new_argv(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	if (code->way == SNOOP_KPROBE)
		rawbpf_build_emit(b, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_8, MEMORY(caller)));
	else
		snoop_build_caller(code, BPF_REG_3);
	snoop_build_stack_pointer(code, POINTER);
	rawbpf_build_emit(b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_9, BPF_REG_10, POINTER),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_9));
	snoop_build_read_user(code, 0, 8, PAIR);
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 0), "complete");
	rawbpf_build_emit(b,
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_9, 8),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_9, ARGV),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, PAIR),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1), /* and the NULL */
		BPF_ALU64_IMM(BPF_LSH, BPF_REG_1, 3),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_9, BPF_REG_1));
}

/* PAIR = `size` bytes at r9; then r9 is past them; up to r7 times. r1 = the first 8 bytes. */
static void build_step(struct snoop_code *code, int size)
{
	struct rawbpf_build *b = &code->build;

	rawbpf_build_emit(b, BPF_ALU64_IMM(BPF_SUB, BPF_REG_7, 1));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_7, 0, 0), "complete");
	rawbpf_build_emit(b, BPF_MOV64_REG(BPF_REG_3, BPF_REG_9));
	snoop_build_read_user(code, 0, size, PAIR);
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 0), "complete");
	rawbpf_build_emit(b,
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_9, size),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, PAIR));
}

/* Search from envp[0], r9, for the pair with the path: PATH. */
static void build_new_path(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	rawbpf_build_emit(b, BPF_MOV64_IMM(BPF_REG_7, ENVIRONMENT));
	rawbpf_build_label(b, "environment");
	build_step(code, 8);
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_1, 0, 0), "environment");

	rawbpf_build_emit(b, BPF_MOV64_IMM(BPF_REG_7, PAIRS));
	rawbpf_build_label(b, "pair");
	build_step(code, 16);
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, AT_NULL, 0), "complete");
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_1, AT_EXECFN, 0), "pair");
	rawbpf_build_emit(b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, VALUE),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, PATH));
}

/* Read again the texts that the start of the call could not read. */
static void build_second_look(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_8, FIELD(path_length)));
	rawbpf_build_jump(b, BPF_JMP32_IMM(BPF_JSLT, BPF_REG_1, 0, 0), "again");
	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_8, FIELD(args_error)));
	rawbpf_build_jump(b, BPF_JMP32_IMM(BPF_JEQ, BPF_REG_1, 0, 0), "complete");

	rawbpf_build_label(b, "again");
	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_8, FIELD(result)));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 0), "new program");
	rawbpf_build_emit(b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_8, MEMORY(path)),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, PATH),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_8, MEMORY(argv)),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, ARGV));
	rawbpf_build_jump(b, BPF_JMP_A(0), "found");
	rawbpf_build_label(b, "new program");
	if (code->way == SNOOP_TRACEPOINT) { /* a tracepoint does not know the stack */
		rawbpf_build_jump(b, BPF_JMP_A(0), "complete");
	} else {
		build_new_argv(code);
		build_new_path(code);
	}
	rawbpf_build_label(b, "found");
	build_text(code);
	rawbpf_build_label(b, "complete");
}

/* The return, in the new program or in the old one: r8 is the record. */
static void build_exit(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	snoop_build_task(code);
	snoop_build_recall(code, BPF_REG_8);
	snoop_build_head(code, BPF_REG_8, 0);
	snoop_build_filter_comm(code, BPF_REG_8, 0, "forget");
	snoop_build_result(code, BPF_REG_1);
	rawbpf_build_emit(b, BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_1, FIELD(result)));
	build_second_look(code);

	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_W, BPF_REG_9, BPF_REG_8, FIELD(size)));
	/* This cannot happen, but the verifier does not know that. */
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JGT, BPF_REG_9, (int)sizeof(struct record), 0),
			  "forget");
	snoop_build_count_unreadable(code, FIELD(path_length));
	snoop_build_count_unreadable(code, FIELD(args_error));
	snoop_build_send(code);
}

/* ---------------------------------------------------------------------------- printing */

/* Omit the first argument: it repeats the path. */
static void print_for_people(struct snoop_line *line, const struct record *record, const char *args)
{
	unsigned count = record->arg_count;

	if (count > 1) {
		snoop_print_more(line, " ");
		snoop_print_list(line, "args", args + strlen(args) + 1, count - 1);
	}
	if (record->args_error)
		snoop_print_more(line, " ?");
	else if (record->args_cut)
		snoop_print_more(line, " ...");
}

static void print(struct snoop_line *line, const void *data)
{
	const struct record *record = data;
	const char *args = record->text + (record->path_length > 0 ? record->path_length : 0);

	snoop_print_head(line, &record->head);
	snoop_print_number(line, "ret", 4, record->result);
	snoop_print_text(line, "path", record->text, record->path_length);
	if (!snoop_is_json(line)) {
		print_for_people(line, record, args);
		return;
	}
	snoop_print_number(line, "dirfd", 0, record->dirfd);
	snoop_print_list(line, "args", args, record->arg_count);
	snoop_print_flag(line, "args_complete", !record->args_error && !record->args_cut);
}

int main(int argc, char **argv)
{
	return snoop_main(argc, argv, &(struct snoop_tool){
		.name = "execsnoop",
		.summary = "Show the programs that processes start, in the whole system.",
		.columns = " RET  PATH ARGS",
		.what = "call",
		/* A kprobe at the return misses some calls that sleep. */
		.ways = { SNOOP_TRACEPOINT, SNOOP_KPROBE, SNOOP_RAW_TRACEPOINT },
		.calls = { calls, RAWBPF_COUNT(calls), build_arguments, build_enter, build_exit },
		/* If the new program is a 32-bit one, the kernel does not pass sys_exit_execve. */
		.success = { .group = "sched", .name = "sched_process_exec" },
		.memory_size = sizeof(struct memory),
		.memory_max = 1024,
		.scratch_size = sizeof(struct memory),
		.print = print,
	});
}
