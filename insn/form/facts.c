/* SPDX-License-Identifier: MIT */
/* Explain helpers and contexts, each as a page of at most 80 columns. */
#include <rawbpf/constant.h>
#include <rawbpf/form.h>

#include "context.h"
#include "helper.h"
#include "page.h"
#include "../base/out.h"
#include "../base/string.h"

enum { FACTS_FIELD = 14 };

/* Append the names of a set of program types. */
static void facts_types(struct rawbpf__out *out, const char *name, uint64_t types)
{
	char list[1024];
	struct rawbpf__out words = rawbpf__out_begin(list, sizeof(list));

	for (unsigned type = 0; type < 64; type++) {
		const char *word = types >> type & 1 ?
				   rawbpf_constant_name(RAWBPF_PROG_TYPE, type) : NULL;

		if (!word)
			continue;
		rawbpf__out_text(&words, words.length ? " " : "");
		rawbpf__out_text(&words, word);
	}
	rawbpf__page_words(out, name, list);
}

/* ------------------------------------------------------------------------------ helpers */

static void facts_prototype(struct rawbpf__out *out, const char *name,
			    const struct rawbpf__helper *helper)
{
	char text[400];
	struct rawbpf__out line = rawbpf__out_begin(text, sizeof(text));
	size_t length = rawbpf__length(helper->returns);

	rawbpf__out_text(&line, helper->returns);
	if (helper->returns[length - 1] != '*')
		rawbpf__out_byte(&line, ' ');
	rawbpf__out_text(&line, "bpf_");
	rawbpf__out_text(&line, name);
	rawbpf__out_byte(&line, '(');
	rawbpf__out_text(&line, helper->arguments);
	rawbpf__out_byte(&line, ')');
	rawbpf__page_words(out, "as C", text);
}

/* Append a line for each argument of the helper, in r1 to r5. */
static void facts_arguments(struct rawbpf__out *out, const struct rawbpf__helper *helper)
{
	char name[] = "r1", text[100];

	for (unsigned i = 1; i <= 5; i++) {
		struct rawbpf__out line = rawbpf__out_begin(text, sizeof(text));
		size_t length;
		const char *argument = rawbpf__helper_argument(helper, i, &length);

		if (!argument)
			return;
		rawbpf__out_bytes(&line, argument, length);
		name[1] = '0' + i;
		rawbpf__page_words(out, name, text);
	}
}

size_t rawbpf_helper_explain(char *text, size_t size, unsigned helper)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const char *name = rawbpf__helper_name(helper);
	unsigned kernel = rawbpf__helper_kernel(helper);
	struct rawbpf__helper facts;

	if (rawbpf__helper_get(&facts, helper) < 0) {
		rawbpf__out_text(&out, "  no helper has this number\n");
		return out.length;
	}
	rawbpf__out_text(&out, "  call ");
	rawbpf__out_text(&out, name);
	rawbpf__out_text(&out, "    helper ");
	rawbpf__out_number(&out, helper);
	rawbpf__out_text(&out, "\n\n");
	facts_arguments(&out, &facts);
	rawbpf__page_words(&out, "r0", facts.returns);
	facts_prototype(&out, name, &facts);
	rawbpf__page_words(&out, "license", facts.gpl ? "compatible with the GPL" : "any");
	facts_types(&out, "types", facts.types);
	rawbpf__page_since(&out, kernel);
	return out.length;
}

/* ----------------------------------------------------------------------------- contexts */

static const char *facts_kind(unsigned kind)
{
	static const char kinds[] =
		"\0"
		"a pointer to the packet\0"
		"a pointer to the packet's end\0"
		"a pointer to the metadata before it\0"
		"a pointer to struct bpf_flow_keys\0"
		"a pointer to struct bpf_sock, or NULL\0"
		"a pointer to memory\0"
		"a pointer to the end of that";

	return rawbpf__nth(kinds, kind);
}

static void facts_field(struct rawbpf__out *out, const struct rawbpf__context *row, unsigned type)
{
	int reads = row->readers >> type & 1, writes = row->writers >> type & 1;
	size_t start;

	if (!reads && !writes)
		return;
	rawbpf__out_right(out, row->offset, 8);
	rawbpf__out_right(out, row->size, 6);
	rawbpf__out_text(out, !writes ? "  read        " : reads ? "  read write  " : "  write       ");
	start = out->length;
	rawbpf__out_text(out, rawbpf__context_name(row));
	if (row->count > 1) {
		rawbpf__out_byte(out, '[');
		rawbpf__out_number(out, row->count);
		rawbpf__out_byte(out, ']');
	}
	if (row->kind) {
		rawbpf__out_repeat(out, ' ', FACTS_FIELD - (out->length - start));
		rawbpf__out_text(out, facts_kind(row->kind));
	}
	rawbpf__out_byte(out, '\n');
}

static void facts_registers(struct rawbpf__out *out)
{
	const struct rawbpf__registers *regs;

	rawbpf__out_text(out, "  struct pt_regs: offsets of a function's arguments, of its result at a\n"
			      "  return probe, of the stack pointer and the instruction pointer\n\n"
			      "            argument 1   2   3   4   5  result  stack  instruction\n");
	for (unsigned i = 0; (regs = rawbpf__registers_at(i)); i++) {
		rawbpf__out_text(out, "  ");
		rawbpf__out_text(out, regs->architecture);
		rawbpf__out_repeat(out, ' ', 16 - rawbpf__length(regs->architecture));
		for (unsigned argument = 0; argument < 5; argument++)
			rawbpf__out_right(out, regs->arguments[argument], 4);
		rawbpf__out_right(out, regs->result, 8);
		rawbpf__out_right(out, regs->stack, 7);
		rawbpf__out_right(out, regs->instruction, 13);
		rawbpf__out_byte(out, '\n');
	}
}

/* Return the context of a program type that gets no struct of uapi headers, or NULL. */
static const char *facts_other(unsigned type)
{
	switch (type) {
	case BPF_PROG_TYPE_TRACEPOINT:
		return "  8 bytes that programs cannot use, then the fields of the event: tracefs has\n"
		       "  their offsets, in events/GROUP/NAME/format\n";
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
	case BPF_PROG_TYPE_STRUCT_OPS:
		return "  the arguments of the function, 8 bytes each, in order; with fexit and\n"
		       "  fmod_ret, then its result\n";
	case BPF_PROG_TYPE_EXT:
		return "  the arguments of the function that it replaces\n";
	case BPF_PROG_TYPE_LIRC_MODE2:
		return "       0     4  read        the sample\n";
	case 31: /* BPF_PROG_TYPE_SYSCALL */
		return "  the memory that BPF_PROG_TEST_RUN was given as ctx_in; read and written\n";
	case 32: /* BPF_PROG_TYPE_NETFILTER */
		return "  struct bpf_nf_ctx\n\n"
		       "  offset  size\n"
		       "       0     8  read        state    a pointer to struct nf_hook_state\n"
		       "       8     8  read        skb    a pointer to struct sk_buff\n";
	default:
		return NULL;
	}
}

size_t rawbpf_context_explain(char *text, size_t size, unsigned prog_type)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const struct rawbpf__context *row = rawbpf__context_find(prog_type);
	const char *name = rawbpf_constant_name(RAWBPF_PROG_TYPE, prog_type);
	const char *other = facts_other(prog_type);

	if (!name || !prog_type) {
		rawbpf__out_text(&out, "  no program type has this number\n");
		return out.length;
	}
	rawbpf__out_text(&out, "  programs of type ");
	rawbpf__out_text(&out, name);
	rawbpf__out_text(&out, " start with r1 pointing to\n\n");
	if (prog_type == BPF_PROG_TYPE_KPROBE || prog_type == BPF_PROG_TYPE_PERF_EVENT)
		facts_registers(&out);
	if (other)
		rawbpf__out_text(&out, other);
	if (!row)
		return out.length;
	rawbpf__out_text(&out, prog_type == BPF_PROG_TYPE_PERF_EVENT ? "\n  struct " : "  struct ");
	rawbpf__out_text(&out, rawbpf__context_name(row));
	rawbpf__out_text(&out, "\n\n  offset  size\n");
	while ((++row)->kind != RAWBPF__CONTEXT_STRUCT)
		facts_field(&out, row, prog_type);
	return out.length;
}
