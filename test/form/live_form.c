/* SPDX-License-Identifier: MIT */
/*
 * The table of forms against this kernel. rawbpf_insn_check() rejects exactly the encodings that
 * the verifier rejects. The kernel's dialect is that of the verifier's log.
 */
#include <rawbpf/form.h>

#include "forms.h"
#include "../live.h"

/* The instruction's place in the program. Before it, all registers but r1 hold numbers. */
enum { PLACE = 9 };

static char log_text[1 << 16];

static int load(const struct bpf_insn *insns, unsigned slots)
{
	const struct bpf_insn program[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_MOV64_IMM(BPF_REG_0, 1),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_MOV64_IMM(BPF_REG_3, 1),
		BPF_MOV64_IMM(BPF_REG_4, 1),
		BPF_MOV64_IMM(BPF_REG_5, 1),
		BPF_MOV64_IMM(BPF_REG_7, 1),
		BPF_MOV64_IMM(BPF_REG_8, 1),
		BPF_MOV64_IMM(BPF_REG_9, 1),
		insns[0],
		slots == 2 ? insns[1] : BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	log_text[0] = 0;
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.license = "GPL",
		.insns = program,
		.insn_count = RAWBPF_COUNT(program),
		.log = log_text,
		.log_size = sizeof(log_text),
		.log_level = 2,
	});
}

static unsigned random_below(unsigned limit)
{
	static unsigned long long state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % limit;
}

static int random_value(unsigned rule, int fix, int is_off)
{
	int value;

	while (!forms_value(rule, fix, is_off, random_below(30), &value))
		;
	return value;
}

/* Keep jumps inside the program: the test is about encodings, not targets. */
static void keep_inside(struct bpf_insn *insn)
{
	unsigned class = insn->code & 7;

	if (insn->code == (BPF_JMP32 | BPF_JA))
		insn->imm = 1;
	else if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL)
		insn->imm = 2;
	else if ((class == BPF_JMP || class == BPF_JMP32) && insn->off)
		insn->off = 1 + (insn->off & 1);
}

/* Make an instruction of the table, and change something about every second one. */
static void random_insn(struct bpf_insn *insns, unsigned forms)
{
	const struct rawbpf__form *form = rawbpf__form_at(random_below(forms));
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);

	memset(insns, 0, 2 * sizeof(*insns));
	insns->code = form->code;
	insns->dst_reg = random_value(shape->dst, form->fix, 0);
	insns->src_reg = random_value(shape->src, form->fix, 0);
	insns->off = random_value(shape->off, form->fix, 1);
	insns->imm = random_value(shape->imm, form->fix, 0);
	insns[1].imm = random_value(shape->next, form->fix, 0);
	switch (random_below(12)) {
	case 0:
		insns->code = random_below(256);
		break;
	case 1:
		insns->dst_reg = random_below(16);
		break;
	case 2:
		insns->src_reg = random_below(16);
		break;
	case 3:
		insns->off = 1 << random_below(7);
		break;
	case 4:
		insns->imm = 1 << random_below(10);
		break;
	case 5:
		insns[1].off = random_below(2);
		insns[1].dst_reg = random_below(2);
	}
	keep_inside(insns);
}

/* Does the verifier complain about the encoding? It uses these words for nothing else. */
static int complains_of_encoding(void)
{
	static const char *const complaints[] = {
		"uses reserved fields", "unknown opcode", "invalid shift", "div by zero",
		"uses invalid atomic opcode", "invalid atomic operand size", "invalid BPF_LD_IMM",
		"invalid bpf_ld_imm64 insn", "unrecognized bpf_ld_imm64 insn",
		"invalid may_goto", "can only convert between address space 1 and 0",
		"R11 is invalid", "R12 is invalid", "R13 is invalid", "R14 is invalid",
		"R15 is invalid", "negative offset disallowed", "frame pointer is read only",
	};

	for (unsigned i = 0; i < FORMS_COUNT(complaints); i++)
		if (strstr(log_text, complaints[i]))
			return 1;
	return 0;
}

/* Did it reject the program for another reason, before it looked at the whole encoding? */
static int gave_up(void)
{
	static const char *const reasons[] = {
		"unreachable insn", "last insn is not", "jump out of range", "call to invalid",
		"is not pointing to valid", "fd_idx without fd_array", "BTF", "btf_id",
		"associated arena",
	};

	for (unsigned i = 0; i < FORMS_COUNT(reasons); i++)
		if (strstr(log_text, reasons[i]))
			return 1;
	return 0;
}

START_TEST(test_check)
{
	unsigned forms = 0, agreed = 0, refused = 0, kernel = live_kernel();

	rawbpf_memlock_raise(); /* before 5.11 a closed program still counts for a while */
	while (rawbpf__form_at(forms))
		forms++;
	for (unsigned i = 0; i < 40000; i++) {
		struct bpf_insn insns[2];
		const char *reason = "valid";
		unsigned slots;
		int invalid, fd;

		random_insn(insns, forms);
		slots = insns->code == (BPF_LD | BPF_DW | BPF_IMM) ? 2 : 1;
		invalid = rawbpf_insn_check(insns, slots, &reason);
		if (!invalid && rawbpf_insn_kernel_find(insns, slots) > (int)kernel)
			continue;
		fd = load(insns, slots);
		if (fd >= 0)
			close(fd);
		else if (gave_up())
			continue;
		/* The verifier may complain about other things before a write to r10. */
		if (invalid && fd < 0 && strstr(reason, "r10 is the frame pointer"))
			continue;
		if (invalid ? fd >= 0 || !complains_of_encoding() :
		    fd < 0 && complains_of_encoding())
			ck_abort_msg("%02x dst %u src %u off %d imm %d: %s, but the kernel (%d): %s",
				     insns->code, insns->dst_reg, insns->src_reg, insns->off,
				     insns->imm, invalid ? reason : "valid", fd, log_text);
		agreed++;
		refused += !!invalid;
	}
	ck_assert_uint_gt(agreed, kernel >= 0x606 ? 30000 : 25000);
	ck_assert_uint_gt(refused, 5000);
}
END_TEST

/* Return the text of the instruction at PLACE in the log, "(07) r2 += -4", or NULL. */
static char *logged_text(void)
{
	char *line = strstr(log_text, "\n9: ("), *end;

	if (!line)
		return NULL;
	line += strlen("\n9: ");
	line[strcspn(line, "\n;")] = 0;
	for (end = line + strlen(line); end > line && end[-1] == ' '; end--)
		end[-1] = 0;
	return line;
}

struct compared {
	const struct rawbpf__form *form;	/* the last instruction's form */
	unsigned seen, same;			/* instructions of that form; all equal ones */
	char forms[256];
};

static void compare_text(const struct rawbpf__form *form, const struct bpf_insn *insns,
			 unsigned slots, void *context)
{
	struct compared *compared = context;
	struct bpf_insn inside[2] = { insns[0], insns[1] };
	char text[256], *logged;
	unsigned row = 0;
	int fd;

	/* The kernel prints an address or a name in place of these numbers. */
	if ((form->code == 0x18 && form->shape != RAWBPF__SHAPE_LD64) ||
	    form->shape == RAWBPF__SHAPE_KFUNC || form->shape == RAWBPF__SHAPE_KFUNC_MOD)
		return;
	if (form != compared->form)
		compared->seen = 0;
	compared->form = form;
	if ((++compared->seen > 20 && compared->seen % 31) || !form->kernel ||
	    rawbpf__form_kernel(form) > live_kernel())
		return;
	keep_inside(inside);
	fd = load(inside, slots);
	if (fd >= 0)
		close(fd);
	logged = logged_text();
	if (!logged)
		return;
	rawbpf_insn_format(text, sizeof(text), inside, slots, RAWBPF_KERNEL, NULL, NULL);
	ck_assert_str_eq(text, logged);
	while (rawbpf__form_at(row) != form)
		row++;
	compared->forms[row] = 1;
	compared->same++;
}

START_TEST(test_kernel_text)
{
	static struct compared compared;
	unsigned forms = 0;

	if (live_kernel() < 0x60f)
		SKIP("the verifier of older kernels prints some instructions otherwise");
	forms_each(compare_text, &compared);
	for (unsigned i = 0; i < sizeof(compared.forms); i++)
		forms += compared.forms[i];
	printf("live_form: %u instructions of %u forms as in the log\n", compared.same, forms);
	/* All but pseudo loads, kfuncs, callx, and instructions newer than the kernel. */
	ck_assert_uint_ge(forms, 172);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_check);
	tcase_add_test(tests, test_kernel_text);
}

int main(void)
{
	return live_run("live_form", add_tests);
}
