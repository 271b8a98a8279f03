import ClusterModel

/// Numbers for the label keys and values that selectors name. Labels that no selector names do not count.
struct LabelVocabulary {
  private var numbers: [String: UInt32] = [:]
  /// Numbers of strings that are keys of a selector.
  private(set) var usedKeys: Set<UInt32> = []

  /// The number of a string, a new one if needed.
  mutating func number(_ text: String) -> UInt32 {
    if let number = numbers[text] { return number }
    let number = UInt32(numbers.count)
    numbers[text] = number
    return number
  }

  mutating func useKey(_ text: String) -> UInt32 {
    let number = number(text)
    usedKeys.insert(number)
    return number
  }

  /// The labels whose keys selectors use, as alternating key and value numbers in ascending order of the key.
  mutating func project(_ labels: Labels) -> [UInt32] {
    guard !usedKeys.isEmpty else { return [] }
    var pairs: [(key: UInt32, value: UInt32)] = []
    for position in labels.indices {
      let (key, value) = labels[position]
      guard let number = numbers[key], usedKeys.contains(number) else { continue }
      pairs.append((number, self.number(value)))
    }
    pairs.sort { $0.key < $1.key }
    return pairs.flatMap { [$0.key, $0.value] }
  }
}

/// A selector in numbers, ready to match and to compare.
///
/// Encoding: for each requirement key times 4 plus operator, number of values, values in ascending order; requirements in
/// ascending order, so that equal selectors have equal encodings.
struct EncodedSelector: Hashable {
  struct Requirement: Hashable {
    var key: UInt32
    var `operator`: LabelSelector.Operator
    var values: [UInt32]
  }

  var requirements: [Requirement]

  init(_ selector: LabelSelector, _ vocabulary: inout LabelVocabulary) {
    requirements = selector.requirements.map { requirement in
      Requirement(
        key: vocabulary.useKey(requirement.key), operator: requirement.operator,
        values: Set(requirement.values.map { vocabulary.number($0) }).sorted())
    }
    requirements.sort {
      ($0.key, $0.operator.rawValue) != ($1.key, $1.operator.rawValue)
        ? ($0.key, $0.operator.rawValue) < ($1.key, $1.operator.rawValue)
        : $0.values.lexicographicallyPrecedes($1.values)
    }
  }

  static let everything = EncodedSelector()
  private init() { requirements = [] }

  /// Whether all requirements hold (N14) for projected labels.
  func matches(_ labels: ArraySlice<UInt32>) -> Bool {
    requirements.allSatisfy { Self.holds($0, labels) }
  }

  private static func holds(_ requirement: Requirement, _ labels: ArraySlice<UInt32>) -> Bool {
    var index = labels.startIndex
    while index < labels.endIndex {
      if labels[index] == requirement.key {
        let value = labels[index + 1]
        return switch requirement.operator {
        case .in: requirement.values.contains(value)
        case .notIn: !requirement.values.contains(value)
        case .exists: true
        case .doesNotExist: false
        }
      }
      index += 2
    }
    // NotIn and DoesNotExist match when the key is absent.
    return requirement.operator == .notIn || requirement.operator == .doesNotExist
  }

  /// Appends the encoding to a key for interning.
  func append(to key: inout [UInt32]) {
    key.append(UInt32(requirements.count))
    for requirement in requirements {
      let code: UInt32 =
        switch requirement.operator {
        case .in: 0
        case .notIn: 1
        case .exists: 2
        case .doesNotExist: 3
        }
      key.append(requirement.key << 2 | code)
      key.append(UInt32(requirement.values.count))
      key.append(contentsOf: requirement.values)
    }
  }
}
