/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_INSN_FOLD_H
#define RAWBPF_INSN_FOLD_H

#include "resolution.h"

/* What is known of a program without a kernel. */
struct rawbpf__fold {
	struct rawbpf__resolver r;
	struct rawbpf_unit unit;
	unsigned known;		/* the first objects have their places */
	unsigned depth;		/* of branches */
	int is_off;		/* nothing is known */
};

/* Begin with a program. The environment has no kernel and no options. */
RAWBPF__PRIVATE int rawbpf__fold_begin(struct rawbpf__fold *f, const struct rawbpf_collection *c,
				       const struct rawbpf_collection_env *env, unsigned prog,
				       struct rawbpf_collection_error *error);
/*
 * Do the program's next step with its instructions. Return 1 if it is done, 0 if it has to be done
 * when the program is loaded, or an error: a mistake on every kernel.
 */
RAWBPF__PRIVATE int rawbpf__fold_step(struct rawbpf__fold *f, struct bpf_insn *insns,
				      const struct rawbpf_step *step);

#endif
