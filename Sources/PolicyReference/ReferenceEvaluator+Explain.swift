import ClusterModel
import NetworkTypes

/// The whole story of a verdict.
extension ReferenceEvaluator {
  /// Both sides of a connection with every tier, every policy that could apply and every rule, peer and port of those
  /// that do; tiers after the deciding one too, marked as not reached.
  /// - Complexity: O(cluster policies + NetworkPolicies of the two namespaces + their rules).
  public func explain(_ connection: Connection) -> ConnectionTrace {
    let ends = ends(of: connection)
    return ConnectionTrace(
      connection: connection, source: ends.source.publicForm,
      destination: ends.destination.publicForm, egress: sideTrace(.egress, ends),
      ingress: sideTrace(.ingress, ends))
  }

  private func sideTrace(_ direction: Direction, _ ends: Ends) -> SideTrace {
    guard let side = side(direction, ends) else {
      return SideTrace(
        direction: direction, decision: SideDecision(isAllowed: true, reason: .notAPod), tiers: [])
    }
    let exemption = exemption(side)
    var isReached = exemption == nil
    let tiers = Tier.allCases.map { tier in
      let outcome = isReached ? outcome(of: result(of: tier, side)) : .notReached
      isReached = isReached && outcome.leadsOn
      return TierTrace(
        tier: tier, outcome: outcome,
        policies: tier == .networkPolicy
          ? networkPolicyTraces(side) : clusterPolicyTraces(tier, side))
    }
    return SideTrace(
      direction: direction, decision: exemption ?? decision(walk(Tier.allCases[...], side)),
      tiers: tiers)
  }

  private func outcome(of result: TierResult) -> TierTrace.Outcome {
    switch result.verdict {
    case .allow(_, let rule?): .allowed(rule)
    case .allow(.exemptSelf, nil): .exemptSelf
    case .allow(_, nil): .notIsolated
    case .deny(_, let rule?, _): .denied(rule)
    case .deny(_, nil, let isolatedBy): .deniedByIsolation(isolatedBy)
    case .next(let rule?): .passed(rule)
    case .next(nil): .noMatch
    }
  }

  // MARK: - Policies

  private func networkPolicyTraces(_ side: Side) -> [PolicyTrace] {
    policies.networkPolicies(inNamespaceOf: side.subject).map { policy in
      let selection =
        policies.podSelectorFailure(policy, side.subject)
        ?? (policy.isolates(side.direction) ? .applies : .otherDirection)
      let rules = selection == .applies ? policy.rules(side.direction) : []
      return PolicyTrace(
        policy: policy.identity, location: policy.location, selection: selection,
        rules: rules.enumerated().map { ruleTrace($1, at: $0, of: policy, side) })
    }
  }

  private func clusterPolicyTraces(_ tier: Tier, _ side: Side) -> [PolicyTrace] {
    policies.clusterPolicies(of: tier).map { policy in
      let rules = policy.rules(side.direction)
      let selection =
        policies.subjectFailure(policy, side.subject)
        ?? (rules.isEmpty ? .otherDirection : .applies)
      return PolicyTrace(
        policy: policy.identity,
        priority: policy.kind == .baselineAdminNetworkPolicy ? nil : policy.priority,
        location: policy.location, selection: selection,
        rules: selection == .applies
          ? rules.enumerated().map { ruleTrace($1, at: $0, side) } : [])
    }
  }

  // MARK: - Rules

  private func ruleTrace(
    _ rule: NetworkPolicy.Rule, at index: Int, of policy: NetworkPolicy, _ side: Side
  ) -> RuleTrace {
    RuleTrace(
      index: index, location: rule.location, outcome: outcome(rule, of: policy, side),
      peers: (rule.peers ?? []).map { outcome($0, of: policy, side) },
      ports: (rule.ports ?? []).map { outcome($0, side) })
  }

  private func ruleTrace(_ rule: ClusterPolicy.Rule, at index: Int, _ side: Side) -> RuleTrace {
    RuleTrace(
      index: index, name: rule.name, action: rule.action, location: rule.location,
      outcome: outcome(rule, side), peers: rule.peers.map { outcome($0, side) },
      ports: (rule.ports ?? []).map { outcome($0, side) })
  }
}

extension TierTrace.Outcome {
  fileprivate var leadsOn: Bool {
    switch self {
    case .passed, .noMatch: true
    default: false
    }
  }
}
