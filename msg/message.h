/* Values outside of any VM (csp.h: Messages): malloc'ed, immutable, counted. All of it may be used
 * by any thread at any time.
 *
 * A message is a node, and so is each value inside of one. What a message is made of is either its
 * packed form, of which a tree of nodes is made when somebody first looks inside; or its node alone
 * (a scalar, bytes that were adopted), of which the packed form is made when it is asked for. Both
 * are made by whoever comes first; if two come at once, one of the results is dropped. */
#ifndef CSP_MSG_MESSAGE_H
#define CSP_MSG_MESSAGE_H

#include <stdatomic.h>

#include "include/csp.h"
#include "msg/packed.h"

/* The packed form of a node inside. */
typedef struct packed_block {
    struct packed_block *next; /* of the message's */
    size_t size;
    uint8_t bytes[];
} packed_block;

struct csp_msg {
    const struct msg_whole *in; /* the message, whose own node is `self` */
    packed_tag tag;
    bool immutable;
    uint32_t numbered; /* one more than its number in the packed form; 0: it has none */
    uint64_t count;    /* bytes; elements, entries */
    union {
        int64_t number;
        double real;
        const uint8_t *data;          /* of blocks */
        const csp_msg *_Atomic parts; /* packed_parts of them; NULL: the tree is not made yet */
    };
    packed_block *_Atomic own; /* NULL: nobody has asked for it */
};

typedef struct msg_whole {
    csp_msg self;
    _Atomic uint32_t count;
    packed_block *_Atomic blocks;
    const uint8_t *_Atomic packed;
    size_t packed_size;
    void (*release)(void *data); /* of what was adopted */
    void *tree;                  /* the nodes inside, and the indices of maps */
} msg_whole;

/* Takes the packer's bytes; NULL (and they are gone) if they or the memory have failed. */
csp_msg *message_of(packer *p);
/* The parts of a container, in the order of the packed form (packed_parts of them); NULL: out of
 * memory. */
const csp_msg *message_parts(const csp_msg *m);

/* How much memory it takes, about, without its tree. */
size_t message_size(const csp_msg *m);

/* One more than the largest number of a part (packed.h). */
uint32_t message_numbered(const csp_msg *m);

/* Adds the packed form of a node that is not the whole message. False: out of memory. */
bool message_pack(packer *p, const csp_msg *m);
void message_pack_scalar(packer *p, const csp_msg *m); /* without a head */

#endif
