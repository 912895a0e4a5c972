/* SPDX-License-Identifier: MIT */
/* Objects for tests to look at: a program with functions, source lines and a map, and its BTF. */
#ifndef TEST_OBJECTS_H
#define TEST_OBJECTS_H

#include "../live.h"

#include <linux/btf.h>
#include <rawbpf/info.h>
#include <stdint.h>

/* bpf(2) itself, for calls that the library need not have. */
static inline int objects_bpf(unsigned command, void *attr, unsigned size)
{
	int result = syscall(SYS_bpf, command, attr, size);

	return result < 0 ? -errno : result;
}

/* Return a name that no other object has. */
static inline const char *own_name(void)
{
	static char name[16];

	snprintf(name, sizeof name, "own_%d", getpid());
	return name;
}

/* Offsets of the strings below. */
enum {
	S_INT = 1, S_MAIN = 5, S_HELP = 10, S_FILE = 15, S_LINE_0 = 23, S_LINE_1 = 34,
	S_HOSTILE = 49
};

/*
 * Types: 1 int; 2 int(void); 3 main; 4 help; 5 an int whose name has a terminal's control sequence.
 * Each source line has a string. The second one must not be printed raw.
 */
static inline int objects_btf(void)
{
	static const char strings[] =
		"\0" "int\0" "main\0" "help\0" "count.c\0" "return x;\0\0" "evil(\033[31m);\0\0\0"
		"\033]0;int\\";
	static struct {
		struct btf_header header;
		struct btf_type integer;
		uint32_t encoding;
		struct btf_type proto, main, help, hostile;
		uint32_t hostile_encoding;
		char strings[sizeof strings];
	} btf = {
		.header = { .magic = 0xeb9f, .version = 1, .hdr_len = sizeof btf.header,
			    .type_len = 5 * sizeof(struct btf_type) + 8,
			    .str_off = 5 * sizeof(struct btf_type) + 8, .str_len = sizeof strings },
		.integer = { S_INT, BTF_KIND_INT << 24, { 4 } },
		.encoding = BTF_INT_SIGNED << 24 | 32,
		.proto = { 0, BTF_KIND_FUNC_PROTO << 24, { .type = 1 } },
		.main = { S_MAIN, BTF_KIND_FUNC << 24, { .type = 2 } },
		.help = { S_HELP, BTF_KIND_FUNC << 24, { .type = 2 } },
		.hostile = { S_HOSTILE, BTF_KIND_INT << 24, { 4 } },
		.hostile_encoding = 32,
	};
	struct {
		uint64_t btf, log;
		uint32_t size, log_size, log_level, zero;
	} attr = { .btf = (uintptr_t)&btf, .size = offsetof(typeof(btf), strings) + sizeof strings };
	int fd;

	memcpy(btf.strings, strings, sizeof strings);
	fd = objects_bpf(BPF_BTF_LOAD, &attr, sizeof attr);
	ck_assert_msg(fd > 2, "loading BTF: %d", fd);
	return fd;
}

enum { OBJECTS_MAIN = 10, OBJECTS_HELP = 2 }; /* the functions' slots */

/* Load a socket filter that counts in `map`, an array, calls a function, and returns 7. */
static inline int objects_prog(const char *name, int map)
{
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1),
		BPF_ST_MEM(BPF_DW, BPF_REG_0, 0, 5),
		BPF_CALL_REL(1),
		BPF_EXIT_INSN(),
		/* help: */
		BPF_MOV64_IMM(BPF_REG_0, 7),
		BPF_EXIT_INSN(),
	};
	const struct bpf_func_info funcs[] = { { 0, 3 }, { OBJECTS_MAIN, 4 } };
	const struct bpf_line_info lines[] = {
		{ 0, S_FILE, S_LINE_0, 12 << 10 | 3 },
		{ OBJECTS_MAIN, S_FILE, S_LINE_1, 13 << 10 | 1 },
	};
	int prog, btf = objects_btf();

	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name,
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
		.btf = btf,
		.func_info = funcs,
		.func_info_size = sizeof funcs[0],
		.func_info_count = RAWBPF_COUNT(funcs),
		.line_info = lines,
		.line_info_size = sizeof lines[0],
		.line_info_count = RAWBPF_COUNT(lines),
	});
	ck_assert_msg(prog > 2, "loading the program: %d", prog);
	close(btf);
	return prog;
}

static inline int objects_map(const char *name, unsigned type, unsigned key_size,
			      unsigned value_size, unsigned max_entries)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = name, .type = type, .key_size = key_size, .value_size = value_size,
		.max_entries = max_entries,
		.flags = type == BPF_MAP_TYPE_LPM_TRIE ? BPF_F_NO_PREALLOC : 0 });

	ck_assert_msg(map > 2, "creating %s: %d", name, map);
	return map;
}

static inline unsigned objects_map_id(int map)
{
	struct rawbpf_map_info info = { .type = 0 };

	ck_assert_int_eq(rawbpf_map_info(&info, map), 0);
	return info.id;
}

static inline unsigned objects_btf_id(int btf)
{
	struct rawbpf_btf_info info = { .id = 0 };

	ck_assert_int_eq(rawbpf_btf_info(&info, btf), 0);
	return info.id;
}

#endif
