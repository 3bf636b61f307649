# SPDX-License-Identifier: Apache-2.0
# For the scripts of this folder, beside parts.sh: rows of a table of bars and measured figures, and how figures are read.
rows=()
missed=0

row() { # WHAT BAR MEASURED CONDITION-FOR-AWK
  local verdict=ok
  awk "BEGIN {nan = 1e99; exit !($4)}" || { verdict=MISSED; missed=$((missed + 1)); }
  rows+=("$(printf '%-62s %-24s %-28s %s' "$1" "$2" "$3" "$verdict")")
}

note() { rows+=("$(printf '%-62s %-24s %-28s' "$1" "-" "$2")"); }

pss() { awk '$1 == "Pss:" {printf "%.1f", $2 / 1024}' "/proc/${pid[$1]}/smaps_rollup"; }

# The word after KEY in a line of FILE that holds TEXT.
figure() { # FILE TEXT KEY
  awk -v text="$2" -v key="$3" 'index($0, text) {for (i = 1; i < NF; ++i) if ($i == key) {v = $(i + 1); sub(/,$/, "", v)}} END {print v == "" ? "nan" : v}' "$1"
}

# Prints the table, and the machine it is of; fails when a bar was missed.
print_table() { # [REMARK]
  printf '\n%s, %d cores, %s on %s%s\n' "$(date -Is)" "$(nproc)" "$dir" "$(stat -f -c %T "$dir")" "${1:+; $1}"
  awk -F': ' '/model name/ {print "processor: " $2; exit}' /proc/cpuinfo
  printf '%-62s %-24s %-28s %s\n' what bar measured verdict
  printf '%s\n' "${rows[@]}"
  [ $missed -eq 0 ] || { printf '%d bars missed\n' $missed; exit 1; }
}
