import ClusterModel

extension LabelSelector {
  /// N14: all requirements must hold.
  func matches(_ labels: Labels) -> Bool { firstFailure(labels) == nil }

  /// The first requirement that does not hold.
  func firstFailure(_ labels: Labels) -> Requirement? {
    requirements.first { !$0.holds(labels[$0.key]) }
  }
}

extension LabelSelector.Requirement {
  /// N14: whether the requirement holds for the label's value, `nil` where the label is absent; NotIn and DoesNotExist
  /// then hold.
  func holds(_ value: String?) -> Bool {
    switch self.operator {
    case .in: value.map(values.contains) ?? false
    case .notIn: !(value.map(values.contains) ?? false)
    case .exists: value != nil
    case .doesNotExist: value == nil
    }
  }
}
