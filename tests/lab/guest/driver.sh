# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The driver under test, as seen from inside the guest.

# driver_load NAME [PARAMETER=VALUE...]
driver_load() {
	local name="$1"
	shift
	insmod "/lib/drivers/$name/xen-blkfront.ko" "$@" || {
		echo "cannot load the driver: $(dmesg | tail -n 3)"
		return 1
	}
	debug_address
}

# xenbus holds the module while it has disks: they must be gone before.
driver_unload() {
	grep -q '^xen_blkfront ' /proc/modules || return 0
	rmmod xen_blkfront || {
		echo "cannot unload the driver, it has $(cat /sys/module/xen_blkfront/refcnt) user(s)"
		return 1
	}
}

# disk_appears XVDX: its node is there and its capacity is known.
disk_appears() {
	wait_until 10 disk_there "$1" || {
		disk_evidence "$1"
		echo "disk $1 did not appear"
		return 1
	}
}
disk_there() { [ -b "/dev/$1" ] && [ "$(cat "/sys/block/$1/size")" -gt 0 ]; }

# disk_evidence XVDX: what there is of it, and who waits for what, for the guest's log.
disk_evidence() {
	ls -ld "/dev/$1" "/sys/block/$1" "/sys/block/$1/size" "/sys/kernel/debug/xen-blkfront/$1" >/dev/kmsg 2>&1
	echo w >/proc/sysrq-trigger
}

disk_gone() {
	wait_until 10 disk_not_there "$1" || {
		disk_evidence "$1"
		echo "disk $1 did not go away"
		return 1
	}
}
disk_not_there() { [ ! -e "/sys/block/$1" ]; }

disk_fact() { cat "/sys/block/$1/$2"; }
