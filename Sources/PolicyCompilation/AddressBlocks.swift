import NetworkTypes

/// The blocks of addresses that rules name: an ipBlock with its excepts, or one of a cluster policy's networks.
struct AddressBlocks {
  struct Block: Hashable {
    var prefix: IPPrefix
    /// Blocks cut out of ``prefix`` (N17).
    var except: [IPPrefix]
    /// Whether it is an ipBlock of a NetworkPolicy, whose meaning for pods and nodes depends on the profile (N21);
    /// networks of cluster policies match every kind of end (A13).
    var isNetworkPolicyBlock: Bool
  }

  private(set) var blocks: [Block] = []
  private var ids: [Block: UInt32] = [:]

  mutating func id(_ block: Block) -> UInt32 {
    if let id = ids[block] { return id }
    let id = UInt32(blocks.count)
    blocks.append(block)
    ids[block] = id
    return id
  }
}
