/* SPDX-License-Identifier: MIT */
#include "file.h"

#include "../../insn/base/number.h"
#include "../../insn/base/string.h"

int rawbpf__file_read(int directory, const char *path, char *text, size_t size)
{
	int fd = rawbpf__open(directory, path, O_RDONLY);
	long length;

	if (fd < 0)
		return fd;
	length = rawbpf__read(fd, text, size - 1);
	rawbpf__close(fd);
	if (length < 0)
		return length;
	if (length && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return length;
}

int rawbpf__file_number(int directory, const char *path, const char *prefix)
{
	char text[32];
	const char *at;
	unsigned number;
	int length = rawbpf__file_read(directory, path, text, sizeof text);

	if (length < 0)
		return length;
	at = rawbpf__behind(text, NULL, prefix);
	return at && rawbpf__number_parse(&at, NULL, &number) ? (int)number : -EINVAL;
}
