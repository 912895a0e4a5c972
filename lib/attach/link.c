/* SPDX-License-Identifier: MIT */
#include <rawbpf/link.h>
#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "../object/obj.h"
#include "link.h"

int rawbpf__is_given(const char *name)
{
	return name && name[0];
}

int rawbpf__link_set(struct rawbpf_link *link, int fd)
{
	*link = (struct rawbpf_link){ .fd = fd < 0 ? 0 : fd };
	return fd < 0 ? fd : 0;
}

int rawbpf__link_create(struct rawbpf_link *link, const void *attr, size_t size)
{
	return rawbpf__link_set(link, rawbpf__bpf_fd(BPF_LINK_CREATE, attr, size));
}

int rawbpf__link_create_at(struct rawbpf_link *link, int prog, int target, unsigned attach_type,
			   const struct rawbpf_anchor *anchor)
{
	const struct rawbpf_anchor *place = RAWBPF__SPEC(anchor); /* NULL: at the end */
	const struct rawbpf__anchored_link_attr attr = {
		.link = {
			.prog_fd = prog,
			.target_fd = target,
			.attach_type = attach_type,
			.flags = place->flags,
		},
		.relative_fd = place->relative,
		.expected_revision = place->expected_revision,
	};

	return rawbpf__link_create(link, &attr, sizeof attr);
}

int rawbpf_struct_ops_attach(struct rawbpf_link *link, int map)
{
	const struct rawbpf__link_attr attr = { .prog_fd = map, .attach_type = BPF_STRUCT_OPS };

	return rawbpf__link_create(link, &attr, sizeof attr);
}

int rawbpf_link_revoke(struct rawbpf_link *link)
{
	const struct rawbpf__number_attr attr = { .number = link->fd };

	return link->fd ? rawbpf__bpf(BPF_LINK_DETACH, &attr, sizeof attr) : -EBADF;
}

int rawbpf_link_detach(struct rawbpf_link *link)
{
	struct rawbpf_link old = *link;

	*link = (struct rawbpf_link){ 0 };
	if (!old.fd)
		return 0;
	if (old.end)
		return old.end(&old);
	rawbpf__close(old.fd);
	return 0;
}

int rawbpf_link_release(struct rawbpf_link *link)
{
	int fd = link->fd;

	*link = (struct rawbpf_link){ 0 };
	return fd ? fd : -EBADF;
}

int rawbpf_link_pin(const struct rawbpf_link *link, const char *path)
{
	if (link->ifindex) /* of netlink: the kernel would pin the program */
		return -EINVAL;
	return link->fd ? rawbpf_obj_pin(link->fd, path) : -EBADF;
}

int rawbpf_link_open(struct rawbpf_link *link, const char *path)
{
	int err, fd = rawbpf_obj_open(path, 0);

	*link = (struct rawbpf_link){ 0 };
	if (fd < 0)
		return fd;
	err = rawbpf__obj_check(fd, RAWBPF_OBJ_LINK);
	if (err < 0) {
		rawbpf__close(fd);
		return err;
	}
	link->fd = fd;
	return 0;
}

int rawbpf_link_update(const struct rawbpf_link *link, int prog, int old_prog)
{
	const struct rawbpf__link_update_attr attr = {
		.link_fd = link->fd,
		.new_prog_fd = prog,
		.flags = old_prog ? BPF_F_REPLACE : 0,
		.old_prog_fd = old_prog,
	};

	return link->fd ? rawbpf__bpf(BPF_LINK_UPDATE, &attr, sizeof attr) : -EBADF;
}
