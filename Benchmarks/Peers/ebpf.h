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

// Which flows the next test run takes: `flow_count` from `first_flow` on, over and over.
struct settings {
  __u32 first_flow, flow_count;
  // Flows taken so far.
  __u32 step;
  // Type of service of the packets for nftables, which its rules choose their work by.
  __u32 type_of_service;
};

static inline __attribute__((always_inline)) __u32 next_flow_number(volatile struct settings *settings) {
  __u32 step = settings->step;
  settings->step = step + 1;
  // The driver only asks for powers of two, for a division would count among what is timed.
  return settings->first_flow + (step & (settings->flow_count - 1));
}

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
