/* SPDX-License-Identifier: MIT */
#include "taught.h"

#include <string.h>

#define FILTER BPF_PROG_TYPE_SOCKET_FILTER
#define KPROBE BPF_PROG_TYPE_KPROBE
#define XDP BPF_PROG_TYPE_XDP
#define K(MAJOR, MINOR) ((MAJOR) << 8 | (MINOR))

#define INSN_7 "man/rawbpf_insn.7: "
#define INSN_H "include/rawbpf/insn.h: "
#define LESSON(FILE) "examples/learn/" FILE ".c: "

#define LEAVE "r0 = 0\nexit\n"
#define HASH ".map m hash 4 16 1\n"
#define ARRAY ".map m array 4 16 1\n"
/* r0 = &m[KEY], or NULL */
#define LOOK_UP(MAP, KEY) \
	MAP "*(u32 *)(r10 - 4) = " KEY "\nr2 = r10\nr2 += -4\nr1 = map m\ncall map_lookup_elem\n"
#define FOUND(MAP) LOOK_UP(MAP, "0") "if r0 != 0 goto +2\n" LEAVE

#define REFUSED(HINT, TYPE, TEXT, ...) { .hint = HINT, .type = TYPE, .text = TEXT, ##__VA_ARGS__ }
#define ACCEPTED(TYPE, TEXT, ...) REFUSED("accepted", TYPE, TEXT, ##__VA_ARGS__)
/* Slot 1 is a raw instruction. */
#define RAW(HINT, ...) REFUSED(HINT, FILTER, "r0 = 0\nr0 += 5\nexit\n", .raw = __VA_ARGS__)

/* Define a function that calls the next one. */
#define CALLS(THIS, NEXT) #THIS ": call " #NEXT "\nexit\n"
#define SEVEN_DEEP \
	"call a\nexit\n" CALLS(a, b) CALLS(b, c) CALLS(c, d) CALLS(d, e) CALLS(e, f) CALLS(f, g)
#define EIGHT_MORE \
	CALLS(g, h) CALLS(h, i) CALLS(i, j) CALLS(j, k) CALLS(k, l) CALLS(l, m) CALLS(m, n) CALLS(n, o)

/* Define two functions, each with so many bytes of stack. */
#define FRAMES(BYTES) \
	"*(u64 *)(r10 - " BYTES ") = 0\ncall f\n" LEAVE "f: *(u64 *)(r10 - " BYTES ") = 0\n" LEAVE

const struct taught taught[] = {
	{ { "man/rawbpf.7: It would reject a program that adds to r0 + 8 , past the end of the value" },
	  { REFUSED("map_bounds", BPF_PROG_TYPE_RAW_TRACEPOINT,
		    LOOK_UP(".map m hash 4 8 1\n", "0") "if r0 == 0 goto out\nr1 = 1\n"
		    "lock *(u64 *)(r0 + 8) += r1\nout: " LEAVE) } },
	{ { INSN_7 "It rejects a program that could read an uninitialised register, reach memory that it does "
	    "not own, or run forever.",
	    "README.md: It rejects a program that could read an uninitialised register, reach memory it does "
	    "not own, or run forever." },
	  { REFUSED("unset", FILTER, "if r1 == 0 goto out\nr3 = 1\nout: r0 = r3\nexit\n"),
	    REFUSED("map_bounds", FILTER, FOUND(HASH) "r1 = *(u64 *)(r0 + 16)\n" LEAVE),
	    REFUSED("scalar_memory", FILTER, "r1 = *(u32 *)(r1 + 0)\nr0 = *(u64 *)(r1 + 0)\nexit\n"),
	    REFUSED("loop", FILTER, "r0 = 0\nl: if r1 != 0 goto l\nexit\n"),
	    REFUSED("too_complex", FILTER,
		    "r6 = 0\nl: call get_prandom_u32\nif r0 == 0 goto out\nr6 += 1\ngoto l\nout: " LEAVE) } },

	/* the stack */
	{ { INSN_7 "It also rejects a read of stack that was never written; from Linux 6.3 on only without "
	    "CAP_PERFMON ",
	    INSN_H "Stack slots must be written before they are read; since 6.3 only without CAP_PERFMON.",
	    LESSON("03-stack") "The verifier rejects a read of these before Linux 6.3, and later if the "
	    "process that brings the program lacks a privilege, CAP_PERFMON." },
	  { REFUSED("stack_unset", FILTER, "r0 = *(u64 *)(r10 - 8)\nexit\n", .before = K(6, 3)),
	    REFUSED("stack_unset", FILTER, HASH "r2 = r10\nr2 += -4\nr1 = map m\ncall map_lookup_elem\n" LEAVE,
		    .before = K(6, 3)),
	    REFUSED("stack_unset", FILTER, "r0 = *(u64 *)(r10 - 8)\nexit\n", .unprivileged = 1),
	    ACCEPTED(FILTER, "*(u64 *)(r10 - 8) = 0\nr0 = *(u64 *)(r10 - 8)\nexit\n", .unprivileged = 1) } },
	{ { INSN_H "An access must be aligned where the pointer's kind requires it.",
	    LESSON("03-stack") "Addresses must be multiples of the size." },
	  { REFUSED("misaligned", FILTER, "*(u64 *)(r10 - 16) = 0\n*(u64 *)(r10 - 8) = 0\n"
		    "r0 = *(u64 *)(r10 - 12)\nexit\n") } },

	/* a look-up */
	{ { INSN_7 "the verifier rejects an access before a test against 0.",
	    INSN_H "A looked-up value must be tested against NULL first;",
	    LESSON("04-maps") "The verifier rejects a program that follows the pointer before it tests "
	    "for 0." },
	  { REFUSED("maybe_null", FILTER, LOOK_UP(HASH, "0") "*(u64 *)(r0 + 0) = 1\n" LEAVE),
	    ACCEPTED(FILTER, FOUND(HASH) "*(u64 *)(r0 + 0) = 1\n" LEAVE) } },
	{ { INSN_H "since about 6.14 not that of an array under a constant key within bounds.",
	    INSN_7 "From about Linux 6.14 on it accepts such an access for an array and a constant key within "
	    "bounds.",
	    LESSON("04-maps") "(From about Linux 6.14 on it accepts that for an array and a constant key "
	    "within bounds.)" },
	  { REFUSED("maybe_null", FILTER, LOOK_UP(ARRAY, "0") "*(u64 *)(r0 + 0) = 1\n" LEAVE,
		    .before = K(6, 14)),
	    REFUSED("maybe_null", FILTER, LOOK_UP(ARRAY, "1") "*(u64 *)(r0 + 0) = 1\n" LEAVE),
	    REFUSED("maybe_null", FILTER,
		    ARRAY "call get_prandom_u32\nr0 &= 1\n*(u32 *)(r10 - 4) = r0\nr2 = r10\nr2 += -4\n"
		    "r1 = map m\ncall map_lookup_elem\n*(u64 *)(r0 + 0) = 1\n" LEAVE) } },

	/* encodings */
	{ { INSN_7 "Fields that an instruction does not use are 0.",
	    INSN_H "A field that the macro leaves empty is zero, which the verifier requires." },
	  { RAW("opcode", BPF_RAW_INSN(BPF_ALU64 | BPF_ADD | BPF_X, 0, 0, 0, 5)),
	    RAW("opcode", BPF_RAW_INSN(BPF_ALU64 | BPF_ADD | BPF_K, 0, 3, 0, 5)),
	    RAW("opcode", BPF_RAW_INSN(BPF_LDX | BPF_MEM | BPF_W, 0, 1, 0, 5)),
	    RAW("opcode", BPF_RAW_INSN(BPF_STX | BPF_MEM | BPF_W, 10, 1, -4, 5)),
	    RAW("opcode", BPF_RAW_INSN(BPF_JMP | BPF_JA, 0, 0, 0, 5)),
	    REFUSED("opcode", FILTER, "r0 = 0\nexit\n",
		    .raw = BPF_RAW_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 5)) } },
	{ { "man/rawbpf_form.3: these five only in dumps of loaded programs",
	    INSN_7 "the kernel rejects them in programs to load", INSN_H "they are refused in programs to load." },
	  { RAW("opcode", BPF_ZEXT_REG(0)), RAW("opcode", BPF_MOV64_PERCPU_REG(0, 0)),
	    RAW("opcode", BPF_ST_NOSPEC()),
	    /* a load of BPF_PROBE_MEM, a store of BPF_PROBE_MEM32 */
	    RAW("opcode", BPF_RAW_INSN(BPF_LDX | 0x20 | BPF_W, 0, 1, 8, 0)),
	    RAW("opcode", BPF_RAW_INSN(BPF_STX | 0xa0 | BPF_DW, 10, 1, -8, 0)) } },
	{ { INSN_7 "no kernel up to 7.3 accepts it", INSN_H "no kernel up to 7.3 loads it." },
	  { RAW("opcode", RAWBPF_CALLX(0)) } },
	{ { "man/rawbpf_form.3: The verifier keeps them for its own rewrites" },
	  { RAW("no_register", BPF_MOV64_IMM(11, 0)), RAW("no_register", BPF_MOV64_REG(0, 11)),
	    RAW("no_register", BPF_MOV64_IMM(12, 0)) } },
	{ { INSN_H "The verifier rejects a jump to its second half." },
	  { REFUSED("jump_middle", FILTER, "r0 = 0\nif r0 == 0 goto +1\nr1 = 5 ll\nexit\n") } },
	{ { INSN_H "No kernel takes other offsets than 0." },
	  { REFUSED("opcode", FILTER, "r0 = 0\nr1 = 5 ll\nexit\n",
		    .raw = BPF_RAW_INSN(BPF_LD | BPF_IMM | BPF_DW, 1, 0, 1, 5)),
	    REFUSED("opcode", FILTER, "r1 = 5 ll\n" LEAVE, .raw = { .off = 1, .imm = 1 }) } },
	{ { INSN_H "No others exist." },
	  { REFUSED("addr_space_cast insn can only convert between address space 1 and 0", FILTER,
		    "r0 = 0\nr0 += 5\nexit\n", .raw = RAWBPF_ADDR_SPACE_CAST(0, 1, 2, 1),
		    .since = K(6, 9)) } },

	/* arithmetic */
	{ { INSN_7 "The verifier rejects a program with such a constant.",
	    INSN_H "The verifier rejects a constant zero divisor.",
	    INSN_H "The verifier rejects a constant shift of 64 (32) or more." },
	  { REFUSED("zero_division", FILTER, "r0 = 1\nr0 /= 0\nexit\n"),
	    REFUSED("zero_division", FILTER, "r0 = 1\nw0 %= 0\nexit\n"),
	    REFUSED("shift", FILTER, "r0 = 1\nr0 <<= 64\nexit\n"),
	    REFUSED("shift", FILTER, "r0 = 1\nw0 s>>= 32\nexit\n"),
	    ACCEPTED(FILTER, "r0 = 1\nr0 <<= 63\nw0 >>= 31\nexit\n"),
	    ACCEPTED(FILTER, "r0 = 1\nr1 = 0\nr0 /= r1\nw0 %= w1\nr1 = 64\nr0 <<= r1\nexit\n") } },
	{ { INSN_7 "frame pointer, read-only", INSN_H "frame pointer, read-only" },
	  { REFUSED("frame_pointer", FILTER, "r10 = 0\n" LEAVE) } },
	{ { INSN_H "Only ADD and SUB keep a pointer a pointer, and only in 64 bits. The verifier rejects SUB on "
	    "a pointer into the stack: add a negative number." },
	  { REFUSED("pointer_operator", FILTER, "r1 *= 2\n" LEAVE),
	    REFUSED("pointer_operator", FILTER, "r1 |= 2\n" LEAVE),
	    REFUSED("pointer_32bit", FILTER, "w1 += 2\n" LEAVE),
	    ACCEPTED(FILTER, "r2 = r10\nr2 += -8\n*(u64 *)(r2 + 0) = 0\n" LEAVE),
	    REFUSED("stack_subtraction", FILTER,
		    "r2 = r10\nr2 -= 8\n*(u64 *)(r2 + 0) = 0\n" LEAVE),
	    ACCEPTED(FILTER, FOUND(HASH) "r0 += 12\nr0 -= 4\nr0 = *(u64 *)(r0 + 0)\nexit\n") } },
	{ { INSN_H "The only copy that keeps a pointer." },
	  { REFUSED("scalar_memory", FILTER, "w2 = w1\nr0 = *(u32 *)(r2 + 0)\nexit\n"),
	    ACCEPTED(FILTER, "r2 = r1\nr0 = *(u32 *)(r2 + 0)\nexit\n") } },
	{ { INSN_H "The address must be aligned to its size." },
	  { REFUSED("misaligned", FILTER, FOUND(HASH) "r1 = 1\nlock *(u64 *)(r0 + 4) += r1\n" LEAVE),
	    ACCEPTED(FILTER, FOUND(HASH) "r1 = 1\nlock *(u64 *)(r0 + 8) += r1\n" LEAVE) } },

	/* maps and functions */
	{ { INSN_7 "array map with one entry (5.2)", INSN_H "a lookup or a NULL test." },
	  { REFUSED("map_value", FILTER, ".map m array 4 16 2\nr1 = map[id:0][0]+8\nr0 = *(u64 *)(r1 + 0)\nexit\n"),
	    ACCEPTED(FILTER, ARRAY "r1 = map[id:0][0]+8\nr0 = *(u64 *)(r1 + 0)\nexit\n"),
	    REFUSED("map_bounds", FILTER, ARRAY "r1 = map[id:0][0]+8\nr0 = *(u64 *)(r1 + 8)\nexit\n") } },
	{ { INSN_H "The program needs BTF function information.",
	    "man/rawbpf_text.3: The kernel loads it only with BTF (type information) and func_info" },
	  { REFUSED("callback_btf", FILTER,
		    "r1 = 1\nr2 = f ll\nr3 = 0\nr4 = 0\ncall loop\nr0 = 0\nexit\nf: r0 = 0\nexit\n",
		    .since = K(5, 13)) } },
	{ { INSN_7 "are uninitialised, even if the function does not take them.",
	    INSN_H "Afterwards r1 to r5 are uninitialised, even if the helper does not take them; r6 to r9 and "
	    "the stack are unchanged." },
	  { REFUSED("unset", FILTER, "r5 = 1\ncall get_prandom_u32\nr0 = r5\nexit\n"),
	    REFUSED("unset", FILTER, "r5 = 1\ncall f\nr0 = r5\nexit\nf: " LEAVE),
	    ACCEPTED(FILTER, "r6 = 1\n*(u64 *)(r10 - 8) = 2\ncall get_prandom_u32\n"
		     "r0 = *(u64 *)(r10 - 8)\nr0 += r6\nexit\n", .unprivileged = 1) } },
	{ { INSN_H "At most 8 frames nest, the program's own among them; 16 on Linux 7.3.",
	    LESSON("07-subprograms") "Eight frames may nest, including the main function's (16 on Linux "
	    "7.3)." },
	  { ACCEPTED(FILTER, SEVEN_DEEP "g: " LEAVE),
	    REFUSED("call_depth", FILTER, SEVEN_DEEP CALLS(g, h) "h: " LEAVE, .before = K(7, 0)),
	    ACCEPTED(FILTER, SEVEN_DEEP EIGHT_MORE "o: " LEAVE, .since = K(7, 0)),
	    REFUSED("call_depth", FILTER, SEVEN_DEEP EIGHT_MORE CALLS(o, p) "p: " LEAVE) } },
	{ { "insn/log/hint.def: cannot call itself." },
	  { REFUSED("call_depth", FILTER, "call a\nexit\n" CALLS(a, a), .since = K(6, 12)) } },
	{ { INSN_H "The frames of a chain share 512 bytes. On x86_64 the programs of kprobes and tracepoints "
	    "have 512 bytes for each frame, from Linux 6.13 on.",
	    LESSON("07-subprograms") "together they may use 512 bytes of stack." },
	  { REFUSED("stack_total", FILTER, FRAMES("400")), ACCEPTED(FILTER, FRAMES("240")),
	    REFUSED("stack_total", KPROBE, FRAMES("400"), .machine = "x86_64", .before = K(6, 13)),
	    REFUSED("stack_total", BPF_PROG_TYPE_TRACEPOINT, FRAMES("512"), .machine = "x86_64",
		    .before = K(6, 13)) } },
	{ { INSN_H "No jump leads from one function into another; each ends with an exit or a jump." },
	  { REFUSED("jump_out", FILTER, "call f\nr0 = 0\nl: exit\nf: r0 = 0\ngoto l\n"),
	    REFUSED("no_exit", FILTER, "call f\nr0 = 0\nf: " LEAVE) } },

	/* jumps */
	{ { INSN_H "Backward jumps load since 5.3, if the verifier sees the loop end.",
	    LESSON("05-jumps") "the verifier must see that it ends" },
	  { ACCEPTED(FILTER, "r0 = 8\nl: r0 -= 1\nif r0 != 0 goto l\nexit\n"),
	    REFUSED("loop", FILTER, "r0 = 0\nl: if r1 != 0 goto l\nexit\n") } },
	{ { INSN_H "The verifier then accepts a loop whose end it does not see." },
	  { REFUSED("opcode", FILTER, "l: may_goto out\ngoto l\nout: " LEAVE, .before = K(6, 9)) } },
	{ { INSN_7 "Only socket filters and traffic control have these; their context must be in BPF_REG_6 ",
	    INSN_H "for socket filters and tc programs; r6 must hold their context." },
	  { ACCEPTED(FILTER, "r6 = r1\nr0 = *(u8 *)skb[0]\nexit\n"),
	    ACCEPTED(BPF_PROG_TYPE_SCHED_CLS, "r6 = r1\nr0 = *(u8 *)skb[0]\nexit\n"),
	    REFUSED("packet_load", XDP,
		    "r6 = r1\nr0 = *(u8 *)skb[0]\nexit\n"),
	    REFUSED("unset", FILTER, "r0 = *(u8 *)skb[0]\nexit\n"),
	    REFUSED("packet_load", FILTER,
		    "r6 = 1\nr0 = *(u8 *)skb[0]\nexit\n") } },
	{ { LESSON("01-exit-code") "rejects a program that ends before it has stored a number in r0." },
	  { REFUSED("unset_result", FILTER, "exit\n") } },

	/* kprobes */
	{ { "man/rawbpf_kprobe.3: The verifier (the kernel's check of programs) rejects unaligned loads and loads past the size" },
	  { REFUSED("context_bounds", KPROBE, "r0 = *(u64 *)(r1 + 4)\nexit\n"),
	    REFUSED("context_bounds", KPROBE, "r0 = *(u64 *)(r1 + 1024)\nexit\n"),
	    ACCEPTED(KPROBE, "r0 = *(u64 *)(r1 + 8)\nr0 = *(u32 *)(r1 + 12)\nexit\n") } },
	{ { "man/rawbpf_kprobe.3: bpf_get_func_ip and bpf_get_attach_cookie are not in 5.10." },
	  { REFUSED("helper_unknown", KPROBE, "call get_func_ip\nr0 = 0\nexit\n", .before = K(5, 15)),
	    REFUSED("helper_unknown", KPROBE, "call get_attach_cookie\nr0 = 0\nexit\n", .before = K(5, 15)) } },
	{ { "man/rawbpf_kprobe.3: On s390x the verifier rejects the old bpf_probe_read " },
	  { REFUSED("helper_refused", KPROBE,
		    "r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall probe_read\n" LEAVE, .machine = "s390x"),
	    ACCEPTED(KPROBE, "r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall probe_read\n" LEAVE,
		     .machine = "x86_64") } },
	{ { "insn/log/hint.def: Read the context through the unchanged pointer: put the offset into the load "
	    "instruction" },
	  { REFUSED("context_modified", FILTER, "r1 += 4\nr0 = *(u32 *)(r1 + 0)\nexit\n"),
	    ACCEPTED(FILTER, "r0 = *(u32 *)(r1 + 4)\nexit\n") } },
	{ { "man/rawbpf_prog.3: opens the helpers that require one" },
	  { REFUSED("helper_license", FILTER, "*(u64 *)(r10 - 8) = 0\nr1 = r10\nr1 += -8\nr2 = 8\n"
		    "call trace_printk\n" LEAVE, .license = "MIT"),
	    ACCEPTED(FILTER, "*(u64 *)(r10 - 8) = 0\nr1 = r10\nr1 += -8\nr2 = 8\n"
		     "call trace_printk\n" LEAVE, .license = "Dual MIT/GPL") } },
};
const unsigned taught_count = RAWBPF_COUNT(taught);

const char *taught_verdict(const struct rejected *program, unsigned kernel, const char *machine)
{
	if ((program->machine && strcmp(program->machine, machine) != 0) || kernel < program->since)
		return NULL;
	return program->before && kernel >= program->before ? "accepted" : program->hint;
}
