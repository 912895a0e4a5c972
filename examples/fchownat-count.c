/* SPDX-License-Identifier: MIT */
/*
 * The classic first eBPF program: count calls of fchownat(2).
 *
 * It takes three steps, and each makes one system call. Create a map that holds
 * the count. Load a program that adds to it. Attach the program where the kernel
 * enters fchownat. Then the kernel counts, and this process reads the map once
 * a second. The program needs no compiler, and no library but rawbpf.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include <rawbpf.h>

#define NAME "fchownat-count"

/* The ways to attach the program, the best first; the ways to count. */
enum way { KPROBE, TRACEPOINT, RAW_TRACEPOINT, WAYS };
enum mode { ATOMIC, PERCPU };

static const struct {
	const char *name;   /* for -a */
	const char *phrase; /* for messages */
	unsigned prog_type;
	const struct rawbpf_operation *operation;
	const char *place;
} ways[WAYS] = {
	[KPROBE] = { "kprobe", "a kprobe", BPF_PROG_TYPE_KPROBE, RAWBPF_KPROBE_PMU_ATTACH, "fchownat" },
	[TRACEPOINT] = { "tracepoint", "a tracepoint", BPF_PROG_TYPE_TRACEPOINT,
			 RAWBPF_TRACEPOINT_ATTACH, "sys_enter_fchownat" },
	[RAW_TRACEPOINT] = { "raw_tp", "a raw tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT,
			     RAWBPF_RAW_TRACEPOINT_ATTACH, "sys_enter" },
};

struct options {
	double interval; /* seconds */
	long times;      /* lines to print; 0: until a signal */
	int way;         /* enum way, or -1: the best that this kernel has */
	enum mode mode;
};

/* Print on stderr what failed, why, and what to do. */
static void complain(const char *doing, const char *object, const struct rawbpf_error *error)
{
	struct rawbpf_error in_lines = *error;
	char why[512];

	in_lines.lines = 1;
	rawbpf_error_explain(why, sizeof why, &in_lines);
	fprintf(stderr, NAME ": %s %s: %s\n", doing, object, why);
}

/*
 * Step 1: the map, a table in the kernel. An array has the keys 0, 1, 2, ...,
 * here only 0, and its values start as 0. A per-CPU array holds one value for
 * each CPU.
 */
static int create_map(enum mode mode)
{
	struct rawbpf_error error = {
		.operation = RAWBPF_MAP_CREATE,
		.type = mode == PERCPU ? BPF_MAP_TYPE_PERCPU_ARRAY : BPF_MAP_TYPE_ARRAY,
	};
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "count",
		.type = error.type,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
	});

	if (map < 0) {
		error.error = map;
		complain("creating", "a map", &error);
	}
	return map;
}

static int load_insns(enum way way, const struct bpf_insn *insns, unsigned count)
{
	static char log[8192];
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "fchownat_count",
		.type = ways[way].prog_type,
		.license = "GPL",
		.insns = insns, .insn_count = count,
		.log = log, .log_size = sizeof log,
	});

	if (prog < 0) {
		complain("loading", "the program", &(struct rawbpf_error){
			.operation = RAWBPF_PROG_LOAD,
			.error = prog,
			.type = ways[way].prog_type,
		});
		fputs(log, stderr);
	}
	return prog;
}

/*
 * Step 2: the program, instruction by instruction. At its start r1 points to the
 * context, which depends on the program type. r10 points to the end of a stack of
 * 512 bytes. At its end r0 must hold the result. The offset of a jump counts
 * instructions from the one after it; BPF_LD_MAP_FD counts as two.
 */
static int load_program(enum way way, enum mode mode, int map)
{
	/* Several CPUs may enter fchownat at once, so one counter needs an atomic addition. */
	const struct bpf_insn atomic[] = {
		/* A raw tracepoint sees every system call: there, compare the number. */
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 8),           /* r2 = ctx[1], the number */
		BPF_JMP_IMM(BPF_JNE, BPF_REG_2, __NR_fchownat, 9),      /* if r2 differs: out */

		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),                   /* key 0, on the stack */
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),                  /* r2 = &key */
		BPF_LD_MAP_FD(BPF_REG_1, map),                          /* r1 = the map */
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),                /* r0 = &value or NULL */
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2),                  /* if NULL: out */
		BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0), /* lock *r0 += 1 */
		/* out: */
		BPF_MOV64_IMM(BPF_REG_0, 0),                            /* the result */
		BPF_EXIT_INSN(),
	};
	/* No other CPU writes this CPU's value: load, add, store. */
	const struct bpf_insn percpu[] = {
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 8),           /* as above */
		BPF_JMP_IMM(BPF_JNE, BPF_REG_2, __NR_fchownat, 10),

		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),                /* r0 = &this CPU's value */
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 3),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),           /* r1 = *r0 */
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0),           /* *r0 = r1 */
		/* out: */
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	const struct bpf_insn *insns = mode == PERCPU ? percpu : atomic;
	unsigned count = mode == PERCPU ? RAWBPF_COUNT(percpu) : RAWBPF_COUNT(atomic);
	/* A kprobe and a tracepoint run only for fchownat: skip the comparison. */
	unsigned first = way == RAW_TRACEPOINT ? 0 : 2;

	return load_insns(way, insns + first, count - first);
}

/* Step 3: attach. The kernel then runs the program for every process, on every CPU. */
static int attach(struct rawbpf_link *link, enum way way, int prog)
{
	switch (way) {
	case KPROBE:
		return rawbpf_kprobe_pmu_attach(link, prog, &(struct rawbpf_kprobe_spec){
			.syscall = ways[way].place });
	case TRACEPOINT:
		return rawbpf_tracepoint_attach(link, prog, &(struct rawbpf_tracepoint_spec){
			.group = "syscalls", .name = ways[way].place });
	default:
		return rawbpf_raw_tracepoint_attach(link, prog, &(struct rawbpf_raw_tracepoint_spec){
			.name = ways[way].place });
	}
}

/* Load and attach in one way. Return 0, or a negative errno after a message. */
static int start_one_way(struct rawbpf_link *link, enum way way, enum mode mode, int map,
			 struct rawbpf_error *refusal)
{
	int prog = load_program(way, mode, map);

	if (prog < 0)
		return prog;
	*refusal = (struct rawbpf_error){
		.operation = ways[way].operation,
		.error = attach(link, way, prog),
		.name = ways[way].place,
	};
	return 0;
}

/*
 * Return whether to try the next way: if the kernel lacks this one, or if the process may not read
 * tracefs, which other ways do not need. Any other refusal ends the attempt.
 */
static int is_missing(enum way way, int error)
{
	return error == -EOPNOTSUPP || error == -ENOENT || (way == TRACEPOINT && error == -EACCES);
}

static int start(struct rawbpf_link *link, const struct options *options, int map)
{
	struct rawbpf_error refusal, first_refusal;
	char why[512];
	int way = options->way < 0 ? KPROBE : options->way;

	if (start_one_way(link, way, options->mode, map, &refusal) < 0)
		return -1;
	first_refusal = refusal;
	while (options->way < 0 && is_missing(way, refusal.error) && way + 1 < WAYS) {
		way++;
		if (start_one_way(link, way, options->mode, map, &refusal) < 0)
			return -1;
	}
	if (refusal.error < 0) {
		complain("attaching to", ways[way].phrase, &refusal);
		return -1;
	}
	if (first_refusal.error < 0) {
		rawbpf_error_explain(why, sizeof why, &first_refusal);
		fprintf(stderr, NAME ": no kprobe, counting by %s instead: %s\n", ways[way].phrase,
			why);
	}
	return 0;
}

/* Read the count: one value, or the sum of all CPUs' values. */
static int read_count(int map, const struct rawbpf_map_layout *layout, uint64_t *values,
		      unsigned long long *count)
{
	const unsigned key = 0;
	unsigned cpu;
	int err = rawbpf_map_percpu_lookup(map, layout, &key, values, layout->lookup_size);

	if (err < 0)
		return err;
	*count = 0;
	for (cpu = 0; cpu < layout->cpus; cpu++)
		*count += values[cpu];
	return 0;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * Wait. Return 0 when the interval has passed, or the number of one of `signals` when it arrives.
 * Ctrl-Z and SIGCONT interrupt the wait, but do not end it.
 */
static int wait_for(double interval, const sigset_t *signals)
{
	double end = seconds_now() + interval;
	int signal;

	do {
		double left = end - seconds_now();
		struct timespec time = { 0 };

		if (left > 0) {
			time.tv_sec = (time_t)left;
			time.tv_nsec = (long)((left - (double)time.tv_sec) * 1e9);
		}
		signal = sigtimedwait(signals, NULL, &time);
	} while (signal < 0 && errno == EINTR);
	return signal > 0 ? signal : 0;
}

/*
 * Print until a signal comes or all lines are printed. Return 0, an errno of printing, or a
 * negative errno of reading the map.
 */
static int print_counts(int map, const struct options *options, const sigset_t *signals)
{
	struct rawbpf_map_layout layout;
	uint64_t *values;
	long line;
	int err = rawbpf_map_layout_info(&layout, map);

	if (err < 0)
		return err;
	values = malloc(layout.lookup_size);
	if (!values)
		return -ENOMEM;
	for (line = 1;; line++) {
		unsigned long long count;

		err = read_count(map, &layout, values, &count);
		if (err < 0)
			break;
		if (printf("fchownat(2) count: %llu\n", count) < 0 || fflush(stdout) != 0) {
			err = errno;
			break;
		}
		if (line == options->times || wait_for(options->interval, signals))
			break;
	}
	free(values);
	return err;
}

/* A blocked signal arrives even if it is ignored. Do not block those that nohup(1) or & ignores. */
static void add_unless_ignored(sigset_t *signals, int signal)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(signals, signal);
}

static int run(const struct options *options)
{
	struct rawbpf_link link = { 0 };
	sigset_t signals;
	int err, map;

	/* Ctrl-C and other signals wait for sigtimedwait(), so that the program is always detached. */
	sigemptyset(&signals);
	add_unless_ignored(&signals, SIGINT);
	add_unless_ignored(&signals, SIGTERM);
	add_unless_ignored(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);

	rawbpf_memlock_raise(); /* maps need it before Linux 5.11; later it is harmless */
	map = create_map(options->mode);
	if (map < 0 || start(&link, options, map) < 0)
		return EXIT_FAILURE;
	err = print_counts(map, options, &signals);
	rawbpf_link_detach(&link);

	if (err == EPIPE) { /* the reader went away, as `head` does: end by SIGPIPE, like others */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	if (err > 0)
		fprintf(stderr, NAME ": writing the count: %s\n", strerror(err));
	else if (err == -ENOENT) /* /sys/devices/system/cpu holds the number of CPUs */
		fprintf(stderr, NAME ": reading the count: sysfs is not mounted on /sys\n");
	else if (err < 0)
		fprintf(stderr, NAME ": reading the count: %s\n", strerror(-err));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Flush standard output. Return the exit status. */
static int finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	fprintf(stderr, NAME ": writing: %s\n", strerror(errno));
	return EXIT_FAILURE;
}

static const char usage[] =
	"usage: " NAME " [-i SECONDS] [-n TIMES]\n"
	"       [-a kprobe|tracepoint|raw_tp] [-c atomic|percpu]\n";

static const char help[] =
	"Count calls of fchownat(2) in the whole system by an eBPF program.\n"
	"\n"
	"  -i, --interval SECONDS  time between two lines (default 1)\n"
	"  -n, --times TIMES       end after this number of lines (default: at Ctrl-C)\n"
	"  -a, --attach WAY        attach only by kprobe, tracepoint or raw_tp\n"
	"                          (default: the first of these that the kernel has)\n"
	"  -c, --count MODE        atomic: one counter, an atomic addition (default)\n"
	"                          percpu: a counter per CPU, added up when read\n"
	"  -h, --help              print this help\n"
	"      --version           print the version\n"
	"\n"
	"It needs root, or CAP_BPF and CAP_PERFMON.\n";

static int usage_error(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, NAME ": %s wants %s, not '%s'\n", option, expected, value);
	return -1;
}

static int find_way(const char *name)
{
	int way;

	for (way = 0; way < WAYS; way++)
		if (strcmp(ways[way].name, name) == 0)
			return way;
	return -1;
}

static int parse_option(struct options *options, int letter, const char *value)
{
	char *end;

	switch (letter) {
	case 'i':
		options->interval = strtod(value, &end);
		if (end == value || *end || !(options->interval >= 0.001 && options->interval <= 1e6))
			return usage_error("-i", value, "seconds, 0.001 to 1000000");
		return 0;
	case 'n':
		errno = 0;
		options->times = strtol(value, &end, 10);
		if (end == value || *end || errno || options->times < 1)
			return usage_error("-n", value, "a number, 1 or more");
		return 0;
	case 'a':
		options->way = find_way(value);
		if (options->way < 0)
			return usage_error("-a", value, "kprobe, tracepoint or raw_tp");
		return 0;
	default:
		options->mode = strcmp(value, "percpu") == 0 ? PERCPU : ATOMIC;
		if (options->mode == ATOMIC && strcmp(value, "atomic") != 0)
			return usage_error("-c", value, "atomic or percpu");
		return 0;
	}
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "times", required_argument, NULL, 'n' },
		{ "attach", required_argument, NULL, 'a' },
		{ "count", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .interval = 1, .way = -1 };
	int letter;

	while ((letter = getopt_long(argc, argv, "i:n:a:c:h", long_options, NULL)) != -1) {
		switch (letter) {
		case 'h':
			fputs(usage, stdout);
			fputs(help, stdout);
			return finish_output();
		case 'V':
			puts(NAME " " RAWBPF_VERSION);
			return finish_output();
		case '?':
			fputs(usage, stderr);
			return 2;
		default:
			if (parse_option(&options, letter, optarg) < 0)
				return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, NAME ": unexpected argument '%s'\n%s", argv[optind], usage);
		return 2;
	}
	return run(&options);
}
