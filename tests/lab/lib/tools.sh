# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Xen, its tools and the programs of dom0 and guests, unpacked from Debian's
# packages; nothing of it is installed on this machine.

LAB_PACKAGES=(xen-hypervisor-4.17-amd64 xen-utils-4.17 xenstore-utils qemu-system-xen
	qemu-system-data qemu-utils seabios busybox-static fio e2fsprogs util-linux mount dmsetup mdadm)

# Every library those packages depend on, in one question to apt.
tools_libraries() (
	# shellcheck source=tests/lib/suite.sh
	. "$TOP/tests/lib/suite.sh"
	suite_lists "$LAB_SUITE"
	suite_apt apt-get "$LAB_SUITE" -qq -y --no-install-recommends --print-uris \
		install "${LAB_PACKAGES[@]}" | sed -n "s/^[^ ]* \(\(lib\|zlib\)[^_ ]*\)_.*/\1/p"
)

tools_unpack() {
	local dir=$1 libraries
	note "fetching Xen, QEMU, fio and their libraries"
	libraries=$(tools_libraries)
	# shellcheck disable=SC2086 # one word per package
	suite unpack $LAB_SUITE "$dir" "${LAB_PACKAGES[@]}" xen-utils-common $libraries
	gzip -dc "$dir"/boot/xen-4.17-amd64.gz >"$dir/boot/xen"
}

# The folder where everything is unpacked.
tools_dir() {
	local dir
	dir=$CACHE/tools-$(echo "${LAB_PACKAGES[*]}" | digest)
	once "$dir" tools_unpack
	echo "$dir"
}

elf_needs() { readelf -d "$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

# find_library ROOT NAME
find_library() {
	local dir
	for dir in lib usr/lib lib/x86_64-linux-gnu usr/lib/x86_64-linux-gnu \
		usr/lib/x86_64-linux-gnu/ceph lib64; do
		[ -e "$1/$dir/$2" ] && echo "$1/$dir/$2" && return
	done
	die "library $2 is in none of the lab's packages; add its package to LAB_PACKAGES in ${BASH_SOURCE[0]}"
}

# copy_programs ROOT DEST PROGRAM...: programs (paths below ROOT) and every
# library they need; libraries land where the loader looks without a cache.
copy_programs() {
	local root=$1 dest=$2 libdir=$2/lib/x86_64-linux-gnu path lib file todo=()
	shift 2
	mkdir -p "$libdir" "$dest/lib64"
	for path; do
		install -D "$root/$path" "$dest/$path"
		todo+=("$root/$path")
	done
	cp -L "$root"/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$dest/lib64/"
	while [ ${#todo[@]} -gt 0 ]; do
		for lib in $(elf_needs "${todo[0]}"); do
			[ -e "$libdir/$lib" ] && continue
			file=$(find_library "$root" "$lib")
			cp -L "$file" "$libdir/$lib"
			todo+=("$file")
		done
		todo=("${todo[@]:1}")
	done
}

# The lab's own programs, built where dom0's kernel would be.
#
# small_program SOURCE [FLAG...]: prints where it is.
small_program() {
	local name dir
	name=$(basename "$1" .c)
	dir=$CACHE/$name-$(digest <"$1")
	once "$dir" small_build "$@"
	echo "$dir/$name"
}

small_build() {
	suite with-root "$LAB_DOM0_KERNEL" gcc -O2 -Wall "${@:2:$#-2}" -o "${*: -1}/$(basename "$1" .c)" "$1"
}

own_backend_program() {
	local dir
	dir=$CACHE/own-backend-$(cat "$LAB/backend/Makefile" "$LAB"/backend/*.[ch] | digest)
	once "$dir" own_backend_build
	echo "$dir/own-backend"
}

own_backend_build() {
	local xen
	xen=$("$LAB/backend/xen-dev")
	note "building the lab's own backend"
	suite with-root "$LAB_DOM0_KERNEL" make -s -C "$LAB/backend" build="$1" xen="$xen" >"$1/build.log" 2>&1 || {
		cat "$1/build.log" >&2
		die "the lab's own backend does not compile"
	}
}
