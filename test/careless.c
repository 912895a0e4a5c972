/* SPDX-License-Identifier: MIT */
/*
 * usage: careless COMMAND [ARGUMENT]...
 *
 * Run a command as a careless parent would. All signals are ignored (as nohup does with SIGHUP, and
 * shells with SIGINT of background jobs) and blocked. An alarm is set, descriptor 0 is closed, the
 * umask is 0777. Descriptors are few, the stack is small, and variables are odd.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char *environment[] = {
	"COLUMNS=1", "LC_ALL=tr_TR.UTF-8", "MALLOC_PERTURB_=165", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	"TERM=", NULL
};

static void limit(int resource, rlim_t most)
{
	struct rlimit limit;

	getrlimit(resource, &limit);
	limit.rlim_cur = most;
	setrlimit(resource, &limit);
}

int main(int argc, char **argv)
{
	sigset_t all;
	int number;

	if (argc < 2) {
		fprintf(stderr, "usage: careless COMMAND [ARGUMENT]...\n");
		return 2;
	}
	for (number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	limit(RLIMIT_CORE, RLIM_INFINITY);
	limit(RLIMIT_NOFILE, 16);
	limit(RLIMIT_STACK, 1 << 20);
	alarm(1);
	umask(0777);
	close(0);
	execve(argv[1], argv + 1, environment);
	perror(argv[1]);
	return 127;
}
