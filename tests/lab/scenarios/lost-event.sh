# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# An event is lost: the one that tells the backend of a request, then the one that tells
# the frontend of a response. Nothing else happens on the disk that would make either
# side look.
#
# Finds a driver that waits for ever.

lost_event_summary="an event to the backend and one to the frontend are lost; I/O goes on by itself"
lost_event_class="backends"

scenario_lost_event() {
	disk_attach xvda "$(store_slow slow 16 1500)"
	driver_load max_queues=1 max_ring_page_order=0
	disk_arrives xvda
	guest lost_patience
	lost_request
	lost_response
	guest dd if=/dev/xvda of=/dev/null bs=4k count=2 iflag=direct
}

# The backend is idle, and is not told.
lost_request() {
	progress "lost event: a request"
	lost_now req
	guest lost_read 11
	guest_in 90 lost_answer 11
}

# The backend works on it, and will not tell.
lost_response() {
	progress "lost event: a response"
	guest lost_read 12
	usleep 300000
	lost_now rsp
	guest_in 90 lost_answer 12
}

lost_now() {
	local page
	page=$(front xvda ring-ref || front xvda ring-ref0)
	/lab/bin/deafen "$domid" "$page" "$1" || fail "cannot reach the ring of xvda"
}

# In the guest: a driver that looks when a request is late shall look soon. Before 5.0 the kernel
# has no such file, and says after 30 seconds that a request is late.
lost_file=/sys/block/xvda/queue/io_timeout
lost_patience() { [ ! -w $lost_file ] || echo 4000 >$lost_file; }

# lost_read BLOCK. What is read was never read before.
lost_read() {
	rm -f /tmp/lost.*
	(
		dd if=/dev/xvda of=/dev/null bs=4k skip="$1" count=1 iflag=direct 2>/dev/null
		echo $? >/tmp/lost.status
	) >/dev/null 2>&1 &
	usleep 200000
}

lost_answer() {
	local seconds=25
	[ -w $lost_file ] || seconds=60
	wait_until $seconds [ -e /tmp/lost.status ] || {
		echo "the read still waits"
		return 1
	}
	[ "$(cat /tmp/lost.status)" = 0 ] || {
		echo "the read failed"
		return 1
	}
}
