/* SPDX-License-Identifier: MIT */
#include "held.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The process `pid` has a descriptor of the object `of`. */
struct holding {
	unsigned of, pid, which;
};

struct holdings {
	struct holding *list;
	unsigned count;
};

/* All descriptors of processes, sorted. */
static struct {
	struct holdings programs; /* `which`: a link of the program, or 0. No program: a struct_ops */
	struct holdings links;    /* `which`: the program */
	struct holdings events;   /* events of a program; `which`: the place in `infos` */
	struct rawbpf_task_fd_info *infos;
	unsigned info_count;
	int is_read;
} held;

static void add(struct holdings *holdings, unsigned of, unsigned pid, unsigned which)
{
	holdings->list = must_extend(holdings->list, holdings->count, sizeof *holdings->list);
	holdings->list[holdings->count++] = (struct holding){ of, pid, which };
}

static void note_event(unsigned pid, unsigned fd)
{
	char name[4096] = "";
	struct rawbpf_task_fd_info info = { .name = name, .name_size = sizeof name };

	if (rawbpf_task_fd_info(&info, pid, fd) < 0)
		return;
	info.name = must_print("%s", name);
	add(&held.events, info.prog_id, pid, held.info_count);
	held.infos = must_extend(held.infos, held.info_count, sizeof *held.infos);
	held.infos[held.info_count++] = info;
}

static void note_object(unsigned pid, unsigned fd)
{
	unsigned prog = 0, link = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%u/fdinfo/%u", pid, fd);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof line, file)) {
		if (strncmp(line, "link_id:", 8) == 0)
			link = strtoul(line + 8, NULL, 10);
		if (strncmp(line, "prog_id:", 8) == 0)
			prog = strtoul(line + 8, NULL, 10);
	}
	fclose(file);
	add(&held.programs, prog, pid, link);
	if (link)
		add(&held.links, link, pid, prog);
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
		unsigned fd = strtoul(entry->d_name, NULL, 10);

		if (length < 0)
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

static int compare(const void *one, const void *other)
{
	const struct holding *a = one, *b = other;

	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return a->which < b->which ? -1 : a->which > b->which;
}

static void sort(struct holdings *holdings)
{
	if (holdings->count)
		qsort(holdings->list, holdings->count, sizeof *holdings->list, compare);
}

static void sort_all(void)
{
	sort(&held.programs);
	sort(&held.links);
	sort(&held.events);
	held.is_read = 1;
}

/* Read all processes but this one, which may itself have opened the link. */
static void read_processes(void)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		unsigned pid = strtoul(entry->d_name, NULL, 10); /* 0: no process */

		if (pid && pid != (unsigned)getpid())
			note_process(pid);
	}
	if (directory)
		closedir(directory);
	sort_all();
}

/* Find the first holding of an object by `pid` or a later process, or else what follows it. */
static const struct holding *first_of(const struct holdings *holdings, unsigned of, unsigned pid)
{
	const struct holding wanted = { of, pid, 0 };
	unsigned first = 0, end = holdings->count;

	while (first < end) {
		unsigned middle = first + (end - first) / 2;

		if (compare(&holdings->list[middle], &wanted) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return holdings->list + first;
}

/*
 * Find the only event of the program that the link's holders have. Returns NULL for no or several
 * events.
 */
static const struct rawbpf_task_fd_info *event_of(unsigned link, unsigned prog)
{
	const struct holding *holder = first_of(&held.links, link, 0);
	const struct holding *end = held.links.list + held.links.count;
	const struct rawbpf_task_fd_info *found = NULL;
	unsigned pid = 0;

	for (; holder < end && holder->of == link; holder++) {
		const struct holding *event, *last = held.events.list + held.events.count;

		if (holder->pid == pid || holder->which != prog)
			continue;
		pid = holder->pid;
		event = first_of(&held.events, prog, pid);
		for (; event < last && event->of == prog && event->pid == pid; event++) {
			if (found)
				return NULL;
			found = &held.infos[event->which];
		}
	}
	return found;
}

void held_describe(struct link_told *told)
{
	/* Types of perf links, by BPF_FD_TYPE_*. */
	static const unsigned types[] = {
		0, BPF_PERF_EVENT_TRACEPOINT, BPF_PERF_EVENT_KPROBE,
		BPF_PERF_EVENT_KRETPROBE, BPF_PERF_EVENT_UPROBE, BPF_PERF_EVENT_URETPROBE };
	const struct rawbpf_task_fd_info *event;

	if (!held.is_read)
		read_processes();
	event = event_of(told->info.id, told->info.prog_id);
	if (!event || event->type >= sizeof types / sizeof types[0])
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
	for (const struct holding *holding = first_of(&held.programs, prog, 0);
	     holding < held.programs.list + held.programs.count && holding->of == prog; holding++)
		if (holding->pid != last) {
			last = holding->pid;
			add_process(&parts, last);
		}
	record_parts(record, "held_by", &parts);
}
