#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# For dracut: beside our driver of Xen disks, what a boot needs to do without it.

# shellcheck disable=SC2154 # dracut's variables
check() {
	return 0
}

install() {
	local program=/usr/lib/xen-blkfront-dkms/into-image

	"$program" "$kernel" "$initdir" ||
		dwarn "xen-blkfront-dkms: $kernel: no fallback to the kernel's own driver"
	# A kernel whose driver is not ours needs nothing else.
	[[ -e $initdir/etc/modprobe.d/xen-blkfront-dkms.conf ]] || return 0
	inst_multiple cat insmod mkdir rmmod sleep udevadm
	inst_hook initqueue/settled 90 "$moddir/waiting.sh"
}
