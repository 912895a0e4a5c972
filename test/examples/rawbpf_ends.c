/* SPDX-License-Identifier: MIT */
/*
 * How `rawbpf run` ends, and what it then says: Ctrl-C, a time, a command, a reader that went away or
 * does not read. Records are those of this test's own processes.
 */
#include "../command.h"

#include <time.h>

static const char *texts;
static struct ending end;

/*
 * Each getppid(2) of the process in -p becomes a record with a number, which rises; an errno, 0 or
 * -1 in turn; and a string, "even" or "odd".
 */
static const char counting[] =
	".struct event\n\tu32 number\n\ts32 ret errno\n\tu32 unused hidden\n\tchar name[8] string\n"
	".ring events event 256k\n"
	".map numbers array u32 u64 1\n"
	".show numbers \"numbers %\" end\n"
	".prog p\n.at syscall getppid\n"
	"	.local e event\n"
	"	filter out\n"
	"	r1 = &numbers[0]\n"
	"	r2 = 1\n"
	"	r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)\n"
	"	*(u32 *)(r10 + e.number) = r2\n"
	"	r2 &= 1\n"
	"	r2 = -r2\n"
	"	*(u32 *)(r10 + e.ret) = r2\n"
	"	*(u32 *)(r10 + e.unused) = 0\n"
	"	*(u32 *)(r10 + e.name.size) = 2\n"
	"	*(u64 *)(r10 + e.name) = 0\n"
	"	*(u8 *)(r10 + e.name) = 0x65\n"
	"	if r2 == 0 goto even\n"
	"	*(u8 *)(r10 + e.name) = 0x6f\n"
	"even:	r2 = r10 + e\n"
	"	send events, r2, sizeof(event)\n"
	"out:	r0 = 0\n"
	"	exit\n";

/* A process that calls getppid(2) `count` times when it is told, and then ends; 0: until it is killed. */
struct caller {
	pid_t pid;
	int go;
	char id[16];
};

static struct caller caller_start(unsigned count)
{
	struct caller caller;
	int go[2];
	char byte;

	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	caller.pid = fork();
	if (caller.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			_exit(1);
		for (unsigned i = 0; !count || i < count; i++)
			syscall(SYS_getppid);
		_exit(0);
	}
	close(go[0]);
	caller.go = go[1];
	snprintf(caller.id, sizeof caller.id, "%d", caller.pid);
	return caller;
}

static void caller_go(const struct caller *caller)
{
	ck_assert_int_eq(write(caller->go, "x", 1), 1);
	close(caller->go);
}

static void caller_wait(const struct caller *caller)
{
	int status;

	ck_assert_int_eq(waitpid(caller->pid, &status, 0), caller->pid);
	ck_assert_int_eq(status, 0);
}

static void caller_kill(const struct caller *caller)
{
	kill(caller->pid, SIGKILL);
	ck_assert_int_eq(waitpid(caller->pid, NULL, 0), caller->pid);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* Wait until the tool is attached. */
static void await_attached(const struct process *process)
{
	command_await(process->err, "attached;");
}

/* Run the counting text with these options on `calls` calls, end it by a signal, and keep its output. */
static void run_calls(unsigned calls, int signal, const char *const *options)
{
	struct caller caller = caller_start(calls);
	const char *arguments[ARGUMENTS] = { "run", "--way", "raw_tp", command_text_file(counting), "-p", caller.id };
	struct process process;

	for (int i = 0; options[i]; i++)
		arguments[6 + i] = options[i];
	process = command_start(NULL, arguments);
	await_attached(&process);
	caller_go(&caller);
	caller_wait(&caller);
	kill(process.pid, signal);
	command_finish(&process, &end);
	unlink(arguments[3]);
}

/* Return the text behind the names of the fields. */
static const char *rows(void)
{
	const char *names = strchr(end.out, '\n');

	ck_assert_ptr_nonnull(names);
	return names + 1;
}

/* Return how many lines contain a word. */
static int count_lines(const char *text, const char *word)
{
	int count = 0;

	while ((text = strstr(text, word)) && (text = strchr(text, '\n')))
		count++;
	return count;
}

/* ----------------------------------------------------------------------------- filters */

START_TEST(test_all)
{
	run_calls(6, SIGINT, ARGS(NULL));
	ck_assert_int_eq(count_lines(rows(), " e\n"), 3);
	ck_assert_int_eq(count_lines(rows(), " o\n"), 3);
	ck_assert_ptr_nonnull(strstr(end.out, "numbers 6\n"));
	ck_assert_str_eq(end.err, " Ctrl-C ends it\n6 events, 0 lost\n");
	ck_assert_int_eq(end.status, 0);
}
END_TEST

START_TEST(test_failed)
{
	run_calls(6, SIGTERM, ARGS("-x"));
	ck_assert_int_eq(count_lines(rows(), " o\n"), 3);
	ck_assert_int_eq(command_lines(end.out), 1 + 3 + 1);
	ck_assert_ptr_nonnull(strstr(end.err, "3 events, 0 lost\n"));
	ck_assert_int_eq(end.status, 0);
}
END_TEST

START_TEST(test_substring)
{
	run_calls(6, SIGHUP, ARGS("-n", "e"));
	ck_assert_int_eq(count_lines(rows(), " e\n"), 3);
	ck_assert_int_eq(command_lines(end.out), 1 + 3 + 1);
	ck_assert_ptr_nonnull(strstr(end.err, "3 events, 0 lost\n"));
	run_calls(2, SIGINT, ARGS("-n", "--", "-x"));
	ck_assert_ptr_nonnull(strstr(end.err, "0 events, 0 lost\n"));
	ck_assert_int_eq(end.status, 0);
}
END_TEST

/* Options without a meaning for this text are refused, and say why. */
START_TEST(test_refused)
{
	static const struct { const char *text, *letter, *value, *said; } refused[] = {
		{ "fchownat", "-x", NULL, "cannot do this: no field of its records is an errno" },
		{ "fchownat", "-n", "x", "cannot do this: its records have no string" },
		{ "fchownat", "-p", "1", "cannot do this: its programs do not choose processes" },
		{ "opensnoop", "-d", "0", "-d wants seconds, 0.001 to 1000000, not '0'" },
		{ "opensnoop", "-d", "1000001", "-d wants seconds, " },
		{ "opensnoop", "-i", "1s", "-i wants seconds, 0.001 to 1000000, not '1s'" },
		{ "opensnoop", "-i", "0.0001", "-i wants seconds, " },
		{ "opensnoop", "-c", "sixteen letters!", "at most 15 bytes" },
		{ "opensnoop", "-c", "", "rawbpf run: -c wants the name of a process, not ''\n" },
		{ "opensnoop", "-n", "", "rawbpf run: -n wants a text, not ''\n" },
		{ "opensnoop", "--", NULL, "rawbpf run: -- wants a COMMAND behind it\n" },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(refused); i++) {
		char path[512];

		snprintf(path, sizeof path, "%s/%s.bpf", texts, refused[i].text);
		command_run(&end, NULL, ARGS("run", path, refused[i].letter, refused[i].value));
		ck_assert_msg(strstr(end.err, refused[i].said) != NULL, "%u: %s", i, end.err);
		ck_assert_int_eq(end.status, 2);
	}
}
END_TEST

/* What ends at once takes no time and no command; nothing of these is dropped in silence. */
START_TEST(test_excluded)
{
	static const struct { const char *first, *value, *second, *argument, *said; } excluded[] = {
		{ "--pin", "/sys/fs/bpf", "-d", "1", "--pin and -d exclude each other: the programs stay attached, " },
		{ "--pin", "/sys/fs/bpf", "-i", "1", "--pin and -i exclude each other: " },
		{ "--pin", "/sys/fs/bpf", "--", "true", "--pin and a COMMAND exclude each other: " },
		{ "--packet", "/dev/zero", "-d", "1", "--packet and -d exclude each other: the programs run once, " },
		{ "--type", "xdp", "--", "true", "--type and a COMMAND exclude each other: the programs run once, " },
		{ "--repeat", "2", "-i", "1", "--repeat and -i exclude each other: " },
		{ "--type", "xdp", "--pin", "/sys/fs/bpf", "--type and --pin exclude each other: the programs run once, " },
	};
	char path[512];

	snprintf(path, sizeof path, "%s/ethertype.bpf", texts);
	for (unsigned i = 0; i < RAWBPF_COUNT(excluded); i++) {
		command_run(&end, NULL, ARGS("run", path, excluded[i].first, excluded[i].value, excluded[i].second,
					     excluded[i].argument));
		ck_assert_msg(strstr(end.err, excluded[i].said) != NULL, "%u: %s", i, end.err);
		ck_assert_str_eq(end.out, "");
		ck_assert_int_eq(end.status, 2);
	}
}
END_TEST

/* A text may not take a letter that every text has. */
START_TEST(test_letters)
{
	static const char reserved[] = "dijvhpcutxn";
	char text[256];

	for (const char *letter = reserved; *letter; letter++) {
		const char *path;

		snprintf(text, sizeof text, ".param depth 1 \"-%c N: words\"\n.prog p\n.at none\n\tr0 = 0\n\texit\n",
			 *letter);
		path = command_text_file(text);
		command_run(&end, NULL, ARGS("run", path));
		ck_assert_msg(strstr(end.err, ":1:16: error: every file has the options ") != NULL, "%s", end.err);
		ck_assert_int_eq(end.status, 1);
		unlink(path);
	}
}
END_TEST

/* Letters that had another meaning for a text without .prog name what replaced them. */
START_TEST(test_moved)
{
	const char *path = command_text_file("r0 = 1\nexit\n");

	command_run(&end, NULL, ARGS("run", "-t", "xdp", path));
	ck_assert_ptr_nonnull(strstr(end.err, "Instead of -t: write --type TYPE (--type, --packet "));
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("run", path, "-d", "/tmp/packet"));
	ck_assert_ptr_nonnull(strstr(end.err, "Instead of -d: write --packet FILE (--type, --packet "));
	ck_assert_int_eq(end.status, 2);
	unlink(path);
}
END_TEST

/* -------------------------------------------------------------------------------- ends */

START_TEST(test_time)
{
	const char *path = command_text_file(counting);
	int64_t begin = now_ms();

	command_run(&end, NULL, ARGS("run", "--way", "raw_tp", path, "-d", "0.25", "-p", "1"));
	ck_assert_int_ge(now_ms() - begin, 250);
	ck_assert_ptr_nonnull(strstr(end.err, "0 events, 0 lost\n"));
	ck_assert_int_eq(end.status, 0);
	/* the command goes with it */
	command_run(&end, NULL, ARGS("run", "--way", "raw_tp", path, "-d", "0.25", "-p", "1", "--", "sleep", "1000"));
	ck_assert_int_eq(end.status, 128 + SIGTERM);
	unlink(path);
}
END_TEST

START_TEST(test_every)
{
	const char *path = command_text_file(counting);

	command_run(&end, NULL, ARGS("run", "--way", "raw_tp", path, "-i", "0.2", "-d", "0.7", "-p", "1"));
	ck_assert_int_ge(count_lines(end.out, "numbers 0"), 3);
	ck_assert_int_le(count_lines(end.out, "numbers 0"), 4);
	unlink(path);
}
END_TEST

/* The command's output and exit code are those of the command. */
START_TEST(test_command)
{
	const char *path = command_text_file(counting);

	command_run(&end, NULL, ARGS("run", "--way", "raw_tp", path, "-p", "1", "--", "sh", "-c", "echo here; exit 7"));
	ck_assert_int_eq(strncmp(end.out, "here\n", 5), 0);
	ck_assert_ptr_nonnull(strstr(end.err, "0 events, 0 lost\n"));
	ck_assert_int_eq(end.status, 7);
	command_run(&end, NULL, ARGS("run", "--way", "raw_tp", path, "--", "sh", "-c", "kill -KILL $$"));
	ck_assert_int_eq(end.status, 128 + SIGKILL);
	command_run(&end, NULL, ARGS("run", "--way", "raw_tp", path, "--", "/no/such/command", "-x"));
	ck_assert_ptr_nonnull(strstr(end.err, "rawbpf run: /no/such/command: No such file or directory\n"));
	ck_assert_int_eq(end.status, 127);
	command_run(&end, NULL, ARGS("run", "--way", "raw_tp", path, "--", "/"));
	ck_assert_ptr_nonnull(strstr(end.err, "rawbpf run: /: Permission denied\n"));
	ck_assert_int_eq(end.status, 126);
	unlink(path);
}
END_TEST

/* An iterator that writes one record. */
static const char iterating[] = ".struct e\n\tu64 n\n.prog p\n.at iter task -> e\n\t.local r e\n\tr6 = r1\n"
				"\tr2 = *(u64 *)(r6 + bpf_iter__task.task)\n\tif r2 == 0 goto out\n"
				"\tr1 = *(u32 *)(r2 + task_struct.pid)\n\tif r1 != self.pid goto out\n"
				"\tr1 = 7\n\t*(u64 *)(r10 + r.n) = r1\n\tr1 = *(u64 *)(r6 + bpf_iter__task.meta)\n"
				"\tr1 = *(u64 *)(r1 + bpf_iter_meta.seq)\n\tr2 = r10 + r\n\tr3 = sizeof(r)\n"
				"\tcall seq_write\nout:\tr0 = 0\n\texit\n";

/* A text with iterators alone prints once: at once, or at the end of the time or the command. */
START_TEST(test_iterator)
{
	const char *path = command_text_file(iterating);
	int64_t begin;

	if (access("/sys/kernel/btf/vmlinux", F_OK) < 0)
		SKIP("this kernel has no BTF");
	command_run(&end, NULL, ARGS("run", path, "-j"));
	ck_assert_str_eq(end.out, "{\"n\":7}\n");
	ck_assert_str_eq(end.err, "attached; it ends by itself\n1 event, 0 lost\n");
	ck_assert_int_eq(end.status, 0);
	begin = now_ms();
	command_run(&end, NULL, ARGS("run", path, "-j", "-d", "0.25"));
	ck_assert_int_ge(now_ms() - begin, 250);
	ck_assert_str_eq(end.out, "{\"n\":7}\n");
	ck_assert_str_eq(end.err, "attached; it ends after 0.25 s, or at Ctrl-C\n1 event, 0 lost\n");
	ck_assert_int_eq(end.status, 0);
	command_run(&end, NULL, ARGS("run", path, "-j", "--", "sh", "-c", "echo here; exit 7"));
	ck_assert_str_eq(end.out, "here\n{\"n\":7}\n");
	ck_assert_str_eq(end.err, "attached; it ends with sh, or at Ctrl-C\n1 event, 0 lost\n");
	ck_assert_int_eq(end.status, 7);
	command_run(&end, NULL, ARGS("run", path, "-j", "-d", "0.25", "--", "sleep", "1000"));
	ck_assert_str_eq(end.out, "{\"n\":7}\n");
	ck_assert_str_eq(end.err, "attached; it ends after 0.25 s, with sleep, or at Ctrl-C\n1 event, 0 lost\n");
	ck_assert_int_eq(end.status, 128 + SIGTERM);
	unlink(path);
}
END_TEST

/* -i repeats it, with its names, from the beginning on. SIGUSR1 asks for it, too. */
START_TEST(test_iterator_every)
{
	const char *path = command_text_file(iterating);
	struct process process;
	int lines;

	if (access("/sys/kernel/btf/vmlinux", F_OK) < 0)
		SKIP("this kernel has no BTF");
	command_run(&end, NULL, ARGS("run", path, "-i", "0.2", "-d", "0.7"));
	lines = command_lines(end.out);
	ck_assert_msg(lines == 2 * 3 || lines == 2 * 4, "%s", end.out);
	ck_assert_int_eq(count_lines(end.out, " N\n"), lines / 2);
	ck_assert_int_eq(count_lines(end.out, " 7\n"), lines / 2);
	ck_assert_int_eq(end.status, 0);
	command_run(&end, NULL, ARGS("run", path, "-j", "-i", "0.1", "--", "sleep", "0.5"));
	ck_assert_int_ge(command_lines(end.out), 2);
	ck_assert_int_le(command_lines(end.out), 6);
	ck_assert_int_eq(end.status, 0);
	process = command_start(NULL, ARGS("run", path, "-j", "-i", "1000"));
	command_await(process.err, "attached; Ctrl-C ends it\n");
	command_await(process.out, "{\"n\":7}\n");
	kill(process.pid, SIGUSR1);
	command_await(process.out, "{\"n\":7}\n");
	kill(process.pid, SIGINT);
	command_finish(&process, &end);
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, "2 events, 0 lost\n");
	ck_assert_int_eq(end.status, 0);
	unlink(path);
}
END_TEST

/* The command has the signals that the tool began with. */
START_TEST(test_command_signals)
{
	const char *path = command_text_file(counting);

	command_run(&end, NULL, ARGS("run", "--way", "raw_tp", path, "-p", "1", "--", "grep", "-E", "Sig(Blk|Ign)",
				     "/proc/self/status"));
	ck_assert_ptr_nonnull(strstr(end.out, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"));
	ck_assert_int_eq(end.status, 0);
	unlink(path);
}
END_TEST

/* A reader that went away ends it, as any other program. */
START_TEST(test_reader_gone)
{
	struct caller caller = caller_start(0);
	const char *path = command_text_file(counting);
	struct process process = command_start(NULL, ARGS("run", "--way", "raw_tp", path, "-p", caller.id));
	int64_t begin;

	await_attached(&process);
	close(process.out);
	begin = now_ms();
	process.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, -SIGPIPE);
	ck_assert_int_lt(now_ms() - begin, 5000);
	close(caller.go);
	caller_kill(&caller);
	unlink(path);
}
END_TEST

/* While the reader does not read, records are lost and counted, and a signal still ends it. */
START_TEST(test_reader_blocked)
{
	struct caller caller = caller_start(300000);
	const char *path = command_text_file(counting);
	struct process process = command_start(NULL, ARGS("run", "--way", "raw_tp", path, "-p", caller.id));
	unsigned long long events = 0, lost = 0;
	const char *last;
	int64_t begin;
	int status;

	await_attached(&process);
	caller_go(&caller);
	caller_wait(&caller);
	command_await(process.err, " events lost so far: ");
	begin = now_ms();
	kill(process.pid, SIGINT);
	ck_assert_int_eq(waitpid(process.pid, &status, 0), process.pid);
	ck_assert_int_lt(now_ms() - begin, 2000);
	ck_assert_int_eq(status, 0);
	end.err[read(process.err, end.err, TEXT - 1)] = '\0';
	last = strstr(end.err, " events, ");
	ck_assert_msg(last != NULL, "%s", end.err);
	while (last > end.err && last[-1] != '\n')
		last--;
	ck_assert_int_eq(sscanf(last, "%llu events, %llu lost\n", &events, &lost), 2);
	ck_assert_uint_eq(events + lost, 300000);
	ck_assert_ptr_nonnull(strstr(end.err, " not printed: the output is too slow\n"));
	close(process.out);
	close(process.err);
	unlink(path);
}
END_TEST

/* A slow reader gets all, if no signal came. */
START_TEST(test_reader_slow)
{
	struct caller caller = caller_start(2500);
	const char *path = command_text_file(counting);
	struct process process = command_start(NULL, ARGS("run", "--way", "raw_tp", path, "-p", caller.id,
							  "--", "sleep", "0.5"));

	fcntl(process.out, F_SETPIPE_SZ, 4096);
	await_attached(&process);
	caller_go(&caller);
	caller_wait(&caller);
	usleep(1200 * 1000);
	command_finish(&process, &end);
	ck_assert_msg(strstr(end.out, "2499 ") != NULL, "%s", end.err);
	ck_assert_ptr_nonnull(strstr(end.err, "2500 events, 0 lost\n"));
	ck_assert_ptr_null(strstr(end.err, "not printed"));
	ck_assert_int_eq(end.status, 0);
	unlink(path);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_all);
	tcase_add_test(tests, test_failed);
	tcase_add_test(tests, test_substring);
	tcase_add_test(tests, test_refused);
	tcase_add_test(tests, test_excluded);
	tcase_add_test(tests, test_letters);
	tcase_add_test(tests, test_moved);
	tcase_add_test(tests, test_time);
	tcase_add_test(tests, test_every);
	tcase_add_test(tests, test_command);
	tcase_add_test(tests, test_command_signals);
	tcase_add_test(tests, test_iterator);
	tcase_add_test(tests, test_iterator_every);
	tcase_add_test(tests, test_reader_gone);
	tcase_add_test(tests, test_reader_blocked);
	tcase_add_test(tests, test_reader_slow);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return EXIT_FAILURE;
	command_path = argv[1];
	texts = argv[2];
	return unit_run("rawbpf_ends", add_tests);
}
