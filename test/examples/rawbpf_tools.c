/* SPDX-License-Identifier: MIT */
/* The tools in the binary: rawbpf show, their names, and rawbpf install-links. */
#include "../command.h"
#include "memlock.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>

static const char *texts; /* the folder of their sources */
static struct ending end;

static char *read_file(const char *path)
{
	static char text[TEXT];
	FILE *file = fopen(path, "r");

	ck_assert_msg(file != NULL, "%s", path);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* Call `check` for each file of examples/tools. Return their number. */
static int each_text(void (*check)(const char *name, const char *source))
{
	DIR *dir = opendir(texts);
	struct dirent *entry;
	char name[64], path[512];
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		if (!strstr(entry->d_name, ".bpf"))
			continue;
		snprintf(name, sizeof name, "%.*s", (int)strcspn(entry->d_name, "."), entry->d_name);
		snprintf(path, sizeof path, "%s/%s", texts, entry->d_name);
		check(name, read_file(path));
		count++;
	}
	closedir(dir);
	return count;
}

static void assert_shown(const char *name, const char *source)
{
	command_run(&end, NULL, ARGS("show", name));
	ck_assert_msg(end.status == 0, "%s", end.err);
	ck_assert_str_eq(end.out, source);
}

/* Each text prints as it is. */
START_TEST(test_sources)
{
	ck_assert_int_ge(each_text(assert_shown), 9);
}
END_TEST

static int texts_below_60;

/* Tools are short: less than 80 lines before their tests, of 100 columns, and one statement a line. */
static void assert_short(const char *name, const char *source)
{
	const char *tests = strstr(source, "\n.test ");
	int lines = command_lines(source) - (tests ? command_lines(tests + 1) : 0);

	texts_below_60 += lines < 60;
	ck_assert_msg(lines < 80, "%s: %d lines", name, lines);
	ck_assert_ptr_null(strchr(source, ';'));
	for (int column = 0; *source; source++) {
		column = *source == '\n' ? 0 : *source == '\t' ? (column | 7) + 1 : column + 1;
		ck_assert_msg(column <= 100, "%s: more than 100 columns", name);
	}
}

START_TEST(test_short)
{
	int count = each_text(assert_short);

	ck_assert_int_gt(2 * texts_below_60, count); /* most are below 60 */
	command_run(&end, NULL, ARGS("show", "std"));
	ck_assert_int_le(command_lines(end.out), 250);
}
END_TEST

static char listed[TEXT];

static void assert_listed(const char *name, const char *source)
{
	char line[256];

	snprintf(line, sizeof line, "%-12s  %.*s\n", name, (int)strcspn(source + 2, "\n"), source + 2);
	ck_assert_msg(strstr(listed, line) != NULL, "%s is not in %s", line, listed);
}

START_TEST(test_list)
{
	command_variable = "COLUMNS=1000";
	command_run(&end, NULL, ARGS("show"));
	ck_assert_int_eq(end.status, 0);
	strcpy(listed, end.out);
	ck_assert_int_eq(each_text(assert_listed), command_lines(listed));
	command_variable = "COLUMNS=80";
	command_run(&end, NULL, ARGS("show"));
	ck_assert_str_eq(end.out, listed); /* no line is broken */
	command_run(&end, NULL, ARGS("show", "no-such"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.err, "no tool is called 'no-such'"));
	command_run(&end, NULL, ARGS("show", "stuck", "more"));
	ck_assert_int_eq(end.status, 2);
}
END_TEST

/* A name behind `run` is a tool, a path a file. */
START_TEST(test_names)
{
	command_run(&end, NULL, ARGS("run", "chrootsnoop", "-h"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.out, "who calls chroot(2), and on what"));
	command_run(&end, NULL, ARGS("run", "./chrootsnoop", "-h"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, "rawbpf run: ./chrootsnoop: No such file or directory\n");
	command_run(&end, NULL, ARGS("run", "no-such"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, "rawbpf run: no-such is no file and no tool: `rawbpf show` lists the tools\n");
	command_run(&end, NULL, ARGS("chrootsnoop", "-x"));
	ck_assert_int_eq(end.status, 2);
	ck_assert_str_eq(end.err, "rawbpf: 'chrootsnoop' is a tool, not a subcommand: rawbpf run chrootsnoop\n");
}
END_TEST

/* ------------------------------------------------------------------------- install-links */

static char folder[64], link_path[128];

static void assert_link(const char *name, const char *source)
{
	char target[512] = "";

	(void)source;
	snprintf(link_path, sizeof link_path, "%s/%s", folder, name);
	if (strcmp(name, "stuck") == 0) { /* the file that was there */
		ck_assert_str_eq(read_file(link_path), "mine");
		return;
	}
	ck_assert_int_gt(readlink(link_path, target, sizeof target - 1), 0);
	ck_assert_str_eq(target, command_path);
	unlink(link_path);
}

START_TEST(test_links)
{
	const char *tool = command_path;
	char stuck[128], said[256];
	int mine, count;

	strcpy(folder, "/tmp/rawbpf_tools-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(stuck, sizeof stuck, "%s/stuck", folder);
	mine = open(stuck, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(mine, "mine", 4), 4);
	close(mine);
	command_run(&end, NULL, ARGS("install-links", folder));
	ck_assert_int_eq(end.status, 1);
	snprintf(said, sizeof said, "rawbpf install-links: %s is another file, which stays; ", stuck);
	ck_assert_ptr_nonnull(strstr(end.err, said));
	ck_assert_int_eq(command_lines(end.err), 1);
	count = command_lines(end.out);
	ck_assert_ptr_nonnull(strstr(end.out, "/opensnoop: a link to /"));
	command_run(&end, NULL, ARGS("install-links", folder));
	ck_assert_ptr_nonnull(strstr(end.out, "/opensnoop: was there already\n"));
	ck_assert_int_eq(command_lines(end.out), count);

	/* called by the name of a tool, it is the tool */
	snprintf(link_path, sizeof link_path, "%s/chrootsnoop", folder);
	command_path = link_path;
	command_run(&end, NULL, ARGS("-h"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.out, "who calls chroot(2), and on what"));
	command_path = tool;
	ck_assert_int_eq(each_text(assert_link), count + 1);
	unlink(stuck);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(test_links_nowhere)
{
	command_run(&end, NULL, ARGS("install-links", "/no/such"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, "rawbpf install-links: /no/such: No such file or directory\n");
	command_run(&end, NULL, ARGS("install-links"));
	ck_assert_int_eq(end.status, 2);
}
END_TEST

/* -------------------------------------------------------------------------- kernel memory */

/* Tools that this machine's kernel can attach. ran_run.c looks at all of them in the guests. */
static const char *const attachable[] = {
	"biolatency", "capable", "chrootsnoop", "execsnoop", "exitsnoop", "mountsnoop", "opensnoop",
	"profile", "sigsnoop", "tcpconnect",
};

START_TEST(test_memory)
{
	struct process process;
	size_t length = 0;
	long memory;

	live_mount_tracefs();
	process = command_start(NULL, ARGS("run", attachable[_i]));
	end.err[0] = '\0';
	while (!strstr(end.err, "attached") && command_read(process.err, end.err, &length, 256))
		;
	ck_assert_msg(strstr(end.err, "attached") != NULL, "%s", end.err);
	memory = memlock_of(process.pid);
	kill(process.pid, SIGTERM);
	command_finish(&process, &end);
	ck_assert_msg(memory > 4096 && memory <= MEMLOCK_MOST, "%s: %ld bytes", attachable[_i], memory);
}
END_TEST

/* -------------------------------------------------------------------------- questions */

static char questions[1024]; /* the folder of the texts of rawbpf_questions(7) */

static void question_path(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s.bpf", questions, name);
}

/* Texts of questions, and whether they need kprobes. */
static const struct {
	const char *name;
	bool needs_kprobes;
} asked[] = {
	{ "busy", false }, { "dns", false }, { "failing", false }, { "udp", false },
	{ "uevents", true }, { "waiting", false },
};

START_TEST(test_question_loads)
{
	char path[PATH_MAX];

	live_mount_tracefs();
	question_path(path, asked[_i].name);
	command_run(&end, NULL, ARGS("run", path, "--check"));
	if (asked[_i].needs_kprobes && strstr(end.err, "this kernel has no kprobes"))
		return;
	ck_assert_msg(end.status == 0, "%s", end.err);
}
END_TEST

/* The text names this process, an open file and the current folder. */
START_TEST(test_busy)
{
	char path[PATH_MAX], want[2][128];
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (access("/sys/kernel/btf/vmlinux", F_OK) < 0)
		SKIP("this kernel has no BTF");
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(chdir("/tmp"), 0);
	question_path(path, "busy");
	snprintf(want[0], sizeof want[0], "\"pid\":%d,\"fd\":%d,", getpid(), fd);
	snprintf(want[1], sizeof want[1], "\"pid\":%d,\"fd\":-1,", getpid());
	command_run(&end, NULL, ARGS("run", path, "-j"));
	ck_assert_msg(end.status == 0, "%s", end.err);
	for (int i = 0; i < 2; i++) {
		char *line = strstr(end.out, want[i]);

		ck_assert_msg(line != NULL, "%s", want[i]);
		*strchr(line, '\n') = '\0';
		ck_assert_msg(strstr(line, i ? "\"path\":\"/tmp\"" : "\"path\":\"/\""), "%s", line);
		line[strlen(line)] = '\n';
	}
	close(fd);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_sources);
	tcase_add_test(tests, test_short);
	tcase_add_test(tests, test_list);
	tcase_add_test(tests, test_names);
	tcase_add_test(tests, test_links);
	tcase_add_test(tests, test_links_nowhere);
	tcase_add_loop_test(tests, test_memory, 0, RAWBPF_COUNT(attachable));
	tcase_add_loop_test(tests, test_question_loads, 0, RAWBPF_COUNT(asked));
	tcase_add_test(tests, test_busy);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return EXIT_FAILURE;
	command_path = realpath(argv[1], NULL); /* it also runs elsewhere */
	texts = argv[2];
	snprintf(questions, sizeof questions, "%s/../questions", texts);
	return unit_run("rawbpf_tools", add_tests);
}
