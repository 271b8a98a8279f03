import ClusterModel

/// What one tier says of one side of a connection.
struct TierResult {
  enum Verdict {
    case allow(DecisionReason, DecidingRule?)
    case deny(DecisionReason, DecidingRule?, isolatedBy: [PolicyIdentity])
    /// On to the next tier: because of a Pass rule, or because nothing matches.
    case next(DecidingRule?)
  }

  var verdict: Verdict
  /// Rules reached before the verdict that match if a name nothing resolves has the destination's address (A14).
  var unresolved: [(rule: DecidingRule, action: ClusterPolicy.Action)] = []
  /// What other policies of the deciding policy's priority would have done (A2).
  var alternatives: [ClusterPolicy.Action] = []
  /// Whether the API leaves open what the tier does here.
  var isUndefinedByAPI = false
}

// MARK: - Admin and Baseline

extension ReferenceEvaluator {
  /// A2, A3: the first matching rule of the first policy that has one.
  func clusterTier(_ tier: Tier, _ side: Side) -> TierResult {
    var result = TierResult(verdict: .next(nil))
    let applying = policies.policies(selecting: side.subject).clusterPolicies(tier)
    for (position, policy) in applying.enumerated() {
      let answer = answer(of: policy, side)
      result.unresolved += answer.unresolved
      guard let decisive = answer.decisive else { continue }
      result.verdict = verdict(decisive.action, decisive.rule, tier)
      // A2: those with the same priority that come later could as well come first. None that came earlier matches.
      result.alternatives = applying[(position + 1)...].filter { $0.priority == policy.priority }
        .compactMap { self.answer(of: $0, side).decisive?.action }
      return result
    }
    return result  // A4, A25: on without a decision
  }

  private struct PolicyAnswer {
    var decisive: (rule: DecidingRule, action: ClusterPolicy.Action)?
    var unresolved: [(rule: DecidingRule, action: ClusterPolicy.Action)] = []
  }

  /// A3: the first matching rule of one policy.
  private func answer(of policy: ClusterPolicy, _ side: Side) -> PolicyAnswer {
    var answer = PolicyAnswer()
    for (index, rule) in policy.rules(side.direction).enumerated() {
      func place(_ peer: Int?, _ port: Int?) -> DecidingRule {
        DecidingRule(
          policy: policy.identity, tier: policy.tier, direction: side.direction, ruleIndex: index,
          peerIndex: peer, portIndex: port)
      }
      switch outcome(rule, side) {
      case .matches(let peer, let port):
        answer.decisive = (place(peer, port), rule.action)
        return answer
      case .deniesAll(let peer, let port):  // A23
        answer.decisive = (place(peer, port), .deny)
        return answer
      case .unresolved(let peer, let port):
        answer.unresolved.append((place(peer, port), rule.action))
      case .fails: break
      }
    }
    return answer
  }

  /// A6, A7: Allow and Deny are final, Pass skips the rest of the tier.
  private func verdict(
    _ action: ClusterPolicy.Action, _ rule: DecidingRule, _ tier: Tier
  ) -> TierResult.Verdict {
    switch action {
    case .allow: .allow(tier == .admin ? .allowedByRule : .baselineAllow, rule)
    case .deny: .deny(tier == .admin ? .explicitDeny : .baselineDeny, rule, isolatedBy: [])
    case .pass, .invalid: .next(rule)
    }
  }
}

// MARK: - NetworkPolicy

extension ReferenceEvaluator {
  func networkPolicyTier(_ side: Side) -> TierResult {
    let selecting = policies.policies(selecting: side.subject).networkPolicies
    let isolating = selecting.filter { $0.isolates(side.direction) }  // N2
    var result = TierResult(verdict: .next(nil))
    result.isUndefinedByAPI =
      !isolating.isEmpty && (side.isHairpin || side.isOtherProtocol || side.otherIsNode)
    if side.isOtherProtocol, !profile.isolationAppliesToOtherProtocols {
      return result  // N40
    }
    if isolating.isEmpty {
      // A10: by that reading the pod is selected, so that its lack of isolation is final.
      if !profile.networkPolicyIsolationIsPerDirection, !selecting.isEmpty {
        result.verdict = .allow(.noPolicy, nil)
      }
      return result
    }
    result.verdict =
      side.isHairpin
      ? .allow(.exemptSelf, nil)  // D3
      : firstAllowingRule(isolating, side).map { .allow(.allowedByRule, $0) }
        ?? .deny(.defaultDeny, nil, isolatedBy: isolating.map(\.identity))  // N5, A9
    return result
  }

  /// N6: any rule of any policy allows; named is the first one by policy name and index.
  private func firstAllowingRule(_ isolating: [NetworkPolicy], _ side: Side) -> DecidingRule? {
    for policy in isolating {
      for (index, rule) in policy.rules(side.direction).enumerated() {
        guard case .matches(let peer, let port) = outcome(rule, of: policy, side) else { continue }
        return DecidingRule(
          policy: policy.identity, tier: .networkPolicy, direction: side.direction,
          ruleIndex: index, peerIndex: peer, portIndex: port)
      }
    }
    return nil
  }
}

extension ClusterPolicy {
  var identity: PolicyIdentity { PolicyIdentity(kind: kind, namespace: nil, name: name) }
}

extension NetworkPolicy {
  var identity: PolicyIdentity {
    PolicyIdentity(kind: .networkPolicy, namespace: namespace, name: name)
  }
}
