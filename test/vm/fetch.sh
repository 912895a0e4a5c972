#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: fetch.sh [-m] NAME
#
# Print the path of the kernel image NAME of the file `kernels`, or of the headers NAME of the file
# `headers`. With -m, print the path of the folder lib/modules that belongs to the image, indexed by
# depmod. An apt with its own state fetches what is missing in the cache from a Debian mirror.
# Nothing is installed, and the system's apt stays as it is. The file `origin` is beside the image,
# or two folders above the headers. It tells the package, its version, and whether that is the
# pinned one, a newer or an older one.
#
# Status: 0, 2 for a usage error, 77 with a reason on stderr when it is not available.
#
#   RAWBPF_MIRROR  a Debian mirror (a URL ending in /debian; its security archive is beside it, in
#                  /debian-security); default: the sources of the system's apt
#   RAWBPF_CACHE   the cache folder; default: ${XDG_CACHE_HOME:-$HOME/.cache}/rawbpf

# shellcheck disable=SC2317 # it does not see that run and trap call functions
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
part=
child=

usage() {
	sed -n '/^# usage/,/^$/s/^#\( \|$\)//p' "$0"
}

cannot() {
	echo "$1" >&2
	exit 77
}

# A shell answers a signal only after its foreground command, so wait for a background one.
run() {
	"$@" &
	child=$!
	wait "$child" && status=0 || status=$?
	child=
	return "$status"
}

cleanup() {
	[ -z "$child" ] || { kill "$child" && wait "$child"; } 2>/dev/null || :
	[ -z "$part" ] || rm -rf "$part"
}

# Print the first archive of that name (debian or debian-security) in the system's apt sources.
apt_archive() {
	# shellcheck disable=SC2016 # apt's variables, not the shell's
	apt-get indextargets --format '$(COMPONENT) $(REPO_URI)' 2>/dev/null |
		sed -n "s|^main \(.*/$1\)/*\$|\1|p" | head -n 1
}

apt_configure() {
	mkdir -p lists/partial archives/partial
	touch status sources

	# apt reads this after the system's configuration, whose proxies stay in effect.
	cat >apt.conf <<-EOF
		#clear APT::Update;
		#clear DPkg::Post-Invoke;
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Get::List-Cleanup "false";
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		Acquire::Retries "2";
		Acquire::http::Timeout "20";
		Acquire::https::Timeout "20";
		Dir::Etc::sourcelist "$part/sources";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State::lists "$part/lists";
		Dir::State::status "$part/status";
		Dir::Cache::archives "$part/archives";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
	EOF
}

# Get the index of one suite. Each suite has its own request, so that a missing one does not affect
# the others.
add_suite() {
	case $1 in
	*-security) archive=$security ;;
	*) archive=$mirror ;;
	esac
	echo "deb [signed-by=$keyring] $archive $1 main" >suite
	run timeout 300 apt-get -qq -c apt.conf -o "Dir::Etc::sourcelist=$part/suite" update ||
		return
	cat suite >>sources
}

# Print the package names that match the pattern, signed and unsigned.
package_names() {
	case $pattern in
	linux-binary-*) unsigned=linux-binary-unsigned-${pattern#linux-binary-} ;;
	*) unsigned=$pattern-unsigned ;;
	esac
	apt-cache -c apt.conf pkgnames linux- | while read -r package; do
		# shellcheck disable=SC2254 # both are patterns
		case $package in $pattern | $unsigned) echo "$package" ;; esac
	done
}

# Print every package to try, as lines `PACKAGE VERSION`: the pinned version, then the newest first.
# Of each version, the signed package comes before the unsigned one.
# Modules belong to one image.
candidates() {
	if [ "$what" = lib/modules ]; then
		cut -d ' ' -f 1,2 "${kept%/*}/origin"
		return
	fi
	package_names | xargs -r apt-cache -c apt.conf madison |
		awk -v pinned="$pinned" '{ print ($3 != pinned), $3, ($1 ~ /-unsigned/), $1 }' |
		sort -u -k 1,1n -k 2,2Vr -k 3,3n -k 4,4 |
		awk '{ print $4, $2 }'
}

# Print the packages that have the modules of an image, and the list of what it has built in.
module_packages() { # PACKAGE VERSION
	case $1 in
	linux-binary-*)
		flavour=${1#linux-binary-}
		flavour=${flavour#unsigned-}
		echo "linux-modules-$flavour=$2 linux-base-$flavour=$2"
		;;
	*) echo "$1=$2" ;;
	esac
}

# Newer packages have their modules in /usr/lib: both paths lead to one folder here.
unpack_modules() {
	mkdir result/lib && ln -s . result/usr || return
	for package in ./*.deb; do
		dpkg-deb --fsys-tarfile "$package" |
			tar -x -C result --keep-directory-symlink --wildcards '*lib/modules/*' || return
	done
	depmod -b "$part/result" "$(ls result/lib/modules)"
}

# Keep the image, the modules or the headers of a package.
unpack() {
	case $what in
	image)
		dpkg-deb --fsys-tarfile ./*.deb |
			tar -xO --wildcards '*/vmlinu[xz]*' >result/image || return
		[ -s result/image ]
		;;
	lib/modules) unpack_modules ;;
	*) dpkg-deb -x ./*.deb result ;;
	esac
}

take() {
	packages=$1=$2
	[ "$what" != lib/modules ] || packages=$(module_packages "$1" "$2")
	# shellcheck disable=SC2086 # one or two words
	run timeout 300 apt-get -qq -c apt.conf download $packages || return
	mkdir -p result
	unpack || return
	if [ "$2" = "$pinned" ]; then
		age=pinned
	elif dpkg --compare-versions "$2" gt "$pinned"; then
		age=newer
	else
		age=older
	fi
	echo "$1 $2 $age" >result/origin || return
	mv -T result "$kept"
}

modules=
case ${1-} in
-h) usage; exit ;;
-m) modules=1; shift ;;
esac
[ $# -eq 1 ] || { usage >&2; exit 2; }

name=$1
row=$(awk -v name="$name" '!/^#/ && $1 == name' "$here/kernels" "$here/headers")
[ -n "$row" ] || { echo "fetch.sh: nothing is called '$name' in $here/kernels or headers" >&2; exit 2; }
read -r name _ pinned pattern suites <<EOF
$row
EOF

arch=${name%%-*}
what=image
if [ "$arch" = headers ]; then
	[ -z "$modules" ] || { echo "fetch.sh: headers have no modules" >&2; exit 2; }
	arch=$(dpkg --print-architecture)
	what=usr/include
fi
kernels=${RAWBPF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rawbpf}/kernels
case $kernels in /*) ;; *) kernels=$PWD/$kernels ;; esac
kept=$kernels/$name-$pinned
if [ -n "$modules" ]; then
	run "$here/fetch.sh" "$name" >/dev/null || exit "$status"
	kept=$kept/modules
	what=lib/modules
fi
if [ -e "$kept/$what" ]; then
	echo "$kept/$what"
	exit
fi

PATH=$PATH:/usr/sbin:/sbin
for tool in apt-get dpkg-deb flock ${modules:+depmod}; do
	command -v "$tool" >/dev/null || cannot "$tool is not installed"
done
[ -e "$keyring" ] || cannot "debian-archive-keyring is not installed"
if [ -n "${RAWBPF_MIRROR-}" ]; then
	mirror=${RAWBPF_MIRROR%/}
	security=$mirror-security
else
	mirror=$(apt_archive debian)
	security=$(apt_archive debian-security)
	[ -n "$mirror" ] || cannot "no Debian mirror: set RAWBPF_MIRROR"
	: "${security:=$mirror-security}"
fi

trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$kernels"
exec 9>"$kernels/$name.lock"
run flock -w 600 9 || cannot "another fetch.sh holds $kernels/$name.lock"
if [ -e "$kept/$what" ]; then
	echo "$kept/$what"
	exit
fi

# This process holds the lock, so a killed fetch.sh left these files.
rm -rf "$kept.part"
mkdir "$kept.part"
part=$kept.part
cd "$part"
apt_configure
for suite in $(echo "$suites" | tr , ' '); do
	add_suite "$suite" >>log 2>&1 || :
done
candidates >wanted 2>>log
while read -r package version; do
	if take "$package" "$version" >>log 2>&1; then
		echo "fetched $(cat "$kept/origin")" >&2
		echo "$kept/$what"
		exit
	fi
	echo "$package $version cannot be downloaded" >&2
	rm -f ./*.deb
done <wanted

# Print the first error, or the first warning.
reason=$(grep '^[EW]: ' log | sort -s -k 1,1 | sed 's/^.: //; q')
cannot "${reason:-no package $pattern in $suites}"
