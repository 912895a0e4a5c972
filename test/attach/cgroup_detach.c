/* SPDX-License-Identifier: MIT */
/*
 * Detaching from cgroups without a link: rawbpf_prog_detach() detaches the named program, or none.
 * The kernel ignores the name if the hook's program excludes others.
 */
#include "cgroups.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <rawbpf/constant.h>
#include <stdint.h>
#include <sys/ioctl.h>

enum { DEVICE = BPF_CGROUP_DEVICE };

/* The modes of a program that is attached without a link. */
static const unsigned modes[] = { 0, BPF_F_ALLOW_OVERRIDE, BPF_F_ALLOW_MULTI };
enum { MODES = sizeof modes / sizeof modes[0] };

static int cgroup, mine, theirs;

static int device_prog(void)
{
	int prog = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);

	ck_assert_int_gt(prog, 2);
	return prog;
}

static void begin(void)
{
	live_fds_remember();
	cgroup = cgroups_open(cgroups_make(""));
	mine = device_prog();
	theirs = device_prog();
}

static void end(void)
{
	close(mine);
	close(theirs);
	close(cgroup);
	live_fds_compare();
}

static int attach(int prog, unsigned flags)
{
	return rawbpf_prog_attach(prog, cgroup, DEVICE,
				  &(struct rawbpf_prog_attach_spec){ .flags = flags });
}

static int detach(int prog)
{
	return rawbpf_prog_detach(prog, cgroup, DEVICE, NULL);
}

/* Return the id of the only program at the hook, or 0. */
static unsigned attached_at(unsigned attach_type, uint64_t *revision)
{
	unsigned id = 0;
	struct rawbpf_prog_query query = { .prog_ids = &id, .capacity = 1 };

	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, attach_type), 0);
	if (revision)
		*revision = query.revision;
	return id;
}

static unsigned attached(void)
{
	return attached_at(DEVICE, NULL);
}

START_TEST(test_own)
{
	ck_assert_int_eq(detach(mine), -ENOENT);
	ck_assert_int_eq(attach(mine, modes[_i]), 0);
	ck_assert_uint_eq(attached(), live_prog_id(mine));
	ck_assert_int_eq(detach(mine), 0);
	ck_assert_uint_eq(attached(), 0);
	ck_assert_int_eq(detach(mine), -ENOENT);
}
END_TEST

START_TEST(test_of_others)
{
	int again = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, live_prog_id(theirs), NULL);

	ck_assert_int_eq(attach(theirs, modes[_i]), 0);
	ck_assert_int_eq(detach(mine), -ENOENT);
	ck_assert_uint_eq(attached(), live_prog_id(theirs));
	/* any descriptor of the program will do */
	ck_assert_int_eq(detach(again), 0);
	ck_assert_uint_eq(attached(), 0);
	close(again);
}
END_TEST

START_TEST(test_no_program)
{
	int map = live_array(1), packets = live_prog(BPF_PROG_TYPE_CGROUP_SKB, 1);
	struct rawbpf_link link;

	ck_assert_int_eq(attach(theirs, modes[_i]), 0);
	ck_assert_int_eq(detach(-1), -EBADF);
	ck_assert_int_eq(detach(10000), -EBADF);
	ck_assert_int_eq(detach(cgroup), -EINVAL);
	ck_assert_int_eq(detach(map), -EINVAL);
	ck_assert_int_eq(detach(packets), -ENOENT);
	ck_assert_uint_eq(attached(), live_prog_id(theirs));
	ck_assert_int_eq(detach(theirs), 0);
	/* a link's descriptor is not its program's */
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, theirs, cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(detach(link.fd), -EINVAL);
	ck_assert_uint_eq(attached(), live_prog_id(theirs));
	rawbpf_link_detach(&link);
	close(map);
	close(packets);
}
END_TEST

START_TEST(test_by_link)
{
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_cgroup_attach(&link, mine, cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(detach(mine), -ENOENT);
	ck_assert_int_eq(detach(theirs), -ENOENT);
	ck_assert_uint_eq(attached(), live_prog_id(mine));
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_uint_eq(attached(), 0);
}
END_TEST

/* A process that may not query detaches nothing, not even its own program. */
START_TEST(test_refused_query)
{
	uid_t root = geteuid();

	ck_assert_int_eq(attach(_i % 2 ? mine : theirs, modes[_i / 2]), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(detach(mine), -EPERM);
	ck_assert_int_eq(seteuid(root), 0);
	ck_assert_uint_eq(attached(), live_prog_id(_i % 2 ? mine : theirs));
}
END_TEST

START_TEST(test_revision)
{
	struct rawbpf_prog_attach_spec spec = { 0 };

	ck_assert_int_eq(attach(mine, modes[_i]), 0);
	attached_at(DEVICE, &spec.expected_revision);
	if (live_kernel() < 0x611) {
		ck_assert_uint_eq(spec.expected_revision, 0);
		SKIP("cgroups have no revision before 6.17");
	}
	spec.expected_revision++;
	ck_assert_int_eq(rawbpf_prog_detach(mine, cgroup, DEVICE, &spec), -ESTALE);
	ck_assert_uint_eq(attached(), live_prog_id(mine));
	spec.expected_revision--;
	ck_assert_int_eq(rawbpf_prog_detach(mine, cgroup, DEVICE, &spec), 0);
	ck_assert_uint_eq(attached(), 0);
}
END_TEST

/* ------------------------------------- another process between the query and the detaching */

static int listener;
static int (*interfere)(void);
static unsigned interfered;

static void *stand_between(void *unused)
{
	struct seccomp_notif asked;

	for (;;) {
		struct seccomp_notif_resp answer = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

		memset(&asked, 0, sizeof asked);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
			return unused;
		if (interfere() == 0)
			interfered++;
		answer.id = asked.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

/* Run `act` in another thread before each BPF_PROG_DETACH of this thread, from now on. */
static void before_detaching(int (*act)(void))
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_PROG_DETACH, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { RAWBPF_COUNT(code), code };
	pthread_t thread;

	interfere = act;
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			   &filter);
	ck_assert_int_gt(listener, 2);
	live_fds_before++; /* the descriptor stays until the test's process ends */
	ck_assert_int_eq(pthread_create(&thread, NULL, stand_between, NULL), 0);
}

static int take_its_place(void)
{
	return interfered ? -EEXIST : attach(theirs, modes[0]);
}

/* Another program takes the place after the query. The kernel alone would detach that one. */
START_TEST(test_race)
{
	ck_assert_int_eq(attach(mine, modes[0]), 0);
	before_detaching(take_its_place);
	if (live_kernel() < 0x611)
		SKIP("cgroups have no revision before 6.17");
	ck_assert_int_eq(detach(mine), -ENOENT);
	ck_assert_uint_eq(interfered, 1);
	ck_assert_uint_eq(attached(), live_prog_id(theirs));
}
END_TEST

static int come_beside_it(void)
{
	return interfered ? -EEXIST : attach(theirs, BPF_F_ALLOW_MULTI);
}

START_TEST(test_once_more)
{
	ck_assert_int_eq(attach(mine, BPF_F_ALLOW_MULTI), 0);
	before_detaching(come_beside_it);
	ck_assert_int_eq(detach(mine), 0);
	ck_assert_uint_eq(interfered, 1);
	ck_assert_uint_eq(attached(), live_prog_id(theirs));
}
END_TEST

static int come_and_go(void)
{
	return attach(theirs, modes[0]) == 0 ? attach(mine, modes[0]) : -EINVAL;
}

START_TEST(test_without_end)
{
	if (live_kernel() < 0x611)
		SKIP("cgroups have no revision before 6.17");
	ck_assert_int_eq(attach(mine, modes[0]), 0);
	before_detaching(come_and_go);
	ck_assert_int_eq(detach(mine), -ESTALE);
	ck_assert_uint_eq(interfered, 16);
	ck_assert_uint_eq(attached(), live_prog_id(mine));
}
END_TEST

/* -------------------------------------------------------------------------------- all hooks */

static int is_of_cgroups(unsigned attach_type)
{
	const char *name = rawbpf_constant_name(RAWBPF_ATTACH_TYPE, attach_type);

	return name && strncmp(name, "cgroup_", 7) == 0;
}

/*
 * Attach a program of the type that the hook takes, alone. Returns the program, or a negative
 * errno.
 */
static int attach_of_any_type(unsigned hook, struct rawbpf_prog_spec *spec)
{
	static const unsigned types[] = {
		BPF_PROG_TYPE_CGROUP_SKB, BPF_PROG_TYPE_CGROUP_SOCK, BPF_PROG_TYPE_SOCK_OPS,
		BPF_PROG_TYPE_CGROUP_DEVICE, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_PROG_TYPE_CGROUP_SOCKOPT };

	spec->expected_attach_type = hook;
	for (unsigned i = 0; i < RAWBPF_COUNT(types); i++) {
		int prog;

		spec->type = types[i];
		prog = rawbpf_prog_load(spec);
		if (prog >= 0 && rawbpf_prog_attach(prog, cgroup, hook, NULL) == 0)
			return prog;
		close(prog);
	}
	return -EINVAL;
}

/* Every cgroup hook is queried before anything is detached. */
START_TEST(test_every_hook)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	struct rawbpf_prog_spec spec = { .license = "GPL", .insns = insns, .insn_count = 2 };
	unsigned hooks = 0;

	for (unsigned hook = 0; rawbpf_constant_name(RAWBPF_ATTACH_TYPE, hook); hook++) {
		int other = is_of_cgroups(hook) ? attach_of_any_type(hook, &spec) : -1, ours;

		if (other < 0) {
			ck_assert_msg(!is_of_cgroups(hook) || hook >= BPF_CGROUP_UNIX_CONNECT,
				      "hook %u", hook);
			continue;
		}
		ours = rawbpf_prog_load(&spec);
		ck_assert_int_gt(ours, 2);
		ck_assert_msg(rawbpf_prog_detach(ours, cgroup, hook, NULL) == -ENOENT,
			      "hook %u", hook);
		ck_assert_uint_eq(attached_at(hook, NULL), live_prog_id(other));
		ck_assert_int_eq(rawbpf_prog_detach(other, cgroup, hook, NULL), 0);
		ck_assert_uint_eq(attached_at(hook, NULL), 0);
		close(ours);
		close(other);
		hooks++;
	}
	ck_assert_uint_eq(hooks, live_kernel() < 0x607 ? 23 : 28);
}
END_TEST

/* ------------------------------------------------------------------------------------ LSM */

static int lsm_prog(const char *hook)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	struct rawbpf_btf kernel;
	int id = rawbpf_btf_kernel_open(&kernel);

	if (id == 0)
		id = rawbpf_btf_type_find(&kernel, BTF_KIND_FUNC, hook);
	rawbpf_btf_close(&kernel);
	return id < 0 ? id : rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_LSM, .expected_attach_type = BPF_LSM_CGROUP,
		.attach_btf_id = id, .license = "GPL", .insns = insns, .insn_count = 2 });
}

static unsigned lsm_attached(uint32_t ids[4])
{
	uint32_t flags[4];
	struct rawbpf_prog_query query = {
		.prog_ids = ids, .prog_attach_flags = flags, .capacity = 4 };

	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, BPF_LSM_CGROUP), 0);
	return query.count;
}

/* One attach type serves all LSM hooks, and each hook has its own programs. */
START_TEST(test_lsm)
{
	const struct rawbpf_prog_attach_spec spec = { .flags = modes[_i] };
	int bind = lsm_prog("bpf_lsm_socket_bind"), again = lsm_prog("bpf_lsm_socket_bind");
	int connect = lsm_prog("bpf_lsm_socket_connect");
	uint32_t ids[4];

	if (bind == -EPERM || bind == -EINVAL)
		SKIP("this kernel refuses such programs (%s)", bind == -EPERM ? "EPERM" : "EINVAL");
	ck_assert_int_gt(bind, 2);
	ck_assert_int_eq(rawbpf_prog_attach(bind, cgroup, BPF_LSM_CGROUP, &spec), 0);
	ck_assert_int_eq(rawbpf_prog_detach(again, cgroup, BPF_LSM_CGROUP, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_detach(connect, cgroup, BPF_LSM_CGROUP, NULL), -ENOENT);
	ck_assert_uint_eq(lsm_attached(ids), 1);
	ck_assert_uint_eq(ids[0], live_prog_id(bind));
	ck_assert_int_eq(rawbpf_prog_attach(connect, cgroup, BPF_LSM_CGROUP, &spec), 0);
	ck_assert_uint_eq(lsm_attached(ids), 2);
	ck_assert_int_eq(rawbpf_prog_detach(bind, cgroup, BPF_LSM_CGROUP, NULL), 0);
	ck_assert_uint_eq(lsm_attached(ids), 1);
	ck_assert_uint_eq(ids[0], live_prog_id(connect));
	ck_assert_int_eq(rawbpf_prog_detach(bind, cgroup, BPF_LSM_CGROUP, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_detach(connect, cgroup, BPF_LSM_CGROUP, NULL), 0);
	ck_assert_uint_eq(lsm_attached(ids), 0);
	close(bind);
	close(again);
	close(connect);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, test_own, 0, MODES);
	tcase_add_loop_test(tests, test_of_others, 0, MODES);
	tcase_add_loop_test(tests, test_no_program, 0, MODES);
	tcase_add_test(tests, test_by_link);
	tcase_add_loop_test(tests, test_refused_query, 0, 2 * MODES);
	tcase_add_loop_test(tests, test_revision, 0, MODES);
	tcase_add_test(tests, test_race);
	tcase_add_test(tests, test_once_more);
	tcase_add_test(tests, test_without_end);
	tcase_add_test(tests, test_every_hook);
	tcase_add_loop_test(tests, test_lsm, 0, MODES);
}

int main(void)
{
	return cgroups_run("cgroup_detach", add_tests);
}
