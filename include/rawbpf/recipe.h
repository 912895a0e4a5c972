/* SPDX-License-Identifier: MIT */
/*
 * The smallest map and the smallest program of every type: what each wants set,
 * from which kernel on, and what it is for. To begin one's own from, and to find
 * out what a kernel has by trying. rawbpf_map_types(7) and rawbpf_prog_types(7) show the tables.
 */
#ifndef RAWBPF_RECIPE_H
#define RAWBPF_RECIPE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rawbpf_btf; /* <rawbpf/btf.h> */

/* What a map wants besides its sizes. */
enum rawbpf_map_want {
	RAWBPF_MAP_WANTS_NOTHING,
	RAWBPF_MAP_WANTS_BTF,       /* of key and value: rawbpf_map_btf_load() */
	RAWBPF_MAP_WANTS_INNER,     /* a map like those it will hold */
	RAWBPF_MAP_WANTS_STRUCT_OPS /* a struct of the kernel's: rawbpf_struct_ops_btf_load() */
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

/* The recipe for a type of maps; NULL: there is none (BPF_MAP_TYPE_UNSPEC, or newer than 7.3). */
const struct rawbpf_map_recipe *rawbpf_map_recipe_get(unsigned type);

/*
 * Create a map by it, with all it wants: its descriptor. `kernel` is the kernel's BTF, for
 * struct_ops; NULL: it is opened meanwhile.
 *
 * -EINVAL  no recipe, or the kernel has no such type: rawbpf_map_create()
 * or an error of what it wants.
 */
int rawbpf_map_recipe_create(unsigned type, const struct rawbpf_btf *kernel);

/* What a program's attach_btf_id, or attach_prog, is to be. */
enum rawbpf_prog_want {
	RAWBPF_PROG_WANTS_NOTHING,
	RAWBPF_PROG_WANTS_FUNC,       /* a function of the kernel */
	RAWBPF_PROG_WANTS_TYPEDEF,    /* a tracepoint's, btf_trace_NAME */
	RAWBPF_PROG_WANTS_STRUCT_OPS, /* a struct; its member: expected_attach_type */
	RAWBPF_PROG_WANTS_PROG        /* a function of another program's, with its BTF */
};

/* What rawbpf_prog_run() wants to run it. */
enum rawbpf_prog_runs {
	RAWBPF_PROG_RUNS_NOT,     /* -ENOTSUPP: only what it is attached to runs it */
	RAWBPF_PROG_RUNS_BARE,    /* neither packet nor context */
	RAWBPF_PROG_RUNS_PACKET,  /* data_in: an Ethernet frame */
	RAWBPF_PROG_RUNS_CONTEXT, /* ctx_in: a struct bpf_sk_lookup */
	RAWBPF_PROG_RUNS_OTHERS   /* what it is for is run, and the program if it is attached */
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
	unsigned runs_kernel;          /* the first where it runs so */
	unsigned kernel;               /* the first with the type, or attach type */
	const char *purpose;
};

/* The n-th recipe, from 0 on, in the order of their types; NULL: there are no more. */
const struct rawbpf_prog_recipe *rawbpf_prog_recipe_get(unsigned n);

/*
 * Load the program: its descriptor. `log` of `size` bytes is the verifier's, as in
 * rawbpf_prog_spec; NULL: none. `kernel`: as above.
 *
 * -ENOENT  the kernel has no function, tracepoint or struct of that name
 * -EINVAL  for struct_ops, a target without a '.', or with a struct's name of over 63 bytes
 * or an error of rawbpf_prog_load(), rawbpf_btf_kernel_open().
 */
int rawbpf_prog_recipe_load(const struct rawbpf_prog_recipe *recipe,
			    const struct rawbpf_btf *kernel, char *log, size_t size);

/*
 * Run the loaded program once, on what its type wants. Returns 0 if it came back with its
 * result; -EPROTO: with another one; or an error of rawbpf_prog_run().
 */
int rawbpf_prog_recipe_run(const struct rawbpf_prog_recipe *recipe, int prog);

#ifdef __cplusplus
}
#endif
#endif
