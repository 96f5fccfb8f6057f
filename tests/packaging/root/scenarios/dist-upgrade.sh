# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# The distribution goes to its next release, with its kernel, dkms and what makes the initramfs.

next_suite() {
	case $1 in
	bullseye) echo bookworm ;;
	bookworm) echo trixie ;;
	*) echo sid ;;
	esac
}

# The security archive's name is made of the suite's; sid has none.
move_sources() {
	local next

	next=$(next_suite "$1")
	sed -i "s/\b$1\b/$next/g" /etc/apt/sources.list
	[[ $next != sid ]] || sed -i /sid-security/d /etc/apt/sources.list
}

# What the names without a version stand for.
newest_kernel() {
	dpkg-query -W -f '${Depends}' linux-image-amd64 | grep -o 'linux-image-[^ ]*' | sed 's/^linux-image-//'
}

scenario_dist_upgrade() {
	local new suite

	if grep -q ' sid ' /etc/apt/sources.list; then
		step "there is no next release"
		return
	fi
	apt update
	apt install linux-image-amd64 linux-headers-amd64 /xbf/"$package"_*.deb
	check_ours "before" "$version"

	suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	move_sources "$suite"
	apt update
	check "it goes to its end" apt -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold full-upgrade
	check "nothing is left half done" apt_leaves_nothing_half_done
	new=$(newest_kernel)
	check "another kernel came with it" test "$new" != "$kernel"
	check_ours "the kernel of before" "$version"
	check_ours "the new kernel" "$version" "$new"

	apt purge "$package"
	check_kernels_own "purged, the kernel of before"
	check_kernels_own "purged, the new kernel" "$new"
	check "purged: no file of ours is left" nothing_left_after_purge
}
