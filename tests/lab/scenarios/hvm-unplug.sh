# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# An HVM guest's disk has two faces: an emulated one for the firmware, and ours. The kernel
# unplugs the first when it starts, unless it is told not to; only then is the second ours.
#
# Finds a driver that serves a disk which the guest also has by emulation: two caches, one
# disk, and soon no file system.

hvm_unplug_summary="an emulated disk is unplugged and ours; with xen_emul_unplug=never it is left alone"
hvm_unplug_class="data"
hvm_unplug_types="hvm"
# A guest of its own.
hvm_unplug_guest="memory=700"

scenario_hvm_unplug() {
	seeded_data "$seed" 4194304 >/store/data
	hvm_unplug_store=$(store_file data 16)
	hvm_unplug_start xen_emul_unplug=never
	expect yes "$(hvm_unplug_emulated)" "whether the disk is still emulated"
	guest "! driver_load $driver >/dev/null"
	guest disk_not_there xvda
	hvm_unplug_start
	expect no "$(hvm_unplug_emulated)" "whether the disk is still emulated"
	driver_load
	disk_connected 768
	guest disk_appears xvda
	guest_in 120 disk_sums xvda 16 >/tmp/sums.guest
	region_sums /store/data 16 >/tmp/sums.dom0
	cmp -s /tmp/sums.guest /tmp/sums.dom0 || fail "xvda is not what hda was"
	xl_do block-detach "$domid" hda
	guest disk_gone xvda
}

hvm_unplug_start() {
	progress "an HVM guest with an emulated disk: ${*:-as it is}"
	guest_anew "format=raw,vdev=hda,access=rw,target=$hvm_unplug_store" "$@"
}

# QEMU's view, kept in the log.
hvm_unplug_emulated() {
	xl qemu-monitor-command "$guest_name" "info block" >/tmp/monitor 2>&1 ||
		fail "QEMU does not say what disks it has: $(tail -n 2 /tmp/monitor)"
	cat /tmp/monitor >&2
	if grep -q ": $hvm_unplug_store " /tmp/monitor; then
		echo yes
	else
		echo no
	fi
}
