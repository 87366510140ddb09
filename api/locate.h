/* Where the text of a module is: added by the host, or in a file. */
#ifndef CSP_API_LOCATE_H
#define CSP_API_LOCATE_H

#include "api/world.h"

struct native_table;

/* A module of the host: its text (csp_module_add, config.load), natives, or both. */
typedef struct host_module {
    struct host_module *next;
    char *name; /* owned, as is text */
    char *text; /* NULL: it has natives alone */
    size_t size;
    bool loaded; /* by config.load, which is asked again if it does not run to its end */
    struct native_table *natives; /* list; owned */
} host_module;

/* The importing text. */
typedef struct locate_from {
    const char *name; /* its file name, or the name that the host gave it */
    bool is_host;     /* added by the host */
} locate_from;

typedef enum locate_status {
    LOCATE_FOUND,
    LOCATE_FAILED, /* reported */
    LOCATE_MEMORY
} locate_status;

typedef struct located {
    char *name; /* as shown to people; owned, as is key */
    char *key;  /* the same for each path that leads to the same module */
    const host_module *host;
    int fd; /* of the file, else -1 */
} located;

/* Adds a module of the host, which must be new. Takes over the text (malloc'ed), but not where
 * there is no memory: NULL. */
host_module *host_module_add(world *w, const char *name, char *text, size_t size);
void host_module_free(host_module *m);

/* Finds what `import` at `at` names: modules that were added first, then what config.load gives;
 * then, if the VM reads files, one beside the importing file or in a folder of CSP_PATH. Errors are
 * reported in diags. locate_free frees what was found. */
locate_status locate(world *w, const locate_from *from, const char *path, size_t length,
                     src_span at, diag_list *diags, located *out);
/* Its text, malloc'ed. */
locate_status locate_read(const located *l, src_span at, diag_list *diags, char **text,
                          size_t *size);
void locate_free(located *l);

/* The folder in which the file really is (a script may be run through a link to it), ending in `/`,
 * "" for the current one: malloc'ed, or NULL. */
char *locate_folder(const char *file);

/* The name of a file without its folder. */
const char *locate_base(const char *name);
/* How much of such a name an import has: all but `.csp`. */
int locate_shown_length(const char *name);

/* The key of the file with that name, for comparisons with located.key: malloc'ed, or NULL. */
char *locate_key(const char *name);

#endif
