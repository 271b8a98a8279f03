#define _GNU_SOURCE
#include "CShims.h"

FILE *flowverdict_open_stream(
    void *cookie, ssize_t (*read)(void *cookie, char *bytes, size_t count),
    int (*close)(void *cookie)) {
  cookie_io_functions_t functions = {.read = read, .close = close};
  return fopencookie(cookie, "r", functions);
}
