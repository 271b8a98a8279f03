#define _GNU_SOURCE
#include "CShims.h"

#include <sched.h>

FILE *flowverdict_open_stream(
    void *cookie, ssize_t (*read)(void *cookie, char *bytes, size_t count),
    int (*close)(void *cookie)) {
  cookie_io_functions_t functions = {.read = read, .close = close};
  return fopencookie(cookie, "r", functions);
}

int flowverdict_processor_count(void) {
  cpu_set_t processors;
  // Fails where there are more processors than the set has room for.
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return CPU_SETSIZE;
  int count = CPU_COUNT(&processors);
  return count > 0 ? count : 1;
}
