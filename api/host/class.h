/* The classes of a host's objects, by address and by name. */
#ifndef CSP_API_HOST_CLASS_H
#define CSP_API_HOST_CLASS_H

#include "include/csp.h"
#include "vm/core/object.h"

struct host;

/* `of` comes first: it is what the objects of the VM have. */
typedef struct host_class {
    hosted_class of;
    const csp_class *given;
    char names[]; /* name and phrase */
} host_class;

typedef struct classes {
    host_class **items; /* open addressing by `given` */
    uint32_t count, mask;
    const host_class *last; /* that was asked for */
} classes;

/* None is known at first (all 0). At the end there are no objects any more. */
void classes_free(struct host *h);

/* The class that the host has given, made known if it is not, in *out. Else what is wrong has been
 * told: CSP_E_MISUSE, CSP_E_VERSION, CSP_E_MEMORY. */
csp_status class_of(struct host *h, const csp_class *given, const char *function,
                    const host_class **out);
/* The class of that name, for hosted_use (vm/data/hosted.h); NULL: there is none. */
const hosted_class *class_find(struct host *h, const char *name, size_t length);

#endif
