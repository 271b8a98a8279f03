import ClusterModel

/// Through the tiers of a side: Admin, NetworkPolicy, Baseline, allow (2.0 step 4).
struct TierWalk {
  /// The decision if names that nothing resolves match nothing.
  var decision: SideDecision
  /// Verdicts that some order of policies with equal priority gives (A2).
  var verdictsByOrder: Set<Bool>
  /// The rules of ``TierResult/unresolved`` on the way, and the verdicts that the side may have if they match.
  var unresolved: [(rule: DecidingRule, verdicts: Set<Bool>)]

  /// Verdicts that some resolution of the names gives (A14).
  var verdictsByResolution: Set<Bool> {
    unresolved.reduce(into: [decision.isAllowed]) { $0.formUnion($1.verdicts) }
  }
}

extension ReferenceEvaluator {
  func result(of tier: Tier, _ side: Side) -> TierResult {
    tier == .networkPolicy ? networkPolicyTier(side) : clusterTier(tier, side)
  }

  func walk(_ tiers: ArraySlice<Tier>, _ side: Side) -> TierWalk {
    guard let tier = tiers.first else {
      // A25, N2.
      return TierWalk(
        decision: SideDecision(isAllowed: true, reason: .noPolicy), verdictsByOrder: [true],
        unresolved: [])
    }
    let result = result(of: tier, side)
    lazy var next = walk(tiers.dropFirst(), side)
    var walk: TierWalk
    switch result.verdict {
    case .allow(let reason, let rule):
      walk = TierWalk(
        decision: SideDecision(isAllowed: true, reason: reason, rule: rule),
        verdictsByOrder: [true], unresolved: [])
    case .deny(let reason, let rule, let isolatedBy):
      walk = TierWalk(
        decision: SideDecision(
          isAllowed: false, reason: reason, rule: rule, isolatedBy: isolatedBy),
        verdictsByOrder: [false], unresolved: [])
    case .next:
      walk = next
    }
    if result.isUndefinedByAPI { walk.decision.remarks.insert(.undefinedByAPI) }
    for action in result.alternatives {
      walk.verdictsByOrder.formUnion(verdicts(action, orElse: next.verdictsByOrder))
    }
    walk.unresolved =
      result.unresolved.map { ($0.rule, verdicts($0.action, orElse: next.verdictsByResolution)) }
      + walk.unresolved
    return walk
  }

  /// A6: the verdicts that an action can lead to.
  private func verdicts(
    _ action: ClusterPolicy.Action, orElse next: Set<Bool>
  ) -> Set<Bool> {
    switch action {
    case .allow: [true]
    case .deny: [false]
    case .pass, .invalid: next
    }
  }

  /// The side's decision, with what is open about it.
  func decision(_ walk: TierWalk) -> SideDecision {
    var decision = walk.decision
    if walk.verdictsByOrder.count > 1 { decision.remarks.insert(.ambiguousPriority) }
    if walk.unresolved.isEmpty { return decision }
    decision.remarks.insert(.unresolvedDomainName)
    guard let culprit = walk.unresolved.first(where: { $0.verdicts.contains(!decision.isAllowed) })
    else { return decision }
    return SideDecision(
      isAllowed: false, reason: .undecided, rule: culprit.rule, remarks: decision.remarks)
  }
}
