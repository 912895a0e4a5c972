/* SPDX-License-Identifier: MIT */
#include <rawbpf/collection.h>

#include "../base/string.h"

/* By their numbers. */
static const char way_names[] =
	"none\0syscall\0sysret\0kprobe\0kretprobe\0fentry\0fexit\0lsm\0tp_btf\0raw_tp\0tracepoint\0"
	"uprobe\0uretprobe\0iter\0perf\0xdp\0tc\0cgroup\0socket\0";

const char *rawbpf_way_name(enum rawbpf_way way)
{
	return (unsigned)way < RAWBPF_WAYS ? rawbpf__nth(way_names, way) : NULL;
}

int rawbpf_way_find(const char *name)
{
	return rawbpf__list_find(way_names, name, rawbpf__length(name));
}
