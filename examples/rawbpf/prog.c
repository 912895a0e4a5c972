/* SPDX-License-Identifier: MIT */
/* rawbpf prog: list programs, and show what they consist of. */
#include "attached.h"
#include "held.h"
#include "keyed.h"
#include "verbs.h"
#include "target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const columns[] = { "id", "type", "name", "tag", "uid", "loaded", "xlated",
				       "jited", "memory", "maps", "attached", "held_by", "pinned",
				       NULL };
static const char *const columns_with_runs[] = { "id", "type", "name", "tag", "uid", "loaded",
						 "xlated", "jited", "memory", "maps", "runs",
						 "ns_per_run", "attached", "held_by", "pinned",
						 NULL };
static const char *const optional[] = { "uid", "tag", "jited", "xlated", "loaded", "memory",
					"maps", "held_by", "ns_per_run", NULL };

/* ------------------------------------------------------------- links and their targets */

struct attachment {
	struct key prog;
	unsigned link;
	char *words;
};

static struct {
	struct attachment *list;
	unsigned count;
} attachments;

static int note_link(void *context, int fd, unsigned id)
{
	struct link_told told;

	(void)context;
	if (link_ask(&told, fd, 0) < 0 || !told.info.prog_id)
		return OK;
	attachments.list = must_extend(attachments.list, attachments.count,
				       sizeof *attachments.list);
	attachments.list[attachments.count] = (struct attachment){
		{ told.info.prog_id, attachments.count }, id, link_words(&told) };
	attachments.count++;
	return OK;
}

static void record_attachments(struct record *record, unsigned prog)
{
	struct parts parts = { .between = ", " };

	for (unsigned i = key_first(attachments.list, attachments.count, sizeof *attachments.list, prog);
	     i < attachments.count && attachments.list[i].prog.id == prog; i++) {
		const struct attachment *at = &attachments.list[i];
		char *quoted = json_escape(at->words, strlen(at->words));

		parts_add(&parts, must_print("%s", at->words),
			  must_print("{\"link\":%u,\"to\":%s}", at->link, quoted));
		free(quoted);
	}
	record_parts(record, "attached", &parts);
}

/* ------------------------------------------------------------------------------ records */

/*
 * Record a time. The kernel reports time since boot. People read wall-clock time, and programs
 * seconds.
 */
static void record_time(struct record *record, uint64_t since_boot)
{
	struct timespec boot, wall;
	long long at;
	struct tm local;
	time_t seconds;
	char text[32];

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &wall);
	at = (wall.tv_sec - boot.tv_sec) * 1000000000ll + wall.tv_nsec - boot.tv_nsec + since_boot;
	seconds = at / 1000000000;
	localtime_r(&seconds, &local);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
	record_both(record, "loaded", must_print("%s", text), must_print("%lld", (long long)seconds));
}

/* The kernel's information about a program. */
struct asked {
	struct rawbpf_prog_info info;
	long long memory; /* bytes; -1: without /proc */
};

static void record_prog(struct record *record, const struct asked *asked)
{
	const struct rawbpf_prog_info *info = &asked->info;

	record_number(record, "id", info->id);
	object_record_constant(record, "type", RAWBPF_PROG_TYPE, info->type);
	record_string(record, "name", info->name);
	record_hex(record, "tag", info->tag, sizeof info->tag);
	record_number(record, "uid", info->created_by_uid);
	record_time(record, info->load_time);
	record_number(record, "xlated", info->xlated.count * sizeof(struct bpf_insn));
	record_number(record, "jited", info->jited.count);
	if (asked->memory >= 0)
		record_number(record, "memory", asked->memory);
	if (info->map_ids.count)
		record_numbers(record, "maps", info->map_ids.data, 4, info->map_ids.count);
	if (info->run_cnt) {
		record_number(record, "runs", info->run_cnt);
		record_number(record, "ns_per_run", info->run_time_ns / info->run_cnt);
		record_both(record, "run_time_ns", NULL,
			    must_print("%llu", (unsigned long long)info->run_time_ns));
	}
	record_attachments(record, info->id);
	held_record(record, info->id);
	object_record_pins(record, RAWBPF_OBJ_PROG, info->id);
}

static void record_details(struct record *record, const struct rawbpf_prog_info *info)
{
	const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {
		{ "recursion_misses", info->recursion_misses },
		{ "verified_insns", info->verified_insns },
		{ "btf", info->btf_id },
		{ "functions", info->prog_tags.count },
		{ "lines", info->line_info.count },
		{ "ifindex", info->ifindex },
		{ "attach_btf_obj_id", info->attach_btf_obj_id },
		{ "attach_btf_id", info->attach_btf_id },
	};

	record_both(record, "gpl_compatible", must_print(info->gpl_compatible ? "yes" : "no"),
		    must_print(info->gpl_compatible ? "true" : "false"));
	for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (numbers[i].number)
			record_number(record, numbers[i].name, numbers[i].number);
	if (info->attach_btf_id) {
		char *name = target_function(info->attach_btf_obj_id, info->attach_btf_id);

		record_both(record, "made_for", name, json_escape(name, strlen(name)));
	}
}

/* -------------------------------------------------------------------------------- verbs */

/* Ask about a program. The ids of its maps are malloc-ed. Returns 0 or a negative errno. */
static int ask_prog(struct rawbpf_prog_info *info, int fd)
{
	struct rawbpf_info_array *ids = &info->map_ids;
	int err;

	*info = (struct rawbpf_prog_info){ .type = 0 };
	/* More maps may be bound between two calls. */
	while ((err = rawbpf_prog_info(info, fd)) == 0 && ids->count > ids->max) {
		ids->max = ids->count;
		ids->data = must_grow(ids->data, ids->max, sizeof(uint32_t));
	}
	return err;
}

static int ask(void *context, int fd)
{
	struct asked *asked = context;

	asked->memory = object_fdinfo(fd, "memlock");
	return ask_prog(&asked->info, fd);
}

static int list_one(void *context, int fd, unsigned id)
{
	struct table *table = context;
	struct record record = { .count = 0 };
	struct asked asked;

	(void)id;
	if (ask(&asked, fd) < 0)
		return OK;
	record_prog(&record, &asked);
	if (table->json)
		record_details(&record, &asked.info);
	if (asked.info.run_cnt)
		table->columns = columns_with_runs;
	table_add(table, &record);
	free(asked.info.map_ids.data);
	return OK;
}

/* Note which links programs have. Without links, before 5.8, this finds none. */
static int note_links(void)
{
	unsigned id = 0;
	int status;

	if (rawbpf_obj_id_next(&id, RAWBPF_OBJ_LINK, 0) == -EINVAL)
		return OK;
	status = object_each(&prog_subcommand, RAWBPF_OBJ_LINK, note_link, NULL);
	key_sort(attachments.list, attachments.count, sizeof *attachments.list);
	return status;
}

static int list(const struct arguments *arguments)
{
	struct table table = { .columns = columns, .optional = optional,
			       .json = arguments->json };
	int status = note_links();

	if (status != OK)
		return status;
	return object_list(&prog_subcommand, RAWBPF_OBJ_PROG, list_one, &table, &table);
}

static int show(const struct arguments *arguments)
{
	struct record record = { .count = 0 };
	struct asked asked;

	if (object_ask(&prog_subcommand, RAWBPF_OBJ_PROG, arguments->rest[0], ask, &asked) != OK ||
	    note_links() != OK)
		return FAILED;
	record_prog(&record, &asked);
	record_details(&record, &asked.info);
	record_print(&record, arguments->json);
	free(asked.info.map_ids.data);
	return OK;
}

static int pin(const struct arguments *arguments)
{
	return object_pin(&prog_subcommand, RAWBPF_OBJ_PROG, arguments);
}

static const struct verb verbs[] = {
	{ "list", 0, 0, "", list, "" },
	{ "show", 1, 1, " PROG", show, "" },
	{ "dump", 1, 1, " [-x] PROG", prog_dump, "x" },
	{ "load", 2, 2, " [-t TYPE] [-a TYPE] [-b TARGET] [-n NAME] [-Werror] [-v] FILE PATH", prog_load, "tabnWv" },
	{ "pin", 2, 2, " PROG PATH", pin, "" },
	{ "attach", 3, 4, " [-m MODE] [-r OLD] PROG TYPE [TARGET] [PATH]", prog_attach, "mr" },
	{ "detach", 3, 3, " PROG TYPE TARGET", prog_detach, "" },
	{ "tracelog", 0, 0, "", prog_tracelog, "" },
	{ .name = NULL },
};

const struct subcommand prog_subcommand = {
	.name = "prog",
	.usage = "[-j] list | show PROG | dump PROG | load FILE PATH |\n"
		 "       attach PROG TYPE TARGET [PATH] | ...",
	.help = "Show, load and attach programs. PROG is an id, a name, or a path in bpffs.\n"
		"\n"
		"  list, show PROG   print all programs, one a line; print all about one\n"
		"  dump [-x] PROG    print its instructions as the verifier rewrote them, with\n"
		"                    functions and source lines; -x: its machine code\n"
		"  load [-t TYPE] [-a TYPE] [-b TARGET] [-n NAME] [-Werror] [-v] FILE PATH\n"
		"                    load a text or bytes, and pin it at PATH in bpffs. -t: its\n"
		"                    type; -a: its expected attach type; -b: its target, of the\n"
		"                    types tracing and lsm; -v: a rejection's log\n"
		"  pin PROG PATH     give it the name PATH in bpffs: it stays until rm PATH\n"
		"  attach PROG TYPE TARGET PATH       by a link pinned at PATH, until rm PATH\n"
		"  attach [-m MODE] [-r OLD] PROG TYPE TARGET       without a link, until detach\n"
		"                    -m of a cgroup: multi, override or alone; -r: replace OLD\n"
		"  detach PROG TYPE TARGET\n"
		"  tracelog          print what programs print by bpf_trace_printk, until Ctrl-C\n"
		"  -j: JSON, one object a line. -h: this help\n"
		"\n"
		"TYPE and TARGET: cgroup_* PATH, tcx_* DEVICE, sk_msg_verdict SOCKMAP; only with\n"
		"a PATH at the end: xdp DEVICE, kprobe FUNCTION[+OFFSET], uprobe FILE:FUNCTION,\n"
		"tracepoint GROUP/NAME, raw_tracepoint NAME, perf_event EVENT/freq=N, netfilter\n"
		"FAMILY/HOOK, and trace_*, lsm_mac without a TARGET. rawbpf-prog(1) has all.\n"
		"The kernel counts runs while kernel.bpf_stats_enabled is 1.\n",
	.verbs = verbs,
	.letters = "xt:a:b:n:W:vm:r:jh",
};
