/* SPDX-License-Identifier: MIT */
/*
 * usage: pattern [insn/asm/pattern.def]
 *
 * Make the tree of patterns from the templates in insn/form/form.def. Fail if the file differs from
 * that tree. Without a file, print the tree.
 */
#include <rawbpf/form.h>
#include <string.h>

#include "../../insn/asm/match.h"
#include "../../insn/base/out.h"
#include "../unit.h"

/* ---------------------------------------------------------------- a template, filled in */

/* fill_in() writes this byte before an operand's letter. */
enum { MARK = '\1' };

/* The operand that a letter of form.h's templates stands for. */
static const struct rawbpf__element operands[128] = {
	['D'] = { RAWBPF__T_R, RAWBPF__F_DST, 0 },
	['d'] = { RAWBPF__T_W, RAWBPF__F_DST, 0 },
	['S'] = { RAWBPF__T_R, RAWBPF__F_SRC, 0 },
	['s'] = { RAWBPF__T_W, RAWBPF__F_SRC, 0 },
	['I'] = { RAWBPF__T_NUMBER, RAWBPF__F_IMM, 0 },
	['C'] = { RAWBPF__T_NUMBER, RAWBPF__F_IMM, 0 },
	['N'] = { RAWBPF__T_NUMBER, RAWBPF__F_IMM, 0 },
	['M'] = { RAWBPF__T_NUMBER, RAWBPF__F_NEXT, 0 },
	['U'] = { RAWBPF__T_NUMBER, RAWBPF__F_HIGH, 0 },
	['V'] = { RAWBPF__T_NUMBER, RAWBPF__F_LOW, 0 },
	['E'] = { RAWBPF__T_NUMBER, RAWBPF__F_OFF, 0 },
	['O'] = { RAWBPF__T_NUMBER, RAWBPF__F_OFF, 0 },
	['J'] = { RAWBPF__T_NUMBER, RAWBPF__F_JUMP, 0 },
	['L'] = { RAWBPF__T_NUMBER, RAWBPF__F_JUMP32, 0 },
	['K'] = { RAWBPF__T_NUMBER, RAWBPF__F_LOCAL, 0 },
	['R'] = { RAWBPF__T_NUMBER, RAWBPF__F_LOCAL, 0 },
	['H'] = { RAWBPF__T_NUMBER, RAWBPF__F_CALL, 0 },
	['Q'] = { RAWBPF__T_NUMBER, RAWBPF__F_IMM64, 0 },
	['X'] = { RAWBPF__T_NUMBER, RAWBPF__F_MAP, 0 },
};

/* Write the text that "%" and a letter stand for. An operand stays a letter, behind a mark. */
static void fill_in(struct rawbpf__out *out, const struct rawbpf__form *form, unsigned dialect,
		    char letter)
{
	if (letter == 'T')
		rawbpf__out_text(out, rawbpf__form_qualifier(form->code));
	if (letter == 'o')
		rawbpf__out_text(out, form->op);
	else if (letter == 'F')
		rawbpf__out_number(out, form->fix);
	else if (letter == 'T')
		rawbpf__out_text(out, rawbpf__form_type(form->code));
	else if (letter == 'R' || (dialect == RAWBPF_KERNEL && (letter == 'J' || letter == 'L')))
		rawbpf__out_text(out, "pc+");
	else if (letter == 'O')
		rawbpf__out_text(out, "+");
	else if (letter == 'Y' && dialect == RAWBPF_LLVM)
		rawbpf__out_text(out, " ll");
	if (operands[(unsigned char)letter].code) {
		rawbpf__out_byte(out, MARK);
		rawbpf__out_byte(out, letter);
	}
}

/*
 * Write the template with the form's operator, `fix` and type filled in, without its leading '!'.
 */
static void fill_in_all(struct rawbpf__out *out, const struct rawbpf__form *form, const char *text,
			unsigned dialect)
{
	for (text += *text == '!'; *text; text++)
		if (*text == '%')
			fill_in(out, form, dialect, *++text);
		else
			rawbpf__out_byte(out, *text);
}

/* --------------------------------------------------------------------------- elements */

static const char *skip_spaces(const char *at)
{
	return at + strspn(at, " ");
}

/*
 * Read the operand at `at`: a mark and a letter, or a literal 0, r0 or w0. NULL: no operand is
 * there.
 */
static const char *read_operand(const char *at, struct rawbpf__element *element)
{
	if (*at == MARK) {
		*element = operands[(unsigned char)at[1]];
		return at + 2;
	}
	element->field = RAWBPF__F_ZERO;
	element->code = *at == 'r' ? RAWBPF__T_R : *at == 'w' ? RAWBPF__T_W : RAWBPF__T_NUMBER;
	at += element->code != RAWBPF__T_NUMBER;
	return *at == '0' ? at + 1 : NULL;
}

/* Read the element at the cursor, and move the cursor behind it. */
static struct rawbpf__element read_element(struct rawbpf__cursor *cursor)
{
	struct rawbpf__element element = { 0 };
	const char *at = cursor->at, *next = skip_spaces(at + 1);
	/* A sign belongs to the number behind it. */
	int has_sign = *at == '+' && *next == MARK;
	unsigned code;

	next = read_operand(has_sign ? next : at, &element);
	element.has_sign = has_sign;
	if (!next) {
		next = rawbpf__after_word(cursor, at);
		code = rawbpf__word_code(at, next - at);
		if (next == at)
			next = at + rawbpf__lex_operator(cursor, at, &code);
		element = (struct rawbpf__element){ .code = code };
	}
	cursor->at = skip_spaces(next);
	return element;
}

/* ---------------------------------------------------------------------------- the tree */

static struct node {
	struct rawbpf__element element;		/* T_END: the pattern ends, and belongs to `form` */
	unsigned form;
	struct node *child, *sibling;
} nodes[8192];
static unsigned node_count;

static int same(const struct rawbpf__element *element, const struct rawbpf__element *other)
{
	return element->code == other->code && element->field == other->field &&
	       element->has_sign == other->has_sign;
}

/* Add a node at the end of the list that begins at `*link`. */
static struct node *node_add(struct node **link, struct rawbpf__element element, unsigned form)
{
	while (*link)
		link = &(*link)->sibling;
	expect(node_count < sizeof nodes / sizeof nodes[0]);
	*link = &nodes[node_count++];
	**link = (struct node){ .element = element, .form = form };
	return *link;
}

/* Return the list's node with this element. Add the node if the list has none. */
static struct node *node_get(struct node **link, struct rawbpf__element element)
{
	struct node *node;

	for (node = *link; node; node = node->sibling)
		if (same(&node->element, &element))
			return node;
	return node_add(link, element, 0);
}

/* Add one pattern of a form: `text`, a template of that dialect. */
static void add(struct node **link, unsigned form, const char *text, unsigned dialect)
{
	char line[80];
	struct rawbpf__out out = rawbpf__out_begin(line, sizeof line);
	struct rawbpf__cursor cursor = { .at = line };
	unsigned count = 0;

	fill_in_all(&out, rawbpf__form_at(form), text, dialect);
	expect(out.length < sizeof line);
	for (cursor.end = line + out.length; cursor.at < cursor.end; count++)
		link = &node_get(link, read_element(&cursor))->child;
	expect(count <= RAWBPF__ELEMENTS);
	node_add(link, (struct rawbpf__element){ .code = RAWBPF__T_END }, form);
}

/*
 * Does the kernel write the form differently from LLVM? If both share a template, the kernel still
 * writes jumps as "goto pc+1" and 64-bit loads without "ll". The lexer reads "kernel-function#5" as
 * one token, so that form has no pattern.
 */
static int is_kernels_own(const struct rawbpf__form *form)
{
	const char *text = rawbpf__form_text(form, RAWBPF_KERNEL);

	return !strchr(text, '#') &&
	       (text != rawbpf__form_text(form, RAWBPF_LLVM) || strpbrk(text, "JLY"));
}

/* Add the dialect's templates that begin with '!' (is_weak), or the others. */
static void add_forms(struct node **root, unsigned dialect, int is_weak)
{
	const struct rawbpf__form *form;
	unsigned i;

	for (i = 0; (form = rawbpf__form_at(i)) != NULL; i++) {
		const char *text = rawbpf__form_text(form, dialect);

		if ((*text == '!') == is_weak && (dialect == RAWBPF_LLVM || is_kernels_own(form)))
			add(root, i, text, dialect);
	}
}

/* Add three patterns that no template has: bpftool prints two, and "map NAME" is our own. */
static void add_more(struct node **root)
{
	static const struct {
		unsigned shape;
		const char *text;
	} more[] = {
		{ RAWBPF__SHAPE_MAP_VALUE, "%D = map[id:%N][0]+%M" },
		{ RAWBPF__SHAPE_MAP_FD, "%D = map[id:%N]" },
		{ RAWBPF__SHAPE_MAP_FD, "%D = map %X" },
	};
	unsigned i, index;

	for (i = 0; i < sizeof more / sizeof more[0]; i++) {
		for (index = 0; rawbpf__form_at(index)->shape != more[i].shape; index++)
			;
		add(root, index, more[i].text, RAWBPF_LLVM);
	}
}

static unsigned paths(const struct node *node)
{
	const struct node *child;
	unsigned count = !node->child;

	for (child = node->child; child; child = child->sibling)
		count += paths(child);
	return count;
}

/*
 * Sort a list: the node with the most patterns below it comes first, because match.c tries them in
 * order.
 */
static struct node *sort(struct node *list)
{
	struct node *sorted = NULL, **link, *node;

	while ((node = list) != NULL) {
		list = node->sibling;
		node->child = sort(node->child);
		for (link = &sorted; *link && paths(*link) >= paths(node);)
			link = &(*link)->sibling;
		node->sibling = *link;
		*link = node;
	}
	return sorted;
}

/* Make two trees: match.c searches the one of the templates with '!' after the other. */
static struct node *make_tree(void)
{
	struct node *root = NULL, *weak = NULL, **end = &root;

	add_forms(&root, RAWBPF_LLVM, 0);
	add_forms(&root, RAWBPF_KERNEL, 0);
	add_more(&root);
	add_forms(&weak, RAWBPF_LLVM, 1);
	add_forms(&weak, RAWBPF_KERNEL, 1);
	root = sort(root);
	while (*end)
		end = &(*end)->sibling;
	*end = sort(weak);
	return root;
}

/* -------------------------------------------------------------------- the tree, folded */

/* The lists of siblings. A list's nodes follow each other in the file. */
static const struct node *lists[2048];
static unsigned list_count;

static int lists_same(const struct node *list, const struct node *other)
{
	for (; list && other; list = list->sibling, other = other->sibling)
		if (!same(&list->element, &other->element) || list->child != other->child)
			return 0;
	return list == other;
}

/* Return the first list that equals this one. The children of its nodes are folded already. */
static const struct node *list_get(const struct node *list)
{
	unsigned i;

	for (i = 0; i < list_count; i++)
		if (lists_same(lists[i], list))
			return lists[i];
	expect(list_count < sizeof lists / sizeof lists[0]);
	return lists[list_count++] = list;
}

/*
 * Merge equal lists of children, and return the list that stands for this one. Children come before
 * their parents in `lists`.
 */
static const struct node *fold(struct node *list)
{
	struct node *node;

	for (node = list; node; node = node->sibling)
		node->child = node->child ? (struct node *)fold(node->child) : NULL;
	return list_get(list);
}

/* Return a list's place in the file. The file begins with the last list, the root. */
static unsigned place(const struct node *list)
{
	const struct node *node;
	unsigned i, before = 0;

	for (i = list_count; lists[--i] != list;)
		for (node = lists[i]; node; node = node->sibling)
			before++;
	return before;
}

/* -------------------------------------------------------------------------- as a file */

static const char head[] =
	"/* SPDX-License-Identifier: MIT */\n"
	"/*\n"
	" * The patterns of all forms, for match.c. test/asm/pattern.c makes them from the templates of\n"
	" * form.def: build/test/test_pattern prints this file.\n"
	" *\n"
	" * FORM(form)\n"
	" *\tindex of a pattern's form; patterns come in the order of the paths\n"
	" * NODE(token, field, has_sign, child, paths, is_last)\n"
	" *\tchild: the first of the nodes that may follow; paths: the number of patterns that\n"
	" *\tcontinue from here; is_last: the last of the nodes that may stand here\n"
	" */\n"
	"#ifndef NODE\n"
	"#define NODE(...)\n"
	"#endif\n"
	"#ifndef FORM\n"
	"#define FORM(...)\n"
	"#endif\n"
	"#define T(TOKEN) RAWBPF__T_##TOKEN\n"
	"\n";
static const char tail[] =
	"\n"
	"#undef NODE\n"
	"#undef FORM\n"
	"#undef T\n";

/* The names behind RAWBPF__F_, in its order. */
static const char *const field_names[] = {
	"NONE", "ZERO", "DST", "SRC", "IMM", "NEXT", "HIGH", "LOW", "OFF", "JUMP", "JUMP32", "LOCAL",
	"CALL", "IMM64", "MAP",
};

static void print_code(FILE *file, unsigned code)
{
	if (rawbpf__word_text(code))
		fprintf(file, "T(%s)", rawbpf__word_text(code));
	else if (code == RAWBPF__T_END || code == RAWBPF__T_R || code == RAWBPF__T_W ||
		 code == RAWBPF__T_NUMBER)
		fprintf(file, "T(%s)", code == RAWBPF__T_END ? "END" : code == RAWBPF__T_R ? "R" :
			code == RAWBPF__T_W ? "W" : "NUMBER");
	else
		fprintf(file, "'%c'%s%s", code & 0x7f, code & RAWBPF__T_TWICE ? " | T(TWICE)" : "",
			code & RAWBPF__T_EQUAL ? " | T(EQUAL)" : "");
}

/* Print a list of siblings. Each list begins a new line. */
static void print_list(FILE *file, const struct node *node)
{
	enum { IN_A_LINE = 2 };
	unsigned count;

	for (count = 1; node; node = node->sibling, count++) {
		fputs("NODE(", file);
		print_code(file, node->element.code);
		fprintf(file, ", %s, %u, %u, %u, %u)%s", field_names[node->element.field],
			node->element.has_sign, node->child ? place(node->child) : 0, paths(node),
			!node->sibling, node->sibling && count % IN_A_LINE ? " " : "\n");
	}
}

/* Print the patterns' forms, in order. */
static void print_forms(FILE *file, const struct node *node, unsigned *count)
{
	enum { IN_A_LINE = 10 };

	for (; node; node = node->sibling) {
		print_forms(file, node->child, count);
		if (node->child)
			continue;
		fprintf(file, "%sFORM(%u)", *count % IN_A_LINE ? " " : *count ? "\n" : "", node->form);
		++*count;
	}
}

static void print_file(FILE *file)
{
	struct node *root = make_tree();
	unsigned i, count = 0;

	fputs(head, file);
	print_forms(file, root, &count);
	fputs("\n\n", file);
	fold(root);
	for (i = list_count; i-- > 0;)
		print_list(file, lists[i]);
	fputs(tail, file);
}

/* ------------------------------------------------------------------------------- tests */

static const char *committed;

START_TEST(the_tree_is_that_of_the_table)
{
	char *text, *made;
	size_t length;
	FILE *stream = open_memstream(&made, &length), *file = fopen(committed, "r");

	ck_assert_ptr_nonnull(file);
	print_file(stream);
	fclose(stream);
	text = calloc(1, length + 2);
	ck_assert_uint_eq(fread(text, 1, length + 1, file), length);
	if (strcmp(text, made) != 0)
		ck_abort_msg("%s is not the tree of form.def; build/test/test_pattern prints that",
			     committed);
	fclose(file);
	free(text);
	free(made);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_tree_is_that_of_the_table);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_file(stdout);
		return 0;
	}
	committed = argv[1];
	return unit_run("pattern", add_tests);
}
