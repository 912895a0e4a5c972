/* SPDX-License-Identifier: MIT */
/*
 * The output of each program of examples/api, for test/examples/api.c and the guests' guest_api.c.
 */
#ifndef TEST_API_EXAMPLES_H
#define TEST_API_EXAMPLES_H

#include <fnmatch.h>
#include <string.h>

enum {
	API_PURE = 1,      /* needs no privilege: the output is the same as nobody */
	/* `output` is a pattern of fnmatch(3): kernels differ, or our wording changes */
	API_PATTERN = 2,
	API_MAY_FAIL = 4,  /* a kernel may lack it for its own reason, which the skip prints */
	API_EXPLAINS = 8,  /* prints the causes of errors, which differ for nobody */
	API_OWN_FILE = 16, /* the guests of test/vm do not have it in their one file */
	API_CGROUP = 32,   /* its argument is the folder in which it makes a cgroup */
};

struct api_example {
	const char *name;
	unsigned kernel; /* the first kernel that has it: 0x606 is Linux 6.6 */
	unsigned flags;
	const char *output;
};

static const struct api_example api_examples[] = {
	{ "btf", 0x504, API_PURE,
	  "struct list_head: 16 bytes\n"
	  "prev: offset 8, a struct list_head *\n"
	  "task_struct has no tasks.no_such_member\n"
	  "tasks.next: a struct list_head *, at the offset of tasks\n" },
	{ "btf_build", 0x510, 0,
	  "1: int unsigned int, 0 elements\n"
	  "2: int char, 0 elements\n"
	  "3: array char[12], 0 elements\n"
	  "4: struct struct user, 2 elements\n"
	  "5: typedef user_t, 0 elements\n"
	  "6: decl_tag tag personal, 0 elements\n" },
	{ "btf_func", 0x50a, 0, "filter: 1 line of source, 1 variable\n" },
	{ "btf_funcs", 0x511, 0,
	  "add at slot 10; the sum: 45\n" },
	{ "btf_map", 0x50a, 0,
	  "3 packets, 4500 bytes\n"
	  "types 1 and 3, of 115 bytes of BTF\n" },
	{ "build", 0x50a, 0, "20 slots; the verdict for port 80 is 2\n" },
	{ "build_symbol", 0x504, API_PURE,
	  "r2 = *(u64 *)(r1 + 0x8); r0 = 0x2\n"
	  "r2 = *(u64 *)(r1 + 0x18); r0 = 0x2\n"
	  "instruction 2, line 7: this kernel has no 'no_such_function'\n" },
	{ "cgroup", 0x507, API_CGROUP,
	  "forbidden: exit status 1\n"
	  "allowed: exit status 0\n" },
	{ "collection", 0, API_PURE,
	  "16 bytes of stack, 8 slots before the body\n"
	  "   0  r6 = r1\n"
	  "   1  r7 = *(u64 *)(r6 + 0x28)\n"
	  "   2  r3 = r7\n"
	  "   3  r3 += 0x3c\n"
	  "   4  r2 = 0x4\n"
	  "   5  r1 = r10\n"
	  "   6  r1 += -0xc\n"
	  "   7  call 0x71\n"
	  "   8  *(u64 *)(r10 - 0x8) = 0x1\n"
	  "   9  r1 = map[fd:0] ll\n"
	  "  11  r2 = r10\n"
	  "  12  r2 += -0xc\n"
	  "  13  r3 = r10\n"
	  "  14  r3 += -0x8\n"
	  "  15  r4 = 0x1\n"
	  "  16  call 0x2\n"
	  "  17  r0 = 0x0\n"
	  "  18  exit\n" },
	{ "collection_info", 0, API_PURE,
	  "function at 0: length\n"
	  "slot 0, line 6: r0 = 21\n"
	  "slot 1, line 7: twice r0 | \\reg += \\reg\n"
	  "slot 2, line 8: exit\n" },
	{ "constant", 0, API_PURE,
	  "hash: type 1\n"
	  "ringbuf: type 27\n"
	  "heap: no such type of maps\n"
	  "link type 2 of 16: tracing\n"
	  "helper 1: bpf_map_lookup_elem()\n" },
	{ "core_relo", 0x511, 0, "the kernel's tgid: at the offset in the program\n" },
	{ "device", 0x50a, 0,
	  "loaded a program with the rules in it\n"
	  "loaded a program with a map of 3 elements\n"
	  "read /dev/null: allowed\n"
	  "read /dev/kmsg: denied\n" },
	{ "elf", 0, API_PURE | API_PATTERN,
	  "64 bits, *-endian\n"
	  "*relocations: * with a symbol, * without\n"
	  "functions called main: *\n*" },
	{ "elf_lines", 0, API_PURE, "no source lines\n" },
	{ "embedded", 0x508, 0, "getpriority(2) returned 20\n" },
	{ "error", 0x50a, API_PATTERN | API_EXPLAINS,
	  "ENOENT: *'/sys/fs/bpf/no-such-pin'*\n"
	  "\n"
	  "EINVAL\n"
	  "   *\n"
	  "   *rawbpf_map_types(7)*\n" },
	{ "escape", 0, API_PURE,
	  "opened \\x1b[2Jpa\\x0aper \"\303\244\" \\xff\n"
	  "{\"opened\":\"\\u001b[2Jpa\\u000aper \\\"\303\244\\\" \\udcff\"}\n" },
	{ "form", 0, API_PURE | API_PATTERN,
	  "r1 = -0x7    Linux 3.18\n"
	  "r1 s/= 0x2   Linux 6.6\n"
	  "r0 = r1      Linux 3.18\n"
	  "exit         Linux 3.18\n"
	  "all of it needs Linux 6.6\n"
	  "b7 01 00 00 f9 ff ff ff\n"
	  "broken: dst *\n" },
	{ "freplace", 0x50a, API_MAY_FAIL,
	  "limit: 5\n"
	  "replaced: 105\n" },
	{ "iter", 0x601, 0, "a thread called example\n" },
	{ "kprobe_find", 0x50a, 0, "2 calls of 1 function\n" },
	{ "kprobe_multi", 0x512, 0, "3 calls of both\n" },
	{ "ksym", 0x50a, 0,
	  "symbols called do_exit: 1\n"
	  "do_exit+0\n"
	  "do_exit+5\n" },
	{ "link", 0x509, 0,
	  "pinned: version_1 on a device\n"
	  "updated: version_2 on a device\n"
	  "revoked: version_2 on nothing\n" },
	{ "live", 0x508, 0,
	  "getpriority(2) returned 20: a record of 8 bytes\n"
	  "0 lost\n" },
	{ "loop", 0x508, 0,
	  "urgent: 8 bytes\n"
	  "other: 8 bytes\n" },
	{ "map", 0x50e, 0,
	  "port 22 again: File exists\n"
	  "took port 22, limit 5\n"
	  "delete from the frozen map: Operation not permitted\n"
	  "port 80, limit 99\n" },
	{ "map_arena", 0x609, API_MAY_FAIL, "the nodes' sum: 42\n" },
	{ "map_batch", 0x506, 0,
	  "set 1000 elements in one call\n"
	  "deleted 10\n"
	  "read 990, sum 332833215\n"
	  "took 990\n" },
	{ "map_percpu", 0x50a, 0, "100 runs: 100\n" },
	{ "map_view", 0x506, 0,
	  "10 runs with step 7: 70\n"
	  "10 more with step 100: 1070\n" },
	{ "memlock", 0x50a, 0, "created a map of 1 MiB\n" },
	{ "netfilter", 0x604, 0,
	  "1 bytes: dropped\n"
	  "2 bytes: received\n" },
	{ "netkit", 0x607, 0, "programs at the primary end: 1\n" },
	{ "netns", 0x509, 0,
	  "port 6999: -1\n"
	  "port 7000: 1\n" },
	{ "obj", 0x605, 0,
	  "found 42\n"
	  "an update: Operation not permitted\n"
	  "by the other pin: 43\n" },
	{ "obj_id", 0x50a, 0, "rawbpf_example: socket_filter, 2 instructions\n" },
	{ "offsets", 0, API_PURE | API_PATTERN,
	  "for Linux 6.1.0-13-s390x\n"
	  "task_struct.tgid: 4 bytes at 1172\n"
	  "'task_struct.state' does not exist in this kernel, says the offsets file\n"
	  "'task_struct.comm' is not in the offsets file; *: rawbpf btf offsets task_struct.comm >k.off\n"
	  "line 1 of another file is wrong\n"
	  "member xdp_md.data_end 4 4 4\n" },
	{ "perf_event", 0x50a, 0, "10 new pages: 10 faults\n" },
	{ "perf_events", 0x50a, 0, "10 new pages: 10 faults\n" },
	{ "perfbuf", 0x50a, 0,
	  "a packet of 64 bytes\n"
	  "a packet of 64 bytes\n"
	  "a packet of 64 bytes\n"
	  "3 records, 0 lost\n" },
	{ "probe", 0x50a, 0,
	  "records by a ring buffer\n"
	  "XDP: yes\n"
	  "xdp_adjust_head in XDP: yes\n"
	  "instructions of v3: yes\n"
	  "raw_tp: yes\n" },
	{ "prog", 0x50a, API_CGROUP,
	  "1 program: all_sockets, ours\n"
	  "0 programs\n" },
	{ "prog_attach", 0x50a, API_CGROUP,
	  "allows: yes\n"
	  "denies: no\n"
	  "replaced: 1\n"
	  "left: 0\n" },
	{ "prog_map", 0x50a, 0,
	  "1 map of the program\n"
	  "version 1.2, of the 3rd of May\n" },
	{ "prog_stats", 0x508, 0,
	  "before: 0 runs, not timed\n"
	  "after: 1000 runs, timed\n" },
	{ "prog_stream", 0x611, API_MAY_FAIL, "answer: 42\n" },
	{ "prog_struct_ops", 0x700, 0, "bound\n" },
	{ "recipe", 0x50a, API_PATTERN,
	  "lpm_trie: *; keys of 8 bytes, since Linux 4.11\n"
	  "xdp: *\n"
	  "run on a packet: 2\n" },
	{ "rejection", 0x50a, API_PATTERN,
	  "slot 6, register r0: R0 invalid mem access 'map_value_or_null'\n"
	  "the verifier rejected the program (EACCES) at instruction 6\n"
	  "*   6: r0 = [*](u64 [*])(r0 +0)*^~*\n"
	  "   R0 invalid mem access 'map_value_or_null'\n"
	  "   *\n" },
	{ "reuseport", 0x503, 0, "the second socket received 20 of 20\n" },
	{ "ring", 0x508, 0, "100 records, 5000 bytes in all\n" },
	{ "show", 0, API_PURE,
	  "BEGAN         PID  RET           FLAGS                  PATH\n"
	  "10:21:00      412  -2 ENOENT     O_WRONLY|O_CREAT       /tmp/a\\x1b[m\n"
	  "began=10:21:00 pid=412 ret=-2 ENOENT flags=O_WRONLY|O_CREAT path=/tmp/a\\x1b[m\n"
	  "{\"began\":\"2025-11-30T10:21:00.000000000Z\",\"pid\":412,\"ret\":-2,\"ret_name\":\"ENOENT\","
	  "\"flags\":65,\"flags_name\":\"O_WRONLY|O_CREAT\",\"path\":\"/tmp/a\\u001b[m\"}\n"
	  "its schema has 417 bytes\n" },
	{ "show_map", 0, API_PURE,
	  "process 412    1f times\n"
	  "usecs\n"
	  "   4.. 7 us  3  ########\n"
	  "   8..15 us  9  ########################\n"
	  "  16..31 us  1  ##\n"
	  "{\"map\":\"usecs\",\"unit\":\"us\",\"buckets\":[{\"from\":4,\"to\":7,\"count\":3},"
	  "{\"from\":8,\"to\":15,\"count\":9},{\"from\":16,\"to\":31,\"count\":1}]}\n"
	  "its schema has 427 bytes\n" },
	{ "socket", 0x313, 0,
	  "with the filter: 2 bytes\n"
	  "without it: 5 bytes\n" },
	{ "sockmap", 0x60a, 0,
	  "4 bytes: 4\n"
	  "8 bytes: Permission denied\n"
	  "received: good\n" },
	{ "struct_ops", 0x604, 0, "a connection uses rawbpf_example\n" },
	{ "symbol", 0x504, API_PURE | API_PATTERN,
	  "xdp_md.data_end: 4\n"
	  "list_head.prev: 8\n"
	  "task_struct has no member 'tgidd' in this kernel's BTF (did you mean 'tgid'?)\n"
	  "ENOENT: 2\n"
	  "PIDTYPE_PID: 0\n"
	  "opt.pid: 17\n"
	  "list_head: 16 bytes\n"
	  "list_head.no_such_member: missing\n"
	  "no_such_function: missing\n"
	  "runqueues: *\n" },
	{ "syscall", 0, API_PURE,
	  "openat  x86_64   257 __x64_sys_openat\n"
	  "openat  arm64     56 __arm64_sys_openat\n"
	  "openat  riscv64   56 __riscv_sys_openat\n"
	  "openat  s390x    288 __s390x_sys_openat\n"
	  "open    x86_64     2 __x64_sys_open\n"
	  "open    arm64    has no such call\n"
	  "open    riscv64  has no such call\n"
	  "open    s390x      5 __s390x_sys_open\n"
	  "uname   x86_64    63 __x64_sys_newuname\n"
	  "uname   arm64    160 __arm64_sys_newuname\n"
	  "uname   riscv64  160 __riscv_sys_newuname\n"
	  "uname   s390x    122 __s390x_sys_newuname\n" },
	{ "task_fd", 0x50a, 0, "sched_process_exec, our program\n" },
	{ "tc", 0x40d, 0,
	  "priority 7, handle 1: a program that decides\n"
	  "dropped: -1\n"
	  "replaced: 1\n" },
	{ "tc_action", 0x40d, 0,
	  "with the action: -1\n"
	  "without it: 1\n" },
	{ "tcx", 0x606, 0,
	  "1: count\n"
	  "2: police\n" },
	{ "text", 0, API_PURE | API_PATTERN,
	  "drop.s:2:10: error: r11 *\n"
	  "if r0 == r11 goto out\n"
	  "         ^~~\n"
	  "\n"
	  "map rules: 4 bytes to 8 bytes, 64 of them\n"
	  "4 slots; the first refers to map 0\n" },
	{ "token", 0x609, 0,
	  "without a token: Operation not permitted\n"
	  "with it: a map\n" },
	{ "tracing", 0x50a, API_MAY_FAIL,
	  "3 calls, the last returned: No such file or directory\n" },
	{ "tracing_multi", 0x702, API_MAY_FAIL, "3 calls of 2 functions\n" },
	{ "uprobe", 0x50a, 0, "5 calls\n" },
	{ "uprobe_multi", 0x606, 0, "hash: 1, sort: 3\n" },
	{ "user_ring", 0x601, 0, "the program uses setting 9\n" },
	{ "vm", 0, API_PURE,
	  "0: w0 = *(u8 *)(r1 + 0x9)       r0 = 0\n"
	  "1: r0 *= 0x2                    r0 = 17\n"
	  "2: w2 = *(u8 *)(r1 + 0x14)      r0 = 34\n"
	  "instruction 2 reads 1 byte at packet+20; packet has 20 bytes\n"
	  "2: w2 = *(u8 *)(r1 + 0x14)      r0 = 34\n"
	  "3: exit                         r0 = 34\n"
	  "r0 = 34 after 4 instructions\n" },
	{ "vm_helper", 0, API_PURE, "text: 20 bytes\n" },
	{ "vm_collection", 0, API_PURE, "call 257: 2\nempty again\n" },
	{ "vm_context", 0, API_PURE, "16 bytes: drop, 16 bytes from 0x00 on\n20 bytes: pass, 16 bytes from 0xaa on\n" },
	{ "vm_map", 0, API_PURE, "port 22: 1\nport 80: 2\n" },
	{ "vm_ring", 0, API_PURE, "32 bytes in the ring\n8 bytes: 1000\n8 bytes: 2000\n" },
	{ "vm_test", 0, API_PURE, "IPv4 passes: passed\nARP passes: got 1, expected 2\n"
	  "the first jump: 0 of 2 times\n1 1 1 1 1 1 1 1 1 2 is r0; 1\n" },
	{ "vm_undo", 0, API_PURE,
	  "step 12: r0 = 1\n"
	  "step 2 wrote 8 bytes of the stack\n"
	  "step 8 wrote 1 over 2\n"
	  "step 5 wrote 2 over 3\n"
	  "step 2 wrote 3 over 0\n" },
	{ "xdp", 0x509, 0,
	  "with the program: -1\n"
	  "without it: 1\n" },
	{ "xdp_netlink", 0x507, 0,
	  "attached: version_1\n"
	  "replaced: version_2\n"
	  "detached: nothing\n" },
	{ "cplusplus", 0x50a, API_OWN_FILE,
	  "0: 0\n"
	  "1: 1\n"
	  "2: 4\n"
	  "3: 9\n" },
};

static inline int api_prints(const struct api_example *example, const char *text)
{
	return example->flags & API_PATTERN ? fnmatch(example->output, text, 0) == 0
					    : strcmp(example->output, text) == 0;
}

enum { API_EXAMPLES = sizeof api_examples / sizeof *api_examples };

#endif
