/* SPDX-License-Identifier: MIT */
#include <rawbpf/kprobe.h>

#include "../sys/attr.h"
#include "kprobe.h"
#include "perf.h"
#include "../../insn/base/character.h"
#include "../../insn/base/out.h"
#include "syscall_entry.h"

enum { SYMBOL_SIZE = 512 }; /* KSYM_NAME_LEN, with the NUL */

/* One place, resolved: a symbol and offset, or no symbol and an address. */
struct place {
	char symbol[SYMBOL_SIZE];
	uint64_t offset_or_address;
};

/*
 * Set the place's symbol. The kernel reads the name as text among other text, so no character may
 * end it.
 */
static int symbol_set(struct place *place, const char *prefix, const char *name)
{
	struct rawbpf__out out = rawbpf__out_begin(place->symbol, sizeof place->symbol);
	const char *at;

	for (at = name; *at; at++)
		if (!rawbpf__is_printable(*at) || *at == ' ' || *at == '+')
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

/* Open the probe as a perf event in link->fd. */
static int probe_open(struct rawbpf_link *link, const struct place *place,
		      const struct rawbpf_kprobe_spec *spec, rawbpf__tracefs_open_fn *tracefs_open)
{
	int err = -EOPNOTSUPP;

	if (spec->method != RAWBPF_KPROBE_TRACEFS)
		err = pmu_open(link, place, spec->retprobe);
	if (err != -EOPNOTSUPP || !tracefs_open)
		return err;
	err = tracefs_open(link, place->symbol, place->offset_or_address, spec);
	/* AUTO treats a tracefs that it cannot read as none. TRACEFS, asked for by name, does not. */
	return err == -EACCES && spec->method == RAWBPF_KPROBE_AUTO ? -EOPNOTSUPP : err;
}

static int entry_open(struct rawbpf_link *link, const char *prefix, const char *entry,
		      const struct rawbpf_kprobe_spec *spec, rawbpf__tracefs_open_fn *tracefs_open)
{
	struct place place = { .offset_or_address = spec->retprobe ? 0 : RAWBPF__SYSCALL_ENTRY_OFFSET };
	int err = symbol_set(&place, prefix, entry);

	return err < 0 ? err : probe_open(link, &place, spec, tracefs_open);
}

static int syscall_open(struct rawbpf_link *link, const struct rawbpf_kprobe_spec *spec,
			rawbpf__tracefs_open_fn *tracefs_open)
{
	const char *entry = rawbpf__syscall_entry(spec->syscall);
	int err = entry ? entry_open(link, RAWBPF__SYSCALL_PREFIX, entry, spec, tracefs_open) : -ENOENT;

#ifdef RAWBPF__SYSCALL_PREFIX_BEFORE
	/* Beside wrappers, such a name belongs to another function: sys_fillrect of a framebuffer. */
	if (entry && err == -ENOENT &&
	    entry_open(link, RAWBPF__SYSCALL_PREFIX, "getpid", spec, tracefs_open) < 0)
		return entry_open(link, RAWBPF__SYSCALL_PREFIX_BEFORE, entry, spec, tracefs_open);
	if (entry && err == -ENOENT)
		rawbpf_link_detach(link);
#endif
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
	if (!spec)
		return -EINVAL;
	if (!tracefs_open &&
	    (spec->method == RAWBPF_KPROBE_TRACEFS || spec->maxactive | spec->compat))
		return -EINVAL;
	if (!!spec->symbol + !!spec->syscall + !!spec->address != 1)
		return -EINVAL;
	if ((spec->offset && !spec->symbol) || (spec->syscall && !spec->syscall[0]))
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
