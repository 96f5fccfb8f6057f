# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What a debug kernel has found but says only if asked; other kernels have nothing to say.

debug_files=/sys/kernel/debug

# Memory that nobody knows of any more is named in the log. What is not five seconds old is
# not looked at, what has changed since the last look not counted.
debug_leaks() {
	[ -e $debug_files/kmemleak ] || return 0
	sleep 6
	echo scan >$debug_files/kmemleak && echo scan >$debug_files/kmemleak
}

# After its first report, or when its tables are full, lockdep looks no more.
debug_locks() {
	[ ! -e /proc/lockdep_stats ] || grep '^ debug_locks: *1$' /proc/lockdep_stats || {
		echo "lockdep has given up"
		return 1
	}
}

# Where a leak's addresses in the driver belong, once it is gone.
debug_address() {
	[ ! -e $debug_files/kmemleak ] ||
		echo "lab: xen_blkfront is at $(cat /sys/module/xen_blkfront/sections/.text)" >/dev/kmsg
}
