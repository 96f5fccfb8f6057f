# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# A machine whose kernel takes signed modules only. What the kernel and the firmware say is told by
# files and programs in their places.

# The kernel that runs is ours, and enforces signatures.
enforce() {
	mount -t tmpfs sys /sys
	mkdir -p /sys/module/module/parameters /sys/module/xen_blkfront /xbf/bin
	echo Y >/sys/module/module/parameters/sig_enforce
	PATH=/xbf/bin:$PATH
}

# This root is what runs on the machine, not something that is made on it.
run_here() {
	echo "$kernel" >/xbf/osrelease
	mount --bind /xbf/osrelease /proc/sys/kernel/osrelease
}

# program_says PROGRAM TEXT: from now on, and fails.
program_says() {
	printf '#!/bin/sh\necho "%s"\nexit 1\n' "$2" >"/xbf/bin/$1"
	chmod +x "/xbf/bin/$1"
}

this_dkms_signs() {
	dpkg --compare-versions "$(dpkg-query -W -f '${Version}' dkms)" ge 3.0.4
}

check_set_aside() {
	check_kernels_own "$1"
	check "$1: dkms has built it" grep -q "$kernel.*built" <(dkms status -m "$module")
	check "$1: the image was left alone" images_made "$kernel" "${2:-0}"
}

# again [OPTION...]: another run, whose words go into $said.
again() {
	said=$(xen-blkfront-update "$@" 2>&1) || true
	echo "$said"
}

scenario_signatures() {
	enforce
	program_says mokutil "/var/lib/dkms/mok.pub is not enrolled"
	program_says insmod "insmod: ERROR: could not insert module: Key was rejected by service"

	apt install /xbf/"$package"_*.deb
	check "in a folder, the machine's state decides nothing: modprobe takes ours" \
		resolves_below "$kernel" updates/dkms
	check "in a folder, the machine's state decides nothing: the initramfs has ours" \
		image_loads_the_same "$kernel"
	apt purge "$package"
	images_made "$kernel" 2 || true

	run_here
	apt install /xbf/"$package"_*.deb
	check_set_aside "key not enrolled"
	check "key not enrolled: no package is half-configured" apt_leaves_nothing_half_done
	check "key not enrolled: the doctor says what to do" doctor_says "keeps its own driver: it takes signed modules only"
	if ! this_dkms_signs; then
		check "no signature: the reason is given" says_once "$kernel: .*this dkms did not sign"
		return
	fi
	check "key not enrolled: the command to enrol it is given" \
		says_once "$kernel: .*mokutil --import /var/lib/dkms/mok.pub"

	program_says mokutil "/var/lib/dkms/mok.pub is already in the enrollment request"
	again --boot
	check_set_aside "key requested"
	check "key requested: it is said what is left to do" says_once "$kernel: .*confirm it in the blue screen"

	program_says mokutil "/var/lib/dkms/mok.pub is already enrolled"
	again --boot
	check_ours "key enrolled: the next start of the machine switches over" "$version"
	check "key enrolled: one image made" images_made "$kernel" 1

	program_says mokutil "/var/lib/dkms/mok.pub is not enrolled"
	again --boot
	check_set_aside "key taken back" 1

	program_says mokutil "EFI variables are not supported on this system"
	program_says insmod "insmod: ERROR: could not insert module: File exists"
	again
	check "no firmware to ask, but the kernel trusts the key: modprobe takes ours" \
		resolves_below "$kernel" updates/dkms
	check "no firmware to ask, but the kernel trusts the key: the initramfs has ours" \
		image_loads_the_same "$kernel"
	program_says insmod "insmod: ERROR: could not insert module: Key was rejected by service"
	again
	check_kernels_own "no firmware to ask, and the kernel does not trust the key"

	step "a kernel that enforces by its configuration"
	umount /proc/sys/kernel/osrelease
	echo N >/sys/module/module/parameters/sig_enforce
	again
	check "not enforcing: modprobe takes ours" resolves_below "$kernel" updates/dkms
	echo CONFIG_MODULE_SIG_FORCE=y >>"/boot/config-$kernel"
	again
	check "a kernel that enforces, in a folder: a Xen disk loads the kernel's own driver" \
		resolves_below "$kernel" kernel/drivers/block
	check "a kernel that enforces, in a folder: the initramfs loads the kernel's own driver" \
		image_loads_the_same "$kernel"
}
