/* SPDX-License-Identifier: MIT */
/* How a run ends: by a signal, after a time, or with the command. */
#include "collection_run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The exit statuses of a shell. */
enum { NOT_FOUND = 127, NOT_RUN = 126, SIGNALLED = 128 };

int64_t run_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* --------------------------------------------------------------------------- signals */

/* A blocked signal arrives even if it is ignored. Do not block those that nohup(1) or & ignores. */
static void add_unless_ignored(sigset_t *signals, int signal)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(signals, signal);
}

int run_catch_signals(struct run *run)
{
	sigset_t signals;

	sigemptyset(&signals);
	add_unless_ignored(&signals, SIGINT);
	add_unless_ignored(&signals, SIGTERM);
	add_unless_ignored(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGCHLD);
	signal(SIGCHLD, SIG_DFL); /* if it is ignored, it does not come */
	sigprocmask(SIG_BLOCK, &signals, &run->unblocked);
	signal(SIGPIPE, SIG_IGN);
	run->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return run->signals >= 0 ? OK : tool_fail(run->collection->subcommand, "signalfd: %s", strerror(errno));
}

void run_stop_catching(struct run *run)
{
	struct signalfd_siginfo signal;

	/* timeout(1) sends each signal twice: all that came until now are one */
	while (read(run->signals, &signal, sizeof signal) > 0)
		;
	sigprocmask(SIG_SETMASK, &run->unblocked, NULL);
}

/* Take the exit status of the command, if it ended. */
static void reap(struct run *run)
{
	int status;

	if (!run->command || waitpid(run->command, &status, WNOHANG) != run->command)
		return;
	run->command = 0;
	run->command_status = WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
	run->is_over = 1;
}

void run_look(struct run *run)
{
	struct signalfd_siginfo signal;

	while (read(run->signals, &signal, sizeof signal) == sizeof signal) {
		if (signal.ssi_signo == SIGUSR1)
			run->is_asked = 1;
		else if (signal.ssi_signo == SIGCHLD)
			reap(run);
		else
			run->is_over = run->is_signalled = 1;
	}
	if (run->end_ms && run_now_ms() >= run->end_ms)
		run->is_over = 1;
}

int run_left(const struct run *run, int64_t until)
{
	enum { LONG = 1000000 };
	int64_t left, now = run_now_ms();

	if (run->end_ms && (!until || run->end_ms < until))
		until = run->end_ms;
	if (!until)
		return -1;
	left = until - now;
	return left < 0 ? 0 : left > LONG ? LONG : (int)left;
}

int run_is_lasting(const struct run *run)
{
	const struct collection *collection = run->collection;

	return !run->is_iter || collection->end_ms || collection->every_ms || collection->run.command;
}

void run_tell_end(const struct run *run)
{
	const struct run_options *options = &run->collection->run;

	if (!run_is_lasting(run)) {
		fprintf(stderr, "attached; it ends by itself\n");
		return;
	}
	fprintf(stderr, options->end || options->command ? "attached; it ends" : "attached; Ctrl-C ends it\n");
	if (options->end)
		fprintf(stderr, " after %s s", options->end);
	if (options->command)
		fprintf(stderr, "%s with %s", options->end ? "," : "", collection_shown(options->command[0]));
	if (options->end || options->command)
		fprintf(stderr, ", or at Ctrl-C\n");
}

/* --------------------------------------------------------------------------- command */

/* Become the command, or report an errno. */
static void become(const struct run *run, char *const *command, int report)
{
	int error;

	signal(SIGPIPE, SIG_DFL);
	dup2(run->output.original, STDOUT_FILENO);
	sigprocmask(SIG_SETMASK, &run->unblocked, NULL);
	execvp(command[0], command);
	error = errno;
	if (write(report, &error, sizeof error) < 0)
		_exit(NOT_RUN);
	_exit(NOT_FOUND);
}

int run_command_start(struct run *run)
{
	char *const *command = run->collection->run.command;
	const struct subcommand *subcommand = run->collection->subcommand;
	int pipe_fds[2], error = 0;

	if (!command)
		return OK;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return tool_fail(subcommand, "pipe: %s", strerror(errno));
	run->command = fork();
	if (run->command == 0)
		become(run, command, pipe_fds[1]);
	close(pipe_fds[1]);
	if (run->command < 0)
		error = errno;
	else if (read(pipe_fds[0], &error, sizeof error) <= 0)
		error = 0; /* it was closed by a successful execve(2) */
	close(pipe_fds[0]);
	if (!error)
		return OK;
	if (run->command > 0)
		waitpid(run->command, NULL, 0);
	run->command = 0;
	run->command_status = error == ENOENT ? NOT_FOUND : NOT_RUN;
	tool_fail(subcommand, "%s: %s", collection_shown(command[0]), strerror(error));
	return FAILED;
}

int run_command_end(struct run *run, int status)
{
	if (run->command > 0) {
		kill(run->command, SIGTERM);
		run->command_status = SIGNALLED + SIGTERM;
	}
	return status == OK || run->command_status ? run->command_status : status;
}
