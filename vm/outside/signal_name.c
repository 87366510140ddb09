#include "vm/outside/signal_name.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

const char *signal_name(int number, char *text)
{
    const char *name = sigabbrev_np(number);
    if (name)
        snprintf(text, SIGNAL_NAME_ROOM, "%s", name);
    else if (number == SIGRTMIN)
        snprintf(text, SIGNAL_NAME_ROOM, "RTMIN");
    else if (number > SIGRTMIN && number <= SIGRTMAX)
        snprintf(text, SIGNAL_NAME_ROOM, "RTMIN+%d", number - SIGRTMIN);
    else
        snprintf(text, SIGNAL_NAME_ROOM, "%d", number);
    return text;
}

int signal_number(const char *name)
{
    for (int number = 1; number <= SIGRTMAX; number++) {
        char text[SIGNAL_NAME_ROOM];
        if ((sigabbrev_np(number) || number >= SIGRTMIN) &&
            strcmp(signal_name(number, text), name) == 0)
            return number;
    }
    return 0;
}
