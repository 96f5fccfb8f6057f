# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# dom0 writes "NUMBER COMMAND" to data/lab/command; the answer is the output in
# pieces that fit a guest's xenstore node (2 KiB), then "NUMBER STATUS PIECES" in data/lab/done.
#
# After a restore or a migration the guest has another number and its nodes are new
# ones. The kernel then sets its watches again, and each says at once that it is set:
# a watch that speaks when there is no command is what "ready" waits for.

agent_store=data/lab

agent_answer() {
	local pieces=0 size
	size=$(wc -c </tmp/output)
	while [ $((pieces * 1500)) -lt "$size" ]; do
		# The dot keeps the shell from dropping line ends.
		xenstore write -R "$agent_store/out/$pieces" \
			"$(dd if=/tmp/output bs=1500 skip=$pieces count=1 2>/dev/null && echo .)"
		pieces=$((pieces + 1))
	done
	xenstore write "$agent_store/done" "$1 $2 $pieces"
}

agent_command() {
	echo "lab: $2" >/dev/kmsg
	(eval "$2") >/tmp/output 2>&1 </dev/null
	agent_answer "$1" $?
}

agent_run() {
	local last=0 command
	xenstore watch "$agent_store/command" | while read -r _; do
		if ! command=$(xenstore read -R "$agent_store/command" 2>/dev/null); then
			xenstore write "$agent_store/ready" 1
			continue
		fi
		[ "${command%% *}" != "$last" ] || continue
		last=${command%% *}
		agent_command "$last" "${command#* }"
	done
}
