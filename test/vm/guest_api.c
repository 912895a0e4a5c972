/* SPDX-License-Identifier: MIT */
/*
 * Run the programs of examples/api on this kernel. Each prints its own messages for people on
 * stderr.
 */
#include "guest.h"

#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../examples/api_examples.h"

/* Run a program. Its output goes to `out`. Returns its status. */
static int run(const char *name, char *out, size_t size)
{
	size_t length = 0;
	int pipes[2], status;
	ssize_t got;
	pid_t pid;

	fflush(stdout);
	if (pipe(pipes) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		dup2(pipes[1], 1);
		execl("/bin/api", "api", name, (char *)NULL);
		_exit(99);
	}
	close(pipes[1]);
	while (length < size - 1 && (got = read(pipes[0], out + length, size - 1 - length)) > 0)
		length += got;
	out[length] = '\0';
	close(pipes[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	unshare(CLONE_NEWNET);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

void guest_api(void)
{
	bring_up_loopback();
	for (unsigned i = 0; i < API_EXAMPLES; i++) {
		const struct api_example *example = api_examples + i;
		char fact_name[64], out[4096];
		int status;

		if (!example->kernel || example->flags & API_OWN_FILE)
			continue;
		status = run(example->name, out, sizeof out);
		snprintf(fact_name, sizeof fact_name, "api.%s", example->name);
		if (status != 0)
			snprintf(out, sizeof out, "status %d", status);
		else if (api_prints(example, out))
			snprintf(out, sizeof out, "as expected");
		out[strcspn(out, "\n")] = '\0';
		fact_text(fact_name, out);
	}
}
