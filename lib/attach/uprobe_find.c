/* SPDX-License-Identifier: MIT */
/*
 * Find functions in executables and libraries, for uprobes.
 *
 * The tables that the search needs are copied to anonymous memory of the file's size, each to its
 * own offset. The search never touches the rest of that memory, so it costs nothing. A mapping of
 * the file itself would end the process with SIGBUS if another process shortened the file
 * meanwhile.
 */
#include <linux/elf.h>
#include <rawbpf/elf.h>
#include <rawbpf/uprobe.h>

#include "../sys/file.h"
#include "../sys/sys.h"
#include "../../insn/base/string.h"
#include "link.h"

/* The machines whose files run here. */
static int uprobe_machine_is_ours(unsigned machine)
{
#if defined(__x86_64__) || defined(__i386__)
	return machine == EM_X86_64 || machine == EM_386;
#elif defined(__aarch64__) || defined(__arm__)
	return machine == EM_AARCH64 || machine == EM_ARM;
#elif defined(__s390x__)
	return machine == EM_S390;
#elif defined(__riscv)
	return machine == EM_RISCV;
#elif defined(__powerpc64__)
	return machine == EM_PPC64 || machine == EM_PPC;
#else
	(void)machine;
	return 1;
#endif
}

enum { UPROBE_TABLES_AT_MOST = 1 << 30 }; /* bytes; a sparse file may name tables of any size */

struct uprobe_file {
	int fd;
	unsigned char *copy;
	uint64_t size;
	uint64_t copied; /* bytes; a section that lies in others counts again */
	struct rawbpf_elf elf;
};

static int uprobe_file_copy(struct uprobe_file *file, uint64_t offset, uint64_t size)
{
	/* Tables of a sound file do not overlap. A broken file's tables could do so without end. */
	if (offset > file->size || size > file->size - offset || size > 2 * file->size - file->copied)
		return -EBADMSG;
	if (size > UPROBE_TABLES_AT_MOST - file->copied)
		return -E2BIG;
	file->copied += size;
	return rawbpf__read_at(file->fd, file->copy + offset, size, offset);
}

static int uprobe_table_copy(struct uprobe_file *file, const struct rawbpf_elf_table *table)
{
	return uprobe_file_copy(file, table->offset, table->count * table->entry_size);
}

static int uprobe_parse(struct uprobe_file *file)
{
	int err = rawbpf_elf_parse(&file->elf, file->copy, file->size);

	return err == -EINVAL ? -EBADMSG : err;
}

/*
 * Copy the header, then the tables that it names. Counts that do not fit into the header are in the
 * first section header.
 */
static int uprobe_headers_copy(struct uprobe_file *file)
{
	const uint64_t header_size = 64;
	struct rawbpf_elf_table first;
	int err = uprobe_file_copy(file, 0, file->size < header_size ? file->size : header_size);

	if (!err)
		err = uprobe_parse(file);
	if (err)
		return err;
	first = file->elf.sections;
	first.count = first.offset ? 1 : 0;
	err = uprobe_table_copy(file, &first);
	if (!err)
		err = uprobe_parse(file);
	if (!err)
		err = uprobe_table_copy(file, &file->elf.sections);
	if (!err)
		err = uprobe_table_copy(file, &file->elf.segments);
	return err ? err : uprobe_parse(file);
}

static int uprobe_is_table(const struct rawbpf_elf_section *section)
{
	enum { VERSION_DEFINITIONS = 0x6ffffffd, VERSION_NUMBERS = 0x6fffffff };

	switch (section->type) {
	case SHT_SYMTAB:
	case SHT_DYNSYM:
	case SHT_STRTAB:
	case SHT_REL:
	case SHT_RELA:
	case VERSION_DEFINITIONS:
	case VERSION_NUMBERS:
		return 1;
	default:
		return 0;
	}
}

/* The stubs that call other files' functions. Their names are read after the tables. */
static int uprobe_is_stubs(const struct rawbpf_elf_section *section)
{
	return section->type == SHT_PROGBITS && rawbpf__starts_with(section->name, ".plt");
}

static int uprobe_sections_copy(struct uprobe_file *file,
				int (*is_needed)(const struct rawbpf_elf_section *section))
{
	struct rawbpf_elf_section section;
	int err = 0;

	for (uint64_t i = 1; !err && i < file->elf.sections.count; i++) {
		err = rawbpf_elf_section_read(&section, &file->elf, i);
		if (!err && section.data && is_needed(&section))
			err = uprobe_file_copy(file, section.offset, section.size);
	}
	return err == -EINVAL ? -EBADMSG : err;
}

static int uprobe_copy_find(uint64_t *offsets, unsigned max, struct uprobe_file *file,
			    const char *name)
{
	int err = uprobe_headers_copy(file);

	if (err)
		return err;
	if (!uprobe_machine_is_ours(file->elf.machine))
		return -EXDEV;
	err = uprobe_sections_copy(file, uprobe_is_table);
	if (!err)
		err = uprobe_sections_copy(file, uprobe_is_stubs);
	if (err)
		return err;
	err = rawbpf_elf_symbol_find(offsets, max, &file->elf, name);
	return err == -EINVAL ? -EBADMSG : err;
}

static int uprobe_fd_find(uint64_t *offsets, unsigned max, int fd, const char *name)
{
	struct uprobe_file file = { .fd = fd };
	void *copy;
	int err = rawbpf__file_size(fd, &file.size);

	if (err)
		return err;
	if (!file.size)
		return -ENOEXEC;
	if ((size_t)file.size != file.size)
		return -ENOMEM;
	err = rawbpf__mmap(&copy, file.size, PROT_READ | PROT_WRITE, -1);
	if (err)
		return err;
	file.copy = copy;
	err = uprobe_copy_find(offsets, max, &file, name);
	rawbpf__munmap(copy, file.size);
	return err;
}

int rawbpf_uprobe_find(uint64_t *offsets, unsigned max, const char *path, const char *name)
{
	int fd, found;

	if (!rawbpf__is_given(path) || !rawbpf__is_given(name))
		return -EINVAL;
	/* A FIFO would wait for a writer. */
	fd = rawbpf__open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	found = uprobe_fd_find(offsets, max, fd, name);
	rawbpf__close(fd);
	return found;
}
