/* SPDX-License-Identifier: MIT */
/* Iterators: the objects they walk, and their output. Errors of attaching by type. */
#include "../live.h"

#include <linux/btf.h>
#include <stdint.h>
#include <sys/wait.h>

static struct rawbpf_btf kernel;

static void begin(void)
{
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
}

static int load(const struct bpf_insn *insns, unsigned count, const char *target)
{
	char name[64];
	int id;

	snprintf(name, sizeof name, "bpf_iter_%s", target);
	id = rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, name);
	ck_assert_msg(id > 0, "%s: %d", name, id);
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_TRACING, .license = "GPL", .insns = insns,
		.insn_count = count, .expected_attach_type = BPF_TRACE_ITER, .attach_btf_id = id });
}

/*
 * Load a program that writes one 'x' for each object. The second word of the context points to the
 * object, or is NULL.
 */
static int load_marking(const char *target)
{
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 8),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_2, 0, 7),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_1, 0), /* meta */
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_1, 0), /* its seq_file */
		BPF_ST_MEM(BPF_B, BPF_REG_10, -1, 'x'),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -1),
		BPF_MOV64_IMM(BPF_REG_3, 1),
		BPF_EMIT_CALL(BPF_FUNC_seq_write),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = load(insns, RAWBPF_COUNT(insns), target);

	ck_assert_int_gt(prog, 2);
	return prog;
}

/* Read an iterator to its end, and return the number of x. */
static int length_of(const struct rawbpf_link *link)
{
	int fd = rawbpf_iter_create(link), length = 0, i, got;
	char text[4096];

	ck_assert_int_gt(fd, 2);
	while ((got = read(fd, text, sizeof text)) > 0) {
		for (i = 0; i < got; i++)
			ck_assert_int_eq(text[i], 'x');
		length += got;
	}
	ck_assert_int_eq(got, 0);
	close(fd);
	return length;
}

#define ATTACH(LINK, PROG, ...) \
	rawbpf_iter_attach((LINK), (PROG), &(struct rawbpf_iter_spec){ __VA_ARGS__ })

START_TEST(test_map)
{
	int prog = load_marking("bpf_map_elem"), array = live_array(7), hash = live_hash(10);
	int filter = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	struct rawbpf_link link;
	uint64_t value = 0;
	uint32_t key;

	ck_assert_int_eq(ATTACH(&link, prog, .map = array), 0);
	/* the call at the end has a map, too, but no element */
	ck_assert_int_eq(length_of(&link), 8);
	rawbpf_link_detach(&link);
	for (key = 0; key < 3; key++)
		ck_assert_int_eq(rawbpf_map_update(hash, &key, &value, BPF_ANY), 0);
	ck_assert_int_eq(ATTACH(&link, prog, .map = hash), 0);
	ck_assert_int_eq(length_of(&link), 4);
	rawbpf_map_delete(hash, &key); /* the key does not exist */
	key = 0;
	rawbpf_map_delete(hash, &key);
	ck_assert_int_eq(length_of(&link), 3);
	rawbpf_link_detach(&link);

	ck_assert_int_eq(ATTACH(&link, prog, .map = 0), -EBADF);
	ck_assert_int_eq(ATTACH(&link, prog, .map = 9999), -EBADF);
	ck_assert_int_eq(ATTACH(&link, prog, .map = filter), -EINVAL);
	ck_assert_int_eq(ATTACH(&link, prog, .map = array, .tid = 1), -EINVAL);
	ck_assert_int_eq(link.fd, 0);
	close(prog);
	close(array);
	close(hash);
	close(filter);
}
END_TEST

START_TEST(test_task)
{
	int prog = load_marking("task"), status, all;
	struct rawbpf_link link;
	int go[2];
	pid_t pid;

	ck_assert_int_eq(ATTACH(&link, prog, .tid = 0), 0);
	ck_assert_int_eq(pipe(go), 0);
	all = length_of(&link);
	ck_assert_int_gt(all, 1);
	rawbpf_link_detach(&link);
	if (ATTACH(&link, prog, .tid = getpid()) == -EINVAL)
		SKIP("iterators of tasks take no task before 6.1");
	ck_assert_int_eq(length_of(&link), 1);
	rawbpf_link_detach(&link);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		_exit(read(go[0], &status, 1));
	}
	ck_assert_int_eq(ATTACH(&link, prog, .pid = pid), 0);
	ck_assert_int_eq(length_of(&link), 1);
	close(go[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(length_of(&link), 0); /* the element is gone */
	rawbpf_link_detach(&link);
	ck_assert_int_eq(ATTACH(&link, prog, .tid = 1, .pid = 1), -EINVAL);
	ck_assert_int_eq(ATTACH(&link, prog, .pidfd = 9999), -EBADF);
}
END_TEST

START_TEST(test_cgroup)
{
	struct rawbpf_link link;
	int prog;

	if (rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "bpf_iter_cgroup") < 0)
		SKIP("there is no iterator of cgroups before 6.1");
	prog = load_marking("cgroup");
	ck_assert_int_eq(ATTACH(&link, prog, .cgroup_order = BPF_CGROUP_ITER_SELF_ONLY), 0);
	ck_assert_int_eq(length_of(&link), 1);
	rawbpf_link_detach(&link);
	ck_assert_int_eq(ATTACH(&link, prog, .cgroup_order = BPF_CGROUP_ITER_DESCENDANTS_PRE), 0);
	ck_assert_int_ge(length_of(&link), 1);
	rawbpf_link_detach(&link);
	ck_assert_int_eq(ATTACH(&link, prog, .cgroup_order = 0), -EINVAL);
	ck_assert_int_eq(ATTACH(&link, prog, .cgroup_order = 99), -EINVAL);
	ck_assert_int_eq(ATTACH(&link, prog, .cgroup_order = 1, .cgroup = 9999), -EBADF);
	ck_assert_int_eq(ATTACH(&link, prog, .cgroup_order = 1, .cgroup_id = 1ull << 60), -ENOENT);
	ck_assert_int_eq(ATTACH(&link, prog, .cgroup_order = 1, .cgroup = 3, .cgroup_id = 1),
			 -EINVAL);
	close(prog);
}
END_TEST

/* An open iterator goes on without its link, and holds the program. */
START_TEST(test_outlives_link)
{
	int prog = load_marking("bpf_map_elem"), map = live_array(3), fd;
	struct rawbpf_link link;
	char text[10];

	ck_assert_int_eq(ATTACH(&link, prog, .map = map), 0);
	fd = rawbpf_iter_create(&link);
	ck_assert_int_gt(fd, 2);
	rawbpf_link_detach(&link);
	close(prog);
	close(map);
	ck_assert_int_eq(read(fd, text, sizeof text), 4);
	close(fd);
}
END_TEST

START_TEST(test_refused)
{
	int raw = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0), map = live_array(1);
	int filter = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	int perf = live_prog(BPF_PROG_TYPE_PERF_EVENT, 0);
	struct rawbpf_link link = { .fd = 12345 }, inert = { 0 };

	ck_assert_int_eq(rawbpf_tracing_attach(&link, filter, NULL),
			 -EINVAL);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_int_eq(rawbpf_tracing_attach(&link, 9999, NULL),
			 -EBADF);
	ck_assert_int_eq(rawbpf_tracing_attach(&link, filter, &(struct rawbpf_tracing_spec){
		.cookie = 1 }), -EINVAL);
	ck_assert_int_eq(ATTACH(&link, raw, .map = map), -EINVAL);
	ck_assert_int_eq(ATTACH(&link, 9999, .map = map), -EBADF);
	ck_assert_int_eq(rawbpf_iter_create(&inert), -EBADF);
	inert.fd = map;
	ck_assert_int_eq(rawbpf_iter_create(&inert), -EINVAL);
	ck_assert_int_eq(rawbpf_raw_tracepoint_attach(&link, raw,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" }), 0);
	ck_assert_int_eq(rawbpf_iter_create(&link), -EINVAL);
	ck_assert_int_eq(rawbpf_link_revoke(&link), -EOPNOTSUPP);
	rawbpf_link_detach(&link);
	ck_assert_int_eq(rawbpf_link_revoke(&link), -EBADF);
	ck_assert_int_eq(rawbpf_struct_ops_attach(&link, map), -EINVAL);
	ck_assert_int_eq(rawbpf_struct_ops_attach(&link, 9999), -EBADF);
	ck_assert_int_eq(rawbpf_perf_event_attach(&link, raw, 9999, NULL), -EBADF);
	ck_assert_int_eq(rawbpf_perf_event_attach(&link, raw, map, NULL), -ENOTTY);
	ck_assert_int_eq(rawbpf_perf_event_attach(&link, raw, map,
						  &(struct rawbpf_perf_event_spec){ .bind = RAWBPF_BIND_IOCTL, .cookie = 1 }),
		-EOPNOTSUPP);
	ck_assert_int_eq(rawbpf_perf_event_attach(&link, perf, map,
						  &(struct rawbpf_perf_event_spec){ .bind = RAWBPF_BIND_IOCTL }), -ENOTTY);
	ck_assert_int_eq(rawbpf_perf_event_attach(&link, perf, map, NULL),
			 live_kernel() < 0x50f ? -ENOTTY : -EBADF);
	ck_assert_int_eq(link.fd, 0);
	close(perf);
	close(raw);
	close(map);
	close(filter);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, test_map);
	tcase_add_test(tests, test_task);
	tcase_add_test(tests, test_cgroup);
	tcase_add_test(tests, test_outlives_link);
	tcase_add_test(tests, test_refused);
}

int main(void)
{
	if (access("/sys/kernel/btf/vmlinux", F_OK) != 0) {
		printf("skip: tracing: this kernel has no BTF\n");
		return EXIT_SKIPPED;
	}
	return live_run("tracing", add_tests);
}
