/* SPDX-License-Identifier: MIT */
/* Values of records, as a person reads them. */
#include "../base/string.h"
#include "shown.h"

enum { VALUE_PATH = 512, VALUE_ERRNO_MAX = 4095, VALUE_FDCWD = -100 };

/* ------------------------------------------------------------------------- reading */

/* Read an integer of 1, 2, 4 or 8 bytes in this machine's order. */
static uint64_t value_number(const unsigned char *at, unsigned size, int is_signed)
{
	uint64_t number = 0;
	unsigned unused = 64 - 8 * size;

	__builtin_memcpy((char *)&number +
				 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(number) - size : 0),
			 at, size);
	if (is_signed && unused)
		number = (uint64_t)((int64_t)(number << unused) >> unused);
	return number;
}

RAWBPF__PRIVATE uint64_t rawbpf__value_load(const struct rawbpf__shown *shown,
					    const struct rawbpf_column *column, unsigned index)
{
	return value_number(shown->data + column->offset + (size_t)index * column->size, column->size,
			    column->is_signed);
}

RAWBPF__PRIVATE unsigned rawbpf__value_count(const struct rawbpf__shown *shown,
					     const struct rawbpf_column *column)
{
	size_t room;

	rawbpf__shown_at(shown, column, &room);
	return (unsigned)(room / (column->size ? column->size : 1));
}

RAWBPF__PRIVATE const unsigned char *rawbpf__value_string(const struct rawbpf__shown *shown,
							  const struct rawbpf_column *column, long *count)
{
	size_t room;
	const unsigned char *at = rawbpf__shown_at(shown, column, &room);

	if (column->present == RAWBPF_PRESENT_TEXT) {
		*count = (long)rawbpf__length_at_most((const char *)at, room);
		return at;
	}
	/* In front of it stands its length with the NUL, or a negative errno. */
	*count = 0;
	if (column->offset >= 4 && shown->size >= column->offset)
		*count = (long)(int64_t)value_number(shown->data + column->offset - 4, 4, 1);
	if (*count > (long)room)
		*count = (long)room;
	if (column->present == RAWBPF_PRESENT_STRING)
		*count -= *count > 0 && !at[*count - 1];
	return at;
}

/* Return the process of the record, or 0. */
static unsigned value_pid(const struct rawbpf__shown *shown)
{
	const struct rawbpf_column *column;

	if (!shown->show->pid)
		return 0;
	column = &shown->show->columns[shown->show->pid - 1];
	return rawbpf__value_count(shown, column) ? (unsigned)rawbpf__value_load(shown, column, 0) : 0;
}

/* ------------------------------------------------------------------------- numbers */

/* Append `before` and the path of a directory of the record's process. Return its length, 0: not known. */
static size_t value_directory(struct rawbpf__cell *cell, const struct rawbpf__shown *shown, int fd,
			      const char *before)
{
	const struct rawbpf_show_system *system = shown->system;
	char path[VALUE_PATH];
	size_t length;

	if (!system->directory || (fd < 0 && fd != VALUE_FDCWD))
		return 0;
	length = system->directory(system->context, path, sizeof(path), value_pid(shown), fd);
	rawbpf__cell_text(cell, length ? before : "");
	rawbpf__cell_bytes(cell, path, length < sizeof(path) ? length : sizeof(path) - 1);
	return length;
}

/* Is there a column, and is it a string that begins with no '/'? */
static int value_is_relative(const struct rawbpf__shown *shown, const struct rawbpf_column *column)
{
	const unsigned char *path;
	long length;

	if (column == shown->show->columns + shown->show->count || column->present != RAWBPF_PRESENT_STRING)
		return 0;
	path = rawbpf__value_string(shown, column, &length);
	return length > 0 && *path != '/';
}

/* Return the name of a number; NULL: it has none. */
static const char *value_constant(const struct rawbpf__shown *shown, const struct rawbpf_column *column,
				  uint64_t number)
{
	enum rawbpf_arch arch = shown->system->arch;

	switch (column->present) {
	case RAWBPF_PRESENT_ERRNO:
		return -number - 1 < VALUE_ERRNO_MAX ? rawbpf__name_errno(arch, -number) : NULL;
	case RAWBPF_PRESENT_SIGNAL:
		return rawbpf__name_signal(arch, number);
	case RAWBPF_PRESENT_ENUM:
		return rawbpf__name_enum(arch, column, number);
	default:
		return column->present == RAWBPF_PRESENT_DIRFD && (int)number == VALUE_FDCWD ? "AT_FDCWD" : NULL;
	}
}

RAWBPF__PRIVATE void rawbpf__value_name(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
					const struct rawbpf_column *column, uint64_t number,
					const char *before)
{
	const char *name = value_constant(shown, column, number);

	if (column->present == RAWBPF_PRESENT_FLAGS)
		rawbpf__name_flags(cell, shown->system->arch, column, number);
	else if (column->present == RAWBPF_PRESENT_DIRFD && (!name || value_is_relative(shown, column + 1)) &&
		 value_directory(cell, shown, (int)number, before))
		return;
	else if (name) {
		rawbpf__cell_text(cell, before);
		rawbpf__cell_string(cell, name);
	}
}

RAWBPF__PRIVATE uint64_t rawbpf__value_port(const struct rawbpf_column *column, uint64_t number)
{
	if (column->present != RAWBPF_PRESENT_PORT_BE || __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		return number;
	return __builtin_bswap64(number) >> (64 - 8 * column->size);
}

RAWBPF__PRIVATE uint64_t rawbpf__value_age(const struct rawbpf_show_system *system, uint64_t time)
{
	return system->now_ns > time ? system->now_ns - time : 0;
}

static void value_decimal(struct rawbpf__cell *cell, const struct rawbpf_column *column, uint64_t number)
{
	if (column->is_signed)
		rawbpf__cell_signed(cell, (int64_t)number);
	else
		rawbpf__cell_number(cell, number);
}

/* Append one element. */
static void value_scalar(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
			 const struct rawbpf_column *column, uint64_t number)
{
	const struct rawbpf_show_system *system = shown->system;
	const char *name = value_constant(shown, column, number);

	switch (column->present) {
	case RAWBPF_PRESENT_ENUM:
	case RAWBPF_PRESENT_DIRFD:
		if (name) {
			rawbpf__cell_string(cell, name);
			return;
		}
		break;
	case RAWBPF_PRESENT_FLAGS:
		rawbpf__name_flags(cell, system->arch, column, number);
		return;
	case RAWBPF_PRESENT_CLOCK:
		rawbpf__time_of_day(cell, number + system->wall_ns, system->zone_s);
		return;
	case RAWBPF_PRESENT_DURATION:
		rawbpf__time_span(cell, number);
		return;
	case RAWBPF_PRESENT_AGE:
		rawbpf__time_span(cell, rawbpf__value_age(system, number));
		return;
	case RAWBPF_PRESENT_HEX:
		rawbpf__cell_hex(cell, number);
		return;
	case RAWBPF_PRESENT_DEV: /* dev_t of the kernel: 12 bits, then 20 */
		rawbpf__cell_number(cell, number >> 20);
		rawbpf__cell_text(cell, ":");
		rawbpf__cell_number(cell, number & 0xfffff);
		return;
	default:
		break;
	}
	value_decimal(cell, column, rawbpf__value_port(column, number));
	rawbpf__value_name(cell, shown, column, number, " ");
}

/* ------------------------------------------------------------------------- the others */

RAWBPF__PRIVATE unsigned rawbpf__value_depth(const struct rawbpf__shown *shown,
					     const struct rawbpf_column *column)
{
	unsigned count = rawbpf__value_count(shown, column), depth = 0;

	while (depth < count && depth < RAWBPF__FRAMES && rawbpf__value_load(shown, column, depth))
		depth++;
	return depth;
}

RAWBPF__PRIVATE void rawbpf__value_frame(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
					 const struct rawbpf_column *column, unsigned index)
{
	const struct rawbpf_show_system *system = shown->system;
	unsigned count = rawbpf__value_depth(shown, column);
	uint64_t stack[RAWBPF__FRAMES];
	char name[VALUE_PATH];
	size_t length = 0;

	for (unsigned i = 0; i < count; i++)
		stack[i] = rawbpf__value_load(shown, column, i);
	if (system->symbol)
		length = system->symbol(system->context, name, sizeof(name), stack, count, index);
	if (length)
		rawbpf__cell_bytes(cell, name, length < sizeof(name) ? length : sizeof(name) - 1);
	else
		rawbpf__cell_hex(cell, stack[index]);
}

RAWBPF__PRIVATE void rawbpf__value_address(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
					   const struct rawbpf_column *column, int with_port)
{
	const struct rawbpf_column *columns = shown->show->columns;
	unsigned family = 0;
	long port = -1;
	size_t room;
	const unsigned char *at = rawbpf__shown_at(shown, column, &room);

	if (column->family && rawbpf__value_count(shown, &columns[column->family - 1]))
		family = (unsigned)rawbpf__value_load(shown, &columns[column->family - 1], 0);
	if (with_port && column->port && rawbpf__value_count(shown, &columns[column->port - 1]))
		port = (long)rawbpf__value_port(&columns[column->port - 1],
					rawbpf__value_load(shown, &columns[column->port - 1], 0));
	rawbpf__address(cell, shown->system->arch, family, at, room, port < 0 ? -1 : port & 0xffff);
}

static void value_error(struct rawbpf__cell *cell, enum rawbpf_arch arch, long error)
{
	const char *name = rawbpf__name_errno(arch, (uint64_t)-error);

	rawbpf__cell_text(cell, "(");
	if (name)
		rawbpf__cell_text(cell, name);
	else
		rawbpf__cell_signed(cell, error);
	rawbpf__cell_text(cell, ")");
}

/* Append the directory in front of a relative path: that of a column `dirfd` before it. */
static void value_folder(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
			 const struct rawbpf_column *column)
{
	const struct rawbpf_column *folder = column - 1;
	size_t length;

	if (column == shown->show->columns || folder->present != RAWBPF_PRESENT_DIRFD ||
	    !rawbpf__value_count(shown, folder) || !value_is_relative(shown, column))
		return;
	length = value_directory(cell, shown, (int)rawbpf__value_load(shown, folder, 0), "");
	rawbpf__cell_text(cell, length > 1 ? "/" : ""); /* of one byte is "/" */
}

/* Append the strings of WORDS with blanks between, or one string. */
static void value_string(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
			 const struct rawbpf_column *column)
{
	long count, end;
	const unsigned char *at = rawbpf__value_string(shown, column, &count);

	if (count < 0) {
		value_error(cell, shown->system->arch, count);
		return;
	}
	if (column->present != RAWBPF_PRESENT_WORDS) {
		value_folder(cell, shown, column);
		rawbpf__cell_bytes(cell, at, (size_t)count);
		return;
	}
	for (long begin = 0; begin < count && !cell->is_cut; begin = end + 1) {
		if (begin)
			rawbpf__cell_text(cell, " ");
		end = begin + (long)rawbpf__length_at_most((const char *)at + begin, (size_t)(count - begin));
		rawbpf__cell_bytes(cell, at + begin, (size_t)(end - begin));
	}
}

RAWBPF__PRIVATE long rawbpf__value_user_string(char bytes[RAWBPF__USER_STRING],
					       const struct rawbpf__shown *shown, uint64_t address)
{
	const struct rawbpf_show_system *system = shown->system;
	long length = -ENODATA;

	if (system->user_string)
		length = system->user_string(system->context, bytes, RAWBPF__USER_STRING,
					     value_pid(shown), address);
	return length < RAWBPF__USER_STRING ? length : RAWBPF__USER_STRING - 1;
}

static void value_user_string(struct rawbpf__cell *cell, const struct rawbpf__shown *shown, uint64_t address)
{
	char bytes[RAWBPF__USER_STRING];
	long length = rawbpf__value_user_string(bytes, shown, address);

	if (!shown->system->user_string)
		rawbpf__cell_hex(cell, address);
	else if (length < 0)
		value_error(cell, shown->system->arch, length);
	else
		rawbpf__cell_bytes(cell, bytes, (size_t)length);
}

static void value_bytes(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
			const struct rawbpf_column *column)
{
	size_t room;
	const unsigned char *at = rawbpf__shown_at(shown, column, &room);

	while (room-- && !cell->is_cut)
		rawbpf__cell_hex_byte(cell, *at++);
}

static void value_elements(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
			   const struct rawbpf_column *column)
{
	unsigned count = rawbpf__value_count(shown, column);

	if (!count && !column->count)
		rawbpf__cell_text(cell, "-");
	for (unsigned i = 0; i < count && !cell->is_cut; i++) {
		uint64_t number = rawbpf__value_load(shown, column, i);

		if (i)
			rawbpf__cell_text(cell, ",");
		if (column->present == RAWBPF_PRESENT_USER_STRING)
			value_user_string(cell, shown, number);
		else
			value_scalar(cell, shown, column, number);
	}
}

RAWBPF__PRIVATE void rawbpf__value_text(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
					const struct rawbpf_column *column)
{
	switch (column->present) {
	case RAWBPF_PRESENT_STRING:
	case RAWBPF_PRESENT_WORDS:
	case RAWBPF_PRESENT_TEXT:
		value_string(cell, shown, column);
		break;
	case RAWBPF_PRESENT_BYTES:
		value_bytes(cell, shown, column);
		break;
	case RAWBPF_PRESENT_ADDRESS:
		rawbpf__value_address(cell, shown, column, 1);
		break;
	case RAWBPF_PRESENT_KSTACK:
		for (unsigned i = 0; i < rawbpf__value_depth(shown, column) && !cell->is_cut; i++) {
			rawbpf__cell_text(cell, i ? " " : "");
			rawbpf__value_frame(cell, shown, column, i);
		}
		break;
	default:
		value_elements(cell, shown, column);
	}
}
