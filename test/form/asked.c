/* SPDX-License-Identifier: MIT */
#include "asked.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../../insn/form/helper.h"
#include "../../lib/object/recipe.h"

#define BIT(N) ((uint64_t)1 << (N))
/* These types load only under the GPL, so they do not show whether the helper wants it. */
#define ONLY_GPL (BIT(BPF_PROG_TYPE_LSM) | BIT(BPF_PROG_TYPE_STRUCT_OPS))

/* Call the helper with whatever the registers hold. The verifier checks type and license first. */
static void ask(struct asked *asked, struct rawbpf_prog_spec *spec, unsigned helper)
{
	static char log[1 << 16];
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(helper), BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN(),
	};
	int prog;

	spec->insns = insns;
	spec->insn_count = RAWBPF_COUNT(insns);
	spec->log = log;
	spec->log_size = sizeof log;
	log[0] = '\0';
	prog = rawbpf_prog_load(spec);
	if (prog >= 0)
		close(prog);
	if (strstr(log, "invalid func unknown#"))
		return;
	asked->helpers[helper].is_known = 1;
	if (strstr(log, "unknown func ") || strstr(log, "program of this type cannot use helper"))
		return;
	asked->helpers[helper].types |= BIT(spec->type);
	if (!(ONLY_GPL >> spec->type & 1))
		asked->helpers[helper].is_gpl = strstr(log, "cannot call GPL") != NULL;
}

/* Prepare a recipe that this kernel loads. */
static int prepare(struct rawbpf_prog_spec *spec, const struct rawbpf_prog_recipe *recipe,
		   const struct rawbpf_btf *kernel)
{
	int prog;

	if (recipe->wants == RAWBPF_PROG_WANTS_PROG ||
	    (!kernel && recipe->wants != RAWBPF_PROG_WANTS_NOTHING))
		return 0;
	prog = rawbpf_prog_recipe_load(recipe, kernel, NULL, 0);
	if (prog < 0)
		return 0;
	close(prog);
	return rawbpf__recipe_prepare(spec, recipe, kernel) == 0;
}

static void ask_all(struct asked *asked, const struct rawbpf_prog_recipe *recipe,
		    const struct rawbpf_btf *kernel)
{
	struct rawbpf_prog_spec spec;

	if (!prepare(&spec, recipe, kernel)) {
		asked->whole &= ~BIT(recipe->type);
		return;
	}
	asked->types |= BIT(recipe->type);
	if (!(ONLY_GPL >> recipe->type & 1))
		spec.license = "MIT";
	for (unsigned n = 1; n < ASKED_HELPERS; n++)
		ask(asked, &spec, n);
}

void asked_fill(struct asked *asked)
{
	const struct rawbpf_prog_recipe *recipe;
	struct rawbpf_btf kernel;
	int has_btf = rawbpf_btf_kernel_open(&kernel) == 0;

	*asked = (struct asked){ .whole = ~(uint64_t)0 };
	for (unsigned n = 0; n < ASKED_HELPERS; n++)
		asked->helpers[n].is_gpl = -1;
	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++)
		ask_all(asked, recipe, has_btf ? &kernel : NULL);
	rawbpf_btf_close(&kernel);
	asked->whole &= asked->types;
}

/* Helpers that a kernel may be built without, or that an architecture or lockdown leaves out. */
static int is_optional(const char *name)
{
	static const char *const names[] = { "probe_write_user", "override_return" };

	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++)
		if (!strcmp(name, names[i]))
			return 1;
	return 0;
}

/* Return the types in the helper's row, with the changes of Linux 7.3. */
static uint64_t expected_types(const char *name, uint64_t types, unsigned kernel)
{
	static const struct {
		const char *name;
		unsigned type;
	} changes[] = {
		{ "setsockopt", BPF_PROG_TYPE_CGROUP_SOCK },
		{ "getsockopt", BPF_PROG_TYPE_CGROUP_SOCK },
		{ "skb_pull_data", BPF_PROG_TYPE_LWT_SEG6LOCAL },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(changes); i++)
		if (kernel > 0x612 && !strcmp(name, changes[i].name))
			types ^= BIT(changes[i].type);
	return types;
}

const char *asked_fault(const struct asked *asked, unsigned helper, unsigned kernel)
{
	static char text[160];
	const char *name = rawbpf__helper_name(helper);
	unsigned since = rawbpf__helper_kernel(helper);
	int known = asked->helpers[helper].is_known, gpl = asked->helpers[helper].is_gpl;
	struct rawbpf__helper table;
	uint64_t expected, more, fewer;

	if (rawbpf__helper_get(&table, helper) < 0) {
		snprintf(text, sizeof text, "helper %u has no row", helper);
		return text;
	}
	expected = expected_types(name, table.types, kernel);
	more = asked->helpers[helper].types & ~expected;
	fewer = expected & ~asked->helpers[helper].types & asked->whole;
	if (kernel < 0x612 || is_optional(name))
		fewer = 0;
	if (known != (kernel >= since))
		snprintf(text, sizeof text, "bpf_%s: since %u.%u in the table, known here: %d", name,
			 since >> 8, since & 0xff, known);
	else if (more || fewer)
		snprintf(text, sizeof text, "bpf_%s: types %llx are not in the table, %llx only there",
			 name, (unsigned long long)more, (unsigned long long)fewer);
	else if (gpl >= 0 && gpl != table.gpl)
		snprintf(text, sizeof text, "bpf_%s: wants the GPL here: %d", name, gpl);
	else
		return NULL;
	return text;
}
