/* SPDX-License-Identifier: MIT */
/* Write the text that rawbpf trace runs. */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

/* Sizes of strings, and of the map of calls that have not returned. */
enum { STRING = 256, CALLS = 1024 };

static int is_string(const struct trace_field *field)
{
	return field->use == TRACE_STRING || field->use == TRACE_KSTRING || field->source == TRACE_CHARS ||
	       field->source == TRACE_LOC;
}

/* Does a field or a condition need this argument? */
static int needs_arg(const struct trace *trace, unsigned arg)
{
	for (unsigned i = 0; i < trace->field_count; i++)
		if (trace->fields[i].source == TRACE_ARG && trace->fields[i].arg == arg)
			return 1;
	for (unsigned i = 0; i < trace->condition_count; i++)
		if (trace->conditions[i].field.source == TRACE_ARG && trace->conditions[i].field.arg == arg)
			return 1;
	return 0;
}

/* Is this argument the address of a string of the process? Then pending calls show the string. */
static int is_user_string(const struct trace *trace, unsigned arg)
{
	for (unsigned i = 0; i < trace->field_count; i++)
		if (trace->fields[i].source == TRACE_ARG && trace->fields[i].arg == arg)
			return trace->fields[i].use == TRACE_STRING;
	return 0;
}

/* ---------------------------------------------------------------------- declarations */

/* Write the type and the presentation of a field. */
static void write_field(FILE *text, const struct trace_field *field)
{
	static const struct { const char *name, *type, *present; } heads[] = {
		{ "time", "u64", "clock" }, { "pid", "u32", "pid" }, { "tid", "u32", "pid" },
		{ "ppid", "u32", "pid" }, { "uid", "u32", "" } };
	const char *present = field->use == TRACE_HEX ? "hex" : field->source == TRACE_RET ? "errno" :
			      field->source == TRACE_TOOK ? "duration" : "";
	int is_signed = field->source == TRACE_RET || field->is_signed;

	for (unsigned i = 0; i < sizeof heads / sizeof heads[0]; i++)
		if (field->source == TRACE_HEAD && strcmp(heads[i].name, field->name) == 0) {
			fprintf(text, "\t%-4s  %-16s %s\n", heads[i].type, heads[i].name, heads[i].present);
			return;
		}
	if (field->source == TRACE_HEAD)
		fprintf(text, "\tchar  comm[16]         text\n");
	else if (is_string(field))
		fprintf(text, "\tchar  %s[%d] string\n", field->name, STRING);
	else if (field->use == TRACE_INT)
		fprintf(text, "\ts32   %-16s %s\n", field->name, present);
	else
		fprintf(text, "\t%s64   %-16s %s\n", is_signed && field->use != TRACE_HEX ? "s" : "u", field->name,
			present);
}

static void write_declarations(FILE *text, const struct trace *trace)
{
	fprintf(text, ".struct event\n");
	for (unsigned i = 0; i < trace->field_count; i++)
		write_field(text, &trace->fields[i]);
	if (trace->has_return) {
		fprintf(text, ".struct call\n\thead  head\n");
		for (unsigned i = 0; i < TRACE_ARGS; i++)
			if (needs_arg(trace, i))
				fprintf(text, "\tu64   arg%u%s\n", i, is_user_string(trace, i) ? "             user string" : "");
	}
	fprintf(text, ".ring   events event\n");
	if (trace->has_return)
		fprintf(text, ".map    begun hash u64 call %d\n.show   begun pending\n", CALLS);
}

/* A function that returns an int leaves the upper half of the register as it likes: mostly 0. */
static void write_result(FILE *text)
{
	fprintf(text, "\n.macro  result to                       # an errno of 32 bits gets its sign\n"
		"\t\\to = *(u64 *)(r10 + ret)\n\tr2 = 0xfffff001 ll\n\tif \\to < r2 goto result\\@\n"
		"\tr2 = 0xffffffff ll\n\tif \\to > r2 goto result\\@\n\t\\to <<= 32\n\t\\to s>>= 32\n"
		"result\\@:\n.endm\n");
}

/* ------------------------------------------------------------------------- the place */

/* Write "(_, arg1)", the arguments that are needed, each with a prefix. */
static void write_args(FILE *text, const struct trace *trace, const char *prefix)
{
	unsigned count = TRACE_ARGS;

	while (count && !needs_arg(trace, count - 1))
		count--;
	for (unsigned i = 0; i < count; i++)
		if (needs_arg(trace, i))
			fprintf(text, "%s%sarg%u", i ? ", " : "(", prefix, i);
		else
			fprintf(text, "%s_", i ? ", " : "(");
	fprintf(text, "%s\n", count ? ")" : "");
}

static void write_place(FILE *text, const struct trace *trace, const char *prefix)
{
	if (trace->form == TRACE_TRACEPOINT) {
		fprintf(text, ".at     tracepoint %s:%s\n", trace->group, trace->name);
		return;
	}
	fprintf(text, ".at     %s %s", trace->form == TRACE_KPROBE ? "kprobe" : "syscall", trace->name);
	write_args(text, trace, prefix);
}

/* -------------------------------------------------------------------------- values */

/* Write the load of a number to r1. `call` is 1 where arguments are in the remembered call, at r7. */
static void write_load(FILE *text, const struct trace *trace, const struct trace_field *field, int call)
{
	switch (field->source) {
	case TRACE_ARG:
		fprintf(text, "\tr1 = *(u64 *)(%s%s)\n", call ? "r7 + call." : trace->has_return ? "r10 + c." : "r10 + ",
			field->name);
		break;
	case TRACE_RET:
		fprintf(text, trace->form == TRACE_KPROBE && !field->use ? "\tresult  r1\n" :
									     "\tr1 = *(u64 *)(r10 + ret)\n");
		break;
	case TRACE_TOOK:
		fprintf(text, "\tcall ktime_get_ns\n\tr1 = *(u64 *)(r7 + call.head.time)\n\tr0 -= r1\n\tr1 = r0\n");
		break;
	default:
		fprintf(text, "\tr1 = *(u%u *)(r6 + %s.%s)\n", 8 * field->size, trace->name, field->name);
		if (field->is_signed && field->size < 8)
			fprintf(text, "\tr1 <<= %u\n\tr1 s>>= %u\n", 64 - 8 * field->size, 64 - 8 * field->size);
	}
	if (field->use == TRACE_INT)
		fprintf(text, "\tr1 <<= 32\n\tr1 s>>= 32\n");
}

/* Is this evaluated when the call returns? */
static int is_late(const struct trace_field *field)
{
	return field->source == TRACE_RET || field->source == TRACE_TOOK;
}

/* Write the conditions of one side: jump to `no` unless they hold. */
static void write_conditions(FILE *text, const struct trace *trace, int late, const char *no)
{
	for (unsigned i = 0; i < trace->condition_count; i++) {
		const struct trace_condition *condition = &trace->conditions[i];
		const char *right = condition->value;
		unsigned long long number = strtoull(right, NULL, 0);

		if (is_late(&condition->field) != late)
			continue;
		write_load(text, trace, &condition->field, late);
		if (right[0] != '-' && number > 0x7fffffff) { /* more than an instruction holds */
			fprintf(text, "\tr2 = %s ll\n", right);
			right = "r2";
		}
		if (strcmp(condition->jump, "&") == 0)
			fprintf(text, "\tif r1 & %s goto pass%u\n\tgoto %s\npass%u:\n", right, i, no, i);
		else
			fprintf(text, "\tif r1 %s %s goto %s\n", condition->jump, right, no);
	}
}

/* Write the copy of a text of the kernel or of the process to the record. */
static void write_string(FILE *text, const struct trace *trace, const struct trace_field *field)
{
	int is_user = field->use == TRACE_STRING;

	if (field->source == TRACE_CHARS) {
		fprintf(text, "\tr3 = r6 + %s.%s\n", trace->name, field->name);
	} else if (field->source == TRACE_LOC) { /* the low 16 bits are its place in the record */
		fprintf(text, "\tr3 = *(u32 *)(r6 + %s.%s)\n\tr3 &= 0xffff\n\tr3 += r6\n", trace->name, field->name);
	} else {
		write_load(text, trace, field, trace->has_return);
		fprintf(text, "\tr3 = r1\n");
	}
	fprintf(text, "\tstring  r8, event.%s, r3, %s\n", field->name, is_user ? "user" : "kernel");
}

static void write_value(FILE *text, const struct trace *trace, const struct trace_field *field)
{
	const char *name = field->name;

	if (is_string(field)) {
		write_string(text, trace, field);
	} else if (field->source != TRACE_HEAD) {
		write_load(text, trace, field, trace->has_return);
		fprintf(text, "\t*(u%d *)(r8 + event.%s) = r1\n", field->use == TRACE_INT ? 32 : 64, name);
	} else if (strcmp(name, "comm") == 0) {
		for (int i = 0; i < 16; i += 8)
			fprintf(text, "\tr1 = *(u64 *)(r10 + h.comm + %d)\n\t*(u64 *)(r8 + event.comm + %d) = r1\n", i, i);
	} else {
		int bits = strcmp(name, "time") == 0 ? 64 : 32;

		fprintf(text, "\tr1 = *(u%d *)(r10 + h.%s)\n\t*(u%d *)(r8 + event.%s) = r1\n", bits, name, bits, name);
	}
}

/* Write the record: all fields, and its way through the ring. */
static void write_record(FILE *text, const struct trace *trace)
{
	unsigned strings = 0;

	fprintf(text, "\t.local  h head\n\thead    r10 + h\n");
	for (unsigned i = 0; i < trace->field_count; i++) {
		write_value(text, trace, &trace->fields[i]);
		strings += is_string(&trace->fields[i]);
	}
	if (strings == 1 && is_string(&trace->fields[trace->field_count - 1]))
		fprintf(text, "\tsend    events, r8, r9\n");
	else
		fprintf(text, "\tsend    events, r8, sizeof(event)\n");
}

/* ------------------------------------------------------------------------ programs */

/* Two programs: one remembers the call, the other one sends the record when it returns. */
static void write_pair(FILE *text, const struct trace *trace)
{
	if (trace->form == TRACE_KPROBE)
		write_result(text);
	fprintf(text, "\n.prog   enter\n");
	write_place(text, trace, "c.");
	fprintf(text, "\t.local  c call\n\tfilter  out\n");
	write_conditions(text, trace, 0, "out");
	fprintf(text, "\thead    r10 + c.head\n\tremember begun, r10 + c\nout:\tr0 = 0\n\texit\n"
		"\n.prog   leave\n.at     %s %s -> ret\n\trecall  r7, begun, out\n",
		trace->form == TRACE_KPROBE ? "kretprobe" : "sysret", trace->name);
	write_conditions(text, trace, 1, "done");
	fprintf(text, "\tscratch r8, event, done\n");
	write_record(text, trace);
	fprintf(text, "done:\tforget  begun\nout:\tr0 = 0\n\texit\n");
}

static void write_single(FILE *text, const struct trace *trace)
{
	fprintf(text, "\n.prog   enter\n");
	write_place(text, trace, "");
	if (trace->form == TRACE_TRACEPOINT)
		fprintf(text, "\tr6 = r1\n");
	fprintf(text, "\tfilter  out\n");
	write_conditions(text, trace, 0, "out");
	fprintf(text, "\tscratch r8, event, out\n");
	write_record(text, trace);
	fprintf(text, "out:\tr0 = 0\n\texit\n");
}

void trace_write(FILE *text, const struct trace *trace)
{
	static const char *const forms[] = { "kprobe", "syscall", "tracepoint" };
	int is_tracepoint = trace->form == TRACE_TRACEPOINT;

	fprintf(text, "# %s %s%s%s\n", forms[trace->form], trace->group, is_tracepoint ? ":" : "", trace->name);
	write_declarations(text, trace);
	if (trace->has_return)
		write_pair(text, trace);
	else
		write_single(text, trace);
}
