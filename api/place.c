#include "api/place.h"

#include "vm/code/code.h"
#include "vm/code/code_table.h"
#include "vm/core/object.h"

csp_place place_at(csp_vm *vm, uint32_t position)
{
    uint32_t pc = 0;
    const code *c = position ? code_at(vm, position, &pc) : NULL;
    csp_place place = {0};
    if (c && value_is(c->name, OBJ_STRING))
        place.function = value_string(c->name)->text;
    if (c && c->module) {
        place.file = value_string(c->module->name)->text;
        code_place(c, pc, &place.line, &place.column);
    }
    return place;
}
