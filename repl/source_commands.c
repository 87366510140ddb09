#include "repl/source_commands.h"

void command_doc(repl *r, const char *argument)
{
    char *text = csp_doc(r->session, argument);
    if (text)
        repl_print(1, "%s", text);
    char *near = text ? NULL : csp_doc_near(r->session, argument);
    if (near)
        repl_print(2, "nothing is known about `%s`; did you mean `%s`?\n", argument, near);
    else if (!text)
        repl_print(2, "nothing is known about `%s`\n", argument);
    csp_text_free(near);
    csp_text_free(text);
}
