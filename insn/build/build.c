/* SPDX-License-Identifier: MIT */
/*
 * The array keeps instructions from its start and labels from its end, each in the order of the
 * calls. The array is full when they meet. Labels have numbers from 1; 0 is no label. A tree has
 * the first label of each name. Further labels of a local name form a list behind it.
 */
#include <rawbpf/build.h>
#include <rawbpf/insn.h>

#include "../base/character.h"
#include "../base/out.h"
#include "../base/string.h"
#include "../symbol/names.h"

enum { GOTOL_KERNEL = 6 << 8 | 6 };

static void set_error(struct rawbpf_build *b, int error, unsigned index, unsigned line,
		      const char *label, const char *reason)
{
	b->error = (struct rawbpf_build_error){ error, index, line, label, reason };
}

/* Record the first mistake. The builder adds nothing after it. */
static void build_fail(struct rawbpf_build *b, int error, unsigned line, const char *label,
		       const char *reason)
{
	b->broken = 1;
	set_error(b, error, b->count, line, label, reason);
}

static int build_has_room(struct rawbpf_build *b, unsigned wanted, unsigned line)
{
	b->needed += wanted;
	if (b->broken)
		return 0;
	if (wanted <= b->slot_max - b->count - b->label_count)
		return 1;
	build_fail(b, -ENOSPC, line, NULL, "the array of slots is full");
	return 0;
}

/* Return the number of digits that `name` begins with. */
static size_t count_digits(const char *name)
{
	size_t digits = 0;

	while (rawbpf__is_decimal(name[digits]))
		digits++;
	return digits;
}

/* ------------------------------------------------------------------------ labels */

static struct rawbpf_build_slot *label_number(const struct rawbpf_build *b, unsigned number)
{
	return &b->slots[b->slot_max - number];
}

static struct rawbpf__names label_names(struct rawbpf_build *b)
{
	return (struct rawbpf__names){ .root = &b->label_root, .first = label_number(b, 1)->links,
				       .stride = -(ptrdiff_t)(sizeof(*b->slots) /
							      sizeof(unsigned)) };
}

/*
 * Return the only label that can have this name, the first one of it. Return NULL without labels.
 */
static struct rawbpf_build_slot *label_near(struct rawbpf_build *b, const char *name,
					    size_t length)
{
	struct rawbpf__names names = label_names(b);
	unsigned number = rawbpf__names_find(&names, name, length);

	return number ? label_number(b, number) : NULL;
}

static struct rawbpf_build_slot *label_find(struct rawbpf_build *b, const char *name,
					    size_t length)
{
	struct rawbpf_build_slot *near = label_near(b, name, length);

	return near && rawbpf__equal_bytes(near->label, name, length) ? near : NULL;
}

/* Add a label before the next instruction. `near` is the result of label_near(). */
static void label_add(struct rawbpf_build *b, const char *name, struct rawbpf_build_slot *near)
{
	unsigned number = ++b->label_count;
	struct rawbpf__names names = label_names(b);

	*label_number(b, number) = (struct rawbpf_build_slot){
		.label = name, .place = b->count, .last = number };
	if (near && rawbpf__equal(near->label, name)) {
		label_number(b, near->last)->next = number;
		near->last = number;
	} else {
		rawbpf__names_add(&names, number, name, rawbpf__length(name),
				  near ? near->label : NULL, near ? rawbpf__length(near->label) : 0);
	}
}

/* Return the label that the instruction refers to, or NULL if the program has none. */
static const struct rawbpf_build_slot *label_of(struct rawbpf_build *b,
						const struct rawbpf_build_slot *reference)
{
	size_t digits = count_digits(reference->reference);
	unsigned number = reference->before;

	if (!digits)
		return label_find(b, reference->reference, rawbpf__length(reference->reference));
	if (reference->reference[digits] == 'f' && !number)
		return label_find(b, reference->reference, digits);
	if (reference->reference[digits] == 'f')
		number = label_number(b, number)->next;
	return number ? label_number(b, number) : NULL;
}

void rawbpf_build_label_at(struct rawbpf_build *b, const char *label, unsigned line)
{
	struct rawbpf_build_slot *near;
	size_t digits;

	if (!build_has_room(b, 1, line))
		return;
	digits = label ? count_digits(label) : 0;
	if (!label || !*label || (digits && label[digits])) {
		build_fail(b, -EINVAL, line, label, "'@' cannot name a label");
		return;
	}
	near = label_near(b, label, rawbpf__length(label));
	if (!digits && near && rawbpf__equal(near->label, label)) {
		build_fail(b, -EEXIST, line, label, "label '@' exists already");
		return;
	}
	label_add(b, label, near);
}

/* Return the number of the first label at or behind the instruction, or label_count + 1. */
static unsigned label_from(const struct rawbpf_build *b, unsigned index)
{
	unsigned number = 1, end = b->label_count + 1;

	while (number < end) {
		unsigned middle = number + (end - number) / 2;

		if (label_number(b, middle)->place < index)
			number = middle + 1;
		else
			end = middle;
	}
	return number;
}

static int label_is_word(const char *label)
{
	if (rawbpf__is_decimal(*label))
		return 0;
	while (rawbpf__is_word(*label))
		label++;
	return !*label;
}

const char *rawbpf_build_label_name(const struct rawbpf_build *b, unsigned index)
{
	unsigned number;

	for (number = label_from(b, index); number <= b->label_count; number++) {
		const struct rawbpf_build_slot *label = label_number(b, number);

		if (label->place != index)
			break;
		if (label_is_word(label->label))
			return label->label;
	}
	return NULL;
}

/* --------------------------------------------------------------------------- slots */

void rawbpf_build_slots_set(struct rawbpf_build *b, struct rawbpf_build_slot *slots,
			    unsigned slot_max)
{
	unsigned number;

	if (!slots || slot_max < b->slot_max) {
		if (!b->broken)
			build_fail(b, slots ? -EINVAL : -ENOSPC, 0, NULL,
				   slots ? "the new array of slots is smaller than the old one"
					 : "there is no bigger array of slots");
		return;
	}
	/* The labels move up: the first one, which is the last slot, goes first. */
	for (number = 1; number <= b->label_count; number++)
		slots[slot_max - number] = slots[b->slot_max - number];
	b->slots = slots;
	b->slot_max = slot_max;
}

/* ------------------------------------------------------------------ instructions */

static void append(struct rawbpf_build *b, struct bpf_insn insn, const char *name, unsigned line)
{
	b->slots[b->count++] = (struct rawbpf_build_slot){
		.insn = insn, .reference = name, .line = line };
}

void rawbpf_build_emit_at(struct rawbpf_build *b, const struct bpf_insn *insns, unsigned count,
			  unsigned line)
{
	unsigned i;

	if (!build_has_room(b, count, line))
		return;
	for (i = 0; i < count; i++)
		append(b, insns[i], NULL, line);
}

/* Append `count` slots, the first of which refers to a label or map. */
static void append_reference(struct rawbpf_build *b, const struct bpf_insn *insns, unsigned count,
			     const char *name, unsigned line)
{
	size_t digits = name ? count_digits(name) : 0;
	int is_load = insns->code == (BPF_LD | BPF_DW | BPF_IMM);
	int is_map = is_load && insns->src_reg != BPF_PSEUDO_FUNC;
	const struct rawbpf_build_slot *label;
	unsigned before = 0;

	if (!build_has_room(b, count, line))
		return;
	if (!name || !*name) {
		build_fail(b, -EINVAL, line, name, is_map ? "the map has no name"
							  : "the jump or call has no label");
		return;
	}
	if (!is_map && digits &&
	    ((name[digits] != 'f' && name[digits] != 'b') || name[digits + 1])) {
		build_fail(b, -EINVAL, line, name,
			   "'@' is not a label: add f (forward) or b (backward) to the number");
		return;
	}
	if (!is_map && digits) {
		label = label_find(b, name, digits);
		before = label ? label->last : 0;
	}
	append(b, insns[0], name, line);
	b->slots[b->count - 1].before = before;
	if (count == 2)
		append(b, insns[1], NULL, line);
}

static int is_jump(const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	if (class != BPF_JMP && class != BPF_JMP32)
		return 0;
	if (operation == BPF_JA) /* with a register it is gotox, which has no offset */
		return BPF_SRC(insn->code) == BPF_K;
	return operation != BPF_CALL && operation != BPF_EXIT;
}

void rawbpf_build_jump_at(struct rawbpf_build *b, struct bpf_insn insn, const char *label,
			  unsigned line)
{
	if (!b->broken && !is_jump(&insn))
		build_fail(b, -EINVAL, line, label, "the instruction is not a jump and cannot go to "
						    "'@'");
	append_reference(b, &insn, 1, label, line);
}

void rawbpf_build_call_at(struct rawbpf_build *b, const char *label, unsigned line)
{
	const struct bpf_insn call = BPF_CALL_REL(0);

	append_reference(b, &call, 1, label, line);
}

void rawbpf_build_func_emit_at(struct rawbpf_build *b, unsigned reg, const char *label,
			       unsigned line)
{
	const struct bpf_insn load[] = { RAWBPF_LD_FUNC(reg, 0) };

	append_reference(b, load, 2, label, line);
}

void rawbpf_build_map_emit_at(struct rawbpf_build *b, unsigned reg, const char *name, unsigned line)
{
	const struct bpf_insn load[] = { BPF_LD_MAP_FD(reg, 0) };

	append_reference(b, load, 2, name, line);
}

void rawbpf_build_map_value_emit_at(struct rawbpf_build *b, unsigned reg, const char *name,
				    unsigned offset, unsigned line)
{
	const struct bpf_insn load[] = { BPF_LD_MAP_VALUE(reg, 0, (int)offset) };

	append_reference(b, load, 2, name, line);
}

/* --------------------------------------------------------------------- resolving */

static int resolve_error(struct rawbpf_build *b, int error, unsigned index, const char *reason)
{
	const struct rawbpf_build_slot *slot = &b->slots[index];

	set_error(b, error, index, slot->line, slot->reference, reason);
	return error;
}

static int resolve_map(struct rawbpf_build *b, struct bpf_insn *insn, unsigned index,
		       const struct rawbpf_env *env)
{
	unsigned i, count = env ? env->map_fd_count : 0;

	for (i = 0; i < count; i++) {
		const char *name = env->map_fds[i].name;

		if (name && rawbpf__equal(name, b->slots[index].reference)) {
			insn->imm = env->map_fds[i].fd;
			return 0;
		}
	}
	return resolve_error(b, -ENOENT, index, "the environment has no map '@'");
}

/*
 * Fill in a jump's distance. A distance beyond 16 bits needs gotol, which has it in imm. A goto
 * becomes a gotol if the kernel has it.
 */
static int resolve_jump(struct rawbpf_build *b, struct bpf_insn *insn, unsigned index,
			int distance, const struct rawbpf_env *env)
{
	if (insn->code == (BPF_JMP32 | BPF_JA)) {
		insn->imm = distance;
		return 0;
	}
	if (distance >= -32768 && distance <= 32767) {
		insn->off = distance;
		return 0;
	}
	if (insn->code != (BPF_JMP | BPF_JA))
		return resolve_error(b, -ERANGE, index,
				     "'@' is more than 32767 instructions away; jump to it with "
				     "BPF_JMP_A, and over that with this jump");
	if (!env || env->kernel < GOTOL_KERNEL)
		return resolve_error(b, -ERANGE, index,
				     "'@' is more than 32767 instructions away, which needs Linux "
				     "6.6");
	insn->code = BPF_JMP32 | BPF_JA;
	insn->off = 0;
	insn->imm = distance;
	return 0;
}

static int resolve_reference(struct rawbpf_build *b, struct bpf_insn *insn, unsigned index,
			     const struct rawbpf_env *env)
{
	int is_load = insn->code == (BPF_LD | BPF_DW | BPF_IMM);
	const struct rawbpf_build_slot *label;
	int distance;

	if (is_load && insn->src_reg != BPF_PSEUDO_FUNC)
		return resolve_map(b, insn, index, env);
	label = label_of(b, &b->slots[index]);
	if (!label)
		return resolve_error(b, -ENOENT, index, "the program has no label '@'");
	if (label->place == b->count && !(env && env->is_fragment))
		return resolve_error(b, -EINVAL, index, "no instruction follows label '@'");
	/*
	 * The distance counts from the next slot. For a 64-bit load, that slot is its own second
	 * half.
	 */
	distance = (int)label->place - (int)index - 1;
	if (!is_load && insn->code != (BPF_JMP | BPF_CALL))
		return resolve_jump(b, insn, index, distance, env);
	insn->imm = distance;
	return 0;
}

int rawbpf_build_resolve(struct rawbpf_build *b, struct bpf_insn *insns, unsigned max,
			 const struct rawbpf_env *env)
{
	unsigned i;

	if (b->broken)
		return b->error.error;
	set_error(b, 0, 0, 0, NULL, NULL);
	for (i = 0; i < b->count; i++) {
		int err = 0;

		if (i == max) {
			set_error(b, -ENOSPC, i, b->slots[i].line, NULL,
				  "the array for the program is full");
			return -ENOSPC;
		}
		insns[i] = b->slots[i].insn;
		if (b->slots[i].place)
			err = b->symbol(b, &insns[i], i, env);
		else if (b->slots[i].reference)
			err = resolve_reference(b, &insns[i], i, env);
		if (err < 0)
			return err;
	}
	return (int)b->count;
}

/* ------------------------------------------------------------------------- lines */

enum { LINE_COLUMN_BITS = 10 }; /* of line_col, below the line */

int rawbpf_build_lines_find(const struct rawbpf_build *b, struct bpf_line_info *infos, unsigned max)
{
	unsigned i, number = 1, line = 0, found = 0;

	if (b->broken)
		return b->error.error;
	for (i = 0; i < b->count; i++) {
		const struct rawbpf_build_slot *slot = &b->slots[i];
		int begins = i == 0 || slot->line != line;

		for (; number <= b->label_count && label_number(b, number)->place <= i; number++)
			begins = 1;
		if (!begins || !slot->insn.code) /* the second half of a 64-bit load has no line */
			continue;
		if (found == max)
			return -ENOSPC;
		line = slot->line;
		infos[found++] = (struct bpf_line_info){
			.insn_off = i,
			.line_col = line >> (32 - LINE_COLUMN_BITS) ? 0 : line << LINE_COLUMN_BITS };
	}
	return (int)found;
}

/* ------------------------------------------------------------------- explaining */

size_t rawbpf_build_explain(char *text, size_t size, const struct rawbpf_build_error *error)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const char *reason = error->reason ? error->reason : "no error";

	if (error->error) {
		rawbpf__out_text(&out, "instruction ");
		rawbpf__out_number(&out, error->index);
		if (error->line) {
			rawbpf__out_text(&out, ", line ");
			rawbpf__out_number(&out, error->line);
		}
		rawbpf__out_text(&out, ": ");
	}
	for (; *reason; reason++) {
		if (*reason != '@')
			rawbpf__out_byte(&out, *reason);
		else if (error->label)
			rawbpf__out_string(&out, error->label);
	}
	return out.length;
}
