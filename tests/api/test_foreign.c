/* base/foreign.def against the language as it is: what it proposes compiles, what it calls foreign
 * is unknown here, and programmers of other languages are told */
#include "base/foreign.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/findings.h"
#include "tests/support/support.h"

static csp_vm *vm;

static void setup(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = CSP_MAY_ALL;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
}

static void teardown(void) { csp_free(vm); }

TestSuite(foreign_names, .init = setup, .fini = teardown);

static const char placeholders[] = "a, b, c, d, e, f, g, i, k, m, n, p, s, t, v, x, xs, y, ys";

/* `…` stands for something. */
static char *without_ellipsis(const char *form)
{
    char *text = support_format("%s", form), *at;
    while ((at = strstr(text, "…")) != NULL) {
        memcpy(at, "nil", 3);
    }
    return text;
}

static void assert_compiles(const foreign_row *row)
{
    char *form = without_ellipsis(row->here);
    char *text =
        support_format("fn test_it(%s) {\nif true {\n%s\n}\n}\ntest_it\n", placeholders, form);
    findings f = findings_of(vm, text);
    cr_assert_eq(f.errors, 0, "%s: `%s` does not compile: %s", row->names, row->here, f.message);
    findings_free(&f);
    free(text);
    free(form);
}

Test(foreign_names, what_is_proposed_compiles)
{
    for (const foreign_row *row = foreign_names; row->names; row++)
        assert_compiles(row);
    for (const foreign_row *row = foreign_words; row->names; row++)
        assert_compiles(row);
}

/* Calls `each` for each name of the row, as the language it is from writes it: `Enum.map`. */
static void each_name(const foreign_row *row,
                      void (*each)(const foreign_row *row, const char *home, const char *name))
{
    char *homes = support_format("%s", row->homes ? row->homes : "-"), *left = homes, *home;
    while ((home = strsep(&left, " ")) != NULL) {
        char *names = support_format("%s", row->names), *rest = names, *name;
        while ((name = strsep(&rest, " ")) != NULL)
            each(row, row->homes ? home : NULL, name);
        free(names);
    }
    free(homes);
}

/* A method on a value of a type is asked for when the program runs. */
static bool is_type(const char *home)
{
    return strcmp(home, "any") == 0 || strcmp(home, "chan") == 0 || strcmp(home, "int") == 0;
}

static void assert_unknown(const foreign_row *row, const char *home, const char *name)
{
    (void)row;
    char *text = support_format("print(%s%s%s)", home ? home : "", home ? "." : "", name);
    findings f = findings_of(vm, text);
    cr_assert((home && is_type(home)) || f.errors > 0, "%s: it is a name here", text);
    findings_free(&f);
    free(text);
}

static void assert_only_row(const foreign_row *row, const char *home, const char *name)
{
    const foreign_row *found = home ? foreign_find_member(home, name) : foreign_find(name);
    cr_assert_eq(found, row, "`%s.%s` stands in two rows", home ? home : "", name);
}

Test(foreign_names, none_is_a_name_here)
{
    for (const foreign_row *row = foreign_names; row->names; row++)
        each_name(row, assert_unknown);
}

Test(foreign_names, none_stands_there_twice)
{
    for (const foreign_row *row = foreign_names; row->names; row++)
        each_name(row, assert_only_row);
}

/* What is guessed is asked for in a function that knows these names, so that nothing else is
 * wrong. */
static void assert_told(const char *guess, const char *hint)
{
    char *text = support_format("fn test_it(%s) {\n%s\n}\ntest_it\n", placeholders, guess);
    findings f = findings_of(vm, text);
    cr_assert_eq(f.errors, 1, "%s: %u errors, the first: %s", guess, f.errors, f.message);
    cr_assert_not_null(strstr(f.hint, hint), "%s: the hint %s", guess, f.hint);
    findings_free(&f);
    free(text);
}

Test(foreign_names, guessed_members)
{
    static const struct {
        const char *guess, *hint;
    } guesses[] = {
        {"List.append(xs, x)", "write `List.push(xs, x)`"},
        {"List.length(xs)", "write `len(xs)`"},
        {"List.size(xs)", "write `len(xs)`"},
        {"List.contains(xs, x)", "write `x in xs`"},
        {"List.first(xs)", "write `xs[0]`"},
        {"List.last(xs)", "write `xs[-1]`"},
        {"List.tail(xs)", "write `xs[1..]`"},
        {"List.foldl(xs, 0, f)", "write `List.reduce(xs, a, f)`"},
        {"List.foreach(xs, f)", "write `for x in xs { … }`"},
        {"List.select(xs, f)", "write `List.filter(xs, f)`"},
        {"List.reject(xs, f)", "write `List.filter(xs, fn(x) => not f(x))`"},
        {"List.sort_by(xs, f)", "write `List.sort(xs, by: f)`"},
        {"List.indexOf(xs, x)", "write `List.index(xs, x)`"},
        {"List.delete(xs, x)",
         "write `List.remove(xs, i)`, which takes an index; `List.index(xs, x)` looks for one"},
        {"List.remove_at(xs, 0)", "write `List.remove(xs, i)`"},
        {"List.shift(xs)", "write `List.remove(xs, 0)`"},
        {"List.unshift(xs, x)", "write `List.insert(xs, 0, x)`"},
        {"List.join(xs, \",\")", "write `String.join(xs, s)`"},
        {"List.slice(xs, 0, 1)", "write `xs[a..b]`"},
        {"List.copy(xs)", "`copy` stands alone, without a module"},
        {"List.flat_map(xs, f)", "write `xs |> List.map(f) |> List.flatten()`"},
        {"List.filter_map(xs, f)", "write `xs |> List.map(f) |> List.filter(g)`"},
        {"List.every(xs, f)", "write `List.all(xs, f)`"},
        {"List.uniq(xs)", "write `List.unique(xs)`"},
        {"List.new()", "write `[]`"},
        {"List.range(0, 3)", "write `a..b`; `List.of(a..b)` makes a list of it"},
        {"List.duplicate(0, 3)", "write `List.repeat(x, n)`"},
        {"List.get(xs, 1)", "write `xs[i]`"},
        {"List.set(xs, 1, 2)", "write `xs[i] = x`"},
        {"List.is_empty(xs)", "write `len(xs) == 0`"},
        {"List.max_by(xs, f)", "write `List.max(xs, by: f)`"},
        {"List.to_tuple(xs)", "write `Tuple.of(xs)`"},
        {"List.shuffle(xs)", "write `Random.shuffle(xs)`"},
        {"List.sorted(xs)", "did you mean `List.sort`?"},
        {"List.mean(xs)", "write `List.sum(xs) / len(xs)`"},
        {"Map.put(m, k, v)", "write `m[k] = v`"},
        {"Map.set(m, k, v)", "write `m[k] = v`"},
        {"Map.insert(m, k, v)", "write `m[k] = v`"},
        {"Map.delete(m, k)", "write `Map.remove(m, k)`"},
        {"Map.contains_key(m, k)", "write `k in m`"},
        {"Map.has_key(m, k)", "write `k in m`"},
        {"Map.find(m, k)", "write `m[k]`; it is `nil` where there is none"},
        {"Map.length(m)", "write `len(m)`"},
        {"Map.size(m)", "write `len(m)`"},
        {"Map.len(m)", "`len` stands alone, without a module"},
        {"Map.entries(m)", "write `Map.items(m)`"},
        {"Map.new()", "write `{}`"},
        {"Map.each(m, f)", "write `for k, v in m { … }`"},
        {"Map.copy(m)", "`copy` stands alone, without a module"},
        {"Map.pop(m, k)", "write `Map.remove(m, k)`"},
        {"Map.reduce(m, f)",
         "write `List.reduce(m, a, f)`, where f takes what it has so far and `(k, v)`"},
        {"Map.is_empty(m)", "write `len(m) == 0`"},
        {"String.length(s)", "write `len(s)`"},
        {"String.len(s)", "`len` stands alone, without a module"},
        {"String.toUpperCase(s)", "write `String.upper(s)`"},
        {"String.upcase(s)", "write `String.upper(s)`"},
        {"String.to_lower(s)", "write `String.lower(s)`"},
        {"String.strip(s)", "write `String.trim(s)`"},
        {"String.trim_left(s)", "write `String.trim_start(s)`"},
        {"String.substring(s, 0, 1)", "write `s[a..b]`"},
        {"String.char_at(s, 0)", "write `s[i]`"},
        {"String.find(s, \"a\")", "write `String.index(s, x)`; it is `nil` where there is none"},
        {"String.indexOf(s, \"a\")", "write `String.index(s, x)`; it is `nil` where there is none"},
        {"String.startsWith(s, \"a\")", "did you mean `String.starts_with`?"},
        {"String.has_prefix(s, \"a\")", "write `String.starts_with(s, x)`"},
        {"String.replaceAll(s, \"a\", \"b\")", "write `String.replace(s, x, y)`"},
        {"String.gsub(s, \"a\", \"b\")", "write `String.replace(s, x, y)`"},
        {"String.concat(s, s)", "write `s + x`"},
        {"String.to_int(s)", "write `int(s)`"},
        {"String.rep(s, 3)", "write `String.repeat(s, n)`"},
        {"String.padStart(s, 3)", "did you mean `String.pad_start`?"},
        {"String.pad_left(s, 3)", "write `String.pad_start(s, n)`"},
        {"String.count(s, \"a\")", "write `len(String.split(s, x)) - 1`"},
        {"String.words(s)", "write `String.split(s)`"},
        {"String.sprintf(s)", "write `String.format(s, x)`"},
        {"Math.abs(x)", "write `abs(x)`"},
        {"Math.min(1, 2)", "write `min(x, y)`"},
        {"Math.max(1, 2)", "write `max(x, y)`"},
        {"Math.div(1, 2)", "write `x // y`"},
        {"Math.mod(1, 2)", "write `x % y`"},
        {"Math.random()", "write `Random.float()`"},
        {"Math.ln(x)", "write `Math.log(x)`"},
        {"Math.PI", "did you mean `Math.pi`?"},
        {"Math.NaN", "did you mean `Math.nan`?"},
        {"Math.int(x)", "`int` stands alone, without a module"},
        {"Math.isnan(x)", "did you mean `Math.is_nan`?"},
        {"Time.sleep(1ms)", "write `sleep(d)`"},
        {"Time.time()", "write `now()`, in nanoseconds"},
        {"Time.second", "a duration is written with its unit: `1s`"},
        {"Time.after(1s)", "write `alt { c ? x => …; after 1s => … }`"},
        {"Random.randint(1, 6)", "write `Random.int(a, b)`"},
        {"Random.pick(xs)", "write `Random.choice(xs)`"},
        {"Process.spawn(f)", "write `spawn f(x)`"},
        {"Process.self()", "write `self()`"},
        {"Process.kill(p)", "write `kill(p)`"},
        {"Process.monitor(p)", "write `done(p)`, a channel that gives the outcome"},
        {"Process.wait(p)", "`wait` stands alone, without a module"},
        {"Process.send(p, v)",
         "write `c ! v`; a process is sent to through a channel that it receives from"},
        {"Os.getenv(\"HOME\")", "write `Os.env(\"HOME\")`"},
        {"Os.argv", "write `Os.args()`"},
        {"Os.sleep(1s)", "`sleep` stands alone, without a module"},
        {"Tuple.to_list(t)", "write `List.of(t)`"},
        {"Tuple.append(t, 1)", "write `t + (x,)`"},
        {"Bytes.length(b)", "write `len(b)`"},
        {"Bytes.to_string(b)", "write `Bytes.utf8(b)`"},
        {"Buffer.new(3)", "write `Buffer.of(n)`"},
        {"Supervisor.start_link(xs)", "write `link(Supervisor.start(xs))`"},
        {"Supervisor.which_children(p)", "write `Supervisor.children(p)`"},
    };
    for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
        assert_told(guesses[i].guess, guesses[i].hint);
}

Test(foreign_names, guessed_globals)
{
    static const struct {
        const char *guess, *hint;
    } guesses[] = {
        {"fmt.Println(x)", "write `print(x)`"},
        {"fmt.Printf(\"%d\", x)", "write `print(\"${x} and ${y}\")` or `String.format`"},
        {"fmt.Errorf(\"x\")", "write `error(\"kind\", \"message\")`"},
        {"errors.New(\"x\")", "write `error(\"kind\", \"message\")`"},
        {"strings.Split(s, \",\")", "did you mean `String.split`?"},
        {"strings.ToUpper(s)", "write `String.upper(s)`"},
        {"strings.Builder", "collect the pieces in a list, and write `String.join(xs)`"},
        {"strconv.Itoa(3)", "write `str(n)`"},
        {"strconv.Atoi(s)", "write `int(s)`"},
        {"time.Sleep(3)", "write `sleep(d)`"},
        {"time.Second", "a duration is written with its unit: `1s`"},
        {"sync.WaitGroup",
         "several things at once, and a wait for all of them, is `par { f(x); g(y) }`"},
        {"sync.Mutex", "nothing is shared, so nothing is locked: what several use belongs to one "
                       "process, `spawn f(c)`"},
        {"context.WithTimeout(x)", "write `timeout(1s, fn() => f(x))`"},
        {"os.Exit(1)", "did you mean `Os.exit`?"},
        {"os.getenv(\"x\")", "write `Os.env(\"HOME\")`"},
        {"sys.argv", "write `Os.args()`"},
        {"math.sqrt(2)", "did you mean `Math.sqrt`?"},
        {"math.Max(1, 2)", "write `max(x, y)`"},
        {"random.randint(1, 2)", "write `Random.int(a, b)`"},
        {"string.format(\"%d\", x)", "did you mean `String.format`?"},
        {"table.insert(xs, x)", "did you mean `List.insert`?"},
        {"table.concat(xs)", "write `String.join(xs, s)`"},
        {"table.unpack(xs)", "a list is spread over arguments by `f(..xs)`"},
        {"json.dumps(x)", "write `Json.write(x)`"},
        {"JSON.stringify(x)", "write `Json.write(x)`"},
        {"json.loads(s)", "write `Json.parse(s)`"},
        {"console.log(x)", "write `print(x)`"},
        {"console.error(x)", "write `eprint(x)`"},
        {"Object.keys(m)", "did you mean `Map.keys`?"},
        {"Array.isArray(xs)", "write `x is list`"},
        {"Promise.all(xs)", "a process is started by `spawn f(x)`, and its value is `wait(p)`"},
        {"setTimeout(f, 100)", "write `spawn { sleep(100ms); f(x) }`"},
        {"setInterval(f, 100)", "write `for _ in tick(100ms) { f(x) }`"},
        {"parseInt(s)", "write `int(s)`"},
        {"IO.puts(x)", "write `print(x)`"},
        {"IO.inspect(x)", "write `print(repr(x))`"},
        {"Enum.map(xs, f)", "did you mean `List.map`?"},
        {"Enum.reduce(xs, 0, f)", "did you mean `List.reduce`?"},
        {"Enum.each(xs, f)", "did you mean `List.each`?"},
        {"Task.async(f)", "write `spawn f(x)`"},
        {"Task.await(p)", "write `wait(p)`"},
        {"GenServer.call(p, x)", "put a channel for the answer into the request: `c ! (v, a)`"},
        {"io.format(\"x\")", "write `\"${x} and ${y}\"` or `String.format`"},
        {"lists.map(f, xs)", "did you mean `List.map`?"},
        {"maps.get(k, m)", "did you mean `Map.get`?"},
        {"erlang.now()", "write `now()`, in nanoseconds"},
        {"gen_server.call(p, x)", "put a channel for the answer into the request: `c ! (v, a)`"},
        {"timer.sleep(3)", "write `sleep(d)`"},
        {"ets.new(x)",
         "a table belongs to one process, which answers requests: `for x in c { … }`"},
        {"Thread.new(f)", "a process is started by `spawn f(x)`"},
        {"Mutex.new()", "nothing is shared, so nothing is locked: what several use belongs to one "
                        "process, `spawn f(c)`"},
        {"Channel()", "a channel is made by `chan()`"},
        {"set([1])", "a map does for a set: `m[x] = true` puts into it, `x in m` asks"},
        {"dict()", "write `{name: x}` or `Map.from(pairs)`"},
        {"list(xs)", "did you mean `List`?"},
        {"string(x)", "did you mean `String`?"},
        {"Int(x)", "did you mean `int`?"},
        {"tostring(x)", "write `str(x)`"},
        {"ord(\"a\")", "write `String.codes(s)[0]`"},
        {"chr(65)", "write `String.from_codes([65])`"},
        {"input(\"x\")",
         "there is no reading from standard input yet; a script's arguments are `Os.args()`"},
        {"println(x)", "write `print(x)`"},
        {"puts(x)", "write `print(x)`"},
        {"printf(\"%d\", x)", "write `print(\"${x} and ${y}\")` or `String.format`"},
        {"range(10)", "a range is written `0..n`"},
        {"enumerate(xs)", "two names give index and element: `for i, x in xs { … }`"},
        {"zip(xs, xs)", "did you mean `List.zip`?"},
        {"map(xs, f)", "did you mean `Map`?"},
        {"filter(xs, f)", "did you mean `List.filter`?"},
        {"reduce(xs, f)", "write `List.reduce(xs, a, f)`"},
        {"sum(xs)", "did you mean `List.sum`?"},
        {"sort(xs)", "write `List.sort(xs)` for a new list, or `List.sort_in_place(xs)`"},
        {"length(xs)", "write `len(x)`"},
        {"size(xs)", "write `len(x)`"},
        {"append(xs, x)", "write `List.push(xs, x)`"},
        {"push(xs, x)", "write `List.push(xs, x)`"},
        {"hd(xs)", "write `xs[0]` or the pattern `[first, ..rest]`"},
        {"tl(xs)", "write `xs[1..]` or the pattern `[first, ..rest]`"},
        {"pairs(m)", "write `for k, v in m { … }`"},
        {"unpack(xs)", "a list is spread over arguments by `f(..xs)`"},
        {"join(xs)", "write `String.join(xs, s)`; a process's value is `wait(p)`"},
        {"split(s)", "did you mean `String.split`?"},
        {"upper(s)", "did you mean `String.upper`?"},
        {"round(x)", "did you mean `Math.round`?"},
        {"sqrt(x)", "did you mean `Math.sqrt`?"},
        {"div(1, 2)", "write `x // y`"},
        {"rem(1, 2)", "write `x % y`; its sign is that of y"},
        {"rand()", "write `Random.float()` or `Random.int(1, 6)`"},
        {"null", "write `nil`"},
        {"None", "write `nil`"},
        {"True", "write `true`"},
        {"undefined", "write `nil`"},
        {"NaN", "write `Math.nan`"},
        {"Infinity", "write `Math.inf`"},
        {"this", "there is no self: the value is an argument, `f(x)`"},
        {"isinstance(x, int)", "write `x is int`"},
        {"typeof(x)", "write `type(x)`"},
        {"is_list(x)", "write `x is list`"},
        {"exit(1)", "write `Os.exit(n)`; a process is ended by `kill(p)`"},
        {"panic(\"x\")", "write `fail(x)`"},
        {"raise(\"x\")", "an error is returned as a value, or the process crashes by `fail(e)`"},
        {"recover()", "write `catch f(x)`, which gives a crash as an error value"},
        {"ValueError(\"x\")", "write `error(\"value_error\", \"message\")`"},
        {"pcall(f)", "write `catch f(x)`, which gives a crash as an error value"},
        {"require(\"x\")", "write `import \"lib/name\"`"},
        {"argv", "write `Os.args()`"},
        {"spawn_link(f)", "write `link(spawn f(x))`"},
        {"send(c, v)", "write `c ! v`"},
        {"recv(c)", "write `c ? x` or, as a value, `?c`"},
        {"monitor(p)", "write `done(p)`, a channel that gives the outcome"},
        {"register(p)", "pass the handle or a channel on to who needs it; for reports a name is "
                        "given by `Process.name(p, \"name\")`"},
        {"join(p)", "write `String.join(xs, s)`; a process's value is `wait(p)`"},
        {"await(p)", "calls wait by themselves; a process's value is `wait(p)`"},
        {"go(f)", "a process is started by `spawn f(x)`"},
        {"coroutine.create(f)", "a process and a channel do it: `spawn f(c)`"},
        {"asyncio.sleep(1)", "`sleep` stands alone, without a module"},
        {"getattr(m, k)", "write `m[k]`"},
        {"PAR", "write `par { f(x); g(y) }`"},
        {"ALT", "write `alt { c ? x => … }`"},
        {"SEQ", "statements follow each other in a block `{ f(x); g(y) }`"},
        {"PROC", "a function is written `fn name(x) { … }`"},
        {"SKIP", "an empty block does nothing: `if x { }`"},
        {"STOP", "a process ends by `return`, or crashes by `fail(x)`"},
        {"TRUE", "write `true`"},
        {"CHAN", "did you mean `chan`?"},
        {"TIMER", "write `now()`, `sleep(d)`, or, in an `alt`, `alt { after 1s => … }`"},
        {"deepcopy(x)", "write `copy(x)`"},
        {"lambda", "a short function is written `fn(x) => x + 1`"},
        {"elif", "write `else if`, on the line of the `}` before it"},
        {"switch", "choice by value is written `match v { pattern => … }`"},
        {"defun", "a function is written `fn name(x) { … }`"},
        {"Error(\"x\")", "did you mean `error`?"},
        {"Exception(\"x\")", "write `error(\"kind\", \"message\")`"},
    };
    for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
        assert_told(guesses[i].guess, guesses[i].hint);
}

/* ---- methods ---- */

Test(foreign_names, methods_of_what_is_certainly_no_map)
{
    static const struct {
        const char *text, *message, *hint;
    } calls[] = {
        {"let xs = [1]\nxs.append(2)", "a list has no methods", "write `List.push(xs, 2)`"},
        {"let xs = [1]\nfn() => xs.map(fn(x) => x + 1)", "a list has no methods",
         "write `List.map(xs, fn(x) => x + 1)`"},
        {"let name = \"a\"\nprint(name.upper())", "a string has no methods",
         "write `String.upper(name)`"},
        {"print(\"a,b\".split(\",\"))", "a string has no methods",
         "write `String.split(\"a,b\", \",\")`"},
        {"print(\", \".join([\"a\"]))", "a string has no methods",
         "write `String.join([\"a\"], \", \")`"},
        {"print((1, 2).size())", "a tuple has no methods", "write `len((1, 2))`"},
        {"let c = chan()\nc.send(1)", "a channel has no methods", "write `c ! 1`"},
        {"let c = chan(3)\nc.close()", "a channel has no methods", "write `close(c)`"},
        {"let p = spawn print(1)\np.join()", "a process has no methods", "write `wait(p)`"},
        {"const NAMES = [\"a\"]\nfn f() => NAMES.length()\nf()", "a list has no methods",
         "write `len(NAMES)`"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        findings f = findings_of(vm, calls[i].text);
        cr_assert_eq(f.errors, 1, "%s: %u errors", calls[i].text, f.errors);
        cr_assert_str_eq(f.message, calls[i].message, "%s", calls[i].text);
        cr_assert_str_eq(f.hint, calls[i].hint, "%s", calls[i].text);
        findings_free(&f);
    }
}

Test(foreign_names, fields_that_may_be_there_compile)
{
    static const char *const texts[] = {
        "let m = {append: fn(x) => x}\nprint(m.append(2))",
        "var xs = [1]\nxs = {append: fn(x) => x}\nprint(xs.append(2))",
        "fn f(xs) => xs.append(2)\nprint(f({append: fn(x) => x}))",
        "let xs = [1]\nprint(catch xs.colour())",
        "fn f() {\nlet xs = [1]\nlet xs = {push: fn(x) => x}\nxs.push(1)\n}\nf()",
        "let chan = fn() => {send: fn(x) => x}\nlet c = chan()\nprint(c.send(1))",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        findings f = findings_of(vm, texts[i]);
        cr_assert_eq(f.errors, 0, "%s: %s", texts[i], f.message);
        findings_free(&f);
    }
}

Test(foreign_names, types)
{
    static const struct {
        const char *text, *hint;
    } types[] = {
        {"print(1 is str)", "did you mean `string`?"},
        {"print(1 is Integer)", "did you mean `int`?"},
        {"print(1 is not dict)", "did you mean `map`?"},
        {"print(1 is function)", "did you mean `fn`?"},
        {"print(1 is None)", "did you mean `nil`?"},
        {"print(1 is array)", "did you mean `list`?"},
        {"print(1 is channel)", "did you mean `chan`?"},
        {"print(1 is strng)", "did you mean `string`?"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        findings f = findings_of(vm, types[i].text);
        cr_assert_eq(f.errors, 1, "%s", types[i].text);
        cr_assert_str_eq(f.hint, types[i].hint, "%s", types[i].text);
        findings_free(&f);
    }
}
