/// How far a compilation has come.
public struct CompilationProgress: Sendable, Hashable {
  /// The steps in their order.
  public enum Step: String, Sendable, Hashable, CaseIterable {
    case rules = "policies to rules"
    case groups = "pods to groups"
    case selection = "policies and peers of each group"
    case addresses = "addresses"
    case ports = "ports"
    case ingressPairs = "ingress rules of each pair"
    case egressPairs = "egress rules of each pair"
    case layout = "the table's layout"
  }

  /// The step that is being worked on.
  public var step: Step
  /// Rows of the step that are done; 0 for steps without.
  public var doneCount = 0
  /// Rows of the step; 0 for steps without.
  public var totalCount = 0

  /// Is told of each step, and of rows now and then.
  public typealias Report = (CompilationProgress) -> Void
}
