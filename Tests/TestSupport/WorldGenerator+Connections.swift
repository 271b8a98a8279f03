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
    let pools = [podAddresses, podAddresses, podAddresses, edges + addressesOfInterest]
      .filter { !$0.isEmpty }
    var families: [AddressFamily: [[IPAddress]]] = [:]
    for family in AddressFamily.allCases {
      families[family] = pools.map { $0.filter { $0.family == family } }.filter { !$0.isEmpty }
    }
    return (0..<count).map { _ in makeConnection(families) }
  }

  private mutating func makeConnection(
    _ families: [AddressFamily: [[IPAddress]]]
  ) -> Connection {
    let family: AddressFamily = random.chance(70) ? .ipv4 : .ipv6
    let pools = families[family] ?? families[.ipv4] ?? []
    let source = random.pick(random.pick(pools))
    let destination = random.chance(8) ? source : random.pick(random.pick(pools))
    let ipProtocol = makeProtocol()
    return Connection(
      source: source, destination: destination, ipProtocol: ipProtocol,
      destinationPort: ipProtocol.hasPorts ? random.pick(portsOfInterest) : 0,
      isThroughService: random.chance(source == destination ? 50 : 10))
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
