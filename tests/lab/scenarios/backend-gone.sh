# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Backend and frontend directories go while requests are out, unanswered for ever: by
# hand, one after the other; by the toolstack, by force; and under a mounted file system.
#
# Finds a driver that waits for answers before it lets a disk go, in the thread that all
# of xenbus needs; that leaves a job waiting instead of giving it an error; or that keeps
# the disk's name.

backend_gone_summary="backend and frontend directories removed under I/O and under a mount, attached again"
backend_gone_class="backends"

scenario_backend_gone() {
	gone_store=$(store_slow load 16 20)
	disk_attach xvda "$gone_store"
	driver_load
	disk_arrives xvda
	gone_by_hand
	gone_by_force
	gone_mounted
}

gone_by_hand() {
	local front back
	front=$(front_dir xvda)
	back=$(back_dir xvda)
	progress "gone: the directories under I/O"
	guest gone_start
	xenstore rm "$back"
	sleep 2
	xenstore rm "$front" "/libxl/$domid/device/vbd/$(vdev_number xvda)"
	guest disk_gone xvda
	guest gone_ended
	gone_back
}

gone_by_force() {
	progress "gone: a forced detach under I/O"
	guest gone_start
	disk_detach_forced xvda
	guest gone_ended
	gone_back
}

gone_mounted() {
	progress "gone: a forced detach of a mounted disk"
	guest 'filesystem_make && cp /bin/busybox /mnt/one && sync'
	disk_detach_forced xvda
	guest 'umount /mnt 2>&1; ! grep -q " /mnt " /proc/mounts'
	gone_back
}

gone_back() {
	disk_again xvda "$gone_store"
	guest_in 180 io_short xvda "$seed"
}

# In the guest: four jobs that end when they meet an error.
gone_start() {
	local job
	rm -f /tmp/gone.*
	for job in 1 2 3 4; do
		gone_job >/dev/null 2>&1 && : >/tmp/gone.$job &
	done
	sleep 2
}

# The disk stays open: its name may come to stand for another one, or for a file.
gone_job() {
	exec 3<>/dev/xvda
	while dd if=/proc/self/fd/3 of=/dev/null bs=1M iflag=direct &&
		dd if=/dev/zero of=/proc/self/fd/3 bs=4k count=64 oflag=direct; do
		:
	done
}

gone_ended() {
	local job
	for job in 1 2 3 4; do
		wait_until 10 [ -e /tmp/gone.$job ] || {
			echo "I/O job $job still waits"
			return 1
		}
	done
}
