/* SPDX-License-Identifier: MIT */
/* The JSON of a run: as rows of the table, to be compared like that, and by its schema. */
#include "ran_run.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text that is being written. */
struct rows {
	char *text;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct rows *rows, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(rows->text + rows->length, rows->size - rows->length, format, arguments);
	va_end(arguments);
	rows->length += length;
	if (rows->length >= rows->size)
		rows->length = rows->size - 1;
}

/* ----------------------------------------------------------------------------- objects */

/* Return the position behind a string whose first quote is at `at`. */
static const char *behind_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		at += *at == '\\' && at[1];
	return at + (*at == '"');
}

/* Return the position behind a value that is no object; an array may have objects without arrays. */
static const char *behind_value(const char *at)
{
	if (*at == '"')
		return behind_string(at);
	if (*at != '[')
		return at + strcspn(at, ",]}\n");
	for (at++; *at && *at != ']'; at += *at == ',')
		at = *at == '"' ? behind_string(at) : at + strcspn(at, ",]");
	return at + (*at == ']');
}

/* Go to the next key of an object whose values are no objects. `at` is its { or where the last one ended. */
static const char *next_key(const char *at)
{
	if (*at != '{')
		at = behind_value(at);
	return *at == '{' || *at == ',' ? at + 1 : NULL;
}

/* Return the value of a key, or NULL. */
static const char *find(const char *object, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = next_key(object); at; at = next_key(at)) {
		const char *value = behind_string(at) + 1;

		if (strncmp(at + 1, key, length) == 0 && at[length + 1] == '"')
			return value;
		at = value;
	}
	return NULL;
}

/* Return the value of "NAME_beside", or NULL. */
static const char *find_beside(const char *object, const char *name, const char *beside)
{
	char key[80];

	snprintf(key, sizeof key, "%s_%s", name, beside);
	return find(object, key);
}

/* ------------------------------------------------------------------------------- cells */

/* Add a string without its escapes, of which runs have \" and \\ only. */
static void add_string(struct rows *rows, const char *at)
{
	const char *end = behind_string(at) - 1;

	for (at++; at < end; at++) {
		at += *at == '\\';
		add(rows, "%c", *at);
	}
}

/* Add the strings of an array with blanks between, or if `indent` is given as lines. */
static void add_strings(struct rows *rows, const char *at, const char *indent)
{
	for (at++; *at == '"'; at++) {
		add(rows, "%s", indent ? indent : "");
		add_string(rows, at);
		at = behind_string(at);
		add(rows, "%s", indent ? "\n" : " ");
		if (*at != ',')
			break;
	}
}

/* Add "1.203 ms". Runs take less than a minute. */
static void add_span(struct rows *rows, unsigned long long ns)
{
	unsigned long long unit = ns < 1000 ? 1 : ns < 1000000 ? 1000 : ns < 1000000000 ? 1000000 : 1000000000;

	if (unit == 1)
		add(rows, "%llu ns", ns);
	else
		add(rows, "%llu.%03llu %s", ns / unit, ns % unit * 1000 / unit,
		    unit == 1000 ? "us" : unit == 1000000 ? "ms" : "s");
}

/* Add the time of day of "2026-11-30T10:21:07.000000000Z". */
static void add_clock(struct rows *rows, const char *at)
{
	struct tm utc = { 0 }, local;
	time_t seconds;

	if (sscanf(at, "\"%d-%d-%dT%d:%d:%d.%*9[0-9]Z\"", &utc.tm_year, &utc.tm_mon, &utc.tm_mday, &utc.tm_hour,
		   &utc.tm_min, &utc.tm_sec) != 6) {
		add(rows, "no time");
		return;
	}
	utc.tm_year -= 1900;
	utc.tm_mon--;
	seconds = timegm(&utc);
	localtime_r(&seconds, &local);
	add(rows, "%02d:%02d:%02d", local.tm_hour, local.tm_min, local.tm_sec);
}

static int is_one_of(const char *name, const char *names)
{
	char word[80];

	snprintf(word, sizeof word, " %s ", name);
	return strstr(names, word) != NULL;
}

/* Add a number with its name, as its column shows it. */
static void add_number(struct rows *rows, const char *object, const char *name, const char *value)
{
	const char *known = find_beside(object, name, "name");

	if (is_one_of(name, " took age since "))
		add_span(rows, strtoull(value, NULL, 10));
	else if (strcmp(name, "other") == 0)
		add(rows, "0x%llx", strtoull(value, NULL, 10));
	else if (known && known[1] != '"' && is_one_of(name, " flags umount code old state capability "))
		add_string(rows, known);
	else if (strcmp(name, "dirfd") == 0 && atoi(value) == -100)
		add(rows, "AT_FDCWD");
	else {
		add(rows, "%.*s ", (int)(behind_value(value) - value), value);
		if (known)
			add_string(rows, known);
	}
}

/* Add "127.0.0.1:80" or "[::1]:80". */
static void add_address(struct rows *rows, const char *address, const char *port)
{
	int is_six = memchr(address, ':', behind_string(address) - address) != NULL;

	add(rows, "%s", is_six ? "[" : "");
	add_string(rows, address);
	add(rows, "%s:%d", is_six ? "]" : "", atoi(port));
}

/* A column joins a relative path with the directory. */
static void add_directory(struct rows *rows, const char *object, const char *path)
{
	const char *directory = find_beside(object, "dirfd", "name");

	if (!directory || directory[1] != '/' || path[1] == '/')
		return;
	add_string(rows, directory);
	add(rows, "%s", directory[2] == '"' ? "" : "/");
}

/* Add what stands in the column of this name. */
static void add_cell(struct rows *rows, const char *object, const char *name)
{
	const char *value = find(object, name), *error = find_beside(object, name, "errno");

	if (!value && !error) /* a map's column has the map's name */
		value = find(object, "value");
	if (!value) {
		add(rows, error && atoi(error) == -14 ? "(EFAULT)" : "missing");
		return;
	}
	if (strcmp(name, "path") == 0)
		add_directory(rows, object, value);
	if (strcmp(name, "time") == 0)
		add_clock(rows, value);
	else if (find(object, "sport") && is_one_of(name, " source target "))
		add_address(rows, value, find(object, *name == 's' ? "sport" : "dport"));
	else if (*value == '"')
		add_string(rows, value);
	else if (*value == '[')
		add_strings(rows, value, NULL);
	else
		add_number(rows, object, name, value);
}

void ran_json_rows(char *rows, size_t size, const char *json, const char *header)
{
	struct rows out = { .text = rows, .size = size };
	char names[512], copy[512], *words[RAN_WORDS];
	int count;

	snprintf(names, sizeof names, "%.*s", (int)strcspn(header, "\n"), header);
	add(&out, "%s\n", names);
	for (char *at = names; *at; at++)
		*at = tolower(*at);
	for (; *json; json += strcspn(json, "\n"), json += *json == '\n') {
		const char *stack = find(json, "stack");

		if (find(json, "pending"))
			continue;
		snprintf(copy, sizeof copy, "%s", names);
		count = ran_split(copy, words, RAN_WORDS);
		for (int i = 0; i < count; i++) {
			add_cell(&out, json, words[i]);
			add(&out, " ");
		}
		while (out.length && rows[out.length - 1] == ' ')
			out.length--;
		add(&out, "\n");
		if (stack)
			add_strings(&out, stack, "    ");
	}
}

long ran_json_sum(const char *json, const char *key)
{
	char word[80];
	long sum = 0;

	snprintf(word, sizeof word, "\"%s\":", key);
	while ((json = strstr(json, word))) {
		json += strlen(word);
		sum += atol(json);
	}
	return sum;
}

/* ------------------------------------------------------------------------------ schema */

/* Return what a schema says of a key: "{"type":...", or NULL. */
static const char *schema_of(const char *schema, const char *key, size_t length)
{
	char word[100];
	const char *properties = strstr(schema, "\"properties\":{"), *found;

	snprintf(word, sizeof word, "\"%.*s\":{\"type\":", (int)length, key);
	found = properties ? strstr(properties, word) : NULL;
	return found ? found + length + 3 : NULL;
}

/* Is a value of the type that begins a schema? */
static int is_of_type(const char *value, const char *schema)
{
	static const char number[] = "{\"type\":\"integer\"", text[] = "{\"type\":\"string\"",
			  numbers[] = "{\"type\":\"array\",\"items\":{\"type\":\"integer\"",
			  texts[] = "{\"type\":\"array\",\"items\":{\"type\":\"string\"";
	const char *wanted = isdigit((unsigned char)*value) || *value == '-' ? number : *value == '"' ? text :
			     value[1] == '"' ? texts : numbers;

	if (strncmp(value, "[]", 2) == 0)
		return strncmp(schema, texts, 15) == 0;
	return strncmp(schema, wanted, strlen(wanted)) == 0;
}

/* Check the keys that must be there. */
static void check_required(struct ran *run, const char *schema, const char *object)
{
	const char *at = strstr(schema, "\"required\":[");
	char key[80];

	for (at = at ? at + 12 : ""; *at == '"'; at += *at == ',') {
		snprintf(key, sizeof key, "%.*s", (int)(behind_string(at) - at - 2), at + 1);
		if (!find(object, key))
			ran_complain(run, "JSON lacks %s: %.200s\n", key, object);
		at = behind_string(at);
	}
}

/* Check an object by the schema. */
static void check_object(struct ran *run, const char *schema, const char *object)
{
	for (const char *at = next_key(object); at; at = next_key(at)) {
		const char *end = behind_string(at), *said = schema_of(schema, at + 1, end - at - 2);

		if (!said || !is_of_type(end + 1, said))
			ran_complain(run, "the schema of %.*s is %.60s\n", (int)(end - at), at, said ? said : "missing");
		at = end + 1;
	}
	check_required(run, schema, object);
}

/* Return the schema of an object, a line of its own: of a record, a map or a pending call. */
static const char *choose_schema(const char *schemas, const char *object)
{
	static char line[8192];
	const char *first = find(object, "map") ? "\"required\":[\"map\"" :
			    find(object, "pending") ? "\"required\":[\"pending\"" : NULL;

	for (; *schemas; schemas += strcspn(schemas, "\n"), schemas += *schemas == '\n') {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(schemas, "\n"), schemas);
		if (first ? strstr(line, first) != NULL :
		    !strstr(line, "\"required\":[\"map\"") && !strstr(line, "\"required\":[\"pending\""))
			return line;
	}
	return NULL;
}

void ran_json_check(struct ran *run, const char *schemas)
{
	for (const char *line = run->json; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *schema = choose_schema(schemas, line);

		if (!schema)
			ran_complain(run, "no schema for %.200s\n", line);
		else if (!strstr(line, "\"buckets\":["))
			check_object(run, schema, line);
	}
}
