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
    var majority = CategorySet()
    var listed: [UInt32] = []
  }

  /// Categories of peers.
  private struct CategorySet {
    private var bits: UInt8 = 0

    var isEmpty: Bool { bits == 0 }
    mutating func insert(_ category: PeerCategory) { bits |= 1 << UInt8(category.rawValue) }
    func contains(_ category: PeerCategory) -> Bool { bits >> UInt8(category.rawValue) & 1 != 0 }
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
      for category in PeerCategory.allCases {
        let number = Int(category.rawValue)
        guard counts[atom * categoryCount + number] * 2 > sizes[number] else { continue }
        atomPeers[atom].majority.insert(category)
        majorities[number].append(UInt32(atom))
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
    /// Places of rules in the row that match a peer: a chain of ``notes`` for each peer that was touched.
    private var chains: [Chain]
    private var notes: [Note] = []
    var touched: [UInt32] = []
    var key: [UInt32] = []
    /// The row's rules in the order of evaluation: what a place stands for.
    var rules: [UInt32] = []

    private struct Chain {
      /// The row that last wrote to the chain.
      var row: UInt32
      /// Indices of the first and the last note; ``none`` where there is none.
      var first: UInt32
      var last: UInt32
    }

    struct Note {
      var value: UInt32
      var next: UInt32

      var place: UInt32 { value & ~RuleLists.maybeFlag }
    }

    static let none = UInt32.max

    init(peerCount: Int) {
      chains = [Chain](
        repeating: Chain(row: .max, first: Self.none, last: Self.none), count: peerCount)
    }

    mutating func startRow() {
      touched.removeAll(keepingCapacity: true)
      rules.removeAll(keepingCapacity: true)
      notes.removeAll(keepingCapacity: true)
    }

    mutating func touch(_ peer: Int, _ row: UInt32) {
      guard chains[peer].row != row else { return }
      chains[peer] = Chain(row: row, first: Self.none, last: Self.none)
      touched.append(UInt32(peer))
    }

    /// Notes a rule once; one that matches for certain replaces the same one that may match.
    mutating func note(_ value: UInt32, _ peer: Int) {
      let last = chains[peer].last
      let note = Note(value: value, next: Self.none)
      if last == Self.none {
        chains[peer].first = UInt32(notes.count)
      } else if notes[Int(last)].place == note.place {
        notes[Int(last)].value = min(notes[Int(last)].value, value)
        return
      } else {
        notes[Int(last)].next = UInt32(notes.count)
      }
      chains[peer].last = UInt32(notes.count)
      notes.append(note)
    }

    /// The first note of a peer that was touched.
    func firstNote(_ peer: Int) -> Note? { note(at: chains[peer].first) }

    func note(at index: UInt32) -> Note? { index == Self.none ? nil : notes[Int(index)] }
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
    scratch.startRow()
    // Rules that match most peers of a category, with the atoms that make them do so; none for any peer.
    var defaults: [[DefaultRule]] = Array(repeating: [], count: PeerCategory.allCases.count)
    var rowHasNames = false
    let hasMaybeAtoms = !sources.maybeAtoms.isEmpty
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
          let isMaybe = hasMaybeAtoms && sources.maybeAtoms.contains(atom)
          let value = isMaybe ? place | RuleLists.maybeFlag : place
          let majority = atomPeers[Int(atom)].majority
          if !majority.isEmpty {
            for category in PeerCategory.allCases where majority.contains(category) {
              if defaults[Int(category.rawValue)].last?.place != place {
                defaults[Int(category.rawValue)].append(DefaultRule(place: place, isAny: false))
              }
            }
          }
          let listed = atomPeers[Int(atom)].listed
          for index in firstIndex(in: listed, from: firstPeer)..<listed.count {
            let peer = Int(listed[index])
            scratch.touch(peer, row)
            if majority.contains(sources.peers.peers[peer].category) { continue }
            scratch.note(value, peer)
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

  /// Index of the first peer of an ascending list from a number on.
  private func firstIndex(in listed: [UInt32], from first: UInt32) -> Int {
    if first == 0 { return 0 }
    var low = 0
    var high = listed.count
    while low < high {
      let middle = (low + high) / 2
      if listed[middle] < first { low = middle + 1 } else { high = middle }
    }
    return low
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
              && atomPeers[Int(atom)].majority.contains(category)
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
    var explicit = scratch.firstNote(peer)
    func append(_ value: UInt32) {
      let flag = value & RuleLists.maybeFlag
      scratch.key.append(scratch.rules[Int(value & ~RuleLists.maybeFlag)] | flag)
    }
    func appendExplicit(before place: UInt32) {
      while let note = explicit, note.place < place {
        append(note.value)
        explicit = scratch.note(at: note.next)
      }
    }
    for item in defaults {
      appendExplicit(before: item.place)
      var value: UInt32? =
        item.isAny ? item.place : match(item.place, scratch.rules, peer, sources)
      if let note = explicit, note.place == item.place {
        value = min(value ?? .max, note.value)
        explicit = scratch.note(at: note.next)
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
