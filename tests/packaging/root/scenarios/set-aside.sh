# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# Kernels that keep their own driver: the build fails, or there is nothing to build.

# set_config KERNEL LINE: as if the kernel had been built like that. Some have a copy from which the
# one in /boot is made again.
set_config() {
	local file

	for file in "/lib/modules/$1/build/include/config/auto.conf" "/boot/config-$1" "/lib/modules/$1/config"; do
		[[ ! -e $file ]] || sed -i "s/^\(# \)\?CONFIG_XEN_BLKDEV_FRONTEND[= ].*/$2/" "$file"
	done
	step "CONFIG_XEN_BLKDEV_FRONTEND is now '$(grep XEN_BLKDEV_FRONTEND "/boot/config-$1")'"
}

# keeps_its_own WHEN REASON: after the kernel was set up like that, and ours was not there.
keeps_its_own() {
	apt install --reinstall /xbf/"$package"_*.deb
	check "$1: the reason is given once" says_once "$kernel: boots .*: .*$2"
	check "$1: nothing is installed by dkms" \
		test -z "$(dkms status -m "$module" | grep "$kernel.*installed")"
	check "$1: no package is half-configured" apt_leaves_nothing_half_done
	check "$1: dkms has nothing to complain of" dkms autoinstall -k "$kernel"
	step "$1: the kernel configured again"
	check "$1: a new kernel's installation goes through" dpkg-reconfigure "linux-image-$kernel"
}

scenario_set_aside() {
	repack 98 broken
	apt install /xbf/broken.deb
	check "broken: one warning says what to do" says_once "WARNING: .*did not build.*broken on purpose.*To try again"
	check "broken: no package is half-configured" apt_leaves_nothing_half_done
	check_kernels_own "broken"
	check "broken: the image was left alone" images_made "$kernel" 0
	check "broken: it is recorded" grep -q "broken on purpose" "/var/lib/$package/failed/$kernel"
	check "broken: the doctor says why" doctor_says "did not build .*broken on purpose"
	check "broken: the doctor knows what boots" doctor_says "^KERNEL .* kernel's own\$"
	check "broken: a kernel installs, with its headers" apt install "linux-image-$second" "$(headers_of "$second")"
	check_kernels_own "broken, second kernel" "$second"

	apt install --allow-downgrades /xbf/"$package"_*.deb
	check_ours "mended" "$version"
	check_ours "mended, second kernel" "$version" "$second"
	check "mended: the record is gone" test ! -e "/var/lib/$package/failed/$kernel"
	# To a version that does not build: what is in the image must be what is on the disk.
	dpkg -i /xbf/broken.deb
	check_kernels_own "broken again"
	apt purge "$package" "linux-image-$second" "$(headers_of "$second")"

	set_config "$kernel" CONFIG_XEN_BLKDEV_FRONTEND=y
	keeps_its_own "built in" "what is built in cannot be replaced"
	set_config "$kernel" "# CONFIG_XEN_BLKDEV_FRONTEND is not set"
	mv "/lib/modules/$kernel/kernel/drivers/block/$module".ko* /xbf/
	keeps_its_own "left out" "built without one"
	mv "/xbf/$module".ko* "/lib/modules/$kernel/kernel/drivers/block/"
	set_config "$kernel" CONFIG_XEN_BLKDEV_FRONTEND=m
	depmod "$kernel"
	update-initramfs -u -k "$kernel"

	step "a kernel that is too new"
	sed -i 's/^supported=.*/supported="4.4 4.9"/' /usr/sbin/xen-blkfront-update
	check "too new: that is no failure" xen-blkfront-update
	check "too new: the doctor says so" doctor_says "keeps its own driver: .*for Linux 4.4 to 4.9"
	check_kernels_own "too new"
}
