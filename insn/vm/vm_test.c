/* SPDX-License-Identifier: MIT */
/* Run a test of a collection: prepare, run, compare. */
#include <rawbpf/constant.h>

#include "vm_test_value.h"
#include "../base/number.h"
#include "../base/string.h"

enum { TEST_BUDGET = 1000000 };

/* ----------------------------------------------------------------------------- helpers */

/* Answer with the next number of the list. */
static int test_answer(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_test *test = context;
	struct rawbpf_vm_test_helper *list = test->values;
	const char *word;
	size_t length;
	uint64_t number;
	int is_negative;

	(void)vm;
	while (list->number != call->number)
		list++;
	word = rawbpf__test_word(&list->rest, &length);
	if (!word)
		return -ENODATA;
	is_negative = *word == '-';
	word += is_negative;
	length -= (size_t)is_negative;
	if (length > 2 && word[0] == '0' && (word[1] | ' ') == 'x') {
		word += 2;
		rawbpf__digits_parse(&word, list->rest, 16, &number);
	} else {
		rawbpf__digits_parse(&word, list->rest, 10, &number);
	}
	call->value = is_negative ? -number : number;
	return word == list->rest ? RAWBPF_VM_NUMBER : -EINVAL;
}

/* Keep the values of a helper line. The table of answers is in ascending order. */
static int test_helper_add(struct rawbpf_vm_test *test, const struct rawbpf_table_test_line *line)
{
	const char *at = test->spec.load.collection->strings + line->text, *word;
	struct rawbpf_vm_helper *answer = &test->answers[test->value_count];
	char name[64];
	size_t length;
	int number = -ENOENT;

	word = rawbpf__test_word(&at, &length);
	if (word && length < sizeof(name)) {
		__builtin_memcpy(name, word, length);
		name[length] = '\0';
		number = rawbpf_constant_find(RAWBPF_HELPER, name);
	}
	if (number < 0)
		return rawbpf__test_refuse(test, line->line, "no helper has the name that begins",
					   test->spec.load.collection->strings + line->text);
	for (unsigned i = 0; i < test->value_count; i++)
		if (test->values[i].number == (uint32_t)number)
			return rawbpf__test_refuse(test, line->line, "a test has one list of values for",
						   name);
	if (test->value_count == RAWBPF_VM_TEST_HELPERS)
		return rawbpf__test_refuse(test, line->line, "a test sets at most 64 helpers", NULL);
	test->values[test->value_count++] = (struct rawbpf_vm_test_helper){
		.number = (uint32_t)number, .line = line->line, .rest = at };
	for (; answer > test->answers && answer[-1].number > (uint32_t)number; answer--)
		*answer = answer[-1];
	*answer = (struct rawbpf_vm_helper){ (uint32_t)number, 0, test_answer };
	return 0;
}

static void test_helpers_open(struct rawbpf_vm_test *test)
{
	test->world = (struct rawbpf_vm_world){ .pid = 1, .tid = 1, .comm = "test" };
	rawbpf_vm_helpers_get(&test->helpers, &test->world);
	test->given = (struct rawbpf_vm_helpers){ .helpers = test->answers,
		.count = test->value_count, .context = test };
}

/* ----------------------------------------------------------------------------- coverage */

static int test_is_conditional(const struct bpf_insn *insn)
{
	unsigned op = BPF_OP(insn->code);

	return (BPF_CLASS(insn->code) == BPF_JMP || BPF_CLASS(insn->code) == BPF_JMP32) &&
	       op != BPF_JA && op != BPF_CALL && op != BPF_EXIT;
}

/* Count the instruction, and the jump before it that led here. */
static int test_cover(struct rawbpf_vm *vm, void *context)
{
	struct rawbpf_vm_test *test = context;
	struct rawbpf_vm_coverage *coverage;
	unsigned unit = 0;

	if (test->jump && test->jump_prog == vm->prog && vm->pc != test->jump_slot + 1)
		test->jump->jumped[test->jump_slot]++;
	test->jump = NULL;
	while (unit < test->loaded.unit_count && &test->loaded.units[unit].prog != vm->prog)
		unit++;
	if (unit == test->loaded.unit_count)
		return 0;
	coverage = &test->spec.coverage[test->loaded.units[unit].unit.prog];
	if (vm->pc >= coverage->slots)
		return 0;
	coverage->ran[vm->pc]++;
	if (test_is_conditional(&vm->prog->insns[vm->pc])) {
		test->jump = coverage;
		test->jump_prog = vm->prog;
		test->jump_slot = vm->pc;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- result */

/* Return the line of a slot of the program that runs. */
static unsigned test_line(const struct rawbpf_vm_test *test, unsigned slot)
{
	for (unsigned i = 0; i < test->loaded.unit_count; i++) {
		const struct rawbpf_vm_unit *unit = &test->loaded.units[i];

		if (&unit->prog == test->vm.prog && slot < unit->resolved.count)
			return unit->resolved.lines[slot] >> 16;
	}
	return 0;
}

/* Say that a list of values has no more, or a word that is no number. */
static int test_ran_out(struct rawbpf_vm_test *test)
{
	uint32_t number = (uint32_t)test->vm.prog->insns[test->vm.trap.insn].imm;
	const struct rawbpf_vm_test_helper *list = test->values;
	struct rawbpf__out out;

	while (list->number != number)
		list++;
	out = rawbpf__test_fail(test, test_line(test, test->vm.trap.insn));
	rawbpf__out_text(&out, rawbpf_constant_name(RAWBPF_HELPER, number));
	rawbpf__out_text(&out, test->vm.trap.error == -ENODATA ? " is called, and line " :
			 " gets something that is no number, and line ");
	rawbpf__out_number(&out, list->line);
	rawbpf__out_text(&out, test->vm.trap.error == -ENODATA ? " has no value left for it" :
			 " has it");
	return RAWBPF_VM_FAILED;
}

static int test_trapped(struct rawbpf_vm_test *test)
{
	const struct rawbpf_vm_trap *trap = &test->vm.trap;
	const struct bpf_insn *insn = &test->vm.prog->insns[trap->insn];

	if (trap->kind == RAWBPF_VM_TRAP_FAILED && !insn->src_reg)
		for (unsigned i = 0; i < test->value_count; i++)
			if (test->values[i].number == (uint32_t)insn->imm)
				return test_ran_out(test);
	test->line = test_line(test, trap->insn);
	rawbpf_vm_trap_explain(test->reason, sizeof(test->reason), &test->vm);
	return RAWBPF_VM_FAILED;
}

/* Say what a comparison got, and what it wants. */
static int test_compare(struct rawbpf_vm_test *test, const struct rawbpf_expr *expr, unsigned line)
{
	static const char wants[][24] = { "", "another number than ", "less than ", "more than " };
	struct rawbpf__out out;
	int64_t got, wanted;

	if (rawbpf__test_evaluate(test, expr->a, line, &got) ||
	    rawbpf__test_evaluate(test, expr->b, line, &wanted))
		return 1;
	out = rawbpf__test_fail(test, line);
	rawbpf__out_text(&out, "got ");
	rawbpf__out_signed(&out, got);
	rawbpf__out_text(&out, ", expected ");
	rawbpf__out_text(&out, wants[expr->op - RAWBPF_EXPR_EQUAL]);
	rawbpf__out_signed(&out, wanted);
	return 1;
}

static int test_expect(struct rawbpf_vm_test *test, unsigned index, unsigned line)
{
	const struct rawbpf_expr *expr = &test->spec.load.collection->exprs[index];
	int64_t value;

	if (rawbpf__test_evaluate(test, index, line, &value))
		return 1;
	if (value)
		return 0;
	if (expr->op >= RAWBPF_EXPR_EQUAL && expr->op <= RAWBPF_EXPR_GREATER)
		return test_compare(test, expr, line);
	if (expr->op == RAWBPF_EXPR_BOTH)
		return test_expect(test, expr->a, line) || test_expect(test, expr->b, line);
	return rawbpf__test_refuse(test, line, "got 0, expected another number", NULL);
}

/* Do what the lines of a kind say. Return 0, or 1: the test failed. */
static int test_lines(struct rawbpf_vm_test *test, unsigned kind)
{
	const struct rawbpf_collection *c = test->spec.load.collection;
	const struct rawbpf_table_test *table = &c->tests[test->spec.test];
	int failed = 0;

	for (unsigned i = 0; i < table->count && !failed; i++) {
		const struct rawbpf_table_test_line *line = &c->test_lines[table->first + i];

		if (line->kind != kind)
			continue;
		failed = kind == RAWBPF_TEST_MAP ? rawbpf__test_map_set(test, line) :
			 kind == RAWBPF_TEST_HELPER ? test_helper_add(test, line) :
						      test_expect(test, line->expr, line->line);
	}
	return failed;
}

/* --------------------------------------------------------------------------------- run */

/* Open the machine. Return 0, 1: the test failed, or -ENOSPC. */
static int test_open(struct rawbpf_vm_test *test)
{
	const struct rawbpf_vm_test_spec *spec = &test->spec;
	struct rawbpf_vm_collection_spec load = spec->load;
	int err;

	load.prog = load.collection->tests[spec->test].prog;
	err = rawbpf_vm_collection_open(&test->loaded, &load);
	if (err == -ENOSPC)
		return err;
	if (err)
		return rawbpf__test_refuse(test, test->loaded.error.at.line,
					   test->loaded.error.at.message, NULL);
	if (test_lines(test, RAWBPF_TEST_HELPER) || test_lines(test, RAWBPF_TEST_MAP))
		return 1;
	test_helpers_open(test);
	test->given.next = &test->helpers;
	test->loaded.machine.helpers = &test->given;
	test->loaded.machine.hook = spec->coverage ? test_cover : NULL;
	test->loaded.machine.hook_context = test;
	test->loaded.machine.check = rawbpf_vm_unset_check;
	err = rawbpf__test_context_open(test);
	if (err)
		return err;
	rawbpf_vm_context_bind(&test->context, &test->loaded.machine);
	err = rawbpf_vm_open(&test->vm, &test->loaded.machine);
	if (!err)
		return spec->begin ? spec->begin(test, spec->begin_context) : 0;
	test->line = test_line(test, test->vm.trap.insn);
	if (test->vm.trap.kind)
		rawbpf_vm_trap_explain(test->reason, sizeof(test->reason), &test->vm);
	else
		rawbpf__test_refuse(test, 0, "the machine cannot hold the program", NULL);
	return 1;
}

int rawbpf_vm_test_open(struct rawbpf_vm_test *test, const struct rawbpf_vm_test_spec *spec)
{
	int err;

	__builtin_memset(test, 0, sizeof(*test));
	if (!spec || !spec->load.collection || spec->test >= spec->load.collection->test_count)
		return -EINVAL;
	test->spec = *spec;
	if (!spec->budget)
		test->spec.budget = TEST_BUDGET;
	err = test_open(test);
	return err < 0 ? err : err ? RAWBPF_VM_FAILED : RAWBPF_VM_PASSED;
}

int rawbpf_vm_test_check(struct rawbpf_vm_test *test)
{
	test->reason[0] = '\0';
	test->line = 0;
	if (test->vm.trap.kind)
		return test_trapped(test);
	if (!test->vm.ended) {
		rawbpf__test_refuse(test, test_line(test, test->vm.pc), "the program does not end "
				    "within its number of instructions", NULL);
		return RAWBPF_VM_FAILED;
	}
	return test_lines(test, RAWBPF_TEST_EXPECT) ? RAWBPF_VM_FAILED : RAWBPF_VM_PASSED;
}

int rawbpf_vm_test_run(struct rawbpf_vm_test *test, const struct rawbpf_vm_test_spec *spec)
{
	int result = rawbpf_vm_test_open(test, spec);

	if (result != RAWBPF_VM_PASSED)
		return result;
	rawbpf_vm_run(&test->vm, test->spec.budget);
	return rawbpf_vm_test_check(test);
}
