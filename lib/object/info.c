/* SPDX-License-Identifier: MIT */
#include "info.h"

#include <rawbpf/info.h>
#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "obj.h"

/*
 * Offer the caller's room for elements of `size` bytes to the kernel. The kernel reported `told`
 * elements of `record` bytes; a newer kernel's may be longer. Returns whether the caller has room
 * to offer.
 */
static int info_offer(uint64_t *pointer, uint32_t *count, const struct rawbpf_info_array *room,
		      uint32_t told, unsigned size, unsigned record)
{
	uint64_t max = record ? (uint64_t)room->max * size / record : 0;

	if (max > told)
		max = told;
	if (!room->data || !max)
		return 0;
	*pointer = RAWBPF__PTR(room->data);
	*count = max;
	return 1;
}

enum { INFO_INSN = sizeof(struct bpf_insn) }; /* the kernel counts their bytes */

/* Offer the caller's arrays to the kernel, after a first call that returned its record sizes. */
static int info_ask(struct rawbpf__prog_info *ask, const struct rawbpf_prog_info *info,
		    const struct rawbpf__prog_info *told)
{
	int asked;

	ask->func_info_rec_size = told->func_info_rec_size;
	ask->line_info_rec_size = told->line_info_rec_size;
	ask->jited_line_info_rec_size = told->jited_line_info_rec_size;
	asked = info_offer(&ask->xlated_prog_insns, &ask->xlated_prog_len, &info->xlated,
			   told->xlated_prog_len / INFO_INSN, INFO_INSN, INFO_INSN);
	ask->xlated_prog_len *= INFO_INSN;
	asked |= info_offer(&ask->jited_prog_insns, &ask->jited_prog_len, &info->jited,
			    told->jited_prog_len, 1, 1);
	asked |= info_offer(&ask->map_ids, &ask->nr_map_ids, &info->map_ids, told->nr_map_ids, 4, 4);
	asked |= info_offer(&ask->jited_ksyms, &ask->nr_jited_ksyms, &info->jited_ksyms,
			    told->nr_jited_ksyms, 8, 8);
	asked |= info_offer(&ask->jited_func_lens, &ask->nr_jited_func_lens, &info->jited_func_lens,
			    told->nr_jited_func_lens, 4, 4);
	asked |= info_offer(&ask->func_info, &ask->nr_func_info, &info->func_info,
			    told->nr_func_info, sizeof(struct bpf_func_info),
			    told->func_info_rec_size);
	asked |= info_offer(&ask->line_info, &ask->nr_line_info, &info->line_info,
			    told->nr_line_info, sizeof(struct bpf_line_info),
			    told->line_info_rec_size);
	asked |= info_offer(&ask->jited_line_info, &ask->nr_jited_line_info, &info->jited_line_info,
			    told->nr_jited_line_info, 8, told->jited_line_info_rec_size);
	asked |= info_offer(&ask->prog_tags, &ask->nr_prog_tags, &info->prog_tags,
			    told->nr_prog_tags, 8, 8);
	return asked;
}

/* Take the kernel's count. The kernel clears the pointer to data that this process may not see. */
static void info_take(struct rawbpf_info_array *room, uint32_t count, uint64_t asked, uint64_t got)
{
	room->count = count;
	if (asked && !got)
		room->data = NULL;
}

static void info_copy_arrays(struct rawbpf_prog_info *info, const struct rawbpf__prog_info *asked,
			     const struct rawbpf__prog_info *got)
{
	info_take(&info->xlated, got->xlated_prog_len / INFO_INSN, asked->xlated_prog_insns,
		  got->xlated_prog_insns);
	info_take(&info->jited, got->jited_prog_len, asked->jited_prog_insns, got->jited_prog_insns);
	info_take(&info->map_ids, got->nr_map_ids, asked->map_ids, got->map_ids);
	info_take(&info->jited_ksyms, got->nr_jited_ksyms, asked->jited_ksyms, got->jited_ksyms);
	info_take(&info->jited_func_lens, got->nr_jited_func_lens, asked->jited_func_lens,
		  got->jited_func_lens);
	info_take(&info->func_info, got->nr_func_info, asked->func_info, got->func_info);
	info_take(&info->line_info, got->nr_line_info, asked->line_info, got->line_info);
	info_take(&info->jited_line_info, got->nr_jited_line_info, asked->jited_line_info,
		  got->jited_line_info);
	info_take(&info->prog_tags, got->nr_prog_tags, asked->prog_tags, got->prog_tags);
}

static void info_copy_prog(struct rawbpf_prog_info *info, const struct rawbpf__prog_info *got)
{
	info->type = got->type;
	info->id = got->id;
	__builtin_memcpy(info->tag, got->tag, sizeof(info->tag));
	__builtin_memcpy(info->name, got->name, sizeof(info->name));
	info->load_time = got->load_time;
	info->created_by_uid = got->created_by_uid;
	/* the first bit field: the lowest bit, or the highest on a big-endian machine */
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

/*
 * Read a BTF's info. The name is optional: before 5.11 the kernel has none, and the caller may want
 * none.
 */
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
	if (err < 0 && err != -ENOSPC) /* the name did not fit */
		return err;
	if (info->name.data && info->name.max && !named)
		*(char *)info->name.data = '\0';
	info->data.count = got.btf_size;
	info->name.count = named ? got.name_len + 1 : 0;
	info->id = got.id;
	info->kernel_btf = got.kernel_btf;
	return 0;
}
