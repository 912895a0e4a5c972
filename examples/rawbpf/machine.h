/* SPDX-License-Identifier: MIT */
/* Programs of texts in user space, for `rawbpf step` and `rawbpf run`: from a text to a machine. */
#ifndef EXAMPLES_RAWBPF_MACHINE_H
#define EXAMPLES_RAWBPF_MACHINE_H

#include "collected.h"
#include "packets.h"

#include <rawbpf/vm_collection.h>
#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

/* All memory lives until the process ends. */
struct machine {
	const struct subcommand *subcommand; /* for messages */
	unsigned prog_type;             /* BPF_PROG_TYPE_* */
	struct rawbpf_vm_spec spec;     /* lacks a context and helpers */
	struct rawbpf_vm_world world;   /* the caller sets it */
	struct rawbpf_vm_collection loaded; /* of a text with .prog */
	struct rawbpf_vm_prog prog;     /* of a text without */
	struct rawbpf_vm_map maps[TOOL_MAPS], *map[TOOL_MAPS];
};

/* Create the maps of an assembled text without .prog. Returns OK, or FAILED after a message. */
int machine_load_program(struct machine *machine, struct program *program);

/*
 * Load a program of a text with .prog. `symbols` are the names of the system, or NULL. Returns OK, or
 * FAILED after a message.
 */
int machine_load_collection(struct machine *machine, const struct collection *collection, unsigned prog,
			    struct rawbpf_symbols *symbols);

/*
 * Make a context for a packet, and let `spec`, a copy of machine->spec with helpers, use it. `fields`
 * has `size` bytes, of which `given` are set. Returns OK, or FAILED after a message.
 */
int machine_open_context(const struct machine *machine, struct rawbpf_vm_spec *spec,
			 struct rawbpf_vm_context *context, const struct packets *packets,
			 const unsigned char *fields, size_t given, size_t size);

#endif
