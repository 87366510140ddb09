/* What a host pays for a call: csp_call beside lua_pcall, in one run. Built with -DWITH_LUA it has
 * both. Prints nanoseconds of CPU time for each call, the best of some rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <csp.h>

#include "measure.h"
#ifdef WITH_LUA
#include <lauxlib.h>
#include <lualib.h>
#endif

enum { ROUNDS = 7 };

/* ---- csp ---- */

static csp_vm *vm;
static csp_value add;

static void open_csp(void)
{
    static const char text[] = "fn f(a, b) => a + b";
    must(csp_new(NULL, &vm) == CSP_OK, "csp_new");
    must(csp_module_add(vm, "m", text, sizeof text - 1) == CSP_OK, "csp_module_add");
    csp_scope_open(vm);
    must(csp_find(vm, "m", "f", NULL, &add) == CSP_OK, "csp_find");
}

static int64_t call_csp(const char *name, int64_t n)
{
    (void)name;
    int64_t sum = 0, given;
    for (int64_t i = 0; i < n; i++) {
        csp_value args[2] = {csp_int(vm, i), csp_int(vm, 1)}, v;
        must(csp_call(vm, add, 2, args, NULL, &v) == CSP_OK, "csp_call");
        must(csp_get_int(vm, v, &given) == CSP_OK, "csp_get_int");
        sum += given;
    }
    return sum;
}

/* ---- Lua ---- */

#ifdef WITH_LUA
static lua_State *L;
static int add_ref;

static void open_lua(void)
{
    L = luaL_newstate();
    must(L != NULL, "luaL_newstate");
    must(luaL_dostring(L, "return function(a, b) return a + b end") == LUA_OK, "luaL_dostring");
    add_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

static int64_t call_lua(const char *name, int64_t n)
{
    (void)name;
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, add_ref);
        lua_pushinteger(L, i);
        lua_pushinteger(L, 1);
        must(lua_pcall(L, 2, 1, 0) == LUA_OK, "lua_pcall");
        sum += lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
    return sum;
}
#endif

static double best(int64_t (*call)(const char *name, int64_t n), int64_t n)
{
    return measure_best(ROUNDS, call, "", n, n * (n - 1) / 2 + n);
}

/* embed [N [csp|lua]] */
int main(int argc, char **argv)
{
    int64_t n = argc > 1 ? atoll(argv[1]) : 1000000;
    const char *only = argc > 2 ? argv[2] : "";
    double ours = 0;
    if (strcmp(only, "lua") != 0) {
        open_csp();
        ours = best(call_csp, n);
        printf("csp_call           %7.1f ns\n", ours);
    }
#ifdef WITH_LUA
    if (strcmp(only, "csp") != 0) {
        open_lua();
        double theirs = best(call_lua, n);
        printf("lua_pcall          %7.1f ns\n", theirs);
        if (ours > 0)
            printf("csp_call/lua_pcall %7.2f\n", ours / theirs);
        lua_close(L);
    }
#endif
    csp_free(vm);
    return 0;
}
