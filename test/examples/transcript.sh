#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: transcript.sh RAWBPF PAGE
#
# Replay the terminal transcripts of a manual page: each command prints what the page shows. A
# transcript is a literal display that begins with "$". "$ cat FILE" shows a file, which is written.
set -u

. "$(dirname "$0")/../checks.sh"

mkdir "$work/bin" "$work/room"
ln -s "$(realpath "$1")" "$work/bin/rawbpf"
printf '#!/bin/sh\nexec "$@"\n' >"$work/bin/sudo"
chmod +x "$work/bin/sudo"
PATH=$work/bin:$PATH
# so that `cc ... -lrawbpf` uses this tree, as if it were installed
C_INCLUDE_PATH=$(realpath "$(dirname "$0")/../../include")
LIBRARY_PATH=$(realpath "$(dirname "$1")/..")
export PATH C_INCLUDE_PATH LIBRARY_PATH

# Write the commands of the page to command.N and what each prints to wanted.N.
awk -v work="$work" '
	/^\.Bd -literal/ { inside = 1; next }
	/^\.Ed/ { inside = shown = 0; next }
	!inside { next }
	{ gsub(/\\-/, "-"); gsub(/\\e/, "\\"); sub(/^\\&/, "") }
	/^\$ / {
		shown = ++count
		print substr($0, 3) >(work "/command." count)
		printf "" >(work "/wanted." count)
		next
	}
	shown { print >(work "/wanted." count) }' "$2"

replay() { # NUMBER
	command=$(cat "$work/command.$1")
	case $command in
	"cat "*) cp "$work/wanted.$1" "$work/room/${command#cat }" ;;
	esac
	(cd "$work/room" && sh -c "$command" >"$work/got" 2>&1)
	diff "$work/wanted.$1" "$work/got"
}

count=0
while [ -f "$work/command.$((count + 1))" ]; do
	count=$((count + 1))
	check "$(cat "$work/command.$count")" replay "$count"
done
check "the page has a transcript" test "$count" -gt 0
checks_end
