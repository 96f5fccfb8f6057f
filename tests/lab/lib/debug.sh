# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Guest kernels built here from Debian's source with that kernel's own compiler, in the
# cache: those that look closely at what drivers do, and one that has the driver built in.
# tests/lab/debug/*.config is all they have. They have labels like other kernels.

# The kernel whose source it is, what it is configured by, the guests it starts in.
declare -A DEBUG_OF=([debug]=newest [kasan]=newest [built-in]=6.12)
declare -A DEBUG_CONFIGS=([debug]="guest debug pv" [kasan]="guest debug kasan" [built-in]="guest pv built-in")
declare -A DEBUG_TYPES=([debug]="pv pvh" [kasan]=pvh [built-in]="pv pvh")
# Of those that look closely.
DEBUG_PATIENCE=4 # times as long as others may take
DEBUG_MEMORY=400 # MiB more than others have
# A PVH guest is in them before there is what KASAN needs.
DEBUG_UNCHECKED=(KASAN_SANITIZE_string.o=n KASAN_SANITIZE_enlighten_pvh.o=n)
# resize2fs opens for writing what is mounted, which a kernel allows if it is told to.
DEBUG_ARGS="page_poison=on debug_pagealloc=on kmemleak.verbose=1 bdev_allow_write_mounted=1"

# debug_kernel LABEL: whether it is one.
debug_kernel() { [ -n "${DEBUG_CONFIGS[$1]:-}" ]; }

# debug_closely LABEL: whether it is one that looks closely.
debug_closely() { [[ " ${DEBUG_CONFIGS[$1]:-} " == *" debug "* ]]; }

# debug_config LABEL: of what is set twice, the last counts.
debug_config() {
	local name
	for name in ${DEBUG_CONFIGS[$1]}; do
		cat "$LAB/debug/$name.config"
	done | tac | awk '!match($0, /CONFIG_[A-Z0-9_]+/) || !seen[substr($0, RSTART, RLENGTH)]++' | tac
}

# debug_unpack SUITE PACKAGE DIR
debug_unpack() {
	local deb
	note "fetching $2 ($1)"
	deb=$(suite fetch "$1" "$2")
	dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards '*.tar.xz' |
		tar -xJ --strip-components 1 -C "$3"
}

# debug_make LABEL VERSION DIR: the kernel, and a folder to build drivers in.
debug_make() {
	local label=$1 version=$2 dir=$3 build log
	build=$CACHE/debug/$(basename "${dir%.new}")
	log=$build.log
	local make=(suite with-root "${DEBUG_OF[$label]}" make -s -C "$CACHE/debug/source-$version" O="$build"
		"${DEBUG_UNCHECKED[@]}")
	note "building kernel $label from Debian's $version: half an hour (log: $log)"
	mkdir -p "$build"
	debug_config "$label" >"$build/wanted"
	"${make[@]}" KCONFIG_ALLCONFIG="$build/wanted" allnoconfig >"$log" 2>&1 ||
		die "kernel $label cannot be configured; see $log"
	debug_config_taken "$build" || die "the configuration of kernel $label lacks what is named above"
	{
		"${make[@]}" -j"$(nproc)" vmlinux modules &&
			"${make[@]}" INSTALL_MOD_PATH="$dir" modules_install
	} >>"$log" 2>&1 || die "kernel $label does not build; see $log"
	cp "$build/include/config/kernel.release" "$dir/release"
	cp "$build/System.map" "$dir/System.map"
	cp "$build/.config" "$dir/config"
	objcopy -S "$build/vmlinux" "$dir/vmlinux"
}

# What kconfig found no place for, it drops without a word.
debug_config_taken() {
	! grep -E '^(# )?CONFIG_' "$1/wanted" | grep -vxFf "$1/.config" >&2
}

debug_kernel_dir() {
	local suite version series dir
	read -r _ suite _ _ version <<<"$(kernel_line "${DEBUG_OF[$1]}")"
	[ -n "$version" ] || exit 1
	series=$(sed -E 's/^([0-9]+[.][0-9]+).*/\1/' <<<"$version")
	suite root "$suite" flex bison bc >/dev/null
	once "$CACHE/debug/source-$version" debug_unpack "$suite" "linux-source-$series"
	dir=$CACHE/kernels/$1_$version-$(debug_config "$1" | digest)
	once "$dir" debug_make "$1" "$version"
	echo "$dir"
}

# with_kernel LABEL COMMAND...: in a root that can build for that kernel, which is at $KDIR.
with_kernel() {
	local label=$1
	shift
	if debug_kernel "$label"; then
		kernel_dir_of "$label"
		suite with-root "${DEBUG_OF[$label]}" \
			env "KDIR=$(readlink -f "$KERNEL_DIR"/lib/modules/*/build)" "$@"
	elif own_tree "$label"; then
		env "KDIR=$OWN_TREE" "CC=$OWN_TREE_CC" "$@"
	else
		suite with-root "$label" "$@"
	fi
}
