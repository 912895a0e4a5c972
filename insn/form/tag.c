/* SPDX-License-Identifier: MIT */
/*
 * The kernel gives each program a tag: the first 8 bytes of a hash of its instructions. In the
 * hashed instructions, descriptors of maps are 0. The hash is SHA-1, and from Linux 6.18 on
 * SHA-256.
 */
#include <rawbpf/form.h>
#include <rawbpf/insn.h>

#include "../base/hash.h"

static int tag_is_map(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW) &&
	       (insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE);
}

static int tag_is_second_slot(const struct bpf_insn *insn)
{
	return !insn->code && !insn->dst_reg && !insn->src_reg && !insn->off;
}

static int tag_is_equal(struct rawbpf__hash hash, const struct bpf_insn *insns, unsigned count,
			const unsigned char *tag)
{
	uint64_t digest;
	int in_map = 0;
	unsigned i;

	for (i = 0; i < count; i++) {
		struct bpf_insn insn = insns[i];
		int is_second = in_map && tag_is_second_slot(&insn);

		in_map = !in_map && tag_is_map(&insn);
		if (in_map || is_second)
			insn.imm = 0;
		rawbpf__hash_add(&hash, &insn, sizeof insn);
	}
	digest = rawbpf__hash_end(&hash);
	for (i = 0; i < 8; i++)
		if (tag[i] != (unsigned char)(digest >> (56 - 8 * i)))
			return 0;
	return 1;
}

int rawbpf_prog_tag_compare(const struct bpf_insn *insns, unsigned count, const void *tag)
{
	return tag_is_equal(rawbpf__hash_sha256(), insns, count, tag) ||
	       tag_is_equal(rawbpf__hash_sha1(), insns, count, tag);
}
