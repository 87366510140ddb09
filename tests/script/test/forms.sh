# TAP and JUnit's XML, as other programs read them; also of names, output and files that are strange.
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
cat >a_test.csp <<'END'
test "passes # not a directive" { nil }
test "<\"&'>\n]]> é \u{1}" { fail("<failed> & \"quoted\" \u{1b}[0m") }
test "prints bytes" { Io.write(Io.stdout, b"\xff\x00\xed\xa0\x80<>&\n"); fail("enough") }
test "deadlocks" { let c = chan(); ?c }
END
echo 'test "x" { unknown() }' >bad_test.csp
echo 'test "one" { nil }' >c_test.csp
"$CSP" test --seed 7 --tap --junit out.xml >out.tap
echo "status $?"
LC_ALL=C tr -d '\000-\011\013-\037\200-\377' <out.tap | grep '^[not1#]* *\(ok\|1\.\.\|[0-9]* passed\)'
python3 - <<'END'
import re
import xml.etree.ElementTree as tree
lines = open("out.tap", errors="replace").read().split("\n")
assert lines[0] == "TAP version 14" and lines.pop() == ""
tests = [l for l in lines if re.match(r"(not )?ok \d+ - ", l)]
assert [int(re.search(r"\d+", l)[0]) for l in tests] == list(range(1, len(tests) + 1)), tests
assert lines[-2] == f"1..{len(tests)}", lines[-2]
assert all(l in tests or l.startswith("#") or l == "TAP version 14" or l == lines[-2] for l in lines)
root = tree.parse("out.xml").getroot()
for suite in root:
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases)
    assert int(suite.get("failures")) == sum(c.find("failure") is not None for c in cases)
    print(suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors"))
    for case in cases:
        found = case.find("failure")
        print("   ", repr(case.get("name")), found is not None and repr(found.get("message")))
END
"$CSP" test --seed 7 --junit /nowhere/x.xml c_test.csp 2>&1
echo "status $?"
