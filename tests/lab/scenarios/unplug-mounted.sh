# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# dom0 asks for a disk that is in use: it goes when its last user has let go of it, and
# until then works as before. With close_in_use=now, which only our driver knows, it goes
# at once.
#
# Finds a driver that kills a disk under a mounted file system, that does not tell the
# toolstack why it has to wait, or that forgets in the end that it was asked.

unplug_mounted_summary="orderly detach of a mounted and of an open disk waits for the last close"
unplug_mounted_class="plugging"

scenario_unplug_mounted() {
	unplug_store=$(store_file data "$filesystem_mib")
	disk_attach xvda "$unplug_store"
	driver_load
	disk_arrives xvda
	unplug_mounted
	unplug_open
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
	guest '(sleep 1000) </dev/xvda >/dev/null 2>&1 & echo $! >/tmp/holder'
	unplug_ask
	guest dd if=/dev/xvda of=/dev/null bs=64k count=16 iflag=direct
	guest unplug_let_go
	unplug_granted
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

# The toolstack asks, waits, and reads in the error node why.
unplug_ask() {
	xenstore rm "$(unplug_node)" 2>/dev/null
	xl block-detach "$domid" xvda >/tmp/xl.out 2>&1 &
	xs_wait 10 "$(unplug_node)" "16 *" || fail "no error node says that the disk is in use"
	expect 4 "$(front xvda state)" "the frontend's state while the disk is in use"
}
unplug_node() { echo "/local/domain/$domid/error/device/vbd/$(vdev_number xvda)/error"; }

unplug_granted() {
	guest disk_gone xvda
	wait
}

# In the guest.
unplug_let_go() { kill "$(cat /tmp/holder)"; }

# With the detach pending.
unplug_work() {
	cp -r /lab /mnt/after && sync && echo 3 >/proc/sys/vm/drop_caches &&
		diff -r /lab /mnt/before && diff -r /lab /mnt/after || return 1
	(cd /mnt && find . -type f -print0 | sort -z | xargs -0 sha256sum) >/tmp/files.sums
	umount /mnt
}
