/* SPDX-License-Identifier: MIT */
/*
 * The tables of a collection: a program file after rawbpf_collection_parse(), before anything is
 * known of the kernel that it will run on. They are plain data, without a pointer inside, so that a
 * C header can hold them as constants. rawbpf_text(5) has the language.
 *
 * A string is an offset in `strings`, whose byte 0 is a NUL: 0 is the empty string, and "none".
 * An expression is an index in `exprs`; element 0 is unused, and 0 is "none".
 * A line counts from 1. A line of the prelude has RAWBPF_LINE_STD added.
 */
#ifndef RAWBPF_COLLECTION_TABLE_H
#define RAWBPF_COLLECTION_TABLE_H

#include <rawbpf/uapi.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RAWBPF_LINE_STD = 0x8000 };

/* ------------------------------------------------------------------ expressions */

enum rawbpf_expr_op {
	RAWBPF_EXPR_NUMBER, /* b: the low 32 bits; a: 1 if b is sign-extended to 64, else zero-extended */
	RAWBPF_EXPR_WIDE,   /* b: the low 32 bits; the next element's b: the high ones */
	RAWBPF_EXPR_SYMBOL, /* b: a string, "task_struct.tgid" */
	RAWBPF_EXPR_SIZEOF, /* b: a string: the name of a type or of a field */
	RAWBPF_EXPR_EXISTS, /* b: a string */
	RAWBPF_EXPR_NEGATE, /* of a */
	RAWBPF_EXPR_NOT,
	RAWBPF_EXPR_ADD,    /* a + b, as all that follow */
	RAWBPF_EXPR_SUBTRACT,
	RAWBPF_EXPR_MULTIPLY,
	RAWBPF_EXPR_DIVIDE,
	RAWBPF_EXPR_AND,
	RAWBPF_EXPR_OR,
	RAWBPF_EXPR_SHIFT_LEFT,
	RAWBPF_EXPR_SHIFT_RIGHT,
	RAWBPF_EXPR_EQUAL,
	RAWBPF_EXPR_UNEQUAL,
	RAWBPF_EXPR_LESS,
	RAWBPF_EXPR_GREATER,
	RAWBPF_EXPR_BOTH,   /* && */
	RAWBPF_EXPR_EITHER, /* || */
	RAWBPF_EXPR_ELEMENT, /* in tests only: a: map, b: expression of the key: MAP[KEY] */
	RAWBPF_EXPR_COUNT,   /* in tests only: a: map: count(MAP) */
	RAWBPF_EXPR_FIELD    /* in tests only: a: an ELEMENT, b: a string: ".FIELD" of its struct */
};

enum { RAWBPF_MAP_PACKET = 0xffff }; /* as the map of ELEMENT and COUNT: bytes of the packet */

struct rawbpf_expr {
	uint16_t op; /* enum rawbpf_expr_op */
	uint16_t a;  /* an expression unless said */
	uint32_t b;
};

/* ---------------------------------------------------------------- declarations */

struct rawbpf_table_struct {
	uint16_t name;
	uint16_t field, field_count;
	uint16_t line;
};

/* How a value is shown: `.struct` fields and `.show`. */
enum rawbpf_present {
	RAWBPF_PRESENT_NONE, /* by its type */
	RAWBPF_PRESENT_STRING,
	RAWBPF_PRESENT_WORDS,
	RAWBPF_PRESENT_TEXT,
	RAWBPF_PRESENT_BYTES,
	RAWBPF_PRESENT_ERRNO,
	RAWBPF_PRESENT_SIGNAL,
	RAWBPF_PRESENT_HEX,
	RAWBPF_PRESENT_FLAGS,       /* args[0]: a string, the prefix */
	RAWBPF_PRESENT_ENUM,        /* args[0]: a string, the prefix */
	RAWBPF_PRESENT_PID,
	RAWBPF_PRESENT_DIRFD,
	RAWBPF_PRESENT_CLOCK,
	RAWBPF_PRESENT_DURATION,
	RAWBPF_PRESENT_AGE,
	RAWBPF_PRESENT_ADDRESS,     /* args: strings, the fields of family and port */
	RAWBPF_PRESENT_PORT,
	RAWBPF_PRESENT_PORT_BE,
	RAWBPF_PRESENT_DEV,
	RAWBPF_PRESENT_KSTACK,
	RAWBPF_PRESENT_USER_STRING,
	RAWBPF_PRESENT_LOG2,        /* args[0]: a string, the unit */
	RAWBPF_PRESENT_LINEAR,      /* args[0]: an expression, the width of a step */
	RAWBPF_PRESENT_HIDDEN
};

struct rawbpf_table_field {
	uint16_t name;
	uint16_t type;      /* a string: "u64", "char", or the name of a struct of the file */
	uint16_t count;     /* an expression; 0: no array */
	uint16_t present;   /* enum rawbpf_present */
	uint16_t args[2];
	uint16_t line;
};

/*
 * `.map`, `.ring`, and the maps that the prelude names: scratch_STRUCT (per-CPU array of one) and
 * std_counts. A section of data is an array of one, called ".rodata", ".data" or ".bss". A key or value is a type of the file, which has a size, or only a size.
 */
struct rawbpf_table_map {
	uint16_t name;
	uint16_t type;                 /* BPF_MAP_TYPE_* */
	uint16_t key_type, value_type; /* strings; a ring's value_type is its record */
	uint16_t key_size, value_size; /* expressions, if the type is 0 */
	uint16_t max_entries;          /* an expression; 0: by the machine's memory (a ring) */
	uint16_t flags;                /* an expression */
	uint16_t byte, byte_count;     /* the first value of a section's map; 0 bytes: zeros */
	uint16_t line;
};

struct rawbpf_table_show {
	uint16_t map;
	uint16_t present, args[2]; /* as a field's */
	uint16_t text;             /* the STRING */
	uint16_t every_ms;         /* an expression, milliseconds; 0: not */
	uint8_t at_end, is_pending;
	uint8_t sort;              /* 0 no, 1 by key, 2 by value */
	uint8_t unused;
	uint16_t line;
};

struct rawbpf_table_param {
	uint16_t name;
	uint16_t value;    /* the default: an expression, or 0 */
	uint16_t text;     /* the default: a string, if value is 0 */
	uint16_t words;    /* "-l FILE: where it is" */
	uint16_t line;
};

struct rawbpf_table_set {
	uint16_t name;
	uint16_t value;    /* an expression */
	uint16_t line;
};

struct rawbpf_table_local {
	uint16_t name;
	uint16_t type;     /* a string; 0: */
	uint16_t size;     /* an expression */
};

/* ------------------------------------------------------------------- programs */

/* The ways to attach, as `.at` and `.or` name them. */
enum rawbpf_way {
	RAWBPF_WAY_NONE,
	RAWBPF_WAY_SYSCALL,    /* target: the call. One of RAW_TP, TRACEPOINT, KPROBE does it */
	RAWBPF_WAY_SYSRET,
	RAWBPF_WAY_KPROBE,     /* target: the function; likewise to RAW_TP */
	RAWBPF_WAY_KRETPROBE,  /* expr: maxactive */
	RAWBPF_WAY_FENTRY,
	RAWBPF_WAY_FEXIT,
	RAWBPF_WAY_LSM,
	RAWBPF_WAY_TP_BTF,
	RAWBPF_WAY_RAW_TP,
	RAWBPF_WAY_TRACEPOINT, /* target: "group:name" */
	RAWBPF_WAY_UPROBE,     /* target: a file or string parameter; detail: the symbol */
	RAWBPF_WAY_URETPROBE,
	RAWBPF_WAY_ITER,       /* target: its kind; detail: the struct that it writes */
	RAWBPF_WAY_PERF,       /* expr: samples a second */
	RAWBPF_WAY_XDP,        /* target: a device or string parameter, or 0 */
	RAWBPF_WAY_TC,         /* likewise; detail: "ingress" or "egress" */
	RAWBPF_WAY_CGROUP,     /* target: the hook; detail: a path or string parameter, or 0 */
	RAWBPF_WAY_SOCKET,
	RAWBPF_WAYS
};

/* A place to attach a program. `.at sysret a b` is two places. */
struct rawbpf_table_place {
	uint8_t way;      /* enum rawbpf_way */
	uint8_t is_or;    /* tried if the place before could not be attached */
	uint8_t has_args; /* the text has a list, maybe empty, or a result: an entry sequence */
	uint8_t is_param; /* target (UPROBE, URETPROBE, XDP, TC) or detail (CGROUP) is a parameter's name */
	uint16_t target, detail; /* strings */
	uint16_t expr;
	uint16_t tail;    /* a map + 1: not attached, but element `expr` of this prog array */
	uint16_t arg, arg_count;
	uint16_t line;
};

enum { RAWBPF_ARG_RESULT = 0xff, RAWBPF_ARG_VALUE = 0xfe };

/* An argument that goes to a stack slot. `_` takes an index and no element. */
struct rawbpf_table_arg {
	uint8_t index;   /* from 0; RAWBPF_ARG_RESULT: the result; RAWBPF_ARG_VALUE: `value` */
	uint8_t unused;
	uint16_t slot;   /* a string: a new slot "path", or the field of a .local, "c.path" */
	uint16_t type;   /* a string; 0: 64 bits, or the field's */
	uint16_t value;  /* an expression */
};

/*
 * What has to be done to instructions before they can be loaded, in order of their slots. Slots
 * count from the program's first.
 */
enum rawbpf_step_kind {
	RAWBPF_STEP_LINE,    /* from here on: a: the user's line, b: the macro's line or 0 */
	RAWBPF_STEP_LABEL,   /* a: the label is here */
	RAWBPF_STEP_JUMP,    /* a: label; off, or imm of gotol */
	RAWBPF_STEP_CALL,    /* a: label of a function of this program; imm */
	RAWBPF_STEP_FUNC,    /* a: label; two slots: a function's address */
	RAWBPF_STEP_KFUNC,   /* a: string: the kernel's function; imm, off */
	RAWBPF_STEP_OFF,     /* a: expression */
	RAWBPF_STEP_IMM,     /* a: expression, of 32 bits */
	RAWBPF_STEP_IMM64,   /* a: expression; two slots */
	RAWBPF_STEP_MAP,     /* a: map; two slots */
	RAWBPF_STEP_VALUE,   /* a: map, b: expression: rD = &MAP[EXPR]; two slots */
	RAWBPF_STEP_LOCAL,   /* a: local */
	RAWBPF_STEP_IF,      /* a: expression */
	RAWBPF_STEP_ELSE,
	RAWBPF_STEP_ENDIF
};

struct rawbpf_step {
	uint32_t slot : 24;
	uint32_t kind : 8; /* enum rawbpf_step_kind */
	uint16_t a, b;
};

struct rawbpf_table_prog {
	uint16_t name;
	uint8_t is_sleepable;
	uint8_t unused;
	uint16_t place, place_count;
	uint16_t line;
	uint16_t label, label_count; /* its labels in `labels`: strings. Steps count from `label` */
	uint32_t insn, insn_count;
	uint32_t step, step_count;
};

/* ----------------------------------------------------------------------- tests */

enum rawbpf_test_line_kind {
	RAWBPF_TEST_PACKET,  /* text: hexadecimal digits and "*N" as written */
	RAWBPF_TEST_CONTEXT, /* text: as written */
	RAWBPF_TEST_MAP,     /* expr: MAP[KEY] == VALUE */
	RAWBPF_TEST_HELPER,  /* text: "ktime_get_ns 100 200" */
	RAWBPF_TEST_EXPECT   /* expr */
};

struct rawbpf_table_test_line {
	uint16_t kind; /* enum rawbpf_test_line_kind */
	uint16_t text;
	uint16_t expr;
	uint16_t line;
};

struct rawbpf_table_test {
	uint16_t name;
	uint16_t prog;
	uint16_t first, count; /* its lines in `test_lines` */
	uint16_t line;
};

/* -------------------------------------------------------------------- all of it */

/* X(member, type of an element): the arrays of a collection. */
#define RAWBPF_TABLES(X) \
	X(string, char) \
	X(expr, struct rawbpf_expr) \
	X(struct, struct rawbpf_table_struct) \
	X(field, struct rawbpf_table_field) \
	X(map, struct rawbpf_table_map) \
	X(show, struct rawbpf_table_show) \
	X(param, struct rawbpf_table_param) \
	X(set, struct rawbpf_table_set) \
	X(local, struct rawbpf_table_local) \
	X(prog, struct rawbpf_table_prog) \
	X(place, struct rawbpf_table_place) \
	X(arg, struct rawbpf_table_arg) \
	X(label, uint16_t) \
	X(step, struct rawbpf_step) \
	X(insn, struct bpf_insn) \
	X(test, struct rawbpf_table_test) \
	X(test_line, struct rawbpf_table_test_line) \
	X(byte, uint8_t)

struct rawbpf_collection {
	const char *strings;
	const struct rawbpf_expr *exprs;
	const struct rawbpf_table_struct *structs;
	const struct rawbpf_table_field *fields;
	const struct rawbpf_table_map *maps;
	const struct rawbpf_table_show *shows;
	const struct rawbpf_table_param *params;
	const struct rawbpf_table_set *sets;
	const struct rawbpf_table_local *locals;
	const struct rawbpf_table_prog *progs;
	const struct rawbpf_table_place *places;
	const struct rawbpf_table_arg *args;
	const uint16_t *labels;
	const struct rawbpf_step *steps;
	const struct bpf_insn *insns;
	const struct rawbpf_table_test *tests;
	const struct rawbpf_table_test_line *test_lines;
	const uint8_t *bytes;
	const char *std;       /* the prelude that was parsed, for the lines of its macros; NULL: none */
	unsigned std_length;
	unsigned string_count; /* bytes, with the NUL of the last one */
	unsigned expr_count, struct_count, field_count, map_count, show_count, param_count, set_count,
		local_count, prog_count, place_count, arg_count, label_count, step_count, insn_count,
		test_count, test_line_count, byte_count;
	uint16_t license; /* a string; "GPL" if the file names none */
	uint16_t summary; /* a string: the file's first comment */
};

#ifdef __cplusplus
}
#endif
#endif
