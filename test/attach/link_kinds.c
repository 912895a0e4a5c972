/* SPDX-License-Identifier: MIT */
#include "link_world.h"
#include "probe_offset.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------ triggers */

static void call_getppid(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++)
		syscall(SYS_getppid);
}

static void call_fchownat(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++)
		syscall(SYS_fchownat, AT_FDCWD, "/nowhere", 0, 0, 0);
}

static void call_getpgid(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++)
		syscall(SYS_getpgid, getpid());
}

/*
 * The first instruction of a function is the one that a uprobe steps over. QEMU 7.2 steps over a
 * branch of s390x as if it was not taken: this function's return would end in the next function.
 */
#ifdef __s390x__
#define FIRST "nopr %%r7"
#else
#define FIRST ""
#endif

__attribute__((noinline)) static void probed(void)
{
	__asm__ volatile(FIRST ::: "memory");
}

__attribute__((noinline)) static void probed_too(void)
{
	__asm__ volatile("nop" ::: "memory");
}

static void call_probed(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++)
		probed();
}

static void call_both(const struct rawbpf_link *link)
{
	call_probed(link);
	for (int i = 0; i < LINK_EVENTS; i++)
		probed_too();
}

static void touch_pages(const struct rawbpf_link *link)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, LINK_EVENTS * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)link;
	madvise(memory, LINK_EVENTS * page, MADV_NOHUGEPAGE);
	for (int i = 0; i < LINK_EVENTS; i++)
		((volatile char *)memory)[i * page] = 1;
	munmap(memory, LINK_EVENTS * page);
}

static void receive(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char byte;

	if (poll(&ready, 1, 1000) == 1)
		(void)!recv(fd, &byte, 1, MSG_DONTWAIT);
}

static void send_datagrams(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++) {
		(void)!send(link_world.udp, "x", 1, 0);
		receive(link_world.udp_peer);
	}
}

/*
 * Send messages. A socket gets the map's programs when it enters the map, so it enters again each
 * time.
 */
static void send_messages(const struct rawbpf_link *link)
{
	const unsigned key = 0;

	(void)link;
	rawbpf_map_delete(link_world.sockmap, &key);
	rawbpf_map_update(link_world.sockmap, &key, &link_world.tcp, BPF_ANY);
	for (int i = 0; i < LINK_EVENTS; i++) {
		(void)!send(link_world.tcp, "x", 1, 0);
		receive(link_world.tcp_peer);
	}
}

static void send_frames(const struct rawbpf_link *link)
{
	static const unsigned char frame[64] = { [12] = 0x08, [14] = 0x45 };

	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++)
		(void)!send(link_world.packet, frame, sizeof frame, 0);
}

/* Send packets on the primary end. No socket listens at the other end. */
static void send_on_netkit(const struct rawbpf_link *link)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = link_world.netkit,
				  .sll_protocol = htons(ETH_P_IP) };
	static const unsigned char packet[64] = { 0x45 };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++)
		(void)!sendto(fd, packet, sizeof packet, 0, (void *)&to, sizeof to);
	close(fd);
}

static void make_sockets(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++)
		close(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static void bind_sockets(const struct rawbpf_link *link)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };

	(void)link;
	for (int i = 0; i < LINK_EVENTS; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		(void)!bind(fd, (void *)&any, sizeof any);
		close(fd);
	}
}

/*
 * Read the iterator through the link. A link without a descriptor is pinned: opening the pin runs
 * it.
 */
static void read_iterator(const struct rawbpf_link *link)
{
	int fd = link->fd ? rawbpf_iter_create(link) : open(LINK_KINDS_PIN, O_RDONLY | O_CLOEXEC);
	char text[64];

	while (fd >= 0 && read(fd, text, sizeof text) > 0)
		;
	if (fd >= 0)
		close(fd);
}

/* ----------------------------------------------------------------------------- attaching */

static int attach_raw_tracepoint(struct rawbpf_link *link, int prog)
{
	return rawbpf_raw_tracepoint_attach(link, prog, &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter" });
}

static int attach_tracing(struct rawbpf_link *link, int prog)
{
	return rawbpf_tracing_attach(link, prog, NULL);
}

static int attach_fentry_with_cookie(struct rawbpf_link *link, int prog)
{
	return rawbpf_tracing_attach(link, prog, &(struct rawbpf_tracing_spec){
		.attach_type = BPF_TRACE_FENTRY, .cookie = 7 });
}

static int attach_fentry_multi(struct rawbpf_link *link, int prog)
{
	uint32_t id = rawbpf_btf_type_find(&link_world.kernel, BTF_KIND_FUNC, "do_fchownat");

	return rawbpf_tracing_multi_attach(link, prog, BPF_TRACE_FENTRY_MULTI,
		&(struct rawbpf_tracing_multi_spec){ .btf_ids = &id, .count = 1 });
}

static int attach_iter(struct rawbpf_link *link, int prog)
{
	return rawbpf_iter_attach(link, prog, &(struct rawbpf_iter_spec){ .map = link_world.elements });
}

static int attach_cgroup(struct rawbpf_link *link, int prog)
{
	return rawbpf_cgroup_attach(link, prog, link_world.cgroup, BPF_CGROUP_INET_SOCK_CREATE,
				    NULL);
}

static int attach_lsm_cgroup(struct rawbpf_link *link, int prog)
{
	return rawbpf_cgroup_attach(link, prog, link_world.cgroup, BPF_LSM_CGROUP, NULL);
}

static int attach_flow_dissector(struct rawbpf_link *link, int prog)
{
	return rawbpf_netns_attach(link, prog, link_world.netns, BPF_FLOW_DISSECTOR);
}

static int attach_sk_lookup(struct rawbpf_link *link, int prog)
{
	return rawbpf_netns_attach(link, prog, link_world.netns, BPF_SK_LOOKUP);
}

static int attach_xdp(struct rawbpf_link *link, int prog)
{
	return rawbpf_xdp_attach(link, prog, link_world.lo, XDP_FLAGS_SKB_MODE);
}

static int attach_tcx_ingress(struct rawbpf_link *link, int prog)
{
	return rawbpf_tcx_attach(link, prog, link_world.lo, BPF_TCX_INGRESS, NULL);
}

static int attach_tcx_egress(struct rawbpf_link *link, int prog)
{
	return rawbpf_tcx_attach(link, prog, link_world.lo, BPF_TCX_EGRESS, NULL);
}

static int attach_netkit(struct rawbpf_link *link, int prog)
{
	return link_world.netkit < 0 ? link_world.netkit
				: rawbpf_netkit_attach(link, prog, link_world.netkit,
						       BPF_NETKIT_PRIMARY, NULL);
}

static int attach_netfilter(struct rawbpf_link *link, int prog)
{
	return rawbpf_netfilter_attach(link, prog, NFPROTO_IPV4, NF_INET_LOCAL_IN,
				       &(struct rawbpf_netfilter_spec){ .priority = -7 });
}

static int attach_sockmap(struct rawbpf_link *link, int prog)
{
	return rawbpf_sockmap_attach(link, prog, link_world.sockmap, BPF_SK_MSG_VERDICT);
}

static int attach_perf_event(struct rawbpf_link *link, int prog)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof attr,
		.config = PERF_COUNT_SW_PAGE_FAULTS,
		.sample_period = 1,
	};
	int event = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	int err = event < 0 ? -errno : rawbpf_perf_event_attach(link, prog, event, NULL);

	close(event);
	return err;
}

static int attach_tracepoint_by(struct rawbpf_link *link, int prog, enum rawbpf_bind bind)
{
	return rawbpf_tracepoint_attach(link, prog, &(struct rawbpf_tracepoint_spec){
		.group = "syscalls", .name = "sys_enter_getppid", .bind = bind });
}

static int attach_tracepoint(struct rawbpf_link *link, int prog)
{
	return attach_tracepoint_by(link, prog, RAWBPF_BIND_AUTO);
}

static int attach_tracepoint_by_ioctl(struct rawbpf_link *link, int prog)
{
	return attach_tracepoint_by(link, prog, RAWBPF_BIND_IOCTL);
}

static int attach_kprobe(struct rawbpf_link *link, int prog)
{
	return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
		.symbol = "do_fchownat", .offset = PROBE_OFFSET });
}

static int attach_kprobe_multi(struct rawbpf_link *link, int prog)
{
	static const char *const symbols[] = { "do_fchownat", "do_exit" };

	return rawbpf_kprobe_multi_attach(link, prog, &(struct rawbpf_kprobe_multi_spec){
		.symbols = symbols, .count = 2 });
}

static int attach_kprobe_session(struct rawbpf_link *link, int prog)
{
	static const char *const symbols[] = { "do_fchownat" };

	return rawbpf_kprobe_multi_attach(link, prog, &(struct rawbpf_kprobe_multi_spec){
		.symbols = symbols, .count = 1, .session = 1 });
}

static int attach_uprobe(struct rawbpf_link *link, int prog)
{
	return rawbpf_uprobe_attach(link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/proc/self/exe", .offset = link_kinds_offset(probed), .pid = getpid() });
}

static int attach_uretprobe(struct rawbpf_link *link, int prog)
{
	return rawbpf_uprobe_attach(link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/proc/self/exe", .offset = link_kinds_offset(probed), .retprobe = 1 });
}

static int attach_uprobes(struct rawbpf_link *link, int prog, int session)
{
	const uint64_t offsets[] = { link_kinds_offset(probed), link_kinds_offset(probed_too) };

	return rawbpf_uprobe_multi_attach(link, prog, &(struct rawbpf_uprobe_multi_spec){
		.path = "/proc/self/exe", .offsets = offsets, .count = 2, .session = session,
		.pid = getpid() });
}

static int attach_uprobe_multi(struct rawbpf_link *link, int prog)
{
	return attach_uprobes(link, prog, 0);
}

static int attach_uprobe_session(struct rawbpf_link *link, int prog)
{
	return attach_uprobes(link, prog, 1);
}

#define FUNCTION(NAME) .btf_name = NAME, .btf_kind = BTF_KIND_FUNC
#define FCHOWNAT                                                                                   \
	FUNCTION("do_fchownat"), .trigger = call_fchownat, .events = LINK_EVENTS, .only_ours = 1

/* An update would need a new link, and only closing the last descriptor detaches these links. */
#define FIXED .update = -EINVAL, .force = -EOPNOTSUPP
#define TRAMPOLINE                                                                                 \
	.trampoline = 1, .lacking = "load -1",                                                     \
	.because = "this kernel refuses such programs (EPERM)"
#define KPROBE .lacking = "attach -95", .because = "this kernel has no such probes"
/* These have no bpf link: the program is set on a perf event. */
#define BY_IOCTL                                                                                   \
	"type -22: 10, pin -22: 0, open 0, update -22: 0, force -22: 10, detached: 0, 0 left"
/* Debian's 5.10 does not enable the "bpf" security module at boot. */
#define NEVER_RUN "type 2: 0, pin 0: 0, open 0, update -22: 0, force -95: 0, detached: 0, 0 left"

const struct link_kind link_kinds[] = {
	{ .name = "raw_tp", .link_type = BPF_LINK_TYPE_RAW_TRACEPOINT,
	  .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT, .attach = attach_raw_tracepoint,
	  .trigger = call_getppid, .events = LINK_EVENTS, .only_syscall = SYS_getppid, .only_ours = 1,
	  FIXED },
	{ .name = "tp_btf", .link_type = BPF_LINK_TYPE_RAW_TRACEPOINT,
	  .prog_type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_RAW_TP,
	  .btf_name = "btf_trace_sys_enter", .btf_kind = BTF_KIND_TYPEDEF,
	  .attach = attach_tracing, .trigger = call_getppid, .events = LINK_EVENTS,
	  .only_syscall = SYS_getppid, .only_ours = 1,
	  FIXED },
	{ .name = "fentry", .link_type = BPF_LINK_TYPE_TRACING, .prog_type = BPF_PROG_TYPE_TRACING,
	  .attach_type = BPF_TRACE_FENTRY, .attach = attach_tracing, FCHOWNAT,
	  FIXED, TRAMPOLINE },
	{ .name = "fentry.cookie", .link_type = BPF_LINK_TYPE_TRACING,
	  .prog_type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_FENTRY,
	  .attach = attach_fentry_with_cookie, FCHOWNAT,
	  FIXED, TRAMPOLINE, .older = { { 0x513, "attach -22" } } },
	{ .name = "fexit", .link_type = BPF_LINK_TYPE_TRACING, .prog_type = BPF_PROG_TYPE_TRACING,
	  .attach_type = BPF_TRACE_FEXIT, .attach = attach_tracing, FCHOWNAT,
	  FIXED, TRAMPOLINE },
	{ .name = "fsession", .link_type = BPF_LINK_TYPE_TRACING,
	  .prog_type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_FSESSION,
	  .attach = attach_tracing, FUNCTION("do_fchownat"), .trigger = call_fchownat,
	  .events = 2 * LINK_EVENTS, .only_ours = 1,
	  FIXED, TRAMPOLINE, .older = { { 0x700, "load -22" } } },
	{ .name = "fmod_ret", .link_type = BPF_LINK_TYPE_TRACING,
	  .prog_type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_MODIFY_RETURN,
	  .attach = attach_tracing, FUNCTION("security_task_getpgid"), .trigger = call_getpgid,
	  .events = LINK_EVENTS, .only_ours = 1,
	  FIXED, TRAMPOLINE },
	{ .name = "lsm", .link_type = BPF_LINK_TYPE_TRACING, .prog_type = BPF_PROG_TYPE_LSM,
	  .attach_type = BPF_LSM_MAC, .attach = attach_tracing,
	  FUNCTION("bpf_lsm_task_getpgid"), .trigger = call_getpgid, .events = LINK_EVENTS,
	  .only_ours = 1,
	  FIXED, TRAMPOLINE, .older = { { 0x601, NEVER_RUN } } },
	{ .name = "fentry_multi", .link_type = BPF_LINK_TYPE_TRACING_MULTI,
	  .prog_type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_FENTRY_MULTI,
	  .attach = attach_fentry_multi, .trigger = call_fchownat, .events = LINK_EVENTS,
	  .only_ours = 1,
	  FIXED, TRAMPOLINE, .older = { { 0x702, "load -22" } } },
	{ .name = "iter", .link_type = BPF_LINK_TYPE_ITER, .prog_type = BPF_PROG_TYPE_TRACING,
	  .attach_type = BPF_TRACE_ITER, .attach = attach_iter,
	  FUNCTION("bpf_iter_bpf_map_elem"), .trigger = read_iterator,
	  .events = LINK_EVENTS + 1 /* the iterator also calls the program at the end */,
	  .force = -EOPNOTSUPP },
	{ .name = "cgroup", .link_type = BPF_LINK_TYPE_CGROUP,
	  .prog_type = BPF_PROG_TYPE_CGROUP_SOCK, .attach_type = BPF_CGROUP_INET_SOCK_CREATE,
	  .result = 1, .attach = attach_cgroup, .trigger = make_sockets, .events = LINK_EVENTS },
	{ .name = "lsm_cgroup", .link_type = BPF_LINK_TYPE_CGROUP, .prog_type = BPF_PROG_TYPE_LSM,
	  .attach_type = BPF_LSM_CGROUP, .result = 1, FUNCTION("bpf_lsm_socket_bind"),
	  .attach = attach_lsm_cgroup, .trigger = bind_sockets, .events = LINK_EVENTS,
	  TRAMPOLINE, .older = { { 0x600, "load -22" } } },
	{ .name = "flow_dissector", .link_type = BPF_LINK_TYPE_NETNS,
	  .prog_type = BPF_PROG_TYPE_FLOW_DISSECTOR, .attach_type = BPF_FLOW_DISSECTOR,
	  .attach = attach_flow_dissector, .trigger = send_frames, .events = LINK_EVENTS },
	{ .name = "sk_lookup", .link_type = BPF_LINK_TYPE_NETNS,
	  .prog_type = BPF_PROG_TYPE_SK_LOOKUP, .attach_type = BPF_SK_LOOKUP, .result = SK_PASS,
	  .attach = attach_sk_lookup, .trigger = send_datagrams, .events = LINK_EVENTS },
	{ .name = "xdp", .link_type = BPF_LINK_TYPE_XDP, .prog_type = BPF_PROG_TYPE_XDP,
	  .attach_type = BPF_XDP, .result = XDP_PASS, .attach = attach_xdp,
	  .trigger = send_datagrams, .events = LINK_EVENTS },
	{ .name = "tcx.ingress", .link_type = BPF_LINK_TYPE_TCX,
	  .prog_type = BPF_PROG_TYPE_SCHED_CLS, .result = -1 /* TCX_NEXT */,
	  .attach = attach_tcx_ingress, .trigger = send_datagrams, .events = LINK_EVENTS,
	  .older = { { 0x606, "attach -22" } } },
	{ .name = "tcx.egress", .link_type = BPF_LINK_TYPE_TCX,
	  .prog_type = BPF_PROG_TYPE_SCHED_CLS, .result = -1, .attach = attach_tcx_egress,
	  .trigger = send_datagrams, .events = LINK_EVENTS,
	  .older = { { 0x606, "attach -22" } } },
	{ .name = "netkit", .link_type = BPF_LINK_TYPE_NETKIT,
	  .prog_type = BPF_PROG_TYPE_SCHED_CLS, .result = -1, .attach = attach_netkit,
	  .trigger = send_on_netkit, .events = LINK_EVENTS,
	  .older = { { 0x607, "attach -95" } },
	  .lacking = "attach -95", .because = "this kernel has no netkit devices" },
	{ .name = "netfilter", .link_type = BPF_LINK_TYPE_NETFILTER,
	  .prog_type = BPF_PROG_TYPE_NETFILTER, .attach_type = BPF_NETFILTER,
	  .result = NF_ACCEPT, .attach = attach_netfilter, .trigger = send_datagrams,
	  .events = LINK_EVENTS,
	  .update = -EOPNOTSUPP, .older = { { 0x604, "load -22" } } },
	{ .name = "sockmap", .link_type = BPF_LINK_TYPE_SOCKMAP,
	  .prog_type = BPF_PROG_TYPE_SK_MSG, .attach_type = BPF_SK_MSG_VERDICT,
	  .result = SK_PASS, .attach = attach_sockmap, .trigger = send_messages,
	  .events = LINK_EVENTS,
	  .older = { { 0x60a, "attach -22" } } },
	{ .name = "perf_event", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_PERF_EVENT, .attach = attach_perf_event,
	  .trigger = touch_pages, .events = LINK_EVENTS,
	  FIXED, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "tracepoint", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_TRACEPOINT, .attach = attach_tracepoint,
	  .trigger = call_getppid, .events = LINK_EVENTS, .only_ours = 1,
	  FIXED, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "tracepoint_ioctl", .prog_type = BPF_PROG_TYPE_TRACEPOINT,
	  .attach = attach_tracepoint_by_ioctl, .trigger = call_getppid, .events = LINK_EVENTS,
	  .only_ours = 1, .update = -EINVAL, .force = -EINVAL, .older = { { ~0u, BY_IOCTL } } },
	{ .name = "kprobe", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach = attach_kprobe, .trigger = call_fchownat,
	  .events = LINK_EVENTS, .only_ours = 1,
	  FIXED, KPROBE, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "kprobe_multi", .link_type = BPF_LINK_TYPE_KPROBE_MULTI,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach_type = BPF_TRACE_KPROBE_MULTI,
	  .attach = attach_kprobe_multi, .trigger = call_fchownat, .events = LINK_EVENTS,
	  .only_ours = 1,
	  FIXED, KPROBE,
	  .older = { { 0x512, "attach -22" }, { 0x60c, "attach -95" } } /* no CONFIG_FPROBE */ },
	{ .name = "kprobe_session", .link_type = BPF_LINK_TYPE_KPROBE_MULTI,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach_type = BPF_TRACE_KPROBE_SESSION,
	  .attach = attach_kprobe_session, .trigger = call_fchownat, .events = 2 * LINK_EVENTS,
	  .only_ours = 1,
	  FIXED, KPROBE, .older = { { 0x60a, "attach -22" } } },
	{ .name = "uprobe", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach = attach_uprobe, .trigger = call_both,
	  .events = LINK_EVENTS,
	  FIXED, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "uretprobe", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach = attach_uretprobe, .trigger = call_both,
	  .events = LINK_EVENTS, .only_ours = 1,
	  FIXED, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "uprobe_multi", .link_type = BPF_LINK_TYPE_UPROBE_MULTI,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach_type = BPF_TRACE_UPROBE_MULTI,
	  .attach = attach_uprobe_multi, .trigger = call_both, .events = 2 * LINK_EVENTS,
	  FIXED, .older = { { 0x606, "attach -22" } } },
	{ .name = "uprobe_session", .link_type = BPF_LINK_TYPE_UPROBE_MULTI,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach_type = BPF_TRACE_UPROBE_SESSION,
	  .attach = attach_uprobe_session, .trigger = call_both, .events = 4 * LINK_EVENTS,
	  FIXED, .older = { { 0x60d, "attach -22" } } },
};

const unsigned link_kinds_count = RAWBPF_COUNT(link_kinds);
