/* SPDX-License-Identifier: MIT */
/* rawbpf trace: read a place, conditions and fields; write the text for them, and run it. */
#include "run.h"
#include "trace.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <rawbpf/syscall.h>
#include <stdlib.h>
#include <string.h>

/* Print a message. Returns USAGE. */
#define REFUSE(...) (tool_fail(&trace_subcommand, __VA_ARGS__), USAGE)

static const char uses[TRACE_USES][8] = { "", "int", "hex", "string", "kstring" };

/* ------------------------------------------------------------------------- words */

/* Copy a name of letters, digits, '_' and `more`. Return its length; 0: there is none, or it is too long. */
static size_t take_name(char name[TRACE_NAME], const char *at, const char *more)
{
	size_t length = 0;

	while (isalnum((unsigned char)at[length]) || at[length] == '_' || (at[length] && strchr(more, at[length])))
		length++;
	if (length >= TRACE_NAME)
		return 0;
	memcpy(name, at, length);
	name[length] = '\0';
	return length;
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* ------------------------------------------------------------- fields of tracepoints */

/* Return the value behind "size:" and the like in a line of a format file. */
static unsigned number_behind(const char *line, const char *word)
{
	const char *found = strstr(line, word);

	return found ? strtoul(found + strlen(word), NULL, 10) : 0;
}

/* Read "field:unsigned int flags; offset:8; size:4; signed:0;". Returns 1 if it is this field. */
static int read_format_line(struct trace_field *field, const char *line)
{
	const char *type = strstr(line, "field:"), *end = type ? strchr(type, ';') : NULL;
	const char *name = end, *bracket = end ? memchr(type, '[', end - type) : NULL;
	int is_loc = type && strncmp(type + 6, "__data_loc", 10) == 0;

	if (!end)
		return 0;
	if (bracket && !is_loc)
		name = end = bracket;
	while (name > type && (isalnum((unsigned char)name[-1]) || name[-1] == '_'))
		name--;
	if ((size_t)(end - name) != strlen(field->name) || memcmp(name, field->name, end - name) != 0)
		return 0;
	field->size = number_behind(end, "size:");
	field->is_signed = number_behind(end, "signed:");
	field->source = is_loc ? TRACE_LOC : bracket ? TRACE_CHARS : TRACE_FIELD;
	if (bracket && !memmem(type, end - type, "char", 4))
		field->size = 0; /* an array of numbers */
	return 1;
}

/* Find a field of the tracepoint's record. Returns OK, or USAGE after a message. */
static int find_field(const struct trace *trace, struct trace_field *field)
{
	char line[512];

	for (const char *at = trace->format; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
		if (!read_format_line(field, line))
			continue;
		if (field->source == TRACE_CHARS ? field->size :
		    field->size == 1 || field->size == 2 || field->size == 4 || field->size == 8)
			return OK;
		return REFUSE("%s.%s is neither a number nor a text", trace->name, field->name);
	}
	return REFUSE("tracepoint %s:%s has no field '%s'; its format file in tracefs lists them", trace->group,
		      trace->name, field->name);
}

/* Read the format file. Returns OK, or FAILED after a message. */
static int read_format(struct trace *trace)
{
	static const char *const mounts[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	static char text[65536];
	char path[4 * TRACE_NAME];
	int is_mounted = 0;

	for (unsigned i = 0; i < RAWBPF_COUNT(mounts); i++) {
		FILE *file;

		snprintf(path, sizeof path, "%s/events", mounts[i]);
		file = fopen(path, "re");
		is_mounted |= file != NULL;
		if (file)
			fclose(file);
		snprintf(path, sizeof path, "%s/events/%s/%s/format", mounts[i], trace->group, trace->name);
		file = fopen(path, "re");
		if (!file)
			continue;
		text[fread(text, 1, sizeof text - 1, file)] = '\0';
		fclose(file);
		trace->format = text;
		return OK;
	}
	if (is_mounted)
		return tool_fail(&trace_subcommand, "this kernel has no tracepoint %s:%s", trace->group, trace->name);
	return tool_fail(&trace_subcommand, "tracefs is not mounted, or not readable: the fields of tracepoints are "
			 "there; mount it: mount -t tracefs tracefs /sys/kernel/tracing");
}

/* ------------------------------------------------------------------------- fields */

/* Find what a name stands for. Returns OK, or USAGE after a message. */
static int find_source(const struct trace *trace, struct trace_field *field)
{
	static const char *const heads[] = { "time", "pid", "tid", "ppid", "uid", "comm" };
	const char *name = field->name;

	field->source = TRACE_HEAD;
	for (unsigned i = 0; i < RAWBPF_COUNT(heads); i++)
		if (strcmp(name, heads[i]) == 0)
			return field->use == TRACE_PLAIN ? OK : REFUSE("%s() is for arguments, not for %s",
								       uses[field->use], name);
	if (trace->form == TRACE_TRACEPOINT)
		return find_field(trace, field);
	if (strncmp(name, "arg", 3) == 0 && name[3] >= '0' && name[3] < '0' + TRACE_ARGS && !name[4]) {
		field->source = TRACE_ARG;
		field->arg = name[3] - '0';
		return OK;
	}
	field->source = strcmp(name, "ret") == 0 ? TRACE_RET : TRACE_TOOK;
	if (field->source == TRACE_TOOK && strcmp(name, "took") != 0)
		return REFUSE("'%s' is no field; there are time, pid, tid, ppid, uid, comm, arg0 to arg%d, ret, took; "
			      "int(), hex(), string(), kstring() of an argument", name, TRACE_ARGS - 1);
	if (field->use == TRACE_STRING || field->use == TRACE_KSTRING || (field->use && field->source == TRACE_TOOK))
		return REFUSE("%s() is for arguments, not for %s", uses[field->use], name);
	return OK;
}

/* Read "pid" or "string(arg1)". Set *end behind it. Returns OK, or USAGE after a message. */
static int read_field(const struct trace *trace, struct trace_field *field, const char *word, const char **end)
{
	const char *at = word;
	size_t length = take_name(field->name, at, "");

	memset((char *)field + sizeof field->name, 0, sizeof *field - sizeof field->name);
	at += length;
	if (length && *at == '(') {
		unsigned use = TRACE_INT;

		while (use < TRACE_USES && strcmp(uses[use], field->name) != 0)
			use++;
		if (use == TRACE_USES)
			return REFUSE("there is no %s(); there are int(), hex(), string() and kstring()", field->name);
		field->use = use;
		length = take_name(field->name, at + 1, "");
		at += 1 + length;
		if (!length || *at++ != ')')
			return REFUSE("'%s' lacks a name and a ) behind its (", word);
	}
	if (!length)
		return REFUSE("'%s' is no field and no condition", word);
	*end = skip_blanks(at);
	return find_source(trace, field);
}

/* Add a field of the record. Returns OK, or USAGE after a message. */
static int add_field(struct trace *trace, const struct trace_field *field)
{
	for (unsigned i = 0; i < trace->field_count; i++)
		if (strcmp(trace->fields[i].name, field->name) == 0)
			return REFUSE("%s is named twice", field->name);
	if (trace->field_count == TRACE_WORDS)
		return REFUSE("more than %d fields", TRACE_WORDS);
	trace->fields[trace->field_count++] = *field;
	trace->has_return |= field->source == TRACE_RET || field->source == TRACE_TOOK;
	return OK;
}

/* --------------------------------------------------------------------- conditions */

static int is_signed(const struct trace_field *field)
{
	return field->source == TRACE_RET || field->use == TRACE_INT || field->is_signed;
}

/* Read an operator, and choose the one that jumps if the condition does not hold. Return its length. */
static size_t take_operator(const char *at, int sign, const char **jump)
{
	static const struct { const char *text, *jump, *signed_jump; } operators[] = {
		{ "==", "!=", "!=" }, { "!=", "==", "==" }, { "<=", ">", "s>" }, { ">=", "<", "s<" },
		{ "<", ">=", "s>=" }, { ">", "<=", "s<=" }, { "&", "&", "&" } };

	for (unsigned i = 0; i < RAWBPF_COUNT(operators); i++)
		if (strncmp(at, operators[i].text, strlen(operators[i].text)) == 0) {
			*jump = sign ? operators[i].signed_jump : operators[i].jump;
			return strlen(operators[i].text);
		}
	return 0;
}

/* Read "< 0" behind a condition's field. Returns OK, or USAGE after a message. */
static int read_condition(struct trace *trace, const struct trace_field *field, const char *word, const char *at)
{
	struct trace_condition *condition = &trace->conditions[trace->condition_count];
	size_t length;
	int is_negative;

	if (trace->condition_count == TRACE_WORDS)
		return REFUSE("more than %d conditions", TRACE_WORDS);
	length = take_operator(at, is_signed(field), &condition->jump);
	at = skip_blanks(at + length);
	if (!length)
		return REFUSE("'%s': behind a field stands one of == != < <= > >= &", word);
	if ((field->source != TRACE_ARG && field->source != TRACE_RET && field->source != TRACE_TOOK &&
	     field->source != TRACE_FIELD) || field->use > TRACE_HEX)
		return REFUSE("'%s': conditions compare arguments, ret, took, and numbers of a tracepoint; -p, -t, -u "
			      "and -c choose processes, -n texts", word);
	is_negative = *at == '-';
	condition->value[0] = '-';
	length = take_name(condition->value + is_negative, at + is_negative, "");
	if (!length || length + 2 > TRACE_NAME || *skip_blanks(at + is_negative + length))
		return REFUSE("'%s': behind the operator stands one number, or the name of one", word);
	if (is_negative && !is_signed(field))
		return REFUSE("'%s': %s is never negative; int(%s) is a number of 32 bits with a sign", word, field->name,
			      field->name);
	condition->field = *field;
	trace->condition_count++;
	trace->has_return |= field->source == TRACE_RET || field->source == TRACE_TOOK;
	return OK;
}

static int read_word(struct trace *trace, const char *word)
{
	struct trace_field field;
	const char *end;
	int status = read_field(trace, &field, skip_blanks(word), &end);

	if (status != OK)
		return status;
	return *end ? read_condition(trace, &field, word, end) : add_field(trace, &field);
}

/* ------------------------------------------------------------------------- the place */

/* Is there a system call of this name, here or on another architecture? Returns OK, or USAGE. */
static int check_call(const char *name)
{
	struct rawbpf_syscall call;

	for (int arch = RAWBPF_ARCH_NATIVE; arch <= RAWBPF_ARCH_S390X; arch++)
		if (rawbpf_syscall_find(&call, arch, name) != -ENOENT)
			return OK;
	return REFUSE("no system call is called '%s'", name);
}

/* Read "kprobe" and "FUNCTION". Returns OK, or an exit status after a message. */
static int read_place(struct trace *trace, const char *form, const char *name)
{
	static const char *const forms[] = { "kprobe", "syscall", "tracepoint" };
	unsigned i = 0;
	size_t length;

	while (i < RAWBPF_COUNT(forms) && strcmp(forms[i], form) != 0)
		i++;
	if (i == RAWBPF_COUNT(forms))
		return REFUSE("'%s' is no place; there are kprobe FUNCTION, syscall NAME and tracepoint GROUP:NAME", form);
	trace->form = i;
	if (!name)
		return REFUSE("%s wants a name behind it", form);
	if (trace->form != TRACE_TRACEPOINT) {
		length = take_name(trace->name, name, ".");
		if (!length || name[length])
			return REFUSE("'%s' is no name of a function", name);
		return trace->form == TRACE_KPROBE ? OK : check_call(name);
	}
	length = take_name(trace->group, name, "-");
	if (!length || name[length] != ':')
		return REFUSE("'%s' is no tracepoint; write GROUP:NAME, as in sched:sched_switch", name);
	name += length + 1;
	length = take_name(trace->name, name, "");
	return length && !name[length] ? read_format(trace) : REFUSE("'%s' is no name of a tracepoint", name);
}

/* Read all words. Returns OK, or an exit status after a message. */
static int read_words(struct trace *trace, char **words, int count)
{
	static const char *const usual[] = { "time", "pid", "comm" };
	int status = read_place(trace, words[0], count > 1 ? words[1] : NULL);

	for (int i = 2; status == OK && i < count; i++)
		status = read_word(trace, words[i]);
	if (status != OK || trace->field_count)
		return status;
	for (unsigned i = 0; status == OK && i < RAWBPF_COUNT(usual); i++)
		status = read_word(trace, usual[i]);
	return status;
}

/* ------------------------------------------------------------------------------ main */

static int help(void *context)
{
	(void)context;
	return tool_help(&trace_subcommand);
}

/* Take --show out of the options. Returns 1 if it was there. */
static int take_show(int *argc, char **argv)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--show") == 0) {
			memmove(argv + i, argv + i + 1, (*argc - i) * sizeof *argv);
			--*argc;
			return 1;
		}
	return 0;
}

static int trace_main(int argc, char **argv)
{
	static struct run_options options;
	static struct trace trace;
	struct file file = { .name = "trace" };
	int is_show = take_show(&argc, argv), first, behind;
	int status = run_parse(&options, &trace_subcommand, argc, argv, "", help, NULL);
	FILE *text;

	if (status >= 0)
		return status;
	first = behind = optind;
	while (behind < argc && argv[behind][0] != '-')
		behind++;
	if (behind == first)
		return tool_usage_error(&trace_subcommand);
	status = read_words(&trace, argv + first, behind - first);
	if (status != OK)
		return status;
	text = open_memstream(&file.data, &file.size);
	if (!text)
		return tool_fail(&trace_subcommand, "out of memory");
	trace_write(text, &trace);
	fclose(text);
	if (is_show) {
		fwrite(file.data, 1, file.size, stdout);
		return tool_finish(&trace_subcommand);
	}
	/* the last word stands for the name of the file: options follow it */
	return run_collection(&trace_subcommand, &options, &file, argc - behind + 1, argv + behind - 1);
}

const struct subcommand trace_subcommand = {
	.name = "trace",
	.usage = "[--show] PLACE [CONDITION | FIELD]... [OPTION]...\n"
		 "       [-- COMMAND]",
	.help = "Print a line with the FIELDs each time the kernel passes PLACE, if all\n"
		"CONDITIONs hold. trace writes a text for that and runs it; --show prints it.\n"
		"\n"
		"  rawbpf trace kprobe do_sys_openat2 'ret < 0' pid comm 'string(arg1)' ret\n"
		"\n"
		"  PLACE         kprobe FUNCTION, syscall NAME, or tracepoint GROUP:NAME\n"
		"  time, pid, tid, ppid, uid, comm    of the process that passes it\n"
		"  arg0 to arg5  arguments, from the first one on\n"
		"  ret, took     result, and nanoseconds: the line comes when the call returns\n"
		"  NAME          field of a tracepoint\n"
		"  int(F), hex(F)          a field as a signed number of 32 bits; hexadecimal\n"
		"  string(F), kstring(F)   text at this address of the process, of the kernel\n"
		"  CONDITION     FIELD, one of == != < <= > >= &, and a number or name: ENOENT\n"
		"\n"
		"Options are those of `rawbpf run`: -p -t -u -c -x -n, -d SECONDS, -i SECONDS,\n"
		"-j, -v, --check. It needs root, or CAP_BPF and CAP_PERFMON.\n",
	.main = trace_main,
};
