import ClusterModel
import LookupTable

/// Fills the pair table of one direction: for each row a default per category of peers, and the peers that differ.
///
/// An atom that matches most peers of a category (every pod, 0.0.0.0/0) counts in the category's default, and the peers
/// that it does not match are the exceptions; so the work follows the smaller of the two sets.
struct PairFilling {
  private let rules: FlatRules
  private let rows: RowSignatures
  private let peers: PeerSignatures
  private let usesPeerPorts: Bool
  private let hasNames: [Bool]

  /// Peers that an atom matches, or, where it matches most of the category, those that it does not.
  private struct AtomPeers {
    var isMajority = [Bool](repeating: false, count: PeerCategory.allCases.count)
    var listed: [UInt32] = []
  }
  private var atomPeers: [AtomPeers]

  init(
    _ rules: FlatRules, _ rows: RowSignatures, _ peers: PeerSignatures, _ atoms: PeerAtoms,
    _ specs: PortSpecs
  ) {
    self.rules = rules
    self.rows = rows
    self.peers = peers
    usesPeerPorts = rules.direction == .egress
    hasNames = specs.hasNames
    atomPeers = [AtomPeers](repeating: AtomPeers(), count: atoms.atoms.count)
    listPeers()
  }

  private mutating func listPeers() {
    let categoryCount = PeerCategory.allCases.count
    var sizes = [Int](repeating: 0, count: categoryCount)
    var counts = [Int](repeating: 0, count: atomPeers.count * categoryCount)
    for peer in peers.peers {
      let category = Int(peer.category.rawValue)
      sizes[category] += 1
      for index in peer.atoms {
        counts[Int(peers.atoms[index]) * categoryCount + category] += 1
      }
    }
    var majorities: [[UInt32]] = Array(repeating: [], count: categoryCount)
    for atom in atomPeers.indices {
      for category in 0..<categoryCount
      where counts[atom * categoryCount + category] * 2 > sizes[category] {
        atomPeers[atom].isMajority[category] = true
        majorities[category].append(UInt32(atom))
      }
    }
    for (id, peer) in peers.peers.enumerated() {
      let category = Int(peer.category.rawValue)
      // Both lists ascend: walk them side by side to find the majority atoms that the peer lacks.
      var next = 0
      let majority = majorities[category]
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
  }

  /// Fills `builder`. Row 0 and categories without peers get the result of an empty list.
  func fill(
    _ builder: inout PairTableBuilder, _ lists: inout RuleLists,
    _ ports: inout PortClassification, _ store: inout RuleListStore, maybeAtoms: Set<UInt32>
  ) {
    var explicit = [[UInt32]](repeating: [], count: peers.peers.count)
    var touchedAt = [UInt32](repeating: .max, count: peers.peers.count)
    var touched: [UInt32] = []
    var key: [UInt32] = []
    for row in 0..<UInt32(rows.rows.count) {
      touched.removeAll(keepingCapacity: true)
      // Rules that match most peers of a category, with the atoms that make them do so; none for any peer.
      var defaults: [[DefaultRule]] = Array(repeating: [], count: PeerCategory.allCases.count)
      for entry in rows.entries(row) {
        for rule in rules.rulesOfEntry[Int(entry)] {
          let flat = rules.rules[rule]
          if flat.isAnyPeer {
            for category in defaults.indices {
              defaults[category].append(DefaultRule(rule: UInt32(rule), isAny: true))
            }
            continue
          }
          for index in flat.atoms {
            let atom = rules.atoms[index]
            let isMaybe = maybeAtoms.contains(atom)
            let listed = atomPeers[Int(atom)]
            for category in defaults.indices where listed.isMajority[category] {
              if defaults[category].last?.rule != UInt32(rule) {
                defaults[category].append(DefaultRule(rule: UInt32(rule), isAny: false))
              }
            }
            for peer in listed.listed {
              if touchedAt[Int(peer)] != row {
                touchedAt[Int(peer)] = row
                touched.append(peer)
                explicit[Int(peer)].removeAll(keepingCapacity: true)
              }
              let category = Int(peers.peers[Int(peer)].category.rawValue)
              if listed.isMajority[category] { continue }
              let value = isMaybe ? UInt32(rule) | RuleLists.maybeFlag : UInt32(rule)
              Self.append(value, to: &explicit[Int(peer)])
            }
          }
        }
      }
      fillDefaults(row, defaults, maybeAtoms, &key, &builder, &lists, &ports, &store)
      let rowHasNames =
        usesPeerPorts
        && rows.entries(row).contains { entry in
          rules.rulesOfEntry[Int(entry)].contains { hasNames[Int(rules.rules[$0].portSpec)] }
        }
      if rowHasNames { touchPeersWithPorts(row, &touched, &touchedAt, &explicit) }
      for peer in touched {
        makeKey(
          row, Int(peer), explicit[Int(peer)],
          defaults[Int(peers.peers[Int(peer)].category.rawValue)], maybeAtoms, &key)
        let result = lists.result(key.span, &ports, &store)
        let column = peer | peers.peers[Int(peer)].category.rawValue << 21
        builder.add(row: row, peer: column, portSet: result.portSet, list: result.entries)
      }
    }
  }

  private struct DefaultRule {
    var rule: UInt32
    var isAny: Bool
  }

  /// Appends a rule once; a rule that matches for certain replaces the same one that may match.
  private static func append(_ value: UInt32, to list: inout [UInt32]) {
    let rule = value & ~RuleLists.maybeFlag
    if let last = list.last, last & ~RuleLists.maybeFlag == rule {
      list[list.count - 1] = min(last, value)
    } else {
      list.append(value)
    }
  }

  /// Names of ports make an any-peer rule differ from peer to peer: all peers with named ports differ from the default.
  private func touchPeersWithPorts(
    _ row: UInt32, _ touched: inout [UInt32], _ touchedAt: inout [UInt32],
    _ explicit: inout [[UInt32]]
  ) {
    for (id, peer) in peers.peers.enumerated() where peer.profile != 0 && touchedAt[id] != row {
      touchedAt[id] = row
      touched.append(UInt32(id))
      explicit[id].removeAll(keepingCapacity: true)
    }
  }

  private func fillDefaults(
    _ row: UInt32, _ defaults: [[DefaultRule]], _ maybeAtoms: Set<UInt32>, _ key: inout [UInt32],
    _ builder: inout PairTableBuilder, _ lists: inout RuleLists,
    _ ports: inout PortClassification, _ store: inout RuleListStore
  ) {
    for category in PeerCategory.allCases {
      key.removeAll(keepingCapacity: true)
      key.append(rows.flags(row))
      key.append(usesPeerPorts ? 0 : rows.profile(row))
      for item in defaults[Int(category.rawValue)] {
        let flat = rules.rules[Int(item.rule)]
        let isCertain =
          item.isAny
          || flat.atoms.contains {
            let atom = rules.atoms[$0]
            return !maybeAtoms.contains(atom)
              && atomPeers[Int(atom)].isMajority[Int(category.rawValue)]
          }
        key.append(isCertain ? item.rule : item.rule | RuleLists.maybeFlag)
      }
      let result = lists.result(key.span, &ports, &store)
      builder.setDefault(
        row: row, category: category, portSet: result.portSet, list: result.entries)
    }
  }

  /// The list of a peer: its explicit rules, and those of the category's default that match it.
  private func makeKey(
    _ row: UInt32, _ peer: Int, _ explicit: [UInt32], _ defaults: [DefaultRule],
    _ maybeAtoms: Set<UInt32>, _ key: inout [UInt32]
  ) {
    key.removeAll(keepingCapacity: true)
    key.append(rows.flags(row))
    key.append(usesPeerPorts ? peers.peers[peer].profile : rows.profile(row))
    var next = 0
    func appendExplicit(before rule: UInt32) {
      while next < explicit.count, explicit[next] & ~RuleLists.maybeFlag < rule {
        key.append(explicit[next])
        next += 1
      }
    }
    for item in defaults {
      appendExplicit(before: item.rule)
      var value: UInt32? =
        item.isAny ? item.rule : match(item.rule, peer, maybeAtoms)
      if next < explicit.count, explicit[next] & ~RuleLists.maybeFlag == item.rule {
        value = min(value ?? .max, explicit[next])
        next += 1
      }
      if let value { key.append(value) }
    }
    appendExplicit(before: RuleLists.maybeFlag)
  }

  /// Whether a rule's atoms match a peer: for certain, maybe, or not.
  private func match(_ rule: UInt32, _ peer: Int, _ maybeAtoms: Set<UInt32>) -> UInt32? {
    var result: UInt32?
    for index in rules.rules[Int(rule)].atoms where peers.peer(peer, has: rules.atoms[index]) {
      if !maybeAtoms.contains(rules.atoms[index]) { return rule }
      result = rule | RuleLists.maybeFlag
    }
    return result
  }
}
