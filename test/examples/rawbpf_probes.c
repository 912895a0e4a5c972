/* SPDX-License-Identifier: MIT */
/*
 * rawbpf prog attach of programs for functions, events, hooks and iterators, from outside. The
 * command's path is the first argument.
 */
#include "loaded.h"

#include <linux/netfilter.h>
#include <rawbpf/uapi.h>
#include <sys/mman.h>

enum { CALLS = 7, PAGES = 50 };

int probed(int n);

__attribute__((noinline)) int probed(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static void call(void)
{
	for (int i = 0; i < CALLS; i++)
		probed(i);
}

/* Load a program that counts its runs for this process, in the map own_name(). */
static void load_counter(const char *type)
{
	load(type, "cgroup_inet_ingress", text(".map %s array 4 8 1\n"
		"call get_current_pid_tgid\n"
		"r0 >>= 32\n"
		"if r0 != %u goto out\n"
		"*(u32 *)(r10 - 4) = 0\n"
		"r2 = r10; r2 += -4\n"
		"r1 = map %s\n"
		"call map_lookup_elem\n"
		"if r0 == 0 goto out\n"
		"r1 = 1\n"
		"lock *(u64 *)(r0 + 0) += r1\n"
		"out: r0 = 0; exit\n", own_name(), live_tgid(), own_name()));
}

static unsigned counted(void)
{
	const char *number;

	command_run(&end, NULL, ARGS("map", "-j", "get", own_name(), "0"));
	number = strstr(end.out, "\"value_number\":");
	ck_assert_msg(number != NULL, "%s%s", end.out, end.err);
	return atoi(number + strlen("\"value_number\":"));
}

static struct rawbpf_link_info link_at(const char *path)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_link_open(&link, path), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	rawbpf_link_detach(&link);
	return info;
}

/* Remove a pinned link, and wait until the kernel has ended it. */
static void unlink_and_wait(const char *path)
{
	unsigned id = link_at(path).id;

	ck_assert_int_eq(unlink(path), 0);
	ck_assert(live_is_gone(RAWBPF_OBJ_LINK, id));
}

/* Wait until the program no longer counts: the kernel ends the event of a link some time later. */
static void await_silence(void (*cause)(void))
{
	unsigned before, after = counted();

	for (int waited = 0; waited < PATIENCE_MS; waited += 10) {
		before = after;
		cause();
		after = counted();
		if (after == before)
			return;
		usleep(10 * 1000);
	}
	ck_abort_msg("the program still runs");
}

/* ------------------------------------------------------------------------------- uprobes */

/* This test's own program, which other processes can open by this path. */
static const char *own_file(void)
{
	static char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

	ck_assert_int_gt(length, 0);
	path[length] = '\0';
	return path;
}

/* Attach to a function by name, by name and offset 0, and by its place in the file. */
START_TEST(test_uprobe)
{
	static const char *const types[] = { "uprobe", "uretprobe" };
	uint64_t offset;

	if (live_kernel() < 0x50f)
		SKIP("links of perf events are of Linux 5.15");
	live_mount_bpffs();
	load_counter("kprobe");
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, own_file(), "probed"), 1);
	for (unsigned i = 0; i < 2; i++) {
		const char *const targets[] = { text("%s:probed", own_file()), text("%s:probed+0", own_file()),
						text("%s:0x%llx", own_file(), (unsigned long long)offset) };

		for (unsigned j = 0; j < RAWBPF_COUNT(targets); j++) {
			unsigned before = counted();

			assert_prints(ARGS("prog", "attach", PIN, types[i], targets[j], LINK), "");
			if (live_kernel() >= 0x606)
				ck_assert_uint_eq(link_at(LINK).offset, offset);
			call();
			ck_assert_uint_eq(counted() - before, CALLS);
			unlink_and_wait(LINK);
			await_silence(call);
		}
	}
}
END_TEST

START_TEST(test_uprobe_errors)
{
	static const char *const malformed[] = { "probed", ":probed", "/bin/sh:", ":" };

	live_mount_bpffs();
	load("kprobe", "cgroup_inet_ingress", "r0 = 0; exit\n");
	for (unsigned i = 0; i < RAWBPF_COUNT(malformed); i++)
		assert_fails(ARGS("prog", "attach", PIN, "uprobe", malformed[i], LINK), 2,
			     text("rawbpf prog: '%s': a place is FILE:FUNCTION, FILE:FUNCTION+OFFSET or "
				  "FILE:OFFSET\n", malformed[i]));
	assert_fails(ARGS("prog", "attach", PIN, "uprobe", text("%s:probed+x", own_file()), LINK), 2,
		     text("rawbpf prog: '%s:probed+x': the offset is no number\n", own_file()));
	assert_refused(ARGS("prog", "attach", PIN, "uprobe", text("%s:no\33where", own_file()), LINK),
		       text("rawbpf prog: '%s:no\\x1bwhere': ESRCH: the file has no symbol 'no\\x1bwhere'",
			    own_file()));
	assert_fails(ARGS("prog", "attach", PIN, "uretprobe", "/nowhere:f", LINK), 1,
		     "rawbpf prog: '/nowhere:f': ENOENT: the file does not exist\n");
	if (live_kernel() >= 0x50f)
		assert_refused(ARGS("prog", "attach", PIN, "uprobe", "/nowhere:1", LINK),
			       "rawbpf prog: attaching: ENOENT: the file '/nowhere' does not exist");
	assert_fails(ARGS("prog", "attach", PIN, "uprobe", "/bin/sh:1"), 2, "rawbpf prog: this type attaches "
		     "by a link: give a PATH in bpffs to pin it\n");
	ck_assert_int_eq(access(LINK, F_OK), -1);
}
END_TEST

/* -------------------------------------------------------------------------------- events */

/* Cause a fault for each of several new pages. */
static void fault(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	volatile char *memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne((void *)memory, MAP_FAILED);
	madvise((void *)memory, PAGES * page, MADV_NOHUGEPAGE);
	for (int i = 0; i < PAGES; i++)
		memory[i * page] = 1;
	munmap((void *)memory, PAGES * page);
}

/* A link for each CPU, in a directory: faults of this process count until the directory is gone. */
START_TEST(test_perf_event)
{
	char path[64];
	unsigned before, links = 0;

	if (live_kernel() < 0x50f)
		SKIP("links of perf events are of Linux 5.15");
	live_mount_bpffs();
	load_counter("perf_event");
	before = counted();
	assert_prints(ARGS("prog", "attach", PIN, "perf_event", "page-faults/period=1", LINK), "");
	fault();
	ck_assert_uint_ge(counted() - before, PAGES);
	for (int cpu = 0; cpu < rawbpf_cpu_count(); cpu++) {
		snprintf(path, sizeof path, LINK "/%d", cpu);
		if (access(path, F_OK) != 0)
			continue;
		ck_assert_uint_eq(link_at(path).type, BPF_LINK_TYPE_PERF_EVENT);
		unlink_and_wait(path);
		links++;
	}
	ck_assert_uint_eq(links, sysconf(_SC_NPROCESSORS_ONLN));
	ck_assert_int_eq(rmdir(LINK), 0);
	await_silence(fault);
}
END_TEST

/* At a frequency, the program runs on the CPU that this process keeps busy. */
START_TEST(test_perf_event_frequency)
{
	if (live_kernel() < 0x50f)
		SKIP("links of perf events are of Linux 5.15");
	live_mount_bpffs();
	load_counter("perf_event");
	assert_prints(ARGS("prog", "attach", PIN, "perf_event", "cpu-clock/freq=500", LINK), "");
	while (counted() < 3)
		call();
}
END_TEST

START_TEST(test_perf_event_errors)
{
	static const char *const malformed[] = {
		"page-faults", "page-fault/period=1", "page-faults/period=", "page-faults/period=0",
		"page-faults/period=x", "page-faults/p=1", "/period=1", "page-faultsperiod=1",
	};

	live_mount_bpffs();
	load("perf_event", "cgroup_inet_ingress", "r0 = 0; exit\n");
	for (unsigned i = 0; i < RAWBPF_COUNT(malformed); i++)
		assert_fails(ARGS("prog", "attach", PIN, "perf_event", malformed[i], LINK), 2,
			     text("rawbpf prog: '%s': an event is NAME/freq=N (a second) or NAME/period=N; the "
				  "names are cpu-clock task-clock page-faults context-switches cpu-migrations "
				  "cpu-cycles instructions cache-misses branch-misses\n", malformed[i]));
	if (live_kernel() < 0x50f)
		return;
	/* the links end: nothing stays behind */
	assert_refused(ARGS("prog", "attach", PIN, "perf_event", "page-faults/period=1000", "/tmp/links"),
		       "rawbpf prog: pinning the link: EPERM: '/tmp/links' is not on a bpffs; ");
	ck_assert_int_eq(access("/tmp/links", F_OK), -1);
	assert_refused(ARGS("prog", "attach", PIN, "perf_event", "page-faults/period=1000", PIN),
		       "rawbpf prog: pinning the link: EEXIST: '" PIN "' exists ");
	assert_refused(ARGS("prog", "attach", PIN, "perf_event", "page-faults/freq=4000000000", LINK),
		       "rawbpf prog: attaching: EINVAL: ");
	ck_assert_int_eq(access(LINK, F_OK), -1);
}
END_TEST

/* ----------------------------------------------------------------------------- netfilter */

START_TEST(test_netfilter)
{
	static const struct {
		const char *target;
		unsigned pf, hook;
		int priority;
	} cases[] = {
		{ "ipv4/pre_routing", NFPROTO_IPV4, NF_INET_PRE_ROUTING, 0 },
		{ "ipv6/local_in/5", NFPROTO_IPV6, NF_INET_LOCAL_IN, 5 },
		{ "ipv4/forward/-2147483647", NFPROTO_IPV4, NF_INET_FORWARD, -2147483647 },
		{ "ipv6/local_out/0x10", NFPROTO_IPV6, NF_INET_LOCAL_OUT, 16 },
		{ "ipv4/post_routing/0", NFPROTO_IPV4, NF_INET_POST_ROUTING, 0 },
	};
	static const char *const malformed[] = {
		"ipv5/local_in", "ipv4", "ipv4/", "ipv4/ingress", "ipv4/local_in/", "ipv4/local_in/x",
		"ipv4/local_in/--1", "ipv4/local_in/2147483648", "ipv4/local_in/1/1", "", "/local_in",
	};

	if (live_kernel() < 0x604)
		SKIP("netfilter is of Linux 6.4");
	live_mount_bpffs();
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	load("netfilter", "netfilter", nothing);
	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		struct rawbpf_link_info info;

		assert_prints(ARGS("prog", "attach", PIN, "netfilter", cases[i].target, LINK), "");
		info = link_at(LINK);
		ck_assert_uint_eq(info.type, BPF_LINK_TYPE_NETFILTER);
		ck_assert_uint_eq(info.pf, cases[i].pf);
		ck_assert_uint_eq(info.hooknum, cases[i].hook);
		ck_assert_int_eq(info.priority, cases[i].priority);
		assert_refused(ARGS("prog", "attach", PIN, "netfilter", cases[i].target, LINK "2"),
			       "rawbpf prog: attaching: EBUSY: ");
		unlink_and_wait(LINK);
	}
	for (unsigned i = 0; i < RAWBPF_COUNT(malformed); i++)
		assert_fails(ARGS("prog", "attach", PIN, "netfilter", malformed[i], LINK), 2,
			     text("rawbpf prog: '%s': a place is FAMILY/HOOK or FAMILY/HOOK/PRIORITY: ipv4 or "
				  "ipv6; pre_routing, local_in, forward, local_out or post_routing; a number\n",
				  malformed[i]));
	assert_refused(ARGS("prog", "attach", PIN, "netfilter", "ipv4/local_in/2147483647", LINK),
		       "rawbpf prog: attaching: ERANGE: ");
}
END_TEST

/* --------------------------------------------------------------------- targets in BTF */

/* Load a text for a target in the kernel's BTF, and pin it at PIN. */
static void load_for(const char *attach_type, const char *target, const char *program)
{
	const char *path = file_of(program, strlen(program));

	assert_prints(ARGS("prog", "load", "-t", "tracing", "-a", attach_type, "-b", target, path, PIN), "");
	unlink(path);
}

START_TEST(test_loaded_for)
{
	char output[64] = "";
	int file;

	live_mount_bpffs();
	load_for("trace_raw_tp", "sys_enter", "r0 = 0; exit\n");
	assert_fails(ARGS("prog", "attach", PIN, "trace_raw_tp", "sys_enter", LINK), 2, "rawbpf prog: a "
		     "program of type trace_raw_tp has its target since it was loaded: give only PROG TYPE PATH\n");
	assert_refused(ARGS("prog", "attach", PIN, "trace_fexit", LINK), "rawbpf prog: attaching: EINVAL: ");
	assert_refused(ARGS("prog", "attach", PIN, "trace_iter", LINK), "rawbpf prog: attaching: EINVAL: ");
	ck_assert_int_eq(access(LINK, F_OK), -1);
	assert_prints(ARGS("prog", "attach", PIN, "trace_raw_tp", LINK), "");
	assert_shows(ARGS("link", "show", LINK), "raw tracepoint sys_enter\n");
	unlink_and_wait(LINK);
	ck_assert_int_eq(unlink(PIN), 0);
	/* an iterator's pin is a file to read: a character for each task; the last call has none */
	load_for("trace_iter", "task", "r6 = *(u64 *)(r1 + 8); if r6 == 0 goto out\n"
		 "r1 = *(u64 *)(r1 + 0); r1 = *(u64 *)(r1 + 0)\n"
		 "*(u8 *)(r10 - 1) = 0x6d; r2 = r10; r2 += -1; r3 = 1; call seq_write\n"
		 "out: r0 = 0; exit\n");
	assert_prints(ARGS("prog", "attach", PIN, "trace_iter", LINK), "");
	file = open(LINK, O_RDONLY | O_CLOEXEC);
	ck_assert_int_gt(read(file, output, sizeof output - 1), 0);
	ck_assert_uint_eq(strspn(output, "m"), strlen(output));
	close(file);
	unlink_and_wait(LINK);
}
END_TEST

START_TEST(test_target_errors)
{
	const char *path = file_of("r0 = 0; exit\n", 13);

	live_mount_bpffs();
	assert_fails(ARGS("prog", "load", "-t", "lsm", path, PIN), 2, "rawbpf prog: -t lsm: programs of this "
		     "type need -a with an attach type, such as lsm_mac\n");
	assert_fails(ARGS("prog", "load", "-t", "tracing", "-a", "trace_fexit", path, PIN), 2, "rawbpf prog: "
		     "-t tracing: programs of this type need -b with their target\n");
	assert_fails(ARGS("prog", "load", "-b", "do_exit", path, PIN), 2,
		     "rawbpf prog: -b is for the types tracing and lsm\n");
	assert_fails(ARGS("prog", "load", "-t", "sk_lookup", "-a", "sk_lookup", "-b", "do_exit", path, PIN), 2,
		     "rawbpf prog: -b is for the types tracing and lsm\n");
	assert_fails(ARGS("prog", "load", "-t", "lsm", "-a", "lsm_mac", "-b", "no\33where", path, PIN), 1,
		     "rawbpf prog: -b: the kernel's BTF has no function 'bpf_lsm_no\\x1bwhere'\n");
	assert_fails(ARGS("prog", "load", "-t", "tracing", "-a", "trace_raw_tp", "-b", "nowhere", path, PIN), 1,
		     "rawbpf prog: -b: the kernel's BTF has no type 'btf_trace_nowhere'\n");
	unlink(path);
	ck_assert_int_eq(access(PIN, F_OK), -1);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_uprobe);
	tcase_add_test(tests, test_uprobe_errors);
	tcase_add_test(tests, test_perf_event);
	tcase_add_test(tests, test_perf_event_frequency);
	tcase_add_test(tests, test_perf_event_errors);
	tcase_add_test(tests, test_netfilter);
	tcase_add_test(tests, test_loaded_for);
	tcase_add_test(tests, test_target_errors);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_probes RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	command_variable = "COLUMNS=1000"; /* all columns */
	return live_run("rawbpf_probes", add_tests);
}
