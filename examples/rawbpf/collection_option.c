/* SPDX-License-Identifier: MIT */
/* The options of a text: those that every text has, those of its .param lines, and its filters. */
#include "collected.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* An option with a letter. */
struct choice {
	char letter;
	const char *argument; /* the name of its argument; NULL: it takes none */
	const char *words;
	const char *name;     /* programs read opt.NAME; NULL: none does */
	const char *set;      /* or NULL: opt.SET becomes 1 */
	unsigned long long least, most; /* of its number */
	int is_text;          /* its value is a string */
};

/* Every text has these. Those with a name filter: a program must read opt.NAME. */
static const struct choice reserved[] = {
	{ 'p', "PID", "only this process", "pid", NULL, 1, UINT32_MAX, 0 },
	{ 't', "TID", "only this thread", "tid", NULL, 1, UINT32_MAX, 0 },
	{ 'u', "UID", "only processes of this user, by its number", "uid", "uid_set", 0, UINT32_MAX, 0 },
	{ 'c', "COMM", "only processes of this name", "comm_set", NULL, 0, 0, 1 },
	{ 'x', NULL, "only what failed", "failed", NULL, 1, 1, 0 },
	{ .letter = 'n', .argument = "TEXT", .words = "only records with this in a string" },
	{ .letter = 'd', .argument = "SECONDS", .words = "end after this time" },
	{ .letter = 'i', .argument = "SECONDS", .words = "print maps, pending calls and iterators so often" },
	{ .letter = 'j', .words = "print JSON" },
	{ .letter = 'v', .words = "print what was attached, and the verifier's log" },
	{ .letter = 'h', .words = "print this help; `rawbpf run -h` has rare options" },
};

struct choices {
	struct choice list[COLLECTION_OPTIONS]; /* first those of .param lines */
	unsigned count;
	unsigned params;
};

static const struct choice *find(const struct choice *list, unsigned count, int letter)
{
	for (unsigned i = 0; i < count; i++)
		if (list[i].letter == letter)
			return &list[i];
	return NULL;
}

/* ------------------------------------------------------------------- what a text has */

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

/* Does a text have this option? */
static int has(const struct collection *collection, const struct choice *choice)
{
	switch (choice->letter) {
	case 'x':
		return mentions(collection, "failed") || collection_has_errno(collection);
	case 'n':
		return collection_has_string(collection);
	default:
		return !choice->name || mentions(collection, choice->name);
	}
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
	if (choices->count < COLLECTION_OPTIONS - RAWBPF_COUNT(reserved))
		choices->list[choices->count++] = choice;
}

static void collect(struct choices *choices, const struct collection *collection)
{
	for (unsigned i = 0; i < collection->tables.param_count; i++)
		add_param(choices, collection, &collection->tables.params[i]);
	choices->params = choices->count;
	for (unsigned i = 0; i < RAWBPF_COUNT(reserved); i++)
		if (has(collection, &reserved[i]))
			choices->list[choices->count++] = reserved[i];
}

/* ------------------------------------------------------------------------------- help */

struct help {
	const struct collection *collection;
	const struct choices *choices;
};

/* Print the text's summary and its options. */
static int print_help(void *context)
{
	const struct help *help = context;
	const struct collection *collection = help->collection;
	const char *summary = collection_string(collection, collection->tables.summary);

	if (*summary)
		tool_page(stdout, "%s\n\n", collection_shown(summary));
	tool_page(stdout, "usage: rawbpf run %s [OPTION]... [-- COMMAND]\n", collection_shown(collection->file.name));
	for (unsigned i = 0; i < help->choices->count; i++) {
		const struct choice *choice = &help->choices->list[i];

		tool_page(stdout, "  -%c %-8s  %s\n", choice->letter,
			  choice->argument ? collection_shown(choice->argument) : "",
			  collection_shown(choice->words));
	}
	return tool_finish(collection->subcommand);
}

/* ----------------------------------------------------------------------------- values */

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

	if (!*argument) {
		tool_fail(collection->subcommand, "-c wants the name of a process, not ''");
		return USAGE;
	}
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

/* Take a value of opt.NAME. Returns -1, or USAGE after a message. */
static int take(struct collection *collection, const struct choice *choice, const char *argument)
{
	unsigned long long number = 1;

	if (choice->letter == 'c' && choice->set == NULL && strcmp(choice->name, "comm_set") == 0)
		return take_comm(collection, argument);
	collection->is_failed |= choice->letter == 'x';
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

/* Say why a text lacks one of the options that every text may have. Returns USAGE. */
static int refuse_reserved(const struct collection *collection, int letter)
{
	const char *why = letter == 'x' ? "no field of its records is an errno" :
			  letter == 'n' ? "its records have no string" :
					  "its programs do not choose processes, as the macro `filter` does";

	tool_fail(collection->subcommand, "-%c: %s cannot do this: %s", letter,
		  collection_shown(collection->file.name), why);
	return USAGE;
}

/* Refuse what contradicts itself, or means nothing. Returns -1, or USAGE after a message. */
static int check(const struct collection *collection)
{
	const struct run_options *run = &collection->run;
	const char *once = run->packet ? "--packet" : run->type ? "--type" : run->repeat ? "--repeat" : NULL;
	const char *first = once ? once : run->pin ? "--pin" : NULL;
	const char *second = once && run->pin ? "--pin" : run->end ? "-d" : run->every ? "-i" :
			     run->command ? "a COMMAND" : NULL;

	if (first && second) {
		tool_fail(collection->subcommand, "%s and %s exclude each other: %s", first, second,
			  once ? "the programs run once, and are not attached" :
				 "the programs stay attached, and this command ends at once");
		return USAGE;
	}
	if (run->substring && !*run->substring) {
		tool_fail(collection->subcommand, "-n wants a text, not ''");
		return USAGE;
	}
	return -1;
}

/* Give all options their meaning. Returns -1, or USAGE after a message. */
static int apply(struct collection *collection, const struct choices *choices)
{
	const struct run_options *run = &collection->run;
	int status = check(collection);

	if (status >= 0)
		return status;
	collection->end_ms = run_seconds(collection->subcommand, 'd', run->end);
	collection->every_ms = run_seconds(collection->subcommand, 'i', run->every);
	if (collection->end_ms < 0 || collection->every_ms < 0)
		return USAGE;
	if (run->substring && !find(choices->list, choices->count, 'n'))
		return refuse_reserved(collection, 'n');
	for (unsigned i = 0; status < 0 && i < run->given_count; i++) {
		const struct choice *choice = find(choices->list, choices->count, run->given[i].letter);

		status = choice ? take(collection, choice, run->given[i].argument) :
				  refuse_reserved(collection, run->given[i].letter);
	}
	return status;
}

void collection_letters(char letters[COLLECTION_LETTERS], const struct collection *collection)
{
	struct choices choices = { .count = 0 };

	collect(&choices, collection);
	for (unsigned i = 0; i < choices.params; i++) {
		*letters++ = choices.list[i].letter;
		if (choices.list[i].argument)
			*letters++ = ':';
	}
	*letters = '\0';
}

int collection_take_options(struct collection *collection)
{
	struct choices choices = { .count = 0 };

	collect(&choices, collection);
	return apply(collection, &choices);
}

int collection_options(struct collection *collection, int argc, char **argv)
{
	struct choices choices = { .count = 0 };
	struct help help = { .collection = collection, .choices = &choices };
	char letters[COLLECTION_LETTERS];
	int status = -1;

	collect(&choices, collection);
	collection_letters(letters, collection);
	if (argc > 0) {
		char *name = argv[0], subcommand[64];

		/* getopt(3) begins its messages with it, like all others */
		snprintf(subcommand, sizeof subcommand, "rawbpf %s", collection->subcommand->name);
		argv[0] = subcommand;
		status = run_parse(&collection->run, collection->subcommand, argc, argv, letters, print_help, &help);
		argv[0] = name;
		if (status < 0 && optind < argc) {
			tool_fail(collection->subcommand, "'%s' is one argument too many", argv[optind]);
			status = USAGE;
		}
	}
	return status < 0 ? apply(collection, &choices) : status;
}
