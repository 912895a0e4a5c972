/* SPDX-License-Identifier: MIT */
/*
 * Programs on cgroups, with and without links: attach, replace, detach, query. Exact ids and errno.
 */
#include "cgroups.h"

#include <stdint.h>

enum { MOST = 64, DEVICE = BPF_CGROUP_DEVICE };

#define SPEC(...) (&(struct rawbpf_prog_attach_spec){ __VA_ARGS__ })
#define ANCHOR(...) (&(struct rawbpf_anchor){ __VA_ARGS__ })
#define MULTI SPEC(.flags = BPF_F_ALLOW_MULTI)
#define REPLACE(PROG) SPEC(.flags = BPF_F_ALLOW_MULTI, .replace = (PROG))

static int cgroup;

static int device_prog(void)
{
	int prog = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);

	ck_assert_int_gt(prog, 2);
	return prog;
}

static void close_all(unsigned count, const int *fds)
{
	while (count--)
		close(fds[count]);
}

static void begin(void)
{
	live_fds_remember();
	cgroup = cgroups_open(cgroups_make(""));
}

static void end(void)
{
	close(cgroup);
	live_fds_compare();
}

/* Assert that exactly these programs are attached to `to`, in that order. */
static void assert_attached(int to, unsigned flags, const int *progs, unsigned count)
{
	unsigned ids[MOST], i;
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = MOST };

	ck_assert_int_eq(rawbpf_prog_query(&query, to, DEVICE), 0);
	ck_assert_uint_eq(query.count, count);
	ck_assert_uint_eq(query.attach_flags, flags);
	for (i = 0; i < count; i++)
		ck_assert_uint_eq(ids[i], live_prog_id(progs[i]));
}

#define ASSERT_ATTACHED(FLAGS, ...)                                                                \
	do {                                                                                       \
		const int progs_[] = { __VA_ARGS__ };                                              \
                                                                                                   \
		assert_attached(cgroup, FLAGS, progs_, RAWBPF_COUNT(progs_));                      \
	} while (0)
#define ASSERT_NONE() assert_attached(cgroup, 0, NULL, 0)

static int attach(int prog, const struct rawbpf_prog_attach_spec *spec)
{
	return rawbpf_prog_attach(prog, cgroup, DEVICE, spec);
}

static int detach(int prog)
{
	return rawbpf_prog_detach(prog, cgroup, DEVICE, NULL);
}

/* ------------------------------------------------------------------------ for good */

START_TEST(test_attach)
{
	int a = device_prog(), b = device_prog();

	ASSERT_NONE();
	ck_assert_int_eq(attach(a, MULTI), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a);
	ck_assert_int_eq(attach(b, MULTI), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a, b);
	ck_assert_int_eq(attach(a, MULTI), -EINVAL); /* attached already */
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a, b);
	ck_assert_int_eq(detach(a), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b);
	ck_assert_int_eq(detach(a), -ENOENT);
	ck_assert_int_eq(detach(-1), -EBADF);
	ck_assert_int_eq(detach(b), 0);
	ASSERT_NONE();
	ck_assert_int_eq(detach(b), -ENOENT);
	close(a);
	close(b);
}
END_TEST

START_TEST(test_replace)
{
	int a = device_prog(), b = device_prog(), c = device_prog();

	attach(a, MULTI);
	attach(b, MULTI);
	ck_assert_int_eq(attach(c, REPLACE(a)), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, c, b); /* the same program in its own place */
	ck_assert_int_eq(attach(a, REPLACE(a)), -ENOENT);
	ck_assert_int_eq(attach(b, REPLACE(c)), -EINVAL); /* c is attached already */
	ck_assert_int_eq(attach(a, REPLACE(10000)), -EBADF);
	ck_assert_int_eq(attach(a, REPLACE(cgroup)), -EINVAL);
	/* BPF_F_REPLACE needs BPF_F_ALLOW_MULTI */
	ck_assert_int_eq(attach(a, SPEC(.replace = c)), -EINVAL);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, c, b);
	/* no descriptor holds the replaced program now */
	ck_assert_int_eq(attach(a, REPLACE(c)), 0);
	unsigned id = live_prog_id(c);
	close(c);
	ck_assert(live_is_gone(RAWBPF_OBJ_PROG, id));
	detach(a);
	detach(b);
	close(a);
	close(b);
}
END_TEST

/* A program that excludes others: another one replaces it, and no cgroup below can have its own. */
START_TEST(test_alone)
{
	static const unsigned flags[] = { 0, BPF_F_ALLOW_OVERRIDE };
	int a = device_prog(), b = device_prog(), below = cgroups_open(cgroups_make("/below"));
	unsigned other = flags[!_i];

	ck_assert_int_eq(attach(a, SPEC(.flags = flags[_i])), 0);
	ASSERT_ATTACHED(flags[_i], a);
	ck_assert_int_eq(attach(b, SPEC(.flags = flags[_i])), 0);
	ASSERT_ATTACHED(flags[_i], b);
	ck_assert_int_eq(attach(a, MULTI), -EPERM);
	ck_assert_int_eq(attach(a, SPEC(.flags = other)), -EPERM);
	ck_assert_int_eq(rawbpf_prog_attach(a, below, DEVICE, MULTI),
			 flags[_i] ? 0 : -EPERM);
	assert_attached(below, flags[_i] ? BPF_F_ALLOW_MULTI : 0, &a, flags[_i] != 0);
	ASSERT_ATTACHED(flags[_i], b);
	ck_assert_int_eq(detach(b), 0);
	ASSERT_NONE();
	close(a);
	close(b);
	close(below);
}
END_TEST

/* A program stays when the process that attached it ends, and goes with its cgroup. */
START_TEST(test_survival)
{
	const char *path = cgroups_make("/survival");
	int a = device_prog(), status, fd;
	unsigned id = live_prog_id(a);
	pid_t pid;

	fd = cgroups_open(path);
	pid = cgroups_fork();
	if (pid == 0)
		_exit(-rawbpf_prog_attach(a, fd, DEVICE, MULTI));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	assert_attached(fd, BPF_F_ALLOW_MULTI, &a, 1);
	close(a);
	usleep(100 * 1000);
	a = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, id, NULL);
	ck_assert_int_gt(a, 2);
	close(a);
	cgroups_remove(path);
	/* a removed cgroup counts as none */
	a = device_prog();
	ck_assert_int_eq(rawbpf_prog_attach(a, fd, DEVICE, MULTI), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_detach(a, fd, DEVICE, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_query(&(struct rawbpf_prog_query){ 0 }, fd, DEVICE),
			 -ENOENT);
	ck_assert_int_eq(rawbpf_cgroup_attach(&(struct rawbpf_link){ 0 }, a, fd, DEVICE, NULL),
			 -ENOENT);
	close(a);
	close(fd);
	ck_assert(live_is_gone(RAWBPF_OBJ_PROG, id));
}
END_TEST

START_TEST(test_most)
{
	int progs[MOST + 1], i;

	for (i = 0; i <= MOST; i++)
		progs[i] = device_prog();
	for (i = 0; i < MOST; i++)
		ck_assert_int_eq(attach(progs[i], MULTI), 0);
	ck_assert_int_eq(attach(progs[MOST], MULTI), -E2BIG);
	assert_attached(cgroup, BPF_F_ALLOW_MULTI, progs, MOST);
	/* replacing needs a free place, too */
	ck_assert_int_eq(attach(progs[MOST], REPLACE(progs[7])), -E2BIG);
	ck_assert_int_eq(detach(progs[MOST - 1]), 0);
	ck_assert_int_eq(attach(progs[MOST], REPLACE(progs[7])), 0);
	for (i = 0; i <= MOST; i++)
		close(progs[i]);
}
END_TEST

/* Descriptors of other things than a cgroup or a program, and programs of another type. */
START_TEST(test_misfits)
{
	struct rawbpf_link link = { .fd = 12345 };
	int a = device_prog(), packets = live_prog(BPF_PROG_TYPE_CGROUP_SKB, 1), i;
	const int no_cgroups[] = { -1, 10000, open("/", O_RDONLY | O_CLOEXEC), a };

	for (i = 0; i < 4; i++) {
		struct rawbpf_prog_query query = { .count = 7 };

		ck_assert_int_eq(rawbpf_prog_attach(a, no_cgroups[i], DEVICE, MULTI),
				 -EBADF);
		ck_assert_int_eq(rawbpf_prog_detach(a, no_cgroups[i], DEVICE, NULL), -EBADF);
		ck_assert_int_eq(rawbpf_prog_query(&query, no_cgroups[i], DEVICE), -EBADF);
		ck_assert_uint_eq(query.count, 0);
		ck_assert_int_eq(rawbpf_cgroup_attach(&link, a, no_cgroups[i], DEVICE, NULL),
				 -EBADF);
		ck_assert_int_eq(link.fd, 0);
	}
	ck_assert_int_eq(attach(packets, MULTI), -EINVAL);
	ck_assert_int_eq(attach(cgroup, MULTI), -EINVAL);
	ck_assert_int_eq(attach(10000, MULTI), -EBADF);
	ck_assert_int_eq(rawbpf_prog_attach(a, cgroup, 9999, MULTI), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_query(&(struct rawbpf_prog_query){ 0 }, cgroup, 9999),
			 -EINVAL);
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, packets, cgroup, DEVICE, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, 10000, cgroup, DEVICE, NULL), -EBADF);
	ASSERT_NONE();
	close(no_cgroups[2]);
	close(packets);
	close(a);
}
END_TEST

/* An O_PATH descriptor is enough. */
START_TEST(test_path_descriptor)
{
	char path[4096 + 32];
	int a = device_prog(), fd;

	snprintf(path, sizeof path, "%s/%d", cgroups_path, (int)getpid());
	fd = open(path, O_PATH | O_CLOEXEC);
	ck_assert_int_eq(rawbpf_prog_attach(a, fd, DEVICE, MULTI), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a);
	ck_assert_int_eq(rawbpf_prog_detach(a, fd, DEVICE, NULL), 0);
	close(fd);
	close(a);
}
END_TEST

/* --------------------------------------------------------------------------- asking */

START_TEST(test_query)
{
	int progs[3], below = cgroups_open(cgroups_make("/below")), i;
	unsigned ids[4], capacity;
	struct rawbpf_prog_query query = { .prog_ids = NULL };

	for (i = 0; i < 3; i++) {
		progs[i] = device_prog();
		attach(progs[i], MULTI);
	}
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	ck_assert_uint_eq(query.count, 3);
	for (capacity = 0; capacity <= 4; capacity++) {
		memset(ids, 0, sizeof ids);
		query = (struct rawbpf_prog_query){ .prog_ids = ids, .capacity = capacity };
		ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE),
				 capacity < 3 ? -ENOSPC : 0);
		ck_assert_uint_eq(query.count, 3);
		ck_assert_uint_eq(query.attach_flags, BPF_F_ALLOW_MULTI);
		for (i = 0; i < 4; i++)
			ck_assert_uint_eq(ids[i],
					  i < 3 && i < (int)capacity ? live_prog_id(progs[i]) : 0);
	}
	/* no program is attached below, but all three run there */
	assert_attached(below, 0, NULL, 0);
	query = (struct rawbpf_prog_query){
		.flags = BPF_F_QUERY_EFFECTIVE, .prog_ids = ids, .capacity = 4 };
	ck_assert_int_eq(rawbpf_prog_query(&query, below, DEVICE), 0);
	ck_assert_uint_ge(query.count, 3);
	/* each hook has its own programs */
	query = (struct rawbpf_prog_query){ .prog_ids = ids, .capacity = 4 };
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, BPF_CGROUP_INET_INGRESS), 0);
	ck_assert_uint_eq(query.count, 0);
	for (i = 0; i < 3; i++)
		close(progs[i]);
	close(below);
}
END_TEST

static uint64_t revision(void)
{
	struct rawbpf_prog_query query = { 0 };

	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	return query.revision;
}

START_TEST(test_revision)
{
	int a = device_prog(), b = device_prog();
	uint64_t before = revision();

	if (live_kernel() < 0x611) {
		ck_assert_uint_eq(before, 0);
		ck_assert_int_eq(attach(a, SPEC(.flags = BPF_F_ALLOW_MULTI,
						.expected_revision = 1)), -EINVAL);
		close(a);
		close(b);
		SKIP("cgroups have no revision before 6.17");
	}
	ck_assert_uint_gt(before, 0);
	ck_assert_int_eq(attach(a, SPEC(.flags = BPF_F_ALLOW_MULTI,
					.expected_revision = before + 1)), -ESTALE);
	ck_assert_uint_eq(revision(), before);
	ck_assert_int_eq(attach(a, SPEC(.flags = BPF_F_ALLOW_MULTI,
					.expected_revision = before)), 0);
	ck_assert_uint_gt(revision(), before);
	ck_assert_int_eq(attach(b, SPEC(.flags = BPF_F_ALLOW_MULTI, .replace = a,
					.expected_revision = before)), -ESTALE);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a);
	ck_assert_int_eq(attach(b, SPEC(.flags = BPF_F_ALLOW_MULTI, .replace = a,
					.expected_revision = revision())), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b);
	before = revision();
	detach(b);
	ck_assert_uint_ne(revision(), before);
	close(a);
	close(b);
}
END_TEST

/* ---------------------------------------------------------------------------- links */

START_TEST(test_link)
{
	struct rawbpf_link one = { 0 }, two = { 0 };
	int a = device_prog(), b = device_prog();

	ck_assert_int_eq(rawbpf_cgroup_attach(&one, a, cgroup, DEVICE, NULL), 0);
	ck_assert_int_gt(one.fd, 2);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a);
	/* a link accepts a program that is attached already */
	ck_assert_int_eq(rawbpf_cgroup_attach(&two, a, cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(attach(b, MULTI), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a, a, b);
	/* only the link detaches its program */
	ck_assert_int_eq(detach(a), -ENOENT);
	ck_assert_int_eq(attach(a, REPLACE(a)), -ENOENT);
	ck_assert_int_eq(rawbpf_link_detach(&one), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a, b);
	ck_assert_int_eq(rawbpf_link_detach(&two), 0);
	ck_assert_int_eq(rawbpf_link_detach(&two), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b);
	/* a program that excludes others leaves no room for a link */
	detach(b);
	attach(b, SPEC(.flags = 0));
	ck_assert_int_eq(rawbpf_cgroup_attach(&one, a, cgroup, DEVICE, NULL), -EPERM);
	ck_assert_int_eq(one.fd, 0);
	close(a);
	close(b);
}
END_TEST

START_TEST(test_link_update)
{
	struct rawbpf_link link, inert = { 0 };
	int a = device_prog(), b = device_prog(), packets = live_prog(BPF_PROG_TYPE_CGROUP_SKB, 1);
	const char *path = cgroups_make("/update");
	int below = cgroups_open(path), tries;

	ck_assert_int_eq(rawbpf_cgroup_attach(&link, a, cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(rawbpf_link_update(&link, b, 0), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b);
	ck_assert_int_eq(rawbpf_link_update(&link, a, a), -EPERM);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b);
	ck_assert_int_eq(rawbpf_link_update(&link, a, b), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a);
	ck_assert_int_eq(rawbpf_link_update(&link, packets, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_link_update(&link, 10000, 0), -EBADF);
	ck_assert_int_eq(rawbpf_link_update(&link, b, 10000), -EBADF);
	ck_assert_int_eq(rawbpf_link_update(&inert, b, 0), -EBADF);
	inert.fd = a; /* not a link */
	ck_assert_int_eq(rawbpf_link_update(&inert, b, 0), -EINVAL);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a);
	rawbpf_link_detach(&link);
	/* the cgroup goes, and the link stays without one */
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, a, below, DEVICE, NULL), 0);
	cgroups_remove(path);
	for (tries = 0; rawbpf_link_update(&link, b, 0) != -ENOLINK; tries++) {
		ck_assert_int_lt(tries, PATIENCE_MS / 10); /* it goes with a delay */
		usleep(10 * 1000);
	}
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(below);
	close(packets);
	close(a);
	close(b);
}
END_TEST

/* A link chooses its place among the others. */
START_TEST(test_link_order)
{
	struct rawbpf_link links[4] = { 0 };
	int a = device_prog(), b = device_prog(), c = device_prog(), d = device_prog(), err;

	ck_assert_int_eq(rawbpf_cgroup_attach(&links[0], a, cgroup, DEVICE, NULL), 0);
	err = rawbpf_cgroup_attach(&links[1], b, cgroup, DEVICE,
				   ANCHOR(.flags = BPF_F_BEFORE));
	if (live_kernel() < 0x611) {
		ck_assert_int_eq(err, -EINVAL);
		rawbpf_link_detach(&links[0]);
		close_all(4, (int[]){ a, b, c, d });
		SKIP("links on cgroups have no order before 6.17");
	}
	ck_assert_int_eq(err, 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b, a);
	ck_assert_int_eq(rawbpf_cgroup_attach(&links[2], c, cgroup, DEVICE,
					      ANCHOR(.flags = BPF_F_AFTER | BPF_F_LINK,
						     .relative = links[1].fd)), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b, c, a);
	ck_assert_int_eq(rawbpf_cgroup_attach(&links[3], d, cgroup, DEVICE,
					      ANCHOR(.flags = BPF_F_BEFORE, .relative = d)), -EINVAL);
	ck_assert_int_eq(rawbpf_cgroup_attach(&links[3], d, cgroup, DEVICE,
					      ANCHOR(.flags = BPF_F_BEFORE | BPF_F_LINK | BPF_F_ID,
						     .relative = 999999999)), -ENOENT);
	ck_assert_int_eq(rawbpf_cgroup_attach(&links[3], d, cgroup, DEVICE,
					      ANCHOR(.expected_revision = 77777)), -ESTALE);
	ck_assert_int_eq(links[3].fd, 0);
	for (int i = 0; i < 3; i++)
		rawbpf_link_detach(&links[i]);
	/* without links, beside a program without a link */
	ck_assert_int_eq(attach(a, MULTI), 0);
	ck_assert_int_eq(attach(b, SPEC(.flags = BPF_F_ALLOW_MULTI | BPF_F_BEFORE)), 0);
	ck_assert_int_eq(attach(c, SPEC(.flags = BPF_F_ALLOW_MULTI | BPF_F_AFTER,
					.relative = b)), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b, c, a);
	close(a);
	close(b);
	close(c);
	close(d);
}
END_TEST

/* Every holder of a link can detach it, for all holders. */
START_TEST(test_link_revoke)
{
	struct rawbpf_link link, other = { 0 };
	int a = device_prog();

	ck_assert_int_eq(rawbpf_cgroup_attach(&link, a, cgroup, DEVICE, NULL), 0);
	other.fd = fcntl(link.fd, F_DUPFD_CLOEXEC, 3);
	ck_assert_int_eq(rawbpf_link_revoke(&link), 0);
	ASSERT_NONE();
	ck_assert_int_eq(rawbpf_link_revoke(&link), 0);
	ck_assert_int_eq(rawbpf_link_update(&other, a, 0), -ENOLINK);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_int_eq(rawbpf_link_detach(&other), 0);
	close(a);
}
END_TEST

/* Linux 5.10 frees a pinned object an RCU grace period after the unlink. */
static void wait_for_none(void)
{
	struct rawbpf_prog_query query = { .capacity = 0 };
	int waited;

	for (waited = 0; waited < PATIENCE_MS; waited++) {
		ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
		if (!query.count)
			break;
		usleep(1000);
	}
	ASSERT_NONE();
}

/* A pinned link outlives its process. A process that opens it can update it. */
START_TEST(test_link_pin)
{
	static const char pin[] = "/sys/fs/bpf/devices";
	struct rawbpf_link link;
	int a = device_prog(), b = device_prog();

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, a, cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(rawbpf_link_pin(&link, pin), 0);
	rawbpf_link_detach(&link);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, a);
	ck_assert_int_eq(rawbpf_link_open(&link, pin), 0);
	ck_assert_int_eq(rawbpf_link_update(&link, b, a), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b);
	ck_assert_int_eq(unlink(pin), 0);
	ASSERT_ATTACHED(BPF_F_ALLOW_MULTI, b);
	rawbpf_link_detach(&link);
	wait_for_none();
	close(a);
	close(b);
}
END_TEST

/* ------------------------------------------------------------------------ privilege */

/*
 * A process without privileges attaches device programs to a descriptor that it got. It may not
 * query, and packet programs need a privilege.
 */
START_TEST(test_nobody)
{
	struct rawbpf_link link;
	int a = device_prog(), b = device_prog(), packets = live_prog(BPF_PROG_TYPE_CGROUP_SKB, 1);

	if (live_kernel() < 0x606) {
		close_all(3, (int[]){ a, b, packets });
		SKIP("what each operation needs was not settled before 6.6");
	}
	live_be_nobody();
	ck_assert_int_eq(attach(a, MULTI), 0);
	ck_assert_int_eq(attach(b, REPLACE(a)), 0);
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, a, cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(rawbpf_link_update(&link, b, 0), 0);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_int_eq(detach(b), -EPERM); /* a query would show whose program it is */
	ck_assert_int_eq(rawbpf_prog_attach(packets, cgroup, BPF_CGROUP_INET_INGRESS, MULTI),
			 -EINVAL);
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, packets, cgroup, BPF_CGROUP_INET_INGRESS,
					      NULL),
			 -EPERM);
	ck_assert_int_eq(rawbpf_prog_query(&(struct rawbpf_prog_query){ 0 }, cgroup, DEVICE),
			 -EPERM);
	close(packets);
	close(a);
	close(b);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_attach);
	tcase_add_test(tests, test_replace);
	tcase_add_loop_test(tests, test_alone, 0, 2);
	tcase_add_test(tests, test_survival);
	tcase_add_test(tests, test_most);
	tcase_add_test(tests, test_misfits);
	tcase_add_test(tests, test_path_descriptor);
	tcase_add_test(tests, test_query);
	tcase_add_test(tests, test_revision);
	tcase_add_test(tests, test_link);
	tcase_add_test(tests, test_link_update);
	tcase_add_test(tests, test_link_order);
	tcase_add_test(tests, test_link_revoke);
	tcase_add_test(tests, test_link_pin);
	tcase_add_test(tests, test_nobody);
}

int main(void)
{
	return cgroups_run("cgroup", add_tests);
}
