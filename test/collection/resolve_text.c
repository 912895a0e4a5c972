/* SPDX-License-Identifier: MIT */
/* Texts to instructions: each way to attach, on each architecture, with and without BTF. */
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "../unit.h"
#include "world.h"

/* ------------------------------------------------------------------------ a kernel's BTF */

static unsigned char btf_bytes[4096];

static int add_function(struct rawbpf_btf_build *b, const char *name, const int *types, unsigned count)
{
	struct rawbpf_btf_field parameters[4];

	for (unsigned i = 0; i < count; i++)
		parameters[i] = (struct rawbpf_btf_field){ "p", types[i], 0 };
	return rawbpf_btf_func_emit(b, name, rawbpf_btf_func_proto_emit(b, 1, parameters, count),
				    BTF_FUNC_STATIC);
}

/* The tracepoint `name` gets a pointer for itself, and these. */
static int add_tracepoint(struct rawbpf_btf_build *b, const char *name, int data, int first, int second)
{
	const struct rawbpf_btf_field parameters[] = {
		{ "__data", data, 0 }, { "a", first, 0 }, { "b", second, 0 } };
	int proto = rawbpf_btf_func_proto_emit(b, 0, parameters, second ? 3 : 2);

	return rawbpf_btf_ref_emit(b, BTF_KIND_TYPEDEF, name,
				   rawbpf_btf_ref_emit(b, BTF_KIND_PTR, NULL, proto));
}

/* Ids of what the tests look for. */
static int id_new_issue, id_open, id_lsm_open, id_iter_task, id_variable;

static void kernel_make(struct rawbpf_btf *kernel)
{
	struct rawbpf_btf_build b = { .data = btf_bytes, .max = sizeof(btf_bytes) };
	int number = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	int word = rawbpf_btf_int_emit(&b, "long unsigned int", 8, 0);
	int data = rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, 0);
	int bytes = rawbpf_btf_array_emit(&b, rawbpf_btf_int_emit(&b, "char", 1, 0), number, 16);
	const struct rawbpf_btf_field members[] = {
		{ "state", word, 0 }, { "tgid", number, 8 }, { "comm", bytes, 12 } };
	int task = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "task_struct", 32, members, 3);
	int request = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "request", 8, NULL, 0);
	int queue = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "request_queue", 8, NULL, 0);
	int file = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "file", 8, NULL, 0);
	int path = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "path", 8, NULL, 0);
	int to_request = rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, request);
	int to_queue = rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, queue);
	int to_file = rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, file);
	int to_path = rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL,
					  rawbpf_btf_ref_emit(&b, BTF_KIND_CONST, NULL, path));

	id_new_issue = add_tracepoint(&b, "btf_trace_block_rq_issue", data, to_request, 0);
	add_tracepoint(&b, "btf_trace_old_rq_issue", data, to_queue, to_request);
	id_open = add_function(&b, "vfs_open", (const int[]){ to_path, to_file, number }, 3);
	id_lsm_open = add_function(&b, "bpf_lsm_file_open", (const int[]){ to_file }, 1);
	id_iter_task = add_function(&b, "bpf_iter_task", (const int[]){ word, data }, 2);
	id_variable = rawbpf_btf_var_emit(&b, "runqueues", task, BTF_VAR_GLOBAL_ALLOCATED);
	ck_assert_int_eq(b.error, 0);
	ck_assert_int_eq(rawbpf_btf_parse(kernel, btf_bytes, b.size, NULL), 0);
}

/* ---------------------------------------------------------------------- kernel functions */

/* One program, `place`, that loads its slots a (u64) and b (s32). */
static struct world *one(const char *place, enum rawbpf_way way, enum rawbpf_arch arch,
			 const struct rawbpf_btf *kernel)
{
	char text[512];
	struct world *w;

	snprintf(text, sizeof(text), ".prog p\n.at %s\n r1 = *(u64 *)(r10 + a)\n"
		 " r2 = *(s32 *)(r10 + b)\n r0 = 0\n exit\n", place);
	w = world_open(text, arch, kernel);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, way });
	return w;
}

#define BODY "r1 = *(u64 *)(r10 - 0x8)\nr2 = *(s32 *)(r10 - 0xc)\nr0 = 0x0\nexit\n"

static void expect_one(const char *place, enum rawbpf_way way, enum rawbpf_arch arch,
		       const struct rawbpf_btf *kernel, unsigned type, unsigned attach_type,
		       unsigned id, const char *entry)
{
	struct world *w = one(place, way, arch, kernel);
	char listing[1024];

	snprintf(listing, sizeof(listing), "%s%s", entry, BODY);
	expect_listing(w, listing);
	ck_assert_uint_eq(w->resolved.type, type);
	ck_assert_uint_eq(w->resolved.attach_type, attach_type);
	ck_assert_uint_eq(w->resolved.attach_btf_id, id);
	ck_assert_int_eq(w->resolved.attach_btf, 0);
	ck_assert_uint_eq(w->resolved.stack, 16);
	world_close(w);
}

/* Argument 0 goes to a, 1 to b. */
static const char words[] =
	"r6 = r1\nr1 = *(u64 *)(r6 + 0x0)\n*(u64 *)(r10 - 0x8) = r1\n"
	"r1 = *(u64 *)(r6 + 0x8)\n*(u32 *)(r10 - 0xc) = w1\n";

static void expect_registers(const char *place, enum rawbpf_way way, enum rawbpf_arch arch, int first,
			     int second)
{
	char entry[512];

	snprintf(entry, sizeof(entry), "r6 = r1\nr1 = *(u64 *)(r6 + 0x%x)\n*(u64 *)(r10 - 0x8) = r1\n"
		 "r1 = *(u64 *)(r6 + 0x%x)\n*(u32 *)(r10 - 0xc) = w1\n", first, second);
	expect_one(place, way, arch, NULL, BPF_PROG_TYPE_KPROBE, 0, 0, entry);
}

START_TEST(registers)
{
	static const char kprobe[] = "kprobe vfs_open(a, b: s32)";

	expect_registers(kprobe, RAWBPF_WAY_KPROBE, RAWBPF_ARCH_X86_64, 112, 104);
	expect_registers(kprobe, RAWBPF_WAY_KPROBE, RAWBPF_ARCH_ARM64, 0, 8);
	expect_registers(kprobe, RAWBPF_WAY_KPROBE, RAWBPF_ARCH_RISCV64, 80, 88);
	expect_registers(kprobe, RAWBPF_WAY_KPROBE, RAWBPF_ARCH_S390X, 40, 48);
	expect_registers("uprobe \"libc.so.6\":open(_, a, _, b: s32)", RAWBPF_WAY_UPROBE, RAWBPF_ARCH_ARM64, 8,
			 24);
}
END_TEST

START_TEST(functions)
{
	struct rawbpf_btf kernel;

	kernel_make(&kernel);
	expect_one("raw_tp f(a, b: s32)", RAWBPF_WAY_RAW_TP, RAWBPF_ARCH_X86_64, NULL,
		   BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, words);
	expect_one("fentry vfs_open(a, b: s32)", RAWBPF_WAY_FENTRY, RAWBPF_ARCH_X86_64, &kernel,
		   BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, id_open, words);
	expect_one("lsm file_open(a, b: s32)", RAWBPF_WAY_LSM, RAWBPF_ARCH_X86_64, &kernel,
		   BPF_PROG_TYPE_LSM, BPF_LSM_MAC, id_lsm_open, words);
	expect_one("tp_btf block_rq_issue(a, b: s32)", RAWBPF_WAY_TP_BTF, RAWBPF_ARCH_X86_64, &kernel,
		   BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, id_new_issue, words);
	/* The result follows the three arguments. */
	expect_one("fexit vfs_open(a) -> b: s32", RAWBPF_WAY_FEXIT, RAWBPF_ARCH_X86_64, &kernel,
		   BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, id_open,
		   "r6 = r1\nr1 = *(u64 *)(r6 + 0x0)\n*(u64 *)(r10 - 0x8) = r1\n"
		   "r1 = *(u64 *)(r6 + 0x18)\n*(u32 *)(r10 - 0xc) = w1\n");
}
END_TEST

/* Only arguments in registers and in fields of 8 bytes need a known architecture. */
START_TEST(unknown_architecture)
{
	const enum rawbpf_arch unknown = (enum rawbpf_arch)(RAWBPF_ARCH_S390X + 1);
	static const char message[] = "where this architecture keeps arguments is unknown";
	static const struct {
		const char *place;
		enum rawbpf_way way;
	} refused[] = {
		{ "kprobe vfs_open(a, b: s32)", RAWBPF_WAY_KPROBE },
		{ "uprobe \"libc.so.6\":open(a, b: s32)", RAWBPF_WAY_UPROBE },
		{ "syscall openat(a, b: s32)", RAWBPF_WAY_TRACEPOINT },
		{ "syscall openat(a, b: s32)", RAWBPF_WAY_KPROBE },
	};
	struct rawbpf_btf kernel;
	struct world *w;

	kernel_make(&kernel);
	expect_one("raw_tp f(a, b: s32)", RAWBPF_WAY_RAW_TP, unknown, NULL,
		   BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, words);
	expect_one("fentry vfs_open(a, b: s32)", RAWBPF_WAY_FENTRY, unknown, &kernel,
		   BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, id_open, words);
	for (unsigned i = 0; i < RAWBPF_COUNT(refused); i++) {
		w = one(refused[i].place, refused[i].way, unknown, NULL);
		expect_reason(w, -EOPNOTSUPP, 2, message);
		world_close(w);
	}
	w = one("syscall openat(a, b: s32)", RAWBPF_WAY_RAW_TP, unknown, NULL);
	expect_reason(w, -EOPNOTSUPP, 2, "this architecture is unknown");
	world_close(w);
	w = world_open(".prog p\n.at kprobe vfs_open\n r0 = 0\n exit\n", unknown, NULL);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_KPROBE });
	expect_listing(w, "r0 = 0x0\nexit\n");
	world_close(w);
}
END_TEST

/* Resolve a program that reads its only slot, `a`. Expect the offset of the argument. */
static void expect_parameter(const char *place, enum rawbpf_way way, const struct rawbpf_btf *kernel,
			     int offset)
{
	char text[256], listing[256];
	struct world *w;

	snprintf(text, sizeof(text), ".prog p\n.at %s\n r0 = 0\n exit\n", place);
	snprintf(listing, sizeof(listing), "r6 = r1\nr1 = *(u64 *)(r6 + 0x%x)\n"
		 "*(u64 *)(r10 - 0x8) = r1\nr0 = 0x0\nexit\n", offset);
	w = world_open(text, RAWBPF_ARCH_X86_64, kernel);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, way });
	expect_listing(w, listing);
	world_close(w);
}

static void expect_refused(const char *place, enum rawbpf_way way, const struct rawbpf_btf *kernel,
			   int error, const char *message)
{
	char text[256];
	struct world *w;

	snprintf(text, sizeof(text), ".prog p\n.at %s\n r0 = 0\n exit\n", place);
	w = world_open(text, RAWBPF_ARCH_X86_64, kernel);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, way });
	expect_reason(w, error, 2, message);
	world_close(w);
}

/* The first parameter that points to the struct, wherever the kernel has it. */
START_TEST(parameters)
{
	struct rawbpf_btf kernel;

	kernel_make(&kernel);
	expect_parameter("tp_btf block_rq_issue(a: request)", RAWBPF_WAY_TP_BTF, &kernel, 0);
	expect_parameter("tp_btf old_rq_issue(a: request)", RAWBPF_WAY_TP_BTF, &kernel, 8);
	expect_parameter("raw_tp old_rq_issue(a: request)", RAWBPF_WAY_RAW_TP, &kernel, 8);
	expect_parameter("kprobe vfs_open(a: path)", RAWBPF_WAY_KPROBE, &kernel, 112);
	expect_parameter("kprobe vfs_open(a: file)", RAWBPF_WAY_KPROBE, &kernel, 104);
	expect_parameter("fentry vfs_open(a: file)", RAWBPF_WAY_FENTRY, &kernel, 8);
	expect_refused("raw_tp block_rq_issue(a: file)", RAWBPF_WAY_RAW_TP, &kernel, -ENOENT,
		       "no parameter here points to a struct 'file'");
	expect_refused("raw_tp block_rq_issue(a: request)", RAWBPF_WAY_RAW_TP, NULL, -ENODATA,
		       "'block_rq_issue' needs the kernel's BTF, and there is none");
	expect_refused("kprobe vfs_close(a: file)", RAWBPF_WAY_KPROBE, &kernel, -ENOENT,
		       "the kernel's BTF has no 'vfs_close'");
	expect_refused("fentry vfs_close(a)", RAWBPF_WAY_FENTRY, &kernel, -ENOENT,
		       "the kernel's BTF has no 'vfs_close'");
	expect_refused("tp_btf vfs_open(a)", RAWBPF_WAY_TP_BTF, &kernel, -ENOENT,
		       "the kernel's BTF has no 'btf_trace_vfs_open'");
	expect_refused("iter task", RAWBPF_WAY_ITER, NULL, -ENODATA,
		       "'task' needs the kernel's BTF, and there is none");
	expect_refused("uprobe \"libc.so.6\":open(a: file)", RAWBPF_WAY_UPROBE, &kernel, -EOPNOTSUPP,
		       "'libc.so.6' has no parameters in BTF: give the argument no type, or u64");
}
END_TEST

/* A function of a module: its BTF continues that of the kernel, and has a descriptor. */
START_TEST(modules)
{
	static const char text[] = ".prog p\n.at fentry mod_open\n call mod_open\n call mod_close\n exit\n"
				   ".prog q\n.at fentry vfs_open\n call mod_open\n exit\n";
	static struct {
		struct btf_header header;
		struct btf_type function;
		char strings[16];
	} bytes;
	struct rawbpf_btf kernel, module;
	const struct rawbpf_symbol_module modules[] = { { .btf = &module, .fd = 42 } };
	struct world *w;
	int id;

	kernel_make(&kernel);
	memcpy(bytes.strings + 1, "mod_open", 9);
	bytes.header = (struct btf_header){ .magic = BTF_MAGIC, .version = BTF_VERSION,
					    .hdr_len = sizeof(bytes.header),
					    .type_len = sizeof(bytes.function),
					    .str_off = sizeof(bytes.function),
					    .str_len = sizeof(bytes.strings) };
	bytes.function = (struct btf_type){ .name_off = kernel.strings_size + 1,
					    .info = BTF_KIND_FUNC << 24,
					    .type = rawbpf_btf_type_get(&kernel, id_open)->type };
	ck_assert_int_eq(rawbpf_btf_parse(&module, &bytes, sizeof(bytes), &kernel), 0);
	id = rawbpf_btf_type_find(&module, BTF_KIND_FUNC, "mod_open");
	ck_assert_int_gt(id, id_iter_task);
	w = world_open(text, RAWBPF_ARCH_X86_64, &kernel);
	w->symbols.modules = modules;
	w->symbols.module_count = 1;
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_FENTRY });
	expect_reason(w, -ENOENT, 4, "'mod_close' is no label, no helper, and no function of the kernel");
	ck_assert_uint_eq(w->resolved.attach_btf_id, id);
	ck_assert_int_eq(w->resolved.attach_btf, 42);
	world_resolve(w, (struct rawbpf_unit){ 1, 1, 1, RAWBPF_WAY_FENTRY });
	ck_assert_int_eq(w->result, 2);
	ck_assert_uint_eq(w->resolved.attach_btf_id, id_open);
	ck_assert_int_eq(w->resolved.attach_btf, 0);
	ck_assert_mem_eq(&w->insns[0], (&(const struct bpf_insn[]){ BPF_CALL_KFUNC(1, id) }[0]),
			 sizeof(struct bpf_insn));
	w->symbols.kernel = NULL;
	world_resolve(w, (struct rawbpf_unit){ 1, 1, 1, RAWBPF_WAY_FENTRY });
	ck_assert_int_eq(w->result, -ENODATA);
	world_close(w);
}
END_TEST

/* The address of a variable, of the kernel or of a module, unless a number has its name. */
START_TEST(variables)
{
	static const char text[] = ".set number 5\n.prog p\n.at none\n r1 = runqueues ll\n r2 = mod_queue ll\n"
				   " r3 = number ll\n exit\n.prog q\n.at none\n r1 = nothing ll\n exit\n";
	static struct {
		struct btf_header header;
		struct btf_type variable;
		struct btf_var linkage;
		char strings[16];
	} bytes;
	struct rawbpf_btf kernel, module;
	const struct rawbpf_symbol_module modules[] = { { .btf = &module, .fd = 42 } };
	struct world *w;

	kernel_make(&kernel);
	memcpy(bytes.strings + 1, "mod_queue", 10);
	bytes.header = (struct btf_header){
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(bytes.header),
		.type_len = sizeof(bytes.variable) + sizeof(bytes.linkage),
		.str_off = sizeof(bytes.variable) + sizeof(bytes.linkage), .str_len = sizeof(bytes.strings) };
	bytes.variable = (struct btf_type){ .name_off = kernel.strings_size + 1, .info = BTF_KIND_VAR << 24,
					    .type = rawbpf_btf_type_get(&kernel, id_variable)->type };
	bytes.linkage.linkage = BTF_VAR_GLOBAL_ALLOCATED;
	ck_assert_int_eq(rawbpf_btf_parse(&module, &bytes, sizeof(bytes), &kernel), 0);
	w = world_open(text, RAWBPF_ARCH_X86_64, &kernel);
	w->symbols.modules = modules;
	w->symbols.module_count = 1;
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_NONE });
	ck_assert_msg(w->result == 7, "%d: %s", w->result, w->resolved.error.at.message);
	ck_assert_mem_eq(w->insns, ((const struct bpf_insn[]){
		RAWBPF_LD_BTF_ID(BPF_REG_1, id_variable, 0),
		RAWBPF_LD_BTF_ID(BPF_REG_2, rawbpf_btf_type_end(&kernel), 42),
		BPF_LD_IMM64(BPF_REG_3, 5) }), 6 * sizeof(struct bpf_insn));
	world_resolve(w, (struct rawbpf_unit){ 1, 1, 1, RAWBPF_WAY_NONE });
	expect_reason(w, -ENOENT, 10, "neither the uapi headers nor this kernel have a constant 'nothing'");
	world_close(w);
}
END_TEST

/* ------------------------------------------------------------------------- system calls */

static const char chroot_text[] =
	".prog p\n.at syscall chroot(path)\n r1 = *(u64 *)(r10 + path)\n r0 = 0\n exit\n";
static const char chroot_body[] = "r1 = *(u64 *)(r10 - 0x8)\nr0 = 0x0\nexit\n";

static void expect_call(enum rawbpf_way way, enum rawbpf_arch arch, unsigned type, const char *entry)
{
	struct world *w = world_open(chroot_text, arch, NULL);
	char listing[2048];

	snprintf(listing, sizeof(listing), "%s%s", entry, chroot_body);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, way });
	expect_listing(w, listing);
	ck_assert_uint_eq(w->resolved.type, type);
	world_close(w);
}

/* The wrapper's argument 1 is the address of the caller's registers. */
#define WRAPPER(FIRST, ARGUMENT) \
	"r6 = r1\nr7 = *(u64 *)(r6 + " FIRST ")\nr3 = r7\nr3 += " ARGUMENT "\nr2 = 0x8\nr1 = r10\n" \
	"r1 += -0x8\ncall 0x71\n"

START_TEST(calls)
{
	static const char tracepoint[] = "r6 = r1\nr1 = *(u64 *)(r6 + 0x10)\n*(u64 *)(r10 - 0x8) = r1\n";

	expect_call(RAWBPF_WAY_TRACEPOINT, RAWBPF_ARCH_X86_64, BPF_PROG_TYPE_TRACEPOINT, tracepoint);
	expect_call(RAWBPF_WAY_TRACEPOINT, RAWBPF_ARCH_S390X, BPF_PROG_TYPE_TRACEPOINT, tracepoint);
	expect_call(RAWBPF_WAY_KPROBE, RAWBPF_ARCH_X86_64, BPF_PROG_TYPE_KPROBE, WRAPPER("0x70", "0x70"));
	expect_call(RAWBPF_WAY_KPROBE, RAWBPF_ARCH_ARM64, BPF_PROG_TYPE_KPROBE, WRAPPER("0x0", "0x110"));
	expect_call(RAWBPF_WAY_KPROBE, RAWBPF_ARCH_RISCV64, BPF_PROG_TYPE_KPROBE,
		    WRAPPER("0x50", "0x118"));
	expect_call(RAWBPF_WAY_KPROBE, RAWBPF_ARCH_S390X, BPF_PROG_TYPE_KPROBE, WRAPPER("0x28", "0x98"));
}
END_TEST

/* The numbers that a raw tracepoint's program compares with, in their order. */
static unsigned count_numbers(const struct world *w, const char *call, enum rawbpf_arch arch)
{
	struct rawbpf_syscall found;
	unsigned count = 0;

	if (rawbpf_syscall_find(&found, arch, call) < 0)
		return 0;
	for (unsigned i = 0; i < w->resolved.entry_count; i++)
		count += BPF_CLASS(w->insns[i].code) == BPF_JMP && BPF_OP(w->insns[i].code) == BPF_JEQ &&
			 w->insns[i].imm == found.number;
	return count;
}

/* One raw tracepoint serves all calls of a program. Calls that the architecture lacks are left out. */
START_TEST(dispatch)
{
	static const char text[] =
		".prog p\n.at syscall openat(_, path)\n.at syscall open(path)\n"
		".at syscall openat2(_, path)\n r1 = *(u64 *)(r10 + path)\n r0 = 0\n exit\n"
		".prog q\n.at syscall open(path)\n r0 = 0\n exit\n";
	struct world *w = world_open(text, RAWBPF_ARCH_X86_64, NULL);

	world_resolve(w, (struct rawbpf_unit){ 0, 0, 3, RAWBPF_WAY_RAW_TP });
	ck_assert_int_gt(w->result, 0);
	ck_assert_uint_ge(count_numbers(w, "openat", RAWBPF_ARCH_X86_64), 1);
	ck_assert_uint_ge(count_numbers(w, "open", RAWBPF_ARCH_X86_64), 1);
	ck_assert_uint_ge(count_numbers(w, "openat2", RAWBPF_ARCH_X86_64), 1);
	world_close(w);
	w = world_open(text, RAWBPF_ARCH_ARM64, NULL);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 3, RAWBPF_WAY_RAW_TP });
	ck_assert_int_gt(w->result, 0);
	ck_assert_uint_ge(count_numbers(w, "openat", RAWBPF_ARCH_ARM64), 1);
	ck_assert_uint_ge(count_numbers(w, "openat2", RAWBPF_ARCH_ARM64), 1);
	world_resolve(w, (struct rawbpf_unit){ 1, 3, 1, RAWBPF_WAY_RAW_TP });
	expect_reason(w, -ENOENT, 9, "this architecture has no system call 'open'");
	world_close(w);
}
END_TEST

static void expect_ways(const char *text, unsigned place, enum rawbpf_way first, enum rawbpf_way second,
			enum rawbpf_way third)
{
	struct world *w = world_open(text, RAWBPF_ARCH_X86_64, NULL);
	enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];

	ck_assert_int_eq(rawbpf_collection_ways_find(ways, &w->collection, place), 3);
	ck_assert_int_eq(ways[0], first);
	ck_assert_int_eq(ways[1], second);
	ck_assert_int_eq(ways[2], third);
	world_close(w);
}

START_TEST(candidates)
{
	static const char alone[] = ".prog p\n.at syscall chroot\n exit\n";
	static const char pair[] = ".prog p\n.at syscall chroot\n exit\n"
				   ".prog q\n.at sysret chroot -> ret\n exit\n";
	struct world *w = world_open(".prog p\n.at kprobe f\n exit\n", RAWBPF_ARCH_X86_64, NULL);
	enum rawbpf_way ways[RAWBPF_WAYS_OF_PLACE];

	ck_assert_int_eq(rawbpf_collection_ways_find(ways, &w->collection, 0), 1);
	ck_assert_int_eq(ways[0], RAWBPF_WAY_KPROBE);
	world_close(w);
	expect_ways(alone, 0, RAWBPF_WAY_KPROBE, RAWBPF_WAY_TRACEPOINT, RAWBPF_WAY_RAW_TP);
	expect_ways(pair, 0, RAWBPF_WAY_TRACEPOINT, RAWBPF_WAY_RAW_TP, RAWBPF_WAY_KPROBE);
	expect_ways(pair, 1, RAWBPF_WAY_TRACEPOINT, RAWBPF_WAY_RAW_TP, RAWBPF_WAY_KRETPROBE);
}
END_TEST

/* --------------------------------------------------------------------- types of programs */

static void expect_type(const char *place, enum rawbpf_way way, const struct rawbpf_btf *kernel,
			unsigned type, unsigned attach_type, unsigned id)
{
	char text[256];
	struct world *w;

	snprintf(text, sizeof(text), ".prog p\n.at %s\n r0 = 0\n exit\n", place);
	w = world_open(text, RAWBPF_ARCH_X86_64, kernel);
	world_resolve(w, (struct rawbpf_unit){ 0, 0, 1, way });
	expect_listing(w, "r0 = 0x0\nexit\n");
	ck_assert_uint_eq(w->resolved.type, type);
	ck_assert_uint_eq(w->resolved.attach_type, attach_type);
	ck_assert_uint_eq(w->resolved.attach_btf_id, id);
	world_close(w);
}

START_TEST(types)
{
	struct rawbpf_btf kernel;

	kernel_make(&kernel);
	expect_type("xdp \"eth0\"", RAWBPF_WAY_XDP, NULL, BPF_PROG_TYPE_XDP, 0, 0);
	expect_type("tc \"eth0\" ingress", RAWBPF_WAY_TC, NULL, BPF_PROG_TYPE_SCHED_CLS, 0, 0);
	expect_type("perf 99", RAWBPF_WAY_PERF, NULL, BPF_PROG_TYPE_PERF_EVENT, 0, 0);
	expect_type("socket", RAWBPF_WAY_SOCKET, NULL, BPF_PROG_TYPE_SOCKET_FILTER, 0, 0);
	expect_type("none", RAWBPF_WAY_NONE, NULL, BPF_PROG_TYPE_SOCKET_FILTER, 0, 0);
	expect_type("tracepoint sched:sched_switch", RAWBPF_WAY_TRACEPOINT, NULL,
		    BPF_PROG_TYPE_TRACEPOINT, 0, 0);
	expect_type("iter task", RAWBPF_WAY_ITER, &kernel, BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER,
		    id_iter_task);
	expect_type("cgroup device", RAWBPF_WAY_CGROUP, NULL, BPF_PROG_TYPE_CGROUP_DEVICE,
		    BPF_CGROUP_DEVICE, 0);
	expect_type("cgroup inet_egress", RAWBPF_WAY_CGROUP, NULL, BPF_PROG_TYPE_CGROUP_SKB,
		    BPF_CGROUP_INET_EGRESS, 0);
	expect_type("cgroup inet4_connect", RAWBPF_WAY_CGROUP, NULL, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		    BPF_CGROUP_INET4_CONNECT, 0);
	expect_type("cgroup inet4_post_bind", RAWBPF_WAY_CGROUP, NULL, BPF_PROG_TYPE_CGROUP_SOCK,
		    BPF_CGROUP_INET4_POST_BIND, 0);
	expect_type("cgroup inet_sock_create", RAWBPF_WAY_CGROUP, NULL, BPF_PROG_TYPE_CGROUP_SOCK,
		    BPF_CGROUP_INET_SOCK_CREATE, 0);
	expect_type("cgroup sock_ops", RAWBPF_WAY_CGROUP, NULL, BPF_PROG_TYPE_SOCK_OPS,
		    BPF_CGROUP_SOCK_OPS, 0);
	expect_type("cgroup setsockopt", RAWBPF_WAY_CGROUP, NULL, BPF_PROG_TYPE_CGROUP_SOCKOPT,
		    BPF_CGROUP_SETSOCKOPT, 0);
	expect_refused("cgroup nothing", RAWBPF_WAY_CGROUP, NULL, -EINVAL,
		       "'nothing' is no hook of cgroups: inet_ingress, device, ...");
}
END_TEST

START_TEST(names)
{
	for (int way = 0; way < RAWBPF_WAYS; way++)
		ck_assert_int_eq(rawbpf_way_find(rawbpf_way_name(way)), way);
	ck_assert_str_eq(rawbpf_way_name(RAWBPF_WAY_RAW_TP), "raw_tp");
	ck_assert_str_eq(rawbpf_way_name(RAWBPF_WAY_SOCKET), "socket");
	ck_assert_ptr_null(rawbpf_way_name(RAWBPF_WAYS));
	ck_assert_int_eq(rawbpf_way_find("raw"), -ENOENT);
	ck_assert_int_eq(rawbpf_way_find(""), -ENOENT);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, registers);
	tcase_add_test(tests, functions);
	tcase_add_test(tests, unknown_architecture);
	tcase_add_test(tests, parameters);
	tcase_add_test(tests, modules);
	tcase_add_test(tests, variables);
	tcase_add_test(tests, calls);
	tcase_add_test(tests, dispatch);
	tcase_add_test(tests, candidates);
	tcase_add_test(tests, types);
	tcase_add_test(tests, names);
}

int main(void)
{
	return unit_run("collection/resolve_text", add_tests);
}
