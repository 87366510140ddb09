/* An imported module, for those who load and reload them. */
#ifndef CSP_API_OWN_MODULE_H
#define CSP_API_OWN_MODULE_H

#include <sys/stat.h>

#include "api/locate.h"
#include "api/world.h"

typedef enum own_state { OWN_COMPILING, OWN_BROKEN, OWN_COMPILED } own_state;

typedef struct own_member {
    const char *name; /* the export's */
    value item;
    resolve_symbol symbol;
    bool known; /* the symbol is made */
} own_member;

struct own_module {
    world_home home;
    struct own_module *next;
    char *key, *name;        /* see struct located; owned */
    const host_module *host; /* NULL: it is a file */
    /* it is not found any more: the host has replaced its text, or it has been read again */
    bool hidden;
    /* while modules are reloaded: one of those that may be read again; it, or something that it
     * imports, has changed */
    bool wanted, stale;
    own_state state;
    const module *code;  /* the VM's; NULL: these are the natives alone */
    own_member *members; /* sorted by name */
    uint32_t member_count;
    /* pinned: an OBJ_CELL that holds true when the body has run; the address of `code` */
    value *loaded;
    struct own_module **imports; /* what its text imports; owned */
    uint32_t import_count, import_room;
    struct stat read; /* the file as it was when it was read */
};

/* Those that are not hidden: the module with that key, or NULL. */
struct own_module *loader_find(const world *w, const char *key);
/* The module of that name that the host has added, or NULL. */
host_module *loader_host_module(const world *w, const char *name);
/* Once it is compiled: enters its exports. False: no memory. */
bool loader_index_members(struct own_module *m);

#endif
