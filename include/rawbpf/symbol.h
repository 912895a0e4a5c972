/* SPDX-License-Identifier: MIT */
/*
 * Names whose numbers only the running kernel tells: the offset of a member, the size of a struct,
 * the value of an enumerator, the BTF id of a function. Programs name them; these functions find
 * the numbers. Pure functions: the caller opens BTF, reads tracefs, and passes both.
 *
 *	struct rawbpf_symbols symbols = { .kernel = &kernel };
 *	struct rawbpf_symbol symbol;
 *
 *	rawbpf_symbol_find(&symbol, &symbols, "task_struct.tgid");
 *
 * | name                         | value               | comes from                           |
 * |------------------------------|---------------------|--------------------------------------|
 * | opt.pid                      | the caller's        | `values`                             |
 * | O_CREAT, ENOENT, BPF_ANY     | of uapi headers     | a table of the library, by `arch`    |
 * | PIDTYPE_PID                  | of an enumerator    | `kernel`, or `offsets`               |
 * | task_struct.se.exec_start    | offset of a member  | `kernel`, or `offsets`               |
 * | sys_enter_openat.filename    | offset of a field   | `formats`; struct trace_event_raw_*  |
 * | xdp_md.data_end              | offset of a field   | `kernel`, or a table of the library  |
 *
 * A name of the first row wins over all others. With a dot, the part before it is a value's, then
 * a format's, then a struct's, union's or typedef's of the kernel, then a context's, then a
 * tracepoint's in BTF.
 *
 * Functions return a result >= 0 or a negative errno.
 */
#ifndef RAWBPF_SYMBOL_H
#define RAWBPF_SYMBOL_H

#include <rawbpf/syscall.h> /* enum rawbpf_arch */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rawbpf_btf; /* <rawbpf/btf.h> */

/* --------------------------------------------------------------------------------- tables */

/* A name of the caller, for a parameter or an option: it becomes a constant. */
struct rawbpf_symbol_value {
	const char *name; /* "opt.pid" */
	uint64_t value;
};

/*
 * The file `events/GROUP/NAME/format` of tracefs: the fields of a tracepoint. The text may hold
 * any bytes. It needs no NUL.
 */
struct rawbpf_symbol_format {
	const char *name; /* the tracepoint: "sys_enter_openat" */
	const char *text;
	size_t size;
};

/* The BTF of a module, and a descriptor of it, rawbpf_btf_fd_open(). */
struct rawbpf_symbol_module {
	const struct rawbpf_btf *btf;
	int fd; /* the builder needs it for variables of the module */
};

/*
 * Memory in which the functions keep where names are in BTF. Without an index each name takes a
 * walk through the types, up to 1 ms; with one, all names together do. Set the first two fields and
 * zero the rest. One index belongs to one BTF and one thread.
 */
struct rawbpf_symbol_index {
	uint32_t *memory; /* not read before it was written, so untouched pages stay untouched */
	size_t size;      /* bytes: rawbpf_symbol_index_size(), or fewer: then some names walk */
	uint32_t count;   /* private, to the end */
	uint32_t walked[4];
	uint32_t at[4];
};

/* An offsets file that was checked. It stands in for BTF. The fields but the first are private. */
struct rawbpf_offsets {
	char release[66];  /* the kernel that it describes, as uname(2) gives it; "" if it does not say */
	enum rawbpf_arch arch; /* its architecture; RAWBPF_ARCH_NATIVE: it does not say */
	const char *lines;
	size_t size;
	unsigned error_line; /* out: the line that rawbpf_offsets_parse() rejects, from 1 */
};

/* The tables that have the numbers. Zero: without that table. */
struct rawbpf_symbols {
	enum rawbpf_arch arch; /* for uapi constants; 0: this machine's */
	const struct rawbpf_btf *kernel;
	const struct rawbpf_symbol_module *modules; /* for functions and variables */
	unsigned module_count;
	struct rawbpf_symbol_index *index;    /* of `kernel` */
	const struct rawbpf_offsets *offsets; /* used if `kernel` is NULL */
	const struct rawbpf_symbol_value *values;
	unsigned value_count;
	const struct rawbpf_symbol_format *formats;
	unsigned format_count;

	/*
	 * Called when a name needs `kernel` and that is NULL, and when a function is not in the kernel
	 * itself. The caller then sets `kernel` and `index`, or `modules`; and the pointer to NULL, so
	 * that it is called once. NULL: there is no more. The functions are not called by two threads.
	 */
	void (*open_kernel)(void *context);
	void (*open_modules)(void *context);
	void *context;
};

/* Return the bytes that an index of this BTF needs. Most of them stay untouched. */
size_t rawbpf_symbol_index_size(const struct rawbpf_btf *kernel);

/* -------------------------------------------------------------------------------- numbers */

enum rawbpf_symbol_kind {
	RAWBPF_SYMBOL_VALUE,      /* of the caller */
	RAWBPF_SYMBOL_CONSTANT,   /* of the uapi headers */
	RAWBPF_SYMBOL_ENUMERATOR,
	RAWBPF_SYMBOL_MEMBER,     /* offset, from the beginning of the named struct */
	RAWBPF_SYMBOL_CONTEXT,    /* offset in the struct at r1 */
	RAWBPF_SYMBOL_FIELD,      /* offset in a tracepoint's record */
	RAWBPF_SYMBOL_KFUNC,      /* BTF id */
	RAWBPF_SYMBOL_VARIABLE,   /* BTF id */
	RAWBPF_SYMBOL_TYPE        /* only for rawbpf_symbol_explain(): a size was wanted */
};

struct rawbpf_symbol {
	enum rawbpf_symbol_kind kind;
	uint64_t value;  /* a negative value is sign-extended */
	unsigned size;   /* bytes of the named thing: for offsets and variables, else 0 */
	unsigned width;  /* of a load or store of it: 1, 2, 4 or 8; 0: an array or struct, or no offset */
	unsigned module; /* kfuncs and variables: 0 is the kernel, N is modules[N - 1] */
	unsigned type;   /* the BTF id of a member's or variable's type; 0: unknown */
};

/*
 * Find the number of a name. Paths continue as in rawbpf_btf_member_find():
 * "sock.__sk_common.skc_family", "task_struct.comm[2]".
 *
 * -ENOENT   nothing has this name in this kernel
 * -ENODATA  the name would stand in BTF, and there is neither BTF nor an offsets file with it
 * -EDOM     a bit field, which has no offset in bytes
 * -EINVAL   a malformed path, an index past its array, a member of what is no struct
 * -ELOOP    broken BTF
 */
int rawbpf_symbol_find(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
		       const char *name);

/*
 * Tell whether a name exists: *has becomes 1 or 0. A bit field exists. Without BTF and without an
 * offsets file no name of the kernel exists.
 *
 * -EINVAL, -ELOOP  as above
 */
int rawbpf_symbol_has(int *has, const struct rawbpf_symbols *symbols, const char *name);

/*
 * Return the size in bytes of a struct, union, typedef or enum of the kernel, or of what a name
 * with a dot stands for. Errors of rawbpf_symbol_find(); -EINVAL also: it has no size.
 */
int rawbpf_symbol_size(const struct rawbpf_symbols *symbols, const char *name);

/*
 * Find a kernel function that programs may call. Kernels from 6.10 mark them in BTF ("bpf_kfunc").
 * If no function has the mark, any function of BTF is found, and only the verifier knows.
 *
 * -ENOENT   the kernel and `modules` have no such function
 * -EACCES   they have it, and programs may not call it
 * -ENODATA  without BTF
 *
 * The instruction is BPF_CALL_KFUNC(module, value); rawbpf_prog_spec.fd_array[N] is then
 * modules[N - 1].fd.                                                        Linux 5.13
 */
int rawbpf_symbol_kfunc_find(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols,
			     const char *name);

/*
 * Find a kernel variable that BTF has, of the kernel or a module. Kernels have the variables of
 * each CPU, newer ones also others.
 *
 * -ENOENT   no such variable
 * -ENODATA  without BTF
 */
int rawbpf_symbol_variable_find(struct rawbpf_symbol *symbol,
				const struct rawbpf_symbols *symbols, const char *name);

/*
 * Write why a name was not found to `text`, as one line, terminated, without a newline. `error` is
 * the result of a function above for `name`. `kind` tells which: RAWBPF_SYMBOL_TYPE for a size,
 * _KFUNC or _VARIABLE for these, any other for rawbpf_symbol_find().
 *
 *	task_struct has no member 'tgidd' in this kernel's BTF (did you mean 'tgid'?)
 *
 * The line is for people, and its wording changes. Bytes of names that are not printable ASCII
 * become \xNN. Return the length of the whole line, as snprintf(3).
 */
size_t rawbpf_symbol_explain(char *text, size_t size, const struct rawbpf_symbols *symbols,
			     enum rawbpf_symbol_kind kind, const char *name, int error);

/* ---------------------------------------------------------------------------- offsets files */

/*
 * Use an offsets file of `size` bytes at `text`, at most 65536. It must not move or change as long
 * as `offsets` is used. `rawbpf btf offsets NAME...` writes such a file on a machine whose kernel
 * has BTF, for one with the same kernel without:
 *
 *	rawbpf offsets 1
 *	kernel 6.1.0-13-s390x
 *	arch s390x
 *	member task_struct.tgid 1172 4 4
 *	size task_struct 6400
 *	enumerator PIDTYPE_TGID 1
 *	none task_struct.state
 *
 * A member has its offset, size and width. `none` says that the kernel lacks the name.
 *
 * -EINVAL  not such a file: `error_line` has the first bad line
 * -E2BIG   too long
 */
int rawbpf_offsets_parse(struct rawbpf_offsets *offsets, const char *text, size_t size);

/*
 * Write a line of an offsets file, or with NULL as `name` its head for this `release`. The line is
 * "none" for a name that does not exist; "sizeof(NAME)" asks for a size. Terminated, with a
 * newline. Return the length of the whole line, as snprintf(3), or a negative errno:
 *
 * -EDOM, -EINVAL, -ELOOP, -ENODATA  as rawbpf_symbol_find(), about the name
 */
int rawbpf_offsets_format(char *text, size_t size, const struct rawbpf_symbols *symbols,
			  const char *name, const char *release);

#ifdef __cplusplus
}
#endif
#endif
