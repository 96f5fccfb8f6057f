# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that has the driver built in, which xen-blkfront-update --take-over has run on ours: the
# initramfs that it made, with the settings behind it, and the word that it put into GRUB's menu. Without
# that word the same kernel, initramfs and disk boot on what is built in.
#
# Finds settings that this kernel does not read, a built-in driver that starts all the same and takes the
# disk, and a module that does not come in its place.

boot_built_in_summary="an installed system whose kernel has the driver built in: taken over, and without the word bootconfig"
boot_built_in_types="pv pvh"
boot_built_in_kernels="built-in"
boot_built_in_installed="yes"

scenario_boot_built_in() {
	installed_boot taken - "$(cat "/lab/installed/$kernel/taken.arguments")"
	expect_like ' bootconfig' "$(installed_said arguments)" "what the kernel was told"
	expect_like '^[0-9]+[.][0-9]' "$(installed_said driver)" "the driver's version"
	expect_like '^xvda +ours ' "$(installed_said doctor)" "what the doctor says of the disk"
	installed_boot taken -
	expect "built in" "$(installed_said driver)" "the driver without the word"
}
