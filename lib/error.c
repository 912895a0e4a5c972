/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <linux/capability.h>
#include <rawbpf/error.h>

#include "file.h"
#include "text.h"
#include "tracefs.h"

#include <asm/resource.h>

/* Newer than the capability header of some systems that run newer kernels. */
enum { PERFMON = 38, BPF = 39 };

#define BIT(n) ((uint64_t)1 << (n))

static const struct {
	short error;
	char name[14];
} errnos[] = {
	{ E2BIG, "E2BIG" },
	{ EACCES, "EACCES" },
	{ EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	{ EAGAIN, "EAGAIN" },
	{ EBADF, "EBADF" },
	{ EBUSY, "EBUSY" },
	{ EEXIST, "EEXIST" },
	{ EFAULT, "EFAULT" },
	{ EILSEQ, "EILSEQ" },
	{ EINTR, "EINTR" },
	{ EINVAL, "EINVAL" },
	{ EMFILE, "EMFILE" },
	{ ENAMETOOLONG, "ENAMETOOLONG" },
	{ ENFILE, "ENFILE" },
	{ ENODEV, "ENODEV" },
	{ ENOENT, "ENOENT" },
	{ ENOMEM, "ENOMEM" },
	{ ENOSPC, "ENOSPC" },
	{ ENOSYS, "ENOSYS" },
	{ EOPNOTSUPP, "EOPNOTSUPP" },
	{ EPERM, "EPERM" },
	{ ERANGE, "ERANGE" },
	{ ESTALE, "ESTALE" },
	{ RAWBPF__ENOTSUPP, "ENOTSUPP" },
};

/* NULL: one that no function here returns. */
static const char *errno_name(int error)
{
	size_t i;

	for (i = 0; i < sizeof errnos / sizeof errnos[0]; i++)
		if (errnos[i].error == error)
			return errnos[i].name;
	return NULL;
}

/*
 * What is known of an operation. Sentences are strings one after the other, the
 * last one empty: the name of an errno, ": ", and what it means, with @ for the
 * name of what was asked for. Those of EPERM and EACCES are for the case that
 * no capability is missing. One array for each operation, so that the linker
 * can leave it out with the operation: of string literals it keeps all.
 */
struct rawbpf_operation {
	uint64_t (*capabilities)(unsigned type); /* bits; NULL: none. CAP_SYS_ADMIN holds them all */
	const char *(*unsupported)(void);        /* EOPNOTSUPP, where that takes a look, or NULL */
	const char *more_sentences;              /* that several operations share, or NULL */
	char asks_perf;                          /* kernel.perf_event_paranoid matters */
	char eacces_is_verifier;                 /* EACCES does not mean privilege */
	char sentences[];
};

static uint64_t missing_capabilities(const struct rawbpf_error *error)
{
	const struct rawbpf_operation *operation = error->operation;
	uint64_t held = 0;

	if (!operation || !operation->capabilities || rawbpf__capabilities(&held) < 0 ||
	    held & BIT(CAP_SYS_ADMIN))
		return 0;
	return operation->capabilities(error->type) & ~held;
}

static void add_capabilities(struct rawbpf__text *text, uint64_t set)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} names[] = {
		{ BIT(BPF), "CAP_BPF" },
		{ BIT(PERFMON), "CAP_PERFMON" },
		{ BIT(CAP_NET_ADMIN), "CAP_NET_ADMIN" },
		{ BIT(CAP_SYS_ADMIN), "CAP_SYS_ADMIN" },
	};
	const char *between = "";
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!(set & names[i].bit))
			continue;
		rawbpf__text_add(text, between);
		rawbpf__text_add(text, names[i].name);
		between = " and ";
	}
	if (!(set & BIT(CAP_SYS_ADMIN)))
		rawbpf__text_add(text, " (or CAP_SYS_ADMIN)");
}

/* The first namespace of each kind has a fixed inode: include/linux/proc_ns.h. */
static int in_user_namespace(void)
{
	static const char initial[] = "user:[4026531837]";
	char target[32];
	long length = rawbpf__readlink("/proc/self/ns/user", target, sizeof target - 1);

	if (length < 0)
		return 0;
	target[length] = '\0';
	return !rawbpf__starts_with(target, initial);
}

static int kernel_before(unsigned major, unsigned minor)
{
	char release[64];
	const char *at = release;
	unsigned have_major, have_minor;

	if (rawbpf__file_read(AT_FDCWD, "/proc/sys/kernel/osrelease", release, sizeof release) < 0)
		return 0;
	if (!rawbpf__number_parse(&at, &have_major) || *at++ != '.' ||
	    !rawbpf__number_parse(&at, &have_minor))
		return 0;
	return have_major < major || (have_major == major && have_minor < minor);
}

static int memlock_is_limited(void)
{
	uint64_t soft = 0, hard = 0;

	return kernel_before(5, 11) && rawbpf__rlimit_get(RLIMIT_MEMLOCK, &soft, &hard) == 0 &&
	       soft != ~(uint64_t)0;
}

/* "none [integrity] confidentiality": the mode in force is the one in brackets. */
static int is_locked_down(void)
{
	char modes[64];
	const char *at = modes;

	if (rawbpf__file_read(AT_FDCWD, "/sys/kernel/security/lockdown", modes, sizeof modes) < 0)
		return 0;
	while (*at && *at != '[')
		at++;
	return *at && !rawbpf__starts_with(at, "[none]");
}

static void add_sysctl(struct rawbpf__text *text, const char *name, const char *path)
{
	int value = rawbpf__file_number(AT_FDCWD, path, "");

	if (value < 1)
		return;
	rawbpf__text_add(text, ", and ");
	rawbpf__text_add(text, name);
	rawbpf__text_add(text, " is ");
	rawbpf__text_add_dec(text, value);
}

static void explain_missing(struct rawbpf__text *text, const struct rawbpf_error *error,
			    uint64_t missing)
{
	rawbpf__text_add(text, "this process lacks ");
	add_capabilities(text, missing);
	if (missing & BIT(BPF))
		add_sysctl(text, "kernel.unprivileged_bpf_disabled",
			   "/proc/sys/kernel/unprivileged_bpf_disabled");
	else if (error->operation->asks_perf)
		add_sysctl(text, "kernel.perf_event_paranoid",
			   "/proc/sys/kernel/perf_event_paranoid");
	rawbpf__text_add(text, "; run it as root");
}

static void add_sentence(struct rawbpf__text *text, const char *sentence, const char *name)
{
	for (; *sentence; sentence++) {
		char c[2] = { *sentence, '\0' };

		if (*sentence == '@')
			rawbpf__text_add_escaped(text, name ? name : "?");
		else
			rawbpf__text_add(text, c);
	}
}

static void explain_denied(struct rawbpf__text *text, const struct rawbpf_error *error,
			   const char *sentence)
{
	uint64_t missing = missing_capabilities(error);

	if (error->error == -EACCES && error->operation && error->operation->eacces_is_verifier)
		add_sentence(text, sentence, error->name);
	else if (missing)
		explain_missing(text, error, missing);
	else if (in_user_namespace())
		rawbpf__text_add(text, "this process has its capabilities only in a user namespace, "
				       "and bpf(2) asks the initial one; run it as root outside");
	else if (sentence)
		add_sentence(text, sentence, error->name);
	else if (is_locked_down())
		rawbpf__text_add(text, "kernel lockdown is on (/sys/kernel/security/lockdown); "
				       "boot without lockdown= and secure boot");
	else if (memlock_is_limited())
		rawbpf__text_add(text, "this kernel counts maps and programs against the limit on "
				       "locked memory; raise it (ulimit -l unlimited)");
	else
		rawbpf__text_add(text, "no capability is missing: a security module, a seccomp "
				       "filter or the kernel's configuration refuses it");
}

static const char of_any_operation[] =
	"ENOSYS: this kernel has no bpf(2) (it was built without CONFIG_BPF_SYSCALL), or a seccomp "
	"filter hides it\0"
	"ENOMEM: the kernel has no memory for it, or a memory cgroup's limit is reached\0"
	"EMFILE: this process may not open more; ulimit -n raises that\0"
	"ENAMETOOLONG: the kernel takes no name of that length\0"
	"EOPNOTSUPP: this kernel, or its JIT on this machine, cannot do it\0";

static const char *find_sentence(const char *sentences, const char *name)
{
	for (; sentences && *sentences; sentences += rawbpf__length(sentences) + 1) {
		size_t length = rawbpf__length(name);

		if (rawbpf__starts_with(sentences, name) && sentences[length] == ':')
			return sentences + length + 2;
	}
	return NULL;
}

static const char *find_sentence_of(const struct rawbpf_operation *operation, const char *name)
{
	const char *sentence = NULL;

	if (operation)
		sentence = find_sentence(operation->sentences, name);
	if (operation && !sentence)
		sentence = find_sentence(operation->more_sentences, name);
	return sentence ? sentence : find_sentence(of_any_operation, name);
}

size_t rawbpf_error_explain(char *buffer, size_t size, const struct rawbpf_error *error)
{
	struct rawbpf__text text = { .buffer = buffer, .size = size };
	const struct rawbpf_operation *operation = error->operation;
	int magnitude = error->error < 0 ? -error->error : error->error;
	const char *name = errno_name(magnitude);
	const char *sentence;

	if (size)
		buffer[0] = '\0';
	if (!name) {
		rawbpf__text_add(&text, "error ");
		rawbpf__text_add_dec(&text, magnitude);
		return text.length;
	}
	rawbpf__text_add(&text, name);
	sentence = find_sentence_of(operation,
				    error->error == -RAWBPF__ENOTSUPP ? "EOPNOTSUPP" : name);
	if (error->error == -EOPNOTSUPP && operation && operation->unsupported)
		sentence = operation->unsupported();
	if (error->error == -EPERM || error->error == -EACCES) {
		rawbpf__text_add(&text, ": ");
		explain_denied(&text, error, sentence);
	} else if (sentence) {
		rawbpf__text_add(&text, ": ");
		add_sentence(&text, sentence, error->name);
	}
	return text.length;
}

/*
 * The operations. Which capabilities they take: measured on 6.18;
 * kernel/bpf/syscall.c, is_net_admin_prog_type(), is_perfmon_prog_type().
 */
static uint64_t capabilities_of_map(unsigned type)
{
	static const uint64_t of_net_admin =
		BIT(BPF_MAP_TYPE_DEVMAP) | BIT(BPF_MAP_TYPE_DEVMAP_HASH) |
		BIT(BPF_MAP_TYPE_SOCKMAP) | BIT(BPF_MAP_TYPE_SOCKHASH) | BIT(BPF_MAP_TYPE_XSKMAP);
	uint64_t bit = type < 64 ? BIT(type) : 0;

	return BIT(BPF) | (bit & of_net_admin ? BIT(CAP_NET_ADMIN) : 0);
}

const struct rawbpf_operation rawbpf_operation_map_create = {
	.capabilities = capabilities_of_map,
	.sentences =
		"EINVAL: the map's type refuses these sizes or flags, or this kernel does not know "
		"it\0"
		"E2BIG: the map is larger than its type allows\0",
};

static uint64_t capabilities_of_prog(unsigned type)
{
	static const uint64_t of_perfmon =
		BIT(BPF_PROG_TYPE_KPROBE) | BIT(BPF_PROG_TYPE_TRACEPOINT) |
		BIT(BPF_PROG_TYPE_PERF_EVENT) | BIT(BPF_PROG_TYPE_RAW_TRACEPOINT) |
		BIT(BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE) | BIT(BPF_PROG_TYPE_TRACING) |
		BIT(BPF_PROG_TYPE_LSM) | BIT(BPF_PROG_TYPE_STRUCT_OPS);
	static const uint64_t of_neither =
		BIT(BPF_PROG_TYPE_SOCKET_FILTER) | BIT(BPF_PROG_TYPE_CGROUP_SKB) |
		BIT(BPF_PROG_TYPE_SK_REUSEPORT) | BIT(BPF_PROG_TYPE_SK_LOOKUP) |
		BIT(BPF_PROG_TYPE_LIRC_MODE2) | BIT(31 /* BPF_PROG_TYPE_SYSCALL, 5.14 */);
	uint64_t bit = type < 64 ? BIT(type) : 0;

	if (bit & BIT(BPF_PROG_TYPE_EXT)) /* may extend any */
		return BIT(BPF) | BIT(PERFMON) | BIT(CAP_NET_ADMIN);
	if (bit & of_neither)
		return BIT(BPF);
	return BIT(BPF) | (bit & of_perfmon ? BIT(PERFMON) : BIT(CAP_NET_ADMIN));
}

const struct rawbpf_operation rawbpf_operation_prog_load = {
	.capabilities = capabilities_of_prog,
	.eacces_is_verifier = 1,
	.sentences =
		"EACCES: the verifier rejected the program; its log says why\0"
		"EINVAL: the verifier rejected the program (its log says why), or this kernel does "
		"not know its type\0"
		"EBADF: an instruction names a descriptor that is not open\0"
		"E2BIG: the program is too long, or too complex to verify\0"
		"EAGAIN: signals interrupt the verifier again and again; try again\0",
};

static uint64_t capabilities_of_perf(unsigned type)
{
	(void)type;
	return BIT(PERFMON);
}

static const char of_perf[] =
	"EACCES: tracefs cannot be read or written; run it as root\0"
	"ENOSYS: this kernel has no perf_event_open(2) (it was built without "
	"CONFIG_PERF_EVENTS), or a seccomp filter hides it\0";

static int exists(const char *path)
{
	int fd = rawbpf__open(AT_FDCWD, path, O_PATH);

	if (fd >= 0)
		rawbpf__close(fd);
	return fd >= 0;
}

static const char *why_no_kprobes(void)
{
	if (!exists("/sys/kernel"))
		return "sysfs is not mounted; mount -t sysfs sysfs /sys";
	if (!exists("/sys/bus/event_source/devices/kprobe"))
		return "this kernel has no kprobes (it was built without CONFIG_KPROBE_EVENTS)";
	return "an event in tracefs needs that mounted, and a cookie needs a bpf link";
}

static const char *why_no_tracepoints(void)
{
	int events = rawbpf__tracefs_events_open();

	if (events >= 0)
		rawbpf__close(events);
	if (events == -EOPNOTSUPP)
		return "tracefs is not mounted; mount -t tracefs tracefs /sys/kernel/tracing";
	return "a cookie needs a bpf link, and an ioctl makes none";
}

const struct rawbpf_operation rawbpf_operation_kprobe_attach = {
	.capabilities = capabilities_of_perf,
	.unsupported = why_no_kprobes,
	.more_sentences = of_perf,
	.asks_perf = 1,
	.sentences =
		"ENOENT: this kernel has no function '@'; see /proc/kallsyms\0"
		"EINVAL: '@' cannot be probed: not a function's name, one that kprobes "
		"themselves rely on, or an offset inside an instruction\0"
		"EILSEQ: '@' cannot be probed: the offset is inside an instruction\0"
		"EBUSY: 1024 events of this library are in tracefs already\0"
		"EADDRNOTAVAIL: this kernel has several functions '@'; probe one by its "
		"address\0",
};

const struct rawbpf_operation rawbpf_operation_tracepoint_attach = {
	.capabilities = capabilities_of_perf,
	.unsupported = why_no_tracepoints,
	.more_sentences = of_perf,
	.asks_perf = 1,
	.sentences =
		"ENOENT: this kernel has no tracepoint '@'; see "
		"/sys/kernel/tracing/available_events\0"
		"EACCES: tracefs cannot be read (run it as root), or the program reads past the "
		"end of the tracepoint's record\0"
		"EEXIST: the program is attached to '@' already\0",
};

const struct rawbpf_operation rawbpf_operation_raw_tracepoint_attach = {
	.sentences =
		"ENOENT: this kernel has no raw tracepoint '@'\0",
};

static uint64_t capabilities_of_cgroup(unsigned type)
{
	return type == BPF_PROG_TYPE_CGROUP_SKB ? BIT(CAP_NET_ADMIN) : 0;
}

static const char of_cgroup[] =
	"EBADF: '@' is not a directory of cgroup v2; those are where /proc/mounts has 'cgroup2'\0"
	"ENOENT: the cgroup '@' was removed\0"
	"EINVAL: this kernel was built without CONFIG_CGROUP_BPF\0";

const struct rawbpf_operation rawbpf_operation_cgroup_attach = {
	.capabilities = capabilities_of_cgroup,
	.more_sentences = of_cgroup,
	.sentences =
		"EPERM: a program is attached to '@', or to a cgroup above, that admits no "
		"other (without BPF_F_ALLOW_MULTI)\0"
		"ENOENT: the cgroup '@' was removed, or the program to replace is not "
		"attached to it\0"
		"EINVAL: the program is attached to '@' already, its type is not one for "
		"this hook, or this kernel was built without CONFIG_CGROUP_BPF\0"
		"E2BIG: as many programs as can be are attached to '@' already\0"
		"ESTALE: somebody else attached or detached programs of '@' meanwhile; try "
		"again\0",
};

const struct rawbpf_operation rawbpf_operation_cgroup_detach = {
	.capabilities = capabilities_of_cgroup,
	.more_sentences = of_cgroup,
	.sentences =
		"ENOENT: the program is not attached to '@', or by a link; or '@' was "
		"removed\0",
};

static uint64_t capabilities_of_net(unsigned type)
{
	(void)type;
	return BIT(CAP_NET_ADMIN);
}

const struct rawbpf_operation rawbpf_operation_cgroup_query = {
	.capabilities = capabilities_of_net,
	.more_sentences = of_cgroup,
	.sentences = "",
};

static uint64_t capabilities_of_admin(unsigned type)
{
	(void)type;
	return BIT(CAP_SYS_ADMIN);
}

const struct rawbpf_operation rawbpf_operation_obj_id_open = {
	.capabilities = capabilities_of_admin,
	.sentences =
		"ENOENT: it is gone\0",
};
