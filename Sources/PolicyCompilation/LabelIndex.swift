/// Finds the things whose labels a selector matches, by the rarest of the labels that it asks for.
struct LabelIndex {
  /// Projected labels of each thing.
  private(set) var labels: ListInterner
  /// Id in ``labels`` of each thing.
  private(set) var labelIDs: [UInt32]
  /// List index by key and value numbers.
  private var lists = NumberMap()
  /// Things by list, ascending.
  private var members: [[UInt32]] = []

  init(labels: ListInterner, labelIDs: [UInt32]) {
    self.labels = labels
    self.labelIDs = labelIDs
    for (thing, id) in labelIDs.enumerated() { list(UInt32(thing), labelID: id) }
  }

  /// The id of a list of projected labels.
  mutating func labelID(_ projected: [UInt32]) -> UInt32 { labels.intern(projected) }

  /// Adds the next thing.
  mutating func append(labelID: UInt32) {
    list(UInt32(labelIDs.count), labelID: labelID)
    labelIDs.append(labelID)
  }

  private mutating func list(_ thing: UInt32, labelID: UInt32) {
    let range = labels.range(of: labelID)
    for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
      let key = Self.key(labels.element(at: index), labels.element(at: index + 1))
      if let list = lists[key] {
        members[Int(list)].append(thing)
      } else {
        lists.insert(key, UInt32(members.count))
        members.append([thing])
      }
    }
  }

  private static func key(_ key: UInt32, _ value: UInt32) -> UInt64 {
    UInt64(key) << 32 | UInt64(value)
  }

  /// Whether a thing's labels match.
  func matches(_ thing: UInt32, _ selector: EncodedSelector) -> Bool {
    selector.matches(labels[labelIDs[Int(thing)]])
  }

  /// All things that match, each once.
  func matching(_ selector: EncodedSelector) -> [UInt32] {
    let candidates =
      candidates(for: selector, fewerThan: labelIDs.count) ?? Array(0..<UInt32(labelIDs.count))
    return candidates.filter { matches($0, selector) }
  }

  /// Things among which are all that match, each once, by the rarest label that the selector asks for; `nil` where that
  /// does not leave fewer than `limit`.
  func candidates(for selector: EncodedSelector, fewerThan limit: Int) -> [UInt32]? {
    var best: [UInt32]?
    var bestCount = limit
    var next = selector.requirement(after: nil)
    while let requirement = next {
      next = selector.requirement(after: requirement)
      guard requirement.operator == .in else { continue }
      let found = selector.code[requirement.values].compactMap {
        lists[Self.key(requirement.key, $0)]
      }
      let count = found.reduce(0) { $0 + members[Int($1)].count }
      if count < bestCount {
        bestCount = count
        best = found
      }
    }
    guard let best else { return nil }
    return best.count == 1 ? members[Int(best[0])] : best.flatMap { members[Int($0)] }
  }
}
