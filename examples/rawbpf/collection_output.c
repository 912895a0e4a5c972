/* SPDX-License-Identifier: MIT */
/* Print to a reader that may be slow, or gone, and still answer a signal at once. */
#include "collection_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* A terminal that cannot be opened again gets so many bytes at once, and waits for few of them. */
enum { FEW = 64 };

int output_open(struct run *run)
{
	struct output *output = &run->output;
	int memory = memfd_create("output", MFD_CLOEXEC);

	fflush(stdout);
	output->original = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	output->is_terminal = isatty(STDOUT_FILENO);
	/* The shell shares the open file: O_NONBLOCK must not be set there. */
	output->fd = output->is_terminal ?
		     open("/proc/self/fd/1", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
	if (output->fd < 0) {
		output->fd = output->original;
		output->is_blocking = output->is_terminal;
	}
	tool_terminal = output->original;
	if (output->original < 0 || memory < 0 || fcntl(memory, F_SETFL, O_APPEND) < 0 ||
	    dup2(memory, STDOUT_FILENO) < 0)
		return tool_fail(run->collection->subcommand, "a file in memory for the output: %s", strerror(errno));
	close(memory);
	setvbuf(stdout, NULL, _IOFBF, OUTPUT_ROOM);
	return OK;
}

/* --------------------------------------------------------------------------- waiting */

/* Wait for the reader. Return 1 if it takes text; 0 at the end, or at the deadline. */
static int wait_for_reader(struct run *run)
{
	struct pollfd fds[] = { { .fd = run->output.fd, .events = POLLOUT },
				{ .fd = run->signals, .events = POLLIN } };
	int64_t left = run->deadline_ms - run_now_ms();

	if (run->deadline_ms)
		return left > 0 && poll(fds, 1, (int)left) > 0;
	while (!run->is_over) {
		if (poll(fds, 2, run_left(run, run->next_losses_ms)) < 0 && errno != EINTR)
			return 0;
		run_look(run);
		run_tell_losses(run);
		if (fds[0].revents && !run->is_over)
			return 1;
	}
	return 0;
}

/* Return how much to write at once: whole lines, so that output never stops within one. */
static size_t whole_lines(const struct output *output, const char *text, size_t length)
{
	size_t most = output->is_blocking ? FEW : PIPE_BUF;
	const char *end;

	if (length <= most)
		return length;
	end = memrchr(text, '\n', most);
	return end ? (size_t)(end + 1 - text) : most;
}

/* ---------------------------------------------------------------------------- writing */

static uint64_t lines(const char *text, size_t length)
{
	uint64_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '\n';
	return count;
}

/* Take the next text from the file in memory; empty it if there is none. */
static void take(struct output *output)
{
	ssize_t got = pread(STDOUT_FILENO, output->text, sizeof output->text, output->taken);

	output->length = got > 0 ? got : 0;
	output->taken += output->length;
	if (!output->length && output->taken && ftruncate(STDOUT_FILENO, 0) == 0)
		output->taken = 0;
}

/* Write output->text as long as the reader takes it. Return 0, or -1 on an error. */
static int write_text(struct run *run)
{
	struct output *output = &run->output;
	size_t done = 0;

	while (done < output->length && wait_for_reader(run)) {
		size_t size = whole_lines(output, output->text + done, output->length - done);
		/* A pipe that poll(2) finds writable takes this much without waiting. */
		ssize_t written = write(output->fd, output->text + done, size);

		if (written < 0 && errno != EAGAIN && errno != EINTR) {
			output->error = errno;
			return -1;
		}
		done += written > 0 ? written : 0;
	}
	if (done)
		output->is_cut = output->text[done - 1] != '\n';
	output->length -= done;
	memmove(output->text, output->text + done, output->length);
	return 0;
}

/* Drop what a terminal has not taken yet: the last lines would wait for it. */
static void drop(struct run *run)
{
	struct output *output = &run->output;

	if (output->is_terminal && !output->is_last) {
		signal(SIGTTOU, SIG_IGN); /* it would stop a background process */
		tcflush(output->fd, TCOFLUSH);
		output->is_cut = 1;
	}
	fflush(stdout);
	do {
		output->dropped += lines(output->text, output->length);
		take(output);
	} while (output->length);
}

int output_flush(struct run *run)
{
	struct output *output = &run->output;

	if (output->error)
		return -1;
	fflush(stdout);
	for (;;) {
		if (!output->length)
			take(output);
		if (!output->length)
			return 0;
		if (write_text(run) < 0)
			return -1;
		if (!output->length)
			continue;
		if (!run->deadline_ms)
			return 1;
		drop(run);
		output->is_mute = 1;
		return 0;
	}
}

int output_flush_much(struct run *run)
{
	struct stat status;

	/* the stream keeps the first OUTPUT_ROOM bytes */
	return fstat(STDOUT_FILENO, &status) == 0 && status.st_size > run->output.taken ? output_flush(run) : 0;
}

/* -------------------------------------------------------------------------- messages */

/* Is standard error where the output goes? */
static int is_same_reader(const struct output *output)
{
	struct stat out, err;

	return fstat(output->original, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
	       out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

void output_say(struct run *run, const char *format, ...)
{
	struct pollfd err = { .fd = STDERR_FILENO, .events = POLLOUT };
	va_list arguments;

	va_start(arguments, format);
	if (!run->deadline_ms && is_same_reader(&run->output))
		vprintf(format, arguments); /* between its lines, and as slow as they */
	else if (poll(&err, 1, run->deadline_ms ? 100 : 0) > 0)
		vfprintf(stderr, format, arguments);
	va_end(arguments);
}
