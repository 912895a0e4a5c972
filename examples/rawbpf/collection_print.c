/* SPDX-License-Identifier: MIT */
/* Print records and values by their presentations: <rawbpf/show.h> with what it needs of the system. */
#include "collected.h"

#include <errno.h>
#include <rawbpf/ksym.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collection_system.h"

enum { COLUMNS = 128 };

/* Tables that were laid out, the last first. */
struct laid {
	struct laid *next;
	const char *type;  /* of records; NULL: of a map */
	unsigned line;     /* of a map: its .show line */
	struct rawbpf_show show;
	struct rawbpf_column columns[COLUMNS];
};

static struct laid *all;
static const struct laid *last_named; /* whose names were printed last */

/* Find or lay out a table. Returns NULL after a message. */
static struct laid *lay(const struct collection *collection, const struct rawbpf_live *live,
			const char *type, unsigned line)
{
	struct rawbpf_collection_error mistake = { .macro_line = 0 };
	struct laid *laid;
	int err;

	for (laid = all; laid; laid = laid->next)
		if (type ? laid->type && strcmp(laid->type, type) == 0 : !laid->type && laid->line == line)
			return laid;
	laid = calloc(1, sizeof *laid);
	if (!laid)
		return NULL;
	laid->type = type;
	laid->line = line;
	laid->show.columns = laid->columns;
	laid->show.max = COLUMNS;
	laid->show.width = tool_width();
	laid->show.is_whole = system_is_whole();
	err = type ? rawbpf_show_resolve(&laid->show, &collection->tables, type, &live->env, &mistake) :
		     rawbpf_show_map_resolve(&laid->show, &collection->tables, line, &live->env, &mistake);
	if (err < 0) {
		free(laid);
		tool_fail(collection->subcommand, "%s: %s", type ? collection_shown(type) : "a map",
			  err == -ENOSPC ? "more than 128 fields" : strerror(-err));
		return NULL;
	}
	laid->next = all;
	all = laid;
	return laid;
}

struct rawbpf_show *collection_lay_map(const struct collection *collection, const struct rawbpf_live *live,
				       unsigned line)
{
	struct laid *laid = lay(collection, live, NULL, line);

	return laid ? &laid->show : NULL;
}

char *collection_text(size_t size)
{
	static char *text;
	static size_t room;

	if (size > room) {
		free(text);
		room = size < 65536 ? 65536 : size;
		text = malloc(room);
		if (!text)
			room = 0;
	}
	return text;
}

void collection_print_with(collection_format *format, const struct rawbpf_show *show, const void *data,
			   size_t size)
{
	const struct rawbpf_show_system *system = system_now();
	size_t room = 65536, length;
	char *text;

	for (;;) {
		text = collection_text(room);
		if (!text)
			return;
		length = format(text, room, show, system, data, size);
		if (length < room)
			break;
		room = length + 1;
	}
	fwrite(text, 1, length, stdout);
}

void collection_print_names(const struct rawbpf_show *show)
{
	char *text = collection_text(65536);

	if (text && rawbpf_show_names_format(text, 65536, show) < 65536)
		fputs(text, stdout);
}

int collection_print_record(const struct collection *collection, const struct rawbpf_live *live,
			    const char *type, const void *data, size_t size)
{
	const struct laid *laid = lay(collection, live, type, 0);

	if (!laid)
		return -1;
	if (collection_is_json(collection)) {
		collection_print_with(rawbpf_show_json_format, &laid->show, data, size);
		return ferror(stdout) ? -1 : 0;
	}
	if (laid != last_named)
		collection_print_names(&laid->show);
	last_named = laid;
	collection_print_with(rawbpf_show_record_format, &laid->show, data, size);
	return ferror(stdout) ? -1 : 0;
}

void collection_print_names_again(void)
{
	last_named = NULL;
}

void collection_print_schema(const struct collection *collection, const struct rawbpf_live *live,
			     const char *type)
{
	const struct laid *laid = lay(collection, live, type, 0);
	char *text = collection_text(1 << 18);

	if (laid && text && rawbpf_show_schema_format(text, 1 << 18, &laid->show, type) < 1 << 18)
		fputs(text, stdout);
}
