# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Many disks at once, seen from the guest.

# many_known MIB XVDX...: each is there, over the store that was made for it.
many_known() {
	local mib="$1" name found
	shift
	for name; do
		disk_appears "$name" || return 1
		found=$(dd if="/dev/$name" bs=1M skip=$((mib - 1)) count=1 iflag=direct 2>/dev/null | head -n 1)
		[ "$found" = "$name" ] || {
			echo "behind $name is the store of '$found'"
			return 1
		}
	done
}

# many_write "XVDX..." SEED OPTION...
many_write() {
	local names="$1" seed="$2" name
	shift 2
	{
		io_global null "$seed" | grep -v filename=
		printf '%s\n' rw=randwrite "$@"
		for name in $names; do
			printf '%s\n' "[$name]" "filename=/dev/$name"
		done
	} | io_jobs many
}

# many_sums MIB XVDX...
many_sums() {
	local mib="$1" name
	shift
	echo 3 >/proc/sys/vm/drop_caches
	for name; do
		region_sums "/dev/$name" "$mib" direct | sed "s/^/$name /"
	done
}

# many_gone XVDX...
many_gone() {
	local name
	for name; do
		disk_gone "$name" || return 1
	done
}
