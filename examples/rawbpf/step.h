/* SPDX-License-Identifier: MIT */
/* rawbpf step: a program of a text in user space, step by step, forward and back. */
#ifndef EXAMPLES_RAWBPF_STEP_H
#define EXAMPLES_RAWBPF_STEP_H

#include "machine.h"

#include <rawbpf/vm_test.h>
#include <rawbpf/vm_undo.h>

enum {
	STEP_LINE = 256,        /* bytes of a line of output */
	STEP_TRACE = 4096,      /* bytes of what bpf_trace_printk() prints */
	STEP_MOST = 1000000,    /* instructions of one command */
	STEP_SHOWN = 8          /* bytes of memory in a line */
};

enum { STEP_MAPS = 16 };

/* The command line. */
struct step_options {
	const char *path, *packet, *type, *prog, *test, *script, *context;
	const char *maps[STEP_MAPS]; /* "NAME[KEY] = VALUE" */
	unsigned map_count;
	unsigned long long number; /* of the packet in a pcap file, from 1 on */
	int is_json;
};

/* A program, its machine, and its past. All memory lives until the process ends. */
struct stepper {
	struct step_options options;
	struct collection collection;   /* of a text with .prog; its `file` is that of each text */
	struct program program;         /* of a text without */
	struct machine machine;
	struct rawbpf_vm_test test;     /* of --test: it has machine, context and helpers */
	int has_test;
	struct rawbpf_vm_collection *loaded; /* the machine's, or the test's */
	struct rawbpf_vm_context *context;
	struct rawbpf_vm *vm;
	const char **lines;             /* where each line of the text begins, and its end */
	unsigned line_count;

	struct rawbpf_symbols symbols;  /* of this system, for names of the kernel */
	struct rawbpf_btf kernel;
	struct rawbpf_vm_context own_context;
	struct rawbpf_vm own_vm;
	struct rawbpf_vm_helpers helpers;
	char trace[STEP_TRACE];
	struct rawbpf_vm_undo undo;

	/* See each instruction that a command runs, or NULL. */
	void (*seen)(struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned slot);
	int (*stops)(void);             /* ask whether the user has stopped a command; or NULL */
	char message[STEP_LINE];        /* of the last command; empty: nothing to say */
};

/* --------------------------------------------------------------------------- step_load.c */

/* Read the text, and parse it if it has .prog. Returns OK, or FAILED after a message. */
int step_read(struct stepper *stepper);

/* Read the packet, and open the machine at its first instruction. Returns OK or FAILED. */
int step_load(struct stepper *stepper);

/* Return the line of a slot, from 1 on; 0: it has none. *macro becomes that of a macro's line, or 0. */
unsigned step_line(const struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned slot,
		   unsigned *macro);

/* Return the maps, in the order of their numbers, and their count. */
struct rawbpf_vm_map *step_map(const struct stepper *stepper, unsigned index);

/* --------------------------------------------------------------------------- step_test.c */

/* Open the machine as the test of --test begins. Returns OK, or FAILED after a message. */
int step_test_load(struct stepper *stepper);

/* Compare what the program did with what the test expects. Returns 1 if all is so. */
int step_test_passes(struct stepper *stepper);

/* --------------------------------------------------------------------------- step_show.c */

/* Write a line of the text as a terminal may see it, without the blanks in front of it. */
void step_source(char *text, size_t size, const struct stepper *stepper, unsigned line);

/* Write the instruction at a slot. */
void step_instruction(char *text, size_t size, const struct stepper *stepper, const struct rawbpf_vm_prog *prog,
		      unsigned slot);

/* Return the packet's region, or NULL: programs of this type get none. */
const struct rawbpf_vm_region *step_packet(const struct stepper *stepper);

/* Write a number, or what it points to. */
void step_value(char *text, size_t size, const struct stepper *stepper, uint64_t value);

/* Write bytes in hexadecimal; of many, the first ones. */
void step_bytes(char *text, size_t size, const void *bytes, size_t count);

/* A change of the last step, in the order in which people look for it. */
struct step_change {
	int is_register;
	unsigned number;                /* of the register */
	uint64_t value, was;
	char place[STEP_LINE];          /* else of memory: "r10-4", "counts[64]+0" */
	const unsigned char *bytes;
	unsigned char old[STEP_SHOWN];
	size_t size;                    /* bytes that changed, at most STEP_SHOWN are in `old` */
};
enum { STEP_CHANGES = 16 };

/* List the changes of the last step. Returns their number. */
unsigned step_changes(struct step_change changes[STEP_CHANGES], const struct stepper *stepper);

/* Write all changes in one line. */
void step_changed(char *text, size_t size, const struct stepper *stepper);

/* Write how the program ended, or why it stands: "" if it can go on. */
void step_state(char *text, size_t size, struct stepper *stepper);

/* --------------------------------------------------------------------------- step_map.c */

/* An element of a map. */
struct step_element {
	unsigned char *value;
	char text[STEP_LINE];           /* "counts[64] = 3" */
	int is_changed;
};

/* List elements of a map, at most `max`: of an array those that are not 0. Returns their number. */
unsigned step_elements(struct step_element *elements, unsigned max, const struct stepper *stepper,
		       const struct rawbpf_vm_map *map);

/* Write the place in the values of a map: "counts[64]+0". */
void step_map_place(char *text, size_t size, const struct stepper *stepper,
		    const struct rawbpf_vm_map *map, uint64_t offset);

/* Set elements as --map says. Returns OK, or FAILED after a message. */
int step_map_set(struct stepper *stepper);

/* Find the value of "NAME[KEY]". Returns its bytes and *size, or NULL. */
unsigned char *step_map_find(const struct stepper *stepper, const char *text, size_t *size);

/* --------------------------------------------------------------------------- step_command.c */

enum { STEP_QUIT = 3 };

/*
 * Do what a command says, "s 3" or "w r10-4". Returns OK; FAILED, with a message in `message`; or
 * STEP_QUIT.
 */
int step_command(struct stepper *stepper, const char *command);

/* --------------------------------------------------------------------------- step_where.c */

/* A comparison, such as "r0 == 5" or "*(u32 *)(r10 - 4) > r1". */
struct step_operand {
	int kind;                       /* 0: a number; 1: a register; 2: memory */
	unsigned reg, bytes;
	uint64_t number;
};
struct step_condition {
	struct step_operand left, right;
	const char *operation;
};

/* Parse a condition. Returns OK, or FAILED after a message. */
int step_condition_parse(struct step_condition *condition, struct stepper *stepper, const char *text);
int step_condition_holds(const struct step_condition *condition, const struct stepper *stepper);

/*
 * Find bytes by their name: "r10-4", "packet+12", "counts[64]", "r3" (the register). Returns them and
 * *size, or NULL after a message.
 */
const void *step_where(size_t *size, struct stepper *stepper, const char *text);

/* --------------------------------------------------------------------------- the three faces */

/* Print a log of the commands of a script, as text or JSON. Returns an exit status. */
int step_script(struct stepper *stepper, const char *script);

/* Use the terminal. Returns an exit status. */
int step_screen(struct stepper *stepper);

/* Fill the screen of a terminal: `rows` strings of at most `columns` characters. For step_screen(). */
void step_draw(struct stepper *stepper, unsigned rows, unsigned columns, const char *prompt);

#endif
