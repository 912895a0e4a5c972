/* SPDX-License-Identifier: MIT */
/* Helpers and contexts: the tables agree with the uapi headers, and the pages print as expected. */
#include <string.h>

#include <linux/bpf_perf_event.h>
#include <rawbpf/constant.h>
#include <rawbpf/form.h>

#include "../../insn/form/context.h"
#include "../../insn/form/helper.h"
#include "../unit.h"

static const char *context_page(unsigned type)
{
	static char text[8192];
	size_t length = rawbpf_context_explain(text, sizeof text, type);

	ck_assert_uint_eq(length, strlen(text));
	return text;
}

START_TEST(test_helper)
{
	char text[4096];

	rawbpf_helper_explain(text, sizeof text, BPF_FUNC_redirect_map);
	ck_assert_str_eq(text,
		"  call redirect_map    helper 51\n"
		"\n"
		"  r1       struct bpf_map *map\n"
		"  r2       u64 key\n"
		"  r3       u64 flags\n"
		"  r0       long\n"
		"  as C     long bpf_redirect_map(struct bpf_map *map, u64 key, u64 flags)\n"
		"  license  any\n"
		"  types    xdp\n"
		"  since    Linux 4.14\n");
	rawbpf_helper_explain(text, sizeof text, BPF_FUNC_get_stackid);
	ck_assert_ptr_nonnull(strstr(text, "\n  license  compatible with the GPL\n"));
	rawbpf_helper_explain(text, sizeof text, BPF_FUNC_ktime_get_ns);
	ck_assert_ptr_nonnull(strstr(text, " helper 5\n\n  r0       u64\n"));
	rawbpf_helper_explain(text, sizeof text, 0);
	ck_assert_str_eq(text, "  no helper has this number\n");
	rawbpf_helper_explain(text, sizeof text, 212);
	ck_assert_str_eq(text, "  no helper has this number\n");
}
END_TEST

START_TEST(test_context)
{
	ck_assert_str_eq(context_page(BPF_PROG_TYPE_XDP),
		"  programs of type xdp start with r1 pointing to\n"
		"\n"
		"  struct xdp_md\n"
		"\n"
		"  offset  size\n"
		"       0     4  read        data          a pointer to the packet\n"
		"       4     4  read        data_end      a pointer to the packet's end\n"
		"       8     4  read        data_meta     a pointer to the metadata before it\n"
		"      12     4  read        ingress_ifindex\n"
		"      16     4  read        rx_queue_index\n"
		"      20     4  read        egress_ifindex\n");
	ck_assert_ptr_nonnull(strstr(context_page(BPF_PROG_TYPE_SCHED_CLS),
				     "\n      48     4  read write  cb[5]\n"));
	ck_assert_ptr_nonnull(strstr(context_page(BPF_PROG_TYPE_KPROBE),
				     "\n  arm64              0   8  16  24  32       0    248          256\n"));
	ck_assert_str_eq(context_page(0), "  no program type has this number\n");
	ck_assert_str_eq(context_page(33), "  no program type has this number\n");
}
END_TEST

/* A page of each kind: words, registers, and fields of each kind, readable and writable. */
START_TEST(test_context_kinds)
{
	static const struct {
		unsigned type;
		const char *name, *page;
	} pages[] = {
		{ BPF_PROG_TYPE_TRACEPOINT, "tracepoint",
		  "  8 bytes that programs cannot use, then the fields of the event: tracefs has\n"
		  "  their offsets, in events/GROUP/NAME/format\n" },
		{ BPF_PROG_TYPE_KPROBE, "kprobe",
		  "  struct pt_regs: offsets of a function's arguments, of its result at a\n"
		  "  return probe, of the stack pointer and the instruction pointer\n"
		  "\n"
		  "            argument 1   2   3   4   5  result  stack  instruction\n"
		  "  x86_64           112 104  96  88  72      80    152          128\n"
		  "  arm64              0   8  16  24  32       0    248          256\n"
		  "  riscv64           80  88  96 104 112      80     16            0\n"
		  "  s390x             40  48  56  64  72      40    144           16\n" },
		{ BPF_PROG_TYPE_LIRC_MODE2, "lirc_mode2",
		  "       0     4  read        the sample\n" },
		{ BPF_PROG_TYPE_FLOW_DISSECTOR, "flow_dissector",
		  "  struct __sk_buff\n"
		  "\n"
		  "  offset  size\n"
		  "      76     4  read        data          a pointer to the packet\n"
		  "      80     4  read        data_end      a pointer to the packet's end\n"
		  "     144     8  read        flow_keys     a pointer to struct bpf_flow_keys\n" },
		{ BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, "raw_tracepoint_writable",
		  "  struct bpf_raw_tracepoint_args\n"
		  "\n"
		  "  offset  size\n"
		  "       0     8  read        args[12]\n" },
		{ BPF_PROG_TYPE_CGROUP_SOCKOPT, "cgroup_sockopt",
		  "  struct bpf_sockopt\n"
		  "\n"
		  "  offset  size\n"
		  "       0     8  read        sk            a pointer to struct bpf_sock, or NULL\n"
		  "       8     8  read        optval        a pointer to memory\n"
		  "      16     8  read        optval_end    a pointer to the end of that\n"
		  "      24     4  read write  level\n"
		  "      28     4  read write  optname\n"
		  "      32     4  read write  optlen\n"
		  "      36     4  read write  retval\n" },
		{ BPF_PROG_TYPE_TRACING, "tracing",
		  "  the arguments of the function, 8 bytes each, in order; with fexit and\n"
		  "  fmod_ret, then its result\n" },
		{ BPF_PROG_TYPE_EXT, "ext",
		  "  the arguments of the function that it replaces\n" },
		{ 31 /* syscall */, "syscall",
		  "  the memory that BPF_PROG_TEST_RUN was given as ctx_in; read and written\n" },
		{ 32 /* netfilter */, "netfilter",
		  "  struct bpf_nf_ctx\n"
		  "\n"
		  "  offset  size\n"
		  "       0     8  read        state    a pointer to struct nf_hook_state\n"
		  "       8     8  read        skb    a pointer to struct sk_buff\n" },
	};

	/* registers, then a struct */
	ck_assert_ptr_nonnull(strstr(context_page(BPF_PROG_TYPE_PERF_EVENT),
				     " 16\n\n  struct bpf_perf_event_data\n\n  offset  size\n"));
	for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++) {
		char page[4096];

		snprintf(page, sizeof page, "  programs of type %s start with r1 pointing to\n\n%s",
			 pages[i].name, pages[i].page);
		ck_assert_str_eq(context_page(pages[i].type), page);
	}
}
END_TEST

/* Every number has a page, no line is too long, and snprintf(3)'s promise holds. */
START_TEST(test_all_pages)
{
	char text[8192], cut[100];

	for (unsigned n = 0; n < 300; n++)
		for (unsigned kind = 0; kind < 2; kind++) {
			size_t length = kind ? rawbpf_context_explain(text, sizeof text, n) :
					       rawbpf_helper_explain(text, sizeof text, n);

			ck_assert_uint_eq(length, strlen(text));
			ck_assert_uint_gt(length, 20);
			ck_assert_uint_lt(length, 4096);
			for (char *line = text; *line; line += strcspn(line, "\n") + 1)
				ck_assert_msg(strcspn(line, "\n") <= 80, "%s", line);
			ck_assert_uint_eq(kind ? rawbpf_context_explain(cut, sizeof cut, n) :
						 rawbpf_helper_explain(cut, sizeof cut, n), length);
			ck_assert_int_eq(strncmp(cut, text, 99), 0);
		}
}
END_TEST

/* Each program type has a context of a struct, of registers, or of words. */
START_TEST(test_every_type)
{
	for (unsigned type = 1; rawbpf_constant_name(RAWBPF_PROG_TYPE, type); type++)
		ck_assert_uint_gt(strlen(context_page(type)), 90);
}
END_TEST

static const struct rawbpf__context *field_of(unsigned type, const char *name)
{
	const struct rawbpf__context *row = rawbpf__context_find(type);

	ck_assert_ptr_nonnull(row);
	while ((++row)->kind != RAWBPF__CONTEXT_STRUCT)
		if (!strcmp(rawbpf__context_name(row), name))
			return row;
	return NULL;
}

/* Fields have the offsets of the headers. */
START_TEST(test_offsets)
{
	static const struct {
		unsigned type;
		const char *context, *name;
		size_t offset, size;
	} fields[] = {
#define FIELD(STRUCT, TYPE, NAME) \
	{ BPF_PROG_TYPE_##TYPE, #STRUCT, #NAME, offsetof(struct STRUCT, NAME), \
	  sizeof(((struct STRUCT *)0)->NAME) }
#define SKB(NAME) FIELD(__sk_buff, SCHED_CLS, NAME)
		SKB(len), SKB(pkt_type), SKB(mark), SKB(queue_mapping), SKB(protocol),
		SKB(vlan_present), SKB(vlan_tci), SKB(vlan_proto), SKB(priority),
		SKB(ingress_ifindex), SKB(ifindex), SKB(tc_index), SKB(cb), SKB(hash),
		SKB(tc_classid), SKB(data), SKB(data_end), SKB(napi_id), SKB(family),
		SKB(remote_ip4), SKB(local_ip4), SKB(remote_ip6), SKB(local_ip6), SKB(remote_port),
		SKB(local_port), SKB(data_meta), SKB(flow_keys), SKB(tstamp), SKB(wire_len),
		SKB(gso_segs), SKB(sk), SKB(gso_size),
#define XDP(NAME) FIELD(xdp_md, XDP, NAME)
		XDP(data), XDP(data_end), XDP(data_meta), XDP(ingress_ifindex), XDP(rx_queue_index),
		XDP(egress_ifindex),
#define SOCK(NAME) FIELD(bpf_sock, CGROUP_SOCK, NAME)
		SOCK(bound_dev_if), SOCK(family), SOCK(type), SOCK(protocol), SOCK(mark),
		SOCK(priority), SOCK(src_ip4), SOCK(src_ip6), SOCK(src_port), SOCK(dst_ip4),
		SOCK(dst_ip6), SOCK(state), SOCK(rx_queue_mapping),
#define ADDR(NAME) FIELD(bpf_sock_addr, CGROUP_SOCK_ADDR, NAME)
		ADDR(user_family), ADDR(user_ip4), ADDR(user_ip6), ADDR(user_port), ADDR(family),
		ADDR(type), ADDR(protocol), ADDR(msg_src_ip4), ADDR(msg_src_ip6), ADDR(sk),
#define OPS(NAME) FIELD(bpf_sock_ops, SOCK_OPS, NAME)
		OPS(op), OPS(args), OPS(reply), OPS(replylong), OPS(family), OPS(remote_ip4),
		OPS(local_ip4), OPS(remote_ip6), OPS(local_ip6), OPS(remote_port), OPS(local_port),
		OPS(is_fullsock), OPS(snd_cwnd), OPS(srtt_us), OPS(bpf_sock_ops_cb_flags),
		OPS(state), OPS(rtt_min), OPS(snd_ssthresh), OPS(rcv_nxt), OPS(snd_nxt),
		OPS(snd_una), OPS(mss_cache), OPS(ecn_flags), OPS(rate_delivered),
		OPS(rate_interval_us), OPS(packets_out), OPS(retrans_out), OPS(total_retrans),
		OPS(segs_in), OPS(data_segs_in), OPS(segs_out), OPS(data_segs_out), OPS(lost_out),
		OPS(sacked_out), OPS(sk_txhash), OPS(bytes_received), OPS(bytes_acked), OPS(sk),
		OPS(skb_data), OPS(skb_data_end), OPS(skb_len), OPS(skb_tcp_flags),
#define DEVICE(NAME) FIELD(bpf_cgroup_dev_ctx, CGROUP_DEVICE, NAME)
		DEVICE(access_type), DEVICE(major), DEVICE(minor),
		FIELD(bpf_sysctl, CGROUP_SYSCTL, write), FIELD(bpf_sysctl, CGROUP_SYSCTL, file_pos),
#define OPTION(NAME) FIELD(bpf_sockopt, CGROUP_SOCKOPT, NAME)
		OPTION(sk), OPTION(optval), OPTION(optval_end), OPTION(level), OPTION(optname),
		OPTION(optlen), OPTION(retval),
#define MSG(NAME) FIELD(sk_msg_md, SK_MSG, NAME)
		MSG(data), MSG(data_end), MSG(family), MSG(remote_ip4), MSG(local_ip4),
		MSG(remote_ip6), MSG(local_ip6), MSG(remote_port), MSG(local_port), MSG(size), MSG(sk),
#define REUSE(NAME) FIELD(sk_reuseport_md, SK_REUSEPORT, NAME)
		REUSE(data), REUSE(data_end), REUSE(len), REUSE(eth_protocol), REUSE(ip_protocol),
		REUSE(bind_inany), REUSE(hash), REUSE(sk), REUSE(migrating_sk),
#define LOOKUP(NAME) FIELD(bpf_sk_lookup, SK_LOOKUP, NAME)
		LOOKUP(sk), LOOKUP(family), LOOKUP(protocol), LOOKUP(remote_ip4), LOOKUP(remote_ip6),
		LOOKUP(remote_port), LOOKUP(local_ip4), LOOKUP(local_ip6), LOOKUP(local_port),
		LOOKUP(ingress_ifindex),
		FIELD(bpf_perf_event_data, PERF_EVENT, sample_period),
		FIELD(bpf_perf_event_data, PERF_EVENT, addr),
	};

	for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const struct rawbpf__context *row = field_of(fields[i].type, fields[i].name);
		int is_pointer;

		ck_assert_str_eq(rawbpf__context_name(rawbpf__context_find(fields[i].type)),
				 fields[i].context);
		ck_assert_msg(row != NULL, "%s.%s", fields[i].context, fields[i].name);
		/* A program's pointers have 8 bytes, also where this test's have 4. */
		is_pointer = row->size == 8 && fields[i].size == sizeof(void *);
		ck_assert_msg(row->offset == fields[i].offset &&
			      (is_pointer || (size_t)row->size * row->count == fields[i].size),
			      "%s.%s", fields[i].context, fields[i].name);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_helper);
	tcase_add_test(tests, test_context);
	tcase_add_test(tests, test_context_kinds);
	tcase_add_test(tests, test_all_pages);
	tcase_add_test(tests, test_every_type);
	tcase_add_test(tests, test_offsets);
}

int main(void)
{
	return unit_run("facts", add_tests);
}
