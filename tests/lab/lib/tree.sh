# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Guest trees: a Debian root of the kernel's suite with that kernel's headers and
# modules, dkms, and our package, installed by dpkg; dkms builds the module in it.

# in_tree TREE COMMAND...: as on a machine of its own, proc and a private /tmp mounted, and the folder
# TREE_BIND, if there is one, where it is here.
in_tree() {
	# shellcheck disable=SC2016 # the inner shell expands these
	BIND=${TREE_BIND:-} unshare -m --propagation private bash -euc '
		tree=$1
		shift
		if [ "$BIND" ]; then
			mkdir -p "$tree$BIND"
			mount --bind -o ro "$BIND" "$tree$BIND"
		fi
		mount -t proc proc "$tree/proc"
		mount -t tmpfs tmp "$tree/tmp"
		mount --bind /dev/null "$tree/dev/null"
		exec chroot "$tree" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
			DEBIAN_FRONTEND=noninteractive "$@"
	' in_tree "$@" </dev/null
}

# tree_log DIR: where the work on a tree is recorded.
tree_log() { echo "${1%.new}.log"; }

# tree_make_base LABEL DIR
tree_make_base() {
	local label=$1 dir=$2 suite headers release root log names
	read -r _ suite _ headers _ <<<"$(kernel_line "$label")"
	release=${headers#linux-headers-}
	log=$(tree_log "$dir")
	kernel_dir_of "$label"
	root=$(suite root "$suite")
	note "making a guest tree for kernel $release: Debian, dkms, headers (log: $log)"
	cp -a "$root/." "$dir"
	mapfile -t names < <(suite depends "$suite" "$headers" \
		"linux-(headers|kbuild|binary|modules|base)-[0-9].*|linux-image-${release//+/[+]}")
	mapfile -t names < <(suite fetch "$suite" "$headers" "${names[@]}")
	mkdir -p "$dir/var/tmp/debs"
	cp "${names[@]}" "$dir/var/tmp/debs/"
	cp -L /etc/resolv.conf "$dir/etc/resolv.conf" 2>/dev/null || true
	in_tree "$dir" sh -euc 'apt-get update -qq
		apt-get install -y --no-install-recommends dkms /var/tmp/debs/*.deb
		rm -r /var/tmp/debs' >"$log" 2>&1 || die "cannot install dkms and headers; see $log"
	# Newer headers bring their kernel with them.
	if [ ! -d "$dir/lib/modules/$release/kernel" ]; then
		mkdir -p "$dir/lib/modules/$release"
		cp -aln "$KERNEL_DIR/lib/modules/$release/." "$dir/lib/modules/$release/"
	fi
}

tree_base() {
	local image version dir
	read -r _ _ image _ version <<<"$(kernel_line "$1")"
	dir=$CACHE/trees/${image#linux-image-}_$version
	once "$dir" tree_make_base "$1"
	echo "$dir"
}

# The package of this checkout, built when first asked for.
package_file() {
	if [ ! -e "$OUT/deb.built.$$" ]; then
		note "building the package (make deb)"
		mkdir -p "$OUT"
		make -s -C "$TOP" deb >"$OUT/deb.log" 2>&1 || die "make deb failed; see $OUT/deb.log"
		rm -f "$OUT"/deb.built.*
		: >"$OUT/deb.built.$$"
	fi
	echo "$TOP"/out/deb/*.deb
}

# What the package holds, whenever it was built.
package_digest() {
	# shellcheck disable=SC2016 # tar's shell expands it
	dpkg-deb --fsys-tarfile "$1" | tar -x --to-command='echo "$TAR_FILENAME"; cat' | digest
}

# tree_install_package BASE DEB RELEASE DIR
tree_install_package() {
	local base=$1 deb=$2 release=$3 dir=$4 log
	log=$(tree_log "$dir")
	note "installing $(basename "$deb") in the tree of $release: dkms builds the module (log: $log)"
	cp -a "$base/." "$dir"
	cp "$deb" "$dir/var/tmp/"
	# shellcheck disable=SC2016 # the tree's shell expands it
	in_tree "$dir" sh -euc 'dpkg -i "/var/tmp/$1"
		dkms status
		modprobe -S "$2" --show-depends xen-blkfront' install "$(basename "$deb")" "$release" \
		>"$log" 2>&1 || die "the package does not install; see $log"
	tree_module "$dir" "$release" >/dev/null
}

# The module that a guest with this tree loads; must be the one dkms built.
tree_module() {
	local module
	module=$(modprobe -d "$1" -S "$2" --show-depends xen-blkfront | awk '/xen-blkfront/ { print $2 }')
	[[ $module == */updates/dkms/* ]] ||
		die "a guest with kernel $2 would load ${module#"$1"}, not dkms' module; see $(tree_log "$1")"
	echo "$module"
}

# guest_tree LABEL: folder of the tree; reused while package and kernel stay the same.
guest_tree() {
	local base deb dir release
	base=$(tree_base "$1")
	deb=$(package_file)
	kernel_dir_of "$1"
	release=$(cat "$KERNEL_DIR/release")
	dir=$base-$(package_digest "$deb")
	once "$dir" tree_install_package "$base" "$deb" "$release"
	touch "$(tree_log "$dir")"
	tree_prune "$base"
	echo "$dir"
}

# tree_prune BASE: trees are big; of a kernel the three that were used last stay.
tree_prune() {
	local log
	find "$(dirname "$1")" -maxdepth 1 -name "$(basename "$1")-*.log" -printf '%T@ %p\n' |
		sort -rn | tail -n +4 | while read -r _ log; do
		rm -rf "${log%.log}" "$log" "${log%.log}.lock"
	done
}
