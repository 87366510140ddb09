/* What a script may do only where the host grants it: a set of bits, those of csp.h. */
#ifndef CSP_BASE_CAPABILITY_H
#define CSP_BASE_CAPABILITY_H

#include <stdint.h>

enum {
#define CAPABILITY(name) CAPABILITY_BIT_##name,
#define MEMBER(module, member, name)
#include "base/capability.def"
    CAPABILITIES
#undef CAPABILITY
#undef MEMBER
};

enum {
#define CAPABILITY(name) MAY_##name = 1 << CAPABILITY_BIT_##name,
#define MEMBER(module, member, name)
#include "base/capability.def"
#undef CAPABILITY
#undef MEMBER
};

/* The one that a member of a standard module needs; 0: none. */
uint64_t capability_of(const char *module, const char *member);
/* Its name, as the host knows it: "CSP_MAY_ENV". */
const char *capability_name(uint64_t one);

#endif
