# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# dom0 asks for a disk that is in use: it goes when its last user has let go of it, and
# until then works as before. One whose backend is away waits, and goes by force only.
# With close_in_use=now, which only our driver knows, it goes at once.
#
# Finds a driver that kills a disk under a mounted file system, that does not tell the
# toolstack why it has to wait, or that forgets in the end that it was asked.

unplug_mounted_summary="orderly detach of a mounted or open disk waits for the last close, also with the backend away"
unplug_mounted_class="plugging"

scenario_unplug_mounted() {
	unplug_store=$(store_file data "$filesystem_mib")
	disk_attach xvda "$unplug_store"
	driver_load
	disk_arrives xvda
	unplug_mounted
	unplug_open
	unplug_away
	[ "$driver" = intree ] || unplug_now
}

unplug_mounted() {
	progress "unplug: mounted"
	guest 'filesystem_make && cp -r /lab /mnt/before && sync'
	unplug_ask
	guest_in 120 unplug_work
	unplug_granted
	/sbin/e2fsck -fn /store/data >/tmp/out 2>&1 || fail "dom0's fsck: $(tail -n 3 /tmp/out)"
	disk_again xvda "$unplug_store"
	guest_in 120 filesystem_read
}

unplug_open() {
	progress "unplug: open"
	guest unplug_hold
	unplug_ask
	guest dd if=/dev/xvda of=/dev/null bs=64k count=16 iflag=direct
	guest unplug_let_go
	unplug_granted
}

# Nobody throws away what waits, before somebody says so.
unplug_away() {
	progress "unplug: its backend is away"
	disk_again xvda "$unplug_store"
	guest unplug_hold
	backend_unbind xvda
	xenstore write "$(back_dir xvda)/state" 6
	xs_wait 10 "$(front_dir xvda)/state" 1 ||
		fail "the frontend is in state $(front xvda state) when its backend has closed, should be in 1"
	# It is on its way back; of one that is Closed the toolstack takes the nodes away at once.
	xenstore write "$(back_dir xvda)/state" 1
	guest unplug_read
	unplug_ask 1
	guest unplug_read_waits
	wait
	disk_detach_forced xvda
	guest unplug_read_failed
	guest unplug_let_go
}

unplug_now() {
	progress "unplug: close_in_use=now"
	driver_unload
	driver_load close_in_use=now
	disk_again xvda "$unplug_store"
	guest 'mount -t ext4 /dev/xvda /mnt'
	disk_detach xvda
	guest 'umount /mnt 2>&1; ! grep -q " /mnt " /proc/mounts'
}

# unplug_ask [STATE]: the toolstack asks, waits, and reads in the error node why; the
# frontend stays where it was.
unplug_ask() {
	xenstore rm "$(unplug_node)" 2>/dev/null
	xl block-detach "$domid" xvda >/tmp/xl.out 2>&1 &
	xs_wait 10 "$(unplug_node)" "16 *" || fail "no error node says that the disk is in use"
	expect "${1:-4}" "$(front xvda state)" "the frontend's state while the disk is in use"
}
unplug_node() { echo "/local/domain/$domid/error/device/vbd/$(vdev_number xvda)/error"; }

unplug_granted() {
	guest disk_gone xvda
	wait
}

# In the guest.
unplug_hold() {
	(sleep 1000) </dev/xvda >/dev/null 2>&1 &
	echo $! >/tmp/holder
}
unplug_let_go() { kill "$(cat /tmp/holder)"; }

unplug_read() {
	rm -f /tmp/unplug.read
	{
		dd if=/dev/xvda of=/dev/null bs=64k count=1 iflag=direct
		echo $? >/tmp/unplug.read
	} >/dev/null 2>&1 &
}
unplug_read_waits() { sleep 1 && [ ! -e /tmp/unplug.read ]; }
unplug_read_failed() {
	wait_until 10 [ -s /tmp/unplug.read ] && [ "$(cat /tmp/unplug.read)" != 0 ]
}

# With the detach pending.
unplug_work() {
	cp -r /lab /mnt/after && sync && echo 3 >/proc/sys/vm/drop_caches &&
		diff -r /lab /mnt/before && diff -r /lab /mnt/after || return 1
	(cd /mnt && find . -type f -print0 | sort -z | xargs -0 sha256sum) >/tmp/files.sums
	umount /mnt
}
