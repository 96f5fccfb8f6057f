# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# How fast a disk is, for comparing two drivers in one boot; never a number on its own.

# Interrupts of all frontends' queues, whatever the driver calls them.
rate_interrupts() {
	awk '/blkif|xvd/ { for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

# rate XVDX OPERATION BLOCK-SIZE DEPTH COUNT: "IOPS INTERRUPTS" for COUNT operations.
rate() {
	local before
	before=$(rate_interrupts)
	fio --name=rate --filename="/dev/$1" --rw="$2" --bs="$3" --iodepth="$4" \
		--iodepth_batch_submit="$4" --number_ios="$5" --ioengine=libaio --direct=1 --thread \
		--gtod_reduce=1 --randrepeat=1 --norandommap --invalidate=0 \
		--output-format=terse --terse-version=3 >/tmp/rate.out 2>&1 || {
		tail -n 3 /tmp/rate.out
		return 1
	}
	# Operations per second of reads and of writes; only one of them is not zero.
	awk -F ';' -v irqs=$(($(rate_interrupts) - before)) \
		'/^3;/ { print $8 + $49, irqs }' /tmp/rate.out
}
