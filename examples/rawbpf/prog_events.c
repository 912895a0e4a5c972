/* SPDX-License-Identifier: MIT */
/*
 * rawbpf prog attach of a perf_event program: a link on each CPU that is online, pinned in a
 * directory.
 */
#include "prog_way.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Events of perf-list(1). */
static const struct event {
	const char *name;
	unsigned type, config;
} events[] = {
	{ "cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
	{ "task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK },
	{ "page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	{ "context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ "cpu-migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
	{ "cpu-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ "cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	{ "branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
};
enum { EVENTS = sizeof events / sizeof events[0] };

static int fail_event(const struct request *request)
{
	char *known = must_print("%s", events[0].name), *why;

	for (int i = 1; i < EVENTS; i++)
		text_add(&known, " %s", events[i].name);
	why = must_print("an event is NAME/freq=N (a second) or NAME/period=N; the names are %s", known);
	way_fail_syntax(request, why);
	free(why);
	free(known);
	return USAGE;
}

/* Open NAME/freq=N or NAME/period=N. */
int way_open_events(struct request *request)
{
	static const char *const words[] = { "/freq=", "/period=" };
	size_t length = strcspn(request->target, "/");
	unsigned long long number;

	for (int i = 0; i < EVENTS; i++)
		if (strlen(events[i].name) == length && strncmp(events[i].name, request->target, length) == 0)
			request->place = i;
	for (int is_period = 0; request->place >= 0 && is_period < 2; is_period++) {
		size_t word = strlen(words[is_period]);

		if (strncmp(request->target + length, words[is_period], word) == 0 &&
		    tool_number(request->target + length + word, &number) && number) {
			request->is_period = is_period;
			request->rate = number;
			return OK;
		}
	}
	return fail_event(request);
}

/* Pin the links as PATH/CPU. Returns 0 or a negative errno, and then leaves nothing behind. */
static int pin_links(const struct rawbpf_perf_events_cpu *cpus, int count, const char *path)
{
	int err = mkdir(path, 0700) < 0 ? -errno : 0, done = 0;
	char *name;

	if (err < 0)
		return err;
	for (; err == 0 && done < count; done++) {
		name = must_print("%s/%d", path, done);
		err = cpus[done].link.fd ? rawbpf_link_pin(&cpus[done].link, name) : 0;
		free(name);
	}
	while (err < 0 && done-- > 0) {
		name = must_print("%s/%d", path, done);
		unlink(name);
		free(name);
	}
	if (err < 0)
		rmdir(path);
	return err;
}

int way_attach_events(const struct request *request, const char *path)
{
	const struct event *event = &events[request->place];
	int err, count = rawbpf_cpu_count();
	struct rawbpf_perf_events_cpu *cpus;
	struct rawbpf_perf_events opened;

	if (count < 0)
		return way_fail(request, "attaching", RAWBPF_CPU_COUNT, count);
	cpus = must_allocate(count * sizeof *cpus);
	err = rawbpf_perf_events_open(&opened, request->prog, cpus, count,
				      &(struct rawbpf_perf_events_spec){
		.type = event->type, .config = event->config, .bind = RAWBPF_BIND_LINK,
		.frequency = request->is_period ? 0 : request->rate,
		.period = request->is_period ? request->rate : 0 });
	if (err < 0)
		return way_fail(request, "attaching", RAWBPF_PERF_EVENTS_OPEN, err);
	err = pin_links(cpus, count, path);
	rawbpf_perf_events_close(&opened);
	free(cpus);
	return err < 0 ? way_fail_pin(path, err) : OK;
}
