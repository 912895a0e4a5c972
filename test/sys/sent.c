/* SPDX-License-Identifier: MIT */
/*
 * The bytes that the library sends to the kernel: each command's attributes and their size. The
 * words stand in the order of the fields in `union bpf_attr`; attr.c compares their offsets. Each
 * field of a spec has its own value.
 */
#include "stand_in.h"

#include <limits.h>
#include <linux/perf_event.h>

#include <rawbpf/btf.h>
#include <rawbpf/cgroup.h>
#include <rawbpf/info.h>
#include <rawbpf/kprobe.h>
#include <rawbpf/map.h>
#include <rawbpf/net.h>
#include <rawbpf/obj.h>
#include <rawbpf/prog.h>
#include <rawbpf/tracepoint.h>
#include <rawbpf/tracing.h>
#include <rawbpf/uprobe.h>

/* ------------------------------------------------------------------------------------ maps */

#define NAME "abcdefghijklmno"

/* Return a word of the name, which has four. */
static uint32_t name_word(unsigned i)
{
	static const char name[16] = NAME;
	uint32_t word;

	memcpy(&word, name + 4 * i, 4);
	return word;
}

#define NAME_WORDS name_word(0), name_word(1), name_word(2), name_word(3)

START_TEST(test_map_create)
{
	struct rawbpf_map_spec spec = {
		.name = NAME, .type = 1, .key_size = 2, .value_size = 3, .max_entries = 4,
		.flags = 5, .inner_map = 6, .numa_node = 7, .ifindex = 8, .btf = 9,
		.btf_key_type_id = 10, .btf_value_type_id = 11, .btf_vmlinux_value_type_id = 12,
		.map_extra = 0xe0000000dull, .btf_vmlinux = 15, .token = 16,
		.exclusive_hash = AT(17), .exclusive_hash_size = 18 };
	char log[8] = "before";

	SENDS(rawbpf_map_create(&spec), BPF_MAP_CREATE, 1, 2, 3, 4, 5, 6, 7, NAME_WORDS,
	      8, 9, 10, 11, 12, L(13, 14), 15, 16, P(17), 18, 0);
	REFUSES(rawbpf_map_create(NULL), EINVAL);
	spec.name = NAME "p";
	REFUSES(rawbpf_map_create(&spec), ENAMETOOLONG);

	/* a failed call is repeated for its log */
	spec = (struct rawbpf_map_spec){ .type = 1, .log = log, .log_size = sizeof log };
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_map_create(&spec), ANSWER);
	ck_assert_uint_eq(kernel.count, 1);
	ck_assert_str_eq(log, "");
	begin(-EXDEV);
	kernel.answers[1] = 78;
	ck_assert_int_eq(rawbpf_map_create(&spec), -EXDEV);
	ck_assert_uint_eq(kernel.count, 3);
	ck_assert_int_eq(kernel.calls[1].arguments[0], 1 << 16);
	ck_assert_mem_eq(kernel.calls[1].words, kernel.calls[0].words, sizeof kernel.calls[0].words);
	ck_assert_int_eq(kernel.calls[1].arguments[4], 24);
	ck_assert_int_eq(kernel.calls[2].number, SYS_close);
	ck_assert_int_eq(kernel.calls[2].arguments[0], 78);
	begin(-EXDEV);
	ck_assert_int_eq(rawbpf_map_create(&spec), -EXDEV);
	ck_assert_uint_eq(kernel.count, 2);
	spec.log_size = 0;
	begin(-EXDEV);
	ck_assert_int_eq(rawbpf_map_create(&spec), -EXDEV);
	ck_assert_uint_eq(kernel.count, 1);
}
END_TEST

START_TEST(test_map_elements)
{
	SENDS(rawbpf_map_lookup(1, AT(2), AT(3), 0x500000004), BPF_MAP_LOOKUP_ELEM,
	      1, 0, P(2), P(3), L(4, 5));
	SENDS(rawbpf_map_update(1, AT(2), AT(3), 0x500000004), BPF_MAP_UPDATE_ELEM,
	      1, 0, P(2), P(3), L(4, 5));
	SENDS(rawbpf_map_take(1, AT(2), AT(3), 0x500000004), BPF_MAP_LOOKUP_AND_DELETE_ELEM,
	      1, 0, P(2), P(3), L(4, 5));
	SENDS(rawbpf_map_delete(1, AT(2)), BPF_MAP_DELETE_ELEM, 1, 0, P(2), P(0), 0, 0);
	SENDS(rawbpf_map_next(1, AT(2), AT(3)), BPF_MAP_GET_NEXT_KEY, 1, 0, P(2), P(3), 0, 0);
	SENDS(rawbpf_map_freeze(1), BPF_MAP_FREEZE, 1);
}
END_TEST

static void batch_done(uint32_t *attr)
{
	attr[8] = 3;
}

START_TEST(test_map_batch)
{
	struct rawbpf_map_batch batch = {
		.keys = AT(1), .values = AT(2), .capacity = 5, .position = AT(6),
		.elem_flags = 0x800000007 };

	SENDS(rawbpf_map_batch_update(4, &batch), BPF_MAP_UPDATE_BATCH,
	      P(0), P(0), P(1), P(2), 5, 4, L(7, 8), 0, 0);
	SENDS(rawbpf_map_batch_delete(4, &batch), BPF_MAP_DELETE_BATCH,
	      P(0), P(0), P(1), P(2), 5, 4, L(7, 8), 0, 0);
	ck_assert_uint_eq(batch.count, 0); /* the kernel rejected the call, and wrote no count */
	begin(0);
	ck_assert_int_eq(rawbpf_map_batch_lookup(4, &batch), 1);
	BPF(lookup, BPF_MAP_LOOKUP_BATCH, P(0), P(6), P(1), P(2), 5, 4, L(7, 8), 0, 0);
	ck_assert_uint_eq(batch.resume, 1);
	ck_assert_uint_eq(batch.count, 5);
	begin(0);
	kernel.write = batch_done;
	ck_assert_int_eq(rawbpf_map_batch_take(4, &batch), 1);
	BPF(take, BPF_MAP_LOOKUP_AND_DELETE_BATCH, P(6), P(6), P(1), P(2), 5, 4, L(7, 8), 0, 0);
	ck_assert_uint_eq(batch.count, 3);
	begin(-ENOENT);
	ck_assert_int_eq(rawbpf_map_batch_lookup(4, &batch), 0);
	ck_assert_uint_eq(batch.count, 5);
	begin(-ENOSPC);
	ck_assert_int_eq(rawbpf_map_batch_lookup(4, &batch), -ENOSPC);
	ck_assert_uint_eq(batch.count, 0);
	batch.count = 9;
	batch.capacity = 0;
	REFUSES(rawbpf_map_batch_lookup(4, &batch), EINVAL);
	ck_assert_uint_eq(batch.count, 0);
}
END_TEST

/* -------------------------------------------------------------------------------- programs */

START_TEST(test_prog_load)
{
	struct rawbpf_prog_spec spec = {
		.name = NAME, .type = 1, .license = AT(5), .insns = AT(3), .insn_count = 2,
		.expected_attach_type = 9, .flags = 7, .ifindex = 8, .attach_btf_id = 17,
		.attach_prog = 18, .attach_btf = 99, .btf = 10, .func_info = AT(12),
		.func_info_size = 11, .func_info_count = 13, .line_info = AT(15),
		.line_info_size = 14, .line_info_count = 16, .fd_array = AT(19),
		.core_relos = AT(26), .core_relo_count = 27,
		.fd_array_count = 21, .token = 20, .signature = AT(22), .signature_size = 23,
		.keyring = 24, .log_level = 25 };

	/* without room for a log, the level is ignored */
	SENDS(rawbpf_prog_load(&spec), BPF_PROG_LOAD, 1, 2, P(3), P(5), 0, 0, P(0), 0, 7, NAME_WORDS,
	      8, 9, 10, 11, P(12), 13, 14, P(15), 16, 17, 18, 27, P(19), P(26), 16, 0, 20, 21, P(22), 23, 24);
	spec.attach_prog = 0;
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_prog_load(&spec), ANSWER);
	ck_assert_uint_eq(kernel.calls[0].words[28], 99);
	spec.license = NULL;
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_prog_load(&spec), ANSWER);
	ck_assert_uint_ne(kernel.calls[0].words[4] | kernel.calls[0].words[5], 0);
	REFUSES(rawbpf_prog_load(NULL), EINVAL);
	spec.name = NAME "p";
	REFUSES(rawbpf_prog_load(&spec), ENAMETOOLONG);
}
END_TEST

static void run_done(uint32_t *attr)
{
	attr[1] = 100;
	attr[3] = 101;
	attr[9] = 102;
	attr[11] = 103;
}

START_TEST(test_prog_run)
{
	struct rawbpf_prog_run run = {
		.data_in = AT(4), .data_size_in = 2, .data_out = AT(5), .data_size_out = 3,
		.ctx_in = AT(9), .ctx_size_in = 7, .ctx_out = AT(10), .ctx_size_out = 8,
		.repeat = 6, .flags = 11, .cpu = 12, .batch_size = 13 };

	begin(0);
	kernel.write = run_done;
	ck_assert_int_eq(rawbpf_prog_run(1, &run), 0);
	BPF(run, BPF_PROG_TEST_RUN, 1, 0, 2, 3, P(4), P(5), 6, 0, 7, 8, P(9), P(10), 11, 12, 13, 0);
	ck_assert_uint_eq(run.retval, 100);
	ck_assert_uint_eq(run.data_size_out, 101);
	ck_assert_uint_eq(run.duration, 102);
	ck_assert_uint_eq(run.ctx_size_out, 103);
	/* a buffer without a size, and a size without a buffer, count as no buffer */
	run = (struct rawbpf_prog_run){ .data_out = AT(5), .ctx_out = AT(10) };
	SENDS(rawbpf_prog_run(1, &run), BPF_PROG_TEST_RUN,
	      1, 0, 0, 0, P(0), P(0), 0, 0, 0, 0, P(0), P(0), 0, 0, 0, 0);
	run = (struct rawbpf_prog_run){ .data_size_out = 3, .ctx_size_out = 8 };
	SENDS(rawbpf_prog_run(1, &run), BPF_PROG_TEST_RUN,
	      1, 0, 0, 0, P(0), P(0), 0, 0, 0, 0, P(0), P(0), 0, 0, 0, 0);
}
END_TEST

START_TEST(test_prog_others)
{
	SENDS(rawbpf_prog_map_bind(1, 2), BPF_PROG_BIND_MAP, 1, 2, 0);
	SENDS(rawbpf_prog_struct_ops_bind(1, 2), BPF_PROG_ASSOC_STRUCT_OPS, 2, 1, 0);
	SENDS(rawbpf_prog_stats_open(1), BPF_ENABLE_STATS, 1);
	SENDS(rawbpf_prog_stream_read(1, 2, AT(3), 4), BPF_PROG_STREAM_READ_BY_FD, P(3), 4, 2, 1, 0);
	SENDS(rawbpf_prog_stream_read(1, 2, AT(3), (size_t)INT_MAX + 1), BPF_PROG_STREAM_READ_BY_FD,
	      P(3), INT_MAX, 2, 1, 0);
	SENDS(rawbpf_token_create(1), BPF_TOKEN_CREATE, 0, 1);
}
END_TEST

START_TEST(test_prog_attach)
{
	const struct rawbpf_prog_attach_spec spec = {
		.flags = 4, .relative = 6, .expected_revision = 0x800000007 };
	const struct rawbpf_prog_attach_spec replacing = { .flags = 2, .replace = 5 };

	SENDS(rawbpf_prog_attach(1, 2, 3, &spec), BPF_PROG_ATTACH, 2, 1, 3, 4, 0, 6, L(7, 8));
	SENDS(rawbpf_prog_attach(1, 2, 3, &replacing), BPF_PROG_ATTACH, 2, 1, 3, 2 | BPF_F_REPLACE, 5, 0, 0, 0);
	SENDS(rawbpf_prog_attach(1, 2, 3, NULL), BPF_PROG_ATTACH, 2, 1, 3, 0, 0, 0, 0, 0);
	/* at other hooks than a cgroup's, detaching is one call */
	SENDS(rawbpf_prog_detach(1, 2, BPF_TCX_INGRESS, &spec), BPF_PROG_DETACH,
	      2, 1, BPF_TCX_INGRESS, 4, 0, 6, L(7, 8));
}
END_TEST

/* The hooks of cgroups: a detach first checks that the descriptor is a program. */
START_TEST(test_cgroup_hooks)
{
	static const unsigned char hooks[] = {
		BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS, BPF_CGROUP_INET_SOCK_CREATE,
		BPF_CGROUP_SOCK_OPS, BPF_CGROUP_DEVICE, BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_BIND,
		BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT, BPF_CGROUP_INET4_POST_BIND,
		BPF_CGROUP_INET6_POST_BIND, BPF_CGROUP_UDP4_SENDMSG, BPF_CGROUP_UDP6_SENDMSG,
		BPF_CGROUP_SYSCTL, BPF_CGROUP_UDP4_RECVMSG, BPF_CGROUP_UDP6_RECVMSG,
		BPF_CGROUP_GETSOCKOPT, BPF_CGROUP_SETSOCKOPT, BPF_CGROUP_INET4_GETPEERNAME,
		BPF_CGROUP_INET6_GETPEERNAME, BPF_CGROUP_INET4_GETSOCKNAME,
		BPF_CGROUP_INET6_GETSOCKNAME, BPF_CGROUP_INET_SOCK_RELEASE, BPF_LSM_CGROUP,
		BPF_CGROUP_UNIX_CONNECT, BPF_CGROUP_UNIX_SENDMSG, BPF_CGROUP_UNIX_RECVMSG,
		BPF_CGROUP_UNIX_GETPEERNAME, BPF_CGROUP_UNIX_GETSOCKNAME };
	unsigned type;

	for (type = 0; type < 64; type++) {
		int is_cgroup = memchr(hooks, (int)type, sizeof hooks) != NULL;

		begin(-EINVAL);
		kernel.answers[1] = -EBADF; /* the kernel knows the command */
		ck_assert_int_eq(rawbpf_prog_detach(1, 2, type, NULL), -EINVAL);
		ck_assert_uint_eq(kernel.count, is_cgroup ? 2 : 1);
		ck_assert_msg(kernel.calls[0].arguments[0] == (is_cgroup ? BPF_PROG_BIND_MAP : BPF_PROG_DETACH),
			      "hook %u: command %ld", type, kernel.calls[0].arguments[0]);
	}
}
END_TEST

static void query_done(uint32_t *attr)
{
	attr[3] = 100;
	attr[6] = 5;
	memcpy(attr + 14, &(uint64_t){ 0x6600000065 }, 8);
}

START_TEST(test_prog_query)
{
	struct rawbpf_prog_query query = {
		.flags = 3, .prog_ids = AT(4), .prog_attach_flags = AT(6), .link_ids = AT(7),
		.link_attach_flags = AT(8), .capacity = 5 };

	begin(0);
	kernel.write = query_done;
	ck_assert_int_eq(rawbpf_prog_query(&query, 1, 2), 0);
	BPF(query, BPF_PROG_QUERY, 1, 2, 3, 0, P(4), 5, 0, P(6), P(7), P(8), 0, 0);
	ck_assert_uint_eq(query.count, 5);
	ck_assert_uint_eq(query.attach_flags, 100);
	ck_assert_uint_eq(query.revision, 0x6600000065);
	query.capacity = 4; /* the kernel has more than fits */
	ck_assert_int_eq(rawbpf_prog_query(&query, 1, 2), -ENOSPC);
	ck_assert_uint_eq(query.count, 5);
	query.prog_ids = NULL;
	begin(0);
	kernel.write = query_done;
	ck_assert_int_eq(rawbpf_prog_query(&query, 1, 2), 0);
	ck_assert_uint_eq(kernel.calls[0].words[6], 0);
	begin(-ENOSPC);
	kernel.write = query_done;
	ck_assert_int_eq(rawbpf_prog_query(&query, 1, 2), -ENOSPC);
	ck_assert_uint_eq(query.count, 5);
	begin(-EXDEV);
	kernel.write = query_done;
	ck_assert_int_eq(rawbpf_prog_query(&query, 1, 2), -EXDEV);
	ck_assert_uint_eq(query.count, 0);
	ck_assert_uint_eq(query.attach_flags, 0);
	ck_assert_uint_eq(query.revision, 0);
}
END_TEST

/* --------------------------------------------------------------------------------- objects */

START_TEST(test_obj)
{
	SENDS(rawbpf_obj_pin(3, AT(1)), BPF_OBJ_PIN, P(1), 3, 0, 0, 0);
	SENDS(rawbpf_obj_open(AT(1), 4), BPF_OBJ_GET, P(1), 0, 4, 0, 0);
	SENDS(rawbpf_obj_pin_at(3, 5, AT(1)), BPF_OBJ_PIN, P(1), 3, BPF_F_PATH_FD, 5, 0);
	SENDS(rawbpf_obj_open_at(5, AT(1), 4), BPF_OBJ_GET, P(1), 0, 4 | BPF_F_PATH_FD, 5, 0);
	begin(0);
	ck_assert_int_eq(rawbpf_obj_info(1, AT(3), 2), 2);
	BPF(info, BPF_OBJ_GET_INFO_BY_FD, 1, 2, P(3));
	begin(-EBADFD);
	ck_assert_int_eq(rawbpf_obj_info(1, AT(3), 2), -EBADF);
	begin(-EXDEV);
	ck_assert_int_eq(rawbpf_obj_info(1, AT(3), 2), -EXDEV);
}
END_TEST

static void next_id(uint32_t *attr)
{
	attr[1] = attr[0] + 5;
}

START_TEST(test_obj_ids)
{
	static const struct {
		enum rawbpf_obj_kind kind;
		int next, open;
	} kinds[] = {
		{ RAWBPF_OBJ_PROG, BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID },
		{ RAWBPF_OBJ_MAP, BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID },
		{ RAWBPF_OBJ_BTF, BPF_BTF_GET_NEXT_ID, BPF_BTF_GET_FD_BY_ID },
		{ RAWBPF_OBJ_LINK, BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID },
	};
	const struct rawbpf_obj_id_spec spec = { .flags = 2, .token = 3 };
	unsigned i, id;

	for (i = 0; i < 4; i++) {
		begin(0);
		kernel.write = next_id;
		ck_assert_int_eq(rawbpf_obj_id_next(&id, kinds[i].kind, 7), 0);
		BPF(next, kinds[i].next, 7, 0, 0, 0);
		ck_assert_uint_eq(id, 12);
		begin(-EXDEV);
		kernel.write = next_id;
		ck_assert_int_eq(rawbpf_obj_id_next(&id, kinds[i].kind, 8), -EXDEV);
		ck_assert_uint_eq(id, 12);
		SENDS(rawbpf_obj_id_open(kinds[i].kind, 1, &spec), kinds[i].open, 1, 0, L(2, 3));
		SENDS(rawbpf_obj_id_open(kinds[i].kind, 1, NULL), kinds[i].open, 1, 0, 0, 0);
	}
	REFUSES(rawbpf_obj_id_next(&id, (enum rawbpf_obj_kind)(RAWBPF_OBJ_LINK + 1), 0), EINVAL);
	REFUSES(rawbpf_obj_id_open((enum rawbpf_obj_kind)(RAWBPF_OBJ_LINK + 1), 1, NULL), EINVAL);
	REFUSES(rawbpf_obj_id_open((enum rawbpf_obj_kind)-1, 1, NULL), EINVAL);
}
END_TEST

static void task_done(uint32_t *attr)
{
	const uint32_t written[] = { 100, 101, L(102, 103), L(104, 105) };

	attr[3] = 99;
	memcpy(attr + 6, written, sizeof written);
}

START_TEST(test_task_fd)
{
	struct rawbpf_task_fd_info info = { .name = AT(4), .name_size = 3 };

	begin(0);
	kernel.write = task_done;
	ck_assert_int_eq(rawbpf_task_fd_info(&info, 1, 2), 0);
	BPF(task, BPF_TASK_FD_QUERY, 1, 2, 0, 3, P(4), 0, 0, P(0), P(0));
	ck_assert_uint_eq(info.name_length, 99);
	ck_assert_uint_eq(info.prog_id, 100);
	ck_assert_uint_eq(info.type, 101);
	ck_assert_uint_eq(info.offset, 0x6700000066);
	ck_assert_uint_eq(info.address, 0x6900000068);
	begin(-ENOSPC);
	kernel.write = task_done;
	ck_assert_int_eq(rawbpf_task_fd_info(&info, 1, 2), -ENOSPC);
	ck_assert_uint_eq(info.name_length, 99);
	begin(-EXDEV);
	info.name = NULL;
	SENDS(rawbpf_task_fd_info(&info, 1, 2), BPF_TASK_FD_QUERY, 1, 2, 0, 0, P(0), 0, 0, P(0), P(0));
	ck_assert_uint_eq(info.name_length, 0);
}
END_TEST

START_TEST(test_btf_load)
{
	struct rawbpf_btf_spec spec = { .data = AT(1), .size = 3, .flags = 6, .token = 7 };

	SENDS(rawbpf_btf_load(&spec), BPF_BTF_LOAD, P(1), P(0), 3, 0, 0, 0, 6, 7);
	REFUSES(rawbpf_btf_load(NULL), EINVAL);
}
END_TEST

/* ----------------------------------------------------------------------------------- links */

START_TEST(test_links_of_targets)
{
	const struct rawbpf_anchor anchor = {
		.flags = 4, .relative = 5, .expected_revision = 0x700000006 };
	const struct rawbpf_netfilter_spec netfilter = { .priority = -6, .flags = 7 };

	LINKS(rawbpf_cgroup_attach(&lnk, 1, 2, 3, &anchor), BPF_LINK_CREATE, 1, 2, 3, 4, 5, 0, L(6, 7));
	LINKS(rawbpf_cgroup_attach(&lnk, 1, 2, 3, NULL), BPF_LINK_CREATE, 1, 2, 3, 0, 0, 0, 0, 0);
	LINKS(rawbpf_tcx_attach(&lnk, 1, 2, 3, &anchor), BPF_LINK_CREATE, 1, 2, 3, 4, 5, 0, L(6, 7));
	LINKS(rawbpf_netkit_attach(&lnk, 1, 2, 3, &anchor), BPF_LINK_CREATE, 1, 2, 3, 4, 5, 0, L(6, 7));
	LINKS(rawbpf_xdp_attach(&lnk, 1, 2, 3), BPF_LINK_CREATE, 1, 2, BPF_XDP, 3);
	LINKS(rawbpf_netns_attach(&lnk, 1, 2, 3), BPF_LINK_CREATE, 1, 2, 3, 0);
	LINKS(rawbpf_sockmap_attach(&lnk, 1, 2, 3), BPF_LINK_CREATE, 1, 2, 3, 0);
	LINKS(rawbpf_netfilter_attach(&lnk, 1, 2, 3, &netfilter), BPF_LINK_CREATE,
	      1, 0, BPF_NETFILTER, 0, 2, 3, (uint32_t)-6, 7);
	LINKS(rawbpf_netfilter_attach(&lnk, 1, 2, 3, NULL), BPF_LINK_CREATE,
	      1, 0, BPF_NETFILTER, 0, 2, 3, 0, 0);
	LINKS(rawbpf_struct_ops_attach(&lnk, 1), BPF_LINK_CREATE, 1, 0, BPF_STRUCT_OPS, 0);
}
END_TEST

START_TEST(test_links_of_tracing)
{
	LINKS(rawbpf_tracing_attach(&lnk, 1, NULL), BPF_RAW_TRACEPOINT_OPEN, P(0), 1, 0, 0, 0);
	LINKS(rawbpf_tracing_attach(&lnk, 1, &(struct rawbpf_tracing_spec){ 0 }),
	      BPF_RAW_TRACEPOINT_OPEN, P(0), 1, 0, 0, 0);
	LINKS(rawbpf_tracing_attach(&lnk, 1, &(struct rawbpf_tracing_spec){ .attach_type = 3 }),
	      BPF_LINK_CREATE, 1, 0, 3, 0, 0, 0, 0, 0);
	LINKS(rawbpf_tracing_attach(&lnk, 1, &(struct rawbpf_tracing_spec){ .cookie = 0x600000005 }),
	      BPF_LINK_CREATE, 1, 0, 0, 0, 0, 0, L(5, 6));
	LINKS(rawbpf_tracing_attach(&lnk, 1, &(struct rawbpf_tracing_spec){ .target_prog = 2 }),
	      BPF_LINK_CREATE, 1, 2, 0, 0, 0, 0, 0, 0);
	LINKS(rawbpf_tracing_attach(&lnk, 1, &(struct rawbpf_tracing_spec){ .target_btf_id = 4 }),
	      BPF_LINK_CREATE, 1, 0, 0, 0, 4, 0, 0, 0);
	LINKS(rawbpf_tracing_multi_attach(&lnk, 1, 2, &(struct rawbpf_tracing_multi_spec){
		.btf_ids = AT(3), .cookies = AT(4), .count = 5 }),
	      BPF_LINK_CREATE, 1, 0, 2, 0, P(3), P(4), 5, 0);
	REFUSES(rawbpf_tracing_multi_attach(&lnk, 1, 2, NULL), EINVAL);
	REFUSES(rawbpf_tracing_multi_attach(&lnk, 1, 2, &(struct rawbpf_tracing_multi_spec){
		.btf_ids = AT(3) }), EINVAL);
	REFUSES(rawbpf_tracing_multi_attach(&lnk, 1, 2, &(struct rawbpf_tracing_multi_spec){
		.count = 5 }), EINVAL);
	LINKS(rawbpf_raw_tracepoint_attach(&lnk, 1, &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter" }), BPF_RAW_TRACEPOINT_OPEN,
	      kernel.calls[0].words[0], kernel.calls[0].words[1], 1, 0, 0, 0);
	LINKS(rawbpf_raw_tracepoint_attach(&lnk, 1, &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter", .cookie = 0x300000002 }), BPF_RAW_TRACEPOINT_OPEN,
	      kernel.calls[0].words[0], kernel.calls[0].words[1], 1, 0, L(2, 3));
	ck_assert_uint_ne(kernel.calls[0].words[0], 0);
	REFUSES(rawbpf_raw_tracepoint_attach(&lnk, 1, NULL), EINVAL);
	REFUSES(rawbpf_raw_tracepoint_attach(&lnk, 1, &(struct rawbpf_raw_tracepoint_spec){
		.name = "" }), EINVAL);
}
END_TEST

START_TEST(test_links_of_many_places)
{
	LINKS(rawbpf_kprobe_multi_attach(&lnk, 1, &(struct rawbpf_kprobe_multi_spec){
		.symbols = AT(3), .cookies = AT(4), .count = 2 }),
	      BPF_LINK_CREATE, 1, 0, BPF_TRACE_KPROBE_MULTI, 0, 0, 2, P(3), P(0), P(4));
	LINKS(rawbpf_kprobe_multi_attach(&lnk, 1, &(struct rawbpf_kprobe_multi_spec){
		.addresses = AT(3), .count = 2, .retprobe = 5 }),
	      BPF_LINK_CREATE, 1, 0, BPF_TRACE_KPROBE_MULTI, 0, 1, 2, P(0), P(3), P(0));
	LINKS(rawbpf_kprobe_multi_attach(&lnk, 1, &(struct rawbpf_kprobe_multi_spec){
		.addresses = AT(3), .count = 2, .session = 5 }),
	      BPF_LINK_CREATE, 1, 0, BPF_TRACE_KPROBE_SESSION, 0, 0, 2, P(0), P(3), P(0));
	REFUSES(rawbpf_kprobe_multi_attach(&lnk, 1, NULL), EINVAL);
	REFUSES(rawbpf_kprobe_multi_attach(&lnk, 1, &(struct rawbpf_kprobe_multi_spec){
		.symbols = AT(3) }), EINVAL);
	REFUSES(rawbpf_kprobe_multi_attach(&lnk, 1, &(struct rawbpf_kprobe_multi_spec){
		.count = 3 }), EINVAL);
	REFUSES(rawbpf_kprobe_multi_attach(&lnk, 1, &(struct rawbpf_kprobe_multi_spec){
		.symbols = AT(3), .addresses = AT(4), .count = 3 }), EINVAL);
	LINKS(rawbpf_uprobe_multi_attach(&lnk, 1, &(struct rawbpf_uprobe_multi_spec){
		.path_fd = 2, .offsets = AT(4), .ref_ctr_offsets = AT(5), .cookies = AT(6),
		.count = 7, .pid = 8 }),
	      BPF_LINK_CREATE, 1, 0, BPF_TRACE_UPROBE_MULTI, 0, P(0), P(4), P(5), P(6), 7, 2, 8, 2);
	LINKS(rawbpf_uprobe_multi_attach(&lnk, 1, &(struct rawbpf_uprobe_multi_spec){
		.path_fd = 2, .offsets = AT(4), .count = 7, .session = 8, .retprobe = 9 }),
	      BPF_LINK_CREATE, 1, 0, BPF_TRACE_UPROBE_SESSION, 0, P(0), P(4), P(0), P(0), 7, 3, 0, 2);
	LINKS(rawbpf_uprobe_multi_attach(&lnk, 1, &(struct rawbpf_uprobe_multi_spec){
		.path = "x", .offsets = AT(4), .count = 7 }), BPF_LINK_CREATE,
	      1, 0, BPF_TRACE_UPROBE_MULTI, 0, kernel.calls[0].words[4], kernel.calls[0].words[5],
	      P(4), P(0), P(0), 7, 0, 0, 0);
	ck_assert_uint_ne(kernel.calls[0].words[4], 0);
	REFUSES(rawbpf_uprobe_multi_attach(&lnk, 1, NULL), EINVAL);
	REFUSES(rawbpf_uprobe_multi_attach(&lnk, 1, &(struct rawbpf_uprobe_multi_spec){
		.path = "x" }), EINVAL);
	REFUSES(rawbpf_uprobe_multi_attach(&lnk, 1, &(struct rawbpf_uprobe_multi_spec){
		.count = 1 }), EINVAL);
	REFUSES(rawbpf_uprobe_multi_attach(&lnk, 1, &(struct rawbpf_uprobe_multi_spec){
		.path = "x", .path_fd = 2, .count = 1 }), EINVAL);
}
END_TEST

/* An iterator's parameters are in a struct of its own, which lives during the call. */
static uint32_t iter_words[4];

static void iter_read(uint32_t *attr)
{
	uint64_t place;

	memcpy(&place, attr + 4, sizeof place);
	memcpy(iter_words, (const void *)(uintptr_t)place, attr[6]);
}

static void assert_iter(const struct rawbpf_iter_spec *spec, unsigned size, uint32_t first,
			uint32_t second, uint32_t third, uint32_t fourth)
{
	const uint32_t wanted[] = { first, second, third, fourth };

	begin(ANSWER);
	memset(iter_words, 0, sizeof iter_words);
	kernel.write = iter_read;
	ck_assert_int_eq(rawbpf_iter_attach(&lnk, 1, spec), 0);
	ck_assert_int_eq(lnk.fd, ANSWER);
	BPF(iter, BPF_LINK_CREATE, 1, 0, BPF_TRACE_ITER, 0, kernel.calls[0].words[4],
	    kernel.calls[0].words[5], size, 0);
	ck_assert_mem_eq(iter_words, wanted, sizeof wanted);
}

START_TEST(test_iter)
{
	static const struct rawbpf_iter_spec doubtful[] = {
		{ .map = 1, .cgroup_order = 1 }, { .map = 1, .cgroup = 1 }, { .map = 1, .cgroup_id = 1 },
		{ .map = 1, .tid = 1 }, { .map = 1, .pid = 1 }, { .map = 1, .pidfd = 1 },
		{ .cgroup = 1, .tid = 1 }, { .cgroup_order = 1, .pid = 1 }, { .cgroup_id = 1, .pidfd = 1 },
	};
	unsigned i;

	LINKS(rawbpf_iter_attach(&lnk, 1, NULL), BPF_LINK_CREATE, 1, 0, BPF_TRACE_ITER, 0, P(0), 0, 0);
	assert_iter(&(struct rawbpf_iter_spec){ .map = 2 }, 4, 2, 0, 0, 0);
	assert_iter(&(struct rawbpf_iter_spec){ .cgroup_order = 2 }, 16, 2, 0, 0, 0);
	assert_iter(&(struct rawbpf_iter_spec){ .cgroup = 2 }, 16, 0, 2, 0, 0);
	assert_iter(&(struct rawbpf_iter_spec){ .cgroup_id = 0x300000002 }, 16, 0, 0, L(2, 3));
	assert_iter(&(struct rawbpf_iter_spec){ .tid = 2 }, 12, 2, 0, 0, 0);
	assert_iter(&(struct rawbpf_iter_spec){ .pid = 2 }, 12, 0, 2, 0, 0);
	assert_iter(&(struct rawbpf_iter_spec){ .pidfd = 2 }, 12, 0, 0, 2, 0);
	for (i = 0; i < sizeof doubtful / sizeof doubtful[0]; i++) {
		lnk.fd = 9;
		REFUSES(rawbpf_iter_attach(&lnk, 1, &doubtful[i]), EINVAL);
		ck_assert_int_eq(lnk.fd, 0);
	}
	lnk.fd = 9;
	SENDS(rawbpf_iter_create(&lnk), BPF_ITER_CREATE, 9, 0);
	lnk.fd = 0;
	REFUSES(rawbpf_iter_create(&lnk), EBADF);
}
END_TEST

START_TEST(test_link_verbs)
{
	lnk = (struct rawbpf_link){ .fd = 9 };
	SENDS(rawbpf_link_update(&lnk, 1, 2), BPF_LINK_UPDATE, 9, 1, BPF_F_REPLACE, 2);
	SENDS(rawbpf_link_update(&lnk, 1, 0), BPF_LINK_UPDATE, 9, 1, 0, 0);
	SENDS(rawbpf_link_revoke(&lnk), BPF_LINK_DETACH, 9);
	SENDS(rawbpf_link_pin(&lnk, AT(1)), BPF_OBJ_PIN, P(1), 9, 0, 0, 0);
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_link_release(&lnk), 9);
	ck_assert_int_eq(lnk.fd, 0);
	ck_assert_uint_eq(kernel.count, 0);
	REFUSES(rawbpf_link_update(&lnk, 1, 2), EBADF);
	REFUSES(rawbpf_link_revoke(&lnk), EBADF);
	REFUSES(rawbpf_link_pin(&lnk, AT(1)), EBADF);
	REFUSES(rawbpf_link_release(&lnk), EBADF);
	begin(ANSWER);
	ck_assert_int_eq(rawbpf_link_detach(&lnk), 0);
	ck_assert_uint_eq(kernel.count, 0);
	lnk.fd = 9;
	ck_assert_int_eq(rawbpf_link_detach(&lnk), 0);
	ck_assert_int_eq(lnk.fd, 0);
	ck_assert_uint_eq(kernel.count, 1);
	ck_assert_int_eq(kernel.calls[0].number, SYS_close);
	ck_assert_int_eq(kernel.calls[0].arguments[0], 9);
}
END_TEST

/* -------------------------------------------------------------------------- perf events */

static long bind(const struct rawbpf_perf_event_spec *spec, long answer)
{
	begin(ANSWER); /* the library's copy of the event */
	kernel.answers[1] = answer;
	return rawbpf_perf_event_attach(&lnk, 1, 5, spec);
}

START_TEST(test_perf_bind)
{
	struct rawbpf_perf_event_spec spec = { .cookie = 0x300000002 };

	ck_assert_int_eq(bind(&spec, 78), 0);
	ck_assert_int_eq(lnk.fd, 78);
	ck_assert_uint_eq(kernel.count, 3);
	assert_bpf("perf link", 1, BPF_LINK_CREATE, WORDS_OF(1, ANSWER, BPF_PERF_EVENT, 0, L(2, 3)));
	ck_assert_int_eq(kernel.calls[2].number, SYS_close);
	ck_assert_int_eq(kernel.calls[2].arguments[0], ANSWER);

	ck_assert_int_eq(bind(&spec, -EINVAL), -EINVAL); /* an ioctl would lose the cookie */
	ck_assert_int_eq(lnk.fd, 0);
	ck_assert_uint_eq(kernel.count, 3);
	spec.bind = RAWBPF_BIND_IOCTL;
	ck_assert_int_eq(bind(&spec, 78), -EOPNOTSUPP);
	ck_assert_int_eq(lnk.fd, 0);
	spec = (struct rawbpf_perf_event_spec){ .bind = RAWBPF_BIND_IOCTL };
	ck_assert_int_eq(bind(&spec, 0), 0);
	ck_assert_int_eq(lnk.fd, ANSWER);
	ck_assert_uint_eq(kernel.count, 2);
	ck_assert_int_eq(kernel.calls[1].number, SYS_ioctl);
	ck_assert_int_eq(kernel.calls[1].arguments[0], ANSWER);
	ck_assert_uint_eq(kernel.calls[1].arguments[1], PERF_EVENT_IOC_SET_BPF);
	ck_assert_int_eq(kernel.calls[1].arguments[2], 1);
	spec.bind = RAWBPF_BIND_LINK;
	ck_assert_int_eq(bind(&spec, -EINVAL), -EINVAL);
	ck_assert_int_eq(lnk.fd, 0);
	ck_assert_int_eq(bind(NULL, -EINVAL), 0); /* a kernel before 5.15 */
	ck_assert_int_eq(lnk.fd, ANSWER);
	ck_assert_uint_eq(kernel.count, 3);
	ck_assert_int_eq(bind(NULL, -EXDEV), -EXDEV);
	ck_assert_int_eq(lnk.fd, 0);
	ck_assert_int_eq(kernel.calls[2].number, SYS_close);
}
END_TEST

/* -------------------------------------------------------- loading with a log, and again */

/* One word of each load: the log's level, or the size of its scratch buffer. */
static unsigned load_words(unsigned *words, unsigned at)
{
	unsigned i, count = 0;

	for (i = 0; i < kernel.count; i++)
		if (kernel.calls[i].number == SYS_bpf)
			words[count++] = kernel.calls[i].words[at];
	return count;
}

START_TEST(test_log_grows)
{
	char log[16] = "before";
	size_t length = 99;
	unsigned sizes[CALLS];

	begin(-ENOSPC);
	ck_assert_int_eq(rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.log = log, .log_size = sizeof log, .log_length = &length }), -ENOSPC);
	ck_assert_uint_eq(load_words(sizes, 7), 5);
	ck_assert_uint_eq(sizes[0], 0);
	ck_assert_uint_eq(sizes[1], 1 << 20);
	ck_assert_uint_eq(sizes[2], 1 << 24);
	ck_assert_uint_eq(sizes[3], 1 << 28);
	ck_assert_uint_eq(sizes[4], (1 << 30) - 1);
	ck_assert_uint_eq(load_words(sizes, 6), 5);
	ck_assert_uint_eq(sizes[0], 0);
	ck_assert_uint_eq(sizes[1], 1);
	ck_assert_str_eq(log, "");
	ck_assert_uint_eq(length, 1);

	begin(-ENOSPC);
	ck_assert_int_eq(rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.log = log, .log_size = sizeof log }), -ENOSPC);
	ck_assert_uint_eq(load_words(sizes, 5), 4);
	ck_assert_uint_eq(sizes[0], 0);
	ck_assert_uint_eq(sizes[1], 1 << 16);
	ck_assert_uint_eq(sizes[2], 1 << 20);
	ck_assert_uint_eq(sizes[3], (1 << 24) - 1);
	ck_assert_uint_eq(load_words(sizes, 6), 4);
	ck_assert_uint_eq(sizes[0], 0);
	ck_assert_uint_eq(sizes[1], 1);
}
END_TEST

/* After these errors the library does not repeat a load for its log, which would say nothing. */
START_TEST(test_no_log_for)
{
	static const struct {
		int error;
		unsigned prog, btf;
	} cases[] = {
		{ ANSWER, 1, 1 }, { -EMFILE, 1, 1 }, { -ENFILE, 1, 1 }, { -EAGAIN, 5, 2 },
		{ -EACCES, 2, 2 }, { -EPERM, 2, 2 },
	};
	char log[16];
	unsigned i, sizes[CALLS];

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin(cases[i].error);
			ck_assert_int_eq(rawbpf_prog_load(&(struct rawbpf_prog_spec){
			.log = log, .log_size = sizeof log }), cases[i].error);
		ck_assert_uint_eq(load_words(sizes, 7), cases[i].prog);
		begin(cases[i].error);
			ck_assert_int_eq(rawbpf_btf_load(&(struct rawbpf_btf_spec){
			.log = log, .log_size = sizeof log }), cases[i].error);
		ck_assert_uint_eq(load_words(sizes, 5), cases[i].btf);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_map_create);
	tcase_add_test(tests, test_map_elements);
	tcase_add_test(tests, test_map_batch);
	tcase_add_test(tests, test_prog_load);
	tcase_add_test(tests, test_prog_run);
	tcase_add_test(tests, test_prog_others);
	tcase_add_test(tests, test_prog_attach);
	tcase_add_test(tests, test_cgroup_hooks);
	tcase_add_test(tests, test_prog_query);
	tcase_add_test(tests, test_obj);
	tcase_add_test(tests, test_obj_ids);
	tcase_add_test(tests, test_task_fd);
	tcase_add_test(tests, test_btf_load);
	tcase_add_test(tests, test_links_of_targets);
	tcase_add_test(tests, test_links_of_tracing);
	tcase_add_test(tests, test_links_of_many_places);
	tcase_add_test(tests, test_iter);
	tcase_add_test(tests, test_link_verbs);
	tcase_add_test(tests, test_perf_bind);
	tcase_add_test(tests, test_log_grows);
	tcase_add_test(tests, test_no_log_for);
}

int main(void)
{
	return unit_run("sent", add_tests);
}
