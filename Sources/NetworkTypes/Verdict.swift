/// The answer for a flow, or for one side of it.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
  /// A rule allows it, or nothing isolates the endpoint.
  case allowed
  /// An explicit deny, or isolation without a matching rule.
  case denied
  /// A fact is missing or in conflict; the record names it.
  case undecided
  /// No pod of the cluster takes part.
  case notEvaluated = "not_evaluated"
}
