#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packages, header trees and build roots of other Debian suites, without
# touching the machine's own apt: every suite has lists, sources and downloads
# of its own in the cache. Addresses come from the machine's configuration, so
# a user's mirror is used.
#
# Run it, or source it and call the functions (suite_resolve, suite_fetch, ...).

set -euo pipefail

suite_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${XBF_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/xen-blkfront-dkms}"

suite_usage() {
	cat <<'END'
usage: suite.sh COMMAND
  resolve SUITE REGEX       newest package whose whole name matches the extended regex
  version SUITE PKG         its version
  depends SUITE PKG REGEX   its dependencies (followed recursively) whose names match
  fetch SUITE PKG...        download the .debs into the cache, print their paths
  unpack SUITE DIR PKG...   unpack them into DIR
  root SUITE [PKG...]       a build root of that suite with PKG... installed, print its path
  kernels                   the release kernels: LABEL SUITE IMAGE-PKG HEADERS-PKG VERSION
  headers LABEL             fetch a kernel's header tree, print KDIR as seen in its root
  with-root LABEL CMD...    run CMD in the root of that kernel's suite, header tree in place
                            ($KDIR; the checkout, the cache and $XBF_BIND have the same paths)
  refresh [SUITE...]        fetch package lists again now (otherwise once a day)
suites: bullseye bookworm trixie trixie-backports sid experimental
XBF_ROOT_SUITE=SUITE chooses another suite's root for with-root and headers.
XBF_ARCH=arm64 means kernels of that architecture, to be built for here (a cross compiler
is installed in the root, what runs while building is this machine's).
END
}

suite_say() { echo "suite: $*" >&2; }
suite_die() {
	suite_say "$*"
	exit 1
}

: "${XBF_ARCH:=}"
suite_arch() { echo "${XBF_ARCH:-$(dpkg --print-architecture)}"; }

# What a cross compiler's name begins with.
suite_triplet() {
	case $XBF_ARCH in
	arm64) echo aarch64-linux-gnu ;;
	*) suite_die "no cross compiler is known for '$XBF_ARCH'" ;;
	esac
}

# Where a suite's compilers live: overlays have none of their own.
suite_base() {
	case $1 in
	*-backports) echo "${1%-backports}" ;;
	experimental) echo sid ;;
	*) echo "$1" ;;
	esac
}

# What this machine itself must have for the rest here.
suite_host_packages() {
	"$suite_top/scripts/deps" suite
}

# The machine's mirrors: "main URI" and "security URI".
suite_mirrors() {
	local format targets
	# shellcheck disable=SC2016 # apt expands these
	format='$(REPO_URI) $(ORIGIN) $(LABEL)'
	targets=$(apt-get indextargets --format "$format")
	if [ -z "$targets" ]; then
		apt-get update -qq >&2
		targets=$(apt-get indextargets --format "$format")
	fi
	awk '$2 == "Debian" && $3 == "Debian" && !m { print "main", $1; m = 1 }
	     $3 == "Debian-Security" && !s { print "security", $1; s = 1 }' <<<"$targets"
}

# The sources of one suite: itself, what it builds upon, and security updates.
suite_sources() {
	local suite=$1 base keyring main security
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	suite_host_packages
	main=$(suite_mirrors | sed -n 's/^main //p')
	security=$(suite_mirrors | sed -n 's/^security //p')
	[ -n "$main" ] || suite_die "no Debian mirror in this machine's apt configuration; add one to /etc/apt"
	base=$(suite_base "$suite")
	echo "deb [signed-by=$keyring] $main $suite main"
	[ "$suite" = "$base" ] || echo "deb [signed-by=$keyring] $main $base main"
	if [ "$base" != sid ] && [ -n "$security" ]; then
		echo "deb [signed-by=$keyring] $security $base-security main"
	fi
}

suite_dir() { echo "$XBF_CACHE/apt/$1${XBF_ARCH:+-$XBF_ARCH}"; }

# Options that make apt work in a suite's own folder. Read after the machine's
# own configuration, so that its proxy settings stay.
suite_write_conf() {
	local dir
	[ -n "$1" ] || suite_die "which suite? none was named"
	dir=$(suite_dir "$1")
	mkdir -p "$dir"/state/lists/partial "$dir"/cache/archives/partial "$dir"/parts
	: >>"$dir/state/status"
	suite_sources "$1" >"$dir/sources.list"
	cat >"$dir/apt.conf" <<END
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
Dir::State "$dir/state";
Dir::State::status "$dir/state/status";
Dir::Cache "$dir/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Etc::SourceList "$dir/sources.list";
Dir::Etc::SourceParts "$dir/parts";
Dir::Etc::Preferences "$dir/preferences";
Dir::Etc::PreferencesParts "$dir/parts";
APT::Sandbox::User "$(id -un)";
APT::Get::List-Cleanup "true";
Acquire::GzipIndexes "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
END
	[ -z "$XBF_ARCH" ] || cat >>"$dir/apt.conf" <<END
APT::Architecture "$XBF_ARCH";
#clear APT::Architectures;
APT::Architectures { "$XBF_ARCH"; };
END
}

suite_apt() {
	local tool=$1 suite=$2
	shift 2
	"$tool" -c "$(suite_dir "$suite")/apt.conf" "$@"
}

# One line "name version" per package of the suite itself and its security
# updates, but not of what an overlay builds upon: backports' 6.12 would hide
# behind the base suite's otherwise.
suite_write_index() {
	local suite=$1 dir file
	dir=$(suite_dir "$suite")
	for file in "$dir"/state/lists/*_dists_"$suite"{,-security}_main_binary-*_Packages; do
		[ -e "$file" ] || continue
		awk '/^Package:/ { name = $2 } /^Version:/ { print name, $2 }' "$file"
	done | LC_ALL=C sort -u >"$dir/index.new"
	[ -s "$dir/index.new" ] || suite_die "the package lists of $suite are empty; is the mirror complete?"
	mv "$dir/index.new" "$dir/index"
}

# suite_lists SUITE [now]: package lists, at most a day old.
suite_lists() {
	local suite=$1 dir try
	dir=$(suite_dir "$suite")
	mkdir -p "$dir"
	(
		flock 9
		if [ "${2:-}" != now ] && [ -n "$(find "$dir/index" -mmin -1440 2>/dev/null)" ]; then
			exit 0
		fi
		suite_say "reading the package lists of $suite"
		suite_write_conf "$suite"
		for try in 1 2 3; do
			suite_apt apt-get "$suite" update -qq >&2 && break
			[ "$try" -lt 3 ] || suite_die "cannot read the package lists of $suite; see the messages above"
			sleep 5
		done
		suite_write_index "$suite"
	) 9>"$dir/lock"
}

# "name version" lines of packages whose whole name matches, newest last.
suite_matches() {
	suite_lists "$1"
	awk -v re="^($2)\$" '$1 ~ re { print $2, $1 }' "$(suite_dir "$1")/index" |
		sort -V | awk '{ print $2, $1 }'
}

suite_resolve() {
	local newest
	newest=$(suite_matches "$1" "$2" | tail -n 1)
	[ -n "$newest" ] || suite_die "no package matches '$2' in $1"
	echo "${newest% *}"
}

# The newest version in the suite; for what only its base has, that one.
suite_version() {
	local suite found name=${2//./[.]}
	name=${name//+/[+]}
	for suite in "$1" "$(suite_base "$1")"; do
		found=$(suite_matches "$suite" "$name" | tail -n 1)
		[ -n "$found" ] || continue
		echo "${found#* }"
		return
	done
	suite_die "no package $2 in $1"
}

suite_depends() {
	local suite=$1 regex=$3 todo=("$2") seen=" $2 " name version
	suite_lists "$suite"
	while [ ${#todo[@]} -gt 0 ]; do
		version=$(suite_version "$suite" "${todo[0]}")
		while read -r name; do
			[[ $seen == *" $name "* ]] && continue
			seen+="$name "
			# A name that no package has is a virtual one.
			[ -n "$(suite_version "$suite" "$name" 2>/dev/null)" ] || continue
			todo+=("$name")
			echo "$name"
		done < <(suite_apt apt-cache "$suite" show --no-all-versions "${todo[0]}=$version" |
			sed -n 's/^\(Pre-\)\?Depends: //p' | sed 's/[,|]/\n/g' |
			sed 's/^ *//; s/[ :(].*//' | grep -E "^($regex)\$" | sort -u)
		todo=("${todo[@]:1}")
	done
}

# suite_fetch_one SUITE PKG: the path of its .deb, downloaded if need be.
suite_fetch_one() {
	local suite=$1 pkg=$2 pool=$XBF_CACHE/debs/$1 uri file tmp
	uri=$(suite_apt apt-get "$suite" download --print-uris "$pkg=$(suite_version "$suite" "$pkg")")
	file=$(awk '{ print $2 }' <<<"$uri")
	mkdir -p "$pool"
	if [ ! -s "$pool/$file" ]; then
		tmp=$(mktemp -d "$pool/.new.XXXXXX")
		suite_say "downloading $file"
		(cd "$tmp" && suite_apt apt-get "$suite" download -qq \
			"$pkg=$(suite_version "$suite" "$pkg")" >&2) || {
			rm -rf "$tmp"
			return 1
		}
		mv "$tmp/$file" "$pool/$file"
		rm -rf "$tmp"
	fi
	echo "$pool/$file"
}

suite_fetch() {
	local suite=$1 pkg
	shift
	suite_lists "$suite"
	for pkg; do
		suite_fetch_one "$suite" "$pkg" && continue
		# The mirror may have moved on since the lists were read.
		suite_lists "$suite" now
		suite_fetch_one "$suite" "$pkg" || suite_die "cannot download $pkg from $suite"
	done
}

suite_unpack() {
	local suite=$1 dir=$2 debs deb
	shift 2
	debs=$(suite_fetch "$suite" "$@")
	mkdir -p "$dir"
	while read -r deb; do
		dpkg-deb -x "$deb" "$dir"
	done <<<"$debs"
}

suite_debootstrap() {
	local suite=$1 root=$2 mirror new=$2.new log=$2.log include
	suite_host_packages
	mirror=$(suite_mirrors | sed -n 's/^main //p')
	[ -n "$mirror" ] || suite_die "no Debian mirror in this machine's apt configuration; add one to /etc/apt"
	# perl: kernel-doc, which W=1 calls
	include=ca-certificates,make,gcc,libc6-dev,libelf-dev,kmod,perl
	suite_say "making a build root of $suite (about a minute; log: $log)"
	rm -rf "$new"
	mkdir -p "$XBF_CACHE/debs/root-$suite"
	debootstrap --variant=minbase --include="$include" --cache-dir="$XBF_CACHE/debs/root-$suite" \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
		"$suite" "$new" "$mirror" >"$log" 2>&1 </dev/null ||
		suite_die "debootstrap of $suite failed; see $log"
	suite_sources "$suite" >"$new/etc/apt/sources.list"
	{
		apt-config dump | grep -iE '^Acquire::.*(proxy|valid)' || true
		echo 'APT::Install-Recommends "false";'
		echo 'Acquire::Languages "none";'
		echo 'Acquire::Retries "3";'
	} >"$new/etc/apt/apt.conf.d/90xbf"
	mkdir -p "$new/etc/dpkg/dpkg.cfg.d"
	echo force-unsafe-io >"$new/etc/dpkg/dpkg.cfg.d/xbf"
	mv "$new" "$root"
}

# suite_root_install ROOT PKG...: install in a root what it lacks.
suite_root_install() {
	local root=$1 pkg missing=()
	shift
	for pkg; do
		[ "$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${db:Status-Status}' "$pkg" 2>/dev/null)" = installed ] ||
			missing+=("$pkg")
	done
	[ ${#missing[@]} -eq 0 ] && return
	suite_say "installing ${missing[*]} in ${root##*/}"
	cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
	# shellcheck disable=SC2016 # the inner shell expands these
	DEBIAN_FRONTEND=noninteractive LC_ALL=C unshare -m --propagation private bash -euc '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		chroot "$root" apt-get update -qq
		chroot "$root" apt-get install -qq -y "$@"
	' install "$root" "${missing[@]}" >>"$root.log" 2>&1 </dev/null ||
		suite_die "cannot install ${missing[*]} in the root of ${root##*/}; see $root.log"
}

suite_root() {
	local suite root
	suite=$(suite_base "$1")
	root=$XBF_CACHE/roots/$suite
	shift
	[ "$(id -u)" -eq 0 ] || suite_die "build roots need root: run this as root"
	mkdir -p "$XBF_CACHE/roots"
	(
		flock 9
		[ -d "$root" ] || suite_debootstrap "$suite" "$root"
		suite_root_install "$root" "$@"
	) 9>"$root.lock"
	echo "$root"
}

# suite_kernel_line LABEL SUITE VERSION-REGEX: that suite's newest such kernel.
suite_kernel_line() {
	local label=$1 suite=$2 headers release
	headers=$(suite_matches "$suite" "linux-headers-$3-$(suite_arch)" | tail -n 1)
	[ -n "$headers" ] || return 0
	release=${headers% *}
	release=${release#linux-headers-}
	echo "$label $suite linux-image-$release linux-headers-$release ${headers#* }"
}

# The newest kernel that any of the given suites carries.
suite_kernel_newest() {
	local suite
	for suite; do
		suite_kernel_line newest "$suite" '[0-9][^-]*(-[0-9]+|-rc[0-9]+)?'
	done | awk '{ print $5, $0 }' | sort -V | tail -n 1 | cut -d ' ' -f 2-
}

# The first of some suites that carries a series: backports move on.
suite_kernel_series() {
	local label=$1 regex=$2 suite line
	shift 2
	for suite; do
		line=$(suite_kernel_line "$label" "$suite" "$regex")
		[ -n "$line" ] || continue
		echo "$line"
		return
	done
	suite_say "no $label kernel in: $*"
}

suite_labels='5.10 6.1 6.12 7.2 newest'

suite_kernel() {
	case $1 in
	5.10) suite_kernel_series 5.10 '5[.]10[.][0-9.]+-[0-9]+' bullseye ;;
	6.1) suite_kernel_series 6.1 '6[.]1[.][0-9.]+-[0-9]+' bookworm ;;
	6.12) suite_kernel_series 6.12 '6[.]12[.][0-9][^-]*' trixie ;;
	7.2) suite_kernel_series 7.2 '7[.]2[.][0-9][^-]*' trixie-backports sid experimental ;;
	newest) suite_kernel_newest trixie-backports sid experimental ;;
	*) suite_die "no kernel '$1'; there are: $suite_labels" ;;
	esac
}

suite_kernels() {
	local label
	for label in $suite_labels; do
		suite_kernel "$label"
	done
}

# suite_headers_tree LABEL: the unpacked header packages of a kernel.
suite_headers_tree() {
	local suite headers version tree names
	read -r _ suite _ headers version <<<"$(suite_kernel "$1")"
	[ -n "$version" ] || return 1
	tree=$XBF_CACHE/headers/${headers#linux-headers-}_$version
	mkdir -p "${tree%/*}"
	(
		flock 9
		[ -d "$tree" ] && exit 0
		rm -rf "$tree.new"
		names=$(suite_depends "$suite" "$headers" 'linux-(headers|kbuild)-[0-9].*|pahole')
		# shellcheck disable=SC2046 # one word per package
		suite_unpack "$suite" "$tree.new" "$headers" $(grep linux-headers <<<"$names")
		# These run here.
		# shellcheck disable=SC2046
		XBF_ARCH='' suite_unpack "$suite" "$tree.new" $(grep linux-kbuild <<<"$names")
		{ grep -v linux- <<<"$names" || true; } >"$tree.new/needs"
		mv "$tree.new" "$tree"
	) 9>"$tree.lock"
	echo "$tree"
}

# A header tree's own idea of its compiler, for example gcc-12.
suite_headers_compiler() {
	sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ ]*\) .*/\1/p' "$1"/usr/src/linux-headers-*/.config |
		sed 's/^.*-linux-gnu-//'
}

suite_headers_root() {
	local suite
	read -r _ suite _ <<<"$(suite_kernel "$1")"
	if [ -n "${XBF_ROOT_SUITE:-}" ]; then
		suite_root "$XBF_ROOT_SUITE"
	else
		# shellcheck disable=SC2046 # one word per package
		suite_root "$suite" "$(suite_headers_compiler "$2")${XBF_ARCH:+-$(suite_triplet)}" \
			$(cat "$2/needs")
	fi
}

suite_headers_kdir() {
	local config
	config=$(echo "$1"/usr/src/linux-headers-*/.config)
	[ -e "$config" ] || suite_die "no .config in $1/usr/src/linux-headers-*; remove $1 and try again"
	config=${config#"$1"}
	echo "${config%/.config}"
}

suite_headers() {
	local tree
	tree=$(suite_headers_tree "$1")
	suite_headers_root "$1" "$tree" >/dev/null
	suite_headers_kdir "$tree"
}

# Header packages and kbuild tools name each other by absolute paths: they are
# mounted where they belong, in a mount namespace that ends with the command.
suite_with_root() {
	local tree root kdir
	tree=$(suite_headers_tree "$1")
	root=$(suite_headers_root "$1" "$tree")
	kdir=$(suite_headers_kdir "$tree")
	shift
	[ $# -gt 0 ] || suite_die "with-root: which command?"
	# shellcheck disable=SC2016 # the inner shell expands these
	KDIR=$kdir BIND="$suite_top $XBF_CACHE ${XBF_BIND:-}" LC_ALL=C unshare -m --propagation private bash -euc '
		root=$1 tree=$2 cwd=$PWD
		shift 2
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmp "$root/tmp"
		mount --bind /dev/null "$root/dev/null"
		for dir in "$tree"/usr/src/* "$tree"/usr/lib/linux-kbuild-*; do
			[ -e "$dir" ] || continue
			mkdir -p "$root${dir#"$tree"}"
			mount --bind "$dir" "$root${dir#"$tree"}"
		done
		for dir in $BIND; do
			mkdir -p "$root$dir"
			mount --bind "$dir" "$root$dir"
		done
		[ -d "$root$cwd" ] || cwd=/
		exec chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			bash -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$cwd" "$@"
	' with-root "$root" "$tree" "$@"
}

suite_main() {
	local command=${1:-help} suite
	[ $# -eq 0 ] || shift
	case $command in
	resolve | version | depends | fetch | unpack | root | headers)
		[ $# -gt 0 ] || suite_die "$command: what? see suite.sh help"
		"suite_$command" "$@"
		;;
	with-root) suite_with_root "$@" ;;
	kernels) suite_kernels ;;
	refresh)
		[ $# -gt 0 ] || set -- bullseye bookworm trixie trixie-backports sid experimental
		for suite; do suite_lists "$suite" now; done
		;;
	help | -h | --help) suite_usage ;;
	*)
		suite_usage >&2
		exit 2
		;;
	esac
}

[ "${BASH_SOURCE[0]}" != "$0" ] || suite_main "$@"
