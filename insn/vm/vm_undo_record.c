/* SPDX-License-Identifier: MIT */
/*
 * The ring of records. A step in it is, in words of 64 bits:
 *
 *	COUNT { BYTES... OFFSET AREA<<32|SIZE } COUNT
 *
 * COUNT is the number of all these words. BYTES are the old ones, up to whole words. So the ring
 * can be read from both ends.
 */
#include "vm_undo_record.h"

enum { UNDO_RUN = 1 << 20 };	/* bytes of a record, at most */

/* ------------------------------------------------------------------------------- writing */

static uint64_t *undo_word(const struct rawbpf_vm_undo *undo, uint64_t position)
{
	return &undo->words[(size_t)(position % undo->word_count)];
}

/* Append a word to the step that began at undo->open. Old steps make room for it. */
static void undo_push(struct rawbpf_vm_undo *undo, uint64_t word)
{
	while (!undo->lost && undo->end - undo->begin == undo->word_count) {
		if (undo->begin == undo->open) {
			undo->lost = 1;
		} else {
			undo->begin += *undo_word(undo, undo->begin);
			undo->oldest++;
		}
	}
	if (!undo->lost)
		*undo_word(undo, undo->end++) = word;
}

/* Do two pieces of memory share a byte? */
static int undo_overlap(const void *one, size_t size, const void *other, size_t other_size)
{
	return size && other_size &&
	       ((uintptr_t)one - (uintptr_t)other < other_size ||
		(uintptr_t)other - (uintptr_t)one < size);
}

RAWBPF__PRIVATE void rawbpf__undo_keep(struct rawbpf_vm_undo *undo, unsigned area, size_t offset,
				       size_t size)
{
	unsigned char *bytes = (unsigned char *)undo->areas[area].bytes + offset;
	unsigned char *shadow = undo->shadows[area] + offset;
	size_t i, part;

	if (undo_overlap(bytes, size, undo->watched, undo->watched_size))
		undo->touched = 1;
	for (i = 0; i < size; i += part) {
		uint64_t word = 0;

		part = size - i < sizeof(word) ? size - i : sizeof(word);
		__builtin_memcpy(&word, shadow + i, part);
		undo_push(undo, word);
	}
	undo_push(undo, offset);
	undo_push(undo, (uint64_t)area << 32 | size);
	__builtin_memcpy(shadow, bytes, size);
}

RAWBPF__PRIVATE size_t rawbpf__undo_same(const unsigned char *one, const unsigned char *other,
					 size_t size)
{
	size_t i, j;

	for (i = 0; size - i >= 64; i += 64) {
		uint64_t a[8], b[8], difference = 0;

		__builtin_memcpy(a, one + i, sizeof(a));
		__builtin_memcpy(b, other + i, sizeof(b));
		for (j = 0; j < 8; j++)
			difference |= a[j] ^ b[j];
		if (difference)
			break;
	}
	while (i < size && one[i] == other[i])
		i++;
	return i;
}

/* Return how many bytes differ: up to 8 equal ones, or the end. */
static size_t undo_different(const unsigned char *one, const unsigned char *other, size_t size)
{
	size_t end = 1, i;

	for (i = 1; i < size && i < UNDO_RUN && i - end < 8; i++)
		if (one[i] != other[i])
			end = i + 1;
	return end;
}

RAWBPF__PRIVATE void rawbpf__undo_compare(struct rawbpf_vm_undo *undo, unsigned area, size_t from,
					  size_t to)
{
	const unsigned char *bytes = undo->areas[area].bytes, *shadow = undo->shadows[area];
	size_t size;

	for (;; from += size) {
		from += rawbpf__undo_same(bytes + from, shadow + from, to - from);
		if (from == to)
			return;
		size = undo_different(bytes + from, shadow + from, to - from);
		rawbpf__undo_keep(undo, area, from, size);
	}
}

RAWBPF__PRIVATE void rawbpf__undo_begin(struct rawbpf_vm_undo *undo)
{
	undo->open = undo->end;
	undo->lost = 0;
	undo_push(undo, 0);
}

RAWBPF__PRIVATE void rawbpf__undo_end(struct rawbpf_vm_undo *undo)
{
	undo_push(undo, undo->end - undo->open + 1);
	if (undo->lost) {
		undo->begin = undo->end = 0;
		undo->oldest = undo->vm->executed;
	} else {
		*undo_word(undo, undo->open) = undo->end - undo->open;
	}
}

/* ------------------------------------------------------------------------------- reading */

/* A record, as undo_previous() finds it. */
struct undo_record {
	unsigned area;
	size_t offset, size;
	uint64_t first;         /* the position of its bytes */
};

/* Read the record that ends at `position`. Return where it begins. */
static uint64_t undo_previous(const struct rawbpf_vm_undo *undo, uint64_t position,
			      struct undo_record *record)
{
	uint64_t last = *undo_word(undo, position - 1);

	record->area = (unsigned)(last >> 32);
	record->size = (size_t)(uint32_t)last;
	record->offset = (size_t)*undo_word(undo, position - 2);
	record->first = position - 2 - undo_whole(record->size) / 8;
	return record->first;
}

/* Return byte `index` of a record, and of the same word those up to 8. */
static size_t undo_part(const struct rawbpf_vm_undo *undo, const struct undo_record *record,
			size_t index, unsigned char part[8])
{
	__builtin_memcpy(part, undo_word(undo, record->first + index / 8), 8);
	return record->size - index < 8 ? record->size - index : 8;
}

RAWBPF__PRIVATE void rawbpf__undo_pop(struct rawbpf_vm_undo *undo)
{
	uint64_t first = undo->end - *undo_word(undo, undo->end - 1), position = undo->end - 1;
	struct undo_record record;
	unsigned char part[8];
	size_t i, size;

	while (position > first + 1) {
		position = undo_previous(undo, position, &record);
		for (i = 0; i < record.size; i += size) {
			size = undo_part(undo, &record, i, part);
			__builtin_memcpy((unsigned char *)undo->areas[record.area].bytes +
						 record.offset + i,
					 part, size);
			__builtin_memcpy(undo->shadows[record.area] + record.offset + i, part, size);
		}
	}
	undo->end = first;
}

/* Does the step that ends at `position` have a record of one of these bytes? */
static int undo_wrote(const struct rawbpf_vm_undo *undo, uint64_t position, const void *bytes,
		      size_t size)
{
	uint64_t first = position - *undo_word(undo, position - 1);
	struct undo_record record;

	for (position--; position > first + 1;) {
		position = undo_previous(undo, position, &record);
		if (undo_overlap((unsigned char *)undo->areas[record.area].bytes + record.offset,
				 record.size, bytes, size))
			return 1;
	}
	return 0;
}

RAWBPF__PRIVATE int rawbpf__undo_find(uint64_t *step, const struct rawbpf_vm_undo *undo,
				      const void *bytes, size_t size)
{
	uint64_t position;

	for (position = undo->end; position != undo->begin; --*step) {
		if (undo_wrote(undo, position, bytes, size))
			return 1;
		position -= *undo_word(undo, position - 1);
	}
	return 0;
}

int rawbpf_vm_undo_read(void *old, const struct rawbpf_vm_undo *undo, const void *bytes, size_t size)
{
	uint64_t position = undo->end, first;
	struct undo_record record;
	int wrote = 0;
	size_t i;

	__builtin_memcpy(old, bytes, size);
	if (undo->begin == undo->end)
		return 0;
	first = position - *undo_word(undo, position - 1);
	for (position--; position > first + 1;) {
		const unsigned char *at;

		position = undo_previous(undo, position, &record);
		at = (const unsigned char *)undo->areas[record.area].bytes + record.offset;
		for (i = 0; i < record.size; i++) {
			unsigned char part[8];
			size_t to = (uintptr_t)(at + i) - (uintptr_t)bytes;

			undo_part(undo, &record, i & ~(size_t)7, part);
			if (to < size) {
				((unsigned char *)old)[to] = part[i % 8];
				wrote = 1;
			}
		}
	}
	return wrote;
}

int rawbpf_vm_undo_next(struct rawbpf_vm_change *change, const struct rawbpf_vm_undo *undo)
{
	uint64_t position = change->position, first;
	struct undo_record record;

	if (undo->begin == undo->end)
		return 0;
	if (!position)
		position = undo->end - 1;
	first = undo->end - *undo_word(undo, undo->end - 1);
	if (position <= first + 1)
		return 0;
	change->position = undo_previous(undo, position, &record);
	change->bytes = (unsigned char *)undo->areas[record.area].bytes + record.offset;
	change->size = record.size;
	return 1;
}
