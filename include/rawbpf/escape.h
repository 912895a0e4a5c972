/* SPDX-License-Identifier: MIT */
/*
 * Text from outside made harmless: names, paths and commands that come from the
 * kernel, a file or another process may hold any byte, and a terminal obeys some.
 *
 * Both functions pass printable characters, in UTF-8 as they are, and escape all else so that
 * the bytes can be told again:
 *
 *	                                    terminal      JSON
 *	what a terminal acts upon (below)   \xNN a byte   \uNNNN
 *	\                                   \x5c          \\
 *	"                                   "             \"
 *	a byte that is not UTF-8            \xNN          \udcNN
 *
 * A terminal acts upon the controls U+0000 to U+001F and U+007F to U+009F, and upon what
 * reorders, hides or breaks a line: U+061C, U+200B to U+200F, U+2028 to U+202E, U+2060 to
 * U+206F, U+FEFF. UTF-8 is as Unicode defines it: no longer form than needed, no surrogates,
 * nothing above U+10FFFF.
 *
 * Pure functions: no kernel, no libc, no memory but the caller's.
 */
#ifndef RAWBPF_ESCAPE_H
#define RAWBPF_ESCAPE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Write `length` bytes for a terminal or a log. The result is one line; replacing each \xNN by
 * that byte gives the bytes back.
 *
 * Returns the length of the whole result, as snprintf(3): at most 4 * length. With less room the
 * text ends early, terminated, and never inside of a character or an escape.
 */
size_t rawbpf_terminal_escape(char *text, size_t size, const void *bytes, size_t length);

/*
 * Write `length` bytes as the inside of a JSON string (RFC 8259), without the quotes around it.
 * A lone surrogate \udcNN, which no text can hold, is the byte 0xNN: what Python calls
 * surrogateescape. Returns as above, at most 6 * length.
 */
size_t rawbpf_json_escape(char *text, size_t size, const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
