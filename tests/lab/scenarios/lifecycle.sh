# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Bound, unbound and bound again; unloaded and loaded with the disk attached; asked
# to go while in use; torn out under I/O. The same name works again each time.

lifecycle_summary="rebind, reload, detach in use, forced detach under I/O, attach again"

scenario_lifecycle() {
	lifecycle_store=$(store_file data 16)
	disk_attach xvda "$lifecycle_store"
	driver_load
	disk_connected xvda
	guest disk_appears xvda
	guest_in 180 io_short xvda "$seed"
	# The kernel's own driver cannot take a disk back.
	[ "$driver" = intree ] || lifecycle_reload
	lifecycle_loop
	lifecycle_in_use
	lifecycle_forced
	lifecycle_forced_mounted
}

# The disk comes back with what is on it, without dom0's help.
lifecycle_reload() {
	progress "lifecycle: rebind and reload"
	guest_in 120 disk_sums xvda 16 >/tmp/sums.before
	guest lifecycle_unbind xvda
	guest 'echo vbd-51712 >/sys/bus/xen/drivers/vbd/bind && disk_appears xvda'
	guest lifecycle_unbind xvda
	guest 'driver_unload'
	driver_load
	guest disk_appears xvda
	disk_connected xvda
	guest_in 120 disk_sums xvda 16 >/tmp/sums.after
	cmp -s /tmp/sums.before /tmp/sums.after || fail "the disk came back with other data"
}

# Plugged and unplugged while nothing else holds up either side.
lifecycle_loop() {
	local round=0
	progress "lifecycle: attach and detach in a loop"
	while [ $round -lt 10 ]; do
		disk_detach xvda
		disk_attach xvda "$lifecycle_store"
		disk_connected xvda
		guest disk_appears xvda
		round=$((round + 1))
	done
	guest io_short xvda "$seed"
}

# An orderly detach waits for the last close; until then I/O goes on.
lifecycle_in_use() {
	progress "lifecycle: detach in use"
	guest '(sleep 1000) </dev/xvda >/dev/null 2>&1 & echo $! >/tmp/holder'
	xl block-detach "$domid" xvda >/tmp/xl.out 2>&1 &
	xs_wait 20 "/local/domain/$domid/error/device/vbd/51712/error" "16 *" ||
		fail "no error node says that the disk is in use"
	guest dd if=/dev/xvda of=/dev/null bs=64k count=16 iflag=direct
	guest lifecycle_let_go
	wait
	lifecycle_again
}

# Nobody asks: nodes and backend go while requests are out.
lifecycle_forced() {
	progress "lifecycle: forced detach under I/O"
	guest lifecycle_load_start
	xl block-detach --force "$domid" xvda >/tmp/xl.out 2>&1
	guest disk_gone xvda
	guest lifecycle_load_ended
	lifecycle_again
}

lifecycle_forced_mounted() {
	progress "lifecycle: forced detach of a mounted disk"
	guest 'filesystem_make && cp /bin/busybox /mnt/one && sync'
	xl block-detach --force "$domid" xvda >/tmp/xl.out 2>&1
	guest disk_gone xvda
	guest 'umount /mnt 2>&1; ! grep -q " /mnt " /proc/mounts'
	lifecycle_again
}

# The same name, the same store.
lifecycle_again() {
	local tries=0
	while [ -n "$(front xvda state)" ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || fail "the disk's nodes do not go"
		usleep 100000
	done
	disk_attach xvda "$lifecycle_store"
	disk_connected xvda
	guest disk_appears xvda
	guest_in 180 io_short xvda "$seed"
}

# In the guest.
lifecycle_let_go() {
	kill "$(cat /tmp/holder)" && disk_gone xvda
}

lifecycle_unbind() {
	echo vbd-51712 >/sys/bus/xen/drivers/vbd/unbind && disk_gone "$1"
}

lifecycle_load_start() {
	local job
	for job in 1 2 3 4; do
		(
			while dd if=/dev/xvda of=/dev/null bs=1M iflag=direct &&
				dd if=/dev/zero of=/dev/xvda bs=4k count=64 oflag=direct; do
				:
			done
			echo $? >/tmp/load.$job
		) >/dev/null 2>&1 &
	done
	sleep 2
}

# Every job has met an error and is gone.
lifecycle_load_ended() {
	local job try=0
	for job in 1 2 3 4; do
		until [ -e /tmp/load.$job ]; do
			try=$((try + 1))
			[ $try -lt 100 ] || {
				echo "I/O job $job still waits"
				return 1
			}
			usleep 100000
		done
		rm /tmp/load.$job
	done
}
