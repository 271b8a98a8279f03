#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

// A mapping's bytes can go away: another process shortens the file, or a device fails. The first access then raises
// SIGBUS. The handler puts zeros in the place of what is lost and notes from where on: the access goes on, and the reader
// asks for the note before it believes what it read. Everything that the handler touches is lock-free.

struct guarded_mapping {
  atomic_bool is_taken;
  /// 0 while the slot guards nothing.
  _Atomic uintptr_t start;
  _Atomic size_t byte_count;
  /// Offset of the first byte that was lost.
  _Atomic size_t damage;
};

#define SLOT_COUNT 256

static struct guarded_mapping slots[SLOT_COUNT];
static struct sigaction previous_action;
static uintptr_t page_byte_count;
static int is_installed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/// Puts zeros in the place of a guarded mapping's bytes from `address` on.
///
/// Returns 0 if no mapping is there, or the system does not grant it.
static int replace_lost_bytes(uintptr_t address) {
  for (int slot = 0; slot < SLOT_COUNT; slot++) {
    struct guarded_mapping *mapping = &slots[slot];
    uintptr_t start = atomic_load(&mapping->start);
    size_t byte_count = atomic_load(&mapping->byte_count);
    if (start == 0 || address < start || address - start >= byte_count) continue;
    size_t offset = (address - start) & ~(page_byte_count - 1);
    // First the note, then the zeros: who reads a zero will find the note.
    size_t known = atomic_load(&mapping->damage);
    while (offset < known &&
           !atomic_compare_exchange_weak(&mapping->damage, &known, offset)) {
    }
    void *zeros = mmap(
        (void *)(start + offset), byte_count - offset, PROT_READ,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    return zeros != MAP_FAILED;
  }
  return 0;
}

/// Does what would have been done without this handler.
static void pass_on(int number, siginfo_t *information, void *context) {
  if (previous_action.sa_flags & SA_SIGINFO) {
    previous_action.sa_sigaction(number, information, context);
    return;
  }
  if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler(number);
    return;
  }
  // A signal that another process sent may be ignored; a fault may not.
  if (previous_action.sa_handler == SIG_IGN && information->si_code <= 0) return;
  signal(SIGBUS, SIG_DFL);
  // A fault comes again by itself; what was sent does not.
  if (information->si_code <= 0) raise(SIGBUS);
}

static void handle_bus_error(int number, siginfo_t *information, void *context) {
  int saved_error = errno;
  if (information->si_code <= 0 || !replace_lost_bytes((uintptr_t)information->si_addr)) {
    pass_on(number, information, context);
  }
  errno = saved_error;
}

static void install(void) {
  page_byte_count = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct sigaction action = {.sa_sigaction = handle_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  is_installed = sigaction(SIGBUS, &action, &previous_action) == 0;
}

int flowverdict_guard_mapping(const void *start, size_t byte_count) {
  if (pthread_once(&once, install) != 0 || !is_installed) return -1;
  // The last page is mapped whole.
  byte_count = (byte_count + page_byte_count - 1) & ~(page_byte_count - 1);
  for (int slot = 0; slot < SLOT_COUNT; slot++) {
    _Bool expected = 0;
    if (!atomic_compare_exchange_strong(&slots[slot].is_taken, &expected, 1)) continue;
    atomic_store(&slots[slot].damage, PTRDIFF_MAX);
    atomic_store(&slots[slot].byte_count, byte_count);
    atomic_store(&slots[slot].start, (uintptr_t)start);
    return slot;
  }
  return -1;
}

void flowverdict_unguard_mapping(int slot) {
  atomic_store(&slots[slot].start, 0);
  atomic_store(&slots[slot].is_taken, 0);
}

size_t flowverdict_mapping_damage(int slot) {
  return atomic_load_explicit(&slots[slot].damage, memory_order_acquire);
}
