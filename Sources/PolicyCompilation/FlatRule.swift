import ClusterModel
import NetworkTypes

/// A rule in numbers.
struct FlatRule {
  /// The number that the table knows it by: index in ``RuleFlattening/places``.
  var number: UInt32
  /// Index of its ``PolicyEntry``.
  var entry: UInt32
  /// Index in the policy's list of the direction.
  var ruleIndex: UInt32
  var tier: Tier
  var action: ClusterPolicy.Action
  /// Matches every other end: a NetworkPolicy rule without peers (N9), or one that fails closed (A23).
  var isAnyPeer: Bool
  /// The atoms of its peers: a range of ``FlatRules/atoms``, ascending.
  var atoms: Range<Int>
  /// Id in ``PortSpecs``.
  var portSpec: UInt32
}

/// All rules of one direction.
struct FlatRules {
  let direction: Direction
  /// The rules of an entry are in the order of evaluation.
  var rules: [FlatRule] = []
  var atoms: [UInt32] = []
  /// The rules of each ``PolicyEntry``; empty for entries that have none in this direction.
  var rulesOfEntry: [Range<Int>] = []
  /// Entries that apply in this direction: NetworkPolicies that isolate, cluster policies with rules (A4).
  var appliesInDirection: [Bool] = []
}

/// What a peer of a rule can be made of. Atoms of each direction are numbered from 0.
enum PeerAtom {
  /// Pods that a selector matches: id in ``PodSelectors``.
  case pods(UInt32)
  /// Addresses of a block: id in ``AddressBlocks``.
  case block(UInt32)
  /// Nodes that a selector matches: index in the compiler's list of node selectors.
  case nodes(UInt32)
  /// A domain name that nothing resolves (A14); `true` where it may be the name of a pod.
  case unresolvedName(mayBePod: Bool)

  /// Different atoms have different keys.
  var key: UInt64 {
    switch self {
    case .pods(let selector): UInt64(selector)
    case .block(let block): 1 << 32 | UInt64(block)
    case .nodes(let selector): 2 << 32 | UInt64(selector)
    case .unresolvedName(let mayBePod): 3 << 32 | (mayBePod ? 1 : 0)
    }
  }
}

/// The atoms of one direction.
struct PeerAtoms {
  private(set) var atoms: [PeerAtom] = []
  private var ids = NumberMap()

  /// The id of an atom that some rule has.
  func known(_ atom: PeerAtom) -> UInt32? { ids[atom.key] }

  mutating func id(_ atom: PeerAtom) -> UInt32 {
    let key = atom.key
    if let id = ids[key] { return id }
    let id = UInt32(atoms.count)
    atoms.append(atom)
    ids.insert(key, id)
    return id
  }
}
