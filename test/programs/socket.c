/* SPDX-License-Identifier: MIT */
/* An old-style socket filter: packet loads, a DNS name, ports, a rate limit. */
#include "bpf.h"

u64 load_byte(void *skb, u64 off) asm("llvm.bpf.load.byte");
u64 load_half(void *skb, u64 off) asm("llvm.bpf.load.half");
u64 load_word(void *skb, u64 off) asm("llvm.bpf.load.word");

struct sk_buff {
	u32 len, pkt_type, mark, queue, protocol, vlan, vlan_tci, vlan_proto, priority;
	u32 ingress, ifindex, tc_index, cb[5], hash;
};

struct flow {
	u32 from, to;
	u16 ports[2];
	u8 protocol, pad[3];
};

struct bucket {
	u64 tokens, last;
	u32 dropped;
	s16 balance;
	s8 trend;
};

enum { ETH = 14, IP = 0x0800, IPV6 = 0x86dd, TCP = 6, UDP = 17, ICMP = 1 };

INLINE int parse(struct sk_buff *skb, struct flow *flow, u32 *at)
{
	u32 verihl = load_byte(skb, ETH);

	flow->protocol = load_byte(skb, ETH + 9);
	flow->from = load_word(skb, ETH + 12);
	flow->to = load_word(skb, ETH + 16);
	*at = ETH + ((verihl & 15) << 2);
	if (load_half(skb, ETH + 6) & 0x1fff)
		return 0;
	if (flow->protocol != TCP && flow->protocol != UDP)
		return flow->protocol == ICMP;
	flow->ports[0] = load_half(skb, *at);
	flow->ports[1] = load_half(skb, *at + 2);
	return 1;
}

NOINLINE int allowed(struct flow *flow, u32 length)
{
	struct bucket fresh = { .tokens = 100000, .balance = -1, .trend = 1 };
	struct bucket *bucket = map_lookup(MAP(1), flow);
	u64 now = ktime();

	if (!bucket) {
		fresh.last = now;
		map_update(MAP(1), flow, &fresh, 1);
		return 1;
	}
	bucket->tokens += (now - bucket->last) / 1000000 * 1500;
	if (bucket->tokens > 10000000)
		bucket->tokens = 10000000;
	bucket->last = now;
	if (bucket->balance < -100 || bucket->trend < 0)
		bucket->balance += bucket->trend;
	if (bucket->tokens < length) {
		__sync_fetch_and_add(&bucket->dropped, 1);
		bucket->trend--;
		return 0;
	}
	bucket->tokens -= length;
	return 1;
}

SECTION("prog/socket")
int limit(struct sk_buff *skb)
{
	struct flow flow = {};
	u32 at = 0;

	if (skb->protocol != htons(IP))
		return skb->protocol == htons(IPV6) ? (int)skb->len : 0;
	if (!parse(skb, &flow, &at))
		return 0;
	return allowed(&flow, skb->len) ? (int)skb->len : 0;
}

SECTION("prog/dns")
int dns(struct sk_buff *skb)
{
	u32 hash = 5381, at = ETH + 20 + 8 + 12;

	if (load_half(skb, ETH + 20 + 2) != 53)
		return 0;
	if (load_half(skb, ETH + 20 + 8 + 2) & 0x8000)
		return 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < 12; i++) {
		u32 c = load_byte(skb, at + i);

		if (!c)
			break;
		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		hash = (hash << 5) + hash + c;
	}
	hash ^= hash >> 16;
	hash *= 0x85ebca6b;
	hash ^= hash >> 13;
	return map_lookup(MAP(2), &hash) ? 0 : -1;
}

SECTION("prog/marks")
int marks(struct sk_buff *skb)
{
	switch (skb->mark & 0xff) {
	case 1:
		return skb->len / 3;
	case 2:
		return skb->len % 7;
	case 3:
		return (s32)skb->hash >> 5;
	case 4:
		return skb->vlan_tci >> 13 ^ skb->priority;
	case 9:
		return -(s32)skb->queue;
	case 77:
		skb->cb[0] = skb->cb[1] * skb->cb[2];
		return skb->cb[0] > 0x7fffffff;
	default:
		return 0;
	}
}
