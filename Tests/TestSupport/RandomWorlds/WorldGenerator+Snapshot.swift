import ClusterModel
import NetworkTypes

extension WorldGenerator {
  static let portNames = ["dns", "http", "metrics"]
  static let portNumbers: [UInt16] = [53, 80, 81, 443, 8080]
  static let portProtocols: [IPProtocol] = [.tcp, .udp, .sctp]

  mutating func makeSnapshot() -> ClusterSnapshot {
    let namespaces = makeNamespaces()
    nodes = makeNodes()
    let pods = makePods()
    addressesOfInterest +=
      nodes.flatMap(\.addresses) + pods.flatMap { $0.addresses + $0.hostAddresses }
      + ["192.0.2.1", "203.0.113.255", "255.255.255.255", "2001:db8::1"].compactMap {
        IPAddress($0)
      }
    portsOfInterest += pods.flatMap { $0.ports.map(\.number) }
    return ClusterSnapshot(
      namespaces: namespaces,
      // A node that only pods tell of (D9).
      nodes: nodes.filter { _ in !random.chance(15) }, pods: pods)
  }

  /// Some namespaces have pods and policies and are in no dump (N43).
  private mutating func makeNamespaces() -> [Namespace] {
    Self.namespaceNames.compactMap { name in
      random.chance(12) ? nil : Namespace(name: name, labels: makeLabels())
    }
  }

  private mutating func makeNodes() -> [Node] {
    let count = random.number(in: 1...3)
    return (0..<count).map { index in
      var addresses = [IPAddress(ipv4: 0xc0a8_0000 + UInt32(index))]  // 192.168.0.0
      if random.chance(50) {
        addresses.append(IPAddress(ipv6High: 0xfd00_0000_0000_0001, low: UInt64(index)))
      }
      if random.chance(30) { addresses.append(IPAddress(ipv4: 0xac10_0000 + UInt32(index))) }
      // Two nodes that claim one address.
      if random.chance(10) { addresses.append(IPAddress(ipv4: 0xac10_00ff)) }
      return Node(name: "node-\(index)", labels: makeLabels(), addresses: addresses)
    }
  }

  private mutating func makePods() -> [Pod] {
    let count = random.number(in: 3...14)
    var pods: [Pod] = []
    for index in 0..<count { pods.append(makePod(index, after: pods)) }
    return pods
  }

  private mutating func makePod(_ index: Int, after others: [Pod]) -> Pod {
    let node: Node? = random.chance(88) ? random.pick(nodes) : nil
    let isHostNetwork = random.chance(14)
    var hostAddresses: [IPAddress] = []
    if let node, random.chance(50) { hostAddresses = node.addresses }
    // A host address that no node's status lists, and a pod without nodeName that tells of one.
    if random.chance(8) { hostAddresses.append(IPAddress(ipv4: 0xac10_0100 + UInt32(index))) }
    return Pod(
      namespace: random.pick(Self.namespaceNames), name: "pod-\(index)", labels: makeLabels(),
      nodeName: node?.name,
      addresses: makeAddresses(index, node: isHostNetwork ? node : nil, after: others),
      hostAddresses: hostAddresses, isHostNetwork: isHostNetwork, phase: makePhase(),
      ports: random.several(0...4, Self.makePort))
  }

  private mutating func makePhase() -> Pod.Phase {
    switch random.number(in: 0...99) {
    case 0...74: .running
    case 75...82: .pending
    case 83...89: .succeeded
    case 90...95: .failed
    default: .unknown
    }
  }

  /// IPv4, IPv6, both or none (N27); a neighbour's address (N26, D8), a node's.
  private mutating func makeAddresses(
    _ index: Int, node: Node?, after others: [Pod]
  ) -> [IPAddress] {
    if let node, random.chance(90) { return node.addresses }
    if random.chance(6) { return [] }
    if random.chance(3) { return random.pick(nodes).addresses }
    if random.chance(15), let other = others.last { return other.addresses }
    let four = IPAddress(ipv4: 0x0a00_0000 + UInt32(index) * UInt32(random.number(in: 1...5)))
    let six = IPAddress(ipv6High: 0xfd00_0000_0000_0002, low: UInt64(index * 3))
    return switch random.number(in: 0...3) {
    case 0: [four]
    case 1: [six]
    default: [four, six]
    }
  }

  /// Names that stand for different numbers and protocols from pod to pod, or twice in one pod (N35, N37).
  private static func makePort(_ random: inout SeededGenerator) -> Pod.ContainerPort {
    Pod.ContainerPort(
      name: random.chance(85) ? random.pick(portNames) : nil, number: random.pick(portNumbers),
      ipProtocol: random.pick(portProtocols))
  }
}
