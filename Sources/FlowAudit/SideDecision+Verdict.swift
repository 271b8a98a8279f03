import ClusterModel
import NetworkTypes

extension SideDecision {
  /// The answer for this side alone.
  ///
  /// A side whose outcome depends on the order of equal priorities (A2) is undecided here, though ``isAllowed`` holds
  /// the answer of the default order.
  public var verdict: Verdict {
    if reason == .undecided || remarks.contains(.ambiguousPriority) { return .undecided }
    return isAllowed ? .allowed : .denied
  }

  /// A side that cannot be judged.
  static let undecided = SideDecision(isAllowed: false, reason: .undecided)

  /// A side that has no policy.
  static let notAPod = SideDecision(isAllowed: true, reason: .notAPod)
}

extension ConnectionDecision {
  /// The answer for an audit: like ``verdict``, with the sides' ``SideDecision/verdict``.
  public var auditVerdict: Verdict {
    if egress.reason == .notAPod && ingress.reason == .notAPod { return .notEvaluated }
    let (egress, ingress) = (self.egress.verdict, self.ingress.verdict)
    if egress == .denied || ingress == .denied { return .denied }
    return egress == .undecided || ingress == .undecided ? .undecided : .allowed
  }

  /// The facts that leave sides open.
  var undecidedFacts: [UndecidedFact] {
    var facts: [UndecidedFact] = []
    for (direction, side) in [(Direction.egress, egress), (.ingress, ingress)]
    where side.verdict == .undecided {
      let rule = side.rule.map { " (\($0.policy), \($0.fieldPath))" } ?? ""
      if side.remarks.contains(.ambiguousPriority) {
        facts.append(
          .init(
            .ambiguousPriority,
            "\(direction): policies of equal priority disagree; one of them\(rule) decides by its"
              + " name only"))
      } else if side.remarks.contains(.unresolvedDomainName) {
        facts.append(
          .init(
            .unresolvedDomainName,
            "\(direction): no DNS answer in the captures says whether the address had a domain name of"
              + " a rule\(rule) then"))
      } else {
        facts.append(.init(.evaluation, "\(direction): the policies leave it open\(rule)"))
      }
    }
    return facts
  }
}
