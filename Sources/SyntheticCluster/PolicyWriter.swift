import ClusterModel
import NetworkTypes

/// Draws policies of a shape.
struct PolicyWriter {
  let shape: ClusterShape
  let apps: AppLayout
  var random: SeededSequence
  /// One for each rule written.
  var sketches: [RuleSketch] = []

  /// Ports that servers in clusters use.
  static let usualPorts: [UInt16] = [
    80, 443, 8080, 8443, 3306, 5432, 6379, 9090, 9092, 53, 27017, 50051, 11211, 9200, 5672, 4317,
  ]

  init(shape: ClusterShape, apps: AppLayout, random: SeededSequence) {
    self.shape = shape
    self.apps = apps
    self.random = random
  }

  // MARK: - NetworkPolicies

  mutating func makePolicy(_ index: Int) -> NetworkPolicy {
    let direction: Direction = random.chance(shape.egressPercent) ? .egress : .ingress
    let app = random.number(below: apps.appCount)
    let namespace = apps.namespace(ofApp: app)
    let selectsNamespace = random.chance(shape.namespaceSubjectPercent)
    let subject: RuleSketch.Subject = selectsNamespace ? .namespace(namespace) : .app(app)
    let rules = (0..<random.number(in: shape.rulesPerPolicy)).map { _ in
      makeRule(direction, subject, namespace: namespace)
    }
    return NetworkPolicy(
      namespace: apps.namespaceName(namespace), name: "policy-\(index)",
      podSelector: selectsNamespace
        ? .everything : LabelSelector(matchLabels: ["app": apps.appName(app)]),
      isolatesIngress: direction == .ingress, isolatesEgress: direction == .egress,
      ingress: direction == .ingress ? rules : [], egress: direction == .egress ? rules : [])
  }

  private mutating func makeRule(
    _ direction: Direction, _ subject: RuleSketch.Subject, namespace: Int
  ) -> NetworkPolicy.Rule {
    let ports = makePorts()
    let portMatches: [PortMatch]? =
      switch ports {
      case .every: nil
      case .range(let ipProtocol, let range): [PortMatch(.range(ipProtocol, range))]
      case .named(let name): [PortMatch(.named(name, .tcp))]
      }
    guard !random.chance(shape.peers.anyPercent) else {
      sketches.append(
        RuleSketch(direction: direction, subject: subject, peer: .any, ports: ports))
      return NetworkPolicy.Rule(ports: portMatches)
    }
    var peers: [NetworkPolicy.Peer] = []
    for _ in 0..<random.number(in: shape.peersPerRule) {
      let peer = makePeer()
      sketches.append(RuleSketch(direction: direction, subject: subject, peer: peer, ports: ports))
      peers += matches(peer, namespace: namespace).map { NetworkPolicy.Peer($0) }
    }
    return NetworkPolicy.Rule(peers: peers, ports: portMatches)
  }

  /// A peer that is not ``RuleSketch/Peer/any``, which has its own percentage of the whole.
  private mutating func makePeer() -> RuleSketch.Peer {
    let draw = random.number(below: 100 - shape.peers.anyPercent)
    if draw < shape.peers.namespacePercent {
      return .namespace(random.number(below: apps.namespaceCount))
    }
    if draw < shape.peers.namespacePercent + shape.peers.blockPercent { return makeBlock() }
    return .app(random.number(below: apps.appCount))
  }

  private mutating func makeBlock() -> RuleSketch.Peer {
    let length = random.number(in: shape.peers.blockLengths)
    let node = random.number(below: apps.nodeCount)
    let isInPodRange = random.chance(shape.peers.podBlockPercent)
    let bits = UInt32(truncatingIfNeeded: random.next())
    let ipv4 =
      isInPodRange
      ? IPPrefix(
        IPAddress(ipv4: 10 << 24 + UInt32(node) << 8 + bits & 255), length: length)
      : IPPrefix(IPAddress(ipv4: bits), length: length)
    guard shape.isDualStack else { return .block(ipv4: ipv4, ipv6: nil) }
    // Nodes are told apart by the bits from 8 on in IPv4, from 48 on in IPv6.
    let ipv6 =
      isInPodRange
      ? IPPrefix(
        IPAddress(ipv6High: 0xfd00_0010_0000_0000 + UInt64(node), low: 0), length: length + 40)
      : IPPrefix(
        IPAddress(ipv6High: 0x2000_0000_0000_0000 | UInt64(bits) << 28, low: 0), length: length + 8)
    return .block(ipv4: ipv4, ipv6: ipv6)
  }

  private mutating func matches(
    _ peer: RuleSketch.Peer, namespace own: Int
  ) -> [NetworkPolicy.Peer.Match] {
    switch peer {
    case .app(let app):
      let namespace = apps.namespace(ofApp: app)
      let pods = LabelSelector(matchLabels: ["app": apps.appName(app)])
      return [
        .selectors(namespaces: namespace == own ? nil : Self.named(namespace, apps), pods: pods)
      ]
    case .namespace(let namespace):
      return [.selectors(namespaces: Self.named(namespace, apps), pods: nil)]
    case .block(let ipv4, let ipv6):
      return ([ipv4] + (ipv6.map { [$0] } ?? [])).map { prefix in
        .ipBlock(prefix, except: makeExceptions(prefix))
      }
    case .any: return []
    }
  }

  private mutating func makeExceptions(_ prefix: IPPrefix) -> [IPPrefix] {
    guard random.chance(shape.peers.exceptPercent) else { return [] }
    return [IPPrefix(prefix.lastAddress, length: min(prefix.length + 3, prefix.family.bitCount))]
  }

  private static func named(_ namespace: Int, _ apps: AppLayout) -> LabelSelector {
    LabelSelector(matchLabels: [Namespace.nameLabel: apps.namespaceName(namespace)])
  }

  mutating func makePorts() -> RuleSketch.Ports {
    if random.chance(shape.ports.everyPercent) { return .every }
    if random.chance(shape.ports.namedPercent) { return .named(random.pick(AppLayout.portNames)) }
    let ipProtocol: IPProtocol = random.chance(shape.ports.udpPercent) ? .udp : .tcp
    let first =
      random.chance(shape.ports.otherPercent)
      ? UInt16(1024 + random.number(below: shape.ports.otherPortCount))
      : random.pick(Self.usualPorts)
    let isRange = random.chance(shape.ports.rangePercent)
    return .range(ipProtocol, PortRange(first, through: isRange ? first + 100 : first))
  }
}
