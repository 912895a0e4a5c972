/* SPDX-License-Identifier: MIT */
/* Print records as lines: columns for people, JSON for programs. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rawbpf/escape.h>

#include "run.h"

__attribute__((format(printf, 2, 3))) static void add(struct snoop_line *line, const char *format,
						      ...)
{
	va_list arguments;

	va_start(arguments, format);
	line->length += vsnprintf(line->text + line->length, sizeof line->text - line->length,
				  format, arguments);
	va_end(arguments);
}

/* Add a member to the JSON object, up to its value. */
static void add_member(struct snoop_line *line, const char *name)
{
	add(line, "%s\"%s\":", line->members++ ? "," : "", name);
}

/* Add any bytes, escaped for a terminal or as a JSON string. Return the visible length. */
static int add_escaped(struct snoop_line *line, const char *bytes, size_t length)
{
	char *text = line->text + line->length;
	size_t room = sizeof line->text - line->length, written;

	if (!line->json) {
		written = rawbpf_terminal_escape(text, room, bytes, length);
		line->length += written;
		return (int)written;
	}
	*text = '"';
	written = rawbpf_json_escape(text + 1, room - 1, bytes, length);
	text[1 + written] = '"';
	line->length += written + 2;
	return 0;
}

void snoop_print_header(struct snoop_line *line, const char *columns)
{
	if (!line->json)
		add(line, "%-8s  %-7s %-16s%s\n", "TIME", "PID", "COMM", columns);
}

void snoop_print_begin(struct snoop_line *line)
{
	line->members = 0;
	if (line->json)
		add(line, "{");
}

void snoop_print_end(struct snoop_line *line)
{
	add(line, line->json ? "}\n" : "\n");
}

void snoop_print_head(struct snoop_line *line, const struct snoop_head *head)
{
	size_t length = strnlen(head->comm, sizeof head->comm);
	int64_t time = (int64_t)head->time + line->clock;
	time_t seconds = (time_t)(time / 1000000000);
	struct tm clock;
	int width;

	if (line->json) {
		snoop_print_number(line, "time_ns", 0, time);
		snoop_print_number(line, "pid", 0, head->pid);
		snoop_print_number(line, "tid", 0, head->tid);
		add_member(line, "comm");
		add_escaped(line, head->comm, length);
		return;
	}
	localtime_r(&seconds, &clock);
	add(line, "%02d:%02d:%02d  %-7u ", clock.tm_hour, clock.tm_min, clock.tm_sec, head->pid);
	width = add_escaped(line, head->comm, length);
	add(line, "%*s", width < SNOOP_COMM ? SNOOP_COMM - width : 1, "");
}

void snoop_print_number(struct snoop_line *line, const char *name, int width, long long value)
{
	if (line->json) {
		add_member(line, name);
		add(line, "%lld", value);
	} else {
		add(line, "%*lld  ", width, value);
	}
}

void snoop_print_text(struct snoop_line *line, const char *name, const char *bytes, int length)
{
	if (length > 0) {
		if (line->json)
			add_member(line, name);
		add_escaped(line, bytes, length - 1);
	} else if (line->json) {
		add_member(line, name);
		add(line, "null,\"%s_errno\":%d", name, -length);
	} else {
		add(line, "?");
	}
}
