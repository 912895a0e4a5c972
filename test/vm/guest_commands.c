/* SPDX-License-Identifier: MIT */
/* Commands and links that need a newer kernel than the host's, or another one. */
#include "../attach/link_kinds.h"
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int load(struct rawbpf_prog_spec spec, const struct bpf_insn *insns, unsigned count)
{
	spec.license = "GPL";
	spec.insns = insns;
	spec.insn_count = count;
	return rawbpf_prog_load(&spec);
}

#define LOAD(INSNS, ...) load((struct rawbpf_prog_spec){ __VA_ARGS__ }, INSNS, RAWBPF_COUNT(INSNS))

static const struct bpf_insn nothing[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

/*
 * Load a program that prints "hi 42" to its stream, which user space reads. The helper's name
 * changed over time.
 */
static int load_printing(const struct rawbpf_btf *kernel)
{
	int function = rawbpf_btf_type_find(kernel, BTF_KIND_FUNC, "bpf_stream_vprintk");
	int format = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		.flags = BPF_F_RDONLY_PROG });
	int prog;

	rawbpf_map_update(format, &(uint32_t){ 0 }, "hi %d\n\0", 0);
	rawbpf_map_freeze(format);
	if (function < 0)
		function = rawbpf_btf_type_find(kernel, BTF_KIND_FUNC, "bpf_stream_vprintk_impl");
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_1, BPF_STREAM_STDOUT),
		BPF_LD_MAP_VALUE(BPF_REG_2, format, 0),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 42),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		BPF_MOV64_IMM(BPF_REG_4, 8),
		BPF_MOV64_IMM(BPF_REG_5, 0),
		BPF_CALL_KFUNC(0, function),
		BPF_EXIT_INSN(),
	};
	prog = function < 0 ? function : LOAD(insns, .type = BPF_PROG_TYPE_SYSCALL,
					      .flags = BPF_F_SLEEPABLE);
	close(format);
	return prog;
}

static void streams(const struct rawbpf_btf *kernel)
{
	char text[64] = "";
	int prog = load_printing(kernel), tries = 0;
	struct rawbpf_prog_run run = { 0 };

	if (prog < 0) /* any program has streams, if the kernel has them */
		prog = LOAD(nothing, .type = BPF_PROG_TYPE_SOCKET_FILTER);
	else
		do /* the kernel may have no memory at once */
			rawbpf_prog_run(prog, &run);
		while ((int)run.retval == -ENOMEM && tries++ < 1000);
	fact((int)run.retval, "stream.print");
	fact(rawbpf_prog_stream_read(prog, BPF_STREAM_STDOUT, text, 4), "stream.begin");
	fact(rawbpf_prog_stream_read(prog, BPF_STREAM_STDOUT, text + 4, sizeof text - 5),
	     "stream.rest");
	text[strcspn(text, "\n")] = '\0';
	fact_text("stream.text", *text ? text : "(empty)");
	fact(rawbpf_prog_stream_read(prog, BPF_STREAM_STDOUT, text, sizeof text), "stream.end");
	fact(rawbpf_prog_stream_read(prog, BPF_STREAM_STDERR, text, sizeof text), "stream.stderr");
	fact(rawbpf_prog_stream_read(prog, 3, text, sizeof text), "stream.unknown");
	close(prog);
}

int guest_named(int n);
__attribute__((noinline, noclone)) int guest_named(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

/* Attach a uprobe to a function of this static file by its name, and count its calls. */
static void uprobe_by_name(void)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2),
		BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = LOAD(insns, .type = BPF_PROG_TYPE_KPROBE);
	uint64_t offset = 0, calls = 0;
	struct rawbpf_link link;

	fact(rawbpf_uprobe_find(&offset, 1, "/bin/guest", "guest_named"), "uprobe.found");
	fact(offset == link_kinds_offset((void (*)(void))(uintptr_t)guest_named), "uprobe.place");
	fact(rawbpf_uprobe_attach(&link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/bin/guest", .offset = offset, .pid = getpid() }), "uprobe.attach");
	for (int i = 0; i < 3; i++)
		guest_named(i);
	rawbpf_link_detach(&link);
	guest_named(3);
	rawbpf_map_lookup(map, &(uint32_t){ 0 }, &calls, 0);
	fact(calls, "uprobe.calls");
	fact(rawbpf_uprobe_find(&offset, 1, "/bin/guest", "guest_name"), "uprobe.none");
	close(prog);
	close(map);
}

/* Attach a uprobe with a descriptor in place of a path. */
static void uprobe_by_descriptor(void)
{
	int prog = LOAD(nothing, .type = BPF_PROG_TYPE_KPROBE,
			.expected_attach_type = BPF_TRACE_UPROBE_MULTI);
	const uint64_t offset = link_kinds_offset((void (*)(void))(uintptr_t)guest_commands);
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct rawbpf_link link;

	fact(rawbpf_uprobe_multi_attach(&link, prog, &(struct rawbpf_uprobe_multi_spec){
		.path_fd = file, .offsets = &offset, .count = 1 }), "uprobe.by_fd");
	rawbpf_link_detach(&link);
	fact(rawbpf_uprobe_multi_attach(&link, prog, &(struct rawbpf_uprobe_multi_spec){
		.path = "/bin/guest", .path_fd = file, .offsets = &offset, .count = 1 }),
	     "uprobe.by_both");
	close(file);
	close(prog);
}

static void association(const struct rawbpf_btf *kernel)
{
	struct rawbpf_map_spec spec = { .name = "ops" };
	struct rawbpf_struct_ops_btf ops;
	int btf = rawbpf_struct_ops_btf_load(&spec, &ops, kernel, "tcp_congestion_ops");
	int map = btf < 0 ? btf : rawbpf_map_create(&spec), other;
	int prog = LOAD(nothing, .type = BPF_PROG_TYPE_SOCKET_FILTER);

	close(btf);
	spec.name = "other";
	btf = rawbpf_struct_ops_btf_load(&spec, &ops, kernel, "tcp_congestion_ops");
	other = btf < 0 ? btf : rawbpf_map_create(&spec);
	fact(map < 0 ? map : 0, "assoc.map");
	fact(rawbpf_prog_struct_ops_bind(prog, map), "assoc");
	fact(rawbpf_prog_struct_ops_bind(prog, map), "assoc.again");
	fact(rawbpf_prog_struct_ops_bind(prog, other), "assoc.other");
	fact(rawbpf_prog_struct_ops_bind(prog, prog), "assoc.no_map");
	fact(rawbpf_struct_ops_attach(&(struct rawbpf_link){ 0 }, map), "struct_ops.not_filled");
	close(btf);
	close(map);
	close(other);
	close(prog);
}

/* Print the kernel's log of a rejected map. */
static void map_log(void)
{
	char log[256] = "before";

	fact(rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		.btf_key_type_id = 1, .btf_value_type_id = 1, .btf_vmlinux_value_type_id = 1,
		.log = log, .log_size = sizeof log }), "map_log");
	log[strcspn(log, "\n")] = '\0';
	fact_text("map_log.text", *log ? log : "(empty)");
}

/*
 * Add the type `int (struct xdp_md *ctx)`, or with an argument `x` that is an integer of `size`
 * bytes. Returns its id.
 */
static int proto_emit(struct rawbpf_btf_build *b, unsigned size)
{
	int result = rawbpf_btf_int_emit(b, "int", 4, BTF_INT_SIGNED);
	int context = rawbpf_btf_ref_emit(b, BTF_KIND_PTR, NULL,
		rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, "xdp_md", 24, NULL, 0));
	const struct rawbpf_btf_field parameters[] = {
		{ "ctx", context, 0 },
		{ "x", size ? rawbpf_btf_int_emit(b, "number", size, BTF_INT_SIGNED) : 0, 0 },
	};

	return rawbpf_btf_func_proto_emit(b, result, parameters, size ? 2 : 1);
}

/* Load a program that calls a global function, inner(ctx, 5), and returns its result: 5 * 2. */
static int load_replaceable(int *function)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_2, 5),
		BPF_CALL_REL(1),
		BPF_EXIT_INSN(),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_2),
		BPF_ALU64_IMM(BPF_MUL, BPF_REG_0, 2),
		BPF_EXIT_INSN(),
	};
	uint32_t memory[128];
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	const struct bpf_func_info infos[] = {
		{ 0, rawbpf_btf_func_emit(&b, "outer", proto_emit(&b, 0), BTF_FUNC_GLOBAL) },
		{ 3, rawbpf_btf_func_emit(&b, "inner", proto_emit(&b, 4), BTF_FUNC_GLOBAL) },
	};
	int btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = memory, .size = b.size });
	int prog = LOAD(insns, .type = BPF_PROG_TYPE_XDP, .btf = btf, .func_info = infos,
			.func_info_size = sizeof infos[0], .func_info_count = 2);

	*function = infos[1].type_id;
	close(btf);
	return prog;
}

/* Load a program that returns x + 100, for a function whose x has `size` bytes; 0: it has none. */
static int load_extension(int target, int function, unsigned size)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 7),
		BPF_EXIT_INSN(),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_2),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 100),
		BPF_EXIT_INSN(),
	};
	uint32_t memory[128];
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	const struct bpf_func_info info = {
		0, rawbpf_btf_func_emit(&b, "instead", proto_emit(&b, size), BTF_FUNC_GLOBAL) };
	int btf = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = memory, .size = b.size });
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_EXT, .license = "GPL", .insns = size ? insns + 2 : insns,
		.insn_count = size ? 3 : 2, .attach_prog = target, .attach_btf_id = function,
		.btf = btf, .func_info = &info, .func_info_size = sizeof info, .func_info_count = 1 });

	close(btf);
	return prog;
}

static int result_of(int prog)
{
	char packet[64] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };
	int err = rawbpf_prog_run(prog, &run);

	return err < 0 ? err : (int)run.retval;
}

static void extension(void)
{
	int before, function, target = load_replaceable(&function);
	int prog = target < 0 ? target : load_extension(target, function, 4);
	int other = load_replaceable(&function);
	struct rawbpf_link link;

	fact(target < 0 ? target : 0, "ext.target");
	if (target < 0)
		return;
	fact(prog < 0 ? prog : 0, "ext.load");
	/* The arguments' number and types must be those of the function. */
	fact(load_extension(target, function, 8), "ext.load.wider");
	fact(load_extension(target, function, 0), "ext.load.fewer");
	before = result_of(target);
	fact(before, "ext.before");
	fact(rawbpf_tracing_attach(&link, prog, NULL), "ext.attach");
	fact(result_of(target), "ext.replaced");
	rawbpf_link_detach(&link);
	/* the original returns with a delay */
	for (int tries = 0; tries < 1000 && result_of(target) != before; tries++)
		usleep(50 * 1000);
	fact(result_of(target), "ext.after");
	fact(rawbpf_tracing_attach(&link, prog, NULL), "ext.again");
	rawbpf_link_detach(&link);
	fact(rawbpf_tracing_attach(&link, prog, &(struct rawbpf_tracing_spec){
		.target_prog = other, .target_btf_id = function }), "ext.other");
	fact(result_of(other), "ext.other_replaced");
	fact(result_of(target), "ext.target_not");
	rawbpf_link_detach(&link);
	close(other);
	close(target);
	close(prog);
}

static void netkit_errors(void)
{
	int prog = LOAD(nothing, .type = BPF_PROG_TYPE_SCHED_CLS);
	struct rawbpf_link link;

	fact(rawbpf_netkit_attach(&link, prog, if_nametoindex("lo"), BPF_NETKIT_PRIMARY, NULL),
	     "netkit.lo");
	fact(rawbpf_netkit_attach(&link, prog, if_nametoindex("nk0"), BPF_NETKIT_PRIMARY, NULL),
	     "netkit.peer");
	fact(rawbpf_netkit_attach(&link, prog, 9999, BPF_NETKIT_PRIMARY, NULL), "netkit.none");
	close(prog);
}

static void tracing_errors(const struct rawbpf_btf *kernel)
{
	int iterator = LOAD(nothing, .type = BPF_PROG_TYPE_TRACING,
			    .expected_attach_type = BPF_TRACE_ITER,
			    .attach_btf_id = rawbpf_btf_type_find(kernel, BTF_KIND_FUNC,
								  "bpf_iter_bpf_map"));
	int fentry = LOAD(nothing, .type = BPF_PROG_TYPE_TRACING,
			  .expected_attach_type = BPF_TRACE_FENTRY,
			  .attach_btf_id = rawbpf_btf_type_find(kernel, BTF_KIND_FUNC,
								"do_fchownat"));
	struct rawbpf_link link = { 0 }, twice;

	fact(fentry < 0 ? fentry : 0, "tracing.load");
	if (fentry < 0)
		return;
	fact(rawbpf_tracing_attach(&link, iterator, NULL),
	     "tracing.iterator");
	fact(rawbpf_iter_attach(&link, fentry, NULL), "iter.fentry");
	fact(rawbpf_tracing_attach(&link, fentry, NULL),
	     "tracing.once");
	fact(rawbpf_tracing_attach(&twice, fentry, NULL),
	     "tracing.twice");
	rawbpf_link_detach(&twice);
	rawbpf_link_detach(&link);
	fact(rawbpf_tracing_attach(&link, fentry, &(struct rawbpf_tracing_spec){
		.attach_type = BPF_TRACE_FEXIT, .cookie = 1 }), "tracing.wrong_type");
	close(iterator);
	close(fentry);
}

static void kprobe_multi_errors(void)
{
	static const char *const unknown[] = { "no_such_function" };
	int kprobe = LOAD(nothing, .type = BPF_PROG_TYPE_KPROBE,
			  .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
	struct rawbpf_link link;

	fact(rawbpf_kprobe_multi_attach(&link, kprobe, &(struct rawbpf_kprobe_multi_spec){
		.symbols = unknown, .count = 1 }), "kprobe_multi.unknown");
	fact(rawbpf_kprobe_multi_attach(&link, kprobe, &(struct rawbpf_kprobe_multi_spec){
		.symbols = unknown }), "kprobe_multi.none");
	fact(rawbpf_kprobe_multi_attach(&link, kprobe, &(struct rawbpf_kprobe_multi_spec){
		.symbols = unknown, .count = 1 << 21 }), "kprobe_multi.too_many");
	fact(rawbpf_kprobe_multi_attach(&link, kprobe, &(struct rawbpf_kprobe_multi_spec){
		.count = 1 }), "kprobe_multi.no_place");
	close(kprobe);
}

static void tracing_multi_errors(const struct rawbpf_btf *kernel)
{
	int prog = LOAD(nothing, .type = BPF_PROG_TYPE_TRACING,
			.expected_attach_type = BPF_TRACE_FENTRY_MULTI);
	uint32_t ids[] = { rawbpf_btf_type_find(kernel, BTF_KIND_FUNC, "do_fchownat"), 1 };
	struct rawbpf_link link;

	fact(prog < 0 ? prog : 0, "tracing_multi.load");
	if (prog < 0)
		return;
	fact(rawbpf_tracing_multi_attach(&link, prog, BPF_TRACE_FENTRY_MULTI,
		&(struct rawbpf_tracing_multi_spec){ .btf_ids = ids }), "tracing_multi.none");
	fact(rawbpf_tracing_multi_attach(&link, prog, BPF_TRACE_FENTRY_MULTI,
		&(struct rawbpf_tracing_multi_spec){ .btf_ids = ids, .count = 2 }),
	     "tracing_multi.no_function");
	ids[1] = ids[0];
	fact(rawbpf_tracing_multi_attach(&link, prog, BPF_TRACE_FENTRY_MULTI,
		&(struct rawbpf_tracing_multi_spec){ .btf_ids = ids, .count = 2 }),
	     "tracing_multi.twice");
	fact(rawbpf_tracing_multi_attach(&link, prog, BPF_TRACE_FENTRY_MULTI,
		&(struct rawbpf_tracing_multi_spec){ .btf_ids = (void *)8, .count = 2 }),
	     "tracing_multi.fault");
	fact(rawbpf_tracing_multi_attach(&link, prog, BPF_TRACE_FEXIT_MULTI,
		&(struct rawbpf_tracing_multi_spec){ .btf_ids = ids, .count = 1 }),
	     "tracing_multi.wrong_type");
	close(prog);
}

void guest_commands(void)
{
	struct rawbpf_btf kernel = { 0 };

	fact(link_kinds_begin(getpid(), -1), "commands");
	rawbpf_btf_kernel_open(&kernel);
	streams(&kernel);
	uprobe_by_name();
	uprobe_by_descriptor();
	association(&kernel);
	map_log();
	extension();
	netkit_errors();
	tracing_errors(&kernel);
	kprobe_multi_errors();
	tracing_multi_errors(&kernel);
	rawbpf_btf_close(&kernel);
}
