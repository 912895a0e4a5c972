/* SPDX-License-Identifier: MIT */
/* rawbpf prog load: load a text or bytes as a program, and pin it in bpffs. */
#include "load.h"
#include "verbs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Return an option's constant by its name, or a negative number after a message. */
static int find_constant(char letter, enum rawbpf_constant kind, const char *name)
{
	int number = rawbpf_constant_find(kind, name);
	char *shown;

	if (number >= 0)
		return number;
	shown = text_escape(name, strlen(name));
	tool_fail(&prog_subcommand, "-%c: '%s' is not %s type; rawbpf_prog_types(7) lists them", letter,
		  shown, kind == RAWBPF_PROG_TYPE ? "a program" : "an attach");
	free(shown);
	return number;
}

/* Parse the options. Returns OK, or USAGE after a message. */
static int parse(const struct arguments *arguments, struct load *load, struct program *program)
{
	const char *type = arguments->options['t'], *attach_type = arguments->options['a'];
	int number = type ? find_constant('t', RAWBPF_PROG_TYPE, type) : BPF_PROG_TYPE_SOCKET_FILTER;
	int attach = attach_type ? find_constant('a', RAWBPF_ATTACH_TYPE, attach_type) : 0;

	if (number < 0 || attach < 0)
		return USAGE;
	*load = (struct load){ .type = number, .attach_type = attach,
			       .name = arguments->options['n'],
			       .verbose = arguments->options['v'] != NULL };
	return arguments->options['W'] ?
		tool_warning_option(&prog_subcommand, arguments->options['W'], program) : OK;
}

/* Read a program. Bytes end with the zeros of `exit`; a text has none. */
static int read_program(const char *path, struct program *program)
{
	if (tool_read(&prog_subcommand, path, &program->file) != OK)
		return FAILED;
	if (memchr(program->file.data, 0, program->file.size))
		return tool_decode(&prog_subcommand, program, 0, RAWBPF_HOST_ORDER);
	return tool_assemble(&prog_subcommand, program, 1);
}

int prog_load(const struct arguments *arguments)
{
	const char *path = arguments->rest[1];
	struct program program = { 0 };
	int err, prog, fds[TOOL_MAPS];
	struct load load;

	if (parse(arguments, &load, &program) != OK)
		return USAGE;
	if (read_program(arguments->rest[0], &program) != OK ||
	    load_maps(&prog_subcommand, &program, fds) != OK)
		return FAILED;
	prog = load_program(&prog_subcommand, &program, &load);
	if (prog < 0)
		return FAILED;
	err = rawbpf_obj_pin(prog, path);
	return err < 0 ? object_fail_at(&prog_subcommand, "pinning", &(struct rawbpf_error){
			.operation = RAWBPF_OBJ_PIN, .error = err, .name = path }) : OK;
}
