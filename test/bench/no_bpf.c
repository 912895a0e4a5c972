/* SPDX-License-Identifier: MIT */
/*
 * Stubs of the library's functions that examples/fchownat-count.c calls. Linked with them, it is a
 * program with the same libc calls and without BPF. The difference in size is the library's. The
 * stubs are opaque: LTO would otherwise see that they do nothing, and drop the code behind their
 * calls.
 */
#include <rawbpf.h>

#define OPAQUE __attribute__((noipa))

OPAQUE int rawbpf_memlock_raise(void)
{
	return 0;
}

OPAQUE int rawbpf_map_create(const struct rawbpf_map_spec *spec)
{
	return spec->type;
}

OPAQUE int rawbpf_map_layout_info(struct rawbpf_map_layout *layout, int map)
{
	layout->cpus = layout->lookup_size = 8;
	return map;
}

OPAQUE int rawbpf_map_percpu_lookup(int map, const struct rawbpf_map_layout *layout,
				    const void *key, void *values, size_t size)
{
	return map + (layout && key && values && size);
}

OPAQUE int rawbpf_prog_load(const struct rawbpf_prog_spec *spec)
{
	return spec->type;
}

OPAQUE int rawbpf_kprobe_pmu_attach(struct rawbpf_link *link, int prog,
				    const struct rawbpf_kprobe_spec *spec)
{
	return prog + (link && spec);
}

OPAQUE int rawbpf_tracepoint_attach(struct rawbpf_link *link, int prog,
			     const struct rawbpf_tracepoint_spec *spec)
{
	return prog + (link && spec);
}

OPAQUE int rawbpf_raw_tracepoint_attach(struct rawbpf_link *link, int prog,
				 const struct rawbpf_raw_tracepoint_spec *spec)
{
	return prog + (link && spec);
}

OPAQUE int rawbpf_link_detach(struct rawbpf_link *link)
{
	return link->fd;
}

const struct rawbpf_operation RAWBPF_MAP_CREATE[1], RAWBPF_PROG_LOAD[1], RAWBPF_KPROBE_PMU_ATTACH[1],
	RAWBPF_TRACEPOINT_ATTACH[1], RAWBPF_RAW_TRACEPOINT_ATTACH[1];

OPAQUE size_t rawbpf_error_explain(char *text, size_t size, const struct rawbpf_error *error)
{
	*text = '\0';
	return size + !error->operation->failures;
}
