#include "base/capability.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *module, *member;
    unsigned bit;
} members[] = {
#define CAPABILITY(name)
#define MEMBER(module, member, name) {module, member, CAPABILITY_BIT_##name},
#include "base/capability.def"
};
#undef CAPABILITY
#undef MEMBER

static const char *const names[] = {
#define CAPABILITY(name) "CSP_MAY_" #name,
#define MEMBER(module, member, name)
#include "base/capability.def"
};

uint64_t capability_of(const char *module, const char *member)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(members[i].module, module) == 0 && strcmp(members[i].member, member) == 0)
            return UINT64_C(1) << members[i].bit;
    return 0;
}

const char *capability_name(uint64_t one) { return names[__builtin_ctzll(one)]; }
