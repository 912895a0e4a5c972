/* SPDX-License-Identifier: MIT */
/*
 * The device filter of a container: which device nodes the processes of a
 * cgroup may make, read and write.
 *
 * cgroup v2 has no file for that. The kernel asks an eBPF program, which gets
 * the device's type and numbers and the kind of access and answers 1 or 0, so
 * whoever runs containers generates a program from a list of rules. Here that
 * is done with the builder: a few instructions per rule, and labels in place of
 * counted jumps. Then the program takes the place of the one before, with no
 * moment in between at which there is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>
#include <rawbpf/form.h>

#define NAME "devcg"

enum {
	RULES = 256, /* the verifier's work grows by their square */
	SLOTS = 16 + 9 * RULES, /* a rule is up to 8 instructions and a label */
	PROGRAMS = 64,          /* the kernel's limit for one cgroup */
	ATTEMPTS = 10,
};

enum { MAJOR_MAX = 4095, MINOR_MAX = 1048575, ANY = -1 };

/* Types and accesses are bits, the kernel's. */
enum { BOTH = BPF_DEVCG_DEV_BLOCK | BPF_DEVCG_DEV_CHAR };
enum { ALL = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE };

struct rule {
	int allow;
	int type;         /* BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR or BOTH */
	int major, minor; /* or ANY */
	int access;       /* of BPF_DEVCG_ACC_* */
};

struct options {
	const char *cgroup;
	int allow_list; /* rules say what is allowed; else what is denied */
	int print;
	int remove;
};

static struct rule rules[RULES];
static unsigned rule_count;

/* ------------------------------------------------------------------------- rules */

/* MAJOR or MINOR up to its end: a number or *. */
static int parse_number(const char *text, const char *end, int max, int *number)
{
	char *stop;
	long value;

	if (end - text == 1 && *text == '*') {
		*number = ANY;
		return 0;
	}
	if (*text < '0' || *text > '9')
		return -1;
	value = strtol(text, &stop, 10);
	*number = (int)value;
	return stop == end && value <= max ? 0 : -1;
}

static int parse_numbers(const char *text, struct rule *rule)
{
	const char *colon = strchr(text, ':');

	if (!colon || parse_number(text, colon, MAJOR_MAX, &rule->major) < 0)
		return -1;
	return parse_number(colon + 1, colon + strlen(colon), MINOR_MAX, &rule->minor);
}

static int parse_access(const char *text)
{
	int access = 0;

	for (; *text; text++) {
		if (*text == 'r')
			access |= BPF_DEVCG_ACC_READ;
		else if (*text == 'w')
			access |= BPF_DEVCG_ACC_WRITE;
		else if (*text == 'm')
			access |= BPF_DEVCG_ACC_MKNOD;
		else
			return -1;
	}
	return access;
}

/* [allow|deny] TYPE MAJOR:MINOR ACCESS. Returns NULL, or what is wrong with it. */
static const char *parse_rule(struct rule *rule, const char *text, int allow)
{
	char words[5][16], (*word)[16] = words;
	int count = sscanf(text, "%15s %15s %15s %15s %15s", words[0], words[1], words[2], words[3],
			   words[4]);

	rule->allow = allow;
	if (count == 4) {
		rule->allow = strcmp(words[0], "allow") == 0;
		if (!rule->allow && strcmp(words[0], "deny") != 0)
			return "want '[allow|deny] TYPE MAJOR:MINOR ACCESS'";
		word++;
	} else if (count != 3) {
		return "want 'TYPE MAJOR:MINOR ACCESS'";
	}
	rule->type = strcmp(word[0], "a") == 0   ? BOTH
		     : strcmp(word[0], "b") == 0 ? BPF_DEVCG_DEV_BLOCK
		     : strcmp(word[0], "c") == 0 ? BPF_DEVCG_DEV_CHAR
						 : 0;
	if (!rule->type)
		return "TYPE is c, b or a";
	if (parse_numbers(word[1], rule) < 0)
		return "MAJOR is 0 to 4095 or *, MINOR is 0 to 1048575 or *";
	rule->access = parse_access(word[2]);
	if (rule->access < 0)
		return "ACCESS is of r, w and m";
	return NULL;
}

/* ----------------------------------------------------------------------- program */

static void build_verdict(struct rawbpf_build *b, int allow, unsigned line)
{
	const struct bpf_insn verdict[] = { BPF_MOV64_IMM(BPF_REG_0, allow), BPF_EXIT_INSN() };

	rawbpf_build_emit_at(b, verdict, RAWBPF_COUNT(verdict), line);
}

/* Go on behind this rule unless the register has this value. */
static void build_match(struct rawbpf_build *b, unsigned reg, int value, unsigned line)
{
	rawbpf_build_jump_at(b, BPF_JMP32_IMM(BPF_JNE, reg, value, 0), "1f", line);
}

/*
 * One rule, for those that it matches; others go on at the label "1", behind
 * it. An access is a set: a rule that allows takes from r3 what it allows, and
 * the request is granted once nothing is left; one that denies refuses when
 * there is still something that it denies. The instructions' line is the
 * rule's number, counted from 1.
 */
static void build_rule(struct rawbpf_build *b, const struct rule *rule, unsigned line)
{
	const struct bpf_insn take[] = {
		BPF_ALU32_IMM(BPF_AND, BPF_REG_3, ALL & ~rule->access),
	};
	const struct bpf_insn test[] = {
		BPF_MOV32_REG(BPF_REG_0, BPF_REG_3),
		BPF_ALU32_IMM(BPF_AND, BPF_REG_0, rule->access),
	};

	if (rule->type != BOTH)
		build_match(b, BPF_REG_2, rule->type, line);
	if (rule->major != ANY)
		build_match(b, BPF_REG_4, rule->major, line);
	if (rule->minor != ANY)
		build_match(b, BPF_REG_5, rule->minor, line);
	if (rule->access != ALL && rule->allow) {
		rawbpf_build_emit_at(b, take, RAWBPF_COUNT(take), line);
		build_match(b, BPF_REG_3, 0, line);
	} else if (rule->access != ALL) {
		rawbpf_build_emit_at(b, test, RAWBPF_COUNT(test), line);
		rawbpf_build_jump_at(b, BPF_JMP32_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "1f", line);
	}
	build_verdict(b, rule->allow, line);
	rawbpf_build_label_at(b, "1", line);
}

/* Does it match whatever is asked for? */
static int matches_all(const struct rule *rule)
{
	return rule->type == BOTH && rule->major == ANY && rule->minor == ANY &&
	       rule->access == ALL;
}

/*
 * The last rule that matches decides, so it is asked first. Instructions that
 * are never reached are an error to the verifier: nothing comes after a rule
 * that matches all.
 */
static void build_program(struct rawbpf_build *b, int allow_list)
{
	enum {
		ACCESS_TYPE = offsetof(struct bpf_cgroup_dev_ctx, access_type),
		MAJOR = offsetof(struct bpf_cgroup_dev_ctx, major),
		MINOR = offsetof(struct bpf_cgroup_dev_ctx, minor),
	};
	const struct bpf_insn begin[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, ACCESS_TYPE), /* access << 16 | type */
		BPF_MOV32_REG(BPF_REG_3, BPF_REG_2),
		BPF_ALU32_IMM(BPF_AND, BPF_REG_2, 0xffff),             /* r2 = type */
		BPF_ALU32_IMM(BPF_RSH, BPF_REG_3, 16),                 /* r3 = access */
		BPF_LDX_MEM(BPF_W, BPF_REG_4, BPF_REG_1, MAJOR),       /* r4 = major */
		BPF_LDX_MEM(BPF_W, BPF_REG_5, BPF_REG_1, MINOR),       /* r5 = minor */
	};
	unsigned i;

	rawbpf_build_emit_at(b, begin, RAWBPF_COUNT(begin), 0);
	for (i = rule_count; i > 0; i--) {
		build_rule(b, &rules[i - 1], i);
		if (matches_all(&rules[i - 1]))
			return;
	}
	build_verdict(b, !allow_list, 0);
}

static void print_number(int number, const char *after)
{
	if (number == ANY)
		printf("*%s", after);
	else
		printf("%d%s", number, after);
}

static void print_rule(const struct rule *rule)
{
	printf("%s %s ", rule->allow ? "allow" : "deny",
	       rule->type == BOTH ? "a" : rule->type == BPF_DEVCG_DEV_CHAR ? "c" : "b");
	print_number(rule->major, ":");
	print_number(rule->minor, " ");
	printf("%s%s%s", rule->access & BPF_DEVCG_ACC_READ ? "r" : "",
	       rule->access & BPF_DEVCG_ACC_WRITE ? "w" : "",
	       rule->access & BPF_DEVCG_ACC_MKNOD ? "m" : "");
}

/* One instruction a line, and beside the first of each rule the rule. */
static void print_program(const struct bpf_insn *insns, unsigned count,
			  const struct rawbpf_build_slot *from)
{
	unsigned i, slots, rule = 0;
	char text[128];

	for (i = 0; i < count; i += slots) {
		rawbpf_insn_format(text, sizeof text, insns + i, count - i, RAWBPF_LLVM, NULL, &slots);
		if (from[i].line && from[i].line != rule) {
			printf("%-32s # ", text);
			print_rule(&rules[from[i].line - 1]);
			puts("");
		} else {
			puts(text);
		}
		rule = from[i].line;
	}
}

/* Say on stderr what failed, why, and what to do. */
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

	rawbpf_memlock_raise(); /* before Linux 5.11 a program needs it; else it does no harm */
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = NAME,
		.type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = insns,
		.insn_count = count,
		.log = log,
		.log_size = sizeof log,
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

/* What is attached: programs of this command's, by their name, and those of others. */
struct attached {
	uint64_t revision;
	int own[PROGRAMS]; /* descriptors */
	unsigned own_count;
	struct {
		unsigned id;
		char name[BPF_OBJ_NAME_LEN]; /* the kernel admits letters, digits, _ and . */
	} others[PROGRAMS];
	unsigned other_count;
};

/* A program that is attached goes to one of the two lists, or nowhere if it is gone by now. */
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

	*attached = (struct attached){ .revision = query.revision };
	if (err < 0)
		return complain("asking what is attached", &(struct rawbpf_error){
			.operation = RAWBPF_PROG_QUERY, .error = err, .name = path,
			.type = BPF_PROG_TYPE_CGROUP_DEVICE });
	for (i = 0; i < query.count && err == 0; i++)
		err = add_program(attached, ids[i]);
	if (err < 0) {
		close_programs(attached);
		return complain("looking at what is attached", &(struct rawbpf_error){
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

/* Detach our programs from the one at `first` on. */
static int detach_programs(const struct attached *attached, unsigned first, int cgroup,
			   const char *path)
{
	int err = 0;

	for (; first < attached->own_count && err == 0; first++)
		err = rawbpf_prog_detach(attached->own[first], cgroup, BPF_CGROUP_DEVICE, NULL);
	return err == 0 ? 0 : complain("detaching the program", &(struct rawbpf_error){
		.operation = RAWBPF_PROG_DETACH, .error = err, .name = path,
		.type = BPF_PROG_TYPE_CGROUP_DEVICE });
}

/*
 * Take the place of our program that is attached, or a place beside the others.
 * It stays when this process ends: until it is replaced, detached, or the
 * cgroup is removed. If somebody else changes what is attached between the
 * question and the answer (since 6.17 the kernel notices), it is asked again.
 */
static int attach_program(int cgroup, const char *path, int prog)
{
	struct attached attached;
	int err, tries;

	for (tries = 0; tries < ATTEMPTS; tries++) {
		if (find_programs(&attached, cgroup, path) < 0)
			return -1;
		err = rawbpf_prog_attach(prog, cgroup, BPF_CGROUP_DEVICE,
					 &(struct rawbpf_prog_attach_spec){
				.flags = BPF_F_ALLOW_MULTI,
				.replace = attached.own_count ? attached.own[0] : 0,
				.expected_revision = attached.revision,
			});
		if (err == 0)
			break;
		close_programs(&attached);
		if (err != -ESTALE && err != -ENOENT)
			break;
	}
	if (err < 0)
		return complain("attaching the program", &(struct rawbpf_error){
			.operation = RAWBPF_PROG_ATTACH,
			.error = err,
			.type = BPF_PROG_TYPE_CGROUP_DEVICE,
			.name = path,
		});
	/* Two that ran at once before 6.17 may have left two. */
	err = detach_programs(&attached, 1, cgroup, path);
	mention_others(&attached, path);
	close_programs(&attached);
	return err;
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
	err = detach_programs(&attached, 0, cgroup, path);
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

/* The end of what prints a text and is done. */
static int finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	fprintf(stderr, NAME ": writing: %s\n", strerror(errno));
	return EXIT_FAILURE;
}

static int run(const struct options *options)
{
	static struct rawbpf_build_slot slots[SLOTS];
	static struct bpf_insn insns[SLOTS];
	struct rawbpf_build b = { .slots = slots, .slot_max = SLOTS };
	int cgroup, count, prog, err;

	build_program(&b, options->allow_list);
	count = rawbpf_build_resolve(&b, insns, SLOTS, NULL);
	if (count < 0) { /* the only surprise would be in this file */
		char why[256];

		rawbpf_build_explain(why, sizeof why, &b.error);
		fprintf(stderr, NAME ": building the program: %s\n", why);
		return EXIT_FAILURE;
	}
	if (options->print) {
		print_program(insns, count, slots);
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
	"Say which devices the processes of a cgroup may use, by an eBPF program that is\n"
	"attached to it, in place of the one that " NAME " attached before.\n"
	"\n"
	"CGROUP is a directory of cgroup v2. RULE is '[allow|deny] TYPE MAJOR:MINOR ACCESS':\n"
	"  TYPE          c (character device), b (block device) or a (any)\n"
	"  MAJOR, MINOR  a number, or * for all\n"
	"  ACCESS        of r (read), w (write) and m (mknod)\n"
	"The last RULE that matches decides. Without 'allow' or 'deny' it is as these say:\n"
	"  -a, --allow    RULEs allow, all else is denied (default)\n"
	"  -d, --deny     RULEs deny, all else is allowed\n"
	"\n"
	"  -n, --print    print the program, and attach nothing\n"
	"  -r, --remove   detach the program\n"
	"  -h, --help     this text\n"
	"      --version  the version\n"
	"\n"
	"Needs root. Example:\n"
	"  " NAME " /sys/fs/cgroup/jail 'c 1:* rw' 'c 136:* rwm' 'deny c 1:1 rw'\n";

static int parse_rules(char **texts, int count, int allow_list)
{
	int i;

	if (count > RULES) {
		fprintf(stderr, NAME ": %d rules are too many, %d is the most\n", count, RULES);
		return -1;
	}
	for (i = 0; i < count; i++) {
		const char *wrong = parse_rule(&rules[i], texts[i], allow_list);

		if (wrong) {
			fprintf(stderr, NAME ": rule '%s': %s\n", texts[i], wrong);
			return -1;
		}
	}
	rule_count = count;
	return 0;
}

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
	struct options options = { 0 };
	int letter, list = 0;

	/* '+': what follows CGROUP is never an option */
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
				return usage_error("-a and -d exclude each other");
			list = letter;
		}
	}
	if (optind == argc)
		return usage_error("which cgroup?");
	options.cgroup = argv[optind++];
	options.allow_list = list != 'd';
	if (options.remove && (list || options.print || optind < argc))
		return usage_error("-r wants a cgroup and nothing else");
	if (parse_rules(argv + optind, argc - optind, options.allow_list) < 0)
		return 2;
	return run(&options);
}
