/* SPDX-License-Identifier: MIT */
/*
 * Show the files that processes open: the process, the result and the path.
 *
 * Four system calls open files, and each has other arguments. A table describes them. Each of its
 * rows becomes a program at the start of that call; one program serves all returns. Read
 * chrootsnoop.c first.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "snoop/snoop.h"

/* The values that the tool stores from the start of a call to its return. */
struct memory {
	int64_t dirfd;
	uint64_t path;  /* an address */
	uint64_t flags; /* O_* */
	uint64_t how;   /* openat2: the address of the flags; else 0 */
};

struct record {
	struct snoop_head head;
	int64_t result;
	uint64_t flags;
	int32_t dirfd;
	int32_t path_length; /* with the NUL; or the negative errno of reading it */
	char path[SNOOP_PATH];
};

#define FIELD(NAME) offsetof(struct record, NAME)

static const struct snoop_call calls[] = {
	{ "openat", __NR_openat },
	{ "openat2", 437 }, /* 5.6 */
#ifdef __NR_open
	{ "open", __NR_open },
#endif
#ifdef __NR_creat
	{ "creat", __NR_creat },
#endif
};

/* The positions of the arguments; -1: the call has none, and the constant stands for it. */
enum { CREAT_FLAGS = O_CREAT | O_WRONLY | O_TRUNC };

static const struct {
	int dirfd, path, flags, how;
	int constant_flags;
} arguments[RAWBPF_COUNT(calls)] = {
	{ .dirfd = 0, .path = 1, .flags = 2, .how = -1 },
	{ .dirfd = 0, .path = 1, .flags = -1, .how = 2 },
#ifdef __NR_open
	{ .dirfd = -1, .path = 0, .flags = 1, .how = -1 },
#endif
#ifdef __NR_creat
	{ .dirfd = -1, .path = 0, .flags = -1, .how = -1, .constant_flags = CREAT_FLAGS },
#endif
};

/* The stack: r10 - 8 is the task, the key; r10 - 40 is the struct memory, the value. */
enum { VALUE = -8 - (int)sizeof(struct memory) };

static void build_value(struct snoop_code *code, int argument, int constant, size_t to)
{
	if (argument >= 0)
		snoop_build_argument(code, argument, VALUE + (int)to);
	else
		rawbpf_build_emit(&code->build,
				  BPF_ST_MEM(BPF_DW, BPF_REG_10, VALUE + (int)to, constant));
}

static void build_arguments(struct snoop_code *code, unsigned call)
{
	build_value(code, arguments[call].dirfd, AT_FDCWD, offsetof(struct memory, dirfd));
	build_value(code, arguments[call].path, 0, offsetof(struct memory, path));
	build_value(code, arguments[call].flags, arguments[call].constant_flags,
		    offsetof(struct memory, flags));
	build_value(code, arguments[call].how, 0, offsetof(struct memory, how));
}

static void build_enter(struct snoop_code *code)
{
	snoop_build_filter_pid(code, "out");
	snoop_build_task(code);
	snoop_build_remember(code, BPF_REG_10, VALUE);
}

/* record.flags: as they are, or 8 bytes from where openat2's third argument points to. */
static void build_flags(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	rawbpf_build_emit(b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_7, offsetof(struct memory, flags)),
		BPF_MOV32_REG(BPF_REG_1, BPF_REG_1), /* an int: the upper half is undefined */
		BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_1, FIELD(flags)),
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_7, offsetof(struct memory, how)));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_3, 0, 0), "flags known");
	rawbpf_build_emit(b,
		BPF_MOV64_IMM(BPF_REG_2, 8),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_8),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, FIELD(flags)),
		BPF_EMIT_CALL(BPF_FUNC_probe_read_user)); /* (&flags, 8 bytes, r3); if not, 0 */
	rawbpf_build_label(b, "flags known");
}

/* The return: r7 points to the stored values, r8 to the record. */
static void build_exit(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	snoop_build_return(code);
	rawbpf_build_emit(b,
		BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_1, FIELD(result)),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_7, offsetof(struct memory, dirfd)),
		BPF_STX_MEM(BPF_W, BPF_REG_8, BPF_REG_1, FIELD(dirfd)));
	build_flags(code);

	rawbpf_build_emit(b,
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_7, offsetof(struct memory, path)));
	snoop_build_path(code, FIELD(path), FIELD(path_length));
	snoop_build_count_unreadable(code, FIELD(path_length));
	snoop_build_send(code);
}

static void print(struct snoop_line *line, const void *data)
{
	const struct record *record = data;
	char flags[20];

	snoop_print_head(line, &record->head);
	snoop_print_number(line, "ret", 4, record->result);
	if (snoop_is_json(line)) {
		snoop_print_number(line, "flags", 0, (long long)record->flags);
		snoop_print_number(line, "dirfd", 0, record->dirfd);
	} else {
		snprintf(flags, sizeof flags, "%#llo", (unsigned long long)record->flags);
		snoop_print_word(line, "flags", 10, flags);
	}
	snoop_print_text(line, "path", record->path, record->path_length);
}

int main(int argc, char **argv)
{
	return snoop_main(argc, argv, &(struct snoop_tool){
		.name = "opensnoop",
		.summary = "Show the files that processes open, in the whole system.",
		.columns = " RET       FLAGS  PATH",
		.what = "call",
		/* A kprobe at the return misses some calls that sleep. */
		.ways = { SNOOP_TRACEPOINT, SNOOP_KPROBE, SNOOP_RAW_TRACEPOINT },
		.calls = { calls, RAWBPF_COUNT(calls), build_arguments, build_enter, build_exit },
		.memory_size = sizeof(struct memory),
		.memory_max = 8192,
		.scratch_size = sizeof(struct record),
		.print = print,
	});
}
