/* SPDX-License-Identifier: MIT */
/* libFuzzer: explain any bytes in either byte order, in colour and plain. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/form.h>

enum { SLOTS = 64, PAGE = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpf_insn insns[SLOTS];
	unsigned count = size / sizeof *insns < SLOTS ? size / sizeof *insns : SLOTS;
	unsigned i = 0, slots;

	memcpy(insns, data, count * sizeof *insns);
	for (; i < count; i += slots) {
		static char page[PAGE];

		for (int order = RAWBPF_HOST_ORDER; order <= RAWBPF_BIG_ENDIAN; order++) {
			for (int colour = 0; colour < 2; colour++) {
				size_t length = rawbpf_insn_explain(page, sizeof page, insns + i,
								    count - i, order, colour, &slots);

				if (length >= sizeof page || length != strlen(page) || slots < 1 ||
				    slots > 2 || page[length - 1] != '\n')
					abort();
			}
		}
	}
	return 0;
}
