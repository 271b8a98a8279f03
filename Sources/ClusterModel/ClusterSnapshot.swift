/// A cluster at one moment: everything but the policies.
public struct ClusterSnapshot: Sendable {
  public var namespaces: [Namespace]
  public var nodes: [Node]
  public var pods: [Pod]
  public var services: [Service]
  public var endpointSlices: [EndpointSlice]

  public init(
    namespaces: [Namespace] = [], nodes: [Node] = [], pods: [Pod] = [], services: [Service] = [],
    endpointSlices: [EndpointSlice] = []
  ) {
    self.namespaces = namespaces
    self.nodes = nodes
    self.pods = pods
    self.services = services
    self.endpointSlices = endpointSlices
  }
}
