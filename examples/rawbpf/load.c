/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "../token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Return the token of the environment, 0 for none, or a negative number after a message. Set its
 * flag.
 */
static int use_token(const struct subcommand *subcommand, unsigned *flags)
{
	int token = token_use(flags);
	char why[512];

	if (token < 0) {
		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_TOKEN_OPEN, .error = token, .name = token_path(), .lines = 1 });
		tool_fail(subcommand, "opening the token of " TOKEN_VARIABLE ": %s", why);
	}
	return token;
}

static int create_map(const struct subcommand *subcommand, const struct rawbpf_text_map *map)
{
	unsigned flags = map->flags;
	int token = use_token(subcommand, &flags);
	int fd = token < 0 ? token : rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = map->name,
		.type = map->type,
		.key_size = map->key_size,
		.value_size = map->value_size,
		.max_entries = map->max_entries,
		.flags = flags,
		.token = token,
	});
	char why[512];

	if (fd >= 0 || token < 0)
		return fd;
	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = RAWBPF_MAP_CREATE, .error = fd, .type = map->type, .lines = 1 });
	tool_fail(subcommand, "creating map %s: %s", map->name, why);
	return fd;
}

/* Replace maps' numbers in the instructions by their descriptors. */
static void set_map_fds(struct program *program, const int *fds)
{
	for (unsigned i = 0; i < program->count; i++) {
		struct bpf_insn *insn = &program->insns[i];

		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if ((insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE) &&
		    (unsigned)insn->imm < program->map_count)
			insn->imm = fds[insn->imm];
		i++;
	}
}

int load_maps(const struct subcommand *subcommand, struct program *program, int *fds)
{
	rawbpf_memlock_raise(); /* maps need it before Linux 5.11; later it is harmless */
	for (unsigned i = 0; i < program->map_count; i++) {
		fds[i] = create_map(subcommand, &program->maps[i]);
		if (fds[i] < 0)
			return FAILED;
	}
	set_map_fds(program, fds);
	return OK;
}

void load_print_log(const char *log)
{
	for (; *log; log++) {
		unsigned char c = *log;

		if (c == '\t' || c == '\n' || (c >= ' ' && c < 127))
			fputc(c, stderr);
		else
			fprintf(stderr, "\\x%02x", c);
	}
}

/* Print the verifier's log, joined to the program's text. */
static void print_rejection(const struct subcommand *subcommand, const struct program *program,
			    const char *log, int error, int verbose)
{
	char *source = strndup(program->file.data, program->file.size);
	char why[4096];

	rawbpf_rejection_explain(why, sizeof why, &(struct rawbpf_rejection){
		.error = error, .log = log, .insns = program->insns,
		.insn_count = program->count, .file = program->file.name, .lines = program->lines,
		.source = program->lines ? source : NULL });
	free(source);
	tool_page(stderr, "rawbpf %s: %s", subcommand->name, why);
	if (verbose)
		load_print_log(log);
	else
		tool_page(stderr, "   (-v shows the verifier's whole log)\n");
}

unsigned load_flags(unsigned type)
{
	return type == LOAD_SYSCALL ? BPF_F_SLEEPABLE : 0;
}

int load_program(const struct subcommand *subcommand, const struct program *program,
		 const struct load *load)
{
	static char log[1 << 20];
	unsigned flags = load_flags(load->type);
	int token = use_token(subcommand, &flags);
	int prog = token < 0 ? token : rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = load->name,
		.type = load->type,
		.expected_attach_type = load->attach_type,
		.attach_btf_id = load->attach_btf_id,
		.flags = flags,
		.token = token,
		.license = "GPL",
		.insns = program->insns,
		.insn_count = program->count,
		.log = log,
		.log_size = sizeof log,
	});
	char why[512];

	if (prog < 0 && log[0]) {
		print_rejection(subcommand, program, log, prog, load->verbose);
	} else if (prog < 0 && token >= 0) {
		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_PROG_LOAD, .error = prog, .type = load->type, .lines = 1 });
		tool_fail(subcommand, "loading the program: %s", why);
	}
	return prog;
}
