/* A game for the terminal, with a loop of its own: robots hunt you, and each is a script.
 *
 * Build it with: cc robots.c $(pkg-config --cflags --libs csp) -lncurses
 * Run it with:   ./a.out [MOD.csp...]   each with a function robot(me), as HUNTER below;
 *                                       arrows move you, q ends
 *                ./a.out --frames N     N frames without a terminal, then what is to be seen
 * run: --frames 12
 */
#include <csp.h>
#include <ncurses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char HUNTER[] = "import \"world\"\n"
                             "fn sign(n) => if n > 0 { 1 } else if n < 0 { -1 } else { 0 }\n"
                             "fn robot(me) {\n"
                             "    loop {\n"
                             "        world.frame()\n"
                             "        let (x, y) = world.at(me)\n"
                             "        let (px, py) = world.player()\n"
                             "        world.move(me, sign(px - x), sign(py - y))\n"
                             "    }\n"
                             "}\n";

static const char GUARD[] =
    "import \"world\"\n"
    "fn robot(me) {\n"
    "    loop {\n"
    "        for dx in [1, -1] {\n"
    "            while world.move(me, dx, 0) { world.frame(); world.frame() }\n"
    "        }\n"
    "    }\n"
    "}\n";

/* ---- The world ---- */

enum { WIDTH = 40, HEIGHT = 10, ROBOTS = 8, FRAME = 100 /* ms */ };

typedef struct thing {
    int x, y;
    char sign;
} thing;

static thing player = {WIDTH / 2, HEIGHT / 2, '@'};
static thing robots[ROBOTS];
static int robot_count;
static int64_t frame_number;

/* Those who wait for the next frame. */
static csp_completer *waiting[1024];
static int waiting_count;

static const csp_class ROBOT = {sizeof ROBOT, "Robot", NULL, false};

static bool taken(int x, int y)
{
    for (int i = 0; i < robot_count; i++)
        if (robots[i].x == x && robots[i].y == y)
            return true;
    return x <= 0 || y <= 0 || x >= WIDTH - 1 || y >= HEIGHT - 1;
}

static csp_verdict pair(csp_context *c, int x, int y)
{
    csp_vm *vm = csp_context_vm(c);
    csp_value both[] = {csp_int(vm, x), csp_int(vm, y)};
    return csp_return(c, csp_tuple(vm, 2, both));
}

static csp_verdict world_player(csp_context *c) { return pair(c, player.x, player.y); }

static csp_verdict world_at(csp_context *c)
{
    thing *r = csp_arg_object(c, 0, &ROBOT);
    return pair(c, r->x, r->y);
}

static csp_verdict world_move(csp_context *c)
{
    thing *r = csp_arg_object(c, 0, &ROBOT);
    int64_t dx = csp_arg_int(c, 1), dy = csp_arg_int(c, 2);
    if (dx < -1 || dx > 1 || dy < -1 || dy > 1)
        return csp_crash(c, "value_error", "a robot moves by -1, 0 or 1");
    int x = r->x + (int)dx, y = r->y + (int)dy;
    bool free = !taken(x, y);
    if (free) {
        r->x = x;
        r->y = y;
    }
    return csp_return(c, csp_bool(free));
}

/* The one who is killed while it waits is no longer told. */
static csp_verdict world_frame(csp_context *c)
{
    csp_completer *next = csp_completer_new(c, NULL, NULL);
    if (!next || waiting_count == 1024) {
        csp_completer_free(next);
        return csp_crash(c, "limit", "too many wait for the next frame");
    }
    waiting[waiting_count++] = next;
    return csp_await(c, next, NULL, NULL, NULL);
}

static const csp_native WORLD[] = {
    {"frame() -> int", "waits for the next frame, and gives its number", world_frame, true, NULL},
    {"player() -> tuple", "where the player is", world_player, false, NULL},
    {"at(r: Robot) -> tuple", "where a robot is", world_at, false, NULL},
    {"move(r: Robot, dx: int, dy: int) -> bool", "one step; false: the place is taken", world_move,
     false, NULL},
};

static void next_frame(void)
{
    frame_number++;
    for (int i = 0; i < waiting_count; i++) {
        csp_completer_finish(waiting[i], csp_msg_int(frame_number));
        csp_completer_free(waiting[i]);
    }
    waiting_count = 0;
}

/* ---- The mods ---- */

static char report[256]; /* of the robot that crashed last */

static void crashed(void *user, const csp_error *error)
{
    (void)user;
    snprintf(report, sizeof report, "a robot broke: %s", csp_error_message(error));
}

static bool add_robot(csp_vm *vm, const char *name, const char *text, int x, int y, char sign)
{
    if (robot_count == ROBOTS)
        return false;
    thing *r = &robots[robot_count];
    *r = (thing){x, y, sign};
    csp_scope scope = csp_scope_open(vm);
    csp_value fn, me = csp_object(vm, &ROBOT, r, 0);
    csp_module_add(vm, name, text, strlen(text)); /* the second robot of a kind finds it there */
    csp_budget budget = {.reductions = 100000};
    bool ok = csp_find(vm, name, "robot", &budget, &fn) == CSP_OK &&
              csp_spawn(vm, fn, 1, &me, NULL) == CSP_OK;
    csp_scope_close(vm, scope);
    robot_count += ok;
    return ok;
}

static bool add_file(csp_vm *vm, const char *name)
{
    static char text[65536];
    FILE *file = fopen(name, "r");
    if (!file)
        return false;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return add_robot(vm, name, text, 2 + 4 * robot_count, 2, 'M');
}

/* ---- The loop ---- */

static char sign_at(int x, int y)
{
    if (x == player.x && y == player.y)
        return player.sign;
    for (int i = 0; i < robot_count; i++)
        if (robots[i].x == x && robots[i].y == y)
            return robots[i].sign;
    return x == 0 || y == 0 || x == WIDTH - 1 || y == HEIGHT - 1 ? '#' : ' ';
}

static bool caught(void) { return taken(player.x, player.y); }

static void without_terminal(csp_vm *vm, int frames)
{
    for (int i = 0; i < frames && !caught(); i++) {
        next_frame();
        while (csp_step(vm, 4000, NULL) == CSP_MORE) {
        }
        if (player.x < WIDTH - 2)
            player.x++;
    }
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++)
            putchar(sign_at(x, y));
        putchar('\n');
    }
    printf("frame %d%s\n%s", (int)frame_number, caught() ? ": caught" : "", report);
}

static void draw(void)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            mvaddch(y, x, (chtype)sign_at(x, y));
    mvprintw(HEIGHT, 0, "frame %d  %s", (int)frame_number, report);
    clrtoeol();
    refresh();
}

/* False: the player gives up. */
static bool steer(void)
{
    int key, x = player.x, y = player.y;
    while ((key = getch()) != ERR) {
        x += (key == KEY_RIGHT) - (key == KEY_LEFT);
        y += (key == KEY_DOWN) - (key == KEY_UP);
        if (key == 'q')
            return false;
    }
    if (x > 0 && y > 0 && x < WIDTH - 1 && y < HEIGHT - 1) {
        player.x = x;
        player.y = y;
    }
    return true;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for a key, for the scripts, or for the next frame, whichever is first. */
static void on_terminal(csp_vm *vm)
{
    initscr();
    cbreak();
    noecho();
    curs_set(0);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    int64_t due = now();
    while (steer() && !caught()) {
        if (now() >= due) {
            next_frame();
            due += FRAME;
        }
        csp_status status = csp_step(vm, 20000, NULL);
        draw();
        int wait = status == CSP_MORE ? 0 : csp_timeout(vm), until_frame = (int)(due - now());
        if (wait < 0 || wait > until_frame)
            wait = until_frame > 0 ? until_frame : 0;
        struct pollfd both[] = {{.fd = 0, .events = POLLIN}, {.fd = csp_fd(vm), .events = POLLIN}};
        poll(both, 2, wait);
    }
    endwin();
    printf("frame %d%s\n", (int)frame_number, caught() ? ": caught" : "");
}

int main(int argc, char **argv)
{
    csp_vm *vm;
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_memory = 32 << 20;
    config.crash = crashed;
    if (csp_new(&config, &vm) != CSP_OK)
        return 1;
    bool plain = argc > 2 && strcmp(argv[1], "--frames") == 0;
    bool ok = csp_class_add(vm, &ROBOT) == CSP_OK &&
              csp_natives_add(vm, "world", WORLD, 4, sizeof *WORLD) == CSP_OK &&
              add_robot(vm, "hunter", HUNTER, 2, 2, 'H') &&
              add_robot(vm, "guard", GUARD, 4, 7, 'G');
    for (int i = 1; ok && !plain && i < argc; i++)
        ok = add_file(vm, argv[i]);
    if (!ok) {
        csp_error *error = csp_take_error(vm);
        fprintf(stderr, "%s\n",
                error ? csp_error_message(error) : "too many robots, or no such file");
        csp_error_free(error);
    } else if (plain) {
        without_terminal(vm, atoi(argv[2]));
    } else {
        on_terminal(vm);
    }
    csp_discard(vm);
    for (int i = 0; i < waiting_count; i++)
        csp_completer_free(waiting[i]);
    return ok ? 0 : 1;
}
