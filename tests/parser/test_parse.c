/* parser/parse*.c, against the grammar */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/parse_fixture.h"
#include "tests/support/support.h"

static parse_fixture fixture;

static void setup(void) { parse_fixture_open(&fixture); }

static void teardown(void) { parse_fixture_close(&fixture); }

TestSuite(parse, .init = setup, .fini = teardown);

static ast_module *parse(const char *text) { return parse_fixture_text(&fixture, text); }

static void assert_ast(const char *text, const char *expected)
{
    parse_fixture_ast(&fixture, text, expected);
}

static void assert_error(const char *text, uint32_t start, uint32_t end, const char *message,
                         const char *hint)
{
    parse_fixture_error(&fixture, text, start, end, message, hint);
}

/* ---- precedence, one line of the table against the next ---- */

Test(parse, operators_bind_as_the_table_says)
{
    assert_ast("a or b and c", "(or a (and b c))");
    assert_ast("a and not b or c", "(or (and a (not b)) c)");
    assert_ast("not a == b", "(not (== a b))");
    assert_ast("not not a", "(not (not a))");
    assert_ast("a == b |> f()", "(== a (pipe f b))");
    assert_ast("a .. b |> f()", "(pipe f (range a b))");
    assert_ast("0..n | 1", "(range 0 (| n 1))");
    assert_ast("a | b ^ c & d", "(| a (^ b (& c d)))");
    assert_ast("a & b << c", "(& a (<< b c))");
    assert_ast("a << b + c", "(<< a (+ b c))");
    assert_ast("a + b * c", "(+ a (* b c))");
    assert_ast("-a * b", "(* (- a) b)");
    assert_ast("a * -b", "(* a (- b))");
    assert_ast("-2 ** 2", "(- (** 2 2))");
    assert_ast("2 ** -1", "(** 2 (- 1))");
    assert_ast("2 ** 3 ** 4", "(** 2 (** 3 4))");
    assert_ast("a.b ** c[0]", "(** (. a b) (index c 0))");
    assert_ast("~?c + -x", "(+ (~ (? c)) (- x))");
    assert_ast("try f() or 1", "(or (try (call f)) 1)");
    assert_ast("c ! a or b", "(! c (or a b))");
    assert_ast("c ! x |> f()", "(! c (pipe f x))");
    assert_ast("catch a or b", "(catch (or a b))");
    assert_ast("catch c ! v", "(catch (! c v))");
    assert_ast("c ! catch f()", "(! c (catch (call f)))");
    assert_ast("not a + 1 is not int and b", "(and (not (not (is (+ a 1) int))) b)");
    assert_ast("a |> f() is not fn", "(not (is (pipe f a) fn))");
    assert_ast("a is not\nnil", "(not (is a nil))");
}

Test(parse, binary_operators_are_left_associative)
{
    assert_ast("a - b - c", "(- (- a b) c)");
    assert_ast("a / b // c % d", "(% (// (/ a b) c) d)");
    assert_ast("a << b >> c", "(>> (<< a b) c)");
    assert_ast("a or b or c", "(or (or a b) c)");
    assert_ast("x |> f(1) |> g()", "(pipe g (pipe f x 1))");
    assert_ast("(a - (b - c))", "(- a (- b c))");
}

Test(parse, comparisons)
{
    assert_ast("a < b", "(< a b)");
    assert_ast("a != b and c >= d", "(and (!= a b) (>= c d))");
    assert_ast("x in xs", "(in x xs)");
    assert_ast("x not in 0..=9", "(not-in x (range 0 = 9))");
    assert_ast("not x in xs", "(not (in x xs))");
    assert_ast("r is error", "(is r error)");
    assert_ast("r is nil", "(is r nil)");
    assert_ast("r is fn or r is string", "(or (is r fn) (is r string))");
    assert_error("a < b < c", 6, 7, "comparisons do not chain", "a < b and b < c");
    assert_error("a == b != c", 7, 9, "comparisons do not chain", NULL);
    assert_error("a is b == c", 7, 9, "comparisons do not chain", NULL);
}

Test(parse, ranges)
{
    assert_ast("0..10", "(range 0 10)");
    assert_ast("a + 1..=b - 1", "(range (+ a 1) = (- b 1))");
    assert_ast("2..", "(range 2 .)");
    assert_ast("2..\nx", "(range 2 .)\nx");
    assert_ast("2..; x", "(range 2 .)\nx");
    assert_ast("f(2..)", "(call f (range 2 .))");
    assert_ast("[2.., 3..]", "(list (range 2 .) (range 3 .))");
    assert_ast("{ 2.. }", "(block (range 2 .))");
    assert_ast("match x { y if y in 2.. => 1 }", "(match x (y if (in y (range 2 .)) 1))");
    assert_ast("for n in 2.. { }", "(for n (range 2 .) (block))");
    assert_ast("0..=\n3", "(range 0 = 3)");
    assert_error("1..2..3", 4, 6, "two ends", NULL);
    assert_error("..2", 0, 2, "expected an expression", "0..n");
}

/* ---- operands and what stands behind them ---- */

Test(parse, literals)
{
    assert_ast("1; 0xff; 2.5; 10ms; \"a\\n\"; b\"\\x41\"; true; false; nil; r\"\\n\"",
               "1\n255\n2.50000\n10000000\n\"a\\n\"\nb\"A\"\ntrue\nfalse\nnil\n\"\\\\n\"");
    assert_ast("99999999999999999999", "big:10:99999999999999999999");
    assert_ast("(); (1,); (1, 2); (1); [ ]; [1, 2,]",
               "(tuple)\n(tuple 1)\n(tuple 1 2)\n1\n(list)\n(list 1 2)");
}

Test(parse, interpolation)
{
    assert_ast("\"a${x}b\"", "(str \"a\" x \"b\")");
    assert_ast("\"${x}\"", "(str x)");
    assert_ast("\"${a}${b + 1}\"", "(str a (+ b 1))");
    assert_ast("\"a${ {b: \"x${\"}\"}\"}.b }c\"",
               "(str \"a\" (. (map \"b\" (str \"x\" \"}\")) b) \"c\")");
    assert_ast("\"\"\"\n  a${\n  f(\n1)}\n    b\n  \"\"\"", "(str \"a\" (call f 1) \"\\n  b\\n\")");
    assert_ast("\"${fn() { x; y }()}\"", "(str (call (fn () (block x y))))");
    assert_error("\"${}\"", 3, 5, "expected an expression", NULL);
    assert_error("\"${x y}\"", 5, 6, "expected `}`", NULL);
    assert_error("\"${x:02}\"", 4, 5, "expected `}`", "String.format");
}

Test(parse, calls_indices_fields)
{
    assert_ast("f()", "(call f)");
    assert_ast("f(1, ..xs, by: 2, to: 3,)", "(call f 1 ..xs by:2 to:3)");
    assert_ast("f(1)(2)[3].g", "(. (index (call (call f 1) 2) 3) g)");
    assert_ast("xs[-1]", "(index xs (- 1))");
    assert_ast(
        "xs[1..2]; xs[1..]; xs[..2]; xs[..=2]; xs[1..=2]",
        "(slice xs 1 2)\n(slice xs 1 .)\n(slice xs . 2)\n(slice xs . = 2)\n(slice xs 1 = 2)");
    assert_ast("m.in.fn.x", "(. (. (. m in) fn) x)");
    assert_ast("x |> M.f(a)(b)", "(pipe (call (. M f) a) x b)");
    assert_ast("move x.y[0]; freeze(move xs)", "(move (index (. x y) 0))\n(call freeze (move xs))");
    assert_error("f(a: 1, 2)", 8, 9, "without a name", NULL);
    assert_error("x |> f", 5, 6, "goes into a call", "f()");
    assert_error("x |> (f(1))", 6, 10, "goes into a call", NULL);
    assert_error("move f(x)", 5, 9, "`move` takes", NULL);
    assert_error("t.0", 2, 3, "name of a field", "t[0]");
}

Test(parse, maps)
{
    assert_ast("x = {}", "(set x (map))");
    assert_ast("x = {name: 1, \"a key\": 2, [k + 1]: 3, in: 4,}",
               "(set x (map \"name\" 1 \"a key\" 2 (+ k 1) 3 \"in\" 4))");
    assert_ast("x = {\n  a: 1,\n  b: 2\n}", "(set x (map \"a\" 1 \"b\" 2))");
    assert_ast("x = {\"k${i}\": 1}", "(set x (map (str \"k\" i) 1))");
    assert_error("x = {1: 2}", 5, 6, "expected a key", "{[1]: …}");
    assert_error("x = {a, b}", 6, 7, "expected `:`", "{a: a}");
    assert_error("{1: 2}", 2, 3, "expected the end of the line", "{[1]: 2}");
}

Test(parse, map_or_block)
{
    assert_ast("{a: 1}", "(map \"a\" 1)");
    assert_ast("{\"a\": 1}.a", "(. (map \"a\" 1) a)");
    assert_ast("{\"a${x}\": 1}", "(map (str \"a\" x) 1)");
    assert_ast("{\"a${x}\"}", "(block (str \"a\" x))");
    assert_ast("{if: 1}", "(map \"if\" 1)");
    assert_ast("{\n a: 1\n}", "(map \"a\" 1)");
    assert_ast("{ a }", "(block a)");
    assert_ast("{}", "(block)");
    assert_ast("fn() => {a: 1}", "(fn () (map \"a\" 1))");
    assert_ast("fn() => {}", "(fn () (block))");
    assert_ast("fn() => { a }", "(fn () (block a))");
    assert_ast("f({})", "(call f (map))");
    assert_ast("catch {}", "(catch (block))");
    assert_ast("return {}", "(return (map))");
    assert_ast("match x { 1 => {}; 2 => {a: 1} }", "(match x (1 (block)) (2 (map \"a\" 1)))");
    assert_ast("if f({a: 1}) { b }", "(if (call f (map \"a\" 1)) (block b))");
    assert_ast("if [{}] == x { b }", "(if (== (list (map)) x) (block b))");
    assert_ast("if fn() { x } { b }", "(if (fn () (block x)) (block b))");
    assert_ast("match catch { f() } { v => v }", "(match (catch (block (call f))) (v v))");
    assert_ast("for x in if a { {} } else { {b: 1} } { x }",
               "(for x (if a (block (block)) (block (map \"b\" 1))) (block x))");
    assert_error("if {a: 1} == x { }", 3, 4, "expected an expression", "parentheses");
}

/* ---- newlines ---- */

Test(parse, a_newline_ends_a_statement)
{
    assert_ast("a\nb", "a\nb");
    assert_ast("a\n\n;;\nb;", "a\nb");
    assert_ast("f\n(x)", "f\nx");
    assert_ast("f\n[x]", "f\n(list x)");
    assert_ast("a\n-b", "a\n(- b)");
    assert_ast("c\n?x", "c\n(? x)");
    assert_ast("return\nx", "(return)\nx");
    assert_ast("a # comment\nb", "a\nb");
}

Test(parse, a_line_goes_on_after_what_cannot_end_one)
{
    static const char *const operators[] = {
        "+",  "-",  "*",  "/",  "//", "%",  "**", "&",  "|", "^",
        "<<", ">>", "==", "!=", "<",  "<=", ">",  ">=", "in"};
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        char *text = support_format("a %s # comment\n\n  b", operators[i]),
             *expected = support_format("(%s a b)", operators[i]);
        assert_ast(text, expected);
        free(text);
        free(expected);
    }
    assert_ast("a and\nb or\nnot\nc", "(or (and a b) (not c))");
    assert_ast("x =\n1; y +=\n2", "(set x 1)\n(set+ y 2)");
    assert_ast("c !\n1; c ?\nx", "(! c 1)\n(receive c x)");
    assert_ast("let x =\n1", "(let x 1)");
    assert_ast("fn f() =>\n1", "(fn f () 1)");
    assert_ast("a.\nb", "(. a b)");
    assert_ast("x |>\nf()", "(pipe f x)");
    assert_ast("x is\nint", "(is x int)");
}

Test(parse, a_line_goes_on_with_a_pipe_or_a_field)
{
    assert_ast("x\n  |> f()\n  # between\n  |> g(1)\ny", "(pipe g (pipe f x) 1)\ny");
    assert_ast("x\n  .a\n  .b()\n  .match", "(. (call (. (. x a) b)) match)");
    assert_ast("{\nx\n.a\n}", "(block (. x a))");
}

Test(parse, in_round_and_square_brackets_a_newline_is_a_space)
{
    assert_ast("f(\na\n,\nb\n)", "(call f a b)");
    assert_ast("(a\n+ b)", "(+ a b)");
    assert_ast("[\n1,\n2\n]", "(list 1 2)");
    assert_ast("xs[\n1\n]", "(index xs 1)");
    assert_ast("f(fn() {\n a\n b\n}, c\n)", "(call f (fn () (block a b)) c)");
    assert_ast("(2..\n3)", "(range 2 3)");
    assert_ast("(if a { b }\nelse { c })", "(if a (block b) (block c))");
    assert_error("f(a\n(b))", 4, 5, "expected `,` or `)`", NULL);
    assert_error("f(a\nb)", 4, 5, "expected `,` or `)`", "a `,` is missing");
}

Test(parse, else_stands_on_the_line_of_its_brace)
{
    assert_ast("if a { b } else { c }", "(if a (block b) (block c))");
    assert_ast("if a { b\n} else if c { d\n} else { e }",
               "(if a (block b) (if c (block d) (block e)))");
    assert_error("if a { b }\nelse { c }", 11, 15, "`else` without `if`", "on the same line");
}

/* ---- statements ---- */

Test(parse, declarations)
{
    assert_ast("let x = 1; var y = 2; const Z = 3", "(let x 1)\n(var y 2)\n(const Z 3)");
    assert_ast("let (a, [b, ..rest], {c, d: e}) = f()",
               "(let (tuple a (list b ..rest) (map \"c\" c \"d\" e)) (call f))");
    assert_ast("import \"lib/geometry\"; import \"a-b\" as c",
               "(import \"lib/geometry\" geometry)\n(import \"a-b\" c)");
    assert_ast("test \"adds\" { assert(1 + 1 == 2) }",
               "(test \"adds\" (fn () (block (call assert (== (+ 1 1) 2)))))");
    assert_ast("test(1)", "(call test 1)");
    assert_error("{ const X = 1 }", 2, 7, "top level only", "let");
    assert_error("import \"a-b\"", 7, 12, "no name", "as name");
    assert_error("var (a, b) = x", 4, 5, "expected a name", "only `let`");
    assert_error("let x", 5, 5, "expected `=`", "let x = nil");
    assert_error("let in = 1", 4, 6, "expected a pattern", "keyword");
}

Test(parse, functions)
{
    assert_ast("fn f() { }", "(fn f () (block))");
    assert_ast("fn f(a, _, b = a + 1, ..rest,) => a", "(fn f (a _ b=(+ a 1) ..rest) a)");
    assert_ast("fn(..xs) { xs }", "(fn (..xs) (block xs))");
    assert_ast("let t = fn(f) => fn(x) => f(f(x))",
               "(let t (fn (f) (fn (x) (call f (call f x)))))");
    assert_ast("{ fn g() { g() } }", "(block (fn g () (block (call g))))");
    assert_ast("fn(x) { x }(1)", "(call (fn (x) (block x)) 1)");
    assert_error("let f = fn g() { }", 11, 12, "has no name", "as a statement");
    assert_error("fn f(..xs, y) { }", 11, 12, "expected `)`", "comes last");
    assert_error("fn f(1) { }", 5, 6, "name of a parameter", "in brackets");
}

Test(parse, parameters_that_are_patterns)
{
    assert_ast("fn f((a, _), {x, y: z}, [h, ..t]) => a",
               "(fn f ((tuple a _) (map \"x\" x \"y\" z) (list h ..t)) a)");
    assert_ast("fn((a)) => a", "(fn (a) a)");
    assert_ast("fn((a | b), c = 1, ..d) { }", "(fn ((| a b) c=1 ..d) (block))");
    assert_ast("fn(()) { }", "(fn ((tuple)) (block))");
    assert_error("fn f((a, b) = c) { }", 12, 13, "has no default", "let (a, b)");
    assert_error("fn f(..(a, b)) { }", 7, 8, "name for the rest", "let [a, ..more]");
    assert_error("fn f(error(k)) { }", 10, 11, "expected `,` or `)`", "in brackets");
}

Test(parse, assignments)
{
    assert_ast("x = 1; xs[0] = 2; m.k = 3; f().x = 4",
               "(set x 1)\n(set (index xs 0) 2)\n(set (. m k) 3)\n(set (. (call f) x) 4)");
    assert_ast(
        "x += 1; x -= 1; x *= 1; x /= 1; x //= 1; x %= 1; x **= 1",
        "(set+ x 1)\n(set- x 1)\n(set* x 1)\n(set/ x 1)\n(set// x 1)\n(set% x 1)\n(set** x 1)");
    assert_ast("x &= 1; x |= 1; x ^= 1; x <<= 1; x >>= 1",
               "(set& x 1)\n(set| x 1)\n(set^ x 1)\n(set<< x 1)\n(set>> x 1)");
    assert_ast("x = catch f()", "(set x (catch (call f)))");
    assert_ast("m[1..2] = 3; m[(1..=2)] += 3; m[1..] = 3",
               "(set (index m (range 1 2)) 3)\n(set+ (index m (range 1 = 2)) 3)\n(set (index m "
               "(range 1 .)) 3)");
    assert_ast("c ! move m[1..2]", "(! c (move (index m (range 1 2))))");
    assert_error("f() = 1", 0, 3, "can be assigned to", "==");
    assert_error("xs[..2] = ys", 0, 7, "can be assigned to", "slice");
    assert_error("x = y = 1", 6, 7, "has no value", NULL);
}

Test(parse, assignments_to_several_places)
{
    assert_ast("(a, xs[0], m.k) = e", "(set (tuple a (index xs 0) (. m k)) e)");
    assert_ast("(a, _, b[1..2],) = (1, 2, 3)",
               "(set (tuple a _ (index b (range 1 2))) (tuple 1 2 3))");
    assert_ast("(a,) = e", "(set (tuple a) e)");
    assert_ast("(a, xs[if f { (b, _) = c }]) = e",
               "(set (tuple a (index xs (if f (block (set (tuple b _) c))))) e)");
    assert_ast("match x { 1 => (a, b) = (b, a) }", "(match x (1 (set (tuple a b) (tuple b a))))");
    assert_error("(a, f()) = e", 4, 7, "can be assigned to", NULL);
    assert_error("(a, (b, c)) = e", 4, 10, "can be assigned to", "do not nest");
    assert_error("[a, b] = e", 0, 6, "can be assigned to", "in parentheses");
    assert_error("(a, b) += e", 7, 9, "by `=` only", "one statement for each");
    assert_error("(a, _)", 4, 5, "expected an expression", "(a, _) = e");
    assert_error("(a, _) + 1", 4, 5, "expected an expression", "(a, _) = e");
    assert_error("f((a, _))", 6, 7, "expected an expression", "let _ = e");
    assert_error("(_) = 1", 1, 2, "can be assigned to", "let _ = e");
    assert_error("() = e", 0, 2, "can be assigned to", NULL);
    assert_error("(a, b) := e", 7, 9, "no `:=`", "(a, b) = e");
    assert_error("a, b = b, a", 1, 2, "end of the line", "(a, b) = (b, a)");
}

Test(parse, channels)
{
    assert_ast("c ! v", "(! c v)");
    assert_ast("c ? x", "(receive c x)");
    assert_ast("cs[0] ? (a, _)", "(receive (index cs 0) (tuple a _))");
    assert_ast("x = ?c; f(?c + ?d)", "(set x (? c))\n(call f (+ (? c) (? d)))");
    assert_ast("c ! move xs", "(! c (move xs))");
    assert_ast("f(c ! 1)", "(call f (! c 1))");
    assert_ast("c !v; c !=v", "(! c v)\n(!= c v)");
    assert_error("c ! d ! e", 6, 7, "does not chain", NULL);
}

Test(parse, loops_and_jumps)
{
    assert_ast("while a < b { break }", "(while (< a b) (block break))");
    assert_ast("loop { continue }", "(loop (block continue))");
    assert_ast("for x in xs { }", "(for x xs (block))");
    assert_ast("for i, (a, b) in xs { }", "(for i (tuple a b) xs (block))");
    assert_ast("for _ in 0..n { }", "(for _ (range 0 n) (block))");
    assert_ast("fn f() { return 1 }", "(fn f () (block (return 1)))");
    assert_ast("defer f(x); defer c ! v; defer { a }; defer x |> f()",
               "(defer (call f x))\n(defer (! c v))\n(defer (block a))\n(defer (pipe f x))");
    assert_error("defer x", 6, 7, "`defer` takes", NULL);
}

Test(parse, processes)
{
    assert_ast("spawn f(x)", "(spawn (call f x))");
    assert_ast("let p = spawn { f() }", "(let p (spawn (fn () (block (call f)))))");
    assert_ast("spawn M.f(x)", "(spawn (call (. M f) x))");
    assert_ast("spawn fn() { x }()", "(spawn (call (fn () (block x))))");
    assert_ast("par { a(); { b(); c() }\n x = 1 }",
               "(par (fn () (call a)) (fn () (block (call b) (call c))) (fn () (set x 1)))");
    assert_ast("par for i in 0..n { f(i) }", "(par-for i (range 0 n) (fn () (block (call f i))))");
    assert_ast("let r = par { a() }[0]", "(let r (index (par (fn () (call a))) 0))");
    assert_ast("catch { f() }", "(catch (block (call f)))");
    assert_error("spawn f", 6, 7, "`spawn` takes", "spawn f(x)");
}

Test(parse, matches)
{
    assert_ast("match x { 1 => a; _ => b }", "(match x (1 a) (_ b))");
    assert_ast("match x {\n  1 | 2 if c => { a }\n\n  y => return y\n}",
               "(match x ((| 1 2) if c (block a)) (y (return y)))");
    assert_ast("match f(x) { }", "(match (call f x))");
    assert_ast("let r = match x { _ => y = 1 }", "(let r (match x (_ (set y 1))))");
}

Test(parse, alts)
{
    assert_ast(
        "alt {\n"
        "    jobs ? job => start(job)\n"
        "    when busy < 4, more ? (a, b) => { x }\n"
        "    out ! result + 1 => sent += 1\n"
        "    for i, c in workers, when ok, c ? r => note(i, r)\n"
        "    for c in cs, c ! 1 => nil\n"
        "    done(p) ? outcome => print(outcome)\n"
        "    after 200ms => break\n"
        "    when x, after 1s => nil\n"
        "    closed => return\n"
        "    else => nil\n"
        "}",
        "(alt (receive jobs job (call start job)) (receive (when (< busy 4)) more (tuple a b) "
        "(block x))"
        " (send out (+ result 1) (set+ sent 1)) (receive (for i c workers) (when ok) c r (call "
        "note i r))"
        " (send (for c cs) c 1 nil) (receive (call done p) outcome (call print outcome))"
        " (after 200000000 break) (after (when x) 1000000000 nil) (closed (return)) (else nil))");
    assert_ast("pri alt { c ? x => x }", "(pri-alt (receive c x x))");
    assert_ast("for alt { c ? x => x }", "(for-alt (receive c x x))");
    assert_ast("for pri alt { c ? x => x }", "(for-pri-alt (receive c x x))");
    assert_ast("let v = alt { c ? x => x }", "(let v (alt (receive c x x)))");
    assert_ast("alt { closed ? x => x }", "(alt (receive closed x x))");
    assert_ast("alt { closed(c) => 1; for i, c in cs, when i, closed(c.d) => 2; closed => 3 }",
               "(alt (drained c 1) (drained (for i c cs) (when i) (. c d) 2) (closed 3))");
    assert_ast("alt { closed(c) ? x => x; closed(c) ! 1 => 2 }",
               "(alt (receive (call closed c) x x) (send (call closed c) 1 2))");
    assert_error("alt { closed() => 1 }", 6, 14, "takes one channel", "for c in cs");
    assert_error("alt { closed(a, b) => 1 }", 6, 18, "takes one channel", "closed => …");
    assert_error("alt { when x, closed => 1 }", 14, 20, "no `for` or `when`", "closed(c)");
    assert_error("alt { (closed(c)) => 1 }", 18, 20, "receives or sends", NULL);
    assert_ast("pri = 1; after(2); closed + error",
               "(set pri 1)\n(call after 2)\n(+ closed error)");
}

Test(parse, patterns)
{
    assert_ast(
        "match x { -1 => 1; -2.5 => 1; 10ms => 1; \"s\" => 1; b\"b\" => 1; true => 1; nil => 1 }",
        "(match x (-1 1) (-2.50000 1) (10000000 1) (\"s\" 1) (b\"b\" 1) (true 1) (nil 1))");
    assert_ast(
        "match x { () => 1; (a) => 1; (a,) => 1; (a, b | c) => 1; (a, ..) => 1; (a, ..r,) => 1 }",
        "(match x ((tuple) 1) (a 1) ((tuple a) 1) ((tuple a (| b c)) 1) ((tuple a ..) 1) ((tuple a "
        "..r) 1))");
    assert_ast(
        "match x { [] => 1; [a,] => 1; [..] => 1; [a, .._] => 1; [[a], b] => 1 }",
        "(match x ((list) 1) ((list a) 1) ((list ..) 1) ((list a .._) 1) ((list (list a) b) 1))");
    assert_ast("match x { {} => 1; {a, \"b c\": d, in: 1 | 2,} => 1 }",
               "(match x ((map) 1) ((map \"a\" a \"b c\" d \"in\" (| 1 2)) 1))");
    assert_ast(
        "match x { error(k) => 1; error(\"a\" | \"b\", m, _) => 1; error => 1; error(k,) => 1 }",
        "(match x ((error k) 1) ((error (| \"a\" \"b\") m _) 1) (error 1) ((error k) 1))");
    assert_ast("match x { {\n a,\n b: [\n c\n]\n} => 1 }",
               "(match x ((map \"a\" a \"b\" (list c)) 1))");
    assert_ast("match x { -4611686018427387904 => 1 }", "(match x (-4611686018427387904 1))");
    assert_ast("match x { -99999999999999999999 => 1 }",
               "(match x (big:10:-99999999999999999999 1))");
    assert_error("let [..a, b] = x", 10, 11, "expected `]`", "comes last");
    assert_error("match x { \"a${b}\" => 1 }", 10, 14, "expected a pattern", "${…}");
    assert_error("match x { Some(y) => 1 }", 14, 15, "end of the pattern", "guard");
}

Test(parse, externs)
{
    assert_ast("extern \"m\" as m { fn cos(x: f64): f64 }",
               "(extern \"m\" m (fn cos x:f64 -> f64))");
    assert_error("extern \"x\" { }", 11, 12, "expected `as`", "as m");
    assert_error("extern x as c { }", 7, 8, "expected the name of a C library", "libm.so.6");
}

/* ---- spans, docs, names ---- */

Test(parse, nodes_know_where_they_stand)
{
    ast_module *module = parse("  foo(1, 2) + bar\nlet (a, b) = x # end");
    ast_node *sum = module->items.items[0], *let = module->items.items[1];
    cr_assert(sum->span.start == 2 && sum->span.end == 17);
    cr_assert(sum->as.binary.left->span.start == 2 && sum->as.binary.left->span.end == 11);
    cr_assert(sum->as.binary.left->as.call.args[1].span.start == 9);
    cr_assert(let->span.start == 18 && let->span.end == 32);
    cr_assert(let->as.let.pattern->span.start == 22 && let->as.let.pattern->span.end == 28);
}

Test(parse, docs_belong_to_functions_and_constants)
{
    ast_module *module = parse("## Of the module.\n\n## Adds.\n## Well.\nfn add(a, b) => a + b\n## "
                               "Ten.\nconst TEN = 10\nfn f() { }");
    cr_assert_str_eq(module->doc, "Of the module.");
    cr_assert_str_eq(module->items.items[0]->as.fn->doc, "Adds.\nWell.");
    cr_assert_eq(module->items.items[0]->as.fn->doc_length, 11);
    cr_assert_str_eq(module->items.items[1]->as.let.doc, "Ten.");
    cr_assert_null(module->items.items[2]->as.fn->doc);
    cr_assert_null(parse("## Adds.\nfn add() { }")->doc);
    cr_assert_str_eq(parse("## A script.\nprint(1)")->doc, "A script.");
}

Test(parse, equal_names_are_one)
{
    ast_module *module = parse("foo; foo; bar");
    ast_name *first = module->items.items[0]->as.name.id;
    cr_assert_eq(first, module->items.items[1]->as.name.id);
    cr_assert_neq(first, module->items.items[2]->as.name.id);
    cr_assert_eq(first, parse_intern(module, "foo", 3));
    cr_assert_str_eq(first->text, "foo");
}
