# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Every kind of number that a toolstack may give a disk, and the name and minors that the
# guest makes of it: existing fstabs and boot entries depend on them.

vdev_names_summary="names and minors: xvd, partitions as disks, IDE, SCSI, extended, beyond 26 and 702"
vdev_names_class="data"

# NUMBER,NAME,MAJOR:MINOR
vdev_names_all="51712,xvda,202:0 51729,xvdb1,202:17 5632,xvdc,202:32 2096,xvdd,202:48
	51952,xvdp,202:240 268439552,xvdq,202:4096 16656,xvdr,202:272
	268442112,xvdaa,202:6656 268615168,xvdaaa,202:179712"

scenario_vdev_names() {
	driver_load
	vdev_names_each vdev_names_attach
	vdev_names_partition
	vdev_names_taken
	vdev_names_each vdev_names_detach
	driver_unload
	stores_drop
	vdev_names_sda
}

vdev_names_each() {
	local row
	for row in $vdev_names_all; do
		# shellcheck disable=SC2046 # its fields are words
		"$1" $(echo "$row" | tr , ' ')
	done
}

# vdev_names_attach NUMBER NAME MAJOR:MINOR: whatever it is called, it is that disk.
vdev_names_attach() {
	progress "names: $1 is $2"
	seeded_data "$1" 65536 >"/store/$2"
	disk_attach "$1" "$(store_file "$2" 4)"
	disk_connected "$1"
	guest disk_appears "$2"
	expect "$3" "$(guest disk_fact "$2" dev)" "the device number of $2"
	expect "$(seeded_data "$1" 65536 | sha256sum)" \
		"$(guest "head -c 65536 /dev/$2 | sha256sum")" "what $2 holds"
}

# vdev_names_detach NUMBER NAME
vdev_names_detach() {
	xl_do block-detach "$domid" "$1"
	guest disk_gone "$2"
}

# A table of partitions that is written later is read again, and its minors follow the disk's.
vdev_names_partition() {
	dd if=/dev/zero of=/store/xvdaa bs=512 count=1 conv=notrunc 2>/dev/null
	smoke_partition_table /store/xvdaa $((4 * 2048))
	guest 'echo 3 >/proc/sys/vm/drop_caches; blockdev --rereadpt /dev/xvdaa'
	guest 'wait_until 10 [ -b /dev/xvdaa1 ]'
	expect 202:6657 "$(guest disk_fact xvdaa xvdaa1/dev)" "the device number of xvdaa1"
}

# Two for one name, or for the same minors: the second one is refused, the first one stays.
vdev_names_taken() {
	[ "$driver" != intree ] || return 0
	vdev_names_second 768 "xvda: there is another disk of that name"
	vdev_names_second 51728 "xvdb: minors 16 to 31 are taken by xvdb1"
	vdev_names_second 16640 "xvdq: there is another disk of that name"
}

# vdev_names_second NUMBER COMPLAINT
vdev_names_second() {
	progress "names: no place for $1"
	disk_attach "$1" "$(store_file "second-$1" 4)"
	wait_until 20 guest_said "$2" || fail "the driver does not say: $2"
	xl block-detach --force "$domid" "$1" >/tmp/xl.out 2>&1
}

vdev_names_sda() {
	[ "$driver" != intree ] || return 0
	driver_load sda_is_xvda=0
	vdev_names_attach 2048 xvde 202:64
	vdev_names_detach 2048 xvde
}
