/* SPDX-License-Identifier: MIT */
/* Programs on a single socket. */
#include <asm/socket.h>
#include <rawbpf/net.h>

#include "../sys/sys.h"

#ifndef SO_DETACH_REUSEPORT_BPF
#define SO_DETACH_REUSEPORT_BPF 68
#endif

static int socket_set(int fd, int option, int value)
{
	return rawbpf__setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}

int rawbpf_socket_attach(int prog, int socket)
{
	return socket_set(socket, SO_ATTACH_BPF, prog);
}

int rawbpf_socket_detach(int socket)
{
	return socket_set(socket, SO_DETACH_BPF, 0);
}

int rawbpf_reuseport_attach(int prog, int socket)
{
	return socket_set(socket, SO_ATTACH_REUSEPORT_EBPF, prog);
}

int rawbpf_reuseport_detach(int socket)
{
	return socket_set(socket, SO_DETACH_REUSEPORT_BPF, 0);
}
