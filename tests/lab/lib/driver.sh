# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Where the driver under test comes from. Each becomes a folder in the guest with
# xen-blkfront.ko and a file "origin" that says where it was taken from.

# driver_module DRIVER LABEL DIR: put the module of that driver into DIR.
driver_module() {
	local driver=$1 label=$2 dir=$3
	kernel_dir_of "$label"
	mkdir -p "$dir"
	case $driver in
	intree) driver_intree "$dir" ;;
	ours) driver_ours "$label" "$dir" ;;
	mutant-*) driver_mutant "${driver#mutant-}" "$label" "$dir" ;;
	*) die "unknown driver '$driver'; there are: intree, ours" ;;
	esac
}

driver_intree() {
	copy_modules "$KERNEL_DIR" "$1" xen-blkfront
	modprobe -d "$KERNEL_DIR" -S "$(cat "$KERNEL_DIR/release")" --show-depends xen-blkfront |
		sed -n "s|^insmod $KERNEL_DIR\(.*xen-blkfront.*\)|\1|p" >"$1/origin"
}

driver_ours() {
	local tree module
	if debug_kernel "$1" || own_tree "$1"; then
		driver_build ours "$1" "$2"
		return
	fi
	tree=$(guest_tree "$1")
	module=$(tree_module "$tree" "$(cat "$KERNEL_DIR/release")")
	plain_module "$module" "$2/xen-blkfront.ko"
	echo "${module#"$tree"}" >"$2/origin"
}

mutant_names() { (cd "$LAB/mutants" && printf '%s\n' *.patch | sed 's/\.patch$//'); }

mutant_patch() {
	[ -e "$LAB/mutants/$1.patch" ] || die "no mutant '$1'; there are: $(mutant_names | xargs)"
	echo "$LAB/mutants/$1.patch"
}

# mutant_says NAME WHAT: what the head of its patch says: Scenario, Reason, Kernel.
mutant_says() {
	local patch
	patch=$(mutant_patch "$1")
	sed -n "s/^$2: //p" "$patch"
}

# driver_mutant NAME LABEL DIR: our sources with one mistake put in on purpose.
driver_mutant() {
	local patch
	patch=$(mutant_patch "$1")
	driver_build "mutant-$1" "$2" "$3" "$patch"
}

# driver_build NAME LABEL DIR [PATCH]: from a copy of the checkout.
driver_build() {
	local build=$CACHE/builds/$1-$2 log=$OUT/$1-$2.log
	rm -rf "$build"
	mkdir -p "$build" "$OUT"
	(cd "$TOP" && scripts/tracked-files --copy "$build")
	[ $# -lt 4 ] || patch -s -d "$build" -p1 <"$4" >"$log" 2>&1 ||
		die "$4 does not fit the sources any more: bring it up to date"
	# shellcheck disable=SC2016 # the root's shell expands it
	with_kernel "$2" bash -c 'make -s -C "$1" module KDIR="$KDIR" ${CC:+"CC=$CC"}' build "$build" >>"$log" 2>&1 ||
		die "driver $1 does not build; see $log"
	# As dkms does it: there are many of them, and little memory in some guests.
	strip --strip-debug -o "$3/xen-blkfront.ko" "$build/src/xen-blkfront.ko"
	echo "$1, built from the checkout" >"$3/origin"
	rm -rf "$build"
}
