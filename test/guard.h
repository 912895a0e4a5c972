/* SPDX-License-Identifier: MIT */
/* Memory that ends at a page which nobody may touch: to read on is to be killed. */
#ifndef TEST_GUARD_H
#define TEST_GUARD_H

#include <check.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A copy of the bytes that stays for the test, aligned to `alignment`, a power of 2: so up to
 * alignment - 1 bytes more can be read.
 */
static inline void *guard_copy(const void *bytes, size_t size, size_t alignment)
{
	const size_t page = sysconf(_SC_PAGESIZE), room = (size + page) & -page;
	char *pages = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	ck_assert(pages != MAP_FAILED);
	ck_assert_int_eq(mprotect(pages + room, page, PROT_NONE), 0);
	return memcpy(pages + ((room - size) & -alignment), bytes, size);
}

#endif
