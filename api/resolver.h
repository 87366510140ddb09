/* What names mean: the world's answers to the resolver. */
#ifndef CSP_API_RESOLVER_H
#define CSP_API_RESOLVER_H

#include "api/world.h"

/* One compilation. */
typedef struct resolver {
    world *world;
    csp_session *session; /* NULL: it is a program or a module */
} resolver;

/* The answers for it; r must outlive them. */
resolve_world resolver_answers(resolver *r);

#endif
