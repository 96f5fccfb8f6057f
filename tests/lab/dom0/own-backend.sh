# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Disks served by the lab's own backend (tests/lab/backend), which does as its profile
# says. What a toolstack does for a disk is done here: xl knows nothing of them. Their
# directory has a name of its own, so that blkback leaves it alone.

own_program=/lab/bin/own-backend
own_run=/run/own

own_back_dir() { echo "/local/domain/0/backend/xbf/$domid/$(vdev_number "$1")"; }

# Whether a disk is one of these.
own_serves() {
	case $(back_dir "$1") in
	*/backend/xbf/*) ;;
	*) return 1 ;;
	esac
}

# own_attach PROFILE XVDX STORE [LINE...]: lines that this disk's profile has in addition.
own_attach() {
	local profile="$own_run/$2.profile" disk="$2" store="$3" dir
	dir=$(own_back_dir "$disk")
	mkdir -p $own_run
	cp "/lab/backend/profiles/$1" "$profile" || fail "there is no profile $1"
	shift 3
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$profile"
	$own_program check "$profile" >/tmp/out 2>&1 || fail "bad profile: $(head -n 1 /tmp/out)"
	own_make "$disk" "$dir" "$store" "$profile"
	own_start "$disk" "$dir" "$store"
}

# Both directories as libxl makes them; "front" nodes of the profile are the toolstack's.
own_make() {
	local disk="$1" dir="$2" store="$3" front type=disk nodes
	front=$(front_dir "$disk")
	grep -q '^cdrom yes' "$4" && type=cdrom
	nodes=$(sed -n 's/^node front \([^ ]*\) /\1 /p' "$4")
	device_make "$dir" "n0 r$domid" frontend "$front" frontend-id "$domid" online 1 \
		dev "$disk" type xbf mode w params "$store" removable 0 bootable 0 device-type $type
	# shellcheck disable=SC2086 # pairs of words
	device_make "$front" "n$domid r0" backend "$dir" backend-id 0 \
		virtual-device "$(vdev_number "$disk")" device-type $type $nodes
}

own_start() {
	local log="/logs/own-$id-$1.log"
	$own_program serve "$own_run/$1.profile" "$2" "$3" "$own_run/$1.socket" >>"$log" 2>&1 &
	echo $! >"$own_run/$1.pid"
}

# own_say XVDX LINE: what the running backend does from now on, or at once.
own_say() {
	$own_program say "$own_run/$1.socket" "$2" >/tmp/out 2>&1 ||
		fail "the backend of $1 does not take '$2': $(tail -n 1 /tmp/out)"
}

# own_count XVDX NAME: one of the backend's counters, of requests by their kind and others.
own_count() {
	$own_program say "$own_run/$1.socket" count | sed -n "s/^$2 //p"
}

# own_correct XVDX: the frontend has sent nothing that was wrong, or not offered.
own_correct() {
	expect 0 "$(own_count "$1" faults)" "the number of faulty requests sent to the backend of $1"
	expect 0 "$(own_count "$1" not-offered)" "the number of requests of a kind that $1 does not offer"
}

# own_detach XVDX: in good order; the guest must let go of it.
own_detach() {
	local dir
	dir=$(own_back_dir "$1")
	own_correct "$1"
	xenstore write "$dir/online" 0 "$dir/state" 5
	xs_wait 30 "$dir/state" 6 ||
		fail "disk $1 is not detached: frontend $(front "$1" state), backend $(back "$1" state)"
	own_forget "$1" "$dir"
	guest disk_gone "$1"
}

own_forget() {
	xenstore rm "$(front_dir "$1")"
	xenstore rm "$2"
	rm -f "$own_run/$1".*
}

# What a failed scenario has left; the guest is gone.
own_drop() {
	local file
	for file in "$own_run"/*.pid; do
		[ ! -e "$file" ] || kill "$(cat "$file")" 2>/dev/null
	done
	rm -rf $own_run
	xenstore rm /local/domain/0/backend/xbf 2>/dev/null
}
