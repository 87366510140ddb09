#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include "repl/columns.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

screen_size columns_screen(void)
{
    enum { ROWS = 24, COLUMNS = 80, LEAST_ROWS = 8, LEAST_COLUMNS = 40 };
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return (screen_size){ROWS, COLUMNS};
    return (screen_size){size.ws_row < LEAST_ROWS ? LEAST_ROWS : size.ws_row,
                         size.ws_col < LEAST_COLUMNS ? LEAST_COLUMNS : size.ws_col};
}

int columns_terminal(void)
{
    enum { USUAL = 80 };
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL;
}

/* The code point at *text, which moves on behind it; a byte that is no UTF-8 stands for itself. */
static wchar_t next_character(const char **text)
{
    const unsigned char *c = (const unsigned char *)*text;
    int more = *c >= 0xf0 ? 3 : *c >= 0xe0 ? 2 : *c >= 0xc0 ? 1 : 0;
    wchar_t point = more ? *c & (0x3f >> more) : *c;
    for (int i = 1; i <= more; i++) {
        if ((c[i] & 0xc0) != 0x80) {
            *text += 1;
            return '?';
        }
        point = point << 6 | (c[i] & 0x3f);
    }
    *text += more + 1;
    return point;
}

/* How wide a character is depends on the locale, which most programs have no need of. */
static int width_of(wchar_t point)
{
    static bool has_locale;
    if (point < 0x80)
        return 1;
    if (!has_locale)
        setlocale(LC_CTYPE, "");
    has_locale = true;
    int width = wcwidth(point);
    return width < 0 ? 1 : width;
}

size_t columns_control(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
        return 2;
    return *c && (*c < ' ' || *c == 0x7f) ? 1 : 0;
}

size_t columns_fitting(const char *text, int width, int *columns)
{
    const char *at = text;
    *columns = 0;
    while (*at && *at != '\n') {
        const char *next = at;
        int more = width_of(next_character(&next));
        if (*columns + more > width)
            break;
        *columns += more;
        at = next;
    }
    return (size_t)(at - text);
}

int columns_of(const char *text)
{
    int columns = 0;
    while (*text)
        columns += width_of(next_character(&text));
    return columns;
}

void columns_put(FILE *out, const char *text, int width, bool right)
{
    int columns;
    size_t size = columns_fitting(text, width, &columns);
    bool cut = text[size] != '\0';
    if (cut)
        size = columns_fitting(text, width > 0 ? width - 1 : 0, &columns);
    int blanks = width - columns - cut;
    if (right)
        fprintf(out, "%*s", blanks, "");
    fprintf(out, "%.*s%s", (int)size, text, cut && width > 0 ? "…" : "");
    if (!right)
        fprintf(out, "%*s", blanks, "");
}

static int count_lines(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

void columns_put_lines(FILE *out, const char *text, int width, int rows)
{
    int lines = count_lines(text), shown = lines > rows ? rows - 1 : lines;
    for (int i = 0; i < shown; i++) {
        int columns;
        size_t size = columns_fitting(text, width, &columns);
        if (text[size] != '\n') {
            size = columns_fitting(text, width - 1, &columns);
            fprintf(out, "%.*s…\n", (int)size, text);
        } else {
            fprintf(out, "%.*s\n", (int)size, text);
        }
        text = strchr(text, '\n') + 1;
    }
    if (lines > shown)
        fprintf(out, "… %d more lines\n", lines - shown);
}

bool buffer_open(buffer *b)
{
    *b = (buffer){0};
    b->out = open_memstream(&b->text, &b->size);
    return b->out != NULL;
}

char *buffer_take(buffer *b)
{
    bool ok = !ferror(b->out);
    if (fclose(b->out) == 0 && ok)
        return b->text;
    free(b->text);
    return NULL;
}
