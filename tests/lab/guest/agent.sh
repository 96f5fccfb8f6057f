# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# dom0 writes "NUMBER COMMAND" to data/lab/command; the answer is the output in
# pieces that fit a xenstore value, then "NUMBER STATUS PIECES" in data/lab/done.

agent_store=data/lab

agent_answer() {
	local pieces=0 size
	size=$(wc -c </tmp/output)
	while [ $((pieces * 3000)) -lt "$size" ]; do
		# The dot keeps the shell from dropping line ends.
		xenstore write -R "$agent_store/out/$pieces" \
			"$(dd if=/tmp/output bs=3000 skip=$pieces count=1 2>/dev/null && echo .)"
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
	xenstore write "$agent_store/ready" 1
	xenstore watch "$agent_store/command" | while read -r _; do
		command=$(xenstore read -R "$agent_store/command" 2>/dev/null) || continue
		[ "${command%% *}" != "$last" ] || continue
		last=${command%% *}
		agent_command "$last" "${command#* }"
	done
}
