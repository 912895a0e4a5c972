/* SPDX-License-Identifier: MIT */
/* The options, the signals, and the run from the first map to the last line. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "chrootsnoop.h"

static const char usage[] =
	"usage: chrootsnoop [-j] [-p PID] [-c COMM]\n"
	"       [-a kprobe|tracepoint|raw_tp] [-b ring|perf]\n";

static const char help[] =
	"Show calls of chroot(2) in the whole system.\n"
	"Ctrl-C ends it; it then prints on stderr how many events came, and how many were\n"
	"lost.\n"
	"\n"
	"  -j, --json        print one JSON object on each line\n"
	"  -p, --pid PID     show only this process\n"
	"  -c, --comm COMM   show only threads of this name\n"
	"  -a, --attach WAY  attach only by kprobe, tracepoint or raw_tp\n"
	"                    (default: the first of kprobe, tracepoint, raw_tp\n"
	"                    that the kernel has)\n"
	"  -b, --buffer KIND use only ring or perf (default: ring, before Linux 5.8 perf)\n"
	"  -h, --help        print this help\n"
	"      --version     print the version\n"
	"\n"
	"It needs root, or CAP_BPF and CAP_PERFMON.\n";

int complain(const char *doing, const struct rawbpf_error *error)
{
	struct rawbpf_error in_lines = *error;
	char why[512];

	in_lines.lines = 1;
	rawbpf_error_explain(why, sizeof why, &in_lines);
	fprintf(stderr, "chrootsnoop: %s: %s\n", doing, why);
	return -1;
}

/* -------------------------------------------------------------------------- options */

/* Print texts on standard output. Return the exit status. */
static int show(const char *text, const char *more)
{
	if (printf("%s%s", text, more) >= 0 && fflush(stdout) == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "chrootsnoop: writing: %s\n", strerror(errno));
	return EXIT_FAILURE;
}

/* Return the index of a word among `count`, or -1. */
static int find_word(const char *word, const char *const *words, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* Set an option. Return NULL, or a description of the values that it accepts. */
static const char *parse_option(struct options *options, int letter, const char *value)
{
	unsigned long pid;
	char *end;

	switch (letter) {
	case 'p':
		errno = 0;
		pid = strtoul(value, &end, 10);
		if (*value < '0' || *value > '9' || *end || errno || pid < 1 || pid > 4194304)
			return "a process id, 1 to 4194304";
		options->pid = (unsigned)pid;
		return NULL;
	case 'c':
		if (!*value || strlen(value) >= COMM)
			return "a name of 1 to 15 bytes";
		strcpy(options->comm, value);
		return NULL;
	case 'a':
		options->way = find_word(value, way_names, WAYS);
		return options->way < 0 ? "kprobe, tracepoint or raw_tp" : NULL;
	default:
		options->transport = find_word(value, transport_names, TRANSPORTS);
		return options->transport < 0 ? "ring or perf" : NULL;
	}
}

/* -------------------------------------------------------------------------- signals */

/* A blocked signal arrives even if it is ignored. Do not block those that nohup(1) or & ignores. */
static void add_unless_ignored(sigset_t *signals, int signal)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(signals, signal);
}

/*
 * Let Ctrl-C and other signals wait to be read, so that the tool always detaches and counts. Return
 * a signalfd(2), or -1 after a message.
 */
static int catch_signals(sigset_t *unblocked)
{
	sigset_t signals;
	int fd, above;

	sigemptyset(&signals);
	add_unless_ignored(&signals, SIGINT);
	add_unless_ignored(&signals, SIGTERM);
	add_unless_ignored(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, unblocked);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	above = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3); /* above 2: stdout may be closed */
	if (above < 0)
		fprintf(stderr, "chrootsnoop: signalfd(2): %s\n", strerror(errno));
	if (fd >= 0)
		close(fd);
	return above;
}

/*
 * Let the next signal end the process at once. timeout(1) sends each signal twice: count all that
 * came while the programs were detached as one.
 */
static void stop_catching(int signals, const sigset_t *unblocked)
{
	struct signalfd_siginfo signal;

	while (read(signals, &signal, sizeof signal) > 0)
		;
	sigprocmask(SIG_SETMASK, unblocked, NULL);
}

/* ------------------------------------------------------------------------------ run */

/* Report a failed write; if the reader went away, as `head` does, end by SIGPIPE. */
static int fail_writing(int error)
{
	if (error == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	fprintf(stderr, "chrootsnoop: writing: %s\n", strerror(error));
	return EXIT_FAILURE;
}

/* Show calls until a signal comes. Return the exit status. */
static int run(struct snoop *snoop)
{
	uint64_t counts[COUNTS] = { 0 };
	sigset_t unblocked;
	int signals, err;

	signals = catch_signals(&unblocked);
	if (signals < 0)
		return EXIT_FAILURE;
	output_open(&snoop->output, snoop->options.json, signals);
	tzset(); /* localtime_r(3) need not do it */
	rawbpf_memlock_raise(); /* maps need it before Linux 5.11; later it is harmless */
	if (records_open(snoop) < 0 || attach_programs(snoop) < 0)
		return EXIT_FAILURE;
	err = records_watch(snoop);
	detach_programs(snoop);
	stop_catching(signals, &unblocked);
	output_set_deadline(&snoop->output);
	if (err >= 0 && !snoop->output.error)
		err = records_drain(snoop, counts);
	if (snoop->output.error)
		return fail_writing(snoop->output.error);
	if (err < 0) {
		fprintf(stderr, "chrootsnoop: reading the buffer: %s\n", strerror(-err));
		return EXIT_FAILURE;
	}
	return records_account(snoop, counts);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "pid", required_argument, NULL, 'p' },
		{ "comm", required_argument, NULL, 'c' },
		{ "attach", required_argument, NULL, 'a' },
		{ "buffer", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	static struct snoop snoop;
	const char *wanted;
	int letter;

	snoop.options.way = snoop.options.transport = -1;
	while ((letter = getopt_long(argc, argv, "jp:c:a:b:h", long_options, NULL)) != -1) {
		switch (letter) {
		case 'h':
			return show(usage, help);
		case 'V':
			return show("chrootsnoop " RAWBPF_VERSION, "\n");
		case 'j':
			snoop.options.json = 1;
			break;
		case '?':
			fputs(usage, stderr);
			return 2;
		default:
			wanted = parse_option(&snoop.options, letter, optarg);
			if (wanted) {
				fprintf(stderr, "chrootsnoop: -%c wants %s, not '%s'\n", letter, wanted,
					optarg);
				return 2;
			}
		}
	}
	if (optind < argc) {
		fprintf(stderr, "chrootsnoop: unexpected argument '%s'\n%s", argv[optind], usage);
		return 2;
	}
	return run(&snoop);
}
