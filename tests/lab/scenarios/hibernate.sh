# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The guest is told to hibernate, with swap to do so. A frontend cannot live through it:
# what its backend has mapped is gone when the image is loaded again.
#
# Finds a driver that lets it happen, one that refuses without saying why, or late, when
# everything is frozen already, and one whose disks are not the same afterwards.

hibernate_summary="hibernation is refused at once, with a message; I/O goes on"
hibernate_class="moves"

scenario_hibernate() {
	load_begin "small flush large"
	disk_attach xvdb "$(store_file swap 1024)"
	disk_connected xvdb
	guest 'disk_appears xvdb && mkswap /dev/xvdb && swapon /dev/xvdb'
	progress "hibernate: asked for"
	guest_in 30 hibernate_refused
	guest_said "xen-blkfront: .* cannot hibernate" || fail "no message says why the guest cannot hibernate"
	! guest_said "Freezing" || fail "user space was frozen before hibernation was refused"
	load_goes_on "hibernation was refused"
	guest swapoff /dev/xvdb
	load_end
}

# In the guest.
hibernate_refused() {
	grep -qw disk /sys/power/state || {
		echo "this kernel knows no hibernation: $(cat /sys/power/state)"
		return 1
	}
	if echo disk 2>/tmp/refusal >/sys/power/state; then
		echo "the guest hibernated, or says so"
		return 1
	fi
	grep -q "not supported" /tmp/refusal || {
		cat /tmp/refusal
		return 1
	}
}
