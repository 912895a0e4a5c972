/* SPDX-License-Identifier: MIT */
/* Names become the numbers of made BTF, of contexts, of uapi headers and of the caller. */
#include <errno.h>
#include <string.h>

#include <rawbpf.h>

#include "../unit.h"

static uint32_t kernel_memory[2048], module_memory[512];
static uint32_t index_memory[1 << 16];
static struct rawbpf_btf kernel, module;
static struct rawbpf_symbol_index names;
static struct rawbpf_symbol_module modules[1];

/* Append bytes that the library writes nowhere: an enum, or a struct with bit fields. */
static int raw_type(struct rawbpf_btf_build *b, unsigned kind, const char *name, unsigned size,
		    const char *const *members, const uint32_t (*words)[2], unsigned count,
		    unsigned flag)
{
	unsigned each = kind == BTF_KIND_ENUM ? 2 : 3;
	struct btf_header *header = b->data;
	/* A struct has room for three words in each member; the loop below fills it. */
	const struct rawbpf_btf_field none[8] = { { NULL, 0, 0 } };
	unsigned room = (count * each + 2) / 3, before = header->type_len;
	int id = rawbpf_btf_struct_emit(b, BTF_KIND_STRUCT, name, size, none, room);
	struct btf_type *type = (void *)((char *)b->data + header->hdr_len + before);
	uint32_t *word = (void *)(type + 1);

	type->info = kind << 24 | count | flag << 31;
	for (unsigned i = 0; i < count; i++) {
		int string = rawbpf_btf_string_emit(b, members[i]);

		*word++ = (uint32_t)string;
		*word++ = words[i][0];
		if (each == 3)
			*word++ = words[i][1];
	}
	ck_assert_uint_eq(count * each % 3, 0);
	return id;
}

static struct rawbpf_btf parsed(const struct rawbpf_btf_build *b, const struct rawbpf_btf *base)
{
	struct rawbpf_btf btf;

	ck_assert_int_eq(b->error, 0);
	ck_assert_int_eq(rawbpf_btf_parse(&btf, b->data, b->size, base), 0);
	return btf;
}

static void kernel_make(void)
{
	struct rawbpf_btf_build b = { .data = kernel_memory, .max = sizeof kernel_memory };
	int i32 = rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	int u64 = rawbpf_btf_int_emit(&b, "long unsigned int", 8, 0);
	int character = rawbpf_btf_int_emit(&b, "char", 1, BTF_INT_CHAR);
	int comm = rawbpf_btf_array_emit(&b, character, i32, 16);
	int pointer = rawbpf_btf_ref_emit(&b, BTF_KIND_PTR, NULL, 0);
	const struct rawbpf_btf_field entity[] = { { "on_rq", i32, 0 }, { "exec_start", u64, 8 } };
	int se = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "sched_entity", 16, entity, 2);
	const struct rawbpf_btf_field unnamed[] = { { "tgid", i32, 0 }, { "pid", i32, 4 } };
	int inner = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, NULL, 8, unnamed, 2);
	const struct rawbpf_btf_field task[] = {
		{ "parent", pointer, 0 }, { NULL, inner, 8 }, { "comm", comm, 16 },
		{ "se", se, 32 } };
	int task_id = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "task_struct", 48, task, 4);
	const struct rawbpf_btf_field exec[] = { { "ent", u64, 0 }, { "__data_loc_filename", i32, 8 } };
	const struct rawbpf_btf_field enter[] = { { "nr", i32, 8 }, { "args", comm, 16 } };
	static const char *const enumerators[] = { "PIDTYPE_PID", "PIDTYPE_NONE", "HUGE_BIT" };
	static const uint32_t values[][2] = { { 0, 0 }, { (uint32_t)-1, 0 }, { 5, 0 } };
	static const char *const wide[] = { "WIDE_ONE", "WIDE_MINUS" };
	static const uint32_t wide_values[][2] = { { 1, 1 }, { (uint32_t)-2, (uint32_t)-1 } };
	static const char *const plain[] = { "PLAIN_TOP", "PLAIN_LOW", "PLAIN_MID" };
	static const uint32_t plain_values[][2] = { { 0xffffffff, 0 }, { 1, 0 }, { 2, 0 } };
	static const char *const bits[] = { "flag", "whole" };
	uint32_t bit_words[][2] = { { (uint32_t)i32, 3u << 24 | 1 }, { (uint32_t)i32, 32 } };
	int proto = rawbpf_btf_func_proto_emit(&b, 0, NULL, 0), callable;

	rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "task_t", task_id);
	rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "trace_event_raw_sched_process_exec", 12, exec, 2);
	rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "syscall_trace_enter", 64, enter, 2);
	raw_type(&b, BTF_KIND_ENUM, "pid_type", 4, enumerators, values, 3, 1);
	raw_type(&b, BTF_KIND_ENUM64, "wide", 8, wide, wide_values, 2, 1);
	raw_type(&b, BTF_KIND_ENUM, "plain", 4, plain, plain_values, 3, 0);
	raw_type(&b, BTF_KIND_STRUCT, "sk_buff", 8, bits, bit_words, 2, 1);
	callable = rawbpf_btf_func_emit(&b, "bpf_task_acquire", proto, BTF_FUNC_GLOBAL);
	rawbpf_btf_func_emit(&b, "vfs_read", proto, BTF_FUNC_GLOBAL);
	rawbpf_btf_decl_tag_emit(&b, "bpf_kfunc", callable, -1);
	rawbpf_btf_var_emit(&b, "runqueues", se, BTF_VAR_GLOBAL_ALLOCATED);
	kernel = parsed(&b, NULL);
}

static void module_make(void)
{
	struct rawbpf_btf_build b = { .data = module_memory, .max = sizeof module_memory };
	const struct rawbpf_btf_field conn[] = { { "mark", 1, 4 } };
	unsigned first;
	int id;

	/* The ids of a module follow those of the kernel: int is the kernel's type 1. */
	rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "nf_conn", 8, conn, 1);
	id = rawbpf_btf_func_emit(&b, "bpf_ct_release", 1, BTF_FUNC_GLOBAL);
	first = rawbpf_btf_type_end(&kernel);
	rawbpf_btf_decl_tag_emit(&b, "bpf_kfunc", (int)first + id - 1, -1);
	/* Its strings follow the kernel's, too. */
	for (unsigned name = 0; name < 4; name++) {
		uint32_t *word = (void *)((char *)b.data + 24 + 12 * name);

		*word += kernel.strings_size;
	}
	module = parsed(&b, &kernel);
	modules[0] = (struct rawbpf_symbol_module){ .btf = &module, .fd = 7 };
}

/* Symbols of the made kernel: with an index, or without. */
static struct rawbpf_symbols symbols(int indexed)
{
	kernel_make();
	module_make();
	memset(index_memory, 0xff, sizeof index_memory);
	names = (struct rawbpf_symbol_index){ .memory = index_memory, .size = sizeof index_memory };
	ck_assert_uint_le(rawbpf_symbol_index_size(&kernel), sizeof index_memory);
	return (struct rawbpf_symbols){ .arch = RAWBPF_ARCH_X86_64, .kernel = &kernel,
					.modules = modules, .module_count = 1,
					.index = indexed ? &names : NULL };
}

/* What rawbpf_symbol_find() shall return for a name. */
static const struct {
	const char *name;
	int error;
	enum rawbpf_symbol_kind kind;
	int64_t value;
	unsigned size, width;
} cases[] = {
	{ "task_struct.parent", 0, RAWBPF_SYMBOL_MEMBER, 0, 8, 8 },
	{ "task_struct.tgid", 0, RAWBPF_SYMBOL_MEMBER, 8, 4, 4 },
	{ "task_struct.pid", 0, RAWBPF_SYMBOL_MEMBER, 12, 4, 4 },
	{ "task_struct.comm", 0, RAWBPF_SYMBOL_MEMBER, 16, 16, 0 },
	{ "task_struct.comm[15]", 0, RAWBPF_SYMBOL_MEMBER, 31, 1, 1 },
	{ "task_struct.comm[16]", -EINVAL, 0, 0, 0, 0 },
	{ "task_struct.comm[", -EINVAL, 0, 0, 0, 0 },
	{ "task_struct.se", 0, RAWBPF_SYMBOL_MEMBER, 32, 16, 0 },
	{ "task_struct.se.exec_start", 0, RAWBPF_SYMBOL_MEMBER, 40, 8, 8 },
	{ "task_t.se.on_rq", 0, RAWBPF_SYMBOL_MEMBER, 32, 4, 4 },
	{ "task_struct.se.nothing", -ENOENT, 0, 0, 0, 0 },
	{ "task_struct.tgid.x", -EINVAL, 0, 0, 0, 0 },
	{ "task_struct.", -EINVAL, 0, 0, 0, 0 },
	{ ".tgid", -EINVAL, 0, 0, 0, 0 },
	{ "", -EINVAL, 0, 0, 0, 0 },
	{ "task_structs.tgid", -ENOENT, 0, 0, 0, 0 },
	{ "sk_buff.flag", -EDOM, 0, 0, 0, 0 },
	{ "sk_buff.whole", 0, RAWBPF_SYMBOL_MEMBER, 4, 4, 4 },
	{ "nf_conn.mark", 0, RAWBPF_SYMBOL_MEMBER, 4, 4, 4 },
	{ "sched_process_exec.filename", 0, RAWBPF_SYMBOL_FIELD, 8, 4, 4 },
	{ "sched_process_exec.ent", 0, RAWBPF_SYMBOL_FIELD, 0, 8, 8 },
	{ "sys_enter_openat.nr", 0, RAWBPF_SYMBOL_FIELD, 8, 4, 4 },
	{ "sys_exit_openat.ret", -ENOENT, 0, 0, 0, 0 },
	/* The made kernel lacks these structs, so the library's table has them. */
	{ "xdp_md.data_end", 0, RAWBPF_SYMBOL_CONTEXT, 4, 4, 4 },
	{ "__sk_buff.cb", 0, RAWBPF_SYMBOL_CONTEXT, 48, 20, 0 },
	{ "__sk_buff.cb[4]", 0, RAWBPF_SYMBOL_CONTEXT, 64, 4, 4 },
	{ "__sk_buff.cb[5]", -EINVAL, 0, 0, 0, 0 },
	{ "__sk_buff.mark[0]", -EINVAL, 0, 0, 0, 0 },
	{ "__sk_buff.nothing", -ENOENT, 0, 0, 0, 0 },
	{ "PIDTYPE_PID", 0, RAWBPF_SYMBOL_ENUMERATOR, 0, 0, 0 },
	{ "PIDTYPE_NONE", 0, RAWBPF_SYMBOL_ENUMERATOR, -1, 0, 0 },
	{ "HUGE_BIT", 0, RAWBPF_SYMBOL_ENUMERATOR, 5, 0, 0 },
	{ "WIDE_ONE", 0, RAWBPF_SYMBOL_ENUMERATOR, 0x100000001, 0, 0 },
	{ "WIDE_MINUS", 0, RAWBPF_SYMBOL_ENUMERATOR, -2, 0, 0 },
	/* Another enum has the mark, so this one is unsigned. */
	{ "PLAIN_TOP", 0, RAWBPF_SYMBOL_ENUMERATOR, 0xffffffff, 0, 0 },
	{ "PIDTYPE_PIDS", -ENOENT, 0, 0, 0, 0 },
	{ "PIDTYPE_PI", -ENOENT, 0, 0, 0, 0 },
	{ "pid_type", -ENOENT, 0, 0, 0, 0 },
	{ "task_struct", -ENOENT, 0, 0, 0, 0 },
	{ "O_CREAT", 0, RAWBPF_SYMBOL_CONSTANT, 0100, 0, 0 },
	{ "O_DIRECTORY", 0, RAWBPF_SYMBOL_CONSTANT, 0200000, 0, 0 },
	{ "AT_FDCWD", 0, RAWBPF_SYMBOL_CONSTANT, -100, 0, 0 },
	{ "AF_INET6", 0, RAWBPF_SYMBOL_CONSTANT, 10, 0, 0 },
	{ "TCP_SYN_SENT", 0, RAWBPF_SYMBOL_CONSTANT, 2, 0, 0 },
	{ "XDP_PASS", 0, RAWBPF_SYMBOL_CONSTANT, 2, 0, 0 },
	{ "TC_ACT_UNSPEC", 0, RAWBPF_SYMBOL_CONSTANT, -1, 0, 0 },
	{ "BPF_NOEXIST", 0, RAWBPF_SYMBOL_CONSTANT, 1, 0, 0 },
	{ "BPF_F_CTXLEN_MASK", 0, RAWBPF_SYMBOL_CONSTANT, 0xfffffll << 32, 0, 0 },
	{ "BPF_F_CURRENT_CPU", 0, RAWBPF_SYMBOL_CONSTANT, 0xffffffff, 0, 0 },
	{ "EACCES", 0, RAWBPF_SYMBOL_CONSTANT, 13, 0, 0 },
	{ "SIGKILL", 0, RAWBPF_SYMBOL_CONSTANT, 9, 0, 0 },
	{ "BPF_MAP_TYPE_RINGBUF", 0, RAWBPF_SYMBOL_CONSTANT, 27, 0, 0 },
	{ "BPF_PROG_TYPE_XDP", 0, RAWBPF_SYMBOL_CONSTANT, 6, 0, 0 },
	{ "BPF_TRACE_ITER", 0, RAWBPF_SYMBOL_CONSTANT, 28, 0, 0 },
	{ "BPF_FUNC_map_lookup_elem", 0, RAWBPF_SYMBOL_CONSTANT, 1, 0, 0 },
	{ "BTF_KIND_FLOAT", 0, RAWBPF_SYMBOL_CONSTANT, 16, 0, 0 },
	{ "BPF_MAP_TYPE_ringbuf", -ENOENT, 0, 0, 0, 0 },
	{ "BPF_", -ENOENT, 0, 0, 0, 0 },
	{ "O_", -ENOENT, 0, 0, 0, 0 },
	{ "opt.pid", 0, RAWBPF_SYMBOL_VALUE, 42, 0, 0 },
	{ "EPERM", 0, RAWBPF_SYMBOL_VALUE, 99, 0, 0 },
};

static void check_all(struct rawbpf_symbols *of)
{
	static const struct rawbpf_symbol_value values[] = { { "opt.pid", 42 }, { "EPERM", 99 } };

	of->values = values;
	of->value_count = 2;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rawbpf_symbol symbol;
		int err = rawbpf_symbol_find(&symbol, of, cases[i].name);

		ck_assert_msg(err == cases[i].error, "%s: %d", cases[i].name, err);
		if (err)
			continue;
		ck_assert_msg((int64_t)symbol.value == cases[i].value, "%s: %lld", cases[i].name,
			      (long long)symbol.value);
		ck_assert_msg(symbol.kind == cases[i].kind && symbol.size == cases[i].size &&
			      symbol.width == cases[i].width, "%s: kind %d, size %u, width %u",
			      cases[i].name, symbol.kind, symbol.size, symbol.width);
	}
}

START_TEST(test_find)
{
	struct rawbpf_symbols of = symbols(_i);

	check_all(&of);
	check_all(&of); /* from what the index kept */
}
END_TEST

/* An index without room for all names answers as one with it, only slower. */
START_TEST(test_small_index)
{
	struct rawbpf_symbols of = symbols(1);
	size_t whole = rawbpf_symbol_index_size(&kernel);

	for (size_t size = 0; size < whole; size += size < 65536 ? 65536 : 12) {
		names = (struct rawbpf_symbol_index){ .memory = index_memory, .size = size };
		check_all(&of);
	}
}
END_TEST

START_TEST(test_architectures)
{
	static const struct {
		enum rawbpf_arch arch;
		uint64_t directory, tmpfile;
	} archs[] = {
		{ RAWBPF_ARCH_X86_64, 0200000, 020200000 },
		{ RAWBPF_ARCH_ARM64, 040000, 020040000 },
		{ RAWBPF_ARCH_RISCV64, 0200000, 020200000 },
		{ RAWBPF_ARCH_S390X, 0200000, 020200000 },
	};
	struct rawbpf_symbol symbol;

	for (unsigned i = 0; i < sizeof archs / sizeof archs[0]; i++) {
		const struct rawbpf_symbols of = { .arch = archs[i].arch };

		ck_assert_int_eq(rawbpf_symbol_find(&symbol, &of, "O_DIRECTORY"), 0);
		ck_assert_uint_eq(symbol.value, archs[i].directory);
		ck_assert_int_eq(rawbpf_symbol_find(&symbol, &of, "O_TMPFILE"), 0);
		ck_assert_uint_eq(symbol.value, archs[i].tmpfile);
	}
}
END_TEST

START_TEST(test_sizes)
{
	struct rawbpf_symbols of = symbols(_i);

	ck_assert_int_eq(rawbpf_symbol_size(&of, "task_struct"), 48);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "task_t"), 48);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "pid_type"), 4);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "wide"), 8);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "nf_conn"), 8);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "task_struct.comm"), 16);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "task_struct.se"), 16);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "task_struct.com"), -ENOENT);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "tasks"), -ENOENT);
	ck_assert_int_eq(rawbpf_symbol_size(&of, "sk_buff.flag"), -EDOM);
	ck_assert_int_eq(rawbpf_symbol_size(&of, ""), -EINVAL);
}
END_TEST

START_TEST(test_existence)
{
	static const struct {
		const char *name;
		int has, error;
	} asked[] = {
		{ "task_struct.tgid", 1, 0 }, { "task_struct.__state", 0, 0 },
		{ "nothing.tgid", 0, 0 }, { "sk_buff.flag", 1, 0 }, { "task_struct", 1, 0 },
		{ "PIDTYPE_PID", 1, 0 }, { "PIDTYPE_X", 0, 0 }, { "O_CREAT", 1, 0 },
		{ "bpf_task_acquire", 1, 0 }, { "vfs_read", 0, 0 }, { "bpf_ct_release", 1, 0 },
		{ "runqueues", 1, 0 }, { "task_struct.comm[16]", 0, -EINVAL },
	};
	struct rawbpf_symbols of = symbols(_i);

	for (unsigned i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		int has = 7, err = rawbpf_symbol_has(&has, &of, asked[i].name);

		ck_assert_msg(err == asked[i].error && has == asked[i].has, "%s: %d, %d",
			      asked[i].name, err, has);
	}
}
END_TEST

START_TEST(test_ids)
{
	struct rawbpf_symbols of = symbols(_i);
	struct rawbpf_symbol symbol;

	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &of, "bpf_task_acquire"), 0);
	ck_assert_str_eq(rawbpf_btf_type_name(&kernel, (unsigned)symbol.value), "bpf_task_acquire");
	ck_assert_uint_eq(symbol.module, 0);
	ck_assert_int_eq(symbol.kind, RAWBPF_SYMBOL_KFUNC);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &of, "vfs_read"), -EACCES);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &of, "vfs_reads"), -ENOENT);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &of, "task_struct"), -ENOENT);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &of, "bpf_ct_release"), 0);
	ck_assert_uint_eq(symbol.module, 1);
	ck_assert_uint_eq(symbol.value, rawbpf_btf_type_end(&kernel) + 1);
	ck_assert_int_eq(rawbpf_symbol_variable_find(&symbol, &of, "runqueues"), 0);
	ck_assert_str_eq(rawbpf_btf_type_name(&kernel, (unsigned)symbol.value), "runqueues");
	ck_assert_str_eq(rawbpf_btf_type_name(&kernel, symbol.type), "sched_entity");
	ck_assert_uint_eq(symbol.size, 16);
	ck_assert_uint_eq(symbol.width, 0);
	ck_assert_int_eq(rawbpf_symbol_variable_find(&symbol, &of, "vfs_read"), -ENOENT);
}
END_TEST

/* A caller that opens BTF when it is asked. */
static struct {
	struct rawbpf_symbols of;
	unsigned kernels, modules;
} late;

static void late_kernel(void *context)
{
	ck_assert_ptr_eq(context, &late);
	late.kernels++;
	late.of.open_kernel = NULL;
	late.of.kernel = &kernel;
	late.of.index = &names;
}

static void late_modules(void *context)
{
	ck_assert_ptr_eq(context, &late);
	late.modules++;
	late.of.open_modules = NULL;
	late.of.modules = modules;
	late.of.module_count = 1;
}

/* BTF is opened by the first name that needs it, and modules by a function that the kernel lacks. */
START_TEST(test_late)
{
	struct rawbpf_symbol symbol;

	symbols(1); /* fills modules */
	late.of = (struct rawbpf_symbols){ .open_kernel = late_kernel, .open_modules = late_modules,
					   .context = &late };
	late.kernels = late.modules = 0;
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &late.of, "AF_INET6"), 0);
	ck_assert_uint_eq(late.kernels, 0);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &late.of, "task_struct.comm"), 0);
	ck_assert_int_eq(symbol.value, 16);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &late.of, "task_struct.com"), -ENOENT);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &late.of, "bpf_task_acquire"), 0);
	ck_assert_uint_eq(late.kernels, 1);
	ck_assert_uint_eq(late.modules, 0);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &late.of, "bpf_ct_release"), 0);
	ck_assert_uint_eq(symbol.module, 1);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &late.of, "vfs_reads"), -ENOENT);
	ck_assert_uint_eq(late.kernels, 1);
	ck_assert_uint_eq(late.modules, 1);
}
END_TEST

/* There is none: it is asked for once. */
static void late_nothing(void *context)
{
	(void)context;
	late.kernels++;
	late.of.open_kernel = NULL;
}

START_TEST(test_late_nothing)
{
	struct rawbpf_symbol symbol;

	late.of = (struct rawbpf_symbols){ .open_kernel = late_nothing };
	late.kernels = 0;
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &late.of, "task_struct.comm"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &late.of, "task_struct.pid"), -ENODATA);
	ck_assert_uint_eq(late.kernels, 1);
}
END_TEST

/* Without any mark in BTF, only the verifier knows which functions programs may call. */
START_TEST(test_no_marks)
{
	struct rawbpf_btf_build b = { .data = kernel_memory, .max = sizeof kernel_memory };
	int proto = rawbpf_btf_func_proto_emit(&b, 0, NULL, 0);
	int id = rawbpf_btf_func_emit(&b, "vfs_read", proto, BTF_FUNC_GLOBAL);
	const struct rawbpf_symbols of = { .kernel = &kernel };
	struct rawbpf_symbol symbol;

	kernel = parsed(&b, NULL);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &of, "vfs_read"), 0);
	ck_assert_int_eq((int)symbol.value, id);
}
END_TEST

START_TEST(test_nothing_known)
{
	const struct rawbpf_symbols none = { .kernel = NULL };
	struct rawbpf_symbol symbol;
	int has = 7;

	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &none, "task_struct.tgid"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &none, "PIDTYPE_PID"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &none, "xdp_md.data"), 0);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &none, "SIGKILL"), 0);
	ck_assert_int_eq(rawbpf_symbol_size(&none, "task_struct"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_kfunc_find(&symbol, &none, "x"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_variable_find(&symbol, &none, "x"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_has(&has, &none, "task_struct.tgid"), 0);
	ck_assert_int_eq(has, 0);
}
END_TEST

/* What rawbpf_symbol_explain() says. */
static const struct {
	enum rawbpf_symbol_kind kind;
	const char *name;
	int error;
	const char *says;
} sentences[] = {
	{ 0, "task_struct.tgidd", -ENOENT,
	  "task_struct has no member 'tgidd' in this kernel's BTF (did you mean 'tgid'?)" },
	{ 0, "task_struct.se.exec_stat", -ENOENT,
	  "task_struct.se has no member 'exec_stat' in this kernel's BTF (did you mean 'exec_start'?)" },
	{ 0, "task_struct.zzz[1]", -ENOENT, "task_struct has no member 'zzz' in this kernel's BTF" },
	{ 0, "task_strct.tgid", -ENOENT,
	  "this kernel's BTF has no struct 'task_strct' (did you mean 'task_struct'?)" },
	{ 0, "O_CREATE", -ENOENT, "neither the uapi headers nor this kernel have a constant "
	  "'O_CREATE' (did you mean 'O_CREAT'?)" },
	{ 0, "PIDTYPE_PIX", -ENOENT, "neither the uapi headers nor this kernel have a constant "
	  "'PIDTYPE_PIX' (did you mean 'PIDTYPE_PID'?)" },
	{ RAWBPF_SYMBOL_TYPE, "pid_typ", -ENOENT, "this kernel's BTF has no type 'pid_typ' (did you mean "
	  "'pid_type'?)" },
	{ RAWBPF_SYMBOL_KFUNC, "bpf_task_aquire", -ENOENT,
	  "this kernel has no function 'bpf_task_aquire' (did you mean 'bpf_task_acquire'?)" },
	{ RAWBPF_SYMBOL_KFUNC, "vfs_read", -EACCES, "'vfs_read' is a kernel function that programs "
	  "may not call: BTF does not mark it as bpf_kfunc" },
	{ RAWBPF_SYMBOL_VARIABLE, "runqueue", -ENOENT,
	  "this kernel's BTF has no variable 'runqueue' (did you mean 'runqueues'?)" },
	{ 0, "sk_buff.flag", -EDOM, "'sk_buff.flag' is a bit field and has no offset in bytes: load "
	  "its bytes, shift and mask them" },
	{ 0, "a\33b.c", -ENOENT, "this kernel's BTF has no struct 'a\\x1bb'" },
	{ 0, "x.y", -ELOOP, "'x.y' cannot be found, because this kernel's BTF is broken" },
};

START_TEST(test_sentences)
{
	struct rawbpf_symbols of = symbols(1);

	for (unsigned i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
		char text[200], cut[20];
		size_t length = rawbpf_symbol_explain(text, sizeof text, &of, sentences[i].kind,
						      sentences[i].name, sentences[i].error);

		ck_assert_str_eq(text, sentences[i].says);
		ck_assert_uint_eq(length, strlen(text));
		ck_assert_uint_eq(rawbpf_symbol_explain(cut, sizeof cut, &of, sentences[i].kind,
							sentences[i].name, sentences[i].error),
				  length);
		ck_assert_uint_eq(strlen(cut), sizeof cut - 1);
	}
}
END_TEST

START_TEST(test_sentences_without_btf)
{
	const struct rawbpf_symbols none = { .kernel = NULL };
	char text[200];

	rawbpf_symbol_explain(text, sizeof text, &none, 0, "task_struct.tgid", -ENODATA);
	ck_assert_str_eq(text, "'task_struct.tgid' needs the kernel's BTF, which is missing, or an "
			 "offsets file; write one where this kernel has BTF: rawbpf btf offsets "
			 "task_struct.tgid >k.off");
	rawbpf_symbol_explain(text, sizeof text, &none, RAWBPF_SYMBOL_TYPE, "task_struct", -ENODATA);
	ck_assert_str_eq(text, "'task_struct' needs the kernel's BTF, which is missing, or an "
			 "offsets file; write one where this kernel has BTF: rawbpf btf offsets "
			 "'sizeof(task_struct)' >k.off");
	rawbpf_symbol_explain(text, sizeof text, &none, RAWBPF_SYMBOL_KFUNC, "bpf_x", -ENODATA);
	ck_assert_str_eq(text, "'bpf_x' needs the kernel's BTF, which is missing");
	rawbpf_symbol_explain(text, sizeof text, &none, 0, "xdp_md.dat", -ENOENT);
	ck_assert_str_eq(text, "'xdp_md.dat' is no field of this context");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_find, 0, 2);
	tcase_add_test(tests, test_small_index);
	tcase_add_test(tests, test_architectures);
	tcase_add_loop_test(tests, test_sizes, 0, 2);
	tcase_add_loop_test(tests, test_existence, 0, 2);
	tcase_add_loop_test(tests, test_ids, 0, 2);
	tcase_add_test(tests, test_no_marks);
	tcase_add_test(tests, test_late);
	tcase_add_test(tests, test_late_nothing);
	tcase_add_test(tests, test_nothing_known);
	tcase_add_test(tests, test_sentences);
	tcase_add_test(tests, test_sentences_without_btf);
}

int main(void)
{
	return unit_run("symbol", add_tests);
}
