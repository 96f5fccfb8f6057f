# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced by the checks.

set -euo pipefail

checks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$checks/../../.." && pwd)

# list PATTERN...: fill the array `files` with the tracked files that match.
list() {
	# shellcheck disable=SC2034 # the checks use it
	mapfile -d '' files < <("$top/scripts/tracked-files" "$@")
}

# What a check prints is what it found: fail if there was anything.
fail_on_output() {
	local said

	if ! said=$("$@"); then
		echo "$said"
		echo "${0##*/}: the check itself failed"
		return 1
	elif [[ $said ]]; then
		echo "$said"
		return 1
	fi
}
