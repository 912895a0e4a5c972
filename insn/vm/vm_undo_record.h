/* SPDX-License-Identifier: MIT */
/* The ring of records of struct rawbpf_vm_undo: for each step, the bytes that it overwrote. */
#ifndef RAWBPF_INSN_VM_UNDO_RECORD_H
#define RAWBPF_INSN_VM_UNDO_RECORD_H

#include <rawbpf/vm_undo.h>

#include "machine.h"

/* Round up to words of the ring. */
static inline size_t undo_whole(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* Begin the records of a step. Old steps make room for them. */
RAWBPF__PRIVATE void rawbpf__undo_begin(struct rawbpf_vm_undo *undo);

/* Record bytes of an area as they were, and let the shadow follow. */
RAWBPF__PRIVATE void rawbpf__undo_keep(struct rawbpf_vm_undo *undo, unsigned area, size_t offset,
				       size_t size);

/* Record what differs from the shadow, from one offset of an area to another. */
RAWBPF__PRIVATE void rawbpf__undo_compare(struct rawbpf_vm_undo *undo, unsigned area, size_t from,
					  size_t to);

/* End the step. One that is larger than the ring leaves no record, and undo->lost is 1. */
RAWBPF__PRIVATE void rawbpf__undo_end(struct rawbpf_vm_undo *undo);

/* Take the last step back: its bytes in the areas and the shadows. */
RAWBPF__PRIVATE void rawbpf__undo_pop(struct rawbpf_vm_undo *undo);

/*
 * Go from *step, the present one, back to the last recorded step that wrote one of these bytes.
 * Return 1, or 0 if none of them did.
 */
RAWBPF__PRIVATE int rawbpf__undo_find(uint64_t *step, const struct rawbpf_vm_undo *undo,
				      const void *bytes, size_t size);

/* Return how many bytes are equal, up to the first that differs. */
RAWBPF__PRIVATE size_t rawbpf__undo_same(const unsigned char *one, const unsigned char *other,
					 size_t size);

#endif
