#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: long.sh GUESTS
#
# What takes minutes, on the newest of Debian's kernels, which has every kind of link: each system
# call of each fails; and 500 rounds of those that the kernel which tests run on may not have.
set -u

here=$(cd "$(dirname "$0")" && pwd)
guests=${1:?usage: long.sh GUESTS}

boot() { # COMMAND [ARG...]
	sh "$here/boot.sh" -s 2 -t 3000 amd64-newest "$guests/amd64" -- "$@"
}

boot /bin/fault_links || exit
boot /bin/soak kprobe kprobe_multi kprobe_session fentry fentry.cookie fentry_multi fexit fsession \
	fmod_ret lsm lsm_cgroup netkit
