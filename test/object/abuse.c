/* SPDX-License-Identifier: MIT */
/*
 * Mistakes of a caller. Every function that takes a descriptor gets closed ones and wrong ones.
 * Sizes, counts and pointers are wrong. Each call returns an errno, opens and maps nothing, and
 * writes nothing outside of the caller's buffers.
 */
#include "../live.h"

#include <limits.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* The end of a page. Access behind it faults. */
static char *page_end;

static void make_page(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(pages, MAP_FAILED);
	ck_assert_int_eq(mprotect(pages + page, page, PROT_NONE), 0);
	page_end = pages + page;
}

/* ------------------------------------------------------------------------ descriptors */

static uint64_t key[8], value[64];
static int map, prog;

#define FD_CALL(NAME, EXPRESSION)                                                                  \
	static int call_##NAME(int fd)                                                             \
	{                                                                                          \
		struct rawbpf_link link = { 0 };                                                   \
		int result = EXPRESSION;                                                           \
                                                                                                   \
		ck_assert_int_eq(link.fd, 0);                                                      \
		return result;                                                                     \
	}
#define SPEC(TYPE, ...) (&(struct rawbpf_##TYPE){ __VA_ARGS__ })

static int open_iter(int fd)
{
	struct rawbpf_map_iter iter;
	int err = rawbpf_map_iter_open(&iter, fd);

	rawbpf_map_iter_close(&iter);
	return err;
}

static int open_view(int fd)
{
	struct rawbpf_map_view view;
	int err = rawbpf_map_view_open(&view, fd, 0);

	ck_assert_ptr_null(view.data);
	return err;
}

static int on_record(void *context, const void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	return 0;
}

static int open_ring(int fd)
{
	struct rawbpf_ring ring;
	int err = rawbpf_ring_open(&ring, fd, on_record, NULL);

	ck_assert_int_eq(ring.source.fd, 0);
	rawbpf_ring_close(&ring);
	return err;
}

static int open_perfbuf(int fd)
{
	struct rawbpf_perfbuf perfbuf;
	int err = rawbpf_perfbuf_open(&perfbuf, fd, on_record, NULL, NULL);

	ck_assert_int_eq(perfbuf.source.fd, 0);
	rawbpf_perfbuf_close(&perfbuf);
	return err;
}

static int add_to_loop(int fd)
{
	struct rawbpf_source source = { .fd = fd };
	struct rawbpf_loop loop = { .fd = fd };

	return rawbpf_loop_add(&loop, &source);
}

static int open_btf(int fd)
{
	struct rawbpf_btf btf;
	int err = rawbpf_btf_open(&btf, fd, NULL);

	rawbpf_btf_close(&btf);
	return err;
}

FD_CALL(map_lookup, rawbpf_map_lookup(fd, key, value, 0))
FD_CALL(map_update, rawbpf_map_update(fd, key, value, BPF_ANY))
FD_CALL(map_delete, rawbpf_map_delete(fd, key))
FD_CALL(map_next, rawbpf_map_next(fd, NULL, key))
FD_CALL(map_take, rawbpf_map_take(fd, key, value, 0))
FD_CALL(map_freeze, rawbpf_map_freeze(fd))
FD_CALL(map_layout_info, rawbpf_map_layout_info(SPEC(map_layout, 0), fd))
FD_CALL(map_lookup_batch, rawbpf_map_batch_lookup(fd, SPEC(map_batch, .keys = key, .values = value,
							   .capacity = 1, .position = key)))
FD_CALL(map_update_batch, rawbpf_map_batch_update(fd, SPEC(map_batch, .keys = key, .values = value,
							   .capacity = 1)))
FD_CALL(map_delete_batch, rawbpf_map_batch_delete(fd, SPEC(map_batch, .keys = key, .capacity = 1)))
FD_CALL(map_of_maps, rawbpf_map_create(SPEC(map_spec, .type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
					    .key_size = 4, .value_size = 4, .max_entries = 1,
					    .inner_map = fd)))
FD_CALL(map_with_btf, rawbpf_map_create(SPEC(map_spec, .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
					     .value_size = 4, .max_entries = 1, .btf = fd,
					     .btf_key_type_id = 1, .btf_value_type_id = 1)))
FD_CALL(prog_run, rawbpf_prog_run(fd, SPEC(prog_run, 0)))
FD_CALL(prog_attach, rawbpf_prog_attach(prog, fd, BPF_CGROUP_INET_INGRESS,
					SPEC(prog_attach_spec, 0)))
FD_CALL(raw_tracepoint, rawbpf_raw_tracepoint_attach(&link, fd, SPEC(raw_tracepoint_spec,
								     .name = "sys_enter")))
FD_CALL(tracing, rawbpf_tracing_attach(&link, fd, SPEC(tracing_spec, 0)))
FD_CALL(iter, rawbpf_iter_attach(&link, fd, SPEC(iter_spec, 0)))
FD_CALL(xdp, rawbpf_xdp_attach(&link, fd, 1, 0))
FD_CALL(tcx, rawbpf_tcx_attach(&link, fd, 1, BPF_TCX_INGRESS, NULL))
FD_CALL(netns, rawbpf_netns_attach(&link, prog, fd, BPF_SK_LOOKUP))
FD_CALL(netns_prog, rawbpf_netns_attach(&link, fd, 0, BPF_SK_LOOKUP))
FD_CALL(sockmap, rawbpf_sockmap_attach(&link, prog, fd, BPF_SK_MSG_VERDICT))
FD_CALL(struct_ops, rawbpf_struct_ops_attach(&link, fd))
FD_CALL(cgroup, rawbpf_cgroup_attach(&link, prog, fd, BPF_CGROUP_INET_INGRESS, NULL))
FD_CALL(cgroup_query, rawbpf_prog_query(SPEC(prog_query, 0), fd, BPF_CGROUP_DEVICE))
FD_CALL(link_update, rawbpf_link_update(SPEC(link, .fd = fd), prog, 0))
FD_CALL(obj_pin, rawbpf_obj_pin(fd, "/sys/fs/bpf/abuse"))
FD_CALL(iter_create, rawbpf_iter_create(SPEC(link, .fd = fd)))

static const struct fd_call {
	const char *name;
	int (*call)(int fd);
	int takes_map, takes_prog; /* the call accepts such a descriptor, or fails otherwise */
} fd_calls[] = {
	{ "map_lookup", call_map_lookup, 1, 0 },
	{ "map_update", call_map_update, 1, 0 },
	{ "map_delete", call_map_delete, 1, 0 },
	{ "map_next", call_map_next, 1, 0 },
	{ "map_take", call_map_take, 1, 0 },
	{ "map_freeze", call_map_freeze, 1, 0 },
	{ "map_layout_info", call_map_layout_info, 1, 0 },
	{ "map_lookup_batch", call_map_lookup_batch, 1, 0 },
	{ "map_update_batch", call_map_update_batch, 1, 0 },
	{ "map_delete_batch", call_map_delete_batch, 1, 0 },
	{ "map_create, inner", call_map_of_maps, 1, 0 },
	{ "map_create, btf", call_map_with_btf, 0, 0 },
	{ "map_iter_open", open_iter, 1, 0 },
	{ "map_view_open", open_view, 0, 0 },
	{ "ring_open", open_ring, 0, 0 },
	{ "perfbuf_open", open_perfbuf, 0, 0 },
	{ "loop_add", add_to_loop, 0, 0 },
	{ "btf_open", open_btf, 0, 0 },
	{ "prog_run", call_prog_run, 0, 1 },
	{ "prog_attach", call_prog_attach, 0, 0 },
	{ "raw_tracepoint_attach", call_raw_tracepoint, 0, 0 },
	{ "tracing_attach", call_tracing, 0, 0 },
	{ "iter_attach", call_iter, 0, 0 },
	{ "xdp_attach", call_xdp, 0, 0 },
	{ "tcx_attach", call_tcx, 0, 0 },
	{ "netns_attach", call_netns, 0, 0 },
	{ "netns_attach, program", call_netns_prog, 0, 0 },
	{ "sockmap_attach", call_sockmap, 0, 0 },
	{ "struct_ops_attach", call_struct_ops, 0, 0 },
	{ "cgroup_attach", call_cgroup, 0, 0 },
	{ "cgroup_query", call_cgroup_query, 0, 0 },
	{ "link_update", call_link_update, 0, 0 },
	{ "obj_pin", call_obj_pin, 1, 1 },
	{ "iter_create", call_iter_create, 0, 0 },
};

static void expect_refused(const struct fd_call *call, const char *what, int fd, int closed)
{
	int result = call->call(fd);

	/* EINVAL: the kernel checks some arguments before the descriptor */
	if (closed && result == -EBADF)
		return;
	ck_assert_msg(result == -EINVAL || result == -EBADF || result == -EPERM ||
		      result == -EBADFD || result == -ENOTSUPP || result == -EOPNOTSUPP,
		      "%s of %s: %d", call->name, what, result);
}

START_TEST(test_descriptors)
{
	const struct fd_call *call = &fd_calls[_i];
	int null, socket_fd, fds;

	map = live_hash(1);
	prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	fds = live_fds();
	expect_refused(call, "-1", -1, 1);
	expect_refused(call, "INT_MIN", INT_MIN, 1);
	expect_refused(call, "INT_MAX", INT_MAX, 1);
	expect_refused(call, "one not open", 1000000, 1);
	expect_refused(call, "/dev/null", null, 0);
	expect_refused(call, "a socket", socket_fd, 0);
	if (!call->takes_map)
		expect_refused(call, "a map", map, 0);
	if (!call->takes_prog)
		expect_refused(call, "a program", prog, 0);
	ck_assert_int_eq(live_fds(), fds);
}
END_TEST

/* ------------------------------------------------------------- sizes, counts, pointers */

START_TEST(test_map_sizes)
{
	static const struct {
		struct rawbpf_map_spec spec;
		int errors[2];
	} cases[] = {
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8 }, { -EINVAL } },
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 5, .value_size = 8, .max_entries = 1 },
		  { -EINVAL } },
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 0, .max_entries = 1 },
		  { -EINVAL } },
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = UINT_MAX,
		    .max_entries = 1 }, { -E2BIG, -EINVAL } },
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 1 << 20,
		    .max_entries = UINT_MAX }, { -E2BIG, -ENOMEM } },
		{ { .type = BPF_MAP_TYPE_HASH, .key_size = UINT_MAX, .value_size = 8,
		    .max_entries = 1 }, { -E2BIG, -EINVAL } },
		{ { .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8,
		    .max_entries = UINT_MAX }, { -E2BIG, -ENOMEM } },
		{ { .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 1 }, { -EINVAL } },
		{ { .type = BPF_MAP_TYPE_RINGBUF, .max_entries = UINT_MAX }, { -EINVAL } },
		{ { .type = UINT_MAX, .key_size = 4, .value_size = 8, .max_entries = 1 },
		  { -EINVAL } },
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		    .flags = UINT_MAX }, { -EINVAL } },
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		    .name = "sixteen_letters_" }, { -ENAMETOOLONG } },
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		    .name = "white space" }, { -EINVAL } },
		{ { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		    .numa_node = UINT_MAX - 1, .flags = BPF_F_NUMA_NODE }, { -EINVAL } },
	};
	int err = rawbpf_map_create(&cases[_i].spec);

	ck_assert_msg(err < 0 && (err == cases[_i].errors[0] || err == cases[_i].errors[1]),
		      "case %d: %d", _i, err);
}
END_TEST
enum { MAP_SIZES = 14 };

START_TEST(test_prog_sizes)
{
	static const struct bpf_insn good[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	static const struct bpf_insn *const nowhere = (const struct bpf_insn *)8;
	static const struct {
		struct rawbpf_prog_spec spec;
		int error;
	} cases[] = {
		{ { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = good }, -E2BIG },
		{ { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = good, .insn_count = UINT_MAX },
		  -E2BIG },
		{ { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = good, .insn_count = 1000001 },
		  -E2BIG },
		{ { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_count = 2 }, -EFAULT },
		{ { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = nowhere, .insn_count = 2 },
		  -EFAULT },
		{ { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = good, .insn_count = 2,
		    .license = (const char *)8 }, -EFAULT },
		{ { .type = UINT_MAX, .insns = good, .insn_count = 2 }, -EINVAL },
		{ { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = good, .insn_count = 2,
		    .flags = UINT_MAX }, -EINVAL },
		{ { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = good, .insn_count = 2,
		    .name = "sixteen_letters_" }, -ENAMETOOLONG },
	};
	struct rawbpf_prog_spec spec;
	char log[64];

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		int err = rawbpf_prog_load(&cases[i].spec);

		ck_assert_msg(err == cases[i].error, "case %u: %d", i, err);
		spec = cases[i].spec;
		spec.log = log;
		spec.log_size = sizeof log;
		err = rawbpf_prog_load(&spec);
		ck_assert_msg(err == cases[i].error, "case %u, with a log: %d", i, err);
		ck_assert_uint_lt(strlen(log), sizeof log);
	}
}
END_TEST

/* A log of every size up to 40, at the end of writable memory. */
START_TEST(test_log_sizes)
{
	const struct bpf_insn bad[] = { BPF_MOV64_REG(BPF_REG_0, BPF_REG_2), BPF_EXIT_INSN() };

	make_page();
	for (size_t size = 1; size <= 40; size++) {
		char *log = page_end - size;

		ck_assert_int_eq(rawbpf_prog_load(&(struct rawbpf_prog_spec){
			.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = bad, .insn_count = 2,
			.log = log, .log_size = size }), -EACCES);
		ck_assert_uint_eq(strlen(log), size - 1);
	}
}
END_TEST

START_TEST(test_pointers)
{
	const void *const nowhere = (const void *)8;
	struct rawbpf_link link = { 0 };
	unsigned id;
	int map = live_hash(1), raw = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0), fds = live_fds();
	static char endless[100001];

	memset(endless, 'x', sizeof endless - 1);
	ck_assert_int_eq(rawbpf_map_update(map, nowhere, value, BPF_ANY), -EFAULT);
	ck_assert_int_eq(rawbpf_map_update(map, key, nowhere, BPF_ANY), -EFAULT);
	ck_assert_int_eq(rawbpf_map_update(map, key, value, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_map_lookup(map, nowhere, value, 0), -EFAULT);
	ck_assert_int_eq(rawbpf_map_lookup(map, key, (void *)nowhere, 0), -EFAULT);
	ck_assert_int_eq(rawbpf_map_next(map, nowhere, key), -EFAULT);
	ck_assert_int_eq(rawbpf_map_delete(map, nowhere), -EFAULT);
	ck_assert_int_eq(rawbpf_obj_pin(map, nowhere), -EFAULT);
	ck_assert_int_eq(rawbpf_obj_pin(map, ""), -ENOENT);
	ck_assert_int_eq(rawbpf_obj_pin(map, endless), -ENAMETOOLONG);
	ck_assert_int_eq(rawbpf_obj_open(nowhere, 0), -EFAULT);
	ck_assert_int_eq(rawbpf_obj_open(endless, 0), -ENAMETOOLONG);
	ck_assert_int_eq(rawbpf_obj_id_next(&id, (enum rawbpf_obj_kind)99, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_obj_id_open((enum rawbpf_obj_kind)99, 1, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_raw_tracepoint_attach(&link, raw,
		SPEC(raw_tracepoint_spec, .name = endless)), -ENOENT);
	ck_assert_int_eq(rawbpf_kprobe_attach(&link, raw,
		SPEC(kprobe_spec, .symbol = endless)), -ENAMETOOLONG);
	ck_assert_int_eq(rawbpf_tracepoint_attach(&link, raw,
		SPEC(tracepoint_spec, .group = endless, .name = "x")) < 0, 1);
	ck_assert_int_eq(rawbpf_uprobe_attach(&link, raw,
		SPEC(uprobe_spec, .path = endless)) < 0, 1);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_int_eq(live_fds(), fds);
}
END_TEST

/* ------------------------------------------------------------------ text of any length */

static const struct bpf_insn two_slots[] = { BPF_LD_IMM64(BPF_REG_1, 0x1122334455667788) };

static size_t format_llvm(char *text, size_t size)
{
	return rawbpf_insn_format(text, size, two_slots, 2, RAWBPF_LLVM, NULL, NULL);
}

static size_t format_kernel(char *text, size_t size)
{
	return rawbpf_insn_format(text, size, two_slots, 2, RAWBPF_KERNEL, NULL, NULL);
}

static size_t format_c(char *text, size_t size)
{
	return rawbpf_insn_format(text, size, two_slots, 2, RAWBPF_C, NULL, NULL);
}

/* Of a kprobe it would read /proc/kallsyms for each size. */
static size_t explain_error(char *text, size_t size)
{
	return rawbpf_error_explain(text, size, SPEC(error, .operation = RAWBPF_TRACEPOINT_ATTACH,
						     .error = -ENOENT, .name = "a\033b\n"));
}

static size_t escape_terminal(char *text, size_t size)
{
	return rawbpf_terminal_escape(text, size, "a\n\\\xff\xe2\x82\xac", 8);
}

static size_t escape_json(char *text, size_t size)
{
	return rawbpf_json_escape(text, size, "a\n\"\\\xff\xe2\x82\xac", 8);
}

static size_t explain_rejection(char *text, size_t size)
{
	return rawbpf_rejection_explain(text, size, SPEC(rejection, .error = -EACCES,
		.log = "0: (18) r1 = 0x1122334455667788\nR1 !read_ok\n", .insns = two_slots,
		.insn_count = 2));
}

/*
 * snprintf(3)'s promise: the functions return the full length, write what fits, and terminate it.
 */
START_TEST(test_text_sizes)
{
	static size_t (*const formats[])(char *text, size_t size) = {
		format_llvm, format_kernel, format_c, explain_error, escape_terminal, escape_json,
		explain_rejection,
	};
	char whole[4096];

	make_page();
	for (unsigned i = 0; i < RAWBPF_COUNT(formats); i++) {
		size_t length = formats[i](whole, sizeof whole);

		ck_assert_uint_gt(length, 4);
		ck_assert_uint_eq(strlen(whole), length);
		ck_assert_uint_eq(formats[i](NULL, 0), length);
		for (size_t size = 1; size <= length + 1; size++) {
			char *text = page_end - size;

			ck_assert_msg(formats[i](text, size) == length, "format %u, size %zu", i, size);
			ck_assert_uint_lt(strlen(text), size);
			ck_assert_msg(strncmp(text, whole, strlen(text)) == 0, "format %u, size %zu",
				      i, size);
		}
	}
}
END_TEST

/* Target names of a struct_ops recipe are read up to their end, and no further. */
START_TEST(test_recipe_targets)
{
	static const struct {
		const char *text;
		int error;
	} targets[] = {
		{ "", -EINVAL },
		{ "x", -EINVAL },
		{ "no_dot_in_it", -EINVAL },
		{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.x", -EINVAL },
		{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde.x", -ENOENT },
		{ "no_such_struct.member", -ENOENT },
		{ "tcp_congestion_ops.no_such_member", -ENOENT },
		{ "tcp_congestion_ops.", -EINVAL },
	};

	make_page();
	for (unsigned i = 0; i < RAWBPF_COUNT(targets); i++) {
		size_t size = strlen(targets[i].text) + 1;
		char *target = page_end - size;
		struct rawbpf_prog_recipe recipe = {
			.type = BPF_PROG_TYPE_STRUCT_OPS, .target = target,
			.wants = RAWBPF_PROG_WANTS_STRUCT_OPS };
		int err;

		memcpy(target, targets[i].text, size);
		err = rawbpf_prog_recipe_load(&recipe, NULL, NULL, 0);
		ck_assert_msg(err == targets[i].error, "'%s': %d", target, err);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_descriptors, 0, RAWBPF_COUNT(fd_calls));
	tcase_add_loop_test(tests, test_map_sizes, 0, MAP_SIZES);
	tcase_add_test(tests, test_prog_sizes);
	tcase_add_test(tests, test_log_sizes);
	tcase_add_test(tests, test_pointers);
	tcase_add_test(tests, test_text_sizes);
	tcase_add_test(tests, test_recipe_targets);
}

int main(void)
{
	return live_run("abuse", add_tests);
}
