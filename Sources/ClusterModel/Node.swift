import NetworkTypes

/// A node.
public struct Node: Hashable, Sendable {
  public var name: String
  public var labels: Labels
  /// Every IP of `status.addresses`. Further addresses follow from pods (D9): see ``Pod/hostAddresses`` and hostNetwork.
  public var addresses: [IPAddress]
  public var location: SourceLocation?

  public init(
    name: String, labels: Labels = .empty, addresses: [IPAddress] = [],
    location: SourceLocation? = nil
  ) {
    self.name = name
    self.labels = labels
    self.addresses = addresses
    self.location = location
  }
}
