import ClusterModel
import NetworkTypes

/// The parts of a trace as people read them.
enum TraceText {
  static func outcome(of tier: TierTrace, _ direction: Direction) -> String {
    switch tier.outcome {
    case .notReached: "not reached"
    case .allowed(let rule): "allowed by \(DecisionText.text(of: rule))"
    case .denied(let rule): "denied by \(DecisionText.text(of: rule))"
    case .deniedByIsolation(let policies):
      "denied: isolated by \(DecisionText.names(policies)), no \(direction) rule matches"
    case .passed(let rule): "passed on by \(DecisionText.text(of: rule))"
    case .exemptSelf: "allowed: the pod reaches itself through a Service"
    case .notIsolated: "allowed: a NetworkPolicy selects the pod, none isolates it here"
    case .noMatch:
      tier.policies.isEmpty ? "no policy" : "nothing applies, on to the next tier"
    }
  }

  static func selection(_ policy: PolicyTrace, _ direction: Direction) -> String {
    switch policy.selection {
    case .applies:
      policy.policy.kind == .networkPolicy ? "isolates the pod" : "applies to the pod"
    case .otherDirection: "selects the pod, but says nothing of \(direction)"
    case .podLabel(let requirement, let actual):
      "does not select the pod, which has \(label(requirement, actual))"
    case .namespaceLabel(let requirement, let actual):
      "does not select the pod, whose namespace has \(label(requirement, actual))"
    case .invalid: "invalid, selects nothing"
    }
  }

  /// `label app=web, not app=api`.
  private static func label(
    _ requirement: LabelSelector.Requirement, _ actual: String?
  ) -> String {
    (actual.map { "label \(requirement.key)=\($0)" } ?? "no label \(requirement.key)")
      + ", not \(LabelSelector([requirement]))"
  }

  static func outcome(of rule: RuleTrace) -> String {
    let action = rule.action.map { "\($0.rawValue): " } ?? ""
    return action
      + {
        switch rule.outcome {
        case .matches: "matches"
        case .deniesAll: "has an unknown part and fails closed: denies everything"
        case .unresolved: "matches if a domain name resolves to this address, and none is known"
        case .fails(let mismatch): "does not match: \(mismatch.rawValue)"
        }
      }()
  }

  static func outcome(of peer: PeerOutcome) -> String {
    switch peer {
    case .matches: "matches"
    case .fails(let mismatch): "no: \(mismatch)"
    case .unresolved(let name): "unknown: nothing resolves \(name)"
    case .unknown: "unknown field, the rule fails closed"
    }
  }

  static func outcome(of port: PortOutcome) -> String {
    switch port {
    case .matches: "matches"
    case .fails(let mismatch): "no: \(mismatch)"
    case .unknown: "unknown field, the rule fails closed"
    }
  }
}
