# shellcheck shell=bash disable=SC2154 # variables of run and lib.sh
# SPDX-License-Identifier: GPL-2.0
#
# The RPM, by dnf from a repository in a folder: its scriptlets run the real dkms and dracut, which a package
# that only provides their names stands in for.

build_rpm() {
	rpmbuild -bb --define "_topdir /xbf/rpmbuild" --define "_rpmdir /xbf/repo" "$@"
}

stand_in() {
	cat >/xbf/stand-in.spec <<-'END'
		Name: stand-in
		Version: 1
		Release: 1
		Summary: Names of what dpkg has installed
		License: GPL-2.0-only
		BuildArch: noarch
		Provides: dkms gcc make kmod /bin/sh /bin/bash
		%description
		Names.
		%files
	END
	build_rpm /xbf/stand-in.spec
}

# The package's own files and scriptlets as another version.
newer() {
	local rpm=/xbf/xen-blkfront-dkms-$version-1.noarch.rpm tree=/xbf/payload

	mkdir "$tree"
	(cd "$tree" && rpm2cpio "$rpm" | cpio -idm --quiet)
	mv "$tree/usr/src/$module-$version" "$tree/usr/src/$module-99"
	sed -i "s/^version=$version$/version=99/" "$tree"/usr/sbin/xen-blkfront-*
	sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="99"/' "$tree/usr/src/$module-99/dkms.conf"
	echo 99 >"$tree/usr/src/$module-99/VERSION"
	cat >/xbf/newer.spec <<-END
		%global __os_install_post %{nil}
		Name: $package
		Version: 99
		Release: 1
		Summary: The same, later
		License: GPL-2.0-only
		BuildArch: noarch
		%description
		Later.
		%install
		cp -a $tree/. %{buildroot}
		%posttrans
		$(rpm -qp --qf '%{POSTTRANS}' "$rpm")
		%preun
		$(rpm -qp --qf '%{PREUN}' "$rpm")
		%files
		/usr/src/$module-99
		$(cd "$tree" && find . ! -type d ! -path './usr/src/*' | sed 's/^\.//')
	END
	build_rpm /xbf/newer.spec
}

# The module built for this kernel, for those who have no compiler.
build_kmod() {
	mkdir -p /xbf/rpmbuild/SOURCES
	cp /xbf/*.tar.gz /xbf/rpmbuild/SOURCES/
	build_rpm /xbf/kmod-xen-blkfront.spec --define "kernel_version $kernel" \
		--define "kernel_dir /lib/modules/$kernel/build"
	mv /xbf/repo/x86_64/kmod-*.rpm /xbf/repo/
	createrepo_c --quiet /xbf/repo
}

# Another than the suite's, with its own name for an image.
use_dracut() {
	rm -rf /usr/lib/dracut /etc/dracut.conf /etc/dracut.conf.d
	cp -a "$1/." /
	mv "$(image_of "$kernel")" "/boot/initramfs-$kernel.img"
	image_of() { echo "/boot/initramfs-$1.img"; }
}

# The image first, then the hooks, in their order.
new_kernel_pkg() {
	local hook

	dracut --force "$(image_of "$kernel")" "$kernel"
	for hook in /etc/kernel/postinst.d/*"$module"*; do
		"$hook" "$kernel" "/boot/vmlinuz-$kernel" || return
	done
}

dnf() {
	step "dnf $*"
	said=$(command dnf -y --repofrompath=xbf,/xbf/repo --repo=xbf --nogpgcheck \
		--setopt=xbf.metadata_expire=0 "$@" 2>&1) || {
		echo "$said"
		return 1
	}
	echo "$said"
}

scenario_rpm() {
	apt update
	apt install dracut systemd-sysv rpm dnf createrepo-c cpio
	[[ ! -d /xbf/dracut ]] || use_dracut /xbf/dracut
	mkdir /xbf/repo
	cp /xbf/*.rpm /xbf/repo/
	stand_in
	createrepo_c --quiet /xbf/repo

	dnf install "$package"
	check_ours "installed" "$version"

	step "a kernel comes, as kernel-install does it"
	check "kernel-install: the module's hook" /usr/lib/kernel/install.d/41-xen-blkfront.install add "$kernel"
	dracut --force "$(image_of "$kernel")" "$kernel"
	check "kernel-install: the image's hook" /usr/lib/kernel/install.d/95-xen-blkfront.install add "$kernel"
	check_ours "kernel-install" "$version"

	xen-blkfront-update --remove "$kernel"
	check_kernels_own "before new-kernel-pkg"
	step "a kernel comes, as EL7's new-kernel-pkg does it"
	check "new-kernel-pkg: its hooks" new_kernel_pkg
	check_ours "new-kernel-pkg" "$version"

	newer
	createrepo_c --quiet /xbf/repo
	dnf upgrade "$package"
	check_ours "upgraded" 99
	check "upgraded: dkms has that version only" test "$(dkms status -m "$module" | grep -c .)" = 1
	dnf downgrade "$package"
	check_ours "downgraded" "$version"

	dnf remove "$package"
	check_kernels_own "removed"
	check "removed: nothing of ours is left" nothing_left
	check "removed: no file of ours is left" nothing_left_after_purge

	check "kmod: it builds" build_kmod
	dnf install kmod-xen-blkfront
	check "kmod: a Xen disk loads it, and nothing else" resolves_below "$kernel" extra/xen-blkfront
	check "kmod: the initramfs loads that very module" image_loads_the_same "$kernel"
	dnf remove kmod-xen-blkfront
	check "kmod removed: a Xen disk loads the kernel's own driver" resolves_below "$kernel" kernel/drivers/block
	check "kmod removed: the initramfs loads the kernel's own driver" image_loads_the_same "$kernel"
}
