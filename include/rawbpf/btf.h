/* SPDX-License-Identifier: MIT */
/*
 * BTF, the kernel's format for types. Read the kernel's own BTF to find the offset of a field or
 * the id of a function. Write the BTF that some maps and programs need.
 *
 * A BTF is a list of types, numbered from 1 by their ids; type 0 is void. A type is a struct
 * btf_type of <linux/btf.h>, followed by the data of its kind. Names are offsets into a section of
 * strings. The BTF of a module continues its base, the kernel's BTF, in ids and strings.
 *
 * Functions return a result >= 0 or a negative errno.
 */
#ifndef RAWBPF_BTF_H
#define RAWBPF_BTF_H

#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rawbpf_map_spec;  /* <rawbpf/map.h> */
struct rawbpf_prog_spec; /* <rawbpf/prog.h> */

/* ------------------------------------------------------------------------------- reading */

struct rawbpf_btf_reached;

/* BTF in memory that was checked. The fields are private. */
struct rawbpf_btf {
	const struct rawbpf_btf *base;
	const unsigned char *types;
	const char *strings;
	uint32_t types_size;
	uint32_t strings_size;
	uint32_t strings_begin; /* the base's strings end here */
	uint32_t first_id;      /* of its own types: 1, or after the base's */
	uint32_t type_count;    /* of its own */
	unsigned char info_size[128];    /* the bytes that a kind adds, once */
	unsigned char element_size[128]; /* and for each element */
	unsigned char pointer_size;
	uint32_t *index;        /* the offset of each type; NULL: walk */
	struct rawbpf_btf_reached *reached; /* how far types were checked; NULL: all were */
	void *mapped;           /* for rawbpf_btf_close() to unmap */
	size_t mapped_size;
	void *index_mapped;
	size_t index_mapped_size;
};

/*
 * Use `size` bytes of BTF at `data` (aligned to 4). They must not move or change as long as `btf`
 * is used. `base` is the kernel's BTF for that of a module, else NULL. The functions check all
 * data here or when they look at it. The bytes may come from any source: no function reads outside
 * of them or loops forever.
 *
 * -EINVAL  not BTF, not in this machine's byte order, or broken
 */
int rawbpf_btf_parse(struct rawbpf_btf *btf, const void *data, size_t size,
		     const struct rawbpf_btf *base);

/*
 * Look up ids in an array from now on; without one, each look-up walks from the first type. `index`
 * has room for `count` entries, btf->type_count or more, and lives as long as `btf` is used. The
 * functions that open BTF set one. -ENOSPC: too short.
 */
int rawbpf_btf_index_set(struct rawbpf_btf *btf, uint32_t *index, size_t count);

/* Return the end of the ids: they are less than this. */
unsigned rawbpf_btf_type_end(const struct rawbpf_btf *btf);

/* Return the type with this id, followed by the data of its kind. NULL: void, or no such id. */
const struct btf_type *rawbpf_btf_type_get(const struct rawbpf_btf *btf, unsigned id);

/* Return the BTF_KIND_* of a type, and its number of members, values or parameters. */
unsigned rawbpf_btf_type_kind(const struct btf_type *type);
unsigned rawbpf_btf_type_vlen(const struct btf_type *type);

/* Return the string at an offset, such as name_off: "" for 0, NULL where none begins. */
const char *rawbpf_btf_string_get(const struct rawbpf_btf *btf, unsigned offset);

/* Return the name of a type: "" if it has none, NULL for an unknown id. It may hold any byte. */
const char *rawbpf_btf_type_name(const struct rawbpf_btf *btf, unsigned id);

/*
 * Return the id of the type named `name` of this `kind` (0: any). The function does not search the
 * base. -ENOENT: no such type.
 */
int rawbpf_btf_type_find(const struct rawbpf_btf *btf, unsigned kind, const char *name);

/*
 * Return the id of a type without typedef, const, volatile, restrict and tags. 0 is void.
 * -EINVAL: broken. -ELOOP: it refers to itself.
 */
int rawbpf_btf_type_resolve(const struct rawbpf_btf *btf, unsigned id);

/*
 * Return the size in bytes. A pointer has that of `long` in the BTF, or 8 if there is none: a kernel
 * of 64 bits may run this program of 32 bits. -EINVAL: the type has none. -EOVERFLOW, -ELOOP: broken.
 */
int rawbpf_btf_type_size(const struct rawbpf_btf *btf, unsigned id);

/* A member of a struct or union. */
struct rawbpf_btf_member {
	unsigned index;         /* in its own struct */
	unsigned type;          /* the id of its type */
	unsigned offset;        /* bytes, from the beginning of the outermost struct */
	unsigned bit_offset;    /* the same in bits; `offset` is rounded down */
	unsigned bitfield_size; /* bits; 0: not a bit field */
};

/*
 * Find the member `path` in the struct or union `id`, or in that of a typedef. A path may continue
 * into members that are structs, "sk.__sk_common.skc_family", and arrays, "ops[3].size". Members
 * of unnamed structs are found as in C.
 *
 * -ENOENT  the member does not exist
 * -EINVAL  not a struct or union, a malformed path, or an index past its array
 * -ELOOP   structs nested more than 32 deep, or more than 16 million members to visit. Without an
 *          index, an unnamed member counts as its type's number, since the search walks there
 */
int rawbpf_btf_member_find(struct rawbpf_btf_member *member, const struct rawbpf_btf *btf,
			   unsigned id, const char *path);

/*
 * Return the offset in bytes of a member of a struct (or union, or typedef) by their names:
 * rawbpf_btf_offset_find(&kernel, "task_struct", "tgid").
 * Errors of rawbpf_btf_member_find(); -ENOENT also: the struct does not exist. -EDOM: a bit field,
 * which has no offset in bytes.
 */
int rawbpf_btf_offset_find(const struct rawbpf_btf *btf, const char *type, const char *path);

/*
 * Write a type as in C to `text`, terminated: "struct task_struct *", "unsigned int[4]",
 * "int (*)(void)". Bytes of names that are not printable ASCII become \xNN. Return the length of
 * the whole name, as snprintf(3).
 */
size_t rawbpf_btf_type_format(char *text, size_t size, const struct rawbpf_btf *btf, unsigned id);

/* ------------------------------------------------------------------------------- writing */

/*
 * BTF that is being written into the caller's memory, aligned to 4. Set the first two fields and
 * zero the rest. After each step the first `size` bytes of `data` are complete BTF.
 */
struct rawbpf_btf_build {
	void *data;
	size_t max;
	size_t size;      /* out: bytes so far */
	int error;        /* out: the first mistake; later steps do nothing */
	unsigned id;      /* private: the last type */
};

/*
 * The steps. Each adds a type and returns its id. It returns a negative errno also if an earlier
 * step or a step in its arguments failed. So steps can be nested, and the caller checks once,
 * `error` or the last step's result. A type takes 12 bytes, and each element 12 or fewer. A name
 * takes its length with its NUL, once per use.
 *
 *	rawbpf_btf_ref_emit(b, BTF_KIND_PTR, NULL, rawbpf_btf_int_emit(b, "char", 1, BTF_INT_CHAR));
 *
 * -ENOSPC  `data` is full
 * -EINVAL  no size or kind for this step; a negative id without an earlier mistake
 */
int rawbpf_btf_int_emit(struct rawbpf_btf_build *b, const char *name, unsigned size,
			unsigned encoding); /* 0, BTF_INT_SIGNED, _CHAR, _BOOL */

/* Add a PTR, CONST, VOLATILE or RESTRICT (no name), or a TYPEDEF, FWD or TYPE_TAG (with a name). */
int rawbpf_btf_ref_emit(struct rawbpf_btf_build *b, unsigned kind, const char *name, int type);

/* Add an array of `count` elements; `index` is the type of its indices. */
int rawbpf_btf_array_emit(struct rawbpf_btf_build *b, int element, int index, unsigned count);

/* A member, or a variable of a section, at this byte of it. */
struct rawbpf_btf_field {
	const char *name;
	int type;
	unsigned offset;
};

/* Add a BTF_KIND_STRUCT or _UNION of `size` bytes, with fields in the order of their offsets. */
int rawbpf_btf_struct_emit(struct rawbpf_btf_build *b, unsigned kind, const char *name,
			   unsigned size, const struct rawbpf_btf_field *fields, unsigned count);

/* Add a function type. The parameters' offsets are not used. A result of type 0 is void. */
int rawbpf_btf_func_proto_emit(struct rawbpf_btf_build *b, int result,
			       const struct rawbpf_btf_field *parameters, unsigned count);

/* Add a function. `linkage`: BTF_FUNC_STATIC, BTF_FUNC_GLOBAL or BTF_FUNC_EXTERN. */
int rawbpf_btf_func_emit(struct rawbpf_btf_build *b, const char *name, int proto,
			 unsigned linkage);

/* Add a variable. `linkage`: BTF_VAR_STATIC, BTF_VAR_GLOBAL_ALLOCATED or BTF_VAR_GLOBAL_EXTERN. */
int rawbpf_btf_var_emit(struct rawbpf_btf_build *b, const char *name, int type,
			unsigned linkage);

/* Add a section of variables, as ".bss": each has the type of a VAR; names are not used. */
int rawbpf_btf_datasec_emit(struct rawbpf_btf_build *b, const char *name, unsigned size,
			    const struct rawbpf_btf_field *vars, const unsigned *sizes,
			    unsigned count);

/* Add a tag on `type`, or on its member `component`; -1: on all of it.         Linux 5.16 */
int rawbpf_btf_decl_tag_emit(struct rawbpf_btf_build *b, const char *tag, int type,
			     int component);

/* Add a string for line information instead of a type. Return its offset. */
int rawbpf_btf_string_emit(struct rawbpf_btf_build *b, const char *string);

/* ------------------------------------------------------------------------- BTF for programs */

/*
 * Find the functions of a program: its beginning, the functions that it calls, and those that it
 * passes to helpers which call back. `infos[i].insn_off` becomes the first slot of each, in order.
 * Return their number.
 *
 * -ENOSPC  more than `max`
 * -EINVAL  a call to a place outside of the program
 */
int rawbpf_btf_funcs_find(const struct bpf_insn *insns, unsigned count,
			  struct bpf_func_info *infos, unsigned max);

/*
 * Add a function `static int NAME(void)` for each, and set its type_id. `names` may be NULL, and so
 * may each of its elements: the first is then "main", the others "func_SLOT". Return the id of the
 * last.
 */
int rawbpf_btf_funcs_emit(struct rawbpf_btf_build *b, struct bpf_func_info *infos, unsigned count,
			  const char *const *names);

/*
 * Add the names of lines that rawbpf_build_lines_find() found. For each info add the text of its
 * line, text[LINE - 1], and set line_off to it. Set file_name_off to `file`. `text` has
 * `text_count` lines, and may be NULL; a line outside of it has no text. The verifier's log shows
 * the text, and since Linux 6.9 the file and the line. Return 0 or a negative errno.
 */
int rawbpf_btf_lines_emit(struct rawbpf_btf_build *b, struct bpf_line_info *infos, unsigned count,
			  const char *file, const char *const *text, unsigned text_count);

/*
 * Prepare a program whose functions are called back (from bpf_loop, timers, bpf_for_each_map_elem):
 * find the functions, make and load the BTF, and set `btf`, `func_info`, `func_info_size` and
 * `func_info_count` of `spec`. `infos` must live until the program is loaded; then close spec->btf.
 *
 *	struct bpf_func_info infos[2];
 *	int btf = rawbpf_prog_btf_load(&spec, infos, 2);
 *	int prog = btf < 0 ? btf : rawbpf_prog_load(&spec);
 *
 * Return the descriptor, or an error of rawbpf_btf_funcs_find(), rawbpf_btf_load(). Linux 5.0
 */
int rawbpf_prog_btf_load(struct rawbpf_prog_spec *spec, struct bpf_func_info *infos, unsigned max);

/* ----------------------------------------------------------------------------- BTF for maps */

/*
 * The offset of a struct of the kernel in a map's value: "bpf_spin_lock" (4 bytes, Linux 5.1),
 * "bpf_timer" (16, 5.15), "bpf_refcount" (4, 6.4), "bpf_wq" (16, 6.10), "bpf_res_spin_lock" (4,
 * 6.15), "bpf_task_work" (8, 6.18).
 */
struct rawbpf_btf_special {
	const char *type;
	unsigned offset;
};

/* The key and the value of a map: their sizes and types. */
struct rawbpf_btf_map {
	unsigned type;          /* BPF_MAP_TYPE_* */
	unsigned key_size;      /* bytes; 0: the map has no keys */
	unsigned value_size;
	unsigned key_type_id;   /* out: btf_key_type_id of struct rawbpf_map_spec; 0: void */
	unsigned value_type_id; /* out: btf_value_type_id */
};

/*
 * Add the types of the map's key and value, and set the two ids. Return value_type_id.
 *
 * -EINVAL  value_size is 0; more than 16 specials, one of an unknown type or not within the value
 * -ENOSPC  `data` is full
 */
int rawbpf_btf_map_emit(struct rawbpf_btf_build *b, struct rawbpf_btf_map *map,
			const struct rawbpf_btf_special *specials, unsigned count);

/*
 * Make and load the BTF for a local storage map, or for a map whose values have locks or timers.
 * Set the three BTF fields of `spec`. Close spec->btf when the map is created.
 *
 *	struct rawbpf_map_spec spec = { .type = BPF_MAP_TYPE_TASK_STORAGE,
 *		.key_size = 4, .value_size = 8, .flags = BPF_F_NO_PREALLOC };
 *	int btf = rawbpf_map_btf_load(&spec, NULL, 0);
 *	int map = btf < 0 ? btf : rawbpf_map_create(&spec);
 *
 * Return the descriptor, or an error of rawbpf_btf_map_emit(), rawbpf_btf_load().
 */
int rawbpf_map_btf_load(struct rawbpf_map_spec *spec, const struct rawbpf_btf_special *specials,
			unsigned count);

/* A struct of function pointers in the kernel, as struct_ops needs it. */
struct rawbpf_struct_ops_btf {
	unsigned type;        /* its id: attach_btf_id of the programs */
	unsigned data_offset; /* offset of the struct in the map's value */
};

/*
 * Prepare `spec` for a BPF_MAP_TYPE_STRUCT_OPS map of the kernel's struct `name`,
 * "tcp_congestion_ops": type, sizes, ids and spec->btf. Close spec->btf when the map is created.
 * The expected_attach_type of a program for a member is its index from rawbpf_btf_member_find().
 * Return the descriptor.
 *
 * -ENOENT  the kernel has no such struct_ops
 * Other errors are those of rawbpf_btf_load().                               Linux 5.6
 */
int rawbpf_struct_ops_btf_load(struct rawbpf_map_spec *spec, struct rawbpf_struct_ops_btf *ops,
			       const struct rawbpf_btf *kernel, const char *name);

/* -------------------------------------------------------------------- the kernel, lib/object/btf.c */

struct rawbpf_btf_spec {
	const void *data;
	unsigned size;
	unsigned flags;
	char *log;            /* as in struct rawbpf_prog_spec: filled when loading fails */
	size_t log_size;
	size_t *log_length;   /* out, if not NULL: bytes of the whole log, with its NUL */
	int token;            /* with BPF_F_TOKEN_FD: a BPF token                         6.9 */
};

/*
 * Load BTF. Return its descriptor (close-on-exec, never 0 to 2).
 *
 * -EINVAL  the kernel finds it broken, or lacks a kind of type; the log gives the reason
 * -EPERM   CAP_BPF is missing
 * -E2BIG   more than 16 MB
 * -ENOMEM, -EFAULT                                    Linux 4.18; kernel/bpf/btf.c
 */
int rawbpf_btf_load(const struct rawbpf_btf_spec *spec);

/*
 * Open the kernel's own BTF: map /sys/kernel/btf/vmlinux (6.16), otherwise read it. If sysfs is not
 * mounted, find it by its id.
 *
 * -ENOENT  a kernel without BTF (or older than 5.11, without sysfs)
 * -EPERM   no sysfs, and CAP_SYS_ADMIN is missing
 * -ENOMEM; -EINVAL as in rawbpf_btf_parse()                                 Linux 5.4
 */
int rawbpf_btf_kernel_open(struct rawbpf_btf *btf);

/*
 * Open the BTF of a module; `kernel` must stay open as long. -ENOENT: no such module.
 * Linux 5.11
 */
int rawbpf_btf_module_open(struct rawbpf_btf *btf, const char *module,
			   const struct rawbpf_btf *kernel);

/*
 * Open the BTF behind a descriptor, as rawbpf_obj_id_open() returns it. The BTF belongs to a
 * program, a map, the kernel or a module. For a module's, `base` is the kernel's BTF. Linux 4.18
 */
int rawbpf_btf_open(struct rawbpf_btf *btf, int fd, const struct rawbpf_btf *base);

/*
 * Return a descriptor of the kernel's BTF ("vmlinux") or a module's, for
 * rawbpf_prog_spec.attach_btf. -ENOENT: no such BTF. -EPERM: CAP_SYS_ADMIN is missing. Linux 5.11
 */
int rawbpf_btf_fd_open(const char *module);

/* Release the memory. Do nothing if it is closed or zeroed. */
void rawbpf_btf_close(struct rawbpf_btf *btf);

#ifdef __cplusplus
}
#endif
#endif
