# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Where the driver under test comes from. A driver is a folder with
# xen-blkfront.ko and a line "origin" that says where it was taken from.

# driver_module DRIVER LABEL DIR: put the module of that driver into DIR.
driver_module() {
	local driver=$1 label=$2 dir=$3
	case $driver in
	intree) driver_intree "$label" "$dir" ;;
	*) die "unknown driver '$driver'" ;;
	esac
}

driver_intree() {
	kernel_dir_of "$1"
	copy_modules "$KERNEL_DIR" "$2" xen-blkfront
	echo "kernel $(cat "$KERNEL_DIR/release"), its own driver" >"$2/origin"
}
