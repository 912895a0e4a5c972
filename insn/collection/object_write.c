/* SPDX-License-Identifier: MIT */
/* Bytes and sections of an object file. */
#include "object_file.h"

#include "../base/out.h"

RAWBPF__PRIVATE void rawbpf__object_bytes(struct rawbpf__object_writer *w, const void *bytes, size_t count)
{
	if (w->length < w->size)
		__builtin_memcpy(w->data + w->length, bytes, count < w->size - w->length ? count : w->size - w->length);
	w->length += count;
}

RAWBPF__PRIVATE void rawbpf__object_zeros(struct rawbpf__object_writer *w, size_t count)
{
	if (w->length < w->size)
		__builtin_memset(w->data + w->length, 0, count < w->size - w->length ? count : w->size - w->length);
	w->length += count;
}

RAWBPF__PRIVATE void rawbpf__object_number(struct rawbpf__object_writer *w, uint64_t number, unsigned bytes)
{
	unsigned char all[8];

	for (unsigned i = 0; i < bytes; i++)
		all[w->is_big ? bytes - 1 - i : i] = number >> 8 * i;
	rawbpf__object_bytes(w, all, bytes);
}

RAWBPF__PRIVATE void rawbpf__object_u32(struct rawbpf__object_writer *w, uint32_t number)
{
	rawbpf__object_number(w, number, 4);
}

/* ---------------------------------------------------------------------------------- sections */

RAWBPF__PRIVATE unsigned rawbpf__object_text(struct rawbpf__object_writer *w, const char *name, const char *suffix)
{
	unsigned at = w->names_length;
	struct rawbpf__out out = rawbpf__out_begin(w->names + at, RAWBPF__OBJECT_NAME + 32);

	rawbpf__out_text(&out, name);
	rawbpf__out_text(&out, suffix);
	w->names_length += out.length + 1;
	return at;
}

RAWBPF__PRIVATE unsigned rawbpf__object_begin(struct rawbpf__object_writer *w, const char *prefix, const char *name,
					      unsigned type, unsigned flags)
{
	unsigned number = w->section_count++;

	rawbpf__object_zeros(w, -w->length & 7);
	w->sections[number] = (struct rawbpf__object_section){
		.name = rawbpf__object_text(w, prefix, name), .type = type, .flags = flags, .offset = w->length };
	return number;
}

RAWBPF__PRIVATE void rawbpf__object_end(struct rawbpf__object_writer *w)
{
	struct rawbpf__object_section *section = &w->sections[w->section_count - 1];

	section->size = w->length - section->offset;
}
