/* SPDX-License-Identifier: MIT */
/* Entry sequences as text, and what rawbpf__entry() rejects. */
#include "../unit.h"

#include <errno.h>
#include <string.h>

#include <rawbpf.h>

#include "../../insn/collection/entry.h"

enum { SLOTS = 128 };

/* Print a sequence, a line each. */
static const char *print(const struct bpf_insn *insns, unsigned count)
{
	static char text[8192];
	size_t length = 0;

	text[0] = '\0';
	for (unsigned i = 0, slots; i < count; i += slots) {
		length += rawbpf_insn_format(text + length, sizeof text - length, &insns[i], count - i,
					     RAWBPF_LLVM, NULL, &slots);
		text[length++] = '\n';
		text[length] = '\0';
	}
	return text;
}

/* Check that a sequence is what the text assembles to. */
static void check_text(const struct bpf_insn *insns, int length, const char *text)
{
	static char scratch[65536];
	struct bpf_insn wanted[SLOTS];
	struct rawbpf_text_error error = { 0 };
	int count = rawbpf_text_parse(&(struct rawbpf_text){
		.text = text, .length = strlen(text), .insns = wanted, .max = SLOTS,
		.errors = &error, .error_max = 1, .scratch = scratch, .scratch_size = sizeof scratch });

	ck_assert_msg(count > 0, "%d: %s in\n%s", count, error.message, text);
	ck_assert_msg(length == count && memcmp(insns, wanted, count * sizeof *insns) == 0,
		      "%s\nwanted:\n%s", print(insns, length), text);
}

/* The second argument, or the result, in 4 bytes; objects are none. */
static const struct rawbpf__entry_value second = { .index = 1, .width = 4, .slot = -4 };
static const struct rawbpf__entry_value result = { .kind = RAWBPF__ENTRY_RESULT, .index = 2,
						   .width = 8, .slot = -16 };

static const int numbers[] = { 257, 2 };

#define SECOND_WORD(OFFSET) "r6 = r1\n" "r1 = *(u64 *)(r6 + " OFFSET ")\n" "*(u32 *)(r10 - 4) = w1\n"
#define RESULT_WORD(OFFSET) "r6 = r1\n" "r1 = *(u64 *)(r6 + " OFFSET ")\n" "*(u64 *)(r10 - 16) = r1\n"
#define READ(OFFSET, SIZE, TO) "r3 += " OFFSET "\n" "r2 = " SIZE "\n" "r1 = r10\n" "r1 += " TO "\n" \
	"call probe_read_kernel\n"

static const struct {
	enum rawbpf__entry_way way;
	enum rawbpf_arch arch;
	const struct rawbpf__entry_value *value;
	const char *text;
} sequences[] = {
#define WAY(NAME, ARCH, VALUE, TEXT) { RAWBPF__ENTRY_##NAME, RAWBPF_ARCH_##ARCH, &VALUE, TEXT },
#define EACH(NAME, VALUE, TEXT) WAY(NAME, X86_64, VALUE, TEXT) WAY(NAME, ARM64, VALUE, TEXT) \
	WAY(NAME, RISCV64, VALUE, TEXT) WAY(NAME, S390X, VALUE, TEXT)
	EACH(SYSCALL_TRACEPOINT, second, SECOND_WORD("24"))
	EACH(SYSRET_TRACEPOINT, result, RESULT_WORD("16"))
	EACH(RAW_TP, second, SECOND_WORD("8"))
	EACH(TP_BTF, second, SECOND_WORD("8"))
	EACH(FENTRY, second, SECOND_WORD("8"))
	EACH(FEXIT, second, SECOND_WORD("8"))
	EACH(FEXIT, result, RESULT_WORD("16"))
	EACH(LSM, second, SECOND_WORD("8"))
	WAY(KPROBE, X86_64, second, SECOND_WORD("104"))
	WAY(KPROBE, ARM64, second, SECOND_WORD("8"))
	WAY(KPROBE, RISCV64, second, SECOND_WORD("88"))
	WAY(KPROBE, S390X, second, SECOND_WORD("48"))
	WAY(UPROBE, X86_64, second, SECOND_WORD("104"))
	WAY(UPROBE, ARM64, second, SECOND_WORD("8"))
	WAY(UPROBE, RISCV64, second, SECOND_WORD("88"))
	WAY(UPROBE, S390X, second, SECOND_WORD("48"))
	WAY(KRETPROBE, X86_64, result, RESULT_WORD("80"))
	WAY(KRETPROBE, ARM64, result, RESULT_WORD("0"))
	WAY(KRETPROBE, RISCV64, result, RESULT_WORD("80"))
	WAY(KRETPROBE, S390X, result, RESULT_WORD("40"))
	WAY(URETPROBE, X86_64, result, RESULT_WORD("80"))
	WAY(URETPROBE, ARM64, result, RESULT_WORD("0"))
	WAY(URETPROBE, RISCV64, result, RESULT_WORD("80"))
	WAY(URETPROBE, S390X, result, RESULT_WORD("40"))
	WAY(SYSRET_KRETPROBE, X86_64, result, RESULT_WORD("80"))
	WAY(SYSRET_KRETPROBE, ARM64, result, RESULT_WORD("0"))
	WAY(SYSRET_KRETPROBE, RISCV64, result, RESULT_WORD("80"))
	WAY(SYSRET_KRETPROBE, S390X, result, RESULT_WORD("40"))
	WAY(SYSCALL_KPROBE, X86_64, second,
	    "r6 = r1\n" "r7 = *(u64 *)(r6 + 112)\n" "r3 = r7\n" READ("104", "4", "-4"))
	WAY(SYSCALL_KPROBE, ARM64, second,
	    "r6 = r1\n" "r7 = *(u64 *)(r6 + 0)\n" "r3 = r7\n" READ("8", "4", "-4"))
	WAY(SYSCALL_KPROBE, RISCV64, second,
	    "r6 = r1\n" "r7 = *(u64 *)(r6 + 80)\n" "r3 = r7\n" READ("88", "4", "-4"))
	WAY(SYSCALL_KPROBE, S390X, second,
	    "r6 = r1\n" "r7 = *(u64 *)(r6 + 40)\n" "r3 = r7\n" READ("52", "4", "-4"))
	WAY(SYSCALL_RAW_TP, X86_64, second,
	    "r6 = r1\n" "r7 = *(u64 *)(r6 + 8)\n"
	    "if r7 == 257 goto +3\n" "if r7 == 2 goto +2\n" "r0 = 0\n" "exit\n"
	    "call get_current_task\n" "r3 = r0\n" READ("16", "4", "-8")
	    "r1 = *(u32 *)(r10 - 8)\n" "r1 &= 2\n" "if r1 != 2 goto +2\n" "r0 = 0\n" "exit\n"
	    "r7 = *(u64 *)(r6 + 0)\n" "r3 = r7\n" READ("104", "4", "-4"))
	WAY(SYSCALL_RAW_TP, S390X, second,
	    "r6 = r1\n" "r7 = *(u64 *)(r6 + 8)\n"
	    "if r7 == 257 goto +3\n" "if r7 == 2 goto +2\n" "r0 = 0\n" "exit\n"
	    "r3 = *(u64 *)(r6 + 0)\n" READ("8", "4", "-8")
	    "r1 = *(u32 *)(r10 - 8)\n" "r1 &= 1\n" "if r1 != 0 goto +2\n" "r0 = 0\n" "exit\n"
	    "r7 = *(u64 *)(r6 + 0)\n" "r3 = r7\n" READ("52", "4", "-4"))
	WAY(SYSRET_RAW_TP, ARM64, result,
	    "r6 = r1\n" "r3 = *(u64 *)(r6 + 0)\n" READ("280", "4", "-8") "r7 = *(u32 *)(r10 - 8)\n"
	    "if r7 == 257 goto +3\n" "if r7 == 2 goto +2\n" "r0 = 0\n" "exit\n"
	    "r3 = *(u64 *)(r6 + 0)\n" READ("264", "4", "-8")
	    "r1 = *(u32 *)(r10 - 8)\n" "r1 &= 16\n" "if r1 != 16 goto +2\n" "r0 = 0\n" "exit\n"
	    "r1 = *(u64 *)(r6 + 8)\n" "*(u64 *)(r10 - 16) = r1\n")
	WAY(SYSRET_RAW_TP, RISCV64, result,
	    "r6 = r1\n" "r3 = *(u64 *)(r6 + 0)\n" READ("136", "4", "-8") "r7 = *(u32 *)(r10 - 8)\n"
	    "if r7 == 257 goto +3\n" "if r7 == 2 goto +2\n" "r0 = 0\n" "exit\n"
	    "r3 = *(u64 *)(r6 + 0)\n" READ("260", "4", "-8")
	    "r1 = *(u32 *)(r10 - 8)\n" "r1 &= 3\n" "if r1 != 1 goto +2\n" "r0 = 0\n" "exit\n"
	    "r1 = *(u64 *)(r6 + 8)\n" "*(u64 *)(r10 - 16) = r1\n")
#undef EACH
#undef WAY
};

/* Generate a sequence of one signature. */
static int generate(struct bpf_insn *out, unsigned max, enum rawbpf__entry_way way,
		    enum rawbpf_arch arch, const struct rawbpf__entry_value *values, unsigned count)
{
	return rawbpf__entry(out, max, &(struct rawbpf__entry){
		.way = way, .arch = arch, .task_status = 16, .signature_count = 1,
		.signatures = &(struct rawbpf__entry_signature){
			.numbers = numbers, .number_count = 2, .values = values, .value_count = count } });
}

START_TEST(test_text)
{
	const unsigned i = _i;
	struct bpf_insn insns[SLOTS];
	int length = generate(insns, SLOTS, sequences[i].way, sequences[i].arch, sequences[i].value, 1);

	check_text(insns, length, sequences[i].text);
}
END_TEST

/* A family: the first call's fills, a jump over the others, and back to one body. */
START_TEST(test_text_of_family)
{
	static const struct rawbpf__entry_value values[] = {
		{ .width = 8, .slot = -8 },
		{ .kind = RAWBPF__ENTRY_CONSTANT, .width = 4, .slot = -4, .constant = -100 },
	};
	static const struct rawbpf__entry_object object = { -8, 4 };
	static const int creat = 85;
	const struct rawbpf__entry_signature family[] = {
		{ .numbers = numbers, .number_count = 2, .values = &values[0], .value_count = 1 },
		{ .numbers = &creat, .number_count = 1, .values = &values[1], .value_count = 1,
		  .objects = &object, .object_count = 1 },
	};
	struct bpf_insn insns[SLOTS];
	int length = rawbpf__entry(insns, SLOTS, &(struct rawbpf__entry){
		.way = RAWBPF__ENTRY_SYSCALL_RAW_TP, .arch = RAWBPF_ARCH_ARM64,
		.signatures = family, .signature_count = 2 });

	check_text(insns, length,
		"r6 = r1\n" "r7 = *(u64 *)(r6 + 8)\n"
		"if r7 == 257 goto +4\n" "if r7 == 2 goto +3\n" "if r7 == 85 goto +2\n" "r0 = 0\n" "exit\n"
		"r3 = *(u64 *)(r6 + 0)\n" READ("264", "4", "-8")
		"r1 = *(u32 *)(r10 - 8)\n" "r1 &= 16\n" "if r1 != 16 goto +2\n" "r0 = 0\n" "exit\n"
		"if r7 == 257 goto +2\n" "if r7 == 2 goto +1\n" "goto +8\n"
		"r7 = *(u64 *)(r6 + 0)\n" "r3 = r7\n" READ("272", "8", "-8") "goto +2\n"
		"*(u32 *)(r10 - 8) = 0\n" "*(u32 *)(r10 - 4) = -100\n");
}
END_TEST

/* A kernel function reads its further arguments from its stack, a program's from that one's. */
START_TEST(test_text_of_stack)
{
	static const struct rawbpf__entry_value seventh = { .index = 6, .width = 2, .slot = -2 };
	static const struct {
		enum rawbpf__entry_way way;
		enum rawbpf_arch arch;
		const char *text;
	} stacks[] = {
		{ RAWBPF__ENTRY_KPROBE, RAWBPF_ARCH_X86_64,
		  "r6 = r1\n" "r3 = *(u64 *)(r6 + 152)\n" READ("8", "2", "-2") },
		{ RAWBPF__ENTRY_KPROBE, RAWBPF_ARCH_S390X,
		  "r6 = r1\n" "r3 = *(u64 *)(r6 + 144)\n" READ("174", "2", "-2") },
		{ RAWBPF__ENTRY_KPROBE, RAWBPF_ARCH_ARM64,
		  "r6 = r1\n" "r1 = *(u64 *)(r6 + 48)\n" "*(u16 *)(r10 - 2) = w1\n" },
		{ RAWBPF__ENTRY_UPROBE, RAWBPF_ARCH_X86_64,
		  "r6 = r1\n" "r3 = *(u64 *)(r6 + 152)\n" "r3 += 8\n" "r2 = 2\n" "r1 = r10\n" "r1 += -2\n"
		  "call probe_read_user\n" },
	};
	struct bpf_insn insns[SLOTS];

	for (unsigned i = 0; i < RAWBPF_COUNT(stacks); i++) {
		int length = generate(insns, SLOTS, stacks[i].way, stacks[i].arch, &seventh, 1);

		check_text(insns, length, stacks[i].text);
	}
}
END_TEST

/* The bytes, in the order of the machine that runs them. */
START_TEST(test_bytes)
{
	struct bpf_insn insns[SLOTS];
	unsigned char bytes[24];

	ck_assert_int_eq(generate(insns, SLOTS, RAWBPF__ENTRY_KPROBE, RAWBPF_ARCH_X86_64, &second, 1), 3);
	for (unsigned i = 0; i < 3; i++)
		rawbpf_insn_write(bytes + 8 * i, &insns[i], RAWBPF_LITTLE_ENDIAN);
	ck_assert_mem_eq(bytes, "\xbf\x16\0\0\0\0\0\0" "\x79\x61\x68\0\0\0\0\0" "\x63\x1a\xfc\xff\0\0\0\0", 24);
	ck_assert_int_eq(generate(insns, SLOTS, RAWBPF__ENTRY_KPROBE, RAWBPF_ARCH_S390X, &second, 1), 3);
	for (unsigned i = 0; i < 3; i++)
		rawbpf_insn_write(bytes + 8 * i, &insns[i], RAWBPF_BIG_ENDIAN);
	ck_assert_mem_eq(bytes, "\xbf\x61\0\0\0\0\0\0" "\x79\x16\0\x30\0\0\0\0" "\x63\xa1\xff\xfc\0\0\0\0", 24);
}
END_TEST

/* ------------------------------------------------------------------ limits and errors */

/* Whatever fits is written, nothing more, and the length is that of the whole. */
START_TEST(test_short_output)
{
	struct bpf_insn whole[SLOTS], cut[SLOTS], untouched;
	int length = generate(whole, SLOTS, RAWBPF__ENTRY_SYSCALL_RAW_TP, RAWBPF_ARCH_X86_64, &second, 1);

	memset(&untouched, 0xa5, sizeof untouched);
	for (int max = 0; max <= length; max++) {
		memset(cut, 0xa5, sizeof cut);
		ck_assert_int_eq(generate(cut, max, RAWBPF__ENTRY_SYSCALL_RAW_TP, RAWBPF_ARCH_X86_64,
					  &second, 1), length);
		ck_assert_mem_eq(&cut[max], &untouched, sizeof untouched);
		for (int i = 0; i < max; i++) {
			/* A jump behind the end has no target yet. */
			cut[i].off = whole[i].off;
			ck_assert_mem_eq(&cut[i], &whole[i], sizeof whole[i]);
		}
	}
	ck_assert_int_eq(generate(NULL, 0, RAWBPF__ENTRY_KPROBE, RAWBPF_ARCH_S390X, &second, 1), 3);
}
END_TEST

START_TEST(test_long_jumps)
{
	enum { MANY = 40000 };
	static int many[MANY];
	static struct bpf_insn out[3 * MANY];
	const struct rawbpf__entry_signature signature = { .numbers = many, .number_count = 32766 };
	struct rawbpf__entry_signature far = signature;
	struct rawbpf__entry entry = { .way = RAWBPF__ENTRY_SYSCALL_RAW_TP, .arch = RAWBPF_ARCH_ARM64,
				       .signatures = &signature, .signature_count = 1 };

	for (int i = 0; i < MANY; i++)
		many[i] = i;
	ck_assert_int_eq(rawbpf__entry(out, RAWBPF_COUNT(out), &entry), 32766 + 16);
	ck_assert_int_eq(out[2].off, 32767);
	far.number_count++;
	entry.signatures = &far;
	ck_assert_int_eq(rawbpf__entry(out, RAWBPF_COUNT(out), &entry), -E2BIG);
	ck_assert_int_eq(rawbpf__entry(NULL, 0, &entry), -E2BIG);
}
END_TEST

/* A jump to the body that passes too much. */
START_TEST(test_long_way_to_body)
{
	enum { MANY = 4000 };
	static struct rawbpf__entry_value values[MANY];
	struct rawbpf__entry_signature both[2] = { { .numbers = &numbers[0], .number_count = 1 },
						   { .numbers = &numbers[1], .number_count = 1,
						     .values = values, .value_count = MANY } };

	for (unsigned i = 0; i < MANY; i++)
		values[i] = (struct rawbpf__entry_value){ .width = 8, .from = 1, .is_signed = true,
							  .slot = -8 };
	ck_assert_int_eq(rawbpf__entry(NULL, 0, &(struct rawbpf__entry){
		.way = RAWBPF__ENTRY_SYSCALL_RAW_TP, .arch = RAWBPF_ARCH_RISCV64,
		.signatures = both, .signature_count = 2 }), -E2BIG);
}
END_TEST

START_TEST(test_bad_values)
{
	static const struct {
		enum rawbpf__entry_way way;
		struct rawbpf__entry_value value;
		int result;
	} bad[] = {
#define KPROBE RAWBPF__ENTRY_KPROBE
		{ KPROBE, { .width = 8, .slot = -8 }, 3 },
		{ KPROBE, { .width = 8, .slot = -512 }, 3 },
		{ KPROBE, { .width = 0, .slot = -8 }, -EINVAL },
		{ KPROBE, { .width = 3, .slot = -9 }, -EINVAL },
		{ KPROBE, { .width = 16, .slot = -16 }, -EINVAL },
		{ KPROBE, { .width = 8, .from = 3, .slot = -8 }, -EINVAL },
		{ KPROBE, { .width = 8, .from = 9, .slot = -8 }, -EINVAL },
		{ KPROBE, { .width = 8, .slot = 0 }, -EINVAL },
		{ KPROBE, { .width = 8, .slot = 8 }, -EINVAL },
		{ KPROBE, { .width = 8, .slot = -4 }, -EINVAL },
		{ KPROBE, { .width = 8, .slot = -12 }, -EINVAL },
		{ KPROBE, { .width = 4, .slot = -6 }, -EINVAL },
		{ KPROBE, { .width = 2, .slot = -1 }, -EINVAL },
		{ KPROBE, { .width = 8, .slot = -520 }, -EINVAL },
		{ KPROBE, { .width = 1, .slot = -513 }, -EINVAL },
		{ KPROBE, { .kind = 3, .width = 8, .slot = -8 }, -EINVAL },
		{ KPROBE, { .kind = RAWBPF__ENTRY_RESULT, .width = 8, .slot = -8 }, -EINVAL },
		{ KPROBE, { .index = 11, .width = 8, .slot = -8 }, 7 },
		{ KPROBE, { .index = 12, .width = 8, .slot = -8 }, -ERANGE },
		{ RAWBPF__ENTRY_SYSCALL_KPROBE, { .index = 6, .width = 8, .slot = -8 }, -ERANGE },
		{ RAWBPF__ENTRY_SYSCALL_RAW_TP, { .index = 6, .width = 8, .slot = -8 }, -ERANGE },
		{ RAWBPF__ENTRY_SYSCALL_TRACEPOINT, { .index = 6, .width = 8, .slot = -8 }, -ERANGE },
		{ RAWBPF__ENTRY_SYSCALL_TRACEPOINT, { .index = 5, .width = 8, .slot = -8 }, 3 },
		{ RAWBPF__ENTRY_SYSCALL_TRACEPOINT,
		  { .kind = RAWBPF__ENTRY_RESULT, .width = 8, .slot = -8 }, -EINVAL },
		{ RAWBPF__ENTRY_SYSRET_TRACEPOINT, { .width = 8, .slot = -8 }, -EINVAL },
		{ RAWBPF__ENTRY_SYSRET_RAW_TP, { .width = 8, .slot = -8 }, -EINVAL },
		{ RAWBPF__ENTRY_KRETPROBE, { .width = 8, .slot = -8 }, -EINVAL },
		{ RAWBPF__ENTRY_FENTRY, { .kind = RAWBPF__ENTRY_RESULT, .width = 8, .slot = -8 }, -EINVAL },
		{ RAWBPF__ENTRY_FENTRY, { .index = 11, .width = 8, .slot = -8 }, 3 },
		{ RAWBPF__ENTRY_FENTRY, { .index = 12, .width = 8, .slot = -8 }, -ERANGE },
		{ RAWBPF__ENTRY_FEXIT,
		  { .kind = RAWBPF__ENTRY_RESULT, .index = 12, .width = 8, .slot = -8 }, 3 },
		{ RAWBPF__ENTRY_FEXIT,
		  { .kind = RAWBPF__ENTRY_RESULT, .index = 13, .width = 8, .slot = -8 }, -ERANGE },
#undef KPROBE
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(bad); i++) {
		const struct rawbpf__entry_value good = { .kind = RAWBPF__ENTRY_CONSTANT, .width = 1, .slot = -1 };
		const struct rawbpf__entry_value values[] = { good, bad[i].value, good };
		struct bpf_insn insns[SLOTS];
		int got = generate(insns, SLOTS, bad[i].way, RAWBPF_ARCH_X86_64, &bad[i].value, 1);

		ck_assert_msg(got == bad[i].result, "row %u: %d", i, got);
		if (got < 0)
			ck_assert_int_eq(generate(insns, SLOTS, bad[i].way, RAWBPF_ARCH_X86_64, values, 3), got);
	}
}
END_TEST

START_TEST(test_bad_entries)
{
	const struct rawbpf__entry_object objects[] = { { -8, 0 }, { 0, 8 }, { -8, 9 }, { -513, 1 },
							{ -512, 513 }, { -1, 65535 } };
	const struct rawbpf__entry_signature none[2] = { 0 };
	const struct rawbpf__entry good = { .way = RAWBPF__ENTRY_KPROBE, .arch = RAWBPF_ARCH_X86_64,
					    .signatures = none, .signature_count = 1 };
	struct rawbpf__entry bad = good;

	ck_assert_int_eq(rawbpf__entry(NULL, 0, &good), 1);
	/* words are the same everywhere */
	for (unsigned way = 0; way < RAWBPF__ENTRY_WAYS; way++)
		for (unsigned arch = 0; arch < 2; arch++) {
			bad.way = way;
			bad.arch = arch ? RAWBPF_ARCH_S390X + 1 : RAWBPF_ARCH_NATIVE;
			ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad),
					 way < RAWBPF__ENTRY_RAW_TP ? -EOPNOTSUPP : 1);
		}
	bad = good;
	bad.way = RAWBPF__ENTRY_WAYS;
	ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
	bad.way = -1;
	ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
	bad = good;
	bad.signature_count = 0;
	ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
	bad.signature_count = 2;
	ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
	for (unsigned i = 0; i < RAWBPF_COUNT(objects); i++) {
		bad = good;
		bad.signatures = &(struct rawbpf__entry_signature){ .objects = &objects[i],
								    .object_count = 1 };
		ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
	}
	/* no number; and on x86_64, no mark of 32-bit calls */
	for (unsigned way = 0; way < 2; way++) {
		bad = good;
		bad.way = way ? RAWBPF__ENTRY_SYSRET_RAW_TP : RAWBPF__ENTRY_SYSCALL_RAW_TP;
		bad.task_status = 8;
		ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
		bad.signatures = &(struct rawbpf__entry_signature){ .numbers = numbers, .number_count = 1 };
		ck_assert_int_gt(rawbpf__entry(NULL, 0, &bad), 1);
		bad.signature_count = 0;
		ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
		bad.signatures = (const struct rawbpf__entry_signature[]){
			{ .number_count = 0 }, { .numbers = numbers, .number_count = 1 } };
		bad.signature_count = 2;
		ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
		bad.signatures++;
		bad.signature_count = 1;
		bad.task_status = 0;
		ck_assert_int_eq(rawbpf__entry(NULL, 0, &bad), -EINVAL);
		bad.arch = RAWBPF_ARCH_ARM64;
		ck_assert_int_gt(rawbpf__entry(NULL, 0, &bad), 1);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_text, 0, RAWBPF_COUNT(sequences));
	tcase_add_test(tests, test_text_of_family);
	tcase_add_test(tests, test_text_of_stack);
	tcase_add_test(tests, test_bytes);
	tcase_add_test(tests, test_short_output);
	tcase_add_test(tests, test_long_jumps);
	tcase_add_test(tests, test_long_way_to_body);
	tcase_add_test(tests, test_bad_values);
	tcase_add_test(tests, test_bad_entries);
}

int main(void)
{
	return unit_run("entry_text", add_tests);
}
