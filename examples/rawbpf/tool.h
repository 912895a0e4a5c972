/* SPDX-License-Identifier: MIT */
/* What the members of the rawbpf command share. Messages begin with "rawbpf MEMBER: ". */
#ifndef EXAMPLES_RAWBPF_TOOL_H
#define EXAMPLES_RAWBPF_TOOL_H

#include <rawbpf.h>
#include <rawbpf/form.h>
#include <rawbpf/text.h>

/* Exit codes. */
enum { OK = 0, FAILED = 1, USAGE = 2 };

/* The members: each parses its own arguments, argv[0] being "rawbpf NAME". */
int asm_main(int argc, char **argv);
int disasm_main(int argc, char **argv);
int explain_main(int argc, char **argv);
int run_main(int argc, char **argv);

struct verb;

/* A member's name, for messages, and its help. */
struct member {
	const char *name;
	const char *usage; /* the arguments, one line */
	const char *help;  /* what it does and its options, lines */
	int (*main)(int argc, char **argv); /* or NULL, and verbs: "rawbpf NAME VERB" */
	const struct verb *verbs;           /* the last has no name */
	const char *letters;                /* their options, for getopt(3) */
};
extern const struct member asm_member, disasm_member, explain_member, run_member;
extern const struct member prog_member, map_member, link_member, btf_member;
extern const struct member cgroup_member, doctor_member;

/* Print to stdout what -h asks for; to stderr, as an answer to wrong usage. */
int tool_help(const struct member *member);
int tool_usage_error(const struct member *member);

/* A message on stderr, "rawbpf MEMBER: ..." and a newline. Returns FAILED. */
__attribute__((format(printf, 2, 3))) int tool_fail(const struct member *member, const char *format,
						    ...);

/* How many columns a line of standard output has: $COLUMNS, or the terminal's, or 80. */
unsigned tool_width(void);

/* A file in memory; "-" or NULL is standard input. */
struct file {
	const char *name; /* for messages */
	char *data;
	size_t size;
};

int tool_read(const struct member *member, const char *path, struct file *file);
int tool_is_elf(const struct file *file);
/* Flush and close standard output; what cannot be written is said and is FAILED. */
int tool_finish(const struct member *member);

/* How many maps a text may declare. */
enum { TOOL_MAPS = 64 };

/* A program and where it came from. Of bytes, `insns` is file.data; all else is malloc-ed. */
struct program {
	struct file file;
	struct bpf_insn *insns;
	unsigned count;
	unsigned *lines; /* of each slot in the text; NULL if it was bytes */
	struct rawbpf_text_map *maps;
	unsigned map_count;
	int warnings_are_errors; /* -Werror */
};

/* What -W says, "error". OK, or USAGE and a message. */
int tool_warning_option(const struct member *member, const char *argument,
			struct program *program);

/* From text: every mistake is printed as compilers do, and every warning. */
int tool_assemble(const struct member *member, struct program *program, int wants_lines);
/* From bytes, or hex digits with any white space. */
int tool_decode(const struct member *member, struct program *program, int hex,
		enum rawbpf_byte_order order);

/* The value of a hexadecimal digit of either case; -1: it is none. */
int tool_hex_digit(char c);

/* Between this machine's byte order and another: the same exchange in both directions. */
void tool_reorder(struct program *program, enum rawbpf_byte_order order);

/* The options --little-endian and --big-endian, for getopt_long(). */
enum { OPTION_LITTLE = 256, OPTION_BIG };
#define BYTE_ORDER_OPTIONS                                                                         \
	{ "little-endian", no_argument, NULL, OPTION_LITTLE },                                     \
	{ "big-endian", no_argument, NULL, OPTION_BIG }

/*
 * An option that is not the member's own. -1: a byte order, which *order is now; `order` is NULL
 * where there is none. Else the status to end with, after -h or wrong usage.
 */
int tool_option(const struct member *member, int option, enum rawbpf_byte_order *order);

#endif
