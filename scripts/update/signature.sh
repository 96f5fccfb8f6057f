# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# Would a kernel refuse our module for want of a signature that it trusts?

# Does this system run here, or is it being put together in a folder or a container?
running_here() {
	[[ /proc/1/root/. -ef / && -d /lib/modules/$(fact kernel machine)/kernel ]]
}

enforcing() {
	is signatures-enforced yes
}

# Signatures are looked at before anything else, so with a driver of that name loaded already,
# nothing is done but that. Where there is no firmware to ask, there is no better answer.
running_kernel_trusts() {
	local said

	running_here && [[ -d /sys/module/xen_blkfront ]] || return
	said=$(insmod "$1" 2>&1)
	[[ $said == *'File exists'* ]]
}

# distrusted MODULE: says why the kernel at hand would refuse it; fails if it would not.
distrusted() {
	local key

	enforcing || return
	key=$(fact key machine)
	learn_module built "$1"
	if ! is built-signed yes; then
		echo "it takes signed modules only, and this dkms did not sign ours; with dkms 3 and openssl installed, run xen-blkfront-update again"
	elif running_here && { the key-state enrolled || running_kernel_trusts "$1"; }; then
		return 1
	elif the key-state requested; then
		echo "it takes signed modules only, and the key $key waits to be confirmed: reboot, and confirm it in the blue screen before the boot"
	else
		echo "it takes signed modules only, and does not know the key $key; to enrol it: mokutil --import $key, choose a password, reboot, confirm in the blue screen before the boot (without UEFI the key has to be in the kernel)"
	fi
}
