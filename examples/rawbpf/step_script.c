/* SPDX-License-Identifier: MIT */
/* rawbpf step without a screen: a log of what a script does, as text or JSON. */
#include "step.h"

#include <inttypes.h>
#include <rawbpf/escape.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCE_WIDTH = 36 };

/* ------------------------------------------------------------------------------- text */

/* Cut the comment behind a statement. */
static void cut_comment(char *source)
{
	char *comment = strstr(source, " #"), *other = strstr(source, " //");

	if (!comment || (other && other < comment))
		comment = other;
	while (comment && comment > source && comment[-1] == ' ')
		comment--;
	if (comment)
		*comment = '\0';
}

/* Print the line at an instruction. '>' marks that it has not run yet. */
static void print_place(struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned slot, char mark,
			const char *words)
{
	char source[STEP_LINE], line[16] = "";
	unsigned macro, number = step_line(stepper, prog, slot, &macro);

	step_source(source, sizeof source, stepper, number);
	cut_comment(source);
	if (!number || macro) /* a line of a macro, or of an entry, is several instructions */
		step_instruction(source, sizeof source, stepper, prog, slot);
	if (number)
		snprintf(line, sizeof line, "%u%s", number, macro ? "m" : "");
	if (*words)
		printf("%6" PRIu64 "%c %5s  %-*s  %s\n", stepper->vm->executed, mark, line, SOURCE_WIDTH, source, words);
	else
		printf("%6" PRIu64 "%c %5s  %s\n", stepper->vm->executed, mark, line, source);
}

static void print_seen(struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned slot)
{
	char changed[4 * STEP_LINE];

	step_changed(changed, sizeof changed, stepper);
	print_place(stepper, prog, slot, ' ', changed);
}

static void print_registers(const struct stepper *stepper)
{
	char value[STEP_LINE];

	for (unsigned i = 0; i <= 10; i++) {
		step_value(value, sizeof value, stepper, stepper->vm->r[i]);
		printf("r%-5u %s\n", i, value);
	}
}

static void print_maps(const struct stepper *stepper)
{
	static struct step_element elements[64];

	for (unsigned i = 0; i < stepper->vm->spec.map_count; i++) {
		unsigned count = step_elements(elements, RAWBPF_COUNT(elements), stepper, step_map(stepper, i));

		for (unsigned j = 0; j < count; j++)
			printf("%s\n", elements[j].text);
	}
}

/* Print registers, stack, packet and maps. */
static void print_all(const struct stepper *stepper)
{
	const struct rawbpf_vm_frame *frame = &stepper->vm->frames[stepper->vm->depth];
	const struct rawbpf_vm_region *packet = step_packet(stepper);
	char bytes[STEP_LINE];

	print_registers(stepper);
	for (unsigned at = frame->used; at; at -= STEP_SHOWN) {
		step_bytes(bytes, sizeof bytes, frame->stack.bytes + RAWBPF_VM_STACK - at, STEP_SHOWN);
		printf("r10%+-4d %s\n", -(int)at, bytes);
	}
	for (uint64_t at = 0; packet && at < packet->size; at += STEP_SHOWN) {
		step_bytes(bytes, sizeof bytes, packet->bytes + at,
			   packet->size - at < STEP_SHOWN ? packet->size - at : STEP_SHOWN);
		printf("packet+%-3" PRIu64 " %s\n", at, bytes);
	}
	print_maps(stepper);
}

/* ------------------------------------------------------------------------------- JSON */

static void print_string(const char *text)
{
	char escaped[6 * 4 * STEP_LINE];

	rawbpf_json_escape(escaped, sizeof escaped, text, strlen(text));
	printf("\"%s\"", escaped);
}

static void print_json_place(struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned slot)
{
	char text[STEP_LINE];
	unsigned macro, line = step_line(stepper, prog, slot, &macro);

	printf("\"line\":%u,\"slot\":%u,\"source\":", line, slot);
	step_source(text, sizeof text, stepper, line);
	print_string(text);
	printf(",\"instruction\":");
	step_instruction(text, sizeof text, stepper, prog, slot);
	print_string(text);
}

static void print_json_bytes(const char *name, const unsigned char *bytes, size_t size)
{
	printf(",\"%s\":\"", name);
	for (size_t i = 0; i < size && i < STEP_SHOWN; i++)
		printf("%02x", bytes[i]);
	printf("\"");
}

static void print_json_seen(struct stepper *stepper, const struct rawbpf_vm_prog *prog, unsigned slot)
{
	struct step_change changes[STEP_CHANGES];
	unsigned count = step_changes(changes, stepper);

	printf("{\"step\":%" PRIu64 ",", stepper->vm->executed);
	print_json_place(stepper, prog, slot);
	printf(",\"changes\":[");
	for (unsigned i = 0; i < count; i++) {
		const struct step_change *change = &changes[i];

		if (change->is_register) {
			printf("%s{\"register\":\"r%u\",\"value\":%" PRIu64 ",\"was\":%" PRIu64 "}", i ? "," : "",
			       change->number, change->value, change->was);
			continue;
		}
		printf("%s{\"place\":", i ? "," : "");
		print_string(change->place);
		printf(",\"size\":%zu", change->size);
		print_json_bytes("bytes", change->bytes, change->size);
		print_json_bytes("was", change->old, change->size);
		printf("}");
	}
	printf("]}\n");
}

static void print_json_test(struct stepper *stepper)
{
	if (step_test_passes(stepper)) {
		printf(",\"test\":{\"passes\":true}");
		return;
	}
	printf(",\"test\":{\"passes\":false,\"line\":%u,\"reason\":", stepper->test.line);
	print_string(stepper->test.reason);
	printf("}");
}

/* Print where the program stands, and its registers. */
static void print_json_state(struct stepper *stepper)
{
	const struct rawbpf_vm *vm = stepper->vm;
	char text[STEP_LINE];

	printf("{\"step\":%" PRIu64 ",\"next\":{", vm->executed);
	print_json_place(stepper, vm->prog, vm->pc);
	printf("},\"registers\":[");
	for (unsigned i = 0; i <= 10; i++)
		printf("%s%" PRIu64, i ? "," : "", vm->r[i]);
	printf("],\"ended\":%s", vm->ended ? "true" : "false");
	if (vm->trap.kind) {
		rawbpf_vm_trap_explain(text, sizeof text, vm);
		printf(",\"trap\":");
		print_string(text);
	}
	if (stepper->has_test && vm->ended)
		print_json_test(stepper);
	if (stepper->message[0]) {
		printf(",\"message\":");
		print_string(stepper->message);
	}
	printf("}\n");
}

/* ------------------------------------------------------------------------------- scripts */

/* Print where the program stands after a command. */
static void print_state(struct stepper *stepper)
{
	char state[4 * STEP_LINE];

	if (stepper->options.is_json) {
		print_json_state(stepper);
		return;
	}
	step_state(state, sizeof state, stepper);
	if (stepper->vm->ended)
		printf("%s\n", state);
	else
		print_place(stepper, stepper->vm->prog, stepper->vm->pc, '>', state);
	if (stepper->message[0])
		printf("(%s)\n", stepper->message);
}

/* Run one command. Only s shows each instruction. */
static int run(struct stepper *stepper, char *command, unsigned number)
{
	int status;

	command += strspn(command, " \t\r");
	for (size_t length = strlen(command); length && strchr(" \t\r", command[length - 1]); length--)
		command[length - 1] = '\0';
	if (!*command)
		return OK;
	if (strcmp(command, "p") == 0 && !stepper->options.is_json) {
		print_all(stepper);
		return OK;
	}
	stepper->seen = *command != 's' ? NULL : stepper->options.is_json ? print_json_seen : print_seen;
	status = step_command(stepper, command);
	if (status == STEP_QUIT)
		return status;
	if (status == FAILED && !stepper->vm->ended && !stepper->vm->trap.kind)
		return tool_fail(&step_subcommand, "command %u, '%s': %s", number, collection_shown(command),
				 stepper->message);
	print_state(stepper);
	return OK;
}

int step_script(struct stepper *stepper, const char *script)
{
	char *copy = strdup(script), *at = copy;
	unsigned number = 0;
	int status = OK;

	if (!copy)
		return tool_fail(&step_subcommand, "out of memory");
	while (status == OK && at) {
		char *command = at;

		at = strpbrk(at, ";\n");
		if (at)
			*at++ = '\0';
		status = run(stepper, command, ++number);
	}
	free(copy);
	if (status == FAILED || tool_finish(&step_subcommand) != OK)
		return FAILED;
	if (stepper->has_test && stepper->vm->ended && !step_test_passes(stepper))
		return FAILED;
	return stepper->vm->trap.kind ? FAILED : OK;
}
