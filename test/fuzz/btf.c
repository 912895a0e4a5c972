/* SPDX-License-Identifier: MIT */
/* libFuzzer: parse any bytes as BTF, and query sound ones in every way. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/btf.h>

enum { TYPES = 512, TYPES_LOOKED_AT = 64 };

static const char *const paths[] = { "a", "a.b", "a[0].b", "a[1][2]", "" };

static void look_at(const struct rawbpf_btf *btf, unsigned id)
{
	const struct btf_type *type = rawbpf_btf_type_get(btf, id);
	const char *name = rawbpf_btf_type_name(btf, id);
	struct rawbpf_btf_member member;
	char text[300];
	size_t length = rawbpf_btf_type_format(text, sizeof text, btf, id);

	if ((length < sizeof text ? length : sizeof text - 1) != strlen(text))
		abort();
	if (id && id < rawbpf_btf_type_end(btf) && !type)
		abort();
	if (name && *name && rawbpf_btf_type_find(btf, rawbpf_btf_type_kind(type), name) > (int)id)
		abort(); /* the first type of a name is at or before any other */
	rawbpf_btf_type_resolve(btf, id);
	rawbpf_btf_type_size(btf, id);
	for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
		rawbpf_btf_member_find(&member, btf, id, paths[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint32_t index[TYPES];
	struct rawbpf_btf btf, module;
	uint32_t *copy = malloc(size + !size); /* exactly as large, for the sanitizer */

	memcpy(copy, data, size);
	if (rawbpf_btf_parse(&btf, copy, size, NULL) == 0) {
		for (int indexed = 0; indexed < 2; indexed++) {
			/* the last id does not exist */
			unsigned end = rawbpf_btf_type_end(&btf) + 1;

			for (unsigned id = 0; id < TYPES_LOOKED_AT && id < end; id++)
				look_at(&btf, id);
			if (rawbpf_btf_index_set(&btf, index, TYPES) < 0)
				break;
		}
		/* as a module's BTF over itself */
		if (rawbpf_btf_parse(&module, copy, size, &btf) == 0)
			look_at(&module, rawbpf_btf_type_end(&module) - 1);
	}
	free(copy);
	return 0;
}
