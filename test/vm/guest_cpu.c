/* SPDX-License-Identifier: MIT */
/*
 * Links on perf events while CPU 0 is offline, on kernels that can take it offline and online
 * again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../attach/link_kinds.h"
#include "guest.h"

static int first_cpu(const char *online)
{
	int fd = open("/sys/devices/system/cpu/cpu0/online", O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, online, 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

void guest_cpu(void)
{
	static const char *const kinds[] = { "kprobe", "tracepoint", "tracepoint_ioctl", "uretprobe" };
	char online[32] = "";
	int fd, offline;

	fact(link_kinds_begin(getpid(), -1), "cpu");
	offline = first_cpu("0");
	fact(offline, "cpu.offline");
	if (offline < 0)
		return;
	fd = open("/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC);
	if (read(fd, online, sizeof online - 1) < 0)
		strcpy(online, "?");
	close(fd);
	online[strcspn(online, "\n")] = '\0';
	fact_text("cpu.online", online);
	for (unsigned i = 0; i < link_kinds_count; i++) {
		struct link_story story;
		char name[64], text[256];

		for (unsigned k = 0; k < RAWBPF_COUNT(kinds); k++) {
			if (strcmp(link_kinds[i].name, kinds[k]) != 0)
				continue;
			link_kind_run(&link_kinds[i], &story);
			link_story_format(text, sizeof text, &story);
			snprintf(name, sizeof name, "cpu.link.%s", kinds[k]);
			fact_text(name, text);
		}
	}
	fact(first_cpu("1"), "cpu.back");
}
