/* The table of the module Json. */
#include "stdlib/json_parse.h"
#include "stdlib/json_scan.h"
#include "stdlib/json_write.h"
#include "stdlib/natives.h"
#include "stdlib/stream_value.h"

const native_entry json_natives[] = {
    {"_quiet", "_quiet()", "makes this process no leak", io_quiet, 0, 0, 0},
    {"_scan", "_scan(part, at, state)", "the end of a document", json_scan_native, 3, 3, 0},
    {"parse", "parse(text, depth = 512)",
     "the value that the text (or bytes) says: maps, lists, strings, ints, floats, true, false, "
     "nil; "
     "an error of kind json, with the offset (bytes), line and column as its data, where it is no "
     "JSON, or more than depth arrays and objects stand inside each other",
     json_parse_native, 1, 2, JSON_PARSE_SLOTS},
    {"write", "write(v, indent = nil, sort = false)",
     "v as JSON: on one line, or with so many blanks for each level; with the keys of maps sorted. "
     "What JSON has not is type_error, a cycle, nan and inf are value_error",
     json_write_native, 1, 3, JSON_WRITE_SLOTS},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
