/* SPDX-License-Identifier: MIT */
#include "held.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A descriptor of a program or a link. `link` is 0 for a program, `prog` is 0 for a struct_ops. */
struct held_object {
	unsigned prog, pid, link;
};

struct held_event {
	unsigned pid;
	struct rawbpf_task_fd_info info;
};

static struct {
	struct held_object *objects;
	struct held_event *events;
	unsigned object_count, event_count;
	int is_read;
} held;

static void note_event(unsigned pid, unsigned fd)
{
	char name[4096] = "";
	struct rawbpf_task_fd_info info = { .name = name, .name_size = sizeof name };

	if (rawbpf_task_fd_info(&info, pid, fd) < 0)
		return;
	info.name = must_print("%s", name);
	held.events = must_grow(held.events, held.event_count + 1, sizeof *held.events);
	held.events[held.event_count++] = (struct held_event){ pid, info };
}

static void note_object(unsigned pid, unsigned fd)
{
	struct held_object object = { .pid = pid };
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%u/fdinfo/%u", pid, fd);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof line, file)) {
		sscanf(line, "link_id: %u", &object.link);
		sscanf(line, "prog_id: %u", &object.prog);
	}
	fclose(file);
	held.objects = must_grow(held.objects, held.object_count + 1, sizeof *held.objects);
	held.objects[held.object_count++] = object;
}

static void note_process(unsigned pid)
{
	char path[64], target[64];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof path, "/proc/%u/fd", pid);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);
		unsigned fd;

		if (length < 0 || sscanf(entry->d_name, "%u", &fd) != 1)
			continue;
		target[length] = '\0';
		if (strcmp(target, "anon_inode:[perf_event]") == 0)
			note_event(pid, fd);
		else if (strcmp(target, "anon_inode:bpf_link") == 0 ||
			 strcmp(target, "anon_inode:bpf-link") == 0 ||
			 strcmp(target, "anon_inode:bpf-prog") == 0)
			note_object(pid, fd);
	}
	if (directory)
		closedir(directory);
}

/* Compare by program, process, link. */
static int compare_objects(const void *one, const void *other)
{
	const struct held_object *a = one, *b = other;

	if (a->prog != b->prog)
		return a->prog < b->prog ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return a->link < b->link ? -1 : a->link > b->link;
}

/* Read all processes but this one, which may itself have opened the link. */
static void read_processes(void)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	unsigned pid;

	while (directory && (entry = readdir(directory)))
		if (sscanf(entry->d_name, "%u", &pid) == 1 && pid != (unsigned)getpid())
			note_process(pid);
	if (directory)
		closedir(directory);
	if (held.object_count)
		qsort(held.objects, held.object_count, sizeof *held.objects, compare_objects);
	held.is_read = 1;
}

/* Find the first object that is not before `wanted`. */
static unsigned first_from(struct held_object wanted)
{
	unsigned first = 0, end = held.object_count;

	while (first < end) {
		unsigned middle = first + (end - first) / 2;

		if (compare_objects(&held.objects[middle], &wanted) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

static int is_held(struct held_object object)
{
	unsigned at = first_from(object);

	return at < held.object_count && compare_objects(&held.objects[at], &object) == 0;
}

void held_describe(struct link_told *told)
{
	/* Program types by BPF_FD_TYPE_*. */
	static const unsigned types[] = {
		0, BPF_PERF_EVENT_TRACEPOINT, BPF_PERF_EVENT_KPROBE,
		BPF_PERF_EVENT_KRETPROBE, BPF_PERF_EVENT_UPROBE, BPF_PERF_EVENT_URETPROBE };
	const struct rawbpf_task_fd_info *event = NULL;
	unsigned count = 0;

	if (!held.is_read)
		read_processes();
	for (unsigned i = 0; i < held.event_count && count < 2; i++) {
		if (held.events[i].info.prog_id != told->info.prog_id ||
		    !is_held((struct held_object){ told->info.prog_id, held.events[i].pid,
						   told->info.id }))
			continue;
		event = &held.events[i].info;
		count++;
	}
	if (count != 1 || event->type >= sizeof types / sizeof types[0])
		return;
	told->info.perf_type = types[event->type];
	told->info.offset = event->offset;
	told->info.address = event->address;
	snprintf(told->name, sizeof told->name, "%s", event->name);
}

/* Add "1234 name" and {"pid":1234,"comm":"name"}. */
static void add_process(struct parts *parts, unsigned pid)
{
	char path[64], comm[64], *shown, *quoted;
	size_t length = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (file) {
		length = fread(comm, 1, sizeof comm, file);
		fclose(file);
	}
	length -= length > 0; /* the newline at the end */
	shown = text_escape(comm, length);
	quoted = json_escape(comm, length);
	parts_add(parts, must_print("%u %s", pid, shown),
		  must_print("{\"pid\":%u,\"comm\":%s}", pid, quoted));
	free(shown);
	free(quoted);
}

void held_record(struct record *record, unsigned prog)
{
	struct parts parts = { .between = ", " };
	unsigned last = 0;

	if (!held.is_read)
		read_processes();
	for (unsigned i = first_from((struct held_object){ .prog = prog });
	     i < held.object_count && held.objects[i].prog == prog; i++)
		if (held.objects[i].pid != last) {
			last = held.objects[i].pid;
			add_process(&parts, last);
		}
	record_parts(record, "held_by", &parts);
}
