/* SPDX-License-Identifier: MIT */
/*
 * examples/devcg from outside: its output and exit status. On a cgroup of the test's own, also the
 * accesses of a process to real device nodes. The first argument is the program's path.
 */
#include "../build/device_nodes.h"
#include "../command.h"

#define NAME "devcg"
#define USAGE "usage: " NAME " [-n] [-a|-d] CGROUP [RULE]...\n       " NAME " -r CGROUP\n"

enum { RULES_MAX = 16 };

/* ----------------------------------------------------------------- the command line */

START_TEST(test_help)
{
	static struct ending end;

	command_run(&end, NULL, ARGS("-h"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(strncmp(end.out, USAGE, strlen(USAGE)), 0);
	ck_assert_int_le(command_lines(end.out), 24);
	command_run(&end, live_be_nobody, ARGS("--version"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.out, NAME " " PROJECT_VERSION "\n");
}
END_TEST

#define TYPE "the type is a, b or c\n"
#define PARTS "a blank stands between the parts: TYPE MAJOR:MINOR ACCESS\n"
#define MAJOR "the major number is 0 to 4095, or *\n"
#define MINOR "the minor number is 0 to 1048575, or *\n"

/* test/build/device.c has the errors of a rule. */
static const struct {
	const char *arguments[6];
	const char *message; /* the last line of stderr */
} bad_usage[] = {
	{ { "-z" }, USAGE },
	{ { NULL }, NAME ": the cgroup is missing\n" USAGE },
	{ { "-n" }, NAME ": the cgroup is missing\n" USAGE },
	{ { "-a", "-d", "/" }, NAME ": -a and -d cannot be used together\n" USAGE },
	{ { "-r", "/", "c 1:3 r" }, NAME ": -r takes a cgroup and nothing else\n" USAGE },
	{ { "-r", "-n", "/" }, NAME ": -r takes a cgroup and nothing else\n" USAGE },
	{ { "/", "c" }, NAME ": rule 'c', at its end: MAJOR:MINOR and the access are missing\n" },
	{ { "/", "c 1:3" },
	 NAME ": rule 'c 1:3', at its end: the access is missing: some of r, w and m\n" },
	{ { "/", "c 1:3rw" }, NAME ": rule 'c 1:3rw', at 'rw': " PARTS },
	{ { "/", "" }, NAME ": rule '', at its end: " TYPE },
	{ { "/", "c 1:3 r", "permit c 1:3 r" },
	 NAME ": rule 'permit c 1:3 r', at 'permit c 1:3 r': " TYPE },
	{ { "/", "deny" }, NAME ": rule 'deny', at 'deny': " TYPE },
	{ { "/", "deny " }, NAME ": rule 'deny ', at its end: " TYPE },
	{ { "/", "allow deny c 1:3 r" }, NAME ": rule 'allow deny c 1:3 r', at 'deny c 1:3 r': " TYPE },
	{ { "/", "deny c 1:3 r x" },
	 NAME ": rule 'deny c 1:3 r x', at 'x': the rule ends before this\n" },
	{ { "/", "c -1:3 r" }, NAME ": rule 'c -1:3 r', at '-1:3 r': " MAJOR },
	{ { "/", "c 1:1048576 r" }, NAME ": rule 'c 1:1048576 r', at '1048576 r': " MINOR },
	{ { "/", "-n" }, NAME ": rule '-n', at '-n': " TYPE },
};

START_TEST(test_bad_usage)
{
	const char *const *given = bad_usage[_i].arguments, *message = bad_usage[_i].message;
	static struct ending end;
	size_t said;

	command_run(&end, NULL, given);
	ck_assert_int_eq(end.status, 2);
	ck_assert_str_eq(end.out, "");
	said = strlen(end.err);
	ck_assert_uint_ge(said, strlen(message));
	ck_assert_str_eq(end.err + said - strlen(message), message);
	ck_assert_int_eq(strncmp(end.err, NAME, strlen(NAME)), 0);
}
END_TEST

START_TEST(test_too_many_rules)
{
	static const char *arguments[16384 + 4] = { "-n", "/" };
	static struct ending end;
	int i;

	for (i = 0; i < 16384; i++)
		arguments[2 + i] = "c 1:3 r";
	command_run(&end, NULL, arguments);
	ck_assert_int_eq(end.status, 0);
	arguments[2 + i] = "c 1:3 r";
	command_run(&end, NULL, arguments);
	ck_assert_int_eq(end.status, 2);
	ck_assert_str_eq(end.err, NAME ": 16385 rules are too many: at most 16384\n");
	for (i = 0; i < 256; i++)
		arguments[2 + i] = "c *:3 r";
	arguments[2 + i] = NULL;
	command_run(&end, NULL, arguments);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	arguments[2 + i++] = "c *:3 r";
	arguments[2 + i] = NULL;
	command_run(&end, NULL, arguments);
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, NAME ": 257 rules are '*:MINOR': at most 256\n");
}
END_TEST

/* ------------------------------------------------------------------------- printing */

/*
 * Printing a program's instructions needs no privilege. Rules with the same meaning make the same
 * program.
 */
START_TEST(test_print)
{
	static struct ending end, other;

	command_run(&end, live_be_nobody, ARGS("-n", "/not/there", "c 1:3 rwm"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(command_lines(end.out), 12 + 2 + 6 + 2);
	ck_assert_ptr_nonnull(strstr(end.out, "\nif r4 >= 0x100003 goto +0x2\n"));
	command_run(&other, NULL, ARGS("-n", "/", "b *:* rwm", "deny a", "c 1:3 w", "c 1:3 rm"));
	ck_assert_str_eq(other.out, end.out);
	command_run(&end, NULL, ARGS("-n", "-d", "/"));
	ck_assert_int_eq(command_lines(end.out), 12 + 1);
	command_run(&end, command_full_stdout, ARGS("-n", "/"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, NAME ": writing: No space left on device\n");
}
END_TEST

/* ---------------------------------------------------------- accesses that a process has */

static void apply(const char *option, const char *const *rules)
{
	const char *arguments[RULES_MAX + 3] = { option, path };
	static struct ending end;
	int i;

	for (i = 0; rules[i]; i++)
		arguments[2 + i] = rules[i];
	command_run(&end, NULL, arguments);
	ck_assert_msg(end.status == 0, "%s", end.err);
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, "");
}

static unsigned attached(void)
{
	struct rawbpf_prog_query query = { 0 };

	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	return query.count;
}

/* Without a program every access works. Otherwise the other tests would show nothing. */
START_TEST(test_nothing_attached)
{
	unsigned i;

	try_all(cgroup);
	for (i = 0; i < DEVICES; i++)
		ck_assert_str_eq((*found)[i], "++++");
}
END_TEST

static const struct {
	const char *option;
	const char *rules[6];
	results expected;
} cases[] = {
	/* c 1:3, 1:5, 1:7, 4095:3, 4095:1048575; b 4095:3, 4094:7, 1:3000 */
	{ "-a", { NULL }, { "----", "----", "----", "----", "----", "----", "----", "----" } },
	{ "-d", { NULL }, { "++++", "++++", "++++", "++++", "++++", "++++", "++++", "++++" } },
	{ "-a", { "a *:* rwm" }, { "++++", "++++", "++++", "++++", "++++", "++++", "++++", "++++" } },
	{ "-d", { "a *:* rwm" }, { "----", "----", "----", "----", "----", "----", "----", "----" } },
	{ "-a", { "c 1:3 rwm" }, { "++++", "----", "----", "----", "----", "----", "----", "----" } },
	{ "-d", { "c 1:3 rwm" }, { "----", "++++", "++++", "++++", "++++", "++++", "++++", "++++" } },
	{ "-a", { "b *:* m" }, { "----", "----", "----", "----", "----", "+---", "+---", "+---" } },
	{ "-a", { "c *:3 r" }, { "-+--", "----", "----", "-+--", "----", "----", "----", "----" } },
	{ "-a", { "a 4095:* w" }, { "----", "----", "----", "--+-", "--+-", "--+-", "----", "----" } },
	{ "-a", { "a *:3 rw" }, { "-+++", "----", "----", "-+++", "----", "-+++", "----", "----" } },
	{ "-a",
	 { "c 4095:1048575 rm" },
	 { "----", "----", "----", "----", "++--", "----", "----", "----" } },
	/* opening for both needs both, and two rules may allow them */
	{ "-a",
	 { "c 1:3 r", "c *:3 w" },
	 { "-+++", "----", "----", "--+-", "----", "----", "----", "----" } },
	{ "-d", { "c 1:* w" }, { "++--", "++--", "++--", "++++", "++++", "++++", "++++", "++++" } },
	/* the last rule decides, for each access alone */
	{ "-a",
	 { "c 1:* rwm", "deny c 1:5 w" },
	 { "++++", "++--", "++++", "----", "----", "----", "----", "----" } },
	{ "-a",
	 { "deny c 1:5 w", "c 1:* rwm" },
	 { "++++", "++++", "++++", "----", "----", "----", "----", "----" } },
	{ "-d",
	 { "a *:* rwm", "allow c 1:3 rw", "allow c 1:5 r", "deny c 1:5 m", "allow b 4094:7 m" },
	 { "-+++", "-+--", "----", "----", "----", "----", "+---", "----" } },
	{ "-a",
	 { "allow a *:* rwm", "deny a *:* w", "allow c 1:7 w" },
	 { "++--", "++--", "++++", "++--", "++--", "++--", "++--", "++--" } },
};

START_TEST(test_rules)
{
	unsigned i;

	apply(cases[_i].option, cases[_i].rules);
	ck_assert_uint_eq(attached(), 1);
	try_all(cgroup);
	for (i = 0; i < DEVICES; i++)
		ck_assert_msg(strcmp((*found)[i], cases[_i].expected[i]) == 0,
			      "%c %u:%u: %s, not %s", devices[i].type, devices[i].major,
			      devices[i].minor, (*found)[i], cases[_i].expected[i]);
}
END_TEST

/* Random rule lists, compared with the library's evaluator. */
static unsigned random_state;

static int pick(int below)
{
	random_state = random_state * 1103515245 + 12345;
	return (int)(random_state >> 16) % below;
}

static void make_rule(struct rawbpf_device_rule *rule, char *text, size_t size)
{
	const struct device *device = &devices[pick(DEVICES)];
	char major[16] = "*", minor[16] = "*", access[4], *end = access;
	int bits = 1 + pick(7), type = pick(3), allow = pick(2);

	if (pick(3))
		snprintf(major, sizeof major, "%u", device->major);
	if (pick(3))
		snprintf(minor, sizeof minor, "%u", device->minor);
	if (bits & 1)
		*end++ = 'm';
	if (bits & 2)
		*end++ = 'w';
	if (bits & 4)
		*end++ = 'r';
	*end = '\0';
	snprintf(text, size, "%s %c %s:%s %s", allow ? "allow" : "deny", "abc"[type], major, minor, access);
	ck_assert_int_eq(rawbpf_device_rule_parse(rule, strchr(text, ' '), NULL), 0);
	rule->allow = allow;
}

START_TEST(test_random_rules)
{
	struct rawbpf_device_rule rules[RULES_MAX];
	struct rawbpf_device_filter filter = { .rules = rules };
	char texts[RULES_MAX][64];
	const char *arguments[RULES_MAX + 1] = { NULL };
	unsigned round, i, j;

	random_state = 1 + (unsigned)_i;
	for (round = 0; round < 50; round++) {
		filter.rule_count = (unsigned)pick(RULES_MAX);
		filter.default_access = pick(2) ? 7 : 0;
		for (i = 0; i < filter.rule_count; i++) {
			make_rule(&rules[i], texts[i], sizeof texts[i]);
			arguments[i] = texts[i];
		}
		arguments[i] = NULL;
		apply(filter.default_access ? "-d" : "-a", arguments);
		try_all(cgroup);
		for (i = 0; i < DEVICES; i++)
			for (j = 0; j < ATTEMPTS; j++)
				ck_assert_msg((*found)[i][j] == expected_outcome(&filter, &devices[i],
										 attempts[j].access),
					      "seed %d, round %u: %c %u:%u %s", _i, round,
					      devices[i].type, devices[i].major, devices[i].minor,
					      attempts[j].access);
	}
	ck_assert_uint_eq(attached(), 1);
}
END_TEST

/* devcg(8)'s claims about requests without an access, about O_PATH, and about whiteouts. */
START_TEST(test_nothing_asked)
{
	int status;
	pid_t pid;

	ck_assert_int_eq(mknod(NODES "/whiteout", S_IFCHR | 0600, 0), 0);
	apply("-a", (const char *const[]){ NULL });
	pid = cgroups_fork();
	if (pid == 0) {
		int fd;

		if (cgroups_enter(cgroup) < 0)
			_exit(1);
		fd = open(NODES "/0", O_PATH | O_CLOEXEC);
		if (fd < 0)
			_exit(2);
		chmod(NODES "/0", 0700);
		if (access(NODES "/0", X_OK) != 0 || access(NODES "/0", R_OK) == 0 || errno != EPERM)
			_exit(3);
		if (mknod(NODES "/zero", S_IFCHR | 0600, 0) != 0)
			_exit(4);
		if (open(NODES "/whiteout", O_RDONLY | O_CLOEXEC) >= 0 || errno != ENXIO)
			_exit(5);
		if (mknod(NODES "/block", S_IFBLK | 0600, 0) == 0 || errno != EPERM)
			_exit(6);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* The rules also hold in cgroups below. A process there needs both sets of rules. */
START_TEST(test_below)
{
	char top[4096];
	int below;

	strcpy(top, path);
	apply("-a", (const char *const[]){ "c 1:3 rw", "c 1:5 rw", NULL });
	path = cgroups_make("/below");
	below = cgroups_open(path);
	try_all(below);
	ck_assert_str_eq((*found)[0], "-+++");
	apply("-a", (const char *const[]){ "c 1:3 r", "c 1:7 r", NULL });
	try_all(below);
	ck_assert_str_eq((*found)[0], "-+--");
	ck_assert_str_eq((*found)[1], "----");
	ck_assert_str_eq((*found)[2], "----");
	try_all(cgroup);
	ck_assert_str_eq((*found)[0], "-+++");
	close(below);
}
END_TEST

/*
 * Programs are replaced again and again. A process in the cgroup never finds a gap: an access that
 * both forbid always fails, and one that both allow always works.
 */
START_TEST(test_replace)
{
	struct {
		unsigned rounds, allowed_failed, forbidden_worked, stop;
	} *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i, status;
	pid_t pid;

	ck_assert(shared != MAP_FAILED);
	apply("-a", (const char *const[]){ "c 1:3 rw", NULL });
	pid = cgroups_fork();
	if (pid == 0) {
		if (cgroups_enter(cgroup) < 0)
			_exit(1);
		while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
			shared->allowed_failed += attempt(0, 3) != '+';
			shared->forbidden_worked += attempt(1, 1) != '-';
			__atomic_add_fetch(&shared->rounds, 1, __ATOMIC_RELAXED);
		}
		_exit(0);
	}
	while (!__atomic_load_n(&shared->rounds, __ATOMIC_RELAXED))
		usleep(1000);
	for (i = 0; i < 200; i++) {
		if (i % 2)
			apply("-a", (const char *const[]){ "c 1:3 rw", NULL });
		else
			apply("-d", (const char *const[]){ "c 1:5 rwm", "c 1:7 w", NULL });
		ck_assert_uint_eq(attached(), 1);
	}
	shared->stop = 1;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_gt(shared->rounds, 200);
	ck_assert_uint_eq(shared->allowed_failed, 0);
	ck_assert_uint_eq(shared->forbidden_worked, 0);
}
END_TEST

/* Several at once leave one program. (Before 6.17 more may stay until the next replacement.) */
START_TEST(test_at_once)
{
	struct process processes[8];
	static struct ending end;
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(processes); i++)
		processes[i] = command_start(NULL, ARGS(path, "c 1:3 rw"));
	for (i = 0; i < RAWBPF_COUNT(processes); i++) {
		command_finish(&processes[i], &end);
		ck_assert_msg(end.status == 0, "%s", end.err);
	}
	if (live_kernel() < 0x611)
		apply("-a", (const char *const[]){ "c 1:3 rw", NULL });
	ck_assert_uint_eq(attached(), 1);
}
END_TEST

START_TEST(test_remove)
{
	char nothing[8192];
	static struct ending end;

	snprintf(nothing, sizeof nothing, NAME ": no program of " NAME " is attached to %s\n",
		 path);
	command_run(&end, NULL, ARGS("-r", path));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, nothing);
	apply("-a", (const char *const[]){ NULL });
	try_all(cgroup);
	ck_assert_str_eq((*found)[0], "----");
	command_run(&end, NULL, ARGS("-r", path));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert_uint_eq(attached(), 0);
	try_all(cgroup);
	ck_assert_str_eq((*found)[0], "++++");
}
END_TEST

static int other_program(const char *name)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) });
}

/* Programs of others stay, and devcg mentions them. */
START_TEST(test_others)
{
	int first = other_program("theirs"), second = other_program("devcg2");
	char expected[8192 + 256];
	static struct ending end;
	unsigned ids[4];
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = 4 };
	int i;

	rawbpf_prog_attach(first, cgroup, DEVICE, &(struct rawbpf_prog_attach_spec){
		.flags = BPF_F_ALLOW_MULTI });
	rawbpf_prog_attach(second, cgroup, DEVICE, &(struct rawbpf_prog_attach_spec){
		.flags = BPF_F_ALLOW_MULTI });
	snprintf(expected, sizeof expected,
		 NAME ": note: program %u 'theirs' is attached to %s too, and may deny more\n"
		 NAME ": note: program %u 'devcg2' is attached to %s too, and may deny more\n",
		 live_prog_id(first), path, live_prog_id(second), path);
	for (i = 0; i < 3; i++) {
		command_run(&end, NULL, ARGS(path, "c 1:3 r"));
		ck_assert_int_eq(end.status, 0);
		ck_assert_str_eq(end.err, expected);
		ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
		ck_assert_uint_eq(query.count, 3);
		ck_assert_uint_eq(ids[0], live_prog_id(first));
		ck_assert_uint_eq(ids[1], live_prog_id(second));
	}
	command_run(&end, NULL, ARGS("-r", path));
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, DEVICE), 0);
	ck_assert_uint_eq(query.count, 2);
	ck_assert_uint_eq(ids[0], live_prog_id(first));
	close(first);
	close(second);
}
END_TEST

/* A program that excludes others admits no other. */
START_TEST(test_alone)
{
	int theirs = other_program("theirs");
	static struct ending end;
	char expected[8192 + 256];

	rawbpf_prog_attach(theirs, cgroup, DEVICE, &(struct rawbpf_prog_attach_spec){ .flags = 0 });
	snprintf(expected, sizeof expected,
		 NAME
		 ": attaching the program: EBUSY\n   '%s' has another program that "
		 "excludes others (attached without BPF_F_ALLOW_MULTI).\n   Detach it first.\n",
		 path);
	command_run(&end, NULL, ARGS(path, "c 1:3 r"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, expected);
	ck_assert_uint_eq(attached(), 1);
	close(theirs);
}
END_TEST

/* ---------------------------------------------------------------------------- failures */

enum { BPF = 39 };

/* Hold capabilities that survive execve(2), as a user other than root. */
static void with_bpf_and_net(void)
{
	static const int capabilities[] = { BPF, CAP_NET_ADMIN };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	unsigned i;

	live_be_nobody_but(1ull << BPF | 1ull << CAP_NET_ADMIN);
	syscall(SYS_capget, &header, data);
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	syscall(SYS_capset, &header, data);
	for (i = 0; i < RAWBPF_COUNT(capabilities); i++)
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capabilities[i], 0, 0);
}

static void with_bpf_disabled(void)
{
	live_private_mounts();
	live_fake_file("/proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
	live_be_nobody();
}

static void bpf_hidden(void)
{
	if (live_forbid(SYS_bpf, ENOSYS) < 0)
		_exit(98);
}

static void assert_failure(void (*prepare)(void), const char *where, const char *line)
{
	static struct ending end;

	command_run(&end, prepare, ARGS(where, "c 1:3 r"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, line);
}

START_TEST(test_failures)
{
	assert_failure(NULL, "/not/there",
		       NAME ": opening /not/there: No such file or directory\n");
	assert_failure(NULL, "/proc/version", NAME ": opening /proc/version: Not a directory\n");
	assert_failure(NULL, "/tmp",
		       NAME ": attaching the program: EBADF\n   '/tmp' is not a cgroup v2 "
			    "directory.\n   /proc/mounts shows where cgroup2 is mounted.\n");
	assert_failure(with_bpf_disabled, path,
		       NAME ": loading the program: EPERM\n   This process lacks "
			    "CAP_BPF and CAP_NET_ADMIN (or CAP_SYS_ADMIN), and "
			    "kernel.unprivileged_bpf_disabled is 2.\n   Run it as root (for a trusted "
			    "group: chmod 750, then setcap cap_bpf,cap_net_admin+ep).\n");
	assert_failure(bpf_hidden, path,
		       NAME
		       ": loading the program: ENOSYS\n   This kernel has no bpf(2) "
		       "(it was built without CONFIG_BPF_SYSCALL), or a seccomp filter hides it.\n");
	ck_assert_uint_eq(attached(), 0);
}
END_TEST

/* Replacing queries the attached programs, which takes more capabilities than attaching first. */
START_TEST(test_capabilities)
{
	static struct ending end;

	if (live_kernel() < 0x606)
		SKIP("what each operation needs was not settled before 6.6");
	command_run(&end, with_bpf_and_net, ARGS(path, "c 1:3 r"));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	ck_assert_uint_eq(attached(), 1);
	assert_failure(with_bpf_and_net, path,
		       NAME ": attaching the program: EPERM\n   This process "
			    "lacks CAP_SYS_ADMIN.\n   Run it as root (for a trusted "
			    "group: chmod 750, then setcap "
			    "cap_bpf,cap_net_admin,cap_sys_admin+ep).\n");
}
END_TEST

static void no_streams(void)
{
	close(0);
	close(1);
	close(2);
}

START_TEST(test_closed_streams)
{
	static struct ending end;

	command_run(&end, no_streams, ARGS(path, "c 1:3 r"));
	ck_assert_int_eq(end.status, 0);
	command_run(&end, no_streams, ARGS(path, "c 1:3 r"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_uint_eq(attached(), 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_help);
	tcase_add_loop_test(tests, test_bad_usage, 0, RAWBPF_COUNT(bad_usage));
	tcase_add_test(tests, test_too_many_rules);
	tcase_add_test(tests, test_print);
	tcase_add_test(tests, test_nothing_attached);
	tcase_add_loop_test(tests, test_rules, 0, RAWBPF_COUNT(cases));
	tcase_add_loop_test(tests, test_random_rules, 0, 6);
	tcase_add_test(tests, test_nothing_asked);
	tcase_add_test(tests, test_below);
	tcase_add_test(tests, test_replace);
	tcase_add_test(tests, test_at_once);
	tcase_add_test(tests, test_remove);
	tcase_add_test(tests, test_others);
	tcase_add_test(tests, test_alone);
	tcase_add_test(tests, test_failures);
	tcase_add_test(tests, test_capabilities);
	tcase_add_test(tests, test_closed_streams);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s EXAMPLES/devcg\n", argv[0]);
		return 2;
	}
	command_path = argv[1];
	return cgroups_run("devcg", add_tests);
}
