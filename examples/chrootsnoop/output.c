/* SPDX-License-Identifier: MIT */
/* Records as lines: columns for people, JSON for programs. And how they reach a slow reader. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <rawbpf/escape.h>

#include "chrootsnoop.h"

/*
 * The time for output after a signal. A user at a terminal waits for the prompt; a program that
 * reads a pipe needs the last lines.
 */
enum { TERMINAL_MS = 50, PIPE_MS = 300 };

/* ---------------------------------------------------------------------------- lines */

__attribute__((format(printf, 2, 3)))
static void add(struct output *output, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	output->length += vsnprintf(output->text + output->length, TEXT - output->length, format,
				    arguments);
	va_end(arguments);
}

/* Add any bytes, escaped for a terminal. Return the visible length. */
static int add_visible(struct output *output, const char *bytes, size_t length)
{
	size_t written = rawbpf_terminal_escape(output->text + output->length, TEXT - output->length,
						bytes, length);

	output->length += written;
	return (int)written;
}

/* Add any bytes as a JSON string. */
static void add_string(struct output *output, const char *bytes, size_t length)
{
	add(output, "\"");
	output->length += rawbpf_json_escape(output->text + output->length, TEXT - output->length,
					     bytes, length);
	add(output, "\"");
}

static void add_json(struct output *output, const struct record *record, int64_t time)
{
	add(output, "{\"time_ns\":%lld,\"pid\":%u,\"tid\":%u,\"comm\":", (long long)time, record->pid,
	    record->tid);
	add_string(output, record->comm, strnlen(record->comm, COMM));
	add(output, ",\"ret\":%lld,\"path\":", (long long)record->result);
	if (record->path_length > 0)
		add_string(output, record->path, record->path_length - 1);
	else
		add(output, "null,\"path_errno\":%d", -record->path_length);
	add(output, "}\n");
}

static void add_columns(struct output *output, const struct record *record, int64_t time)
{
	time_t seconds = (time_t)(time / 1000000000);
	struct tm clock;
	int width;

	localtime_r(&seconds, &clock);
	add(output, "%02d:%02d:%02d  %-7u ", clock.tm_hour, clock.tm_min, clock.tm_sec, record->pid);
	width = add_visible(output, record->comm, strnlen(record->comm, COMM));
	add(output, "%*s%4lld  ", width < COMM ? COMM - width : 1, "", (long long)record->result);
	if (record->path_length > 0)
		add_visible(output, record->path, record->path_length - 1);
	else
		add(output, "?");
	add(output, "\n");
}

void output_header(struct output *output)
{
	if (!output->json)
		add(output, "%-8s  %-7s %-16s RET  PATH\n", "TIME", "PID", "COMM");
}

int output_record(struct output *output, const struct record *record)
{
	int64_t time = (int64_t)record->time + output->clock;

	if (output->is_mute)
		return 0;
	if (output->json)
		add_json(output, record, time);
	else
		add_columns(output, record, time);
	return TEXT - output->length >= LINE ? 0 : output_flush(output);
}

/* --------------------------------------------------------------------------- clocks */

static int64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int64_t now_ms(void)
{
	return now(CLOCK_MONOTONIC) / 1000000;
}

/*
 * Someone may set the wall clock at any moment. The difference of the clocks lies between real -
 * after and real - before. These are far apart if another process ran in between. So keep the old
 * difference while it is possible: a new one could print an earlier time.
 */
void output_set_clock(struct output *output)
{
	int64_t before = now(CLOCK_MONOTONIC), real = now(CLOCK_REALTIME);
	int64_t after = now(CLOCK_MONOTONIC);

	if (output->clock < real - after || output->clock > real - before)
		output->clock = real - after;
}

/* Print no more to a terminal that is behind when the signal comes. */
void output_set_deadline(struct output *output)
{
	int is_behind = output->length > 0;

	output->deadline = now_ms() + (!isatty(output->fd) ? PIPE_MS : is_behind ? 0 : TERMINAL_MS);
}

/* -------------------------------------------------------------------------- writing */

/*
 * Open the terminal again, with O_NONBLOCK. poll(2) may report a terminal as writable although
 * write(2) then waits for seconds. The shell shares the open file, so this flag must not be set
 * there.
 */
static int open_standard_output(void)
{
	int fd = -1;

	if (isatty(STDOUT_FILENO))
		fd = open("/proc/self/fd/1", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? STDOUT_FILENO : fd;
}

void output_open(struct output *output, int json, int signals)
{
	output->json = json;
	output->signals = signals;
	output->fd = open_standard_output();
}

/* Wait for the reader. Return 1 if it accepts output; 0 after a signal or the deadline. */
static int wait_for_reader(const struct output *output)
{
	struct pollfd fds[] = { { .fd = output->fd, .events = POLLOUT },
				{ .fd = output->signals, .events = POLLIN } };
	int64_t left;

	if (!output->deadline) {
		poll(fds, 2, -1);
		return !fds[1].revents;
	}
	left = output->deadline - now_ms();
	return left > 0 && poll(fds, 1, (int)left) > 0;
}

/* Return how much to write at once: whole lines, so that output never stops within one. */
static size_t whole_lines(const char *text, size_t length)
{
	const char *end;

	if (length <= PIPE_BUF)
		return length;
	end = memrchr(text, '\n', PIPE_BUF);
	return end ? (size_t)(end + 1 - text) : PIPE_BUF;
}

/* Write while the reader accepts output. Return the number of bytes; output->error has an error. */
static size_t write_some(struct output *output)
{
	size_t done = 0;
	ssize_t written;

	while (done < output->length && wait_for_reader(output)) {
		/* A pipe that poll(2) finds writable takes this much without waiting. */
		written = write(output->fd, output->text + done,
				whole_lines(output->text + done, output->length - done));
		if (written >= 0) {
			done += written;
		} else if (errno != EAGAIN) {
			output->error = errno;
			break;
		}
	}
	return done;
}

/* Take what is written out of the text. */
static void remove_written(struct output *output, size_t done)
{
	size_t i;

	if (done)
		output->is_cut = output->text[done - 1] != '\n';
	for (i = 0; i < done; i++)
		output->lines += output->text[i] == '\n';
	output->length -= done;
	memmove(output->text, output->text + done, output->length);
}

/*
 * Stop printing, because the reader is too slow; only count records from now on. Let a terminal
 * drop the lines that it has not shown yet: the last line would wait for them.
 */
static void stop_printing(struct output *output)
{
	if (isatty(output->fd)) {
		signal(SIGTTOU, SIG_IGN); /* it would stop a background process */
		tcflush(output->fd, TCOFLUSH);
		output->is_cut = 1;
	}
	output->is_mute = 1;
	output->length = 0;
}

int output_flush(struct output *output)
{
	if (!output->error)
		remove_written(output, write_some(output));
	if (output->error)
		return -1;
	if (!output->length || !output->deadline)
		return output->length > 0;
	stop_printing(output);
	return 0;
}
