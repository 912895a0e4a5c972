/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int tool_help(const struct subcommand *subcommand)
{
	tool_page(stdout, "usage: rawbpf %s %s\n%s", subcommand->name, subcommand->usage,
		  subcommand->help);
	return tool_finish(subcommand);
}

int tool_usage_error(const struct subcommand *subcommand)
{
	tool_page(stderr, "usage: rawbpf %s %s\n", subcommand->name, subcommand->usage);
	return USAGE;
}

/* Return a copy in which a terminal obeys no byte, of the name of a file for example. Frees the text. */
static char *escape(char *text)
{
	char *escaped = text ? malloc(4 * strlen(text) + 1) : NULL, *to = escaped;

	for (const char *at = text; escaped && *at; at++)
		to += sprintf(to, (*at & 0x60) || *at == '\n' || *at == '\t' ? "%c" : "\\x%02x", (unsigned char)*at);
	free(text);
	return escaped;
}

int tool_fail(const struct subcommand *subcommand, const char *format, ...)
{
	va_list arguments;
	char *text;

	fflush(stdout);
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	text = escape(text);
	if (text && strchr(text, '\n'))
		tool_page(stderr, "rawbpf %s: %s\n", subcommand->name, text);
	else
		fprintf(stderr, "rawbpf %s: %s\n", subcommand->name, text ? text : "out of memory");
	free(text);
	return FAILED;
}

int tool_finish(const struct subcommand *subcommand)
{
	if (fflush(stdout) == 0 && !ferror(stdout) && (close(STDOUT_FILENO) == 0 || errno == EBADF))
		return OK;
	return tool_fail(subcommand, "writing: %s", strerror(errno));
}

int tool_terminal = STDOUT_FILENO;

unsigned tool_width(void)
{
	enum { LEAST = 40, MOST = 10000, USUAL = 80 };
	const char *columns = getenv("COLUMNS");
	long width = columns ? strtol(columns, NULL, 10) : 0;
	struct winsize size = { 0 };

	if (width <= 0 && ioctl(tool_terminal, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (width <= 0)
		width = USUAL;
	return width < LEAST ? LEAST : width > MOST ? MOST : width;
}

/*
 * Map a large file, which takes half the time of reading. Returns 0 if the caller has to read it.
 */
static int map_file(int fd, struct file *file)
{
	enum { LARGE = 256 * 1024 };
	struct stat status;
	void *data;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size < LARGE ||
	    lseek(fd, 0, SEEK_CUR) != 0)
		return 0;
	data = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return 0;
	file->data = data;
	file->size = status.st_size;
	return 1;
}

/* Read a descriptor to its end, into growing memory. A device or a pipe may have no end. */
static int read_all(int fd, struct file *file)
{
	enum { MOST = 128 * 1024 * 1024 }; /* the text of a million instructions has about 50 MB */
	size_t room = 0;

	for (;;) {
		ssize_t got;

		if (file->size == room) {
			char *larger;

			if (room > MOST / 2)
				return -EFBIG;
			larger = realloc(file->data, room = room * 2 + 4096);
			if (!larger)
				return -ENOMEM;
			file->data = larger;
		}
		got = read(fd, file->data + file->size, room - file->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		file->size += got;
	}
}

int tool_read(const struct subcommand *subcommand, const char *path, struct file *file)
{
	int from_stdin = !path || strcmp(path, "-") == 0;
	int err, fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	*file = (struct file){ .name = from_stdin ? "<stdin>" : path };
	err = fd < 0 ? -errno : map_file(fd, file) ? 0 : read_all(fd, file);
	if (fd >= 0 && !from_stdin)
		close(fd);
	return err < 0 ? tool_fail(subcommand, "%s: %s", file->name, strerror(-err)) : OK;
}

int tool_option(const struct subcommand *subcommand, int option, enum rawbpf_byte_order *order)
{
	if (option == 'h')
		return tool_help(subcommand);
	if (!order || (option != OPTION_LITTLE && option != OPTION_BIG))
		return tool_usage_error(subcommand);
	*order = option == OPTION_BIG ? RAWBPF_BIG_ENDIAN : RAWBPF_LITTLE_ENDIAN;
	return -1;
}

void tool_reorder(struct program *program, enum rawbpf_byte_order order)
{
	for (unsigned i = 0; i < program->count && order != RAWBPF_HOST_ORDER; i++) {
		struct bpf_insn insn = program->insns[i];

		rawbpf_insn_write(&program->insns[i], &insn, order);
	}
}

/* Print one mistake like a compiler: place, message, line and caret. */
static void print_error(const struct file *file, const struct rawbpf_text_error *error)
{
	char text[1024];

	rawbpf_text_error_format(text, sizeof text, file->name, file->data, file->size, error);
	fputs(text, stderr);
}

static int is_before(const struct rawbpf_text_error *a, const struct rawbpf_text_error *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Print errors and warnings, both in the order of their places, in one list. */
static void print_errors(const struct file *file, const struct rawbpf_text *text)
{
	const struct rawbpf_text_error *error = text->errors, *warning = text->warnings;
	unsigned errors = text->error_count, warnings = text->warning_count;

	errors = errors < text->error_max ? errors : text->error_max;
	warnings = warnings < text->warning_max ? warnings : text->warning_max;
	while (errors || warnings) {
		if (!warnings || (errors && is_before(error, warning))) {
			print_error(file, error++);
			errors--;
		} else {
			print_error(file, warning++);
			warnings--;
		}
	}
	if (text->error_count > text->error_max)
		fprintf(stderr, "... and %u more errors\n", text->error_count - text->error_max);
	if (text->warning_count > text->warning_max)
		fprintf(stderr, "... and %u more warnings\n",
			text->warning_count - text->warning_max);
}

int tool_warning_option(const struct subcommand *subcommand, const char *argument, struct program *program)
{
	program->warnings_are_errors = strcmp(argument, "error") == 0;
	if (program->warnings_are_errors)
		return OK;
	tool_fail(subcommand, "-W wants error, as in -Werror, not '%s'", argument);
	return USAGE;
}

int tool_is_elf(const struct file *file)
{
	return file->size >= 4 && memcmp(file->data, "\177ELF", 4) == 0;
}

static int fail_elf(const struct subcommand *subcommand, const struct file *file)
{
	return tool_fail(subcommand, "%s is an ELF file; extract the section of the program: "
			 "llvm-objcopy -O binary --only-section=NAME FILE OUT", file->name);
}

int tool_assemble(const struct subcommand *subcommand, struct program *program, int wants_lines)
{
	enum { ERRORS = 20 };
	struct rawbpf_text_error errors[ERRORS], warnings[ERRORS];
	/*
	 * An instruction takes at least two characters. A 64-bit load takes five, and has two
	 * slots.
	 */
	size_t max = program->file.size / 2 + 2;
	struct rawbpf_text text = {
		.text = program->file.data,
		.length = program->file.size,
		.max = max,
		.map_max = TOOL_MAPS,
		.errors = errors,
		.error_max = ERRORS,
		.warnings = warnings,
		.warning_max = ERRORS,
		.scratch_size = rawbpf_text_scratch_size(program->file.size),
	};
	int count;

	if (tool_is_elf(&program->file))
		return fail_elf(subcommand, &program->file);
	text.insns = program->insns = calloc(max, sizeof *text.insns);
	if (wants_lines)
		text.lines = program->lines = calloc(max, sizeof *text.lines);
	text.maps = program->maps = calloc(TOOL_MAPS, sizeof *text.maps);
	text.scratch = malloc(text.scratch_size);
	if (!text.insns || (wants_lines && !text.lines) || !text.maps || !text.scratch)
		return tool_fail(subcommand, "out of memory");
	count = rawbpf_text_parse(&text);
	free(text.scratch);
	print_errors(&program->file, &text);
	if (text.error_count)
		return FAILED;
	if (text.warning_count && program->warnings_are_errors)
		return tool_fail(subcommand, "%s: -Werror treats warnings as errors", program->file.name);
	if (count < 0)
		return tool_fail(subcommand, "%s: %s", program->file.name, strerror(-count));
	program->count = count;
	program->map_count = text.map_count;
	return OK;
}

int tool_number(const char *text, unsigned long long *number)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) || (text[0] == '0' && isdigit((unsigned char)text[1])))
		return 0;
	errno = 0;
	*number = strtoull(text, &end, 0);
	return !*end && !errno;
}

int tool_hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Test for the blanks, commas, brackets and quotes of a list or string in C or Python. */
static int is_between(unsigned char c)
{
	return isspace(c) || (c && strchr(",;{}[]()\"'", c));
}

/* No hex digit is an x: it belongs to 0xb7 or \xb7. */
static int has_prefix(const struct file *file)
{
	return file->size && (memchr(file->data, 'x', file->size) || memchr(file->data, 'X', file->size));
}

/* Read one byte of a list: 0xb7, \xb7, or a digit alone. Returns its length, 0 for anything else. */
static size_t list_byte(const struct file *file, size_t at, unsigned char *byte)
{
	const char *text = file->data + at, *end = file->data + file->size, *digits = text;
	unsigned value = 0;
	int digit;

	if (end - text > 2 && (*text == '0' || *text == '\\') && tolower((unsigned char)text[1]) == 'x')
		digits += 2;
	text = digits;
	while (text < end && text < digits + 3 && (digit = tool_hex_digit(*text)) >= 0) {
		value = value * 16 + digit;
		text++;
	}
	if (text == digits || value > (digits == file->data + at ? 9 : 0xff) || text == digits + 3)
		return 0;
	*byte = value;
	return text - (file->data + at);
}

/* Convert a list to bytes, in place. Returns the number of bytes, or ~offset of what is no byte. */
static long unlist(struct file *file)
{
	size_t out = 0, at = 0, length;
	unsigned char byte;

	for (; at < file->size; at += length) {
		length = 1;
		if (is_between(file->data[at]))
			continue;
		length = list_byte(file, at, &byte);
		if (!length)
			return ~(long)at;
		file->data[out++] = byte;
	}
	return out;
}

/*
 * Convert hex digits to bytes, in place. Returns the number of bytes, or ~offset of a byte that is
 * no digit.
 */
static long unhex(struct file *file)
{
	size_t out = 0, i;
	int high = -1;

	for (i = 0; i < file->size; i++) {
		unsigned char c = file->data[i];
		int digit;

		if (isspace(c))
			continue;
		digit = tool_hex_digit(c);
		if (digit < 0)
			return ~(long)i;
		if (high < 0) {
			high = digit;
			continue;
		}
		file->data[out++] = high << 4 | digit;
		high = -1;
	}
	return high < 0 ? (long)out : ~(long)i;
}

/* Does the file consist of characters? No program does: each ends with zeros. */
static int is_text(const struct file *file)
{
	size_t i = 0;

	while (i < file->size && (isprint((unsigned char)file->data[i]) ||
				  isspace((unsigned char)file->data[i])))
		i++;
	return file->size && i == file->size;
}

int tool_decode(const struct subcommand *subcommand, struct program *program, int hex,
		enum rawbpf_byte_order order)
{
	struct file *file = &program->file;

	if (hex) {
		int is_list = has_prefix(file);
		long size = is_list ? unlist(file) : unhex(file);

		if (size < 0 && is_list)
			return tool_fail(subcommand, "%s: byte %ld: expected a byte such as 0xb7, \\xb7 or 5",
					 file->name, ~size);
		if (size < 0 && (size_t)~size < file->size)
			return tool_fail(subcommand, "%s: byte %ld is not a hex digit%s", file->name, ~size,
					 file->data[~size] == ':' ? "; xxd -p prints no addresses" : "");
		if (size < 0)
			return tool_fail(subcommand, "%s: the number of hex digits is odd", file->name);
		file->size = size;
	}
	if (!hex && tool_is_elf(file))
		return fail_elf(subcommand, file);
	if (!hex && is_text(file))
		return tool_fail(subcommand, "%s is text, not bytes; -f hex reads hex digits", file->name);
	if (file->size % 8)
		return tool_fail(subcommand, "%s: %zu bytes are not a multiple of 8", file->name, file->size);
	/* The bytes are the instructions, unless they have the other byte order. */
	program->count = file->size / 8;
	program->insns = (struct bpf_insn *)file->data;
	tool_reorder(program, order);
	return OK;
}
