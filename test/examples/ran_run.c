/* SPDX-License-Identifier: MIT */
#include "ran_run.h"

#include "memlock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* If something is wrong, and the tool tells of missed runs, add these words once. */
static void complain_of_missed(struct ran *run)
{
	size_t length = strlen(run->problem);

	if (length && (strstr(run->said, RAN_MISSED) || strstr(run->second.said, RAN_MISSED)) &&
	    !strstr(run->problem, RAN_MISSED))
		snprintf(run->problem + length, run->size - length, RAN_MISSED "\n");
}

void ran_complain(struct ran *run, const char *format, ...)
{
	va_list arguments;
	size_t length = strlen(run->problem);

	va_start(arguments, format);
	vsnprintf(run->problem + length, run->size - length, format, arguments);
	va_end(arguments);
	complain_of_missed(run);
}

/* ---------------------------------------------------------------------------- processes */

void ran_child_start(struct ran *run, void (*work)(void))
{
	int go[2];
	char byte;

	if (pipe2(go, O_CLOEXEC) < 0)
		abort();
	run->child = fork();
	if (run->child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "ran");
		close(go[1]);
		if (setresuid(RAN_UID, 0, RAN_UID) < 0 || read(go[0], &byte, 1) != 1)
			_exit(1);
		work();
		_exit(0);
	}
	close(go[0]);
	run->go = go[1];
}

int ran_read_until(int fd, char *text, const char *word)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t length = strlen(text);
	long got;

	while (!word || !strstr(text, word)) {
		if (length + 1 >= RAN_TEXT || poll(&ready, 1, RAN_PATIENCE_MS) != 1)
			return 0;
		got = read(fd, text + length, RAN_TEXT - 1 - length);
		if (got <= 0)
			return !word;
		length += got;
		text[length] = '\0';
	}
	return 1;
}

/* Complain of a tool that takes more of the kernel's memory than it should. Without /proc nothing tells. */
static void check_memory(struct ran *run)
{
	long memory = memlock_of(run->tool);

	if (memory > MEMLOCK_MOST)
		ran_complain(run, "it takes %ld bytes of the kernel's memory\n", memory);
}

/* Start `rawbpf` with its output in pipes. */
static pid_t start(const char *const *arguments, const char *tool, int *out_fd, int *err_fd)
{
	int out[2], err[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		abort();
	pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		setenv("COLUMNS", "250", 1); /* a table with all columns */
		execv(tool, (char *const *)arguments);
		_exit(99);
	}
	close(out[1]);
	close(err[1]);
	*out_fd = out[0];
	*err_fd = err[0];
	return pid;
}

/* Start the second tool, with -j, and wait until it is attached. */
static int start_second(struct ran *run, const char **arguments, int count)
{
	arguments[count] = "-j";
	arguments[count + 1] = NULL;
	run->second.tool = start(arguments, run->setup->tool, &run->second.out, &run->second.err);
	if (ran_read_until(run->second.err, run->second.said, "attached"))
		return 1;
	ran_complain(run, "not attached with -j: %s", run->second.said);
	return 0;
}

/* A tool that works says nothing but that. Two have parts that may be missing, and tell which. */
static void check_said(struct ran *run, const char *text)
{
	int may_lack = strcmp(text, "tcpconnect") == 0 || (strcmp(text, "modsnoop") == 0 && !run->setup->has_btf);

	if (!may_lack && strncmp(run->said, "attached", 8) != 0)
		ran_complain(run, "it says: %s", run->said);
}

int ran_tool_start(struct ran *run, const struct ran_setup *setup, const char *way, const char *text,
		      const char *letter, const char *value)
{
	const char *arguments[16] = { "rawbpf", "run" };
	int count = 2;

	run->setup = setup;
	snprintf(run->path, sizeof run->path, "%s/%s.bpf", setup->texts, text);
	if (way) {
		arguments[count++] = "--way";
		arguments[count++] = way;
	}
	if (setup->offsets) {
		arguments[count++] = "--offsets";
		arguments[count++] = setup->offsets;
	}
	arguments[count++] = run->path;
	if (letter) {
		arguments[count++] = letter;
		arguments[count++] = value;
	}
	run->tool = start(arguments, setup->tool, &run->out, &run->err);
	run->begin = time(NULL);
	if (ran_read_until(run->err, run->said, "attached")) {
		check_memory(run);
		check_said(run, text);
		return way || !setup->has_json || start_second(run, arguments, count);
	}
	ran_complain(run, "%s%s", strstr(run->said, "EOPNOTSUPP") ? "no way: " : "not attached: ", run->said);
	return 0;
}

void ran_child_work(struct ran *run)
{
	int status = -1;

	if (write(run->go, "x", 1) != 1 || waitpid(run->child, &status, 0) != run->child || status)
		ran_complain(run, "the child ended with %d\n", status);
	run->child = 0;
	run->end = time(NULL);
}

/* End the second tool, and read its JSON. */
static void end_second(struct ran *run)
{
	static char schemas[RAN_TEXT];
	int status, out, err;
	pid_t pid;

	kill(run->second.tool, SIGINT);
	ran_read_until(run->second.out, run->json, NULL);
	ran_read_until(run->second.err, run->second.said, NULL);
	if (waitpid(run->second.tool, &status, 0) > 0 && status)
		ran_complain(run, "the tool with -j ended with %d: %s\n", status, run->second.said);
	close(run->second.out);
	close(run->second.err);
	ran_json_rows(run->rows, sizeof run->rows, run->json, run->text);
	if (!run->setup->has_schema)
		return;
	schemas[0] = '\0';
	pid = start((const char *const[]){ "rawbpf", "run", "--schema", run->path, NULL }, run->setup->tool, &out, &err);
	ran_read_until(out, schemas, NULL);
	close(out);
	close(err);
	waitpid(pid, &status, 0);
	ran_json_check(run, schemas);
}

void ran_tool_end(struct ran *run)
{
	kill(run->tool, SIGINT);
	if (!ran_read_until(run->out, run->text, NULL))
		ran_complain(run, "the tool did not end\n");
	ran_read_until(run->err, run->said, NULL);
	waitpid(run->tool, &run->status, 0);
	complain_of_missed(run);
	if (run->status && !run->problem[0])
		ran_complain(run, "the tool ended with %d: %s\n", run->status, run->said);
	if (run->second.tool)
		end_second(run);
	close(run->out);
	close(run->err);
	if (run->child > 0) {
		kill(run->child, SIGKILL);
		waitpid(run->child, NULL, 0);
	}
	if (run->go)
		close(run->go);
}

/* --------------------------------------------------------------------------- columns */

int ran_split(char *line, char **words, int max)
{
	int count = 0;
	char *save = NULL, *word = strtok_r(line, " ", &save);

	for (; word && count < max; word = strtok_r(NULL, " ", &save))
		words[count++] = word;
	return count;
}

/* Compare a word with `wanted`: itself, *, or a range of numbers as 1..2. */
static int is_word(const char *word, const char *wanted)
{
	const char *dots = strstr(wanted, "..");

	if (strcmp(wanted, "*") == 0 || strcmp(wanted, word) == 0)
		return 1;
	return dots && atoll(word) >= atoll(wanted) && atoll(word) <= atoll(dots + 2);
}

void ran_compare_words(struct ran *run, char **words, int first, int count, const char *wanted)
{
	char line[512] = "", copy[512], *want[RAN_WORDS];
	int number, same;

	snprintf(copy, sizeof copy, "%s", wanted);
	number = ran_split(copy, want, RAN_WORDS);
	same = number == count - first;
	for (int i = first; i < count; i++) {
		strncat(line, i > first ? " " : "", sizeof line - strlen(line) - 1);
		strncat(line, words[i], sizeof line - strlen(line) - 1);
		same = same && is_word(words[i], want[i - first]);
	}
	if (!same)
		ran_complain(run, "'%s', not '%s'\n", line, wanted);
}

/* Is "10:21:07" from the begin to the end of the run, in seconds of the day? */
static void compare_time(struct ran *run, const char *word)
{
	struct tm begin, end;
	int hour, minute, second, from, to, at;

	localtime_r(&run->begin, &begin);
	localtime_r(&run->end, &end);
	from = begin.tm_hour * 3600 + begin.tm_min * 60 + begin.tm_sec;
	to = end.tm_hour * 3600 + end.tm_min * 60 + end.tm_sec;
	if (strlen(word) != 8 || sscanf(word, "%2d:%2d:%2d", &hour, &minute, &second) != 3) {
		ran_complain(run, "'%s' is no time\n", word);
		return;
	}
	at = hour * 3600 + minute * 60 + second;
	/* a second each side: the clock can be set a little; midnight may lie in between */
	if ((at - from + 86401) % 86400 > (to - from + 86402) % 86400)
		ran_complain(run, "time %s is not from %d to %d\n", word, from, to);
}

static void compare_rows(struct ran *run, char *text, const char *header, const char *const *wanted)
{
	char *save = NULL, *line = strtok_r(text, "\n", &save), *words[RAN_WORDS];
	int count = line ? ran_split(line, words, RAN_WORDS) : 0;

	ran_compare_words(run, words, 0, count, header);
	while ((line = strtok_r(NULL, "\n", &save))) {
		count = ran_split(line, words, RAN_WORDS);
		if (!*wanted) {
			ran_complain(run, "a line too many: %s\n", count > 1 ? words[count - 1] : "");
			return;
		}
		if (count)
			compare_time(run, words[0]);
		ran_compare_words(run, words, 1, count, *wanted++);
	}
	if (*wanted)
		ran_complain(run, "missing: %s\n", *wanted);
}

void ran_compare_lines(struct ran *run, const char *header, const char *const *wanted)
{
	size_t length;

	compare_rows(run, run->text, header, wanted);
	length = strlen(run->problem);
	if (run->second.tool)
		compare_rows(run, run->rows, header, wanted);
	if (strlen(run->problem) > length)
		ran_complain(run, "of JSON: %s\n", run->json);
}

void ran_compare_events(struct ran *run, const struct ran_setup *setup, pid_t child,
			const char *header, const char *const *wanted)
{
	char full[16][512];
	const char *lines[17];
	int count = 0;

	for (; wanted[count] && count < 16; count++) {
		snprintf(full[count], sizeof full[count], "%d %d %d %d ran %s", child, child,
			 setup->has_btf ? getpid() : 0, RAN_UID, wanted[count]);
		lines[count] = full[count];
	}
	lines[count] = NULL;
	ran_compare_lines(run, header, lines);
}

int ran_begin(struct ran *run, const struct ran_setup *setup, const char *way, const char *text,
		 void (*work)(void), char *child)
{
	ran_child_start(run, work);
	sprintf(child, "%d", run->child);
	return ran_tool_start(run, setup, way, text, "-p", child);
}
