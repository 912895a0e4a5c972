/* SPDX-License-Identifier: MIT */
/* This kernel's errors, and the output of `rawbpf doctor`. */
#include "../diagnose/answer.h"
#include "../diagnose/capability.h"
#include "../form/asked.h"
#include "../log/taught.h"
#include "guest.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* Print "found", or the log that does not have the hint. */
static void tell_rejected(unsigned n)
{
	static struct rejected_load load;
	const struct rejected *of = &rejected[n];
	const struct rawbpf_rejection *r = &load.rejection;
	const char *expected = rejected_hint(of->hint);
	char name[64], text[512] = "found";
	int prog = rejected_load(&load, of);

	if (prog >= 0)
		snprintf(text, sizeof text, "not refused");
	else if (rawbpf_rejection_parse(&load.rejection) < 0)
		snprintf(text, sizeof text, "%d without a complaint", prog);
	else if (!r->hint || strcmp(r->hint, expected) != 0)
		snprintf(text, sizeof text, "%.*s", (int)r->complaint.length, r->complaint.text);
	else if (of->line != ANY_LINE && (r->index < 0 ? 0 : (int)load.lines[r->index]) != of->line)
		snprintf(text, sizeof text, "at instruction %d", r->index);
	else if (of->reg != ANY_REG && r->reg != of->reg)
		snprintf(text, sizeof text, "about r%d", r->reg);
	snprintf(name, sizeof name, "hint.%u.%s", n, of->hint);
	fact_text(name, text);
}

/* Print the explanation of a hint's first program, with '|' in place of newlines. */
static void tell_explained(const char *hint)
{
	static struct rejected_load load;
	static char text[4096];
	unsigned n = 0;
	char name[64];

	while (strcmp(rejected[n].hint, hint) != 0)
		n++;
	rejected_load(&load, &rejected[n]);
	load.rejection.source = rejected[n].text;
	rawbpf_rejection_explain(text, sizeof text, &load.rejection);
	for (char *at = text; *at; at++)
		if (*at == '\n')
			*at = '|';
	snprintf(name, sizeof name, "explained.%s", hint);
	fact_text(name, text);
}

void guest_rejected(void)
{
	for (unsigned n = 0; n < rejected_count; n++)
		tell_rejected(n);
	tell_explained("index_negative");
	tell_explained("maybe_null");
	tell_explained("reference");
}

/* Load the programs that show the pages' claims about the verifier. */
void guest_taught(void)
{
	static struct rejected_load load;

	for (unsigned n = 0; n < taught_count; n++)
		for (unsigned p = 0; p < TAUGHT_PROGRAMS && taught[n].programs[p].text; p++) {
			char name[64];

			snprintf(name, sizeof name, "taught.%u.%u", n, p);
			fact_text(name, rejected_verdict(&load, &taught[n].programs[p]));
		}
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		printf("cannot set %s\n", path);
	close(fd);
}

/*
 * Print a fact for each operation, with the answer for each set, like
 * test/diagnose/capabilities.tsv.
 */
void guest_capabilities(void)
{
	const char *operation;
	int cgroup;

	set("/proc/sys/kernel/unprivileged_bpf_disabled", "2");
	set("/proc/sys/kernel/perf_event_paranoid", "2");
	mkdir("/sys/fs/cgroup/capabilities", 0755);
	cgroup = open("/sys/fs/cgroup/capabilities", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fact(capability_begin(cgroup), "capabilities");
	for (unsigned n = 0; (operation = capability_operation(n)); n++) {
		char name[64] = "capability.", answers[128] = "";

		for (int i = 0; i < CAPABILITY_SETS; i++) {
			strcat(answers, i ? " " : "");
			strcat(answers, capability_try(operation, i));
		}
		strcat(name, operation);
		for (char *at = name; *at; at++)
			if (*at == ' ')
				*at = '_';
		fact_text(name, answers);
	}
	close(cgroup);
	rmdir("/sys/fs/cgroup/capabilities");
}

/* Print the doctor's output and exit status. */
static void tell_doctor(const char *name, int as_nobody)
{
	static char text[16384];
	char *arguments[] = { "rawbpf", "doctor", "-j", NULL };
	size_t length = 0;
	ssize_t got;
	int out[2], status = -1;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		if (as_nobody && (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
				  setresuid(65534, 65534, 65534)))
			_exit(98);
		execv("/bin/rawbpf", arguments);
		_exit(99);
	}
	close(out[1]);
	while (length < sizeof text - 1 &&
	       (got = read(out[0], text + length, sizeof text - 1 - length)) > 0)
		length += got;
	close(out[0]);
	waitpid(pid, &status, 0);
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	fact_text(name, text[0] ? text : "(empty)");
	fact(WIFEXITED(status) ? WEXITSTATUS(status) : -1, "%s.exit", name);
}

void guest_doctor(void)
{
	/* securityfs has the list of enabled security modules. */
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	tell_doctor("doctor", 0);
	umount("/sys/kernel/security");
	tell_doctor("doctor.nobody", 1);
}

/* Print bpf(2)'s answers. A question with several rows, for different kernels, is asked once. */
void guest_answers(void)
{
	for (unsigned n = 0; n < answers_count; n++)
		if (!n || strcmp(answers[n].question, answers[n - 1].question) != 0)
			fact(answers[n].ask(), "answer.%s", answers[n].question);
}

/* Print how many helpers differ from the table, and the last one. */
void guest_helpers(void)
{
	static struct asked asked;
	struct utsname system;
	unsigned major = 0, minor = 0;
	char last[256] = "none";
	int faults = 0, licenses = 0;

	asked_fill(&asked);
	uname(&system);
	sscanf(system.release, "%u.%u", &major, &minor);
	for (unsigned n = 1; n < ASKED_HELPERS; n++) {
		const char *fault = asked_fault(&asked, n, major << 8 | minor);

		licenses += asked.helpers[n].is_gpl >= 0;
		if (!fault)
			continue;
		printf("%s\n", fault);
		snprintf(last, sizeof last, "%s", fault);
		faults++;
	}
	fact(faults, "helpers.faults");
	fact_text("helpers.last", last);
	fact(__builtin_popcountll(asked.types), "helpers.types");
	fact(licenses, "helpers.licenses");
}
