/* SPDX-License-Identifier: MIT */
/*
 * rawbpf: eBPF with nothing in between.
 *
 * Write a program as an array of instructions, load it, attach it, and read the map that it wrote.
 * Everything is the bpf(2) system call, perf_event_open(2) and the bytes that you see: no compiler
 * for the program, no loader, no other library.
 *
 *	rawbpf/insn.h        the instructions, as macros           rawbpf_insn(7)
 *	rawbpf/build.h       programs with labels, step by step    rawbpf_build(3)
 *	rawbpf/vm.h          a machine that runs programs          rawbpf_vm(3)
 *	rawbpf/vm_context.h  contexts and packets for that machine rawbpf_vm_context(3)
 *	rawbpf/vm_map.h      maps for that machine                 rawbpf_vm_map(3)
 *	rawbpf/vm_helper.h   helpers for that machine              rawbpf_vm_helper(3)
 *	rawbpf/vm_collection.h  a text's program for it       rawbpf_vm_collection(3)
 *	rawbpf/vm_test.h     the tests of a text, in it        rawbpf_vm_test(3)
 *	rawbpf/vm_undo.h     that machine goes back in time        rawbpf_vm_undo(3)
 *	rawbpf/text.h        the assembler: text to programs       rawbpf_text(3)
 *	rawbpf/form.h        an instruction as bytes, text, words  rawbpf_form(3)
 *	rawbpf/map.h         maps: create, look up, walk, map      rawbpf_map(3), rawbpf_cpu(3)
 *	rawbpf/prog.h        programs: load, run                   rawbpf_prog(3)
 *	rawbpf/recipe.h      the smallest map, program of a type   rawbpf_recipe(3)
 *	rawbpf/probe.h       what this kernel has                  rawbpf_probe(3)
 *	rawbpf/rejection.h   the verifier's log, explained         rawbpf_rejection(3)
 *	rawbpf/kprobe.h      attach to functions of the kernel     rawbpf_kprobe(3)
 *	rawbpf/tracepoint.h  attach to (raw) tracepoints           rawbpf_tracepoint(3)
 *	rawbpf/uprobe.h      attach to functions of user programs  rawbpf_uprobe(3)
 *	rawbpf/tracing.h     attach by BTF; iterators              rawbpf_tracing(3)
 *	rawbpf/net.h         XDP, tcx, netfilter, sockets          rawbpf_net(3)
 *	rawbpf/btf.h         types: the kernel's, and for maps     rawbpf_btf(3)
 *	rawbpf/cgroup.h      attach to cgroups                     rawbpf_cgroup(3)
 *	rawbpf/device.h      device filters for cgroups            rawbpf_device(3)
 *	rawbpf/ksym.h        names of the kernel's addresses       rawbpf_ksym(3)
 *	rawbpf/perfbuf.h     records from programs, by CPU         rawbpf_perfbuf(3)
 *	rawbpf/link.h        attached programs: detach, pin        rawbpf_link(3)
 *	rawbpf/ring.h        ring buffers: records from programs   rawbpf_ring(3)
 *	rawbpf/user_ring.h   records to programs                   rawbpf_user_ring(3)
 *	rawbpf/loop.h        waiting for several buffers           rawbpf_loop(3)
 *	rawbpf/obj.h         ids, pins of anything                 rawbpf_obj(3), rawbpf_memlock(3),
 *	                                                           rawbpf_token(3)
 *	rawbpf/info.h        all that the kernel says of one       rawbpf_info(3)
 *	rawbpf/source.h      the common part of all buffers        rawbpf_source(3)
 *	rawbpf/uapi.h        the kernel's numbers and structs      rawbpf_uapi(3)
 *	rawbpf/elf.h         symbols of ELF files, for uprobes     rawbpf_elf(3)
 *	rawbpf/error.h       why it failed, and what to do         rawbpf_error(3)
 *	rawbpf/escape.h      make text from outside harmless       rawbpf_escape(3)
 *	rawbpf/constant.h    names of types, helpers, kinds        rawbpf_constant(3)
 *	rawbpf/symbol.h      members, constants of the kernel      rawbpf_symbol(3)
 *	rawbpf/syscall.h     system calls: numbers, functions      rawbpf_syscall(3)
 *	rawbpf/collection.h  text files of programs, resolved      rawbpf_collection(3)
 *
 * Every function returns a result >= 0 or a negative errno. No function sets errno or prints. One
 * struct describes the object or the action, and its zero fields mean the default. No function
 * allocates with malloc or keeps global state: calls on different objects may run at the same time.
 * Descriptors are close-on-exec and greater than 2.
 *
 * A program may include <linux/bpf.h> before or after this header. Headers that also define the
 * instruction macros, for example libbpf's, must come first.
 */
#ifndef RAWBPF_H
#define RAWBPF_H

/* The version, as text and as numbers for #if. */
#define RAWBPF_VERSION		"0.1.0"
#define RAWBPF_VERSION_MAJOR	0
#define RAWBPF_VERSION_MINOR	1
#define RAWBPF_VERSION_PATCH	0

#include <rawbpf/insn.h>

#include <rawbpf/btf.h>
#include <rawbpf/build.h>
#include <rawbpf/cgroup.h>
#include <rawbpf/collection.h>
#include <rawbpf/constant.h>
#include <rawbpf/device.h>
#include <rawbpf/elf.h>
#include <rawbpf/error.h>
#include <rawbpf/escape.h>
#include <rawbpf/form.h>
#include <rawbpf/info.h>
#include <rawbpf/kprobe.h>
#include <rawbpf/ksym.h>
#include <rawbpf/link.h>
#include <rawbpf/loop.h>
#include <rawbpf/map.h>
#include <rawbpf/net.h>
#include <rawbpf/obj.h>
#include <rawbpf/perf_events.h>
#include <rawbpf/perfbuf.h>
#include <rawbpf/probe.h>
#include <rawbpf/prog.h>
#include <rawbpf/recipe.h>
#include <rawbpf/rejection.h>
#include <rawbpf/ring.h>
#include <rawbpf/show.h>
#include <rawbpf/source.h>
#include <rawbpf/symbol.h>
#include <rawbpf/syscall.h>
#include <rawbpf/text.h>
#include <rawbpf/tracepoint.h>
#include <rawbpf/tracing.h>
#include <rawbpf/uapi.h>
#include <rawbpf/uprobe.h>
#include <rawbpf/user_ring.h>
#include <rawbpf/vm.h>
#include <rawbpf/vm_collection.h>
#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>
#include <rawbpf/vm_test.h>
#include <rawbpf/vm_undo.h>

#endif
