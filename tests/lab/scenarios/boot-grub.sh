# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# An HVM guest starts as most do: the BIOS reads GRUB from an emulated disk, GRUB reads its menu, kernel
# and initramfs from it. The kernel unplugs that disk, and root is on ours.
#
# Finds a package that GRUB's menu does not go with, and a driver that does not take over from an
# emulated disk what was read and written through it.

boot_grub_summary="an installed system: BIOS and GRUB on the emulated disk, unplugged, root on our driver"
boot_grub_types="hvm"
boot_grub_kernels="6.1"
boot_grub_installed="yes"

scenario_boot_grub() {
	installed_boot_bios small
	expect_like '^BOOT_IMAGE=/boot/vmlinuz-' "$(installed_said arguments)" "what started the kernel"
	expect_like '^[0-9]+[.][0-9]' "$(installed_said driver)" "the driver's version"
	expect "" "$(installed_said record)" "the record of a fallback"
	expect "" "$(installed_said emulated)" "disks that are still emulated"
	expect_like '^xvda +ours ' "$(installed_said doctor)" "what the doctor says of the disk"
}
