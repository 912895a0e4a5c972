/* SPDX-License-Identifier: MIT */
/*
 * Compare the pages with taught[]. Each claim stands in its file. Each sentence about a rejection
 * belongs to a claim. argv[1]: the top of the sources.
 */
#include <glob.h>
#include <string.h>

#include "../unit.h"
#include "taught.h"

/* Words of sentences about the verifier, on any page. */
static const char *const verifier[] = {
	"verifier rejects", "verifier refuses", "verifier accepts", "verifier insists", "verifier must",
	"verifier then", "verifier allows", "verifier wants", "verifier would", "verifier keeps",
};

/* The same words without "verifier", on pages about programs. */
static const char *const refused[] = {
	"also rejects", "is rejected", "are rejected", "is refused", "are refused", "refused in programs",
	"rejected in programs", "It rejects", "kernel rejects them", "must be written", "must be tested",
	"No kernel takes", "no kernel up to",
};
static const char *const program_pages[] = {
	"README.md", "man/rawbpf.7", "man/rawbpf_build.3", "man/rawbpf_form.3", "man/rawbpf_insn.7",
	"man/rawbpf_kprobe.3", "man/rawbpf_prog.3", "man/rawbpf_prog_types.7", "man/rawbpf_rejection.3",
	"man/rawbpf_text.3", "include/rawbpf.h", "include/rawbpf/build.h", "include/rawbpf/insn.h",
	"include/rawbpf/kprobe.h", "include/rawbpf/prog.h", "include/rawbpf/text.h", "examples/learn/",
};

/* Sentences with such words about a tool, or about another part of the kernel. */
static const char *const others[] = {
	"if it is refused", "If the verifier rejects the program", "If the verifier refuses the program",
	"kernel is too old for is refused", "if the verifier refuses a helper that no program may call",
	"a kprobe at the very start is refused", "exceptions and the like, are refused",
	/* live_unset shows it */
	"A verifier rejects a program that reads a register to which nothing has given a value",
	"A program that reads a register without a value fails, as a verifier rejects it",
	/* of records of CO-RE: core_relo shows it */
	"it replaces the instruction by one that the verifier rejects, unless no path reaches it",
};

static const char *top;

/*
 * Read a file's text with one blank between words, without comment signs, mdoc macros, and the
 * quotes around lines of C's strings.
 */
static char *words_of(const char *name)
{
	static char text[1 << 20], words[1 << 20];
	FILE *file = fopen(name, "re");
	size_t length = 0, at = 0;
	int line_begins = 1;

	ck_assert_msg(file != NULL, "%s: %m", name);
	text[fread(text, 1, sizeof text - 1, file)] = 0;
	fclose(file);
	while (text[at]) {
		if (line_begins) {
			at += strspn(text + at, " \t");
			if (text[at] == '*' || (text[at] == '/' && text[at + 1] == '*'))
				at += strspn(text + at, "/*");
			else if (text[at] == '.' && text[at + 1] >= 'A' && text[at + 1] <= 'Z')
				at += strcspn(text + at, " \n");
			at += text[at] == '"';
		}
		if (strncmp(text + at, "\\n\"", 3) == 0) /* a line of a string of C ends */
			at += 3;
		line_begins = text[at] == '\n';
		if (strchr(" \t\n", text[at])) {
			if (length && words[length - 1] != ' ')
				words[length++] = ' ';
		} else {
			words[length++] = text[at];
		}
		at += text[at] != 0;
	}
	words[length] = 0;
	return words;
}

/* Split a claim into its file, "man/rawbpf_insn.7", and its words. */
static const char *split(const char *claim, char file[64])
{
	const char *colon = strstr(claim, ": ");

	ck_assert_ptr_nonnull(colon);
	snprintf(file, 64, "%.*s", (int)(colon - claim), claim);
	return colon + 2;
}

START_TEST(test_claims)
{
	for (unsigned n = 0; n < TAUGHT_CLAIMS && taught[_i].claims[n]; n++) {
		char file[64], path[4096];
		const char *words = split(taught[_i].claims[n], file);

		snprintf(path, sizeof path, "%s/%s", top, file);
		ck_assert_msg(strstr(words_of(path), words) != NULL, "%s does not say: %s", file, words);
	}
}
END_TEST

/* Does a claim, or the list of others, contain the words at `at`? */
static int is_known(const char *text, const char *at, const char *file)
{
	for (unsigned i = 0; i < taught_count; i++)
		for (unsigned n = 0; n < TAUGHT_CLAIMS && taught[i].claims[n]; n++) {
			char of[64];
			const char *words = split(taught[i].claims[n], of), *found = strstr(text, words);

			if (!strcmp(of, file) && found && at >= found && at < found + strlen(words))
				return 1;
		}
	for (unsigned i = 0; i < RAWBPF_COUNT(others); i++)
		for (const char *found = text; (found = strstr(found, others[i])); found++)
			if (at >= found && at < found + strlen(others[i]))
				return 1;
	return 0;
}

static void check_words(const char *text, const char *file, const char *const *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		for (const char *at = text; (at = strstr(at, words[i])); at++)
			ck_assert_msg(is_known(text, at, file),
				      "%s: neither taught[] nor others[] has this sentence: ... %.60s",
				      file, at);
}

static void check_page(const char *path)
{
	const char *text = words_of(path), *file = path + strlen(top) + 1;

	check_words(text, file, verifier, RAWBPF_COUNT(verifier));
	for (unsigned i = 0; i < RAWBPF_COUNT(program_pages); i++)
		if (strncmp(file, program_pages[i], strlen(program_pages[i])) == 0)
			check_words(text, file, refused, RAWBPF_COUNT(refused));
}

START_TEST(test_pages)
{
	static const char *const patterns[] = {
		"README.md", "man/*.[1-8]", "include/rawbpf.h", "include/rawbpf/*.h", "examples/learn/*.c",
	};
	unsigned pages = 0;

	for (unsigned i = 0; i < RAWBPF_COUNT(patterns); i++) {
		char pattern[4096];
		glob_t found;

		snprintf(pattern, sizeof pattern, "%s/%s", top, patterns[i]);
		ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
		for (size_t n = 0; n < found.gl_pathc; n++, pages++)
			check_page(found.gl_pathv[n]);
		globfree(&found);
	}
	ck_assert_uint_gt(pages, 80);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_claims, 0, (int)taught_count);
	tcase_add_test(tests, test_pages);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	top = argv[1];
	return unit_run("taught_pages", add_tests);
}
