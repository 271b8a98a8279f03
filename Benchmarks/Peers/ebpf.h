#ifndef EBPF_H
#define EBPF_H

// What the program in the kernel (ebpf.bpf.c) and its driver (ebpf.c) share. The maps are like those of Cilium: addresses
// become identities by longest prefix, and each endpoint has a map from (identity, protocol, port) to an entry.

#include <linux/types.h>

enum { LARGEST_FLOW_COUNT = 1 << 20 };

// The same bytes as struct peer_flow.
struct flow {
  __u32 source, destination;
  __u16 destination_port;
  __u8 protocol, unused;
};

// Key of an identity map; bits from `address` on count.
struct address_key {
  __u32 prefix_length;
  __u32 address;  // network byte order
};

// Key of an endpoint's policy map where entries are found by longest prefix: identities whole, then the protocol, then the
// port's first bits, so that ranges take few entries.
struct policy_prefix_key {
  __u32 prefix_length;
  __u32 identity;
  __u8 protocol, port_high, port_low, unused;
};

// Key of the one policy map where entries are found exactly, each wildcard by a lookup of its own.
struct policy_hash_key {
  __u32 row;
  __u32 identity;
  __u16 port;
  __u8 protocol, unused;
};

// Stands for every other end.
enum { ANY_IDENTITY = 0 };

#endif
