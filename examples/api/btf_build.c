/* SPDX-License-Identifier: MIT */
/*
 * Write BTF for a map by hand, so that tools can print its values by their fields. Load it into the
 * kernel, and read it back. CAP_BPF. Linux 5.16.
 */
#include "api.h"

#include <linux/btf.h>

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "btf_build");

	static _Alignas(4) char data[4096];
	struct rawbpf_btf_build b = { .data = data, .max = sizeof data };
	const int u32 = rawbpf_btf_int_emit(&b, "unsigned int", 4, 0);
	const int byte = rawbpf_btf_int_emit(&b, "char", 1, BTF_INT_CHAR);
	const int name = rawbpf_btf_array_emit(&b, byte, u32, 12);
	const struct rawbpf_btf_field fields[] = { { "uid", u32, 0 }, { "name", name, 4 } };
	const int user = rawbpf_btf_struct_emit(&b, BTF_KIND_STRUCT, "user", 16, fields, 2);
	const int user_t = rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "user_t", user);

	rawbpf_btf_decl_tag_emit(&b, "personal", user, 1); /* on the member `name` */
	if (b.error < 0) /* the first mistake of all steps */
		fail(NULL, b.error);

	const int loaded = must(RAWBPF_BTF_LOAD, rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = data, .size = b.size }));
	const int map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "users", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 16,
		.max_entries = 8, .btf = loaded, .btf_key_type_id = u32,
		.btf_value_type_id = user_t }));
	close(loaded);
	close(map);

	/* Parse the bytes as if from a file. */
	struct rawbpf_btf btf;
	uint32_t index[16];
	char text[64];

	must(NULL, rawbpf_btf_parse(&btf, data, b.size, NULL));
	must(NULL, rawbpf_btf_index_set(&btf, index, RAWBPF_COUNT(index)));
	for (unsigned id = 1; id < rawbpf_btf_type_end(&btf); id++) {
		const struct btf_type *type = rawbpf_btf_type_get(&btf, id);

		rawbpf_btf_type_format(text, sizeof text, &btf, id);
		printf("%u: %s %s, %u elements\n", id,
		       rawbpf_constant_name(RAWBPF_BTF_KIND, rawbpf_btf_type_kind(type)), text,
		       rawbpf_btf_type_vlen(type));
	}
	return done();
}
