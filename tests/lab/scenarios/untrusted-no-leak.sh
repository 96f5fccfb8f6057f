# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# A backend that is not trusted looks at each page that it is given, all of it, and finds
# the data it was sent and nothing else. What it only reads it cannot write, unless it was
# agreed that pages stay mapped.
#
# Finds a driver that grants its callers' pages, or copies into pages that it did not clear.

untrusted_no_leak_summary="a backend that looks at whole pages sees its own data and nothing else"
untrusted_no_leak_class="data"

scenario_untrusted_no_leak() {
	no_leak_disk map 0
	no_leak_see_nothing
	no_leak_disk copy 0
	no_leak_see_nothing
	no_leak_disk persistent 0 feature_persistent=1
	no_leak_see_nothing
	progress "no leak: the parameter is stricter than the node"
	no_leak_disk map 1 trusted=0
	no_leak_see_nothing
	progress "no leak: a trusted backend does see more"
	no_leak_disk map 1 trusted=1
	expect_at_least 1 "$(own_count xvda leaks)" "the number of pages in which a trusted backend sees more"
	expect 0 "$(own_count xvda writable)" "the number of pages that it could write though it only reads them"
	disks_end
}

# no_leak_disk GRANTS TRUSTED [PARAMETER...]: a disk, and I/O on it in parts of pages.
no_leak_disk() {
	local grants="$1" trusted="$2"
	shift 2
	# Pages that stay mapped may be written, by agreement.
	[ "$grants" = persistent ] || set -- feature_persistent=0 "$@"
	progress "no leak: grants $grants, trusted=$trusted $*"
	truncate -s 16M /store/data
	own_attach full xvda /store/data "grants $grants" "inspect yes" "node front trusted $trusted"
	driver_load "$@"
	disk_arrives xvda
	guest no_leak_dirty
	guest_in 240 io_short xvda "$seed"
	disk_compare xvda 16 /store/data "after the guest's writes"
}

no_leak_see_nothing() {
	expect_at_least 100 "$(own_count xvda write)" "the number of writes that were looked at"
	expect 0 "$(own_count xvda leaks)" "the number of pages in which the backend sees more than it should"
	expect 0 "$(own_count xvda writable)" "the number of pages that it could write though it only reads them"
	disks_end
}

# In the guest: memory that will be free soon is full of secrets.
no_leak_dirty() {
	yes secret | head -c 134217728 >/tmp/secrets
	rm /tmp/secrets
}
