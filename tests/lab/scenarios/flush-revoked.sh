# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# A backend that takes back its flush while it is used: refused, it is switched off
# without an error to anybody. A flush that fails is something else: its fsync fails, and
# the next one is sent again.
#
# Finds a driver that makes an error of a refusal, that goes on sending what is refused,
# that takes an error for a refusal, or that keeps one to itself.

flush_revoked_summary="flush refused while in use, flush failing, flush not offered at all"
flush_revoked_class="data"
flush_revoked_mib=16

scenario_flush_revoked() {
	flush_revoked_refused
	flush_revoked_error
	flush_revoked_none
}

# flush_revoked_disk PROFILE [LINE...]
flush_revoked_disk() {
	local profile="$1"
	shift
	truncate -s ${flush_revoked_mib}M /store/data
	own_attach "$profile" xvda /store/data "$@"
	driver_load
	disk_arrives xvda
}

# Whoever is on the way while the first refusal comes may be refused too.
flush_revoked_refused() {
	local sent
	progress "flush revoked: refused while in use"
	flush_revoked_disk full "after 10 flush answer flush unsupported"
	guest_in 120 io_flushes xvda "$seed" 32
	expect_at_least 1 "$(own_count xvda answered-unsupported)" "the number of refusals"
	sent=$(own_count xvda flush)
	guest_in 120 io_flushes xvda "$seed" 8
	expect "$sent" "$(own_count xvda flush)" "the number of flushes sent after a refusal"
	guest_in 120 io_short xvda "$seed"
	disk_ends $flush_revoked_mib "after flush was refused"
}

flush_revoked_error() {
	local sent
	progress "flush revoked: failing"
	flush_revoked_disk full
	guest_in 120 io_flushes xvda "$seed" 4
	own_say xvda "answer flush error"
	guest flush_revoked_fsync 1
	guest flush_revoked_fsync 1
	sent=$(own_count xvda flush)
	own_say xvda "answer flush ok"
	guest flush_revoked_fsync 0
	expect_at_least $((sent + 1)) "$(own_count xvda flush)" "the number of flushes after those that failed"
	disk_ends $flush_revoked_mib "after flushes failed"
}

flush_revoked_none() {
	progress "flush revoked: never offered"
	flush_revoked_disk minimal
	expect "write through" "$(guest disk_fact xvda queue/write_cache)" "the write cache"
	guest_in 120 io_flushes xvda "$seed" 8
	expect 0 "$(own_count xvda flush)" "the number of flushes sent where none is offered"
	disk_ends $flush_revoked_mib "without flush"
}

# In the guest: flush_revoked_fsync STATUS
flush_revoked_fsync() {
	local rc=0
	dd if=/dev/zero of=/dev/xvda bs=4k seek=2000 count=1 conv=fsync,notrunc 2>/tmp/dd.out || rc=1
	[ $rc -eq "$1" ] || {
		echo "an fsync ended with $rc, should be $1: $(tail -n 1 /tmp/dd.out)"
		return 1
	}
}
