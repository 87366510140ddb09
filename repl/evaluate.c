#include "repl/evaluate.h"

#include <stddef.h>
#include <string.h>

#include "repl/terminal.h"

static void print_error(repl *r)
{
    csp_error *error = csp_take_error(r->vm);
    char *text = error ? csp_error_text(error, r->colour ? CSP_COLOUR : CSP_PLAIN) : NULL;
    repl_print(2, "%s", text ? text : "out of memory\n");
    csp_text_free(text);
    csp_error_free(error);
}

/* A semicolon at the end suppresses the value. */
static bool is_silent(const char *input)
{
    size_t size = strlen(input);
    while (size > 0 && strchr(" \t\r\n", input[size - 1]))
        size--;
    return size > 0 && input[size - 1] == ';';
}

void evaluate_exit(repl *r)
{
    r->quit = true;
    r->status = csp_exit_status(r->vm);
}

void evaluate_outcome(repl *r, csp_status status)
{
    if (status < 0)
        print_error(r);
    else if (status == CSP_EXIT)
        evaluate_exit(r);
}

static void on_value(void *user, csp_value v)
{
    terminal_fresh_line();
    show_value(user, v);
}

static csp_status run(repl *r, const char *input)
{
    char *result = NULL;
    terminal_interrupts(r->vm);
    csp_status status = csp_eval(r->session, input, strlen(input), &result);
    terminal_interrupts(NULL);
    terminal_fresh_line();
    csp_text_free(result);
    return status;
}

void evaluate(repl *r, const char *input)
{
    show_begin(r, is_silent(input));
    csp_status status = run(r, input);
    show_end(r, status >= 0);
    evaluate_outcome(r, status);
}

bool evaluate_for(repl *r, const char *text, void (*each)(void *user, csp_value v), void *user)
{
    csp_session_on_value(r->session, each, user);
    csp_status status = run(r, text);
    csp_session_on_value(r->session, on_value, r);
    evaluate_outcome(r, status);
    return status >= 0 && status != CSP_EXIT;
}

void evaluate_init(repl *r)
{
    csp_session_on_value(r->session, on_value, r);
    r->show = (show){.first = 1};
}
