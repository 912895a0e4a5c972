/* SPDX-License-Identifier: MIT */
/* Loads BTF into the kernel, and reads it from there. */
#include <rawbpf/btf.h>
#include <rawbpf/map.h>
#include <rawbpf/obj.h>
#include <rawbpf/prog.h>

#include "../sys/attr.h"
#include "btf.h"
#include "log.h"
#include "../../insn/base/out.h"
#include "../../insn/base/string.h"
#include "../../insn/btf/btf.h"

enum {
	FIRST_BTF_LOG = 1 << 16,
	LARGEST_BTF_LOG = (1 << 24) - 1, /* on 5.10; later kernels take more */
	RECIPE_SIZE = 2048,              /* BTF that describes one map */
};

static int btf_load_with_log(void *attr, uint64_t scratch, uint32_t size)
{
	struct rawbpf__btf_load_attr *logged = attr;

	logged->btf_log_buf = scratch;
	logged->btf_log_size = size;
	return rawbpf__bpf_fd(BPF_BTF_LOAD, logged, sizeof *logged);
}

int rawbpf_btf_load(const struct rawbpf_btf_spec *spec)
{
	if (!spec)
		return -EINVAL;

	const struct rawbpf__log log = { spec->log, spec->log_size, spec->log_length,
					 FIRST_BTF_LOG, LARGEST_BTF_LOG };
	struct rawbpf__btf_load_attr attr = {
		.btf = RAWBPF__PTR(spec->data),
		.btf_size = spec->size,
		.btf_flags = spec->flags,
		.btf_token_fd = spec->token,
	};
	int wants_log = rawbpf__log_begin(&log);
	int fd = rawbpf__bpf_fd(BPF_BTF_LOAD, &attr, sizeof attr);

	if (!wants_log || fd >= 0 || fd == -EMFILE || fd == -ENFILE)
		return fd;
	attr.btf_log_level = 1;
	return rawbpf__log_load(&log, btf_load_with_log, &attr, fd);
}

/* ------------------------------------------------------------------------------- opening */

void rawbpf_btf_close(struct rawbpf_btf *btf)
{
	if (btf->mapped)
		rawbpf__munmap(btf->mapped, btf->mapped_size);
	if (btf->index_mapped)
		rawbpf__munmap(btf->index_mapped, btf->index_mapped_size);
	*btf = (struct rawbpf_btf){ 0 };
}

/* Who checks the types: the functions that open BTF, or those that look for a type. */
enum btf_checks { BTF_ALL, BTF_PARTLY };

/* Parse `mapped` into `btf`, and index it. On an error, unmap it. */
static int btf_adopt(struct rawbpf_btf *btf, void *mapped, size_t size,
		     const struct rawbpf_btf *base, enum btf_checks checks)
{
	size_t index_size = sizeof *btf->reached + size / sizeof(struct btf_type) * sizeof *btf->index;
	void *index = NULL;
	int err = rawbpf__mmap(&index, index_size, PROT_READ | PROT_WRITE, -1);

	*btf = (struct rawbpf_btf){ 0 };
	if (err == 0)
		err = checks == BTF_PARTLY ? rawbpf__btf_parse_partly(btf, mapped, size, index) :
		      rawbpf__btf_parse(btf, mapped, size, base, index);
	btf->mapped = mapped;
	btf->mapped_size = size;
	btf->index_mapped = index;
	btf->index_mapped_size = index_size;
	if (err)
		rawbpf_btf_close(btf);
	return err;
}

/* The beginning of every file: the header of 7.x. An older header lacks only the end. */
struct btf_head {
	struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t header_size;
	} start;
	struct {
		uint32_t offset, size;
	} types, strings, layout;
};

/* Return the size of a whole BTF. -EINVAL: the header makes no sense. */
static int btf_file_size(const struct btf_head *head)
{
	uint64_t end = (uint64_t)head->strings.offset + head->strings.size;
	uint64_t layout_end = (uint64_t)head->layout.offset + head->layout.size;

	if (head->start.magic != BTF_MAGIC)
		return -EINVAL;
	if (head->start.header_size >= sizeof *head && layout_end > end)
		end = layout_end;
	end += head->start.header_size;
	return end >= sizeof *head && end < INT32_MAX ? (int)end : -EINVAL;
}

/* Map the file whose head the caller has read. If mapping fails, read the rest of the file. */
static int btf_map(int fd, const struct btf_head *head, void **mapped, size_t size)
{
	size_t done = sizeof *head;
	int err;

	if (rawbpf__mmap_file(mapped, size, fd) == 0)
		return 0;
	err = rawbpf__mmap(mapped, size, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	__builtin_memcpy(*mapped, head, sizeof *head);
	while (done < size) {
		long length = rawbpf__read(fd, (char *)*mapped + done, size - done);

		if (length <= 0) {
			rawbpf__munmap(*mapped, size);
			return length ? length : -EINVAL;
		}
		done += length;
	}
	return 0;
}

/* Read a file's head, and find the size of the whole file. */
static int btf_read_size(int fd, struct btf_head *head)
{
	long length = rawbpf__read(fd, head, sizeof *head);

	if (length < 0)
		return length;
	return length == sizeof *head ? btf_file_size(head) : -EINVAL;
}

static int btf_open_file(struct rawbpf_btf *btf, const char *path, const struct rawbpf_btf *base,
			 enum btf_checks checks)
{
	struct btf_head head;
	void *mapped = NULL;
	int size, err, fd = rawbpf__open(AT_FDCWD, path, O_RDONLY);

	if (fd < 0)
		return fd;
	size = btf_read_size(fd, &head);
	err = size < 0 ? size : btf_map(fd, &head, &mapped, size);
	rawbpf__close(fd);
	return err < 0 ? err : btf_adopt(btf, mapped, size, base, checks);
}

int rawbpf_btf_open(struct rawbpf_btf *btf, int fd, const struct rawbpf_btf *base)
{
	struct rawbpf__btf_info info = { 0 };
	void *mapped;
	size_t size;
	int err;

	*btf = (struct rawbpf_btf){ 0 };
	err = rawbpf_obj_info(fd, &info, 16); /* the fields of 5.10 */
	if (err < 0)
		return err;
	if (!info.btf_size)
		return -EINVAL;
	size = info.btf_size;
	err = rawbpf__mmap(&mapped, size, PROT_READ | PROT_WRITE, -1);
	if (err)
		return err;
	info = (struct rawbpf__btf_info){ .btf = RAWBPF__PTR(mapped), .btf_size = size };
	err = rawbpf_obj_info(fd, &info, 16);
	if (err < 0) {
		rawbpf__munmap(mapped, size);
		return err;
	}
	return btf_adopt(btf, mapped, size, base, BTF_ALL);
}

/* Check whether this BTF object belongs to the kernel and has that name. */
static int btf_is_of_kernel(int fd, const char *name)
{
	char own[64] = "";
	struct rawbpf__btf_info info = { .name = RAWBPF__PTR(own), .name_len = sizeof own };
	int err = rawbpf_obj_info(fd, &info, sizeof info);

	if (err < 0)
		return err == -E2BIG ? 0 : err; /* before 5.11 BTF objects have no names */
	own[sizeof own - 1] = '\0';
	return info.kernel_btf && rawbpf__equal(own, name);
}

int rawbpf_btf_fd_open(const char *module)
{
	unsigned id = 0;
	int err;

	while ((err = rawbpf_obj_id_next(&id, RAWBPF_OBJ_BTF, id)) == 0) {
		int is_it, fd = rawbpf_obj_id_open(RAWBPF_OBJ_BTF, id, NULL);

		if (fd == -ENOENT) /* no longer exists */
			continue;
		if (fd < 0)
			return fd;
		is_it = btf_is_of_kernel(fd, module);
		if (is_it > 0)
			return fd;
		rawbpf__close(fd);
		if (is_it < 0)
			return is_it;
	}
	return err;
}

static int btf_open_by_name(struct rawbpf_btf *btf, const char *name,
			    const struct rawbpf_btf *base, enum btf_checks checks)
{
	char path[80];
	struct rawbpf__out out = rawbpf__out_begin(path, sizeof path);
	int err, fd;

	*btf = (struct rawbpf_btf){ 0 };
	rawbpf__out_text(&out, "/sys/kernel/btf/");
	rawbpf__out_text(&out, name);
	if (!rawbpf__is_file_name(name) || out.length >= sizeof path)
		return -ENOENT;
	err = btf_open_file(btf, path, base, checks);
	if (err != -ENOENT && err != -EACCES)
		return err;
	fd = rawbpf_btf_fd_open(name);
	if (fd < 0)
		return fd;
	err = rawbpf_btf_open(btf, fd, base);
	rawbpf__close(fd);
	return err;
}

int rawbpf_btf_kernel_open(struct rawbpf_btf *btf)
{
	return btf_open_by_name(btf, "vmlinux", NULL, BTF_ALL);
}

int rawbpf__btf_kernel_open_partly(struct rawbpf_btf *btf)
{
	return btf_open_by_name(btf, "vmlinux", NULL, BTF_PARTLY);
}

int rawbpf_btf_module_open(struct rawbpf_btf *btf, const char *module,
			   const struct rawbpf_btf *kernel)
{
	return btf_open_by_name(btf, module, kernel, BTF_ALL);
}

/* ------------------------------------------------------------------------------- recipes */

static int btf_load_built(const struct rawbpf_btf_build *b)
{
	if (b->error)
		return b->error;
	return rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = b->data, .size = b->size });
}

int rawbpf_map_btf_load(struct rawbpf_map_spec *spec, const struct rawbpf_btf_special *specials,
			unsigned count)
{
	uint32_t memory[RECIPE_SIZE / 4];
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	struct rawbpf_btf_map types = {
		.type = spec->type, .key_size = spec->key_size, .value_size = spec->value_size };
	int fd, err = rawbpf_btf_map_emit(&b, &types, specials, count);

	if (err < 0)
		return err;
	fd = btf_load_built(&b);
	if (fd < 0)
		return fd;
	spec->btf = fd;
	spec->btf_key_type_id = types.key_type_id;
	spec->btf_value_type_id = types.value_type_id;
	return fd;
}

int rawbpf_prog_btf_load(struct rawbpf_prog_spec *spec, struct bpf_func_info *infos, unsigned max)
{
	struct rawbpf_btf_build b = { 0 };
	int count = rawbpf_btf_funcs_find(spec->insns, spec->insn_count, infos, max);
	void *memory;
	int fd, err;

	if (count < 0)
		return count;
	b.max = 128 + 32 * (size_t)count; /* 12 bytes and a name of 16 for each */
	err = rawbpf__mmap(&memory, b.max, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	b.data = memory;
	rawbpf_btf_funcs_emit(&b, infos, count, NULL);
	fd = btf_load_built(&b);
	rawbpf__munmap(memory, b.max);
	if (fd < 0)
		return fd;
	spec->btf = fd;
	spec->func_info = infos;
	spec->func_info_size = sizeof *infos;
	spec->func_info_count = count;
	return fd;
}

/* Find the struct in which the kernel wraps a struct_ops: its name has a prefix. */
static int btf_find_wrapper(const struct rawbpf_btf *kernel, const char *name)
{
	char wrapper[144];
	struct rawbpf__out out = rawbpf__out_begin(wrapper, sizeof wrapper);

	rawbpf__out_text(&out, "bpf_struct_ops_");
	rawbpf__out_text(&out, name);
	if (out.length >= sizeof wrapper)
		return -ENOENT;
	return rawbpf_btf_type_find(kernel, BTF_KIND_STRUCT, wrapper);
}

int rawbpf_struct_ops_btf_load(struct rawbpf_map_spec *spec, struct rawbpf_struct_ops_btf *ops,
			       const struct rawbpf_btf *kernel, const char *name)
{
	int wrapper = btf_find_wrapper(kernel, name);
	int type = rawbpf_btf_type_find(kernel, BTF_KIND_STRUCT, name);
	uint32_t memory[RECIPE_SIZE / 4];
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	struct rawbpf_btf_member data;
	int size, err, fd;

	if (wrapper < 0 || type < 0)
		return -ENOENT;
	size = rawbpf_btf_type_size(kernel, wrapper);
	if (size < 0)
		return size;
	err = rawbpf_btf_member_find(&data, kernel, wrapper, "data");
	if (err < 0)
		return err;
	/* The kernel takes any BTF here: the types are in its own. */
	rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	fd = btf_load_built(&b);
	if (fd < 0)
		return fd;
	spec->type = BPF_MAP_TYPE_STRUCT_OPS;
	spec->key_size = 4;
	spec->value_size = size;
	spec->max_entries = 1;
	spec->btf = fd;
	spec->btf_vmlinux_value_type_id = wrapper;
	*ops = (struct rawbpf_struct_ops_btf){ .type = type, .data_offset = data.offset };
	return fd;
}
