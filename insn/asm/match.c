/* SPDX-License-Identifier: MIT */
#include "match.h"

/* An element of one or more patterns. The nodes from `child` to the next with is_last may follow it. */
struct match_node {
	struct rawbpf__element element;	/* T_END: the pattern ends */
	uint16_t child : 15;
	uint16_t is_last : 1;		/* the last of the nodes that may stand here */
	uint16_t paths;			/* the number of patterns that continue from here */
};

static const struct match_node match_nodes[] = {
#define NODE(CODE, FIELD, SIGN, CHILD, PATHS, LAST) \
	{ { CODE, RAWBPF__F_##FIELD, SIGN }, CHILD, LAST, PATHS },
#include "pattern.def"
};

/* The table gives the form of each pattern. */
static const uint8_t match_forms[] = {
#define FORM(INDEX) INDEX,
#include "pattern.def"
};

/* Return the code to match. Numbers and names have the same one. */
static unsigned match_code(const struct rawbpf__token *token)
{
	return rawbpf__is_operand(token) ? RAWBPF__T_NUMBER : token->code;
}

/* ---------------------------------------------------------------------- matching */

struct match {
	struct rawbpf__pattern *pattern;
	const struct rawbpf__statement *statement;
	int opcode;
};

static int match_any(const struct match *match, unsigned count, const struct match_node *node,
		     unsigned path);

/*
 * Return 1 if the statement continues as the node and the nodes behind it do. `count` tokens
 * match already. `path` is the number of the first pattern through the node.
 */
static int match_node(const struct match *match, unsigned count, const struct match_node *node,
		      unsigned path)
{
	struct rawbpf__pattern *pattern = match->pattern;

	if (node->element.code == RAWBPF__T_END) {
		pattern->form = rawbpf__form_at(match_forms[path]);
		pattern->count = count;
		return match->opcode < 0 || match->opcode == pattern->form->code;
	}
	pattern->elements[count] = node->element;
	return match_any(match, count + 1, &match_nodes[node->child], path);
}

/* Do the same for the node or one that may stand in its place. */
static int match_any(const struct match *match, unsigned count, const struct match_node *node,
		     unsigned path)
{
	unsigned code = match_code(&match->statement->tokens[count]);

	for (; !node->is_last; path += node++->paths)
		if (node->element.code == code && match_node(match, count, node, path))
			return 1;
	return node->element.code == code && match_node(match, count, node, path);
}

RAWBPF__PRIVATE int rawbpf__match(struct rawbpf__pattern *pattern,
				  const struct rawbpf__statement *statement, int opcode)
{
	const struct match match = { pattern, statement, opcode };

	return match_any(&match, 0, match_nodes, 0);
}

/* ------------------------------------------------------------ when nothing matches */

/* Return 1 if `code` comes first. Operators with '=' come before all others. */
static int comes_before(unsigned code, unsigned other)
{
	return (code ^ RAWBPF__T_EQUAL) < (other ^ RAWBPF__T_EQUAL);
}

static void expected_add(struct rawbpf__expected *expected, uint16_t code)
{
	unsigned i = 0, j;

	while (i < expected->count && comes_before(expected->codes[i], code))
		i++;
	if ((i < expected->count && expected->codes[i] == code) ||
	    expected->count == sizeof(expected->codes) / sizeof(expected->codes[0]))
		return;
	for (j = expected->count++; j > i; j--)
		expected->codes[j] = expected->codes[j - 1];
	expected->codes[i] = code;
}

/* Note that `node`, or one that may stand in its place, can follow the first `matching` tokens. */
static void expected_any(struct rawbpf__expected *expected, const struct match_node *node,
			 const struct rawbpf__statement *statement, unsigned matching)
{
	unsigned code = match_code(&statement->tokens[matching]);

	if (matching > expected->matching) {
		expected->matching = matching;
		expected->count = 0;
	}
	for (;; node++) {
		if (node->element.code == code && code != RAWBPF__T_END)
			expected_any(expected, &match_nodes[node->child], statement, matching + 1);
		else if (matching == expected->matching)
			expected_add(expected, node->element.code);
		if (node->is_last)
			return;
	}
}

RAWBPF__PRIVATE void rawbpf__expected_find(struct rawbpf__expected *expected,
					   const struct rawbpf__statement *statement)
{
	expected->matching = expected->count = 0;
	expected_any(expected, match_nodes, statement, 0);
}
