/* SPDX-License-Identifier: MIT */
/* Take a link of any kind through its life, and write its story as a line. */
#include "link_world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------ programs */

/* Emit code that adds 1 to element `slot` of `map` if the event counts. */
static int build_counting(struct bpf_insn *insns, unsigned max, const struct link_kind *kind,
			  int map, int slot)
{
	struct rawbpf_build_slot slots[32];
	struct rawbpf_build b = { .slots = slots, .slot_max = RAWBPF_COUNT(slots) };

	rawbpf_build_emit(&b, BPF_MOV64_REG(BPF_REG_6, BPF_REG_1));
	if (kind->only_ours) {
		rawbpf_build_emit(&b, BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
				  BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32));
		rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, link_world.tgid, 0), "out");
	}
	if (kind->only_syscall) {
		rawbpf_build_emit(&b, BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_6, 8));
		rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JNE, BPF_REG_2, kind->only_syscall, 0),
				  "out");
	}
	rawbpf_build_emit(&b, BPF_ST_MEM(BPF_W, BPF_REG_10, -4, slot),
			  BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
			  BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
			  BPF_LD_MAP_FD(BPF_REG_1, map),
			  BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem));
	rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), "out");
	rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_1, 1),
			  BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0));
	rawbpf_build_label(&b, "out");
	rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_0, kind->result), BPF_EXIT_INSN());
	return rawbpf_build_resolve(&b, insns, max, NULL);
}

int link_kind_load(const struct link_kind *kind, int map, int slot)
{
	struct bpf_insn insns[32];
	int count = build_counting(insns, RAWBPF_COUNT(insns), kind, map, slot);
	int btf_id = 0;

	if (kind->btf_name)
		btf_id = link_world.has_btf ?
			rawbpf_btf_type_find(&link_world.kernel, kind->btf_kind, kind->btf_name) :
			-ENOENT;
	if (count < 0 || btf_id < 0)
		return count < 0 ? count : btf_id;
	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "counting",
		.type = kind->prog_type,
		.license = "GPL",
		.insns = insns,
		.insn_count = count,
		.expected_attach_type = kind->attach_type,
		.attach_btf_id = btf_id,
	});
}

/* ----------------------------------------------------------------------------- the story */

static int open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static int type_of(const struct rawbpf_link *link)
{
	struct bpf_link_info info;
	int known;

	memset(&info, 0, sizeof info);
	known = rawbpf_obj_info(link->fd, &info, sizeof info);
	return known < 0 ? known : (int)info.type;
}

/* Trigger, and return what that added to element `slot`. */
static long long count_events(const struct link_kind *kind, const struct rawbpf_link *link, int map,
			      unsigned slot)
{
	uint64_t before = 0, after = 0;

	rawbpf_map_lookup(map, &slot, &before, 0);
	kind->trigger(link);
	rawbpf_map_lookup(map, &slot, &after, 0);
	return after - before;
}

/* Count until no program runs any more: Linux 5.10 detaches in a worker. */
static long long count_until_none(const struct link_kind *kind, const struct rawbpf_link *link,
				  int map)
{
	long long count = -1;

	for (int tries = 0; tries < 3000 && count != 0; tries++) {
		count = count_events(kind, link, map, 0) + count_events(kind, link, map, 1);
		if (count)
			usleep(20 * 1000);
	}
	return count;
}

static void tell_story(const struct link_kind *kind, struct link_story *story, int map,
		       const int progs[2])
{
	struct rawbpf_link link;

	kind->trigger(&(struct rawbpf_link){ 0 }); /* effects of a first run happen now */
	story->attach = kind->attach(&link, progs[0]);
	if (story->attach < 0)
		return;
	story->type = type_of(&link);
	story->attached = count_events(kind, &link, map, 0);
	story->pin = rawbpf_link_pin(&link, LINK_KINDS_PIN);
	if (story->pin == 0) {
		rawbpf_link_detach(&link);
		story->pinned = count_events(kind, &link, map, 0);
		story->open = rawbpf_link_open(&link, LINK_KINDS_PIN);
		unlink(LINK_KINDS_PIN);
	}
	story->update = rawbpf_link_update(&link, progs[1], 0);
	story->updated = count_events(kind, &link, map, 1);
	story->force = rawbpf_link_revoke(&link);
	story->forced = count_events(kind, &link, map, 0) + count_events(kind, &link, map, 1);
	rawbpf_link_detach(&link);
	story->detached = count_until_none(kind, &link, map);
}

void link_kind_run(const struct link_kind *kind, struct link_story *story)
{
	int fds = open_fds();
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 2 });
	int progs[2] = { link_kind_load(kind, map, 0), link_kind_load(kind, map, 1) };

	*story = (struct link_story){ .load = progs[0] < 0 ? progs[0] : 0 };
	if (progs[0] >= 0)
		tell_story(kind, story, map, progs);
	close(progs[0]);
	close(progs[1]);
	close(map);
	story->fds_left = open_fds() - fds;
}

int link_story_format(char *text, size_t size, const struct link_story *story)
{
	if (story->load < 0)
		return snprintf(text, size, "load %d", story->load);
	if (story->attach < 0)
		return snprintf(text, size, "attach %d", story->attach);
	return snprintf(text, size, "type %d: %lld, pin %d: %lld, open %d, update %d: %lld, "
			"force %d: %lld, detached: %lld, %d left", story->type, story->attached,
			story->pin, story->pinned, story->open, story->update, story->updated,
			story->force, story->forced, story->detached, story->fds_left);
}

int link_story_expect(char *text, size_t size, const struct link_kind *kind, unsigned kernel)
{
	struct link_story story = {
		.type = kind->link_type,
		.attached = kind->events,
		.pinned = kind->events,
		.update = kind->update,
		.updated = kind->update ? 0 : kind->events,
		.force = kind->force,
		.forced = kind->force ? kind->events : 0,
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(kind->older); i++)
		if (kernel < kind->older[i].than)
			return snprintf(text, size, "%s", kind->older[i].story);
	return link_story_format(text, size, &story);
}

int link_kind_try(const struct link_kind *kind, unsigned kernel)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });
	int prog = link_kind_load(kind, map, 0);
	struct rawbpf_link link = { 0 };
	struct link_story story = { .load = prog < 0 ? prog : 0 };
	char text[256], expected[256];

	if (prog >= 0)
		story.attach = kind->attach(&link, prog);
	rawbpf_link_detach(&link);
	close(prog);
	close(map);
	if (story.load == 0 && story.attach == 0)
		return 1;
	link_story_format(text, sizeof text, &story);
	link_story_expect(expected, sizeof expected, kind, kernel);
	if (strcmp(text, expected) == 0 || (kind->lacking && strcmp(text, kind->lacking) == 0))
		return 0;
	return story.load < 0 ? story.load : story.attach;
}
