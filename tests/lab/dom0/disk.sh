# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Disks: attached, connected, detached; and the drivers at both ends.

# The number by which the protocol knows xvdX.
vdev_number() {
	local letter="${1#xvd}"
	echo $((51712 + 16 * ($(printf '%d' "'$letter") - 97)))
}

front_dir() { echo "/local/domain/$domid/device/vbd/$(vdev_number "$1")"; }
back_dir() { xs_read "$(front_dir "$1")/backend"; }
front() { xs_read "$(front_dir "$1")/$2"; }
back() { xs_read "$(back_dir "$1")/$2"; }

# A backend's own counters: requests of each kind, as it saw them on the ring.
back_count() { cat "/sys/bus/xen-backend/devices/vbd-$domid-$(vdev_number "$1")/statistics/$2"; }

# disk_attach XVDX DEVICE [r|w]
disk_attach() {
	xl block-attach "$domid" \
		"format=raw,vdev=$1,access=${3:-w},script=block-lab,target=$2" >/tmp/xl.out 2>&1 ||
		fail "xl block-attach $1 failed: $(tail -n 2 /tmp/xl.out)"
}

disk_attach_qdisk() {
	qdisk_start
	xl block-attach "$domid" \
		"format=raw,vdev=$1,access=${3:-w},backendtype=qdisk,discard,target=$2" >/tmp/xl.out 2>&1 ||
		fail "xl block-attach $1 failed: $(tail -n 2 /tmp/xl.out)"
}

# A PV or PVH guest that started without such a disk has no QEMU yet. xl wants to
# know of it, and ends it with the guest.
qdisk_start() {
	local node="/local/domain/$domid/image/device-model-pid"
	[ -z "$(xs_read "$node")" ] || return 0
	/usr/libexec/xen-qemu-system-i386 -xen-domid "$domid" -xen-attach -machine xenpv \
		-display none -nodefaults -no-user-config -monitor none -serial none -parallel none \
		-daemonize -pidfile /run/qdisk.pid -D /logs/qemu-qdisk.log >/tmp/out 2>&1 ||
		fail "cannot start QEMU as disk backend: $(tail -n 2 /tmp/out)"
	xenstore write "$node" "$(cat /run/qdisk.pid)"
}

# disk_new XVDX NAME MIB [r|w]: a store, and a disk over it by the plan's backend.
disk_new() {
	truncate -s "${3}M" "/store/$2"
	case $backend in
	blkback) disk_attach "$1" "$(store_file "$2" "$3")" "${4:-w}" ;;
	qdisk) disk_attach_qdisk "$1" "/store/$2" "${4:-w}" ;;
	*) fail "unknown backend '$backend'; there are: blkback, qdisk" ;;
	esac
}

disk_connected() {
	xs_wait 30 "$(front_dir "$1")/state" 4 ||
		fail "disk $1 does not connect: frontend $(front "$1" state), backend $(back "$1" state)"
	xs_wait 30 "$(back_dir "$1")/state" 4 ||
		fail "disk $1 does not connect: backend stays in state $(back "$1" state)"
}

# disk_detach XVDX: in good order; the guest must let go of it.
disk_detach() {
	xl block-detach "$domid" "$1" >/tmp/xl.out 2>&1 ||
		fail "xl block-detach $1 failed: $(tail -n 2 /tmp/xl.out)"
	guest "disk_gone $1"
}

# Every disk goes, the driver goes, and so do the stores.
disks_end() {
	local number
	for number in $(xenstore list "/local/domain/$domid/device/vbd" 2>/dev/null); do
		disk_detach "$(xs_read "$(xs_read "/local/domain/$domid/device/vbd/$number/backend")/dev")"
	done
	driver_unload
	stores_drop
}

# driver_load [PARAMETER=VALUE...]: the driver under test, with the plan's parameters.
driver_load() { driver_load_as "$driver" "$@"; }
driver_load_as() {
	local name="$1"
	shift
	guest "driver_load $name $module_args $*"
}
driver_unload() { guest driver_unload; }

# blkback_reload [PARAMETER=VALUE...]: the backend's parameters belong to its module.
blkback_reload() {
	rmmod xen_blkback || fail "cannot unload xen-blkback in dom0"
	insmod /lib/lab-modules/xen-blkback.ko "$@" || fail "cannot load xen-blkback with $*"
}
