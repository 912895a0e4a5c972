/* SPDX-License-Identifier: MIT */
#include "info.h"

#include <rawbpf/info.h>
#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "obj.h"

/*
 * An array of a program's: where its pointer and count stand in the kernel's struct, and where
 * the caller's is. `record` is where the kernel says how long its element really is; 0: as ours.
 */
static const struct info_array {
	uint16_t pointer, count, record;
	uint16_t array;
	uint8_t size;  /* of an element */
	uint8_t bytes; /* the kernel counts bytes, and not elements */
} info_arrays[] = {
#define INFO_ARRAY(ARRAY, POINTER, COUNT, RECORD, SIZE, BYTES)                                     \
	{ offsetof(struct rawbpf__prog_info, POINTER), offsetof(struct rawbpf__prog_info, COUNT), \
	  RECORD, offsetof(struct rawbpf_prog_info, ARRAY), SIZE, BYTES }
#define INFO_RECORD(FIELD) offsetof(struct rawbpf__prog_info, FIELD)
	INFO_ARRAY(xlated, xlated_prog_insns, xlated_prog_len, 0, sizeof(struct bpf_insn), 1),
	INFO_ARRAY(jited, jited_prog_insns, jited_prog_len, 0, 1, 1),
	INFO_ARRAY(map_ids, map_ids, nr_map_ids, 0, 4, 0),
	INFO_ARRAY(jited_ksyms, jited_ksyms, nr_jited_ksyms, 0, 8, 0),
	INFO_ARRAY(jited_func_lens, jited_func_lens, nr_jited_func_lens, 0, 4, 0),
	INFO_ARRAY(func_info, func_info, nr_func_info, INFO_RECORD(func_info_rec_size),
		   sizeof(struct bpf_func_info), 0),
	INFO_ARRAY(line_info, line_info, nr_line_info, INFO_RECORD(line_info_rec_size),
		   sizeof(struct bpf_line_info), 0),
	INFO_ARRAY(jited_line_info, jited_line_info, nr_jited_line_info,
		   INFO_RECORD(jited_line_info_rec_size), 8, 0),
	INFO_ARRAY(prog_tags, prog_tags, nr_prog_tags, 0, 8, 0),
};
enum { INFO_ARRAYS = sizeof(info_arrays) / sizeof(info_arrays[0]) };

static uint32_t *info_u32(void *info, unsigned offset)
{
	return (uint32_t *)((char *)info + offset);
}

static uint64_t *info_u64(void *info, unsigned offset)
{
	return (uint64_t *)((char *)info + offset);
}

static struct rawbpf_info_array *info_array_of(struct rawbpf_prog_info *info,
					       const struct info_array *array)
{
	return (struct rawbpf_info_array *)((char *)info + array->array);
}

/* Hand the caller's buffers to the kernel, after a first call that told its record sizes. */
static int info_ask(struct rawbpf__prog_info *ask, struct rawbpf_prog_info *info,
		    struct rawbpf__prog_info *told)
{
	int asked = 0;

	for (unsigned i = 0; i < INFO_ARRAYS; i++) {
		const struct info_array *array = &info_arrays[i];
		const struct rawbpf_info_array *room = info_array_of(info, array);
		unsigned record = array->record ? *info_u32(told, array->record) : array->size;
		uint64_t max = room->max;

		if (array->record)
			*info_u32(ask, array->record) = record;
		if (!room->data || !record)
			continue;
		if (record != array->size) /* a newer kernel's, longer ones */
			max = max * array->size / record;
		if (array->bytes)
			max *= array->size;
		if (max > UINT32_MAX)
			max = UINT32_MAX;
		if (max > *info_u32(told, array->count))
			max = *info_u32(told, array->count);
		if (!max)
			continue;
		*info_u64(ask, array->pointer) = RAWBPF__PTR(room->data);
		*info_u32(ask, array->count) = max;
		asked = 1;
	}
	return asked;
}

static void info_copy_arrays(struct rawbpf_prog_info *info, struct rawbpf__prog_info *asked,
			     struct rawbpf__prog_info *got)
{
	for (unsigned i = 0; i < INFO_ARRAYS; i++) {
		const struct info_array *array = &info_arrays[i];
		struct rawbpf_info_array *room = info_array_of(info, array);

		room->count = *info_u32(got, array->count);
		if (array->bytes)
			room->count /= array->size;
		if (*info_u64(asked, array->pointer) && !*info_u64(got, array->pointer))
			room->data = NULL;
	}
}

static void info_copy_prog(struct rawbpf_prog_info *info, const struct rawbpf__prog_info *got)
{
	info->type = got->type;
	info->id = got->id;
	__builtin_memcpy(info->tag, got->tag, sizeof(info->tag));
	__builtin_memcpy(info->name, got->name, sizeof(info->name));
	info->load_time = got->load_time;
	info->created_by_uid = got->created_by_uid;
	/* the first bit of bit fields: the lowest, or the highest */
	info->gpl_compatible = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? got->flags >> 31 :
									got->flags & 1;
	info->ifindex = got->ifindex;
	info->netns_dev = got->netns_dev;
	info->netns_ino = got->netns_ino;
	info->btf_id = got->btf_id;
	info->func_info_size = got->func_info_rec_size;
	info->line_info_size = got->line_info_rec_size;
	info->jited_line_info_size = got->jited_line_info_rec_size;
	info->run_time_ns = got->run_time_ns;
	info->run_cnt = got->run_cnt;
	info->recursion_misses = got->recursion_misses;
	info->verified_insns = got->verified_insns;
	info->attach_btf_obj_id = got->attach_btf_obj_id;
	info->attach_btf_id = got->attach_btf_id;
}

int rawbpf_prog_info(struct rawbpf_prog_info *info, int prog)
{
	struct rawbpf__prog_info asked, got;
	int err;

	__builtin_memset(&asked, 0, sizeof(asked));
	__builtin_memset(&got, 0, sizeof(got));
	err = rawbpf__obj_check(prog, RAWBPF_OBJ_PROG);
	if (err == 0)
		err = rawbpf_obj_info(prog, &got, sizeof(got));
	if (err >= 0 && info_ask(&asked, info, &got)) {
		got = asked;
		err = rawbpf_obj_info(prog, &got, sizeof(got));
	}
	if (err < 0)
		return err;
	info_copy_prog(info, &got);
	info_copy_arrays(info, &asked, &got);
	return 0;
}

int rawbpf_map_info(struct rawbpf_map_info *info, int map)
{
	struct rawbpf__map_info got;
	int err;

	__builtin_memset(&got, 0, sizeof(got));
	if (info->hash.data) {
		got.hash = RAWBPF__PTR(info->hash.data);
		got.hash_size = info->hash.max < 32 ? info->hash.max : 32;
	}
	err = rawbpf__obj_check(map, RAWBPF_OBJ_MAP);
	if (err == 0)
		err = rawbpf_obj_info(map, &got, sizeof(got));
	if (err < 0)
		return err == -E2BIG ? -EINVAL : err; /* a kernel without hashes */
	info->hash.count = info->hash.data ? 32 : 0;
	info->type = got.type;
	info->id = got.id;
	info->key_size = got.key_size;
	info->value_size = got.value_size;
	info->max_entries = got.max_entries;
	info->flags = got.map_flags;
	__builtin_memcpy(info->name, got.name, sizeof(info->name));
	info->ifindex = got.ifindex;
	info->netns_dev = got.netns_dev;
	info->netns_ino = got.netns_ino;
	info->btf_id = got.btf_id;
	info->btf_key_type_id = got.btf_key_type_id;
	info->btf_value_type_id = got.btf_value_type_id;
	info->btf_vmlinux_value_type_id = got.btf_vmlinux_value_type_id;
	info->btf_vmlinux_id = got.btf_vmlinux_id;
	info->map_extra = got.map_extra;
	return 0;
}

/* Names are optional to the kernel as much as to the caller: before 5.11 they are unknown. */
int rawbpf_btf_info(struct rawbpf_btf_info *info, int btf)
{
	struct rawbpf__btf_info got = { 0 };
	int known = rawbpf_obj_info(btf, &got, sizeof(got));
	int named = known > (int)offsetof(struct rawbpf__btf_info, name);
	int err = known < 0 ? known : rawbpf__obj_check(btf, RAWBPF_OBJ_BTF);

	if (err < 0)
		return err;
	if (info->data.data || (info->name.data && named)) {
		got = (struct rawbpf__btf_info){
			.btf = RAWBPF__PTR(info->data.data),
			.btf_size = info->data.data ? info->data.max : 0,
		};
		if (info->name.data && info->name.max && named) {
			got.name = RAWBPF__PTR(info->name.data);
			got.name_len = info->name.max;
		}
		err = rawbpf_obj_info(btf, &got, sizeof(got));
	}
	if (err < 0 && err != -ENOSPC) /* the name, cut off */
		return err;
	if (info->name.data && info->name.max && !named)
		*(char *)info->name.data = '\0';
	info->data.count = got.btf_size;
	info->name.count = named ? got.name_len + 1 : 0;
	info->id = got.id;
	info->kernel_btf = got.kernel_btf;
	return 0;
}
