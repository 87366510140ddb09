/* Another header: of this, all.h needs a struct. */
#define OF_OTHER 1
struct other {
    int x;
    struct elsewhere *p;
};
struct elsewhere {
    int x;
};
struct unneeded {
    int x;
};
int of_other(void);
