/* SPDX-License-Identifier: MIT */
#include <rawbpf/map.h>

#include "cpu.h"
#include "file.h"
#include "../../insn/base/number.h"
#include "../../insn/base/out.h"

enum { CPU_NUMBERS = 1 << 20 }; /* keeps the sum of all ranges of a list below INT_MAX */

int rawbpf__cpu_range_parse(const char **list, unsigned *first, unsigned *last)
{
	if (!**list)
		return 0;
	if (!rawbpf__number_parse(list, NULL, first))
		return -EINVAL;
	*last = *first;
	if (**list == '-') {
		++*list;
		if (!rawbpf__number_parse(list, NULL, last) || *last < *first)
			return -EINVAL;
	}
	if (*last >= CPU_NUMBERS)
		return -EINVAL;
	if (**list == ',' && (*list)[1])
		++*list;
	else if (**list)
		return -EINVAL;
	return 1;
}

static int count_cpus(const char *list)
{
	unsigned count = 0, first, last;
	int more;

	while ((more = rawbpf__cpu_range_parse(&list, &first, &last)) > 0)
		count += last - first + 1;
	return more < 0 ? more : count ? (int)count : -EINVAL;
}

int rawbpf_cpu_count(void)
{
	char list[1024];
	int length = rawbpf__file_read(AT_FDCWD, "/sys/devices/system/cpu/possible", list,
				       sizeof list);

	if (length < 0)
		return length;
	/* A truncated list would make every buffer too small, so reject it. */
	return length < (int)sizeof list - 1 ? count_cpus(list) : -EINVAL;
}

uint64_t rawbpf__cpu_birth(unsigned number)
{
	char path[64];
	struct rawbpf__out out = rawbpf__out_begin(path, sizeof path);
	uint64_t inode = 0;

	rawbpf__out_text(&out, "/sys/devices/system/cpu/cpu");
	rawbpf__out_number(&out, number);
	rawbpf__out_text(&out, "/topology");
	rawbpf__inode(AT_FDCWD, path, &inode);
	return inode;
}
