/* SPDX-License-Identifier: MIT */
/* Memory that ends at an inaccessible page: a read behind its end kills the process. */
#ifndef TEST_GUARD_H
#define TEST_GUARD_H

#include <check.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Copy bytes for the rest of the test, aligned to `alignment`, a power of 2. So up to alignment - 1
 * more bytes are readable.
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
