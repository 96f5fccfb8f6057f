# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The guest writes more into its memory than there is; the rest is on a disk of ours.
# What it reads back, while it is saved and restored, is what it wrote.
#
# Finds a driver that needs memory to write memory out, on its way or while it recovers.

swap_pressure_summary="swap on a disk under memory pressure, with save and restore meanwhile"
swap_pressure_class="resources"
swap_pressure_guest="memory=400"
swap_free_mib=40
swap_file_mib=64

scenario_swap_pressure() {
	disk_attach xvda "$(store_slow swap 256 2)"
	driver_load
	disk_arrives xvda
	guest 'mkswap /dev/xvda && swapon /dev/xvda'
	progress "swap: filling memory"
	guest_in 120 "swap_fill $seed"
	fact "KiB in swap" "$(guest swap_used)"
	guest swap_start
	progress "swap: save and restore"
	guest_save
	guest_restore
	guest_in 180 swap_stop
	guest_in 120 'umount /tmp/swap /tmp/hog && swapoff /dev/xvda'
}

# In the guest: what cannot be swapped leaves little room for what can.
swap_fill() {
	local available
	available=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
	mkdir -p /tmp/hog /tmp/swap
	mount -t ramfs none /tmp/hog
	mount -t tmpfs -o size=${swap_file_mib}m none /tmp/swap
	dd if=/dev/zero of=/tmp/hog/file bs=1M count=$((available - swap_free_mib)) 2>/dev/null
	swap_job rw=write do_verify=0 || return 1
	[ "$(swap_used)" -ge $(((swap_file_mib - swap_free_mib) * 1024)) ] || {
		echo "only $(swap_used) KiB went into swap"
		return 1
	}
}

swap_job() {
	{
		io_global null 1 | sed 's|^filename=.*|filename=/tmp/swap/file|; /create/d; /direct/d; /depth/d; s|^ioengine=.*|ioengine=psync|'
		printf '%s\n' "[swap]" bs=4k size=${swap_file_mib}m "$@"
	} | io_jobs swap
}

swap_used() { awk '/^SwapTotal/ { t = $2 } /^SwapFree/ { f = $2 } END { print t - f }' /proc/meminfo; }

# All of it is read again and again.
swap_start() {
	rm -f /tmp/swap.*
	(
		while [ ! -e /tmp/swap.stop ] && swap_job rw=read; do
			echo >>/tmp/swap.rounds
		done >/tmp/swap.said 2>&1
		: >/tmp/swap.ended
	) &
	sleep 2
}

swap_stop() {
	: >/tmp/swap.stop
	wait_until 150 [ -e /tmp/swap.ended ] || {
		echo "reading swapped memory takes for ever"
		return 1
	}
	cat /tmp/swap.said
	[ -s /tmp/swap.rounds ] && [ ! -s /tmp/swap.said ]
}
