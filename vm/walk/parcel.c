#include "vm/walk/parcel.h"

#include "vm/data/hosted.h"

static void finalize(csp_vm *vm, const hosted_class *of, void *data)
{
    (void)vm, (void)of;
    csp_msg_free(data);
}

static const hosted_class parcel_class = {
    .name = "message", .phrase = "a message", .finalize = finalize, .shared = true, .hidden = true};

value parcel_new(csp_vm *vm, csp_msg *m)
{
    return hosted_new(vm, NULL, &parcel_class, m, message_size(m));
}

const csp_msg *parcel_message(value v)
{
    if (!value_is(v, OBJ_HOSTED) || value_hosted(v)->of != &parcel_class)
        return NULL;
    return value_hosted(v)->data;
}

csp_msg *parcel_open(csp_vm *vm, value parcel)
{
    csp_msg *m = csp_msg_hold(value_hosted(parcel)->data);
    hosted_close(vm, parcel);
    return m;
}
