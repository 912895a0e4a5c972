/* SPDX-License-Identifier: MIT */
/*
 * rawbpf in a user namespace, with the token of a BPF file system that was delegated to it. The
 * first argument is the command's path.
 */
#include "../command.h"
#include "../object/delegated.h"

#include <sys/inotify.h>

static const char *const program = "r0 = 42; exit";
static unsigned opened;

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		_exit(110);
	close(fd);
}

/*
 * The namespace: root in it, with a descriptor of the file system that the parent delegates. Then
 * run the command, on a program in a file, with this path in RAWBPF_TOKEN; "": that of the
 * descriptor; NULL: none.
 */
static void run_inside(int outside, const char *file, const char *token)
{
	char variable[64];
	char *const envp[] = { token ? variable : NULL, NULL };
	int context, mounted;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		_exit(111);
	write_text("/proc/self/setgroups", "deny");
	write_text("/proc/self/uid_map", "0 0 1");
	write_text("/proc/self/gid_map", "0 0 1");
	context = syscall(SYS_fsopen, "bpf", 1 /* FSOPEN_CLOEXEC */);
	if (context < 0)
		_exit(112);
	send_fd(outside, context);
	mounted = receive_fd(outside);
	fcntl(mounted, F_SETFD, 0);
	if (token && token[0])
		snprintf(variable, sizeof variable, "RAWBPF_TOKEN=%s", token);
	else
		snprintf(variable, sizeof variable, "RAWBPF_TOKEN=/proc/self/fd/%d", mounted);
	execle(command_path, "rawbpf", "run", file, NULL, envp);
	_exit(113);
}

/* Tell how often the command has opened the watched directory. Its closing keeps two openings apart. */
static unsigned openings(int watch)
{
	char events[4096] __attribute__((aligned(8)));
	ssize_t size = read(watch, events, sizeof events);
	unsigned count = 0;

	for (ssize_t at = 0; at < size; at += sizeof(struct inotify_event)) {
		const struct inotify_event *event = (const void *)(events + at);

		ck_assert_uint_eq(event->len, 0);
		count += (event->mask & IN_OPEN) != 0;
	}
	return count;
}

/*
 * Returns the exit status, with the output of both kinds in `text`. `opened` is how often the
 * command opened the delegated file system.
 */
static int run(char text[TEXT], const char *token)
{
	char file[] = "/tmp/token-XXXXXX", path[64];
	int pair[2], out[2], fd = mkstemp(file), status, mounted, watch = inotify_init1(IN_NONBLOCK);
	size_t length = 0;
	ssize_t got;
	pid_t pid;

	ck_assert_int_eq(write(fd, program, strlen(program)), strlen(program));
	close(fd);
	chmod(file, 0644);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		dup2(out[1], 2);
		run_inside(pair[1], file, token);
	}
	close(pair[1]);
	close(out[1]);
	mounted = delegate(receive_fd(pair[0]));
	ck_assert_int_ge(mounted, 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", mounted);
	ck_assert_int_gt(inotify_add_watch(watch, path, IN_OPEN | IN_CLOSE), 0);
	send_fd(pair[0], mounted);
	while ((got = read(out[0], text + length, TEXT - 1 - length)) > 0)
		length += got;
	text[length] = '\0';
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	opened = openings(watch);
	close(watch);
	unlink(file);
	close(out[0]);
	close(pair[0]);
	close(mounted);
	return WEXITSTATUS(status);
}

/*
 * With the token the program runs in the kernel, and its map and programs use the one token. Without
 * it the kernel refuses, and the interpreter runs it.
 */
START_TEST(test_run)
{
	static char text[TEXT];

	if (live_kernel() < 0x609)
		SKIP("there are no tokens before 6.9");
	ck_assert_int_eq(run(text, NULL), 0);
	ck_assert_ptr_nonnull(strstr(text, "EPERM"));
	ck_assert_ptr_nonnull(strstr(text, "The interpreter runs the program instead"));
	ck_assert_uint_eq(opened, 0);
	ck_assert_msg(run(text, "") == 0, "%s", text);
	ck_assert_ptr_null(strstr(text, "interpreter"));
	ck_assert_uint_eq(opened, 1);
	ck_assert_ptr_nonnull(strstr(text, "r0    42 (0x2a)\n"));
}
END_TEST

/* A path that has no token stops the tool, with the reason. */
START_TEST(test_refused)
{
	static char text[TEXT];

	if (live_kernel() < 0x609)
		SKIP("there are no tokens before 6.9");
	ck_assert_int_eq(run(text, "/no/such"), 1);
	ck_assert_ptr_nonnull(strstr(text, "opening the token of RAWBPF_TOKEN: ENOENT"));
	ck_assert_ptr_nonnull(strstr(text, "'/no/such' does not exist"));
	ck_assert_int_eq(run(text, "/tmp"), 1);
	ck_assert_ptr_nonnull(strstr(text, "opening the token of RAWBPF_TOKEN: EINVAL"));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_run);
	tcase_add_test(tests, test_refused);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	command_path = argv[1];
	return live_run("rawbpf_token", add_tests);
}
