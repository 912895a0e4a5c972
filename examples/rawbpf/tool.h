/* SPDX-License-Identifier: MIT */
/* The code that the subcommands of rawbpf share. Messages begin with "rawbpf SUBCOMMAND: ". */
#ifndef EXAMPLES_RAWBPF_TOOL_H
#define EXAMPLES_RAWBPF_TOOL_H

#include <rawbpf.h>
#include <rawbpf/form.h>
#include <rawbpf/text.h>

#include <stdio.h>

/* Exit codes. */
enum { OK = 0, FAILED = 1, USAGE = 2 };


struct verb;

/* A subcommand: its name, for messages, and its help. */
struct subcommand {
	const char *name;
	const char *usage; /* the arguments, one line */
	const char *help;  /* its purpose and its options, in lines */
	int (*main)(int argc, char **argv); /* argv[0] is "rawbpf NAME"; NULL: it has verbs */
	const struct verb *verbs;           /* NULL, or verbs; the last has no name */
	const char *letters;                /* the verbs' options, for getopt(3) */
};
extern const struct subcommand asm_subcommand, disasm_subcommand, explain_subcommand, run_subcommand;
extern const struct subcommand prog_subcommand, map_subcommand, link_subcommand, btf_subcommand;
extern const struct subcommand cgroup_subcommand, doctor_subcommand, net_subcommand, show_subcommand;
extern const struct subcommand install_links_subcommand, trace_subcommand, conform_subcommand;
extern const struct subcommand test_subcommand, step_subcommand;

/* Print the help to stdout for -h, or the usage to stderr after an error. */
int tool_help(const struct subcommand *subcommand);
int tool_usage_error(const struct subcommand *subcommand);

/*
 * Print "rawbpf SUBCOMMAND: ..." and a newline on stderr. Wrap a message of several lines as a page;
 * one line stays one, for programs that look for it. Returns FAILED.
 */
__attribute__((format(printf, 2, 3))) int tool_fail(const struct subcommand *subcommand, const char *format,
						    ...);

/* The terminal, if standard output is one: 1, or another descriptor of it. */
extern int tool_terminal;

/* Return the columns of a line of standard output: $COLUMNS, or the terminal's, or 80. */
unsigned tool_width(void);
/* Print whole lines. Wrap those that are wider than that. */
__attribute__((format(printf, 2, 3))) void tool_page(FILE *stream, const char *format, ...);

/* A file in memory. Its name "-" or NULL means standard input. */
struct file {
	const char *name; /* in messages */
	char *data;
	size_t size;
};

int tool_read(const struct subcommand *subcommand, const char *path, struct file *file);
int tool_is_elf(const struct file *file);
/* Flush and close standard output. If that fails, print a message and return FAILED. */
int tool_finish(const struct subcommand *subcommand);

/* A text may declare this many maps. */
enum { TOOL_MAPS = 64 };

/* A program and its source. If the source is bytes, `insns` is file.data. All else is malloc-ed. */
struct program {
	struct file file;
	struct bpf_insn *insns;
	unsigned count;
	unsigned *lines; /* the line of each slot; NULL if the source was bytes */
	struct rawbpf_text_map *maps;
	unsigned map_count;
	int warnings_are_errors; /* -Werror */
};

/* Parse -W's argument, "error". Returns OK, or USAGE after a message. */
int tool_warning_option(const struct subcommand *subcommand, const char *argument,
			struct program *program);

/* Assemble a text. Print every mistake and every warning like a compiler. */
int tool_assemble(const struct subcommand *subcommand, struct program *program, int wants_lines);
/* Take bytes, or hex digits with any white space, or a list of bytes as in C: 0xb7, 0x00. */
int tool_decode(const struct subcommand *subcommand, struct program *program, int hex,
		enum rawbpf_byte_order order);

/* Read a decimal number, or a hexadecimal one behind 0x. 010 is none: 10 and 8 are meant by it. */
int tool_number(const char *text, unsigned long long *number);
/* Return the value of a hexadecimal digit of either case, or -1. */
int tool_hex_digit(char c);

/* Exchange bytes between this machine's byte order and another, in either direction. */
void tool_reorder(struct program *program, enum rawbpf_byte_order order);

/* The options --little-endian and --big-endian, for getopt_long(). */
enum { OPTION_LITTLE = 256, OPTION_BIG };
#define BYTE_ORDER_OPTIONS                                                                         \
	{ "little-endian", no_argument, NULL, OPTION_LITTLE },                                     \
	{ "big-endian", no_argument, NULL, OPTION_BIG }

/*
 * Handle an option that is not the subcommand's own. -1: it was a byte order, now in *order;
 * `order` is NULL if none is allowed. Otherwise the exit status, after -h or a usage error.
 */
int tool_option(const struct subcommand *subcommand, int option, enum rawbpf_byte_order *order);

#endif
