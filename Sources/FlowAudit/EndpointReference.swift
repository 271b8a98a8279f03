import NetworkTypes

/// How people name one end of a connection: `shop/web-1`, `node/worker-1`, `service/shop/web` or an address.
public enum EndpointReference: Sendable, Hashable {
  case pod(namespace: String, name: String)
  case node(String)
  case service(namespace: String, name: String)
  case address(IPAddress)

  /// `nil` where `text` has none of the four forms.
  public init?(_ text: some StringProtocol) {
    if let address = IPAddress(text) {
      // ::ffff:10.0.0.1 is how dual-stack sockets print 10.0.0.1; on the wire it is IPv4.
      self = .address(address.mappedIPv4 ?? address)
      return
    }
    let slash: Character = "/"
    let parts = text.split(separator: slash, omittingEmptySubsequences: false).map { String($0) }
    guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    switch (parts.count, parts[0]) {
    case (2, "node"): self = .node(parts[1])
    case (3, "service"): self = .service(namespace: parts[1], name: parts[2])
    case (2, _): self = .pod(namespace: parts[0], name: parts[1])
    default: return nil
    }
  }

  /// What ``init(_:)`` reads, for messages.
  public static let forms =
    "NAMESPACE/POD, node/NAME, service/NAMESPACE/NAME or an IP address"
}

extension EndpointReference: CustomStringConvertible {
  public var description: String {
    switch self {
    case .pod(let namespace, let name): "\(namespace)/\(name)"
    case .node(let name): "node/\(name)"
    case .service(let namespace, let name): "service/\(namespace)/\(name)"
    case .address(let address): "\(address)"
    }
  }
}
