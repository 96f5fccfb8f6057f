# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Kernels of dom0 and guests by label (5.10, 6.1, ..., newest), unpacked.

# kernel_unpack SUITE IMAGE-PKG DIR
kernel_unpack() {
	local suite=$1 image=$2 dir=$3 release=${2#linux-image-} parts
	note "fetching kernel $release ($suite)"
	# Newer kernels are split; the image package then is an empty frame.
	mapfile -t parts < <(suite depends "$suite" "$image" 'linux-(binary|modules|base)-[0-9].*')
	suite unpack "$suite" "$dir" "$image" "${parts[@]}"
	[ -d "$dir/lib/modules" ] || ln -s usr/lib "$dir/lib"
	[ -d "$dir/lib/modules/$release" ] || die "package $image holds no modules of $release"
	echo "$release" >"$dir/release"
	cp "$(kernel_image "$dir" "$release")" "$dir/vmlinuz"
	"$LAB/lib/kernel-elf" "$dir/vmlinuz" "$dir/vmlinux"
	depmod -b "$dir" "$release"
}

# Debian keeps the kernel beside its modules from 7.x on.
kernel_image() {
	local file
	for file in "$1/boot/vmlinuz-$2" "$1/lib/modules/$2/vmlinuz"; do
		if [ -e "$file" ]; then
			echo "$file"
			return
		fi
	done
	die "the packages of kernel $2 hold no vmlinuz"
}

kernel_line() {
	local line
	line=$(suite kernels | awk -v label="$1" '$1 == label')
	[ -n "$line" ] || die "no kernel labelled '$1'; there are: $(suite kernels | awk '{ print $1 }' | xargs)"
	echo "$line"
}

# kernel_dir LABEL: folder with vmlinux, vmlinuz, release and lib/modules.
kernel_dir() {
	local suite image version dir
	if debug_kernel "$1"; then
		debug_kernel_dir "$1"
		return
	fi
	if own_tree "$1"; then
		own_tree_dir
		return
	fi
	read -r _ suite image _ version <<<"$(kernel_line "$1")"
	[ -n "$image" ] || exit 1
	dir=$CACHE/kernels/${image#linux-image-}_$version
	once "$dir" kernel_unpack "$suite" "$image"
	echo "$dir"
}

# The kernels of a plan need not be looked up again for every line of it.
declare -A kernel_dirs=()
kernel_dir_of() {
	if [ -z "${kernel_dirs[$1]:-}" ]; then
		kernel_dirs[$1]=$(kernel_dir "$1")
	fi
	KERNEL_DIR=${kernel_dirs[$1]}
}

# module_files KERNEL-DIR MODULE...: files in the order they must be loaded.
module_files() {
	local dir=$1 name
	shift
	for name; do
		modprobe -d "$dir" -S "$(cat "$dir/release")" --show-depends "$name" ||
			die "kernel $(cat "$dir/release") has no module $name"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# plain_module FILE DEST: without the compression it was installed with.
plain_module() {
	case $1 in
	*.ko) cp "$1" "$2" ;;
	*.ko.xz) xz -dc "$1" >"$2" ;;
	*.ko.zst) zstd -qdc "$1" >"$2" ;;
	*.ko.gz) gzip -dc "$1" >"$2" ;;
	*) die "do not know how to unpack $1" ;;
	esac
}

# copy_modules KERNEL-DIR DEST MODULE...: plain .ko files and a list in load order.
copy_modules() {
	local dir=$1 dest=$2 file name
	shift 2
	mkdir -p "$dest"
	for file in $(module_files "$dir" "$@"); do
		name=$(basename "$file")
		name=${name%%.ko*}.ko
		plain_module "$file" "$dest/$name"
		echo "$name" >>"$dest/order"
	done
}
