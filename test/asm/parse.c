/* SPDX-License-Identifier: MIT */
/* The assembler: text to bytes. Every form of the table, in both dialects; labels; listings. */
#include <check.h>
#include <errno.h>
#include <rawbpf/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../insn/form/form.h"
#include "../../insn/form/helper.h"
#include "../unit.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

enum { ERRORS = 16, MAPS = 8 };

/* A text being parsed into buffers of exactly the size they should have. */
struct parsed {
	struct rawbpf_text text;
	struct rawbpf_text_error errors[ERRORS];
	struct rawbpf_text_map maps[MAPS];
	unsigned *lines;
	int result;
};

static void parse(struct parsed *parsed, const char *text, size_t length, unsigned max)
{
	size_t scratch = rawbpf_text_scratch_size(length);

	memset(parsed, 0, sizeof *parsed);
	parsed->lines = calloc(max + 1, sizeof *parsed->lines);
	parsed->text = (struct rawbpf_text){
		.text = text, .length = length, .insns = calloc(max + 1, sizeof(struct bpf_insn)),
		.max = max, .lines = parsed->lines, .maps = parsed->maps, .map_max = MAPS,
		.errors = parsed->errors, .error_max = ERRORS,
		.scratch = malloc(scratch), .scratch_size = scratch };
	parsed->result = rawbpf_text_parse(&parsed->text);
	free(parsed->text.scratch);
}

static void release(struct parsed *parsed)
{
	free(parsed->text.insns);
	free(parsed->lines);
}

/* Assert that the text has no error. A failure shows the first error and the text. */
static void parse_good(struct parsed *parsed, const char *text)
{
	parse(parsed, text, strlen(text), strlen(text) + 1);
	ck_assert_msg(parsed->text.error_count == 0, "%u:%u: %s\n%s", parsed->errors[0].line,
		      parsed->errors[0].column, parsed->errors[0].message, text);
	ck_assert_int_ge(parsed->result, 0);
	ck_assert_int_eq(parsed->result, parsed->text.count);
}

/* Assert the text's bytes, as hexadecimal digits. An instruction is code, dst, src, off, imm. */
static void check_bytes(const char *text, const struct bpf_insn *insns, unsigned count)
{
	/*
	 * The lexer does not read eight bytes at once near the end of the text or of its last
	 * line.
	 */
	static const char *const tails[] = { "", "\n", "\n\n\n\n\n\n\n\n" };
	struct parsed parsed;
	char *padded = malloc(strlen(text) + 9);
	unsigned i, slot;

	for (i = 0; i < COUNT(tails); i++) {
		strcpy(padded, text);
		strcat(padded, tails[i]);
		parse_good(&parsed, padded);
		ck_assert_msg(parsed.text.count == count, "%u slots, not %u: %s", parsed.text.count,
			      count, text);
		for (slot = 0; slot < count; slot++)
			ck_assert_msg(!memcmp(&parsed.text.insns[slot], &insns[slot],
					      sizeof *insns),
				      "slot %u: %02x %u %u %d %d: %s", slot,
				      parsed.text.insns[slot].code,
				      parsed.text.insns[slot].dst_reg,
				      parsed.text.insns[slot].src_reg, parsed.text.insns[slot].off,
				      parsed.text.insns[slot].imm, text);
		release(&parsed);
	}
	free(padded);
}

/* ------------------------------------------------------------------- every form */

/* One instruction of a form, and what its operands are. */
struct sample {
	const struct rawbpf__form *form;
	unsigned dst, src;
	int off, imm, next;
};

static const int numbers32[] = { 0, 1, -1, 7, 255, -256, 65535, 1 << 30, INT32_MAX, INT32_MIN };
static const int numbers16[] = { 0, 1, -1, 8, -8, 255, 300, -300, INT16_MAX, INT16_MIN };

static void add(char **at, const char *format, long long number)
{
	*at += sprintf(*at, format, number);
}

static void add_signed(char **at, long long number, int hex, const char *plus, const char *minus)
{
	unsigned long long magnitude = number < 0 ? -(unsigned long long)number :
				       (unsigned long long)number;

	*at += sprintf(*at, hex ? "%s0x%llx" : "%s%llu", number < 0 ? minus : plus, magnitude);
}

/* Write one operand as form.h describes it, without the assembler's tables or the disassembler. */
static void add_operand(char **at, const struct sample *sample, char what, int kernel)
{
	uint64_t wide = (uint64_t)(uint32_t)sample->next << 32 | (uint32_t)sample->imm;
	const char *helper = rawbpf__helper_name(sample->imm);

	switch (what) {
	case 'D': add(at, "r%lld", sample->dst); break;
	case 'd': add(at, "w%lld", sample->dst); break;
	case 'S': add(at, "r%lld", sample->src); break;
	case 's': add(at, "w%lld", sample->src); break;
	case 'I': add_signed(at, sample->imm, !kernel, "", "-"); break;
	case 'C':
		if (kernel)
			add(at, "0x%llx", (uint32_t)sample->imm);
		else
			add_signed(at, sample->imm, 1, "", "-");
		break;
	case 'N': add(at, "%lld", (uint32_t)sample->imm); break;
	case 'M': add(at, "%lld", (uint32_t)sample->next); break;
	case 'Q':
		if (kernel)
			add(at, "0x%llx", wide);
		else
			add_signed(at, wide, 1, "", "-");
		break;
	case 'U': add(at, "0x%llx", (uint32_t)sample->imm >> 16); break;
	case 'V': add(at, "0x%llx", sample->imm & 0xffff); break;
	case 'E': add(at, "%lld", sample->off); break;
	case 'O':
		add_signed(at, sample->off, !kernel, kernel ? " +" : " + ", kernel ? " -" : " - ");
		break;
	case 'J': case 'L':
		add_signed(at, what == 'J' ? sample->off : sample->imm, !kernel,
			   kernel ? "pc+" : "+", kernel ? "pc-" : "-");
		break;
	case 'R': add_signed(at, sample->imm, !kernel, "pc+", "pc-"); break;
	case 'K': add_signed(at, sample->imm, !kernel, "+", "-"); break;
	case 'H':
		if (!kernel)
			add_signed(at, sample->imm, 1, "", "-");
		else
			*at += sprintf(*at, helper ? "bpf_%s#%d" : "%s#%d",
				       helper ? helper : "unknown", sample->imm);
		break;
	case 'Y': *at += sprintf(*at, "%s", kernel ? "" : " ll"); break;
	case 'T':
		*at += sprintf(*at, "%s%s", rawbpf__form_qualifier(sample->form->code),
			       rawbpf__form_type(sample->form->code));
		break;
	case 'o': *at += sprintf(*at, "%s", sample->form->op); break;
	case 'F': add(at, "%lld", sample->form->fix); break;
	default: ck_abort_msg("%%%c in a template", what);
	}
}

static void add_line(char **at, const struct sample *sample, int kernel)
{
	const char *template = rawbpf__form_text(sample->form, kernel);

	if (kernel)
		add(at, "(%02llx) ", sample->form->code);
	for (template += *template == '!'; *template; template++)
		if (*template == '%')
			add_operand(at, sample, *++template, kernel);
		else
			*(*at)++ = *template;
	*(*at)++ = '\n';
}

static int fixed(unsigned rule, int fix, int free_value)
{
	return rule == RAWBPF__FIX ? fix :
	       rule == RAWBPF__ZERO || rule == RAWBPF__NONE ? 0 : free_value;
}

static struct sample make_sample(const struct rawbpf__form *form, unsigned n)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	struct sample sample = {
		.form = form,
		.dst = fixed(shape->dst, form->fix, n % 11),
		.src = fixed(shape->src, form->fix, n / 11 % 11),
		.off = fixed(shape->off, form->fix, numbers16[n % COUNT(numbers16)]),
		.imm = fixed(shape->imm, form->fix, numbers32[n / 7 % COUNT(numbers32)]),
		.next = fixed(shape->next, form->fix, numbers32[n / 3 % COUNT(numbers32)]),
	};

	/* A call prints its helper's name: take numbers that helpers have. */
	if (form->shape == RAWBPF__SHAPE_CALL)
		sample.imm = n % 230;
	return sample;
}

static struct bpf_insn *add_insns(struct bpf_insn *insns, const struct sample *sample)
{
	*insns++ = (struct bpf_insn){ .code = sample->form->code, .dst_reg = sample->dst,
				      .src_reg = sample->src, .off = sample->off,
				      .imm = sample->imm };
	if (rawbpf__form_shape(sample->form)->slots > 1)
		*insns++ = (struct bpf_insn){ .imm = sample->next };
	return insns;
}

enum { SAMPLES = 11 * 11 };

/* Does another form with the same opcode print the same text? */
static int is_ambiguous(const struct rawbpf__form *form, int kernel)
{
	const char *text = rawbpf__form_text(form, kernel);

	return *text == '!' && form->shape != RAWBPF__SHAPE_LD64;
}

static unsigned form_count(void)
{
	unsigned count = 0;

	while (rawbpf__form_at(count))
		count++;
	return count;
}

static void check_form(const struct rawbpf__form *form, int kernel)
{
	static char text[SAMPLES * 80];
	static struct bpf_insn insns[SAMPLES * 2];
	struct bpf_insn *end = insns;
	char *at = text;
	unsigned n;

	for (n = 0; n < SAMPLES; n++) {
		struct sample sample = make_sample(form, n);

		add_line(&at, &sample, kernel);
		end = add_insns(end, &sample);
	}
	*at = '\0';
	check_bytes(text, insns, end - insns);
}

START_TEST(every_form_as_llvm_writes_it)
{
	check_form(rawbpf__form_at(_i), 0);
}
END_TEST

START_TEST(every_form_as_the_kernel_writes_it)
{
	if (!is_ambiguous(rawbpf__form_at(_i), 1))
		check_form(rawbpf__form_at(_i), 1);
}
END_TEST

/* ------------------------------------------------------------------- beside llvm-mc */

#define LLVM_MC "llvm-mc-19 -triple bpfel -mcpu=v4 -filetype=obj"

/* Can LLVM 19 write the form, with the same meaning? */
static int llvm_knows(const struct rawbpf__form *form)
{
	switch (form->shape) {
	case RAWBPF__SHAPE_ZEXT: case RAWBPF__SHAPE_PERCPU: case RAWBPF__SHAPE_GOTOX:
	case RAWBPF__SHAPE_CALL_LOCAL: case RAWBPF__SHAPE_CALL_LOADED:
	case RAWBPF__SHAPE_KFUNC: case RAWBPF__SHAPE_KFUNC_MOD:
	case RAWBPF__SHAPE_NOSPEC: case RAWBPF__SHAPE_MAP_FD: case RAWBPF__SHAPE_MAP_VALUE:
	case RAWBPF__SHAPE_VAR: case RAWBPF__SHAPE_VAR_MOD: case RAWBPF__SHAPE_FUNC:
	case RAWBPF__SHAPE_FUNC_LOADED:
	case RAWBPF__SHAPE_MAP_IDX: case RAWBPF__SHAPE_MAP_IDX_VALUE: case RAWBPF__SHAPE_IND_IMM:
	case RAWBPF__SHAPE_LOAD_ACQ32: case RAWBPF__SHAPE_LOAD_ACQ64:
	case RAWBPF__SHAPE_STORE_REL32: case RAWBPF__SHAPE_STORE_REL64:
	/* Its gotol takes 16 bits. */
	case RAWBPF__SHAPE_JA32:
		return 0;
	}
	return !*rawbpf__form_qualifier(form->code);
}

static long read_all(const char *path, void *buffer, size_t size)
{
	FILE *file = fopen(path, "r");
	long length = file ? (long)fread(buffer, 1, size, file) : -1;

	if (file)
		fclose(file);
	return length;
}

/* Assemble `path`.s, little-endian, into `path`.bin. */
static int llvm_assemble(const char *path, const char *text)
{
	char command[512];
	FILE *file;

	snprintf(command, sizeof command, "%s.s", path);
	file = fopen(command, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	snprintf(command, sizeof command,
		 LLVM_MC " %s.s -o %s.o && llvm-objcopy-19 -O binary -j .text %s.o %s.bin",
		 path, path, path, path);
	return system(command);
}

START_TEST(llvm_makes_the_same_bytes)
{
	static char text[256 * SAMPLES * 40];
	static unsigned char llvm[256 * SAMPLES * 16];
	char path[] = "/tmp/rawbpf-parse-XXXXXX", name[64], *at = text;
	struct parsed parsed;
	unsigned n, i;
	long length;

	if (system("command -v llvm-mc-19 llvm-objcopy-19 >/dev/null 2>&1") ||
	    __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
		printf("skip: parse: no llvm-mc-19 and llvm-objcopy-19 to compare with\n");
		return;
	}
	for (n = 0; rawbpf__form_at(n); n++)
		for (i = 0; i < SAMPLES && llvm_knows(rawbpf__form_at(n)); i += 3) {
			struct sample sample = make_sample(rawbpf__form_at(n), i);

			add_line(&at, &sample, 0);
		}
	ck_assert_ptr_nonnull(mkdtemp(path));
	snprintf(name, sizeof name, "%s/all", path);
	ck_assert_int_eq(llvm_assemble(name, text), 0);
	strcat(name, ".bin");
	length = read_all(name, llvm, sizeof llvm);
	parse_good(&parsed, text);
	ck_assert_int_eq(length, parsed.result * 8);
	ck_assert_int_eq(memcmp(parsed.text.insns, llvm, length), 0);
	release(&parsed);
	snprintf(text, sizeof text, "rm -r %s", path);
	ck_assert_int_eq(system(text), 0);
}
END_TEST

/* ------------------------------------------------------------------- texts and their bytes */

#define I(CODE, DST, SRC, OFF, IMM) { CODE, DST, SRC, OFF, IMM }
#define EXIT I(0x95, 0, 0, 0, 0)

static const struct {
	const char *text;
	unsigned count;
	struct bpf_insn insns[8];
} texts[] = {
	{ "", 0, { { 0 } } },
	{ "# nothing\n\n  // at all\n/* but\n comments */ ;;\n", 0, { { 0 } } },

	/* separators, comments, blanks */
	{ "r1 = 1; r2 = 2 ;exit", 3, { I(0xb7, 1, 0, 0, 1), I(0xb7, 2, 0, 0, 2), EXIT } },
	{ "r1 = 1 # r2 = 2; exit", 1, { I(0xb7, 1, 0, 0, 1) } },
	{ "r1 /* = 2 */ = /* \n */ 1 // ; exit\nexit", 2, { I(0xb7, 1, 0, 0, 1), EXIT } },
	{ "\tr1=1\r\n  exit\r\n", 2, { I(0xb7, 1, 0, 0, 1), EXIT } },
	{ "*(u32*)(r10-4)=r1", 1, { I(0x63, 10, 1, -4, 0) } },
	{ "if r1 s>-5 goto-1", 1, { I(0x65, 1, 0, -1, -5) } },

	/* numbers */
	{ "r1 = 0b101; r1 = 0o17; r1 = 017; r1 = 0x1F; r1 = - 5; r1 = +5; r1 = 'a'; r1 = '\\n'", 8,
	  { I(0xb7, 1, 0, 0, 5), I(0xb7, 1, 0, 0, 15), I(0xb7, 1, 0, 0, 15), I(0xb7, 1, 0, 0, 31),
	    I(0xb7, 1, 0, 0, -5), I(0xb7, 1, 0, 0, 5), I(0xb7, 1, 0, 0, 97), I(0xb7, 1, 0, 0, 10) } },
	{ "r1 = 4294967295; r1 = -2147483648; r1 = 0xffffffff80000000; w1 = 2147483648", 4,
	  { I(0xb7, 1, 0, 0, -1), I(0xb7, 1, 0, 0, INT32_MIN), I(0xb7, 1, 0, 0, INT32_MIN),
	    I(0xb4, 1, 0, 0, INT32_MIN) } },
	{ "r1 = 18446744073709551615 ll; r1 = -9223372036854775808 ll", 4,
	  { I(0x18, 1, 0, 0, -1), I(0, 0, 0, 0, -1), I(0x18, 1, 0, 0, 0),
	    I(0, 0, 0, 0, INT32_MIN) } },
	{ "r1 = 1 + 2 - 4; r1 = *(u8 *)(r2 + 4 + 4); r1 = *(u8 *)(r2 - 1 - 1)", 3,
	  { I(0xb7, 1, 0, 0, -1), I(0x71, 1, 2, 8, 0), I(0x71, 1, 2, -2, 0) } },

	/* constants */
	{ ".set KEY, -4\n.set LONG 0x123456789\n*(u64 *)(r10 + KEY) = KEY - 1\nr1 = LONG ll\n"
	  "r2 = -KEY\n if r1 == KEY goto +KEY", 5,
	  { I(0x7a, 10, 0, -4, -5), I(0x18, 1, 0, 0, 0x23456789), I(0, 0, 0, 0, 1),
	    I(0xb7, 2, 0, 0, 4), I(0x15, 1, 0, -4, -4) } },

	/* labels */
	{ "if r1 != 1 goto next\nr1 = 1\nnext: exit", 3,
	  { I(0x55, 1, 0, 1, 1), I(0xb7, 1, 0, 0, 1), EXIT } },
	{ "a: b:\n c: goto a; goto b; may_goto c; gotol a; gotol d; d:", 5,
	  { I(5, 0, 0, -1, 0), I(5, 0, 0, -2, 0), I(0xe5, 0, 0, -3, 0), I(6, 0, 0, 0, -4),
	    I(6, 0, 0, 0, 0) } },
	{ "goto x; r1 = 7 ll\nx: exit", 4,
	  { I(5, 0, 0, 2, 0), I(0x18, 1, 0, 0, 7), I(0, 0, 0, 0, 0), EXIT } },
	{ "exit: goto exit\nif: goto if\n.Lx$1: goto .Lx$1\nlock: gotol lock\nu8: call u8", 5,
	  { I(5, 0, 0, -1, 0), I(5, 0, 0, -1, 0), I(5, 0, 0, -1, 0), I(6, 0, 0, 0, -1),
	    I(0x85, 0, 1, 0, -1) } },
	{ "goto +3; goto -2; goto 3; goto pc+1; goto pc-2; gotol +70000; may_goto pc+1", 7,
	  { I(5, 0, 0, 3, 0), I(5, 0, 0, -2, 0), I(5, 0, 0, 3, 0), I(5, 0, 0, 1, 0),
	    I(5, 0, 0, -2, 0), I(6, 0, 0, 0, 70000), I(0xe5, 0, 0, 1, 0) } },

	/* calls */
	{ "call 1; call map_lookup_elem; call bpf_map_lookup_elem; call cgrp_storage_delete", 4,
	  { I(0x85, 0, 0, 0, 1), I(0x85, 0, 0, 0, 1), I(0x85, 0, 0, 0, 1), I(0x85, 0, 0, 0, 211) } },
	{ "call f; exit\nf: exit", 3, { I(0x85, 0, 1, 0, 1), EXIT, EXIT } },
	/* A label goes before a helper of that name. */
	{ "call loop; exit\nloop: exit; call bpf_loop", 4,
	  { I(0x85, 0, 1, 0, 1), EXIT, EXIT, I(0x85, 0, 0, 0, 181) } },
	{ "call pc+2; call bpf_map_lookup_elem#1; call bpf_a_kfunc#7185; call unknown#300", 4,
	  { I(0x85, 0, 1, 0, 2), I(0x85, 0, 0, 0, 1), I(0x85, 0, 2, 0, 7185),
	    I(0x85, 0, 0, 0, 300) } },
	{ "r2 = f ll; exit\nf: exit\nr3 = subprog[f] ll", 6,
	  { I(0x18, 2, 4, 0, 2), I(0, 0, 0, 0, 0), EXIT, EXIT, I(0x18, 3, 4, 0, -2),
	    I(0, 0, 0, 0, 0) } },

	/* maps */
	{ "r1 = map two\n.map one hash 4 8 16\n.map two ringbuf 0 0 4096\nr2 = map one", 4,
	  { I(0x18, 1, 1, 0, 1), I(0, 0, 0, 0, 0), I(0x18, 2, 1, 0, 0), I(0, 0, 0, 0, 0) } },
	{ "r1 = map[fd:5]; r1 = map[id:5][0]+8; r1 = map[idx:1] ll", 6,
	  { I(0x18, 1, 1, 0, 5), I(0, 0, 0, 0, 0), I(0x18, 1, 2, 0, 5), I(0, 0, 0, 0, 8),
	    I(0x18, 1, 5, 0, 1), I(0, 0, 0, 0, 0) } },

	/* the opcode decides between forms with the same text */
	{ "(18) r1 = 0x5\n(b7) r1 = 5\n(18) r2 = 0x1122334455667788", 5,
	  { I(0x18, 1, 0, 0, 5), I(0, 0, 0, 0, 0), I(0xb7, 1, 0, 0, 5),
	    I(0x18, 2, 0, 0, 0x55667788), I(0, 0, 0, 0, 0x11223344) } },

	/* the forms of the kernel's verifier and of bpftool */
	{ "12: (07) r2 += -4", 1, { I(7, 2, 0, 0, -4) } },
	{ "func#0 @0\n0: R1=ctx() R10=fp0\n; int x = 0; @ a.c:3\n"
	  "0: (b7) r1 = 0                        ; R1_w=0\n"
	  "1: (63) *(u32 *)(r10 -4) = r1         ; R1_w=0 R10=fp0 fp-8=0000????\n"
	  "2: (bf) r2 = r10\n"
	  "3: (85) call bpf_ktime_get_ns#5       ; R0_w=scalar()\n"
	  "4: (25) if r0 > 0xffffffff goto pc+1  ; R0_w=scalar(smin=0)\n"
	  "5: frame1: R1=1\n"
	  "5: (05) goto pc-1\n"
	  "from 4 to 6: R0=1 R10=fp0\n"
	  "6: (95) exit\n\n"
	  "processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 0\n", 7,
	  { I(0xb7, 1, 0, 0, 0), I(0x63, 10, 1, -4, 0), I(0xbf, 2, 10, 0, 0), I(0x85, 0, 0, 0, 5),
	    I(0x25, 0, 0, 1, -1), I(5, 0, 0, -1, 0), EXIT } },

	/* objdump */
	{ "0000000000000000 <f>:\n"
	  "       0:\tb7 01 00 00 fc ff ff ff\tr1 = -0x4\n"
	  "       1:\t18 01 00 00 05 00 00 00 00 00 00 00 00 00 00 00\tr1 = 0x5 ll\n"
	  "       3:\t15 01 01 00 00 00 00 00\tif r1 == 0x0 goto +0x1 <f+0x28>\n"
	  "       4:\t05 00 fc ff 00 00 00 00\tgoto -0x4 <f+0x8>\n"
	  "\n0000000000000028 <LBB0_2>:\n       5:\t95 00 00 00 00 00 00 00\texit\n", 6,
	  { I(0xb7, 1, 0, 0, -4), I(0x18, 1, 0, 0, 5), I(0, 0, 0, 0, 0), I(0x15, 1, 0, 1, 0),
	    I(5, 0, 0, -4, 0), EXIT } },

	/* the whole output: a file's name, sections whose numbers begin at 0; a C statement's line */
	{ "\nprog.o:\tfile format elf64-bpf\n\nDisassembly of section xdp:\n\n0000000000000000 <f>:\n"
	  "; return 3;\n"
	  "       0:\tb7 00 00 00 03 00 00 00\tr0 = 0x3\n"
	  "       1:\t95 00 00 00 00 00 00 00\texit\n"
	  "\nDisassembly of section tp/sched/sched_switch:\n\n0000000000000000 <g>:\n"
	  "       0:\t95 00 00 00 00 00 00 00\texit\n"
	  "\n/tmp/my files/a-b.o:     file format elf64-bpfle\n\n"
	  "\nDisassembly of section .text:\n\n0000000000000000 <h>:\n"
	  "       0:\t95 00 00 00 00 00 00 00\texit\n"
	  "\nprog.o:\tfile format elf64-bpf\n", 4,
	  { I(0xb7, 0, 0, 0, 3), EXIT, EXIT, EXIT } },
	{ "prog.o: r0 = 3; goto prog.o", 2, { I(0xb7, 0, 0, 0, 3), I(5, 0, 0, -2, 0) } },
	/* with relocations; without addresses; with both and no bytes */
	{ "0000000000000000 <f>:\n"
	  "       0:\t18 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00\tr2 = 0x0 ll\n"
	  "\t\t0000000000000000:  R_BPF_64_64\tg\n"
	  "       2:\t85 10 00 00 ff ff ff ff\tcall -0x1\n"
	  "\t\t00000000000000a0:  R_BPF_64_32\t.text\n", 3,
	  { I(0x18, 2, 0, 0, 0), I(0, 0, 0, 0, 0), I(0x85, 0, 1, 0, -1) } },
	{ "<f>:\n\t61 20 00 00 00 00 00 00\tr0 = *(u32 *)(r2 + 0x0)\n"
	  "\tbf 10 00 00 00 00 00 00\tr0 = r1\n<LBB0_2>:\n"
	  "\t85 10 00 00 02 00 00 00\tcall 0x2\n\t\tR_BPF_64_32\t.text\n", 3,
	  { I(0x61, 0, 2, 0, 0), I(0xbf, 0, 1, 0, 0), I(0x85, 0, 1, 0, 2) } },
	{ "<f>:\n\tgoto -0x1 <f>\n\t\tR_BPF_64_32\t.text\n\n<deadbeef>:\n\texit\n", 2,
	  { I(5, 0, 0, -1, 0), EXIT } },

	{ "goto +0x1 <ns::f(int, char)+0x8>\ncall 0x1 <f>; exit\n", 3,
	  { I(5, 0, 0, 1, 0), I(0x85, 0, 0, 0, 1), EXIT } },

	/* text that looks like a column of a listing, and is none */
	{ "deadbeef:\ngoto deadbeef\nadd: goto add\nf: call f\n", 3,
	  { I(5, 0, 0, -1, 0), I(5, 0, 0, -1, 0), I(0x85, 0, 1, 0, -1) } },

	/* the bytes decide what the text leaves open; big-endian bytes, too */
	{ "0: 85 10 00 00 02 00 00 00\tcall 0x2\n1: 85 00 00 00 02 00 00 00\tcall 0x2\n"
	  "2: 85 01 00 00 ff ff ff fd\tcall -0x3\n3: 85 20 00 00 07 00 00 00\tcall 0x7\n"
	  "4: 40 10 00 00 00 00 e0 ff\tr0 = *(u32 *)skb[r1]\n5: bf 12 00 00 00 00 00 00\tr2 = r1\n", 6,
	  { I(0x85, 0, 1, 0, 2), I(0x85, 0, 0, 0, 2), I(0x85, 0, 1, 0, -3), I(0x85, 0, 2, 0, 7),
	    I(0x40, 0, 1, 0, -2097152), I(0xbf, 2, 1, 0, 0) } },
	/* bytes without a text */
	{ "0: 18 11 00 00 05 00 00 00 00 00 00 00 00 00 00 00\tld_pseudo\tr1, 0x1, 0x5\n"
	  "2: ff 01 02 03 04 05 06 07\t<unknown>\n3: 18 12 00 00 05 00 00 00\t<unknown>\n", 4,
	  { I(0x18, 1, 1, 0, 5), I(0, 0, 0, 0, 0), I(0xff, 1, 0, 0x302, 0x7060504),
	    I(0x18, 2, 1, 0, 5) } },
	{ "18 21 00 00 ff ff ff fe 00 00 00 00 00 00 00 07\tld_pseudo r2, 1, 4294967294\n"
	  "18 11 00 00 05 00 00 00 00 00 00 00 00 00 00 00\tld_pseudo r1, 0x1, 0x5\n", 4,
	  { I(0x18, 2, 1, 0, -2), I(0, 0, 0, 0, 7), I(0x18, 1, 1, 0, 5), I(0, 0, 0, 0, 0) } },
	/* The byte order is that of the lines before, also where both orders would be possible. */
	{ "0: bf 12 00 00 00 00 00 00\tr1 = r2\n1: ff 12 00 03 00 00 00 04\t<unknown>\n"
	  "2: 40 00 00 00 00 00 00 01\tr0 = *(u32 *)skb[r0]\n", 3,
	  { I(0xbf, 1, 2, 0, 0), I(0xff, 1, 2, 3, 4), I(0x40, 0, 0, 0, 1) } },
	/* Labels and a helper agree with the bytes. A line before a relocation need not agree. */
	{ "0: 05 00 02 00 00 00 00 00\tgoto out\n1: 85 10 00 00 01 00 00 00\tcall out\n"
	  "2: 85 10 00 00 ff ff ff ff\tcall out\n\t\t0000000000000010:  R_BPF_64_32\tout\n"
	  "out:\n3: 85 00 00 00 05 00 00 00\tcall ktime_get_ns\n"
	  "4: 18 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00\tr1 = 0x20 ll\n"
	  "\t\tR_BPF_64_64\tcounts\n6: 95 00 00 00 00 00 00 00\texit\n", 7,
	  { I(5, 0, 0, 2, 0), I(0x85, 0, 1, 0, 1), I(0x85, 0, 1, 0, 0), I(0x85, 0, 0, 0, 5),
	    I(0x18, 1, 0, 0, 0), I(0, 0, 0, 0, 0), EXIT } },
	{ "0: 18 12 00 00 03 00 00 00 00 00 00 00 00 00 00 00\tr2 = 0x3 ll\n"
	  "2: 18 21 00 00 00 00 00 03 00 00 00 00 00 00 00 00\tr2 = 0x3 ll\n", 4,
	  { I(0x18, 2, 1, 0, 3), I(0, 0, 0, 0, 0), I(0x18, 2, 1, 0, 3), I(0, 0, 0, 0, 0) } },

	/* data */
	{ ".byte 0xb7, 0\n.short 0\n.long 5; exit", 2, { I(0xb7, 0, 0, 0, 5), EXIT } },
	{ ".set N 1\n.quad -1, 18446744073709551615\n x: .byte 0x95,0,0,0,0,0,0,0 # exit\n"
	  ".4byte 0, N - 1\n.2byte 0\n.short 0\n.long -0\ngoto x", 6,
	  { I(0xff, 15, 15, -1, -1), I(0xff, 15, 15, -1, -1), EXIT, I(0, 0, 0, 0, 0),
	    I(0, 0, 0, 0, 0), I(5, 0, 0, -4, 0) } },

	/* directives that clang -S writes around instructions */
	{ "\t.file\t\"a.c\"\n\t.section\tcgroup/connect4,\"ax\",@progbits\n\t.globl\tf\n"
	  "\t.p2align\t3, 0x0\nf:\n\t.cfi_sections .debug_frame\n\t.cfi_startproc\n"
	  "\t.file\t1 \"/d\" \"c.h\" md5 0x95cc6a2b1d0ee2a4b3a1a2a3a4a5a6a7\n"
	  "\t.loc\t0 5 26 prologue_end is_stmt 0         # /a.c:5:26\n\texit\n.Ltmp0:\n"
	  "\t.loc 1 3 1 is_stmt 0 discriminator 2 view .LVU3\n\t.loc 1 3\n\t.size f, .-f\n"
	  "\t.section\tlicense,\"aw\",@progbits\nlic:\n\t.asciz\t\"GPL;\\\"# /*\"\n\t.uleb128 1\n"
	  "\t.data\nf:\n\t.long\t7\n\t.text\ng:\n\tgoto g\n\t.ident\t\"clang /* 19\"\n\t.addrsig\n"
	  "\t.addrsig_sym f\n", 2, { EXIT, I(5, 0, 0, -1, 0) } },
	{ "\t.text\n\t.globl\tf                # -- Begin function f\n\t.p2align\t3\n"
	  "\t.type\tf,@function\nf:    # @f\n# %bb.0:\n\tw0 = 1\n\texit\n.Lfunc_end0:\n"
	  "\t.size\tf, .Lfunc_end0-f\n", 2, { I(0xb4, 0, 0, 0, 1), EXIT } },
};

START_TEST(text_is_its_bytes)
{
	check_bytes(texts[_i].text, texts[_i].insns, texts[_i].count);
}
END_TEST

START_TEST(every_slot_has_its_line)
{
	static const char text[] = "# one\n\nr1 = 5 ll; r2 = 1\n/* \n */ r3 = 3\nx: goto x\n";
	static const unsigned lines[] = { 3, 3, 3, 5, 6 };
	struct parsed parsed;

	parse_good(&parsed, text);
	ck_assert_int_eq(parsed.result, 5);
	ck_assert_int_eq(memcmp(parsed.lines, lines, sizeof lines), 0);
	release(&parsed);
}
END_TEST

START_TEST(maps_are_declared)
{
	static const char text[] = ".map counts percpu_array 4 8 0x10\n.set N, 4096\n"
				   ".map events, ringbuf, 0, 0, N\n.map a_name_of_15_ch 1 4 4 1 0\n";
	struct parsed parsed;

	parse(&parsed, text, strlen(text), 8);
	ck_assert_int_eq(parsed.result, 0);
	ck_assert_uint_eq(parsed.text.map_count, 3);
	ck_assert_str_eq(parsed.maps[0].name, "counts");
	ck_assert_uint_eq(parsed.maps[0].type, BPF_MAP_TYPE_PERCPU_ARRAY);
	ck_assert_uint_eq(parsed.maps[0].key_size, 4);
	ck_assert_uint_eq(parsed.maps[0].value_size, 8);
	ck_assert_uint_eq(parsed.maps[0].max_entries, 16);
	ck_assert_uint_eq(parsed.maps[0].flags, 0);
	ck_assert_uint_eq(parsed.maps[1].type, BPF_MAP_TYPE_RINGBUF);
	ck_assert_uint_eq(parsed.maps[1].max_entries, 4096);
	ck_assert_str_eq(parsed.maps[2].name, "a_name_of_15_ch");
	ck_assert_uint_eq(parsed.maps[2].type, BPF_MAP_TYPE_HASH);
	release(&parsed);
}
END_TEST

START_TEST(map_types_are_the_kernels)
{
	static const struct {
		const char *name;
		unsigned type;
	} types[] = {
		{ "hash", BPF_MAP_TYPE_HASH }, { "lpm_trie", BPF_MAP_TYPE_LPM_TRIE },
		{ "sockhash", BPF_MAP_TYPE_SOCKHASH }, { "queue", BPF_MAP_TYPE_QUEUE },
		{ "devmap_hash", BPF_MAP_TYPE_DEVMAP_HASH }, { "ringbuf", BPF_MAP_TYPE_RINGBUF },
		{ "task_storage", 29 }, { "arena", 33 }, { "insn_array", 34 },
	};
	char text[64];
	struct parsed parsed;
	unsigned i;

	for (i = 0; i < COUNT(types); i++) {
		snprintf(text, sizeof text, ".map m %s 4 4 1", types[i].name);
		parse_good(&parsed, text);
		ck_assert_uint_eq(parsed.maps[0].type, types[i].type);
		release(&parsed);
	}
}
END_TEST

START_TEST(helpers_are_the_kernels)
{
	ck_assert_int_eq(rawbpf__helper_find("map_lookup_elem", 15), BPF_FUNC_map_lookup_elem);
	ck_assert_int_eq(rawbpf__helper_find("bpf_ringbuf_query", 17), BPF_FUNC_ringbuf_query);
	ck_assert_int_eq(rawbpf__helper_find("map_lookup_ele", 14), -ENOENT);
	ck_assert_int_eq(rawbpf__helper_find("map_lookup_elem2", 16), -ENOENT);
	ck_assert_int_eq(rawbpf__helper_find("", 0), -ENOENT);
}
END_TEST

/* ------------------------------------------------------------------- limits */

START_TEST(buffers_that_are_too_small)
{
	static const char text[] = "goto end\nr1 = 5 ll\nr1 = map m\n.map m array 4 4 1\nend: exit\n";
	struct bpf_insn insns[7], whole[6];
	size_t scratch = rawbpf_text_scratch_size(sizeof text - 1);
	char *memory = malloc(scratch);
	struct rawbpf_text_map map;
	struct rawbpf_text parser = { .text = text, .length = sizeof text - 1, .insns = whole,
				      .max = 6, .maps = &map, .map_max = 1, .scratch = memory,
				      .scratch_size = scratch };
	unsigned max;

	ck_assert_int_eq(rawbpf_text_parse(&parser), 6);
	for (max = 0; max <= 6; max++) {
		memset(insns, 0x5a, sizeof insns);
		parser.insns = insns;
		parser.max = max;
		ck_assert_int_eq(rawbpf_text_parse(&parser), max < 6 ? -ENOSPC : 6);
		ck_assert_uint_eq(parser.count, 6);
		ck_assert_int_eq(memcmp(insns, whole, max * sizeof *insns), 0);
		ck_assert_int_eq(insns[max].code, 0x5a);
	}
	parser.map_max = 0;
	ck_assert_int_eq(rawbpf_text_parse(&parser), -ENOSPC);
	ck_assert_uint_eq(parser.map_count, 1);
	parser.map_max = 1;
	parser.scratch_size = 100;
	ck_assert_int_eq(rawbpf_text_parse(&parser), -ENOSPC);
	parser.scratch = NULL;
	parser.scratch_size = 0;
	ck_assert_int_eq(rawbpf_text_parse(&parser), -ENOSPC);
	free(memory);
}
END_TEST

/* The scratch that a text asks for is enough, whatever the text consists of. */
START_TEST(scratch_is_enough)
{
	static const char *const patterns[] = { "%c%c%c:", "goto %c%c%c;", "call %c%c%c;", "%c:",
						"goto %c;", "r1=map %c%c;" };
	static const char letters[] = "abcdefghijklmnopqstuvxyzABCDEFGHIJKLMNOPQSTUVXYZ_";
	const unsigned n = unit_long() ? sizeof letters - 1 : 20;
	char *text = malloc(n * n * n * 16), *at = text;
	struct parsed parsed;
	unsigned i;

	for (i = 0; i < n * n * n; i++)
		at += sprintf(at, patterns[_i], letters[i % n], letters[i / n % n],
			      letters[i / n / n]);
	parse(&parsed, text, at - text, n * n * n * 2);
	ck_assert_int_ne(parsed.result, -ENOSPC);
	release(&parsed);
	free(text);
}
END_TEST

START_TEST(a_hundred_thousand_labels)
{
	enum { LABELS = 100000 };
	char *text = malloc(LABELS * 40), *at = text;
	struct parsed parsed;
	int i;

	for (i = 0; i < LABELS; i++)
		at += sprintf(at, "L%d:\nif r1 > 1 goto L%d\n", i,
			      i % 2 ? (i + 20000) % LABELS : i < 30000 ? 0 : i - 30000);
	parse(&parsed, text, at - text, LABELS);
	for (i = 0; i < LABELS; i++) {
		int target = i % 2 ? (i + 20000) % LABELS : i < 30000 ? 0 : i - 30000;

		if (target - i - 1 == (int16_t)(target - i - 1))
			ck_assert_int_eq(parsed.text.insns[i].off, target - i - 1);
	}
	ck_assert_uint_eq(parsed.text.count, LABELS);
	/* the jumps that wrap around are too far */
	ck_assert_uint_eq(parsed.text.error_count, 10000);
	release(&parsed);
	free(text);
}
END_TEST

/* Assemble a jump and its label, in either order, with `between` instructions between them. */
static int jump_over(const char *jump, unsigned between, int back, struct bpf_insn *insn)
{
	char *text = malloc(between * 5 + 64), *at = text;
	struct parsed parsed;
	unsigned i;
	int result;

	at += sprintf(at, back ? "x:\n" : "%s x\n", jump);
	for (i = 0; i < between; i++)
		at += sprintf(at, "exit\n");
	at += sprintf(at, back ? "%s x\n" : "x:\n", jump);
	parse(&parsed, text, at - text, between + 1);
	*insn = parsed.text.insns[back ? between : 0];
	result = parsed.result < 0 ? parsed.result : 0;
	if (result)
		ck_assert_uint_eq(parsed.text.error_count, 1);
	release(&parsed);
	free(text);
	return result;
}

START_TEST(jumps_reach_just_so_far)
{
	struct bpf_insn insn;

	ck_assert_int_eq(jump_over("goto", 32767, 0, &insn), 0);
	ck_assert_int_eq(insn.off, 32767);
	ck_assert_int_eq(jump_over("goto", 32768, 0, &insn), -EINVAL);
	ck_assert_int_eq(jump_over("goto", 32767, 1, &insn), 0);
	ck_assert_int_eq(insn.off, -32768);
	ck_assert_int_eq(jump_over("goto", 32768, 1, &insn), -EINVAL);
	ck_assert_int_eq(jump_over("if r1 == r2 goto", 32768, 1, &insn), -EINVAL);
	ck_assert_int_eq(jump_over("gotol", 70000, 0, &insn), 0);
	ck_assert_int_eq(insn.imm, 70000);
	ck_assert_int_eq(jump_over("gotol", 70000, 1, &insn), 0);
	ck_assert_int_eq(insn.imm, -70001);
	ck_assert_int_eq(jump_over("call", 70000, 0, &insn), 0);
	ck_assert_int_eq(insn.imm, 70000);
}
END_TEST

/* Every form of every directive of compilers: no instruction, no error, no warning. */
START_TEST(compilers_directives_add_nothing)
{
	static const char *const texts[] = {
		".globl f", ".global f", ".weak f", ".hidden f", ".local f", ".addrsig_sym f",
		".cfi_sections f", ".globl exit", ".type f,@function", ".type f,@object",
		".size f, 8", ".size f, g-f", ".p2align 0", ".p2align 3", ".p2align 3, 0x90, 8",
		".p2align 3, , 8", ".p2align 3, a, \"b\", 1", ".ident \"x\"", ".file \"x\"",
		".file 1 \"x\"", ".file 0 \"x\" \"y\"", ".file 0 \"x\" \"y\" md5 1",
		".file 1 \"x\" md5 0x0123456789abcdef0123456789abcdef", ".loc 1 2", ".loc 1 2 3",
		".loc 1 2 3 prologue_end", ".loc 1 2 3 epilogue_begin basic_block",
		".loc 1 2 3 is_stmt 0", ".loc 1 2 3 isa 4 discriminator 5", ".loc 1 2 3 view 6",
		".loc 1 2 3 view x", ".loc 1 2 is_stmt 1 prologue_end", ".addrsig", ".cfi_startproc",
		".cfi_endproc", ".text", ".section .text", ".section .text,\"ax\",@progbits",
		".section xdp,\"ax\",@progbits", ".section a.b/c,\"x\"",
	};

	for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char text[200];
		struct parsed parsed;

		parse(&parsed, text, snprintf(text, sizeof text, "%s\nexit", texts[i]), 8);
		ck_assert_msg(parsed.result == 1 && !parsed.text.error_count, "%s", texts[i]);
		ck_assert_int_eq(parsed.text.insns[0].code, BPF_JMP | BPF_EXIT);
		release(&parsed);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, compilers_directives_add_nothing);
	tcase_add_loop_test(tests, every_form_as_llvm_writes_it, 0, form_count());
	tcase_add_loop_test(tests, every_form_as_the_kernel_writes_it, 0, form_count());
	tcase_add_test(tests, llvm_makes_the_same_bytes);
	tcase_add_loop_test(tests, text_is_its_bytes, 0, COUNT(texts));
	tcase_add_test(tests, every_slot_has_its_line);
	tcase_add_test(tests, maps_are_declared);
	tcase_add_test(tests, map_types_are_the_kernels);
	tcase_add_test(tests, helpers_are_the_kernels);
	tcase_add_test(tests, buffers_that_are_too_small);
	tcase_add_loop_test(tests, scratch_is_enough, 0, 6);
	tcase_add_test(tests, a_hundred_thousand_labels);
	tcase_add_test(tests, jumps_reach_just_so_far);
}

int main(void)
{
	return unit_run("parse", add_tests);
}
