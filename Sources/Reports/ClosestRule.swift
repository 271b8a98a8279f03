import ClusterModel

/// The rule that came closest to letting a connection through that isolation denies, and what it failed on.
///
/// A rule whose peers match and whose ports do not is closer than one whose ports match and whose peers do not; then
/// come those where neither does. A peer that fails on a label is closer than one that can never match this end.
struct ClosestRule {
  let policy: PolicyIdentity
  /// Each part that fails, with its place: `ingress[0].from[1] the pod has label app=web, not app=api`.
  let reason: String

  /// `nil` unless the NetworkPolicy tier of `side` denies by isolation and has a rule.
  init?(_ side: SideTrace) {
    guard let tier = side.tiers.first(where: { $0.tier == .networkPolicy }),
      case .deniedByIsolation = tier.outcome
    else { return nil }
    var best: (rank: Int, policy: PolicyIdentity, reason: String)?
    for policy in tier.policies where policy.selection == .applies {
      for rule in policy.rules {
        guard case .fails = rule.outcome else { continue }
        let failure = Self.failure(of: rule, in: side)
        if best == nil || failure.rank < (best?.rank ?? .max) {
          best = (failure.rank, policy.policy, failure.reason)
        }
      }
    }
    guard let best else { return nil }
    policy = best.policy
    reason = best.reason
  }

  private static func failure(
    of rule: RuleTrace, in side: SideTrace
  ) -> (rank: Int, reason: String) {
    let path = "\(side.direction)[\(rule.index)]"
    let peers = side.direction == .ingress ? "from" : "to"
    let ports = rule.ports.enumerated().compactMap { index, outcome -> String? in
      guard case .fails(let mismatch) = outcome else { return nil }
      return "\(path).ports[\(index)] \(mismatch)"
    }.joined(separator: ", ")
    let isPortMatch = rule.ports.isEmpty || rule.ports.contains(.matches)
    if rule.peers.isEmpty || rule.peers.contains(.matches) { return (0, ports) }
    var best: (rank: Int, reason: String)?
    for (index, outcome) in rule.peers.enumerated() {
      guard case .fails(let mismatch) = outcome else { continue }
      let rank = (isPortMatch ? 10 : 20) + distance(of: mismatch)
      if best == nil || rank < (best?.rank ?? .max) {
        best = (rank, "\(path).\(peers)[\(index)] \(mismatch)")
      }
    }
    guard var best else { return (40, "\(path) does not match") }
    if !isPortMatch { best.reason += ", and \(ports)" }
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
