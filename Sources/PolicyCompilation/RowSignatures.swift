import ClusterModel
import NetworkTypes

/// The distinct sets of policies that apply to pods in one direction. Row 0: not a pod.
struct RowSignatures {
  /// Isolated by a NetworkPolicy in this direction (N2).
  static let isIsolated: UInt32 = 1
  /// Selected by a NetworkPolicy of any direction, where the profile makes that matter (A10).
  static let isSelected: UInt32 = 2
  /// A pod, as opposed to row 0.
  static let isPod: UInt32 = 4

  /// Row of each pod group.
  private(set) var rowOfGroup: [UInt32] = []
  /// Flags, profile of named ports (ingress rows with names), then the entries in the order of evaluation.
  private(set) var rows = ListInterner()

  private let direction: Direction
  private let isolationIsPerDirection: Bool
  /// Whether a rule of an entry names a port.
  private var usesNames: [Bool] = []
  /// Number of NetworkPolicies that select each group.
  private var selectionCounts: [UInt32] = []
  private var scratch: [UInt32] = []

  init(
    _ rules: FlatRules, _ flattening: RuleFlattening, _ groups: PodGroups,
    groupsOfSubject: [[UInt32]], profile: Profile
  ) {
    direction = rules.direction
    isolationIsPerDirection = profile.networkPolicyIsolationIsPerDirection
    _ = rows.intern([0, 0])
    // Lists of entries by group, laid end to end: counted first, then filled in the order of evaluation.
    var offsets = [Int](repeating: 0, count: groups.count + 1)
    selectionCounts = [UInt32](repeating: 0, count: groups.count)
    for (entry, subject) in flattening.subjects.enumerated() {
      guard let subject else { continue }
      let applies = rules.appliesInDirection[entry]
      let isNetworkPolicy = flattening.entries[entry].tier == .networkPolicy
      for group in groupsOfSubject[Int(subject)] {
        if applies { offsets[Int(group) + 1] += 1 }
        if isNetworkPolicy { selectionCounts[Int(group)] += 1 }
      }
    }
    for group in 0..<groups.count { offsets[group + 1] += offsets[group] }
    var next = offsets
    var entries = [UInt32](repeating: 0, count: offsets[groups.count])
    for (entry, subject) in flattening.subjects.enumerated() {
      guard let subject, rules.appliesInDirection[entry] else { continue }
      for group in groupsOfSubject[Int(subject)] {
        entries[next[Int(group)]] = UInt32(entry)
        next[Int(group)] += 1
      }
    }
    noteNames(rules, flattening)
    rowOfGroup.reserveCapacity(groups.count)
    for group in 0..<groups.count {
      rowOfGroup.append(
        row(
          of: entries[offsets[group]..<offsets[group + 1]], flattening,
          portProfile: groups.profiles[group], isSelected: selectionCounts[group] > 0))
    }
  }

  /// Rows alone, for naming; no groups.
  init(rows: ListInterner, direction: Direction) {
    self.rows = rows
    self.direction = direction
    isolationIsPerDirection = true
  }

  private mutating func noteNames(_ rules: FlatRules, _ flattening: RuleFlattening) {
    for range in rules.rulesOfEntry[usesNames.count...] {
      usesNames.append(
        rules.rules[range].contains { flattening.portSpecs.hasNames[Int($0.portSpec)] })
    }
  }

  private mutating func row(
    of entries: ArraySlice<UInt32>, _ flattening: RuleFlattening, portProfile: UInt32,
    isSelected: Bool
  ) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    var flags = Self.isPod
    var hasNames = false
    for entry in entries {
      if flattening.entries[Int(entry)].tier == .networkPolicy { flags |= Self.isIsolated }
      hasNames = hasNames || usesNames[Int(entry)]
    }
    if !isolationIsPerDirection, isSelected { flags |= Self.isSelected }
    scratch.append(flags)
    // Ingress: the named ports are the row's own pods' (N35).
    scratch.append(direction == .ingress && hasNames ? portProfile : 0)
    scratch.append(contentsOf: entries)
    return rows.intern(scratch)
  }

  func flags(_ row: UInt32) -> UInt32 { rows[row].first ?? 0 }
  func profile(_ row: UInt32) -> UInt32 { rows[row][rows[row].startIndex + 1] }
  func entries(_ row: UInt32) -> ArraySlice<UInt32> { rows[row].dropFirst(2) }

  // MARK: - Edits

  /// Makes a new policy's entry apply to the groups that its subject picks.
  mutating func add(
    entry: UInt32, to groups: [UInt32], _ rules: FlatRules, _ flattening: RuleFlattening,
    _ podGroups: PodGroups, _ policies: PolicySet
  ) {
    noteNames(rules, flattening)
    let new = flattening.entries[Int(entry)]
    let applies = rules.appliesInDirection[Int(entry)]
    for group in groups {
      if new.tier == .networkPolicy { selectionCounts[Int(group)] += 1 }
      var entries = Array(self.entries(rowOfGroup[Int(group)]))
      if applies {
        let position = entries.firstIndex {
          PolicyEntry.isBefore(new, flattening.entries[Int($0)], policies)
        }
        entries.insert(entry, at: position ?? entries.count)
      }
      setRow(of: group, entries, flattening, podGroups)
    }
  }

  /// Makes an entry apply no longer to the groups that its subject picks.
  mutating func remove(
    entry: UInt32, from groups: [UInt32], _ flattening: RuleFlattening, _ podGroups: PodGroups
  ) {
    for group in groups {
      if flattening.entries[Int(entry)].tier == .networkPolicy {
        selectionCounts[Int(group)] -= 1
      }
      let entries = self.entries(rowOfGroup[Int(group)]).filter { $0 != entry }
      setRow(of: group, entries, flattening, podGroups)
    }
  }

  private mutating func setRow(
    of group: UInt32, _ entries: [UInt32], _ flattening: RuleFlattening, _ podGroups: PodGroups
  ) {
    rowOfGroup[Int(group)] = row(
      of: entries[...], flattening, portProfile: podGroups.profiles[Int(group)],
      isSelected: selectionCounts[Int(group)] > 0)
  }

  /// Adds the next group.
  /// - Parameter selecting: all entries whose subjects pick it, in the order of evaluation.
  mutating func appendGroup(
    selecting: [UInt32], _ rules: FlatRules, _ flattening: RuleFlattening, portProfile: UInt32
  ) {
    let networkPolicies = selecting.count {
      flattening.entries[Int($0)].tier == .networkPolicy
    }
    selectionCounts.append(UInt32(networkPolicies))
    let applying = selecting.filter { rules.appliesInDirection[Int($0)] }
    rowOfGroup.append(
      row(
        of: applying[...], flattening, portProfile: portProfile, isSelected: networkPolicies > 0))
  }
}
