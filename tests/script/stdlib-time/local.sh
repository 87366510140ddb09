# The machine's zone is that of TZ: a name, a file, a rule, or UTC.
for zone in Asia/Tokyo :Europe/Berlin "" CET-1CEST,M3.5.0,M10.5.0/3 "<-03>3" "/usr/share/zoneinfo/America/Lima" nonsense/x; do
    TZ=$zone "$CSP" -e 'print(Time.local(1720000000s).offset, Time.local(1720000000s).zone, Time.iso(0, "local"))'
done
# A file anywhere, where TZ names it from the start; and again after the script has set it to something else and back.
folder=$(mktemp -d)
cp /usr/share/zoneinfo/Asia/Tokyo "$folder/tokyo"
TZ=$folder/tokyo "$CSP" -e 'let tz = Os.env("TZ")
print(Time.local(0).zone)
Os.set_env("TZ", "UTC")
print(Time.local(0).zone)
Os.set_env("TZ", ":" + tz)
print(Time.local(0).zone)'
rm -r "$folder"
