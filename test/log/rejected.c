/* SPDX-License-Identifier: MIT */
#include "rejected.h"
#include "../privilege.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARRAY ".map m array 4 8 1\n"
#define HASH ".map m hash 4 8 1\n"
/* r0 = &m[0], or NULL */
#define LOOK_UP \
	HASH "*(u32 *)(r10 - 4) = 0\n" \
	"r2 = r10\n" \
	"r2 += -4\n" \
	"r1 = map m\n" \
	"call map_lookup_elem\n"
/* r0 = &m[0] */
#define FOUND \
	LOOK_UP "if r0 != 0 goto +2\n" \
	LEAVE
/* r0 = 8 bytes in the ring, or NULL */
#define RESERVE \
	".map m ringbuf 0 0 4096\n" \
	"r1 = map m\n" \
	"r2 = 8\n" \
	"r3 = 0\n" \
	"call ringbuf_reserve\n"
#define LEAVE "r0 = 0\nexit\n"

#define FILTER BPF_PROG_TYPE_SOCKET_FILTER
#define TC BPF_PROG_TYPE_SCHED_CLS
#define KPROBE BPF_PROG_TYPE_KPROBE

#define ROW(HINT, TYPE, TEXT, LINE, REG, ...) \
	{ .hint = HINT, .type = TYPE, .text = TEXT, .line = LINE, .reg = REG, __VA_ARGS__ }

const struct rejected rejected[] = {
	ROW("maybe_null", FILTER, LOOK_UP "*(u64 *)(r0 + 0) = 1\n" LEAVE, 7, 0),
	/* An array, and a constant key in its bounds. */
	ROW("maybe_null", FILTER,
	    ARRAY "*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map m\ncall map_lookup_elem\n"
	    "*(u64 *)(r0 + 0) = 1\n" LEAVE, 7, 0, .before = 6 << 8 | 14),
	ROW("maybe_null_arithmetic", FILTER, LOOK_UP "r0 += 4\n" LEAVE, 7, 0),
	ROW("maybe_null_argument", FILTER, LOOK_UP "r1 = map m\nr2 = r0\ncall map_lookup_elem\n" LEAVE,
	    9, 2),

	ROW("unset", FILTER, "r0 = r3\nexit\n", 1, 3),
	ROW("unset", FILTER, "r6 = r1\ncall get_prandom_u32\nr0 = r1\nexit\n", 3, 1),
	ROW("unset_result", FILTER, "exit\n", 1, 0),
	ROW("unset", FILTER, "r6 = r0\n" LEAVE, 1, 0),
	ROW("frame_pointer", FILTER, "r10 = 0\n" LEAVE, 1, -1),
	ROW("pointer_32bit", FILTER, "w1 += 2\n" LEAVE, 1, 1),
	ROW("pointer_operator", FILTER, "r1 *= 2\n" LEAVE, 1, 1),
	ROW("pointer_operator", FILTER, "r1 |= 2\n" LEAVE, 1, 1),
	ROW("stack_subtraction", FILTER, "r2 = r10\nr2 -= 8\n" LEAVE, 2, 2),
	ROW("no_register", FILTER, "r0 = 0\nr0 += 5\nexit\n", 2, -1, .raw = BPF_MOV64_IMM(11, 0)),
	ROW("pointer_constant", FILTER, ARRAY "r1 = map m\nr1 += 8\n" LEAVE, 3, 1),
	ROW("zero_division", FILTER, "r0 = 1\nr0 /= 0\nexit\n", 2, -1),
	ROW("shift", FILTER, "r0 = 1\nr0 <<= 64\nexit\n", 2, -1),

	ROW("map_read_only", FILTER,
	    ".map m array 4 8 1 128\nr1 = 0\n*(u32 *)(r10 - 4) = r1\nr2 = r10\nr2 += -4\n"
	    "r1 = map m\ncall map_lookup_elem\nif r0 == 0 goto +1\n*(u64 *)(r0 + 0) = 1\n" LEAVE,
	    9, 0),
	ROW("index_negative", FILTER,
	    FOUND "r1 = *(u32 *)(r0 + 0)\nr1 &= 3\nr1 -= 2\nr0 += r1\nr2 = *(u8 *)(r0 + 0)\n" LEAVE,
	    14, 0),
	ROW("index_unbounded", FILTER,
	    FOUND "r1 = *(u64 *)(r0 + 0)\nr0 += r1\nr2 = *(u8 *)(r0 + 0)\n" LEAVE, 11, -1),
	ROW("index_unbounded", FILTER,
	    FOUND "r1 = *(u32 *)(r0 + 0)\nr0 += r1\nr2 = *(u8 *)(r0 + 0)\n" LEAVE, 12, 0),
	ROW("map_value", FILTER, ".map m array 4 8 2\nr1 = map[id:0][0]+0\n" LEAVE, ANY_LINE, -1),
	ROW("map_value", FILTER, ".map m array 4 8 1\nr1 = map[id:0][0]+8\n" LEAVE, ANY_LINE, -1),
	ROW("map_bounds", FILTER, FOUND "r1 = *(u64 *)(r0 + 8)\n" LEAVE, 10, 0),
	ROW("map_bounds", FILTER,
	    FOUND "r1 = *(u32 *)(r0 + 0)\nr1 &= 255\nr0 += r1\nr2 = *(u8 *)(r0 + 0)\n" LEAVE, 13, 0),
	ROW("memory_bounds", FILTER,
	    RESERVE "if r0 == 0 goto +4\n*(u64 *)(r0 + 8) = 1\nr1 = r0\nr2 = 0\ncall ringbuf_submit\n"
	    LEAVE, 7, 0),
	ROW("packet_bounds", TC, "r2 = *(u32 *)(r1 + 76)\nr3 = *(u8 *)(r2 + 0)\n" LEAVE, 2, 2),
	ROW("context_modified", FILTER, "r2 = 4\nr1 += r2\nr1 += -3\nr0 = *(u32 *)(r1 + 0)\nexit\n",
	    4, 1),
	ROW("context_bounds", FILTER, "r0 = *(u32 *)(r1 + 4000)\nexit\n", 1, 1),
	ROW("context_bounds", FILTER, "r0 = 0\n*(u32 *)(r1 + 0) = r0\nexit\n", 2, 1),
	ROW("stack_variable", FILTER,
	    "r2 = *(u32 *)(r1 + 0)\nr3 = r10\nr3 += r2\nr0 = *(u8 *)(r3 + 0)\nexit\n", 4, 3),
	ROW("stack_unset", FILTER, HASH "r2 = r10\nr2 += -4\nr1 = map m\ncall map_lookup_elem\n" LEAVE,
	    5, 2, .before = 6 << 8 | 3),
	ROW("stack_bounds", FILTER, "*(u64 *)(r10 - 520) = 0\n" LEAVE, 1, 10),
	ROW("stack_bounds", FILTER, "r0 = *(u64 *)(r10 + 8)\nexit\n", 1, 10),
	ROW("stack_total", FILTER,
	    "*(u64 *)(r10 - 400) = 0\ncall f\nr0 = 0\nexit\nf: *(u64 *)(r10 - 400) = 0\n" LEAVE,
	    0, -1),
	ROW("stack_unset", FILTER, "r0 = *(u64 *)(r10 - 8)\nexit\n", 1, 10, .unprivileged = 1),
	ROW("stack_bounds", FILTER, "r0 = *(u64 *)(r10 - 520)\nexit\n", 1, 10, .unprivileged = 1),
	ROW("leak", FILTER, "r0 = r10\nexit\n", 2, 0, .unprivileged = 1),
	ROW("leak", FILTER, FOUND "*(u64 *)(r0 + 0) = r10\n" LEAVE, 10, 10, .unprivileged = 1),
	ROW("packet_load", BPF_PROG_TYPE_XDP, "r6 = r1\nr0 = *(u8 *)skb[0]\nexit\n", ANY_LINE, -1),
	ROW("packet_load", FILTER, "r6 = 1\nr0 = *(u8 *)skb[0]\nexit\n", 2, 6),
	ROW("misaligned", FILTER, "r1 = *(u64 *)(r10 - 12)\n" LEAVE, 1, 10),
	ROW("null", FILTER, LOOK_UP "if r0 != 0 goto out\nr1 = *(u64 *)(r0 + 0)\nout: " LEAVE, 8, 0),
	ROW("null", FILTER, LOOK_UP "if r0 == 0 goto in\n" LEAVE "in: r1 = *(u64 *)(r0 + 0)\n" LEAVE,
	    10, 0),
	ROW("pointer_lost", FILTER,
	    RESERVE "if r0 == 0 goto out\nr6 = r0\nr1 = r6\nr2 = 0\ncall ringbuf_submit\n"
	    "r1 = *(u64 *)(r6 + 0)\nout: " LEAVE, 11, 6, .since = 5 << 8 | 17),
	ROW("pointer_lost", TC,
	    "r6 = r1\nr7 = *(u32 *)(r6 + 76)\nr2 = 14\ncall skb_pull_data\nr0 = *(u8 *)(r7 + 0)\nexit\n",
	    5, 7, .since = 5 << 8 | 17),
	ROW("number_memory", FILTER, "r6 = 5\ncall get_prandom_u32\nr0 = *(u8 *)(r6 + 0)\nexit\n", 3, 6,
	    .since = 5 << 8 | 17),
	ROW("number_memory", FILTER, "r0 = 0\nif r0 != 0 goto out\nr1 = *(u64 *)(r0 + 0)\nout: " LEAVE,
	    3, 0, .since = 5 << 8 | 17),
	ROW("number_memory", FILTER,
	    LOOK_UP "if r0 == 0 goto out\nr0 = 0\nr1 = *(u64 *)(r0 + 0)\nout: " LEAVE, 9, 0,
	    .since = 5 << 8 | 17),
	ROW("number_memory", FILTER, "r1 = 0\nr0 = *(u64 *)(r1 + 0)\nexit\n", 2, 1,
	    .since = 5 << 8 | 17),
	ROW("number_memory", FILTER,
	    LOOK_UP "if r0 == 0 goto out\nr0 = 5\nr1 = *(u64 *)(r0 + 0)\nout: " LEAVE, 9, 0,
	    .since = 5 << 8 | 17),
	ROW("number_memory", FILTER, "r1 = -5\nr1 += 1\n*(u8 *)(r1 + 0) = 1\nexit\n", 3, 1,
	    .since = 5 << 8 | 17),
	ROW("scalar_memory", FILTER, "r1 = *(u32 *)(r1 + 0)\nr0 = *(u64 *)(r1 + 0)\nexit\n", 2, 1),
	ROW("scalar_memory", FILTER, "r1 = 0xffffffff81000000 ll\nr0 = *(u64 *)(r1 + 0)\nexit\n", 2, 1),
	ROW("scalar_memory", FILTER, "r1 = 65536\nr0 = *(u64 *)(r1 + 0)\nexit\n", 2, 1),

	ROW("helper_license", KPROBE,
	    "*(u64 *)(r10 - 8) = 0\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall probe_read_kernel\n" LEAVE,
	    6, -1, .license = "MIT"),
	ROW("helper_unknown", FILTER, "call 9999\n" LEAVE, 1, -1),
	ROW("helper_refused", FILTER, "call skb_change_tail\n" LEAVE, 1, -1),
	ROW("helper_map", BPF_PROG_TYPE_SK_REUSEPORT,
	    ARRAY "*(u32 *)(r10 - 4) = 0\nr2 = map m\nr3 = r10\nr3 += -4\nr4 = 0\n"
	    "call sk_select_reuseport\n" LEAVE, 7, -1),
	ROW("helper_size", FILTER,
	    "r4 = *(u32 *)(r1 + 0)\nr4 -= 1\nr2 = 0\nr3 = r10\nr3 += -8\ncall skb_load_bytes\n" LEAVE,
	    6, 4),
	ROW("helper_size", FILTER,
	    "r4 = *(u32 *)(r1 + 0)\nr2 = 0\nr3 = r10\nr3 += -8\ncall skb_load_bytes\n" LEAVE, 5, ANY_REG),
	ROW("helper_argument", FILTER, "r2 = 1\nr1 = 1\ncall map_lookup_elem\n" LEAVE, 3, 1),
	ROW("callback_btf", FILTER,
	    "r1 = 1\nr2 = f ll\nr3 = 0\nr4 = 0\ncall loop\nr0 = 0\nexit\nf: r0 = 0\nexit\n", 2, -1,
	    .since = 5 << 8 | 13),
	ROW("reference", FILTER, RESERVE LEAVE, 7, -1),

	ROW("return_value", BPF_PROG_TYPE_CGROUP_SKB, "r0 = 9\nexit\n", 2, 0),
	ROW("unreachable", FILTER, "r0 = 0\nexit\nr0 = 1\nexit\n", 3, -1),
	ROW("no_exit", FILTER, "r0 = 0\n", 1, -1),
	ROW("jump_out", FILTER, "r0 = 0\nif r0 == 0 goto +9\nexit\n", 2, -1),
	ROW("jump_middle", FILTER, "r0 = 0\nif r0 == 0 goto +1\nr1 = 5 ll\nexit\n", ANY_LINE, -1),
	ROW("loop", FILTER, "r0 = 0\nl: if r1 != 0 goto l\nexit\n", 2, -1),
	ROW("too_complex", FILTER,
	    "r6 = 0\nl: call get_prandom_u32\nif r0 == 0 goto out\nr6 += 1\ngoto l\nout: r0 = 0\nexit\n",
	    3, -1),
	ROW("call_depth", FILTER,
	    "call a\nexit\na: call b\nexit\nb: call c\nexit\nc: call d\nexit\nd: call e\nexit\n"
	    "e: call f\nexit\nf: call g\nexit\ng: call h\nexit\nh: call i\nexit\ni: call j\nexit\n"
	    "j: call k\nexit\nk: call l\nexit\nl: call m\nexit\nm: call n\nexit\nn: call o\nexit\n"
	    "o: call p\nexit\np: r0 = 0\nexit\n",
	    ANY_LINE, ANY_REG),
	ROW("opcode", FILTER, "r0 = 0\nr0 += 5\nexit\n", 2, -1, .raw = { .code = 0xff }),
	ROW("opcode", FILTER, "r0 = 0\nr0 += 5\nexit\n", 2, -1,
	    .raw = BPF_RAW_INSN(BPF_ALU64 | BPF_ADD | BPF_X, 0, 0, 0, 5)),
	ROW("map_descriptor", FILTER, ".map m 999 4 8 1\nr0 = 0\nr1 = map m\nexit\n", 3, -1),
	ROW("sleepable", 31 /* BPF_PROG_TYPE_SYSCALL */, LEAVE, 0, -1, .since = 5 << 8 | 14),
	ROW("attach_type", BPF_PROG_TYPE_TRACING, LEAVE, 0, -1),
};
const unsigned rejected_count = RAWBPF_COUNT(rejected);

int rejected_load(struct rejected_load *load, const struct rejected *of)
{
	static char scratch[65536];
	struct rawbpf_text_map spec;
	struct rawbpf_text text = {
		.text = of->text, .length = strlen(of->text),
		.insns = load->insns, .max = REJECTED_SLOTS, .lines = load->lines,
		.maps = &spec, .map_max = 1,
		.scratch = scratch, .scratch_size = sizeof scratch,
	};
	int prog, map = -1, count = rawbpf_text_parse(&text);

	if (count < 0)
		return -ENOTRECOVERABLE;
	if (of->raw.code || of->raw.off)
		load->insns[1] = of->raw;
	if (text.map_count)
		map = rawbpf_map_create(&(struct rawbpf_map_spec){
			.type = spec.type, .key_size = spec.key_size,
			.value_size = spec.value_size, .max_entries = spec.max_entries,
			.flags = spec.flags });
	if (map < 0)
		map = 0x7ffffff0; /* a descriptor that is not open */
	for (int i = 0; i < count; i++)
		if (load->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
		    (load->insns[i].src_reg == BPF_PSEUDO_MAP_FD ||
		     load->insns[i].src_reg == BPF_PSEUDO_MAP_VALUE))
			load->insns[i].imm = map;
	if (of->unprivileged)
		privilege_set(0);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = of->type, .flags = of->flags,
		.license = of->license ? of->license : "GPL",
		.insns = load->insns, .insn_count = count,
		.log = load->log, .log_size = sizeof load->log });
	if (of->unprivileged)
		privilege_set(1);
	close(map);
	if (prog >= 0)
		close(prog);
	load->rejection = (struct rawbpf_rejection){
		.error = prog, .log = load->log, .insns = load->insns, .insn_count = count,
		.file = "text", .lines = load->lines };
	return prog;
}

static const struct {
	const char *name, *hint;
} hints[] = {
#define HINT(NAME, SENTENCES) { #NAME, SENTENCES },
#define PATTERN(NAME, START)
#include "../../insn/log/hint.def"
};

const char *rejected_hint(const char *name)
{
	for (unsigned i = 0; i < RAWBPF_COUNT(hints); i++)
		if (strcmp(hints[i].name, name) == 0)
			return hints[i].hint;
	return NULL;
}

const char *rejected_verdict(struct rejected_load *load, const struct rejected *of)
{
	static char text[256];
	const struct rawbpf_rejection *r = &load->rejection;
	int prog = rejected_load(load, of);

	if (prog >= 0)
		return "accepted";
	if (rawbpf_rejection_parse(&load->rejection) < 0) {
		snprintf(text, sizeof text, "%d without a complaint", prog);
		return text;
	}
	for (unsigned i = 0; i < RAWBPF_COUNT(hints); i++)
		if (r->hint && strcmp(hints[i].hint, r->hint) == 0)
			return hints[i].name;
	snprintf(text, sizeof text, "%.*s", (int)r->complaint.length, r->complaint.text);
	return text;
}
