/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include "../../insn/base/string.h"

enum { LINES_CHUNK = 1 << 14 }; /* longer than the longest line */

int rawbpf__lines_open(struct rawbpf__lines *lines, int directory, const char *path)
{
	void *chunk;
	int err = rawbpf__mmap(&chunk, LINES_CHUNK, PROT_READ | PROT_WRITE, -1);

	if (err)
		return err;
	*lines = (struct rawbpf__lines){ .chunk = chunk };
	lines->fd = rawbpf__open(directory, path, O_RDONLY);
	if (lines->fd < 0)
		rawbpf__munmap(chunk, LINES_CHUNK);
	return lines->fd < 0 ? lines->fd : 0;
}

void rawbpf__lines_close(struct rawbpf__lines *lines)
{
	rawbpf__close(lines->fd);
	rawbpf__munmap(lines->chunk, LINES_CHUNK);
}

/* Move the rest of the chunk to its beginning, and read on. Returns 0 at the end of the file. */
static long lines_fill(struct rawbpf__lines *lines)
{
	long length;

	for (size_t i = lines->at; i < lines->end; i++)
		lines->chunk[i - lines->at] = lines->chunk[i];
	lines->end -= lines->at;
	lines->at = 0;
	if (lines->end == LINES_CHUNK)
		return -EINVAL;
	length = rawbpf__read(lines->fd, lines->chunk + lines->end, LINES_CHUNK - lines->end);
	if (length > 0)
		lines->end += length;
	return length;
}

int rawbpf__lines_next(struct rawbpf__lines *lines, const char **line, const char **end)
{
	long length;

	for (;;) {
		*line = lines->chunk + lines->at;
		*end = rawbpf__find_byte(*line, lines->chunk + lines->end, '\n');
		if (*end < lines->chunk + lines->end)
			break;
		length = lines_fill(lines);
		if (length <= 0)
			return (int)length;
	}
	lines->at = *end + 1 - lines->chunk;
	return 1;
}
