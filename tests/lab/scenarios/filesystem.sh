# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The life of a file system: made, filled, unmounted, checked, read again; dom0
# checks the same file system on the backing store.

filesystem_summary="mkfs.ext4, mount, write, unmount, fsck in guest and dom0"
filesystem_class="data"
filesystem_mib=64

scenario_filesystem() {
	disk_new xvda data $filesystem_mib
	driver_load
	disk_arrives xvda
	guest filesystem_make
	guest_in 180 filesystem_fill "$seed"
	guest_in 120 filesystem_check
	guest_in 120 filesystem_read
	disk_compare xvda $filesystem_mib /store/data "with the file system unmounted"
	/sbin/e2fsck -fn /store/data >/tmp/out 2>&1 || fail "dom0's fsck: $(tail -n 3 /tmp/out)"
}

filesystem_make() { /sbin/mke2fs -q -F -t ext4 /dev/xvda && mount -t ext4 /dev/xvda /mnt; }

# In the guest: files of many sizes, some synced, some removed again.
filesystem_fill() {
	local i=0
	cp -r /lab /lib/lab-modules /mnt/ || return 1
	mkdir /mnt/files
	while [ $i -lt 100 ]; do
		seeded_data "$(($1 + i))" $((i * i * 40)) >"/mnt/files/$i"
		[ $((i % 10)) -ne 0 ] || sync
		[ $((i % 7)) -ne 0 ] || rm "/mnt/files/$i"
		i=$((i + 1))
	done
	(cd /mnt && find . -type f -print0 | sort -z | xargs -0 sha256sum) >/tmp/files.sums
	umount /mnt
}

filesystem_check() {
	/sbin/e2fsck -fn /dev/xvda >/tmp/fsck.out 2>&1 || {
		tail -n 3 /tmp/fsck.out
		return 1
	}
}

filesystem_read() {
	echo 3 >/proc/sys/vm/drop_caches
	mount -t ext4 -o ro /dev/xvda /mnt || return 1
	(cd /mnt && sha256sum -c -s /tmp/files.sums) || {
		echo "files changed between unmount and mount"
		return 1
	}
	umount /mnt
}
