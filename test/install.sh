#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: install.sh PART... PART: build, unit, builds, fuzz, live, sanitized, vm, mutants, bench,
#                           or a machine of builds/foreign.sh
#
# Install, with apt, the packages that the part of the build or of the tests needs and that are
# missing. Needs root, or sudo, only if a package is missing.
set -eu

# Alternatives are names in different releases of Debian and Ubuntu: the first available one counts.
packages_of() {
	case $1 in
	build) echo gcc libc6-dev linux-libc-dev meson ninja-build pkg-config ;;
	unit | sanitized) echo check libsubunit-dev 'llvm-19|llvm-20|llvm-21' ;;
	fuzz) echo clang ;;
	mutants) packages_of live; echo git python3 ;;
	builds)
		echo check libsubunit-dev debian-archive-keyring clang 'clang-19|clang' clang-tidy cppcheck codespell g++ lld nodejs 'llvm-19|llvm-20|llvm-21' musl-tools mandoc
		echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross
		echo gcc-s390x-linux-gnu libc6-dev-s390x-cross
		echo gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
		echo libc6-dev-mips64el-cross linux-libc-dev-mips64el-cross
		[ "$(dpkg --print-architecture)" = i386 ] || echo gcc-i686-linux-gnu libc6-dev-i386-cross
		;;
	live)
		echo binutils bpftool check iproute2 libbpf-dev libsubunit-dev
		[ "$(dpkg --print-architecture)" != amd64 ] || echo gcc-i686-linux-gnu libc6-dev-i386-cross
		;;
	vm)
		echo check libsubunit-dev cpio debian-archive-keyring kmod xz-utils qemu-system-x86 qemu-system-arm
		echo 'qemu-system-s390x|qemu-system-misc' 'qemu-system-riscv|qemu-system-misc'
		echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross
		echo gcc-s390x-linux-gnu libc6-dev-s390x-cross
		echo gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
		;;
	bench)
		echo bpftrace busybox-static cpio debian-archive-keyring hyperfine libbpf-dev libbpf-tools libelf-dev
		echo 'llvm-19|llvm-20|llvm-21' musl-tools qemu-system-x86 strace time xz-utils zlib1g-dev
		;;
	i386)
		echo debian-archive-keyring
		[ "$(dpkg --print-architecture)" = i386 ] || echo gcc-i686-linux-gnu libc6-dev-i386-cross
		;;
	armhf) echo debian-archive-keyring gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user ;;
	ppc64el) echo debian-archive-keyring gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross qemu-user ;;
	*) echo "install.sh: unknown part '$1'" >&2; return 2 ;;
	esac
}

installed() {
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# Does the package have a candidate? Its name may only be provided by another package.
available() {
	apt-cache policy "$1" 2>/dev/null | grep -q '^ *Candidate: [^(]'
}

# Print the first available alternative.
choose() { # ALTERNATIVE...
	for package; do
		installed "$package" || available "$package" || continue
		echo "$package"
		return
	done
	echo "$1"
}

missing_of() { # PART...
	for part; do
		packages=$(packages_of "$part") || return
		for alternatives in $packages; do
			# shellcheck disable=SC2046 # several words
			package=$(choose $(echo "$alternatives" | tr '|' ' '))
			installed "$package" || echo "$package"
		done
	done
}

missing=$(missing_of "$@")
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "install.sh: no apt-get here; please install:" $missing >&2
	exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "install.sh: not root and no sudo; please install:" $missing >&2
		exit 1
	}
	as_root=sudo
fi

$as_root apt-get update -qq || echo "install.sh: apt-get update failed, going on with old lists" >&2
missing=$(missing_of "$@") # the new lists may have better alternatives
[ -n "$missing" ] || exit 0
echo "installing:" $missing
# shellcheck disable=SC2086 # several words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
