/* SPDX-License-Identifier: MIT */
/* Find the functions of a name in ELF files. */
#include "elf.h"
#include "../base/string.h"

enum {
	VERSIONS_AT_MOST = 0x7fff,
	VERSION_HIDDEN = 0x8000,
	SEGMENTS_AT_MOST = 1024, /* each symbol of the name goes through them; linkers make a dozen */
};

/* The name that the caller looks for, and what is found of it. */
struct elf_search {
	const struct rawbpf_elf *elf;
	const char *name;
	size_t length;           /* the name's length, without its version */
	const char *version;     /* NULL: the default */
	int is_default;          /* the version must be the default */
	struct rawbpf_elf_section versions; /* SHT_GNU_versym: 16 bits for each symbol of .dynsym */
	unsigned version_index;  /* the number of `version` in this file, or 0 */
	uint64_t *offsets;
	unsigned max;
	int found;
	int reason;              /* why nothing is found, a negative errno */
};

/*
 * Return the number of a version that this file defines, or 0. Each definition names the offset of
 * the next, and of its first name.
 */
static unsigned elf_version_find(const struct rawbpf_elf *elf, const char *version)
{
	struct rawbpf_elf_section section, strings;
	uint64_t at = 0;

	if (rawbpf__elf_section_of(&section, elf, ELF_SHT_GNU_VERDEF) < 0 || section.size < 20 ||
	    rawbpf_elf_section_read(&strings, elf, section.link) < 0)
		return 0;
	for (unsigned i = 0; i < VERSIONS_AT_MOST && at <= section.size - 20; i++) {
		const unsigned char *definition = section.data + at;
		uint64_t name = at + rawbpf__elf_u32(elf, definition + 12);
		uint32_t next = rawbpf__elf_u32(elf, definition + 16);

		if (name <= section.size - 4 &&
		    rawbpf__equal(version, rawbpf__elf_string(&strings, rawbpf__elf_u32(
					elf, section.data + name))))
			return rawbpf__elf_u16(elf, definition + 4) & VERSIONS_AT_MOST;
		if (!next)
			break;
		at += next;
	}
	return 0;
}

/* Compare the version behind a name of .symtab, "@GLIBC_2.2.5" or "@@GLIBC_2.14". */
static int elf_suffix_matches(const struct elf_search *search, const char *suffix, int is_defined)
{
	int is_default = suffix[1] == '@';

	if (!search->version)
		return is_default || !is_defined;
	return (is_default || !search->is_default) &&
	       rawbpf__equal(search->version, suffix + 1 + is_default);
}

/* Compare the version of a symbol of .dynsym by its number. */
static int elf_version_matches(const struct elf_search *search, uint64_t index, int is_defined)
{
	unsigned version = 0;

	if (search->versions.data && index < search->versions.size / 2)
		version = rawbpf__elf_u16(search->elf, search->versions.data + 2 * index);
	if (!search->version)
		return !(version & VERSION_HIDDEN) || !is_defined;
	return search->version_index && (version & VERSIONS_AT_MOST) == search->version_index &&
	       (!(version & VERSION_HIDDEN) || !search->is_default);
}

static int elf_symbol_matches(const struct elf_search *search,
			      const struct rawbpf_elf_symbol *symbol, uint64_t index)
{
	int is_defined = symbol->section != ELF_SHN_UNDEF;
	const char *suffix = symbol->name;

	for (size_t i = 0; i < search->length; i++, suffix++)
		if (*suffix != search->name[i])
			return 0;
	if (*suffix == '@')
		return elf_suffix_matches(search, suffix, is_defined);
	return !*suffix && elf_version_matches(search, index, is_defined);
}

/* Return where a symbol's code begins. On arm, bit 0 of a function tells that its code is Thumb. */
static uint64_t elf_code_begin(const struct rawbpf_elf *elf, const struct rawbpf_elf_symbol *symbol)
{
	if (elf->machine == ELF_EM_ARM && symbol->type == ELF_STT_FUNC)
		return symbol->value & ~1ull;
	return symbol->value;
}

/* Find the place of a symbol of an object file: its value counts from its section. */
static int elf_object_place_find(uint64_t *offset, const struct rawbpf_elf *elf,
				 const struct rawbpf_elf_symbol *symbol)
{
	uint64_t begin = elf_code_begin(elf, symbol);
	struct rawbpf_elf_section section;

	if (symbol->section == ELF_SHN_XINDEX)
		return -EINVAL;
	if (symbol->section >= ELF_SHN_LORESERVE) /* SHN_ABS: the value is a number */
		return -ENXIO;
	if (rawbpf_elf_section_read(&section, elf, symbol->section) < 0 || !section.data ||
	    begin >= section.size)
		return -EINVAL;
	*offset = section.offset + begin;
	return section.flags & ELF_SHF_EXECINSTR ? 0 : -ENXIO;
}

static int elf_place_find(uint64_t *offset, const struct rawbpf_elf *elf,
			  const struct rawbpf_elf_symbol *symbol)
{
	uint32_t flags = 0;
	int err;

	if (elf->type == ELF_ET_REL)
		return elf_object_place_find(offset, elf, symbol);
	err = rawbpf_elf_offset_find(offset, &flags, elf, elf_code_begin(elf, symbol));
	if (err == -EINVAL)
		return err;
	return err < 0 || !(flags & ELF_PF_X) ? -ENXIO : 0;
}

/* Take a symbol of the name: its offset, or the reason why it has none. */
static void elf_symbol_take(struct elf_search *search, const struct rawbpf_elf_symbol *symbol)
{
	uint64_t offset;
	int reason = 0;

	if (symbol->section == ELF_SHN_UNDEF)
		reason = -ENOLINK;
	else if (symbol->type == ELF_STT_GNU_IFUNC)
		reason = -EDESTADDRREQ;
	else if (symbol->type != ELF_STT_FUNC && symbol->type != ELF_STT_NOTYPE)
		reason = -ENXIO;
	else
		reason = elf_place_find(&offset, search->elf, symbol);
	if (reason) {
		search->reason = reason;
		return;
	}
	if ((unsigned)search->found < search->max)
		search->offsets[search->found] = offset;
	search->found++;
}

static int elf_search_table(struct elf_search *search, uint32_t type)
{
	struct rawbpf__elf_symbols symbols;
	struct rawbpf_elf_symbol symbol;
	int err = rawbpf__elf_symbols_of(&symbols, search->elf, type);

	if (err < 0)
		return err == -ENOENT ? -ENOMSG : err;
	search->reason = -ESRCH;
	for (uint64_t i = 1; rawbpf__elf_symbol(&symbol, search->elf, &symbols, i) == 0; i++)
		if (symbol.type != ELF_STT_SECTION && symbol.type != ELF_STT_FILE &&
		    elf_symbol_matches(search, &symbol, i))
			elf_symbol_take(search, &symbol);
	return search->found ? search->found : search->reason;
}

/* Only .dynsym has numbers of versions. */
static int elf_search_dynamic(struct elf_search *search)
{
	rawbpf__elf_section_of(&search->versions, search->elf, ELF_SHT_GNU_VERSYM);
	if (search->version)
		search->version_index = elf_version_find(search->elf, search->version);
	return elf_search_table(search, ELF_SHT_DYNSYM);
}

static int elf_stub_find(uint64_t *offsets, unsigned max, const struct rawbpf_elf *elf,
			 const char *name, size_t length)
{
	uint64_t address, offset;
	int err = rawbpf__elf_plt_find(&address, elf, name, length);

	if (err < 0)
		return err;
	err = rawbpf_elf_offset_find(&offset, NULL, elf, address);
	if (err < 0)
		return -EINVAL;
	if (max)
		offsets[0] = offset;
	return 1;
}

int rawbpf_elf_symbol_find(uint64_t *offsets, unsigned max, const struct rawbpf_elf *elf,
			   const char *name)
{
	struct elf_search search = { .elf = elf, .name = name, .offsets = offsets, .max = max };
	const char *suffix = rawbpf__find(name, '@');
	int all, dynamic;

	search.length = suffix - name;
	if (!search.length)
		return -ESRCH;
	if (rawbpf__equal(suffix, "@plt"))
		return elf_stub_find(offsets, max, elf, name, search.length);
	if (elf->segments.count > SEGMENTS_AT_MOST)
		return -EINVAL;
	if (*suffix) {
		search.is_default = suffix[1] == '@';
		search.version = suffix + 1 + search.is_default;
	}
	all = elf_search_table(&search, ELF_SHT_SYMTAB);
	if (all != -ESRCH && all != -ENOMSG)
		return all;
	dynamic = elf_search_dynamic(&search);
	return dynamic == -ENOMSG ? all : dynamic;
}
