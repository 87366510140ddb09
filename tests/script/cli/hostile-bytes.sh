# Any bytes as a script end in a program or in diagnostics.
. ./hostile-check

: >input; verdict empty
head -c 1000000 /dev/urandom >input; verdict random
head -c 1000000 /dev/zero >input; verdict NULs
head -c 1000000 /dev/zero | tr '\0' '\377' >input; verdict 0xff
printf 'print(1)\303' >input; verdict 'half a character at the end'
printf '\357\273\277print(1)\n' >input; verdict 'byte order mark'
printf '#!/usr/bin/env csp' >input; verdict 'nothing but a shebang'
printf '"\0"\n' >input; verdict 'a NUL in a string'
head -c 100000 "$CSP" >input; verdict 'a program of the machine'

# 10 MB of what opens or closes, 1 MB of the rest
for what in '(' '{' '[' '"${' ')' '}' ']' '"' ',' ';' '-'; do
    many $((10000000 / ${#what})) "$what" >input
    verdict "10 MB of $what"
done
for what in '"""' 'b"' 'r"' '`' '\' '#' '?' '!' '.' ':' '=' '=>' '|>' '<' '$' '@' '~' '**' 'not ' 'if ' 'else ' 'fn ' 'let ' 'var ' \
    'const ' 'match ' 'alt ' 'par ' 'spawn ' 'for ' 'loop ' 'while ' 'catch ' 'try ' 'defer ' 'import ' 'extern ' 'test ' 'return ' \
    'move ' 'freeze(' 'x ! ' 'x ? ' 'a.' 'a, ' '1 + ' '1..' '0x' '1e' '"a" ' '{a: ' '(a, ' '[a, ..' 'é' '💥'; do
    many $((1000000 / ${#what})) "$what" >input
    verdict "1 MB of $what"
done
yes '' | head -n 10000000 >input; verdict '10 MB of newlines'
yes "$(printf '\t')" | head -n 5000000 >input; verdict '10 MB of tabs'
printf '%s\n' "$tried inputs"
