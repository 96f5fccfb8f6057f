# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# A second kernel comes, in one go with its headers or before them, and goes.

# As they do from Debian 13 on.
headers_need_kernel() {
	dpkg-query -W -f '${Depends}' "$(headers_of "$1")" | grep -qF "linux-image-$1"
}

scenario_kernels() {
	apt install /xbf/"$package"_*.deb

	apt install "linux-image-$second" "$(headers_of "$second")"
	check_ours "second kernel" "$version" "$second"
	check "second kernel: one image made" images_made "$second" 1
	check "second kernel: the first one's image was left alone" images_made "$kernel" 1
	check_ours "first kernel" "$version"

	# What was built of the headers before has to go.
	apt install --reinstall "$(headers_of "$second")"
	check "headers came again: the module is built again" says_once "$second: building the driver"
	check_ours "headers came again" "$version" "$second"
	check "headers came again: one image made" images_made "$second" 1

	# An update without another name, of which dkms' own hooks take notice, too.
	apt install --reinstall "linux-image-$second" "$(headers_of "$second")"
	check "kernel came again: the module is built again" says_once "$second: building the driver"
	check_ours "kernel came again" "$version" "$second"
	check "kernel came again: one image made" images_made "$second" 1

	# An old kernel, as far as apt is concerned; its headers were asked for.
	apt-mark auto "linux-image-$second"
	! headers_need_kernel "$second" || apt-mark auto "$(headers_of "$second")"
	apt -o APT::Protect-Kernels=false autoremove --purge
	check "second kernel gone: dkms has nothing of it" \
		test -z "$(dkms status -m "$module" | grep -F "$second")"
	check "second kernel gone: nothing of it is left" \
		test -z "$(ls -d "/lib/modules/$second/updates" "/boot/"*"$second" 2>/dev/null)"
	check "second kernel gone: nothing is done for its headers" \
		test -z "$(xen-blkfront-update 2>&1 | grep -F "$second")"
	apt purge "$(headers_of "$second")"

	images_made "$second" 1 || true
	apt install "linux-image-$second"
	check "without headers: it is said how to get them" \
		says_once "$second: boots on the kernel's own driver: the headers .*apt-get install $(headers_of "$second")"
	check_kernels_own "without headers" "$second"
	check "without headers: one image made" images_made "$second" 1
	apt install "$(headers_of "$second")"
	check_ours "headers came" "$version" "$second"
	check "headers came: one image made" images_made "$second" 1

	apt purge "$(headers_of "$second")"
	check "headers went: all is well" xen-blkfront-update
	check "headers went: ours stays" resolves_below "$second" updates/dkms

	apt remove "$package"
	check_kernels_own "removed" "$second"
	check_kernels_own "removed, first kernel"
	check "removed: one image each" images_made "$second" 1
}
