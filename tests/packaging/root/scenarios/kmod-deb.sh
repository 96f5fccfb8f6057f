# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# The prebuilt module, for guests without a compiler: built twice in different places from the source
# archive, installed, removed.

prebuilt=xen-blkfront-modules-$kernel

# build_in FOLDER
build_in_folder() {
	mkdir -p "$1"
	tar -C "$1" --strip-components 1 -xzf /xbf/*.tar.gz
	make -C "$1" kmod-deb KERNEL="$kernel"
}

builds_the_same() {
	build_in_folder /xbf/first && build_in_folder /xbf/a/second &&
		cmp /xbf/{first,a/second}/out/kmod-deb/"$prebuilt"_"$version"_amd64.deb
}

scenario_kmod_deb() {
	apt update
	apt install --no-install-recommends debhelper fakeroot git lintian
	check "it builds, and comes out the same in another folder" builds_the_same
	check "lintian has no error and no warning" test -z "$(lintian --fail-on none --tag-display-limit 0 \
		/xbf/first/out/kmod-deb/*.changes 2>&1 | grep '^[EW]:')"

	images_made "$kernel" 0 || true
	apt install /xbf/first/out/kmod-deb/"$prebuilt"_*.deb
	check "a Xen disk loads it, and nothing else" resolves_below "$kernel" updates
	check "its version is $version" version_is "$kernel" "$version"
	check "the kernel's package is whole" kernel_package_whole "$kernel"
	check "the initramfs loads that very module" image_loads_the_same "$kernel"
	check "one image made" images_made "$kernel" 1
	check "it is beside the dkms package in no machine" \
		grep -q "Conflicts: xen-blkfront-dkms" <(dpkg-deb -I /xbf/first/out/kmod-deb/*.deb)

	apt purge "$prebuilt"
	check_kernels_own "removed"
	check "removed: one image made" images_made "$kernel" 1
	check "removed: no file of it is left" test -z "$(find /etc /usr /var/lib/initramfs-tools /lib/modules \
		-path '*/modules/*/kernel' -prune -o -name "*$prebuilt*" -print -o -name 'xen-blkfront*.ko*' -print)"
}
