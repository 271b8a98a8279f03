import NetworkTypes

/// Where servers are known to listen: the tie-breaker for who started a flow whose start is not in the capture.
public struct KnownServers: Sendable, Hashable {
  /// One listening place; without an address, the port counts on every address.
  public struct Place: Sendable, Hashable {
    public var address: IPAddress?
    public var ipProtocol: IPProtocol
    public var port: UInt16

    public init(address: IPAddress? = nil, ipProtocol: IPProtocol, port: UInt16) {
      self.address = address
      self.ipProtocol = ipProtocol
      self.port = port
    }
  }

  public private(set) var places: Set<Place>

  public init(_ places: Set<Place> = []) { self.places = places }

  public mutating func insert(_ place: Place) { places.insert(place) }

  /// How sure it is that a server listens there: 2 by address and port, 1 by port alone, 0 not known.
  func certainty(_ address: IPAddress, _ ipProtocol: IPProtocol, _ port: UInt16) -> Int {
    if places.isEmpty { return 0 }
    if places.contains(Place(address: address, ipProtocol: ipProtocol, port: port)) { return 2 }
    return places.contains(Place(ipProtocol: ipProtocol, port: port)) ? 1 : 0
  }
}
