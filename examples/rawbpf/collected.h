/* SPDX-License-Identifier: MIT */
/* Collections: texts with .prog, for `rawbpf run` and `rawbpf asm -l`. */
#ifndef EXAMPLES_RAWBPF_COLLECTED_H
#define EXAMPLES_RAWBPF_COLLECTED_H

#include "run.h"

#include <rawbpf/live.h>
#include <rawbpf/show.h>

enum { COLLECTION_OPTIONS = 64, COLLECTION_REASONS = 32 };

/* A text and its tables. All memory lives until the program ends. */
struct collection {
	const struct subcommand *subcommand; /* for messages */
	struct file file;                    /* terminated */
	struct rawbpf_collection tables;
	struct rawbpf_option options[COLLECTION_OPTIONS]; /* values of opt.NAME */
	unsigned option_count;
	struct run_options run;              /* of the command line */
	int64_t end_ms, every_ms;            /* -d, -i; 0: none */
	int is_failed;                       /* -x */
	struct rawbpf_offsets offsets;       /* the file of --offsets, if it is given */
	struct rawbpf_vm_map *machine_maps;  /* in user space; NULL: the kernel has the maps */
};

/* Return a string of the tables. */
static inline const char *collection_string(const struct collection *collection, unsigned string)
{
	return collection->tables.strings + string;
}

/*
 * Return a string of the text as a terminal may see it. It is cut to 255 bytes, and valid until the
 * fourth call after this one.
 */
const char *collection_shown(const char *string);

/* Parse collection->file. Returns OK, or FAILED after its mistakes. */
int collection_parse(struct collection *collection);

/* Read the offsets file, if one is given. Returns OK, or FAILED after a message. */
int collection_read_offsets(struct collection *collection);

/* Print a line of the text, or of the prelude, as numbered in the tables, without its newline. */
void collection_print_line(FILE *stream, const struct collection *collection, unsigned line);

/* Print a mistake that was found when the text was resolved. */
void collection_print_mistake(const struct collection *collection,
			      const struct rawbpf_collection_error *mistake);

/* ----------------------------------------------------------------- collection_option.c */

/*
 * Parse the options behind the text's name argv[0], add them to collection->run, and give all of
 * them their meaning. Returns -1, or the exit status: after -h, or a message.
 */
int collection_options(struct collection *collection, int argc, char **argv);

/* For a subcommand that parses its own options: the letters of the text's, for getopt(3). */
enum { COLLECTION_LETTERS = 2 * COLLECTION_OPTIONS + 1 };
void collection_letters(char letters[COLLECTION_LETTERS], const struct collection *collection);

/* Give the options that run_keep() has kept their meaning. Returns -1, or USAGE after a message. */
int collection_take_options(struct collection *collection);

/* ----------------------------------------------------------------- collection_filter.c */

/* Do the records have an errno; do they, or calls that hang, have a string? */
int collection_has_errno(const struct collection *collection);
int collection_has_string(const struct collection *collection);

/* Does a record pass -x and -n; does a call that hangs pass -n? */
int collection_passes(const struct collection *collection, const struct rawbpf_live *live, const char *type,
		      const void *data, size_t size);
int collection_call_passes(const struct collection *collection, const struct rawbpf_live *live, const char *type,
			   const void *data, size_t size);

/* ------------------------------------------------------------------ collection_print.c */

/* Print a record of a struct of the text; before the first one of a struct, the names. */
int collection_print_record(const struct collection *collection, const struct rawbpf_live *live,
			    const char *type, const void *data, size_t size);

/* Print the names before the next record again. */
void collection_print_names_again(void);

/* Print the JSON Schema of such records. */
void collection_print_schema(const struct collection *collection, const struct rawbpf_live *live,
			     const char *type);

/* Return the table of a map for a .show line, an index; NULL after a message. */
struct rawbpf_show *collection_lay_map(const struct collection *collection, const struct rawbpf_live *live,
				       unsigned line);

/* A function of <rawbpf/show.h> that writes a record. */
typedef size_t collection_format(char *text, size_t size, const struct rawbpf_show *show,
				 const struct rawbpf_show_system *system, const void *data,
				 size_t data_size);

/* Print a record by such a function; print the names of its columns. */
void collection_print_with(collection_format *format, const struct rawbpf_show *show, const void *data,
			   size_t size);
void collection_print_names(const struct rawbpf_show *show);

/* Return memory for a text, valid until the next call; NULL: there is none. */
char *collection_text(size_t size);

static inline int collection_is_json(const struct collection *collection)
{
	return collection->run.is_json;
}

/* ------------------------------------------------------------------- collection_show.c */

/* Print a map as its .show line, one of the tables, asks. */
void collection_print_show(const struct collection *collection, const struct rawbpf_live *live,
			   const struct rawbpf_table_show *show);

/* Print the JSON Schemas of all records and maps. */
void collection_print_schemas(const struct collection *collection, const struct rawbpf_live *live);

/* Print the calls that have not returned, of all maps that .show calls pending. */
void collection_print_pending(const struct collection *collection, struct rawbpf_live *live);

/* ----------------------------------------------------------------- collection_reason.c */

/* Print the reasons of failures, without -v only those of places that are not attached. */
void collection_print_reasons(const struct collection *collection, const struct rawbpf_live *live);

/* ------------------------------------------------------------------- collection_list.c */

/* Print what each statement became in this machine's kernel. */
int collection_list(struct collection *collection);

/* -------------------------------------------------------------------- collection_run.c */

/* Attach the programs, and print until a signal. With is_check: load them, and say how. */
int collection_run(struct collection *collection);

#endif
