# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# The RPM where kernel-install puts kernels into folders of their own, with dracut's initramfs beside them,
# entries for a boot loader (BLS) and a rescue image; then the names that RHEL has in /boot.

# shellcheck source=tests/packaging/root/scenarios/rpm.sh
source "$here/scenarios/rpm.sh"

machine=0123456789abcdef0123456789abcdef
folder=/boot/$machine
entries=/boot/loader/entries
image_name=$folder/KERNEL/initrd

image_of() {
	echo "${image_name/KERNEL/$1}"
}

# As a machine is that boots by such entries, whose kernel came with the system.
install_kernel() {
	printf '%s\n' layout=bls BOOT_ROOT=/boot "MACHINE_ID=$machine" >/etc/kernel/install.conf
	echo "$machine" >/etc/machine-id
	echo "root=/dev/xvda1 ro" >/etc/kernel/cmdline
	echo "dracut_rescue_image=yes" >/etc/dracut.conf.d/rescue.conf
	mkdir -p "$folder" "$entries"
	[[ -e /usr/lib/kernel/install.d/50-dracut.install ]] || stand_in_for_dracut
	rm "/boot/initrd.img-$kernel"
	kernel-install add "$kernel" "/boot/vmlinuz-$kernel"
}

# What dracut's own does, which Debian 11 and 12 leave out of their package.
stand_in_for_dracut() {
	install -m 755 /dev/stdin /usr/lib/kernel/install.d/50-dracut.install <<-'END'
		#!/bin/bash
		[[ $1 == add ]] || exit 0
		rescue=${3%/*}/0-rescue
		dracut --force "${KERNEL_INSTALL_STAGING_AREA:-$3}/initrd" "$2"
		[[ ! -e $rescue ]] || exit 0
		mkdir -p "$rescue"
		cp "$4" "$rescue/linux"
		dracut --no-hostonly "$rescue/initrd" "$2"
		echo "title rescue" >"/boot/loader/entries/${KERNEL_INSTALL_MACHINE_ID:-rescue}-0-rescue.conf"
	END
}

# What is not ours to touch.
remember_the_rest() {
	find /boot -type f ! -path "$(image_of "$kernel")" -exec sha256sum {} + >/xbf/rest
	cat /xbf/rest
	grep -qF "$kernel.conf" /xbf/rest && grep -q '0-rescue.*\.conf' /xbf/rest && grep -q '/init.*0-rescue\|0-rescue/init' /xbf/rest
}

# check_rest WHEN
check_rest() {
	check "$1: the rescue image and the entries are what they were" sha256sum --quiet -c /xbf/rest
	check "$1: there is no other image" test ! -e "/boot/initrd.img-$kernel"
}

check_folder() {
	check "folder: kernel-install made an initramfs, an entry and a rescue image" remember_the_rest
	check_kernels_own "folder, before"

	dnf install "$package"
	check_ours "folder, installed" "$version"
	check_rest "folder, installed"
	newer
	createrepo_c --quiet /xbf/repo
	dnf upgrade "$package"
	check_ours "folder, upgraded" 99
	dnf downgrade "$package"
	check_ours "folder, downgraded" "$version"
	check_rest "folder, downgraded"

	# A kernel's package does that once more.
	step "the kernel comes again"
	rm -r "${folder:?}/$kernel"
	kernel-install add "$kernel" "/boot/vmlinuz-$kernel"
	check_ours "folder, kernel installed" "$version"
	check_rest "folder, kernel installed"

	dnf remove "$package"
	check_kernels_own "folder, removed"
	check_rest "folder, removed"
}

# RHEL's names, and GRUB that reads the entries.
check_in_boot() {
	image_name=/boot/initramfs-KERNEL.img
	mv "$folder/$kernel/initrd" "$(image_of "$kernel")"
	mv "$folder/0-rescue/initrd" "/boot/initramfs-0-rescue-$machine.img"
	rm -r "$folder"
	sed -i -e "s|^linux .*|linux /vmlinuz-$kernel|" -e "s|^initrd .*|initrd /initramfs-$kernel.img|" \
		"$entries"/*"$kernel.conf"
	mkdir -p /boot/grub2
	printf 'set default="0"\nblscfg\n' >/boot/grub2/grub.cfg
	check "in /boot: there are an entry and a rescue image" remember_the_rest

	dnf install "$package-$version"
	check_ours "in /boot, installed" "$version"
	check_rest "in /boot, installed"
	dnf remove "$package"
	check_kernels_own "in /boot, removed"
	check_rest "in /boot, removed"
}

scenario_kernel_install() {
	apt update
	apt install dracut systemd-sysv rpm dnf createrepo-c cpio
	mkdir /xbf/repo
	cp /xbf/*.rpm /xbf/repo/
	stand_in
	createrepo_c --quiet /xbf/repo
	install_kernel
	check_folder
	check_in_boot
}
