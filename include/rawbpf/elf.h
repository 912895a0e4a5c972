/* SPDX-License-Identifier: MIT */
/*
 * ELF files in memory: sections, symbols, relocations, and source lines of BPF objects. For uprobes
 * they give the offset of a function in its file.
 *
 * The functions read 32-bit and 64-bit files of both byte orders. The bytes may come from any
 * source: no function reads outside of them, and each takes time linear in their number. The
 * functions allocate nothing and make no system call. Names point into the bytes; they end with a
 * NUL and may hold any other byte.
 */
#ifndef RAWBPF_ELF_H
#define RAWBPF_ELF_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A table of the file: `count` entries of `entry_size` bytes each, from `offset` on. */
struct rawbpf_elf_table {
	uint64_t offset;
	uint64_t count;
	uint64_t entry_size;
};

/* An ELF file whose header was checked. The bytes must not move or change as long as it is used. */
struct rawbpf_elf {
	const unsigned char *bytes;
	size_t size;
	unsigned bits;          /* 32 or 64 */
	int is_big_endian;
	unsigned type;          /* ET_REL, ET_EXEC, ET_DYN, ... */
	unsigned machine;       /* EM_X86_64, EM_BPF, ... */
	struct rawbpf_elf_table sections; /* section headers; the first is none */
	struct rawbpf_elf_table segments; /* program headers */
	unsigned names;         /* the section of the section names; 0: none */
};

/*
 * Use `size` bytes at `data`.
 *
 * -ENOEXEC  not an ELF file
 * -EINVAL   broken: its header, or a table that it names, is not within the bytes
 */
int rawbpf_elf_parse(struct rawbpf_elf *elf, const void *data, size_t size);

/* A section. */
struct rawbpf_elf_section {
	const char *name;       /* "" if it has none */
	unsigned index;
	uint32_t type;          /* SHT_PROGBITS, SHT_SYMTAB, ... */
	uint64_t flags;         /* SHF_EXECINSTR, ... */
	uint64_t address;
	uint64_t offset;        /* in the file */
	uint64_t size;
	uint32_t link, info;    /* other sections, by type */
	uint64_t entry_size;
	uint64_t count;         /* of entries; 0 if the section is no table */
	const unsigned char *data; /* its `size` bytes; NULL: the file has none (SHT_NOBITS) */
};

/*
 * Fill `section` with the section of an index, below elf->sections.count.
 *
 * -ENOENT  no such section
 * -EINVAL  broken: its bytes are not within the file
 */
int rawbpf_elf_section_read(struct rawbpf_elf_section *section, const struct rawbpf_elf *elf,
			    uint64_t index);

/* Fill `section` with the first section of a name. Errors of rawbpf_elf_section_read(). */
int rawbpf_elf_section_find(struct rawbpf_elf_section *section, const struct rawbpf_elf *elf,
			    const char *name);

/* A symbol. */
struct rawbpf_elf_symbol {
	const char *name;       /* "" if it has none */
	uint64_t value;         /* an address; in an ET_REL file, an offset in its section */
	uint64_t size;
	unsigned section;       /* SHN_UNDEF (0): defined elsewhere; SHN_XINDEX: past 65,279 */
	unsigned char type;     /* STT_FUNC, STT_OBJECT, ... */
	unsigned char bind;     /* STB_LOCAL, STB_GLOBAL, STB_WEAK */
	unsigned char visibility; /* STV_DEFAULT, ... */
};

/*
 * Fill `symbol` with the symbol of an index, below table->count. `table` is a section of type
 * SHT_SYMTAB or SHT_DYNSYM.
 *
 * -ENOENT  no such symbol
 * -EINVAL  not a table of symbols, or broken
 */
int rawbpf_elf_symbol_read(struct rawbpf_elf_symbol *symbol, const struct rawbpf_elf *elf,
			   const struct rawbpf_elf_section *table, uint64_t index);

/* A relocation. */
struct rawbpf_elf_reloc {
	uint64_t offset;        /* in an ET_REL file, in the section table->info; else an address */
	uint64_t symbol;        /* index in the table of symbols, table->link */
	uint32_t type;          /* R_BPF_64_64, ... */
	int64_t addend;         /* 0 in a section of type SHT_REL */
};

/*
 * Fill `reloc` with the relocation of an index, below table->count. `table` is a section of type
 * SHT_REL or SHT_RELA. Errors as in rawbpf_elf_symbol_read().
 */
int rawbpf_elf_reloc_read(struct rawbpf_elf_reloc *reloc, const struct rawbpf_elf *elf,
			  const struct rawbpf_elf_section *table, uint64_t index);

/*
 * Find the byte that is mapped at `address`, and write its offset in the file. Write its segment's
 * PF_* to `flags`, which may be NULL. -ENOENT: no segment has the byte in the file.
 */
int rawbpf_elf_offset_find(uint64_t *offset, uint32_t *flags, const struct rawbpf_elf *elf,
			   uint64_t address);

/*
 * Write the offsets in the file of all functions of a name, at most `max`. Return their number. It
 * may be above `max`, and above 1 for static functions. Search .symtab, and if it has no such
 * name, .dynsym. `name` may have a version or a suffix:
 *
 *	memcpy               the default version, or the only one
 *	memcpy@GLIBC_2.2.5   this version
 *	memcpy@@GLIBC_2.14   this version, if it is the default
 *	memcpy@plt           the stub that calls another file's function, on x86_64, aarch64, s390x and
 *	                     riscv64
 *
 * -ESRCH         the file has no such symbol
 * -ENOMSG        the file has no symbols: it is stripped
 * -ENOLINK       another file defines the symbol; this file may have a stub, NAME@plt
 * -ENXIO         the symbol is not code
 * -EDESTADDRREQ  the symbol is an indirect function (IFUNC): a resolver picks the function at run time
 * -EOPNOTSUPP    NAME@plt on another machine
 * -EINVAL        broken, or more than 1,024 segments; the symbol of an ET_REL file is in a section
 *                past 65,279
 */
int rawbpf_elf_symbol_find(uint64_t *offsets, unsigned max, const struct rawbpf_elf *elf,
			   const char *name);

/* The source lines of a BPF object that was compiled with -g. The fields are private. */
struct rawbpf_elf_lines {
	const struct rawbpf_elf *elf;
	const unsigned char *at;
	uint32_t room;          /* bytes behind `at` */
	uint32_t record_size;
	uint32_t left;          /* records of this section */
	const char *section;
	const unsigned char *strings;
	uint32_t strings_size;
};

/*
 * Begin with the first line of the sections .BTF.ext and .BTF.
 *
 * -ENOENT  the file has no lines
 * -EINVAL  broken
 */
int rawbpf_elf_lines_parse(struct rawbpf_elf_lines *lines, const struct rawbpf_elf *elf);

/* The source line of an instruction and of those behind it. */
struct rawbpf_elf_line {
	const char *section;    /* its name */
	uint32_t offset;        /* the instruction's offset, in bytes */
	const char *file;
	const char *text;       /* the line */
	unsigned line, column;
};

/* Fill `line` with the next line. Return 1, or 0 behind the last one. */
int rawbpf_elf_lines_next(struct rawbpf_elf_line *line, struct rawbpf_elf_lines *lines);

#ifdef __cplusplus
}
#endif
#endif
