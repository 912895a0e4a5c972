/* SPDX-License-Identifier: MIT */
/* The code of rawbpf_moving(7), compiled as the page has it, with what it does to real processes. */
#include "cgroups.h"

#include "../examples/devices.h"

#include <linux/btf.h>
#include <linux/magic.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "page_moving.h"

enum { PORT = 4242 };

static int cgroup;

static void begin(void)
{
	live_fds_remember();
	cgroup = cgroups_open(cgroups_make(""));
}

static void end(void)
{
	close(cgroup);
	live_fds_compare();
}

static unsigned attached(unsigned attach_type)
{
	struct rawbpf_prog_query query = { .capacity = 0 };

	ck_assert_int_eq(rawbpf_prog_query(&query, cgroup, attach_type), 0);
	return query.count;
}

/* The result of `act` in a process of the cgroup: 0, or a negative errno. */
static int in_cgroup(int (*act)(const void *), const void *argument)
{
	pid_t pid = cgroups_fork();
	int status;

	if (pid == 0) {
		int err = cgroups_enter(cgroup);

		_exit(err < 0 ? 255 : -act(argument));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_ne(WEXITSTATUS(status), 255);
	return -WEXITSTATUS(status);
}

/* ----------------------------------------------------------------------------- devices */

static int open_null(const void *flags)
{
	int fd = open("/dev/null", *(const int *)flags | O_CLOEXEC);

	return fd < 0 ? -errno : close(fd);
}

static void set_rules(unsigned count, const char *const *texts)
{
	struct rawbpf_device_rule rules[4];

	for (unsigned i = 0; i < count; i++) {
		ck_assert_int_eq(rawbpf_device_rule_parse(&rules[i], texts[i], NULL), 0);
		rules[i].allow = 1;
	}
	ck_assert_int_eq(devices_set(cgroup, rules, count), 0);
	ck_assert_uint_eq(attached(BPF_CGROUP_DEVICE), 1);
}

START_TEST(test_devices)
{
	const int reading = O_RDONLY, writing = O_WRONLY;

	set_rules(1, (const char *const[]){ "c 1:3 r" });
	ck_assert_int_eq(in_cgroup(open_null, &reading), 0);
	ck_assert_int_eq(in_cgroup(open_null, &writing), -EPERM);
	set_rules(2, (const char *const[]){ "c 1:5 r", "c 1:3 w" });
	ck_assert_int_eq(in_cgroup(open_null, &reading), -EPERM);
	ck_assert_int_eq(in_cgroup(open_null, &writing), 0);
	set_rules(0, NULL);
	ck_assert_int_eq(in_cgroup(open_null, &writing), -EPERM);
	ck_assert_int_eq(devices_set(cgroup, &(struct rawbpf_device_rule){ .type = 77 }, 1), -EINVAL);
	ck_assert_int_eq(devices_set(9999, NULL, 0), -EBADF);
}
END_TEST

static void attach_named(const char *name)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = insns, .insn_count = 2 });

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_prog_attach(prog, cgroup, BPF_CGROUP_DEVICE,
		&(struct rawbpf_prog_attach_spec){ .flags = BPF_F_ALLOW_MULTI }), 0);
	close(prog);
}

START_TEST(test_detach_named)
{
	attach_named("mine");
	attach_named(NULL);
	ck_assert_int_eq(detach_named(cgroup, BPF_CGROUP_DEVICE, ""), 1); /* of older code */
	attach_named("other");
	attach_named("mine");
	ck_assert_int_eq(detach_named(cgroup, BPF_CGROUP_DEVICE, "min"), 0);
	ck_assert_int_eq(detach_named(cgroup, BPF_CGROUP_DEVICE, "mine"), 2);
	ck_assert_uint_eq(attached(BPF_CGROUP_DEVICE), 1);
	ck_assert_int_eq(detach_named(cgroup, BPF_CGROUP_DEVICE, "mine"), 0);
	ck_assert_int_eq(detach_named(cgroup, BPF_CGROUP_DEVICE, "other"), 1);
	ck_assert_uint_eq(attached(BPF_CGROUP_DEVICE), 0);
	ck_assert_int_eq(detach_named(9999, BPF_CGROUP_DEVICE, "mine"), -EBADF);
}
END_TEST

/* ---------------------------------------------------------------------------- addresses */

static struct sockaddr_in place(const char *address, int port)
{
	struct sockaddr_in place = { .sin_family = AF_INET, .sin_port = htons(port) };

	ck_assert_int_eq(inet_pton(AF_INET, address, &place.sin_addr), 1);
	return place;
}

static struct sockaddr_in6 place6(const char *address, int port)
{
	struct sockaddr_in6 place = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	ck_assert_int_eq(inet_pton(AF_INET6, address, &place.sin6_addr), 1);
	return place;
}

static int send_ten_bytes(const void *address)
{
	const struct sockaddr_in to = place(address, PORT);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = sendto(fd, "0123456789", 10, 0, (const void *)&to, sizeof to) < 0 ? -errno : 0;

	close(fd);
	return err;
}

static int send_ten_bytes6(const void *address)
{
	const struct sockaddr_in6 to = place6(address, PORT);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = sendto(fd, "0123456789", 10, 0, (const void *)&to, sizeof to) < 0 ? -errno : 0;

	close(fd);
	return err;
}

static void address_add(int addresses, uint32_t prefix_bits, const char *address)
{
	struct { uint32_t prefix_bits; struct in6_addr address; } key = { .prefix_bits = prefix_bits };
	const uint32_t value = 0;

	ck_assert_int_eq(inet_pton(AF_INET6, address, &key.address), 1);
	ck_assert_int_eq(rawbpf_map_update(addresses, &key, &value, 0), 0);
}

static uint64_t counted(int counter)
{
	const uint32_t key = 0;
	uint64_t bytes = 1;

	ck_assert_int_eq(rawbpf_map_lookup(counter, &key, &bytes, 0), 0);
	return bytes;
}

START_TEST(test_firewall)
{
	enum { DATAGRAM = 20 + 8 + 10 }; /* IP and UDP have headers */
	int addresses = addresses_create(10), counter = counter_create();

	devices_enter();
	ck_assert_int_gt(addresses, 2);
	ck_assert_int_gt(counter, 2);
	ck_assert_int_eq(firewall_set(cgroup, addresses, counter), 0);
	ck_assert_int_eq(in_cgroup(send_ten_bytes, "127.0.7.1"), -EPERM);
	ck_assert_uint_eq(counted(counter), 0);
	address_add(addresses, 96 + 24, "::ffff:127.0.7.0");
	ck_assert_int_eq(in_cgroup(send_ten_bytes, "127.0.7.1"), 0);
	ck_assert_int_eq(in_cgroup(send_ten_bytes, "127.0.7.200"), 0);
	ck_assert_int_eq(in_cgroup(send_ten_bytes, "127.0.8.1"), -EPERM);
	/* Set again, the maps stay. */
	ck_assert_int_eq(firewall_set(cgroup, addresses, counter), 0);
	ck_assert_uint_eq(attached(BPF_CGROUP_INET_EGRESS), 1);
	ck_assert_int_eq(in_cgroup(send_ten_bytes, "127.0.7.9"), 0);
	ck_assert_uint_eq(counted(counter), 3 * DATAGRAM);
	close(addresses);
	close(counter);
}
END_TEST

static int has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert(fd >= 0 || errno == EAFNOSUPPORT);
	close(fd);
	return fd >= 0;
}

START_TEST(test_firewall_ipv6)
{
	enum { DATAGRAM = 40 + 8 + 10 };
	int addresses = addresses_create(10), counter = counter_create();

	if (!has_ipv6())
		SKIP("no IPv6");
	devices_enter();
	ck_assert_int_eq(firewall_set(cgroup, addresses, counter), 0);
	ck_assert_int_eq(in_cgroup(send_ten_bytes6, "::1"), -EPERM);
	address_add(addresses, 96, "::ffff:0.0.0.0"); /* all of IPv4 */
	ck_assert_int_eq(in_cgroup(send_ten_bytes6, "::1"), -EPERM);
	ck_assert_int_eq(in_cgroup(send_ten_bytes, "127.0.0.1"), 0);
	ck_assert_uint_eq(counted(counter), 20 + 8 + 10);
	address_add(addresses, 128, "::1");
	ck_assert_int_eq(in_cgroup(send_ten_bytes6, "::1"), 0);
	ck_assert_uint_eq(counted(counter), 20 + 8 + 10 + DATAGRAM);
	close(addresses);
	close(counter);
}
END_TEST

/* ------------------------------------------------------------------------------- limits */

struct bound {
	int family, type, port;
};

static int bind_there(const void *argument)
{
	const struct bound *bound = argument;
	const struct sockaddr_in at = place("127.0.0.1", bound->port);
	const struct sockaddr_in6 at6 = place6("::1", bound->port);
	int fd = socket(bound->family, bound->type | SOCK_CLOEXEC, 0);
	int err = bound->family == AF_INET ? bind(fd, (const void *)&at, sizeof at)
					   : bind(fd, (const void *)&at6, sizeof at6);

	err = err < 0 ? -errno : 0;
	close(fd);
	return err;
}

START_TEST(test_ports)
{
	static const struct { struct bound bound; int err; } binds[] = {
		{ { AF_INET, SOCK_STREAM, PORT }, 0 },
		{ { AF_INET, SOCK_DGRAM, PORT }, -EPERM },      /* the other protocol */
		{ { AF_INET, SOCK_STREAM, PORT + 1 }, -EPERM },
		{ { AF_INET, SOCK_STREAM, 0 }, -EPERM },
		{ { AF_INET, SOCK_DGRAM, 0 }, 0 },
		{ { AF_INET6, SOCK_STREAM, PORT }, 0 },
		{ { AF_INET6, SOCK_DGRAM, PORT }, -EPERM },
	};
	const struct { uint32_t protocol, port; } allowed[] = {
		{ IPPROTO_TCP, htons(PORT) }, { IPPROTO_UDP, 0 } };
	int ports = ports_create(RAWBPF_COUNT(allowed));
	const uint32_t value = 0;

	devices_enter();
	for (unsigned i = 0; i < RAWBPF_COUNT(allowed); i++)
		ck_assert_int_eq(rawbpf_map_update(ports, &allowed[i], &value, 0), 0);
	for (int again = 0; again < 2; again++)
		ck_assert_int_eq(ports_limit(cgroup, ports), 0);
	ck_assert_uint_eq(attached(BPF_CGROUP_INET4_BIND), 1);
	ck_assert_uint_eq(attached(BPF_CGROUP_INET6_BIND), 1);
	for (unsigned i = 0; i < RAWBPF_COUNT(binds); i++)
		if (binds[i].bound.family == AF_INET || has_ipv6())
			ck_assert_int_eq(in_cgroup(bind_there, &binds[i].bound), binds[i].err);
	ck_assert_int_eq(rawbpf_map_delete(ports, &allowed[0]), 0); /* while the program runs */
	ck_assert_int_eq(in_cgroup(bind_there, &binds[0].bound), -EPERM);
	ck_assert_int_eq(bind_there(&binds[0].bound), 0); /* this process is in another cgroup */
	ck_assert_int_eq(ports_limit(9999, ports), -EBADF);
	ck_assert_int_eq(ports_limit(cgroup, 9999), -EBADF);
	close(ports);
}
END_TEST

/* Send a datagram to a socket of this process, and receive it. */
static int receive_own(const void *address)
{
	const struct sockaddr_in at = place(address, PORT);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), err = 0;
	char byte;

	if (bind(fd, (const void *)&at, sizeof at) != 0 ||
	    sendto(fd, "0", 1, 0, (const void *)&at, sizeof at) != 1 || recv(fd, &byte, 1, 0) != 1)
		err = -errno;
	close(fd);
	return err;
}

START_TEST(test_net_devices)
{
	const uint32_t lo = if_nametoindex("lo"), other = lo + 1, value = 0;
	int devices = net_devices_create(4);

	devices_enter();
	ck_assert_int_eq(rawbpf_map_update(devices, &other, &value, 0), 0);
	for (int again = 0; again < 2; again++)
		ck_assert_int_eq(net_devices_limit(cgroup, devices), 0);
	ck_assert_uint_eq(attached(BPF_CGROUP_INET_EGRESS), 1);
	ck_assert_uint_eq(attached(BPF_CGROUP_INET_INGRESS), 1);
	ck_assert_int_eq(in_cgroup(receive_own, "127.0.0.1"), -EPERM);
	ck_assert_int_eq(receive_own("127.0.0.1"), 0); /* this process is in another cgroup */
	ck_assert_int_eq(rawbpf_map_update(devices, &lo, &value, 0), 0);
	ck_assert_int_eq(in_cgroup(receive_own, "127.0.0.1"), 0);
	/* What leaves may pass, what arrives may not. */
	ck_assert_int_eq(rawbpf_map_delete(devices, &lo), 0);
	ck_assert_int_eq(detach_named(cgroup, BPF_CGROUP_INET_EGRESS, "my_net_devices"), 1);
	ck_assert_int_eq(in_cgroup(receive_own, "127.0.0.1"), -EAGAIN);
	close(devices);
}
END_TEST

static int open_version(const void *nothing)
{
	int fd = open("/proc/version", O_RDONLY | O_CLOEXEC);

	(void)nothing;
	return fd < 0 ? -errno : close(fd);
}

/*
 * Whether LSM programs attach and run on this kernel. /sys/kernel/security tells that it calls them.
 * Debian's 5.10 attaches them, and does not.
 */
static int has_lsm(void)
{
	struct rawbpf_btf kernel;
	int has = 0;

	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	if (rawbpf_btf_kernel_open(&kernel) < 0)
		return 0;
	rawbpf_probe_attach_has(&has, RAWBPF_PROBE_LSM, &kernel, NULL);
	rawbpf_btf_close(&kernel);
	return has;
}

START_TEST(test_file_systems)
{
	struct { uint64_t cgroup, magic; } key = { .cgroup = 0 };
	const int flags = O_RDONLY;
	const uint32_t value = 0;
	struct rawbpf_link link;
	struct stat status;
	int map;

	if (!has_lsm())
		SKIP("no LSM programs");
	map = file_systems_create(4);
	ck_assert_int_eq(file_systems_limit(&link, map), 0);
	ck_assert_int_eq(fstat(cgroup, &status), 0);
	key.cgroup = status.st_ino;
	ck_assert_int_eq(in_cgroup(open_version, NULL), 0); /* not limited */
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, 0), 0);
	ck_assert_int_eq(in_cgroup(open_version, NULL), -EPERM);
	ck_assert_int_eq(open_version(NULL), 0); /* this process is in another cgroup */
	key.magic = PROC_SUPER_MAGIC;
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, 0), 0);
	ck_assert_int_eq(in_cgroup(open_version, NULL), 0);
	ck_assert_int_eq(in_cgroup(open_null, &flags), -EPERM); /* another file system */
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	ck_assert_int_eq(in_cgroup(open_null, &flags), 0);
	close(map);
}
END_TEST

/* ------------------------------------------------------------------------------ sockets */

/* Which device is a new socket bound to? */
static int bound_to_lo(const void *nothing)
{
	char name[IFNAMSIZ] = "";
	socklen_t size = sizeof name;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &size);

	(void)nothing;
	close(fd);
	return err < 0 ? -errno : strcmp(name, "lo") ? -ENODEV : 0;
}

START_TEST(test_sockets_bound)
{
	devices_enter();
	ck_assert_int_eq(in_cgroup(bound_to_lo, NULL), -ENODEV);
	ck_assert_int_eq(sockets_bind(cgroup, if_nametoindex("lo")), 0);
	ck_assert_int_eq(in_cgroup(bound_to_lo, NULL), 0);
	ck_assert_int_eq(bound_to_lo(NULL), -ENODEV); /* this process is in another cgroup */
	ck_assert_int_eq(sockets_bind(cgroup, 0), 0);
	ck_assert_int_eq(in_cgroup(bound_to_lo, NULL), -ENODEV);
	ck_assert_uint_eq(attached(BPF_CGROUP_INET_SOCK_CREATE), 1);
}
END_TEST

enum { WORKERS = 3, DATAGRAMS = 8 };

static unsigned received(int socket)
{
	char bytes[8];
	unsigned count = 0;

	while (recv(socket, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		count++;
	return count;
}

static void send_from_many_ports(const void *bytes, size_t size)
{
	const struct sockaddr_in to = place("127.0.0.1", PORT);

	for (unsigned i = 0; i < DATAGRAMS; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		ck_assert_int_eq(sendto(fd, bytes, size, 0, (const void *)&to, sizeof to), size);
		close(fd);
	}
}

START_TEST(test_workers)
{
	const struct sockaddr_in at = place("127.0.0.1", PORT);
	int workers = workers_create(WORKERS), sockets[WORKERS], yes = 1;

	devices_enter();
	ck_assert_int_gt(workers, 2);
	for (uint32_t i = 0; i < WORKERS; i++) {
		sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(setsockopt(sockets[i], SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes), 0);
		ck_assert_int_eq(bind(sockets[i], (const void *)&at, sizeof at), 0);
		ck_assert_int_eq(worker_add(workers, i, sockets[i]), 0);
	}
	ck_assert_int_eq(worker_add(workers, WORKERS, sockets[0]), -E2BIG);
	ck_assert_int_eq(workers_select(workers, sockets[1]), 0);
	for (unsigned char i = 0; i < WORKERS; i++) {
		send_from_many_ports((unsigned char[]){ 0x40, i, 0xaa }, 3);
		for (unsigned n = 0; n < WORKERS; n++)
			ck_assert_uint_eq(received(sockets[n]), n == i ? DATAGRAMS : 0);
	}
	/* too short, or of no worker: the hash decides, and nothing is lost */
	for (unsigned size = 1; size < 3; size++) {
		send_from_many_ports((unsigned char[]){ 0x40, 200 }, size);
		ck_assert_uint_eq(received(sockets[0]) + received(sockets[1]) + received(sockets[2]),
				  DATAGRAMS);
	}
	for (unsigned i = 0; i < WORKERS; i++)
		close(sockets[i]);
	close(workers);
}
END_TEST

/* --------------------------------------------------------------------------------- XDP */

enum { FRAMES = 3 };

/* Frames into one wire go on to its other end, and, with an entry, come out of another wire. */
START_TEST(test_redirect_device)
{
	int map, sender, straight, other;
	struct rawbpf_link link;

	devices_enter();
	if (devices_add_veth("in0", "in1") < 0)
		SKIP("no veth devices");
	devices_add_veth("out0", "out1");
	sender = devices_tap("in0");
	straight = devices_tap("in1");
	other = devices_tap("out1");
	map = redirect_create(BPF_MAP_TYPE_DEVMAP, 4);
	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(redirect_attach(&link, if_nametoindex("in1"), map, XDP_FLAGS_SKB_MODE), 0);
	devices_send(sender, 1);
	ck_assert_int_eq(devices_receive(straight, 0), 1);
	ck_assert_int_eq(redirect_set(map, 0, if_nametoindex("out0")), 0);
	for (unsigned char i = 0; i < FRAMES; i++)
		devices_send(sender, 10 + i);
	for (unsigned char i = 0; i < FRAMES; i++)
		ck_assert_int_eq(devices_receive(other, 0), 10 + i);
	ck_assert_int_eq(devices_receive(straight, MSG_DONTWAIT), -1);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(sender);
	close(straight);
	close(other);
	close(map);
}
END_TEST

/* The same program with a map of CPUs, and with one of sockets that is empty. */
START_TEST(test_redirect_others)
{
	static const unsigned types[] = { BPF_MAP_TYPE_CPUMAP, BPF_MAP_TYPE_XSKMAP };
	int map, sender, receiver;
	struct rawbpf_link link;

	if (types[_i] == BPF_MAP_TYPE_CPUMAP && live_kernel() < 0x50f)
		SKIP("with generic XDP, cpumaps are of 5.15");
	devices_enter();
	if (devices_add_veth("in0", "in1") < 0)
		SKIP("no veth devices");
	sender = devices_tap("in0");
	receiver = devices_tap("in1");
	map = redirect_create(types[_i], 1);
	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(redirect_attach(&link, if_nametoindex("in1"), map, XDP_FLAGS_SKB_MODE), 0);
	if (types[_i] == BPF_MAP_TYPE_CPUMAP)
		ck_assert_int_eq(redirect_set(map, 0, 64), 0);
	for (unsigned char i = 0; i < FRAMES; i++)
		devices_send(sender, 10 + i);
	for (unsigned char i = 0; i < FRAMES; i++)
		ck_assert_int_eq(devices_receive(receiver, 0), 10 + i);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);
	close(sender);
	close(receiver);
	close(map);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_devices);
	tcase_add_test(tests, test_detach_named);
	tcase_add_test(tests, test_firewall);
	tcase_add_test(tests, test_firewall_ipv6);
	tcase_add_test(tests, test_ports);
	tcase_add_test(tests, test_net_devices);
	tcase_add_test(tests, test_file_systems);
	tcase_add_test(tests, test_sockets_bound);
	tcase_add_test(tests, test_workers);
	tcase_add_test(tests, test_redirect_device);
	tcase_add_loop_test(tests, test_redirect_others, 0, 2);
}

int main(void)
{
	return cgroups_run("moving", add_tests);
}
