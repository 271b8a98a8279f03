import NetworkTypes

/// One end of a flow: the address, and who owned it at the flow's first packet.
public struct Endpoint: Sendable, Equatable {
  public enum Owner: Sendable, Equatable {
    case known(EndpointIdentity)
    /// No pod, node or Service of the cluster has the address.
    case external
    /// Several live pods list the address (D8), in ascending order of namespace and name.
    case conflict([EndpointIdentity])
    /// Pods list the address, but every one of them started after the packet.
    case startedLater([EndpointIdentity])
    /// The pod that had the address at that time, and the pod that has it now, by which the policies were compiled.
    case replaced(then: EndpointIdentity, now: EndpointIdentity)
    /// The pod that a capture names, and whom the dump names instead: nobody where that is empty.
    case contradicted(captured: EndpointIdentity, dump: [EndpointIdentity])
  }

  public var address: IPAddress
  /// 0 for protocols without ports.
  public var port: UInt16
  public var owner: Owner
  /// Names that captures' own tables (pcapng name-resolution blocks) give to an address outside of the cluster.
  public var names: [String]

  public init(address: IPAddress, port: UInt16, owner: Owner, names: [String] = []) {
    self.address = address
    self.port = port
    self.owner = owner
    self.names = names
  }

  /// The owner, where there is exactly one.
  public var identity: EndpointIdentity? {
    if case .known(let identity) = owner { identity } else { nil }
  }

  /// The namespaces of all pods and Services that may own the address.
  public var namespaces: [String] {
    switch owner {
    case .known(let identity): identity.namespace.map { [$0] } ?? []
    case .external: []
    case .conflict(let identities), .startedLater(let identities):
      identities.compactMap(\.namespace)
    case .replaced(let then, let now): [then, now].compactMap(\.namespace)
    case .contradicted(let captured, let dump): ([captured] + dump).compactMap(\.namespace)
    }
  }
}
