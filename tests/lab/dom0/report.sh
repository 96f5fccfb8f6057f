# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Results leave by the second serial port, a JSON object a line.

json_string() {
	printf '"%s"' "$(printf %s "$1" | tr '\n\t' '  ' | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g')"
}

# emit EVENT [KEY VALUE]...
emit() {
	local line
	line="{\"event\":$(json_string "$1"),\"at\":$(cut -d ' ' -f 1 /proc/uptime)"
	shift
	while [ $# -ge 2 ]; do
		line="$line,$(json_string "$1"):$(json_string "$2")"
		shift 2
	done
	echo "$line}" >/dev/ttyS1
}

progress() { emit progress text "$*"; }

# A fact worth keeping with the verdict of this scenario.
fact() { emit fact id "$id" name "$1" value "$2"; }

# fail REASON: ends the scenario.
fail() {
	echo "$*" >/tmp/reason
	exit 1
}

# expect WANTED FOUND WHAT
expect() { [ "$1" = "$2" ] || fail "$3 is '$2', should be '$1'"; }

# expect_like PATTERN FOUND WHAT
expect_like() { echo "$2" | grep -Eq "$1" || fail "$3 is '$2', should be like '$1'"; }

# expect_at_least WANTED FOUND WHAT
expect_at_least() { [ "$2" -ge "$1" ] 2>/dev/null || fail "$3 is '$2', should be at least $1"; }
