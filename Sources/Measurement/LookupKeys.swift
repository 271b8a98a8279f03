import ClusterModel
import LookupTable
import NetworkTypes

/// Flows of one address family, ready to be looked up.
public enum LookupKeys: Sendable {
  case ipv4([IPv4FlowKey])
  case ipv6([IPv6FlowKey])

  /// Those of the connections that are of `family` at both ends.
  public init(_ connections: some Sequence<Connection>, family: AddressFamily) {
    let connections = connections.lazy.filter {
      $0.source.family == family && $0.destination.family == family
    }
    switch family {
    case .ipv4: self = .ipv4(connections.map { IPv4FlowKey($0) })
    case .ipv6: self = .ipv6(connections.map { IPv6FlowKey($0) })
    }
  }

  public var count: Int {
    switch self {
    case .ipv4(let keys): keys.count
    case .ipv6(let keys): keys.count
    }
  }

  public var family: AddressFamily {
    switch self {
    case .ipv4: .ipv4
    case .ipv6: .ipv6
    }
  }

  /// The keys over and over until there are `count` of them; none stay none.
  public func repeated(to count: Int) -> LookupKeys {
    func filled<Key>(_ keys: [Key]) -> [Key] {
      keys.isEmpty ? [] : (0..<count).map { keys[$0 % keys.count] }
    }
    return switch self {
    case .ipv4(let keys): .ipv4(filled(keys))
    case .ipv6(let keys): .ipv6(filled(keys))
    }
  }
}

extension IPv4FlowKey {
  /// - Precondition: both addresses are IPv4.
  public init(_ connection: Connection) {
    self.init(
      source: UInt32(truncatingIfNeeded: connection.source.low),
      destination: UInt32(truncatingIfNeeded: connection.destination.low),
      destinationPort: connection.destinationPort, ipProtocol: connection.ipProtocol.rawValue)
  }
}

extension IPv6FlowKey {
  /// - Precondition: both addresses are IPv6.
  public init(_ connection: Connection) {
    self.init(
      sourceHigh: connection.source.high, sourceLow: connection.source.low,
      destinationHigh: connection.destination.high, destinationLow: connection.destination.low,
      destinationPort: connection.destinationPort, ipProtocol: connection.ipProtocol.rawValue)
  }
}
