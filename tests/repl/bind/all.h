/* Declarations of all kinds: what `csp bind` makes of this header is all.expected. */
#ifndef ALL_H
#define ALL_H 1

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bits/part.h"
#include "other.h"

/* Numbers. */
void numbers(signed char a, unsigned char b, short c, unsigned short d, int e, unsigned f,
             long long g, unsigned long long h, float i, double j, bool k);
int8_t sized(uint8_t a, int16_t b, uint16_t c, int32_t d, uint32_t e, int64_t f, uint64_t g);
size_t sizes(ptrdiff_t a, intptr_t b, uintptr_t c);
const volatile int qualified(register const int a);

/* Pointers. */
typedef const char *text;
typedef struct opaque opaque;
const char *texts(const char *a, text b, char *c, const unsigned char *d, const char **e);
void *pointers(void *a, const void *b, int *c, opaque *d, opaque **e, int f[4], int (*g)[4]);

/* Structs. */
struct point {
    double x, y;
};
typedef struct {
    struct point from, to;
    unsigned char rgb[3];
    char name[16];
    int matrix[2][3];
    struct {
        int depth;
    } inner;
    struct node *next;
} line;
struct node {
    line *value;
    struct node *children[2];
    int (*compare)(const struct node *, const struct node *);
};
struct tail {
    int count;
    char bytes[];
};
struct match { /* a keyword of csp */
    int fn, struct_, _;
};
struct both {
    int x;
};
struct point structs(struct point a, line *b, const struct node *c, struct other *d, struct match e,
                     struct tail *f);
int both(struct both *b); /* C keeps names of structs and functions apart */

/* Structs that are known by pointer only. */
union either {
    int i;
    float f;
};
struct bits {
    int a : 3, b : 5;
};
struct packed {
    char c;
    int i;
} __attribute__((packed));
struct aligned {
    _Alignas(32) int i;
};
struct with_union {
    int kind;
    union either of;
};
struct with_unnamed {
    int kind;
    union {
        int i;
        float f;
    };
};
struct with_long_double {
    long double value;
};
struct empty {
};
void by_pointer(union either *a, struct bits *b, struct packed *c, struct aligned *d,
                struct with_union *e, struct with_unnamed *f, struct with_long_double *g,
                struct empty *h);

/* Callbacks. */
typedef int comparison(const void *, const void *);
typedef void (*handler)(int, struct point, const char *);
void callbacks(comparison a, comparison *b, handler c, int (*d)(const char *, ...), void (*e)(),
               void (*f)(va_list), void (*g)(handler));
handler gives_callback(void);
void (*gives_callback_too(int))(void);

/* Names. */
int match(int fn, int let, int while_, int _, int __under, int $dollar);
int unnamed(int, char *b, int);
int renamed(int a) __asm__("real_name");
int dollar$name(void);

/* Variadic functions. */
int print(const char *format, ...);

/* What cannot be called. */
void list(const char *format, va_list arguments);
long double wide(void);
void wide_too(int a, long double);
_Complex double complex(void);
__int128 huge(void);
float vector(float v __attribute__((vector_size(16))));
union either by_value(union either a);
struct bits bits_by_value(void);
int old_style();
static inline int is_inline(int a) { return a; }
_Atomic(int) atomic(void);

/* Variables. */
extern int variable;
extern const char *const names[];

/* Enums. */
enum colour { RED, GREEN = 5, BLUE, LAST = BLUE };
enum { NEGATIVE = -2, MINUS_ONE, ZERO, ONE };
typedef enum { WIDE = 0x100000000, WIDER } wide_enum;
enum packed_enum { TINY } __attribute__((packed));
enum word { spawn = 1, len, nil };
enum colour enums(enum colour a, wide_enum b, enum word c);
void packed_enums(enum packed_enum a);

/* Macros. */
#define DECIMAL     42
#define HEX         0xffu
#define NEGATED     (-DECIMAL)
#define SUM         (DECIMAL + sizeof(int))
#define LARGE       0xffffffffffffffff
#define LOWEST      (-0x7fffffffffffffff - 1)
#define CHARACTER   'a'
#define TRUTH       (1 == 1)
#define OF_ENUM     BLUE
#define RED         RED
#define FLOAT       1.5
#define WHOLE_FLOAT -(2.0)
#define SMALL_FLOAT 1e-20f
#define TEXT        "a \"text\"\n\\ ${x}\t\001"
#define TEXTS           \
    TEXT "\342\202\254" \
         u8" end"
#define BYTES      "\377\0end"
#define EMPTY_TEXT ""
#define WIDE_TEXT  L"wide"
#define POINTER    ((void *)-1)
#define CALL       both(0)
#define TYPE       unsigned long
#define ATTRIBUTE  __attribute__((unused))
#define OPEN         (
#define STATEMENT \
    do {          \
    } while (0)
#define NOTHING
#define LONG_DOUBLE 1.5L
#define ALIAS       both
#define MAX(a, b)   ((a) > (b) ? (a) : (b))
#define GONE        1
#define AGAIN       1
#define _HIDDEN     1
#undef GONE
#undef AGAIN
#define AGAIN 2
int _hidden(void);

#endif
