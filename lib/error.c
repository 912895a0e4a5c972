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
	{ RAWBPF__ENOTSUPP, "ENOTSUPP" },
};

static void add_errno(struct rawbpf__text *text, int error)
{
	size_t i;

	for (i = 0; i < sizeof errnos / sizeof errnos[0]; i++) {
		if (errnos[i].error == error) {
			rawbpf__text_add(text, errnos[i].name);
			return;
		}
	}
	rawbpf__text_add(text, "error ");
	rawbpf__text_add_dec(text, error);
}

/*
 * Which capabilities an operation takes. CAP_SYS_ADMIN holds them all. Measured
 * on 6.18; kernel/bpf/syscall.c, is_net_admin_prog_type(), is_perfmon_prog_type().
 */
static const uint64_t maps_of_net_admin =
	BIT(BPF_MAP_TYPE_DEVMAP) | BIT(BPF_MAP_TYPE_DEVMAP_HASH) | BIT(BPF_MAP_TYPE_SOCKMAP) |
	BIT(BPF_MAP_TYPE_SOCKHASH) | BIT(BPF_MAP_TYPE_XSKMAP);

static const uint64_t progs_of_perfmon =
	BIT(BPF_PROG_TYPE_KPROBE) | BIT(BPF_PROG_TYPE_TRACEPOINT) | BIT(BPF_PROG_TYPE_PERF_EVENT) |
	BIT(BPF_PROG_TYPE_RAW_TRACEPOINT) | BIT(BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE) |
	BIT(BPF_PROG_TYPE_TRACING) | BIT(BPF_PROG_TYPE_LSM) | BIT(BPF_PROG_TYPE_STRUCT_OPS);

static const uint64_t progs_of_neither =
	BIT(BPF_PROG_TYPE_SOCKET_FILTER) | BIT(BPF_PROG_TYPE_CGROUP_SKB) |
	BIT(BPF_PROG_TYPE_SK_REUSEPORT) | BIT(BPF_PROG_TYPE_SK_LOOKUP) |
	BIT(BPF_PROG_TYPE_LIRC_MODE2) | BIT(31 /* BPF_PROG_TYPE_SYSCALL, 5.14 */);

static uint64_t capabilities_for(const struct rawbpf_error *error)
{
	uint64_t type = error->type < 64 ? BIT(error->type) : 0;

	switch (error->operation) {
	case RAWBPF_MAP_CREATE:
		return BIT(BPF) | (type & maps_of_net_admin ? BIT(CAP_NET_ADMIN) : 0);
	case RAWBPF_PROG_LOAD:
		if (type & BIT(BPF_PROG_TYPE_EXT)) /* may extend any */
			return BIT(BPF) | BIT(PERFMON) | BIT(CAP_NET_ADMIN);
		if (type & progs_of_neither)
			return BIT(BPF);
		return BIT(BPF) | (type & progs_of_perfmon ? BIT(PERFMON) : BIT(CAP_NET_ADMIN));
	case RAWBPF_KPROBE_ATTACH:
	case RAWBPF_TRACEPOINT_ATTACH:
		return BIT(PERFMON);
	default:
		return 0;
	}
}

static uint64_t missing_capabilities(const struct rawbpf_error *error)
{
	uint64_t held = 0;

	if (rawbpf__capabilities(&held) < 0 || held & BIT(CAP_SYS_ADMIN))
		return 0;
	return capabilities_for(error) & ~held;
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
	rawbpf__text_add(text, " (or CAP_SYS_ADMIN)");
	if (missing & BIT(BPF))
		add_sysctl(text, "kernel.unprivileged_bpf_disabled",
			   "/proc/sys/kernel/unprivileged_bpf_disabled");
	else if (error->operation >= RAWBPF_KPROBE_ATTACH)
		add_sysctl(text, "kernel.perf_event_paranoid",
			   "/proc/sys/kernel/perf_event_paranoid");
	rawbpf__text_add(text, "; run it as root");
}

static void explain_denied(struct rawbpf__text *text, const struct rawbpf_error *error)
{
	uint64_t missing = missing_capabilities(error);
	int uses_tracefs = error->operation == RAWBPF_KPROBE_ATTACH ||
			   error->operation == RAWBPF_TRACEPOINT_ATTACH;

	if (error->operation == RAWBPF_PROG_LOAD && error->error == -EACCES)
		rawbpf__text_add(text, "the verifier rejected the program; its log says why");
	else if (missing)
		explain_missing(text, error, missing);
	else if (in_user_namespace())
		rawbpf__text_add(text, "this process has its capabilities only in a user namespace, "
				       "and bpf(2) asks the initial one; run it as root outside");
	else if (uses_tracefs && error->error == -EACCES)
		rawbpf__text_add(text, "tracefs cannot be read or written; run it as root");
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

static int exists(const char *path)
{
	int fd = rawbpf__open(AT_FDCWD, path, O_PATH);

	if (fd >= 0)
		rawbpf__close(fd);
	return fd >= 0;
}

static int tracefs_is_mounted(void)
{
	int fd = rawbpf__tracefs_events_open();

	if (fd >= 0)
		rawbpf__close(fd);
	return fd != -EOPNOTSUPP;
}

static const char *why_unsupported(const struct rawbpf_error *error)
{
	int is_kprobe = error->operation == RAWBPF_KPROBE_ATTACH;

	if (!is_kprobe && error->operation != RAWBPF_TRACEPOINT_ATTACH)
		return "this kernel, or its JIT on this machine, cannot do it";
	if (is_kprobe && !exists("/sys/kernel"))
		return "sysfs is not mounted; mount -t sysfs sysfs /sys";
	if (is_kprobe && !exists("/sys/bus/event_source/devices/kprobe"))
		return "this kernel has no kprobes (it was built without CONFIG_KPROBE_EVENTS)";
	if (is_kprobe)
		return "an event in tracefs needs that mounted, and a cookie needs a bpf link";
	if (!tracefs_is_mounted())
		return "tracefs is not mounted; mount -t tracefs tracefs /sys/kernel/tracing";
	return "a cookie needs a bpf link, and an ioctl makes none";
}

/* What needs no look at the system: one sentence an operation and errno, @ for the name. */
static const struct sentence {
	signed char operation; /* enum rawbpf_operation, or any */
	short error;
	const char *text;
} sentences[] = {
	{ RAWBPF_MAP_CREATE, EINVAL, "this kernel does not know the map's type or something else it "
				     "asks for, or the type refuses these sizes or flags" },
	{ RAWBPF_MAP_CREATE, E2BIG, "the map is larger than its type allows" },
	{ RAWBPF_PROG_LOAD, EINVAL, "the verifier rejected the program, or this kernel does not know "
				    "its type; the log, if there is one, says why" },
	{ RAWBPF_PROG_LOAD, E2BIG, "the program is too long, or too complex to verify" },
	{ RAWBPF_PROG_LOAD, EAGAIN, "signals interrupt the verifier again and again; try again" },
	{ RAWBPF_KPROBE_ATTACH, ENOENT, "this kernel has no function '@'; see /proc/kallsyms" },
	{ RAWBPF_KPROBE_ATTACH, EINVAL, "'@' cannot be probed: not a function's name, one that "
					"kprobes themselves rely on, or an offset inside an instruction" },
	{ RAWBPF_KPROBE_ATTACH, EILSEQ, "'@' cannot be probed: the offset is inside an instruction" },
	{ RAWBPF_KPROBE_ATTACH, ERANGE, "'@' cannot be probed: the offset is past its end" },
	{ RAWBPF_KPROBE_ATTACH, EADDRNOTAVAIL, "this kernel has several functions '@'; probe one by "
					       "its address" },
	{ RAWBPF_KPROBE_ATTACH, ENOSYS, "this kernel has no perf_event_open(2) (it was built without "
					"CONFIG_PERF_EVENTS), or a seccomp filter hides it" },
	{ RAWBPF_TRACEPOINT_ATTACH, ENOENT, "this kernel has no tracepoint '@'; see "
					    "/sys/kernel/tracing/available_events" },
	{ RAWBPF_TRACEPOINT_ATTACH, ENOSYS, "this kernel has no perf_event_open(2) (it was built "
					    "without CONFIG_PERF_EVENTS), or a seccomp filter hides it" },
	{ RAWBPF_RAW_TRACEPOINT_ATTACH, ENOENT, "this kernel has no raw tracepoint '@'" },
	{ -1, ENOSYS, "this kernel has no bpf(2) (it was built without CONFIG_BPF_SYSCALL), or a "
		      "seccomp filter hides it" },
	{ RAWBPF_TRACEPOINT_ATTACH, EEXIST, "the program is attached to '@' already" },
	{ -1, ENOMEM, "the kernel has no memory for it, or a memory cgroup's limit is reached" },
	{ -1, EMFILE, "this process may not open more; ulimit -n raises that" },
};

static const char *find_sentence(const struct rawbpf_error *error)
{
	size_t i;

	for (i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
		const struct sentence *s = &sentences[i];

		if (s->error == -error->error &&
		    (s->operation < 0 || s->operation == (int)error->operation))
			return s->text;
	}
	return NULL;
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

size_t rawbpf_error_explain(char *buffer, size_t size, const struct rawbpf_error *error)
{
	struct rawbpf__text text = { .buffer = buffer, .size = size };
	const char *sentence = find_sentence(error);
	int errno_value = -error->error;

	if (size)
		buffer[0] = '\0';
	add_errno(&text, errno_value);
	if (errno_value == EPERM || errno_value == EACCES) {
		rawbpf__text_add(&text, ": ");
		explain_denied(&text, error);
	} else if (errno_value == EOPNOTSUPP || errno_value == RAWBPF__ENOTSUPP) {
		rawbpf__text_add(&text, ": ");
		rawbpf__text_add(&text, why_unsupported(error));
	} else if (sentence) {
		rawbpf__text_add(&text, ": ");
		add_sentence(&text, sentence, error->name);
	}
	return text.length;
}
