/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

/*
 * The words of presentations. In a form, S is a name that must come, s one that may come, and E an
 * expression.
 */
static const struct present_word {
	char word[9];
	char form[3];
	uint8_t present;
} present_words[] = {
	{ "string", "", RAWBPF_PRESENT_STRING },
	{ "words", "", RAWBPF_PRESENT_WORDS },
	{ "text", "", RAWBPF_PRESENT_TEXT },
	{ "bytes", "", RAWBPF_PRESENT_BYTES },
	{ "errno", "", RAWBPF_PRESENT_ERRNO },
	{ "signal", "", RAWBPF_PRESENT_SIGNAL },
	{ "hex", "", RAWBPF_PRESENT_HEX },
	{ "flags", "S", RAWBPF_PRESENT_FLAGS },
	{ "enum", "S", RAWBPF_PRESENT_ENUM },
	{ "pid", "", RAWBPF_PRESENT_PID },
	{ "dirfd", "", RAWBPF_PRESENT_DIRFD },
	{ "clock", "", RAWBPF_PRESENT_CLOCK },
	{ "duration", "", RAWBPF_PRESENT_DURATION },
	{ "age", "", RAWBPF_PRESENT_AGE },
	{ "address", "ss", RAWBPF_PRESENT_ADDRESS },
	{ "port", "", RAWBPF_PRESENT_PORT },
	{ "dev", "", RAWBPF_PRESENT_DEV },
	{ "kstack", "", RAWBPF_PRESENT_KSTACK },
	{ "user", "", RAWBPF_PRESENT_USER_STRING },
	{ "log2", "S", RAWBPF_PRESENT_LOG2 },
	{ "linear", "E", RAWBPF_PRESENT_LINEAR },
	{ "hidden", "", RAWBPF_PRESENT_HIDDEN },
};

static const struct present_word *present_find(const struct rawbpf__token *token)
{
	unsigned i;

	for (i = 0; i < sizeof(present_words) / sizeof(present_words[0]); i++)
		if (rawbpf__token_is(token, present_words[i].word))
			return &present_words[i];
	return NULL;
}

/* Take the argument that a form's letter stands for. */
static int present_argument(struct rawbpf__collector *c, char letter, uint16_t *argument)
{
	unsigned name;

	if (letter == 'E') {
		*argument = rawbpf__take_expr(c);
		return *argument != 0;
	}
	if (letter == 's' && !rawbpf__token_is_name(&c->token))
		return 1;
	name = rawbpf__take_name(c, "a name");
	*argument = name ? rawbpf__name_string(c, name) : 0;
	return name != 0;
}

RAWBPF__PRIVATE int rawbpf__take_present(struct rawbpf__collector *c, uint16_t *present,
					 uint16_t args[2])
{
	const struct present_word *word = present_find(&c->token);
	unsigned i;

	if (!word)
		return 1;
	rawbpf__take(c);
	*present = word->present;
	if (word->present == RAWBPF_PRESENT_PORT && rawbpf__take_word(c, "be"))
		*present = RAWBPF_PRESENT_PORT_BE;
	if (word->present == RAWBPF_PRESENT_USER_STRING && !rawbpf__take_word(c, "string")) {
		rawbpf__take_wrong(c, "user string");
		return 0;
	}
	for (i = 0; word->form[i]; i++)
		if (!present_argument(c, word->form[i], &args[i]))
			return 0;
	return 1;
}

RAWBPF__PRIVATE struct rawbpf__guess rawbpf__present_guess(const struct rawbpf__token *token)
{
	struct rawbpf__guess guess = { .name = token->start, .length = token->length };
	unsigned i;

	for (i = 0; i < sizeof(present_words) / sizeof(present_words[0]); i++)
		rawbpf__guess_offer(&guess, present_words[i].word,
				    rawbpf__length(present_words[i].word));
	return guess;
}
