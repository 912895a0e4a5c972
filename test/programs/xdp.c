/* SPDX-License-Identifier: MIT */
/* XDP: a load balancer. Bounds, checksums, a hash, byte orders, a jump table, loops. */
#include "bpf.h"

struct xdp {
	u32 data, end, meta, ifindex, queue;
};

struct ethernet {
	u8 to[6], from[6];
	u16 type;
} __attribute__((packed));

struct ip {
	u8 version, tos;
	u16 length, id, fragment;
	u8 ttl, protocol;
	u16 sum;
	u32 from, to;
};

struct tcp {
	u16 from, to;
	u32 sequence, acknowledged;
	u16 flags, window, sum, urgent;
};

struct backend {
	u32 address, ifindex;
	u8 mac[6];
	u16 weight;
	u64 packets, bytes;
};

struct service {
	u32 address;
	u16 port;
	u16 backends;
	s32 offset;
};

enum { ABORTED, DROP, PASS, TX, REDIRECT };

NOINLINE u32 mix(u32 a, u32 b, u32 c)
{
	a -= c;
	a ^= c << 4 | c >> 28;
	c += b;
	b -= a;
	b ^= a << 6 | a >> 26;
	a += c;
	c -= b;
	c ^= b << 8 | b >> 24;
	b += a;
	return c ^ (b << 14 | b >> 18);
}

INLINE u16 fold(u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

INLINE u16 ip_sum(struct ip *ip)
{
	u16 *words = (u16 *)ip;
	u64 sum = 0;

	ip->sum = 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < 10; i++)
		sum += words[i];
	return fold(sum);
}

NOINLINE int send_to(struct backend *backend, struct ethernet *ethernet, struct ip *ip, u32 length)
{
	u32 old = ip->to;

	ip->to = backend->address;
	ip->ttl--;
	ip->sum = ip_sum(ip);
	__builtin_memcpy(ethernet->from, ethernet->to, 6);
	__builtin_memcpy(ethernet->to, backend->mac, 6);
	__sync_fetch_and_add(&backend->packets, 1);
	__sync_fetch_and_add(&backend->bytes, length);
	if (old == backend->address)
		return TX;
	return redirect(backend->ifindex, 0);
}

SECTION("prog/balance")
int balance(struct xdp *xdp)
{
	u8 *data = (u8 *)(u64)xdp->data, *end = (u8 *)(u64)xdp->end;
	struct ethernet *ethernet = (void *)data;
	struct ip *ip = (void *)(ethernet + 1);
	struct tcp *tcp = (void *)(ip + 1);
	struct service *service;
	struct backend *backend;
	u64 key;
	u32 chosen;

	if (data + sizeof(*ethernet) + sizeof(*ip) + sizeof(*tcp) > end)
		return PASS;
	if (ethernet->type != htons(0x0800) || ip->version != 0x45 || ip->ttl <= 1)
		return PASS;
	if (ip->protocol != 6 || ip->fragment & htons(0x3fff))
		return PASS;
	key = (u64)htonl(ip->to) << 16 | htons(tcp->to);
	service = map_lookup(MAP(6), &key);
	if (!service)
		return service ? DROP : PASS;
	chosen = mix(ip->from, (u32)tcp->from << 16 | tcp->to, 0x9e3779b9);
	chosen = service->offset + chosen % (service->backends ? service->backends : 1);
	backend = map_lookup(MAP(7), &chosen);
	if (!backend)
		return DROP;
	return send_to(backend, ethernet, ip, end - data);
}

SECTION("prog/classify")
int classify(struct xdp *xdp)
{
	u8 *data = (u8 *)(u64)xdp->data, *end = (u8 *)(u64)xdp->end;
	int verdict = PASS;

	for (int i = 0; i < 64 && data + i + 1 <= end; i++) {
		switch (data[i]) {
		case 0x00:
			verdict += 1;
			break;
		case 0x0a:
		case 0x0d:
			verdict ^= i;
			break;
		case 0x20:
			verdict -= (u32)verdict / 3;
			break;
		case 0x41 ... 0x5a:
			verdict += (s8)data[i] * i;
			break;
		case 0xff:
			return verdict < -100 ? DROP : ABORTED;
		default:
			verdict |= (verdict << 1) & 0x55555555;
		}
	}
	return random_u32() % 100 < 1 ? DROP : verdict & 3;
}

SECTION("prog/orders")
u64 orders(u64 *values)
{
	u64 swapped = __builtin_bswap64(values[0]);

	swapped ^= __builtin_bswap32(values[1]);
	swapped += __builtin_bswap16(values[2]);
	values[3] = -1;
	values[4] = 0x7fffffff;
	((u32 *)values)[10] = 0xdeadbeef;
	((u16 *)values)[22] = 0xffff;
	((u8 *)values)[46] = 0x80;
	return swapped - 0x123456789abcdef0ULL;
}

SECTION("prog/signed")
s64 signed_division(s64 *values, s32 *small)
{
#if defined(__BPF_CPU_VERSION__) && __BPF_CPU_VERSION__ >= 4
	return values[0] / values[1] + values[2] % 7 + small[0] / small[1] + small[2] % -3;
#else
	return values[0] > small[0] ? values[1] >> 63 : values[2] <= small[1];
#endif
}
