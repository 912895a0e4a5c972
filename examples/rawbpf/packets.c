/* SPDX-License-Identifier: MIT */
/* Read pcap files: a header of 24 bytes; then of each packet a header of 16 bytes, and its bytes. */
#include "packets.h"

#include <string.h>

enum { FILE_HEADER = 24, PACKET_HEADER = 16, ETHERNET = 1 };

static const uint32_t MAGIC_US = 0xa1b2c3d4, MAGIC_NS = 0xa1b23c4d, MAGIC_NG = 0x0a0d0d0a;

static uint32_t number_at(const struct packets *packets, size_t at)
{
	uint32_t number;

	memcpy(&number, packets->file.data + at, sizeof number);
	return packets->is_swapped ? __builtin_bswap32(number) : number;
}

static int is_magic(uint32_t number)
{
	return number == MAGIC_US || number == MAGIC_NS;
}

int packets_open(struct packets *packets, const struct subcommand *subcommand, const char *path)
{
	static char zeros[64];
	uint32_t magic, link;

	*packets = (struct packets){ .subcommand = subcommand,
				     .file = { .name = "zeros", .data = zeros, .size = sizeof zeros } };
	if (path && tool_read(subcommand, path, &packets->file) != OK)
		return FAILED;
	if (packets->file.size < sizeof magic)
		return OK;
	magic = number_at(packets, 0);
	if (magic == MAGIC_NG)
		return tool_fail(subcommand, "%s: a pcapng file; convert it: editcap -F pcap %s FILE", path, path);
	packets->is_swapped = is_magic(__builtin_bswap32(magic));
	packets->is_pcap = packets->is_swapped || is_magic(magic);
	if (!packets->is_pcap)
		return OK;
	if (packets->file.size < FILE_HEADER)
		return tool_fail(subcommand, "%s: a pcap file that ends within its header", path);
	link = number_at(packets, 20) & 0xffff;
	packets->at = FILE_HEADER;
	return link == ETHERNET ? OK : tool_fail(subcommand, "%s: a pcap file of link type %u; the kernel runs "
						 "programs on Ethernet frames, type 1", path, link);
}

int packets_next(struct packets *packets)
{
	size_t rest = packets->file.size - packets->at;

	if (!packets->is_pcap) {
		packets->data = packets->file.data;
		packets->size = packets->file.size;
		return packets->number++ == 0;
	}
	if (!rest)
		return 0;
	packets->number++;
	packets->size = rest < PACKET_HEADER ? 0 : number_at(packets, packets->at + 8);
	if (rest < PACKET_HEADER || packets->size > rest - PACKET_HEADER) {
		tool_fail(packets->subcommand, "%s: the file ends within packet %u", packets->file.name,
			  packets->number);
		return -1;
	}
	packets->data = packets->file.data + packets->at + PACKET_HEADER;
	packets->at += PACKET_HEADER + packets->size;
	return 1;
}
