# shellcheck shell=bash disable=SC2034,SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# Installed, upgraded, downgraded, removed, purged.

# An initramfs tool that leaves the driver out must not cost the image that has it.
bad_image_is_not_kept() {
	local before said image file

	image=$(image_of "$kernel")
	file=$(resolved "$kernel")
	step "an initramfs tool that fails"
	mkdir -p /xbf/fake
	printf '#!/bin/sh\nrm "%s"\necho nothing >"%s"\n' "$image" "$image" >/xbf/fake/update-initramfs
	chmod +x /xbf/fake/update-initramfs
	before=$(sha256sum "$image")
	# Another one than the image has, so that one is to be made.
	mv "$file" /xbf/ours
	said=$(PATH=/xbf/fake:$PATH xen-blkfront-update --image "$kernel" 2>&1) || true
	mv /xbf/ours "$file"
	echo "$said"
	[[ $said == *"WARNING: a new $image came without"* && $(sha256sum "$image") == "$before" ]]
}

# What an initramfs tool calls while the root disk is missing.
image_waits() {
	grep -q '^/scripts/local-block/xen-blkfront' "$(unpack "$kernel")/scripts/local-block/ORDER"
}

# A boot that fell back is told of by the doctor, until the admin has seen to it.
fallback_is_kept() {
	local record=/run/xen-blkfront-dkms/fallback

	[[ -e /usr/lib/systemd/system/multi-user.target.wants/$package-fallback.service ]] || return
	mkdir -p "${record%/*}"
	echo "Linux 1.2.3: just a test" >"$record"
	/usr/lib/"$package"/boot-driver keep
	doctor_says "kernel.s own driver, .*Linux 1.2.3: just a test" && rm -r "${record%/*}" "/var/lib/$package/fallback"
}

scenario_life() {
	apt install /xbf/"$package"_*.deb
	check_ours "installed" "$version"
	check "installed: one image made" images_made "$kernel" 1

	check "the initramfs falls back to the kernel's own driver" \
		/xbf/boot-cases "$kernel" "$(unpack "$kernel")"
	check "the initramfs does so while it waits for the root disk, too" image_waits
	check "a boot that fell back is known to the doctor" fallback_is_kept

	step "again, with nothing to do"
	check "again: all is well" xen-blkfront-update
	check "again: no image made" images_made "$kernel" 0

	# As a kernel's security update does: new files, then dkms and the initramfs from its own scripts.
	# Without a mirror at hand the package's scripts are run as dpkg does.
	step "the kernel's package configured again"
	dpkg-reconfigure "linux-image-$kernel"
	check_ours "kernel reconfigured" "$version"
	check "kernel reconfigured: one image made" images_made "$kernel" 1
	check "a new image without the driver is not kept" bad_image_is_not_kept

	repack 99 newer
	apt install /xbf/newer.deb
	check_ours "upgraded" 99
	check "upgraded: one image made" images_made "$kernel" 1

	apt install --allow-downgrades /xbf/"$package"_*.deb
	check_ours "downgraded" "$version"
	check "downgraded: one image made" images_made "$kernel" 1

	apt remove "$package"
	check_kernels_own "removed"
	check "removed: one image made" images_made "$kernel" 1
	check "removed: nothing of ours is left" nothing_left
	apt purge "$package"
	check "purged: no file of ours is left" nothing_left_after_purge
}
