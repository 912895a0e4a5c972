/* SPDX-License-Identifier: MIT */
/*
 * Maps: what a program in the kernel and a process outside share.
 *
 * A map is a file descriptor. It lives as long as somebody holds one: a
 * process, a loaded program that refers to it, or a pin in bpffs. Close it
 * with close(2).
 *
 * Every function returns a result >= 0 or a negative errno. Those that any of
 * them may return: -EBADF (no descriptor), -EINVAL (not a map's), -EPERM (no
 * CAP_BPF; see rawbpf_error_explain()), -EFAULT (a pointer that is not yours),
 * -ENOMEM, and -ENOSYS (a kernel without bpf(2)). Where a fact has no other source, it
 * is from bpf(2) and kernel/bpf/syscall.c.
 */
#ifndef RAWBPF_MAP_H
#define RAWBPF_MAP_H

#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a new map is to be. Fields that a type does not use stay 0. */
struct rawbpf_map_spec {
	const char *name;    /* up to 15 of [A-Za-z0-9_.], shown by bpftool; NULL: none */
	unsigned type;       /* BPF_MAP_TYPE_* */
	unsigned key_size;   /* bytes; 4 for arrays, 0 for queues, stacks, bloom filters, rings */
	unsigned value_size; /* bytes; of one CPU's value in a per-CPU map */
	unsigned max_entries;
	unsigned flags;      /* BPF_F_NO_PREALLOC, BPF_F_MMAPABLE, ... */
	int inner_map;       /* a map in map: descriptor of a map like those it will hold */
	unsigned numa_node;  /* with BPF_F_NUMA_NODE */
	unsigned ifindex;    /* map of a network device that runs programs itself */
	int btf;             /* BTF descriptor that the type ids below are of; 0: none */
	unsigned btf_key_type_id;
	unsigned btf_value_type_id;
	unsigned btf_vmlinux_value_type_id; /* struct_ops: type in the kernel's BTF      5.6 */
	uint64_t map_extra;  /* bloom filter: hash functions; arena: address            5.16 */
	int btf_vmlinux;     /* struct_ops of a module: the module's BTF descriptor      6.9 */
	int token;           /* with BPF_F_TOKEN_FD: a BPF token                          6.9 */
	const void *exclusive_hash; /* SHA-256 of the only program that may use the map  6.18 */
	unsigned exclusive_hash_size;

	/* Why the kernel refused, where it says so (7.2): a terminated string, else empty. */
	char *log;
	size_t log_size;
};

/*
 * Create a map; return its descriptor (close-on-exec, never 0 to 2).
 *
 * -EINVAL        a type this kernel does not know, sizes the type refuses, or a name of
 *                other characters
 * -E2BIG         value or map too large, or a field newer than the kernel set (may be -EINVAL)
 * -EBADF         the inner map, BTF or token is not open
 * -ENAMETOOLONG  name longer than 15 bytes
 * -EPERM         CAP_BPF is missing (some types want CAP_NET_ADMIN as well); before 5.11
 *                also when RLIMIT_MEMLOCK is too small: see rawbpf_memlock_raise()
 *                                                                            Linux 3.18
 */
int rawbpf_map_create(const struct rawbpf_map_spec *spec);

/*
 * Look up `key` and copy its value to `value`; 0, or -ENOENT if absent (an
 * array index past the end is absent too). `flags`: 0 or BPF_F_LOCK (5.1).
 *
 * In a per-CPU map `value` must hold round_up(value_size, 8) bytes for every
 * possible CPU. The kernel cannot check that and overruns a smaller buffer:
 * rawbpf_map_percpu_lookup() does check.                          Linux 3.18
 */
int rawbpf_map_lookup(int map, const void *key, void *value, uint64_t flags);

/*
 * Set the value of `key`. `flags`: BPF_ANY, BPF_NOEXIST, BPF_EXIST, | BPF_F_LOCK.
 *
 * -EEXIST  BPF_NOEXIST, and the key is there (always so in an array)
 * -ENOENT  BPF_EXIST, and it is not
 * -E2BIG   the map is full; an array index past its end
 * -EPERM   the map is frozen
 * -EBADF, -EINVAL, -ENOTSOCK, -EOPNOTSUPP  the value names a descriptor: it is not open, or not
 *          of a map, program or socket such as this map holds             Linux 3.18
 */
int rawbpf_map_update(int map, const void *key, const void *value, uint64_t flags);

/*
 * Delete `key`. -ENOENT: not there. -EINVAL: an array, whose elements always are.
 * -E2BIG: an index past the end of an array of maps, programs or events. Linux 3.18
 */
int rawbpf_map_delete(int map, const void *key);

/*
 * Copy the key that follows `key` to `next`; NULL or a key that is not there
 * starts from the first one. -ENOENT: `key` was the last, or the map is empty.
 * Keys of a hash have no order. To walk a whole map, rawbpf_map_iter_open() is
 * many times faster.                              Linux 3.18; a NULL `key` 4.12
 */
int rawbpf_map_next(int map, const void *key, void *next);

/*
 * Look up `key`, copy its value and delete it, as one step. Queues and stacks
 * take no key (NULL). -ENOENT: absent, or empty. -ENOTSUPP (524): not with
 * this type.                            Linux 4.20 queues and stacks, 5.14 hashes
 */
int rawbpf_map_take(int map, const void *key, void *value, uint64_t flags);

/*
 * From now on this process and all others only read the map; programs still
 * write. For good. A second time: -EBUSY before 6.12, -EPERM since. -EBUSY: somebody
 * has a writable view of it, rawbpf_map_view_open().                   Linux 5.2
 */
int rawbpf_map_freeze(int map);

/* The shape of a map, asked for once and then passed to what needs it. */
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
 * Fill `layout`. Errors of rawbpf_cpu_count() for a per-CPU map. Linux 5.6
 */
int rawbpf_map_layout_info(struct rawbpf_map_layout *layout, int map);

/*
 * Look up `key` of a per-CPU map: `values` becomes layout->cpus values,
 * round_up(value_size, 8) bytes apart, CPU 0's first.
 * -ENOSPC: `size` is less than layout->lookup_size; nothing was written.
 * Else as rawbpf_map_lookup().                                       Linux 4.6
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
	void *position;      /* look-ups: max(4, key_size) bytes, the place between two calls */
	unsigned resume;     /* look-ups: set by a call that was not the last; start with 0 */
	uint64_t elem_flags; /* 0 or BPF_F_LOCK: BPF_NOEXIST and BPF_EXIST are -EINVAL here */
};

/*
 * Copy the next up to `capacity` elements. Returns 1 if more follow, 0 if these
 * were the last; `count` says how many came, in both cases.
 *
 * A hash is read bucket by bucket, and no bucket is split. -ENOSPC: the next
 * bucket holds more than `capacity` elements: come again with larger arrays
 * and the same position, nothing is lost. -EINVAL: a capacity of 0.
 * -ENOTSUPP (524): not with this type.
 *                     Linux 5.6 hash, array, LPM trie; 5.13 per-CPU array
 */
int rawbpf_map_batch_lookup(int map, struct rawbpf_map_batch *batch);

/* The same, and delete what was copied. Hashes only.                   Linux 5.6 */
int rawbpf_map_batch_take(int map, struct rawbpf_map_batch *batch);

/* Set, or delete, `capacity` elements; 0, or the error of element `count`. Linux 5.6 */
int rawbpf_map_batch_update(int map, struct rawbpf_map_batch *batch);
int rawbpf_map_batch_delete(int map, struct rawbpf_map_batch *batch);

/*
 * A walk over all elements of a map, by batches where the kernel has them for
 * its type and key by key elsewhere. The fields are private.
 *
 *	struct rawbpf_map_iter iter;
 *	const void *key, *value;
 *
 *	err = rawbpf_map_iter_open(&iter, map);
 *	while ((err = rawbpf_map_iter_next(&iter, &key, &value)) > 0)
 *		...
 *	rawbpf_map_iter_close(&iter);
 *
 * An element that is there during the whole walk is met; one that comes or
 * goes meanwhile may be missed, and in a hash that others write to, one may be
 * met twice. Key by key, a walk whose current key is deleted starts again.
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

/* Begin. On an error the iterator is closed. Errors of rawbpf_map_layout_info(); -ENOMEM. */
int rawbpf_map_iter_open(struct rawbpf_map_iter *iter, int map);

/*
 * 1 and the next element, 0 at the end, or a negative errno. What `key` and
 * `value` point to is the iterator's and good until the next call. `value` is
 * lookup_size bytes. Both are aligned to 8 bytes only where key_size and
 * value_size are multiples of 8: elsewhere copy them out with memcpy(3).
 * -EINVAL, -EOPNOTSUPP, -ENOTSUPP (524): a map without keys, such as a queue, a bloom
 * filter, a ring buffer; or one whose values are not for processes.
 */
int rawbpf_map_iter_next(struct rawbpf_map_iter *iter, const void **key, const void **value);

/* Give the memory back. Twice, or on a zeroed iterator, does nothing. */
void rawbpf_map_iter_close(struct rawbpf_map_iter *iter);

/*
 * The values of an array map in this process's memory: element i is at
 * data + i * stride. The map must be BPF_MAP_TYPE_ARRAY with BPF_F_MMAPABLE.
 */
struct rawbpf_map_view {
	void *data;
	size_t stride; /* round_up(value_size, 8) */
	size_t size;   /* bytes of all elements: stride * max_entries */
};

/*
 * Map the array into memory; `writable` also for writing. What a program writes
 * is seen at once, and the other way round: use atomic operations on both sides.
 *
 * -EINVAL  not an array, or made without BPF_F_MMAPABLE; a descriptor to read by only
 *          (BPF_F_RDONLY): the kernel maps none of these
 * -EACCES  writable, and the descriptor is such a one, or the map one that programs only
 *          read (BPF_F_RDONLY_PROG); a descriptor to write by only
 * -EPERM   writable, and the map is frozen. A map with a writable view cannot be frozen
 *          (-EBUSY).                                                   Linux 5.6
 */
int rawbpf_map_view_open(struct rawbpf_map_view *view, int map, int writable);
void rawbpf_map_view_close(struct rawbpf_map_view *view);

/*
 * How many CPUs are possible: the number of values a per-CPU map holds for one
 * key. More than are online, where CPUs can be added later.
 *
 * Source: /sys/devices/system/cpu/possible ("0-3,8-11" is 8 CPUs).
 * -ENOENT: sysfs is not mounted on /sys. -EINVAL: not in that form.
 */
int rawbpf_cpu_count(void);

#ifdef __cplusplus
}
#endif
#endif
