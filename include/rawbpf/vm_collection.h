/* SPDX-License-Identifier: MIT */
/*
 * A program of a collection in the machine of rawbpf/vm.h: its names become numbers without a
 * kernel, its maps lie in the caller's memory, tail calls find their programs. No privilege, no libc.
 *
 *	struct rawbpf_vm_collection loaded;
 *	struct rawbpf_vm_world world = { .pid = 42 };
 *	struct rawbpf_vm_helpers helpers;
 *
 *	err = rawbpf_vm_collection_open(&loaded, &(struct rawbpf_vm_collection_spec){
 *		.collection = &collection, .prog = 0, .memory = memory, .memory_size = sizeof(memory) });
 *	rawbpf_vm_helpers_get(&helpers, &world);
 *	loaded.machine.helpers = &helpers;
 *	loaded.machine.context = &context;
 *	if (!err)
 *		err = rawbpf_vm_open(&vm, &loaded.machine);
 *	if (!err)
 *		err = rawbpf_vm_run(&vm, 1000000);
 *
 * Functions return a result >= 0 or a negative errno.
 */
#ifndef RAWBPF_VM_COLLECTION_H
#define RAWBPF_VM_COLLECTION_H

#include <rawbpf/collection.h>
#include <rawbpf/symbol.h>
#include <rawbpf/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to load. Zero is the default of every field but the first and the memory. */
struct rawbpf_vm_collection_spec {
	const struct rawbpf_collection *collection;
	unsigned prog;          /* the program to run, an index in `progs` */
	enum rawbpf_way way;    /* only this way; NONE: the first place and way that can be resolved */
	/*
	 * The system that names are resolved for. NULL: this machine's architecture, no option.
	 * `map_fds` is not used. Without `symbols` constants of the kernel's headers and fields of
	 * contexts are known, and nothing that is in BTF. An offsets file is in symbols->offsets.
	 * Without `index` the index is in `memory`.
	 */
	const struct rawbpf_collection_env *env;
	uint32_t ring_size;     /* bytes of a ring without a size; 0: 64 KB */
	void *memory;           /* aligned to 8, for all of it; must not move */
	size_t memory_size;     /* bytes: what the maps need, and 20 for each slot, and 16 KB */
};

/* A program that was resolved. */
struct rawbpf_vm_unit {
	struct rawbpf_unit unit;
	struct rawbpf_vm_prog prog;
	struct rawbpf_resolved resolved; /* with lines, maps and functions of each slot */
};

enum { RAWBPF_VM_SPARE = 64, RAWBPF_VM_REGIONS = 16 };

/* Read all of it at any time. */
struct rawbpf_vm_collection {
	struct rawbpf_vm_collection_spec spec;
	struct rawbpf_collection_env env; /* that names were resolved with */
	struct rawbpf_vm_unit *units;     /* [0] runs; the others are those of tail calls */
	unsigned unit_count;
	struct rawbpf_vm_map *maps;       /* as the collection's, collection->map_count of them */
	/*
	 * For rawbpf_vm_open(): program, stack, maps, and room for the context and RAWBPF_VM_REGIONS
	 * more regions. The caller sets context, helpers, packet and hook.
	 */
	struct rawbpf_vm_spec machine;
	struct rawbpf_collection_error error; /* out: what is wrong, and where in the text */

	struct rawbpf_symbols symbols;        /* private */
	struct rawbpf_collection_index index; /* private */
	size_t used;                          /* private: bytes of the memory */
};

/*
 * Resolve a program, and the programs that its prog arrays hold, and create all maps. They are
 * empty but for prog arrays and sections of data.
 *
 * Each place of the program is tried in the order of the text, a system call as TRACEPOINT first.
 * The first one that can be resolved is taken. If there is none, the error is that of the first.
 *
 * -EINVAL      no such program; a map's size or flag is not valid
 * -EOPNOTSUPP  the machine has no such maps, or the program has no place of this way
 * -ENOSPC      `memory` is too small: try twice as much. `error` is empty
 * or an error of rawbpf_collection_resolve(). `error` describes all of them but -ENOSPC.
 */
int rawbpf_vm_collection_open(struct rawbpf_vm_collection *loaded,
			      const struct rawbpf_vm_collection_spec *spec);

/* Give all maps their first contents again, before another run. The result is 0. */
int rawbpf_vm_maps_open(struct rawbpf_vm_collection *loaded);

#ifdef __cplusplus
}
#endif
#endif
