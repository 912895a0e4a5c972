/* SPDX-License-Identifier: MIT */
/* Read the symbols and relocations of an ELF file. Every kernel, no privilege. */
#include "api.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Count a file's relocations, with and without a symbol. */
static void count_relocs(const struct rawbpf_elf *elf)
{
	struct rawbpf_elf_section section;
	struct rawbpf_elf_reloc reloc;
	unsigned named = 0, unnamed = 0;

	for (uint64_t i = 0; rawbpf_elf_section_read(&section, elf, i) != -ENOENT; i++)
		for (uint64_t n = 0; rawbpf_elf_reloc_read(&reloc, elf, &section, n) == 0; n++)
			*(reloc.symbol ? &named : &unnamed) += 1;
	printf("relocations: %u with a symbol, %u without\n", named, unnamed);
}

static void count_symbols(const struct rawbpf_elf *elf, const char *name)
{
	struct rawbpf_elf_section table;
	struct rawbpf_elf_symbol symbol;
	unsigned i, elsewhere = 0;

	if (rawbpf_elf_section_find(&table, elf, name) < 0)
		return;
	for (i = 1; rawbpf_elf_symbol_read(&symbol, elf, &table, i) == 0; i++)
		elsewhere += symbol.section == 0;
	printf("%s: %u symbols, %u of other files\n", name, i, elsewhere);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/proc/self/exe";
	const char *name = argc > 2 ? argv[2] : "main";
	uint64_t offset;
	struct rawbpf_elf elf;
	struct stat about;
	void *bytes;
	int fd;

	check_arguments(argc, argv, 0, 2, "elf [FILE [FUNCTION]] (default: this program, main)");
	fd = must_libc(path, open(path, O_RDONLY | O_CLOEXEC));
	must_libc(path, fstat(fd, &about));
	bytes = mmap(NULL, about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED || rawbpf_elf_parse(&elf, bytes, about.st_size) < 0)
		return 1;
	printf("%u bits, %s-endian\n", elf.bits, elf.is_big_endian ? "big" : "little");
	count_symbols(&elf, ".symtab");
	count_relocs(&elf);
	printf("functions called %s: %d\n", name, rawbpf_elf_symbol_find(&offset, 1, &elf, name));
	if (rawbpf_elf_symbol_find(&offset, 1, &elf, name) > 0)
		printf("the first at offset %#llx\n", (unsigned long long)offset);
	if (rawbpf_elf_offset_find(&offset, NULL, &elf, 0) == 0)
		printf("address 0: offset %llu\n", (unsigned long long)offset);
	return done();
}
