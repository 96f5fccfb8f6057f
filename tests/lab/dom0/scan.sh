# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Kernel complaints in the logs of guest, dom0 and Xen since the scenario began.

complaints='WARNING:|BUG:|BUG at|BUG [a-z]|ODEBUG|suspected memory leaks|memory corruption|non-static key|turning off the locking|Oops|Call Trace|blocked for more than|possible recursive locking|lock held|inconsistent lock state|circular locking|general protection|Kernel panic|unable to handle|rcu.*stall|soft lockup|hard LOCKUP|refcount_t|use-after-free|segfault|Xen BUG|Assertion'

log_size() { wc -c <"$1" 2>/dev/null || echo 0; }

logs_mark() {
	dmesg -c >>/logs/dom0.log
	xl dmesg -c >>/logs/xen.log
	log_size "$guest_log" >/tmp/guest-log-mark
}

# guest_said PATTERN: since the scenario began.
guest_said() { tail -c "+$(($(cat /tmp/guest-log-mark) + 1))" "$guest_log" | grep -Eq "$1"; }

# What looks like a complaint, one line of each log that has some.
logs_scan() {
	dmesg -c >/tmp/dom0.new
	xl dmesg -c >/tmp/xen.new
	tail -c "+$(($(cat /tmp/guest-log-mark) + 1))" "$guest_log" >/tmp/guest.new
	cat /tmp/dom0.new >>/logs/dom0.log
	cat /tmp/xen.new >>/logs/xen.log
	for log in guest dom0 xen; do
		grep -E -m 1 "$complaints" "/tmp/$log.new" | tr -d '\r' | sed "s/^/$log log: /"
	done
}
