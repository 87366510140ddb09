# What looks like a mistake and is none.
"$CSP" check fine/*.csp && echo nothing
