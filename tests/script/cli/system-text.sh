# Arguments and environment may be any bytes: what is not UTF-8 becomes U+FFFD, byte by byte.
bad=$(printf 'a\377\376b\303')
"$CSP" -e 'print(Os.args())' "$bad" "ä" ""
CSP_TEST_TEXT=$bad "$CSP" -e 'print(repr(Os.env("CSP_TEST_TEXT")))'
CSP_TEST_TEXT= "$CSP" -e 'print(repr(Os.env("CSP_TEST_TEXT")), Os.env("CSP_TEST_NONE"), Os.env(""))'
