import NetworkTypes

/// Which addresses and ports are Services, and which endpoints stand behind them.
///
/// Built from the cluster by FlowAudit; knows addresses only. Covers ClusterIP, external and LoadBalancer addresses, and
/// node addresses with NodePorts.
public struct ServiceTranslation: Sendable {
  /// What clients connect to.
  public struct Frontend: Hashable, Sendable {
    public var address: IPAddress
    public var ipProtocol: IPProtocol
    public var port: UInt16

    public init(address: IPAddress, ipProtocol: IPProtocol, port: UInt16) {
      self.address = address
      self.ipProtocol = ipProtocol
      self.port = port
    }
  }

  /// A ready endpoint: where connections end.
  public struct Backend: Hashable, Sendable {
    public var address: IPAddress
    public var port: UInt16

    public init(address: IPAddress, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  /// Endpoints of each entry; an entry is one port of one Service in one address family.
  public var backends: [[Backend]]
  /// Entry index of each frontend.
  public var entries: [Frontend: Int]

  public init(backends: [[Backend]] = [], entries: [Frontend: Int] = [:]) {
    self.backends = backends
    self.entries = entries
  }

  /// No Services.
  public static let none = ServiceTranslation()
}
