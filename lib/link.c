/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <rawbpf/link.h>
#include <rawbpf/obj.h>

#include "attr.h"
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

/*
 * Ask for the link's program to be replaced by one that does not exist: a link
 * answers EBADF for the program, and stays as it is; what is no link, EINVAL.
 */
static int is_link(int fd)
{
	const struct rawbpf__link_update_attr attr = { .link_fd = fd, .new_prog_fd = -1 };

	return rawbpf__bpf(BPF_LINK_UPDATE, &attr, sizeof attr) == -EBADF;
}

int rawbpf_link_open(struct rawbpf_link *link, const char *path)
{
	int fd = rawbpf_obj_get(path, 0);

	*link = (struct rawbpf_link){ 0 };
	if (fd < 0)
		return fd;
	if (!is_link(fd)) {
		rawbpf__close(fd);
		return -EINVAL;
	}
	link->fd = fd;
	return 0;
}
