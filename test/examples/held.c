/* SPDX-License-Identifier: MIT */
/*
 * Before Linux 6.6, links of perf events do not say what they are attached to. Then the tool asks
 * the processes. This test writes down what the processes hold, so it needs no such kernel.
 */
#include "../../examples/rawbpf/held.c"

#include "../doubling.h"
#include "../unit.h"

enum { PROG = 7, FIRST_LINK = 1000, FIRST_PID = 50 };

static void forget(void)
{
	free(held.programs.list);
	free(held.links.list);
	free(held.events.list);
	for (unsigned i = 0; i < held.info_count; i++)
		free(held.infos[i].name);
	free(held.infos);
	memset(&held, 0, sizeof held);
}

static void hold_link(unsigned pid, unsigned link, unsigned prog)
{
	add(&held.programs, prog, pid, link);
	add(&held.links, link, pid, prog);
}

static void hold_event(unsigned pid, unsigned prog, unsigned offset)
{
	add(&held.events, prog, pid, held.info_count);
	held.infos = must_extend(held.infos, held.info_count, sizeof *held.infos);
	held.infos[held.info_count++] = (struct rawbpf_task_fd_info){
		.prog_id = prog, .type = 2, .offset = offset, .name = must_print("f%u", offset) };
}

static void describe(struct link_told *told, unsigned link, unsigned prog)
{
	memset(told, 0, sizeof *told);
	told->info.id = link;
	told->info.prog_id = prog;
	held_describe(told);
}

/*
 * Holders: one process, or one for each link; one program, or one for each link; each link held by
 * all.
 */
static const struct {
	unsigned processes, programs, by_all;
} worlds[] = {
	{ 1, 0, 0 }, { 1, 1, 0 }, { 0, 1, 0 }, { 0, 0, 0 }, { 1, 1, 1 },
};

static void make_world(unsigned kind, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned pid = FIRST_PID + (worlds[kind].processes ? i : 0);
		unsigned prog = PROG + (worlds[kind].programs ? i : 0);

		hold_link(pid, FIRST_LINK + i, prog);
		if (worlds[kind].by_all)
			hold_link(pid, FIRST_LINK, PROG);
		hold_event(pid, prog, i);
	}
	sort_all();
}

static double describe_all(unsigned kind, unsigned n)
{
	static struct link_told told;
	double start;

	make_world(kind, n);
	start = doubling_time();
	for (unsigned i = 0; i < n; i++)
		describe(&told, FIRST_LINK + i, PROG + (worlds[kind].programs ? i : 0));
	start = doubling_time() - start;
	forget();
	return start;
}

START_TEST(twice_the_links_take_twice_the_time)
{
	assert_doubling(describe_all, _i, 10000);
}
END_TEST

/*
 * If one process has several events of one program, the tool cannot tell which one is the link's.
 */
START_TEST(each_link_has_its_event)
{
	int is_clear = worlds[_i].processes || worlds[_i].programs;
	static struct link_told told;

	make_world(_i, 20);
	for (unsigned i = 0; i < 20; i++) {
		char name[8] = "";

		if (is_clear)
			snprintf(name, sizeof name, "f%u", i);
		describe(&told, FIRST_LINK + i, PROG + (worlds[_i].programs ? i : 0));
		ck_assert_str_eq(told.name, name);
		ck_assert_uint_eq(told.info.offset, is_clear ? i : 0);
		ck_assert_uint_eq(told.info.perf_type, is_clear ? BPF_PERF_EVENT_KPROBE : 0);
	}
	describe(&told, FIRST_LINK + 20, PROG);
	ck_assert_str_eq(told.name, "");
	describe(&told, FIRST_LINK + 1, PROG + 20);
	ck_assert_str_eq(told.name, "");
	forget();
}
END_TEST

/* A process that has the link twice still has one event; another process with one makes two. */
START_TEST(one_event_is_counted_once)
{
	static struct link_told told;

	hold_link(1, 5, PROG);
	hold_link(1, 5, PROG);
	hold_link(2, 5, PROG);
	hold_event(1, PROG, 3);
	sort_all();
	describe(&told, 5, PROG);
	ck_assert_str_eq(told.name, "f3");
	hold_event(2, PROG, 4);
	sort_all();
	describe(&told, 5, PROG);
	ck_assert_str_eq(told.name, "");
	forget();
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, twice_the_links_take_twice_the_time, 0, RAWBPF_COUNT(worlds));
	tcase_add_loop_test(tests, each_link_has_its_event, 0, RAWBPF_COUNT(worlds));
	tcase_add_test(tests, one_event_is_counted_once);
}

int main(void)
{
	return unit_run("held", add_tests);
}
