import ClusterModel
import LookupTable
import NetworkTypes

/// The peers of both directions while classes are made.
struct PeerColumns {
  private(set) var ingress = PeerSignatures()
  private(set) var egress = PeerSignatures()
  /// Atoms by selector that match each pod group, ascending.
  private(set) var ingressAtoms: [[UInt32]]
  private(set) var egressAtoms: [[UInt32]]

  private let profile: Profile
  /// Whether an atom is an ipBlock of a NetworkPolicy.
  private var isIngressBlock: [Bool]
  private var isEgressBlock: [Bool]
  /// Egress atoms of names that nothing resolves (A14): all, and those that may be the name of a pod.
  private let unresolvedNames: [UInt32]
  private let unresolvedPodNames: [UInt32]
  /// Whether rules of the egress direction look at the named ports of peers (N35).
  let usesEgressNames: Bool

  init(
    _ flattening: RuleFlattening, groupCount: Int, groupsOfSelector: [[UInt32]], profile: Profile
  ) {
    self.profile = profile
    var unresolved: [(atom: UInt32, mayBePod: Bool)] = []
    func sort(_ atoms: PeerAtoms) -> (lists: [[UInt32]], isBlock: [Bool]) {
      var lists = [[UInt32]](repeating: [], count: groupCount)
      var isBlock = [Bool](repeating: false, count: atoms.atoms.count)
      for (id, atom) in atoms.atoms.enumerated() {
        switch atom {
        case .pods(let selector):
          for group in groupsOfSelector[Int(selector)] { lists[Int(group)].append(UInt32(id)) }
        case .block(let block):
          isBlock[id] = flattening.blocks.blocks[Int(block)].isNetworkPolicyBlock
        case .unresolvedName(let mayBePod): unresolved.append((UInt32(id), mayBePod))
        case .nodes: break
        }
      }
      return (lists, isBlock)
    }
    (ingressAtoms, isIngressBlock) = sort(flattening.ingressAtoms)
    (egressAtoms, isEgressBlock) = sort(flattening.egressAtoms)
    unresolvedNames = unresolved.map(\.atom)
    unresolvedPodNames = unresolved.filter(\.mayBePod).map(\.atom)
    usesEgressNames = flattening.egress.rules.contains {
      flattening.portSpecs.hasNames[Int($0.portSpec)]
    }
  }

  /// Egress atoms that match or not, nobody knows.
  var maybeAtoms: Set<UInt32> { Set(unresolvedNames) }

  // MARK: - Edits

  /// Adds the next atom of a direction.
  /// - Parameter groups: the pod groups that it matches by selector.
  mutating func append(
    _ atom: UInt32, _ direction: Direction, groups: [UInt32], isNetworkPolicyBlock: Bool
  ) {
    // The new atom has the highest number: lists keep ascending.
    if direction == .ingress {
      for group in groups { ingressAtoms[Int(group)].append(atom) }
      isIngressBlock.append(isNetworkPolicyBlock)
    } else {
      for group in groups { egressAtoms[Int(group)].append(atom) }
      isEgressBlock.append(isNetworkPolicyBlock)
    }
  }

  /// Adds the next pod group, with the atoms that match it, ascending.
  mutating func appendGroup(ingress: [UInt32], egress: [UInt32]) {
    ingressAtoms.append(ingress)
    egressAtoms.append(egress)
  }

  // MARK: - Columns

  /// The column of a peer in a region; blocks that do not speak of its kind are left out (N21), names that nothing
  /// resolves come in (A14).
  mutating func column(
    _ direction: Direction, _ category: PeerCategory, members: [UInt32], blockList: UInt32,
    portProfile: UInt32, _ regions: inout AddressRegions
  ) -> UInt32 {
    var list = blockList
    let isPod = category == .podIPv4 || category == .podIPv6
    let isNode = category == .nodeIPv4 || category == .nodeIPv6
    if isPod && !profile.ipBlockMatchesPods || isNode && !profile.ipBlockMatchesNodes {
      let isBlock = direction == .ingress ? isIngressBlock : isEgressBlock
      list = regions.filtered(list) { !isBlock[Int($0)] }
    }
    let blocks = regions.blockLists[list]
    if direction == .ingress {
      return ingress.column(category, profile: 0, members, blocks, [])
    }
    return egress.column(
      category, profile: usesEgressNames ? portProfile : 0, members, blocks,
      isPod ? unresolvedPodNames : unresolvedNames)
  }
}
