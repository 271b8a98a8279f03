#ifndef FLOWVERDICT_CSHIMS_H
#define FLOWVERDICT_CSHIMS_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/// Asks the processor to bring the cache line at `address` close; a hint only, never faults.
static inline __attribute__((always_inline)) void flowverdict_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 3);
}

/// Opens a C stream whose bytes come from `read`; `close` is called once, when the stream is closed.
///
/// `read` returns how many bytes it wrote to `bytes`, 0 at the end, -1 on failure. Returns null if no stream can be made.
FILE *flowverdict_open_stream(
    void *cookie, ssize_t (*read)(void *cookie, char *bytes, size_t count),
    int (*close)(void *cookie));

#endif
