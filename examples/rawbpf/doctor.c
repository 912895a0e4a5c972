/* SPDX-License-Identifier: MIT */
/* rawbpf doctor: the abilities of this machine, and the reasons for missing ones. */
#include "doctor.h"
#include "record.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns before the text: behind a label, behind the word "no", behind "no uprobe_multi". */
enum { LABEL = 12, SHORT = 5, REASON = 18 };
enum { FEW = 5 };

/* ------------------------------------------------------------------------- wrapping */

static unsigned column, indent, last; /* `last`: lines end before this column */

/* Begin a line with a label. `width` is the column of the text, also on later lines. */
static void start_line(const char *label, unsigned width)
{
	indent = width;
	column = printf("%-*s", (int)width, label);
}

static void end_line(void)
{
	putchar('\n');
}

static void put_words(const char *words);

/*
 * Print a word or phrase behind blanks or a comma. If it does not fit with the comma behind it,
 * begin a line.
 */
static void put(const char *between, const char *word)
{
	if (strlen(word) >= last - indent && strchr(word, ' ')) {
		put_words(word);
		return;
	}
	if (column > indent && column + strlen(between) + strlen(word) >= last) {
		printf("%s\n%*s", between[0] == ',' ? "," : "", (int)indent, "");
		column = indent;
	} else if (column > indent) {
		column += printf("%s", between);
	}
	column += printf("%s", word);
}

__attribute__((format(printf, 2, 3))) static void put_print(const char *between, const char *format,
							     ...)
{
	char text[DOCTOR_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	put(between, text);
}

/* Print a sentence, in as many lines as it takes. */
static void put_words(const char *words)
{
	char word[DOCTOR_TEXT];

	for (size_t length; *words; words += length + (words[length] == ' ')) {
		length = strcspn(words, " ");
		snprintf(word, sizeof word, "%.*s", (int)length, words);
		put(" ", word);
	}
}

/* -------------------------------------------------------------------------- the parts */

static void tell_kernel(const struct doctor *doctor)
{
	char *release = text_escape(doctor->system.release, strlen(doctor->system.release));

	start_line("kernel", LABEL);
	put_print("   ", "%s %s", release, doctor->system.machine);
	if (doctor->jit >= 0)
		put_print("   ", "JIT %s", doctor->jit ? "on" : "off");
	if (doctor->btf >= 0)
		put_print("   ", "BTF %.1f MB", doctor->btf / 1e6);
	else
		put("   ", doctor->btf == -ENOENT ? "no BTF" : "BTF not readable");
	if (doctor->isa > 0)
		put_print("   ", "ISA v%d", doctor->isa);
	end_line();
	free(release);
}

static void tell_privilege(const struct doctor *doctor)
{
	const char *between = "   ";

	start_line("privilege", LABEL);
	if (doctor->uid)
		put_print("", "uid %u", doctor->uid);
	else
		put("", "root");
	if (doctor->user_namespace)
		put(" ", "of a user namespace");
	for (const struct doctor_capability *at = doctor_capabilities; at->name; at++) {
		if (doctor->capabilities >> at->number & 1)
			continue;
		put_print(between, "no %s", at->name);
		between = ", ";
	}
	end_line();
}

static unsigned count_types(const struct doctor_types *types, int state)
{
	unsigned count = 0;

	for (unsigned type = 1; type < types->end; type++)
		count += types->has[type] == state;
	return count;
}

/* Print the types in this state: "no ext, lsm", "EPERM: ext, lsm", "33 refused (EPERM)". */
static void put_types(const struct doctor_types *types, int state)
{
	unsigned count = count_types(types, state);
	const char *between = "   ";

	if (state && count > FEW) {
		put_print(between, "%u refused (%s)", count, doctor_errno(state));
		return;
	}
	for (unsigned type = 1; type < types->end; type++) {
		const char *name = rawbpf_constant_name(types->kind, type);

		if (types->has[type] != state)
			continue;
		if (between[0] == ',')
			put(between, name);
		else if (state)
			put_print(between, "%s: %s", doctor_errno(state), name);
		else
			put_print(between, "no %s", name);
		between = ", ";
	}
}

/* Is this the first type with its errno? */
static int is_first(const struct doctor_types *types, unsigned type)
{
	for (unsigned before = 1; before < type; before++)
		if (types->has[before] == types->has[type])
			return 0;
	return 1;
}

static void tell_types(const char *label, const struct doctor_types *types, int verbose)
{
	unsigned count = count_types(types, 1);

	start_line(label, LABEL);
	put_print("", "%u of %u", count, types->end - 1);
	put_types(types, 0);
	for (unsigned type = 1; type < types->end; type++)
		if (types->has[type] < 0 && is_first(types, type))
			put_types(types, types->has[type]);
	end_line();
	if (!verbose || !count)
		return;
	start_line("", LABEL);
	for (unsigned type = 1; type < types->end; type++)
		if (types->has[type] == 1)
			put(" ", rawbpf_constant_name(types->kind, type));
	end_line();
}

/* Return the explanation. Leave out the errno before it if that adds nothing. */
static const char *reason_of(const struct doctor_way *way)
{
	const char *colon = strstr(way->why, ": ");

	return colon && way->has == 0 ? colon + 2 : way->why;
}

static int same_reason(const struct doctor *doctor, int one, int other)
{
	return doctor->ways[other].has != 1 &&
	       strcmp(doctor->ways[one].why, doctor->ways[other].why) == 0;
}

/* Print all ways that are missing for the same reason as `first`. */
static void tell_missing(const struct doctor *doctor, int first)
{
	char label[32];
	int count = 1;

	for (int i = 0; i < first; i++)
		if (same_reason(doctor, first, i))
			return;
	for (int i = first + 1; i < RAWBPF_PROBE_ATTACH_COUNT; i++)
		count += same_reason(doctor, first, i);
	snprintf(label, sizeof label, "  no %s", count > 1 ? "" : rawbpf_probe_attach_name(first));
	start_line(label, count > 1 ? SHORT : REASON);
	for (int i = first; i < RAWBPF_PROBE_ATTACH_COUNT && count > 1; i++)
		if (same_reason(doctor, first, i))
			put(", ", rawbpf_probe_attach_name(i));
	if (count > 1) {
		end_line();
		start_line("", REASON);
	}
	put_words(reason_of(&doctor->ways[first]));
	end_line();
}

static void tell_ways(const struct doctor *doctor)
{
	int any = 0;

	start_line("attach", LABEL);
	for (int i = 0; i < RAWBPF_PROBE_ATTACH_COUNT; i++) {
		if (doctor->ways[i].has != 1)
			continue;
		put(" ", rawbpf_probe_attach_name(i));
		any = 1;
	}
	if (!any)
		put(" ", "none");
	end_line();
	for (int i = 0; i < RAWBPF_PROBE_ATTACH_COUNT; i++)
		if (doctor->ways[i].has != 1)
			tell_missing(doctor, i);
}

static void tell_helpers(const struct doctor *doctor)
{
	for (unsigned type = 1; type < doctor->progs.end; type++) {
		int count = doctor->helper_count[type];

		if (count < 0)
			continue;
		printf("helpers of %s: %d\n", rawbpf_constant_name(RAWBPF_PROG_TYPE, type), count);
		start_line("", LABEL);
		for (unsigned helper = 1; helper < doctor->helper_end; helper++)
			if (doctor->helpers[type][helper])
				put(" ", rawbpf_constant_name(RAWBPF_HELPER, helper));
		end_line();
	}
}

static void tell_mounts(const struct doctor *doctor)
{
	start_line("mounts", LABEL);
	for (int i = 0; i < DOCTOR_MOUNTS; i++) {
		const struct doctor_mount *mount = &doctor->mounts[i];
		char *path = text_escape(mount->path, strlen(mount->path));

		if (mount->path[0])
			put_print("   ", "%s on %s", mount->type, path);
		free(path);
	}
	end_line();
	for (int i = 0; i < DOCTOR_MOUNTS; i++) {
		char label[32];

		if (doctor->mounts[i].path[0])
			continue;
		snprintf(label, sizeof label, "  no %s", doctor->mounts[i].type);
		start_line(label, REASON);
		put_words(doctor->mounts[i].without);
		put_print("   ", "(%s)", doctor->mounts[i].command);
		end_line();
	}
}

static void put_limit(const char *name, unsigned long long limit)
{
	if (limit == ~0ULL)
		put_print("   ", "%s unlimited", name);
	else
		put_print("   ", "%s %llu", name, limit);
}

static void put_settings(const struct doctor *doctor)
{
	for (int i = 0; doctor_settings[i].name; i++)
		if (doctor->settings[i] != LLONG_MIN)
			put_print("   ", "%s %lld", doctor_settings[i].name, doctor->settings[i]);
}

static void tell_limits(const struct doctor *doctor)
{
	start_line("limits", LABEL);
	put_limit("memlock", doctor->memlock);
	put_limit("nofile", doctor->nofile);
	put_settings(doctor);
	if (doctor->lockdown[0])
		put_print("   ", "lockdown %s", doctor->lockdown);
	end_line();
}

/* Print the findings; with `verbose` also everything that is available, and the helpers. */
static void tell(const struct doctor *doctor, int verbose)
{
	last = tool_width();
	tell_kernel(doctor);
	tell_privilege(doctor);
	tell_types("programs", &doctor->progs, verbose);
	tell_types("maps", &doctor->maps, verbose);
	tell_ways(doctor);
	tell_mounts(doctor);
	tell_limits(doctor);
	if (verbose)
		tell_helpers(doctor);
}

/* -------------------------------------------------------------------- the subcommand */

static int doctor_main(int argc, char **argv)
{
	static const struct option long_options[] = { { "help", no_argument, NULL, 'h' },
						      { NULL, 0, NULL, 0 } };
	static struct doctor doctor;
	int letter, json = 0, verbose = 0;

	while ((letter = getopt_long(argc, argv, "jvh", long_options, NULL)) != -1) {
		switch (letter) {
		case 'j':
			json = 1;
			break;
		case 'v':
			verbose = 1;
			break;
		default:
			return tool_option(&doctor_subcommand, letter, NULL);
		}
	}
	if (optind < argc)
		return tool_usage_error(&doctor_subcommand);
	doctor_look(&doctor, verbose);
	if (json)
		doctor_tell_json(&doctor, verbose);
	else
		tell(&doctor, verbose);
	return tool_finish(&doctor_subcommand);
}

const struct subcommand doctor_subcommand = {
	.name = "doctor",
	.usage = "[-j] [-v]",
	.help = "Try what this machine can do with eBPF, and print it, with the reason for what\n"
		"it cannot do: program and map types, ways to attach, instruction set, privilege,\n"
		"mounts, limits.\n"
		"It leaves nothing behind, and does not touch what runs.\n"
		"\n"
		"  -v            also print the names of the types, and the helpers that programs\n"
		"                of each type may call\n"
		"  -j            print one line of JSON; with -v also the helpers\n"
		"  -h, --help    print this help\n",
	.main = doctor_main,
};
