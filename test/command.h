/* SPDX-License-Identifier: MIT */
/* Run commands from outside, for the tests of the example programs. */
#ifndef TEST_COMMAND_H
#define TEST_COMMAND_H

#include "live.h"

#include <poll.h>
#include <sys/wait.h>

enum { ARGUMENTS = 24, TEXT = 1 << 19 }; /* a list of the machine may have hundreds of objects */

static const char *command_path;
static const char *command_variable; /* "NAME=VALUE", the command's whole environment; or NULL */

struct process {
	pid_t pid;
	int out, err;
};

/* The output and the end of a command: an exit status, or minus the signal that killed it. */
struct ending {
	char out[TEXT], err[TEXT];
	int status;
};

/* Start the command. `prepare` first changes the new process's state. */
static inline struct process command_start(void (*prepare)(void), const char *const *arguments)
{
	char **argv;
	char *const envp[] = { (char *)command_variable, NULL };
	struct process process;
	int out[2], err[2], file, count = 0;

	while (arguments[count])
		count++;
	argv = calloc((size_t)count + 2, sizeof *argv);
	ck_assert_ptr_nonnull(argv);
	argv[0] = strrchr(command_path, '/') + 1;
	memcpy(argv + 1, arguments, (size_t)count * sizeof *argv);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(err, O_CLOEXEC), 0);
	process.pid = fork();
	if (process.pid == 0) {
		/* opened now, because later the process may not be allowed to */
		file = open(command_path, O_PATH | O_CLOEXEC);
		dup2(out[1], 1);
		dup2(err[1], 2);
		if (prepare)
			prepare();
		fexecve(file, argv, envp);
		_exit(99);
	}
	ck_assert_int_gt(process.pid, 0);
	free(argv);
	close(out[1]);
	close(err[1]);
	process.out = out[0];
	process.err = err[0];
	return process;
}

/*
 * Read up to `most` more bytes of a text. Returns 0 at its end. The test fails if no byte comes for
 * PATIENCE_MS.
 */
static inline long command_read(int fd, char *text, size_t *length, size_t most)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	long got;

	ck_assert_int_eq(poll(&ready, 1, PATIENCE_MS), 1);
	ck_assert_uint_lt(*length + most, TEXT);
	got = read(fd, text + *length, most);
	ck_assert_int_ge(got, 0);
	*length += got;
	text[*length] = '\0';
	return got;
}

static inline void command_finish(const struct process *process, struct ending *ending)
{
	size_t out = 0, err = 0;
	int status;

	ending->out[0] = ending->err[0] = '\0';
	while (command_read(process->out, ending->out, &out, 256))
		;
	while (command_read(process->err, ending->err, &err, 256))
		;
	close(process->out);
	close(process->err);
	ck_assert_int_eq(waitpid(process->pid, &status, 0), process->pid);
	ending->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static inline void command_run(struct ending *ending, void (*prepare)(void),
			       const char *const *arguments)
{
	struct process process = command_start(prepare, arguments);

	command_finish(&process, ending);
}

static inline int command_lines(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* Write a text to a file, and return its path, which is valid until the next call. */
static inline const char *command_text_file(const char *text)
{
	static const char template[] = "/tmp/rawbpf-text-XXXXXX";
	static char path[sizeof template];
	int fd = mkstemp(strcpy(path, template));

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

/* Read until a word was read. */
static inline void command_await(int fd, const char *word)
{
	static char said[TEXT];
	size_t length = 0;

	said[0] = '\0';
	while (!strstr(said, word))
		ck_assert_msg(command_read(fd, said, &length, 1) > 0, "%s", said);
}

/* Return the length of the longest line. */
static inline int command_columns(const char *text)
{
	int most = 0;

	while (*text) {
		int columns = strcspn(text, "\n");

		most = columns > most ? columns : most;
		text += columns + (text[columns] == '\n');
	}
	return most;
}

static inline void command_no_stdout(void)
{
	close(1);
}

static inline void command_full_stdout(void)
{
	dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), 1);
}

#define ARGS(...) (const char *const[]){ __VA_ARGS__, NULL }

#endif
