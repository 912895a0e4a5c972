/* SPDX-License-Identifier: MIT */
/* Print the pages' lines "as C" as functions, for claims.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/form.h>
#include <rawbpf/insn.h>

#include "../../insn/form/form.h"
#include "claims.h"

static const char prelude[] =
	"#include \"form/claims.h\"\n"
	"#pragma GCC diagnostic ignored \"-Woverflow\"\n"
	"#pragma GCC diagnostic ignored \"-Wsign-compare\"\n"
	"#pragma GCC diagnostic ignored \"-Wtautological-compare\"\n"
	"#pragma GCC diagnostic ignored \"-Wtype-limits\"\n"
	"#include <byteswap.h>\n"
	"#include <endian.h>\n"
	"#define bswap16(x) bswap_16(x)\n"
	"#define bswap32(x) bswap_32(x)\n"
	"#define bswap64(x) bswap_64(x)\n"
	"#define ntoh(x) (sizeof(x) == 1 ? (x) : sizeof(x) == 2 ? be16toh(x) : be32toh(x))\n"
	"#define atomic_add(p, v) __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)\n"
	"#define atomic_or(p, v) __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)\n"
	"#define atomic_and(p, v) __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)\n"
	"#define atomic_xor(p, v) __atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST)\n"
	"#define atomic_fetch_add atomic_add\n"
	"#define atomic_fetch_or atomic_or\n"
	"#define atomic_fetch_and atomic_and\n"
	"#define atomic_fetch_xor atomic_xor\n"
	"#define atomic_xchg(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)\n"
	"#define atomic_cmpxchg(p, e, n) ({ __typeof__(*(p)) expected = (e); \\\n"
	"\t__atomic_compare_exchange_n(p, &expected, n, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \\\n"
	"\texpected; })\n"
	"#define load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)\n"
	"#define store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)\n"
	"typedef uint8_t u8;\ntypedef uint16_t u16;\ntypedef uint32_t u32;\ntypedef uint64_t u64;\n"
	"typedef int8_t s8;\ntypedef int16_t s16;\ntypedef int32_t s32;\ntypedef int64_t s64;\n";

/* Copy a paragraph of the page: the text behind `name`, without line breaks. */
static void paragraph(char *to, const char *page, const char *name)
{
	const char *at = strstr(page, name);

	if (!at)
		exit(1);
	for (at += strlen(name); *at && strncmp(at, "\n  ", 3); at++)
		*to++ = *at;
	while (!strncmp(at, "\n           ", 12)) {
		*to++ = ' ';
		for (at += 12; *at != '\n'; at++)
			*to++ = *at;
	}
	*to = 0;
}

/* These instructions do more than change registers, memory and packet. */
static int is_executed(const struct rawbpf__form *form)
{
	switch (form->shape) {
	case RAWBPF__SHAPE_GOTOX: case RAWBPF__SHAPE_MAY_GOTO: case RAWBPF__SHAPE_CALL:
	case RAWBPF__SHAPE_CALL_LOCAL: case RAWBPF__SHAPE_KFUNC: case RAWBPF__SHAPE_KFUNC_MOD:
	case RAWBPF__SHAPE_EXIT: case RAWBPF__SHAPE_CAST: case RAWBPF__SHAPE_JA:
	case RAWBPF__SHAPE_JA32:
		return 0;
	}
	return form->kernel && (form->code != 0x18 || form->shape == RAWBPF__SHAPE_LD64);
}

static int pointer_of(const struct rawbpf__form *form, const struct bpf_insn *insn)
{
	switch (form->code & 7) {
	case BPF_LDX:
		return insn->src_reg;
	case BPF_STX:
		if (form->shape == RAWBPF__SHAPE_LOAD_ACQ32 || form->shape == RAWBPF__SHAPE_LOAD_ACQ64)
			return insn->src_reg;
		return insn->dst_reg;
	case BPF_ST:
		return insn->dst_reg;
	default:
		return 0;
	}
}

/* For "if (X) goto +1", print whether X holds. */
static void print_function(unsigned number, const char *c, int packet)
{
	/* Operands may have any address. */
	printf("__attribute__((no_sanitize(\"alignment\"))) static void run_%u(struct claim_state *state, uint64_t memory, "
	       "const unsigned char *packet)\n{\n"
	       "\tu64 r0 = state->in[0], r1 = state->in[1], r2 = state->in[2];\n", number);
	printf("\t(void)memory, (void)packet, (void)r1, (void)r2;\n\tstate->taken = 0;\n");
	if (!strncmp(c, "if (", 4))
		printf("\tstate->taken = !!%.*s;\n", (int)(strstr(c, " goto ") - c - 3), c + 3);
	else
		printf("\t%s;\n", c);
	printf("\tstate->out[0] = r0;\n\tstate->out[1] = %s;\n\tstate->out[2] = %s;\n}\n",
	       packet ? "0" : "r1", packet ? "0" : "r2");
}

static unsigned count;
static char *rows;
static size_t rows_size;
static FILE *table;

static void add(const struct rawbpf__form *form, const struct bpf_insn *insns)
{
	char page[4096], c[512], does[1024];
	int packet = form->group == RAWBPF__PACKET, pointer = pointer_of(form, insns);

	if (rawbpf__form_find(insns, 2) != form || rawbpf_insn_check(insns, 2, NULL))
		return;
	rawbpf_insn_explain(page, sizeof page, insns, 2, RAWBPF_HOST_ORDER, 0, NULL);
	paragraph(c, page, "\n  as C     ");
	paragraph(does, page, "\n  does     ");
	print_function(count, c, packet);
	fprintf(table, "\t{ { { %u, %u, %u, %d, %d }, { 0, 0, 0, 0, %d } }, \"%s\",\n\t  \"%s\",\n"
		"\t  %d, %d, %u, run_%u },\n", insns->code, insns->dst_reg, insns->src_reg,
		insns->off, insns->imm, insns[1].imm, c, does, pointer, packet,
		rawbpf__form_kernel(form), count);
	count++;
}

/*
 * Print the instruction with different registers. If both are numbers, or it loads, also with equal
 * ones.
 */
static void add_registers(const struct rawbpf__form *form, struct bpf_insn *insns)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	unsigned class = form->code & 7;

	if (shape->dst == RAWBPF__REG)
		insns->dst_reg = 1;
	if (shape->src == RAWBPF__REG)
		insns->src_reg = 2;
	add(form, insns);
	if (shape->dst != RAWBPF__REG || shape->src != RAWBPF__REG || class == BPF_STX)
		return;
	insns->src_reg = 1;
	add(form, insns);
}

static void add_form(const struct rawbpf__form *form)
{
	static const int imms[] = { 0, 1, 5, -1, -2, 31, 63, 0x7fffffff, -0x7fffffff - 1 };
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	unsigned class = form->code & 7;
	int memory = class == BPF_LDX || class == BPF_ST || class == BPF_STX;
	int jump = class == BPF_JMP || class == BPF_JMP32;

	for (unsigned i = 0; i < sizeof imms / sizeof imms[0]; i++) {
		struct bpf_insn insns[2] = { { .code = form->code }, { .code = 0 } };

		insns->off = shape->off == RAWBPF__FIX ? form->fix : memory ? CLAIM_OFF : 0;
		insns->imm = shape->imm == RAWBPF__FIX ? form->fix :
			     shape->imm == RAWBPF__ZERO ? 0 : imms[i];
		if (shape->src == RAWBPF__FIX)
			insns->src_reg = form->fix;
		if (jump && shape->off == RAWBPF__ANY)
			insns->off = 1;
		if (shape->next == RAWBPF__ANY)
			insns[1].imm = ~imms[i];
		if (form->group == RAWBPF__PACKET)
			insns->imm &= 15;
		add_registers(form, insns);
		if (shape->imm == RAWBPF__ZERO || shape->imm == RAWBPF__FIX)
			break;
	}
}

int main(void)
{
	const struct rawbpf__form *form;

	table = open_memstream(&rows, &rows_size);
	fputs(prelude, stdout);
	for (unsigned row = 0; (form = rawbpf__form_at(row)); row++)
		if (is_executed(form))
			add_form(form);
	fclose(table);
	printf("const struct claim claims[] = {\n%s};\nconst unsigned claim_count = %u;\n", rows, count);
	return fflush(stdout) || ferror(stdout);
}
