# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Many disks at once: attached, recognised, written, compared and detached. What xl does
# for a disk takes it a second, so they are made without it.

# many_begin COUNT MIB [PARAMETER=VALUE...]: each store says whose it is in its last MiB.
many_begin() {
	local number=0 count="$1"
	many_mib="$2"
	many_disks=
	many_nodes=
	shift 2
	while [ $number -lt "$count" ]; do
		many_attach "$(disk_name $number)"
		number=$((number + 1))
	done
	progress "$count disks are attached"
	driver_load "$@"
	guest_in 120 "many_known $many_mib $many_disks"
	progress "$count disks are there"
}

# many_attach XVDX. xenbus wants the frontend's side to be there first.
many_attach() {
	local vdev front back device
	vdev=$(vdev_number "$1")
	front=/local/domain/$domid/device/vbd/$vdev
	back=/local/domain/0/backend/vbd/$domid/$vdev
	device=$(store_file "$1" "$many_mib")
	echo "$1" | dd of="/store/$1" bs=1M seek=$((many_mib - 1)) conv=notrunc 2>/dev/null
	device_make "$front" "n$domid r0" backend "$back" backend-id 0 device-type disk \
		virtual-device "$vdev"
	device_make "$back" "n0 r$domid" frontend "$front" frontend-id "$domid" online 1 removable 0 \
		bootable 1 dev "$1" type phy mode w device-type disk params "$device" \
		physical-device "$(stat -L -c %t:%T "$device")" hotplug-status connected
	many_disks="$many_disks $1"
	many_nodes="$many_nodes $front $back"
}

# As xl does it: the backend closes, which has the frontend close; then the nodes go.
many_end() {
	local node
	for node in $many_nodes; do
		case $node in
		*/backend/*) xenstore write "$node/online" 0 "$node/state" 5 ;;
		esac
	done
	backends_left 0
	# shellcheck disable=SC2086 # many words
	xenstore rm $many_nodes
	guest_in 60 "many_gone $many_disks"
}

# many_io OPTION...: verified I/O on all of them at once.
many_io() { guest_in 240 "many_write '$many_disks' $seed $*"; }

many_compare() {
	local name
	guest_in 120 "many_sums $many_mib $many_disks" >/tmp/sums.guest
	for name in $many_disks; do
		region_sums "/store/$name" "$many_mib" | sed "s/^/$name /"
	done >/tmp/sums.dom0
	cmp -s /tmp/sums.guest /tmp/sums.dom0 ||
		fail "guest and backing stores differ: $(diff /tmp/sums.guest /tmp/sums.dom0 |
			sed -n 's/^[-+]\(xvd[a-z]* [0-9]*\) .*/\1/p' | sort -u | head -n 3 | xargs) (disk, MiB)"
}
