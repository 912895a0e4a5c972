/* SPDX-License-Identifier: MIT */
/* A device filter as a map, and the program that looks devices up in it. */
#include "device_code.h"
#include "device_sort.h"

/* ------------------------------------------------------------------------- elements */

struct device_elements {
	struct rawbpf_device_element *elements;
	unsigned max, count;
};

static void device_element_add(struct device_elements *list, int major, int minor, unsigned allowed)
{
	if (list->count < list->max)
		list->elements[list->count] = (struct rawbpf_device_element){
			{ major, minor }, allowed };
	list->count++;
}

/*
 * Append the elements of the major whose entries begin at entries[i]; return the index behind them. A
 * minor gets an element of its own only if the later look-ups would find another answer.
 */
static unsigned device_major_elements(struct device_elements *list,
				      const struct rawbpf__device_rules *rules, unsigned i)
{
	unsigned major = rawbpf__device_major(rules->entries[i]), star = 0;
	struct rawbpf__device_last of_major = rules->base;
	unsigned allowed;
	int has_own;

	if (!rawbpf__device_is_exact(rules->entries[i]))
		i = rawbpf__device_take_entry(rules, &of_major, i);
	allowed = rawbpf__device_allowed(rules, &of_major);
	has_own = allowed != rawbpf__device_allowed(rules, &rules->base);
	if (has_own)
		device_element_add(list, (int)major, RAWBPF_DEVICE_ANY, allowed);
	for (;;) {
		struct rawbpf__device_last of_both = of_major, of_minor = rules->base;
		int more = i < rules->entry_count &&
			   rawbpf__device_major(rules->entries[i]) == major;
		unsigned exact_minor = more ? rawbpf__device_minor(rules->entries[i]) : UINT32_MAX;
		unsigned star_minor = star < rules->star_count ? rules->stars[star] >> 32
							       : UINT32_MAX;
		unsigned minor = exact_minor < star_minor ? exact_minor : star_minor;

		if (minor == UINT32_MAX)
			return i;
		if (minor == star_minor) {
			rawbpf__device_take_star(rules, &of_minor, star);
			star = rawbpf__device_take_star(rules, &of_both, star);
		}
		if (minor == exact_minor)
			i = rawbpf__device_take_entry(rules, &of_both, i);
		if (rawbpf__device_allowed(rules, &of_both) !=
		    (has_own ? allowed : rawbpf__device_allowed(rules, &of_minor)))
			device_element_add(list, (int)major, (int)minor,
					   rawbpf__device_allowed(rules, &of_both));
	}
}

static void device_star_elements(struct device_elements *list,
				 const struct rawbpf__device_rules *rules)
{
	unsigned base = rawbpf__device_allowed(rules, &rules->base), i = 0;

	while (i < rules->star_count) {
		struct rawbpf__device_last last = rules->base;
		int minor = (int)(rules->stars[i] >> 32);

		i = rawbpf__device_take_star(rules, &last, i);
		if (rawbpf__device_allowed(rules, &last) != base)
			device_element_add(list, RAWBPF_DEVICE_ANY, minor,
					   rawbpf__device_allowed(rules, &last));
	}
}

int rawbpf_device_elements_generate(struct rawbpf_device_element *elements, unsigned max,
				    const struct rawbpf_device_filter *filter)
{
	struct device_elements list = { .elements = elements, .max = max };
	struct rawbpf__device_rules rules;
	unsigned i = 0;
	int err = rawbpf__device_sort(&rules, filter);

	if (err < 0)
		return err;
	device_element_add(&list, RAWBPF_DEVICE_ANY, RAWBPF_DEVICE_ANY,
			   rawbpf__device_allowed(&rules, &rules.base));
	device_star_elements(&list, &rules);
	while (i < rules.entry_count)
		i = device_major_elements(&list, &rules, i);
	return list.count > INT32_MAX ? -E2BIG : (int)list.count;
}

/* -------------------------------------------------------------------------- program */

/* Put a look-up of this key, and a jump for a found element. Return the index of the jump. */
static unsigned device_put_look_up(struct rawbpf__device_code *code, int map_fd,
				   struct bpf_insn store_major, struct bpf_insn store_minor)
{
	const struct bpf_insn insns[] = {
		store_major,
		store_minor,
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -8),
		BPF_LD_MAP_FD(BPF_REG_1, map_fd),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 0),
	};
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(insns); i++)
		rawbpf__device_put(code, insns[i]);
	return code->count - 1;
}

int rawbpf_device_map_generate(struct bpf_insn *insns, unsigned max, int map_fd)
{
	const struct bpf_insn major = BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_7, -8);
	const struct bpf_insn minor = BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_8, -4);
	const struct bpf_insn any_major = BPF_ST_MEM(BPF_W, BPF_REG_10, -8, RAWBPF_DEVICE_ANY);
	const struct bpf_insn any_minor = BPF_ST_MEM(BPF_W, BPF_REG_10, -4, RAWBPF_DEVICE_ANY);
	const struct bpf_insn begin[] = {
		RAWBPF__DEVICE_REQUEST,
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_3),
		BPF_MOV64_REG(BPF_REG_7, BPF_REG_4),
		BPF_MOV64_REG(BPF_REG_8, BPF_REG_5),
	};
	const struct bpf_insn end[] = {
		BPF_EXIT_INSN(),                                 /* none: r0 is 0 */
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_0, 0),     /* found: what it allows */
		BPF_ALU32_IMM(BPF_XOR, BPF_REG_1, -1),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_JMP_REG(BPF_JSET, BPF_REG_6, BPF_REG_1, 1),
		BPF_MOV64_IMM(BPF_REG_0, 1),
		BPF_EXIT_INSN(),
	};
	struct rawbpf__device_code code = { .insns = insns, .max = max };
	unsigned found[4], i;

	for (i = 0; i < RAWBPF_COUNT(begin); i++)
		rawbpf__device_put(&code, begin[i]);
	found[0] = device_put_look_up(&code, map_fd, major, minor);
	found[1] = device_put_look_up(&code, map_fd, major, any_minor);
	found[2] = device_put_look_up(&code, map_fd, any_major, minor);
	found[3] = device_put_look_up(&code, map_fd, any_major, any_minor);
	rawbpf__device_put(&code, end[0]);
	for (i = 0; i < RAWBPF_COUNT(found); i++)
		rawbpf__device_land(&code, found[i]);
	for (i = 1; i < RAWBPF_COUNT(end); i++)
		rawbpf__device_put(&code, end[i]);
	return (int)code.count;
}
