#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: foreign.sh ARCH [MESON-TEST-ARGUMENT...]
#
# Build for another machine and run the unit tests as its programs. This part is optional, and started
# by hand. ARCH is Debian's name of the machine:
#
#   i386     32 bits; needs a kernel that runs such programs
#   armhf    32 bits; needs qemu-user
#   ppc64el  64 bits, system calls by libc; needs qemu-user
#
# install.sh installs Debian's cross compiler, libc and qemu-user where they are missing, or names
# them. An apt with its own state fetches Check for ARCH from a Debian mirror, into the cache folder
# of vm/fetch.sh. The system's apt and architectures stay as they are. The build folder is build-ARCH,
# or RAWBPF_BUILD.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

usage() {
	sed -n '/^# usage/,/^$/s/^#\( \|$\)//p' "$0" >&2
	exit 2
}

[ $# -gt 0 ] || usage
arch=$1
shift
case $arch in
i386) triplet=i686-linux-gnu cpu_family=x86 wrapper= ;;
armhf) triplet=arm-linux-gnueabihf cpu_family=arm wrapper=qemu-arm ;;
ppc64el) triplet=powerpc64le-linux-gnu cpu_family=ppc64 wrapper=qemu-ppc64le ;;
*) usage ;;
esac
# The folder of libraries: for i386 its name differs from the compiler's.
libraries=$(echo "$triplet" | sed 's/^i686/i386/')
cache=${RAWBPF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rawbpf}/$arch

# Put libcheck.a and libsubunit.a for ARCH into $cache/root.
fetch() {
	mkdir -p "$cache/lists/partial" "$cache/archives/partial"
	touch "$cache/status"
	# shellcheck disable=SC2016 # apt's variables, not the shell's
	mirror=$(apt-get indextargets --format '$(COMPONENT) $(REPO_URI)' | sed -n 's|^main \(.*/debian\)/*$|\1|p' |
		head -n 1)
	. /etc/os-release
	echo "deb [signed-by=$keyring] ${RAWBPF_MIRROR:-$mirror} $VERSION_CODENAME main" >"$cache/sources"
	cat >"$cache/apt.conf" <<-END
		#clear APT::Update;
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "";
		Dir::Etc::sourcelist "$cache/sources";
		Dir::Etc::sourceparts "/dev/null";
		Dir::State::lists "$cache/lists";
		Dir::State::status "$cache/status";
		Dir::Cache "$cache";
		Dir::Cache::archives "$cache/archives";
	END
	export APT_CONFIG="$cache/apt.conf"
	apt-get -qq update
	(cd "$cache" && apt-get -qq download check libsubunit-dev)
	for package in "$cache"/*.deb; do
		dpkg-deb -x "$package" "$cache/root"
	done
	unset APT_CONFIG
}

sh "$top/test/install.sh" build "$arch"
[ -e "$cache/root/usr/lib/$libraries/libcheck.a" ] || fetch

cat >"$cache/cross.ini" <<-END
	[binaries]
	c = '$triplet-gcc'
	ar = '$triplet-ar'
	strip = '$triplet-strip'
	pkgconfig = 'pkg-config'
	${wrapper:+exe_wrapper = ['$wrapper', '-L', '/usr/$triplet']}

	[properties]
	needs_exe_wrapper = $([ "$wrapper" ] && echo true || echo false)
	sys_root = '$cache/root'
	pkg_config_libdir = '$cache/root/usr/lib/$libraries/pkgconfig'

	[host_machine]
	system = 'linux'
	cpu_family = '$cpu_family'
	cpu = '$arch'
	endian = 'little'
END
build=${RAWBPF_BUILD:-$top/build-$arch}
[ -f "$build/build.ninja" ] || meson setup "$build" "$top" --cross-file "$cache/cross.ini"
exec meson test -C "$build" "$@"
