/* SPDX-License-Identifier: MIT */
/* Collections at places other than system calls: exact counts of this test's own events. */
#include "started.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#define COUNT                                                                                      \
	"	r1 = &count[0]\n"                                                                  \
	"	r2 = 1\n"                                                                          \
	"	lock *(u64 *)(r1 + 0) += r2\n"

#define OWN                                                                                        \
	"	call get_current_pid_tgid\n"                                                       \
	"	r0 >>= 32\n"                                                                       \
	"	if r0 != opt.pid goto out\n"

#define MAP ".map count array u32 u64 1\n.param device \"\" \"-l DEVICE: the network device\"\n"
#define END "out:	r0 = 0\n	exit\n"

/* ------------------------------------------------------------------------ user programs */

__attribute__((noinline)) int live_places_probed(int argument)
{
	__asm__ volatile("" : : : "memory");
	return argument + 1;
}

START_TEST(test_uprobe)
{
	static const char *const texts[] = {
		MAP ".prog p\n.at uprobe \"/proc/self/exe\":live_places_probed\n" OWN COUNT END,
		MAP ".prog p\n.at uretprobe \"/proc/self/exe\":live_places_probed\n" OWN COUNT END,
	};

	must_start(texts[_i]);
	for (int i = 0; i < 6; i++)
		live_places_probed(i);
	ck_assert_uint_eq(count(), 6);
	rawbpf_live_close(&live);
}
END_TEST

START_TEST(test_no_symbol)
{
	ck_assert_int_eq(start(MAP ".prog p\n.at uprobe \"/proc/self/exe\":no_such_function\n" OWN COUNT END), -ESRCH);
	ck_assert_uint_eq(live.reason_count, 1);
	rawbpf_live_close(&live);
}
END_TEST

/* 200 samples a second of a process that computes: some come. */
START_TEST(test_perf)
{
	struct timespec now;
	time_t end;

	must_start(MAP ".prog p\n.at perf 200\n" OWN COUNT END);
	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + PATIENCE_MS / 1000;
	while (!count()) {
		for (volatile int i = 0; i < 10000000; i++)
			;
		clock_gettime(CLOCK_MONOTONIC, &now);
		ck_assert_int_lt(now.tv_sec, end);
	}
	ck_assert_int_eq(rawbpf_live_detach(&live), 0);
	rawbpf_live_close(&live);
}
END_TEST

/* ------------------------------------------------------------------------------- tracing */

START_TEST(test_tracepoint)
{
	live_mount_tracefs();
	must_start(MAP ".prog p\n"
		   ".at tracepoint syscalls:sys_enter_getpriority\n"
		   "	r6 = *(u64 *)(r1 + sys_enter_getpriority.who)\n"
		   OWN
		   "	if r6 != 77 goto out\n" COUNT END);
	for (int i = 70; i < 80; i++)
		syscall(SYS_getpriority, 0, i);
	ck_assert_uint_eq(count(), 1);
	rawbpf_live_close(&live);
}
END_TEST

/* ------------------------------------------------------------------------------- packets */

/* Send this many datagrams to ourselves. */
static void send_datagrams(unsigned number)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	while (number--)
		ck_assert_int_eq(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to), 1);
	close(fd);
}

static void own_network(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	request.ifr_flags = IFF_UP;
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

/* Count UDP: an ICMP error answers a datagram. */
static const char *const packet_texts[] = {
	MAP ".prog p\n.at xdp device\n"
	"	r2 = *(u32 *)(r1 + xdp_md.data)\n"
	"	r3 = *(u32 *)(r1 + xdp_md.data_end)\n"
	"	r4 = r2 + 24\n"
	"	if r4 > r3 goto out\n"
	"	r4 = *(u8 *)(r2 + 23)\n"
	"	if r4 != IPPROTO_UDP goto out\n" COUNT
	"out:	r0 = XDP_PASS\n	exit\n",
	MAP ".prog p\n.at tc device ingress\n"
	"	r2 = *(u32 *)(r1 + __sk_buff.data)\n"
	"	r3 = *(u32 *)(r1 + __sk_buff.data_end)\n"
	"	r4 = r2 + 24\n"
	"	if r4 > r3 goto out\n"
	"	r4 = *(u8 *)(r2 + 23)\n"
	"	if r4 != 17 goto out\n" COUNT END,
	MAP ".prog p\n.at tc device egress\n"
	"	r2 = *(u32 *)(r1 + __sk_buff.data)\n"
	"	r3 = *(u32 *)(r1 + __sk_buff.data_end)\n"
	"	r4 = r2 + 24\n"
	"	if r4 > r3 goto out\n"
	"	r4 = *(u8 *)(r2 + 23)\n"
	"	if r4 != 17 goto out\n" COUNT END,
};

START_TEST(test_packets)
{
	own_network();
	must_start(packet_texts[_i]);
	send_datagrams(5);
	ck_assert_uint_eq(count(), 5);
	ck_assert_int_eq(rawbpf_live_detach(&live), 0);
	send_datagrams(5);
	ck_assert_uint_eq(count(), 5);
	rawbpf_live_close(&live);
}
END_TEST

/* A device that does not exist; no device: then the program is only loaded. */
START_TEST(test_no_device)
{
	own_network();
	options[1].text = "no_such_device";
	ck_assert_int_eq(start(packet_texts[0]), -ENODEV);
	ck_assert_uint_eq(live.reason_count, 1);
	rawbpf_live_close(&live);

	options[1].text = "";
	must_start(packet_texts[0]);
	ck_assert_int_gt(live.programs[0].fd, 2);
	ck_assert_int_eq(live.programs[0].link.fd, 0);
	rawbpf_live_close(&live);
}
END_TEST

static void add_tests(TCase *tests)
{
	options[1] = (struct rawbpf_option){ .name = "device", .text = "lo" };
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_uprobe, 0, 2);
	tcase_add_test(tests, test_no_symbol);
	tcase_add_test(tests, test_perf);
	tcase_add_test(tests, test_tracepoint);
	tcase_add_loop_test(tests, test_packets, 0, RAWBPF_COUNT(packet_texts));
	tcase_add_test(tests, test_no_device);
}

int main(void)
{
	return unit_run("live_places", add_tests);
}
