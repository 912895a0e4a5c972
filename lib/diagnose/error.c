/* SPDX-License-Identifier: MIT */
#include <rawbpf/error.h>

#include "error.h"
#include "../sys/file.h"
#include "../../insn/base/character.h"
#include "../../insn/base/out.h"
#include "../../insn/base/string.h"

#define ERRNOS(X) \
	X(E2BIG) X(EACCES) X(EADDRNOTAVAIL) X(EAFNOSUPPORT) X(EAGAIN) X(EBADF) X(EBADMSG) \
	X(EBUSY) X(EDESTADDRREQ) X(EEXIST) X(EFAULT) X(EILSEQ) X(EINTR) X(EINVAL) X(EIO) \
	X(EISDIR) X(ELOOP) X(EMFILE) X(ENAMETOOLONG) X(ENFILE) X(ENODEV) X(ENOENT) X(ENOEXEC) \
	X(ENOLINK) X(ENOMEM) X(ENOMSG) X(ENOSPC) X(ENOSYS) X(ENOTDIR) X(ENOTSOCK) X(ENOTTY) \
	X(ENXIO) X(EOPNOTSUPP) X(EOVERFLOW) X(EPERM) X(EPROTO) X(ERANGE) X(EROFS) X(ESRCH) \
	X(ESTALE) X(EXDEV)

static const unsigned char errnos[] = { /* ENOTSUPP, 524, fits no byte */
#define NUMBER(NAME) NAME,
	ERRNOS(NUMBER)
};

/* One after the other, in the order of errnos[]: pointers would be larger than the names. */
static const char errno_names[] =
#define NAME(NAME) #NAME "\0"
	ERRNOS(NAME)
	"ENOTSUPP";
#undef NAME
#undef NUMBER

/* Return the errno's name; NULL: no function here returns it. */
static const char *errno_name(unsigned error)
{
	const char *name = errno_names;
	size_t i;

	for (i = 0; i < sizeof errnos / sizeof errnos[0]; i++, name = rawbpf__nth(name, 1))
		if (errnos[i] == error)
			return name;
	return error == RAWBPF__ENOTSUPP ? name : NULL;
}

/* ------------------------------------------------------------------------- words */

/* The sentence in progress: on the line, or cause and remedy on lines of their own. */
struct explanation_words {
	struct rawbpf__out out;
	int lines;
	int starts;  /* the next letter begins a sentence */
};

static void tell_char(struct explanation_words *words, char c)
{
	rawbpf__out_byte(&words->out, words->starts ? rawbpf__upper(c) : c);
	words->starts = 0;
}

/* Write a sentence of ours. `name` replaces an @. A "; " in the sentence precedes the remedy. */
static void tell(struct explanation_words *words, const char *sentence, const char *name)
{
	for (; *sentence; sentence++) {
		if (*sentence == '@') {
			rawbpf__out_name(&words->out, name ? name : "?");
		} else if (words->lines && rawbpf__starts_with(sentence, "; ")) {
			rawbpf__out_text(&words->out, ".\n   ");
			words->starts = 1;
			sentence++;
		} else {
			tell_char(words, *sentence);
		}
	}
}

/* ------------------------------------------------------------------- what is missing */

static const struct rawbpf_failures no_failures = {
	.sentences = "ENOSYS: this kernel has no such call, or a seccomp filter hides it\0",
};

static int is_of_cgroups(unsigned type)
{
	const uint64_t types =
		RAWBPF__BIT(BPF_PROG_TYPE_CGROUP_SKB) | RAWBPF__BIT(BPF_PROG_TYPE_CGROUP_SOCK) |
		RAWBPF__BIT(BPF_PROG_TYPE_SOCK_OPS) | RAWBPF__BIT(BPF_PROG_TYPE_CGROUP_DEVICE) |
		RAWBPF__BIT(BPF_PROG_TYPE_CGROUP_SOCK_ADDR) |
		RAWBPF__BIT(BPF_PROG_TYPE_CGROUP_SYSCTL) | RAWBPF__BIT(BPF_PROG_TYPE_CGROUP_SOCKOPT);

	return type < 64 && types >> type & 1;
}

static const struct rawbpf_failures *failures_of(const struct rawbpf_error *error)
{
	const struct rawbpf_failures *failures =
		error->operation ? error->operation->failures : &no_failures;

	return failures->of_cgroups && is_of_cgroups(error->type) ? failures->of_cgroups : failures;
}

#define BPF_DISABLED "/proc/sys/kernel/unprivileged_bpf_disabled"

/* Return the capabilities that this process holds; all of them, if they cannot be read. */
static uint64_t held_capabilities(void)
{
	uint64_t held = ~(uint64_t)0;

	rawbpf__capabilities(&held);
	return held;
}

/* The facts that explain an error. */
struct explanation_facts {
	const struct rawbpf_error *error;
	const struct rawbpf_failures *failures;
	const char *sentence;		/* NULL: the errno's name says all */
	uint64_t held, needed, missing;	/* capabilities */
	unsigned kernel;		/* running; 0: unknown */
};

/* Return the needed capabilities. Before 5.19 a system may close bpf(2) to processes without CAP_BPF. */
static uint64_t needed_capabilities(const struct explanation_facts *facts)
{
	unsigned type = facts->error->type;
	uint64_t needed = facts->failures->capabilities;

	if (facts->failures->capabilities_of)
		needed |= facts->failures->capabilities_of(type);
	if (facts->error->error == -EPERM && facts->kernel && facts->kernel < RAWBPF__KERNEL(5, 19) &&
	    rawbpf__file_number(AT_FDCWD, BPF_DISABLED, "") > 0)
		needed |= RAWBPF__NEEDS_BPF;
	return needed;
}

/*
 * Return the missing capabilities. CAP_SYS_ADMIN stands for all of them. It stands for
 * CAP_NET_ADMIN in loads of programs, elsewhere since 6.9. See test/diagnose/capabilities.tsv.
 */
static uint64_t missing_capabilities(const struct explanation_facts *facts)
{
	uint64_t held = facts->held;

	if (!facts->error->operation)
		return 0;
	if (held & RAWBPF__NEEDS_ADMIN)
		held |= facts->failures->eacces_is_verifier || facts->kernel >= RAWBPF__KERNEL(6, 9) ||
			!facts->kernel ? ~(uint64_t)0 : ~RAWBPF__NEEDS_NET;
	return facts->needed & ~held;
}

/* Write their names: in small letters for setcap(8), in capitals for people. */
static void tell_capabilities(struct explanation_words *words, uint64_t set, const char *between,
			     int capitals)
{
	static const struct {
		uint8_t number;
		char name[11];
	} names[] = {
		{ RAWBPF__CAP_BPF, "bpf" },
		{ RAWBPF__CAP_PERFMON, "perfmon" },
		{ CAP_NET_ADMIN, "net_admin" },
		{ CAP_SYS_ADMIN, "sys_admin" },
	};
	const char *before = "", *at;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!(set >> names[i].number & 1))
			continue;
		rawbpf__out_text(&words->out, before);
		rawbpf__out_text(&words->out, capitals ? "CAP_" : "cap_");
		before = between;
		for (at = names[i].name; *at; at++)
			rawbpf__out_byte(&words->out, capitals ? rawbpf__upper(*at) : *at);
	}
}

static void tell_sysctl(struct explanation_words *words, const char *name, const char *path)
{
	int value = rawbpf__file_number(AT_FDCWD, path, "");

	if (value < 1)
		return;
	tell(words, ", and kernel.", NULL);
	tell(words, name, NULL);
	tell(words, " is ", NULL);
	rawbpf__out_number(&words->out, value);
}

static void explain_missing(struct explanation_words *words, const struct explanation_facts *facts)
{
	tell(words, "this process lacks ", NULL);
	tell_capabilities(words, facts->missing, " and ", 1);
	if (!(facts->missing & RAWBPF__NEEDS_ADMIN))
		tell(words, " (or CAP_SYS_ADMIN)", NULL);
	if (facts->missing & RAWBPF__NEEDS_BPF)
		tell_sysctl(words, "unprivileged_bpf_disabled", BPF_DISABLED);
	else if (facts->failures->asks_perf)
		tell_sysctl(words, "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid");
	tell(words, "; run it as root (for a trusted group: chmod 750, then setcap ", NULL);
	/* setcap(8) takes away what the file had before, so name the held capabilities too. */
	tell_capabilities(words, facts->missing | facts->held, ",", 0);
	tell(words, "+ep)", NULL);
}

/* Return the reason for a refusal if no capability is missing. */
static const char *denial(const struct explanation_facts *facts)
{
	if ((facts->needed || !facts->sentence) && rawbpf__in_user_namespace())
		return "this process has its capabilities only in a user namespace, and bpf(2) "
		       "checks the initial one; run it as root outside";
	if (facts->sentence)
		return facts->sentence;
	if (rawbpf__is_locked_down())
		return "kernel lockdown is on (/sys/kernel/security/lockdown); "
		       "boot without lockdown= and secure boot";
	if (rawbpf__memlock_is_limited())
		return "this kernel counts maps and programs against the limit on "
		       "locked memory; raise it (ulimit -l unlimited)";
	return "no capability is missing: a security module, a seccomp "
	       "filter or the kernel's configuration refuses it";
}

static void explain_denied(struct explanation_words *words, const struct explanation_facts *facts)
{
	if (facts->error->error == -EACCES && facts->failures->eacces_is_verifier)
		tell(words, facts->sentence, facts->error->name);
	else if (facts->missing)
		explain_missing(words, facts);
	else
		tell(words, denial(facts), facts->error->name);
}

/*
 * Return the kernel that the operation needs. A kernel that is too old mostly returns EINVAL. 0:
 * this one is new enough, or unknown.
 */
static unsigned kernel_wanted(const struct explanation_facts *facts)
{
	const struct rawbpf_failures *failures = facts->failures;
	unsigned wanted = failures->kernel_of ? failures->kernel_of(facts->error->type) : failures->kernel;

	if (facts->error->error != -EINVAL && facts->error->error != -E2BIG)
		return 0;
	return facts->kernel && facts->kernel < wanted ? wanted : 0;
}

static void explain_age(struct explanation_words *words, unsigned kernel, unsigned wanted)
{
	tell(words, "this kernel is Linux ", NULL);
	rawbpf__out_kernel(&words->out, kernel);
	tell(words, ", and this needs Linux ", NULL);
	rawbpf__out_kernel(&words->out, wanted);
}

/* --------------------------------------------------------------------- sentences */

static const char of_any_operation[] =
	"ENOSYS: this kernel has no bpf(2) (it was built without CONFIG_BPF_SYSCALL), or a seccomp "
	"filter hides it\0"
	"ENOMEM: the kernel has no memory for it, or a memory cgroup's limit is reached\0"
	"EMFILE: this process may open no more descriptors; raise ulimit -n\0"
	"ENFILE: the system may open no more files; raise /proc/sys/fs/file-max\0"
	"EBADF: a descriptor is not open\0"
	"EFAULT: an argument points outside this process's memory\0"
	"ENAMETOOLONG: the name is longer than the kernel accepts\0"
	"EOPNOTSUPP: this kernel, or its JIT on this machine, cannot do it\0";

static const char *find_sentence(const char *sentences, const char *name)
{
	for (; sentences && *sentences; sentences = rawbpf__nth(sentences, 1)) {
		const char *behind = rawbpf__behind(sentences, NULL, name);

		if (behind && *behind == ':')
			return behind + 2;
	}
	return NULL;
}

static const char *find_sentence_of(const struct rawbpf_failures *failures, const char *name)
{
	const char *sentence = find_sentence(failures->sentences, name);

	if (!sentence)
		sentence = find_sentence(failures->more_sentences, name);
	return sentence ? sentence : find_sentence(of_any_operation, name);
}

/* Return the errno's meaning here; NULL: it means no more than its name. */
static const char *sentence_of(const struct explanation_facts *facts, const char *name)
{
	const struct rawbpf_failures *failures = facts->failures;
	const char *sentence = failures->look ? failures->look(facts->error) : NULL;

	if (sentence)
		return sentence;
	return find_sentence_of(failures,
				facts->error->error == -RAWBPF__ENOTSUPP ? "EOPNOTSUPP" : name);
}

static void explain_error(struct explanation_words *words, const struct rawbpf_error *error,
			  const char *name)
{
	struct explanation_facts facts = { .error = error, .failures = failures_of(error),
					   .held = held_capabilities(), .kernel = rawbpf__kernel() };
	unsigned wanted = kernel_wanted(&facts);
	int denied;

	facts.sentence = sentence_of(&facts, name);
	facts.needed = needed_capabilities(&facts);
	facts.missing = missing_capabilities(&facts);
	denied = error->error == -EPERM || error->error == -EACCES ||
		 (error->error == -EINVAL && facts.failures->einval_is_denial && facts.missing);
	if (!denied && !wanted && !facts.sentence)
		return;
	rawbpf__out_text(&words->out, words->lines ? "\n   " : ": ");
	words->starts = words->lines;
	if (denied)
		explain_denied(words, &facts);
	else if (wanted)
		explain_age(words, facts.kernel, wanted);
	else
		tell(words, facts.sentence, error->name);
	if (words->lines)
		rawbpf__out_text(&words->out, ".");
}

size_t rawbpf_error_explain(char *text, size_t size, const struct rawbpf_error *error)
{
	struct explanation_words words = {
		.out = rawbpf__out_begin(text, size), .lines = error->lines };
	/* An int cannot hold -INT_MIN. */
	unsigned magnitude = error->error < 0 ? -(unsigned)error->error : (unsigned)error->error;
	const char *name = errno_name(magnitude);

	if (name) {
		rawbpf__out_text(&words.out, name);
		explain_error(&words, error, name);
	} else {
		rawbpf__out_text(&words.out, "error ");
		rawbpf__out_number(&words.out, magnitude);
	}
	return words.out.length;
}
