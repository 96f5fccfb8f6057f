# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# dracut, and a kernel that has the driver built in; then an initramfs in a folder beside its kernel.

# shellcheck source=tests/packaging/root/scenarios/built-in.sh
source "$here/scenarios/built-in.sh"

scenario_dracut_built_in() {
	apt update
	apt install dracut systemd-sysv
	install_grub
	build_in "$kernel"

	apt install /xbf/"$package"_*.deb
	check_built_in "dracut, built in"
	check "dracut, taken over: that works" xen-blkfront-update --take-over "$kernel"
	check_taken "dracut, taken over" "$version"
	make_image "$kernel"
	check "dracut, image made by somebody else: the next boot takes what is built in" doctor_says "take-over-undone"
	check "dracut, image made by somebody else: it is mended" xen-blkfront-update
	check_taken "dracut, image mended" "$version"
	dpkg-reconfigure "linux-image-$kernel"
	check_taken "dracut, kernel reconfigured" "$version"
	check "dracut, given back: that works" xen-blkfront-update --give-back "$kernel"
	check_built_in "dracut, given back"

	apt remove "$package"
	check_built_in_removed
}
