#pragma once
#include <stddef.h>
#include <stdint.h>

/// libFuzzer's own mutation of `count` bytes in a buffer of `capacity` bytes; the new number of bytes.
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t capacity);

/// A file in memory, without a name in any folder: its descriptor, or -1.
int fuzz_memory_file(void);

/// libFuzzer's program: fuzzes `run` as the arguments say.
int LLVMFuzzerRunDriver(int *argument_count, char ***arguments, int (*run)(const uint8_t *bytes, size_t count));
