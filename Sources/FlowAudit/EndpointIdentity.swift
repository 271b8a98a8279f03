import ClusterModel
import NetworkTypes

/// Who stands behind an address: a pod, a node or a Service, with what reports print of it.
///
/// One immutable object per pod, node and Service, shared by all records that name it.
public final class EndpointIdentity: Sendable {
  /// Raw values are those of the machine formats.
  public enum Kind: String, Sendable, Hashable {
    case pod
    case node
    case service
  }

  public let kind: Kind
  /// `nil` for nodes, and for a pod that a capture names without its namespace.
  public let namespace: String?
  public let name: String
  /// What made the pod; `nil` for a pod without a controller, and for nodes and Services.
  public let workload: Pod.Owner?
  public let labels: Labels
  /// When the pod started, where the dump says so.
  public let startTime: Timestamp?

  public init(
    kind: Kind, namespace: String? = nil, name: String, workload: Pod.Owner? = nil,
    labels: Labels = .empty, startTime: Timestamp? = nil
  ) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.workload = workload
    self.labels = labels
    self.startTime = startTime
  }

  public convenience init(_ pod: Pod) {
    self.init(
      kind: .pod, namespace: pod.namespace, name: pod.name, workload: Self.workload(of: pod),
      labels: pod.labels, startTime: pod.startTime)
  }

  public convenience init(_ node: Node) {
    self.init(kind: .node, name: node.name, labels: node.labels)
  }

  public convenience init(_ service: Service) {
    self.init(kind: .service, namespace: service.namespace, name: service.name)
  }

  /// The controller that people know: the Deployment where a ReplicaSet of one made the pod.
  ///
  /// A Deployment names its ReplicaSets `<deployment>-<pod-template-hash>` and labels their pods with the hash, so the
  /// name can be had without the ReplicaSet itself.
  static func workload(of pod: Pod) -> Pod.Owner? {
    guard let owner = pod.owner else { return nil }
    if owner.kind == "ReplicaSet", let hash = pod.labels["pod-template-hash"], !hash.isEmpty,
      owner.name.hasSuffix("-\(hash)")
    {
      return Pod.Owner(kind: "Deployment", name: String(owner.name.dropLast(hash.count + 1)))
    }
    return owner
  }
}

/// `shop/web-1`, `node/worker-1`, `service/shop/web`: the forms that the command line reads.
extension EndpointIdentity: CustomStringConvertible {
  public var description: String {
    switch kind {
    case .pod: (namespace.map { "\($0)/" } ?? "") + name
    case .node: "node/\(name.isEmpty ? "<unnamed>" : name)"
    case .service: "service/\(namespace ?? "")/\(name)"
    }
  }
}

extension EndpointIdentity: Equatable {
  public static func == (left: EndpointIdentity, right: EndpointIdentity) -> Bool {
    left === right
      || left.kind == right.kind && left.namespace == right.namespace && left.name == right.name
  }
}
