/* SPDX-License-Identifier: MIT */
/* What a table and JSON do with each presentation. */
#include "shown.h"

static const struct rawbpf__look look_numbers = { 8, 24, 1, 1, 'n', NULL };

static const struct rawbpf__look looks[] = {
	[RAWBPF_PRESENT_NONE] = { 0, 0, 0, 0, 'n', NULL },
	[RAWBPF_PRESENT_STRING] = { 8, 24, 1, 1, 's', "errno" },
	[RAWBPF_PRESENT_WORDS] = { 8, 24, 1, 1, 'a', "errno" },
	[RAWBPF_PRESENT_TEXT] = { 8, 15, 1, 1, 's', NULL },
	[RAWBPF_PRESENT_BYTES] = { 8, 32, 1, 1, 's', NULL },
	[RAWBPF_PRESENT_ERRNO] = { 9, 12, 1, 0, 'n', "name" },
	[RAWBPF_PRESENT_SIGNAL] = { 9, 10, 1, 0, 'n', "name" },
	[RAWBPF_PRESENT_HEX] = { 10, 18, 0, 0, 'n', NULL },
	[RAWBPF_PRESENT_FLAGS] = { 10, 26, 1, 1, 'n', "name" },
	[RAWBPF_PRESENT_ENUM] = { 8, 15, 1, 0, 'n', "name" },
	[RAWBPF_PRESENT_PID] = { 7, 7, 0, 0, 'n', NULL },
	[RAWBPF_PRESENT_DIRFD] = { 8, 20, 1, 0, 'n', "name" },
	[RAWBPF_PRESENT_CLOCK] = { 8, 8, 1, 0, 's', NULL },
	[RAWBPF_PRESENT_DURATION] = { 10, 10, 0, 0, 'n', NULL },
	[RAWBPF_PRESENT_AGE] = { 10, 10, 0, 0, 'n', NULL },
	[RAWBPF_PRESENT_ADDRESS] = { 15, 21, 1, 0, 's', NULL },
	[RAWBPF_PRESENT_PORT] = { 5, 5, 0, 0, 'n', NULL },
	[RAWBPF_PRESENT_PORT_BE] = { 5, 5, 0, 0, 'n', NULL },
	[RAWBPF_PRESENT_DEV] = { 7, 7, 0, 0, 's', NULL },
	[RAWBPF_PRESENT_KSTACK] = { 0, 0, 1, 0, 'a', NULL },
	[RAWBPF_PRESENT_USER_STRING] = { 8, 24, 1, 1, 's', "errno" },
	[RAWBPF_PRESENT_HIDDEN] = { 0, 0, 0, 0, 0, NULL },
};

RAWBPF__PRIVATE const struct rawbpf__look *rawbpf__look_of(const struct rawbpf_column *column)
{
	const struct rawbpf__look *look = &looks[column->present];

	return column->count && look->json == 'n' ? &look_numbers : look;
}
