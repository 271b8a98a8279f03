import ClusterModel

/// Numbers for the label keys and values that selectors name. Labels that no selector names do not count.
struct LabelVocabulary {
  private var numbers: [String: UInt32] = [:]
  /// Whether a string is a key of a selector, by its number.
  private var isKey: [Bool] = []
  /// Number of distinct keys of selectors.
  private(set) var keyCount = 0
  /// The key that was used last: selectors that are neighbours mostly share it.
  private var lastKey: (text: String, number: UInt32)?

  /// The number of a string, a new one if needed.
  mutating func number(_ text: String) -> UInt32 {
    if let number = numbers[text] { return number }
    let number = UInt32(numbers.count)
    numbers[text] = number
    isKey.append(false)
    return number
  }

  mutating func useKey(_ text: String) -> UInt32 {
    if let lastKey, lastKey.text == text { return lastKey.number }
    let number = number(text)
    if !isKey[Int(number)] {
      isKey[Int(number)] = true
      keyCount += 1
    }
    lastKey = (text, number)
    return number
  }

  /// The labels whose keys selectors use, as alternating key and value numbers in ascending order of the key.
  mutating func project(_ labels: Labels) -> [UInt32] {
    var projected: [UInt32] = []
    if keyCount == 0 { return projected }
    for position in labels.indices {
      let (key, value) = labels[position]
      guard let number = numbers[key], isKey[Int(number)] else { continue }
      // Texts ascend, not numbers; there are few.
      var place = projected.count
      while place > 0, projected[place - 2] > number { place -= 2 }
      projected.insert(self.number(value), at: place)
      projected.insert(number, at: place)
    }
    return projected
  }
}

/// A selector in numbers, ready to match and to compare.
struct EncodedSelector: Hashable {
  /// For each requirement its key times 4 plus the operator, the number of values, and the values in ascending order;
  /// requirements in ascending order, so that equal selectors have equal codes.
  let code: [UInt32]

  /// A selector from what ``append(_:to:_:)`` made of it.
  init(code: [UInt32]) { self.code = code }

  init(_ selector: LabelSelector, _ vocabulary: inout LabelVocabulary) {
    var code: [UInt32] = []
    Self.append(selector, to: &code, &vocabulary)
    self.code = code
  }

  static let everything = EncodedSelector(code: [])

  var isEverything: Bool { code.isEmpty }

  /// Appends a selector's code, for interning it before anything is made of it.
  static func append(
    _ selector: LabelSelector, to code: inout [UInt32], _ vocabulary: inout LabelVocabulary
  ) {
    if selector.requirements.count == 1 {
      append(selector.requirements[0], to: &code, &vocabulary)
    } else if !selector.requirements.isEmpty {
      let codes = selector.requirements.map { requirement in
        var code: [UInt32] = []
        append(requirement, to: &code, &vocabulary)
        return code
      }
      for requirement in codes.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        code.append(contentsOf: requirement)
      }
    }
  }

  private static func append(
    _ requirement: LabelSelector.Requirement, to code: inout [UInt32],
    _ vocabulary: inout LabelVocabulary
  ) {
    code.append(vocabulary.useKey(requirement.key) << 2 | number(of: requirement.operator))
    if requirement.values.count == 1 {
      code.append(1)
      code.append(vocabulary.number(requirement.values[0]))
    } else {
      let values = Set(requirement.values.map { vocabulary.number($0) }).sorted()
      code.append(UInt32(values.count))
      code.append(contentsOf: values)
    }
  }

  private static func number(of operator: LabelSelector.Operator) -> UInt32 {
    switch `operator` {
    case .in: 0
    case .notIn: 1
    case .exists: 2
    case .doesNotExist: 3
    }
  }

  /// A requirement of the code.
  struct Requirement {
    var key: UInt32
    var `operator`: LabelSelector.Operator
    /// The values' places in the code.
    var values: Range<Int>

    fileprivate init(_ code: [UInt32], at start: Int) {
      key = code[start] >> 2
      `operator` =
        switch code[start] & 3 {
        case 0: .in
        case 1: .notIn
        case 2: .exists
        default: .doesNotExist
        }
      values = start + 2..<start + 2 + Int(code[start + 1])
    }
  }

  /// The first requirement, or the one after another; `nil` after the last.
  func requirement(after previous: Requirement?) -> Requirement? {
    let start = previous.map(\.values.upperBound) ?? 0
    return start < code.count ? Requirement(code, at: start) : nil
  }

  /// Whether all requirements hold (N14) for projected labels.
  func matches(_ labels: ArraySlice<UInt32>) -> Bool {
    var next = requirement(after: nil)
    while let requirement = next {
      if !holds(requirement, labels) { return false }
      next = self.requirement(after: requirement)
    }
    return true
  }

  private func holds(_ requirement: Requirement, _ labels: ArraySlice<UInt32>) -> Bool {
    var index = labels.startIndex
    while index < labels.endIndex {
      if labels[index] == requirement.key {
        let value = labels[index + 1]
        return switch requirement.operator {
        case .in: code[requirement.values].contains(value)
        case .notIn: !code[requirement.values].contains(value)
        case .exists: true
        case .doesNotExist: false
        }
      }
      index += 2
    }
    // NotIn and DoesNotExist match when the key is absent.
    return requirement.operator == .notIn || requirement.operator == .doesNotExist
  }
}
