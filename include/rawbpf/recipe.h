/* SPDX-License-Identifier: MIT */
/*
 * The smallest map and the smallest program of every type: the settings that each needs, its first
 * kernel, and its purpose. Start your own map or program from them, or try what a kernel has.
 * rawbpf_map_types(7) and rawbpf_prog_types(7) show the tables.
 */
#ifndef RAWBPF_RECIPE_H
#define RAWBPF_RECIPE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rawbpf_btf; /* <rawbpf/btf.h> */

/* The needs of a map besides its sizes. */
enum rawbpf_map_want {
	RAWBPF_MAP_WANTS_NOTHING,
	RAWBPF_MAP_WANTS_BTF,       /* of key and value: rawbpf_map_btf_load() */
	RAWBPF_MAP_WANTS_INNER,     /* a map like those it will hold */
	RAWBPF_MAP_WANTS_STRUCT_OPS /* a struct of the kernel: rawbpf_struct_ops_btf_load() */
};

struct rawbpf_map_recipe {
	unsigned type;          /* BPF_MAP_TYPE_* */
	unsigned key_size;
	unsigned value_size;
	unsigned max_entries;
	unsigned flags;
	enum rawbpf_map_want wants;
	unsigned kernel;        /* the first with it: 6 << 8 | 9 is Linux 6.9 */
	const char *purpose;
};

/* Return the recipe for a map type. NULL: no recipe (BPF_MAP_TYPE_UNSPEC, or newer than 7.3). */
const struct rawbpf_map_recipe *rawbpf_map_recipe_get(unsigned type);

/*
 * Create the map of the recipe, with everything that it needs. Return its descriptor. `kernel` is
 * the kernel's BTF, for struct_ops; with NULL the function opens it itself.
 *
 * -EINVAL  no recipe, or the kernel lacks the type: rawbpf_map_create()
 *
 * Other errors are those of the things that it needs.
 */
int rawbpf_map_recipe_create(unsigned type, const struct rawbpf_btf *kernel);

/* The kind of a program's attach_btf_id or attach_prog. */
enum rawbpf_prog_want {
	RAWBPF_PROG_WANTS_NOTHING,
	RAWBPF_PROG_WANTS_FUNC,       /* a function of the kernel */
	RAWBPF_PROG_WANTS_TYPEDEF,    /* a tracepoint's, btf_trace_NAME */
	RAWBPF_PROG_WANTS_STRUCT_OPS, /* a struct; its member: expected_attach_type */
	RAWBPF_PROG_WANTS_PROG        /* a function of another program's, with its BTF */
};

/* The input that rawbpf_prog_run() needs to run it. */
enum rawbpf_prog_runs {
	RAWBPF_PROG_RUNS_NOT,     /* -ENOTSUPP: it runs only where it is attached */
	RAWBPF_PROG_RUNS_BARE,    /* no packet, no context */
	RAWBPF_PROG_RUNS_PACKET,  /* data_in: an Ethernet frame */
	RAWBPF_PROG_RUNS_CONTEXT, /* ctx_in: a struct bpf_sk_lookup */
	RAWBPF_PROG_RUNS_OTHERS   /* the target runs, and the program if it is attached to it */
};

/*
 * The program is two instructions, r0 = `result` and exit. A type may have several recipes,
 * for attach types that load differently.
 */
struct rawbpf_prog_recipe {
	unsigned type;                 /* BPF_PROG_TYPE_* */
	unsigned expected_attach_type; /* BPF_* */
	unsigned flags;
	enum rawbpf_prog_want wants;
	const char *target;            /* its name; for struct_ops STRUCT.MEMBER */
	int result;
	enum rawbpf_prog_runs runs;
	unsigned runs_kernel;          /* the first where it runs this way */
	unsigned kernel;               /* the first with the type, or attach type */
	const char *purpose;
};

/* Return the n-th recipe, from 0, in the order of their types; NULL: no more. */
const struct rawbpf_prog_recipe *rawbpf_prog_recipe_get(unsigned n);

/*
 * Load the program. Return its descriptor. `log` of `size` bytes receives the verifier's messages,
 * as in rawbpf_prog_spec; it may be NULL. `kernel`: as above.
 *
 * -ENOENT  the kernel has no function, tracepoint or struct of that name
 * -EINVAL  for struct_ops, a target without a '.', or with a struct's name of over 63 bytes
 *
 * Other errors as in rawbpf_prog_load() and rawbpf_btf_kernel_open().
 */
int rawbpf_prog_recipe_load(const struct rawbpf_prog_recipe *recipe,
			    const struct rawbpf_btf *kernel, char *log, size_t size);

/*
 * Run the loaded program once, with the input that its type needs. Return 0 if its result is the
 * recipe's. -EPROTO: it is another; or an error of rawbpf_prog_run().
 */
int rawbpf_prog_recipe_run(const struct rawbpf_prog_recipe *recipe, int prog);

#ifdef __cplusplus
}
#endif
#endif
