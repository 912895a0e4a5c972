/* SPDX-License-Identifier: MIT */
/* Maps of objects that the kernel acts on, and storage of the kernel's objects. */
#include "../attach/cgroups.h"
#include "../examples/devices.h"
#include "map_types.h"

#include <linux/perf_event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { RUNS = 3 };

/* ----------------------------------------------------------------------- programs, events */

START_TEST(test_tail_call)
{
	int map = live_map(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);
	int first = map_types_load(BPF_PROG_TYPE_SOCKET_FILTER,
		"r2 = map a; r3 = 1\n"
		"call tail_call\n"
		"r0 = 7\n" /* the slot was empty */
		"exit\n", &map, NULL);
	int second = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 42);
	int other = live_prog(BPF_PROG_TYPE_XDP, 42);
	const uint32_t key = 1;

	ck_assert_uint_eq(map_types_run(first, 1), 7);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &second, 0), 0);
	ck_assert_uint_eq(map_types_run(first, 1), 42);
	ck_assert_int_eq(rawbpf_map_delete(map, &key), 0);
	ck_assert_uint_eq(map_types_run(first, 1), 7);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &other, 0), -EINVAL);
	close(map);
	close(first);
	close(second);
	close(other);
}
END_TEST

/* A software event that the program reads: this task's time on the CPU. */
START_TEST(test_perf_event)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof attr,
					.config = PERF_COUNT_SW_CPU_CLOCK };
	int cpus = rawbpf_cpu_count(), map = live_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, cpus);
	int events[256], prog;

	for (int cpu = 0; cpu < cpus; cpu++) {
		events[cpu] = syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
				      PERF_FLAG_FD_CLOEXEC);
		if (events[cpu] < 0)
			continue;
		ck_assert_int_eq(rawbpf_map_update(map, &cpu, &events[cpu], 0), 0);
	}
	prog = map_types_load(BPF_PROG_TYPE_RAW_TRACEPOINT,
		"r1 = map a; r2 = 0xffffffff ll\n" /* BPF_F_CURRENT_CPU */
		"r3 = r10; r3 += -24; r4 = 24\n"
		"*(u64 *)(r10 - 24) = 0\n"
		"call perf_event_read_value\n"
		"if r0 != 0 goto out\n"
		"r1 = *(u64 *)(r10 - 24)\n"
		"if r1 == 0 goto out\n"
		"r0 = 1\n"
		"out: exit\n", &map, NULL);
	usleep(1000);
	ck_assert_int_eq((int)map_types_run(prog, 0), 1);
	for (int cpu = 0; cpu < cpus; cpu++)
		if (events[cpu] >= 0)
			close(events[cpu]);
	close(map);
	close(prog);
}
END_TEST

/* The stack of this very call, by names. */
START_TEST(test_stack_trace)
{
	enum { DEPTH = 127 };
	int map = live_map(BPF_MAP_TYPE_STACK_TRACE, 4, 8 * DEPTH, 16);
	int prog = map_types_load(BPF_PROG_TYPE_RAW_TRACEPOINT,
		"r2 = map a; r3 = 0\n"
		"call get_stackid\n"
		"exit\n", &map, NULL);
	static uint64_t addresses[DEPTH];
	static struct rawbpf_ksym syms[DEPTH];
	unsigned id = map_types_run(prog, 0), depth = 0, entered = 0, ran = 0;

	ck_assert_uint_lt(id, 16);
	ck_assert_int_eq(rawbpf_map_lookup(map, &id, addresses, 0), 0);
	for (; depth < DEPTH && addresses[depth]; depth++)
		syms[depth].address = addresses[depth];
	ck_assert_uint_gt(depth, 3);
	ck_assert_int_eq(rawbpf_ksym_resolve(syms, depth), depth);
	for (unsigned i = 0; i < depth; i++) {
		ran += strcmp(syms[i].name, "bpf_prog_test_run_raw_tp") == 0;
		entered += strstr(syms[i].name, "sys_bpf") != NULL;
	}
	ck_assert_uint_eq(ran, 1);
	ck_assert_uint_ge(entered, 1);
	close(map);
	close(prog);
}
END_TEST

/* ------------------------------------------------------------------------------- cgroups */

void map_types_begin(TCase *tests)
{
	char path[2048];

	if (cgroups_find(path, sizeof path))
		tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
}

/* Make a cgroup and enter it. */
static int own_cgroup(void)
{
	int group = cgroups_open(cgroups_make(""));

	ck_assert_int_eq(cgroups_enter(group), 0);
	return group;
}

START_TEST(test_cgroup_array)
{
	int map, prog, mine, other;

	if (!*cgroups_path)
		SKIP("cgroup v2 is not mounted");
	map = live_map(BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 2);
	prog = map_types_load(BPF_PROG_TYPE_RAW_TRACEPOINT,
		"r1 = map a; r2 = 1\n"
		"call current_task_under_cgroup\n"
		"exit\n", &map, NULL);
	mine = own_cgroup();
	other = cgroups_open(cgroups_make("/other"));
	ck_assert_int_eq((int)map_types_run(prog, 0), -EAGAIN); /* the slot is empty */
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 1 }, &other, 0), 0);
	ck_assert_uint_eq(map_types_run(prog, 0), 0);
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 1 }, &mine, 0), 0);
	ck_assert_uint_eq(map_types_run(prog, 0), 1);
	close(map);
	close(prog);
	close(mine);
	close(other);
}
END_TEST

/* Send datagrams to itself: a closed port would answer, from this cgroup on 5.10. */
static int talk_to_itself(void)
{
	struct sockaddr_in place = { .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof place;
	int talker = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(talker, (void *)&place, sizeof place), 0);
	ck_assert_int_eq(getsockname(talker, (void *)&place, &size), 0);
	ck_assert_int_eq(connect(talker, (void *)&place, sizeof place), 0);
	return talker;
}

static void send_datagram(int talker)
{
	ck_assert_int_eq(send(talker, "x", 1, 0), 1);
}

/*
 * Before 5.9 a key always had both fields. Since then, a map of 8-byte keys has one memory for all
 * types.
 */
struct storage_key {
	uint64_t cgroup;
	uint32_t attach_type;
	uint32_t padding;
};

/* Count a cgroup's packets, in memory of each attachment. */
static void count_in_storage(unsigned type, int group, uint64_t cgroup_id)
{
	const struct storage_key key = { cgroup_id, BPF_CGROUP_INET_EGRESS, 0 };
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){ .type = type,
		.key_size = sizeof key, .value_size = 8 });
	int prog = map_types_load(BPF_PROG_TYPE_CGROUP_SKB,
		"r1 = map a; r2 = 0\n"
		"call get_local_storage\n" /* it never returns NULL */
		"r1 = *(u64 *)(r0 + 0); r1 += 1; *(u64 *)(r0 + 0) = r1\n"
		"r0 = 1\n"
		"exit\n", &map,
		&(struct rawbpf_prog_spec){ .expected_attach_type = BPF_CGROUP_INET_EGRESS });
	int sender = talk_to_itself();
	struct rawbpf_map_layout layout;
	struct rawbpf_link link;
	uint64_t values[256], sum = 0;

	ck_assert_int_eq(rawbpf_cgroup_attach(&link, prog, group, BPF_CGROUP_INET_EGRESS, NULL), 0);
	for (int i = 0; i < RUNS; i++)
		send_datagram(sender);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, map), 0);
	ck_assert_int_eq(rawbpf_map_percpu_lookup(map, &layout, &key, values, sizeof values), 0);
	for (unsigned cpu = 0; cpu < layout.cpus; cpu++)
		sum += values[cpu];
	ck_assert_uint_eq(sum, RUNS);
	rawbpf_link_detach(&link);
	close(sender);
	close(prog);
	close(map);
}

START_TEST(test_cgroup_storage)
{
	struct stat stat;
	int group;

	if (!*cgroups_path)
		SKIP("cgroup v2 is not mounted");
	group = own_cgroup();
	devices_enter();
	ck_assert_int_eq(fstat(group, &stat), 0); /* a cgroup's id is its inode number */
	count_in_storage(BPF_MAP_TYPE_CGROUP_STORAGE, group, stat.st_ino);
	count_in_storage(BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, group, stat.st_ino);
	close(group);
}
END_TEST

/* ------------------------------------------------------------------------ local storage */

/* Create a map with values of 8 bytes. Its keys are descriptors of the objects. */
static int storage_map(unsigned type)
{
	struct rawbpf_map_spec spec = { .type = type, .key_size = 4, .value_size = 8,
					.flags = BPF_F_NO_PREALLOC };
	int map, btf = rawbpf_map_btf_load(&spec, NULL, 0);

	ck_assert_int_gt(btf, 2);
	map = rawbpf_map_create(&spec);
	ck_assert_int_gt(map, 2);
	close(btf);
	return map;
}

/* Use the storage from user space, by a descriptor. */
static void use_by_descriptor(int map, int fd)
{
	uint64_t value = 5;

	ck_assert_int_eq(rawbpf_map_lookup(map, &fd, &value, 0), -ENOENT);
	ck_assert_int_eq(rawbpf_map_update(map, &fd, &value, BPF_NOEXIST), 0);
	ck_assert_int_eq(rawbpf_map_update(map, &fd, &value, BPF_NOEXIST), -EEXIST);
	value = 0;
	ck_assert_int_eq(rawbpf_map_lookup(map, &fd, &value, 0), 0);
	ck_assert_uint_eq(value, 5);
	ck_assert_int_eq(rawbpf_map_delete(map, &fd), 0);
	ck_assert_int_eq(rawbpf_map_delete(map, &fd), -ENOENT);
}

/* The end of a program whose r0 is the storage or NULL: count, and return the count. */
#define COUNT_IN_R0 \
	"if r0 == 0 goto none\n" \
	"r1 = *(u64 *)(r0 + 0); r1 += 1; *(u64 *)(r0 + 0) = r1\n" \
	"r0 = r1\n" \
	"exit\n" \
	"none: r0 = -1\n" \
	"exit\n"

START_TEST(test_task_storage)
{
	int map, prog, task;
	uint64_t value = 0;

	NEEDS(TASK_STORAGE);
	map = storage_map(BPF_MAP_TYPE_TASK_STORAGE);
	task = syscall(SYS_pidfd_open, getpid(), 0);
	use_by_descriptor(map, task);
	prog = map_types_load(BPF_PROG_TYPE_RAW_TRACEPOINT,
		"call get_current_task_btf\n"
		"r1 = map a; r2 = r0; r3 = 0; r4 = 1\n" /* BPF_LOCAL_STORAGE_GET_F_CREATE */
		"call task_storage_get\n"
		COUNT_IN_R0, &map, NULL);
	for (unsigned i = 1; i <= RUNS; i++)
		ck_assert_uint_eq(map_types_run(prog, 0), i);
	ck_assert_int_eq(rawbpf_map_lookup(map, &task, &value, 0), 0);
	ck_assert_uint_eq(value, RUNS);
	close(prog);
	close(task);
	close(map);
}
END_TEST

/* Walk from the task to its cgroup by offsets from the kernel's BTF. */
START_TEST(test_cgrp_storage)
{
	struct rawbpf_btf kernel;
	uint64_t value = 0;
	char text[600];
	int map, prog, group;

	NEEDS(CGRP_STORAGE);
	if (!*cgroups_path)
		SKIP("cgroup v2 is not mounted");
	map = storage_map(BPF_MAP_TYPE_CGRP_STORAGE);
	group = own_cgroup();
	use_by_descriptor(map, group);
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	snprintf(text, sizeof text,
		 "call get_current_task_btf\n"
		 "r2 = *(u64 *)(r0 + %d)\n"
		 "r2 = *(u64 *)(r2 + %d)\n"
		 "r1 = map a; r3 = 0; r4 = 1\n"
		 "call cgrp_storage_get\n"
		 COUNT_IN_R0, rawbpf_btf_offset_find(&kernel, "task_struct", "cgroups"),
		 rawbpf_btf_offset_find(&kernel, "css_set", "dfl_cgrp"));
	rawbpf_btf_close(&kernel);
	prog = map_types_load(BPF_PROG_TYPE_RAW_TRACEPOINT, text, &map, NULL);
	for (unsigned i = 1; i <= RUNS; i++)
		ck_assert_uint_eq(map_types_run(prog, 0), i);
	ck_assert_int_eq(rawbpf_map_lookup(map, &group, &value, 0), 0);
	ck_assert_uint_eq(value, RUNS);
	close(prog);
	close(group);
	close(map);
}
END_TEST

/*
 * Attach a program that counts opens of files with storage. It is an LSM program: no other type may
 * use these maps. Returns 0 if this kernel rejects programs on functions.
 */
static int count_opens(int map, struct rawbpf_link *link)
{
	struct rawbpf_btf kernel;
	char text[400];
	int err, prog, inode, hook, probe;

	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	inode = rawbpf_btf_offset_find(&kernel, "file", "f_inode");
	hook = rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, "bpf_lsm_file_open");
	rawbpf_btf_close(&kernel);
	probe = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_LSM, .license = "GPL", .insn_count = 2,
		.insns = (struct bpf_insn[]){ BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() },
		.expected_attach_type = BPF_LSM_MAC, .attach_btf_id = hook });
	if (probe == -EPERM)
		return 0;
	ck_assert_int_gt(probe, 2);
	close(probe);
	snprintf(text, sizeof text,
		 "r1 = *(u64 *)(r1 + 0)\n" /* the struct file */
		 "r2 = *(u64 *)(r1 + %d)\n"
		 "r1 = map a; r3 = 0; r4 = 0\n"
		 "call inode_storage_get\n"
		 "if r0 == 0 goto out\n"
		 "r1 = *(u64 *)(r0 + 0); r1 += 1; *(u64 *)(r0 + 0) = r1\n"
		 "out: r0 = 0\n"
		 "exit\n", inode);
	prog = map_types_load(BPF_PROG_TYPE_LSM, text, &map, &(struct rawbpf_prog_spec){
		.expected_attach_type = BPF_LSM_MAC, .attach_btf_id = hook });
	err = rawbpf_tracing_attach(link, prog, NULL);
	ck_assert_msg(err == 0, "attaching it: %d", err);
	close(prog);
	return 1;
}

START_TEST(test_inode_storage)
{
	char name[] = "/tmp/live-XXXXXX";
	struct rawbpf_link link = { 0 };
	uint64_t value = 7;
	int map, file, again, counts;

	NEEDS(INODE_STORAGE);
	map = storage_map(BPF_MAP_TYPE_INODE_STORAGE);
	file = mkostemp(name, O_CLOEXEC);
	if (rawbpf_map_update(map, &file, &value, 0) == -EBADF) {
		close(file);
		close(map);
		SKIP("the LSM bpf is not among those that were enabled at boot");
	}
	ck_assert_int_eq(rawbpf_map_delete(map, &file), 0);
	use_by_descriptor(map, file);
	/* Another descriptor of the same file has the same storage. */
	ck_assert_int_eq(rawbpf_map_update(map, &file, &value, 0), 0);
	counts = count_opens(map, &link);
	again = open(name, O_RDONLY | O_CLOEXEC);
	value = 0;
	ck_assert_int_eq(rawbpf_map_lookup(map, &again, &value, 0), 0);
	ck_assert_uint_eq(value, counts ? 8 : 7);
	rawbpf_link_detach(&link);
	unlink(name);
	close(again);
	close(file);
	close(map);
}
END_TEST

/* Count what each socket sends, in its own storage. */
START_TEST(test_sk_storage)
{
	uint64_t value = 0;
	int map = storage_map(BPF_MAP_TYPE_SK_STORAGE);
	int first = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int second = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), group, prog;
	struct rawbpf_link link;

	use_by_descriptor(map, first);
	close(first);
	close(second);
	if (!*cgroups_path) {
		close(map);
		SKIP("cgroup v2 is not mounted");
	}
	group = own_cgroup();
	devices_enter();
	first = talk_to_itself();
	second = talk_to_itself();
	prog = map_types_load(BPF_PROG_TYPE_CGROUP_SKB,
		"r1 = *(u64 *)(r1 + 168)\n" /* __sk_buff.sk */
		"if r1 == 0 goto out\n"
		"call sk_fullsock\n"
		"if r0 == 0 goto out\n"
		"r1 = map a; r2 = r0; r3 = 0; r4 = 1\n"
		"call sk_storage_get\n"
		"if r0 == 0 goto out\n"
		"r1 = *(u64 *)(r0 + 0); r1 += 1; *(u64 *)(r0 + 0) = r1\n"
		"out: r0 = 1\n"
		"exit\n", &map,
		&(struct rawbpf_prog_spec){ .expected_attach_type = BPF_CGROUP_INET_EGRESS });
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, prog, group, BPF_CGROUP_INET_EGRESS, NULL), 0);
	for (int i = 0; i < RUNS; i++)
		send_datagram(first);
	send_datagram(second);
	ck_assert_int_eq(rawbpf_map_lookup(map, &first, &value, 0), 0);
	ck_assert_uint_eq(value, RUNS);
	ck_assert_int_eq(rawbpf_map_lookup(map, &second, &value, 0), 0);
	ck_assert_uint_eq(value, 1);
	rawbpf_link_detach(&link);
	close(prog);
	close(group);
	close(first);
	close(second);
	close(map);
}
END_TEST

/* ----------------------------------------------------------------------------- struct_ops */

/*
 * Load a function of the struct. It returns its argument's field, or 0, so the window never grows,
 * and TCP continues to send.
 */
static int load_operation(const struct rawbpf_btf *kernel, unsigned type, const char *member,
			  const char *text)
{
	struct rawbpf_btf_member found;

	ck_assert_int_eq(rawbpf_btf_member_find(&found, kernel, type, member), 0);
	return map_types_load(BPF_PROG_TYPE_STRUCT_OPS, text, NULL, &(struct rawbpf_prog_spec){
		.attach_btf_id = type, .expected_attach_type = found.index });
}

static int use_congestion_control(const char *name)
{
	int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char used[16] = "";
	socklen_t size = sizeof used;
	int err = setsockopt(connection, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name));

	err = err ? -errno : 0;
	ck_assert_int_eq(getsockopt(connection, IPPROTO_TCP, TCP_CONGESTION, used, &size), 0);
	ck_assert_int_eq(strcmp(used, name) == 0, err == 0);
	close(connection);
	return err;
}

/* Replace the operations by another map's, through the same link; then detach. */
static void replace_operations(struct rawbpf_link *link, int map, int other, const void *value)
{
	struct rawbpf_link second = { 0 };

	ck_assert_int_eq(rawbpf_struct_ops_attach(&second, other), -EINVAL); /* not filled yet */
	ck_assert_int_eq(rawbpf_map_update(other, &(uint32_t){ 0 }, value, 0), 0);
	ck_assert_int_eq(rawbpf_struct_ops_attach(&second, other), -EEXIST);
	ck_assert_int_eq(second.fd, 0);
	ck_assert_int_eq(rawbpf_link_update(link, other, other), -EPERM);
	ck_assert_int_eq(rawbpf_link_update(link, other, map), 0);
	if (live_kernel() >= 0x60a)
		ck_assert_int_eq(rawbpf_link_revoke(link), 0);
	ck_assert_int_eq(rawbpf_link_detach(link), 0);
}

/* A congestion control of three programs, with a name of ours. */
START_TEST(test_struct_ops)
{
	static const struct {
		const char *member, *text;
	} operations[] = {
		{ "ssthresh", "r0 = 2; exit" },
		{ "undo_cwnd", "r0 = 2; exit" },
		{ "cong_avoid", "r0 = 0; exit" },
	};
	static _Alignas(8) unsigned char value[4096];
	struct rawbpf_map_spec spec = { .name = "congestion" };
	struct rawbpf_struct_ops_btf ops;
	struct rawbpf_btf kernel;
	struct rawbpf_link link = { 0 };
	int by_link = live_kernel() >= 0x604, progs[3], map, other;
	char name[16];

	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	if (rawbpf_btf_type_find(&kernel, BTF_KIND_STRUCT, "bpf_struct_ops_tcp_congestion_ops") < 0)
		SKIP("this kernel has no struct_ops of TCP");
	ck_assert_int_eq(rawbpf_struct_ops_btf_load(&spec, &ops, &kernel, "no_such_ops"), -ENOENT);
	ck_assert_int_gt(rawbpf_struct_ops_btf_load(&spec, &ops, &kernel, "tcp_congestion_ops"), 2);
	ck_assert_uint_le(spec.value_size, sizeof value);
	snprintf(name, sizeof name, "rawbpf%d", (int)getpid() % 100000);
	for (unsigned i = 0; i < RAWBPF_COUNT(operations); i++) {
		int offset = rawbpf_btf_offset_find(&kernel, "tcp_congestion_ops",
						    operations[i].member);

		progs[i] = load_operation(&kernel, ops.type, operations[i].member,
					  operations[i].text);
		/* The program's descriptor stands in the function pointer's place. */
		memcpy(value + ops.data_offset + offset, &(uint64_t){ progs[i] }, 8);
	}
	strcpy((char *)value + ops.data_offset +
		       rawbpf_btf_offset_find(&kernel, "tcp_congestion_ops", "name"), name);
	spec.flags = by_link ? BPF_F_LINK : 0;
	map = rawbpf_map_create(&spec);
	ck_assert_int_gt(map, 2);
	other = rawbpf_map_create(&spec);
	ck_assert_int_gt(other, 2);
	close(spec.btf);

	ck_assert_int_eq(use_congestion_control(name), -ENOENT);
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 0 }, value, 0), 0);
	if (by_link)
		ck_assert_int_eq(rawbpf_struct_ops_attach(&link, map), 0);
	ck_assert_int_eq(use_congestion_control(name), 0);
	if (by_link)
		replace_operations(&link, map, other, value);
	else
		ck_assert_int_eq(rawbpf_map_delete(map, &(uint32_t){ 0 }), 0);
	ck_assert_int_eq(use_congestion_control(name), -ENOENT);
	close(map);
	close(other);
	for (unsigned i = 0; i < RAWBPF_COUNT(operations); i++)
		close(progs[i]);
	rawbpf_btf_close(&kernel);
}
END_TEST

const struct map_use map_uses_kernel[] = {
	USE(PROG_ARRAY, test_tail_call),
	USE(PERF_EVENT_ARRAY, test_perf_event),
	USE(STACK_TRACE, test_stack_trace),
	USE(CGROUP_ARRAY, test_cgroup_array),
	USE(CGROUP_STORAGE, test_cgroup_storage),
	USE(PERCPU_CGROUP_STORAGE, test_cgroup_storage),
	USE(SK_STORAGE, test_sk_storage),
	USE(STRUCT_OPS, test_struct_ops),
	USE(INODE_STORAGE, test_inode_storage),
	USE(TASK_STORAGE, test_task_storage),
	USE(CGRP_STORAGE, test_cgrp_storage),
	{ 0 }
};
