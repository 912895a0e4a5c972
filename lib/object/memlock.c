/* SPDX-License-Identifier: MIT */
#include <rawbpf/obj.h>

#include "../sys/sys.h"

#include <asm/resource.h>

int rawbpf_memlock_raise(void)
{
	const uint64_t infinity = ~(uint64_t)0;
	uint64_t soft = 0, hard = 0;
	int err = rawbpf__rlimit_set(RLIMIT_MEMLOCK, infinity, infinity);

	if (err != -EPERM || rawbpf__rlimit_get(RLIMIT_MEMLOCK, &soft, &hard) < 0)
		return err;
	if (soft != hard)
		rawbpf__rlimit_set(RLIMIT_MEMLOCK, hard, hard);
	return hard == infinity ? 0 : -EPERM;
}
