# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Waiting on xenstore without polling: dom0 is the backend under test.

xs_read() { xenstore read -R "$1" 2>/dev/null; }

guest_crashed() { xl list "$guest_name" 2>/dev/null | grep -q '..c... *[0-9.]*$'; }

# xs_wait SECONDS PATH PATTERN: until the node matches the shell pattern.
# Gives up at once if the guest crashes meanwhile.
xs_wait() {
	local fifo=/tmp/watch.$$ watcher rc=1 event releases=0
	rm -f "$fifo"
	mkfifo "$fifo"
	# Whoever opens a pipe waits for its other end, until a signal comes: a child that ended, say. Here
	# the other end is there.
	exec 7<>"$fifo"
	timeout $(($1 * patience)) xenstore watch "$2" @releaseDomain >&7 7>&- 2>/dev/null &
	watcher=$!
	exec 8<"$fifo" 7>&-
	while read -r event; do
		# The first event of each watch only says that it is set.
		if [ "$event" = @releaseDomain ]; then
			releases=$((releases + 1))
			[ $releases -lt 2 ] || ! guest_crashed || break
		fi
		# shellcheck disable=SC2254 # it is meant as a pattern
		case $(xs_read "$2") in
		$3) rc=0 && break ;;
		esac
	done <&8
	exec 8<&-
	kill "$watcher" 2>/dev/null
	wait "$watcher" 2>/dev/null
	rm -f "$fifo"
	return $rc
}
