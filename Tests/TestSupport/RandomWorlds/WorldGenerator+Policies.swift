import ClusterModel
import NetworkTypes

extension WorldGenerator {
  mutating func makePolicies() -> PolicySet {
    PolicySet(
      networkPolicies: random.chance(10)
        ? [] : (0..<random.number(in: 1...7)).map { makeNetworkPolicy($0) },
      clusterPolicies: random.chance(30) ? [] : makeClusterPolicies())
  }

  // MARK: - NetworkPolicy

  private mutating func makeNetworkPolicy(_ index: Int) -> NetworkPolicy {
    let isolatesIngress = random.chance(70)
    return NetworkPolicy(
      namespace: random.pick(Self.namespaceNames),
      // Not in the order of creation.
      name: "np-\((index * 5 + 3) % 8)",
      podSelector: random.chance(4) ? nil : makeSelector(), isolatesIngress: isolatesIngress,
      isolatesEgress: !isolatesIngress || random.chance(40), ingress: makeRules(),
      egress: makeRules())
  }

  private mutating func makeRules() -> [NetworkPolicy.Rule] {
    (0..<random.number(in: 0...3)).map { _ in
      NetworkPolicy.Rule(
        peers: random.chance(25) ? nil : (0...random.number(in: 0...2)).map { _ in makePeer() },
        ports: makePorts(mayBeUnknown: false))
    }
  }

  private mutating func makePeer() -> NetworkPolicy.Peer {
    switch random.number(in: 0...99) {
    case 0...24: return .init(.selectors(namespaces: nil, pods: makeSelector()))
    case 25...44:
      return .init(.selectors(namespaces: makeSelector(mayNameNamespaces: true), pods: nil))
    case 45...64:
      return .init(
        .selectors(namespaces: makeSelector(mayNameNamespaces: true), pods: makeSelector()))
    case 65...96:
      let prefix = makePrefix()
      let except = (0..<random.number(in: 0...2)).compactMap { _ in makeExcept(inside: prefix) }
      return .init(.ipBlock(prefix, except: except))
    default:
      return .init(.nothing)
    }
  }

  // MARK: - Ports

  /// `nil` for a rule without ports.
  private mutating func makePorts(mayBeUnknown: Bool) -> [PortMatch]? {
    if random.chance(35) { return nil }
    return (0...random.number(in: 0...2)).map { _ in
      let ipProtocol = random.pick(Self.portProtocols)
      switch random.number(in: 0...99) {
      case 0...12: return PortMatch(.every(ipProtocol))
      case 13...49: return PortMatch(.range(ipProtocol, PortRange(random.pick(Self.portNumbers))))
      case 50...66: return PortMatch(.range(ipProtocol, makePortRange()))
      case 67...92:
        let name = random.pick(Self.portNames + ["absent"])
        return PortMatch(
          .named(name, mayBeUnknown && random.chance(50) ? nil : ipProtocol))
      case 93...96: return PortMatch(.nothing)
      default: return PortMatch(mayBeUnknown ? .unknown : .nothing)
      }
    }
  }

  private mutating func makePortRange() -> PortRange {
    let ends = [makePortNumber(), makePortNumber()].sorted()
    portsOfInterest += [ends[0], ends[0] &- 1, ends[1], ends[1] &+ 1]
    return PortRange(ends[0], through: ends[1])
  }

  private mutating func makePortNumber() -> UInt16 {
    random.chance(60)
      ? random.pick(Self.portNumbers) : UInt16(random.pick([1, 60, 1024, 32768, 65534, 65535]))
  }

  // MARK: - Admin and Baseline

  private mutating func makeClusterPolicies() -> [ClusterPolicy] {
    var policies: [ClusterPolicy] = []
    for index in 0..<random.number(in: 1...5) {
      // One name for two kinds (D4).
      let kind: PolicyKind = random.chance(40) ? .adminNetworkPolicy : .clusterNetworkPolicy
      let name = "cp-\((index * 3 + 1) % 7)"
      policies.append(makeClusterPolicy(kind, name))
      if random.chance(15) {
        let other: PolicyKind =
          kind == .adminNetworkPolicy ? .clusterNetworkPolicy : .adminNetworkPolicy
        policies.append(makeClusterPolicy(other, name))
      }
    }
    if random.chance(40) {
      policies.append(makeClusterPolicy(.baselineAdminNetworkPolicy, "default"))
    }
    return policies
  }

  private mutating func makeClusterPolicy(_ kind: PolicyKind, _ name: String) -> ClusterPolicy {
    let tier: Tier =
      kind == .baselineAdminNetworkPolicy || kind == .clusterNetworkPolicy && random.chance(40)
      ? .baseline : .admin
    return ClusterPolicy(
      kind: kind, name: name, tier: tier,
      // Few priorities, so that they meet (A2).
      priority: kind == .baselineAdminNetworkPolicy
        ? ClusterPolicy.lastPriority : random.pick([0, 5, 5, 1000]),
      subject: makeSubject(), ingress: makeClusterRules(kind, .ingress),
      egress: makeClusterRules(kind, .egress))
  }

  private mutating func makeSubject() -> ClusterPolicy.Subject {
    switch random.number(in: 0...99) {
    case 0...56: .namespaces(makeSelector(mayNameNamespaces: true))
    case 57...95:
      .pods(namespaces: makeSelector(mayNameNamespaces: true), pods: makeSelector())
    default: .nothing
    }
  }

  private mutating func makeClusterRules(
    _ kind: PolicyKind, _ direction: Direction
  ) -> [ClusterPolicy.Rule] {
    (0..<random.number(in: 0...3)).map { _ in
      let action = makeAction(kind)
      let peerCount = random.chance(3) ? 0 : random.number(in: 1...3)
      return ClusterPolicy.Rule(
        action: action,
        peers: (0..<peerCount).map { _ in makeClusterPeer(kind, direction, action) },
        ports: makePorts(mayBeUnknown: true))
    }
  }

  private mutating func makeAction(_ kind: PolicyKind) -> ClusterPolicy.Action {
    switch random.number(in: 0...99) {
    case 0...35: .allow
    case 36...69: .deny
    case 70...96: kind == .baselineAdminNetworkPolicy ? .deny : .pass
    default: .invalid
    }
  }

  private mutating func makeClusterPeer(
    _ kind: PolicyKind, _ direction: Direction, _ action: ClusterPolicy.Action
  ) -> ClusterPolicy.Peer {
    switch random.number(in: 0...99) {
    case 55...68 where direction == .egress: return .init(.nodes(makeSelector()))
    case 69...83 where direction == .egress:
      return .init(.networks((0...random.number(in: 0...1)).map { _ in makePrefix() }))
    case 84...92 where direction == .egress:
      return .init(
        .domainNames(random.several(1...2) { $0.pick(Self.domainNamePatterns) }))
    case 93, 94: return .init(.unknown)
    case 95, 96: return .init(.nothing)
    case 0...30: return .init(.namespaces(makeNamespaceMatch(kind)))
    default: return .init(.pods(namespaces: makeNamespaceMatch(kind), pods: makeSelector()))
    }
  }

  private mutating func makeNamespaceMatch(_ kind: PolicyKind) -> ClusterPolicy.NamespaceMatch {
    // A15, D7: the old shape is of v1alpha1 alone.
    if kind == .clusterNetworkPolicy || random.chance(75) {
      return .selector(makeSelector(mayNameNamespaces: true))
    }
    let keys = Array(Set(random.several(1...2) { $0.pick(Self.labelKeys) })).sorted()
    return random.chance(50) ? .sameLabels(keys) : .notSameLabels(keys)
  }
}
