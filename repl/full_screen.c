#include "repl/full_screen.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "repl/rescue.h"
#include "repl/standard.h"

enum { HELD = 16 << 20 /* bytes kept at most */ };

typedef struct piece {
    int stream;
    size_t size;
} piece;

static struct {
    bool active;
    struct termios before;
    char typed[64]; /* read, and not taken yet */
    size_t typed_from, typed_to;
    char *held; /* pieces, each behind its head */
    size_t size, capacity, lost;
    bool in_line; /* what is held does not end its line */
} screen;

/* ---- What is written meanwhile ---- */

static bool reserve(size_t size)
{
    if (size > HELD || screen.size > HELD - size)
        return false;
    if (screen.capacity - screen.size >= size)
        return true;
    size_t capacity = 2 * (screen.size + size);
    char *larger = realloc(screen.held, capacity);
    if (!larger)
        return false;
    screen.held = larger;
    screen.capacity = capacity;
    return true;
}

bool full_screen_takes(int stream, const char *text, size_t size)
{
    if (!screen.active || size == 0)
        return screen.active;
    const piece p = {stream, size};
    screen.in_line = text[size - 1] != '\n';
    if (!reserve(sizeof p + size)) {
        screen.lost += size;
        return true;
    }
    memcpy(screen.held + screen.size, &p, sizeof p);
    memcpy(screen.held + screen.size + sizeof p, text, size);
    screen.size += sizeof p + size;
    return true;
}

bool full_screen_takes_line(void)
{
    if (screen.active && screen.in_line)
        full_screen_takes(STDOUT_FILENO, "\n", 1);
    return screen.active;
}

static void give_held(void (*give)(int stream, const char *text, size_t size))
{
    for (size_t at = 0; at < screen.size;) {
        piece p;
        memcpy(&p, screen.held + at, sizeof p);
        give(p.stream, screen.held + at + sizeof p, p.size);
        at += sizeof p + p.size;
    }
    free(screen.held);
    screen.held = NULL;
    screen.size = screen.capacity = 0;
    if (screen.lost > 0) {
        static const char said[] = "\n… more was written than could be kept\n";
        give(STDERR_FILENO, said, sizeof said - 1);
    }
    screen.lost = 0;
}

/* ---- The screen ---- */

static bool is_able(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
           strcmp(term, "dumb") != 0;
}

bool full_screen_begin(void)
{
    if (!is_able() || tcgetattr(STDIN_FILENO, &screen.before) != 0)
        return false;
    struct termios modes = screen.before;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 0;
    modes.c_cc[VTIME] = 0;
    modes.c_cc[VSUSP] = _POSIX_VDISABLE; /* a stop would leave the second screen */
    rescue_screen(true);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    screen.active = true;
    screen.in_line = false;
    screen.typed_from = screen.typed_to = 0;
    standard_put(STDOUT_FILENO, "\033[?1049h\033[?25l\033[2J");
    standard_flush();
    return true;
}

void full_screen_end(void (*give)(int stream, const char *text, size_t size))
{
    standard_put(STDOUT_FILENO, "\033[?25h\033[?1049l");
    standard_flush();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.before);
    rescue_screen(false);
    screen.active = false;
    give_held(give);
}

void full_screen_draw(const char *lines, int chosen)
{
    standard_put(STDOUT_FILENO, "\033[H");
    for (int i = 0; *lines; i++) {
        size_t size = strcspn(lines, "\n");
        standard_printf(STDOUT_FILENO, "%s%s%.*s\033[K%s", i ? "\r\n" : "",
                        i == chosen ? "\033[7m" : "", (int)size, lines,
                        i == chosen ? "\033[0m" : "");
        lines += size + (lines[size] == '\n');
    }
    standard_put(STDOUT_FILENO, "\033[J");
    standard_flush();
}

/* ---- Keys ---- */

void full_screen_wait(int fd, int timeout)
{
    struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    if (screen.typed_from < screen.typed_to || poll(polled, 2, timeout) <= 0 || !polled[0].revents)
        return;
    ssize_t got = read(STDIN_FILENO, screen.typed, sizeof screen.typed);
    screen.typed_from = 0;
    screen.typed_to = got > 0 ? (size_t)got : 0;
}

int full_screen_key(void)
{
    static const struct {
        const char *sent;
        int key;
    } keys[] = {{"\033[A", KEY_UP},   {"\033OA", KEY_UP},       {"\033[B", KEY_DOWN},
                {"\033OB", KEY_DOWN}, {"\033[5~", KEY_PAGE_UP}, {"\033[6~", KEY_PAGE_DOWN}};
    const char *at = screen.typed + screen.typed_from;
    size_t left = screen.typed_to - screen.typed_from;
    if (left == 0)
        return KEY_NONE;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t size = strlen(keys[i].sent);
        if (left >= size && memcmp(at, keys[i].sent, size) == 0) {
            screen.typed_from += size;
            return keys[i].key;
        }
    }
    if (*at == '\033' && left > 1) { /* another key's sequence */
        screen.typed_from = screen.typed_to;
        return KEY_OTHER;
    }
    screen.typed_from++;
    return (unsigned char)*at ? (unsigned char)*at : KEY_OTHER;
}
