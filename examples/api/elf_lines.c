/* SPDX-License-Identifier: MIT */
/*
 * Print the source lines of a BPF object; our own file, the default, has none. Every kernel, no
 * privilege.
 *
 *	clang -target bpf -O2 -g -c PROGRAM.c && elf_lines PROGRAM.o
 */
#include "api.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Names and lines may hold any bytes. */
static void print_line(const struct rawbpf_elf_line *line)
{
	char text[256], section[64];

	rawbpf_terminal_escape(text, sizeof text, line->text, strlen(line->text));
	rawbpf_terminal_escape(section, sizeof section, line->section, strlen(line->section));
	printf("%s+%u, line %u: %s\n", section, line->offset, line->line, text);
}

int main(int argc, char **argv)
{
	struct rawbpf_elf_lines lines;
	struct rawbpf_elf_line line;
	struct rawbpf_elf elf;
	const char *path = argc > 1 ? argv[1] : "/proc/self/exe";
	struct stat about;
	void *bytes;
	int fd;

	check_arguments(argc, argv, 0, 1, "elf_lines [OBJECT] (default: this program)");
	fd = must_libc(path, open(path, O_RDONLY | O_CLOEXEC));
	must_libc(path, fstat(fd, &about));
	bytes = mmap(NULL, about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED || rawbpf_elf_parse(&elf, bytes, about.st_size) < 0)
		return 1;
	if (rawbpf_elf_lines_parse(&lines, &elf) == -ENOENT)
		printf("no source lines\n");
	while (rawbpf_elf_lines_next(&line, &lines) > 0)
		print_line(&line);
	return done();
}
