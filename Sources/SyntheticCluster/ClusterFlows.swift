import ClusterModel
import NetworkTypes

/// Makes up flows of a given cluster: 80 % between random pods, 10 % each from and to a random address of the Internet;
/// to ports that its policies and containers name, and to those that servers usually have.
public struct ClusterFlows {
  private let addresses: [IPAddress]
  private let ports: [(number: UInt16, ipProtocol: IPProtocol)]
  private let family: AddressFamily
  private var random: SeededSequence

  /// - Returns: `nil` for a cluster without pods of that family.
  public init?(
    _ snapshot: ClusterSnapshot, _ policies: PolicySet, family: AddressFamily, seed: UInt64 = 1
  ) {
    addresses = snapshot.pods.filter(\.isEndpoint)
      .flatMap { $0.addresses.filter { $0.family == family } }
    guard !addresses.isEmpty else { return nil }
    self.family = family
    random = SeededSequence(seed: seed)
    var known: Set<[UInt16]> = []
    var ports: [(UInt16, IPProtocol)] = []
    func add(_ number: UInt16, _ ipProtocol: IPProtocol) {
      guard known.insert([number, UInt16(ipProtocol.rawValue)]).inserted else { return }
      ports.append((number, ipProtocol))
    }
    for port in PolicyWriter.usualPorts { add(port, .tcp) }
    add(53, .udp)
    for pod in snapshot.pods {
      for port in pod.ports { add(port.number, port.ipProtocol) }
    }
    for match in Self.portMatches(policies) {
      if case .range(let ipProtocol, let range) = match.match {
        add(range.first, ipProtocol)
        add(range.last, ipProtocol)
      }
    }
    self.ports = ports.map { (number: $0.0, ipProtocol: $0.1) }
  }

  public mutating func makeFlows(_ count: Int) -> [Connection] {
    (0..<count).map { _ in makeFlow() }
  }

  private mutating func makeFlow() -> Connection {
    let port = ports[random.number(below: ports.count)]
    let side = random.number(below: 10)
    return Connection(
      source: side == 8 ? random.makeInternetAddress(family) : random.pick(addresses),
      destination: side == 9 ? random.makeInternetAddress(family) : random.pick(addresses),
      ipProtocol: port.ipProtocol, destinationPort: port.number)
  }

  private static func portMatches(_ policies: PolicySet) -> [PortMatch] {
    var matches: [PortMatch] = []
    for policy in policies.networkPolicies {
      for rule in policy.ingress + policy.egress { matches += rule.ports ?? [] }
    }
    for policy in policies.clusterPolicies {
      for rule in policy.ingress + policy.egress { matches += rule.ports ?? [] }
    }
    return matches
  }
}
