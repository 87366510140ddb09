/* What an assertion that does not hold has compared. */
#ifndef CSP_VM_REPORT_DIFFERENCE_H
#define CSP_VM_REPORT_DIFFERENCE_H

#include "vm/core/concurrency.h"

struct text;

/* "6 == 7", or, where that would be long, both sides on lines of their own; and for texts and
 * containers that are not equal, what differs first. Each of these is cut, and only so much is
 * looked at. op: as the language writes it; right ABSENT: it has no right side that is a value. */
void report_comparison(const process *p, struct text *t, const char *op, value left, value right);

#endif
