# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# dracut in the place of initramfs-tools.

dracut_alone() {
	[[ -x /usr/bin/dracut && $(dpkg-query -W -f '${db:Status-Status}' initramfs-tools) != installed ]]
}

scenario_dracut() {
	apt update
	apt install dracut systemd-sysv
	check "dracut has taken the place of initramfs-tools" dracut_alone

	apt install /xbf/"$package"_*.deb
	check_ours "dracut, installed" "$version"
	check "dracut: the initramfs falls back to the kernel's own driver" \
		/xbf/boot-cases "$kernel" "$(unpack "$kernel")"
	check "dracut: the initramfs does so while it waits for the root disk, too" \
		test -n "$(find "$(unpack "$kernel")" -path '*/dracut/hooks/initqueue/settled/*-waiting.sh')"
	dpkg-reconfigure "linux-image-$kernel"
	check_ours "dracut, kernel reconfigured" "$version"
	apt install "linux-image-$second" "$(headers_of "$second")"
	check_ours "dracut, second kernel" "$version" "$second"
	apt remove "$package"
	check_kernels_own "dracut, removed"
	check_kernels_own "dracut, removed, second kernel" "$second"
}
