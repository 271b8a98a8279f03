import NetworkTypes

/// A pod, as far as verdicts depend on it.
public struct Pod: Hashable, Sendable {
  /// `status.phase`. A pod that is `succeeded` or `failed` owns no address (N26).
  public enum Phase: String, Sendable, Hashable {
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case unknown = "Unknown"

    /// Whether the pod's containers have ended for good.
    @inlinable
    public var isFinal: Bool { self == .succeeded || self == .failed }
  }

  public var namespace: String
  public var name: String
  public var labels: Labels
  /// `spec.nodeName`; `nil` before scheduling.
  public var nodeName: String?
  /// `status.podIP` and `status.podIPs` without repetition; empty while the pod has none (N27).
  public var addresses: [IPAddress]
  /// `status.hostIP` and `status.hostIPs`: addresses of the pod's node (D9).
  public var hostAddresses: [IPAddress]
  public var isHostNetwork: Bool
  /// `running` where the manifest has no status.
  public var phase: Phase
  /// Ports of all containers and of init containers with restartPolicy Always (N37).
  public var ports: [ContainerPort]
  /// The controlling owner, for aggregation by workload.
  public var owner: Owner?
  /// `status.startTime`, else `metadata.creationTimestamp`.
  public var startTime: Timestamp?
  /// `metadata.deletionTimestamp` of a terminating pod; it keeps its address (D8).
  public var deletionTime: Timestamp?
  public var location: SourceLocation?

  public init(
    namespace: String, name: String, labels: Labels = .empty, nodeName: String? = nil,
    addresses: [IPAddress] = [], hostAddresses: [IPAddress] = [], isHostNetwork: Bool = false,
    phase: Phase = .running, ports: [ContainerPort] = [], owner: Owner? = nil,
    startTime: Timestamp? = nil, deletionTime: Timestamp? = nil, location: SourceLocation? = nil
  ) {
    self.namespace = namespace
    self.name = name
    self.labels = labels
    self.nodeName = nodeName
    self.addresses = addresses
    self.hostAddresses = hostAddresses
    self.isHostNetwork = isHostNetwork
    self.phase = phase
    self.ports = ports
    self.owner = owner
    self.startTime = startTime
    self.deletionTime = deletionTime
    self.location = location
  }

  /// Whether the pod's containers have ended for good: such a pod owns no address (N26).
  @inlinable
  public var isFinished: Bool { phase.isFinal }

  /// Whether policies select this pod and its addresses are its own: neither hostNetwork (N25 b) nor finished (N26).
  @inlinable
  public var isEndpoint: Bool { !isHostNetwork && !isFinished }

  /// A port that a container declares.
  public struct ContainerPort: Hashable, Sendable {
    public var name: String?
    public var number: UInt16
    public var ipProtocol: IPProtocol

    public init(name: String? = nil, number: UInt16, ipProtocol: IPProtocol = .tcp) {
      self.name = name
      self.number = number
      self.ipProtocol = ipProtocol
    }
  }

  /// The controller that made the pod (`metadata.ownerReferences` with `controller: true`).
  public struct Owner: Hashable, Sendable {
    public var kind: String
    public var name: String

    public init(kind: String, name: String) {
      self.kind = kind
      self.name = name
    }
  }
}
