/* SPDX-License-Identifier: MIT */
/* The options of `rawbpf run`, and the two ways to run a text: attached, or once. */
#ifndef EXAMPLES_RAWBPF_RUN_H
#define EXAMPLES_RAWBPF_RUN_H

#include "tool.h"

#include <rawbpf/collection.h>
#include <stdint.h>

enum { RUN_GIVEN = 64 };

/* An option of the command line that only the text gives a meaning: a filter, or one of .param. */
struct run_given {
	int letter;
	const char *argument; /* or NULL */
};

/* All options. Zero is the default of each. */
struct run_options {
	const char *end, *every;  /* -d, -i: seconds, for run_seconds() */
	int is_json, is_verbose;  /* -j, -v */
	const char *substring;    /* -n */
	int is_check, is_schema;
	enum rawbpf_way way;
	const char *maps, *offsets, *pin;
	const char *packet, *type;
	unsigned long long repeat;
	int is_strict;            /* -Werror */
	int is_vm;                /* --vm: once, in user space */
	char **command;           /* behind --, or NULL */
	struct run_given given[RUN_GIVEN]; /* the others, in their order */
	unsigned given_count;
};

/* Options with long names only. */
enum { RUN_CHECK = 512, RUN_SCHEMA, RUN_WAY, RUN_MAPS, RUN_OFFSETS, RUN_PIN, RUN_PACKET, RUN_TYPE, RUN_REPEAT, RUN_VM };

/*
 * Parse options up to the first argument that is none, which becomes optind. `letters` are those of a
 * text, for getopt(3); NULL: the text is not known, or has no .prog. Behind "--" begins the command.
 * Returns -1, or an exit status: after a message, or that of `help`.
 */
int run_parse(struct run_options *options, const struct subcommand *subcommand, int argc, char **argv,
	      const char *letters, int (*help)(void *context), void *context);

/* Keep an option of getopt(3) for the text. Returns -1, or USAGE after a message. */
int run_keep(struct run_options *options, const struct subcommand *subcommand, int letter);

/*
 * Read the seconds of an option, with up to three decimals; NULL is 0. Returns milliseconds, or -1
 * after a message.
 */
int64_t run_seconds(const struct subcommand *subcommand, int letter, const char *text);

/*
 * Run a text with .prog. argv[0] is its name, as users call it; what follows are options, added to
 * those in `options`, and a command. Returns an exit status.
 */
int run_collection(const struct subcommand *subcommand, struct run_options *options,
		   const struct file *file, int argc, char **argv);

/* Run a program without .prog once. program->file was read. Returns an exit status. */
int run_once(struct program *program, const struct run_options *options);

#endif
