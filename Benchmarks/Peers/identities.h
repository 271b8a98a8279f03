#ifndef IDENTITIES_H
#define IDENTITIES_H

// Addresses as the other end of a flow: those that no set tells apart share an identity, as in Cilium.

#include <stdbool.h>

#include "PeerInterface.h"

struct identities {
  /// Every prefix of a set once; the longest one that holds an address gives its identity, from 1 on.
  size_t prefix_count;
  struct peer_prefix *prefixes;
  uint32_t *identity_of_prefix;
  /// Identities of each set.
  uint32_t *set_offsets;
  uint32_t *identities_of_sets;
};

/// Whether a set holds every address. Such sets have no identities.
static inline bool is_any_set(const struct peer_direction *policies, uint32_t set) {
  return policies->set_offsets[set] + 1 == policies->set_offsets[set + 1] &&
         policies->set_prefixes[policies->set_offsets[set]].length == 0;
}

/// Returns 0 or an errno. `identities` is to be freed in either case.
int find_identities(const struct peer_direction *policies, struct identities *identities);

void free_identities(struct identities *identities);

#endif
