# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# blktests, the block layer's own tests, from a checkout that the user has: none of it is kept
# here. Guests find it in a small Debian on a disk of its own, with the programs that it calls.

BLKTESTS_SOURCE=https://github.com/osandov/blktests
BLKTESTS_PROGRAMS=(bash gawk fio xfsprogs util-linux bsdextrautils dmsetup kmod udev)

# blktests_make CHECKOUT DIR
blktests_make() {
	local checkout=$1 dir=$2 tree=$2/tree log
	log=$(tree_log "$dir")
	note "installing a system with blktests and fio (log: $log)"
	cp -a "$(suite root "$LAB_SUITE")/." "$tree"
	cp -L /etc/resolv.conf "$tree/etc/resolv.conf" 2>/dev/null || true
	in_tree "$tree" sh -euc 'apt-get update -qq
		apt-get install -y --no-install-recommends "$@"
		apt-get clean' install "${BLKTESTS_PROGRAMS[@]}" >"$log" 2>&1 ||
		die "cannot install what blktests calls; see $log"
	mkdir "$tree/blktests"
	tar -C "$checkout" --exclude=.git --exclude=results -c . | tar -C "$tree/blktests" -x
	mke2fs -q -F -t ext4 -E lazy_itable_init=1,nodiscard -d "$tree" "$dir/disk" 3G
	rm -r "$tree"
}

# blktests_disk CHECKOUT: the disk's image, made once for each state of the checkout.
blktests_disk() {
	local dir
	dir=$CACHE/blktests/$({
		tar -C "$1" --exclude=.git --exclude=results --sort=name --mtime=@0 -c .
		echo "${BLKTESTS_PROGRAMS[*]}"
	} | digest)
	once "$dir" blktests_make "$1"
	echo "$dir/disk"
}

# blktests_plan KERNEL TYPE: both drivers in one boot, on disks of their own.
blktests_plan() {
	local driver disk
	[ -d "${BLKTESTS:-}/tests/block" ] ||
		die "BLKTESTS must name a checkout of blktests, not '${BLKTESTS:-}'; it is at $BLKTESTS_SOURCE"
	disk=$(blktests_disk "$(readlink -f "$BLKTESTS")")
	plan_begin blktests
	for driver in intree ours; do
		plan_add blktests "$1" "$2" "$driver"
	done
	PLAN_SECONDS=$((PLAN_SECONDS + 1200))
	plan_disk "$disk" "$RUN/dom0/lab/blktests.disk"
}
