/* SPDX-License-Identifier: MIT */
/*
 * Show calls of chroot(2): the process, the result and the path. A classic introduction to eBPF.
 *
 * A program can be sure to read the path only when the call returns. Before the kernel itself reads
 * it, the path may lie in a page that is not in memory yet. But at the return the registers no
 * longer hold its address. So this tool has two programs. The first runs at the start of the call
 * and stores the address in a hash. The key is the calling task. The second runs at the return. It
 * looks the address up, reads the path, and sends it with the result.
 *
 * The builder of rawbpf(7) makes both, instruction by instruction. snoop/build.c has pieces of code
 * that all snoop tools use. The other files of snoop/ have the part of the tool that is no eBPF.
 */
#include <sys/syscall.h>

#include "snoop/snoop.h"

/* The record that a program sends, cut after the end of the path. */
struct record {
	struct snoop_head head;
	int64_t result;
	int32_t path_length; /* with the NUL; or the negative errno of reading it */
	char path[SNOOP_PATH];
};

/*
 * The start of the call. The stack, which ends at r10, holds
 *
 *	r10 - 8   the task, the key
 *	r10 - 16  the address of the path, the value
 */
static void build_arguments(struct snoop_code *code, unsigned call)
{
	(void)call; /* this tool has only one */
	snoop_build_argument(code, 0, -16);
}

static void build_enter(struct snoop_code *code)
{
	snoop_build_filter_pid(code, "out");
	snoop_build_task(code);
	snoop_build_remember(code, BPF_REG_10, -16);
}

/* The return: r7 points to the stored address, r8 to the record. */
static void build_exit(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	snoop_build_return(code);
	rawbpf_build_emit(b, BPF_STX_MEM(BPF_DW, BPF_REG_8, BPF_REG_1,
					 offsetof(struct record, result)));

	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_7, 0)); /* the address */
	snoop_build_path(code, offsetof(struct record, path),
			 offsetof(struct record, path_length));
	snoop_build_count_unreadable(code, offsetof(struct record, path_length));
	snoop_build_send(code);
}

static void print(struct snoop_line *line, const void *data)
{
	const struct record *record = data;

	snoop_print_head(line, &record->head);
	snoop_print_number(line, "ret", 4, record->result);
	snoop_print_text(line, "path", record->path, record->path_length);
}

static const struct snoop_call calls[] = { { "chroot", __NR_chroot } };

int main(int argc, char **argv)
{
	return snoop_main(argc, argv, &(struct snoop_tool){
		.name = "chrootsnoop",
		.summary = "Show calls of chroot(2) in the whole system.",
		.columns = " RET  PATH",
		.what = "call",
		.ways = { SNOOP_KPROBE, SNOOP_TRACEPOINT, SNOOP_RAW_TRACEPOINT },
		.calls = { calls, RAWBPF_COUNT(calls), build_arguments, build_enter, build_exit },
		.memory_size = sizeof(uint64_t),
		.memory_max = 8192,
		.scratch_size = sizeof(struct record),
		.print = print,
	});
}
