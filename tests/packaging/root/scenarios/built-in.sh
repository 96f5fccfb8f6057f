# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that has the driver built in, as Ubuntu's: left alone, run on ours, and given back.

beside=xen-blkfront-dkms
grub_settings=/etc/default/grub.d/$package.cfg

# Debian's kernels from 7.x on have it beside their modules.
system_map_of() {
	local beside_modules=/lib/modules/$1/System.map

	if [[ -e $beside_modules ]]; then
		echo "$beside_modules"
	else
		echo "/boot/System.map-$1"
	fi
}

# As if it had been built like that.
build_in() {
	local config

	for config in "/lib/modules/$1/build/include/config/auto.conf" "/boot/config-$1"; do
		sed -i "s/^CONFIG_XEN_BLKDEV_FRONTEND=.*/CONFIG_XEN_BLKDEV_FRONTEND=y/" "$config"
		sed -i '/CONFIG_BOOT_CONFIG/d' "$config"
		echo CONFIG_BOOT_CONFIG=y >>"$config"
	done
	echo "kernel/drivers/block/$module.ko" >>"/lib/modules/$1/modules.builtin"
	echo "ffffffff8342af10 t xlblk_init" >>"$(system_map_of "$1")"
	mv "/lib/modules/$1/kernel/drivers/block/$module".ko* /xbf/
	depmod "$1"
	make_image "$1"
}

# GRUB without disks that it could look at.
install_grub() {
	apt install grub2-common
	install -m 755 /dev/stdin /usr/sbin/grub-probe <<-'END'
		#!/bin/sh
		case "$*" in
		*device*target=* | *target=fs_uuid*) echo 1234-abcd ;;
		*target=device*) echo /dev/xvda1 ;;
		*target=fs*) echo ext2 ;;
		esac
	END
	mkdir -p /boot/grub
	update-grub
}

# menu_says WORD: each of its kernels, and there are some.
menu_says() {
	grep -P '^\s*linux\s' /boot/grub/grub.cfg
	grep -qP "^\s*linux\s.*\s$1(\s|\$)" /boot/grub/grub.cfg &&
		! grep -P '^\s*linux\s' /boot/grub/grub.cfg | grep -vqw "$1"
}

bytes_at_end() {
	tail -c "$1" "$(image_of "$kernel")" | head -c "$2"
}

# The kernel's mark, then by its length and its sum the text; all in whole pages, as Xen's tools count.
image_keeps_built_in_out() {
	local length sum text

	[[ $(bytes_at_end 12 12) == '#BOOTCONFIG' ]] || return
	length=$(bytes_at_end 20 4 | od -An -tu4)
	sum=$(bytes_at_end 16 4 | od -An -tu4)
	text=$(bytes_at_end $((length + 20)) "$((length))" | tr -d '\0')
	echo "in the image:$length bytes, sum$sum: $text"
	(($(stat -c %s "$(image_of "$kernel")") % 4096 == 0)) && [[ $text == "kernel.initcall_blacklist += xlblk_init" ]] &&
		((sum == $(bytes_at_end $((length + 20)) "$((length))" | od -An -v -tu1 -w1 | paste -sd +)))
}

image_starts_built_in() {
	! grep -aq BOOTCONFIG "$(image_of "$kernel")"
}

# What would be loaded for a Xen disk, on the disk and in the image, which is read without its end.
image_has_ours() {
	local length module=$beside image whole=

	length=$(bytes_at_end 20 4 | od -An -tu4)
	image=$(image_of "$kernel")
	cp "$image" /xbf/sealed
	truncate -s "-$((length + 20))" "$image"
	! image_loads_the_same "$kernel" || whole=yes
	mv /xbf/sealed "$image"
	[[ $whole ]]
}

image_has_neither() {
	[[ -z $(find "$(unpack "$kernel")" -name 'xen-blkfront*.ko*') ]]
}

# check_taken WHEN VERSION
check_taken() {
	check "$1: the module is there under its other name" \
		test "$(modinfo -k "$kernel" -F version "$beside")" = "$2"
	check "$1: the initramfs has that very module" image_has_ours
	check "$1: the initramfs keeps out what is built in" image_keeps_built_in_out
	check "$1: the kernel is told to look there" menu_says bootconfig
	check "$1: the doctor sees that the next boot uses it" doctor_says "^KERNEL .* ours $2 +ours $2 +ours\$"
	check "$1: the doctor finds nothing wrong with this kernel" doctor_finds_nothing
	check "$1: no image is left beside it" no_leftover
}

# check_built_in WHEN
check_built_in() {
	check "$1: the initramfs starts what is built in" image_starts_built_in
	check "$1: the initramfs has no module of ours" image_has_neither
	check "$1: no module of ours is loaded for a Xen disk" test -z "$(module=$beside resolved "$kernel")"
	check "$1: the doctor knows what boots" doctor_says "^KERNEL .* built in\$"
	check "$1: no image is left beside it" no_leftover
}

# refused WHY REGEX: to take over, and nothing happens.
refused() {
	step "refused: $1"
	images_made "$kernel" 0 || true
	check "refused, $1: that is said" refuses "$2"
	check_built_in "refused, $1"
	check "refused, $1: the image was left alone" images_made "$kernel" 0
	check "refused, $1: nothing is left of it" test ! -e "/var/lib/$package/taken-over/$kernel"
}

refuses() {
	! said=$(xen-blkfront-update --take-over "$kernel" 2>&1)
	echo "$said"
	says_once "WARNING: cannot be taken over: .*$1"
}

check_refusals() {
	local system_map config=/boot/config-$kernel

	system_map=$(system_map_of "$kernel")
	refused "no way to the command line" "add the word bootconfig"
	cp "$system_map" /xbf/map
	sed -i /xlblk_init/d "$system_map"
	refused "no name to leave out" "does not have xlblk_init"
	cp /xbf/map "$system_map"
	sed -i s/CONFIG_BOOT_CONFIG=y// "$config"
	refused "a kernel that does not look there" "CONFIG_BOOT_CONFIG"
	echo CONFIG_BOOT_CONFIG=y >>"$config"
}

# update-initramfs of somebody who knows nothing of it.
lose_seal() {
	local length

	length=$(bytes_at_end 20 4 | od -An -tu4)
	truncate -s "-$((length + 20))" "$(image_of "$kernel")"
}

scenario_built_in() {
	build_in "$kernel"
	apt install /xbf/"$package"_*.deb
	check "built in: it is said what can be done" says_once "what is built in cannot be replaced.*--take-over"
	check_built_in "built in"
	check_refusals
	check "no kernel is no request" test 64 = "$(xen-blkfront-update --take-over 2>/dev/null || echo $?)"

	apt update
	install_grub
	images_made "$kernel" 0 || true
	check "taken over: that works" xen-blkfront-update --take-over "$kernel"
	check_taken "taken over" "$version"
	check "taken over: one image made" images_made "$kernel" 1
	check "again: all is well" xen-blkfront-update
	check "again: no image made" images_made "$kernel" 0

	update-initramfs -u -k "$kernel"
	check_taken "image made by somebody else" "$version"
	lose_seal
	check "image without its end: the next boot takes what is built in" doctor_says "take-over-undone"
	images_made "$kernel" 1 || true
	check "image without its end: it is mended" xen-blkfront-update
	check_taken "image mended" "$version"
	check "image mended: without making one" images_made "$kernel" 0

	repack 99 newer
	apt install /xbf/newer.deb
	check_taken "upgraded" 99
	repack 98 broken
	apt install --allow-downgrades /xbf/broken.deb
	check_built_in "broken"
	check "broken: one warning says what to do" says_once "WARNING: .*did not build"
	apt install --allow-downgrades /xbf/"$package"_*.deb
	check_taken "mended" "$version"

	check "given back: that works" xen-blkfront-update --give-back "$kernel"
	check_built_in "given back"
	check "given back: the command line is what it was" test ! -e "$grub_settings"
	check "given back: the menu is what it was" test -z "$(grep bootconfig /boot/grub/grub.cfg)"

	check "all taken over: that works" xen-blkfront-update --take-over all
	check_taken "all taken over" "$version"
	apt remove "$package"
	check_built_in_removed
}

check_built_in_removed() {
	check "removed: the initramfs starts what is built in" image_starts_built_in
	check "removed: the initramfs has no module of ours" image_has_neither
	check "removed: the command line is what it was" test ! -e "$grub_settings"
	check "removed: the menu is what it was" test -z "$(grep bootconfig /boot/grub/grub.cfg)"
	check "removed: nothing of ours is left" nothing_left
}
