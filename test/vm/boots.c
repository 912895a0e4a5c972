/* SPDX-License-Identifier: MIT */
#include "boots.h"
#include "modules.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 2
#define TIME_LIMIT "1800"	/* seconds for a boot; riscv64 needed 1500 beside much other work */
#define SKIPPED 77
#define WORD(NAME) WORD_OF(NAME)
#define WORD_OF(NAME) #NAME " "

/* The table */

static bool chosen(const char *name, const char *need, char *const *names, int name_count)
{
	if (!name_count)
		return !strcmp(need, "required");
	for (int i = 0; i < name_count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* Read the table. Returns how many kernels were chosen, or -1. */
static int read_table(const char *scripts, char *const *names, int name_count, struct boot *boots,
		      int max)
{
	char path[PATH_MAX], line[512], need[16];
	int count = 0;
	FILE *table;

	snprintf(path, sizeof(path), "%s/kernels", scripts);
	table = fopen(path, "r");
	if (!table) {
		perror(path);
		return -1;
	}
	while (count < max && fgets(line, sizeof(line), table)) {
		struct boot *boot = &boots[count];

		*boot = (struct boot){ .promised_count = -1 };
		if (sscanf(line, "%31[^# \n] %15s", boot->name, need) == 2 &&
		    sscanf(boot->name, "%15[^-]", boot->arch) == 1 &&
		    chosen(boot->name, need, names, name_count))
			count++;
	}
	fclose(table);
	if (!count || (name_count && count != name_count)) {
		fprintf(stderr, "%s: %d kernels found, %d asked for\n", path, count, name_count);
		return -1;
	}
	return count;
}

/* The boots */

static void skip(struct boot *boot, const char *reason)
{
	boot->skipped = true;
	printf("skip: vm %s: %s\n", boot->name, reason);
}

static const char *modules_of(const struct boot *boot)
{
	return strcmp(boot->name, GUEST_WITHOUT_PERCPU_MODULE) ?
	       GUEST_MODULES(WORD) WORD(GUEST_PERCPU_MODULE) : GUEST_MODULES(WORD);
}

static void start(struct boot *boot, const char *scripts, const char *guests)
{
	char script[PATH_MAX], guest[PATH_MAX];

	snprintf(script, sizeof(script), "%s/boot.sh", scripts);
	snprintf(guest, sizeof(guest), "%s/%s", guests, boot->arch);
	boot->output = tmpfile();
	clock_gettime(CLOCK_MONOTONIC, &boot->start);
	boot->child = boot->output ? fork() : -1;
	if (boot->child < 0) {
		perror("boots");
		exit(1);
	}
	if (boot->child)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(fileno(boot->output), STDOUT_FILENO);
	dup2(fileno(boot->output), STDERR_FILENO);
	execl(script, script, "-s", "2", "-t", TIME_LIMIT, "-k", modules_of(boot), boot->name, guest, "--",
	      "/bin/guest", NULL);
	perror(script);
	_exit(1);
}

static char *read_all(FILE *file)
{
	long size = (fseek(file, 0, SEEK_END), ftell(file));
	char *text = calloc(1, size + 1);

	rewind(file);
	for (size_t i = 0, length = fread(text, 1, size, file); i < length; i++)
		if (!text[i])
			text[i] = '?';
	return text;
}

static struct fact *find(const struct boot *boot, const char *name)
{
	for (int i = 0; i < boot->fact_count; i++)
		if (!strcmp(boot->facts[i].name, name))
			return &boot->facts[i];
	return NULL;
}

static void add_fact(struct boot *boot, char *words)
{
	char *name = strsep(&words, " ");
	char *value = words ? words : "";

	if (!strcmp(name, "done")) {
		boot->promised_count = atoi(value);
	} else if (find(boot, name)) {
		printf("repeated: vm %s: fact %s %s\n", boot->name, name, value);
		boot->repeated_count++;
	} else {
		boot->facts = realloc(boot->facts, (boot->fact_count + 1) * sizeof(*boot->facts));
		boot->facts[boot->fact_count++] = (struct fact){ name, value, false };
	}
}

static void forget_first_boot(struct boot *boot, const char *why)
{
	printf("warning: %s\n", why);
	boot->fact_count = 0;
	boot->repeated_count = 0;
}

static const char *last_line(const char *text)
{
	const char *last = "";

	while (*text) {
		last = text;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return last;
}

static void collect(struct boot *boot)
{
	char age[16] = "";
	char *rest, *line;

	boot->log = read_all(boot->output);
	fclose(boot->output);
	boot->words = rest = strdup(boot->log);
	while ((line = strsep(&rest, "\n"))) {
		if (strstr(line, ": once more"))
			forget_first_boot(boot, line);
		else if (!strncmp(line, "fact ", 5))
			add_fact(boot, line + 5);
		else if (!*boot->package)
			sscanf(line, "boot: %*s %95s %63s %15s", boot->package, boot->version, age);
	}
	boot->newer = !strcmp(age, "newer");
}

static void report(struct boot *boot)
{
	struct timespec now;

	/*
	 * The guest's status may be 77, too. If the kernel is not available, its package is
	 * unknown.
	 */
	if (boot->status == SKIPPED && !*boot->package) {
		char reason[256];

		sscanf(last_line(boot->log), "%255[^\n]", strcpy(reason, "no reason"));
		skip(boot, reason);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("vm %s: %s %s: %d facts, status %d, %.1f s\n", boot->name, boot->package,
	       boot->version, boot->fact_count, boot->status,
	       now.tv_sec - boot->start.tv_sec + (now.tv_nsec - boot->start.tv_nsec) / 1e9);
	if (boot->newer)
		printf("warning: vm %s: newer than the pinned kernel\n", boot->name);
}

static void finish_one(struct boot *boots, int count)
{
	int status;
	pid_t child = wait(&status);

	for (int i = 0; i < count; i++) {
		if (boots[i].child != child)
			continue;
		boots[i].status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		collect(&boots[i]);
		report(&boots[i]);
		fflush(stdout);
	}
}

static bool has_guest(const struct boot *boot, const char *guests)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/bin/guest", guests, boot->arch);
	return !access(path, X_OK);
}

int boots_run(const char *scripts, const char *guests, char *const *names, int name_count,
	      struct boot *boots, int max)
{
	int count = read_table(scripts, names, name_count, boots, max);
	int running = 0;

	for (int i = 0; i < count; i++) {
		if (!has_guest(&boots[i], guests)) {
			skip(&boots[i], "no guest was built for its architecture");
			continue;
		}
		if (running == AT_ONCE) {
			finish_one(boots, count);
			running--;
		}
		start(&boots[i], scripts, guests);
		running++;
	}
	for (; running; running--)
		finish_one(boots, count);
	return count;
}

int boots_ran(const struct boot *boots, int count)
{
	int ran = 0;

	for (int i = 0; i < count; i++)
		ran += !boots[i].skipped;
	return ran;
}

void boots_warn_unasked(const struct boot *boots, int count)
{
	for (int i = 0; i < count; i++)
		for (int j = 0; j < boots[i].fact_count; j++)
			if (!boots[i].facts[j].asked)
				printf("warning: vm %s: no test asked for fact %s %s\n",
				       boots[i].name, boots[i].facts[j].name,
				       boots[i].facts[j].value);
}

void boots_print_facts(const struct boot *boots, int count)
{
	for (int i = 0; i < count; i++)
		for (int j = 0; j < boots[i].fact_count; j++)
			printf("tried %s %s %s\n", boots[i].name, boots[i].facts[j].name,
			       boots[i].facts[j].value);
}

void boots_free(struct boot *boots, int count)
{
	for (int i = 0; i < count; i++) {
		free(boots[i].facts);
		free(boots[i].words);
		free(boots[i].log);
	}
}

/* The facts */

__attribute__((format(printf, 2, 3)))
static const char *fault(const struct boot *boot, const char *format, ...)
{
	static char text[1024];
	int length = snprintf(text, sizeof(text), "vm %s (%s %s): ", boot->name, boot->package,
			      boot->version);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, sizeof(text) - length, format, arguments);
	va_end(arguments);
	return text;
}

/* On a kernel newer than the pinned one, an unexpected fact is news, not a mistake. */
static const char *unexpected(const struct boot *boot, const struct fact *fact,
			      const char *expected)
{
	const char *text = fault(boot, "fact %s is %s, expected %s", fact->name, fact->value,
				 expected);

	if (!boot->newer)
		return text;
	printf("warning: %s\n", text);
	return NULL;
}

static bool number(const char *text, long long *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 0);
	return *text && !*end && !errno;
}

static struct fact *ask(struct boot *boot, const char *name)
{
	struct fact *fact = find(boot, name);

	if (fact)
		fact->asked = true;
	return fact;
}

const char *boot_fault(const struct boot *boot)
{
	if (boot->status)
		return fault(boot, "boot.sh returned %d", boot->status);
	if (boot->promised_count < 0)
		return fault(boot, "the guest did not come to `fact done`");
	if (boot->repeated_count)
		return fault(boot, "facts told twice: %d", boot->repeated_count);
	if (boot->promised_count != boot->fact_count)
		return fault(boot, "the guest told %d facts, %d arrived", boot->promised_count,
			     boot->fact_count);
	return NULL;
}

const char *fact_str_fault(struct boot *boot, const char *name, const char *expected)
{
	struct fact *fact = ask(boot, name);

	if (!fact)
		return fault(boot, "no fact %s", name);
	return strcmp(fact->value, expected) ? unexpected(boot, fact, expected) : NULL;
}

const char *fact_int_fault(struct boot *boot, const char *name, long long expected)
{
	struct fact *fact = ask(boot, name);
	long long value;
	char text[32];

	if (!fact)
		return fault(boot, "no fact %s", name);
	snprintf(text, sizeof(text), "%lld", expected);
	if (number(fact->value, &value) && value == expected)
		return NULL;
	return unexpected(boot, fact, text);
}

const char *fact_str(struct boot *boot, const char *name)
{
	struct fact *fact = ask(boot, name);

	if (!fact)
		ck_abort_msg("%s", fault(boot, "no fact %s", name));
	return fact->value;
}

long long fact_int(struct boot *boot, const char *name)
{
	const char *text = fact_str(boot, name);
	long long value;

	if (!number(text, &value))
		ck_abort_msg("%s", fault(boot, "fact %s is %s, not a number", name, text));
	return value;
}
