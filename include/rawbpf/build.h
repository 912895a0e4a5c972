/* SPDX-License-Identifier: MIT */
/*
 * Build a program step by step. Labels replace the offsets that a person must count with the macros
 * of rawbpf/insn.h alone. Pure functions over the caller's memory: no system calls, no libc, no
 * allocation.
 *
 *	struct rawbpf_build_slot slots[32];
 *	struct rawbpf_build b = { .slots = slots, .slot_max = RAWBPF_COUNT(slots) };
 *	struct bpf_insn insns[32];
 *
 *	rawbpf_build_emit(&b, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 4),
 *			      BPF_MOV64_IMM(BPF_REG_0, 1));
 *	rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_2, 1, 0), "out");
 *	rawbpf_build_map_emit(&b, BPF_REG_1, "rules");
 *	...
 *	rawbpf_build_label(&b, "out");
 *	rawbpf_build_emit(&b, BPF_EXIT_INSN());
 *
 *	const struct rawbpf_map_fd maps[] = { { "rules", map } };
 *	int count = rawbpf_build_resolve(&b, insns, RAWBPF_COUNT(insns),
 *		&(struct rawbpf_env){ .map_fds = maps, .map_fd_count = 1 });
 *
 * No step returns an error. The builder keeps the first mistake and does nothing from then on.
 * rawbpf_build_resolve() returns it, and `error` has its place.
 *
 * The builder does not copy strings: names must live as long as it is used. A LABEL is any string
 * that does not begin with a digit. A label of digits alone is local, as in the GNU assembler: it
 * may be set any number of times. A jump goes to "1f", the next "1" forward, or "1b", the last "1"
 * backward.
 */
#ifndef RAWBPF_BUILD_H
#define RAWBPF_BUILD_H

#include <rawbpf/uapi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpf_line_info;  /* <linux/bpf.h> */
struct rawbpf_symbols; /* <rawbpf/symbol.h> */

/* A map, by its name in the program. */
struct rawbpf_map_fd {
	const char *name; /* NULL: no instruction refers to it */
	int fd;
};

/* The system that the program is for. Zero is the default of every field. */
struct rawbpf_env {
	const struct rawbpf_map_fd *map_fds;
	unsigned map_fd_count;
	unsigned kernel; /* the oldest to load on, 6 << 8 | 6 for Linux 6.6; 0: 5.10 */
	int is_fragment; /* 1: the caller adds more instructions; a label may be at the end */
	const struct rawbpf_symbols *symbols; /* for the steps that take names of the kernel */
};

/* A slot of 8 bytes and its data; or, from the array's end, a label. */
struct rawbpf_build_slot {
	struct bpf_insn insn;      /* private, as all but `line` */
	union {
		const char *reference; /* in an instruction: the label, map or symbol that it names */
		const char *label;     /* in a label: its name */
	};
	unsigned line;     /* in the caller's source, __LINE__ */
	unsigned before;   /* for "1f" and "1b": the last label "1" before them */
	unsigned place;    /* in a label, as all that follow: the slot behind it; in an instruction:
			    * what its symbol is for, or 0 */
	unsigned links[3]; /* in the tree of names */
	unsigned next;     /* label of the same name: "1" */
	unsigned last;     /* label of the same name */
};

/* A mistake and its place. */
struct rawbpf_build_error {
	int error;          /* the negative errno; 0: no mistake */
	unsigned index;     /* the instruction's first slot */
	unsigned line;      /* in the source; 0: unknown */
	const char *label;  /* the label, map or symbol of the mistake, or NULL */
	const char *reason; /* one sentence, with @ for the label: rawbpf_build_explain() */
};

/*
 * A program that is being built. Set the first two fields and zero the rest. Each instruction and
 * each label takes one of the `slots`. A 64-bit load, also a map or function reference, takes two.
 *
 * Without room the steps still count, and `needed` tells how many slots to provide:
 *
 *	struct rawbpf_build b = { .slots = NULL };
 *	generate(&b, rules);
 *	b = (struct rawbpf_build){ .slots = room(b.needed), .slot_max = b.needed };
 *	generate(&b, rules);
 */
struct rawbpf_build {
	struct rawbpf_build_slot *slots; /* slots[i].line: the source line of slot i */
	unsigned slot_max;

	unsigned count;        /* out: slots of instructions so far */
	unsigned needed;       /* out: slots that all steps so far take, also those after -ENOSPC */
	unsigned label_count;  /* private, to the end */
	struct rawbpf_build_error error; /* out: the first mistake, or the last resolve's */
	int broken;
	unsigned label_root; /* the root of the tree of names */
	int (*symbol)(struct rawbpf_build *b, struct bpf_insn *insn, unsigned index,
		      const struct rawbpf_env *env); /* resolves symbols, after a step with one */
};

/*
 * The steps. Each is a macro that passes __LINE__ to the function with `_at` at the end of its
 * name. A generator whose input has lines of its own calls that function. The mistakes that each
 * can make, as rawbpf_build_resolve() returns them:
 *
 * -ENOSPC  `slots` is full
 */

/*
 * Append instructions, any number of the macros of rawbpf/insn.h, also those of two slots. Their
 * offsets stay unchanged.
 *
 *	rawbpf_build_emit(b, INSN, ...)
 */
void rawbpf_build_emit_at(struct rawbpf_build *b, const struct bpf_insn *insns, unsigned count,
			  unsigned line);
#ifdef __cplusplus
#define rawbpf_build_emit(B, ...) \
	([&] { \
		const struct bpf_insn rawbpf_build_insns[] = { __VA_ARGS__ }; \
		rawbpf_build_emit_at((B), rawbpf_build_insns, \
				     sizeof rawbpf_build_insns / sizeof rawbpf_build_insns[0], \
				     __LINE__); \
	}())
#else
#define rawbpf_build_emit(B, ...) \
	rawbpf_build_emit_at((B), (const struct bpf_insn[]){ __VA_ARGS__ }, \
			     sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / \
				     sizeof(struct bpf_insn), __LINE__)
#endif

/*
 * Append a jump to `label`: BPF_JMP_A, BPF_JMP_IMM and the like, BPF_JMP32_A or RAWBPF_MAY_GOTO.
 * The builder sets its offset. BPF_JMP_A becomes BPF_JMP32_A ("gotol") if the target needs more
 * than 16 bits and rawbpf_env.kernel has it, 6.6.
 *
 * -EINVAL  `insn` is not a jump with an offset
 */
#define rawbpf_build_jump(B, INSN, LABEL)	rawbpf_build_jump_at((B), (INSN), (LABEL), __LINE__)
void rawbpf_build_jump_at(struct rawbpf_build *b, struct bpf_insn insn, const char *label,
			  unsigned line);

/*
 * Set `label` at the next instruction. It takes a slot of the array, and none of the program.
 *
 * -EEXIST  the label exists already (and is not a number)
 * -EINVAL  not a name for a label
 */
#define rawbpf_build_label(B, LABEL)		rawbpf_build_label_at((B), (LABEL), __LINE__)
void rawbpf_build_label_at(struct rawbpf_build *b, const char *label, unsigned line);

/* Append a call of the function of this program that begins at `label`. Linux 4.16 */
#define rawbpf_build_call(B, LABEL)		rawbpf_build_call_at((B), (LABEL), __LINE__)
void rawbpf_build_call_at(struct rawbpf_build *b, const char *label, unsigned line);

/*
 * Append a load of that function's address to `reg`, for helpers that call back.
 * Two slots; the program needs BTF function information.                 Linux 5.13
 */
#define rawbpf_build_func_emit(B, REG, LABEL) \
	rawbpf_build_func_emit_at((B), (REG), (LABEL), __LINE__)
void rawbpf_build_func_emit_at(struct rawbpf_build *b, unsigned reg, const char *label,
			       unsigned line);

/* Append a load of a map, by its name in rawbpf_env.map_fds, to `reg`. Two slots. */
#define rawbpf_build_map_emit(B, REG, NAME)	rawbpf_build_map_emit_at((B), (REG), (NAME), __LINE__)
void rawbpf_build_map_emit_at(struct rawbpf_build *b, unsigned reg, const char *name,
			      unsigned line);

/*
 * Append a load of the address of byte `offset` in the value of an array map
 * with one element. Two slots.                                            Linux 5.2
 */
#define rawbpf_build_map_value_emit(B, REG, NAME, OFFSET) \
	rawbpf_build_map_value_emit_at((B), (REG), (NAME), (OFFSET), __LINE__)
void rawbpf_build_map_value_emit_at(struct rawbpf_build *b, unsigned reg, const char *name,
				    unsigned offset, unsigned line);

/*
 * Append an instruction that needs a number of the kernel, by its name as in rawbpf_symbol_find():
 * rawbpf_env.symbols tells the number when the program is resolved. The names need Linux 5.4's BTF,
 * an offsets file, or neither.
 *
 * rawbpf_build_off_emit() adds the number to the offset of a load or store, `insn`:
 *
 *	rawbpf_build_off_emit(&b, BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 0), "task_struct.tgid");
 *
 * rawbpf_build_imm_emit() adds it to the immediate:
 *
 *	rawbpf_build_imm_emit(&b, BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, 0), "sock.sk_err");
 *
 * rawbpf_build_symbol_emit() appends a load of all 64 bits of it to `reg`: two slots.
 *
 * Of resolving: -EINVAL  the access has another size than the member (unless `insn` has an offset)
 *               -ERANGE  more than the 16 bits of an offset, or the 32 bits of an immediate
 */
#define rawbpf_build_off_emit(B, INSN, NAME) \
	rawbpf_build_off_emit_at((B), (INSN), (NAME), __LINE__)
void rawbpf_build_off_emit_at(struct rawbpf_build *b, struct bpf_insn insn, const char *name,
			      unsigned line);
#define rawbpf_build_imm_emit(B, INSN, NAME) \
	rawbpf_build_imm_emit_at((B), (INSN), (NAME), __LINE__)
void rawbpf_build_imm_emit_at(struct rawbpf_build *b, struct bpf_insn insn, const char *name,
			      unsigned line);
#define rawbpf_build_symbol_emit(B, REG, NAME) \
	rawbpf_build_symbol_emit_at((B), (REG), (NAME), __LINE__)
void rawbpf_build_symbol_emit_at(struct rawbpf_build *b, unsigned reg, const char *name,
				 unsigned line);

/*
 * Append a call of a kernel function: rawbpf_symbol_kfunc_find(). For one of module N of
 * rawbpf_symbols, rawbpf_prog_spec.fd_array[N] is the module's BTF.        Linux 5.13
 */
#define rawbpf_build_kfunc_call(B, NAME)	rawbpf_build_kfunc_call_at((B), (NAME), __LINE__)
void rawbpf_build_kfunc_call_at(struct rawbpf_build *b, const char *name, unsigned line);

/*
 * Append a load of the address of a kernel variable to `reg`: rawbpf_symbol_variable_find().
 * Two slots. For a variable of each CPU, bpf_per_cpu_ptr() finds one's.   Linux 5.10
 */
#define rawbpf_build_variable_emit(B, REG, NAME) \
	rawbpf_build_variable_emit_at((B), (REG), (NAME), __LINE__)
void rawbpf_build_variable_emit_at(struct rawbpf_build *b, unsigned reg, const char *name,
				   unsigned line);

/*
 * Continue in a bigger array, between any two steps. `slots` begins with a copy of the old array, as
 * realloc(3) returns it; the function moves the labels. So the caller passes that result unchecked:
 *
 *	rawbpf_build_slots_set(&b, realloc(b.slots, 2 * b.slot_max * sizeof *b.slots), 2 * b.slot_max);
 *
 * -ENOSPC  `slots` is NULL
 * -EINVAL  `slot_max` is less than before
 *
 * After either error the builder keeps the old array.
 */
void rawbpf_build_slots_set(struct rawbpf_build *b, struct rawbpf_build_slot *slots,
			    unsigned slot_max);

/*
 * Write the complete program to `insns`, an array of `max` slots. `env` may be NULL: no maps, the
 * oldest kernel. The function can be called again, also with another environment: a program with
 * map references is built once and resolved for each load. Return the number of slots, or the
 * first mistake, which `error` describes:
 *
 * -ENOSPC  `slots` was full, or the program has more than `max` slots
 * -ENOENT  a label that is not set, or a map that is not in `env`
 * -ERANGE  a jump further than its 16 bits reach (-32768 to 32767)
 * -EEXIST, -EINVAL  as above; a label with no instruction after it, unless is_fragment is 1
 * -ENOENT, -ENODATA, -EDOM, -EACCES, -EINVAL, -ELOOP  a symbol, as in rawbpf/symbol.h;
 *          rawbpf_symbol_explain() tells more
 *
 * After an error the content of `insns` is undefined. A mistake of building stays; a later
 * successful attempt clears a mistake of resolving.
 */
int rawbpf_build_resolve(struct rawbpf_build *b, struct bpf_insn *insns, unsigned max,
			 const struct rawbpf_env *env);

/*
 * Return the label at instruction `index` that is a C name, or NULL. It names a function in BTF:
 * the array `names` of rawbpf_btf_funcs_emit().
 */
const char *rawbpf_build_label_name(const struct rawbpf_build *b, unsigned index);

/*
 * List where the source lines begin: `insn_off` and the line in `line_col`. Each label begins a
 * line, since the kernel wants one for the first instruction of each function. Lines above 4194303
 * become 0. rawbpf_btf_lines_emit() adds the names. Return the number of infos, b->count or less.
 *
 * -ENOSPC  more than `max`; or the first mistake of the builder
 */
int rawbpf_build_lines_find(const struct rawbpf_build *b, struct bpf_line_info *infos,
			    unsigned max);

/*
 * Write `error` to `text` as one line, terminated, without a newline:
 *
 *	instruction 7, line 120: the program has no label 'uot'
 *
 * The line is for people, and its wording changes. Bytes of names that are not printable ASCII
 * become \xNN. Return the length of the whole line, as snprintf(3).
 */
size_t rawbpf_build_explain(char *text, size_t size, const struct rawbpf_build_error *error);

#ifdef __cplusplus
}
#endif
#endif
