/* SPDX-License-Identifier: MIT */
/* The text of programs after the verifier's rewriting, without and with blinded constants. */
#include "guest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../form/rewritten.h"

static unsigned dumped, with_invalid;

/* Run rawbpf prog dump with the program's id. */
static void show(int prog)
{
	struct rawbpf_prog_info info = { .type = 0 };
	char id[16], text[65536];
	size_t length = 0;
	int pipes[2], status;
	ssize_t got;
	pid_t pid;

	if (rawbpf_prog_info(&info, prog) < 0 || pipe(pipes) != 0)
		return;
	snprintf(id, sizeof id, "%u", info.id);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], 1);
		execl("/bin/rawbpf", "rawbpf", "prog", "dump", id, NULL);
		_exit(99);
	}
	close(pipes[1]);
	while (length < sizeof text - 1 &&
	       (got = read(pipes[0], text + length, sizeof text - 1 - length)) > 0)
		length += got;
	text[length] = '\0';
	close(pipes[0]);
	waitpid(pid, &status, 0);
	dumped += status == 0 && strstr(text, ") exit\n");
	with_invalid += strstr(text, "invalid") != NULL;
}

static void count(const char *harden)
{
	int file = open("/proc/sys/net/core/bpf_jit_harden", O_WRONLY | O_CLOEXEC);
	struct rewritten seen;
	struct utsname name;
	unsigned major = 0, minor = 0;
	char text[64];

	/* Kernels without a JIT have no such setting. */
	if (file >= 0 && write(file, harden, 1) != 1)
		fact(0, "rewritten.%s.set", harden);
	close(file);
	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	dumped = with_invalid = 0;
	rewritten_count(&seen, major << 8 | minor, show);
	fact(seen.programs, "rewritten.%s.programs", harden);
	fact(seen.slots, "rewritten.%s.slots", harden);
	fact(seen.own, "rewritten.%s.own", harden);
	fact(seen.invalid, "rewritten.%s.invalid", harden);
	fact(dumped, "rewritten.%s.dumped", harden);
	fact(with_invalid, "rewritten.%s.dumped_invalid", harden);
	snprintf(text, sizeof text, "rewritten.%s.refused", harden);
	fact_text(text, seen.refused[0] ? seen.refused : seen.lacking[0] ? seen.lacking : "none");
	snprintf(text, sizeof text, "rewritten.%s.first", harden);
	fact_text(text, seen.first[0] ? seen.first : "none");
}

void guest_rewritten(void)
{
	count("0");
	count("2");
}
