/* SPDX-License-Identifier: MIT */
/* Finds what this kernel has: it creates the smallest object of each type, and closes it. */
#include <rawbpf/insn.h>
#include <rawbpf/probe.h>
#include <rawbpf/prog.h>
#include <rawbpf/uapi.h>

#include "probe.h"
#include "../object/recipe.h"
#include "../../insn/base/string.h"

/* Check for an errno with which a kernel answers what it does not know. */
static int is_unknown(int err)
{
	return err == -EINVAL || err == -ENOENT || err == -E2BIG || err == -EOPNOTSUPP ||
	       err == -RAWBPF__ENOTSUPP;
}

RAWBPF__PRIVATE int rawbpf__probe_has(int *has, int fd)
{
	*has = fd >= 0;
	if (fd >= 0)
		rawbpf__close(fd);
	return fd >= 0 || is_unknown(fd) ? 0 : fd;
}

int rawbpf_probe_map_has(int *has, unsigned type, const struct rawbpf_btf *kernel)
{
	return rawbpf__probe_has(has, rawbpf_map_recipe_create(type, kernel));
}

int rawbpf_probe_prog_has(int *has, unsigned type, const struct rawbpf_btf *kernel)
{
	const struct rawbpf_prog_recipe *recipe;
	int err = 0;

	*has = 0;
	for (unsigned n = 0; !*has && (recipe = rawbpf_prog_recipe_get(n)); n++) {
		int one;

		if (recipe->type != type)
			continue;
		one = rawbpf__probe_has(has, rawbpf_prog_recipe_load(recipe, kernel, NULL, 0));
		err = one ? one : err;
	}
	return *has ? 0 : err;
}

/* --------------------------------------------------------------------------- helpers */

enum { HELPER_LOG = 1 << 18 }; /* three instructions take some hundred bytes; on 7.3 about 1,500 */

/*
 * Check whether a line of the log begins as the verifier rejects a helper. 5.10 has the first form,
 * newer kernels the last. A report follows the line since 7.3, and may repeat its words.
 */
static int is_refusal(const char *log)
{
	static const char *const refusals[] = {
		"unknown func ", "invalid func ", "program of this type cannot use helper ",
	};
	int line_begins = 1;
	size_t i;

	for (; *log; line_begins = *log++ == '\n')
		for (i = 0; line_begins && i < sizeof refusals / sizeof refusals[0]; i++)
			if (rawbpf__starts_with(log, refusals[i]))
				return 1;
	return 0;
}

/*
 * Load a call of the helper, whatever the registers hold: mostly wrong values. The verifier checks
 * first whether the program type has the helper. Returns 1, 0, or an error.
 */
static int may_call(struct rawbpf_prog_spec *spec, unsigned helper)
{
	const struct bpf_insn insns[] = {
		RAWBPF_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, (int)helper),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	size_t length;
	int prog;

	spec->insns = insns;
	spec->insn_count = 3;
	spec->log_level = 1;
	spec->log_length = &length;
	prog = rawbpf_prog_load(spec);
	if (prog >= 0) {
		rawbpf__close(prog);
		return 1;
	}
	/* Without the verifier's words, or without all of them, another step failed. */
	if (!spec->log[0] || length > spec->log_size)
		return prog;
	return !is_refusal(spec->log);
}

/* Add the helpers that a program of the spec may call to `has`. spec->log has HELPER_LOG bytes. */
static int find_helpers(struct rawbpf_prog_spec *spec, unsigned first, unsigned count,
			unsigned char *has)
{
	/* No program may call helper 0. If we do not understand this answer, we understand no other. */
	int may = may_call(spec, 0);

	if (may)
		return may < 0 ? may : -EPROTO;
	for (unsigned i = 0; i < count; i++) {
		may = has[i] ? 1 : may_call(spec, first + i);
		if (may < 0)
			return may;
		has[i] = may;
	}
	return 0;
}

/* Fill `spec` by a recipe that this kernel loads. */
static int find_loadable(struct rawbpf_prog_spec *spec, const struct rawbpf_prog_recipe *recipe,
			 const struct rawbpf_btf *kernel)
{
	int prog = rawbpf_prog_recipe_load(recipe, kernel, NULL, 0);

	if (prog < 0)
		return prog;
	rawbpf__close(prog);
	return rawbpf__recipe_prepare(spec, recipe, kernel);
}

/* Try each recipe of the type, since attach types differ. -ENOTSUPP: none of them loads. */
static int find_helpers_of(unsigned type, const struct rawbpf_btf *kernel, char *log, unsigned first,
			   unsigned count, unsigned char *has)
{
	const struct rawbpf_prog_recipe *recipe;
	int err, result = -RAWBPF__ENOTSUPP;
	struct rawbpf_prog_spec spec;

	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++) {
		if (recipe->type != type || recipe->wants == RAWBPF_PROG_WANTS_PROG)
			continue;
		err = find_loadable(&spec, recipe, kernel);
		if (err < 0) {
			result = !result || is_unknown(err) ? result : err;
			continue;
		}
		spec.log = log;
		spec.log_size = HELPER_LOG;
		result = find_helpers(&spec, first, count, has);
		if (result < 0)
			return result;
	}
	return result;
}

int rawbpf_probe_helpers_has(unsigned char *has, unsigned prog_type, unsigned first,
			     unsigned count, const struct rawbpf_btf *kernel)
{
	struct rawbpf_btf own = { 0 };
	void *log;
	int result = rawbpf__mmap(&log, HELPER_LOG, PROT_READ | PROT_WRITE, -1);

	if (result < 0)
		return result;
	for (unsigned i = 0; i < count; i++)
		has[i] = 0;
	if (!kernel && rawbpf_btf_kernel_open(&own) == 0)
		kernel = &own;
	result = find_helpers_of(prog_type, kernel, log, first, count, has);
	rawbpf_btf_close(&own);
	rawbpf__munmap(log, HELPER_LOG);
	return result;
}

/* ------------------------------------------------------------------------ instructions */

int rawbpf_probe_isa_find(void)
{
	/* The first instruction that each version brought: 4.14, 5.1, 6.6. */
	static const struct bpf_insn versions[][3] = {
		{ BPF_MOV64_IMM(BPF_REG_0, 0), BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() },
		{ BPF_MOV64_IMM(BPF_REG_0, 0), BPF_JMP_IMM(BPF_JLT, BPF_REG_0, 5, 0),
		  BPF_EXIT_INSN() },
		{ BPF_MOV64_IMM(BPF_REG_0, 0), BPF_JMP32_IMM(BPF_JEQ, BPF_REG_0, 0, 0),
		  BPF_EXIT_INSN() },
		{ BPF_MOV64_IMM(BPF_REG_0, 0), BPF_MOVSX64_REG(BPF_REG_0, BPF_REG_0, 8),
		  BPF_EXIT_INSN() },
	};
	int version, err = 0, has = 1;

	for (version = 0; version < 4 && has; version++)
		err = rawbpf__probe_has(&has, rawbpf_prog_load(&(struct rawbpf_prog_spec){
			.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL",
			.insns = versions[version], .insn_count = 3 }));
	if (err < 0)
		return err;
	return has ? version : version - 1;
}
