/* SPDX-License-Identifier: MIT */
/*
 * A machine that runs eBPF programs in user space: an interpreter with the kernel's semantics. It
 * needs no privilege, no Linux and no libc.
 *
 *	static unsigned char stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK];
 *	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
 *	struct rawbpf_vm vm;
 *	int err = rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){
 *		.prog = &prog, .stack = stack, .stack_size = sizeof(stack) });
 *	if (!err)
 *		err = rawbpf_vm_run(&vm, 1000);         (the result is vm.r[0])
 *
 * All memory is the caller's, and it must not move while the machine uses it. A machine belongs to
 * one thread at a time. Atomic instructions are atomic for the programs of one thread only.
 *
 * MEMORY consists of regions. A region has a name, the address that programs use, a size, rights,
 * and the bytes behind it. Addresses have no relation to C pointers. An access outside of all
 * regions stops the program with a trap, and so does an access across a region's end.
 *
 * Functions return a result >= 0 or a negative errno.
 */
#ifndef RAWBPF_VM_H
#define RAWBPF_VM_H

#include <rawbpf/form.h>
#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAWBPF_VM_FRAMES	8	/* functions that may be active at a time: before Linux 7.3 */
#define RAWBPF_VM_FRAMES_MAX	16	/* from Linux 7.3 on */
#define RAWBPF_VM_STACK		512	/* bytes of stack: of a frame, and of all active ones together */

struct rawbpf_vm;

/* ------------------------------------------------------------------------------- memory */

enum { RAWBPF_VM_READ = 1, RAWBPF_VM_WRITE = 2 };

/*
 * A region of memory. With `element`, it is an array: an access must stay inside of one element of
 * this many bytes; elements begin each `stride` bytes. Without rights, the region is a handle: its
 * address stands for `object`, which only helpers use.
 */
struct rawbpf_vm_region {
	const char *name;
	uint64_t address;       /* 0: rawbpf_vm_region_add() chooses one below 4 GB */
	uint64_t size;          /* bytes, > 0 */
	unsigned char *bytes;   /* `size` bytes; NULL without rights */
	uint32_t rights;        /* RAWBPF_VM_READ | RAWBPF_VM_WRITE */
	uint32_t element;       /* 0: the region is in one piece */
	uint32_t stride;
	int chosen;             /* private: rawbpf_vm_region_add() chose the address */
	const void *kind;       /* of a handle: an address that all objects of a kind share */
	void *object;           /* of a handle; of a map's values: the map; or for `allows` */
	/* Return 1 if programs may access these bytes, which are inside, else 0. NULL: they may. */
	int (*allows)(const struct rawbpf_vm_region *region, uint64_t offset, uint64_t size,
		      unsigned rights);
};

/*
 * Make a region part of the machine's memory, at once. `region` stays the caller's, and lives until
 * it is deleted. 0 in `address` becomes a free address, which the region keeps in the next machine
 * if it is free there. A region belongs to one machine at a time. rawbpf_vm_open() adds those of the
 * spec.
 *
 * -ENOSPC  no room in spec->regions, or no free address
 * -EINVAL  no size, more than SIZE_MAX, an end past 2^64, an element larger than its stride
 * -EEXIST  overlaps another region
 */
int rawbpf_vm_region_add(struct rawbpf_vm *vm, struct rawbpf_vm_region *region);

/* Take a region out of the machine's memory. Accesses then trap. -ENOENT: it is not there. */
int rawbpf_vm_region_delete(struct rawbpf_vm *vm, struct rawbpf_vm_region *region);

/* Tell the machine that the address, size, bytes or rights of a region changed. As add. */
int rawbpf_vm_region_update(struct rawbpf_vm *vm, struct rawbpf_vm_region *region,
			    const struct rawbpf_vm_region *to);

/* Return the region that holds this address, also the stack of an active frame, or NULL. */
const struct rawbpf_vm_region *rawbpf_vm_region_find(const struct rawbpf_vm *vm,
						     uint64_t address);

/*
 * For helpers: return the bytes behind `size` bytes at a program's address, with at least these
 * rights. NULL: the program has no such memory; vm->trap says why, and the helper returns -EFAULT.
 * With size 0 the result is not NULL, and no byte of it may be used.
 */
void *rawbpf_vm_memory_get(struct rawbpf_vm *vm, uint64_t address, uint64_t size,
			   unsigned rights);

/* For helpers: return the object of a handle of this kind; NULL as rawbpf_vm_memory_get(). */
void *rawbpf_vm_handle_get(struct rawbpf_vm *vm, uint64_t address, const void *kind);

/* ------------------------------------------------------------------------------- programs */

/* A program, of the caller. Zero what is private. */
struct rawbpf_vm_prog {
	const char *name;
	const struct bpf_insn *insns; /* in this machine's byte order */
	unsigned insn_count;
	int checked;                  /* private: all instructions are valid */
};

/*
 * Check that each slot is part of a valid instruction. rawbpf_vm_open() and tail calls do it, too.
 * -EINVAL: *insn, if not NULL, becomes the number of the first slot that is not. -E2BIG: no
 * instruction, or more than a million.
 */
int rawbpf_vm_prog_check(struct rawbpf_vm_prog *prog, unsigned *insn);

/* ------------------------------------------------------------------------------- helpers */

/* The kind of a helper's answer, and so of r0. */
enum rawbpf_vm_answer {
	RAWBPF_VM_NUMBER,    /* r0 becomes call->value */
	RAWBPF_VM_POINTER,   /* r0 becomes the address of call->bytes, call->size of them */
	RAWBPF_VM_HANDLE,    /* r0 becomes the address of call->region, a handle */
	RAWBPF_VM_CALLBACK,  /* run a function of the program, then call the helper again */
	RAWBPF_VM_TAIL_CALL, /* go on with call->prog instead of this program */
	RAWBPF_VM_SILENT     /* r0 stays as it is */
};

/* A call of a helper. */
struct rawbpf_vm_call {
	const uint64_t *args;   /* r1 to r5, 5 numbers */
	uint32_t number;        /* the helper's */
	uint32_t round;         /* how many callbacks have returned */
	uint64_t returned;      /* r0 of the last callback */
	uint64_t state[2];      /* the helper's own, kept between rounds; 0 in round 0 */

	/* The answer. */
	uint64_t value;
	void *bytes;            /* POINTER: NULL is the program's NULL */
	uint64_t size;
	struct rawbpf_vm_region *region; /* POINTER: the bytes are in it; NULL: search */
	uint64_t function;      /* CALLBACK: the function's address, an argument of the helper */
	uint64_t pass[5];       /* CALLBACK: r1 to r5 of the function */
	struct rawbpf_vm_prog *prog; /* TAIL_CALL */

	uint64_t kept[5];       /* private: the arguments while callbacks run */
};

/*
 * Do what a helper does. `context` is that of the table. Return an enum rawbpf_vm_answer, or a
 * negative errno: the program then traps. An error that the program shall see is a NUMBER.
 */
typedef int rawbpf_vm_helper_fn(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context);

struct rawbpf_vm_helper {
	uint32_t number;        /* BPF_FUNC_map_lookup_elem, or what the caller likes */
	uint32_t kfunc;         /* 1: `number` is the BTF id of a kfunc */
	rawbpf_vm_helper_fn *run;
};

/* A table of helpers in ascending order of (kfunc, number), and the tables to search after it. */
struct rawbpf_vm_helpers {
	const struct rawbpf_vm_helper *helpers;
	unsigned count;
	void *context;
	const struct rawbpf_vm_helpers *next;
};

/* ------------------------------------------------------------------------------- maps */

struct rawbpf_vm_map;

/*
 * The operations of a type of maps. Keys and values are key_size and value_size bytes. Each returns
 * 0 or the negative errno that a program sees. NULL: -EOPNOTSUPP.
 */
struct rawbpf_vm_map_ops {
	/* *value: in map->values, or NULL. */
	int (*lookup)(struct rawbpf_vm_map *map, const void *key, void **value);
	int (*update)(struct rawbpf_vm_map *map, const void *key, const void *value, uint64_t flags);
	int (*erase)(struct rawbpf_vm_map *map, const void *key);
	/* The key after `key`; the first one after NULL. -ENOENT: that was the last. */
	int (*next)(struct rawbpf_vm_map *map, const void *key, void *next);
	int (*push)(struct rawbpf_vm_map *map, const void *value, uint64_t flags);
	int (*pop)(struct rawbpf_vm_map *map, void *value);
	int (*peek)(struct rawbpf_vm_map *map, void *value);
	/* Of arrays of programs and of maps. */
	struct rawbpf_vm_prog *(*prog)(struct rawbpf_vm_map *map, uint32_t index);
	struct rawbpf_vm_map *(*inner)(struct rawbpf_vm_map *map, const void *key);
	/*
	 * Find the element at *place, or the next one. *place becomes its place. *key: in the map's
	 * memory, or NULL if the place is the key. -ENOENT: there is none.
	 */
	int (*each)(struct rawbpf_vm_map *map, uint32_t *place, void **key, void **value);
};

/*
 * A map, of the caller. Programs refer to it by its index in spec->maps: this is the number in
 * BPF_LD_MAP_FD(), RAWBPF_LD_MAP_IDX() and the loads of values' addresses.
 */
struct rawbpf_vm_map {
	const char *name;
	uint32_t type;          /* BPF_MAP_TYPE_HASH... */
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t flags;
	enum rawbpf_byte_order order; /* of keys and values: the machine's */
	const struct rawbpf_vm_map_ops *ops;
	void *memory;           /* of the operations */
	size_t memory_size;

	struct rawbpf_vm_region handle; /* private: what programs pass to helpers */
	struct rawbpf_vm_region values; /* the memory of all values; size 0: programs get none */
};

/* For helpers: return the map that an argument refers to; NULL as rawbpf_vm_memory_get(). */
struct rawbpf_vm_map *rawbpf_vm_map_get(struct rawbpf_vm *vm, uint64_t address);

/*
 * A variable of the kernel, for loads with BPF_PSEUDO_BTF_ID. Its region is one of the machine's,
 * or NULL for a weak one that is not there: the address is 0.
 */
struct rawbpf_vm_variable {
	uint32_t btf_id;        /* in the first slot's imm */
	uint32_t btf_fd;        /* in the second slot's: 0, or the module's BTF */
	const struct rawbpf_vm_region *region;
};

/* ------------------------------------------------------------------------------- traps */

enum rawbpf_vm_trap_kind {
	RAWBPF_VM_NO_TRAP,
	RAWBPF_VM_TRAP_INSN,     /* no valid instruction */
	RAWBPF_VM_TRAP_TARGET,   /* a jump or call out of the program, or into a load's second half */
	RAWBPF_VM_TRAP_END,      /* the program ran past its last instruction */
	RAWBPF_VM_TRAP_ACCESS,   /* no region has all these bytes */
	RAWBPF_VM_TRAP_RIGHTS,   /* a region has them, without the right to read or to write them */
	RAWBPF_VM_TRAP_ALIGN,    /* an atomic access at an address that its size does not divide */
	RAWBPF_VM_TRAP_STACK,    /* more than RAWBPF_VM_STACK bytes of stack */
	RAWBPF_VM_TRAP_FRAMES,   /* more active functions than frames */
	RAWBPF_VM_TRAP_HELPER,   /* no helper or kfunc has the number `address` */
	RAWBPF_VM_TRAP_FAILED,   /* a helper failed, with `error` */
	RAWBPF_VM_TRAP_MAP,      /* no map has the index `address`, or it has no values */
	RAWBPF_VM_TRAP_HANDLE,   /* a helper wants a handle of another kind than `address` */
	RAWBPF_VM_TRAP_VARIABLE, /* the kernel's variable with the BTF id `address` */
	RAWBPF_VM_TRAP_PROG,     /* a tail call to a program with an invalid instruction */
	RAWBPF_VM_TRAP_ROOM,     /* a helper's pointer finds no room in spec->spare or spec->regions */
	RAWBPF_VM_TRAP_UNSET     /* the register `address` has no value; of rawbpf_vm_unset_check() */
};

struct rawbpf_vm_trap {
	enum rawbpf_vm_trap_kind kind;
	unsigned insn;          /* the slot in vm->prog */
	uint64_t address;
	uint64_t size;          /* bytes, of an access */
	unsigned rights;        /* that the access needs */
	int error;              /* a negative errno, of a helper */
	const struct rawbpf_vm_region *nearest; /* of an access: the closest region, or NULL */
};

/* ------------------------------------------------------------------------------- the machine */

/* A packet, for the instructions that load from it (BPF_LD_ABS, BPF_LD_IND). */
struct rawbpf_vm_packet {
	const unsigned char *bytes; /* from the link layer's header on */
	uint32_t size;
	uint32_t data;          /* the byte that skb[0] means: 0 for tc, 14 for socket filters */
	uint32_t network;       /* the byte that skb[-0x100000] means, mostly 14 */
};

/*
 * See an instruction before it runs: vm->prog->insns[vm->pc]. All of the machine may be read, and
 * registers may be changed. Return 0, or 1 to stop rawbpf_vm_run() before this instruction.
 */
typedef int rawbpf_vm_hook_fn(struct rawbpf_vm *vm, void *context);

struct rawbpf_vm_spec {
	struct rawbpf_vm_prog *prog;
	void *stack;            /* aligned to 8; RAWBPF_VM_STACK bytes for each frame */
	size_t stack_size;
	unsigned frames;        /* at most; 0: RAWBPF_VM_FRAMES */
	unsigned stack_limit;   /* bytes of all active functions together; 0: RAWBPF_VM_STACK */
	enum rawbpf_byte_order order; /* of the program's memory */

	struct rawbpf_vm_region *context; /* r1 becomes its address; or NULL: r1 is 0 */
	struct rawbpf_vm_region **regions; /* the first region_count ones are added */
	unsigned region_count;
	unsigned region_max;    /* room: also for the context, and two for each map */
	struct rawbpf_vm_region *spare; /* room for pointers that helpers return; or NULL */
	unsigned spare_count;

	struct rawbpf_vm_map *const *maps;
	unsigned map_count;
	const struct rawbpf_vm_variable *variables; /* of the kernel; or NULL */
	unsigned variable_count;
	const struct rawbpf_vm_helpers *helpers; /* or NULL: none */
	const struct rawbpf_vm_packet *packet; /* or NULL: packet loads end the program */
	uint32_t may_goto;      /* how often may_goto continues in a function; 0: 2^23, as Linux */

	rawbpf_vm_hook_fn *hook; /* or NULL */
	void *hook_context;
	int (*check)(struct rawbpf_vm *vm); /* rawbpf_vm_unset_check(), or NULL */
};

/* The part of a region that a register last referred to. Private. */
struct rawbpf_vm_window {
	uint64_t address;
	uint64_t size;
	unsigned char *bytes;
};

/* A helper that was called, and the context of its table. Private. */
struct rawbpf_vm_known {
	uint64_t key;
	const struct rawbpf_vm_helper *helper;
	void *context;
};

/* An active function. */
struct rawbpf_vm_frame {
	struct rawbpf_vm_prog *prog; /* where it returns to: set in the frame of the callee */
	unsigned pc;
	unsigned used;          /* bytes of stack */
	uint32_t may_goto;      /* what is left of it */
	int callback;           /* 1: it returns to the helper that the caller called */
	unsigned unset;         /* private: that of the caller */
	uint64_t saved[4];      /* r6 to r9 of the caller */
	struct rawbpf_vm_region stack;
	struct rawbpf_vm_region key; /* of the element that a callback sees */
	struct rawbpf_vm_call call; /* the helper that this function has called */
	struct rawbpf_vm_known helper;
};

/*
 * The machine. Read all of it at any time; between runs change `r`, `pc`, and all fields of `spec`
 * but `stack`, `regions` and their sizes.
 */
struct rawbpf_vm {
	uint64_t r[16];         /* r0 to r10 */
	struct rawbpf_vm_prog *prog; /* the one that runs: another after a tail call */
	unsigned pc;            /* the slot of the next instruction */
	unsigned depth;         /* the frame that runs: 0 is that of the program itself */
	uint64_t executed;      /* instructions so far */
	int ended;              /* 1: r0 is the program's result */
	unsigned tail_calls;    /* so far; Linux allows 33 */
	unsigned unset;         /* of rawbpf_vm_unset_check(): bit N is set, rN has no value */
	unsigned unset_depth, unset_tail_calls; /* private */
	struct rawbpf_vm_trap trap;
	struct rawbpf_vm_spec spec;
	unsigned region_count;  /* regions in spec.regions now, in ascending order */
	unsigned spare_used;
	int swap;               /* private: memory is in the other byte order */
	uint64_t next_address;  /* private */
	struct rawbpf_vm_window windows[2][16]; /* private: by BPF_STX or not, and base register */
	struct rawbpf_vm_known known[8]; /* private */
	struct rawbpf_vm_frame frames[RAWBPF_VM_FRAMES_MAX];
};

/*
 * Make the machine ready to run spec->prog from its first instruction. It copies the spec. Registers
 * are 0, but r1 is the context's address and r10 the stack's end. The stack reads as zeros.
 *
 * -EINVAL  an invalid instruction (vm->trap.insn); a stack of no or too little size; too many
 *          frames; an invalid region
 * -E2BIG   no instruction, or more than a million
 * -ENOSPC, -EEXIST  as rawbpf_vm_region_add()
 */
int rawbpf_vm_open(struct rawbpf_vm *vm, const struct rawbpf_vm_spec *spec);

enum { RAWBPF_VM_ENDED, RAWBPF_VM_PAUSED };

/*
 * Run at most `budget` instructions: exactly so many, unless the program ends, traps, or the hook
 * stops it. A load of 64 bits is one instruction. Return RAWBPF_VM_ENDED: vm->r[0] is the result.
 * RAWBPF_VM_PAUSED: the next call goes on. -EFAULT: the program did what no program may; vm->trap
 * tells what, and the machine stands at the instruction, which is not counted.
 */
int rawbpf_vm_run(struct rawbpf_vm *vm, uint64_t budget);

/*
 * As spec->check, stop the program before an instruction that reads a register without a value, as
 * a verifier does: r1 to r5 after a call, r0 and r6 to r9 in a function that has not set them, all
 * but r1 and r10 at the start. Arguments of helpers are not checked. A caller that sets a register
 * clears its bit in vm->unset. Return 0, or -EFAULT with RAWBPF_VM_TRAP_UNSET. Programs take about
 * five times as long.
 */
int rawbpf_vm_unset_check(struct rawbpf_vm *vm);

/*
 * Write why the program trapped, in a line without a newline: "instruction 5 reads 8 bytes at
 * packet+14; packet has 20 bytes". Return its length, as snprintf(3). Slots count from 0.
 */
size_t rawbpf_vm_trap_explain(char *text, size_t size, const struct rawbpf_vm *vm);

#ifdef __cplusplus
}
#endif
#endif
