# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Disks on QEMU's own backend, raw files and qcow2 images.

qdisk_pid=/run/qdisk.pid
# QEMU's monitor: a pipe to it and one from it.
qdisk_monitor=/run/qdisk

# qdisk_attach XVDX FILE FORMAT r|w
qdisk_attach() {
	qdisk_start
	xl_do block-attach "$domid" "format=$3,vdev=$1,access=$4,backendtype=qdisk,discard,target=$2"
}

qdisk_node() { echo "/local/domain/$domid/image/device-model-pid"; }

# The guest has a QEMU: ours; or xl's, which has no monitor, if it was restored or is an HVM guest.
qdisk_serves() { [ -n "$(xs_read "$(qdisk_node)")" ]; }

# A PV or PVH guest that started without such a disk has no QEMU yet. xl wants to
# know of it, and ends it with the guest.
qdisk_start() {
	! qdisk_serves || return 0
	rm -f $qdisk_monitor.in $qdisk_monitor.out
	mkfifo $qdisk_monitor.in $qdisk_monitor.out
	/usr/libexec/xen-qemu-system-i386 -xen-domid "$domid" -xen-attach -machine xenpv \
		-display none -nodefaults -no-user-config -monitor none -serial none -parallel none \
		-chardev pipe,id=monitor,path=$qdisk_monitor -mon chardev=monitor,mode=control \
		-daemonize -pidfile $qdisk_pid -D /logs/qemu-qdisk.log >/tmp/out 2>&1 ||
		fail "cannot start QEMU as disk backend: $(tail -n 2 /tmp/out)"
	xenstore write "$(qdisk_node)" "$(cat $qdisk_pid)"
}

# qdisk_ended: with the guest; nobody has the images open any more. It takes its file along.
qdisk_ended() { [ ! -e $qdisk_pid ]; }

# qdisk_say COMMAND [ARGUMENTS]: tell the QEMU that qdisk_start started, in its own words. Pipes
# that are opened both ways do not wait for one that is gone.
qdisk_say() {
	local answer
	printf '%s\n' '{"execute":"qmp_capabilities"}' \
		"{\"execute\":\"$1\",\"arguments\":{${2:-}},\"id\":\"said\"}" 1<>$qdisk_monitor.in
	answer=$(qdisk_answer 0<>$qdisk_monitor.out)
	case $answer in
	*'"return"'*) ;;
	*) fail "QEMU says to $1: ${answer:-nothing}" ;;
	esac
}

# Not by sed, which wants to see the line after it.
qdisk_answer() {
	local line
	# shellcheck disable=SC3045 # busybox knows -t
	while read -r -t 20 line; do
		case $line in
		*'"id": "said"'*)
			echo "$line"
			return
			;;
		esac
	done
}

# qdisk_resize XVDX MIB: the disk, and its store with it.
qdisk_resize() {
	local format=raw
	[ "$backend" != qcow2 ] || format=qcow2
	qdisk_say block_resize "\"node-name\":\"$1-$format\",\"size\":$(($2 * 1048576))"
}

# qcow2_of FILE: an image with the same bytes; prints its name.
qcow2_of() {
	qemu_img convert -f raw -O qcow2 "$1" "$1.qcow2"
	echo "$1.qcow2"
}

# qcow2_stored XVDX FILE: FILE is what its image holds. QEMU writes the image's tables when the
# guest flushes.
qcow2_stored() {
	guest "disk_flush $1"
	qemu_img check -q -f qcow2 "$2.qcow2"
	qemu_img convert -f qcow2 -O raw "$2.qcow2" "$2"
}

qemu_img() { qemu-img "$@" >/tmp/out 2>&1 || fail "qemu-img $1: $(tail -n 2 /tmp/out)"; }
