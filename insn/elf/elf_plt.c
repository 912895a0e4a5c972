/* SPDX-License-Identifier: MIT */
/*
 * Stubs that call functions of other files. A stub jumps to the address in a slot of the global
 * offset table. A relocation names the slot and the function. So the search goes from the name to
 * the relocation. From its slot it goes to the instructions that load from the slot.
 */
#include "elf.h"
#include "../base/string.h"

enum { CODE_SIZE = 12 };

static uint32_t elf_little(const unsigned char *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t elf_big(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* A machine's relocation types, and the reader of its stubs. */
struct elf_machine {
	unsigned machine;
	/* R_*_JUMP_SLOT; a relocation type that also fills slots for pointers */
	uint32_t jump_slot, address_slot;
	unsigned step;                    /* bytes: stubs begin at multiples of it */
	/* Return 1 if a stub begins with CODE_SIZE bytes, and write its slot's address. */
	int (*slot_of)(uint64_t *slot, const unsigned char *code, uint64_t address);
};

/* [endbr64] [bnd] jmp *slot(%rip): f3 0f 1e fa, f2, ff 25 DISPLACEMENT */
static int elf_slot_of_x86_64(uint64_t *slot, const unsigned char *code, uint64_t address)
{
	static const unsigned char endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	unsigned jump = rawbpf__same_bytes(code, endbr64, sizeof endbr64) ? sizeof endbr64 : 0;

	jump += code[jump] == 0xf2;
	if (code[jump] != 0xff || code[jump + 1] != 0x25)
		return 0;
	*slot = address + jump + 6 + (int64_t)(int32_t)elf_little(code + jump + 2);
	return 1;
}

/* [bti c]; adrp x16, PAGE; ldr x17, [x16, OFFSET]. Instructions are little-endian in every file. */
static int elf_slot_of_aarch64(uint64_t *slot, const unsigned char *code, uint64_t address)
{
	unsigned begin = elf_little(code) == 0xd503245f ? 4 : 0;
	uint32_t adrp = elf_little(code + begin), ldr = elf_little(code + begin + 4);
	int64_t pages;

	if ((adrp & 0x9f00001f) != 0x90000010 || (ldr & 0xffc003ff) != 0xf9400211)
		return 0;
	pages = (int64_t)((uint64_t)((adrp >> 5 & 0x7ffff) << 2 | (adrp >> 29 & 3)) << 43) >> 43;
	*slot = ((address + begin) & ~(uint64_t)0xfff) + (uint64_t)pages * 4096 + (ldr >> 10 & 0xfff) * 8;
	return 1;
}

/* larl %r1, SLOT; lg %r1, 0(%r1) */
static int elf_slot_of_s390x(uint64_t *slot, const unsigned char *code, uint64_t address)
{
	static const unsigned char load[] = { 0xe3, 0x10, 0x10, 0x00, 0x00, 0x04 };

	if (code[0] != 0xc0 || code[1] != 0x10 || !rawbpf__same_bytes(code + 6, load, sizeof load))
		return 0;
	*slot = address + 2 * (int64_t)(int32_t)elf_big(code + 2);
	return 1;
}

/* auipc t3, UPPER; ld t3, LOWER(t3) */
static int elf_slot_of_riscv64(uint64_t *slot, const unsigned char *code, uint64_t address)
{
	uint32_t auipc = elf_little(code), load = elf_little(code + 4);

	if ((auipc & 0xfff) != 0xe17 || (load & 0xfffff) != 0xe3e03)
		return 0;
	*slot = address + (int64_t)(int32_t)(auipc & 0xfffff000) + ((int32_t)load >> 20);
	return 1;
}

static const struct elf_machine elf_machines[] = {
	{ ELF_EM_X86_64, 7, 6, 1, elf_slot_of_x86_64 },
	{ ELF_EM_AARCH64, 1026, 1025, 4, elf_slot_of_aarch64 },
	{ ELF_EM_S390, 11, 10, 2, elf_slot_of_s390x },
	{ ELF_EM_RISCV, 5, 2, 4, elf_slot_of_riscv64 },
};

static const struct elf_machine *elf_machine_of(const struct rawbpf_elf *elf)
{
	for (unsigned i = 0; i < sizeof elf_machines / sizeof *elf_machines; i++)
		if (elf_machines[i].machine == elf->machine && elf->bits == 64)
			return &elf_machines[i];
	return NULL;
}

/* Write the slot that a section of relocations fills with the function's address. */
static int elf_slot_find(uint64_t *slot, const struct rawbpf_elf *elf, const char *section,
			 uint32_t type, const char *name, size_t length)
{
	struct rawbpf__elf_symbols symbols;
	struct rawbpf_elf_section table;
	struct rawbpf_elf_symbol symbol;
	struct rawbpf_elf_reloc reloc;

	if (rawbpf_elf_section_find(&table, elf, section) < 0 ||
	    rawbpf__elf_symbols_of(&symbols, elf, ELF_SHT_DYNSYM) < 0)
		return -ESRCH;
	for (uint64_t i = 0; rawbpf_elf_reloc_read(&reloc, elf, &table, i) == 0; i++)
		if (reloc.type == type &&
		    rawbpf__elf_symbol(&symbol, elf, &symbols, reloc.symbol) == 0 &&
		    rawbpf__equal_bytes(symbol.name, name, length)) {
			*slot = reloc.offset;
			return 0;
		}
	return -ESRCH;
}

static int elf_stub_scan(uint64_t *address, const struct rawbpf_elf *elf,
			 const struct elf_machine *machine, const char *name, uint64_t slot)
{
	struct rawbpf_elf_section section;
	uint64_t found;

	if (rawbpf_elf_section_find(&section, elf, name) < 0 || !section.data)
		return -ESRCH;
	for (uint64_t at = 0; at < section.size; at += machine->step) {
		unsigned char code[CODE_SIZE] = { 0 };

		for (unsigned i = 0; i < CODE_SIZE && i < section.size - at; i++)
			code[i] = section.data[at + i];
		if (machine->slot_of(&found, code, section.address + at) && found == slot) {
			*address = section.address + at;
			return 0;
		}
	}
	return -ESRCH;
}

int rawbpf__elf_plt_find(uint64_t *address, const struct rawbpf_elf *elf, const char *name,
			 size_t length)
{
	static const char *const stubs[] = { ".plt.sec", ".plt", ".plt.got" };
	const struct elf_machine *machine = elf_machine_of(elf);
	uint64_t slot;

	if (!machine)
		return -EOPNOTSUPP;
	if (elf_slot_find(&slot, elf, ".rela.plt", machine->jump_slot, name, length) < 0 &&
	    elf_slot_find(&slot, elf, ".rela.dyn", machine->address_slot, name, length) < 0)
		return -ESRCH;
	for (unsigned i = 0; i < sizeof stubs / sizeof *stubs; i++)
		if (elf_stub_scan(address, elf, machine, stubs[i], slot) == 0)
			return 0;
	return -ESRCH;
}
