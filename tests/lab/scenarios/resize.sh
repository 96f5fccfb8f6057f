# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The disk grows under a mounted file system, which grows with it: once by blkback, which
# sees the store grow, then by a toolstack that rewrites "sectors" and nothing else. Then
# it shrinks.
#
# Finds a driver that does not follow, that follows only a change of the backend's state,
# that does not tell udev and growpart by a RESIZE event, or that still sends what lies
# behind a new end.

resize_summary="online grow with RESIZE event and file system, only sectors rewritten, shrink"
resize_class="plugging"

scenario_resize() {
	resize_store=$(store_file data 16)
	disk_attach xvda "$resize_store"
	driver_load
	disk_arrives xvda
	guest 'filesystem_make && resize_listen'
	resize_by_backend
	resize_by_sectors
	guest 'umount /mnt'
	disk_compare xvda 48 /store/data "after growing"
	/sbin/e2fsck -fn /store/data >/tmp/out 2>&1 || fail "dom0's fsck: $(tail -n 3 /tmp/out)"
	resize_shrink
	guest resize_deafen
}

# Its next request makes blkback look.
resize_by_backend() {
	progress "resize: the store grows"
	resize_store_to 32
	guest 'dd if=/dev/xvda of=/dev/null bs=4k count=1 iflag=direct 2>&1'
	guest "resize_seen 32 && resize_use 20"
}

# The store grows later: else blkback would see it, and say so in its own way.
resize_by_sectors() {
	progress "resize: sectors is rewritten"
	resize_say 48
	guest resize_seen 48
	resize_store_to 48
	guest resize_use 36
}

# The store stays as it is: nothing but the driver keeps I/O before the new end.
resize_shrink() {
	progress "resize: the disk shrinks"
	resize_say 24
	guest "resize_seen 24"
	expect 0 "$(guest resize_readable 24)" "the number of bytes to be read behind the new end"
	expect 1048576 "$(guest resize_readable 23)" "the number of bytes to be read before it"
}

resize_store_to() {
	truncate -s "${1}M" /store/data
	/sbin/losetup -c "$resize_store" || fail "cannot resize $resize_store"
}

resize_say() { xenstore write "$(back_dir xvda)/sectors" $(($1 * 2048)); }

# In the guest, where no udev runs.
resize_listen() {
	cat >/tmp/heard <<'END'
#!/bin/sh
[ "$RESIZE$DEVNAME" != 1xvda ] || echo "$SEQNUM" >>/tmp/uevents
END
	chmod +x /tmp/heard
	: >/tmp/uevents
	uevent /tmp/heard >/dev/null 2>&1 &
	echo $! >/tmp/listener
	sleep 1
}

resize_deafen() { kill "$(cat /tmp/listener)"; }

# resize_seen MIB: the size, and the event that says so.
resize_seen() {
	wait_until 10 resize_is "$1" || {
		echo "xvda has $(disk_fact xvda size) sectors, should have $(($1 * 2048))"
		return 1
	}
	wait_until 5 [ -s /tmp/uevents ] || {
		echo "no event says that xvda now has $1 MiB"
		return 1
	}
	: >/tmp/uevents
}
resize_is() { [ "$(disk_fact xvda size)" -eq $(($1 * 2048)) ]; }

resize_readable() { dd if=/dev/xvda bs=1M skip="$1" count=1 iflag=direct 2>/dev/null | wc -c; }

# resize_use MIB: the file system takes what is there, and a file of that many MiB.
resize_use() {
	local written
	/sbin/resize2fs /dev/xvda >/tmp/resize.out 2>&1 || {
		tail -n 2 /tmp/resize.out
		return 1
	}
	rm -f /mnt/file
	written=$(dd if=/dev/urandom bs=1M count="$1" 2>/dev/null | tee /mnt/file | sha256sum)
	sync
	echo 3 >/proc/sys/vm/drop_caches
	[ "$(sha256sum </mnt/file)" = "$written" ] || {
		echo "a file of $1 MiB is not what was written"
		return 1
	}
}
