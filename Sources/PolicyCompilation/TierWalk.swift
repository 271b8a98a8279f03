import ClusterModel

/// One walk through the tiers for one connection or port class: the scalar form of what ``RuleLists`` does for all
/// classes at once, with everything that depends on the order of equal priorities (A2) and on names that nothing
/// resolves (A14).
struct TierWalk {
  /// A rule whose ports match, and whose peers match or may match.
  struct Rule: Hashable {
    /// The rule's number in the order of evaluation.
    var number: UInt32
    /// Index of its ``PolicyEntry``, and the index in the policy's list.
    var entry: UInt32
    var ruleIndex: UInt32
    var tier: Tier
    var action: ClusterPolicy.Action
    var priority: Int
    /// Whether the peer is a domain name that nothing resolves.
    var isMaybe: Bool
  }

  /// In the order of evaluation.
  var rules: [Rule]
  /// Flags of ``RowSignatures``.
  var flags: UInt32
  /// Whether NetworkPolicies have a say about the protocol (N40).
  var isolationApplies: Bool
  /// Whether a pod reaches itself through a Service: isolation allows there (D3).
  var isHairpin = false

  enum Outcome: Hashable {
    case rule(Rule)
    /// The rule that may match and would give the other verdict.
    case undecided(Rule)
    case defaultDeny
    /// Isolated, but a hairpin (D3).
    case exemptHairpin
    case noPolicy
  }

  struct Decision {
    var outcome: Outcome
    var isAllowed: Bool
    /// Whether a rule that may match was reached before the decision.
    var metUnresolvedName: Bool
    /// Whether the NetworkPolicy tier was reached and a NetworkPolicy isolates the pod.
    var reachedIsolation: Bool
  }

  func decide() -> Decision {
    let certain = rules.filter { !$0.isMaybe }
    let (outcome, isAllowed) = firstMatch(certain)
    let decidingTier: Tier? = if case .rule(let rule) = outcome { rule.tier } else { nil }
    // Rules that may match count where the walk reaches them.
    let reached = rules.filter { $0.isMaybe && isReached($0, certain, decidingTier) }
    let culprit = reached.first { verdicts(ifDecidedBy: $0).contains(!isAllowed) }
    let isIsolated = flags & RowSignatures.isIsolated != 0
    return Decision(
      outcome: culprit.map { .undecided($0) } ?? outcome,
      isAllowed: culprit == nil && isAllowed, metUnresolvedName: !reached.isEmpty,
      reachedIsolation: decidingTier != .admin && isIsolated)
  }

  // MARK: - Certain rules

  private func firstMatch(_ certain: [Rule]) -> (Outcome, isAllowed: Bool) {
    for tier in Tier.allCases {
      if tier == .networkPolicy {
        if let final = networkPolicyOutcome(certain) { return final }
        continue
      }
      guard let first = certain.first(where: { $0.tier == tier }) else { continue }
      switch first.action {
      case .allow: return (.rule(first), true)
      case .deny: return (.rule(first), false)
      case .pass, .invalid: continue
      }
    }
    return (.noPolicy, true)
  }

  /// What the NetworkPolicy tier says; `nil` leaves it to Baseline.
  private func networkPolicyOutcome(_ certain: [Rule]) -> (Outcome, isAllowed: Bool)? {
    guard isolationApplies else { return nil }
    if flags & RowSignatures.isIsolated != 0 {
      if isHairpin { return (.exemptHairpin, true) }
      if let rule = certain.first(where: { $0.tier == .networkPolicy }) {
        return (.rule(rule), true)
      }
      return (.defaultDeny, false)
    }
    return flags & RowSignatures.isSelected != 0 ? (.noPolicy, true) : nil
  }

  // MARK: - Rules that may match

  private func order(_ tier: Tier) -> Int { Tier.allCases.firstIndex(of: tier) ?? 0 }

  /// Whether the walk comes to a rule before it decides: the decision not in an earlier tier, and no certain rule of the
  /// same tier before it.
  private func isReached(_ rule: Rule, _ certain: [Rule], _ decidingTier: Tier?) -> Bool {
    if let decidingTier, order(decidingTier) < order(rule.tier) { return false }
    let endsAtNetworkPolicy =
      isolationApplies
      && flags & (RowSignatures.isIsolated | RowSignatures.isSelected) != 0
    if decidingTier == nil, rule.tier == .baseline, endsAtNetworkPolicy { return false }
    return !certain.contains { $0.tier == rule.tier && $0.number < rule.number }
  }

  /// The verdicts that can follow if a rule matches, whatever later names that nothing resolves do.
  private func verdicts(ifDecidedBy rule: Rule) -> Set<Bool> {
    switch rule.action {
    case .allow: [true]
    case .deny: [false]
    case .pass, .invalid: verdicts(after: rule.tier)
    }
  }

  private func verdicts(after tier: Tier) -> Set<Bool> {
    switch tier {
    case .admin:
      if let final = networkPolicyOutcome(rules.filter { !$0.isMaybe }) {
        return [final.isAllowed]
      }
      return verdicts(after: .networkPolicy)
    case .networkPolicy:
      var found: Set<Bool> = []
      for rule in rules where rule.tier == .baseline {
        found.formUnion(verdicts(ifDecidedBy: rule))
        if !rule.isMaybe { return found }
      }
      return found.union([true])
    case .baseline: return [true]
    }
  }

  // MARK: - Equal priorities

  /// Whether some order of policies with one priority, in one tier, gives the other verdict (A2). Names that nothing
  /// resolves match nothing here.
  var isAmbiguous: Bool { verdictsInAnyOrder(.admin, rules.filter { !$0.isMaybe }).count > 1 }

  private func verdictsInAnyOrder(_ start: Tier, _ certain: [Rule]) -> Set<Bool> {
    if start == .networkPolicy {
      if let final = networkPolicyOutcome(certain) { return [final.isAllowed] }
      return verdictsInAnyOrder(.baseline, certain)
    }
    let next: () -> Set<Bool> = {
      start == .admin ? verdictsInAnyOrder(.networkPolicy, certain) : [true]
    }
    let tierRules = certain.filter { $0.tier == start }
    guard let priority = tierRules.first?.priority else { return next() }
    // The first matching rule of each policy of the priority that is reached first.
    var found: Set<Bool> = []
    var seen: Set<UInt32> = []
    for rule in tierRules.prefix(while: { $0.priority == priority })
    where seen.insert(rule.entry).inserted {
      switch rule.action {
      case .allow: found.insert(true)
      case .deny: found.insert(false)
      case .pass, .invalid: found.formUnion(next())
      }
    }
    return found
  }
}
