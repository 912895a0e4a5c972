/* SPDX-License-Identifier: MIT */
/* The options of a text: those that its .param lines declare, and those that the prelude knows. */
#include "collected.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Options that a text has if it mentions opt.NAME. Those of `set` get the value 1 then. */
static const struct {
	char letter;
	const char *argument; /* NULL: none */
	const char *words;
	const char *name, *set;
	unsigned long long least, most; /* of its number */
} known[] = {
	{ 'p', "PID", "only this process", "pid", NULL, 1, UINT32_MAX },
	{ 't', "TID", "only this thread", "tid", NULL, 1, UINT32_MAX },
	{ 'u', "UID", "only processes of this user, by its number", "uid", "uid_set", 0, UINT32_MAX },
	{ 'c', "COMM", "only processes of this name", "comm_set", NULL, 0, 0 },
	{ 'x', NULL, "only what failed", "failed", NULL, 1, 1 },
};
enum { KNOWN = sizeof known / sizeof known[0] };

/* An option of the command line. */
struct choice {
	char letter;
	const char *name;     /* of opt.NAME */
	const char *set;      /* or NULL */
	const char *argument; /* the name of its argument; NULL: it takes none */
	const char *words;
	int is_text;          /* its value is a string */
	unsigned long long least, most; /* else: of its number */
};

struct choices {
	struct choice list[COLLECTION_OPTIONS];
	unsigned count;
};

/* Does an expression of the text name opt.NAME? */
static int mentions(const struct collection *collection, const char *name)
{
	const struct rawbpf_collection *tables = &collection->tables;

	for (unsigned i = 1; i < tables->expr_count; i++) {
		const struct rawbpf_expr *expr = &tables->exprs[i];
		const char *string = tables->strings + expr->b;

		if ((expr->op == RAWBPF_EXPR_SYMBOL || expr->op == RAWBPF_EXPR_EXISTS) &&
		    strncmp(string, "opt.", 4) == 0 && strcmp(string + 4, name) == 0)
			return 1;
	}
	return 0;
}

/* Read "-m MS: words" of a .param line; a line of another form has no option. */
static void add_param(struct choices *choices, const struct collection *collection,
		      const struct rawbpf_table_param *param)
{
	const char *words = collection_string(collection, param->words);
	const char *colon = strchr(words, ':');
	struct choice choice = { .name = collection_string(collection, param->name),
				 .is_text = !param->value, .most = UINT64_MAX };

	if (words[0] != '-' || !isalnum((unsigned char)words[1]) || !colon || colon < words + 2)
		return;
	choice.letter = words[1];
	choice.words = colon + 1 + strspn(colon + 1, " ");
	if (words[2] == ' ' && colon > words + 3)
		choice.argument = strndup(words + 3, colon - words - 3);
	if (choices->count < COLLECTION_OPTIONS)
		choices->list[choices->count++] = choice;
}

static const struct choice *find(const struct choices *choices, int letter)
{
	for (unsigned i = 0; i < choices->count; i++)
		if (choices->list[i].letter == letter)
			return &choices->list[i];
	return NULL;
}

static void collect(struct choices *choices, const struct collection *collection)
{
	for (unsigned i = 0; i < collection->tables.param_count; i++)
		add_param(choices, collection, &collection->tables.params[i]);
	for (unsigned i = 0; i < KNOWN && choices->count < COLLECTION_OPTIONS; i++) {
		if (!mentions(collection, known[i].name) || find(choices, known[i].letter))
			continue;
		choices->list[choices->count++] = (struct choice){
			.letter = known[i].letter, .name = known[i].name, .set = known[i].set,
			.argument = known[i].argument, .words = known[i].words,
			.least = known[i].least, .most = known[i].most };
	}
}

/* Print the text's summary and its options. */
static int help(const struct collection *collection, const struct choices *choices)
{
	tool_page(stdout, "%s\n\nusage: rawbpf run %s",
		  collection_shown(collection_string(collection, collection->tables.summary)),
		  collection_shown(collection->file.name));
	if (choices->count)
		printf(" [OPTION]...\n");
	printf("\n");
	for (unsigned i = 0; i < choices->count; i++) {
		const struct choice *choice = &choices->list[i];

		printf("  -%c %-8s  %s\n", choice->letter, choice->argument ? collection_shown(choice->argument) : "",
		       collection_shown(choice->words));
	}
	printf("  -h           print this help; rawbpf run -h has the options before the file\n");
	return tool_finish(collection->subcommand);
}

static void set(struct collection *collection, const char *name, uint64_t value, const char *text)
{
	if (collection->option_count < COLLECTION_OPTIONS)
		collection->options[collection->option_count++] = (struct rawbpf_option){
			.name = name, .value = value, .text = text };
}

/* Take the name of a process, as the kernel has it: 16 bytes, padded with zeros. */
static int take_comm(struct collection *collection, const char *argument)
{
	char comm[16] = "";
	uint64_t halves[2];

	if (strlen(argument) >= sizeof comm) {
		tool_fail(collection->subcommand, "the name of a process has at most 15 bytes");
		return USAGE;
	}
	strcpy(comm, argument);
	memcpy(halves, comm, sizeof comm);
	set(collection, "comm_set", 1, NULL);
	set(collection, "comm0", halves[0], NULL);
	set(collection, "comm8", halves[1], NULL);
	return -1;
}

/* Take an option's argument. Returns -1, or USAGE after a message. */
static int take(struct collection *collection, const struct choice *choice, const char *argument)
{
	unsigned long long number = 1;

	if (strcmp(choice->name, "comm_set") == 0)
		return take_comm(collection, argument);
	if (choice->argument && !choice->is_text && !tool_number(argument, &number)) {
		tool_fail(collection->subcommand, "-%c wants a number, not '%s'", choice->letter, argument);
		return USAGE;
	}
	if (choice->argument && !choice->is_text && (number < choice->least || number > choice->most)) {
		tool_fail(collection->subcommand, "-%c wants a number from %llu to %llu, not '%s'",
			  choice->letter, choice->least, choice->most, argument);
		return USAGE;
	}
	set(collection, choice->name, number, choice->is_text ? argument : NULL);
	if (choice->set)
		set(collection, choice->set, 1, NULL);
	return -1;
}

int collection_options(struct collection *collection, int argc, char **argv)
{
	static const struct option long_options[] = { { "help", no_argument, NULL, 'h' },
						      { NULL, 0, NULL, 0 } };
	struct choices choices = { .count = 0 };
	char letters[2 * COLLECTION_OPTIONS + 4], *at = letters;
	int letter, status = -1;

	collect(&choices, collection);
	for (unsigned i = 0; i < choices.count; i++) {
		*at++ = choices.list[i].letter;
		if (choices.list[i].argument)
			*at++ = ':';
	}
	strcpy(at, find(&choices, 'h') ? "" : "h");
	optind = 0; /* begin anew: the options before the file were parsed */
	while (status < 0 && (letter = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		const struct choice *choice = find(&choices, letter);

		if (choice)
			status = take(collection, choice, optarg);
		else if (letter == 'h')
			status = help(collection, &choices);
		else
			status = USAGE;
	}
	if (status < 0 && optind < argc) {
		tool_fail(collection->subcommand, "'%s' is one argument too many", argv[optind]);
		status = USAGE;
	}
	return status;
}
