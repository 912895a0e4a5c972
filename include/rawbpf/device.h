/* SPDX-License-Identifier: MIT */
/*
 * Device filters for cgroups: make a program of type BPF_PROG_TYPE_CGROUP_DEVICE from rules. Pure
 * functions: no system call, no libc, no memory but the caller's.
 *
 *	struct rawbpf_device_rule rules[2] = { { .allow = 1 }, { .allow = 1 } };
 *	static uint64_t scratch[16];
 *	static struct bpf_insn insns[64];
 *	struct rawbpf_device_error wrong;
 *
 *	rawbpf_device_rule_parse(&rules[0], "c 1:3 rwm", &wrong);
 *	rawbpf_device_rule_parse(&rules[1], "b *:* m", &wrong);
 *	int count = rawbpf_device_filter_generate(insns, RAWBPF_COUNT(insns),
 *		&(struct rawbpf_device_filter){ .rules = rules, .rule_count = 2,
 *			.scratch = scratch, .scratch_size = sizeof scratch });
 *
 * MEANING. A request has a type, two numbers and a set of access bits. Each bit
 * is decided alone: by the last rule that matches type and numbers and names
 * the bit, else by `default_access`. The filter grants a request if it allows
 * all of its bits. So "deny w" denies an open(2) with O_RDWR, and two rules
 * that allow r and w grant it. A request without bits is granted.
 */
#ifndef RAWBPF_DEVICE_H
#define RAWBPF_DEVICE_H

#include <rawbpf/uapi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	RAWBPF_DEVICE_ANY = -1,           /* a major or minor number: all of them */
	RAWBPF_DEVICE_MAJOR_MAX = 4095,   /* the kernel's dev_t has 12 bits for the major number, */
	RAWBPF_DEVICE_MINOR_MAX = 1048575 /* and 20 for the minor */
};

struct rawbpf_device_rule {
	int allow;       /* 1: allow; 0: deny */
	unsigned type;   /* BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR, or both: 3 */
	int major;       /* 0 to RAWBPF_DEVICE_MAJOR_MAX, or RAWBPF_DEVICE_ANY */
	int minor;       /* 0 to RAWBPF_DEVICE_MINOR_MAX, or RAWBPF_DEVICE_ANY */
	unsigned access; /* of BPF_DEVCG_ACC_MKNOD, _READ and _WRITE; 0: the rule decides nothing */
};

struct rawbpf_device_filter {
	const struct rawbpf_device_rule *rules; /* the last one decides */
	unsigned rule_count;
	unsigned default_access; /* BPF_DEVCG_ACC_* that are allowed where no rule decides; 0: none */
	void *scratch;           /* rawbpf_device_scratch_size() bytes, 8-byte aligned; */
	size_t scratch_size;     /* rawbpf_device_filter_evaluate() needs none */
};

/* The first mistake in the text of a rule. */
struct rawbpf_device_error {
	unsigned place;     /* index of the first wrong byte, from 0 */
	const char *reason; /* one sentence, without a full stop */
};

/*
 * Parse a rule as cgroup v1 and OCI write it into all fields of `rule` but `allow`:
 *
 *	TYPE MAJOR:MINOR ACCESS		c 1:3 rwm, b *:* m
 *	a				a *:* rwm
 *
 * TYPE is c (character device), b (block device) or a (both). MAJOR and MINOR are decimal numbers
 * or *. ACCESS is r (read), w (write), m (mknod), each at most once. Blanks, tabs and newlines
 * separate the parts, and may stand at both ends.
 *
 * -EINVAL  `text` is no rule; `error`, which may be NULL, says why; `rule` is as it was
 */
int rawbpf_device_rule_parse(struct rawbpf_device_rule *rule, const char *text,
			     struct rawbpf_device_error *error);

/*
 * Return the BPF_DEVCG_ACC_* that the filter allows for one device. `type` is
 * BPF_DEVCG_DEV_BLOCK or BPF_DEVCG_DEV_CHAR. The time grows with the rules.
 */
unsigned rawbpf_device_filter_evaluate(const struct rawbpf_device_filter *filter, unsigned type,
				       unsigned major, unsigned minor);

/* Return the bytes of scratch that so many rules need: 24 for each, and 8. */
size_t rawbpf_device_scratch_size(unsigned rule_count);

/*
 * Write the program, at most `max` instructions of it. It loads on every kernel that has the type.
 *
 * Two filters with the same meaning become the same bytes, even if they differ in these points: the
 * order of rules that do not contradict, repeated rules, overridden rules, and rules that are split
 * into several. So the program's tag tells whether a filter has changed.
 *
 * A rule takes up to 6 instructions, and the verifier processes up to 10. A rule "any
 * major, this minor" takes up to 10 more for each other rule that names a major number.
 *
 * Return the number of instructions of the whole program. If that is more than `max`, which may
 * be 0, the program is not complete.
 *
 * -EINVAL  a rule's field is out of range; `scratch` is not aligned
 * -ENOSPC  `scratch` is too small
 * -E2BIG   more than 256 rules are "any major, this minor"; the program would have more than the
 *          1,000,000 instructions that kernels take
 */
int rawbpf_device_filter_generate(struct bpf_insn *insns, unsigned max,
				  const struct rawbpf_device_filter *filter);

/* The key and the value of a map of rules, for a program that looks them up. */
struct rawbpf_device_key {
	int major, minor; /* RAWBPF_DEVICE_ANY: all that have no key of their own */
};

struct rawbpf_device_element {
	struct rawbpf_device_key key;
	unsigned allowed; /* the value: for block devices BPF_DEVCG_ACC_* << 3, and for character
			     devices BPF_DEVCG_ACC_* << 6 */
};

/*
 * Write the elements of a map, at most `max` of them. With this map the program of
 * rawbpf_device_map_generate() decides as the filter does. The function leaves out elements that
 * change no answer.
 *
 * Return the number of all elements; else as rawbpf_device_filter_generate().
 */
int rawbpf_device_elements_generate(struct rawbpf_device_element *elements, unsigned max,
				    const struct rawbpf_device_filter *filter);

enum { RAWBPF_DEVICE_MAP_INSNS = 64 }; /* enough for rawbpf_device_map_generate() */

/*
 * Write a program that looks the device up in the hash map `map_fd`. The key is a struct
 * rawbpf_device_key of 8 bytes; the value has 4 bytes. The program tries both numbers, the major
 * number, the minor number, and neither; the first element found decides. If it finds none, it
 * denies the access. The map may change while the program runs: each look-up finds an element as it
 * was or as it is.
 *
 * Return the number of instructions. If that is more than `max`, the program is not complete.
 */
int rawbpf_device_map_generate(struct bpf_insn *insns, unsigned max, int map_fd);

#ifdef __cplusplus
}
#endif
#endif
