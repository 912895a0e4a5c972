/* SPDX-License-Identifier: MIT */
#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "obj.h"
#include "../sys/sys.h"

int rawbpf_obj_pin(int fd, const char *path)
{
	const struct rawbpf__obj_attr attr = { .pathname = RAWBPF__PTR(path), .bpf_fd = fd };

	return rawbpf__bpf(BPF_OBJ_PIN, &attr, sizeof attr);
}

int rawbpf_obj_open(const char *path, unsigned flags)
{
	const struct rawbpf__obj_attr attr = { .pathname = RAWBPF__PTR(path), .file_flags = flags };

	return rawbpf__bpf_fd(BPF_OBJ_GET, &attr, sizeof attr);
}

int rawbpf_obj_pin_at(int fd, int directory, const char *path)
{
	const struct rawbpf__obj_attr attr = {
		.pathname = RAWBPF__PTR(path),
		.bpf_fd = fd,
		.file_flags = BPF_F_PATH_FD,
		.path_fd = directory,
	};

	return rawbpf__bpf(BPF_OBJ_PIN, &attr, sizeof attr);
}

int rawbpf_obj_open_at(int directory, const char *path, unsigned flags)
{
	const struct rawbpf__obj_attr attr = {
		.pathname = RAWBPF__PTR(path),
		.file_flags = flags | BPF_F_PATH_FD,
		.path_fd = directory,
	};

	return rawbpf__bpf_fd(BPF_OBJ_GET, &attr, sizeof attr);
}

int rawbpf_obj_info(int fd, void *info, unsigned size)
{
	struct rawbpf__info_attr attr = { .bpf_fd = fd, .info_len = size, .info = RAWBPF__PTR(info) };
	int err = rawbpf__bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr);

	if (err == -EBADFD) /* only this command returns EBADFD for EBADF */
		return -EBADF;
	return err < 0 ? err : (int)attr.info_len;
}

/*
 * Ask the kernel whether `fd` is of this kind. BPF_OBJ_GET_INFO_BY_FD does not show it: it takes
 * objects of all kinds. The commands here change nothing, and return EINVAL for an object of
 * another kind. One looks up no elements; two name a map or program that is not open.
 */
static int ask_kind(int fd, enum rawbpf_obj_kind kind)
{
	struct rawbpf__map_batch_attr look_up = { .map_fd = fd };
	const struct rawbpf__prog_map_attr bind = { .first_fd = fd, .second_fd = -1 };
	const struct rawbpf__link_update_attr update = { .link_fd = fd, .new_prog_fd = -1 };

	if (kind == RAWBPF_OBJ_MAP)
		return rawbpf__bpf(BPF_MAP_LOOKUP_BATCH, &look_up, sizeof look_up);
	if (kind == RAWBPF_OBJ_PROG)
		return rawbpf__bpf(BPF_PROG_BIND_MAP, &bind, sizeof bind);
	return rawbpf__bpf(BPF_LINK_UPDATE, &update, sizeof update);
}

int rawbpf__obj_check(int fd, enum rawbpf_obj_kind kind)
{
	static const enum rawbpf_obj_kind others[] = {
		RAWBPF_OBJ_MAP, RAWBPF_OBJ_PROG, RAWBPF_OBJ_LINK };
	int i, err;

	/* Before 5.6 to 5.10 the command itself is invalid, also for no descriptor. */
	if (kind != RAWBPF_OBJ_BTF)
		return ask_kind(fd, kind) == -EINVAL && ask_kind(-1, kind) != -EINVAL ? -EINVAL : 0;
	/* No command without an effect takes BTF: a BTF is an object that is none of the others. */
	for (i = 0; i < 3; i++) {
		err = ask_kind(fd, others[i]);
		if (err >= 0 || err == -EBADF || err == -RAWBPF__ENOTSUPP)
			return -EINVAL;
	}
	return 0;
}

/* Indexed by enum rawbpf_obj_kind. */
static const struct {
	unsigned char next;
	unsigned char open;
} id_commands[] = {
	[RAWBPF_OBJ_PROG] = { BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID },
	[RAWBPF_OBJ_MAP] = { BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID },
	[RAWBPF_OBJ_BTF] = { BPF_BTF_GET_NEXT_ID, BPF_BTF_GET_FD_BY_ID },
	[RAWBPF_OBJ_LINK] = { BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID },
};

int rawbpf_obj_id_next(unsigned *next, enum rawbpf_obj_kind kind, unsigned id)
{
	struct rawbpf__id_attr attr = { .id = id };
	int err;

	if ((unsigned)kind > RAWBPF_OBJ_LINK)
		return -EINVAL;
	err = rawbpf__bpf(id_commands[kind].next, &attr, sizeof attr);
	if (err < 0)
		return err;
	*next = attr.next_id;
	return 0;
}

int rawbpf_obj_id_open(enum rawbpf_obj_kind kind, unsigned id,
		       const struct rawbpf_obj_id_spec *spec)
{
	const struct rawbpf_obj_id_spec *given = RAWBPF__SPEC(spec);
	const struct rawbpf__id_attr attr = {
		.id = id,
		.open_flags = given->flags,
		.fd_by_id_token_fd = given->token,
	};

	if ((unsigned)kind > RAWBPF_OBJ_LINK)
		return -EINVAL;
	return rawbpf__bpf_fd(id_commands[kind].open, &attr, sizeof attr);
}

int rawbpf_task_fd_info(struct rawbpf_task_fd_info *info, int pid, int fd)
{
	struct rawbpf__task_fd_query_attr attr = {
		.pid = pid,
		.fd = fd,
		.buf_len = info->name ? info->name_size : 0,
		.buf = RAWBPF__PTR(info->name),
	};
	int err = rawbpf__bpf(BPF_TASK_FD_QUERY, &attr, sizeof attr);

	info->name_length = err < 0 && err != -ENOSPC ? 0 : attr.buf_len;
	info->prog_id = attr.prog_id;
	info->type = attr.fd_type;
	info->offset = attr.probe_offset;
	info->address = attr.probe_addr;
	return err;
}
