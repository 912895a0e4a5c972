/* SPDX-License-Identifier: MIT */
/* The commands on programs and objects that attach nothing: their effects and errors. */
#include "../attach/cgroups.h"
#include "delegated.h"

#include <linux/btf.h>
#include <linux/mount.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int filter(void)
{
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);

	ck_assert_int_gt(prog, 2);
	return prog;
}

static struct bpf_prog_info info_of(int prog)
{
	struct bpf_prog_info info;

	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(prog, &info, sizeof info), 0);
	return info;
}

static unsigned map_id(int map)
{
	struct bpf_map_info info;

	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(map, &info, sizeof info), 0);
	return info.id;
}

/* The program holds the map that is bound to it. */
START_TEST(test_bind_map)
{
	int prog = filter(), map = live_array(1);
	unsigned id = map_id(map);

	ck_assert_uint_eq(info_of(prog).nr_map_ids, 0);
	ck_assert_int_eq(rawbpf_prog_map_bind(prog, map), 0);
	ck_assert_int_eq(rawbpf_prog_map_bind(prog, map), 0);
	ck_assert_uint_eq(info_of(prog).nr_map_ids, 1);
	ck_assert_int_eq(rawbpf_prog_map_bind(map, map), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_map_bind(prog, prog), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_map_bind(9999, map), -EBADF);
	ck_assert_int_eq(rawbpf_prog_map_bind(prog, 9999), -EBADF);
	close(map);
	usleep(100 * 1000);
	map = rawbpf_obj_id_open(RAWBPF_OBJ_MAP, id, NULL);
	ck_assert_int_gt(map, 2);
	close(map);
	close(prog);
	ck_assert(live_is_gone(RAWBPF_OBJ_MAP, id));
}
END_TEST

/*
 * The kernel counts runs while the descriptor is open. (Another process may have one open: then
 * always.)
 */
START_TEST(test_stats)
{
	struct rawbpf_prog_run run = { .repeat = 10 };
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0), stats;
	char packet[64] = { 0 };
	uint64_t before;

	run.data_in = packet;
	run.data_size_in = sizeof packet;
	stats = rawbpf_prog_stats_open(0);
	ck_assert_int_gt(stats, 2);
	ck_assert_int_ne(fcntl(stats, F_GETFD) & FD_CLOEXEC, 0);
	before = info_of(prog).run_cnt;
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(info_of(prog).run_cnt - before, 10);
	ck_assert_uint_gt(info_of(prog).run_time_ns, 0);
	close(stats);
	ck_assert_int_eq(rawbpf_prog_stats_open(1), -EINVAL);
	live_be_nobody();
	ck_assert_int_eq(rawbpf_prog_stats_open(0), -EPERM);
	close(prog);
}
END_TEST

/* The kernel ends a loop, and writes so to the program's error stream. */
START_TEST(test_streams)
{
	const struct bpf_insn forever[] = { RAWBPF_MAY_GOTO(1), BPF_JMP_A(-2),
					    BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	int prog, map = live_array(1);
	char text[256];
	long length;

	prog = filter();
	if (rawbpf_prog_stream_read(prog, BPF_STREAM_STDERR, text, sizeof text) == -EINVAL) {
		close(prog);
		SKIP("programs have no streams before 6.17");
	}
	ck_assert_int_eq(rawbpf_prog_stream_read(prog, BPF_STREAM_STDOUT, text, sizeof text), 0);
	ck_assert_int_eq(rawbpf_prog_stream_read(prog, 0, text, sizeof text), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_stream_read(prog, 3, text, sizeof text), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_stream_read(map, 1, text, sizeof text), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_stream_read(9999, 1, text, sizeof text), -EBADF);
	close(prog);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT, .license = "GPL",
		.insns = forever, .insn_count = RAWBPF_COUNT(forever) });
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_prog_run(prog, &(struct rawbpf_prog_run){ 0 }), 0);
	length = rawbpf_prog_stream_read(prog, BPF_STREAM_STDERR, text, sizeof text - 1);
	if (length == 0)
		SKIP("this kernel keeps no report of a loop that it ended");
	ck_assert_int_gt(length, 0);
	text[length] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "Timeout"));
	while (length > 0)
		length = rawbpf_prog_stream_read(prog, BPF_STREAM_STDERR, text, sizeof text);
	ck_assert_int_eq(length, 0);
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_assoc_refused)
{
	int prog = filter(), map = live_array(1);

	ck_assert_int_eq(rawbpf_prog_struct_ops_bind(prog, map), -EINVAL);
	close(prog);
	close(map);
}
END_TEST

/* ------------------------------------------------------------------- whose descriptor it is */

START_TEST(test_task_fd)
{
	int prog = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0), map = live_array(1);
	char name[32];
	struct rawbpf_task_fd_info query = { .name = name, .name_size = sizeof name };
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_raw_tracepoint_attach(&link, prog,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" }), 0);
	ck_assert_int_eq(rawbpf_task_fd_info(&query, getpid(), link.fd), 0);
	ck_assert_str_eq(name, "sys_enter");
	ck_assert_uint_eq(query.name_length, 9);
	ck_assert_uint_eq(query.type, BPF_FD_TYPE_RAW_TRACEPOINT);
	ck_assert_uint_eq(query.prog_id, info_of(prog).id);
	query = (struct rawbpf_task_fd_info){ .name = name, .name_size = 4 };
	ck_assert_int_eq(rawbpf_task_fd_info(&query, getpid(), link.fd), -ENOSPC);
	ck_assert_str_eq(name, "sys");
	ck_assert_uint_eq(query.name_length, 9);
	query = (struct rawbpf_task_fd_info){ 0 };
	ck_assert_int_eq(rawbpf_task_fd_info(&query, getpid(), link.fd), 0);
	ck_assert_uint_eq(query.name_length, 9);
	ck_assert_int_eq(rawbpf_task_fd_info(&query, getpid(), map), -ENOTSUPP);
	ck_assert_uint_eq(query.name_length, 0);
	ck_assert_int_eq(rawbpf_task_fd_info(&query, getpid(), 9999), -EBADF);
	ck_assert_int_eq(rawbpf_task_fd_info(&query, -1, link.fd), -ENOENT);
	live_be_nobody();
	ck_assert_int_eq(rawbpf_task_fd_info(&query, getpid(), link.fd), -EPERM);
	rawbpf_link_detach(&link);
	close(prog);
	close(map);
}
END_TEST

/* ------------------------------------------------------------------------------ objects */

START_TEST(test_pin_at)
{
	int map = live_array(1), bpffs, other, read_only;
	const unsigned key = 0;
	uint64_t value = 1;

	live_mount_bpffs();
	bpffs = open("/sys/fs/bpf", O_PATH | O_DIRECTORY | O_CLOEXEC);
	other = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (live_kernel() < 0x605) {
		ck_assert_int_eq(rawbpf_obj_pin_at(map, bpffs, "map"), -EINVAL);
		SKIP("pins are not relative to a directory before 6.5");
	}
	ck_assert_int_eq(rawbpf_obj_pin_at(map, bpffs, "map"), 0);
	ck_assert_int_eq(rawbpf_obj_pin_at(map, bpffs, "map"), -EEXIST);
	ck_assert_int_eq(rawbpf_obj_pin_at(map, bpffs, "no/map"), -ENOENT);
	ck_assert_int_eq(rawbpf_obj_pin_at(map, other, "map"), -EPERM);
	ck_assert_int_eq(rawbpf_obj_pin_at(map, 9999, "map"), -EBADF);
	ck_assert_int_eq(access("/sys/fs/bpf/map", F_OK), 0);
	read_only = rawbpf_obj_open_at(bpffs, "map", BPF_F_RDONLY);
	ck_assert_int_gt(read_only, 2);
	ck_assert_int_eq(rawbpf_map_lookup(read_only, &key, &value, 0), 0);
	ck_assert_int_eq(rawbpf_map_update(read_only, &key, &value, 0), -EPERM);
	ck_assert_int_eq(rawbpf_obj_open_at(bpffs, "none", 0), -ENOENT);
	ck_assert_int_eq(rawbpf_obj_open_at(9999, "map", 0), -EBADF);
	ck_assert_int_eq(rawbpf_obj_open_at(map, "map", 0), -ENOTDIR);
}
END_TEST

START_TEST(test_open_as)
{
	int map = live_array(1), prog = filter(), read_only;
	const unsigned key = 0;
	uint64_t value = 1;

	read_only = rawbpf_obj_id_open(RAWBPF_OBJ_MAP, map_id(map),
				       &(struct rawbpf_obj_id_spec){ .flags = BPF_F_RDONLY });
	ck_assert_int_gt(read_only, 2);
	ck_assert_int_eq(rawbpf_map_lookup(read_only, &key, &value, 0), 0);
	ck_assert_int_eq(rawbpf_map_update(read_only, &key, &value, 0), -EPERM);
	ck_assert_int_eq(rawbpf_obj_id_open(RAWBPF_OBJ_PROG, info_of(prog).id,
					    &(struct rawbpf_obj_id_spec){ .flags = BPF_F_RDONLY }), -EINVAL);
	ck_assert_int_eq(rawbpf_obj_id_open(RAWBPF_OBJ_BTF + 10, 1, NULL), -EINVAL);
	close(read_only);
	close(map);
	close(prog);
}
END_TEST

/* Kernels since 7.2 explain a rejected map in the log; older ones do not. */
START_TEST(test_map_log)
{
	char log[128];
	struct rawbpf_map_spec spec = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 8,
					.value_size = 8, .max_entries = 1, .log = log,
					.log_size = sizeof log };
	int map;

	memset(log, 'x', sizeof log);
	ck_assert_int_eq(rawbpf_map_create(&spec), -EINVAL);
	ck_assert_uint_lt(strnlen(log, sizeof log), sizeof log);
	if (live_kernel() < 0x700)
		ck_assert_str_eq(log, "");
	spec.key_size = 4;
	memset(log, 'x', sizeof log);
	map = rawbpf_map_create(&spec);
	ck_assert_int_gt(map, 2);
	ck_assert_str_eq(log, "");
	close(map);
}
END_TEST

/* -------------------------------------------------------------------------------- tokens */

START_TEST(test_token_refused)
{
	int bpffs, map = live_array(1), below, other = open("/tmp", O_RDONLY | O_CLOEXEC);

	live_mount_bpffs();
	bpffs = open("/sys/fs/bpf", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (live_kernel() < 0x609) {
		ck_assert_int_eq(rawbpf_token_create(bpffs), -EINVAL);
		SKIP("there are no tokens before 6.9");
	}
	/* the initial user namespace has no tokens */
	ck_assert_int_eq(rawbpf_token_create(bpffs), -EOPNOTSUPP);
	ck_assert_int_eq(mkdir("/sys/fs/bpf/below", 0700), 0);
	ck_assert_int_eq(rawbpf_token_create(open("/sys/fs/bpf", O_PATH | O_CLOEXEC)), -EBADF);
	below = open("/sys/fs/bpf/below", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(rawbpf_token_create(below), -EINVAL);
	ck_assert_int_eq(rawbpf_token_create(other), -EINVAL);
	ck_assert_int_eq(rawbpf_token_create(map), -EINVAL);
	ck_assert_int_eq(rawbpf_token_create(9999), -EBADF);
	ck_assert_int_eq(rawbpf_token_open("/sys/fs/bpf"), -EOPNOTSUPP);
	ck_assert_int_eq(rawbpf_token_open("/sys/fs/bpf/below"), -EINVAL);
	ck_assert_int_eq(rawbpf_token_open("/tmp"), -EINVAL);
	ck_assert_int_eq(rawbpf_token_open("/sys/fs/bpf/nowhere"), -ENOENT);
	ck_assert_int_eq(rawbpf_token_open("/proc/self/exe"), -ENOTDIR);
}
END_TEST

/*
 * A token loads a program for cgroups. But it lists none: the kernel asks for CAP_NET_ADMIN in the
 * initial user namespace.
 */
static int use_cgroup(int token)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_CGROUP_DEVICE, .name = "own", .insns = insns, .insn_count = 2,
		.flags = BPF_F_TOKEN_FD, .token = token });
	struct rawbpf_prog_query query = { 0 };
	char path[256];
	int cgroup;

	if (prog <= 2)
		return 7;
	if (!cgroups_find(path, sizeof path))
		return 0;
	cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rawbpf_prog_query(&query, cgroup, BPF_CGROUP_DEVICE) != -EPERM)
		return 8;
	return rawbpf_prog_replace(prog, cgroup, BPF_CGROUP_DEVICE, NULL) == -EPERM ? 0 : 9;
}

/*
 * In a user namespace, a token permits what fails without one. The namespace creates the BPF file
 * system's context, and the privileged parent delegates commands to it.
 */
static int use_token(int outside)
{
	int bpffs, token, context, mounted, map;
	char path[32];
	struct rawbpf_map_spec spec = { .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4,
					.max_entries = 1 };

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return 1;
	context = syscall(SYS_fsopen, "bpf", 1 /* FSOPEN_CLOEXEC */);
	if (context < 0)
		return 2;
	send_fd(outside, context);
	mounted = receive_fd(outside);
	bpffs = openat(mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (bpffs < 0)
		return 3;
	if (rawbpf_map_create(&spec) != -EPERM)
		return 4;
	token = rawbpf_token_create(bpffs);
	if (token < 0)
		return -token;
	spec.flags = BPF_F_TOKEN_FD;
	spec.token = token;
	map = rawbpf_map_create(&spec);
	if (map <= 2)
		return 5;
	/* The same by the path of the mount. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", mounted);
	spec.token = rawbpf_token_open(path);
	map = rawbpf_map_create(&spec);
	return spec.token > 2 && map > 2 ? use_cgroup(spec.token) : 6;
}

START_TEST(test_token)
{
	int pair[2], status, mounted;
	pid_t pid;

	if (live_kernel() < 0x609)
		SKIP("there are no tokens before 6.9");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	if (pid == 0)
		_exit(use_token(pair[1]));
	close(pair[1]);
	mounted = delegate(receive_fd(pair[0]));
	ck_assert_int_ge(mounted, 0);
	send_fd(pair[0], mounted);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_bind_map);
	tcase_add_test(tests, test_stats);
	tcase_add_test(tests, test_streams);
	tcase_add_test(tests, test_assoc_refused);
	tcase_add_test(tests, test_task_fd);
	tcase_add_test(tests, test_pin_at);
	tcase_add_test(tests, test_open_as);
	tcase_add_test(tests, test_map_log);
	tcase_add_test(tests, test_token_refused);
	tcase_add_test(tests, test_token);
}

int main(void)
{
	return live_run("commands", add_tests);
}
