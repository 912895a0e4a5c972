/* SPDX-License-Identifier: MIT */
/*
 * Go back in time in the machine of rawbpf/vm.h. Each step keeps what it overwrites: registers, the
 * stack, regions, maps. So the machine can return to each earlier instruction.
 *
 *	struct rawbpf_vm_undo_spec spec = { .areas = &area, .area_count = 1 };
 *	struct rawbpf_vm_undo undo;
 *
 *	spec.memory_size = rawbpf_vm_undo_size(&vm, &spec) + 1000000;
 *	spec.memory = malloc(spec.memory_size);
 *	int err = rawbpf_vm_undo_open(&undo, &vm, &spec);    (after rawbpf_vm_open())
 *	...
 *	result = rawbpf_vm_undo_step(&undo);                 (one instruction forward)
 *	result = rawbpf_vm_undo_seek(&undo, vm.executed - 1); (one back)
 *
 * Step N is the state after N instructions: vm->executed is N. The records have a bound: the memory
 * behind rawbpf_vm_undo_size(). Behind it, the machine runs again from the start, with the same
 * results: all that helpers answer with must be in the machine, in its maps, or in spec->areas.
 */
#ifndef RAWBPF_VM_UNDO_H
#define RAWBPF_VM_UNDO_H

#include <rawbpf/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that belong to the machine's state. */
struct rawbpf_vm_area {
	void *bytes;
	size_t size;
};

/*
 * The machine itself, its stack, its regions and the memory of its maps are always areas. `areas`
 * has what else helpers read and change: a struct rawbpf_vm_world, maps inside of maps, memory that
 * becomes a region later, a struct rawbpf_vm_context. An area may hold whole regions; else areas that
 * overlap are not allowed.
 */
struct rawbpf_vm_undo_spec {
	const struct rawbpf_vm_area *areas;
	unsigned area_count;
	void *memory;           /* aligned to 8; the caller's, until the last call */
	size_t memory_size;
};

/* All fields but `vm` and `oldest` are private. */
struct rawbpf_vm_undo {
	struct rawbpf_vm *vm;
	uint64_t oldest;        /* records lead back to this step; before it, the program runs again */
	uint64_t start;         /* vm->executed at rawbpf_vm_undo_open() */
	struct rawbpf_vm_area *areas; /* the machine is the first, its stack the second */
	unsigned char **shadows; /* of each area: the bytes before the next step */
	unsigned char **starts; /* of each area: the bytes at `start` */
	unsigned area_count;
	unsigned recent;        /* the area that was found last */
	uint64_t *words;        /* the ring of records */
	uint64_t word_count, begin, end, open;
	int lost;
	const unsigned char *watched; /* bytes to notice a change of */
	size_t watched_size;
	int touched;
};

/*
 * Return the bytes of memory that rawbpf_vm_undo_open() needs at least. It can then go back a few
 * instructions by records. Each instruction more needs about 60 bytes more, a call of a helper also
 * twice the bytes that it changes.
 */
size_t rawbpf_vm_undo_size(const struct rawbpf_vm *vm, const struct rawbpf_vm_undo_spec *spec);

/*
 * Begin at the machine's present state, to which rawbpf_vm_undo_seek() can return. From here on only
 * these functions run the machine, and the caller changes nothing in it. spec->areas need not stay.
 *
 * -EINVAL  memory is not aligned
 * -ENOSPC  memory_size is less than rawbpf_vm_undo_size()
 */
int rawbpf_vm_undo_open(struct rawbpf_vm_undo *undo, struct rawbpf_vm *vm,
			const struct rawbpf_vm_undo_spec *spec);

/*
 * Run one instruction and record what it changes. Results are those of rawbpf_vm_run(). After a
 * trap, all but vm->trap is as before the instruction. A call of a helper compares all areas.
 */
int rawbpf_vm_undo_step(struct rawbpf_vm_undo *undo);

/*
 * Go to step `step`, forward or back. Return RAWBPF_VM_PAUSED there, or RAWBPF_VM_ENDED if the
 * program ends with this step. Before `step`, a program may end or trap: then the machine is there,
 * and the result is RAWBPF_VM_ENDED or -EFAULT. -ENOENT: `step` is before the start.
 */
int rawbpf_vm_undo_seek(struct rawbpf_vm_undo *undo, uint64_t step);

/*
 * Find the last step, up to the present one, that wrote one of these bytes of an area. Set *step:
 * the instruction ran from step *step - 1. Registers and bytes that a helper wrote count if they
 * changed. The machine stays where it is. -ENOENT: no step since the start wrote them.
 */
int rawbpf_vm_undo_find(uint64_t *step, struct rawbpf_vm_undo *undo, const void *bytes, size_t size);

/*
 * Copy bytes of an area to `old` as they were before the last step. Return 1 if that step wrote one
 * of them, else 0.
 */
int rawbpf_vm_undo_read(void *old, const struct rawbpf_vm_undo *undo, const void *bytes,
			size_t size);

/* Bytes that a step wrote: one piece of several. */
struct rawbpf_vm_change {
	const void *bytes;
	size_t size;
	uint64_t position;      /* private: 0 before the first one */
};

/*
 * Go on to the next piece of memory that the last step wrote, also of registers in vm->r. Zero
 * *change before the first call. Return 1, or 0 behind the last piece.
 */
int rawbpf_vm_undo_next(struct rawbpf_vm_change *change, const struct rawbpf_vm_undo *undo);

#ifdef __cplusplus
}
#endif
#endif
