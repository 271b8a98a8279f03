#ifndef PEER_INTERFACE_H
#define PEER_INTERFACE_H

// What the benchmark gives to another program's classifier, and how it times it. Each peer is a shared library with one
// exported function, `flowverdict_peer`, so that the benchmark package itself needs none of the peers' packages, and all run
// in one process and in turns. IPv4 only; everything is in host byte order.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Changes with every change of this file.
#define PEER_INTERFACE_VERSION 2

enum { PEER_INGRESS = 0, PEER_EGRESS = 1, PEER_DIRECTION_COUNT = 2 };

/// No policy isolates the pod in this direction: everything is allowed.
#define PEER_NO_ROW UINT32_MAX

struct peer_prefix {
  uint32_t address;
  uint32_t length;
};

/// One pod that policies may isolate.
struct peer_pod {
  uint32_t address;
  /// By direction: index of what is allowed, or PEER_NO_ROW.
  uint32_t row[PEER_DIRECTION_COUNT];
};

/// Other ends and ports that are allowed together.
struct peer_term {
  /// Index in the other ends' sets.
  uint32_t set;
  uint16_t first_port, last_port;
  /// 0: any.
  uint8_t protocol;
};

/// The same bytes as an IPv4FlowKey.
struct peer_flow {
  uint32_t source, destination;
  uint16_t destination_port;
  uint8_t protocol, unused;
};

/// Lists of lists: list i has the items from offsets[i] to, not including, offsets[i + 1].
struct peer_direction {
  uint32_t row_count;
  /// Terms of each row; a flow that matches none is denied.
  const uint32_t *term_offsets;
  const struct peer_term *terms;
  /// Prefixes that together are exactly the pods of a row.
  const uint32_t *pod_prefix_offsets;
  const struct peer_prefix *pod_prefixes;
  uint32_t set_count;
  /// Prefixes of each set of other ends: disjoint within a set.
  const uint32_t *set_offsets;
  const struct peer_prefix *set_prefixes;
};

struct peer_input {
  struct peer_direction direction[PEER_DIRECTION_COUNT];
  const struct peer_pod *pods;
  size_t pod_count;
  const struct peer_flow *flows;
  size_t flow_count;
};

/// One way to use the peer.
struct peer_method {
  const char *name;
  /// 2: verdicts hold both directions. 1: ingress only. 0: nothing is classified; what remains is the cost of the harness,
  /// to be subtracted.
  int direction_count;
};

/// Error texts are for people.
struct peer_error {
  char text[256];
};

struct peer {
  int interface_version;
  const char *name;
  /// Takes the policies over. Returns 0, or another number and the reason in `error`.
  int (*build)(const struct peer_input *input, struct peer_error *error);
  /// Rules or entries after build.
  size_t (*entry_count)(void);
  /// Bytes that the classifier's own structures take after build; 0 where that is not known.
  size_t (*byte_count)(void);
  const struct peer_method *methods;
  size_t method_count;
  /// Classifies `count` flows from `first` on, `repeats` times over, into verdicts: bit 0 egress allowed, bit 1 ingress
  /// allowed. `count` is a power of two. Returns 0 or an errno. A peer with allowed_count leaves `verdicts` alone.
  int (*run)(size_t method, size_t first, size_t count, size_t repeats, uint8_t *verdicts);
  /// NULL, or: flows allowed in all directions since the call before; for peers that cannot say more.
  size_t (*allowed_count)(void);
  void (*close)(void);
};

/// What a library exports.
typedef const struct peer *(*flowverdict_peer_function)(void);

#ifdef __cplusplus
}
#endif

#endif
