/* SPDX-License-Identifier: MIT */
/* The packets of a file: those of a pcap file, or the whole file as one. */
#ifndef EXAMPLES_RAWBPF_PACKETS_H
#define EXAMPLES_RAWBPF_PACKETS_H

#include "tool.h"

#include <stdint.h>

/* A walk over packets. */
struct packets {
	const struct subcommand *subcommand; /* for messages */
	struct file file;
	int is_pcap, is_swapped; /* swapped: written by a machine of the other byte order */
	size_t at;               /* of the next one in the file */
	unsigned number;         /* of the current one, from 1 on */
	const char *data;        /* the current one */
	size_t size;
};

/* Read a file; NULL is one packet of 64 zeros. Returns OK, or FAILED after a message. */
int packets_open(struct packets *packets, const struct subcommand *subcommand, const char *path);

/* Go to the next packet. Returns 1, 0 at the end, or -1 after a message. */
int packets_next(struct packets *packets);

#endif
