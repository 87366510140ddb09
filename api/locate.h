/* Where the text of a module is: among those that the host has added, or in a file. */
#ifndef CSP_API_LOCATE_H
#define CSP_API_LOCATE_H

#include "api/world.h"

/* A module that the host has added: csp_module_add. */
typedef struct host_module {
    struct host_module *next;
    char *name; /* owned, as is text */
    char *text;
    size_t size;
} host_module;

/* Who imports. */
typedef struct locate_from {
    const char *name; /* of its file, or as the host has named it */
    bool is_host;     /* one that the host has added */
} locate_from;

typedef enum locate_status {
    LOCATE_FOUND,
    LOCATE_FAILED, /* reported */
    LOCATE_MEMORY
} locate_status;

typedef struct located {
    char *name; /* as shown to people; owned, as is key */
    char *key;  /* the same for the same module, whatever the path that led to it */
    const host_module *host;
    int fd; /* of the file, else -1 */
} located;

/* Finds what `import` at `at` names: modules of the host first, then, where the VM reads files, one
 * beside the importing file or in a folder of CSP_PATH. What goes wrong is reported in diags.
 * locate_free gives back what was found. */
locate_status locate(world *w, const locate_from *from, const char *path, size_t length,
                     src_span at, diag_list *diags, located *out);
/* Its text, malloc'ed. */
locate_status locate_read(const located *l, src_span at, diag_list *diags, char **text,
                          size_t *size);
void locate_free(located *l);

/* The folder in which the file really is (a script may be run by a link to it), with a `/` at
 * its end, "" the current one: malloc'ed, or NULL. */
char *locate_folder(const char *file);

/* What identifies the file of that name, for comparisons with located.key: malloc'ed, or NULL. */
char *locate_key(const char *name);

#endif
