/* SPDX-License-Identifier: MIT */
/* rawbpf prog load: load a text or bytes as a program, and pin it in bpffs. */
#include "load.h"
#include "verbs.h"

#include <rawbpf/uapi.h>
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

/* Types that load only for an attach type, each with an example, or only for a target in BTF. */
static const struct {
	unsigned char type;
	const char *example; /* NULL: for a target in BTF */
} needs[] = {
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, "cgroup_inet4_connect" },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, "cgroup_getsockopt" },
	{ BPF_PROG_TYPE_SK_LOOKUP, "sk_lookup" },
	{ BPF_PROG_TYPE_NETFILTER, "netfilter" },
	{ BPF_PROG_TYPE_STRUCT_OPS, NULL },
	{ BPF_PROG_TYPE_TRACING, NULL },
	{ BPF_PROG_TYPE_LSM, NULL },
	{ BPF_PROG_TYPE_EXT, NULL },
};

/* Check that the options give what the type needs. Returns OK, or USAGE after a message. */
static int check_type(const struct load *load, const char *name, int has_attach_type)
{
	for (unsigned i = 0; i < sizeof needs / sizeof needs[0]; i++) {
		if (needs[i].type != load->type || (needs[i].example && has_attach_type))
			continue;
		if (needs[i].example)
			tool_fail(&prog_subcommand, "-t %s: programs of this type need -a with an attach "
				  "type, such as %s", name, needs[i].example);
		else
			tool_fail(&prog_subcommand, "-t %s: programs of this type need a target in BTF, "
				  "which a text cannot name", name);
		return USAGE;
	}
	return OK;
}

/* Check a program's name, as the kernel does. Returns OK, or USAGE after a message. */
static int check_name(const char *name)
{
	size_t length = name ? strlen(name) : 0;
	char *shown;

	if (length < BPF_OBJ_NAME_LEN &&
	    (!name || strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") ==
			      length))
		return OK;
	shown = text_escape(name, length);
	tool_fail(&prog_subcommand, "-n: '%s': a name has up to 15 of the characters A-Za-z0-9_.", shown);
	free(shown);
	return USAGE;
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
	if (check_type(load, type, attach_type != NULL) != OK || check_name(load->name) != OK)
		return USAGE;
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
