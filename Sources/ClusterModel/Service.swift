import NetworkTypes

/// A Service: addresses and ports that clients use, and how they map to pods.
public struct Service: Hashable, Sendable {
  public enum Kind: String, Sendable, Hashable {
    case clusterIP = "ClusterIP"
    case nodePort = "NodePort"
    case loadBalancer = "LoadBalancer"
    case externalName = "ExternalName"
  }

  public var namespace: String
  public var name: String
  public var kind: Kind
  /// `spec.clusterIP` and `spec.clusterIPs`; empty for a headless Service.
  public var clusterAddresses: [IPAddress]
  /// `spec.externalIPs` and `status.loadBalancer.ingress[].ip`.
  public var externalAddresses: [IPAddress]
  public var ports: [Port]
  /// `spec.selector`; `nil` where endpoints are kept by hand.
  public var selector: [String: String]?
  /// `spec.publishNotReadyAddresses`.
  public var publishesNotReadyAddresses: Bool
  public var location: SourceLocation?

  public init(
    namespace: String, name: String, kind: Kind = .clusterIP, clusterAddresses: [IPAddress] = [],
    externalAddresses: [IPAddress] = [], ports: [Port] = [], selector: [String: String]? = nil,
    publishesNotReadyAddresses: Bool = false, location: SourceLocation? = nil
  ) {
    self.namespace = namespace
    self.name = name
    self.kind = kind
    self.clusterAddresses = clusterAddresses
    self.externalAddresses = externalAddresses
    self.ports = ports
    self.selector = selector
    self.publishesNotReadyAddresses = publishesNotReadyAddresses
    self.location = location
  }

  public struct Port: Hashable, Sendable {
    /// `nil` where the Service has one port without a name.
    public var name: String?
    public var ipProtocol: IPProtocol
    /// The port that clients use with the Service's addresses.
    public var number: UInt16
    /// Where the pod listens; `nil` means ``number``.
    public var target: Target?
    /// The port on every node's addresses, for NodePort and LoadBalancer Services.
    public var nodePort: UInt16?

    public init(
      name: String? = nil, ipProtocol: IPProtocol = .tcp, number: UInt16, target: Target? = nil,
      nodePort: UInt16? = nil
    ) {
      self.name = name
      self.ipProtocol = ipProtocol
      self.number = number
      self.target = target
      self.nodePort = nodePort
    }
  }

  public enum Target: Hashable, Sendable {
    case number(UInt16)
    case name(String)
  }
}

/// One EndpointSlice, or one subset of an Endpoints object: what stands behind a Service.
public struct EndpointSlice: Hashable, Sendable {
  public var namespace: String
  /// The object's own name.
  public var name: String
  /// The label `kubernetes.io/service-name`, or the name of the Endpoints object.
  public var serviceName: String
  /// Port names as in the Service's ports.
  public var ports: [Port]
  public var endpoints: [Endpoint]
  public var location: SourceLocation?

  public init(
    namespace: String, name: String, serviceName: String, ports: [Port] = [],
    endpoints: [Endpoint] = [], location: SourceLocation? = nil
  ) {
    self.namespace = namespace
    self.name = name
    self.serviceName = serviceName
    self.ports = ports
    self.endpoints = endpoints
    self.location = location
  }

  public struct Port: Hashable, Sendable {
    public var name: String?
    public var ipProtocol: IPProtocol
    /// `nil` means all ports.
    public var number: UInt16?

    public init(name: String? = nil, ipProtocol: IPProtocol = .tcp, number: UInt16?) {
      self.name = name
      self.ipProtocol = ipProtocol
      self.number = number
    }
  }

  public struct Endpoint: Hashable, Sendable {
    public var addresses: [IPAddress]
    /// `conditions.ready`; a missing value means ready.
    public var isReady: Bool
    public var nodeName: String?
    /// The pod of `targetRef`.
    public var podName: String?

    public init(
      addresses: [IPAddress], isReady: Bool = true, nodeName: String? = nil, podName: String? = nil
    ) {
      self.addresses = addresses
      self.isReady = isReady
      self.nodeName = nodeName
      self.podName = podName
    }
  }
}
