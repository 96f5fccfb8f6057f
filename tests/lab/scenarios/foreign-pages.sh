# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# I/O on pages that the guest itself has mapped by another domain's grants, as a backend in a
# driver domain does with the pages of its guests: they cannot be granted once more.
#
# Finds a driver that grants every page it is given: the backend cannot map that one.

foreign_pages_summary="I/O on pages that are mapped grants of another domain, direct and persistent"
foreign_pages_class="data"
foreign_pages_kernels="5.10 6.1 6.12 7.2 newest"
foreign_pages_modules="xen-gntdev"

foreign_pages_bytes=262144 # 64 pages
foreign_pages_file=/tmp/foreign

scenario_foreign_pages() {
	foreign_pages_once feature_persistent=1
	foreign_pages_once feature_persistent=0
}

# foreign_pages_once PARAMETER: one megabyte into the disk they are written, four into it read.
foreign_pages_once() {
	local refs pid
	progress "foreign pages: $1"
	disk_new xvda data 16
	seeded_data "$((seed + 1))" $foreign_pages_bytes |
		dd of=/store/data bs=64k seek=64 conv=notrunc 2>/dev/null
	driver_load "$1"
	disk_arrives xvda
	seeded_data "$seed" $foreign_pages_bytes >$foreign_pages_file
	rm -f /tmp/foreign.refs
	/lab/bin/foreign-pages offer "$domid" $foreign_pages_file >/tmp/foreign.refs 2>/tmp/foreign.err &
	pid=$!
	wait_until 10 test -s /tmp/foreign.refs || fail "dom0 cannot offer pages: $(cat /tmp/foreign.err)"
	refs=$(cat /tmp/foreign.refs)
	guest_in 60 /lab/bin/foreign-pages write /dev/xvda 1048576 0 "$refs"
	guest_in 60 /lab/bin/foreign-pages read /dev/xvda 4194304 0 "$refs"
	kill $pid
	wait $pid || fail "dom0 cannot keep what the pages hold: $(cat /tmp/foreign.err)"
	foreign_pages_same 16 $foreign_pages_file "written from them is not what they held"
	foreign_pages_same 64 $foreign_pages_file.after "read into them is not what the disk holds"
	disk_compare xvda 16 /store/data "after I/O on pages of dom0's"
	disks_end
}

# foreign_pages_same AT FILE WHAT: the store holds the file at that many times 64 KiB.
foreign_pages_same() {
	dd if=/store/data bs=64k skip="$1" count=4 2>/dev/null | cmp -s - "$2" || fail "what was $3"
}
