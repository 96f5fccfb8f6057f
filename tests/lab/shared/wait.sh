# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Waiting for what nobody announces.

# wait_until SECONDS COMMAND...: until it succeeds; fails if it does not in time. With a
# kernel that is slow, those who wait have patience.
wait_until() {
	local wait_tries=$(($1 * 10 * patience))
	shift
	until "$@"; do
		wait_tries=$((wait_tries - 1))
		[ $wait_tries -gt 0 ] || return 1
		usleep 100000
	done
}

# at_most N COMMAND...: whether what it prints is not more than N.
at_most() {
	local most="$1"
	shift
	[ "$("$@")" -le "$most" ]
}
