# A descriptor that is not ready is waited for by who prints, and by nobody else; no print is torn, lost or out of order:
# pipes, non-blocking and not, and sockets, with a slow reader, and with one that goes away. tests/repl/output.sh has
# terminals.
exec python3 output-waits.py pipe socket
