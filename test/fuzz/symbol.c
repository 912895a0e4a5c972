/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: find names in what they come from. The first byte tells what the others are: a format
 * of tracefs, an offsets file, or the kernel's BTF.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/btf.h>
#include <rawbpf/symbol.h>

enum { FORMAT, OFFSETS, BTF, SOURCES, NAMES = 64 };

static const char *const names[] = { "a.b", "a.b[1]", "a.b.c[0]", "a", "x.name", "x.comm[3]",
	"sys_enter_a.args", "sched.a", "A", "xdp_md.data", "__sk_buff.cb[2]", "task_struct.tgid" };

/* Ask for a name in every way. All answers with an index are those without. */
static void ask(struct rawbpf_symbols *symbols, struct rawbpf_symbol_index *index, const char *name)
{
	struct rawbpf_symbol symbol, indexed;
	char text[120];
	size_t length;
	int has, err, size;

	symbols->index = NULL;
	err = rawbpf_symbol_find(&symbol, symbols, name);
	size = rawbpf_symbol_size(symbols, name);
	symbols->index = index;
	if (rawbpf_symbol_find(&indexed, symbols, name) != err ||
	    rawbpf_symbol_size(symbols, name) != size ||
	    (!err && memcmp(&symbol, &indexed, sizeof symbol) != 0))
		abort();
	rawbpf_symbol_has(&has, symbols, name);
	rawbpf_symbol_kfunc_find(&symbol, symbols, name);
	rawbpf_symbol_variable_find(&symbol, symbols, name);
	length = rawbpf_symbol_explain(text, sizeof text, symbols, RAWBPF_SYMBOL_VALUE, name,
				       err ? err : -ENOENT);
	if ((length < sizeof text ? length : sizeof text - 1) != strlen(text))
		abort();
	err = rawbpf_offsets_format(text, sizeof text, symbols, name, NULL);
	if (err > 0 && (unsigned)err < sizeof text && strlen(text) != (unsigned)err)
		abort();
}

static void ask_all(struct rawbpf_symbols *symbols, struct rawbpf_symbol_index *index)
{
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		ask(symbols, index, names[i]);
}

/* Ask for the names that the BTF itself has: "TYPE.MEMBER". */
static void ask_btf(struct rawbpf_symbols *symbols, struct rawbpf_symbol_index *index)
{
	unsigned end = rawbpf_btf_type_end(symbols->kernel);

	for (unsigned id = 1; id < end && id < NAMES; id++) {
		const char *name = rawbpf_btf_type_name(symbols->kernel, id);
		char path[100];

		if (!name || strlen(name) > 90)
			continue;
		ask(symbols, index, name);
		strcpy(path, name);
		strcat(path, ".b");
		ask(symbols, index, path);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint32_t memory[1 << 15];
	struct rawbpf_symbol_index index = { .memory = memory, .size = sizeof memory };
	struct rawbpf_symbols symbols = { .kernel = NULL };
	struct rawbpf_symbol_format format = { .name = "x" };
	struct rawbpf_offsets offsets;
	struct rawbpf_btf btf;
	char *copy;

	if (!size)
		return 0;
	copy = malloc(size); /* exactly as large as the rest, for the sanitizer; aligned for BTF */
	memcpy(copy, data + 1, size - 1);
	copy = realloc(copy, size - 1 + (size == 1));
	if (data[0] % SOURCES == FORMAT) {
		format.text = copy;
		format.size = size - 1;
		symbols.formats = &format;
		symbols.format_count = 1;
		ask_all(&symbols, &index);
	} else if (data[0] % SOURCES == OFFSETS) {
		symbols.offsets = &offsets;
		if (rawbpf_offsets_parse(&offsets, copy, size - 1) == 0)
			ask_all(&symbols, &index);
	} else if (rawbpf_btf_parse(&btf, copy, size - 1, NULL) == 0) {
		symbols.kernel = &btf;
		ask_all(&symbols, &index);
		ask_btf(&symbols, &index);
	}
	free(copy);
	return 0;
}
