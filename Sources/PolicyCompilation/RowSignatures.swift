import ClusterModel

/// The distinct sets of policies that apply to pods in one direction. Row 0: not a pod.
struct RowSignatures {
  /// Isolated by a NetworkPolicy in this direction (N2).
  static let isIsolated: UInt32 = 1
  /// Selected by a NetworkPolicy of any direction, where the profile makes that matter (A10).
  static let isSelected: UInt32 = 2
  /// A pod, as opposed to row 0.
  static let isPod: UInt32 = 4

  /// Row of each pod group.
  private(set) var rowOfGroup: [UInt32]
  /// Flags, profile of named ports (ingress rows with names), then the entries in the order of evaluation.
  private(set) var rows = ListInterner()

  init(
    _ rules: FlatRules, _ flattening: RuleFlattening, _ groups: PodGroups,
    groupsOfSubject: [[UInt32]], profile: Profile
  ) {
    _ = rows.intern([0, 0])
    let perDirection = profile.networkPolicyIsolationIsPerDirection
    // Lists of entries by group, laid end to end: counted first, then filled in the order of evaluation.
    var offsets = [Int](repeating: 0, count: groups.count + 1)
    var isSelected = [Bool](repeating: false, count: groups.count)
    for (entry, subject) in flattening.subjects.enumerated() {
      guard let subject else { continue }
      let applies = rules.appliesInDirection[entry]
      let isNetworkPolicy = flattening.entries[entry].tier == .networkPolicy
      for group in groupsOfSubject[Int(subject)] {
        if applies { offsets[Int(group) + 1] += 1 }
        if isNetworkPolicy { isSelected[Int(group)] = true }
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
    let usesNames = Self.entriesWithNames(rules, flattening)
    rowOfGroup = []
    rowOfGroup.reserveCapacity(groups.count)
    var signature: [UInt32] = []
    for group in 0..<groups.count {
      signature.removeAll(keepingCapacity: true)
      var flags = Self.isPod
      var hasNames = false
      let own = entries[offsets[group]..<offsets[group + 1]]
      for entry in own {
        if flattening.entries[Int(entry)].tier == .networkPolicy { flags |= Self.isIsolated }
        hasNames = hasNames || usesNames[Int(entry)]
      }
      if !perDirection, isSelected[group] { flags |= Self.isSelected }
      signature.append(flags)
      // Ingress: the named ports are the row's own pods' (N35).
      signature.append(
        rules.direction == .ingress && hasNames ? groups.profiles[group] : 0)
      signature.append(contentsOf: own)
      rowOfGroup.append(rows.intern(signature.span))
    }
  }

  /// Rows alone, for naming; no groups.
  init(rows: ListInterner) {
    self.rows = rows
    rowOfGroup = []
  }

  private static func entriesWithNames(
    _ rules: FlatRules, _ flattening: RuleFlattening
  ) -> [Bool] {
    rules.rulesOfEntry.map { range in
      rules.rules[range].contains { flattening.portSpecs.hasNames[Int($0.portSpec)] }
    }
  }

  func flags(_ row: UInt32) -> UInt32 { rows[row].first ?? 0 }
  func profile(_ row: UInt32) -> UInt32 { rows[row][rows[row].startIndex + 1] }
  func entries(_ row: UInt32) -> ArraySlice<UInt32> { rows[row].dropFirst(2) }
}
