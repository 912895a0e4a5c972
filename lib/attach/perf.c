/* SPDX-License-Identifier: MIT */
#include "perf.h"

#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "../sys/cpu.h"
#include "../sys/file.h"
#include "link.h"

/*
 * Open the event on the first CPU that is online, without a file of sysfs. An offline CPU answers
 * ENODEV, a number behind all CPUs EINVAL.
 */
int rawbpf__event_open(const struct perf_event_attr *attr)
{
	int cpu, fd = rawbpf__perf_event_open(attr, -1, 0);

	for (cpu = 1; fd == -ENODEV && cpu < RAWBPF__CPUS_AT_MOST; cpu++) {
		fd = rawbpf__perf_event_open(attr, -1, cpu);
		if (fd == -EINVAL)
			return -ENODEV;
	}
	return fd;
}

int rawbpf__probe_open(struct perf_event_attr *attr, const struct rawbpf__pmu *pmu, int retprobe,
		       unsigned pid)
{
	int bit, type = rawbpf__file_number(AT_FDCWD, pmu->type, "");

	if (type < 0)
		return type == -ENOENT ? -EOPNOTSUPP : type;
	attr->type = type;
	if (retprobe) {
		bit = rawbpf__file_number(AT_FDCWD, pmu->retprobe, "config:");
		if (bit < 0)
			return bit;
		attr->config |= (uint64_t)1 << bit;
	}
	return pid ? rawbpf__perf_event_open(attr, pid, -1) : rawbpf__event_open(attr);
}

static int bind_by_link(int event, int prog, uint64_t cookie)
{
	const struct rawbpf__perf_link_attr attr = {
		.link = { .prog_fd = prog, .target_fd = event, .attach_type = BPF_PERF_EVENT },
		.bpf_cookie = cookie,
	};

	return rawbpf__bpf_fd(BPF_LINK_CREATE, &attr, sizeof attr);
}

static int bind_by_ioctl(int event, int prog, uint64_t cookie)
{
	int err;

	if (cookie)
		return -EOPNOTSUPP;
	err = rawbpf__ioctl(event, PERF_EVENT_IOC_SET_BPF, prog);
	return err < 0 ? err : event;
}

static int bind_somehow(int event, int prog, enum rawbpf_bind bind, uint64_t cookie)
{
	int fd;

	if (bind == RAWBPF_BIND_IOCTL)
		return bind_by_ioctl(event, prog, cookie);
	fd = bind_by_link(event, prog, cookie);
	/* Before 5.15 a perf event cannot be the target of a link: EINVAL. */
	if (bind == RAWBPF_BIND_AUTO && fd == -EINVAL && !cookie)
		return bind_by_ioctl(event, prog, cookie);
	return fd;
}

int rawbpf__perf_attach(struct rawbpf_link *link, int prog, enum rawbpf_bind bind, uint64_t cookie)
{
	int event = link->fd, fd = bind_somehow(event, prog, bind, cookie);

	if (fd < 0) {
		rawbpf_link_detach(link);
		return fd;
	}
	if (fd != event) {
		link->fd = fd;
		rawbpf__close(event); /* the bpf link holds it from here on */
	}
	return 0;
}

int rawbpf_perf_event_attach(struct rawbpf_link *link, int prog, int event,
			     const struct rawbpf_perf_event_spec *spec)
{
	const struct rawbpf_perf_event_spec *given = RAWBPF__SPEC(spec);
	int err = rawbpf__link_set(link, rawbpf__dup(event));

	return err < 0 ? err : rawbpf__perf_attach(link, prog, given->bind, given->cookie);
}
