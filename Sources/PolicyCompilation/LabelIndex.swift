/// Finds the things whose labels a selector matches, by the rarest of the labels that it asks for.
struct LabelIndex {
  /// Projected labels of each thing.
  private(set) var labels: ListInterner
  /// Id in ``labels`` of each thing.
  private(set) var labelIDs: [UInt32]
  /// List index by key and value numbers.
  private var lists = NumberMap()
  private var members: [[UInt32]] = []

  init(labels: ListInterner, labelIDs: [UInt32]) {
    self.labels = labels
    self.labelIDs = labelIDs
    // Things by distinct labels first: the pairs of a label set are walked once.
    var things = [[UInt32]](repeating: [], count: labels.count)
    for (thing, id) in labelIDs.enumerated() { things[Int(id)].append(UInt32(thing)) }
    for id in 0..<UInt32(labels.count) where !things[Int(id)].isEmpty {
      let range = labels.range(of: id)
      var index = range.lowerBound
      while index < range.upperBound {
        let key = Self.key(labels.element(at: index), labels.element(at: index + 1))
        if let list = lists[key] {
          members[Int(list)].append(contentsOf: things[Int(id)])
        } else {
          lists.insert(key, UInt32(members.count))
          members.append(things[Int(id)])
        }
        index += 2
      }
    }
  }

  /// The id of a list of projected labels.
  mutating func labelID(_ projected: [UInt32]) -> UInt32 { labels.intern(projected) }

  /// Adds the next thing.
  mutating func append(labelID: UInt32) {
    let thing = UInt32(labelIDs.count)
    labelIDs.append(labelID)
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
    for requirement in selector.requirements where requirement.operator == .in {
      let found = requirement.values.compactMap { lists[Self.key(requirement.key, $0)] }
      let count = found.reduce(0) { $0 + members[Int($1)].count }
      if count < bestCount {
        bestCount = count
        best = found
      }
    }
    return best.map { $0.flatMap { members[Int($0)] } }
  }
}
