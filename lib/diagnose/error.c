/* SPDX-License-Identifier: MIT */
#include <rawbpf/error.h>

#include "error.h"
#include "../sys/file.h"
#include "../../insn/base/out.h"
#include "../../insn/base/string.h"

#define ERRNOS(X) \
	X(E2BIG) X(EACCES) X(EADDRNOTAVAIL) X(EAFNOSUPPORT) X(EAGAIN) X(EBADF) X(EBADMSG) X(EBUSY) \
	X(EEXIST) X(EFAULT) X(EILSEQ) X(EINTR) X(EINVAL) X(EIO) X(ELOOP) X(EMFILE) \
	X(ENAMETOOLONG) X(ENFILE) X(ENODEV) X(ENOENT) X(ENOLINK) X(ENOMEM) X(ENOSPC) X(ENOSYS) \
	X(ENOTDIR) X(ENOTSOCK) X(ENOTTY) X(ENXIO) X(EOPNOTSUPP) X(EOVERFLOW) X(EPERM) X(EPROTO) X(ERANGE) X(EROFS) X(ESRCH) \
	X(ESTALE)

static const short errnos[] = {
#define NUMBER(NAME) NAME,
	ERRNOS(NUMBER)
	RAWBPF__ENOTSUPP
};

/* One after the other, in the same order: pointers would be larger than the names. */
static const char errno_names[] =
#define NAME(NAME) #NAME "\0"
	ERRNOS(NAME)
	"ENOTSUPP";
#undef NAME
#undef NUMBER

/* NULL: one that no function here returns. */
static const char *errno_name(unsigned error)
{
	const char *name = errno_names;
	size_t i;

	for (i = 0; i < sizeof errnos / sizeof errnos[0]; i++, name = rawbpf__nth(name, 1))
		if ((unsigned)errnos[i] == error)
			return name;
	return NULL;
}

/* ------------------------------------------------------------------------- words */

/* The sentence being written: on the line, or cause and remedy on lines of their own. */
struct explanation_words {
	struct rawbpf__out out;
	int lines;
	int starts;  /* the next letter begins a sentence */
};

static void tell_char(struct explanation_words *words, char c)
{
	if (words->starts && c >= 'a' && c <= 'z')
		c += 'A' - 'a';
	words->starts = 0;
	rawbpf__out_byte(&words->out, c);
}

/* A sentence of ours, with @ for the name; its "; " is before the remedy. */
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

/* Before 5.19 bpf(2) may be closed to all who lack CAP_BPF. */
static uint64_t needed_capabilities(const struct rawbpf_error *error)
{
	const struct rawbpf_failures *failures = failures_of(error);
	unsigned kernel = rawbpf__kernel();
	uint64_t needed = failures->capabilities;

	if (failures->capabilities_of)
		needed |= failures->capabilities_of(error->type);
	if (error->error == -EPERM && kernel && kernel < RAWBPF__KERNEL(5, 19) &&
	    rawbpf__file_number(AT_FDCWD, BPF_DISABLED, "") > 0)
		needed |= RAWBPF__NEEDS_BPF;
	return needed;
}

/*
 * CAP_SYS_ADMIN stands for all of them; for CAP_NET_ADMIN in loading programs, elsewhere since
 * 6.9. test/diagnose/capabilities.tsv.
 */
static uint64_t missing_capabilities(const struct rawbpf_error *error, uint64_t held)
{
	unsigned kernel = rawbpf__kernel();

	if (!error->operation)
		return 0;
	if (held & RAWBPF__NEEDS_ADMIN)
		held |= failures_of(error)->eacces_is_verifier || kernel >= RAWBPF__KERNEL(6, 9) || !kernel ?
				~(uint64_t)0 : ~RAWBPF__NEEDS_NET;
	return needed_capabilities(error) & ~held;
}

/* All, where they cannot be read. */
static uint64_t held_capabilities(void)
{
	uint64_t held = ~(uint64_t)0;

	rawbpf__capabilities(&held);
	return held;
}

/* Their names, in small letters, as setcap(8) wants them, or in capitals, as people do. */
static void tell_capabilities(struct explanation_words *words, uint64_t set, const char *between,
			     int capitals)
{
	static const struct {
		uint64_t bit;
		char name[14];
	} names[] = {
		{ RAWBPF__NEEDS_BPF, "cap_bpf" },
		{ RAWBPF__NEEDS_PERFMON, "cap_perfmon" },
		{ RAWBPF__NEEDS_NET, "cap_net_admin" },
		{ RAWBPF__NEEDS_ADMIN, "cap_sys_admin" },
	};
	const char *before = "", *at;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!(set & names[i].bit))
			continue;
		rawbpf__out_text(&words->out, before);
		before = between;
		for (at = names[i].name; *at; at++) {
			words->starts = capitals;
			tell_char(words, *at);
		}
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

static void explain_missing(struct explanation_words *words, const struct rawbpf_error *error,
			    uint64_t missing, uint64_t held)
{
	tell(words, "this process lacks ", NULL);
	tell_capabilities(words, missing, " and ", 1);
	if (!(missing & RAWBPF__NEEDS_ADMIN))
		tell(words, " (or CAP_SYS_ADMIN)", NULL);
	if (missing & RAWBPF__NEEDS_BPF)
		tell_sysctl(words, "unprivileged_bpf_disabled", BPF_DISABLED);
	else if (failures_of(error)->asks_perf)
		tell_sysctl(words, "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid");
	tell(words, "; run it as root (for a trusted group: chmod 750, then setcap ", NULL);
	/* It takes what the file had before: with what is missing go those that are there. */
	tell_capabilities(words, missing | held, ",", 0);
	tell(words, "+ep)", NULL);
}

static void explain_denied(struct explanation_words *words, const struct rawbpf_error *error,
			   const char *sentence)
{
	uint64_t held = held_capabilities(), missing = missing_capabilities(error, held);

	if (error->error == -EACCES && failures_of(error)->eacces_is_verifier)
		tell(words, sentence, error->name);
	else if (missing)
		explain_missing(words, error, missing, held);
	else if ((needed_capabilities(error) || !sentence) && rawbpf__in_user_namespace())
		tell(words, "this process has its capabilities only in a user namespace, and bpf(2) "
			   "checks the initial one; run it as root outside", NULL);
	else if (sentence)
		tell(words, sentence, error->name);
	else if (rawbpf__is_locked_down())
		tell(words, "kernel lockdown is on (/sys/kernel/security/lockdown); "
			   "boot without lockdown= and secure boot", NULL);
	else if (rawbpf__memlock_is_limited())
		tell(words, "this kernel counts maps and programs against the limit on "
			   "locked memory; raise it (ulimit -l unlimited)", NULL);
	else
		tell(words, "no capability is missing: a security module, a seccomp "
			   "filter or the kernel's configuration refuses it", NULL);
}

/* A kernel that is too old says EINVAL, mostly. 0: it is not, or nobody knows. */
static unsigned kernel_wanted(const struct rawbpf_error *error)
{
	const struct rawbpf_failures *failures = failures_of(error);
	unsigned wanted = failures->kernel_of ? failures->kernel_of(error->type) : failures->kernel;
	unsigned kernel = rawbpf__kernel();

	if (error->error != -EINVAL && error->error != -E2BIG)
		return 0;
	return kernel && kernel < wanted ? wanted : 0;
}

static void explain_age(struct explanation_words *words, unsigned wanted)
{
	tell(words, "this kernel is Linux ", NULL);
	rawbpf__out_kernel(&words->out, rawbpf__kernel());
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

/* What the errno means here; NULL: no more than its name says. */
static const char *sentence_of(const struct rawbpf_error *error, const char *name)
{
	const struct rawbpf_failures *failures = failures_of(error);
	const char *sentence = failures->look ? failures->look(error) : NULL;

	if (sentence)
		return sentence;
	return find_sentence_of(failures, error->error == -RAWBPF__ENOTSUPP ? "EOPNOTSUPP" : name);
}

static void explain_error(struct explanation_words *words, const struct rawbpf_error *error,
			  const char *name)
{
	int denied = error->error == -EPERM || error->error == -EACCES ||
		     (error->error == -EINVAL && failures_of(error)->einval_is_denial &&
		      missing_capabilities(error, held_capabilities()));
	const char *sentence = sentence_of(error, name);
	unsigned wanted = kernel_wanted(error);

	if (!denied && !wanted && !sentence)
		return;
	rawbpf__out_text(&words->out, words->lines ? "\n   " : ": ");
	words->starts = words->lines;
	if (denied)
		explain_denied(words, error, sentence);
	else if (wanted)
		explain_age(words, wanted);
	else
		tell(words, sentence, error->name);
	if (words->lines)
		rawbpf__out_text(&words->out, ".");
}

size_t rawbpf_error_explain(char *text, size_t size, const struct rawbpf_error *error)
{
	struct explanation_words words = {
		.out = rawbpf__out_begin(text, size), .lines = error->lines };
	/* Of INT_MIN there is no int. */
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
