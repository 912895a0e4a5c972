/* SPDX-License-Identifier: MIT */
/*
 * Make text from outside harmless. Names, paths and commands from the kernel, a file or another
 * process may hold any byte. A terminal obeys some of these bytes.
 *
 * Both functions leave printable characters, in UTF-8, unchanged. They escape all other bytes, and
 * the result still tells which bytes they were:
 *
 *	                                            terminal      JSON
 *	a character that a terminal obeys (below)   \xNN a byte   \uNNNN
 *	\                                           \x5c          \\
 *	"                                           "             \"
 *	a byte that is not UTF-8                    \xNN          \udcNN
 *
 * A terminal obeys the controls U+0000 to U+001F and U+007F to U+009F. It also obeys the characters
 * that reorder, hide or break a line: U+061C, U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F,
 * U+FEFF. Overlong forms, surrogates and numbers above U+10FFFF are not UTF-8.
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
 * Write `length` bytes for a terminal or a log, as one line. Replace each \xNN in it by that byte
 * to get the bytes back.
 *
 * Return the length of the whole result, as snprintf(3): at most 4 * length. A text that does not
 * fit is cut, terminated, and never ends inside a character or an escape.
 */
size_t rawbpf_terminal_escape(char *text, size_t size, const void *bytes, size_t length);

/*
 * Write `length` bytes as the inside of a JSON string (RFC 8259), without the quotes around it.
 * A lone surrogate \udcNN, which no text can hold, stands for the byte 0xNN; Python calls this
 * surrogateescape. Return the length as above, at most 6 * length.
 */
size_t rawbpf_json_escape(char *text, size_t size, const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
