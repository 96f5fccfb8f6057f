# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The life of blkback: what it offers; unbound, bound, unloaded, made anew.

blkback_bus=/sys/bus/xen-backend
blkback_module=/sys/module/xen_blkback

backend_name() { echo "vbd-$domid-$(vdev_number "$1")"; }

# A backend's own counters: requests of each kind, as it saw them on the ring.
back_count() { cat "$blkback_bus/devices/$(backend_name "$1")/statistics/$2"; }

# backends_offer NODE=VALUE...: what backends of disks attached from now on say, instead
# of what they are able to; block-lab writes it. "": all they can.
backends_offer() {
	mkdir -p /run/block-lab
	printf '%s\n' "$@" >/run/block-lab/offers
}

# backends_persistent Y|N: whether they use persistent grants.
backends_persistent() { echo "$1" >$blkback_module/parameters/feature_persistent; }

backends_plain() {
	backends_offer ""
	backends_persistent Y
}

blkback_users() { cat $blkback_module/refcnt; }

# backends_left COUNT: until no more than so many exist; one that is unbound exists until
# it has answered what it had taken.
backends_left() {
	wait_until 30 at_most "$1" blkback_users ||
		fail "blkback does not let go: it has $(blkback_users) disks, should be $1"
}

# The frontend's side of the connection stays as it is.
backend_unbind() {
	local left=$(($(blkback_users) - 1))
	backend_name "$1" >$blkback_bus/drivers/vbd/unbind || fail "cannot unbind the backend of $1"
	backends_left $left
}

backend_bind() {
	backend_name "$1" >$blkback_bus/drivers/vbd/bind || fail "cannot bind the backend of $1"
}

# blkback_reload [PARAMETER=VALUE...]: the backend's parameters belong to its module.
# Disks that are attached lose their backend, and get the new one.
blkback_reload() {
	local device
	for device in "$blkback_bus"/drivers/vbd/vbd-*; do
		[ ! -e "$device" ] || basename "$device" >$blkback_bus/drivers/vbd/unbind
	done
	backends_left 0
	rmmod xen_blkback || fail "cannot unload xen-blkback in dom0"
	insmod /lib/lab-modules/xen-blkback.ko "$@" || fail "cannot load xen-blkback with $*"
}

# device_make DIR PERMISSIONS NODE VALUE...: one side of a device, as a toolstack makes it.
device_make() {
	local dir="$1" permissions="$2" left
	shift 2
	left=$#
	while [ "$left" -gt 0 ]; do
		set -- "$@" "$dir/$1" "$2"
		shift 2
		left=$((left - 2))
	done
	xenstore write "$@"
	# shellcheck disable=SC2086 # one word for each domain
	xenstore chmod -r "$dir" $permissions
	xenstore write "$dir/state" 1
}

# What the toolstack writes for a backend; the rest is the backend's own.
backend_nodes="frontend frontend-id online removable bootable dev type mode device-type params script
	physical-device hotplug-status"

# backend_anew XVDX [NUMBER]: as a toolstack does it when the backend's domain has crashed:
# the directory goes, the frontend's state is set back, a directory like the old one
# appears, where the old one was or, as the vbd's NUMBER, beside it.
backend_anew() {
	local dir new node front left=$(($(blkback_users) - 1))
	dir=$(back_dir "$1")
	new=${dir%/*}/${2:-$(vdev_number "$1")}
	front=$(front_dir "$1")
	set --
	for node in $backend_nodes; do
		set -- "$@" "$node" "$(xs_read "$dir/$node")"
	done
	xenstore rm "$dir"
	backends_left $left
	# Toolstacks do it in one transaction: who hears of the one finds the other, and may read
	# it. Without a state nobody does anything with it yet.
	xenstore write "$new/frontend" "$front"
	xenstore chmod "$new" n0 "r$domid"
	xenstore write "$front/backend" "$new" "$front/state" 1
	device_make "$new" "n0 r$domid" "$@"
}
