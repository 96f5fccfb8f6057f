# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# No room in /boot for another image.

scenario_full_boot() {
	local before used

	cp -a /boot /xbf/boot
	used=$(du -sm /xbf/boot | cut -f 1)
	mount -t tmpfs -o "size=$((used + 4))m" boot /boot
	cp -a /xbf/boot/. /boot/
	before=$(sha256sum "$(image_of "$kernel")")

	apt install /xbf/"$package"_*.deb
	check "full: no package is half-configured" apt_leaves_nothing_half_done
	check "full: the image is what it was" test "$(sha256sum "$(image_of "$kernel")")" = "$before"
	check "full: there is one warning" says_once "WARNING: a new .* the one before was kept"
	check "full: nothing is left in the way" no_leftover
	check "full: the doctor sees that the image is another one" doctor_says "KERNEL .*holds another build"

	mount -o "remount,size=$((used * 3 + 50))m" /boot
	xen-blkfront-update
	check_ours "room was made" "$version"
}
