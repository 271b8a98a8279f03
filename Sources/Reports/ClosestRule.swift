import ClusterModel

/// The rule that came closest to letting a connection through that isolation denies, and what it failed on.
///
/// A rule whose peers match and whose ports do not is closer than one whose ports match and whose peers do not; then
/// come those where neither does. A peer that fails on a label is closer than one that can never match this end.
struct ClosestRule {
  /// The policy, and the place in its rule: `ingress[0].from[1]`.
  let policy: PolicyIdentity
  let place: String
  let reason: String

  /// `nil` unless the NetworkPolicy tier of `side` denies by isolation and has a rule.
  init?(_ side: SideTrace) {
    guard let tier = side.tiers.first(where: { $0.tier == .networkPolicy }),
      case .deniedByIsolation = tier.outcome
    else { return nil }
    var best: (rank: Int, policy: PolicyIdentity, place: String, reason: String)?
    for policy in tier.policies where policy.selection == .applies {
      for rule in policy.rules {
        guard case .fails = rule.outcome else { continue }
        let failure = Self.failure(of: rule, in: side)
        if best == nil || failure.rank < (best?.rank ?? .max) {
          best = (failure.rank, policy.policy, failure.place, failure.reason)
        }
      }
    }
    guard let best else { return nil }
    policy = best.policy
    place = best.place
    reason = best.reason
  }

  private static func failure(
    of rule: RuleTrace, in side: SideTrace
  ) -> (rank: Int, place: String, reason: String) {
    let path = "\(side.direction)[\(rule.index)]"
    let peers = side.direction == .ingress ? "from" : "to"
    let port = rule.ports.enumerated().lazy.compactMap { index, outcome -> String? in
      guard case .fails(let mismatch) = outcome else { return nil }
      return "\(path).ports[\(index)] \(mismatch)"
    }.first
    let isPortMatch = rule.ports.isEmpty || rule.ports.contains(.matches)
    if rule.peers.isEmpty || rule.peers.contains(.matches) {
      let reasons = rule.ports.compactMap { outcome -> String? in
        guard case .fails(let mismatch) = outcome else { return nil }
        return mismatch.description
      }
      return (0, "\(path).ports", reasons.joined(separator: ", "))
    }
    var best: (rank: Int, place: String, reason: String)?
    for (index, outcome) in rule.peers.enumerated() {
      guard case .fails(let mismatch) = outcome else { continue }
      let rank = (isPortMatch ? 10 : 20) + distance(of: mismatch)
      if best == nil || rank < (best?.rank ?? .max) {
        best = (rank, "\(path).\(peers)[\(index)]", mismatch.description)
      }
    }
    guard var best else { return (40, path, "does not match") }
    if !isPortMatch, let port { best.reason += "; \(port)" }
    return best
  }

  /// How far a peer is from matching: 0 for a label, up to 3 for what can never match.
  private static func distance(of mismatch: PeerMismatch) -> Int {
    switch mismatch {
    case .podLabel, .nodeLabel: 0
    case .namespaceLabel, .missingNamespaceLabel, .differentNamespaceLabel,
      .equalNamespaceLabels:
      1
    case .otherNamespace, .excepted, .outside, .notAnAddressOf: 2
    case .notAPod, .notANode, .blockMatchesNoPods, .blockMatchesNoNodes, .invalid: 3
    }
  }
}
