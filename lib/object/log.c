/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "../sys/attr.h"
#include "../../insn/base/string.h"

int rawbpf__log_begin(const struct rawbpf__log *log)
{
	if (!log->text || !log->size)
		return 0;
	log->text[0] = '\0';
	if (log->length)
		*log->length = 1;
	return 1;
}

/* Copy the end of the kernel's log to the caller. */
static void keep_end(const struct rawbpf__log *log, const char *whole)
{
	size_t length = rawbpf__length(whole);
	size_t room = log->size - 1;
	size_t kept = length < room ? length : room;

	__builtin_memcpy(log->text, whole + length - kept, kept);
	log->text[kept] = '\0';
	if (log->length)
		*log->length = length + 1;
}

int rawbpf__log_load(const struct rawbpf__log *log,
		     int (*attempt)(void *attr, uint64_t scratch, uint32_t size), void *attr,
		     int unlogged)
{
	size_t size = log->first;

	for (;;) {
		void *scratch;
		int fd;

		if (rawbpf__mmap(&scratch, size, PROT_READ | PROT_WRITE, -1) < 0)
			return unlogged;
		fd = attempt(attr, RAWBPF__PTR(scratch), size);
		if (fd != -ENOSPC || size == log->largest)
			keep_end(log, scratch);
		rawbpf__munmap(scratch, size);
		if (fd != -ENOSPC || size == log->largest)
			return fd;
		/* size << 4 can be more than 32 bits hold */
		size = size < log->largest >> 4 ? size << 4 : log->largest;
	}
}
