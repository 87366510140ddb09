#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "repl/repl.h"
#include "repl/terminal.h"

void repl_print(int stream, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (size < 0)
        return;
    terminal_write(stream, text, (size_t)size);
    free(text);
}
