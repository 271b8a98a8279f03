/// A label selector (N14): all requirements must hold; without any, it matches everything.
///
/// `matchLabels` entries are requirements with operator `in` and one value. Pure data: the compiler and the reference
/// evaluator each have their own matching, so that they stay independent witnesses.
public struct LabelSelector: Hashable, Sendable {
  public enum Operator: String, Sendable, Hashable {
    case `in` = "In"
    case notIn = "NotIn"
    case exists = "Exists"
    case doesNotExist = "DoesNotExist"
  }

  public struct Requirement: Hashable, Sendable {
    public var key: String
    public var `operator`: Operator
    /// Values of `in` and `notIn`; empty for the others.
    public var values: [String]

    public init(key: String, operator: Operator, values: [String] = []) {
      self.key = key
      self.operator = `operator`
      self.values = values
    }
  }

  public var requirements: [Requirement]

  public init(_ requirements: [Requirement] = []) { self.requirements = requirements }

  /// `matchLabels` alone; requirements in ascending order of the key.
  public init(matchLabels: [String: String]) {
    requirements = matchLabels.sorted { $0.key < $1.key }.map {
      Requirement(key: $0.key, operator: .in, values: [$0.value])
    }
  }

  /// The empty selector, which matches everything.
  public static let everything = LabelSelector()
}

/// `app=web,tier in (a,b),!legacy`, as `kubectl` prints selectors; `<all>` for the empty one.
extension LabelSelector: CustomStringConvertible {
  public var description: String {
    if requirements.isEmpty { return "<all>" }
    return requirements.map { requirement in
      switch requirement.operator {
      case .in where requirement.values.count == 1: "\(requirement.key)=\(requirement.values[0])"
      case .in: "\(requirement.key) in (\(requirement.values.joined(separator: ",")))"
      case .notIn: "\(requirement.key) notin (\(requirement.values.joined(separator: ",")))"
      case .exists: requirement.key
      case .doesNotExist: "!\(requirement.key)"
      }
    }.joined(separator: ",")
  }
}
