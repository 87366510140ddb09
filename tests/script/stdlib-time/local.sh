# The machine's zone is that of TZ: a name, a file, a rule, or UTC.
for zone in Asia/Tokyo :Europe/Berlin "" CET-1CEST,M3.5.0,M10.5.0/3 "<-03>3" "/usr/share/zoneinfo/America/Lima" nonsense/x; do
    TZ=$zone "$CSP" -e 'print(Time.local(1720000000s).offset, Time.local(1720000000s).zone, Time.iso(0, "local"))'
done
