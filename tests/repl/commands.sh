#!/bin/bash
# The commands of the REPL: how their names are found.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

screen_open
enter ':help'
sees help ':quit'
sees help-fits-the-screen ':help [COMMAND]  :doc NAME'
enter ':quti'
sees did-you-mean 'there is no command `:quti`; did you mean `:quit`?'
enter ':hepl'
sees did-you-mean-help 'there is no command `:hepl`; did you mean `:help`?'
enter ':xyzzyx'
sees unknown 'there is no command `:xyzzyx`; :help lists them'
enter ':'
sees colon-alone 'there is no command `:`; :help lists them'
enter ':help graph'
sees help-of-a-command ':graph [X] [FILE.svg]  who sends to whom, as a picture'
enter ':he do'
sees unique-beginning ':doc NAME'
enter ':doc'
sees argument-missing ':doc wants an argument: NAME'
enter ':quit now'
sees argument-too-many ':quit takes no argument'
enter '  :doc   spawn  '
sees argument-trimmed 'makes a process'
keys C-l
type ':he'
keys Tab
sees complete-command 'csp> :help'
type ' qu'
keys Tab
sees complete-argument 'csp> :help quit'
keys Enter
sees help-of-one ':quit'
screen_close
screen_report
