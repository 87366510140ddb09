/* What workers do with files: calls of the system, one after the other, as an errand. They know
 * nothing of the VM. */
#ifndef CSP_STDLIB_FILE_WORK_H
#define CSP_STDLIB_FILE_WORK_H

#include "vm/outside/errand.h"

typedef void file_work(errand *e);

/* paths[0]: all of its content becomes the data; numbers: the code points, or -1 where it is no
 * UTF-8; whether it is a pipe or the like, which is only opened: fd. */
enum { FILE_LENGTH, FILE_WAITS };
void file_read(errand *e);
/* fd. numbers: the flags; whether it is a pipe, also where that could not be opened. */
enum { FILE_FLAGS, FILE_IS_PIPE };
void file_open(errand *e);
/* paths[0]: the folder, paths[1]: how its name begins; fd; the data is its path. */
void file_temp(errand *e);
/* `from` goes into paths[0]. */
void file_write(errand *e);
void file_append(errand *e);
void file_replace(errand *e);
/* numbers: FILE_INFO_…; numbers[0]: whether links are followed. */
void file_info(errand *e);
enum {
    FILE_INFO_SIZE,
    FILE_INFO_KIND, /* the type bits of the mode */
    FILE_INFO_MODIFIED,
    FILE_INFO_ACCESSED,
    FILE_INFO_CHANGED,
    FILE_INFO_MODE,
    FILE_INFO_UID,
    FILE_INFO_GID,
    FILE_INFO_LINKS,
    FILE_INFO_INODE,
    FILE_INFO_DEVICE,
    FILE_INFOS
};
void file_exists(errand *e); /* numbers[0] */
void file_remove(errand *e);
void file_rename(errand *e);
void file_copy(errand *e);
void file_link(errand *e);
void file_touch(errand *e);
void file_symlink(errand *e); /* paths: where it lies, what is in it */
void file_read_link(errand *e);
void file_real(errand *e);  /* the data */
void file_chmod(errand *e); /* numbers[0] */

/* A folder's entries in the order of their names: each its type (DT_…, one byte), its name and a
 * NUL. */
void dir_list(errand *e);
void dir_make(errand *e); /* numbers[0]: with parents */
void dir_remove(errand *e);
void dir_remove_all(errand *e); /* what is in it first; links are not followed */
void dir_temp(errand *e);       /* as file_temp, without fd */
void dir_current(errand *e);    /* the data */

/* Parts of these, false: `error` says why. `from` goes into fd. */
bool file_put_all(errand *e);
bool file_close(errand *e, const char *op); /* fd; op NULL: what it is */

#endif
