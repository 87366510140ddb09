/* A game loop with mods that nobody trusts: one VM for each, 20,000 reductions a frame, and no way
 * to stop the game.
 *
 * Build it with: cc game.c $(pkg-config --cflags --libs csp)
 */
#include <csp.h>
#include <stdio.h>
#include <string.h>

/* ---- What mods see of the game: the module `enemy` ---- */

typedef struct enemy {
    const char *name;
    int hp;
} enemy;

/* Shared: a mod may hand an enemy to all its processes. The game owns it: there is no finalizer. */
static const csp_class ENEMY = {sizeof ENEMY, "Enemy", NULL, true};

static csp_verdict enemy_hp(csp_context *c)
{
    enemy *e = csp_arg_object(c, 0, &ENEMY);
    return csp_return_int(c, e->hp);
}

static csp_verdict enemy_hit(csp_context *c)
{
    enemy *e = csp_arg_object(c, 0, &ENEMY);
    int64_t damage = csp_arg_int(c, 1);
    if (damage < 0 || damage > 100)
        return csp_crash(c, "value_error", "damage is 0 to 100, not %lld", (long long)damage);
    bool last = e->hp > 0 && e->hp <= damage;
    e->hp = e->hp > damage ? e->hp - (int)damage : 0;
    return csp_return(c, csp_bool(last));
}

static const csp_native ENEMY_NATIVES[] = {
    {"hp(e: Enemy) -> int", "its hit points", enemy_hp, false, NULL},
    {"hit(e: Enemy, damage: int = 1) -> bool", "takes hit points away; whether that was the last",
     enemy_hit, false, NULL},
};

/* ---- The mods ---- */

typedef struct mod {
    const char *name, *text;
    csp_vm *vm;
    csp_port *frames;
    csp_task *main;
    int missed; /* frames in a row that it had no room for */
} mod;

static mod mods[] = {
    {.name = "archer",
     .text = "import \"enemy\"\n"
             "fn main(frames, boss) {\n"
             "    for n in frames {\n"
             "        if n % 10 == 0 and enemy.hit(boss, 7) { print(\"the boss is down\") }\n"
             "    }\n"
             "}\n"},
    {.name = "pack",
     .text = "import \"enemy\"\n"
             "fn wolf(boss, bites) { loop { bites ? n; enemy.hit(boss, n) } }\n"
             "fn main(frames, boss) {\n"
             "    let bites = chan()\n"
             "    for _ in 0..3 { spawn wolf(boss, bites) }\n"
             "    for n in frames { if n % 50 == 0 { bites ! 2 } }\n"
             "}\n"},
    {.name = "sleeper", .text = "fn main(frames, boss) { loop {} }"},
    {.name = "hoarder",
     .text = "fn main(frames, boss) { let all = []; loop { List.push(all, String.repeat(\"x\", "
             "1000)) } }"},
    {.name = "breeder",
     .text = "fn breed() { loop { spawn breed() } }\n"
             "fn main(frames, boss) { breed() }"},
    {.name = "cheat",
     .text = "import \"enemy\"\n"
             "fn main(frames, boss) { for _ in frames { enemy.hit(boss, 1000000) } }"},
    {.name = "thief", .text = "fn main(frames, boss) { print(Os.env(\"HOME\")) }"},
    {.name = "typo", .text = "fn main(frames, boss) { for n in frames { prnt(n) } }"},
};
enum { MODS = sizeof mods / sizeof *mods };

static void say(void *user, int stream, const char *text, size_t size)
{
    const mod *m = user;
    if (stream == 1) /* reports go to nobody */
        printf("[%s] %.*s", m->name, (int)size, text);
}

static void drop(mod *m, const char *why)
{
    csp_error *error = csp_take_error(m->vm);
    const char *message = error ? csp_error_message(error) : "";
    printf("%s %s%s%.*s\n", m->name, why, error ? ": " : "", (int)strcspn(message, "\n"), message);
    csp_error_free(error);
    csp_port_free(m->frames);
    csp_task_free(m->main);
    csp_discard(m->vm);
    m->vm = NULL;
}

static void load(mod *m, enemy *boss)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = m;
    config.write = say;
    config.max_memory = 16 << 20;
    config.max_stack = 1 << 20;
    config.max_processes = 1000;
    config.no_loop = true; /* mods have no timers, no input: a VM needs no descriptor */
    if (csp_new(&config, &m->vm) != CSP_OK)
        return;
    csp_scope scope = csp_scope_open(m->vm);
    csp_value main_fn = CSP_NONE, frames = CSP_NONE;
    csp_status status = csp_class_add(m->vm, &ENEMY);
    if (status == CSP_OK)
        status = csp_natives_add(m->vm, "enemy", ENEMY_NATIVES, 2, sizeof *ENEMY_NATIVES);
    if (status == CSP_OK)
        status = csp_module_add(m->vm, "mod", m->text, strlen(m->text));
    if (status == CSP_OK)
        status = csp_find(m->vm, "mod", "main", &(csp_budget){.reductions = 100000}, &main_fn);
    if (status == CSP_OK)
        status = csp_port_open(m->vm, CSP_TO_SCRIPT, 8, &m->frames, &frames);
    if (status == CSP_OK) {
        csp_value arguments[] = {frames, csp_object(m->vm, &ENEMY, boss, 0)};
        status = csp_spawn(m->vm, main_fn, 2, arguments, &m->main);
    }
    csp_scope_close(m->vm, scope);
    if (status != CSP_OK)
        drop(m, "cannot be loaded");
}

/* One frame of one mod: told of it, and given its time. It never takes longer than that. */
static void run(mod *m, int frame)
{
    csp_msg *message = csp_msg_int(frame);
    if (csp_port_send(m->frames, message) == CSP_OK) {
        m->missed = 0;
    } else {
        csp_msg_free(message);
        m->missed++;
    }
    csp_step(m->vm, 20000, NULL);
    if (csp_task_result(m->main, NULL) != CSP_EMPTY)
        drop(m, "has ended");
    else if (m->missed > 600)
        drop(m, "does not answer");
}

int main(void)
{
    enemy boss = {"boss", 100};
    for (int i = 0; i < MODS; i++)
        load(&mods[i], &boss);
    for (int frame = 0; frame < 2000; frame++)
        for (int i = 0; i < MODS; i++)
            if (mods[i].vm)
                run(&mods[i], frame);
    for (int i = 0; i < MODS; i++)
        if (mods[i].vm) {
            printf("%s is still there\n", mods[i].name);
            csp_port_free(mods[i].frames);
            csp_task_free(mods[i].main);
            csp_free(mods[i].vm);
        }
    printf("%s: %d hit points\n", boss.name, boss.hp);
    return 0;
}
