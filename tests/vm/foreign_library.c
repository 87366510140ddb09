/* C functions that do to the VM what C may do. */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

typedef void hook(void);
typedef int64_t number(int64_t);

int64_t deep(int64_t n);
int64_t fall(void);
void call(hook *f);
int64_t call_with(number *f, int64_t n);
int64_t nest(number *f, int64_t n);
void keep(hook *f);
void call_kept(void);
void catch (hook *f);
void jump(void);
int64_t sum(const uint8_t *bytes, int64_t n);
void pause_then_sum(const uint8_t *bytes, int64_t n, int64_t *to);

/* A frame of a kilobyte each; 0: for ever. */
int64_t deep(int64_t n)
{
    volatile char room[1000];
    room[0] = (char)n;
    return n == 1 ? room[0] : deep(n - 1) + room[0];
}

/* For ever, in frames that touch little of the memory that they take. */
int64_t fall(void)
{
    volatile char room[60000];
    room[0] = 0;
    return fall() + room[0];
}

void call(hook *f) { f(); }
int64_t call_with(number *f, int64_t n) { return f(n); }
int64_t nest(number *f, int64_t n) { return n == 0 ? f(0) : nest(f, n - 1) + 1; }

static hook *kept;
void keep(hook *f) { kept = f; }
void call_kept(void) { kept(); }

static jmp_buf home;
void catch (hook *f)
{
    if (setjmp(home) == 0)
        f();
}
void jump(void) { longjmp(home, 1); }

int64_t sum(const uint8_t *bytes, int64_t n)
{
    int64_t all = 0;
    for (int64_t i = 0; i < n; i++)
        all += bytes[i];
    return all;
}

void pause_then_sum(const uint8_t *bytes, int64_t n, int64_t *to)
{
    usleep(20000);
    *to = sum(bytes, n);
}
