/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <rawbpf/link.h>
#include <rawbpf/obj.h>

#include "sys.h"

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
	return link->fd ? rawbpf_obj_pin(link->fd, path) : -EBADF;
}

int rawbpf_link_open(struct rawbpf_link *link, const char *path)
{
	/* The kernel takes the id as a filter: only a link's descriptor has a struct bpf_link_info. */
	struct bpf_link_info info = { 0 };
	int err, fd = rawbpf_obj_get(path, 0);

	*link = (struct rawbpf_link){ 0 };
	if (fd < 0)
		return fd;
	err = rawbpf_obj_get_info(fd, &info, sizeof info);
	if (err < 0) {
		rawbpf__close(fd);
		return err;
	}
	link->fd = fd;
	return 0;
}
