# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# The same facts and findings for people, for programs, and for Prometheus.

# --- Text -----------------------------------------------------------------------------------------

# Colours, on a terminal that has not asked for none.
declare -A colour=([problem]='' [warning]='' [unknown]='' [note]='' [bold]='' [plain]='')

use_colours() {
	[[ -t 1 && ! ${NO_COLOR:-} ]] || return
	colour=([problem]=$'\e[1;31m' [warning]=$'\e[33m' [unknown]=$'\e[35m' [note]=$'\e[36m'
		[bold]=$'\e[1m' [plain]=$'\e[0m')
}

# Columns of what comes in with tabs between; the heading in bold.
aligned() {
	awk -F '\t' -v bold="${colour[bold]}" -v plain="${colour[plain]}" '
		{
			for (i = 1; i <= NF; i++) {
				cell[NR, i] = $i
				if (length($i) > width[i]) width[i] = length($i)
			}
			columns[NR] = NF
		}
		END {
			for (row = 1; row <= NR; row++) {
				text = ""
				for (i = 1; i < columns[row]; i++)
					text = text sprintf("%-" width[i] "s  ", cell[row, i])
				text = text cell[row, columns[row]]
				sub(/ +$/, "", text)
				print (row == 1 ? bold text plain : text)
			}
		}'
}

declare -A driver_names=([ours]=ours [own]="kernel's own" [builtin]="built in" [none]=none
	[nothing]=NOTHING [unknown]=unknown)

# named KEY: a driver in words.
named() {
	local value

	value=$(fact "$1")
	echo "${driver_names[${value:-unknown}]:-$value}"
}

# with_version KEY VERSION-KEY
with_version() {
	echo "$(named "$1")$(is "$1" ours && fact "$2" | sed 's/./ &/')"
}

in_image() {
	if is image ''; then
		echo none
	elif ! is image-state read; then
		echo "? ($(fact image-state))"
	elif is image-module ''; then
		echo NOTHING
	elif is image-module 'kernel/*'; then
		echo "kernel's own"
	else
		echo "ours $(fact image-version)"
	fi
}

show_machine() {
	local subject=machine

	{
		printf 'guest\t%s\n' "$(fact guest)$(is xen '?*' && echo ", Xen $(fact xen)")"
		is kernel '' || printf 'kernel\t%s\n' "$(fact kernel)"
		printf 'driver that runs\t%s\n' "$(with_version driver driver-version)"
		is driver-file '' || printf 'its file\t%s\n' "$(fact driver-file)"
		printf 'next boot\t%s\n' "$(fact default-kernel | sed 's/^$/unknown/') ($(fact boot-loader))"
		printf 'signed modules only\t%s\n' "$(fact signatures-enforced), Secure Boot $(fact secure-boot), dkms' key $(fact key-state)"
		is grants-budget '' ||
			printf 'grants of all disks\t%s\n' "$(fact grants-used) of $(fact grants-budget)"
	} | sed '1s/^/\n/' | aligned
}

show_kernels() {
	local subject mark

	all kernel || return
	echo
	{
		printf 'kernel\t\theaders\tdkms\tmodprobe takes\tin the initramfs\tnext boot\n'
		for subject in "${these[@]}"; do
			mark=
			! is running yes || mark+=" runs"
			! is default yes || mark+=" default"
			printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$(fact kernel)" "${mark# }" "$(fact headers)" \
				"$(fact dkms)" "$(with_version module-from module-version)" "$(in_image)" \
				"$(named next-boot)"
		done
	} | aligned
}

# What the same driver does elsewhere, where that is not all the same.
show_lacks() {
	local subject rows=

	all kernel || return
	for subject in "${these[@]}"; do
		! is module-from ours || is module-lacks '' ||
			rows+="$(fact kernel)"$'\t'"$(fact module-lacks)"$'\n'
	done
	[[ $rows ]] || return
	echo
	printf 'kernel\tours goes without, for the kernel does not have it\n%s' "$rows" | aligned
}

show_disks() {
	local subject key

	all disk || return
	echo
	{
		printf 'disk\tdriver\tstate\tqueues\tring order\tgrants\tindirect\tflush\tdiscard\tlate\n'
		for subject in "${these[@]}"; do
			printf '%s\t%s' "$(fact disk)" "$(with_version driver version)"
			for key in state queues ring-page-order grants indirect-segments flush discard late; do
				printf '\t%s' "$(fact "$key" | sed 's/^$/-/')"
			done
			echo
		done
	} | aligned
	all unused || return
	echo
	{
		printf 'disk\toffered, not used\toffered\tused\twhy\n'
		for subject in "${these[@]}"; do
			printf '%s\t%s\t%s\t%s\t%s\n' "$(fact disk)" "$(fact node)" "$(fact offered)" \
				"$(fact used)" "$(fact why)"
		done
	} | aligned
}

# The first line says it all: monitoring often shows no more.
verdict() {
	local levels=(problem warning unknown note) one text=
	local -A many=([problem]=problems [warning]=warnings [unknown]="things unknown" [note]=notes)

	for one in "${levels[@]}"; do
		(($(count "$one") == 0)) || text+=", $(count "$one") $( (($(count "$one") == 1)) && echo "$one" || echo "${many[$one]}")"
	done
	case $(status) in
	2) echo "${colour[problem]}PROBLEM${colour[plain]}: ${text#, }" ;;
	1) echo "${colour[warning]}WARNING${colour[plain]}: ${text#, }" ;;
	3) echo "${colour[unknown]}UNKNOWN${colour[plain]}: ${text#, }" ;;
	*) echo "OK${text:+: ${text#, }}" ;;
	esac
}

show_findings() {
	local i name

	for i in "${!found[@]}"; do
		name=${found[i]}
		printf '\n%s%s%s %s (%s)\n' "${colour[${level[$name]}]}" "${level[$name]}" "${colour[plain]}" \
			"${found_in[i]#*/}" "$name"
		printf '    %s\n    %s %s\n' "${found_message[i]}" "$(advice_word "$name")" "${found_remedy[i]}"
	done
}

advice_word() {
	if [[ ${fixable[$1]} == fix ]]; then
		echo "fix (--fix does it):"
	else
		echo "do:"
	fi
}

show_text() {
	use_colours
	verdict
	show_findings
	show_machine
	show_kernels
	show_lacks
	show_disks
}

# The table of all findings, for those who want to look one up.
show_table() {
	local name

	for name in "${names[@]}"; do
		printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "${scope[$name]}" "${level[$name]}" \
			"${fixable[$name]}" "${message[$name]}" "${remedy[$name]}"
	done
}

# --- JSON -----------------------------------------------------------------------------------------

# json TEXT: as a string. Bytes that are neither text nor tabs would not be JSON, and are left out.
json() {
	local text=$1

	text=${text//\\/\\\\}
	text=${text//\"/\\\"}
	text=${text//$'\t'/\\t}
	printf '"%s"' "${text//[^ -~]/}"
}

# json_object KEY VALUE...
json_object() {
	local comma=''

	printf '{'
	while (($#)); do
		printf '%s"%s": ' "$comma" "$1"
		json "$2"
		comma=', '
		shift 2
	done
	printf '}'
}

# json_subject SUBJECT: all its facts.
json_subject() {
	local key pairs=()

	for key in ${keys[$1]}; do
		pairs+=("$key" "${facts[$1 $key]}")
	done
	json_object "${pairs[@]}"
}

# json_list KIND: its subjects.
json_list() {
	local one comma=''

	printf '[\n'
	all "$1"
	for one in "${these[@]}"; do
		printf '%s    ' "$comma"
		json_subject "$one"
		comma=$',\n'
	done
	printf ']'
}

show_json() {
	local i name

	printf '{"version": %s, "status": %s,\n' "$(json "$version")" "$(status)"
	printf '  "machine": %s,\n' "$(json_subject machine)"
	printf '  "kernels": %s,\n' "$(json_list kernel)"
	printf '  "disks": %s,\n' "$(json_list disk)"
	printf '  "unused": %s,\n' "$(json_list unused)"
	printf '  "findings": [\n'
	for i in "${!found[@]}"; do
		name=${found[i]}
		((!i)) || printf ',\n'
		printf '    %s' "$(json_object name "$name" level "${level[$name]}" subject "${found_in[i]#*/}" \
			message "${found_message[i]}" remedy "${found_remedy[i]}" \
			fixable "$([[ ${fixable[$name]} == fix ]] && echo yes || echo no)")"
	done
	printf ']\n}\n'
}

# --- Prometheus -----------------------------------------------------------------------------------

# metric NAME TYPE HELP
metric() {
	printf '# HELP xen_blkfront_%s %s\n# TYPE xen_blkfront_%s %s\n' "$1" "$3" "$1" "$2"
}

# sample NAME VALUE [LABEL VALUE]...
sample() {
	local name=$1 value=$2 labels='' text
	shift 2

	while (($#)); do
		text=${2//\\/\\\\}
		text=${text//\"/\\\"}
		labels+=",$1=\"${text//$'\n'/\\n}\""
		shift 2
	done
	printf 'xen_blkfront_%s%s %s\n' "$name" "${labels:+{${labels#,}\}}" "$value"
}

# disk_metric NAME TYPE KEY HELP: a number that disks have.
disk_metric() {
	local subject

	metric "$1" "$2" "$4"
	all disk
	for subject in "${these[@]}"; do
		[[ ! $(fact "$3") =~ ^[0-9]+$ ]] || sample "$1" "$(fact "$3")" disk "$(fact disk)"
	done
}

show_prometheus() {
	local i one subject

	metric doctor_status gauge "0 fine, 1 warnings, 2 problems, 3 something could not be told"
	sample doctor_status "$(status)"
	metric doctor_findings gauge "Number of findings of a level"
	for one in problem warning unknown note; do
		sample doctor_findings "$(count "$one")" level "$one"
	done
	metric doctor_finding gauge "1 for each finding"
	for i in "${!found[@]}"; do
		sample doctor_finding 1 name "${found[i]}" level "${level[${found[i]}]}" subject "${found_in[i]#*/}"
	done
	metric kernel_info gauge "1 for each installed kernel, and what its next boot would run"
	all kernel
	for subject in "${these[@]}"; do
		sample kernel_info 1 kernel "$(fact kernel)" dkms "$(fact dkms)" next_boot "$(fact next-boot)" \
			running "$(fact running)" default "$(fact default)"
	done
	metric disk_info gauge "1 for each disk, and what drives it"
	all disk
	for subject in "${these[@]}"; do
		sample disk_info 1 disk "$(fact disk)" driver "$(fact driver)" version "$(fact version)" \
			state "$(fact state)" grants "$(fact grants)"
	done
	disk_metric disk_queues gauge queues "Rings in use"
	disk_metric disk_grants_held gauge grants-held "Grant references held"
	disk_metric disk_grants_in_use gauge grants-in-use "Grant references in use by requests"
	disk_metric disk_grants_quarantined gauge grants-quarantined "Pages that the backend keeps mapped"
	disk_metric disk_requests_total counter requests "Requests put on a ring"
	disk_metric disk_late_total counter late "Requests that were late"
	subject=machine
	if more grants-budget 0; then
		metric grants_budget gauge "Grant references that all disks together may hold beyond their reserves"
		sample grants_budget "$(fact grants-budget)"
		metric grants_used gauge "Those that they hold"
		sample grants_used "$(fact grants-used)"
	fi
}
