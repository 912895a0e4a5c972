/* SPDX-License-Identifier: MIT */
/*
 * The device filter of a container: the device nodes that processes of a cgroup may make, read and
 * write.
 *
 * cgroup v2 has no file for that. The kernel asks an eBPF program. It gets the device's type and
 * numbers and the kind of access, and returns 1 or 0. The library generates that program from a
 * list of rules. This tool reads the rules and replaces the program of its last run. The cgroup is
 * never without one.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

#define NAME "devcg"

enum {
	RULES = 16384,
	STARS = 256,        /* the generator's limit of rules '*:MINOR' */
	INSNS = 100 * 1000, /* a rule takes up to 6 */
	PROGRAMS = 64,      /* the kernel's limit for one cgroup */
};

enum { ALL = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE };

struct options {
	const char *cgroup;
	int allow_list; /* the rules allow, and all else is denied; or the reverse */
	int print;
	int remove;
	struct rawbpf_device_rule *rules;
	unsigned rule_count;
};

/* ------------------------------------------------------------------------- rules */

/* Return the text behind its first word if that is `word`, else NULL. */
static const char *behind_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	return strncmp(text, word, length) == 0 && text[length] == ' ' ? text + length : NULL;
}

/* Parse [allow|deny] TYPE MAJOR:MINOR ACCESS. */
static int parse_rule(struct rawbpf_device_rule *rule, const char *text, int allow)
{
	const char *allowed = behind_word(text, "allow"), *denied = behind_word(text, "deny");
	const char *body = allowed ? allowed : denied ? denied : text;
	struct rawbpf_device_error error;

	rule->allow = allowed || (allow && !denied);
	if (rawbpf_device_rule_parse(rule, body, &error) == 0)
		return 0;
	if (body[error.place])
		fprintf(stderr, NAME ": rule '%s', at '%s': %s\n", text, body + error.place,
			error.reason);
	else
		fprintf(stderr, NAME ": rule '%s', at its end: %s\n", text, error.reason);
	return -1;
}

static int parse_rules(struct rawbpf_device_rule *rules, char **texts, int count, int allow)
{
	int i;

	if (count > RULES) {
		fprintf(stderr, NAME ": %d rules are too many: at most %d\n", count, RULES);
		return -1;
	}
	for (i = 0; i < count; i++)
		if (parse_rule(&rules[i], texts[i], allow) < 0)
			return -1;
	return 0;
}

/* ----------------------------------------------------------------------- program */

/* Count the rules '*:MINOR', which cost the most instructions. */
static unsigned count_stars(const struct options *options)
{
	unsigned i, count = 0;

	for (i = 0; i < options->rule_count; i++)
		count += options->rules[i].major == RAWBPF_DEVICE_ANY &&
			 options->rules[i].minor != RAWBPF_DEVICE_ANY;
	return count;
}

static int generate_program(struct bpf_insn *insns, const struct options *options)
{
	static uint64_t scratch[3 * RULES + 1];
	int count = rawbpf_device_filter_generate(insns, INSNS, &(struct rawbpf_device_filter){
		.rules = options->rules,
		.rule_count = options->rule_count,
		.default_access = options->allow_list ? 0 : ALL,
		.scratch = scratch,
		.scratch_size = sizeof scratch,
	});

	if (count >= 0 && count <= INSNS)
		return count;
	if (count_stars(options) > STARS)
		fprintf(stderr, NAME ": %u rules are '*:MINOR': at most %d\n", count_stars(options),
			STARS);
	else
		fputs(NAME ": the program would be too long: remove rules '*:MINOR'\n", stderr);
	return -1;
}

static void print_program(const struct bpf_insn *insns, unsigned count)
{
	char text[128];
	unsigned i, slots;

	for (i = 0; i < count; i += slots) {
		rawbpf_insn_format(text, sizeof text, insns + i, count - i, RAWBPF_LLVM, NULL, &slots);
		puts(text);
	}
}

/* Print on stderr what failed, why, and what to do. */
static int complain(const char *doing, const struct rawbpf_error *error)
{
	struct rawbpf_error in_lines = *error;
	char why[1024];

	in_lines.lines = 1;
	rawbpf_error_explain(why, sizeof why, &in_lines);
	fprintf(stderr, NAME ": %s: %s\n", doing, why);
	return -1;
}

static int load_program(const struct bpf_insn *insns, unsigned count)
{
	static char log[8192], why[4096];
	int prog;

	rawbpf_memlock_raise(); /* a program needs it before Linux 5.11; later it is harmless */
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = NAME,
		.type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = insns, .insn_count = count,
		.log = log, .log_size = sizeof log,
	});
	if (prog < 0 && log[0]) {
		rawbpf_rejection_explain(why, sizeof why, &(struct rawbpf_rejection){
			.error = prog, .log = log, .insns = insns, .insn_count = count });
		fprintf(stderr, NAME ": %s", why);
	} else if (prog < 0) {
		complain("loading the program", &(struct rawbpf_error){
			.operation = RAWBPF_PROG_LOAD,
			.error = prog,
			.type = BPF_PROG_TYPE_CGROUP_DEVICE,
		});
	}
	return prog;
}

/* ------------------------------------------------------------------------ cgroup */

/* The attached programs: this command's, by their name, and those of others. */
struct attached {
	int own[PROGRAMS]; /* their descriptors */
	unsigned own_count;
	struct {
		unsigned id;
		char name[BPF_OBJ_NAME_LEN]; /* the kernel accepts letters, digits, _ and . */
	} others[PROGRAMS];
	unsigned other_count;
};

/* Add a program to one of the two lists. A program that is gone by now belongs to none. */
static int add_program(struct attached *attached, unsigned id)
{
	struct bpf_prog_info info;
	int err, prog = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, id, NULL);

	if (prog == -ENOENT)
		return 0;
	if (prog < 0)
		return prog;
	memset(&info, 0, sizeof info);
	err = rawbpf_obj_info(prog, &info, sizeof info);
	if (err >= 0 && strcmp(info.name, NAME) == 0) {
		attached->own[attached->own_count++] = prog;
		return 0;
	}
	attached->others[attached->other_count].id = id;
	memcpy(attached->others[attached->other_count++].name, info.name, BPF_OBJ_NAME_LEN);
	close(prog);
	return err < 0 ? err : 0;
}

static void close_programs(struct attached *attached)
{
	while (attached->own_count)
		close(attached->own[--attached->own_count]);
}

static int find_programs(struct attached *attached, int cgroup, const char *path)
{
	unsigned ids[PROGRAMS], i;
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = PROGRAMS };
	int err = rawbpf_prog_query(&query, cgroup, BPF_CGROUP_DEVICE);

	*attached = (struct attached){ 0 };
	if (err < 0)
		return complain("querying the programs of the cgroup", &(struct rawbpf_error){
			.operation = RAWBPF_PROG_QUERY, .error = err, .name = path,
			.type = BPF_PROG_TYPE_CGROUP_DEVICE });
	for (i = 0; i < query.count && err == 0; i++)
		err = add_program(attached, ids[i]);
	if (err < 0) {
		close_programs(attached);
		return complain("opening an attached program", &(struct rawbpf_error){
			.operation = RAWBPF_OBJ_ID_OPEN, .error = err });
	}
	return 0;
}

static void mention_others(const struct attached *attached, const char *path)
{
	unsigned i;

	for (i = 0; i < attached->other_count; i++)
		fprintf(stderr,
			NAME ": note: program %u '%s' is attached to %s too, and may deny more\n",
			attached->others[i].id, attached->others[i].name, path);
}

static int detach_programs(const struct attached *attached, int cgroup, const char *path)
{
	unsigned i;
	int err = 0;

	for (i = 0; i < attached->own_count && err == 0; i++)
		err = rawbpf_prog_detach(attached->own[i], cgroup, BPF_CGROUP_DEVICE, NULL);
	return err == 0 ? 0 : complain("detaching the program", &(struct rawbpf_error){
		.operation = RAWBPF_PROG_DETACH, .error = err, .name = path,
		.type = BPF_PROG_TYPE_CGROUP_DEVICE });
}

/* Is no program attached? Then none is mentioned, and looking at programs needs no privilege. */
static int is_alone(int cgroup)
{
	struct rawbpf_prog_query query = { 0 };

	return rawbpf_prog_query(&query, cgroup, BPF_CGROUP_DEVICE) == 0 && query.count == 1;
}

/*
 * Replace our attached program, or attach beside the others. The program stays when this process
 * ends: until it is replaced, detached, or the cgroup is removed.
 */
static int attach_program(int cgroup, const char *path, int prog)
{
	struct attached attached;
	int err = rawbpf_prog_replace(prog, cgroup, BPF_CGROUP_DEVICE, NULL);

	if (err < 0)
		return complain("attaching the program", &(struct rawbpf_error){
			.operation = RAWBPF_PROG_REPLACE,
			.error = err,
			.type = BPF_PROG_TYPE_CGROUP_DEVICE,
			.name = path,
		});
	if (is_alone(cgroup))
		return 0;
	if (find_programs(&attached, cgroup, path) < 0)
		return -1;
	mention_others(&attached, path);
	close_programs(&attached);
	return 0;
}

static int remove_programs(int cgroup, const char *path)
{
	struct attached attached;
	int err;

	if (find_programs(&attached, cgroup, path) < 0)
		return -1;
	if (!attached.own_count) {
		fprintf(stderr, NAME ": no program of " NAME " is attached to %s\n", path);
		return -1;
	}
	err = detach_programs(&attached, cgroup, path);
	close_programs(&attached);
	return err;
}

static int open_cgroup(const char *path)
{
	int cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (cgroup < 0)
		fprintf(stderr, NAME ": opening %s: %s\n", path, strerror(errno));
	return cgroup;
}

/* -------------------------------------------------------------------------- main */

/* Flush standard output after -h, --version or -n. Return the exit status. */
static int finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	fprintf(stderr, NAME ": writing: %s\n", strerror(errno));
	return EXIT_FAILURE;
}

static int run(const struct options *options)
{
	static struct bpf_insn insns[INSNS];
	int cgroup, prog, err, count = generate_program(insns, options);

	if (count < 0)
		return EXIT_FAILURE;
	if (options->print) {
		print_program(insns, count);
		return finish_output();
	}
	cgroup = open_cgroup(options->cgroup);
	if (cgroup < 0)
		return EXIT_FAILURE;
	if (options->remove)
		return remove_programs(cgroup, options->cgroup) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	prog = load_program(insns, count);
	if (prog < 0)
		return EXIT_FAILURE;
	err = attach_program(cgroup, options->cgroup, prog);
	close(prog);
	close(cgroup);
	return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const char usage[] = "usage: " NAME " [-n] [-a|-d] CGROUP [RULE]...\n"
			    "       " NAME " -r CGROUP\n";

static const char help[] =
	"Limit the devices that the processes of a cgroup may use: attach an eBPF program\n"
	"in place of the one that " NAME " attached before.\n"
	"\n"
	"CGROUP is a directory of cgroup v2.\n"
	"RULE is '[allow|deny] TYPE MAJOR:MINOR ACCESS':\n"
	"  TYPE          c (character device), b (block device) or a (any)\n"
	"  MAJOR, MINOR  a number, or * for all\n"
	"  ACCESS        one or more of r (read), w (write), m (mknod)\n"
	"The last RULE that matches decides.\n"
	"These options are for RULEs without allow or deny:\n"
	"  -a, --allow    they allow; deny everything else (default)\n"
	"  -d, --deny     they deny; allow everything else\n"
	"\n"
	"  -n, --print    print the program and attach nothing\n"
	"  -r, --remove   detach the program\n"
	"  -h, --help     print this help\n"
	"      --version  print the version\n"
	"\n"
	"It needs root. Example:\n"
	"  " NAME " /sys/fs/cgroup/jail 'c 1:* rw' 'c 136:* rwm' 'deny c 1:1 rw'\n";

static int usage_error(const char *message)
{
	fprintf(stderr, NAME ": %s\n%s", message, usage);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "allow", no_argument, NULL, 'a' },
		{ "deny", no_argument, NULL, 'd' },
		{ "print", no_argument, NULL, 'n' },
		{ "remove", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	static struct rawbpf_device_rule rules[RULES];
	struct options options = { .rules = rules };
	int letter, list = 0;

	/* '+': options end at CGROUP */
	while ((letter = getopt_long(argc, argv, "+adnrh", long_options, NULL)) != -1) {
		switch (letter) {
		case 'h':
			fputs(usage, stdout);
			fputs(help, stdout);
			return finish_output();
		case 'V':
			puts(NAME " " RAWBPF_VERSION);
			return finish_output();
		case 'n':
			options.print = 1;
			break;
		case 'r':
			options.remove = 1;
			break;
		case '?':
			fputs(usage, stderr);
			return 2;
		default:
			if (list && list != letter)
				return usage_error("-a and -d cannot be used together");
			list = letter;
		}
	}
	if (optind == argc)
		return usage_error("the cgroup is missing");
	options.cgroup = argv[optind++];
	options.allow_list = list != 'd';
	if (options.remove && (list || options.print || optind < argc))
		return usage_error("-r takes a cgroup and nothing else");
	options.rule_count = (unsigned)(argc - optind);
	if (parse_rules(rules, argv + optind, argc - optind, options.allow_list) < 0)
		return 2;
	return run(&options);
}
