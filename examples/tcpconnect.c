/* SPDX-License-Identifier: MIT */
/*
 * Show the TCP connections that processes open: the thread, both addresses and the result.
 *
 * A thread begins a connection, in connect(2) or otherwise. The connection succeeds or fails later,
 * when the answer arrives; the CPU may then run any thread. At the start the source port is not
 * known yet; at the end the thread is no longer known. So the program runs at each change of a
 * socket's state. It stores the thread when the state becomes SYN_SENT, and sends the record when
 * the state changes again. The key is the address of the socket. Read chrootsnoop.c first.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <rawbpf/btf.h>

#include "snoop/snoop.h"

struct record {
	struct snoop_head head;      /* the thread that began it, at that time */
	uint64_t end;                /* ns, as head.time */
	uint16_t family;             /* AF_INET, AF_INET6 */
	uint16_t source_port, destination_port;
	uint16_t state;              /* TCP_ESTABLISHED; any other: it failed */
	/* errno of a failed connection, or 0 if the kernel set none; UNKNOWN */
	int32_t error;
	uint32_t unused;
	unsigned char source[16], destination[16]; /* IPv4: the first 4 bytes */
};

enum { UNKNOWN = -1 };

/*
 * The places of these values. A tracepoint has them in its record, the context. The other ways read
 * them from the socket, whose first members have the same offsets on all known kernels. Ports there
 * are in network order, except the source port, which becomes 0 when the connection fails.
 */
static const struct layout {
	int family, source_port, destination_port, source4, destination4, source6, destination6;
} in_context = { 28, 24, 26, 32, 36, 40, 56 }, in_socket = { 16, 14, 12, 4, 0, 72, 56 };

/* Offsets from the kernel's BTF; negative: unknown, the kernel has no BTF. */
static int protocol_in_socket, error_in_socket, port_in_socket;

static void find_offsets(void)
{
	struct rawbpf_btf btf;
	int err = rawbpf_btf_kernel_open(&btf);

	protocol_in_socket = error_in_socket = port_in_socket = err;
	if (err < 0)
		return;
	protocol_in_socket = rawbpf_btf_offset_find(&btf, "sock", "sk_protocol");
	error_in_socket = rawbpf_btf_offset_find(&btf, "sock", "sk_err");
	port_in_socket = rawbpf_btf_offset_find(&btf, "inet_sock", "inet_sport");
	rawbpf_btf_close(&btf);
}

/*
 * The stack: r10 - 8 holds the socket's address, the key. The record is below it, or at the start
 * of a connection the head to store.
 */
enum { RECORD = -8 - (int)sizeof(struct record), HEAD = -8 - (int)sizeof(struct snoop_head) };

#define FIELD(NAME) (RECORD + (int)offsetof(struct record, NAME))

/* Copy `size` bytes from reg + offset to the stack. */
static void build_read(struct snoop_code *code, unsigned reg, int offset, int size, int to)
{
	rawbpf_build_emit(&code->build, BPF_MOV64_REG(BPF_REG_3, reg));
	snoop_build_read_kernel(code, offset, size, to);
}

/*
 * r7 = the socket; r8 = its new state. A kprobe sees tcp_set_state(socket, state), a
 * raw tracepoint (socket, old state, new state).
 */
static void build_arguments(struct snoop_code *code)
{
	const struct {
		int socket, state, state_size;
	} contexts[SNOOP_WAYS] = {
		[SNOOP_KPROBE] = { snoop_function_arguments[0], snoop_function_arguments[1],
				   BPF_DW },
		[SNOOP_TRACEPOINT] = { 8, 20, BPF_W },
		[SNOOP_RAW_TRACEPOINT] = { 0, 16, BPF_DW },
	}, *context = &contexts[code->way];

	rawbpf_build_emit(&code->build,
		BPF_LDX_MEM(BPF_DW, BPF_REG_7, BPF_REG_6, context->socket),
		BPF_LDX_MEM(context->state_size, BPF_REG_8, BPF_REG_6, context->state),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_7, -8));
}

/* The start: go to "out" for another protocol, such as SCTP, or if a filter rejects it. */
static void build_begin(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	if (code->way == SNOOP_TRACEPOINT)
		build_read(code, BPF_REG_6, 30, 2, HEAD);
	else if (protocol_in_socket >= 0)
		build_read(code, BPF_REG_7, protocol_in_socket, 2, HEAD);
	else
		rawbpf_build_emit(b, BPF_ST_MEM(BPF_H, BPF_REG_10, HEAD, IPPROTO_TCP));
	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_H, BPF_REG_1, BPF_REG_10, HEAD));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JNE, BPF_REG_1, IPPROTO_TCP, 0), "out");

	snoop_build_filter_pid(code, "out");
	snoop_build_head(code, BPF_REG_10, HEAD);
	snoop_build_filter_comm(code, BPF_REG_10, HEAD, "out");
	snoop_build_remember(code, BPF_REG_10, HEAD);
}

/* Read a port of the socket, and convert it from network order. */
static void build_network_port(struct snoop_code *code, int offset, int to)
{
	build_read(code, BPF_REG_7, offset, 2, to);
	rawbpf_build_emit(&code->build,
		BPF_LDX_MEM(BPF_H, BPF_REG_1, BPF_REG_10, to),
		BPF_ENDIAN(BPF_FROM_BE, BPF_REG_1, 16),
		BPF_STX_MEM(BPF_H, BPF_REG_10, BPF_REG_1, to));
}

/* Read the addresses of a socket of the family in the record. */
static void build_addresses(struct snoop_code *code, unsigned reg, const struct layout *layout)
{
	struct rawbpf_build *b = &code->build;

	rawbpf_build_emit(b, BPF_LDX_MEM(BPF_H, BPF_REG_1, BPF_REG_10, FIELD(family)));
	rawbpf_build_jump(b, BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, AF_INET6, 0), "IPv6");
	build_read(code, reg, layout->source4, 4, FIELD(source));
	build_read(code, reg, layout->destination4, 4, FIELD(destination));
	rawbpf_build_jump(b, BPF_JMP_A(0), "addresses read");
	rawbpf_build_label(b, "IPv6");
	build_read(code, reg, layout->source6, 16, FIELD(source));
	build_read(code, reg, layout->destination6, 16, FIELD(destination));
	rawbpf_build_label(b, "addresses read");
}

/* Fill the record from the stored head, r9, and from the socket. */
static void build_record(struct snoop_code *code)
{
	int is_tracepoint = code->way == SNOOP_TRACEPOINT;
	const struct layout *layout = is_tracepoint ? &in_context : &in_socket;
	unsigned reg = is_tracepoint ? BPF_REG_6 : BPF_REG_7;
	struct rawbpf_build *b = &code->build;
	int at;

	for (at = 0; at < (int)sizeof(struct snoop_head); at += 8)
		rawbpf_build_emit(b, BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_9, at),
				  BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, FIELD(head) + at));
	for (; at < (int)sizeof(struct record); at += 8)
		rawbpf_build_emit(b, BPF_ST_MEM(BPF_DW, BPF_REG_10, RECORD + at, 0));
	rawbpf_build_emit(b,
		BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_0, FIELD(end)),
		BPF_STX_MEM(BPF_H, BPF_REG_10, BPF_REG_8, FIELD(state)),
		BPF_ST_MEM(BPF_W, BPF_REG_10, FIELD(error), UNKNOWN));
	if (error_in_socket >= 0)
		build_read(code, BPF_REG_7, error_in_socket, 4, FIELD(error));
	build_read(code, reg, layout->family, 2, FIELD(family));
	if (!is_tracepoint && port_in_socket >= 0)
		build_network_port(code, port_in_socket, FIELD(source_port));
	else
		build_read(code, reg, layout->source_port, 2, FIELD(source_port));
	if (!is_tracepoint)
		build_network_port(code, layout->destination_port, FIELD(destination_port));
	else
		build_read(code, reg, layout->destination_port, 2, FIELD(destination_port));
	build_addresses(code, reg, layout);
}

static void build(struct snoop_code *code)
{
	struct rawbpf_build *b = &code->build;

	build_arguments(code);
	rawbpf_build_jump(b, BPF_JMP32_IMM(BPF_JEQ, BPF_REG_8, TCP_SYN_SENT, 0), "begin");
	/* Both ends open it at once: the attempt continues. */
	rawbpf_build_jump(b, BPF_JMP32_IMM(BPF_JEQ, BPF_REG_8, TCP_SYN_RECV, 0), "out");

	snoop_build_recall(code, BPF_REG_9);
	build_record(code);
	rawbpf_build_emit(b, BPF_MOV64_REG(BPF_REG_8, BPF_REG_10),
			  BPF_ALU64_IMM(BPF_ADD, BPF_REG_8, RECORD),
			  BPF_MOV64_IMM(BPF_REG_9, sizeof(struct record)));
	snoop_build_send(code);
	rawbpf_build_jump(b, BPF_JMP_A(0), "out");

	rawbpf_build_label(b, "begin");
	build_begin(code);
}

/* "127.0.0.1:80", "[::1]:80" */
static void print_address(struct snoop_line *line, int width, const char *address, unsigned port)
{
	char text[INET6_ADDRSTRLEN + 9];

	snprintf(text, sizeof text, strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, port);
	snoop_print_word(line, "", width, text);
}

/* Print 0 or a negative errno; ? if it is unknown; - if there is none: this side gave up. */
static void print_columns(struct snoop_line *line, const struct record *record, const char *source,
			  const char *destination)
{
	char text[24];

	if (record->state != TCP_CLOSE)
		snoop_print_number(line, "", 4, 0);
	else if (record->error > 0)
		snoop_print_number(line, "", 4, -record->error);
	else
		snoop_print_word(line, "", 4, record->error == UNKNOWN ? "?" : "-");
	snprintf(text, sizeof text, "%.1f", (record->end - record->head.time) / 1e6);
	snoop_print_word(line, "", 7, text);
	print_address(line, -21, source, record->source_port);
	print_address(line, 0, destination, record->destination_port);
}

static void print_members(struct snoop_line *line, const struct record *record, const char *source,
			  const char *destination)
{
	int connected = record->state != TCP_CLOSE;

	snoop_print_flag(line, "connected", connected);
	if (!connected && record->error == UNKNOWN)
		snoop_print_null(line, "errno");
	else
		snoop_print_number(line, "errno", 0, connected ? 0 : record->error);
	snoop_print_number(line, "duration_ns", 0, (long long)(record->end - record->head.time));
	snoop_print_word(line, "source", 0, source);
	snoop_print_number(line, "source_port", 0, record->source_port);
	snoop_print_word(line, "destination", 0, destination);
	snoop_print_number(line, "destination_port", 0, record->destination_port);
}

static void print(struct snoop_line *line, const void *data)
{
	const struct record *record = data;
	int family = record->family == AF_INET6 ? AF_INET6 : AF_INET;
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];

	inet_ntop(family, record->source, source, sizeof source);
	inet_ntop(family, record->destination, destination, sizeof destination);
	snoop_print_head(line, &record->head);
	if (snoop_is_json(line))
		print_members(line, record, source, destination);
	else
		print_columns(line, record, source, destination);
}

int main(int argc, char **argv)
{
	return snoop_main(argc, argv, &(struct snoop_tool){
		.name = "tcpconnect",
		.summary = "Show the TCP connections that this system opens.",
		.columns = " RET       MS  SOURCE                 DESTINATION",
		.what = "attempt",
		.ways = { SNOOP_TRACEPOINT, SNOOP_KPROBE, SNOOP_RAW_TRACEPOINT },
		.place = {
			.kprobe = { .symbol = "tcp_set_state", .offset = SNOOP_FIRST },
			.tracepoint = { .group = "sock", .name = "inet_sock_set_state" },
			.raw_tracepoint = { .name = "inet_sock_set_state" },
		},
		.prepare = find_offsets,
		.build = build,
		.memory_size = sizeof(struct snoop_head),
		.memory_max = 65536,
		.print = print,
	});
}
