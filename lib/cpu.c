/* SPDX-License-Identifier: MIT */
#include <rawbpf/cpu.h>

#include "file.h"
#include "text.h"

enum { CPUS_AT_MOST = 1 << 20 }; /* of any kernel; what is more is garbage */

/* Ranges and single numbers with commas between: "0-3,8-11", "0,2". */
static int count_cpus(const char *list)
{
	unsigned count = 0;

	for (;; list++) {
		unsigned first, last;

		if (!rawbpf__number_parse(&list, &first))
			return -EINVAL;
		last = first;
		if (*list == '-') {
			list++;
			if (!rawbpf__number_parse(&list, &last) || last < first)
				return -EINVAL;
		}
		if (last >= CPUS_AT_MOST)
			return -EINVAL;
		count += last - first + 1;
		if (!*list)
			return count;
		if (*list != ',')
			return -EINVAL;
	}
}

int rawbpf_cpu_possible(void)
{
	char list[1024];
	int length = rawbpf__file_read(AT_FDCWD, "/sys/devices/system/cpu/possible", list,
				       sizeof list);

	if (length < 0)
		return length;
	/* Of a list that was cut off, the rest would be missing in every buffer's size. */
	return length < (int)sizeof list - 1 ? count_cpus(list) : -EINVAL;
}
