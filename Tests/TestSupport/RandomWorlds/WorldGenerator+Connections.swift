import ClusterModel
import NetworkTypes

extension WorldGenerator {
  /// Connections between addresses that matter: pods, nodes, ends of blocks and what is next to them.
  mutating func makeConnections(_ count: Int, _ snapshot: ClusterSnapshot) -> [Connection] {
    let podAddresses = snapshot.pods.flatMap(\.addresses)
    let edges = prefixes.flatMap { prefix in
      [
        prefix.address, prefix.lastAddress, prefix.address.predecessor,
        prefix.lastAddress.successor,
      ].compactMap(\.self)
    }
    let others = edges + addressesOfInterest
    let families = AddressFamily.allCases.compactMap { family in
      Ends(
        pods: podAddresses.filter { $0.family == family },
        others: others.filter { $0.family == family })
    }
    return (0..<count).map { _ in
      makeConnection(random.chance(70) ? families[0] : families[families.count - 1])
    }
  }

  /// Addresses of one family that a connection may start or end at.
  private struct Ends {
    var pods: [IPAddress]
    var others: [IPAddress]

    init?(pods: [IPAddress], others: [IPAddress]) {
      if others.isEmpty { return nil }
      self.others = others
      self.pods = pods.isEmpty ? others : pods
    }
  }

  private mutating func makeConnection(_ ends: Ends) -> Connection {
    var source = random.pick(random.chance(90) ? ends.pods : ends.others)
    var destination = random.pick(random.chance(82) ? ends.pods : ends.others)
    // A pod to itself is one case of many.
    if source == destination, random.chance(80) { destination = random.pick(ends.pods) }
    if source == destination, random.chance(50) { source = random.pick(ends.others) }
    let ipProtocol = makeProtocol()
    return Connection(
      source: source, destination: destination, ipProtocol: ipProtocol,
      destinationPort: ipProtocol.hasPorts ? random.pick(portsOfInterest) : 0,
      isThroughService: random.chance(source == destination ? 60 : 10))
  }

  private mutating func makeProtocol() -> IPProtocol {
    switch random.number(in: 0...99) {
    case 0...49: .tcp
    case 50...69: .udp
    case 70...84: .sctp
    case 85...90: .icmp
    case 91...95: .icmpv6
    default: IPProtocol(rawValue: UInt8(random.pick([0, 2, 47, 50, 255])))
    }
  }
}

extension IPAddress {
  /// The address before, or `nil` before the family's first.
  public var predecessor: IPAddress? {
    switch family {
    case .ipv4: low == 0 ? nil : IPAddress(ipv4: UInt32(truncatingIfNeeded: low) - 1)
    case .ipv6:
      high == 0 && low == 0
        ? nil : IPAddress(ipv6High: low == 0 ? high - 1 : high, low: low &- 1)
    }
  }
}
