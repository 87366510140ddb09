#!/bin/bash
# The sessions of docs/repl.md, typed as they stand: after each entry comes what is written below it.
set -u
export LC_ALL=C.UTF-8
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

screen_open
number=0
inside=false
while IFS= read -r line; do
    case $line in
    '```session') inside=true ;;
    '```') inside=false ;;
    'csp> '*)
        $inside || continue
        entry=${line#csp> }
        keys C-l
        enter "$entry"
        number=$((number + 1))
        sees "entry-$number" "csp> $entry"
        ;;
    *) $inside && sees "entry-$number-shows" $'\n'"$line"$'\n' ;;
    esac
done <"$root/docs/repl.md"
verdict entries [ "$number" -gt 5 ]
screen_close
screen_report
