/* What a script pays for the host: a loop that calls a native with two ints, beside Lua's with a
 * lua_CFunction, in one run; a native that is declared to suspend; an object made, and finalized
 * when it is garbage. Built with -DWITH_LUA it has both. Prints nanoseconds of CPU time for each
 * turn of the loop, the best of some rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <csp.h>

#include "measure.h"
#ifdef WITH_LUA
#include <lauxlib.h>
#include <lualib.h>
#endif

enum { ROUNDS = 5 };

/* ---- csp ---- */

static csp_vm *vm;
static int64_t live; /* things that have not been finalized */

static csp_verdict add(csp_context *c)
{
    return csp_return_int(c, csp_arg_int(c, 0) + csp_arg_int(c, 1));
}

static void finalize(void *data)
{
    live--;
    free(data);
}

static const csp_class THING = {sizeof THING, "Thing", finalize, false};

static csp_verdict make(csp_context *c)
{
    void *data = malloc(16);
    must(data != NULL, "malloc");
    csp_value made = csp_object(csp_context_vm(c), &THING, data, 16);
    must(made.word != CSP_NONE.word, "csp_object");
    live++;
    return csp_return(c, made);
}

static const csp_native NATIVES[] = {
    {"add(a: int, b: int) -> int", "a + b", add, false, NULL},
    {"later(a: int, b: int) -> int", "the same, declared to suspend", add, true, NULL},
    {"make() -> Thing", "an object of the host", make, false, NULL},
};

static const char text[] =
    "import \"host\"\n"
    "fn add(n) { var s = 0\n for i in 0..n { s = host.add(s, i) }\n s }\n"
    "fn later(n) { var s = 0\n for i in 0..n { s = host.later(s, i) }\n s }\n"
    "fn make(n) { var s = 0\n for i in 0..n { host.make()\n s += i }\n s }\n";

static void open_csp(void)
{
    must(csp_new(NULL, &vm) == CSP_OK, "csp_new");
    must(csp_class_add(vm, &THING) == CSP_OK, "csp_class_add");
    must(csp_natives_add(vm, "host", NATIVES, sizeof NATIVES / sizeof *NATIVES, sizeof *NATIVES) ==
             CSP_OK,
         "csp_natives_add");
    must(csp_module_add(vm, "m", text, sizeof text - 1) == CSP_OK, "csp_module_add");
}

static int64_t run_csp(const char *name, int64_t n)
{
    csp_scope scope = csp_scope_open(vm);
    csp_value fn, result, count = csp_int(vm, n);
    int64_t sum = 0;
    must(csp_find(vm, "m", name, NULL, &fn) == CSP_OK, "csp_find");
    must(csp_call(vm, fn, 1, &count, NULL, &result) == CSP_OK, "csp_call");
    must(csp_get_int(vm, result, &sum) == CSP_OK, "csp_get_int");
    csp_scope_close(vm, scope);
    return sum;
}

/* ---- Lua ---- */

#ifdef WITH_LUA
static lua_State *L;

static int lua_add(lua_State *l)
{
    lua_pushinteger(l, luaL_checkinteger(l, 1) + luaL_checkinteger(l, 2));
    return 1;
}

static int lua_finalize(lua_State *l)
{
    free(*(void **)luaL_checkudata(l, 1, "Thing"));
    return 0;
}

static int lua_make(lua_State *l)
{
    void **thing = lua_newuserdata(l, sizeof *thing);
    *thing = malloc(16);
    must(*thing != NULL, "malloc");
    luaL_setmetatable(l, "Thing");
    return 1;
}

static void open_lua(void)
{
    static const luaL_Reg functions[] = {{"add", lua_add}, {"make", lua_make}, {NULL, NULL}};
    static const char loops[] =
        "function add(n) local host, s = host, 0 for i = 0, n - 1 do s = host.add(s, i) end "
        "return s end "
        "function make(n) local host, s = host, 0 for i = 0, n - 1 do host.make() s = s + i end "
        "return s end";
    L = luaL_newstate();
    must(L != NULL, "luaL_newstate");
    luaL_newmetatable(L, "Thing");
    lua_pushcfunction(L, lua_finalize);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, functions);
    lua_setglobal(L, "host");
    must(luaL_dostring(L, loops) == LUA_OK, "luaL_dostring");
}

static int64_t run_lua(const char *name, int64_t n)
{
    lua_getglobal(L, name);
    lua_pushinteger(L, n);
    must(lua_pcall(L, 1, 1, 0) == LUA_OK, "lua_pcall");
    int64_t sum = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return sum;
}
#endif

static double best(int64_t (*run)(const char *name, int64_t n), const char *name, int64_t n)
{
    return measure_best(ROUNDS, run, name, n, n * (n - 1) / 2);
}

/* native [N [csp|lua]] */
int main(int argc, char **argv)
{
    int64_t n = argc > 1 ? atoll(argv[1]) : 1000000;
    const char *only = argc > 2 ? argv[2] : "";
    double ours = 0;
    if (strcmp(only, "lua") != 0) {
        open_csp();
        ours = best(run_csp, "add", n);
        printf("native             %7.1f ns\n", ours);
        printf("suspending native  %7.1f ns\n", best(run_csp, "later", n));
        printf("object of the host %7.1f ns\n", best(run_csp, "make", n));
        csp_free(vm);
        must(live == 0, "each object is finalized");
    }
#ifdef WITH_LUA
    if (strcmp(only, "csp") != 0) {
        open_lua();
        double theirs = best(run_lua, "add", n);
        printf("lua_CFunction      %7.1f ns\n", theirs);
        printf("userdata with __gc %7.1f ns\n", best(run_lua, "make", n));
        if (ours > 0)
            printf("native/lua_CFunction %5.2f\n", ours / theirs);
        lua_close(L);
    }
#endif
    return 0;
}
