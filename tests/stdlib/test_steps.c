/* No native holds the others up: what it does is done in steps, and between two of them others may
 * run. With slices of one reduction the steps can be counted: there must be as many more of them as
 * there is more to do. Each member of the standard library stands in the table below, with a use of
 * it; one that the language has and the table has not fails the test. (bench/latency measures how
 * long the steps take.) */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "csp.h"

#include "tests/support/program.h"
#include "tests/support/support.h"
#include "vm/code/native.h"
#include "vm/core/steps.h"
#include "vm/drive.h"
#include "vm/outside/request.h"

/* What the program goes through at least once: the bytes N, the elements E, or nothing that
 * grows. */
typedef enum work { NOTHING, BYTES, ELEMENTS } work;

/* N is the number of bytes, E of elements. Texts: t (ASCII), u (other), blank; b bytes; f a buffer;
 * xs a list of ints, ws of strings, tu a tuple, m a map, deep a list in a list in a list …; rs a
 * range. */
static const struct measured {
    const char *name, *uses, *program;
    work work;
} table[] = {
    /* operators and what else the VM does by itself */
    {"==", "t", "let a = String.repeat('abcdefg ', N // 8); print(a == t)", BYTES},
    {"== of lists", "xs", "let a = copy(xs); print(a == xs)", ELEMENTS},
    {"== of lists in lists", "deep", "let a = copy(deep); print(a == deep)", ELEMENTS},
    {"== of bytes", "b", "let a = Bytes.of(N); print(a == b)", BYTES},
    {"== of buffers", "f", "let a = copy(f); print(a == f)", BYTES},
    {"== of maps", "m", "let a = copy(m); print(a == m)", ELEMENTS},
    {"<", "t", "let a = String.repeat('abcdefg ', N // 8); print(a < t)", BYTES},
    {"< of lists", "xs", "let a = copy(xs); print(a < xs)", ELEMENTS},
    {"in text", "t", "print('abcdefgg' in t)", BYTES},
    {"in text, long", "t", "let a = t[1..N // 2] + 'x'; print(a in t)", BYTES},
    {"in bytes", "b", "print(b'\\x01\\x02' in b, 77 in b)", BYTES},
    {"in list", "xs", "print(-1 in xs)", ELEMENTS},
    {"in list of texts", "t", "let a = [t, t + 'x', t + 'y']; print(t + 'z' in a)", BYTES},
    {"in tuple", "tu", "print(-1 in tu)", ELEMENTS},
    {"+ of texts", "u", "print(len(u + u))", BYTES},
    {"+ of bytes", "b", "print(len(b + b))", BYTES},
    {"+ of lists", "xs", "print(len(xs + xs))", ELEMENTS},
    {"+ of tuples", "tu", "print(len(tu + tu))", ELEMENTS},
    {"x[i]", "u", "print(u[len(u) - 2])", BYTES},
    {"x[a..b] of a text", "u", "print(len(u[1..]))", BYTES},
    {"x[a..b] of bytes", "b", "print(len(b[1..]))", BYTES},
    {"x[a..b] of a buffer", "f", "print(len(f[1..]))", BYTES},
    {"x[a..b] of a list", "xs", "print(len(xs[1..]))", ELEMENTS},
    {"x[a..b] of a tuple", "ws", "let a = Tuple.of(ws); print(len(a[1..]))", ELEMENTS},
    {"rest of a list", "xs", "let [a, ..b] = xs; print(len(b))", ELEMENTS},
    {"spread", "xs", "let all = fn(..all) => len(all)\nprint(all(..xs))", ELEMENTS},
    {"interpolation", "u", "print(len('${u} ${u}'))", BYTES},
    {"push, m[k] =", "",
     "let a = []\nlet b = {}\nfor i in 0..E { List.push(a, i); b[i] = i }\nprint(len(a), len(b))",
     ELEMENTS},
    {"a key", "t",
     "let a = {}\na[t] = 1\na[t + 'x'] = 2\nprint(a[t], len(a), (t + 'x') in a, Map.remove(a, t + "
     "'x'))",
     BYTES},
    {"a deep key", "deep",
     "let a = {}\na[freeze(deep)] = 1\nprint(a[freeze(deep)], (freeze(copy(deep)) in a))",
     ELEMENTS},
    {"a key of bytes", "b", "let a = {}\na[b] = 1\nprint(a[Bytes.of(N)], len(a))", BYTES},
    {"send", "f", "let c = chan(9)\nc ! f\nc ! move f\nprint(len(?c), len(?c))", BYTES},
    {"send, map", "m", "let c = chan(9)\nc ! m\nc ! move m\nprint(len(?c), len(?c))", ELEMENTS},
    {"send, deep", "deep", "let c = chan(9)\nc ! deep\nc ! move deep\nprint(len(?c), len(?c))",
     ELEMENTS},
    {"send, tuple", "tu",
     "let c = chan(9)\nlet a = (tu, [1]) + tu\nc ! a\nc ! move a\nprint(len(?c), len(?c))",
     ELEMENTS},
    {"match", "t", "print(match t { 'a' => 1; _ => 2 })", NOTHING},
    {"no match", "t", "print((catch { let 5 = t }).kind)", NOTHING},
    {"for", "u", "var n = 0\nfor c in u[..E] { n += 1 }\nprint(n)", ELEMENTS},
    /* the prelude */
    {"print", "u", "print(u)", NOTHING},
    {"write", "u", "write(u)", NOTHING},
    {"eprint", "u", "eprint(u)", NOTHING},
    {"len", "u", "print(len(u))", NOTHING},
    {"str", "xs", "print(len(str(xs)))", ELEMENTS},
    {"repr", "u", "print(len(repr(u)))", BYTES},
    {"repr", "b", "print(len(repr(b)))", BYTES},
    {"repr", "m", "print(len(repr(m)))", ELEMENTS},
    {"repr", "deep", "print(len(repr(deep)))", ELEMENTS},
    {"repr", "ws", "print(len(repr(ws)))", ELEMENTS},
    {"int", "u", "print(int(u) is error)", NOTHING},
    {"float", "u", "print(float(u) is error)", NOTHING},
    {"error", "u", "print(error('a', u) is error)", NOTHING},
    {"fail", "u", "print(catch fail(u) is error)", NOTHING},
    {"assert", "u", "print(catch assert(false, u) is error)", NOTHING},
    {"freeze", "xs", "print(len(freeze(xs)))", ELEMENTS},
    {"freeze", "m", "print(len(freeze(m)), len(freeze(move m)))", ELEMENTS},
    {"freeze", "deep", "print(len(freeze(deep)), len(freeze(move deep)))", ELEMENTS},
    {"copy", "xs", "print(len(copy(xs)))", ELEMENTS},
    {"copy", "m", "print(len(copy(m)))", ELEMENTS},
    {"copy", "deep", "print(len(copy(deep)))", ELEMENTS},
    {"copy", "f", "print(len(copy(f)))", BYTES},
    {"min", "xs", "let a = xs + [1]; print(len(min(a, xs)))", ELEMENTS},
    {"max", "xs", "print(max(..xs))", ELEMENTS},
    {"max", "deep", "print(len(max(deep, copy(deep))))", ELEMENTS},
    {"type", "u", "print(type(u))", NOTHING},
    /* String */
    {"String.split", "t", "print(len(String.split(t, '|')), len(String.split(t[..E], ' ')))",
     BYTES},
    {"String.split", "u", "print(len(String.split(u, 'abc')))", BYTES},
    {"String.split", "u", "print(len(String.split(u)), len(String.split(u[..E])))", BYTES},
    {"String.lines", "t", "print(len(String.lines(t)))", BYTES},
    {"String.join", "ws", "print(len(String.join(ws, ', ')))", ELEMENTS},
    {"String.join", "u", "print(len(String.join([u, u], u)))", BYTES},
    {"String.trim", "blank",
     "print(len(String.trim(blank)), len(String.trim(blank + 'é' + blank)))", BYTES},
    {"String.trim", "u", "print(len(String.trim(' ' + u)))", BYTES},
    {"String.trim_start", "blank", "print(len(String.trim_start(blank)))", BYTES},
    {"String.trim_end", "blank", "print(len(String.trim_end(blank)))", BYTES},
    {"String.upper", "t", "print(len(String.upper(t)))", BYTES},
    {"String.upper", "u", "print(len(String.upper(u)))", BYTES},
    {"String.lower", "u", "print(len(String.lower(u)))", BYTES},
    {"String.contains", "t", "print(String.contains(t, 'abcdefgg'))", BYTES},
    {"String.starts_with", "t",
     "print(String.starts_with(t, t + 'x'), String.starts_with(t + 'x', t))", BYTES},
    {"String.ends_with", "t", "print(String.ends_with('x' + t, t))", BYTES},
    {"String.index", "u", "print(String.index(u, 'zzz'), String.index(u, 'x', -1))", BYTES},
    {"String.replace", "t",
     "print(len(String.replace(t, '|', '')), len(String.replace(t, ' ', '..')))", BYTES},
    {"String.repeat", "", "print(len(String.repeat('abc', N)))", BYTES},
    {"String.pad_start", "u", "print(len(String.pad_start(u, N * 2, 'é')))", BYTES},
    {"String.pad_end", "u", "print(len(String.pad_end(u, N * 2)))", BYTES},
    {"String.chars", "u", "print(len(String.chars(u[..E])))", ELEMENTS},
    {"String.codes", "u", "print(len(String.from_codes(String.codes(u[..E]))))", ELEMENTS},
    {"String.from_codes", "xs", "print(len(String.from_codes(List.map(xs, fn(x) => x % 1000))))",
     ELEMENTS},
    {"String.graphemes", "u", "print(len(String.graphemes(u[..E])))", ELEMENTS},
    {"String.graphemes", "", "print(len(String.graphemes(String.repeat('\\u{301}', N // 2))))",
     BYTES},
    {"String.width", "u", "print(String.width(u))", BYTES},
    {"String.width", "", "print(String.width(String.repeat('\\u{301}', N // 2)))", BYTES},
    {"String.reverse", "u", "print(len(String.reverse(u)))", BYTES},
    {"String.reverse", "", "print(len(String.reverse('a' + String.repeat('\\u{301}', N // 2))))",
     BYTES},
    {"String.bytes", "u", "print(len(String.bytes(u)))", BYTES},
    {"String.from_bytes", "b", "print(len(String.from_bytes(b)))", BYTES},
    {"String.from_bytes", "u", "print(len(String.from_bytes(String.bytes(u))))", BYTES},
    {"String.format", "u", "print(len(String.format('%s %q %10s', u, u, u)))", BYTES},
    {"String.format", "u", "print(len(String.format(u)))", BYTES},
    {"String.format", "", "print(len(String.format('%x %X', 16 ** N, -(16 ** N))))", BYTES},
    {"String.compare", "t", "print(String.compare(t + 'x', t))", BYTES},
    /* List */
    {"List.push", "", "let a = []\nfor i in 0..E { List.push(a, i) }\nprint(len(a))", ELEMENTS},
    {"List.pop", "xs", "for i in 0..len(xs) { List.pop(xs) }\nprint(xs)", NOTHING},
    {"List.insert", "xs", "List.insert(xs, len(xs) // 2, 0); List.insert(xs, 0, 1); print(len(xs))",
     NOTHING},
    {"List.remove", "xs", "for i in 0..len(xs) { List.remove(xs, 0) }\nprint(xs)", ELEMENTS},
    {"List.extend", "xs", "print(len(List.extend(xs, xs)))", ELEMENTS},
    {"List.clear", "xs", "print(List.clear(xs))", NOTHING},
    {"List.sort_in_place", "xs", "print(len(List.sort_in_place(xs)))", ELEMENTS},
    {"List.of", "rs", "print(len(List.of(rs)))", ELEMENTS},
    {"List.map", "xs", "print(len(List.map(xs, fn(x) => x)))", ELEMENTS},
    {"List.filter", "xs", "print(len(List.filter(xs, fn(x) => true)))", ELEMENTS},
    {"List.reduce", "xs", "print(List.reduce(xs, 0, fn(a, x) => x))", ELEMENTS},
    {"List.each", "xs", "print(List.each(xs, fn(x) => x))", ELEMENTS},
    {"List.find", "xs", "print(List.find(xs, fn(x) => x == -1))", ELEMENTS},
    {"List.index", "xs", "print(List.index(xs, -1))", ELEMENTS},
    {"List.count", "xs", "print(List.count(xs, 1))", ELEMENTS},
    {"List.any", "xs", "print(List.any(xs, fn(x) => false))", ELEMENTS},
    {"List.all", "xs", "print(List.all(xs, fn(x) => true))", ELEMENTS},
    {"List.sum", "xs", "print(List.sum(xs))", ELEMENTS},
    {"List.product", "rs", "print(List.product(List.repeat(1, E)))", ELEMENTS},
    {"List.min", "xs", "print(List.min(xs))", ELEMENTS},
    {"List.max", "xs", "print(List.max(xs))", ELEMENTS},
    {"List.sort", "xs", "print(len(List.sort(xs)))", ELEMENTS},
    {"List.sort", "rs", "print(len(List.sort(rs)))", ELEMENTS},
    {"List.sort", "ws", "print(len(List.sort(ws, by: fn(s) => len(s))))", ELEMENTS},
    {"List.sort", "t", "print(len(List.sort([t + 'x', t + 'y', t])))", BYTES},
    {"List.reverse", "xs", "print(len(List.reverse(xs)))", ELEMENTS},
    {"List.concat", "xs", "print(len(List.concat(xs, xs, xs)))", ELEMENTS},
    {"List.flatten", "xs", "print(len(List.flatten([xs, xs])))", ELEMENTS},
    {"List.zip", "xs", "print(len(List.zip(xs, xs)))", ELEMENTS},
    {"List.enumerate", "xs", "print(len(List.enumerate(xs)))", ELEMENTS},
    {"List.take", "xs", "print(len(List.take(xs, E - 1)))", ELEMENTS},
    {"List.drop", "xs", "print(len(List.drop(xs, 1)))", ELEMENTS},
    {"List.chunk", "xs", "print(len(List.chunk(xs, E // 2)))", ELEMENTS},
    {"List.unique", "xs", "print(len(List.unique(xs)))", ELEMENTS},
    {"List.group_by", "xs", "print(len(List.group_by(xs, fn(x) => x % 3)))", ELEMENTS},
    {"List.repeat", "", "print(len(List.repeat('x', E)))", ELEMENTS},
    /* Map */
    {"Map.keys", "m", "print(len(Map.keys(m)))", ELEMENTS},
    {"Map.values", "m", "print(len(Map.values(m)))", ELEMENTS},
    {"Map.items", "m", "print(len(Map.items(m)))", ELEMENTS},
    {"Map.has", "t", "let a = {}\na[t] = 1\nprint(Map.has(a, t + ''), Map.has(a, 'a' + t[1..]))",
     BYTES},
    {"Map.get", "m", "print(Map.get(m, -1), Map.get(m, 5))", NOTHING},
    {"Map.merge", "m", "print(len(Map.merge(m, m)))", ELEMENTS},
    {"Map.remove", "m", "for i in 0..len(m) { Map.remove(m, i) }\nprint(m)", ELEMENTS},
    {"Map.update", "m", "print(len(Map.update(m, -1, 0, fn(x) => x)))", NOTHING},
    {"Map.map", "m", "print(len(Map.map(m, fn(k, v) => v)))", ELEMENTS},
    {"Map.filter", "m", "print(len(Map.filter(m, fn(k, v) => true)))", ELEMENTS},
    {"Map.from", "m", "print(len(Map.from(Map.items(m))))", ELEMENTS},
    {"Map.clear", "m", "print(Map.clear(m))", NOTHING},
    /* Tuple, Bytes, Buffer, Json, Path, Random */
    {"Tuple.of", "ws", "print(len(Tuple.of(ws)))", ELEMENTS},
    {"Bytes.of", "xs", "print(len(Bytes.of(List.repeat(7, E))))", ELEMENTS},
    {"Bytes.of", "u", "print(len(Bytes.of(u)), len(Bytes.of(N)))", BYTES},
    {"Bytes.slice", "b", "print(len(Bytes.slice(b, 1)))", BYTES},
    {"Bytes.get", "b", "print(Bytes.get(b, 'i32', N - 4))", NOTHING},
    {"Bytes.hex", "b", "print(len(Bytes.hex(b)))", BYTES},
    {"Bytes.base64", "b", "print(len(Bytes.base64(b)))", BYTES},
    {"Bytes.index", "b", "print(Bytes.index(b, 'x'), Bytes.index(b, b[1..] + b'x'))", BYTES},
    {"Bytes.split", "b", "print(len(Bytes.split(b, 'x')), len(Bytes.split(b[..E], b'\\0')))",
     BYTES},
    {"Bytes.starts_with", "b", "print(Bytes.starts_with(b, Bytes.of(N)))", BYTES},
    {"Bytes.ends_with", "b", "print(Bytes.ends_with(b, Bytes.of(N)))", BYTES},
    {"Bytes.trim", "blank", "print(len(Bytes.trim(Bytes.of(blank))))", BYTES},
    {"Bytes.trim", "b", "print(len(Bytes.trim(b + b' ')))", BYTES},
    {"Bytes.utf8", "u", "print(len(Bytes.utf8(Bytes.of(u))))", BYTES},
    {"Buffer.of", "b", "print(len(Buffer.of(b)), len(Buffer.of(N)))", BYTES},
    {"Buffer.of", "xs", "print(len(Buffer.of(List.repeat(7, E))))", ELEMENTS},
    {"Buffer.slice", "f", "print(len(Buffer.slice(f, 1)))", BYTES},
    {"Buffer.get", "f", "print(Buffer.get(f, 'i32', N - 4))", NOTHING},
    {"Buffer.set", "f", "print(len(Buffer.set(f, 'i32', N - 4, 1)))", NOTHING},
    {"Buffer.hex", "f", "print(len(Buffer.hex(f)))", BYTES},
    {"Buffer.base64", "f", "print(len(Buffer.base64(f)))", BYTES},
    {"Buffer.utf8", "f", "print(len(Buffer.utf8(f)))", BYTES},
    {"Json.parse", "ws", "let a = Json.write(ws); print(len(Json.parse(a)))", BYTES},
    {"Json.parse", "t", "let a = Json.write(t + '\\n'); print(len(Json.parse(a)))", BYTES},
    {"Json.parse", "blank", "print(Json.parse(blank + '?').data)", BYTES},
    {"Json.parse", "", "print(len(Json.parse('[' + String.repeat('7,', E) + '7]')))", ELEMENTS},
    {"Json.parse", "deep", "let a = Json.write(deep); print(len(Json.parse(a, E + 2)))", ELEMENTS},
    {"Json.write", "xs", "print(len(Json.write(xs)), len(Json.write([xs, xs], 2)))", ELEMENTS},
    {"Json.write", "m", "print(len(Json.write(m)), len(Json.write(m, sort: true)))", ELEMENTS},
    {"Json.write", "u", "print(len(Json.write(u)))", BYTES},
    {"Json.write", "deep", "print(len(Json.write(deep)))", ELEMENTS},
    {"Regex.compile", "t", "print(Regex.compile(t) is error)", NOTHING},
    {"Regex.matches", "u", "print(Regex.matches('zzz', u))", NOTHING},
    {"Regex.find", "u", "print(Regex.find('(?s).*', u).stop)", BYTES},
    {"Regex.find_all", "t", "print(len(Regex.find_all('a', t)))", BYTES},
    {"Regex.replace", "t", "print(len(Regex.replace('a', t, 'xx')))", BYTES},
    {"Regex.split", "t", "print(len(Regex.split('a', t)))", BYTES},
    {"Regex.escape", "t", "print(len(Regex.escape(t[..E])))", ELEMENTS},
    {"Path.join", "t", "print(len(Path.join(t, t)))", BYTES},
    {"Path.dir", "t", "print(Path.dir(t))", BYTES},
    {"Path.base", "t", "print(len(Path.base(t)))", BYTES},
    {"Path.stem", "t", "print(len(Path.stem(t)))", BYTES},
    {"Path.ext", "t", "print(len(Path.ext(t)))", BYTES},
    {"Path.with_ext", "t", "print(len(Path.with_ext(t, 'x')))", BYTES},
    {"Path.normal", "t", "print(len(Path.normal(t + '/..')))", BYTES},
    {"Path.is_absolute", "t", "print(Path.is_absolute(t))", BYTES},
    {"Path.absolute", "t", "print(len(Path.absolute('/' + t)))", BYTES},
    {"Path.relative", "t", "print(len(Path.relative(t, 'x')))", BYTES},
    {"Path.parts", "t", "print(len(Path.parts(String.replace(t[..E], ' ', '/'))))", ELEMENTS},
    {"Random.choice", "xs", "print(Random.choice(xs) is int)", NOTHING},
    {"Random.shuffle", "xs", "print(len(Random.shuffle(xs)))", ELEMENTS},
    {"Random.sample", "xs", "print(len(Random.sample(xs, E // 2)))", ELEMENTS},
    {"Random.bytes", "", "print(len(Random.bytes(N)))", BYTES},
};
enum { ROWS = sizeof table / sizeof *table };

static const struct variable {
    const char *name, *value;
} variables[] = {
    {"t", "String.repeat('abcdefg ', N // 8)"},
    {"u", "String.repeat('abc dé😀', N // 10)"},
    {"blank", "String.repeat(' ', N)"},
    {"b", "Bytes.of(N)"},
    {"f", "Buffer.of(N)"},
    {"xs", "List.map(0..E, fn(x) => (x * 7919) % 100003)"},
    {"ws", "List.map(0..E, fn(x) => str(x))"},
    {"tu", "Tuple.of(0..E)"},
    {"rs", "0..E"},
};

/* The row's program, or only what comes before it. */
static char *source_of(const struct measured *row, int size, int elements, bool complete)
{
    char *text = support_format("let N = %d\nlet E = %d\n", size, elements);
    for (unsigned i = 0; i < sizeof variables / sizeof *variables; i++) {
        if (strcmp(variables[i].name, row->uses) != 0)
            continue;
        char *more = support_format("%slet %s = %s\n", text, variables[i].name, variables[i].value);
        free(text);
        text = more;
    }
    const char *rest = strcmp(row->uses, "m") == 0 ? "let m = {}\nfor i in 0..E { m[i] = i }\n"
                       : strcmp(row->uses, "deep") == 0
                           ? "let deep = [1]\nvar deepest = deep\nfor i in 0..E { let a = [i]; "
                             "List.push(deepest, a); deepest = a }\n"
                           : "";
    char *all = support_format("%s%s%s\n", text, rest, complete ? row->program : "");
    free(text);
    return all;
}

/* Waits a moment for what is done elsewhere; false: nothing is. */
static bool wait_for_requests(csp_vm *vm)
{
    usleep(100);
    vm->sched.poll_credit = 0; /* it is looked at with the next step */
    return request_pending(vm);
}

/* How many steps the row's program takes, or what comes before it. */
static int64_t steps_of(const struct measured *row, int size, int elements, bool complete)
{
    char *source = source_of(row, size, elements, complete);
    program *p = program_new(source);
    free(source);
    program_begin(p, 1);
    int64_t steps = 0;
    do {
        while (vm_step(p->vm))
            steps++;
    } while (wait_for_requests(p->vm));
    if (complete)
        cr_expect(program_out(p)[0] != '\0' || program_err(p)[0] != '\0', "%s: nothing was printed",
                  row->name);
    cr_expect(strstr(program_err(p), "crashed") == NULL, "%s: %.400s", row->name, program_err(p));
    program_finish(p);
    program_free(p);
    return steps;
}

static void check(const struct measured *row)
{
    enum { ELEMENTS_PER_STEP = STEP_BYTES / sizeof(value) };
    enum { SIZE = 64 * STEP_BYTES, ELEMENTS_IN_ALL = 16 * ELEMENTS_PER_STEP };
    int64_t steps =
        steps_of(row, SIZE, ELEMENTS_IN_ALL, true) - steps_of(row, SIZE, ELEMENTS_IN_ALL, false);
    int64_t least = row->work == NOTHING ? 0
                    : row->work == BYTES ? SIZE / (4 * STEP_BYTES)
                                         : ELEMENTS_IN_ALL / (2 * ELEMENTS_PER_STEP);
    cr_expect_geq(steps, least, "%s (%s): %d steps, at least %d are wanted", row->name, row->uses,
                  (int)steps, (int)least);
}

/* In parts, which run side by side. */
static void check_part(unsigned part, unsigned parts)
{
    for (unsigned i = part; i < ROWS; i += parts)
        check(&table[i]);
}

Test(steps, one, .timeout = 300) { check_part(0, 4); }
Test(steps, two, .timeout = 300) { check_part(1, 4); }
Test(steps, three, .timeout = 300) { check_part(2, 4); }
Test(steps, four, .timeout = 300) { check_part(3, 4); }

/* Members that take neither a container nor a text, or only handles, numbers and functions. */
static bool takes_nothing_long(const char *name)
{
    static const char *const prefixes[] = {"Math.",       "Time.", "Os.",  "Process.",
                                           "Supervisor.", "File.", "Ffi.", "Dir.",
                                           "Io.",         "Net.",  "Test."};
    static const char *const names[] = {
        "Json.stream", "Random.int", "Random.float", "Random.seed", "chan", "close",  "send_end",
        "recv_end",    "done",       "wait",         "kill",        "link", "unlink", "self",
        "sleep",       "now",        "tick",         "timeout",     "abs"};
    for (unsigned i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void expect_row(const char *home, const char *member)
{
    char *name = support_format("%s%s%s", home, *home ? "." : "", member);
    bool known = takes_nothing_long(name);
    for (unsigned row = 0; row < ROWS; row++)
        known = known || strcmp(table[row].name, name) == 0;
    cr_expect(known, "%s stands in no row of the table", name);
    free(name);
}

Test(steps, no_member_is_forgotten)
{
    static const char *const modules[][2] = {
#define MODULE(enumerator, name, members) {name, members},
#include "base/language.def"
#undef MODULE
    };
    for (unsigned i = 0; i < sizeof modules / sizeof *modules; i++) {
        char *members = support_format("%s", modules[i][1]);
        for (char *member = strtok(members, " "); member; member = strtok(NULL, " "))
            expect_row(modules[i][0], member);
        free(members);
    }
}

Test(steps, no_native_is_forgotten)
{
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    cr_expect_gt(vm->native_module_count, 10);
    for (uint32_t i = 0; i < vm->native_module_count; i++)
        for (const native_entry *e = vm->natives[i].entries; e->name; e++)
            if (*e->name != '_')
                expect_row(vm->natives[i].name, e->name);
    csp_free(vm);
}
