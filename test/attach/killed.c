/* SPDX-License-Identifier: MIT */
/*
 * A killed process leaves nothing attached, whatever the kind of link. The exceptions have tests
 * elsewhere: an event in tracefs (test/vm/vm.c; the next attachment removes it), and an attachment
 * to a cgroup without a link (test/attach/cgroup.c; it stays until the cgroup goes).
 */
#include "../event/reliable.h"

#include <signal.h>

/* Attach, write the ids of program and link to `out`, and wait to be killed. */
static void hold(const struct link_kind *kind, int out)
{
	struct rawbpf_link link;
	struct bpf_link_info info;
	unsigned ids[2] = { 0, 0 };
	int prog = link_kind_load(kind, live_array(1), 0);

	memset(&info, 0, sizeof info);
	if (prog >= 0 && kind->attach(&link, prog) == 0) {
		ids[0] = live_prog_id(prog);
		if (rawbpf_obj_info(link.fd, &info, sizeof info) > 0)
			ids[1] = info.id;
	}
	if (write(out, ids, sizeof ids) == sizeof ids)
		pause();
	_exit(1);
}

static int is_there(enum rawbpf_obj_kind kind, unsigned id)
{
	int fd = rawbpf_obj_id_open(kind, id, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

START_TEST(test_killed)
{
	const struct link_kind *kind = &link_kinds[_i];
	unsigned ids[2];
	int ends[2], status;
	pid_t pid;

	reliable_begin();
	if (!reliable_has(kind))
		SKIP("%s: this kernel has none", kind->name);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	pid = cgroups_fork();
	if (pid == 0)
		hold(kind, ends[1]);
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], ids, sizeof ids), sizeof ids);
	ck_assert_uint_gt(ids[0], 0);
	ck_assert(is_there(RAWBPF_OBJ_PROG, ids[0]));
	ck_assert(!ids[1] || is_there(RAWBPF_OBJ_LINK, ids[1]));

	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert(live_is_gone(RAWBPF_OBJ_PROG, ids[0]));
	ck_assert(!ids[1] || live_is_gone(RAWBPF_OBJ_LINK, ids[1]));
}
END_TEST

static void add_tests(TCase *tests)
{
	reliable_fixture(tests);
	tcase_add_loop_test(tests, test_killed, 0, link_kinds_count);
}

int main(void)
{
	return cgroups_run("killed", add_tests);
}
