import ClusterModel
import NetworkTypes

extension PolicyWriter {
  /// A policy of the Admin tier, or in two of five cases of the Baseline tier: guard rails between teams and
  /// environments, as cluster administrators write them.
  mutating func makeClusterPolicy(_ index: Int) -> ClusterPolicy {
    let tier: Tier = index % 5 < 3 ? .admin : .baseline
    let kind: PolicyKind =
      tier == .admin && index % 2 == 0 ? .adminNetworkPolicy : .clusterNetworkPolicy
    let direction: Direction = random.chance(shape.egressPercent) ? .egress : .ingress
    let rules = (0..<random.number(in: 1...4)).map { _ in makeClusterRule(direction, tier) }
    return ClusterPolicy(
      kind: kind, name: "guard-\(index)", tier: tier, priority: index % 1000,
      subject: .namespaces(makeNamespaceSelector()),
      ingress: direction == .ingress ? rules : [], egress: direction == .egress ? rules : [])
  }

  private mutating func makeClusterRule(_ direction: Direction, _ tier: Tier) -> ClusterPolicy.Rule
  {
    let peer: ClusterPolicy.Peer.Match =
      direction == .egress && random.chance(30)
      ? .networks([
        IPPrefix(
          IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next())),
          length: random.number(in: 8...24))
      ]) : .namespaces(.selector(makeNamespaceSelector()))
    let actions: [ClusterPolicy.Action] =
      tier == .admin ? [.allow, .deny, .pass, .pass] : [.allow, .deny]
    let ports: [PortMatch]? =
      switch makePorts() {
      case .every: nil
      case .range(let ipProtocol, let range): [PortMatch(.range(ipProtocol, range))]
      case .named(let name): [PortMatch(.named(name, .tcp))]
      }
    return ClusterPolicy.Rule(
      action: random.pick(actions), peers: [ClusterPolicy.Peer(peer)], ports: ports)
  }

  private mutating func makeNamespaceSelector() -> LabelSelector {
    switch random.number(below: 10) {
    case 0: .everything
    case 1...3: LabelSelector(matchLabels: ["env": random.pick(AppLayout.environments)])
    default: LabelSelector(matchLabels: ["team": "\(random.number(below: AppLayout.teamCount))"])
    }
  }
}
