/* SPDX-License-Identifier: MIT */
#include <rawbpf/kprobe.h>

#include "../sys/attr.h"
#include "kprobe.h"
#include "perf.h"
#include "../../insn/base/out.h"

enum { SYMBOL_SIZE = 512 }; /* KSYM_NAME_LEN, with the NUL */

/*
 * The entry functions of system calls: NAME of fchownat is here behind a prefix
 * that differs by architecture. On riscv64 the function's first instructions
 * belong to ftrace, and kprobes refuse them before 7.x; 8 bytes on, arguments
 * are still in place.
 */
#if defined(__x86_64__)
static const char *const syscall_prefixes[] = { "__x64_sys_", "sys_" };
#elif defined(__i386__)
static const char *const syscall_prefixes[] = { "__ia32_sys_", "sys_" };
#elif defined(__aarch64__)
static const char *const syscall_prefixes[] = { "__arm64_sys_", "sys_" };
#elif defined(__s390x__)
static const char *const syscall_prefixes[] = { "__s390x_sys_", "sys_" };
#elif defined(__riscv)
static const char *const syscall_prefixes[] = { "__riscv_sys_", "sys_" };
#else
static const char *const syscall_prefixes[] = { "sys_" };
#endif
#if defined(__riscv)
enum { SYSCALL_ENTRY_OFFSET = 8 };
#else
enum { SYSCALL_ENTRY_OFFSET = 0 };
#endif
enum { SYSCALL_PREFIXES = sizeof syscall_prefixes / sizeof syscall_prefixes[0] };

/* One place, resolved: a symbol and offset, or no symbol and an address. */
struct place {
	char symbol[SYMBOL_SIZE];
	uint64_t offset_or_address;
};

/* A name goes to the kernel as text among other text: nothing in it may end it. */
static int symbol_set(struct place *place, const char *prefix, const char *name)
{
	struct rawbpf__out out = rawbpf__out_begin(place->symbol, sizeof place->symbol);
	const char *at;

	for (at = name; *at; at++)
		if (*at <= ' ' || *at > '~' || *at == '+')
			return -EINVAL;
	if (at == name)
		return -EINVAL;
	rawbpf__out_text(&out, prefix);
	rawbpf__out_text(&out, name);
	return out.length < sizeof place->symbol ? 0 : -ENAMETOOLONG;
}

static int pmu_open(struct rawbpf_link *link, const struct place *place, int retprobe)
{
	struct perf_event_attr attr = {
		.size = PERF_ATTR_SIZE_VER1,
		.kprobe_func = RAWBPF__PTR(place->symbol[0] ? place->symbol : NULL),
		.probe_offset = place->offset_or_address,
	};
	static const struct rawbpf__pmu pmu = RAWBPF__PMU("kprobe");
	int fd = rawbpf__probe_open(&attr, &pmu, retprobe, 0);

	if (fd < 0)
		return fd;
	link->fd = fd;
	return 0;
}

/* Open the probe as a perf event, which link->fd becomes. */
static int probe_open(struct rawbpf_link *link, const struct place *place,
		      const struct rawbpf_kprobe_spec *spec, rawbpf__tracefs_open_fn *tracefs_open)
{
	int err = -EOPNOTSUPP;

	if (spec->method != RAWBPF_KPROBE_TRACEFS)
		err = pmu_open(link, place, spec->retprobe);
	if (err != -EOPNOTSUPP || !tracefs_open)
		return err;
	err = tracefs_open(link, place->symbol, place->offset_or_address, spec->retprobe);
	/* Unless it was asked for by name, a tracefs that cannot be read is as good as none. */
	return err == -EACCES && spec->method == RAWBPF_KPROBE_AUTO ? -EOPNOTSUPP : err;
}

static int syscall_open(struct rawbpf_link *link, const struct rawbpf_kprobe_spec *spec,
			rawbpf__tracefs_open_fn *tracefs_open)
{
	struct place place = { .offset_or_address = spec->retprobe ? 0 : SYSCALL_ENTRY_OFFSET };
	int i, err = -ENOENT;

	for (i = 0; i < SYSCALL_PREFIXES && err == -ENOENT; i++) {
		err = symbol_set(&place, syscall_prefixes[i], spec->syscall);
		if (err < 0)
			return err;
		err = probe_open(link, &place, spec, tracefs_open);
	}
	return err;
}

static int symbol_open(struct rawbpf_link *link, const struct rawbpf_kprobe_spec *spec,
		       rawbpf__tracefs_open_fn *tracefs_open)
{
	struct place place = { .offset_or_address = spec->offset };
	int err = symbol_set(&place, "", spec->symbol);

	return err < 0 ? err : probe_open(link, &place, spec, tracefs_open);
}

static int address_open(struct rawbpf_link *link, const struct rawbpf_kprobe_spec *spec,
			rawbpf__tracefs_open_fn *tracefs_open)
{
	const struct place place = { .offset_or_address = spec->address };

	return probe_open(link, &place, spec, tracefs_open);
}

int rawbpf__kprobe_attach(struct rawbpf_link *link, int prog,
			  const struct rawbpf_kprobe_spec *spec,
			  rawbpf__tracefs_open_fn *tracefs_open)
{
	int err;

	*link = (struct rawbpf_link){ 0 };
	if (!tracefs_open && spec->method == RAWBPF_KPROBE_TRACEFS)
		return -EINVAL;
	if (!!spec->symbol + !!spec->syscall + !!spec->address != 1)
		return -EINVAL;
	if (spec->offset && !spec->symbol)
		return -EINVAL;

	if (spec->symbol)
		err = symbol_open(link, spec, tracefs_open);
	else if (spec->syscall)
		err = syscall_open(link, spec, tracefs_open);
	else
		err = address_open(link, spec, tracefs_open);
	if (err < 0)
		return err;
	return rawbpf__perf_attach(link, prog, spec->bind, spec->cookie);
}

int rawbpf_kprobe_pmu_attach(struct rawbpf_link *link, int prog,
			     const struct rawbpf_kprobe_spec *spec)
{
	return rawbpf__kprobe_attach(link, prog, spec, NULL);
}
