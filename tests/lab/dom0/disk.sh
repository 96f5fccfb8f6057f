# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Disks: attached, connected, detached; and the drivers at both ends.

# The number by which the protocol knows xvdX or xvdXY: 16 disks have old numbers. A disk
# may also be called by its number.
vdev_number() {
	local letters="${1#xvd}" disk
	case "$1" in [0-9]*)
		echo "$1"
		return
		;;
	esac
	disk=$(letter_number "${letters#"${letters%?}"}")
	[ ${#letters} -eq 1 ] || disk=$((disk + 26 * (1 + $(letter_number "${letters%?}"))))
	if [ "$disk" -lt 16 ]; then
		echo $((51712 + 16 * disk))
	else
		echo $((268435456 + 256 * disk))
	fi
}
letter_number() { echo $(($(printf '%d' "'$1") - 97)); }

# disk_name N: of disk N, counted from 0: xvda, ..., xvdz, xvdaa, ...
disk_name() {
	local first=""
	[ "$1" -lt 26 ] || first=$(letter $(($1 / 26 - 1)))
	echo "xvd$first$(letter $(($1 % 26)))"
}
# shellcheck disable=SC2059 # the format is the letter
letter() { printf "\\$(printf %03o $((97 + $1)))"; }

front_dir() { echo "/local/domain/$domid/device/vbd/$(vdev_number "$1")"; }
back_dir() { xs_read "$(front_dir "$1")/backend"; }
front() { xs_read "$(front_dir "$1")/$2"; }
back() { xs_read "$(back_dir "$1")/$2"; }

# disk_attach XVDX DEVICE [r|w]
disk_attach() {
	xl_do block-attach "$domid" "format=raw,vdev=$1,access=${3:-w},script=block-lab,target=$2"
}

# disk_new XVDX NAME MIB [r|w]: a store, and a disk over it by the plan's backend.
disk_new() {
	truncate -s "${3}M" "/store/$2"
	case $backend in
	blkback) disk_attach "$1" "$(store_file "$2" "$3")" "${4:-w}" ;;
	qdisk) qdisk_attach "$1" "/store/$2" raw "${4:-w}" ;;
	qcow2) qdisk_attach "$1" "$(qcow2_of "/store/$2")" qcow2 "${4:-w}" ;;
	own-*) own_attach "${backend#own-}" "$1" "/store/$2" "read-only $([ "${4:-w}" = r ] && echo yes || echo no)" ;;
	*) fail "unknown backend '$backend'; there are: blkback, qdisk, qcow2, own-PROFILE" ;;
	esac
}

disk_connected() {
	xs_wait 30 "$(front_dir "$1")/state" 4 ||
		fail "disk $1 does not connect: frontend $(front "$1" state), backend $(back "$1" state)"
	xs_wait 30 "$(back_dir "$1")/state" 4 ||
		fail "disk $1 does not connect: backend stays in state $(back "$1" state)"
}

# disk_arrives XVDX: it is connected, and the guest has it.
disk_arrives() {
	disk_connected "$1"
	guest disk_appears "$1"
}

# disk_detach XVDX: in good order; the guest must let go of it.
disk_detach() {
	if own_serves "$1"; then
		own_detach "$1"
		return
	fi
	xl_do block-detach "$domid" "$1"
	guest disk_gone "$1"
}

# disk_detach_forced XVDX: nobody asks. xl's own verdict is of no interest.
disk_detach_forced() {
	xl block-detach --force "$domid" "$1" >/tmp/xl.out 2>&1
	guest disk_gone "$1"
}

# disk_again XVDX DEVICE: the same name, once the old disk's nodes are gone.
disk_again() {
	wait_until 15 disk_unknown "$1" || fail "the nodes of $1 do not go"
	disk_attach "$1" "$2"
	disk_arrives "$1"
}

disk_unknown() { [ -z "$(front "$1" state)" ]; }

# disk_stored XVDX FILE: what the guest wrote is in the backing store, as bytes in their places.
disk_stored() { [ "$backend" != qcow2 ] || qcow2_stored "$1" "$2"; }

# disk_compare XVDX MIB FILE WHEN: guest and backing store hold the same bytes.
disk_compare() {
	guest_in 120 disk_sums "$1" "$2" >/tmp/sums.guest
	disk_stored "$1" "$3"
	region_sums "$3" "$2" >/tmp/sums.dom0
	cmp -s /tmp/sums.guest /tmp/sums.dom0 ||
		fail "$4, guest and backing store of $1 differ from MiB $(
			diff /tmp/sums.guest /tmp/sums.dom0 | sed -n 's/^[-+]\([0-9]* \)/\1/p' | sort -n | head -n 1)"
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

# disk_ends MIB WHEN: xvda and /store/data hold the same bytes; then all goes.
disk_ends() {
	disk_compare xvda "$1" /store/data "$2"
	disks_end
}

# driver_load [PARAMETER=VALUE...]: the driver under test, with the plan's parameters.
driver_load() { driver_load_as "$driver" "$@"; }
driver_load_as() {
	local name="$1"
	shift
	guest "driver_load $name $module_args $*"
}
driver_unload() { guest driver_unload; }
