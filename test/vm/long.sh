#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: long.sh GUESTS
#
# Run the tests that take minutes, on Debian's newest kernel, which has every kind of link. Each
# system call of each kind fails. The kinds that the host's kernel may lack attach 500 times.
set -u

here=$(cd "$(dirname "$0")" && pwd)
guests=${1:?usage: long.sh GUESTS}

boot() { # COMMAND [ARG...]
	sh "$here/boot.sh" -s 2 -t 3000 amd64-newest "$guests/amd64" -- "$@"
}

boot /bin/fault_links || exit
boot /bin/soak kprobe kprobe_multi kprobe_session fentry fentry.cookie fentry_multi fexit fsession \
	fmod_ret lsm lsm_cgroup netkit
