/* SPDX-License-Identifier: MIT */
/* Clocks, symbols of the kernel, and what other processes have. */
#include "collection_system.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <rawbpf/ksym.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SYMBOLS = 256, FRAMES = 128, PATIENCE_MS = 200 };

static const int64_t second_ns = 1000000000;

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * second_ns + now.tv_nsec;
}

/* ------------------------------------------------------------------ symbols of the kernel */

/* The addresses that were looked up, at their number modulo SYMBOLS. */
static struct rawbpf_ksym known[SYMBOLS];

static struct rawbpf_ksym *slot(uint64_t address)
{
	return &known[(address ^ address >> 8 ^ address >> 16) % SYMBOLS];
}

/* Look up what is not known of a stack: all at once, since each call reads all symbols. */
static void look_up(const uint64_t *stack, unsigned count)
{
	static struct rawbpf_ksym wanted[FRAMES];
	unsigned wanted_count = 0;

	for (unsigned i = 0; i < count && i < FRAMES; i++)
		if (slot(stack[i])->address != stack[i])
			wanted[wanted_count++] = (struct rawbpf_ksym){ .address = stack[i] };
	if (!wanted_count)
		return;
	rawbpf_ksym_resolve(wanted, wanted_count); /* on an error the names stay empty */
	for (unsigned i = 0; i < wanted_count; i++)
		*slot(wanted[i].address) = wanted[i];
}

/* The functions of system_look_up(), in the order of their addresses. */
static struct {
	struct rawbpf_ksym *list;
	size_t count;
} listed;

static int compare_addresses(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

void system_look_up(uint64_t *addresses, size_t count)
{
	free(listed.list);
	listed.count = 0;
	qsort(addresses, count, sizeof *addresses, compare_addresses);
	listed.list = calloc(count, sizeof *listed.list);
	for (size_t i = 0; listed.list && i < count; i++)
		if (!i || addresses[i] != addresses[i - 1])
			listed.list[listed.count++].address = addresses[i];
	if (listed.count)
		rawbpf_ksym_resolve(listed.list, listed.count); /* on an error the names stay empty */
}

/* Return what is known of an address of a stack. */
static const struct rawbpf_ksym *find_symbol(const uint64_t *stack, unsigned count, unsigned index)
{
	const struct rawbpf_ksym *found = listed.count ?
		bsearch(&stack[index], listed.list, listed.count, sizeof *listed.list, compare_addresses) : NULL;

	if (found)
		return found;
	found = slot(stack[index]);
	if (found->address != stack[index]) {
		look_up(stack, count);
		if (found->address != stack[index]) /* another one of the stack took its place */
			look_up(stack + index, 1);
	}
	return found;
}

static size_t symbol(void *context, char *text, size_t size, const uint64_t *stack, unsigned count,
		     unsigned index)
{
	const struct rawbpf_ksym *found = find_symbol(stack, count, index);

	(void)context;
	if (!found->name[0])
		return 0;
	return snprintf(text, size, "%s+0x%llx%s%s%s", found->name, (unsigned long long)found->offset,
			found->module[0] ? " [" : "", found->module, found->module[0] ? "]" : "");
}

/* --------------------------------------------------------------------- other processes */

static size_t directory(void *context, char *path, size_t size, unsigned pid, int fd)
{
	char link[64];
	ssize_t length;

	(void)context;
	if (!pid)
		return 0;
	if (fd == AT_FDCWD)
		snprintf(link, sizeof link, "/proc/%u/cwd", pid);
	else
		snprintf(link, sizeof link, "/proc/%u/fd/%d", pid, fd);
	length = readlink(link, path, size);
	return length > 0 ? length : 0;
}

/* Copy a string of a process, to the end of its page at first. Returns its length, or a negative errno. */
static long copy_string(char *bytes, size_t size, pid_t pid, uint64_t address)
{
	size_t length = 0;

	while (length < size) {
		size_t page = 4096 - (address + length) % 4096, part = size - length < page ? size - length : page;
		struct iovec here = { bytes + length, part }, there = { (void *)(uintptr_t)(address + length), part };
		ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
		const char *end;

		if (got <= 0)
			return length ? (long)length : -(errno ? errno : EFAULT);
		end = memchr(bytes + length, '\0', got);
		if (end)
			return end - bytes;
		length += got;
	}
	return length;
}

/* Children that still wait for a string. Together they were waited for less than a second. */
static struct reader {
	pid_t child; /* 0: none */
	unsigned pid;
	uint64_t address;
} readers[4];

/* Return a place for a reader; NULL: all wait, or one waits for this string. */
static struct reader *free_reader(unsigned pid, uint64_t address)
{
	struct reader *found = NULL;

	for (unsigned i = 0; i < RAWBPF_COUNT(readers); i++) {
		struct reader *reader = &readers[i];

		if (reader->child && waitpid(reader->child, NULL, WNOHANG) != 0)
			reader->child = 0;
		if (reader->child && reader->pid == pid && reader->address == address)
			return NULL;
		if (!reader->child)
			found = reader;
	}
	return found;
}

/* Be the child: send the length of the string, and the string. */
static void read_and_exit(size_t size, pid_t pid, uint64_t address, int to)
{
	char bytes[4096];
	long length = copy_string(bytes, size < sizeof bytes ? size : sizeof bytes, pid, address);

	if (write(to, &length, sizeof length) == sizeof length && length > 0)
		length = write(to, bytes, length);
	_exit(0);
}

/*
 * Read a string of a process's memory. Its page may be on a file system that hangs, which no signal
 * ends: a child waits for it, and nobody waits for that child longer than PATIENCE_MS.
 */
static long user_string(void *context, char *bytes, size_t size, unsigned pid, uint64_t address)
{
	struct reader *reader = free_reader(pid, address);
	struct pollfd ready = { .events = POLLIN };
	long length = -ETIMEDOUT;
	int pipes[2];

	(void)context;
	if (!reader)
		return -ETIMEDOUT;
	if (!pid || pipe2(pipes, O_CLOEXEC) < 0)
		return -ESRCH;
	*reader = (struct reader){ .child = fork(), .pid = pid, .address = address };
	if (reader->child == 0)
		read_and_exit(size, pid, address, pipes[1]);
	close(pipes[1]);
	ready.fd = pipes[0];
	if (reader->child > 0 && poll(&ready, 1, PATIENCE_MS) > 0 &&
	    (read(pipes[0], &length, sizeof length) != sizeof length ||
	     (length > 0 && read(pipes[0], bytes, length) != length)))
		length = -EIO;
	close(pipes[0]);
	if (reader->child < 0) {
		reader->child = 0;
	} else {
		kill(reader->child, SIGKILL);
		if (length != -ETIMEDOUT && waitpid(reader->child, NULL, 0) > 0)
			reader->child = 0;
	}
	return length;
}

/* ------------------------------------------------------------------------------ all of it */

const struct rawbpf_show_system *system_now(void)
{
	static struct rawbpf_show_system system = { .symbol = symbol, .directory = directory,
						    .user_string = user_string };
	int64_t now = clock_ns(CLOCK_MONOTONIC), wall = clock_ns(CLOCK_REALTIME) - now;
	int64_t moved = wall - (int64_t)system.wall_ns;
	time_t seconds = (now + wall) / second_ns;
	struct tm local;

	system.now_ns = now;
	if (moved > second_ns / 1000 || moved < -second_ns / 1000) { /* the clock was set; else stay exact */
		system.wall_ns = wall;
		system.zone_s = localtime_r(&seconds, &local) ? local.tm_gmtoff : 0;
	}
	return &system;
}

int system_is_whole(void)
{
	return !isatty(tool_terminal);
}
