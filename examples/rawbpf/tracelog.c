/* SPDX-License-Identifier: MIT */
/* rawbpf prog tracelog: print what programs write with bpf_trace_printk(). */
#include "verbs.h"
#include "target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Return the file's path, malloc-ed, or NULL if tracefs is not mounted. */
static char *find_pipe(void)
{
	char *tracefs = target_mount("tracefs"), *debugfs = tracefs ? NULL : target_mount("debugfs");
	char *path = NULL;

	if (tracefs)
		path = must_print("%s/trace_pipe", tracefs);
	else if (debugfs)
		path = must_print("%s/tracing/trace_pipe", debugfs);
	free(tracefs);
	free(debugfs);
	return path;
}

/* Print one line at a time: then the next command of a pipeline has it at once. */
static int print_line(const char *line, size_t length, int json)
{
	char *shown = json ? json_escape(line, length) : text_escape(line, length);

	printf(json ? "{\"line\":%s}\n" : "%s\n", shown);
	free(shown);
	return fflush(stdout) == 0;
}

static int print_lines(FILE *pipe, int json)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, pipe)) > 0) {
		length -= line[length - 1] == '\n';
		if (!print_line(line, length, json))
			return tool_finish(&prog_subcommand);
	}
	free(line);
	return ferror(pipe) ? tool_fail(&prog_subcommand, "reading trace_pipe: %s", strerror(errno)) : OK;
}

int prog_tracelog(const struct arguments *arguments)
{
	char *path = find_pipe();
	FILE *pipe = path ? fopen(path, "re") : NULL;
	int status;

	if (!path)
		return tool_fail(&prog_subcommand, "tracefs is not mounted; mount it: "
				 "mount -t tracefs tracefs /sys/kernel/tracing");
	status = pipe ? print_lines(pipe, arguments->json) :
			tool_fail(&prog_subcommand, "%s: %s%s", path, strerror(errno),
				  errno == EACCES && geteuid() != 0 ? "; run it as root" : "");
	if (pipe)
		fclose(pipe);
	free(path);
	return status;
}
