/* SPDX-License-Identifier: MIT */
/* Maps that steer packets and connections, with real traffic. */
#include "../examples/devices.h"
#include "map_types.h"

#include <netinet/in.h>

enum { FRAMES = 3, KEY = 3 };

/* ---------------------------------------------------------------------- between sockets */

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Connect two sockets of this process: one end reads what the other writes. */
static void connect_pair(int ends[2])
{
	const struct timeval patience = { .tv_sec = 5 };
	struct sockaddr_in place = loopback(0);
	socklen_t size = sizeof place;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(listener, (void *)&place, sizeof place), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (void *)&place, &size), 0);
	ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(ends[0], (void *)&place, sizeof place), 0);
	ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(ends[1], 0);
	for (int end = 0; end < 2; end++)
		setsockopt(ends[end], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	close(listener);
}

static void close_pair(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static void assert_received(int end, const char *text)
{
	char got[32] = "";

	ck_assert_int_eq(recv(end, got, sizeof got, 0), strlen(text));
	ck_assert_str_eq(got, text);
}

/* Attach with the link of 6.10, or with the older attachment, which lasts as long as the map. */
static void attach_to_sockets(struct rawbpf_link *link, int map, int prog, unsigned type)
{
	*link = (struct rawbpf_link){ 0 };
	if (live_kernel() >= 0x60a)
		ck_assert_int_eq(rawbpf_sockmap_attach(link, prog, map, type), 0);
	else
		ck_assert_int_eq(rawbpf_prog_attach(prog, map, type, NULL), 0);
}

/* A relay: data that one connection's near end receives leaves on the other connection. */
START_TEST(test_sockmap)
{
	int map = live_map(BPF_MAP_TYPE_SOCKMAP, 4, 4, 2), client[2], server[2], prog;
	struct rawbpf_link link;

	devices_enter();
	connect_pair(client);
	connect_pair(server);
	prog = map_types_load(BPF_PROG_TYPE_SK_SKB,
		"r2 = map a; r3 = 1; r4 = 0\n"
		"call sk_redirect_map\n"
		"exit\n", &map,
		&(struct rawbpf_prog_spec){ .expected_attach_type = BPF_SK_SKB_STREAM_VERDICT });
	attach_to_sockets(&link, map, prog, BPF_SK_SKB_STREAM_VERDICT);
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 0 }, &client[1], 0), 0);
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 1 }, &server[0], 0), 0);
	ck_assert_int_eq(send(client[0], "hello", 5, 0), 5);
	assert_received(server[1], "hello");
	ck_assert_int_eq(recv(client[1], (char[8]){ 0 }, 8, MSG_DONTWAIT), -1);
	rawbpf_link_detach(&link);
	close_pair(client);
	close_pair(server);
	close(prog);
	close(map);
}
END_TEST

/* A shortcut: data sent on one connection arrive on another, without the network. */
START_TEST(test_sockhash)
{
	int map = live_map(BPF_MAP_TYPE_SOCKHASH, 4, 4, 2), first[2], second[2], prog;
	struct rawbpf_link link;

	devices_enter();
	connect_pair(first);
	connect_pair(second);
	prog = map_types_load(BPF_PROG_TYPE_SK_MSG,
		"*(u32 *)(r10 - 4) = 70\n"
		"r2 = map a; r3 = r10; r3 += -4; r4 = 1\n" /* BPF_F_INGRESS */
		"call msg_redirect_hash\n"
		"exit\n", &map, NULL);
	attach_to_sockets(&link, map, prog, BPF_SK_MSG_VERDICT);
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 50 }, &first[0], 0), 0);
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 70 }, &second[1], 0), 0);
	ck_assert_int_eq(send(first[0], "short cut", 9, 0), 9);
	assert_received(second[1], "short cut");
	ck_assert_int_eq(recv(first[1], (char[8]){ 0 }, 8, MSG_DONTWAIT), -1);
	rawbpf_link_detach(&link);
	close_pair(first);
	close_pair(second);
	close(prog);
	close(map);
}
END_TEST

/* Two sockets share a port. The map decides which one gets a datagram. */
START_TEST(test_reuseport)
{
	enum { DATAGRAMS = 10, PORT = 4242 };
	const struct sockaddr_in place = loopback(PORT);
	const int yes = 1;
	int map = live_map(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 8, 2), sockets[2], prog;

	devices_enter();
	prog = map_types_load(BPF_PROG_TYPE_SK_REUSEPORT,
		"*(u32 *)(r10 - 4) = 1\n"
		"r2 = map a; r3 = r10; r3 += -4; r4 = 0\n"
		"call sk_select_reuseport\n"
		"r0 = 1\n" /* SK_PASS */
		"exit\n", &map, NULL);
	for (int i = 0; i < 2; i++) {
		sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(setsockopt(sockets[i], SOL_SOCKET, SO_REUSEPORT, &yes, 4), 0);
		ck_assert_int_eq(bind(sockets[i], (void *)&place, sizeof place), 0);
	}
	ck_assert_int_eq(setsockopt(sockets[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &prog, 4), 0);
	for (int chosen = 0; chosen < 2; chosen++) {
		const uint64_t fd = sockets[chosen];
		int received[2] = { 0 };

		ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 1 }, &fd, 0), 0);
		for (int i = 0; i < DATAGRAMS; i++) {
			int sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

			ck_assert_int_eq(sendto(sender, "x", 1, 0, (void *)&place, sizeof place),
					 1);
			close(sender);
		}
		for (int i = 0; i < 2; i++)
			while (recv(sockets[i], (char[8]){ 0 }, 8, MSG_DONTWAIT) == 1)
				received[i]++;
		ck_assert_int_eq(received[chosen], DATAGRAMS);
		ck_assert_int_eq(received[!chosen], 0);
		ck_assert_int_eq(rawbpf_map_delete(map, &(uint32_t){ 1 }), 0);
	}
	close_pair(sockets);
	close(prog);
	close(map);
}
END_TEST

/* ----------------------------------------------------------------------- between devices */

/*
 * Redirect a device's packets to the map's entry at `key`. `fall_back` is the verdict if the entry
 * is empty.
 */
static int attach_redirect(struct rawbpf_link *link, const char *device, int map, int key,
			   int fall_back)
{
	char text[200];
	int prog;

	snprintf(text, sizeof text,
		 "r1 = map a; r2 = %d; r3 = %d\n"
		 "call redirect_map\n"
		 "exit\n", key, fall_back);
	prog = map_types_load(BPF_PROG_TYPE_XDP, text, &map, NULL);
	ck_assert_int_eq(rawbpf_xdp_attach(link, prog, if_nametoindex(device),
					   XDP_FLAGS_SKB_MODE), 0);
	return prog;
}

/* A frame into one wire comes out of another one. */
static void redirect_to_device(unsigned type)
{
	int map, sender, receiver, prog;
	struct rawbpf_link link;
	uint32_t device;

	devices_enter();
	if (devices_add_veth("in0", "in1") < 0)
		SKIP("no veth devices");
	devices_add_veth("out0", "out1");
	map = live_map(type, 4, 4, 8);
	sender = devices_tap("in0");
	receiver = devices_tap("out1");
	prog = attach_redirect(&link, "in1", map, KEY, XDP_DROP);
	devices_send(sender, 1); /* the entry is empty */
	device = if_nametoindex("out0");
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ KEY }, &device, 0), 0);
	for (int frame = 0; frame < FRAMES; frame++)
		devices_send(sender, 10 + frame);
	for (int frame = 0; frame < FRAMES; frame++)
		ck_assert_int_eq(devices_receive(receiver, 0), 10 + frame);
	ck_assert_int_eq(devices_receive(receiver, MSG_DONTWAIT), -1);
	rawbpf_link_detach(&link);
	close(sender);
	close(receiver);
	close(prog);
	close(map);
}

START_TEST(test_devmap)
{
	redirect_to_device(BPF_MAP_TYPE_DEVMAP);
}
END_TEST

START_TEST(test_devmap_hash)
{
	redirect_to_device(BPF_MAP_TYPE_DEVMAP_HASH);
}
END_TEST

/* The value is how many packets may wait for the CPU that processes them. */
START_TEST(test_cpumap)
{
	int map, sender, receiver, prog;
	struct rawbpf_link link;

	if (live_kernel() < 0x50f)
		SKIP("with generic XDP, cpumaps are of 5.15");
	devices_enter();
	if (devices_add_veth("in0", "in1") < 0)
		SKIP("no veth devices");
	map = live_map(BPF_MAP_TYPE_CPUMAP, 4, 4, 1);
	sender = devices_tap("in0");
	receiver = devices_tap("in1");
	prog = attach_redirect(&link, "in1", map, 0, XDP_DROP);
	devices_send(sender, 1); /* the entry is empty */
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 0 }, &(uint32_t){ 64 }, 0), 0);
	for (int frame = 0; frame < FRAMES; frame++)
		devices_send(sender, 10 + frame);
	for (int frame = 0; frame < FRAMES; frame++)
		ck_assert_int_eq(devices_receive(receiver, 0), 10 + frame);
	ck_assert_int_eq(devices_receive(receiver, MSG_DONTWAIT), -1);
	rawbpf_link_detach(&link);
	close(sender);
	close(receiver);
	close(prog);
	close(map);
}
END_TEST

/* The map is created and filled. Without a socket for them, packets pass on. */
START_TEST(test_xskmap)
{
	int map = live_map(BPF_MAP_TYPE_XSKMAP, 4, 4, 8), sender, receiver, prog;
	int xsk = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct rawbpf_link link;

	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ KEY }, &other, 0), -EOPNOTSUPP);
	/* 7.3 accepts only bound sockets, 6.18 any. */
	if (xsk >= 0)
		ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 0 }, &xsk, 0),
				 live_kernel() < 0x700 ? 0 : -ENOBUFS);
	close(xsk);
	close(other);
	devices_enter();
	if (devices_add_veth("in0", "in1") < 0) {
		close(map);
		SKIP("no veth devices");
	}
	sender = devices_tap("in0");
	receiver = devices_tap("in1");
	prog = attach_redirect(&link, "in1", map, KEY, XDP_PASS);
	devices_send(sender, 7);
	ck_assert_int_eq(devices_receive(receiver, 0), 7);
	rawbpf_link_detach(&link);
	close(sender);
	close(receiver);
	close(prog);
	close(map);
}
END_TEST

const struct map_use map_uses_net[] = {
	USE(DEVMAP, test_devmap),
	USE(DEVMAP_HASH, test_devmap_hash),
	USE(CPUMAP, test_cpumap),
	USE(XSKMAP, test_xskmap),
	USE(SOCKMAP, test_sockmap),
	USE(SOCKHASH, test_sockhash),
	USE(REUSEPORT_SOCKARRAY, test_reuseport),
	{ 0 }
};
