/* SPDX-License-Identifier: MIT */
#include "link_kinds.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EVENTS = 10 };

/* What the kinds are attached to, and what triggers them. */
static struct {
	unsigned tgid;
	int cgroup;
	int netns;
	int lo;               /* index */
	int netkit;           /* index of a netkit device that is up, or a negative errno */
	int udp, udp_peer;
	int tcp, tcp_peer;
	int sockmap;
	int elements;         /* a map of EVENTS, for its iterator */
	int packet;           /* a raw socket on lo */
	struct rawbpf_btf kernel;
	int has_btf;
} world;

/* ------------------------------------------------------------------------------ triggers */

static void call_getppid(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < EVENTS; i++)
		syscall(SYS_getppid);
}

static void call_fchownat(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < EVENTS; i++)
		syscall(SYS_fchownat, AT_FDCWD, "/nowhere", 0, 0, 0);
}

static void call_getpgid(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < EVENTS; i++)
		syscall(SYS_getpgid, getpid());
}

__attribute__((noinline)) static void probed(void)
{
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void probed_too(void)
{
	__asm__ volatile("nop" ::: "memory");
}

static void call_probed(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < EVENTS; i++)
		probed();
}

static void call_both(const struct rawbpf_link *link)
{
	call_probed(link);
	for (int i = 0; i < EVENTS; i++)
		probed_too();
}

static void touch_pages(const struct rawbpf_link *link)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, EVENTS * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)link;
	madvise(memory, EVENTS * page, MADV_NOHUGEPAGE);
	for (int i = 0; i < EVENTS; i++)
		((volatile char *)memory)[i * page] = 1;
	munmap(memory, EVENTS * page);
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
	for (int i = 0; i < EVENTS; i++) {
		(void)!send(world.udp, "x", 1, 0);
		receive(world.udp_peer);
	}
}

/* A socket is given the programs of the map that it enters, so it enters again each time. */
static void send_messages(const struct rawbpf_link *link)
{
	const unsigned key = 0;

	(void)link;
	rawbpf_map_delete(world.sockmap, &key);
	rawbpf_map_update(world.sockmap, &key, &world.tcp, BPF_ANY);
	for (int i = 0; i < EVENTS; i++) {
		(void)!send(world.tcp, "x", 1, 0);
		receive(world.tcp_peer);
	}
}

static void send_frames(const struct rawbpf_link *link)
{
	static const unsigned char frame[64] = { [12] = 0x08, [14] = 0x45 };

	(void)link;
	for (int i = 0; i < EVENTS; i++)
		(void)!send(world.packet, frame, sizeof frame, 0);
}

/* Two ends, and nobody listens: what is sent from here leaves by the primary end. */
static void send_on_netkit(const struct rawbpf_link *link)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = world.netkit,
				  .sll_protocol = htons(ETH_P_IP) };
	static const unsigned char packet[64] = { 0x45 };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)link;
	for (int i = 0; i < EVENTS; i++)
		(void)!sendto(fd, packet, sizeof packet, 0, (void *)&to, sizeof to);
	close(fd);
}

static void make_sockets(const struct rawbpf_link *link)
{
	(void)link;
	for (int i = 0; i < EVENTS; i++)
		close(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static void bind_sockets(const struct rawbpf_link *link)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };

	(void)link;
	for (int i = 0; i < EVENTS; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		(void)!bind(fd, (void *)&any, sizeof any);
		close(fd);
	}
}

/* By the link, or if there is none by what it is pinned as: such a file runs the iterator. */
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
	return rawbpf_tracing_attach(link, prog, &(struct rawbpf_tracing_spec){ 0 });
}

static int attach_fentry_with_cookie(struct rawbpf_link *link, int prog)
{
	return rawbpf_tracing_attach(link, prog, &(struct rawbpf_tracing_spec){
		.attach_type = BPF_TRACE_FENTRY, .cookie = 7 });
}

static int attach_fentry_multi(struct rawbpf_link *link, int prog)
{
	uint32_t id = rawbpf_btf_find(&world.kernel, BTF_KIND_FUNC, "do_fchownat");

	return rawbpf_tracing_multi_attach(link, prog, BPF_TRACE_FENTRY_MULTI,
		&(struct rawbpf_tracing_multi_spec){ .btf_ids = &id, .count = 1 });
}

static int attach_iter(struct rawbpf_link *link, int prog)
{
	return rawbpf_iter_attach(link, prog, &(struct rawbpf_iter_spec){ .map = world.elements });
}

static int attach_cgroup(struct rawbpf_link *link, int prog)
{
	return rawbpf_cgroup_attach(link, world.cgroup, prog, BPF_CGROUP_INET_SOCK_CREATE);
}

static int attach_lsm_cgroup(struct rawbpf_link *link, int prog)
{
	return rawbpf_cgroup_attach(link, world.cgroup, prog, BPF_LSM_CGROUP);
}

static int attach_flow_dissector(struct rawbpf_link *link, int prog)
{
	return rawbpf_netns_attach(link, world.netns, prog, BPF_FLOW_DISSECTOR);
}

static int attach_sk_lookup(struct rawbpf_link *link, int prog)
{
	return rawbpf_netns_attach(link, world.netns, prog, BPF_SK_LOOKUP);
}

static int attach_xdp(struct rawbpf_link *link, int prog)
{
	return rawbpf_xdp_attach(link, world.lo, prog, XDP_FLAGS_SKB_MODE);
}

static int attach_tcx_ingress(struct rawbpf_link *link, int prog)
{
	return rawbpf_tcx_attach(link, world.lo, prog, BPF_TCX_INGRESS, NULL);
}

static int attach_tcx_egress(struct rawbpf_link *link, int prog)
{
	return rawbpf_tcx_attach(link, world.lo, prog, BPF_TCX_EGRESS, NULL);
}

static int attach_netkit(struct rawbpf_link *link, int prog)
{
	return world.netkit < 0 ? world.netkit
				: rawbpf_netkit_attach(link, world.netkit, prog,
						       BPF_NETKIT_PRIMARY, NULL);
}

static int attach_netfilter(struct rawbpf_link *link, int prog)
{
	return rawbpf_netfilter_attach(link, prog, NFPROTO_IPV4, NF_INET_LOCAL_IN,
				       &(struct rawbpf_netfilter_spec){ .priority = -7 });
}

static int attach_sockmap(struct rawbpf_link *link, int prog)
{
	return rawbpf_sockmap_attach(link, world.sockmap, prog, BPF_SK_MSG_VERDICT);
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
	int err = event < 0 ? -errno : rawbpf_perf_event_attach(link, event, prog,
		&(struct rawbpf_perf_event_spec){ 0 });

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
		.symbol = "do_fchownat" });
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

/* Where a function of this program is in its file. */
uint64_t link_kinds_offset(void (*function)(void))
{
	unsigned long address = (unsigned long)function, start, end, offset, found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	while (maps && !found && fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    address >= start && address < end)
			found = address - start + offset;
	if (maps)
		fclose(maps);
	return found;
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
#define FCHOWNAT FUNCTION("do_fchownat"), .trigger = call_fchownat, .events = EVENTS, .only_ours = 1

/* With another program it would have to be another link, and only its last holder ends it. */
#define FIXED .update = -EINVAL, .force = -EOPNOTSUPP
#define TRAMPOLINE                                                                                 \
	.trampoline = 1, .lacking = "load -1",                                                     \
	.because = "this kernel refuses such programs (EPERM)"
#define KPROBE .lacking = "attach -95", .because = "this kernel has no such probes"
/* No bpf link, but an event with the program set on it. */
#define BY_IOCTL                                                                                   \
	"type -22: 10, pin -22: 0, open 0, update -22: 0, force -22: 10, detached: 0, 0 left"
/* Debian's 5.10 does not have "bpf" among the security modules that it starts. */
#define NEVER_RUN "type 2: 0, pin 0: 0, open 0, update -22: 0, force -95: 0, detached: 0, 0 left"

const struct link_kind link_kinds[] = {
	{ .name = "raw_tp", .link_type = BPF_LINK_TYPE_RAW_TRACEPOINT,
	  .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT, .attach = attach_raw_tracepoint,
	  .trigger = call_getppid, .events = EVENTS, .only_syscall = SYS_getppid, .only_ours = 1,
	  FIXED },
	{ .name = "tp_btf", .link_type = BPF_LINK_TYPE_RAW_TRACEPOINT,
	  .prog_type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_RAW_TP,
	  .btf_name = "btf_trace_sys_enter", .btf_kind = BTF_KIND_TYPEDEF,
	  .attach = attach_tracing, .trigger = call_getppid, .events = EVENTS,
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
	  .events = 2 * EVENTS, .only_ours = 1,
	  FIXED, TRAMPOLINE, .older = { { 0x700, "load -22" } } },
	{ .name = "fmod_ret", .link_type = BPF_LINK_TYPE_TRACING,
	  .prog_type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_MODIFY_RETURN,
	  .attach = attach_tracing, FUNCTION("security_task_getpgid"), .trigger = call_getpgid,
	  .events = EVENTS, .only_ours = 1,
	  FIXED, TRAMPOLINE },
	{ .name = "lsm", .link_type = BPF_LINK_TYPE_TRACING, .prog_type = BPF_PROG_TYPE_LSM,
	  .attach_type = BPF_LSM_MAC, .attach = attach_tracing,
	  FUNCTION("bpf_lsm_task_getpgid"), .trigger = call_getpgid, .events = EVENTS,
	  .only_ours = 1,
	  FIXED, TRAMPOLINE, .older = { { 0x601, NEVER_RUN } } },
	{ .name = "fentry_multi", .link_type = BPF_LINK_TYPE_TRACING_MULTI,
	  .prog_type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_FENTRY_MULTI,
	  .attach = attach_fentry_multi, .trigger = call_fchownat, .events = EVENTS,
	  .only_ours = 1,
	  FIXED, TRAMPOLINE, .older = { { 0x702, "load -22" } } },
	{ .name = "iter", .link_type = BPF_LINK_TYPE_ITER, .prog_type = BPF_PROG_TYPE_TRACING,
	  .attach_type = BPF_TRACE_ITER, .attach = attach_iter,
	  FUNCTION("bpf_iter_bpf_map_elem"), .trigger = read_iterator,
	  .events = EVENTS + 1 /* the end is told, too */,
	  .force = -EOPNOTSUPP },
	{ .name = "cgroup", .link_type = BPF_LINK_TYPE_CGROUP,
	  .prog_type = BPF_PROG_TYPE_CGROUP_SOCK, .attach_type = BPF_CGROUP_INET_SOCK_CREATE,
	  .result = 1, .attach = attach_cgroup, .trigger = make_sockets, .events = EVENTS },
	{ .name = "lsm_cgroup", .link_type = BPF_LINK_TYPE_CGROUP, .prog_type = BPF_PROG_TYPE_LSM,
	  .attach_type = BPF_LSM_CGROUP, .result = 1, FUNCTION("bpf_lsm_socket_bind"),
	  .attach = attach_lsm_cgroup, .trigger = bind_sockets, .events = EVENTS,
	  TRAMPOLINE, .older = { { 0x600, "load -22" } } },
	{ .name = "flow_dissector", .link_type = BPF_LINK_TYPE_NETNS,
	  .prog_type = BPF_PROG_TYPE_FLOW_DISSECTOR, .attach_type = BPF_FLOW_DISSECTOR,
	  .attach = attach_flow_dissector, .trigger = send_frames, .events = EVENTS },
	{ .name = "sk_lookup", .link_type = BPF_LINK_TYPE_NETNS,
	  .prog_type = BPF_PROG_TYPE_SK_LOOKUP, .attach_type = BPF_SK_LOOKUP, .result = SK_PASS,
	  .attach = attach_sk_lookup, .trigger = send_datagrams, .events = EVENTS },
	{ .name = "xdp", .link_type = BPF_LINK_TYPE_XDP, .prog_type = BPF_PROG_TYPE_XDP,
	  .attach_type = BPF_XDP, .result = XDP_PASS, .attach = attach_xdp,
	  .trigger = send_datagrams, .events = EVENTS },
	{ .name = "tcx.ingress", .link_type = BPF_LINK_TYPE_TCX,
	  .prog_type = BPF_PROG_TYPE_SCHED_CLS, .result = -1 /* TCX_NEXT */,
	  .attach = attach_tcx_ingress, .trigger = send_datagrams, .events = EVENTS,
	  .older = { { 0x606, "attach -22" } } },
	{ .name = "tcx.egress", .link_type = BPF_LINK_TYPE_TCX,
	  .prog_type = BPF_PROG_TYPE_SCHED_CLS, .result = -1, .attach = attach_tcx_egress,
	  .trigger = send_datagrams, .events = EVENTS,
	  .older = { { 0x606, "attach -22" } } },
	{ .name = "netkit", .link_type = BPF_LINK_TYPE_NETKIT,
	  .prog_type = BPF_PROG_TYPE_SCHED_CLS, .result = -1, .attach = attach_netkit,
	  .trigger = send_on_netkit, .events = EVENTS,
	  .older = { { 0x607, "attach -95" } },
	  .lacking = "attach -95", .because = "this kernel has no netkit devices" },
	{ .name = "netfilter", .link_type = BPF_LINK_TYPE_NETFILTER,
	  .prog_type = BPF_PROG_TYPE_NETFILTER, .attach_type = BPF_NETFILTER,
	  .result = NF_ACCEPT, .attach = attach_netfilter, .trigger = send_datagrams,
	  .events = EVENTS,
	  .update = -EOPNOTSUPP, .older = { { 0x604, "load -22" } } },
	{ .name = "sockmap", .link_type = BPF_LINK_TYPE_SOCKMAP,
	  .prog_type = BPF_PROG_TYPE_SK_MSG, .attach_type = BPF_SK_MSG_VERDICT,
	  .result = SK_PASS, .attach = attach_sockmap, .trigger = send_messages,
	  .events = EVENTS,
	  .older = { { 0x60a, "attach -22" } } },
	{ .name = "perf_event", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_PERF_EVENT, .attach = attach_perf_event,
	  .trigger = touch_pages, .events = EVENTS,
	  FIXED, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "tracepoint", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_TRACEPOINT, .attach = attach_tracepoint,
	  .trigger = call_getppid, .events = EVENTS, .only_ours = 1,
	  FIXED, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "tracepoint_ioctl", .prog_type = BPF_PROG_TYPE_TRACEPOINT,
	  .attach = attach_tracepoint_by_ioctl, .trigger = call_getppid, .events = EVENTS,
	  .only_ours = 1, .update = -EINVAL, .force = -EINVAL, .older = { { ~0u, BY_IOCTL } } },
	{ .name = "kprobe", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach = attach_kprobe, .trigger = call_fchownat,
	  .events = EVENTS, .only_ours = 1,
	  FIXED, KPROBE, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "kprobe_multi", .link_type = BPF_LINK_TYPE_KPROBE_MULTI,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach_type = BPF_TRACE_KPROBE_MULTI,
	  .attach = attach_kprobe_multi, .trigger = call_fchownat, .events = EVENTS,
	  .only_ours = 1,
	  FIXED, KPROBE,
	  .older = { { 0x512, "attach -22" }, { 0x60c, "attach -95" } } /* no CONFIG_FPROBE */ },
	{ .name = "kprobe_session", .link_type = BPF_LINK_TYPE_KPROBE_MULTI,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach_type = BPF_TRACE_KPROBE_SESSION,
	  .attach = attach_kprobe_session, .trigger = call_fchownat, .events = 2 * EVENTS,
	  .only_ours = 1,
	  FIXED, KPROBE, .older = { { 0x60a, "attach -22" } } },
	{ .name = "uprobe", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach = attach_uprobe, .trigger = call_both,
	  .events = EVENTS,
	  FIXED, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "uretprobe", .link_type = BPF_LINK_TYPE_PERF_EVENT,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach = attach_uretprobe, .trigger = call_both,
	  .events = EVENTS, .only_ours = 1,
	  FIXED, .older = { { 0x50f, BY_IOCTL } } },
	{ .name = "uprobe_multi", .link_type = BPF_LINK_TYPE_UPROBE_MULTI,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach_type = BPF_TRACE_UPROBE_MULTI,
	  .attach = attach_uprobe_multi, .trigger = call_both, .events = 2 * EVENTS,
	  FIXED, .older = { { 0x606, "attach -22" } } },
	{ .name = "uprobe_session", .link_type = BPF_LINK_TYPE_UPROBE_MULTI,
	  .prog_type = BPF_PROG_TYPE_KPROBE, .attach_type = BPF_TRACE_UPROBE_SESSION,
	  .attach = attach_uprobe_session, .trigger = call_both, .events = 4 * EVENTS,
	  FIXED, .older = { { 0x60d, "attach -22" } } },
};

const unsigned link_kinds_count = RAWBPF_COUNT(link_kinds);

/* ------------------------------------------------------------------------------ programs */

/* Adds 1 to element `slot` of `map`, if the event is one to be counted. */
static int build_counting(struct bpf_insn *insns, unsigned max, const struct link_kind *kind,
			  int map, int slot)
{
	struct rawbpf_build_slot slots[32];
	struct rawbpf_build b = { .slots = slots, .slot_max = RAWBPF_COUNT(slots) };

	rawbpf_build_emit(&b, BPF_MOV64_REG(BPF_REG_6, BPF_REG_1));
	if (kind->only_ours) {
		rawbpf_build_emit(&b, BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
				  BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32));
		rawbpf_build_jump(&b, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, world.tgid, 0), "out");
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
		btf_id = world.has_btf ? rawbpf_btf_find(&world.kernel, kind->btf_kind,
							 kind->btf_name) : -ENOENT;
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
	known = rawbpf_obj_get_info(link->fd, &info, sizeof info);
	return known < 0 ? known : (int)info.type;
}

/* Trigger, and tell what that added to element `slot`. */
static long long count_events(const struct link_kind *kind, const struct rawbpf_link *link, int map,
			      unsigned slot)
{
	uint64_t before = 0, after = 0;

	rawbpf_map_lookup(map, &slot, &before, 0);
	kind->trigger(link);
	rawbpf_map_lookup(map, &slot, &after, 0);
	return after - before;
}

static void tell_story(const struct link_kind *kind, struct link_story *story, int map,
		       const int progs[2])
{
	struct rawbpf_link link;

	kind->trigger(&(struct rawbpf_link){ 0 }); /* what is done once is done now */
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
	story->force = rawbpf_link_force_detach(&link);
	story->forced = count_events(kind, &link, map, 0) + count_events(kind, &link, map, 1);
	rawbpf_link_detach(&link);
	usleep(50 * 1000); /* 5.10 leaves that to a worker */
	story->detached = count_events(kind, &link, map, 0) + count_events(kind, &link, map, 1);
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

/* ----------------------------------------------------------------------------- the world */

static int bring_up(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int err, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	err = ioctl(fd, SIOCSIFFLAGS, &request) == 0 ? 0 : -errno;
	close(fd);
	return err;
}

static struct nlattr *add_attribute(struct nlmsghdr *message, unsigned type, const char *text)
{
	struct nlattr *attribute = (void *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + (text ? strlen(text) + 1 : 0);
	if (text)
		strcpy((char *)attribute + NLA_HDRLEN, text);
	message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + NLA_ALIGN(attribute->nla_len);
	return attribute;
}

int link_kinds_device(const char *kind)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg device;
		char attributes[256];
	} request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.nlmsg_type = RTM_NEWLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
		},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[1024];
	} answer = { .error.error = -EIO };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct nlattr *info;

	info = add_attribute(&request.header, IFLA_LINKINFO, NULL);
	add_attribute(&request.header, IFLA_INFO_KIND, kind);
	info->nla_len = (char *)&request + request.header.nlmsg_len - (char *)info;
	if (send(fd, &request, request.header.nlmsg_len, 0) > 0)
		(void)!recv(fd, &answer, sizeof answer, 0);
	close(fd);
	return answer.error.error;
}

/* The index of one end of a pair of netkit devices, by the names that the kernel chooses. */
static int make_netkit(void)
{
	int err = link_kinds_device("netkit");

	if (err == 0)
		err = bring_up("nk0"); /* the peer */
	if (err == 0)
		err = bring_up("nk1");
	return err < 0 ? err : (int)if_nametoindex("nk1");
}

static int open_datagrams(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;

	world.udp_peer = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	world.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(world.udp_peer, (void *)&address, sizeof address) != 0 ||
	    getsockname(world.udp_peer, (void *)&address, &length) != 0 ||
	    connect(world.udp, (void *)&address, sizeof address) != 0)
		return -errno;
	return 0;
}

static int open_stream(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	world.tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listening, (void *)&address, sizeof address) != 0 ||
	    getsockname(listening, (void *)&address, &length) != 0 ||
	    listen(listening, 1) != 0 ||
	    connect(world.tcp, (void *)&address, sizeof address) != 0)
		return -errno;
	world.tcp_peer = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	close(listening);
	return world.tcp_peer < 0 ? -errno : 0;
}

static int open_packets(void)
{
	struct sockaddr_ll lo = { .sll_family = AF_PACKET, .sll_ifindex = world.lo };

	world.packet = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return bind(world.packet, (void *)&lo, sizeof lo) == 0 ? 0 : -errno;
}

int link_kinds_begin(unsigned tgid, int cgroup)
{
	int err;

	world.tgid = tgid;
	world.cgroup = cgroup;
	if (unshare(CLONE_NEWNET) != 0)
		return -errno;
	err = bring_up("lo");
	world.lo = if_nametoindex("lo");
	world.netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	world.netkit = make_netkit();
	world.sockmap = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 4, .max_entries = 1 });
	world.elements = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = EVENTS });
	world.has_btf = rawbpf_btf_kernel_open(&world.kernel) == 0;
	if (err == 0)
		err = open_datagrams();
	if (err == 0)
		err = open_stream();
	return err < 0 ? err : open_packets();
}
