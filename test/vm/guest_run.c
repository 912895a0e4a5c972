/* SPDX-License-Identifier: MIT */
/* rawbpf run of the texts of examples/tools in the virtual machine: by each way. */
#include <rawbpf/btf.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../examples/ran.h"
#include "guest.h"

static const struct {
	const char *name;
	ran_fn *run;
	const char *ways[4]; /* "": any */
	int needs_sysfs;     /* it says how many values an element of a per-CPU map has */
	int has_members;     /* it names members of the kernel's structs, and no types: an offsets file will do */
} texts[] = {
	{ "fchownat", ran_fchownat, { "", "kprobe", "tracepoint", "raw_tp" }, 0, 0 },
	{ "chrootsnoop", ran_chrootsnoop, { "", "kprobe", "tracepoint", "raw_tp" }, 0, 0 },
	{ "opensnoop", ran_opensnoop, { "", "kprobe", "tracepoint", "raw_tp" }, 0, 0 },
	{ "stuck", ran_stuck, { "" }, 0, 0 },
	{ "exitsnoop", ran_exitsnoop, { "" }, 0, 1 },
	{ "sigsnoop", ran_sigsnoop, { "" }, 0, 1 },
	{ "mountsnoop", ran_mountsnoop, { "" }, 0, 0 },
	{ "modsnoop", ran_modsnoop, { "" }, 0, 1 },
	{ "capable", ran_capable, { "" }, 0, 0 },
	{ "profile", ran_profile, { "" }, 0, 0 },
	{ "execsnoop", ran_execsnoop, { "" }, 0, 1 },
	{ "oomsnoop", ran_oomsnoop, { "" }, 0, 1 },
	{ "tcpconnect", ran_tcpconnect, { "" }, 0, 1 },
	{ "biolatency", ran_biolatency, { "" }, 0, 0 },
	{ "ethertype", ran_ethertype, { "" }, 1, 0 }, /* the last: it moves to another network */
};

static int has_btf(void)
{
	struct rawbpf_btf btf;
	int err = rawbpf_btf_kernel_open(&btf);

	rawbpf_btf_close(&btf);
	return err == 0;
}

/* Print what is wrong as a fact, in one line. */
static void say(const char *where, const char *text, const char *way, char *problem)
{
	char name[64];

	snprintf(name, sizeof name, "%s.%s.%s", where, text, way[0] ? way : "any");
	for (char *at = problem; *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	fact_text(name, problem[0] ? problem : "as expected");
}

/* What is unmounted for a run of texts. */
static const struct where {
	const char *name;
	const char *paths[2];
	unsigned ways;   /* of a text: this many are tried */
	unsigned texts;  /* the first of them, 0: all */
	int is_everywhere; /* on each kernel */
} wheres[] = {
	{ "run", { NULL }, 4, 0, 1 },
	{ "run_no_tracefs", { "/sys/kernel/tracing" }, 4, 4, 0 },
	{ "run_no_sys", { "/sys" }, 1, 4, 0 },
	{ "run_no_proc", { "/proc" }, 1, 4, 0 },
	{ "run_no_files", { "/sys", "/proc" }, 1, 0, 1 },
};
static const struct where *where;

/*
 * Run a text. Linux 7.3 runs a raw tracepoint's program with preemption: while one task is preempted
 * within it, the kernel misses the runs of others on that CPU, and the tool says so. Then try again.
 */
static void run_text(const struct ran_setup *setup, ran_fn *run, const char *way, char *problem, size_t size)
{
	enum { ATTEMPTS = 5 };

	for (int i = 0; i < ATTEMPTS; i++) {
		run(setup, way[0] ? way : NULL, problem, size);
		if (!strstr(problem, RAN_MISSED))
			return;
	}
}

/*
 * Is a text's JSON compared here? A second tool takes a second of an emulated machine. So each kernel
 * has every fourth text, and 5.10, 6.1, 6.12 and 7.3 have all together. A boot for this part has all.
 */
static int has_json(unsigned text)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return strcmp(where->name, "run") == 0 && (guest_asked_part || (text + minor) % 4 == 0);
}

static void run_texts(void)
{
	struct ran_setup setup = { .tool = "/bin/rawbpf", .texts = "/tools", .is_alone = 1,
				   .has_btf = has_btf() };
	unsigned count = where->texts ? where->texts : sizeof texts / sizeof texts[0];
	int has_sysfs = access("/sys/kernel", F_OK) == 0;
	static char problem[8192];

	fact(setup.has_btf, "%s.btf", where->name);
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; texts[i].needs_sysfs <= has_sysfs && j < where->ways && texts[i].ways[j]; j++) {
			const char *way = texts[i].ways[j];

			setup.has_json = has_json(i);
			run_text(&setup, texts[i].run, way, problem, sizeof problem);
			say(where->name, texts[i].name, way, problem);
		}
}

/* Unmount for this process and its children. */
static void run_there(void)
{
	unshare(CLONE_NEWNS);
	mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	for (unsigned i = 0; i < 2 && where->paths[i]; i++)
		umount2(where->paths[i], MNT_DETACH);
	run_texts();
}

/*
 * Is everything tried on this kernel? Emulated machines are slow: the oldest and the newest kernel that
 * run natively are enough, and one without BTF. On others a boot for this part alone tries everything.
 */
static int is_whole(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%d.%d", &major, &minor);
	return guest_asked_part || (strcmp(name.machine, "x86_64") == 0 && (major == 5 || major >= 7)) ||
	       (strcmp(name.machine, "s390x") == 0 && !has_btf());
}

/* Without BTF, an offsets file of this release stands in for it: /tools/RELEASE.off. */
static void run_offsets(void)
{
	static const struct where here = { .name = "run_offsets" };
	static char problem[8192];
	struct utsname name;
	char path[96];
	struct ran_setup setup = { .tool = "/bin/rawbpf", .texts = "/tools", .is_alone = 1, .offsets = path,
				   .has_btf = 1, .has_json = 1 };

	uname(&name);
	snprintf(path, sizeof path, "/tools/%s.off", name.release);
	where = &here;
	for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].has_members) {
			run_text(&setup, texts[i].run, "", problem, sizeof problem);
			say(where->name, texts[i].name, "", problem);
		}
}

static void run_wheres(void)
{
	int whole = is_whole();

	fact(whole, "run.whole");
	for (where = wheres; where < wheres + sizeof wheres / sizeof wheres[0]; where++)
		if (whole || where->is_everywhere)
			in_child(run_there);
	if (!has_btf())
		in_child(run_offsets);
}

/*
 * rawbpf trace by a kprobe and its return: a command that opens a file that is not there. Print what it
 * printed as a fact, in words, and its status.
 */
static void trace_kprobe(void)
{
	const char *const arguments[] = {
		"/bin/rawbpf", "trace", "kprobe", "do_sys_openat2", "ret == -2", "comm", "int(arg0)", "string(arg1)", "ret",
		"-n", "/no-such", "--", "/bin/rawbpf", "run", "/no-such", NULL };
	char text[1024], words[1024], *save = NULL;
	int out[2], status = -1;
	size_t length = 0;
	ssize_t got;
	pid_t pid;

	if (pipe(out) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		close(out[0]);
		close(out[1]);
		execv(arguments[0], (char *const *)arguments);
		_exit(99);
	}
	close(out[1]);
	while ((got = read(out[0], text + length, sizeof text - 1 - length)) > 0)
		length += got;
	text[length] = '\0';
	close(out[0]);
	waitpid(pid, &status, 0);
	words[0] = '\0';
	for (char *word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		strncat(words, words[0] ? " " : "", sizeof words - strlen(words) - 1);
		strncat(words, word, sizeof words - strlen(words) - 1);
	}
	fact_text("run.trace", words);
	fact(WEXITSTATUS(status), "run.trace_status");
}

void guest_run(void)
{
	test_as_it_is("/bin/live", "run.live");
	test_as_it_is("/bin/live_pending", "run.live_pending");
	test_as_it_is("/bin/live_places", "run.live_places");
	test_as_it_is("/bin/live_ways", "run.live_ways");
	trace_kprobe();
	run_wheres();
}
