import NetworkTypes

/// What a reader can ask for in an audit: to see only such flows, or to fail on any.
///
/// Raw values are those of the command line.
public enum FindingKind: String, Sendable, Hashable, CaseIterable {
  case allowed
  case denied
  case undecided
  case notEvaluated = "not-evaluated"
  /// Denied, but established.
  case unenforced
  /// Allowed, but unanswered.
  case unanswered
  /// Another profile gives another verdict.
  case profileDependent = "profile-dependent"

  public func matches(_ record: VerdictRecord) -> Bool {
    switch self {
    case .allowed: record.verdict == .allowed
    case .denied: record.verdict == .denied
    case .undecided: record.verdict == .undecided
    case .notEvaluated: record.verdict == .notEvaluated
    case .unenforced: record.mismatch == .unenforced
    case .unanswered: record.mismatch == .unanswered
    case .profileDependent: record.isProfileDependent
    }
  }

  /// How many flows of `summary` are of this kind.
  public func count(in summary: AuditSummary) -> Int {
    switch self {
    case .allowed: summary.allowed
    case .denied: summary.denied
    case .undecided: summary.undecided
    case .notEvaluated: summary.outsideCluster
    case .unenforced: summary.unenforced
    case .unanswered: summary.unanswered
    case .profileDependent: summary.profileDependent
    }
  }
}
