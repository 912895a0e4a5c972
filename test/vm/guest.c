/* SPDX-License-Identifier: MIT */
/*
 * Run inside a virtual machine, as root and alone, so that every count is exact. Print lines `fact
 * NAME VALUE`. If something failed, VALUE is the negative errno. test/vm/vm.c and its neighbours read the lines on the
 * host and know the expected values.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

#include "guest.h"
#include "left_out.h"

static int facts;

void fact_text(const char *name, const char *value)
{
	printf("fact %s %s\n", name, value);
	facts++;
}

void fact(long long value, const char *format, ...)
{
	char name[128], digits[32];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(name, sizeof name, format, arguments);
	va_end(arguments);
	snprintf(digits, sizeof digits, "%lld", value);
	fact_text(name, digits);
}

int guest_asked_part;
static struct utsname kernel_name;
unsigned guest_kernel_number;

static void look_at_kernel(void)
{
	unsigned major = 0, minor = 0;

	uname(&kernel_name);
	sscanf(kernel_name.release, "%u.%u", &major, &minor);
	guest_kernel_number = major << 8 | minor;
}

int guest_leaves_out(const char *what)
{
	return !guest_asked_part && left_out_why(what, kernel_name.machine, guest_kernel_number);
}

static void tell_left_out(void)
{
	for (int i = 0; i < LEFT_OUT_ROWS; i++) {
		const struct left_out *row = left_out_row(i, kernel_name.machine, guest_kernel_number);
		char name[64];

		if (!row)
			continue;
		snprintf(name, sizeof name, "left_out.%s", row->what);
		fact_text(name, row->why);
	}
}

void in_child(void (*part)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		facts = 0;
		part();
		fflush(stdout);
		_exit(facts);
	}
	waitpid(pid, &status, 0);
	facts += WEXITSTATUS(status);
}

void test_as_it_is(const char *program, const char *name)
{
	int status = 0;
	pid_t pid;

	if (access(program, X_OK) != 0 || guest_leaves_out(name))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(STDOUT_FILENO, STDERR_FILENO);
		execl(program, program, NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	fact(WIFEXITED(status) ? WEXITSTATUS(status) : -1, "%s", name);
}

void guest_jit(int on)
{
#if defined(__riscv)
	int fd = open("/proc/sys/net/core/bpf_jit_enable", O_WRONLY | O_CLOEXEC);

	if (write(fd, on ? "1" : "0", 1) != 1)
		perror("bpf_jit_enable");
	close(fd);
#else
	(void)on;
#endif
}

static int open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void machine(void)
{
	fact_text("release", kernel_name.release);
	fact_text("machine", kernel_name.machine);
	fact(sysconf(_SC_NPROCESSORS_ONLN), "cpus");
}

/* What one may ask for by name. */
static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "answers", guest_answers },
	{ "api", guest_api },
	{ "capabilities", guest_capabilities },
	{ "causes", guest_causes },
	{ "commands", guest_commands },
	{ "cpu", guest_cpu },
	{ "doctor", guest_doctor },
	{ "entry", guest_entry },
	{ "helpers", guest_helpers },
	{ "inspect", guest_inspect },
	{ "kprobes", guest_kprobes },
	{ "links", guest_links },
	{ "machine", guest_machine },
	{ "modules", guest_modules },
	{ "perf_events", guest_perf_events },
	{ "perfbuf", guest_perfbuf },
	{ "rejected", guest_rejected },
	{ "rewritten", guest_rewritten },
	{ "ring", guest_ring },
	{ "run", guest_run },
	{ "snoop", guest_snoop },
	{ "syscalls", guest_syscalls },
	{ "taught", guest_taught },
	{ "task32", guest_task32 },
	{ "tool", guest_tool },
	{ "tracefs", guest_tracefs },
	{ "types", guest_types },
};

/* Run all parts but those left out, or one by its name. */
static void run_parts(const char *name)
{
	for (unsigned i = 0; i < RAWBPF_COUNT(parts); i++)
		if (name ? strcmp(name, parts[i].name) == 0 : !guest_leaves_out(parts[i].name))
			in_child(parts[i].run);
}

int main(int argc, char **argv)
{
	int before;

	setvbuf(stdout, NULL, _IOLBF, 0);
	rawbpf_memlock_raise();
	before = open_fds();
	look_at_kernel();
	machine();
	if (argc > 1) {
		guest_asked_part = 1;
		for (int i = 1; i < argc; i++)
			run_parts(argv[i]);
		fact(facts, "done");
		return 0;
	}
	guest_objects();
	guest_attach();
	guest_programs();
	run_parts(NULL);
	tell_left_out();
	fact(open_fds() - before, "descriptors_left");
	fact(guest_events(), "events_left");
	fact(facts, "done");
	return 0;
}
