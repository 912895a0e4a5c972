/* SPDX-License-Identifier: MIT */
/*
 * Resolve 100 names of members: by symbols with an index, whose filling counts, and one by one as
 * rawbpf_btf_offset_find() walks. Both find the same offsets. All times are CPU times.
 */
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <rawbpf.h>

#include "bench.h"

enum { ROUNDS = 21 };

static const char *const names[] = {
	"task_struct.tgid", "task_struct.pid", "task_struct.real_parent", "task_struct.comm",
	"task_struct.mm", "task_struct.__state", "task_struct.exit_code",
	"task_struct.start_time", "task_struct.cred", "task_struct.files", "task_struct.fs",
	"task_struct.nsproxy", "task_struct.signal", "task_struct.flags", "task_struct.prio",
	"task_struct.tasks", "task_struct.parent", "task_struct.group_leader",
	"task_struct.cgroups", "task_struct.se.exec_start", "sock.sk_err", "sock.sk_state",
	"sock.sk_protocol", "sock.__sk_common.skc_family", "sock.__sk_common.skc_dport",
	"sock.__sk_common.skc_daddr", "sock.sk_type", "sock.sk_socket", "sock.sk_sndbuf",
	"sock.sk_rcvbuf", "mm_struct.arg_start", "mm_struct.arg_end", "mm_struct.env_start",
	"mm_struct.env_end", "mm_struct.exe_file", "mm_struct.pgd", "mm_struct.total_vm",
	"linux_binprm.filename", "linux_binprm.interp", "linux_binprm.argc", "linux_binprm.envc",
	"linux_binprm.file", "file.f_inode", "file.f_flags", "file.f_path.dentry", "file.f_pos",
	"inode.i_ino", "inode.i_mode", "inode.i_sb", "inode.i_rdev", "inode.i_size",
	"inode.i_uid", "dentry.d_name.name", "dentry.d_name.len", "dentry.d_parent",
	"dentry.d_inode", "dentry.d_sb", "super_block.s_dev", "super_block.s_magic",
	"super_block.s_id", "super_block.s_type", "request.q", "request.__sector",
	"request.__data_len", "request.cmd_flags", "request.part", "request.rq_flags",
	"gendisk.disk_name", "gendisk.major", "gendisk.first_minor", "sk_buff.len",
	"sk_buff.data", "sk_buff.head", "sk_buff.network_header", "sk_buff.transport_header",
	"sk_buff.dev", "sk_buff.protocol", "sk_buff.mac_header", "net_device.name",
	"net_device.ifindex", "net_device.mtu", "inet_sock.inet_sport", "inet_sock.inet_saddr",
	"cred.uid", "cred.gid", "cred.euid", "cred.cap_effective", "nsproxy.pid_ns_for_children",
	"nsproxy.net_ns", "nsproxy.mnt_ns", "signal_struct.nr_threads", "signal_struct.tty",
	"bpf_iter__task.task", "bpf_iter__task.meta", "bpf_iter_meta.seq", "mount.mnt_devname",
	"mount.mnt", "mount.mnt_parent", "module.name", "module.state",
};

enum { NAMES = sizeof names / sizeof names[0] };

static double now(void)
{
	return clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

static double open_kernel(void)
{
	struct rawbpf_btf kernel;
	double start = now();

	if (rawbpf_btf_kernel_open(&kernel) < 0)
		fail("this kernel has no BTF", 0);
	start = now() - start;
	rawbpf_btf_close(&kernel);
	return start;
}

static double find_symbols(const struct rawbpf_btf *kernel, int offsets[NAMES])
{
	double start = now();
	size_t size = rawbpf_symbol_index_size(kernel);
	struct rawbpf_symbol_index index = { .size = size,
		.memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) };
	const struct rawbpf_symbols symbols = { .kernel = kernel, .index = &index };
	struct rawbpf_symbol symbol;

	for (unsigned i = 0; i < NAMES; i++) {
		int err = rawbpf_symbol_find(&symbol, &symbols, names[i]);

		offsets[i] = err ? err : (int)symbol.value;
	}
	munmap(index.memory, size);
	return now() - start;
}

static double find_offsets(const struct rawbpf_btf *kernel, int offsets[NAMES])
{
	double start = now();

	for (unsigned i = 0; i < NAMES; i++) {
		const char *dot = strchr(names[i], '.');
		char type[64] = "";

		memcpy(type, names[i], (size_t)(dot - names[i]));
		offsets[i] = rawbpf_btf_offset_find(kernel, type, dot + 1);
	}
	return now() - start;
}

int main(void)
{
	static int by_symbols[NAMES], by_walks[NAMES];
	double opening[ROUNDS], symbols[ROUNDS], walks[ROUNDS];
	struct rawbpf_btf kernel;

	if (rawbpf_btf_kernel_open(&kernel) < 0)
		fail("this kernel has no BTF", 0);
	for (int i = 0; i < ROUNDS; i++) {
		opening[i] = open_kernel();
		symbols[i] = find_symbols(&kernel, by_symbols);
		walks[i] = find_offsets(&kernel, by_walks);
		if (memcmp(by_symbols, by_walks, sizeof by_walks) != 0)
			fail("the offsets differ", i);
	}
	printf("%-64s %8.3f ms\n", "open the kernel's BTF", median(opening, ROUNDS) * 1e3);
	printf("%-64s %8.3f ms\n", "then 100 names of members, with an index",
	       median(symbols, ROUNDS) * 1e3);
	printf("%-64s %8.3f times\n", "... to the same by one walk for each name",
	       median(symbols, ROUNDS) / median(walks, ROUNDS));
	rawbpf_btf_close(&kernel);
	return 0;
}
