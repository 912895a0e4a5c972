/* SPDX-License-Identifier: MIT */
/* rawbpf prog load: load a text or bytes as a program, and pin it in bpffs. */
#include "load.h"
#include "target.h"
#include "verbs.h"

#include <linux/btf.h>
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

/* Types that load only for an attach type, each with an example. */
static const struct {
	unsigned char type;
	const char *example;
	enum { NO_TARGET, KERNEL_TARGET, OTHER_TARGET } target; /* KERNEL_TARGET: -b names it */
} needs[] = {
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, "cgroup_inet4_connect", NO_TARGET },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, "cgroup_getsockopt", NO_TARGET },
	{ BPF_PROG_TYPE_SK_LOOKUP, "sk_lookup", NO_TARGET },
	{ BPF_PROG_TYPE_NETFILTER, "netfilter", NO_TARGET },
	{ BPF_PROG_TYPE_TRACING, "trace_fentry", KERNEL_TARGET },
	{ BPF_PROG_TYPE_LSM, "lsm_mac", KERNEL_TARGET },
	{ BPF_PROG_TYPE_STRUCT_OPS, NULL, OTHER_TARGET },
	{ BPF_PROG_TYPE_EXT, NULL, OTHER_TARGET },
};
enum { NEEDS = sizeof needs / sizeof needs[0] };

/* Check that the options give what the type needs. Returns OK, or USAGE after a message. */
static int check_type(const struct load *load, const char *name, int has_attach_type, const char *target)
{
	unsigned i = 0;

	while (i < NEEDS && needs[i].type != load->type)
		i++;
	if (i < NEEDS && needs[i].target == OTHER_TARGET)
		tool_fail(&prog_subcommand, "-t %s: programs of this type need a target in BTF, which a text "
			  "cannot name", name);
	else if (i < NEEDS && !has_attach_type)
		tool_fail(&prog_subcommand, "-t %s: programs of this type need -a with an attach type, such as "
			  "%s", name, needs[i].example);
	else if (i < NEEDS && needs[i].target == KERNEL_TARGET && !target)
		tool_fail(&prog_subcommand, "-t %s: programs of this type need -b with their target", name);
	else if (target && (i == NEEDS || needs[i].target == NO_TARGET))
		tool_fail(&prog_subcommand, "-b is for the types tracing and lsm");
	else
		return OK;
	return USAGE;
}

/* How the kernel's BTF names targets of an attach type; all others are functions. */
static const struct {
	unsigned char attach_type, kind;
	const char *prefix;
} targets[] = {
	{ BPF_TRACE_RAW_TP, BTF_KIND_TYPEDEF, "btf_trace_" },
	{ BPF_TRACE_ITER, BTF_KIND_FUNC, "bpf_iter_" },
	{ BPF_LSM_MAC, BTF_KIND_FUNC, "bpf_lsm_" },
	{ BPF_LSM_CGROUP, BTF_KIND_FUNC, "bpf_lsm_" },
};

/* Find the target in the kernel's BTF. Returns OK, or FAILED after a message. */
static int find_target(struct load *load, const char *target)
{
	const struct rawbpf_btf *kernel = target_kernel_btf();
	unsigned kind = BTF_KIND_FUNC;
	const char *prefix = "";
	char *name, *shown;
	int id;

	if (!kernel) {
		tool_fail(&prog_subcommand, "-b: this kernel has no BTF");
		return FAILED;
	}
	for (unsigned i = 0; i < sizeof targets / sizeof targets[0]; i++)
		if (targets[i].attach_type == load->attach_type) {
			kind = targets[i].kind;
			prefix = targets[i].prefix;
		}
	name = must_print("%s%s", prefix, target);
	id = rawbpf_btf_type_find(kernel, kind, name);
	if (id < 0) {
		shown = text_escape(name, strlen(name));
		tool_fail(&prog_subcommand, "-b: the kernel's BTF has no %s '%s'",
			  kind == BTF_KIND_FUNC ? "function" : "type", shown);
		free(shown);
	}
	free(name);
	load->attach_btf_id = id;
	return id < 0 ? FAILED : OK;
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
	if (check_type(load, type, attach_type != NULL, arguments->options['b']) != OK ||
	    check_name(load->name) != OK)
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
	if ((arguments->options['b'] && find_target(&load, arguments->options['b']) != OK) ||
	    read_program(arguments->rest[0], &program) != OK ||
	    load_maps(&prog_subcommand, &program, fds) != OK)
		return FAILED;
	prog = load_program(&prog_subcommand, &program, &load);
	if (prog < 0)
		return FAILED;
	err = rawbpf_obj_pin(prog, path);
	return err < 0 ? object_fail_at(&prog_subcommand, "pinning", &(struct rawbpf_error){
			.operation = RAWBPF_OBJ_PIN, .error = err, .name = path }) : OK;
}
