/* SPDX-License-Identifier: MIT */
/* Every kind of link, on this kernel. */
#include "../attach/link_kinds.h"
#include "guest.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Make a cgroup and enter it. */
static int enter_cgroup(void)
{
	int cgroup, procs;

	mkdir("/sys/fs/cgroup/links", 0755);
	cgroup = open("/sys/fs/cgroup/links", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	procs = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (write(procs, "0", 1) != 1)
		printf("cgroup: not entered\n");
	close(procs);
	return cgroup;
}

void guest_links(void)
{
	fact(link_kinds_begin(getpid(), enter_cgroup()), "links");
	for (unsigned i = 0; i < link_kinds_count; i++) {
		struct link_story story;
		char name[64], text[256];

		link_kind_run(&link_kinds[i], &story);
		link_story_format(text, sizeof text, &story);
		snprintf(name, sizeof name, "link.%s", link_kinds[i].name);
		fact_text(name, text);
	}
	test_as_it_is("/bin/killed", "links.killed");
	test_as_it_is("/bin/cgroup", "links.cgroup");
	test_as_it_is("/bin/cgroup_detach", "links.cgroup_detach");
	test_as_it_is("/bin/device_live", "links.devices");
	test_as_it_is("/bin/moving", "links.moving");
	test_as_it_is("/bin/prog_replace", "links.replace");
	test_as_it_is("/bin/prog_tag", "links.tag");
	test_as_it_is("/bin/net_netlink", "links.netlink");
	test_as_it_is("/bin/fault_net", "links.net_faults");
}
