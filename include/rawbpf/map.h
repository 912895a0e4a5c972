/* SPDX-License-Identifier: MIT */
/*
 * Maps: memory that programs in the kernel and processes share.
 *
 * A map is a file descriptor; close it with close(2). A process, a loaded program that refers to
 * it, or a pin in bpffs keeps it alive.
 *
 * Every function returns a result >= 0 or a negative errno. Any of them may return:
 *
 * -EBADF   the descriptor is not open
 * -EINVAL  the descriptor is not a map's
 * -EFAULT  a pointer is outside the caller's memory
 * -EPERM   CAP_BPF is missing; see rawbpf_error_explain()
 * -ENOSYS  the kernel has no bpf(2)
 * -ENOMEM
 *
 * Sources, where no other is named: bpf(2) and kernel/bpf/syscall.c.
 */
#ifndef RAWBPF_MAP_H
#define RAWBPF_MAP_H

#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A new map. Fields that its type does not use stay 0. */
struct rawbpf_map_spec {
	const char *name;    /* up to 15 of [A-Za-z0-9_.], shown by bpftool; NULL: none */
	unsigned type;       /* BPF_MAP_TYPE_* */
	unsigned key_size;   /* bytes; 4 for arrays, 0 for queues, stacks, bloom filters, rings */
	unsigned value_size; /* bytes; of one CPU's value in a per-CPU map */
	unsigned max_entries;
	unsigned flags;      /* BPF_F_NO_PREALLOC, BPF_F_MMAPABLE, ... */
	int inner_map;       /* a map in map: descriptor of a map like those that it will hold */
	unsigned numa_node;  /* with BPF_F_NUMA_NODE */
	unsigned ifindex;    /* map of a network device that runs programs itself */
	int btf;             /* BTF descriptor for the type ids below; 0: none */
	unsigned btf_key_type_id;
	unsigned btf_value_type_id;
	unsigned btf_vmlinux_value_type_id; /* struct_ops: type in the kernel's BTF      5.6 */
	uint64_t map_extra;  /* bloom filter: hash functions; arena: address            5.16 */
	int btf_vmlinux;     /* struct_ops of a module: the module's BTF descriptor      6.9 */
	int token;           /* with BPF_F_TOKEN_FD: a BPF token                          6.9 */
	const void *exclusive_hash; /* SHA-256 of the only program that may use the map  6.18 */
	unsigned exclusive_hash_size;

	/* A buffer for the kernel's reason to reject the map (7.2): a terminated string, or empty. */
	char *log;
	size_t log_size;
};

/*
 * Create a map. Return its descriptor (close-on-exec, never 0 to 2).
 *
 * -EINVAL        this kernel lacks the type, the type rejects the sizes, or the name has
 *                other characters
 * -E2BIG         value or map too large, or a field newer than the kernel set (may be -EINVAL)
 * -EBADF         the inner map, BTF or token is not open
 * -ENAMETOOLONG  the name is longer than 15 bytes
 * -EPERM         CAP_BPF is missing (some types need CAP_NET_ADMIN as well); before 5.11
 *                also when RLIMIT_MEMLOCK is too small: see rawbpf_memlock_raise()
 *                                                                            Linux 3.18
 */
int rawbpf_map_create(const struct rawbpf_map_spec *spec);

/*
 * Look up `key` and copy its value to `value`. Return 0, or -ENOENT if the key does not exist; an
 * array index past the end does not either. `flags`: 0 or BPF_F_LOCK (5.1).
 *
 * In a per-CPU map `value` must hold round_up(value_size, 8) bytes for every possible CPU. The
 * kernel cannot check that and writes past the end of a smaller buffer;
 * rawbpf_map_percpu_lookup() does check.                          Linux 3.18
 */
int rawbpf_map_lookup(int map, const void *key, void *value, uint64_t flags);

/*
 * Set the value of `key`. `flags`: BPF_ANY, BPF_NOEXIST, BPF_EXIST, | BPF_F_LOCK.
 *
 * -EEXIST  BPF_NOEXIST, and the key exists (always so in an array)
 * -ENOENT  BPF_EXIST, and the key does not exist
 * -E2BIG   the map is full; an array index past its end
 * -EPERM   the map is frozen
 * -EBADF, -EINVAL, -ENOTSOCK, -EOPNOTSUPP  the value is not an open descriptor of a map, program or
 *          socket that this map can hold                                  Linux 3.18
 */
int rawbpf_map_update(int map, const void *key, const void *value, uint64_t flags);

/*
 * Delete `key`. -ENOENT: it does not exist. -EINVAL: an array, whose elements always exist.
 * -E2BIG: an index past the end of an array of maps, programs or events. Linux 3.18
 */
int rawbpf_map_delete(int map, const void *key);

/*
 * Copy the key that follows `key` to `next`. A `key` of NULL, or one that does not exist, starts
 * from the first. -ENOENT: `key` was the last, or the map is empty. Keys of a hash have no order.
 * rawbpf_map_iter_open() walks a whole map many times faster.     Linux 3.18; a NULL `key` 4.12
 */
int rawbpf_map_next(int map, const void *key, void *next);

/*
 * Look up `key`, copy its value and delete it, in one step. Queues and stacks have no key (NULL).
 * -ENOENT: the key does not exist, or the map is empty. -ENOTSUPP (524): the type lacks this.
 *                                       Linux 4.20 queues and stacks, 5.14 hashes
 */
int rawbpf_map_take(int map, const void *key, void *value, uint64_t flags);

/*
 * Make the map read-only for this process and all others, permanently; programs can still write. A
 * second time: -EBUSY before 6.12, -EPERM since. -EBUSY: the map is viewed for writing, see
 * rawbpf_map_view_open().                                              Linux 5.2
 */
int rawbpf_map_freeze(int map);

/* The shape of a map: read it once, and pass it to the functions that need it. */
struct rawbpf_map_layout {
	unsigned type;
	unsigned key_size;
	unsigned value_size;
	unsigned max_entries;
	unsigned flags;
	unsigned cpus;      /* possible CPUs in a per-CPU map, else 1 */
	size_t lookup_size; /* bytes that a look-up writes: all CPUs' values in a per-CPU map */
};

/*
 * Fill `layout`. Errors of rawbpf_cpu_count() for a per-CPU map. Linux 4.13
 */
int rawbpf_map_layout_info(struct rawbpf_map_layout *layout, int map);

/*
 * Look up `key` of a per-CPU map. `values` becomes layout->cpus values, round_up(value_size, 8)
 * bytes apart, beginning with CPU 0.
 * -ENOSPC: `size` is less than layout->lookup_size, and the function writes nothing.
 * Other errors as in rawbpf_map_lookup().                            Linux 4.6
 */
int rawbpf_map_percpu_lookup(int map, const struct rawbpf_map_layout *layout, const void *key,
			     void *values, size_t size);

/*
 * Many elements in one system call. `keys` and `values` are arrays of
 * `capacity` elements (values as large as rawbpf_map_layout.lookup_size).
 */
struct rawbpf_map_batch {
	void *keys;
	void *values;
	unsigned capacity;
	unsigned count;      /* out: elements done, also after an error */
	void *position;      /* look-ups: max(4, key_size) bytes, the position between two calls */
	unsigned resume;     /* look-ups: set by a call that was not the last; begin with 0 */
	uint64_t elem_flags; /* 0 or BPF_F_LOCK: BPF_NOEXIST and BPF_EXIST are -EINVAL here */
};

/*
 * Copy the next elements, up to `capacity`. Return 1 if more follow, 0 if these were the last;
 * `count` is the number of elements in both cases.
 *
 * The kernel reads a hash bucket by bucket, and splits no bucket. -ENOSPC: the next bucket holds
 * more than `capacity` elements: call again with larger arrays and the same position; no element is
 * lost. -EINVAL: a capacity of 0. -ENOTSUPP (524): the type lacks this.
 *                     Linux 5.6 hash, array, LPM trie; 5.13 per-CPU array
 */
int rawbpf_map_batch_lookup(int map, struct rawbpf_map_batch *batch);

/* Do the same, and delete the copied elements. Hashes only.            Linux 5.6 */
int rawbpf_map_batch_take(int map, struct rawbpf_map_batch *batch);

/* Set, or delete, `capacity` elements; 0, or the error of element `count`. Linux 5.6 */
int rawbpf_map_batch_update(int map, struct rawbpf_map_batch *batch);
int rawbpf_map_batch_delete(int map, struct rawbpf_map_batch *batch);

/*
 * A walk over all elements of a map. It uses batches if the kernel has them for the map's type,
 * otherwise single keys. The fields are private.
 *
 *	struct rawbpf_map_iter iter;
 *	const void *key, *value;
 *
 *	err = rawbpf_map_iter_open(&iter, map);
 *	while ((err = rawbpf_map_iter_next(&iter, &key, &value)) > 0)
 *		...
 *	rawbpf_map_iter_close(&iter);
 *
 * The walk visits each element that exists during the whole walk. It may miss an element that is
 * added or deleted meanwhile. In a hash that others write to, it may visit an element twice. A walk
 * by single keys starts again if its current key is deleted.
 */
struct rawbpf_map_iter {
	int map;
	int one_by_one;
	struct rawbpf_map_layout layout;
	struct rawbpf_map_batch batch;
	unsigned at;   /* of batch.count elements */
	int more;      /* the map may hold elements after these */
	void *scratch; /* position, keys, values */
	size_t scratch_size;
};

/*
 * Begin a walk. Errors of rawbpf_map_layout_info(); -ENOMEM. On an error the iterator is closed.
 * Before 5.6 it takes two system calls for each element. Linux 4.13
 */
int rawbpf_map_iter_open(struct rawbpf_map_iter *iter, int map);

/*
 * Go to the next element. Return 1, 0 at the end, or a negative errno. `key` and `value` point into
 * the iterator's memory and are valid until the next call. `value` is lookup_size bytes. Both are
 * aligned to 8 bytes only if key_size and value_size are multiples of 8: otherwise copy them with
 * memcpy(3).
 * -EINVAL, -EOPNOTSUPP, -ENOTSUPP (524): a map without keys, such as a queue, a bloom
 * filter, a ring buffer; or one whose values processes cannot read.
 */
int rawbpf_map_iter_next(struct rawbpf_map_iter *iter, const void **key, const void **value);

/* Release the memory. Do nothing if the iterator is closed or zeroed. */
void rawbpf_map_iter_close(struct rawbpf_map_iter *iter);

/*
 * An array map or an arena in this process's memory. Element i of the array, or page i of the
 * arena, is at data + i * stride. The array must be a BPF_MAP_TYPE_ARRAY with BPF_F_MMAPABLE.
 */
struct rawbpf_map_view {
	void *data;
	size_t stride; /* round_up(value_size, 8) */
	size_t size;   /* bytes of all elements: stride * max_entries */
};

/*
 * Map the array into memory; `writable` also for writing. Each side sees the writes of the other at
 * once: use atomic operations on both sides.
 *
 * -EINVAL  not an array, or created without BPF_F_MMAPABLE; a read-only descriptor
 *          (BPF_F_RDONLY), of which the kernel maps none
 * -EACCES  writable, and the descriptor is read-only or programs only read the map
 *          (BPF_F_RDONLY_PROG); a write-only descriptor
 * -EPERM   writable, and the map is frozen. A map with a writable view cannot be frozen
 *          (-EBUSY).                                                   Linux 5.5
 */
int rawbpf_map_view_open(struct rawbpf_map_view *view, int map, int writable);

/*
 * Map an arena (BPF_MAP_TYPE_ARENA) into memory, for reading and writing. The view's stride is the
 * page size. Pointers into the arena mean the same on both sides: a program casts them with
 * RAWBPF_ADDR_SPACE_CAST(). The kernel provides a page when user space first touches it.
 *
 * All processes that map an arena map it at one address: map_extra of its spec, if it has one.
 * Without map_extra the first call determines the address, and later ones pass it as `address`.
 * `address` NULL: the arena's map_extra, or any free address.
 *
 * -EINVAL  not an arena; `address` is not the one that the arena has
 * -EBUSY   other memory is at the arena's address, or the process has mapped the arena already
 * -EBADF   `map` is not open
 * -EPERM, -EACCES  the descriptor is read-only or write-only
 * -ENOMEM                                                             Linux 6.9
 */
int rawbpf_map_arena_open(struct rawbpf_map_view *view, int map, void *address);

/* Unmap the array or arena. Do nothing if the view is closed or zeroed. */
void rawbpf_map_view_close(struct rawbpf_map_view *view);

/*
 * Return the number of possible CPUs, which is the number of values that a per-CPU map holds for
 * one key. It exceeds the number of online CPUs if CPUs can be added later.
 *
 * Source: /sys/devices/system/cpu/possible ("0-3,8-11" is 8 CPUs).
 * -ENOENT: sysfs is not mounted on /sys. -EINVAL: the file has another form.
 */
int rawbpf_cpu_count(void);

#ifdef __cplusplus
}
#endif
#endif
