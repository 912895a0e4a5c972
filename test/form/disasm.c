/* SPDX-License-Identifier: MIT */
/*
 * Write instructions as files, so that test/form/llvm.sh can compare our texts of them with
 * others'.
 *
 *	disasm forms		raw: every form that LLVM prints, with boundary numbers
 *	disasm macros		C: an array of all forms' macros, and one of their bytes
 *	disasm elf FILE		an object with the raw instructions of FILE
 *	disasm llvm FILE	their text, a line each; kernel, c: the other dialects
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include <rawbpf/insn.h>
#include <rawbpf/form.h>

#include "forms.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct bpf_insn *read_insns(const char *path, unsigned *count)
{
	FILE *file = fopen(path, "rb");
	struct bpf_insn *insns;
	long size;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET))
		die(path);
	insns = malloc(size + 1);
	*count = size / sizeof(*insns);
	if (!insns || fread(insns, sizeof(*insns), *count, file) != *count)
		die(path);
	fclose(file);
	return insns;
}

/* Does LLVM 19 print the form comparably? It does not print our own syntax of form.h. */
static int llvm_prints(const struct rawbpf__form *form)
{
	switch (form->shape) {
	case RAWBPF__SHAPE_ZEXT:
	case RAWBPF__SHAPE_PERCPU:
	case RAWBPF__SHAPE_NOSPEC:
	case RAWBPF__SHAPE_GOTOX:
	case RAWBPF__SHAPE_CALL_LOCAL:
	case RAWBPF__SHAPE_CALL_LOADED:
	case RAWBPF__SHAPE_KFUNC:
	case RAWBPF__SHAPE_KFUNC_MOD:
	case RAWBPF__SHAPE_IND_IMM:
	case RAWBPF__SHAPE_LOAD_ACQ32:	/* LLVM 20 */
	case RAWBPF__SHAPE_LOAD_ACQ64:
	case RAWBPF__SHAPE_STORE_REL32:
	case RAWBPF__SHAPE_STORE_REL64:
		return 0;
	}
	return !*rawbpf__form_qualifier(form->code) &&
	       (form->code != 0x18 || form->shape == RAWBPF__SHAPE_LD64);
}

static void write_form(const struct rawbpf__form *form, const struct bpf_insn *insns,
		       unsigned slots, void *context)
{
	(void)context;
	if (llvm_prints(form) && rawbpf__form_find(insns, slots) == form)
		fwrite(insns, sizeof(*insns), slots, stdout);
}

static void write_macro(const struct rawbpf__form *form, const struct bpf_insn *insns,
			unsigned slots, void *context)
{
	char text[256];
	int *bytes = context;

	(void)form;
	/* Take a tenth of them, so that the file compiles in seconds. */
	if (++bytes[1] % 10)
		return;
	if (bytes[0]) {
		for (unsigned i = 0; i < slots; i++)
			printf("\t{ %d, %d, %d, %d, %d },\n", insns[i].code, insns[i].dst_reg,
			       insns[i].src_reg, insns[i].off, insns[i].imm);
		return;
	}
	rawbpf_insn_format(text, sizeof(text), insns, slots, RAWBPF_C, NULL, NULL);
	printf("\t%s,\n", text);
}

static void write_macros(void)
{
	int state[2] = { 0, 0 };

	puts("#include <rawbpf/insn.h>\n#include <string.h>\n"
	     "static const struct bpf_insn macros[] = {");
	forms_each(write_macro, state);
	puts("};\nstatic const int fields[][5] = {");
	state[0] = 1;
	state[1] = 0;
	forms_each(write_macro, state);
	puts("};\n"
	     "int main(void)\n{\n"
	     "\tunsigned count = sizeof(fields) / sizeof(fields[0]);\n"
	     "\tif (count != RAWBPF_COUNT(macros))\n\t\treturn 2;\n"
	     "\twhile (count--) {\n"
	     "\t\tconst int *f = fields[count];\n"
	     "\t\tconst struct bpf_insn *m = &macros[count];\n"
	     "\t\tif (m->code != f[0] || m->dst_reg != f[1] || m->src_reg != f[2] ||\n"
	     "\t\t    m->off != f[3] || m->imm != f[4])\n\t\t\treturn 1;\n"
	     "\t}\n\treturn 0;\n}");
}

static void write_elf(const char *path)
{
	static const char names[] = "\0.text\0.shstrtab";
	unsigned count;
	struct bpf_insn *insns = read_insns(path, &count);
	Elf64_Off text = sizeof(Elf64_Ehdr), strings = text + count * sizeof(*insns);
	Elf64_Off sections = (strings + sizeof(names) + 7) / 8 * 8;
	unsigned char data = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ELFDATA2MSB : ELFDATA2LSB;
	Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, data, EV_CURRENT },
		.e_type = ET_REL, .e_machine = EM_BPF, .e_version = EV_CURRENT,
		.e_shoff = sections, .e_ehsize = sizeof(header),
		.e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 3, .e_shstrndx = 2,
	};
	Elf64_Shdr headers[3] = {
		{ .sh_type = SHT_NULL },
		{ .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		  .sh_offset = text, .sh_size = count * sizeof(*insns), .sh_addralign = 8 },
		{ .sh_name = 7, .sh_type = SHT_STRTAB, .sh_offset = strings,
		  .sh_size = sizeof(names), .sh_addralign = 1 },
	};
	char padding[8] = "";

	fwrite(&header, sizeof(header), 1, stdout);
	fwrite(insns, sizeof(*insns), count, stdout);
	fwrite(names, sizeof(names), 1, stdout);
	fwrite(padding, sections - strings - sizeof(names), 1, stdout);
	fwrite(headers, sizeof(headers), 1, stdout);
	free(insns);
}

static void write_text(const char *path, enum rawbpf_dialect dialect)
{
	unsigned count, slots;
	struct bpf_insn *insns = read_insns(path, &count);
	char text[256];

	for (unsigned i = 0; i < count; i += slots) {
		rawbpf_insn_format(text, sizeof(text), insns + i, count - i, dialect, NULL, &slots);
		puts(text);
	}
	free(insns);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *file = argc > 2 ? argv[2] : "";

	if (!strcmp(what, "forms"))
		forms_each(write_form, NULL);
	else if (!strcmp(what, "macros"))
		write_macros();
	else if (!strcmp(what, "elf"))
		write_elf(file);
	else if (!strcmp(what, "llvm"))
		write_text(file, RAWBPF_LLVM);
	else if (!strcmp(what, "kernel"))
		write_text(file, RAWBPF_KERNEL);
	else if (!strcmp(what, "c"))
		write_text(file, RAWBPF_C);
	else
		return 2;
	return fflush(stdout) || ferror(stdout);
}
