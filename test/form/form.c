/* SPDX-License-Identifier: MIT */
/* The table of instruction forms is consistent, and decoding finds each row of it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/insn.h>
#include <rawbpf/form.h>

#include "../../insn/form/helper.h"
#include "forms.h"
#include "../unit.h"

static unsigned count_forms(void)
{
	unsigned count = 0;

	while (rawbpf__form_at(count))
		count++;
	return count;
}

/* The rows are in the order of opcodes, can be found by opcode, and occur once. */
START_TEST(test_order)
{
	unsigned count = count_forms();

	ck_assert_uint_eq(count, 242);
	for (unsigned i = 0; i < count; i++) {
		const struct rawbpf__form *form = rawbpf__form_at(i);
		const struct rawbpf__form *before = i ? rawbpf__form_at(i - 1) : NULL;

		if (!before || before->code != form->code)
			ck_assert_ptr_eq(rawbpf__form_first(form->code), form);
		if (before)
			ck_assert_int_le(before->code, form->code);
		ck_assert_int_eq(form->op[3], 0);
		ck_assert_int_le(form->group, RAWBPF__LINUX);
	}
	for (unsigned code = 0; code < 256; code++) {
		const struct rawbpf__form *form = rawbpf__form_first(code);

		ck_assert(!form || form->code == code);
	}
	ck_assert_ptr_null(rawbpf__form_first(0));
}
END_TEST

/*
 * Check that the table's search finds the row, or an earlier row of the same opcode. Only the first
 * of an opcode's rows may take another one's instructions.
 */
static void find_row(const struct rawbpf__form *form, const struct bpf_insn *insns, unsigned slots,
		     void *context)
{
	const struct rawbpf__form *found = rawbpf__form_find(insns, 2);
	unsigned *times = context;

	expect(found != NULL);
	expect(found->code == form->code);
	expect(found <= form);
	if (found == form)
		times[0]++;
	times[1]++;
	if (slots == 2)
		expect(!rawbpf__form_find(insns, 1));
	else
		expect(rawbpf__form_find(insns, 1) == found);
}

START_TEST(test_find)
{
	unsigned times[2] = { 0, 0 };

	forms_each(find_row, times);
	ck_assert_uint_gt(times[0], 200000);
	/* IND_IMM, KFUNC_MOD and VAR_MOD with 0 are IND, KFUNC and VAR. */
	ck_assert_uint_lt(times[1] - times[0], 2000);
}
END_TEST

/* Change one bit of a field with a rule. The instruction is then of another form, or of none. */
static void break_row(const struct rawbpf__form *form, const struct bpf_insn *insns,
		      unsigned slots, void *context)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	struct bpf_insn broken[2] = { insns[0], insns[1] };

	(void)slots;
	(void)context;
	if (shape->dst <= RAWBPF__FIX)
		broken->dst_reg ^= 8;
	else
		broken->dst_reg = 13;
	expect(rawbpf__form_find(broken, 2) != form);
	broken[0] = insns[0];
	broken->src_reg = shape->src <= RAWBPF__FIX ? broken->src_reg ^ 8 : 15;
	expect(rawbpf__form_find(broken, 2) != form);
	broken[0] = insns[0];
	if (shape->off <= RAWBPF__FIX)
		for (unsigned bit = 0; bit < 16; bit++) {
			broken->off = insns->off ^ 1 << bit;
			expect(rawbpf__form_find(broken, 2) != form);
		}
	broken[0] = insns[0];
	if (shape->imm <= RAWBPF__FIX)
		for (unsigned bit = 0; bit < 32; bit++) {
			broken->imm = insns->imm ^ 1u << bit;
			expect(rawbpf__form_find(broken, 2) != form);
		}
}

START_TEST(test_not_found)
{
	forms_each(break_row, NULL);
}
END_TEST

/* Write a template's text with operands by their kind, so that two forms can be compared. */
static void skeleton(char *to, size_t size, const struct rawbpf__form *form, unsigned dialect)
{
	const char *text = rawbpf__form_text(form, dialect);
	char *end = to + size - 8;

	for (; *text && to < end; text++) {
		if (*text != '%')
			*to++ = *text;
		else if (*++text == 'o')
			to += sprintf(to, "%s", form->op);
		else if (*text == 'F')
			to += sprintf(to, "%d", form->fix);
		else if (*text == 'T')
			to += sprintf(to, "%s%s", rawbpf__form_qualifier(form->code),
				      rawbpf__form_type(form->code));
		else if (*text == 'D' || *text == 'S')
			*to++ = 'R';
		else if (*text == 'd' || *text == 's')
			*to++ = 'W';
		else if (strchr("ICNMQUVEO", *text))
			*to++ = '#';
		else if (*text == 'Y')
			to += sprintf(to, "%s", dialect == RAWBPF_LLVM ? " ll" : "");
		else if (strchr("JLRKH", *text))
			to += sprintf(to, "%%%c", *text);
		else
			ck_abort_msg("template letter %c", *text);
	}
	*to = 0;
}

/* Templates without '!' assemble: no two forms look the same. */
START_TEST(test_skeletons)
{
	static char texts[500][96];
	const struct rawbpf__form *owners[500];
	unsigned count = 0, marked = 0;

	for (unsigned row = 0; rawbpf__form_at(row); row++)
		for (unsigned dialect = 0; dialect < 2; dialect++) {
			const struct rawbpf__form *form = rawbpf__form_at(row);

			if (*rawbpf__form_text(form, dialect) == '!') {
				marked++;
				continue;
			}
			skeleton(texts[count], sizeof(texts[count]), form, dialect);
			owners[count++] = form;
		}
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < i; j++)
			if (owners[i] != owners[j])
				ck_assert_str_ne(texts[i], texts[j]);
	ck_assert_uint_eq(marked, 5);
}
END_TEST

/* Helpers have the numbers of the kernel's header. */
START_TEST(test_helpers)
{
	static const char *const names[] = {
#define NAME(FUNCTION, ...) #FUNCTION
		__BPF_FUNC_MAPPER(NAME)
	};

	for (unsigned i = 0; i < FORMS_COUNT(names) && i < 212; i++) {
		ck_assert_str_eq(rawbpf__helper_name(i), names[i]);
		ck_assert_int_eq(rawbpf__helper_find(names[i], strlen(names[i])), i);
	}
	ck_assert_str_eq(rawbpf__helper_name(211), "cgrp_storage_delete");
	ck_assert_ptr_null(rawbpf__helper_name(212));
	ck_assert_ptr_null(rawbpf__helper_name(UINT_MAX));
	ck_assert_int_eq(rawbpf__helper_find("bpf_map_lookup_elem", 19), 1);
	ck_assert_int_eq(rawbpf__helper_find("map_lookup_ele", 14), -ENOENT);
	ck_assert_int_eq(rawbpf__helper_find("map_lookup_elem_", 16), -ENOENT);
	ck_assert_int_eq(rawbpf__helper_find("", 0), -ENOENT);
	ck_assert_int_eq(rawbpf__helper_find("bpf_", 4), -ENOENT);
}
END_TEST

/* The last helper of each kernel, as its header has it. */
START_TEST(test_helper_kernels)
{
	ck_assert_uint_eq(rawbpf__helper_kernel(0), 0);
	ck_assert_uint_eq(rawbpf__helper_kernel(BPF_FUNC_map_lookup_elem), 3 << 8 | 19);
	ck_assert_uint_eq(rawbpf__helper_kernel(BPF_FUNC_redirect_peer), 5 << 8 | 10);
	ck_assert_uint_eq(rawbpf__helper_kernel(156), 5 << 8 | 11);
	ck_assert_uint_eq(rawbpf__helper_kernel(209), 6 << 8 | 1);
	ck_assert_uint_eq(rawbpf__helper_kernel(211), 6 << 8 | 2);
	ck_assert_uint_eq(rawbpf__helper_kernel(212), 0);
	for (unsigned i = 2; i < 212; i++)
		ck_assert_uint_ge(rawbpf__helper_kernel(i), rawbpf__helper_kernel(i - 1));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_order);
	tcase_add_test(tests, test_find);
	tcase_add_test(tests, test_not_found);
	tcase_add_test(tests, test_skeletons);
	tcase_add_test(tests, test_helpers);
	tcase_add_test(tests, test_helper_kernels);
}

int main(void)
{
	return unit_run("form", add_tests);
}
