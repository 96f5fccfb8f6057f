# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Disks that cannot be written, and CDs: what the guest is told of them, and what it may do.
#
# Finds a driver that sends writes to a read-only disk, and one that calls every disk a CD,
# or none.

readonly_and_cdrom_summary="read-only disks, removable ones and CDs: flags, ioctls, refused writes"
readonly_and_cdrom_class="data"

scenario_readonly_and_cdrom() {
	flags_one "read-only yes" 1 0 no
	flags_one "removable yes" 0 1 no
	flags_one "cdrom yes" 1 1 yes "read-only yes" "removable yes"
	flags_one "cdrom no" 0 0 no
	flags_filesystem
}

# flags_one LINE READONLY REMOVABLE CDROM [LINE...]: lines of the backend's profile.
flags_one() {
	local ro="$2" removable="$3" cdrom="$4" line="$1"
	shift 4
	progress "flags: $line"
	seeded_data "$seed" 1048576 >/store/data
	truncate -s 8M /store/data
	own_attach full xvda /store/data "$line" "$@"
	driver_load
	disk_arrives xvda
	expect "$ro $removable" "$(guest flags_see)" \
		"read-only and removable with '$line'"
	flags_ioctls "$cdrom"
	disk_compare xvda 8 /store/data "with '$line'"
	[ "$ro" = 0 ] || guest flags_refuses
	expect 0 "$(own_count xvda write)" "the number of writes with '$line'"
	disks_end
}

flags_ioctls() {
	local wanted="Inappropriate ioctl for device"
	[ "$1" = no ] || wanted=ok
	guest "/lab/bin/disk-ioctls /dev/xvda" >/tmp/ioctls
	expect "$wanted" "$(sed -n 's/^cdrom-capability //p' /tmp/ioctls)" "the answer to CDROM_GET_CAPABILITY"
	expect "ok 0" "$(sed -n 's/^multisession //p' /tmp/ioctls)" "the answer to CDROMMULTISESSION"
	expect "ok 255/63" "$(sed -n 's/^geometry //p' /tmp/ioctls)" "the answer to HDIO_GETGEO"
}

# A file system that was left in order is mounted from a read-only disk, here by blkback.
flags_filesystem() {
	local disk
	progress "flags: a read-only file system"
	disk=$(store_file ext4 16)
	driver_load
	flags_attach "$disk" w
	guest flags_make
	disk_detach xvda
	flags_attach "$disk" r
	guest flags_mounts
}

flags_attach() {
	disk_attach xvda "$1" "$2"
	disk_arrives xvda
}

# In the guest.
flags_see() { echo "$(disk_fact xvda ro) $(disk_fact xvda removable)"; }

flags_refuses() {
	! dd if=/dev/zero of=/dev/xvda bs=4k count=1 conv=fsync 2>/dev/null || {
		echo "the read-only disk took a write"
		return 1
	}
}

flags_make() {
	/sbin/mke2fs -q -F -t ext4 /dev/xvda && mount -t ext4 /dev/xvda /mnt && echo told >/mnt/file && umount /mnt
}

flags_mounts() {
	mount -t ext4 -o ro /dev/xvda /mnt && grep -q told /mnt/file || return 1
	! mount -o remount,rw /mnt 2>/dev/null || {
		echo "a read-only disk is mounted for writing"
		return 1
	}
	umount /mnt
}
