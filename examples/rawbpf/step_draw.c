/* SPDX-License-Identifier: MIT */
/*
 * rawbpf step: what the screen shows. The left half has the text, the right one registers, stack,
 * packet and maps; the last two rows have how the program stands, and the keys.
 */
#include "step.h"

#include <inttypes.h>
#include <rawbpf/escape.h>
#include <string.h>

enum { LEAST_ROWS = 8, LEAST_COLUMNS = 40, ROWS = 512, REGISTERS = 11, FRAME = 3 };

/* A row of the right half. A changed one is bold, and has a '*'. */
struct row {
	char text[STEP_LINE];
	int is_changed;
};

struct pane {
	struct row rows[ROWS];
	unsigned count, max;
};

static struct row *add(struct pane *pane, int is_changed)
{
	struct row *row = &pane->rows[pane->count++];

	row->is_changed = is_changed;
	return row;
}

static void add_registers(struct pane *pane, const struct stepper *stepper)
{
	uint64_t was[REGISTERS];

	rawbpf_vm_undo_read(was, &stepper->undo, stepper->vm->r, sizeof was);
	for (unsigned i = 0; i < REGISTERS && pane->count < pane->max; i++) {
		uint64_t value = stepper->vm->r[i];
		struct row *row = add(pane, value != was[i]);
		char now[STEP_LINE / 4], old[STEP_LINE / 4];

		step_value(now, sizeof now, stepper, value);
		step_value(old, sizeof old, stepper, was[i]);
		snprintf(row->text, sizeof row->text, value == was[i] ? "r%-3u %s" : "r%-3u %s  (was %s)", i, now,
			 old);
	}
}

/* Return the first of `count` rows of memory to show: so that one which changed is among them. */
static size_t first_row(const struct stepper *stepper, const unsigned char *bytes, size_t size, size_t count)
{
	unsigned char old[STEP_SHOWN];

	for (size_t i = 0; i * STEP_SHOWN < size; i++) {
		size_t rest = size - i * STEP_SHOWN;

		if (rawbpf_vm_undo_read(old, &stepper->undo, bytes + i * STEP_SHOWN, rest < STEP_SHOWN ? rest : STEP_SHOWN))
			return i < count ? 0 : i - count + 1;
	}
	return 0;
}

static void add_bytes(struct pane *pane, const struct stepper *stepper, const char *place,
		      const unsigned char *bytes, size_t size)
{
	unsigned char old[STEP_SHOWN];
	struct row *row = add(pane, rawbpf_vm_undo_read(old, &stepper->undo, bytes, size));
	char text[STEP_LINE / 2];

	step_bytes(text, sizeof text, bytes, size);
	snprintf(row->text, sizeof row->text, "%-9s %s", place, text);
}

/* Add the bytes of the stack that the function uses, from its end down. */
static void add_stack(struct pane *pane, const struct stepper *stepper, unsigned most)
{
	const struct rawbpf_vm_frame *frame = &stepper->vm->frames[stepper->vm->depth];
	const unsigned char *end = frame->stack.bytes + RAWBPF_VM_STACK;
	unsigned used = frame->used / STEP_SHOWN, first = 0;
	unsigned char old[STEP_SHOWN];
	char place[16];

	for (unsigned i = most; i < used; i++)
		if (rawbpf_vm_undo_read(old, &stepper->undo, end - (i + 1) * STEP_SHOWN, STEP_SHOWN))
			first = i - most + 1;
	for (unsigned i = first; i < used && i < first + most && pane->count < pane->max; i++) {
		snprintf(place, sizeof place, "r10-%u", (i + 1) * STEP_SHOWN);
		add_bytes(pane, stepper, place, end - (i + 1) * STEP_SHOWN, STEP_SHOWN);
	}
}

static void add_packet(struct pane *pane, const struct stepper *stepper, unsigned most)
{
	const struct rawbpf_vm_region *packet = step_packet(stepper);
	size_t size = packet ? (size_t)packet->size : 0, at;
	char place[32];

	at = size ? first_row(stepper, packet->bytes, size, most) * STEP_SHOWN : 0;
	for (; at < size && most && pane->count < pane->max; at += STEP_SHOWN, most--) {
		snprintf(place, sizeof place, "packet+%zu", at);
		add_bytes(pane, stepper, place, packet->bytes + at, size - at < STEP_SHOWN ? size - at : STEP_SHOWN);
	}
}

static void add_maps(struct pane *pane, const struct stepper *stepper)
{
	static struct step_element elements[ROWS];

	for (unsigned i = 0; i < stepper->vm->spec.map_count && pane->count < pane->max; i++) {
		unsigned count = step_elements(elements, pane->max - pane->count, stepper, step_map(stepper, i));

		for (unsigned j = 0; j < count; j++)
			memcpy(add(pane, elements[j].is_changed)->text, elements[j].text, sizeof elements[j].text);
	}
}

/* Registers first; of the rest, stack and packet take up to a third each. */
static void fill(struct pane *pane, const struct stepper *stepper, unsigned rows)
{
	unsigned third = rows > REGISTERS ? (rows - REGISTERS) / 3 : 0;

	pane->max = rows < ROWS ? rows : ROWS;
	pane->count = 0;
	add_registers(pane, stepper);
	add_stack(pane, stepper, third);
	add_packet(pane, stepper, third);
	add_maps(pane, stepper);
}

/* Print a text in exactly `width` columns, or without `pads` in at most as many. */
static void print_cut(const char *text, unsigned width, int pads)
{
	unsigned column = 0;

	for (; *text; text++) {
		int begins = ((unsigned char)*text & 0xc0) != 0x80; /* else it is inside a character */

		if (begins && column == width)
			break;
		column += (unsigned)begins;
		putchar(*text);
	}
	while (pads && column++ < width)
		putchar(' ');
}

/* Print a row of the left half: a line of the text. */
static void print_source(const struct stepper *stepper, unsigned line, unsigned current, unsigned width)
{
	char source[STEP_LINE], text[STEP_LINE + 16] = "";

	if (line && line <= stepper->line_count) {
		step_source(source, sizeof source, stepper, line);
		snprintf(text, sizeof text, "%c%4u  %s", line == current ? '>' : ' ', line, source);
	}
	print_cut(text, width, 1);
}

static void print_title(const struct stepper *stepper, unsigned width)
{
	char name[STEP_LINE / 2], text[STEP_LINE];
	const char *file = stepper->collection.file.name;

	rawbpf_terminal_escape(name, sizeof name, file, strlen(file));
	snprintf(text, sizeof text, "rawbpf step %s: step %" PRIu64, name, stepper->vm->executed);
	fputs("\033[7m", stdout);
	print_cut(text, width, 1);
	fputs("\033[0m\033[K\r\n", stdout);
}

/* Print the message, or how the program stands, or the next instruction. */
static void print_status(struct stepper *stepper, unsigned width)
{
	const struct rawbpf_vm *vm = stepper->vm;
	char text[2 * STEP_LINE], instruction[STEP_LINE];
	unsigned macro;

	step_state(text, sizeof text, stepper);
	if (stepper->message[0]) {
		snprintf(text, sizeof text, "%s", stepper->message);
	} else if (!text[0]) {
		step_line(stepper, vm->prog, vm->pc, &macro);
		step_instruction(instruction, sizeof instruction, stepper, vm->prog, vm->pc);
		snprintf(text, sizeof text, macro ? "next: %s, of a macro" : "next: %s", instruction);
	}
	fputs(stepper->message[0] || vm->trap.kind ? "\033[1m" : "", stdout);
	print_cut(text, width, 0);
	fputs("\033[0m\033[K\r\n", stdout);
}

static void print_right(const struct row *row, unsigned width)
{
	fputs(row->is_changed ? "\033[1m*" : " ", stdout);
	print_cut(row->text, width - 1, 0);
	fputs(row->is_changed ? "\033[0m" : "", stdout);
}

void step_draw(struct stepper *stepper, unsigned rows, unsigned columns, const char *prompt)
{
	static const char keys[] = "s step b back n over c end l line u until w write g go q quit";
	static struct pane pane;
	unsigned body = rows - FRAME, width = columns - 1, left = width / 2, macro, line, first;

	fputs("\033[H", stdout);
	if (rows < LEAST_ROWS || columns < LEAST_COLUMNS) {
		char text[STEP_LINE];

		snprintf(text, sizeof text, "%ux%u is too small", columns, rows);
		print_cut(text, width, 0);
		fputs("\033[J", stdout);
		fflush(stdout);
		return;
	}
	line = step_line(stepper, stepper->vm->prog, stepper->vm->pc, &macro);
	first = line > body / 2 ? line - body / 2 : 1;
	if (first + body > stepper->line_count + 1)
		first = stepper->line_count + 1 > body ? stepper->line_count + 1 - body : 1;
	fill(&pane, stepper, body);
	print_title(stepper, width);
	for (unsigned i = 0; i < body; i++) {
		print_source(stepper, first + i, line, left);
		if (i < pane.count)
			print_right(&pane.rows[i], width - left);
		fputs("\033[K\r\n", stdout);
	}
	print_status(stepper, width);
	print_cut(prompt ? prompt : keys, width, 0);
	fputs("\033[J", stdout);
	fflush(stdout);
}
