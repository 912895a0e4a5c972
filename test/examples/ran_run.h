/* SPDX-License-Identifier: MIT */
/* A run of `rawbpf run` beside a process that makes known calls. For the tests of each text. */
#ifndef TEST_RAN_RUN_H
#define TEST_RAN_RUN_H

#include "ran.h"

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum { RAN_TEXT = 1 << 16, RAN_WORDS = 96, RAN_PATIENCE_MS = 120000, RAN_UID = 1234 };

/* A run of the tool, and the process that it watches. */
struct ran {
	pid_t tool, child;
	int out, err, go;       /* the tool's output; a byte to `go` starts the child */
	char text[RAN_TEXT];    /* the output */
	char said[RAN_TEXT];    /* stderr */
	struct {
		pid_t tool;     /* 0: there is none */
		int out, err;
		char said[RAN_TEXT];
	} second;               /* the same with -j */
	char json[RAN_TEXT], rows[RAN_TEXT]; /* its output; that as rows of the table */
	const struct ran_setup *setup;
	char path[256];         /* of the text */
	int status;
	char *problem;
	size_t size;
	time_t begin, end;
};

/* Add to what is wrong. */
__attribute__((format(printf, 2, 3))) void ran_complain(struct ran *run, const char *format, ...);

/* Start the child: it waits for a byte, and then does `work`. */
void ran_child_start(struct ran *run, void (*work)(void));

/* Let the child work, and wait for its end. */
void ran_child_work(struct ran *run);

/* Read until the text has `word` (NULL: the end), or the time is over. Return 1 if so. */
int ran_read_until(int fd, char *text, const char *word);

/*
 * Start `rawbpf run [--way WAY] TEXT [-LETTER VALUE]`, and wait until it is attached. Return 1 if it
 * is.
 */
int ran_tool_start(struct ran *run, const struct ran_setup *setup, const char *way, const char *text,
		   const char *letter, const char *value);

/*
 * Begin a run with a child, whose calls `work` makes, as -p. Write its id to `child`. Return 1 if the
 * tool is attached.
 */
int ran_begin(struct ran *run, const struct ran_setup *setup, const char *way, const char *text,
	      void (*work)(void), char *child);

/* End the tool, and read what it printed. */
void ran_tool_end(struct ran *run);

/* Split a line into words; blanks are between them. Return their number. */
int ran_split(char *line, char **words, int max);

/*
 * Compare the words of a line from `first` on with those wanted, a blank between: * is any word, and
 * 1..2 a number in this range.
 */
void ran_compare_words(struct ran *run, char **words, int first, int count, const char *wanted);

/* Write JSON as a table with the columns of this header, a line. Stacks are lines below. */
void ran_json_rows(char *rows, size_t size, const char *json, const char *header);

/* Return the sum of all numbers of a key, also within objects. */
long ran_json_sum(const char *json, const char *key);

/* Check the JSON of a run by the schemas that the tool prints: keys, types, and what must be there. */
void ran_json_check(struct ran *run, const char *schemas);

/* Compare the lines behind the header: a time, and `wanted`, line by line. So are those of JSON. */
void ran_compare_lines(struct ran *run, const char *header, const char *const *wanted);

/* Compare the lines behind the header: a time, the head of the child, and `wanted`, line by line. */
void ran_compare_events(struct ran *run, const struct ran_setup *setup, pid_t child, const char *header,
			const char *const *wanted);

#endif
