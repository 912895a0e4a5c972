/* SPDX-License-Identifier: MIT */
/* minimal.c with bare system calls: the floor for its size and its calls. */
#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdint.h>

#include "minimal.h"

#ifndef RAW_TRACEPOINT
static int number_in(const char *path)
{
	char text[16];
	int fd = system_call(__NR_openat, AT_FDCWD, (long)path, O_RDONLY, 0, 0);
	long length = system_call(__NR_read, fd, (long)text, sizeof text, 0, 0);
	int number = 0;

	system_call(__NR_close, fd, 0, 0, 0, 0);
	for (long i = 0; i < length && text[i] >= '0'; i++)
		number = number * 10 + text[i] - '0';
	return number;
}
#endif

static long bpf(int command, union bpf_attr *attr)
{
	return system_call(__NR_bpf, command, (long)attr, sizeof *attr, 0, 0);
}

MAIN
{
	union bpf_attr attr;
	unsigned key = 0;
	uint64_t value;
	int count, prog, link;

	__builtin_memset(&attr, 0, sizeof attr);
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 1;
	count = bpf(BPF_MAP_CREATE, &attr);

	const struct bpf_insn insns[] = COUNTER(count);

	__builtin_memset(&attr, 0, sizeof attr);
	attr.prog_type = PROG_TYPE;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof insns / sizeof insns[0];
	attr.license = (uintptr_t)"GPL";
	prog = bpf(BPF_PROG_LOAD, &attr);

	__builtin_memset(&attr, 0, sizeof attr);
#ifdef RAW_TRACEPOINT
	attr.raw_tracepoint.name = (uintptr_t)"sys_enter";
	attr.raw_tracepoint.prog_fd = prog;
	link = bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
#else
	struct perf_event_attr event = { 0 };

	event.type = number_in("/sys/bus/event_source/devices/kprobe/type");
	event.size = PERF_ATTR_SIZE_VER1;
	event.kprobe_func = (uintptr_t)"__x64_sys_fchownat";
	attr.link_create.prog_fd = prog;
	attr.link_create.target_fd = system_call(__NR_perf_event_open, (long)&event, -1, 0, -1,
						 PERF_FLAG_FD_CLOEXEC);
	attr.link_create.attach_type = BPF_PERF_EVENT;
	link = bpf(BPF_LINK_CREATE, &attr);
#endif

	__builtin_memset(&attr, 0, sizeof attr);
	attr.map_fd = count;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	END(link < 0 || bpf(BPF_MAP_LOOKUP_ELEM, &attr) < 0);
}
