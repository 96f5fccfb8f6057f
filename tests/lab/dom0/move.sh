# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# A guest that is saved, restored, migrated: it wakes up as another domain, whose disks
# have new backends.

saved=/store/saved

# Suspended and saved, then told that nothing happened.
guest_checkpoint() {
	xl_do save -c "$guest_name" $saved
	rm $saved
}

guest_save() {
	xl_do save "$guest_name" $saved
	domid=
}

# guest_restore [XL-FILE]: with other disks than it was saved with.
guest_restore() {
	xl_do restore "$@" $saved
	rm $saved
	guest_arrived
}

# guest_migrate [XL-FILE]: to this very host. An empty -s makes the host's name the
# command that receives.
guest_migrate() {
	xl_do migrate ${1:+-C "$1"} -s "" "$guest_name" "xl migrate-receive"
	guest_arrived
}

# guest_move [XL-FILE]: live where Xen can; PV guests would need its shadow paging.
guest_move() {
	if [ "$type" = pv ]; then
		guest_save
		guest_restore "$@"
	else
		guest_migrate "$@"
	fi
}

guest_arrived() {
	domid=$(xl domid "$guest_name") || fail "the guest is gone"
	echo "$domid" >/tmp/domid
	xs_wait 90 "/local/domain/$domid/data/lab/ready" 1 || fail "the guest does not answer after its move"
}
