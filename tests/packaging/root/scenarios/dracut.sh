# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# dracut in the place of initramfs-tools.

scenario_dracut() {
	apt update
	apt install dracut systemd-sysv
	check "initramfs-tools is gone" test ! -e /usr/sbin/mkinitramfs

	apt install /xbf/"$package"_*.deb
	check_ours "dracut, installed" "$version"
	dpkg-reconfigure "linux-image-$kernel"
	check_ours "dracut, kernel reconfigured" "$version"
	apt install "linux-image-$second" "$(headers_of "$second")"
	check_ours "dracut, second kernel" "$version" "$second"
	apt remove "$package"
	check_kernels_own "dracut, removed"
	check_kernels_own "dracut, removed, second kernel" "$second"
}
