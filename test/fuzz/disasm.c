/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: disassemble any bytes in every dialect, check them and date them. The text of a valid
 * instruction must assemble to the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/insn.h>
#include <rawbpf/form.h>
#include <rawbpf/text.h>

enum { SLOTS = 256, LINE = 256 };

/* The kernel's text of a module's function has no index, so the assembler makes it 0. */
static int is_ambiguous(const struct bpf_insn *insn, int dialect)
{
	return dialect == RAWBPF_KERNEL && insn->code == (BPF_JMP | BPF_CALL) &&
	       insn->src_reg == BPF_PSEUDO_KFUNC_CALL && insn->off;
}

static void assemble_back(const char *text, const struct bpf_insn *insns, unsigned slots)
{
	static char scratch[65536];
	struct bpf_insn again[4];
	struct rawbpf_text parse = {
		.text = text, .length = strlen(text), .insns = again, .max = 4,
		.scratch = scratch, .scratch_size = sizeof scratch,
	};

	if (rawbpf_text_parse(&parse) != (int)slots || memcmp(again, insns, slots * sizeof *insns))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpf_insn insns[SLOTS];
	unsigned count = size / sizeof *insns < SLOTS ? size / sizeof *insns : SLOTS;
	unsigned i = 0, slots;

	memcpy(insns, data, count * sizeof *insns);
	rawbpf_prog_kernel_find(insns, count);
	for (; i < count; i += slots) {
		const char *reason;
		int valid = rawbpf_insn_check(insns + i, count - i, &reason) == 0;

		for (int dialect = RAWBPF_LLVM; dialect <= RAWBPF_C; dialect++) {
			char text[LINE], cut[8];
			size_t length = rawbpf_insn_format(text, sizeof text, insns + i, count - i,
							   dialect, NULL, &slots);

			if (length >= sizeof text || length != strlen(text) || slots < 1 || slots > 2)
				abort();
			if (rawbpf_insn_format(cut, sizeof cut, insns + i, count - i, dialect, NULL,
					       NULL) != length || strncmp(cut, text, sizeof cut - 1))
				abort();
			if (valid && dialect != RAWBPF_C && !is_ambiguous(insns + i, dialect))
				assemble_back(text, insns + i, slots);
		}
	}
	return 0;
}
