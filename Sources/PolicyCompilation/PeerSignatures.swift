import ClusterModel
import LookupTable

/// The distinct peers of one direction: ends that no rule of the direction tells apart.
struct PeerSignatures {
  /// What a peer is made of.
  struct Peer {
    var category: PeerCategory
    /// Profile of named ports, where rules of the direction look at the peer's ports.
    var profile: UInt32
    /// Atoms that match the peer, ascending: a range of ``atoms``.
    var atoms: Range<Int>
  }

  private(set) var peers: [Peer] = []
  private(set) var atoms: [UInt32] = []
  private var ids = ListInterner()
  private var scratch: [UInt32] = []

  /// The column of a peer: its id with the category in the upper bits.
  ///
  /// - Parameters:
  ///   - members: atoms that match by selector.
  ///   - blocks: atoms that match by address.
  ///   - names: atoms of names that may match. Each of the three lists ascends.
  mutating func column(
    _ category: PeerCategory, profile: UInt32, _ members: [UInt32], _ blocks: ArraySlice<UInt32>,
    _ names: [UInt32]
  ) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(category.rawValue)
    scratch.append(profile)
    var nextBlock = blocks.startIndex
    for member in members {
      while nextBlock < blocks.endIndex, blocks[nextBlock] < member {
        scratch.append(blocks[nextBlock])
        nextBlock += 1
      }
      scratch.append(member)
    }
    scratch.append(contentsOf: blocks[nextBlock...])
    if !names.isEmpty {
      scratch.append(contentsOf: names)
      scratch[2...].sort()
    }
    let id = ids.intern(scratch)
    if Int(id) == peers.count {
      let start = atoms.count
      atoms.append(contentsOf: scratch[2...])
      peers.append(Peer(category: category, profile: profile, atoms: start..<atoms.count))
    }
    return category.column(ofPeer: id)
  }

  /// Whether an atom matches a peer.
  func peer(_ peer: Int, has atom: UInt32) -> Bool {
    var low = peers[peer].atoms.lowerBound
    var high = peers[peer].atoms.upperBound
    while low < high {
      let middle = (low + high) / 2
      if atoms[middle] < atom { low = middle + 1 } else { high = middle }
    }
    return low < peers[peer].atoms.upperBound && atoms[low] == atom
  }
}
