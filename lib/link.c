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
 * Every bpf object describes itself on request, so that tells nothing. An update to
 * a program that does not exist changes nothing: EBADF, the program's, comes from a
 * link, and EINVAL from whatever else this descriptor is of.
 */
static int check_is_link(int fd)
{
	const struct rawbpf__link_update_attr attr = { .link_fd = fd, .new_prog_fd = -1 };
	int err = rawbpf__bpf(BPF_LINK_UPDATE, &attr, sizeof attr);

	return err == -EBADF ? 0 : err;
}

int rawbpf_link_open(struct rawbpf_link *link, const char *path)
{
	int err, fd = rawbpf_obj_get(path, 0);

	*link = (struct rawbpf_link){ 0 };
	if (fd < 0)
		return fd;
	err = check_is_link(fd);
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
