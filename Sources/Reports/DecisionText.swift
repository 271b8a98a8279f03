import ClusterModel
import FlowAudit
import NetworkTypes

/// What decided a flow, in one line for people.
enum DecisionText {
  /// The sides that matter for `verdict`: those that deny, those that leave it open, or those whose rules allow.
  static func text(
    verdict: Verdict, egress: SideDecision, ingress: SideDecision, citations: RemarkCitations,
    undecided: [UndecidedFact]
  ) -> String {
    let sides = [(Direction.egress, egress), (.ingress, ingress)]
    switch verdict {
    case .notEvaluated: return "no pod of the cluster takes part"
    case .undecided:
      return undecided.map { "\(name(of: $0.fact)): \($0.detail)" }.joined(separator: "; ")
    case .denied:
      let denying = sides.filter { $0.1.verdict == .denied }
      if denying.isEmpty { return "every endpoint of the Service denies, each in its own way" }
      return denying.map { "\($0): \(text(of: $1, $0, citations[$0]))" }.joined(separator: "; ")
    case .allowed:
      let telling = sides.filter { $0.1.reason != .noPolicy && $0.1.reason != .notAPod }
      if telling.isEmpty { return "no policy isolates the pod" + (isBoth(sides) ? "s" : "") }
      return telling.map { "\($0): \(text(of: $1, $0, citations[$0]))" }.joined(separator: "; ")
    }
  }

  /// The same for a connection that gets one answer, whatever remarks its sides carry.
  static func text(of decision: ConnectionDecision, _ citations: RemarkCitations) -> String {
    let sides = [(Direction.egress, decision.egress), (.ingress, decision.ingress)]
    let denying = sides.filter { !$0.1.isAllowed }
    if !denying.isEmpty {
      return denying.map { "\($0): \(text(of: $1, $0, citations[$0]))" }.joined(separator: "; ")
    }
    return text(
      verdict: sides.allSatisfy { $0.1.reason == .notAPod } ? .notEvaluated : .allowed,
      egress: decision.egress, ingress: decision.ingress, citations: citations, undecided: [])
  }

  private static func isBoth(_ sides: [(Direction, SideDecision)]) -> Bool {
    sides.allSatisfy { $0.1.reason == .noPolicy }
  }

  /// One side: the rule, the isolating policies, or why none is needed.
  static func text(
    of side: SideDecision, _ direction: Direction, _ remarks: [CitedRemark]
  ) -> String {
    let rule = side.rule.map(text)
    let text: String =
      switch side.reason {
      case .allowedByRule: rule ?? "allowed by a rule"
      case .noPolicy: "no policy"
      case .defaultDeny:
        "isolated by \(names(side.isolatedBy)), no \(direction) rule matches"
      case .explicitDeny: "denied by \(rule ?? "a rule of the Admin tier")"
      case .baselineAllow: rule ?? "allowed by the Baseline tier"
      case .baselineDeny: "denied by \(rule ?? "a rule of the Baseline tier")"
      case .exemptOwnNode: "own node, always allowed"
      case .exemptSelf: "the pod itself, always allowed"
      case .undecided: rule.map { "undecided at \($0)" } ?? "undecided"
      case .notAPod: "not a pod"
      }
    guard !remarks.isEmpty else { return text }
    return text + " (" + remarks.map(Self.text).joined(separator: "; ") + ")"
  }

  /// `undefined by the API: N25, N41`: the remark, and the rules of docs/semantics.md.
  static func text(of remark: CitedRemark) -> String {
    let words =
      switch remark.remark {
      case .undefinedByAPI: "undefined by the API"
      case .ambiguousPriority: "ambiguous priority"
      case .profileDependent: "depends on the profile"
      case .unresolvedDomainName: "unresolved domain name"
      }
    return remark.ruleIDs.isEmpty
      ? words : "\(words): \(remark.ruleIDs.joined(separator: ", "))"
  }

  /// `NetworkPolicy shop/db-policy ingress[0].from[0].ports[0]`.
  static func text(of rule: DecidingRule) -> String {
    "\(rule.policy) \(shortPath(of: rule))"
  }

  /// The field path without its first part, which is always `spec`.
  static func shortPath(of rule: DecidingRule) -> String {
    String(rule.fieldPath.dropFirst("spec.".count))
  }

  /// `NetworkPolicy shop/a, shop/b`: the kind once while it stays the same.
  static func names(_ policies: [PolicyIdentity]) -> String {
    var kind: PolicyKind?
    return policies.map { policy in
      defer { kind = policy.kind }
      let name = (policy.namespace.map { "\($0)/" } ?? "") + policy.name
      return policy.kind == kind ? name : "\(policy.kind.rawValue) \(name)"
    }.joined(separator: ", ")
  }

  /// `ambiguous priority (A2)`.
  static func name(of fact: UndecidedFact.Fact) -> String {
    words(for: fact) + (fact.ruleID.map { " (\($0))" } ?? "")
  }

  private static func words(for fact: UndecidedFact.Fact) -> String {
    switch fact {
    case .severalOwners: "several owners"
    case .ownerUnknown: "owner unknown at that time"
    case .captureContradictsDump: "capture contradicts dump"
    case .endpointsDisagree: "endpoints disagree"
    case .serviceWithoutEndpoints: "Service without endpoints"
    case .servicePortUnknown: "no such Service port"
    case .ambiguousPriority: "ambiguous priority"
    case .unresolvedDomainName: "unresolved domain name"
    case .evaluation: "undecided"
    }
  }

  static func word(for verdict: Verdict) -> String {
    verdict == .notEvaluated ? "outside" : verdict.rawValue
  }

  /// `TCP/3306`, or `ICMP`.
  static func port(_ ipProtocol: IPProtocol, _ port: UInt16) -> String {
    ipProtocol.hasPorts ? "\(ipProtocol)/\(port)" : "\(ipProtocol)"
  }

  /// `10.0.0.1:80`, `[fd00::1]:80`, or the address alone where there are no ports.
  static func address(_ address: IPAddress, _ port: UInt16, _ ipProtocol: IPProtocol) -> String {
    guard ipProtocol.hasPorts else { return "\(address)" }
    return address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}
