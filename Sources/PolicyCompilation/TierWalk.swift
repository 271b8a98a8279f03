import ClusterModel

/// One walk through the tiers for one port class: the scalar form of what ``RuleLists`` does for all classes at once,
/// with everything that depends on the order of equal priorities (A2) and on names that nothing resolves (A14).
struct TierWalk {
  /// Matching rules in the order of evaluation; those with ``RuleLists/maybeFlag`` may match.
  var list: [UInt32]
  /// Flags of ``RowSignatures``.
  var flags: UInt32
  /// Profile of the destination's named ports.
  var portProfile: UInt32
  var bit: Int
  var rules: FlatRules
  var profile: Profile
  /// Whether a pod reaches itself through a Service: isolation allows there (D3).
  var isHairpin = false

  enum Outcome: Equatable {
    case rule(UInt32)
    /// The rule that may match and would give the other verdict.
    case undecided(UInt32)
    case defaultDeny
    case noPolicy
  }

  struct Decision {
    var outcome: Outcome
    var isAllowed: Bool
    /// Whether a rule that may match was reached before the decision.
    var metUnresolvedName: Bool
    /// Whether the NetworkPolicy tier was reached and isolates the pod.
    var reachedIsolation: Bool
  }

  /// The decision of the port class.
  func decide(_ ports: PortClassification) -> Decision {
    let hits = list.filter { isHit($0 & ~RuleLists.maybeFlag, ports) }
    let certain = hits.filter { $0 & RuleLists.maybeFlag == 0 }
    let (outcome, isAllowed) = firstMatch(certain, from: .admin, ports)
    let deciding: UInt32? = if case .rule(let rule) = outcome { rule } else { nil }
    let decidingTier = deciding.map { rules.rules[Int($0)].tier }
    // Rules that may match count where the walk reaches them: before a Pass of their tier, and before the decision.
    var metName = false
    var culprit: UInt32?
    for hit in hits where hit & RuleLists.maybeFlag != 0 {
      let rule = hit & ~RuleLists.maybeFlag
      guard isReached(rule, certain, decidingTier, ports) else { continue }
      metName = true
      let verdicts = verdicts(ifDecidedBy: rule, hits, ports)
      if verdicts.contains(!isAllowed), culprit == nil { culprit = rule }
    }
    let reached = reachedIsolation(decidingTier, ports)
    if let culprit {
      return Decision(
        outcome: .undecided(culprit), isAllowed: false, metUnresolvedName: true,
        reachedIsolation: reached)
    }
    return Decision(
      outcome: outcome, isAllowed: isAllowed, metUnresolvedName: metName,
      reachedIsolation: reached)
  }

  private func isHit(_ rule: UInt32, _ ports: PortClassification) -> Bool {
    ports.contains(bit, spec: rules.rules[Int(rule)].portSpec, profile: portProfile)
  }

  // MARK: - Certain rules

  /// The first rule of `certain` that decides, from a tier on.
  private func firstMatch(
    _ certain: [UInt32], from start: Tier, _ ports: PortClassification
  ) -> (Outcome, isAllowed: Bool) {
    for tier in Tier.allCases.drop(while: { $0 != start }) {
      if tier == .networkPolicy {
        if let final = networkPolicyOutcome(certain, ports) { return final }
        continue
      }
      let first = certain.first { rules.rules[Int($0)].tier == tier }
      guard let first else { continue }
      switch rules.rules[Int(first)].action {
      case .allow: return (.rule(first), true)
      case .deny: return (.rule(first), false)
      case .pass, .invalid: continue
      }
    }
    return (.noPolicy, true)
  }

  /// Whether the NetworkPolicy tier applies to the port class at all (N40).
  private func tierApplies(_ ports: PortClassification) -> Bool {
    bit != ports.otherProtocolsBit || profile.isolationAppliesToOtherProtocols
  }

  private func networkPolicyOutcome(
    _ certain: [UInt32], _ ports: PortClassification
  ) -> (Outcome, isAllowed: Bool)? {
    guard tierApplies(ports) else { return nil }
    if flags & RowSignatures.isIsolated != 0 {
      if isHairpin { return (.noPolicy, true) }
      if let rule = certain.first(where: { rules.rules[Int($0)].tier == .networkPolicy }) {
        return (.rule(rule), true)
      }
      return (.defaultDeny, false)
    }
    return flags & RowSignatures.isSelected != 0 ? (.noPolicy, true) : nil
  }

  // MARK: - Rules that may match

  private func order(_ tier: Tier) -> Int { Tier.allCases.firstIndex(of: tier) ?? 0 }

  /// Whether the walk comes to a rule before it decides: no certain rule of its tier before it, and the decision not
  /// in an earlier tier.
  private func isReached(
    _ rule: UInt32, _ certain: [UInt32], _ decidingTier: Tier?, _ ports: PortClassification
  ) -> Bool {
    let tier = rules.rules[Int(rule)].tier
    if let decidingTier, order(decidingTier) < order(tier) { return false }
    if decidingTier == nil, tier == .baseline, endsAtNetworkPolicy, tierApplies(ports) {
      return false
    }
    return !certain.contains { rules.rules[Int($0)].tier == tier && $0 < rule }
  }

  private var endsAtNetworkPolicy: Bool {
    flags & (RowSignatures.isIsolated | RowSignatures.isSelected) != 0
  }

  /// The verdicts that can follow if a rule matches, whatever later names that nothing resolves do.
  private func verdicts(
    ifDecidedBy rule: UInt32, _ hits: [UInt32], _ ports: PortClassification
  ) -> Set<Bool> {
    switch rules.rules[Int(rule)].action {
    case .allow: [true]
    case .deny: [false]
    case .pass, .invalid: verdicts(after: rules.rules[Int(rule)].tier, hits, ports)
    }
  }

  private func verdicts(
    after tier: Tier, _ hits: [UInt32], _ ports: PortClassification
  ) -> Set<Bool> {
    switch tier {
    case .admin:
      let certain = hits.filter { $0 & RuleLists.maybeFlag == 0 }
      if let final = networkPolicyOutcome(certain, ports) { return [final.isAllowed] }
      return verdicts(after: .networkPolicy, hits, ports)
    case .networkPolicy:
      var found: Set<Bool> = []
      for hit in hits {
        let rule = hit & ~RuleLists.maybeFlag
        guard rules.rules[Int(rule)].tier == .baseline else { continue }
        found.formUnion(verdicts(ifDecidedBy: rule, hits, ports))
        if hit == rule { return found }
      }
      return found.union([true])
    case .baseline: return [true]
    }
  }

  private func reachedIsolation(_ decidingTier: Tier?, _ ports: PortClassification) -> Bool {
    decidingTier != .admin && flags & RowSignatures.isIsolated != 0
  }

  // MARK: - Equal priorities

  /// Whether some order of policies with one priority, in one tier, gives the other verdict (A2). Names that nothing
  /// resolves match nothing here.
  func isAmbiguous(_ entries: [PolicyEntry], _ ports: PortClassification) -> Bool {
    let certain = list.filter {
      $0 & RuleLists.maybeFlag == 0 && isHit($0, ports)
    }
    return verdictsInAnyOrder(.admin, certain, entries, ports).count > 1
  }

  private func verdictsInAnyOrder(
    _ start: Tier, _ certain: [UInt32], _ entries: [PolicyEntry], _ ports: PortClassification
  ) -> Set<Bool> {
    if start == .networkPolicy {
      if let final = networkPolicyOutcome(certain, ports) { return [final.isAllowed] }
      return verdictsInAnyOrder(.baseline, certain, entries, ports)
    }
    let tierRules = certain.filter { rules.rules[Int($0)].tier == start }
    let next: () -> Set<Bool> = {
      start == .admin ? verdictsInAnyOrder(.networkPolicy, certain, entries, ports) : [true]
    }
    guard let first = tierRules.first else { return next() }
    let priority = entries[Int(rules.rules[Int(first)].entry)].priority
    // The first matching rule of each policy of the priority that is reached first.
    var found: Set<Bool> = []
    var seen: Set<UInt32> = []
    for rule in tierRules {
      let flat = rules.rules[Int(rule)]
      guard entries[Int(flat.entry)].priority == priority else { break }
      guard seen.insert(flat.entry).inserted else { continue }
      switch flat.action {
      case .allow: found.insert(true)
      case .deny: found.insert(false)
      case .pass, .invalid: found.formUnion(next())
      }
    }
    return found
  }
}
