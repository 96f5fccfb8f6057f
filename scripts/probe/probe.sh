#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# probe.sh PROBES.c HEADER SYMVERS COMPILER FLAG...
#
# Called by kbuild (probe.kbuild) with the kernel's own compiler and flags.
# Compiles PROBES.c once without generating code, charges every error to the
# probe it stands in, checks the controls and the groups, and writes the
# answers to HEADER. The reasons, one compiler message per "no", go to the
# .log beside it. SYMVERS is the kernel's Module.symvers; where there is none,
# exports are not checked.

set -eo pipefail
# Up to bash 4.3, as on EL7, a list without members counts as unset.
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)) || set -u

probes=$1 header=$2 symvers=$3
shift 3
log=${header%.h}.log
messages=${header%.h}.messages
headers=${header%.h}.headers
symbols=${header%.h}.symbols

probe_die() {
	echo "probe: $*" >&2
	echo "probe: the compiler's messages are in $messages" >&2
	rm -f "$header"
	exit 1
}

# No -Werror of the build may turn a mere warning into an answer; what must be
# an error for the controls' sake is made one. gcc 4 has no names for two of these:
# its warnings count as errors, see below.
probe_flags() {
	local flag
	echo -fsyntax-only -Wno-error -Werror=implicit-function-declaration
	for flag in -Werror=incompatible-pointer-types -Werror=int-conversion; do
		! "$1" $flag -fsyntax-only -x c /dev/null >/dev/null 2>&1 || echo $flag
	done
	case $("$1" --version | head -n 1) in
	*clang*) echo -ferror-limit=0 -Wno-unknown-warning-option \
		-Werror=incompatible-function-pointer-types ;;
	*) echo -fmax-errors=0 -ftrack-macro-expansion=0 ;;
	esac
}

probe_compile() {
	# shellcheck disable=SC2046 # one word per flag
	LC_ALL=C "$@" $(probe_flags "$1") -MD -MF "$headers" "$probes" >"$messages" 2>&1 || true
}

# What the kernel exports, and what it has instead from headers of ours that it lacks.
probe_symbols() {
	local missing
	cat "$symvers"
	mapfile -t missing < <(tr -s '[:space:]' '\n' <"$headers" | grep '/include/compat/missing/')
	sed -nE 's/^[a-z].*[ *]([a-z_0-9]+)\(.*/- \1/p' /dev/null "${missing[@]}"
}

# Where a header of the kernel's is of no use, ours stand before its own, not behind, and
# answer all but the question that led there.
probe_ours() {
	local refused compiler=$1 first=() rest=()
	refused=$(awk '$2 == "OR_OURS" && $4 == "no"' <<<"$answers")
	[ -n "$refused" ] || return 0
	shift
	while [ $# -gt 0 ]; do
		if [ "$1" = -idirafter ]; then
			first+=("-I$2")
			shift
		else
			rest+=("$1")
		fi
		shift
	done
	probe_compile "$compiler" "${first[@]}" "${rest[@]}"
	answers=$(awk 'FILENAME != "-" { kept[$1] = $0; next } { print $1 in kept ? kept[$1] : $0 }' \
		<(echo "$refused") - <<<"$(probe_answers)")
}

# One line per probe: NAME KIND GROUP ANSWER REASON...
probe_answers() {
	local known=/dev/null
	[ ! -e "$symvers" ] || {
		probe_symbols >"$symbols"
		known=$symbols
	}
	awk -v file="${probes##*/}" -v symvers="$known" '
		function remember(kind, group, name) {
			n++
			names[n] = name; kinds[n] = kind; groups[n] = group; first[n] = FNR
		}
		function probe_at(line,    i) {
			for (i = n; i > 0; i--)
				if (line >= first[i])
					return line <= last[i] ? i : 0
			return 0
		}
		function is_mismatch(line) {
			return line ~ /: warning: .*(incompatible pointer type|makes (pointer from integer|integer from pointer))/
		}
		FILENAME == symvers { exported[$2] = 1; have_symvers = 1; next }
		FILENAME == ARGV[2] {
			if (match($0, /^PROBE(_[A-Z_]+)?\(/) && $0 !~ /^PROBE_GROUP/) {
				kind = substr($0, 7, RLENGTH - 7)
				args = substr($0, RLENGTH + 1)
				sub(/\).*/, "", args)
				k = split(args, arg, /, */)
				remember(kind == "" ? "PLAIN" : kind, k > 1 ? arg[1] : "-", arg[k])
			} else if (/^}/) {
				last[n] = FNR
			} else if (match($0, /EXPORTED\([A-Za-z0-9_]+\)/) && /^\t/) {
				needs[n] = needs[n] " " substr($0, RSTART + 9, RLENGTH - 10)
			}
			next
		}
		/: (fatal )?error: / || is_mismatch($0) {
			at = $0
			if (index(at, file ":") == 0) {
				if (!is_mismatch($0))
					print "- OUTSIDE - no " $0
				next
			}
			sub(".*" file ":", "", at)
			i = probe_at(at + 0)
			if (!i)
				print "- OUTSIDE - no " $0
			else if (reason[i] == "") {
				reason[i] = $0
				sub(/.*(error|warning): /, "", reason[i])
			}
		}
		END {
			for (i = 1; i <= n; i++) {
				k = split(needs[i], need, " ")
				for (j = 1; have_symvers && j <= k && reason[i] == ""; j++)
					if (!(need[j] in exported))
						reason[i] = need[j] " is not exported to modules"
				if (kinds[i] == "FIRST_OF" && reason[i] == "") {
					if (groups[i] in taken)
						reason[i] = taken[groups[i]] " goes before it"
					else
						taken[groups[i]] = names[i]
				}
				print names[i], kinds[i], groups[i], reason[i] == "" ? "yes" : "no", reason[i]
			}
		}' "$known" "$probes" "$messages"
}

probe_check_controls() {
	local name kind _ answer reason
	while read -r name kind _ answer reason; do
		case $kind:$answer in
		OUTSIDE:*) probe_die "cannot use this kernel's headers: $reason" ;;
		GOOD:no) probe_die "control $name failed ($reason): headers and compiler do not fit each other" ;;
		BAD:yes) probe_die "control $name passed: this compiler accepts what it must refuse, no answer can be trusted" ;;
		esac
	done <<<"$answers"
}

probe_check_groups() {
	local group text
	# PROBE_GROUP(group, "text");
	while IFS='|' read -r group text; do
		local yes kind
		yes=$(awk -v group="$group" '$3 == group && $4 == "yes" { print $1 }' <<<"$answers")
		kind=$(awk -v group="$group" '$3 == group { print $2; exit }' <<<"$answers")
		case $kind:$(wc -w <<<"$yes") in
		ONE_OF:1 | FIRST_OF:1 | AT_MOST:0 | AT_MOST:1) ;;
		ONE_OF:0 | FIRST_OF:0) probe_die "this kernel has $text; it is not supported yet (group $group)" ;;
		*) probe_die "group $group: several forms match ($(xargs <<<"$yes")) where one may" ;;
		esac
	done < <(sed -n 's/^PROBE_GROUP(\([a-z_]*\), "\(.*\)");$/\1|\2/p' "$probes")
}

probe_write_header() {
	echo "/* SPDX-License-Identifier: GPL-2.0 */"
	echo "/* Made by scripts/probe/probe.sh for one kernel; ${log##*/} says why. */"
	awk '$2 ~ /^(PLAIN|ONE_OF|FIRST_OF|AT_MOST|OR_OURS)$/ {
		name = "XBF_HAVE_" toupper($1)
		print $4 == "yes" ? "#define " name " 1" : "/* #undef " name " */"
	}' <<<"$answers"
}

probe_write_log() {
	# The second line of times: user and system time of all children. Not in
	# a pipe, which would have a shell and times of its own.
	times >"$log.cpu"
	echo "compiler: $("$1" --version | head -n 1)"
	awk '{ printf "%-28s %-8s %-16s %-3s", $1, $2, $3, $4
	       for (i = 5; i <= NF; i++) printf " %s", $i
	       print "" }' <<<"$answers"
	awk 'NR == 2 { gsub(/[ms]/, " "); print "cpu seconds: " $1 * 60 + $2 + $3 * 60 + $4 }' "$log.cpu"
	rm -f "$log.cpu"
}

probe_print() {
	awk '$4 == "yes" && $2 ~ /^(PLAIN|ONE_OF|FIRST_OF|AT_MOST|OR_OURS)$/ { print $1 }' <<<"$answers" |
		sort | xargs | fold -s -w 72 | sed 's/^/          /'
}

mkdir -p "${header%/*}"
: >"$messages"
"$1" --version >/dev/null 2>&1 ||
	probe_die "the compiler $1, which this kernel asks for, does not run here; install it or say CC=..."
probe_compile "$@"
answers=$(probe_answers)
probe_ours "$@"
probe_check_controls
probe_check_groups
probe_write_header >"$header"
probe_write_log "$1" >"$log"
probe_print
