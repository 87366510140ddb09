/* Values outside of any VM (csp.h: Messages): malloc'ed, immutable, counted. All of it may be used
 * by any thread at any time.
 *
 * A message is a node, and so is each value inside one. A message starts out either as its packed
 * form, from which a tree of nodes is made when somebody first looks inside, or as its node alone
 * (a scalar, adopted bytes), whose packed form is made when it is asked for. Whoever comes first
 * makes it; if two threads do so at once, one of the results is dropped. */
#ifndef CSP_MSG_MESSAGE_H
#define CSP_MSG_MESSAGE_H

#include <stdatomic.h>

#include "include/csp.h"
#include "msg/packed.h"

/* The packed form of a node inside. */
typedef struct packed_block {
    struct packed_block *next; /* of the same message */
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

/* A message that takes over the packer's bytes. NULL: the packer has failed, or there is no memory;
 * the bytes are freed. */
csp_msg *message_of(packer *p);
/* The parts of a container, in the order of the packed form (packed_parts of them); NULL: out of
 * memory. */
const csp_msg *message_parts(const csp_msg *m);

/* About how much memory it takes, not counting its tree. */
size_t message_size(const csp_msg *m);

/* One more than the largest number of a part (packed.h). */
uint32_t message_numbered(const csp_msg *m);

/* Adds the packed form of a node that is not the whole message. False: out of memory. */
bool message_pack(packer *p, const csp_msg *m);
void message_pack_scalar(packer *p, const csp_msg *m); /* without a head */

#endif
