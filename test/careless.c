/* SPDX-License-Identifier: MIT */
/*
 * usage: careless COMMAND [ARGUMENT]...
 *
 * Runs a command as careless parents would: with every signal ignored (nohup: SIGHUP; shells: SIGINT
 * of what runs beside them) and blocked, an alarm running, descriptor 0 closed, a umask of 0777, few
 * descriptors and a small stack, and odd variables.
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
