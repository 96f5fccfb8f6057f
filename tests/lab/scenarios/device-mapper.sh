# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Two disks under device-mapper, linear and striped, and as the halves of an md mirror,
# of which one is torn out and comes back.
#
# Finds a driver whose limits do not stack, that completes what md sends twice or not at
# all, and one that does not give md the error by which it knows that a half is gone.

device_mapper_summary="dm-linear and dm-stripe over two disks; an md mirror that loses a half and gets it back"
device_mapper_class="resources"
mapper_mib=32

scenario_device_mapper() {
	mapper_a=$(store_file a $mapper_mib)
	mapper_b=$(store_file b $mapper_mib)
	disk_attach xvda "$mapper_a"
	disk_attach xvdb "$mapper_b"
	driver_load
	disk_connected xvda
	disk_connected xvdb
	guest 'disk_appears xvda && disk_appears xvdb'
	mapper_mapped
	mapper_mirror
}

mapper_mapped() {
	local half=$((mapper_mib * 2048))
	progress "mapper: linear"
	guest "printf '0 $half linear /dev/xvdb 0\n$half $half linear /dev/xvda 0\n' | dmsetup create line"
	guest_in 120 io_short mapper/line "$seed"
	guest 'dmsetup remove line'
	progress "mapper: striped"
	guest "echo 0 $((2 * half)) striped 2 128 /dev/xvda 0 /dev/xvdb 0 | dmsetup create stripes"
	guest_in 120 io_short mapper/stripes "$seed"
	echo 0 $((2 * half)) striped 2 128 "$mapper_a" 0 "$mapper_b" 0 | dmsetup create stripes
	disk_compare mapper/stripes $((2 * mapper_mib)) /dev/mapper/stripes "striped in both"
	dmsetup remove stripes
	guest 'dmsetup remove stripes'
}

# The half that is torn out misses writes: it must not be asked before it has them.
mapper_mirror() {
	progress "mapper: mirror"
	guest mapper_mirror_make
	guest_in 120 io_short md0 "$seed"
	progress "mapper: half of the mirror is torn out"
	guest mapper_load
	disk_detach_forced xvdb
	guest_in 90 mapper_load_ended
	guest 'mdadm --quiet /dev/md0 --remove detached'
	disk_again xvdb "$mapper_b"
	progress "mapper: and comes back"
	guest_in 120 'mdadm --quiet /dev/md0 --add /dev/xvdb && mapper_whole'
	guest_in 120 io_short md0 $((seed + 1))
	guest 'mdadm --quiet --stop /dev/md0'
	# All but what mdadm keeps at the end of each half.
	region_sums /store/a $((mapper_mib - 4)) >/tmp/sums.guest
	region_sums /store/b $((mapper_mib - 4)) >/tmp/sums.dom0
	cmp -s /tmp/sums.guest /tmp/sums.dom0 || fail "the halves of the mirror differ"
}

# In the guest.
mapper_mirror_make() {
	mkdir -p /run/mdadm
	mdadm --quiet --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.0 --bitmap=none \
		/dev/xvda /dev/xvdb </dev/null && mapper_whole
}

mapper_whole() {
	wait_until 90 grep -q '\[UU\]' /proc/mdstat || {
		grep -A 2 md0 /proc/mdstat
		return 1
	}
}

mapper_load() {
	rm -f /tmp/mapper.*
	(
		while [ ! -e /tmp/mapper.stop ]; do
			io_short md0 7 || : >/tmp/mapper.failed
		done >/tmp/mapper.said 2>&1
		: >/tmp/mapper.ended
	) &
	sleep 2
}

# The mirror's users do not notice.
mapper_load_ended() {
	: >/tmp/mapper.stop
	if ! wait_until 60 [ -e /tmp/mapper.ended ] || [ -e /tmp/mapper.failed ] ||
		! grep -q '\[U_\]' /proc/mdstat; then
		echo "the mirror did not stay up: $(tail -n 2 /tmp/mapper.said) $(grep -A 2 md0 /proc/mdstat)"
		return 1
	fi
}
