/* SPDX-License-Identifier: MIT */
/*
 * The other classic introduction to eBPF: who calls chroot(2), and on what?
 *
 * The path can be read for sure only when the call returns: until the kernel itself has read it,
 * it may lie in a page that is not in memory yet. But then the registers that held its address
 * are used up. So there are two programs. The one that runs where the call begins remembers the
 * address, in a hash whose key is the calling task. The one that runs where the call returns looks
 * it up, reads the path, and sends it together with the result.
 *
 * Each is written with the builder of rawbpf(7), instruction by instruction. What the snoop tools
 * have in common are pieces of such code: snoop/build.c. The rest of this tool, which is no eBPF,
 * is in snoop/ as well.
 */
#include <sys/syscall.h>

#include "snoop/snoop.h"

/* What is sent. Of the path only what there is of it. */
struct record {
	struct snoop_head head;
	int64_t result;
	int32_t path_length; /* with the NUL; or a negative errno: it could not be read */
	char path[SNOOP_PATH];
};

/*
 * Where the call begins. The stack, which ends at r10, holds
 *
 *	r10 - 8   the task, the key
 *	r10 - 16  the address of the path, the value
 */
static void build_arguments(struct snoop_code *code, unsigned call)
{
	(void)call; /* there is only one */
	snoop_build_argument(code, 0, -16);
}

static void build_enter(struct snoop_code *code)
{
	snoop_build_filter_pid(code, "out");
	snoop_build_task(code);
	snoop_build_remember(code, BPF_REG_10, -16);
}

/* Where it returns: r7 points to what is remembered, r8 to the record. */
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
