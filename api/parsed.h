/* A text, parsed and nothing more: to find in it how something is written. */
#ifndef CSP_API_PARSED_H
#define CSP_API_PARSED_H

#include "parser/ast.h"

typedef struct parsed {
    src_text src;
    diag_list diags;
    arena a;
    const ast_module *ast; /* NULL: it cannot be read, or there is no memory */
} parsed;

/* How: parse_module, or parse_input. The text has to stay until parsed_free, which is called
 * whatever came of it. */
typedef ast_module *parsed_how(arena *a, diag_list *diags);
void parsed_read(parsed *p, const char *name, const char *text, size_t size, parsed_how *how);
void parsed_free(parsed *p);

/* The name that an item of the top level declares; NULL: it declares none, or several. */
const char *parsed_name(const ast_node *item);
/* The function of that name which was declared last. NULL: there is none. */
const ast_fn *parsed_function(const parsed *p, const char *name);

#endif
