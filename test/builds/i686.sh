#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: i686.sh [MESON-TEST-ARGUMENT...]
#
# Build for 32-bit x86 and run the unit tests. This part is optional, and started by hand. Needs
# Debian's gcc-i686-linux-gnu and libc6-dev-i386-cross, and a kernel that runs 32-bit programs. An
# apt with its own state fetches Check for i386 from a Debian mirror, into the cache folder of
# vm/fetch.sh. The system's apt and architectures stay as they are.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
cache=${RAWBPF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rawbpf}/i386
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Put libcheck.a and libsubunit.a for i386 into $cache/root.
fetch() {
	mkdir -p "$cache/lists/partial" "$cache/archives/partial"
	touch "$cache/status"
	# shellcheck disable=SC2016 # apt's variables, not the shell's
	mirror=$(apt-get indextargets --format '$(COMPONENT) $(REPO_URI)' | sed -n 's|^main \(.*/debian\)/*$|\1|p' |
		head -n 1)
	. /etc/os-release
	echo "deb [signed-by=$keyring] ${RAWBPF_MIRROR:-$mirror} $VERSION_CODENAME main" >"$cache/sources"
	cat >"$cache/apt.conf" <<-EOF
		#clear APT::Update;
		APT::Architecture "i386";
		APT::Architectures { "i386"; };
		APT::Sandbox::User "";
		Dir::Etc::sourcelist "$cache/sources";
		Dir::Etc::sourceparts "/dev/null";
		Dir::State::lists "$cache/lists";
		Dir::State::status "$cache/status";
		Dir::Cache "$cache";
		Dir::Cache::archives "$cache/archives";
	EOF
	export APT_CONFIG="$cache/apt.conf"
	apt-get -qq update
	(cd "$cache" && apt-get -qq download check libsubunit-dev)
	for package in "$cache"/*.deb; do
		dpkg-deb -x "$package" "$cache/root"
	done
	unset APT_CONFIG
}

[ -e "$cache/root/usr/lib/i386-linux-gnu/libcheck.a" ] || fetch

cat >"$cache/i686.ini" <<-EOF
	[binaries]
	c = 'i686-linux-gnu-gcc'
	ar = 'i686-linux-gnu-ar'
	strip = 'i686-linux-gnu-strip'
	pkgconfig = 'pkg-config'

	[properties]
	sys_root = '$cache/root'
	pkg_config_libdir = '$cache/root/usr/lib/i386-linux-gnu/pkgconfig'

	[host_machine]
	system = 'linux'
	cpu_family = 'x86'
	cpu = 'i686'
	endian = 'little'
EOF
build=${RAWBPF_BUILD:-$top/build-i686}
[ -f "$build/build.ninja" ] || meson setup "$build" "$top" --cross-file "$cache/i686.ini"
exec meson test -C "$build" "$@"
