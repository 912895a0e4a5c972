#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: documented.sh
#
# rawbpf_error_explain() has a name and a sentence for each errno that a header documents for a
# function.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Print OPERATION ERRNO from the comment before each function: a line or sentence that begins with
# -ERRNO.
for header in "$top"/include/rawbpf/*.h; do
	awk '
		/^\/\*/ { comment = ""; inside = 1 }
		inside { comment = comment "\n" $0 }
		/\*\/[ \t]*$/ { inside = 0; next }
		inside { next }
		/^(int|long) rawbpf_[a-z0-9_]+\(/ {
			match($0, /rawbpf_[a-z0-9_]+/)
			name = toupper(substr($0, RSTART + 7, RLENGTH - 7))
			text = comment
			while (match(text, /(\n \*  ?|: |\. |, )-E[A-Z0-9]+/)) {
				errno = substr(text, RSTART, RLENGTH)
				sub(/.*-/, "", errno)
				print name, errno
				text = substr(text, RSTART + RLENGTH)
			}
		}
		/^(struct|enum|#)/ { comment = "" }' "$header"
done | sort -u >"$work/documented"
printf '#include <rawbpf/error.h>\n#define NAME(X) #X\nRAWBPF_OPERATIONS(NAME)\n' |
	"${CC:-cc}" -E -P -I"$top/include" - | grep -oE '"[A-Z_]+"' | tr -d '"' | sort >"$work/operations"
join "$work/documented" "$work/operations" >"$work/pairs"
[ "$(wc -l <"$work/pairs")" -ge 250 ] || { echo 'the errnos were not found'; exit 1; }

{
	cat <<-'END'
		#include <errno.h>
		#include <stdio.h>
		#include <string.h>
		#include <rawbpf.h>
		#define ENOTSUPP 524

		static int status;

		static void expect(const char *name, const struct rawbpf_operation *operation,
				   const char *errno_name, int error)
		{
			char text[1024];
			size_t length = strlen(errno_name);

			rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){
				.operation = operation, .error = -error });
			if (strncmp(text, errno_name, length) == 0 && strncmp(text + length, ": ", 2) == 0)
				return;
			printf("%s: a header documents %s; the explanation is '%s'\n", name, errno_name, text);
			status = 1;
		}

		int main(void)
		{
	END
	sed 's/\(.*\) \(.*\)/\texpect("\1", RAWBPF_\1, "\2", \2);/' "$work/pairs"
	printf '\treturn status;\n}\n'
} >"$work/documented.c"
"${CC:-cc}" -std=gnu11 -O0 -I"$top/include" "$work/documented.c" "$top/lib/rawbpf.c" -o "$work/documented_errnos"
"$work/documented_errnos"
echo "$(wc -l <"$work/pairs") documented errnos have sentences"
