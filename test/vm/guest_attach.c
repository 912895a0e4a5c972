/* SPDX-License-Identifier: MIT */
/* Attach in every way, make 1000 calls of fchownat(2), and tell the counts. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../attach/probe_offset.h"
#include "guest.h"
#include "guest_counter.h"

enum { CALLS = 1000, FEW_CALLS = 10 };

/* Count the lines of a file that contain `part`. Returns -1 if the file cannot be read. */
static int lines_with(const char *path, const char *part)
{
	char line[1024];
	int count = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		return -1;
	while (fgets(line, sizeof line, file))
		count += strstr(line, part) != NULL;
	fclose(file);
	return count;
}

int guest_events(void)
{
	return lines_with("/sys/kernel/tracing/kprobe_events", ":rawbpf/");
}

/* One way to attach. The spec that is set selects the way. */
struct attachment {
	const char *name;
	unsigned prog_type;
	struct rawbpf_kprobe_spec kprobe;
	struct rawbpf_tracepoint_spec tracepoint;
	struct rawbpf_raw_tracepoint_spec raw_tracepoint;
};

static int attach(struct rawbpf_link *link, int prog, const struct attachment *attachment)
{
	if (attachment->raw_tracepoint.name)
		return rawbpf_raw_tracepoint_attach(link, prog, &attachment->raw_tracepoint);
	if (attachment->tracepoint.name)
		return rawbpf_tracepoint_attach(link, prog, &attachment->tracepoint);
	return rawbpf_kprobe_attach(link, prog, &attachment->kprobe);
}

/*
 * Attach, call, detach, call. Returns the count, or a negative errno. Calls after the detach must
 * not count, and no event may stay in tracefs. These two faults return numbers that no count has.
 */
static long long count_calls(const struct attachment *attachment, int percpu)
{
	enum { STILL_COUNTING = -100001, EVENT_LEFT = -100002 };
	int map = counter_create(percpu);
	int prog = counter_load(attachment->prog_type, percpu, map);
	struct rawbpf_link link;
	long long count = 0;
	int err = prog < 0 ? prog : attach(&link, prog, attachment);

	if (err == 0) {
		counter_call(CALLS);
		count = counter_read(map);
		err = rawbpf_link_detach(&link);
		counter_call(FEW_CALLS);
		if (counter_read(map) != count)
			err = STILL_COUNTING;
	}
	if (guest_events() > 0)
		err = EVENT_LEFT;
	close(prog);
	close(map);
	return err < 0 ? err : count;
}

static void count_both_ways(const struct attachment *attachment)
{
	fact(count_calls(attachment, 0), "%s.atomic", attachment->name);
	fact(count_calls(attachment, 1), "%s.percpu", attachment->name);
}

static void every_tracepoint(void)
{
	static const struct attachment attachments[] = {
		{ .name = "tracepoint.link", .prog_type = BPF_PROG_TYPE_TRACEPOINT,
		  .tracepoint = { "syscalls", "sys_enter_fchownat", RAWBPF_BIND_LINK, 0 } },
		{ .name = "tracepoint.ioctl", .prog_type = BPF_PROG_TYPE_TRACEPOINT,
		  .tracepoint = { "syscalls", "sys_enter_fchownat", RAWBPF_BIND_IOCTL, 0 } },
		{ .name = "tracepoint.auto", .prog_type = BPF_PROG_TYPE_TRACEPOINT,
		  .tracepoint = { "syscalls", "sys_enter_fchownat", RAWBPF_BIND_AUTO, 0 } },
		{ .name = "raw_tp", .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		  .raw_tracepoint = { .name = "sys_enter" } },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(attachments); i++)
		count_both_ways(&attachments[i]);
}

static uint64_t address_of(const char *symbol)
{
	char line[1024], name[512];
	unsigned long long address;
	uint64_t found = 0;
	FILE *file = fopen("/proc/kallsyms", "r");

	while (file && !found && fgets(line, sizeof line, file))
		if (sscanf(line, "%llx %*c %511s", &address, name) == 2 && strcmp(name, symbol) == 0)
			found = address;
	if (file)
		fclose(file);
	return found;
}

/* {PMU, tracefs, auto} x {link, ioctl, auto} x {kprobe, kretprobe} x {symbol, syscall, address} */
static void every_kprobe(void)
{
	static const char *const methods[] = { "auto", "pmu", "tracefs" };
	static const char *const binds[] = { "auto", "link", "ioctl" };
	static const char *const places[] = { "symbol", "syscall", "address" };
	uint64_t address = address_of("do_fchownat");

	for (int method = 0; method < 3; method++)
		for (int bind = 0; bind < 3; bind++)
			for (int retprobe = 0; retprobe < 2; retprobe++)
				for (int place = 0; place < 3; place++) {
					unsigned first = retprobe ? 0 : PROBE_OFFSET;
					char name[64];
					struct attachment attachment = {
						.name = name,
						.prog_type = BPF_PROG_TYPE_KPROBE,
						.kprobe = {
							.symbol = place == 0 ? "do_fchownat" : NULL,
							.syscall = place == 1 ? "fchownat" : NULL,
							.address = place == 2 ? address + first : 0,
							.offset = place == 0 ? first : 0,
							.retprobe = retprobe,
							.method = method,
							.bind = bind,
						},
					};

					snprintf(name, sizeof name, "%s.%s.%s.%s",
						 retprobe ? "kretprobe" : "kprobe", methods[method],
						 binds[bind], places[place]);
					count_both_ways(&attachment);
				}
}

/* Functions differ in where their second instruction begins: the first accepted offset counts. */
static void symbol_and_offset(int method, const char *name)
{
	long long count = -ENOENT;

	for (unsigned offset = PROBE_OFFSET + 2; offset <= PROBE_OFFSET + 12 && count < 0; offset++)
		count = count_calls(&(struct attachment){
			.name = name,
			.prog_type = BPF_PROG_TYPE_KPROBE,
			.kprobe = { .symbol = "do_fchownat", .offset = offset, .method = method },
		}, 0);
	fact(count, "%s", name);
}

/* Places that cannot be probed. Both methods are tried, because the kernel's code differs. */
static void refusals(void)
{
	static const struct {
		const char *name;
		struct rawbpf_kprobe_spec spec;
	} places[] = {
		{ "unknown", { .symbol = "no_such_function" } },
		{ "unknown_syscall", { .syscall = "no_such_call" } },
		{ "blacklisted", { .symbol = "kprobe_dispatcher" } },
		{ "inside", { .symbol = "do_fchownat", .offset = 1 } },
		{ "newline", { .symbol = "do_fchownat\np:evil do_exit" } },
		{ "space", { .symbol = "do_fchownat x=%di" } },
		{ "plus", { .symbol = "do_fchownat+0" } },
		{ "empty", { .symbol = "" } },
		{ "two_places", { .symbol = "do_fchownat", .syscall = "fchownat" } },
		{ "no_place", { .offset = 4 } },
		{ "cookie_without_link",
		  { .symbol = "do_fchownat", .offset = PROBE_OFFSET, .bind = RAWBPF_BIND_IOCTL,
		    .cookie = 1 } },
	};
	int map = counter_create(0);

	for (unsigned i = 0; i < RAWBPF_COUNT(places); i++) {
		for (int tracefs = 0; tracefs < 2; tracefs++) {
			struct rawbpf_kprobe_spec spec = places[i].spec;
			struct rawbpf_link link;

			spec.method = tracefs ? RAWBPF_KPROBE_TRACEFS : RAWBPF_KPROBE_PMU;
			fact(counter_attach(&link, map, &spec), "refused.%s.%s",
			     tracefs ? "tracefs" : "pmu", places[i].name);
			rawbpf_link_detach(&link);
		}
	}
	fact(guest_events(), "refused.events_left");
	close(map);
}

/* Start a process that attaches `probes` events by tracefs, says so, and waits to be killed. */
static pid_t start_holder(int probes)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		int map = counter_create(0);
		struct rawbpf_link link;

		for (int i = 0; i < probes; i++)
			if (counter_attach(&link, map, &(struct rawbpf_kprobe_spec){
				.symbol = "do_fchownat", .offset = PROBE_OFFSET,
				.method = RAWBPF_KPROBE_TRACEFS }) < 0)
				_exit(1);
		if (write(ready[1], "r", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static void end_holder(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/*
 * The next attachment removes a killed process's events in tracefs. A living process's events stay.
 */
static void left_overs(void)
{
	const struct rawbpf_kprobe_spec spec = { .syscall = "fchownat",
						 .method = RAWBPF_KPROBE_TRACEFS };
	int map = counter_create(0);
	pid_t killed = start_holder(3), living = start_holder(1);
	struct rawbpf_link link;

	fact(guest_events(), "leftover.two_living");
	end_holder(killed);
	fact(guest_events(), "leftover.one_killed");
	fact(counter_attach(&link, map, &spec), "leftover.attach");
	fact(guest_events(), "leftover.after_attach");
	counter_call(CALLS);
	fact(counter_read(map), "leftover.count");
	fact(rawbpf_link_detach(&link), "leftover.detach");
	fact(guest_events(), "leftover.after_detach");
	end_holder(living);
	fact(counter_attach(&link, map, &spec), "leftover.attach_again");
	fact(rawbpf_link_detach(&link), "leftover.detach_again");
	fact(guest_events(), "leftover.at_end");
	close(map);
}

/* Events of others in kprobe_events stay. */
static void foreign_events(void)
{
	char event[64];
	int map = counter_create(0), fd;
	struct rawbpf_link link;

	snprintf(event, sizeof event, "p:others/e0 do_fchownat+%d\n", PROBE_OFFSET);
	fd = open("/sys/kernel/tracing/kprobe_events", O_WRONLY | O_APPEND);
	if (write(fd, event, strlen(event)) < 0)
		perror("kprobe_events");
	fact(counter_attach(&link, map, &(struct rawbpf_kprobe_spec){
		.symbol = "do_fchownat", .offset = PROBE_OFFSET,
		.method = RAWBPF_KPROBE_TRACEFS }), "foreign.attach");
	rawbpf_link_detach(&link);
	fact(lines_with("/sys/kernel/tracing/kprobe_events", ":others/e0"), "foreign.left_alone");
	if (write(fd, "-:others/e0\n", 12) < 0)
		perror("kprobe_events");
	close(fd);
	close(map);
}

/* bpf_get_attach_cookie() returns the attachment's cookie. */
static void cookie(void)
{
	const unsigned key = 0;
	uint64_t seen = 0;
	int map = counter_create(0);
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(174), /* bpf_get_attach_cookie(ctx), 5.15 */
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
	});
	struct rawbpf_link link = { 0 };
	int err = prog < 0 ? prog : rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
		.syscall = "fchownat", .cookie = 0x1234567890 });

	counter_call(FEW_CALLS);
	rawbpf_link_detach(&link);
	rawbpf_map_lookup(map, &key, &seen, 0);
	fact(err < 0 ? err : (long long)seen, "cookie");
	close(prog);
	close(map);
}

/* A kprobe's pinned link goes on counting without its descriptor, and can be opened again. */
static void pinned_link(void)
{
	static const char path[] = "/sys/fs/bpf/probe";
	int map = counter_create(0);
	struct rawbpf_link link;
	int err = counter_attach(&link, map, &(struct rawbpf_kprobe_spec){ .syscall = "fchownat" });

	fact(err < 0 ? err : rawbpf_link_pin(&link, path), "pin");
	rawbpf_link_detach(&link);
	counter_call(FEW_CALLS);
	fact(counter_read(map), "pin.count");
	fact(rawbpf_link_open(&link, path), "pin.open");
	unlink(path);
	counter_call(FEW_CALLS);
	fact(counter_read(map), "pin.count_unpinned");
	rawbpf_link_detach(&link);
	counter_call(FEW_CALLS);
	fact(counter_read(map), "pin.count_detached");
	close(map);
}

void guest_attach(void)
{
	every_tracepoint();
	every_kprobe();
	symbol_and_offset(RAWBPF_KPROBE_PMU, "offset.pmu");
	symbol_and_offset(RAWBPF_KPROBE_TRACEFS, "offset.tracefs");
	refusals();
	left_overs();
	foreign_events();
	cookie();
	pinned_link();
}
