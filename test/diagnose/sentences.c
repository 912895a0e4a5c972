/* SPDX-License-Identifier: MIT */
/* The library's sentences about errors, as a list: their errnos, and whether they are readable. */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <rawbpf.h>

#include "../../lib/diagnose/error.h"
#include "../unit.h"

static const struct {
	const char *name;
	const struct rawbpf_operation *operation;
} operations[] = {
#define OPERATION(NAME) { #NAME, RAWBPF_##NAME },
	RAWBPF_OPERATIONS(OPERATION)
};

/* Errnos with sentences that several operations share. */
#define OF_ELEMENTS \
	"EPERM EACCES ENOENT EEXIST E2BIG EINVAL ENOSPC EBUSY EBADF ENOTSOCK EFAULT EOPNOTSUPP"
#define OF_PROGRAMS "EACCES EINVAL EBADF E2BIG EAGAIN"
#define OF_DEVICES "ENODEV ENOENT ESTALE EEXIST ERANGE"
#define OF_BUFFERS "EBADF EBADMSG EPERM ENOSPC"
#define OF_LOOPS "EBADF EEXIST EBADMSG EINTR ENOSYS ENOSPC"
#define OF_INFO "EBADF EINVAL E2BIG EFAULT"
#define OF_PERF "EACCES ENOSYS"
#define OF_KPROBES "ENOENT E2BIG EINVAL"
#define OF_HOOKS "EINVAL EBADF EBUSY EEXIST EOPNOTSUPP ENOENT ENODEV ESTALE E2BIG"
#define OF_NETLINK "EAFNOSUPPORT EAGAIN EBADMSG EOVERFLOW"
#define OF_FILTERS "EEXIST EBUSY ESTALE EOPNOTSUPP EBADF ENODEV " OF_NETLINK
#define OF_SOCKETS "EPERM ENOTSOCK EBADF ENOMEM"
#define OF_CGROUPS "EBADF ENOENT EINVAL"

/*
 * The errnos that each operation has a sentence for. Behind a bar: shared errnos, then those of
 * cgroup programs. Removing one is a decision, so it changes this list.
 */
static const struct {
	const char *name, *errnos;
} errnos[] = {
#define ERRNOS(NAME, ERRNOS) { #NAME, ERRNOS }
	ERRNOS(MAP_CREATE, "EINVAL E2BIG EBADF"),
	ERRNOS(MAP_LOOKUP, OF_ELEMENTS),
	ERRNOS(MAP_UPDATE, OF_ELEMENTS),
	ERRNOS(MAP_DELETE, OF_ELEMENTS),
	ERRNOS(MAP_NEXT, OF_ELEMENTS),
	ERRNOS(MAP_TAKE, OF_ELEMENTS),
	ERRNOS(MAP_PERCPU_LOOKUP, "ENOSPC | " OF_ELEMENTS),
	ERRNOS(MAP_BATCH_LOOKUP, OF_ELEMENTS),
	ERRNOS(MAP_BATCH_TAKE, OF_ELEMENTS),
	ERRNOS(MAP_BATCH_UPDATE, OF_ELEMENTS),
	ERRNOS(MAP_BATCH_DELETE, OF_ELEMENTS),
	ERRNOS(MAP_ITER_OPEN, "EBADF EINVAL ENOENT"),
	ERRNOS(MAP_ITER_NEXT, OF_ELEMENTS),
	ERRNOS(MAP_VIEW_OPEN, "EBADF EINVAL EPERM EACCES"),
	ERRNOS(MAP_ARENA_OPEN, "EBADF EINVAL EBUSY EPERM EACCES"),
	ERRNOS(MAP_FREEZE, "EPERM EBUSY EOPNOTSUPP EBADF"),
	ERRNOS(MAP_LAYOUT_INFO, "EBADF EINVAL ENOENT"),
	ERRNOS(MAP_RECIPE_CREATE, "EINVAL E2BIG EBADF"),
	ERRNOS(BTF_LOAD, "EPERM EINVAL E2BIG"),
	ERRNOS(BTF_OPEN, "EBADF EINVAL"),
	ERRNOS(BTF_FD_OPEN, "ENOENT"),
	ERRNOS(BTF_KERNEL_OPEN, "ENOENT EINVAL"),
	ERRNOS(BTF_MODULE_OPEN, "ENOENT EINVAL"),
	ERRNOS(MAP_BTF_LOAD, "EPERM EINVAL E2BIG"),
	ERRNOS(PROG_BTF_LOAD, "EPERM EINVAL E2BIG"),
	ERRNOS(STRUCT_OPS_BTF_LOAD, "ENOENT | EPERM EINVAL E2BIG"),
	ERRNOS(PROG_LOAD, OF_PROGRAMS),
	ERRNOS(PROG_RUN, "EINVAL EOPNOTSUPP ENOSPC EINTR ENXIO EPROTO EBADF"),
	ERRNOS(PROG_ATTACH, OF_HOOKS " cgroups: EPERM ENOENT EINVAL E2BIG ESTALE | " OF_CGROUPS),
	ERRNOS(PROG_REPLACE, "EPERM EBUSY ENOENT E2BIG EINVAL ESTALE | " OF_CGROUPS),
	ERRNOS(PROG_DETACH, "EINVAL EBUSY | " OF_HOOKS " cgroups: ENOENT EINVAL ESTALE | " OF_CGROUPS),
	ERRNOS(PROG_QUERY, "EINVAL ENOSPC EBADF ENOENT ENODEV cgroups: | " OF_CGROUPS),
	ERRNOS(PROG_MAP_BIND, "EBADF EINVAL"),
	ERRNOS(PROG_STRUCT_OPS_BIND, "EBADF EINVAL EBUSY"),
	ERRNOS(PROG_STREAM_READ, "ENOENT EINVAL EBADF ENOMEM"),
	ERRNOS(PROG_STATS_OPEN, "EINVAL"),
	ERRNOS(PROG_RECIPE_LOAD, "ENOENT | " OF_PROGRAMS),
	ERRNOS(PROG_RECIPE_RUN, "EINVAL EOPNOTSUPP ENOSPC EINTR ENXIO EPROTO EBADF"),
	ERRNOS(KPROBE_ATTACH, OF_KPROBES " EBUSY | " OF_PERF),
	ERRNOS(KPROBE_PMU_ATTACH, OF_KPROBES " | " OF_PERF),
	ERRNOS(KPROBE_FIND, "ENOENT EOPNOTSUPP EPERM | " OF_PERF),
	ERRNOS(KPROBE_MULTI_ATTACH, "EOPNOTSUPP ESRCH ENOENT EINVAL ENODEV EADDRNOTAVAIL E2BIG"),
	ERRNOS(UPROBE_ATTACH, "ENOENT ENOTDIR EINVAL EIO EOPNOTSUPP ESRCH EACCES | " OF_PERF),
	ERRNOS(UPROBE_FIND, "ENOENT ENOTDIR EACCES EISDIR ENOEXEC EBADMSG E2BIG EXDEV EINVAL ESRCH "
	       "ENOMSG ENOLINK ENXIO EDESTADDRREQ EOPNOTSUPP"),
	ERRNOS(UPROBE_MULTI_ATTACH, "ENOENT ENOTDIR EBADF EINVAL EOPNOTSUPP ESRCH E2BIG"),
	ERRNOS(TRACEPOINT_ATTACH, "ENOENT EACCES EINVAL E2BIG EEXIST | " OF_PERF),
	ERRNOS(RAW_TRACEPOINT_ATTACH, "ENOENT EINVAL EACCES"),
	ERRNOS(PERF_EVENT_ATTACH, "EINVAL EEXIST EACCES ENOENT ENOTTY EBADF | " OF_PERF),
	ERRNOS(PERF_EVENTS_OPEN, "EINVAL ENOENT EOPNOTSUPP E2BIG ENODEV EBUSY EBADF | " OF_PERF),
	ERRNOS(PERF_EVENTS_FOLLOW, "EINVAL ENOENT EOPNOTSUPP E2BIG ENODEV EBUSY EBADF | " OF_PERF),
	ERRNOS(TRACING_ATTACH, "ENOENT EINVAL EBUSY E2BIG EOPNOTSUPP ENODEV EPERM"),
	ERRNOS(TRACING_MULTI_ATTACH, "EINVAL EFAULT EBADF"),
	ERRNOS(ITER_ATTACH, "EINVAL ENOENT EBADF E2BIG ESRCH"),
	ERRNOS(ITER_CREATE, "EINVAL EBADF"),
	ERRNOS(STRUCT_OPS_ATTACH, "EINVAL EEXIST EBADF"),
	ERRNOS(XDP_ATTACH, "EINVAL EBUSY EEXIST EOPNOTSUPP"),
	ERRNOS(XDP_NETLINK_ATTACH, "EBUSY EEXIST EINVAL EOPNOTSUPP EBADF | ENODEV " OF_NETLINK),
	ERRNOS(XDP_NETLINK_DETACH, "ENOENT EBUSY EEXIST EINVAL EBADF | ENODEV " OF_NETLINK),
	ERRNOS(XDP_QUERY, "| ENODEV " OF_NETLINK),
	ERRNOS(TC_ATTACH, "ENOENT EINVAL | " OF_FILTERS),
	ERRNOS(TC_ACTION_ATTACH, "ENOENT EINVAL | " OF_FILTERS),
	ERRNOS(TC_DETACH, "ENOENT EINVAL | " OF_FILTERS),
	ERRNOS(TC_QUERY, "ENOSPC ESTALE EINVAL | ENODEV " OF_NETLINK),
	ERRNOS(TCX_ATTACH, "EINVAL | " OF_DEVICES),
	ERRNOS(NETKIT_ATTACH, "EINVAL ENXIO EACCES | " OF_DEVICES),
	ERRNOS(NETFILTER_ATTACH, "EINVAL EAFNOSUPPORT EBUSY ERANGE EPROTO EOPNOTSUPP"),
	ERRNOS(NETNS_ATTACH, "EINVAL EBADF EEXIST E2BIG"),
	ERRNOS(SOCKMAP_ATTACH, "EINVAL EBUSY EBADF"),
	ERRNOS(SOCKET_ATTACH, "EINVAL | " OF_SOCKETS),
	ERRNOS(SOCKET_DETACH, "ENOENT | " OF_SOCKETS),
	ERRNOS(REUSEPORT_ATTACH, "EINVAL EOPNOTSUPP | " OF_SOCKETS),
	ERRNOS(REUSEPORT_DETACH, "ENOENT EINVAL | " OF_SOCKETS),
	ERRNOS(CGROUP_ATTACH, "EPERM ENOENT EINVAL E2BIG ESTALE | " OF_CGROUPS),
	ERRNOS(LINK_DETACH, "EBUSY EACCES EOPNOTSUPP"),
	ERRNOS(LINK_REVOKE, "EINVAL EOPNOTSUPP EBADF"),
	ERRNOS(LINK_OPEN, "ENOENT EACCES EPERM EINVAL | ENOTDIR"),
	ERRNOS(LINK_PIN, "EEXIST ENOENT EACCES EINVAL EBADF | ENOTDIR"),
	ERRNOS(LINK_UPDATE, "EINVAL EPERM ENOLINK EBADF EOPNOTSUPP"),
	ERRNOS(OBJ_PIN, "EEXIST ENOENT EACCES EINVAL EBADF | ENOTDIR"),
	ERRNOS(OBJ_PIN_AT, "EPERM EBADF | EEXIST ENOENT EACCES EINVAL EBADF"),
	ERRNOS(OBJ_OPEN, "ENOENT EACCES EPERM EINVAL | ENOTDIR"),
	ERRNOS(OBJ_OPEN_AT, "EBADF | ENOENT EACCES EPERM EINVAL"),
	ERRNOS(OBJ_INFO, OF_INFO),
	ERRNOS(OBJ_ID_NEXT, "ENOENT EINVAL"),
	ERRNOS(OBJ_ID_OPEN, "ENOENT EAGAIN EINVAL EBADF"),
	ERRNOS(MAP_INFO, OF_INFO),
	ERRNOS(PROG_INFO, OF_INFO),
	ERRNOS(LINK_INFO, OF_INFO),
	ERRNOS(BTF_INFO, OF_INFO),
	ERRNOS(TASK_FD_INFO, "ENOENT EBADF ENOSPC EOPNOTSUPP"),
	ERRNOS(RING_OPEN, "EINVAL EACCES EOPNOTSUPP | " OF_BUFFERS),
	ERRNOS(USER_RING_OPEN, "EINVAL EACCES | " OF_BUFFERS),
	ERRNOS(USER_RING_RESERVE, "ENOSPC E2BIG EINTR EBADF | " OF_BUFFERS),
	ERRNOS(PERFBUF_OPEN, "EINVAL ENODEV E2BIG EPERM ENOSYS EOPNOTSUPP | " OF_BUFFERS),
	ERRNOS(PERFBUF_READ, "EBADF EBADMSG ENOSYS"),
	ERRNOS(LOOP_OPEN, OF_LOOPS),
	ERRNOS(LOOP_ADD, OF_LOOPS),
	ERRNOS(LOOP_RUN, OF_LOOPS),
	ERRNOS(TOKEN_CREATE, "EINVAL ENOENT EBADF EPERM EOPNOTSUPP"),
	ERRNOS(TOKEN_OPEN, "EINVAL ENOENT ENOTDIR EACCES EPERM EOPNOTSUPP"),
	ERRNOS(MEMLOCK_RAISE, "EPERM ENOSYS"),
	ERRNOS(CPU_COUNT, "ENOENT EINVAL EACCES"),
	ERRNOS(KSYM_FIND, "EPERM ENOENT"),
	ERRNOS(KSYM_RESOLVE, "EPERM ENOENT"),
	ERRNOS(PROBE_MAP_HAS, "EINVAL E2BIG EBADF"),
	ERRNOS(PROBE_PROG_HAS, OF_PROGRAMS),
	ERRNOS(PROBE_HELPERS_HAS, "EOPNOTSUPP EPROTO | " OF_PROGRAMS),
	ERRNOS(PROBE_ISA_FIND, OF_PROGRAMS),
	ERRNOS(PROBE_ATTACH_HAS, OF_PROGRAMS),
};

/*
 * Assert that a sentence begins, ends and continues like one. A sentence that lost a part mostly
 * does not.
 */
static void assert_readable(const char *sentence)
{
	const char *colon = strchr(sentence, ':'), *at;
	int depth = 0, words = 1;

	ck_assert_msg(colon && colon[1] == ' ', "no errno: %s", sentence);
	for (at = sentence; at < colon; at++)
		ck_assert_msg(isupper(*at) || isdigit(*at), "no errno: %s", sentence);
	ck_assert_msg(sentence[0] == 'E' && colon - sentence > 2, "no errno: %s", sentence);
	ck_assert_msg(colon[2] && !strchr(" ,;:.)-", colon[2]), "cut off: %s", sentence);
	ck_assert_msg(!strchr(" ,;:.(-/", sentence[strlen(sentence) - 1]), "cut off: %s", sentence);
	for (at = colon + 2; *at; at++) {
		depth += (*at == '(') - (*at == ')');
		words += *at == ' ';
		ck_assert_msg(depth >= 0, "a parenthesis: %s", sentence);
		ck_assert_msg(!(at[0] == ' ' && at[1] == ' '), "two blanks: %s", sentence);
		ck_assert_msg(!(ispunct(at[0]) && at[0] == at[1] && at[0] != '-'), "twice: %s", sentence);
	}
	ck_assert_msg(depth == 0, "a parenthesis: %s", sentence);
	ck_assert_msg(words >= 3, "too short: %s", sentence);
}

/* Check that each sentence belongs to one errno and is readable. Write the errnos to `names`. */
static void read_sentences(char *names, const char *sentences)
{
	for (; sentences && *sentences; sentences += strlen(sentences) + 1) {
		char name[32];
		const char *at;

		assert_readable(sentences);
		snprintf(name, sizeof name, "%.*s: ", (int)strcspn(sentences, ":"), sentences);
		for (at = sentences + strlen(sentences) + 1; *at; at += strlen(at) + 1)
			ck_assert_msg(strncmp(at, name, strlen(name)) != 0, "twice: %s", sentences);
		name[strlen(name) - 2] = '\0';
		strcat(strcat(names, " "), name);
	}
}

START_TEST(test_sentences)
{
	const struct rawbpf_failures *failures = operations[_i].operation->failures;
	char names[2048] = "";

	read_sentences(names, failures->sentences);
	strcat(names, failures->more_sentences ? " |" : "");
	read_sentences(names, failures->more_sentences);
	if (failures->of_cgroups) {
		strcat(names, " cgroups:");
		read_sentences(names, failures->of_cgroups->sentences);
		strcat(names, failures->of_cgroups->more_sentences ? " |" : "");
		read_sentences(names, failures->of_cgroups->more_sentences);
	}
	ck_assert_uint_lt(_i, RAWBPF_COUNT(errnos));
	ck_assert_str_eq(operations[_i].name, errnos[_i].name);
	ck_assert_str_eq(names + (names[0] == ' '), errnos[_i].errnos);
}
END_TEST

/* The errnos that any operation can fail with. */
START_TEST(test_any_operation)
{
	static const struct {
		int error;
		const char *begin;
	} cases[] = {
		{ -ENOSYS, "ENOSYS: this kernel has no bpf(2) (" },
		{ -ENOMEM, "ENOMEM: the kernel has no memory for it, or a memory cgroup's limit is " },
		{ -EMFILE, "EMFILE: this process may open no more descriptors; raise ulimit -n" },
		{ -ENAMETOOLONG, "ENAMETOOLONG: the name is longer than " },
		{ -EOPNOTSUPP, "EOPNOTSUPP: this kernel, or its JIT on this machine, cannot do it" },
		{ -4000, "error 4000" },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(cases); i++) {
		char text[512], whole[600];

		rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){
			.operation = RAWBPF_CPU_COUNT, .error = cases[i].error });
		ck_assert_msg(strncmp(text, cases[i].begin, strlen(cases[i].begin)) == 0, "%s", text);
		snprintf(whole, sizeof whole, "%s", text);
		if (strchr(whole, ':'))
			assert_readable(whole);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_sentences, 0, RAWBPF_COUNT(operations));
	tcase_add_test(tests, test_any_operation);
}

int main(void)
{
	return unit_run("sentences", add_tests);
}
