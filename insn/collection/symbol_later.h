/* SPDX-License-Identifier: MIT */
/* Stands in for <rawbpf/symbol.h> until it is there: no name of the kernel is known. */
#ifndef RAWBPF_SYMBOL_H
#define RAWBPF_SYMBOL_H
#include "../base/errno.h"
#include <stddef.h>
#include <stdint.h>
struct rawbpf_btf;
struct rawbpf_symbol_module { const struct rawbpf_btf *btf; int fd; };
struct rawbpf_symbols { const struct rawbpf_btf *kernel; const struct rawbpf_symbol_module *modules; unsigned module_count; };
enum rawbpf_symbol_kind { RAWBPF_SYMBOL_VALUE, RAWBPF_SYMBOL_KFUNC, RAWBPF_SYMBOL_TYPE };
struct rawbpf_symbol { uint64_t value; unsigned size, width, module; };
static inline int rawbpf_symbol_find(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols, const char *name){(void)symbol;(void)symbols;(void)name;return -ENOENT;}
static inline int rawbpf_symbol_has(int *has, const struct rawbpf_symbols *symbols, const char *name){(void)symbols;(void)name;*has=0;return 0;}
static inline int rawbpf_symbol_size(const struct rawbpf_symbols *symbols, const char *name){(void)symbols;(void)name;return -ENOENT;}
static inline int rawbpf_symbol_kfunc_find(struct rawbpf_symbol *symbol, const struct rawbpf_symbols *symbols, const char *name){(void)symbol;(void)symbols;(void)name;return -ENOENT;}
static inline size_t rawbpf_symbol_explain(char *text, size_t size, const struct rawbpf_symbols *symbols, enum rawbpf_symbol_kind kind, const char *name, int error){(void)kind;(void)symbols;(void)name;(void)error;if(size)*text=0;return 0;}
#endif
