/* SPDX-License-Identifier: MIT */
/* Read ELF files: declarations that the files of insn/elf/ share. */
#ifndef RAWBPF_INSN_ELF_H
#define RAWBPF_INSN_ELF_H

#include <rawbpf/elf.h>

#include "../base/private.h"

/* The format's numbers. <linux/elf.h> and <elf.h> exist on some systems only. */
enum {
	ELF_ET_REL = 1,
	ELF_EM_S390 = 22,
	ELF_EM_ARM = 40,
	ELF_EM_X86_64 = 62,
	ELF_EM_AARCH64 = 183,
	ELF_EM_RISCV = 243,
	ELF_PT_LOAD = 1,
	ELF_PF_X = 1,
	ELF_SHT_SYMTAB = 2,
	ELF_SHT_STRTAB = 3,
	ELF_SHT_RELA = 4,
	ELF_SHT_NOBITS = 8,
	ELF_SHT_REL = 9,
	ELF_SHT_DYNSYM = 11,
	ELF_SHT_GNU_VERDEF = 0x6ffffffd,
	ELF_SHT_GNU_VERSYM = 0x6fffffff,
	ELF_SHF_EXECINSTR = 4,
	ELF_SHN_UNDEF = 0,
	ELF_SHN_LORESERVE = 0xff00,
	ELF_SHN_XINDEX = 0xffff,
	ELF_STT_NOTYPE = 0,
	ELF_STT_FUNC = 2,
	ELF_STT_SECTION = 3,
	ELF_STT_FILE = 4,
	ELF_STT_GNU_IFUNC = 10,
};

/* Read a number of the file's byte order. The caller has checked that the bytes exist. */
RAWBPF__PRIVATE unsigned rawbpf__elf_u16(const struct rawbpf_elf *elf, const unsigned char *at);
RAWBPF__PRIVATE uint32_t rawbpf__elf_u32(const struct rawbpf_elf *elf, const unsigned char *at);
RAWBPF__PRIVATE uint64_t rawbpf__elf_u64(const struct rawbpf_elf *elf, const unsigned char *at);

/* Return the string at an offset of a string table, "" if it does not end within the table. */
RAWBPF__PRIVATE const char *rawbpf__elf_string(const struct rawbpf_elf_section *strings,
					       uint64_t offset);

/* Find the first section of a type. Errors of rawbpf_elf_section_read(). */
RAWBPF__PRIVATE int rawbpf__elf_section_of(struct rawbpf_elf_section *section,
					   const struct rawbpf_elf *elf, uint32_t type);

/* A symbol table and the string table that it names. */
struct rawbpf__elf_symbols {
	struct rawbpf_elf_section table, strings;
};

RAWBPF__PRIVATE int rawbpf__elf_symbols_of(struct rawbpf__elf_symbols *symbols,
					   const struct rawbpf_elf *elf, uint32_t type);
/* Do as rawbpf_elf_symbol_read(). The caller has found the string table, once for many symbols. */
RAWBPF__PRIVATE int rawbpf__elf_symbol(struct rawbpf_elf_symbol *symbol,
				       const struct rawbpf_elf *elf,
				       const struct rawbpf__elf_symbols *symbols, uint64_t index);

/*
 * Find the address of the stub that jumps to the function whose name is the `length` bytes at
 * `name`. Errors of rawbpf_elf_symbol_find().
 */
RAWBPF__PRIVATE int rawbpf__elf_plt_find(uint64_t *address, const struct rawbpf_elf *elf,
					 const char *name, size_t length);

#endif
