# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# What a boot loader reads is a copy of the initramfs: beside the kernel in a folder of its own, or in a
# unified kernel image. And a crash kernel's initramfs, which is not for the next boot.

esp=/boot/efi
machine=0123456789abcdef0123456789abcdef
to_boot_loader=/etc/initramfs/post-update.d/systemd-boot

# systemd-boot without firmware, on a folder.
install_boot_loader() {
	apt install --no-install-recommends systemd systemd-boot systemd-boot-efi
	install -m 755 /dev/stdin /usr/bin/bootctl <<-END
		#!/bin/sh
		case "\$*" in *is-installed*) ;; *) echo $esp ;; esac
	END
	mkdir -p "$esp/$machine" /etc/kernel
	mount -t tmpfs esp "$esp"
	echo "root=/dev/xvda1 ro" >/etc/kernel/cmdline
}

# lay_out bls|uki: as kernel-install does it, from now on.
lay_out() {
	rm -rf "${esp:?}"/*
	mkdir "$esp/$machine"
	printf '%s\n' "layout=$1" "BOOT_ROOT=$esp" "MACHINE_ID=$machine" >/etc/kernel/install.conf
	"$to_boot_loader" "$kernel" "$(image_of "$kernel")"
}

copy_is_made_of_it() {
	find "$esp" -type f
	cmp "$esp/$machine/$kernel/initrd.img-$kernel" "$(image_of "$kernel")"
}

unified_is_made_of_it() {
	objcopy -O binary --only-section=.initrd "$esp/EFI/Linux/$machine-$kernel.efi" /xbf/initrd
	cmp /xbf/initrd "$(image_of "$kernel")"
}

check_layouts() {
	lay_out bls
	check "of its own: it is there" copy_is_made_of_it
	apt install /xbf/"$package"_*.deb
	check_ours "of its own" "$version"
	check "of its own: it was made again" copy_is_made_of_it
	check "of its own: one image made" images_made "$kernel" 1

	repack 99 newer
	mount -o remount,ro "$esp"
	apt install /xbf/newer.deb
	check "not to be written: no package is half-configured" apt_leaves_nothing_half_done
	check "not to be written: there is one warning" says_once "WARNING: a new .* the one before was kept"
	check "not to be written: what boots is one" copy_is_made_of_it
	check "not to be written: nothing is left in the way" no_leftover

	mount -o remount,rw "$esp"
	chmod -x "$to_boot_loader"
	step "nobody copies it"
	said=$(xen-blkfront-update 2>&1) || true
	echo "$said"
	check "not copied: there is one warning" says_once "WARNING: $esp/.*was not made of .* kernel-install add $kernel"
	check "not copied: the doctor says so" doctor_says "$esp/.* was not made of"
	# Its own remedy.
	kernel-install add "$kernel" "/boot/vmlinuz-$kernel" "$(image_of "$kernel")"
	check_ours "copied" 99
	chmod +x "$to_boot_loader"
}

check_unified() {
	apt install --no-install-recommends systemd-ukify
	lay_out uki
	check "unified: it is there" unified_is_made_of_it
	check "unified: the doctor finds nothing wrong" doctor_finds_nothing

	mv "$(image_of "$kernel")" /xbf/image
	check "unified alone: the doctor sees what is in it" doctor_says "^KERNEL .* ours 99 +ours 99 +ours\$"
	check "unified alone: it is left alone" xen-blkfront-update
	mv /xbf/image "$(image_of "$kernel")"

	apt install --allow-downgrades /xbf/"$package"_*.deb
	check_ours "unified, another version" "$version"
	check "unified, another version: it was made again" unified_is_made_of_it
}

crash_image=/var/lib/kdump/initrd.img-$kernel

make_crash_image() {
	/etc/kernel/postinst.d/kdump-tools "$kernel"
}

# It has a part of its own for microcode, where there is any.
unpack_crash_image() {
	local dir

	dir=$(mktemp -d)
	unmkinitramfs "$crash_image" "$dir"
	[[ ! -d $dir/main ]] || dir=$dir/main
	echo "$dir"
}

crash_image_falls_back() {
	/xbf/boot-cases "$kernel" "$(unpack_crash_image)"
}

# crash_image_loads_below FOLDER
crash_image_loads_below() {
	[[ $(resolved "$kernel" -d "$(unpack_crash_image)") == */lib/modules/$kernel/$1/* ]]
}

scenario_layouts() {
	# Less to pack. The driver is asked for by its name anyway.
	echo MODULES=list >/etc/initramfs-tools/conf.d/list
	# What a guest's kdump-tools finds out by looking at its disks, which are not here.
	echo xen-blkfront >>/etc/initramfs-tools/modules
	apt update
	apt install --no-install-recommends kdump-tools
	make_crash_image
	sha256sum "$crash_image" >/xbf/crash
	if [[ $(apt-cache search --names-only '^systemd-boot$') ]]; then
		install_boot_loader
		images_made "$kernel" 0 || true
		check_layouts
		[[ ! $(apt-cache search --names-only '^systemd-ukify$') ]] || check_unified
	else
		apt install /xbf/"$package"_*.deb
	fi

	check "crash kernel: its image was left alone" sha256sum -c /xbf/crash
	check "crash kernel: which loads the kernel's own driver" crash_image_loads_below kernel/drivers/block
	make_crash_image
	check "crash kernel: its next image loads ours" crash_image_loads_below updates/dkms
	check "crash kernel: its next image falls back" crash_image_falls_back
	sha256sum "$crash_image" >/xbf/crash
	apt remove "$package"
	check_kernels_own "removed"
	check "removed, crash kernel: its image was left alone" sha256sum -c /xbf/crash
	check "removed, crash kernel: which loads ours" crash_image_loads_below updates/dkms
	make_crash_image
	check "removed, crash kernel: its next image loads the kernel's own driver" \
		crash_image_loads_below kernel/drivers/block
	[[ ! -e $esp/EFI/Linux ]] || check "removed: the unified image was made again" unified_is_made_of_it
}
