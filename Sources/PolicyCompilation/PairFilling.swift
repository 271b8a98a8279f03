import ClusterModel
import LookupTable
import NetworkTypes

/// Fills the pair table of one direction: for each row a default per category of peers, and the peers that differ.
///
/// An atom that matches most peers of a category (every pod, 0.0.0.0/0) counts in the category's default, and the peers
/// that it does not match are the exceptions; so the work follows the smaller of the two sets. Which atoms count as
/// defaults stays as it was for the first peers: rows and peers that come later are filled in beside them.
struct PairFilling {
  /// All that a pair's rules depend on.
  struct Sources {
    let rules: FlatRules
    let rows: RowSignatures
    let peers: PeerSignatures
    /// Whether a list of ports names one, by its id.
    let hasNames: [Bool]
    /// Atoms that match or not, nobody knows (A14).
    let maybeAtoms: Set<UInt32>
  }

  /// Peers that an atom matches, or, where it matches most of the category, those that it does not; ascending.
  private struct AtomPeers {
    var isMajority = [Bool](repeating: false, count: PeerCategory.allCases.count)
    var listed: [UInt32] = []
  }

  /// Is told, now and then, how many rows were looked at, and how many there are.
  typealias Progress = (_ doneCount: Int, _ totalCount: Int) -> Void

  private let usesPeerPorts: Bool
  private var atomPeers: [AtomPeers]
  private var majorities: [[UInt32]]
  private var listedPeerCount = 0
  /// For each row the number of peers that it was filled for.
  private var filledPeerCounts: [Int] = []

  init(_ direction: Direction, _ peers: PeerSignatures, atomCount: Int) {
    usesPeerPorts = direction == .egress
    let categoryCount = PeerCategory.allCases.count
    atomPeers = [AtomPeers](repeating: AtomPeers(), count: atomCount)
    majorities = Array(repeating: [], count: categoryCount)
    var sizes = [Int](repeating: 0, count: categoryCount)
    var counts = [Int](repeating: 0, count: atomCount * categoryCount)
    for peer in peers.peers {
      let category = Int(peer.category.rawValue)
      sizes[category] += 1
      for index in peer.atoms {
        counts[Int(peers.atoms[index]) * categoryCount + category] += 1
      }
    }
    for atom in atomPeers.indices {
      for category in 0..<categoryCount
      where counts[atom * categoryCount + category] * 2 > sizes[category] {
        atomPeers[atom].isMajority[category] = true
        majorities[category].append(UInt32(atom))
      }
    }
  }

  /// Lists peers and atoms that are new.
  private mutating func list(_ peers: PeerSignatures, atomCount: Int) {
    while atomPeers.count < atomCount { atomPeers.append(AtomPeers()) }
    for id in listedPeerCount..<peers.peers.count {
      let peer = peers.peers[id]
      // Both lists ascend: walk them side by side to find the majority atoms that the peer lacks.
      var next = 0
      let majority = majorities[Int(peer.category.rawValue)]
      for index in peer.atoms {
        let atom = peers.atoms[index]
        while next < majority.count, majority[next] < atom {
          atomPeers[Int(majority[next])].listed.append(UInt32(id))
          next += 1
        }
        if next < majority.count, majority[next] == atom {
          next += 1
        } else {
          atomPeers[Int(atom)].listed.append(UInt32(id))
        }
      }
      for atom in majority[next...] { atomPeers[Int(atom)].listed.append(UInt32(id)) }
    }
    listedPeerCount = peers.peers.count
  }

  /// Fills what is missing in the rows that are in use: new rows for all peers, others for the new peers.
  ///
  /// Row 0 and categories without peers get the result of an empty list.
  /// - Parameter isUsed: whether a row is in use; the others may be filled later.
  /// - Complexity: linear in the rules of all rows in use, plus the pairs that are filled.
  mutating func fill(
    _ sources: Sources, atomCount: Int, isUsed: (_ row: Int) -> Bool,
    _ builder: inout PairTableBuilder, _ lists: inout RuleLists,
    _ ports: inout PortClassification, _ store: inout RuleListStore, progress: Progress
  ) {
    list(sources.peers, atomCount: atomCount)
    let peerCount = sources.peers.peers.count
    var scratch = Scratch(peerCount: peerCount)
    while filledPeerCounts.count < sources.rows.rows.count { filledPeerCounts.append(-1) }
    let lastPeers = Self.needsLastPeers(filledPeerCounts) ? lastListedPeers(sources) : []
    for row in filledPeerCounts.indices where filledPeerCounts[row] < peerCount && isUsed(row) {
      if row % 1024 == 0 { progress(row, filledPeerCounts.count) }
      let isNew = filledPeerCounts[row] < 0
      let first = max(0, filledPeerCounts[row])
      filledPeerCounts[row] = peerCount
      let number = UInt32(row)
      if !isNew {
        let lastPeer = sources.rows.entries(number).reduce(-1) { max($0, lastPeers[Int($1)]) }
        if lastPeer < first { continue }
      }
      fill(
        number, isNew: isNew, firstPeer: UInt32(first), sources, &scratch, &builder, &lists, &ports,
        &store)
    }
  }

  private static func needsLastPeers(_ counts: [Int]) -> Bool { counts.contains { $0 >= 0 } }

  /// For each entry the last peer that can differ from a row's default because of it; -1 for none.
  private func lastListedPeers(_ sources: Sources) -> [Int] {
    let lastWithPorts =
      usesPeerPorts ? sources.peers.peers.lastIndex { $0.profile != 0 } ?? -1 : -1
    return sources.rules.rulesOfEntry.map { range in
      var last = -1
      for rule in sources.rules.rules[range] {
        if sources.hasNames[Int(rule.portSpec)] { last = max(last, lastWithPorts) }
        for index in rule.atoms {
          if let peer = atomPeers[Int(sources.rules.atoms[index])].listed.last {
            last = max(last, Int(peer))
          }
        }
      }
      return last
    }
  }

  /// Lists that are used again from row to row.
  private struct Scratch {
    /// Places of rules in the row that match a peer, by peer.
    var explicit: [[UInt32]]
    /// The row that last wrote to ``explicit``, by peer.
    var touchedAt: [UInt32]
    var touched: [UInt32] = []
    var key: [UInt32] = []
    /// The row's rules in the order of evaluation: what a place stands for.
    var rules: [UInt32] = []

    init(peerCount: Int) {
      explicit = [[UInt32]](repeating: [], count: peerCount)
      touchedAt = [UInt32](repeating: .max, count: peerCount)
    }

    mutating func touch(_ peer: Int, _ row: UInt32) {
      guard touchedAt[peer] != row else { return }
      touchedAt[peer] = row
      touched.append(UInt32(peer))
      explicit[peer].removeAll(keepingCapacity: true)
    }

    /// Notes a rule once; one that matches for certain replaces the same one that may match.
    mutating func note(_ value: UInt32, _ peer: Int) {
      let place = value & ~RuleLists.maybeFlag
      if let last = explicit[peer].last, last & ~RuleLists.maybeFlag == place {
        explicit[peer][explicit[peer].count - 1] = min(last, value)
      } else {
        explicit[peer].append(value)
      }
    }
  }

  private struct DefaultRule {
    /// Place in ``Scratch/rules``.
    var place: UInt32
    var isAny: Bool
  }

  private func fill(
    _ row: UInt32, isNew: Bool, firstPeer: UInt32, _ sources: Sources, _ scratch: inout Scratch,
    _ builder: inout PairTableBuilder, _ lists: inout RuleLists,
    _ ports: inout PortClassification, _ store: inout RuleListStore
  ) {
    scratch.touched.removeAll(keepingCapacity: true)
    scratch.rules.removeAll(keepingCapacity: true)
    // Rules that match most peers of a category, with the atoms that make them do so; none for any peer.
    var defaults: [[DefaultRule]] = Array(repeating: [], count: PeerCategory.allCases.count)
    var rowHasNames = false
    for entry in sources.rows.entries(row) {
      for rule in sources.rules.rulesOfEntry[Int(entry)] {
        let place = UInt32(scratch.rules.count)
        scratch.rules.append(UInt32(rule))
        let flat = sources.rules.rules[rule]
        rowHasNames = rowHasNames || sources.hasNames[Int(flat.portSpec)]
        if flat.isAnyPeer {
          for category in defaults.indices {
            defaults[category].append(DefaultRule(place: place, isAny: true))
          }
          continue
        }
        for index in flat.atoms {
          let atom = sources.rules.atoms[index]
          let value = sources.maybeAtoms.contains(atom) ? place | RuleLists.maybeFlag : place
          let isMajority = atomPeers[Int(atom)].isMajority
          for category in defaults.indices where isMajority[category] {
            if defaults[category].last?.place != place {
              defaults[category].append(DefaultRule(place: place, isAny: false))
            }
          }
          for peer in listed(atom, from: firstPeer) {
            scratch.touch(Int(peer), row)
            if isMajority[Int(sources.peers.peers[Int(peer)].category.rawValue)] { continue }
            scratch.note(value, Int(peer))
          }
        }
      }
    }
    if isNew { fillDefaults(row, defaults, sources, &scratch, &builder, &lists, &ports, &store) }
    if usesPeerPorts, rowHasNames {
      // A name makes a rule differ from peer to peer: all peers with named ports differ from the default.
      for peer in Int(firstPeer)..<sources.peers.peers.count
      where sources.peers.peers[peer].profile != 0 {
        scratch.touch(peer, row)
      }
    }
    for peer in scratch.touched {
      let category = sources.peers.peers[Int(peer)].category
      makeKey(row, Int(peer), defaults[Int(category.rawValue)], sources, &scratch)
      let result = lists.result(scratch.key.span, sources.rules, &ports, &store)
      builder.add(
        row: row, peer: category.column(ofPeer: peer), portSet: result.portSet,
        list: result.entries)
    }
  }

  /// The listed peers of an atom from a number on.
  private func listed(_ atom: UInt32, from first: UInt32) -> ArraySlice<UInt32> {
    let listed = atomPeers[Int(atom)].listed
    if first == 0 { return listed[...] }
    var low = 0
    var high = listed.count
    while low < high {
      let middle = (low + high) / 2
      if listed[middle] < first { low = middle + 1 } else { high = middle }
    }
    return listed[low...]
  }

  private func fillDefaults(
    _ row: UInt32, _ defaults: [[DefaultRule]], _ sources: Sources, _ scratch: inout Scratch,
    _ builder: inout PairTableBuilder, _ lists: inout RuleLists,
    _ ports: inout PortClassification, _ store: inout RuleListStore
  ) {
    for category in PeerCategory.allCases {
      scratch.key.removeAll(keepingCapacity: true)
      scratch.key.append(sources.rows.flags(row))
      scratch.key.append(usesPeerPorts ? 0 : sources.rows.profile(row))
      for item in defaults[Int(category.rawValue)] {
        let rule = scratch.rules[Int(item.place)]
        let isCertain =
          item.isAny
          || sources.rules.rules[Int(rule)].atoms.contains {
            let atom = sources.rules.atoms[$0]
            return !sources.maybeAtoms.contains(atom)
              && atomPeers[Int(atom)].isMajority[Int(category.rawValue)]
          }
        scratch.key.append(isCertain ? rule : rule | RuleLists.maybeFlag)
      }
      let result = lists.result(scratch.key.span, sources.rules, &ports, &store)
      builder.setDefault(
        row: row, category: category, portSet: result.portSet, list: result.entries)
    }
  }

  /// The list of a peer: its explicit rules, and those of the category's default that match it.
  private func makeKey(
    _ row: UInt32, _ peer: Int, _ defaults: [DefaultRule], _ sources: Sources,
    _ scratch: inout Scratch
  ) {
    scratch.key.removeAll(keepingCapacity: true)
    scratch.key.append(sources.rows.flags(row))
    scratch.key.append(
      usesPeerPorts ? sources.peers.peers[peer].profile : sources.rows.profile(row))
    let count = scratch.explicit[peer].count
    var next = 0
    func append(_ value: UInt32) {
      let flag = value & RuleLists.maybeFlag
      scratch.key.append(scratch.rules[Int(value & ~RuleLists.maybeFlag)] | flag)
    }
    func appendExplicit(before place: UInt32) {
      while next < count, scratch.explicit[peer][next] & ~RuleLists.maybeFlag < place {
        append(scratch.explicit[peer][next])
        next += 1
      }
    }
    for item in defaults {
      appendExplicit(before: item.place)
      var value: UInt32? =
        item.isAny ? item.place : match(item.place, scratch.rules, peer, sources)
      if next < count, scratch.explicit[peer][next] & ~RuleLists.maybeFlag == item.place {
        value = min(value ?? .max, scratch.explicit[peer][next])
        next += 1
      }
      if let value { append(value) }
    }
    appendExplicit(before: RuleLists.maybeFlag)
  }

  /// Whether a rule's atoms match a peer: for certain, maybe, or not.
  private func match(
    _ place: UInt32, _ rules: [UInt32], _ peer: Int, _ sources: Sources
  ) -> UInt32? {
    var result: UInt32?
    for index in sources.rules.rules[Int(rules[Int(place)])].atoms {
      let atom = sources.rules.atoms[index]
      guard sources.peers.peer(peer, has: atom) else { continue }
      if !sources.maybeAtoms.contains(atom) { return place }
      result = place | RuleLists.maybeFlag
    }
    return result
  }
}
