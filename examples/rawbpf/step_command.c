/* SPDX-License-Identifier: MIT */
/* rawbpf step: what each command does. */
#include "step.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static int say(struct stepper *stepper, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(stepper->message, sizeof stepper->message, format, arguments);
	va_end(arguments);
	return FAILED;
}

/* Run an instruction. Returns 1 if the program can go on. */
static int forward(struct stepper *stepper)
{
	struct rawbpf_vm *vm = stepper->vm;
	const struct rawbpf_vm_prog *prog = vm->prog;
	unsigned slot = vm->pc;
	uint64_t before = vm->executed;
	int result = rawbpf_vm_undo_step(&stepper->undo);

	if (stepper->seen && vm->executed > before)
		stepper->seen(stepper, prog, slot);
	return result == RAWBPF_VM_PAUSED;
}

/* Go on until a function says so. Returns OK, or FAILED with a message. */
static int until(struct stepper *stepper, int (*is_there)(const struct stepper *stepper, const void *context),
		 const void *context)
{
	unsigned most = STEP_MOST;

	if (stepper->vm->ended || stepper->vm->trap.kind)
		return say(stepper, "the program cannot go on; b goes back");
	while (forward(stepper)) {
		if (is_there(stepper, context))
			return OK;
		if (!--most)
			return say(stepper, "stopped after %d instructions; the same command goes on", STEP_MOST);
		if (stepper->stops && stepper->stops())
			return say(stepper, "stopped");
	}
	return OK;
}

/* ------------------------------------------------------------------------------- the commands */

/* Read a number behind a command; without one, it is `usual`. */
static int read_number(struct stepper *stepper, const char *text, uint64_t *number, uint64_t usual)
{
	unsigned long long read;

	*number = usual;
	if (!*text)
		return OK;
	if (!tool_number(text, &read))
		return say(stepper, "expected a number, not '%.80s'", collection_shown(text));
	*number = read;
	return OK;
}

static int do_step(struct stepper *stepper, const char *text)
{
	uint64_t count;

	if (read_number(stepper, text, &count, 1) != OK)
		return FAILED;
	if (stepper->vm->ended || stepper->vm->trap.kind)
		return say(stepper, "the program cannot go on; b goes back");
	while (count-- && forward(stepper))
		if (stepper->stops && stepper->stops())
			return say(stepper, "stopped");
	return OK;
}

static int seek(struct stepper *stepper, uint64_t step)
{
	uint64_t oldest = stepper->undo.oldest;

	rawbpf_vm_undo_seek(&stepper->undo, step);
	if (step < oldest)
		say(stepper, "the records go back to step %" PRIu64 "; the program ran again from the start", oldest);
	return OK;
}

static int do_back(struct stepper *stepper, const char *text)
{
	uint64_t count, here = stepper->vm->executed;

	if (read_number(stepper, text, &count, 1) != OK)
		return FAILED;
	if (!here && !stepper->vm->trap.kind)
		return say(stepper, "this is the start");
	return seek(stepper, count < here ? here - count : 0);
}

static int do_go(struct stepper *stepper, const char *text)
{
	uint64_t step;

	if (read_number(stepper, text, &step, 0) != OK)
		return FAILED;
	if (step > stepper->vm->executed + STEP_MOST)
		return say(stepper, "at most %d steps at a time", STEP_MOST);
	return seek(stepper, step);
}

/* Where a command began. */
struct begin {
	unsigned line, depth;
};

static unsigned line_of(const struct stepper *stepper)
{
	unsigned macro;

	return step_line(stepper, stepper->vm->prog, stepper->vm->pc, &macro);
}

static int is_next_line(const struct stepper *stepper, const void *context)
{
	const struct begin *begin = context;

	return stepper->vm->depth < begin->depth ||
	       (stepper->vm->depth == begin->depth && line_of(stepper) != begin->line);
}

static int do_next(struct stepper *stepper, const char *text)
{
	struct begin begin = { .line = line_of(stepper), .depth = stepper->vm->depth };

	(void)text;
	return until(stepper, is_next_line, &begin);
}

static int is_never(const struct stepper *stepper, const void *context)
{
	(void)stepper;
	(void)context;
	return 0;
}

static int do_continue(struct stepper *stepper, const char *text)
{
	(void)text;
	return until(stepper, is_never, NULL);
}

static int is_line(const struct stepper *stepper, const void *context)
{
	return line_of(stepper) == *(const unsigned *)context;
}

/* Find the first line from this one on that has an instruction of a program; *best is 0, or one. */
static void find_line(const struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned line, unsigned *best)
{
	unsigned macro;

	for (unsigned i = 0; i < prog->insn_count; i++) {
		unsigned one = step_line(stepper, prog, i, &macro);

		if (one >= line && (!*best || one < *best))
			*best = one;
	}
}

/* Return the first line from this one on that has an instruction, also one of a tail call; or 0. */
static unsigned line_with_insn(const struct stepper *stepper, unsigned line)
{
	unsigned best = 0;

	if (!stepper->loaded)
		find_line(stepper, stepper->vm->prog, line, &best);
	for (unsigned i = 0; stepper->loaded && i < stepper->loaded->unit_count; i++)
		find_line(stepper, &stepper->loaded->units[i].prog, line, &best);
	return best;
}

static int do_line(struct stepper *stepper, const char *text)
{
	uint64_t number;
	unsigned line;

	if (read_number(stepper, text, &number, 0) != OK)
		return FAILED;
	if (!number || number > stepper->line_count)
		return say(stepper, "the text has lines 1 to %u", stepper->line_count);
	line = line_with_insn(stepper, (unsigned)number);
	if (!line)
		return say(stepper, "the program has no instruction from line %" PRIu64 " on", number);
	return until(stepper, is_line, &line);
}

static int is_true(const struct stepper *stepper, const void *context)
{
	return step_condition_holds(context, stepper);
}

static int do_until(struct stepper *stepper, const char *text)
{
	struct step_condition condition;

	if (step_condition_parse(&condition, stepper, text) != OK)
		return FAILED;
	return until(stepper, is_true, &condition);
}

static int do_write(struct stepper *stepper, const char *text)
{
	size_t size;
	const void *bytes = step_where(&size, stepper, text);
	uint64_t step;

	if (!bytes)
		return FAILED;
	if (rawbpf_vm_undo_find(&step, &stepper->undo, bytes, size) < 0)
		return say(stepper, "no instruction so far changed %.80s", collection_shown(text));
	return seek(stepper, step - 1);
}

static int do_quit(struct stepper *stepper, const char *text)
{
	(void)stepper;
	(void)text;
	return STEP_QUIT;
}

static const struct {
	char letter;
	int takes;              /* 0: no argument; 1: it may have one; 2: it must */
	int (*run)(struct stepper *stepper, const char *text);
} commands[] = {
	{ 's', 1, do_step }, { 'b', 1, do_back }, { 'n', 0, do_next }, { 'c', 0, do_continue },
	{ 'l', 2, do_line }, { 'u', 2, do_until }, { 'w', 2, do_write }, { 'g', 2, do_go }, { 'q', 0, do_quit },
};

int step_command(struct stepper *stepper, const char *command)
{
	const char *text = command + strspn(command, " \t");
	char letter = *text;

	stepper->message[0] = '\0';
	if (!letter)
		return OK;
	for (text++; isspace((unsigned char)*text); text++)
		continue;
	for (unsigned i = 0; i < RAWBPF_COUNT(commands); i++) {
		if (commands[i].letter != letter)
			continue;
		if (commands[i].takes == 0 && *text)
			return say(stepper, "%c takes no argument", letter);
		if (commands[i].takes == 2 && !*text)
			return say(stepper, "%c wants an argument", letter);
		return commands[i].run(stepper, text);
	}
	return say(stepper, "no command '%.80s'; there are s b n c l u w g q", collection_shown(command));
}
