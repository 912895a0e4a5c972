/* SPDX-License-Identifier: MIT */
/* rawbpf test: run the tests of a text, and print TAP. */
#include "test.h"
#include "texts.h"

#include <errno.h>
#include <getopt.h>
#include <rawbpf/escape.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* All tests of a text. */
struct tests {
	struct collection *collection;
	struct rawbpf_vm_collection_spec load;
	struct rawbpf_symbols symbols;
	struct rawbpf_collection_env env;
	int in_kernel;       /* -k */
	int with_coverage;   /* --coverage */
	const char *lcov;    /* --lcov */
	struct coverage coverage;
	struct kernel kernel;
	unsigned failed, number;
};

enum { MEMORY_MOST = 1 << 30 };

/* ---------------------------------------------------------------------------------- TAP */

/* Print a name so that no byte of it is TAP's or a terminal's. */
static void print_name(const char *name)
{
	char shown[1024];

	rawbpf_terminal_escape(shown, sizeof shown, name, strlen(name));
	for (const char *at = shown; *at; at++)
		printf(*at == '#' ? "\\#" : "%c", *at);
}

static void print_point(struct tests *tests, const char *name, const char *where, int passed)
{
	tests->number++;
	tests->failed += !passed;
	printf("%s %u - ", passed ? "ok" : "not ok", tests->number);
	print_name(name);
	fputs(where, stdout);
}

/* Print a string as a scalar of YAML. */
static void print_scalar(const char *key, const char *text, size_t length)
{
	printf("  %s: '", key);
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\'')
			fputs("''", stdout);
		else
			putchar((unsigned char)text[i] < ' ' || (unsigned char)text[i] > 126 ? ' ' : text[i]);
	fputs("'\n", stdout);
}

/* Print a reason of one line, or of several: the verifier's. */
static void print_message(const char *reason)
{
	size_t length = strcspn(reason, "\n");

	if (!reason[length] || !reason[length + 1]) {
		print_scalar("message", reason, length);
		return;
	}
	puts("  message: |");
	for (; *reason; reason += length + (reason[length] == '\n')) {
		length = strcspn(reason, "\n");
		printf("    %.*s\n", (int)length, reason);
	}
}

/* Say what failed, where, and what stands there. */
static void print_reason(const struct tests *tests, const char *reason, unsigned line)
{
	const struct file *file = &tests->collection->file;
	const char *text = file->data;

	puts("  ---");
	print_message(reason);
	print_scalar("file", file->name, strlen(file->name));
	if (line) {
		printf("  line: %u\n", line);
		for (unsigned i = 1; i < line && text; i++) {
			text = strchr(text, '\n');
			text = text ? text + 1 : NULL;
		}
		text = text ? text + strspn(text, " \t") : "";
		print_scalar("text", text, strcspn(text, "\n"));
	}
	puts("  ...");
}

/* ---------------------------------------------------------------------------- running */

static int begin(struct rawbpf_vm_test *test, void *context)
{
	struct tests *tests = context;

	if (!kernel_refusal(test))
		kernel_open(&tests->kernel, test);
	return 0;
}

/* Run a test in the machine, with as much memory as its maps need. */
static int run_machine(struct tests *tests, struct rawbpf_vm_test *test, unsigned index)
{
	struct rawbpf_vm_test_spec spec = { .test = index, .budget = 10000000,
					    .coverage = tests->coverage.progs,
					    .begin = tests->in_kernel ? begin : NULL,
					    .begin_context = tests };
	int result;

	if (!tests->load.memory_size)
		tests->load.memory_size = 1 << 18;
	do {
		if (!tests->load.memory)
			tests->load.memory = malloc(tests->load.memory_size);
		if (!tests->load.memory)
			return -ENOMEM;
		spec.load = tests->load;
		result = rawbpf_vm_test_run(test, &spec);
		if (result == -ENOSPC) {
			free(tests->load.memory);
			tests->load.memory = NULL;
			tests->load.memory_size *= 2;
		}
	} while (result == -ENOSPC && tests->load.memory_size <= MEMORY_MOST);
	return result;
}

static void run_kernel(struct tests *tests, struct rawbpf_vm_test *test, const char *name,
		       int passed_here)
{
	const char *refusal = passed_here ? kernel_refusal(test) : "it failed here";
	const char *where = ", in the kernel";

	if (refusal) {
		print_point(tests, name, where, 1);
		printf(" # SKIP %s\n", refusal);
	} else {
		int status = tests->kernel.reason[0] ? FAILED : kernel_run(&tests->kernel, test);
		unsigned own = status == KERNEL_DIFFERS ? kernel_own(test) : 0;

		print_point(tests, name, where, status == OK || status == KERNEL_SKIPS || own);
		if (own)
			printf(" # SKIP it calls %s, and the kernel has its own",
			       rawbpf_constant_name(RAWBPF_HELPER, own));
		puts(status == KERNEL_SKIPS ? " # SKIP the kernel's test run does not take this context" : "");
		if (status != OK && status != KERNEL_SKIPS && !own)
			print_reason(tests, tests->kernel.reason,
				     tests->collection->tables.tests[test->spec.test].line);
	}
	kernel_close(&tests->kernel);
}

static int run_test(struct tests *tests, unsigned index)
{
	static struct rawbpf_vm_test test;
	const struct rawbpf_table_test *table = &tests->collection->tables.tests[index];
	const char *name = collection_string(tests->collection, table->name);
	int result = run_machine(tests, &test, index);

	if (result < 0)
		return tool_fail(tests->collection->subcommand, "test '%s': %s", collection_shown(name),
				 result == -ENOSPC ? "its maps need more than 1 GB" : strerror(-result));
	if (tests->coverage.progs)
		coverage_take(&tests->coverage, &test);
	print_point(tests, name, "", result == RAWBPF_VM_PASSED);
	putchar('\n');
	if (result != RAWBPF_VM_PASSED)
		print_reason(tests, test.reason, test.line);
	if (tests->in_kernel)
		run_kernel(tests, &test, name, result == RAWBPF_VM_PASSED);
	return OK;
}

/* Stay on this CPU: a value of each CPU is then one value, as in the machine. */
static void stay(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

static int run_all(struct tests *tests)
{
	struct collection *collection = tests->collection;
	unsigned count = collection->tables.test_count;
	int status = OK;

	tests->load.collection = &collection->tables;
	tests->symbols.offsets = collection->run.offsets ? &collection->offsets : NULL;
	tests->env.symbols = &tests->symbols;
	tests->load.env = &tests->env;
	if ((tests->with_coverage || tests->lcov) && coverage_open(&tests->coverage, collection) != OK)
		return FAILED;
	tests->kernel.file = collection->file.name;
	tests->kernel.source = collection->file.data;
	if (tests->in_kernel)
		stay();
	printf("TAP version 13\n1..%u\n", tests->in_kernel ? 2 * count : count);
	if (!count)
		printf("# %s has no .test block\n", collection_shown(collection->file.name));
	for (unsigned i = 0; i < count && status == OK; i++)
		status = run_test(tests, i);
	if (tests->with_coverage)
		coverage_print(&tests->coverage, collection);
	if (tests->lcov && coverage_write(&tests->coverage, collection, tests->lcov) != OK)
		status = FAILED;
	if (tool_finish(collection->subcommand) != OK)
		return FAILED;
	return status == OK && tests->failed ? FAILED : status;
}

/* ----------------------------------------------------------------------------- options */

enum { TEST_COVERAGE = 512, TEST_LCOV, TEST_OFFSETS };

static int test_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "coverage", no_argument, NULL, TEST_COVERAGE },
		{ "lcov", required_argument, NULL, TEST_LCOV },
		{ "offsets", required_argument, NULL, TEST_OFFSETS },
		{ NULL, 0, NULL, 0 } };
	static struct collection collection;
	struct tests tests = { .collection = &collection };
	int letter;

	collection.subcommand = &test_subcommand;
	while ((letter = getopt_long(argc, argv, "kh", options, NULL)) != -1)
		switch (letter) {
		case 'k':
			tests.in_kernel = 1;
			break;
		case TEST_COVERAGE:
			tests.with_coverage = 1;
			break;
		case TEST_LCOV:
			tests.lcov = optarg;
			break;
		case TEST_OFFSETS:
			collection.run.offsets = optarg;
			break;
		default:
			return tool_option(&test_subcommand, letter, NULL);
		}
	if (argc - optind != 1)
		return tool_usage_error(&test_subcommand);
	if (text_read(&test_subcommand, argv[optind], &collection.file) != OK)
		return FAILED;
	if (!rawbpf_collection_has(collection.file.data, collection.file.size))
		return tool_fail(&test_subcommand, "%s has no .prog, and so no .test; rawbpf_text(5) has the "
				 "language", collection_shown(argv[optind]));
	if (collection_read_offsets(&collection) != OK || collection_parse(&collection) != OK)
		return FAILED;
	return run_all(&tests);
}

const struct subcommand test_subcommand = {
	.name = "test",
	.usage = "[-k] [--coverage] [--lcov FILE] [--offsets FILE] FILE",
	.help = "Run the .test blocks of FILE, or of a tool, without privilege, and print TAP: a\n"
		"line for each test, and what it got and expected if it failed. The exit code is\n"
		"0 if all tests passed. rawbpf_text(5) has the language.\n"
		"\n"
		"  -k              run each test in the kernel, too, and compare r0, packet and\n"
		"                  maps. This needs root. The kernel skips a test that sets what\n"
		"                  it cannot, such as a clock, and a program that runs only at\n"
		"                  events\n"
		"  --coverage      print the text, how often each line ran, and which sides of\n"
		"                  its jumps\n"
		"  --lcov FILE     write this for lcov and genhtml\n"
		"  --offsets FILE  for names of the kernel's BTF: what `rawbpf btf offsets` wrote\n"
		"  -h, --help      print this help\n",
	.main = test_main,
};
