/* SPDX-License-Identifier: MIT */
#include <rawbpf/ksym.h>

#include "../sys/lines.h"
#include "ksym.h"
#include "../../insn/base/glob.h"
#include "../../insn/base/number.h"
#include "../../insn/base/sort.h"
#include "../../insn/base/string.h"

/* A line: "ffffffff81000000 T name\t[module]". */
struct ksym_line {
	uint64_t address;
	char type;
	const char *name, *module; /* not NUL-terminated */
	size_t name_length, module_length;
};

struct ksym_file {
	struct rawbpf__lines lines;
	int any_address; /* not 0: the kernel shows addresses */
};

static int ksym_open(struct ksym_file *file)
{
	file->any_address = 0;
	return rawbpf__lines_open(&file->lines, AT_FDCWD, "/proc/kallsyms");
}

static void ksym_parse(struct ksym_line *line, const char *at, const char *end)
{
	*line = (struct ksym_line){ .name = "", .module = "" };
	rawbpf__digits_parse(&at, end, 16, &line->address);
	if (end - at < 3)
		return;
	line->type = at[1];
	line->name = at + 3;
	at = rawbpf__find_byte(line->name, end, '\t');
	line->name_length = at - line->name;
	if (end - at > 2) {
		line->module = at + 2;
		line->module_length = rawbpf__find_byte(line->module, end, ']') - line->module;
	}
}

/* Read the next line, valid until the call after. Returns 1, 0 at the end, or a negative errno. */
static int ksym_next(struct ksym_file *file, struct ksym_line *line)
{
	const char *at, *end;
	int more = rawbpf__lines_next(&file->lines, &at, &end);

	if (more > 0) {
		ksym_parse(line, at, end);
		file->any_address |= line->address != 0;
	}
	return more;
}

static int ksym_is_text(char type)
{
	return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

/* Which symbols are looked for: those of a name, or functions by a pattern. */
typedef int ksym_matches_fn(const struct ksym_line *line, const char *name);

static int ksym_has_name(const struct ksym_line *line, const char *name)
{
	return rawbpf__equal_bytes(name, line->name, line->name_length);
}

static int ksym_is_function(const struct ksym_line *line, const char *glob)
{
	return ksym_is_text(line->type) && rawbpf__glob_matches(glob, line->name, line->name_length);
}

/* Store the addresses of the symbols that match. Returns their number, or a negative errno. */
static int ksym_list(uint64_t *addresses, unsigned max, ksym_matches_fn *matches, const char *name)
{
	struct ksym_file file;
	struct ksym_line line;
	int more, found = 0, err = ksym_open(&file);

	if (err)
		return err;
	/*
	 * An address of 0 may be hidden or real: some kernels have per-CPU variables there. Other
	 * lines decide.
	 */
	while ((more = ksym_next(&file, &line)) > 0) {
		if (!matches(&line, name))
			continue;
		if ((unsigned)found < max)
			addresses[found] = line.address;
		found++;
	}
	rawbpf__lines_close(&file.lines);
	if (more < 0)
		return more;
	if (!file.any_address)
		return -EPERM;
	return found ? found : -ENOENT;
}

int rawbpf_ksym_find(uint64_t *addresses, unsigned max, const char *name)
{
	return ksym_list(addresses, max, ksym_has_name, name);
}

int rawbpf__ksym_functions(uint64_t *addresses, unsigned max, const char *glob)
{
	return ksym_list(addresses, max, ksym_is_function, glob);
}

/* Most lines are kept until the next one: this runs for each. */
static void ksym_copy(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size)
		length = size - 1;
	to[length] = '\0';
	while (length--)
		to[length] = from[length];
}

/* Keep the function of a line. If a function has several names, the first counts. */
static void ksym_keep(struct rawbpf_ksym *kept, const struct ksym_line *line)
{
	kept->address = line->address;
	ksym_copy(kept->name, sizeof kept->name, line->name, line->name_length);
	ksym_copy(kept->module, sizeof kept->module, line->module, line->module_length);
}

/* The data for resolving: best[i] belongs to the address sorted[i]. */
struct ksym_places {
	uint64_t *sorted;
	struct rawbpf_ksym *best; /* `address` is the function's beginning; 0: no function */
	unsigned count;
};

static size_t ksym_places_size(unsigned count)
{
	return ((size_t)count + 1) * (sizeof(uint64_t) + sizeof(struct rawbpf_ksym));
}

/* Return the first place whose address is not below `address`; `count` if all are below. */
static unsigned ksym_place(const struct ksym_places *places, uint64_t address)
{
	unsigned first = 0, end = places->count;

	while (first < end) {
		unsigned middle = first + (end - first) / 2;

		if (places->sorted[middle] < address)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

/* Offer a function to the lowest address that is not below it; ksym_spread() does the rest. */
static void ksym_offer(struct ksym_places *places, const struct ksym_line *line)
{
	unsigned place = ksym_place(places, line->address);

	if (place < places->count && line->address > places->best[place].address)
		ksym_keep(&places->best[place], line);
}

/* Pass functions on: a function below an address is also below all higher ones. */
static void ksym_spread(struct ksym_places *places)
{
	for (unsigned i = 1; i < places->count; i++)
		if (places->best[i - 1].address > places->best[i].address)
			places->best[i] = places->best[i - 1];
}

static int ksym_take(struct rawbpf_ksym *sym, const struct ksym_places *places)
{
	const uint64_t address = sym->address;

	*sym = places->best[ksym_place(places, address)];
	sym->offset = sym->name[0] ? address - sym->address : 0;
	sym->address = address;
	return sym->name[0] != 0;
}

static int ksym_read(struct ksym_places *places)
{
	struct ksym_file file;
	struct ksym_line line;
	int more, err = ksym_open(&file);

	if (err)
		return err;
	while ((more = ksym_next(&file, &line)) > 0)
		if (ksym_is_text(line.type))
			ksym_offer(places, &line);
	rawbpf__lines_close(&file.lines);
	if (more < 0)
		return more;
	return file.any_address ? 0 : -EPERM;
}

int rawbpf_ksym_resolve(struct rawbpf_ksym *syms, unsigned count)
{
	struct ksym_places places = { .count = count };
	void *scratch;
	int found = 0, err = rawbpf__mmap(&scratch, ksym_places_size(count), PROT_READ | PROT_WRITE, -1);

	if (err)
		return err;
	places.best = scratch;
	places.sorted = (uint64_t *)(places.best + count + 1);
	for (unsigned i = 0; i < count; i++)
		places.sorted[i] = syms[i].address;
	rawbpf__sort(places.sorted, count);
	err = ksym_read(&places);
	ksym_spread(&places);
	for (unsigned i = 0; i < count; i++)
		found += ksym_take(&syms[i], &places);
	rawbpf__munmap(scratch, ksym_places_size(count));
	return err ? err : found;
}
