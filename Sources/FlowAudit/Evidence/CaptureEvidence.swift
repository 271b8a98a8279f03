import ClusterModel
import FlowTracking
import NetworkTypes
import PacketCapture

/// What captures say beside their flows, for ``FlowAuditor``.
public struct CaptureEvidence: Sendable {
  /// The DNS answers that were seen up to a flow's first packet; later ones do not count.
  public var names: DNSObservations?
  /// The pods that captures name.
  public var pods: CapturedPods?
  /// Where each capture was made, by ``Flow/captureIndex``.
  public var places: [CapturePlace]
  /// Names of pcapng name-resolution blocks; they say what to call an address, and decide nothing.
  public var recordedNames: [IPAddress: [String]]

  public init(
    names: DNSObservations? = nil, pods: CapturedPods? = nil, places: [CapturePlace] = [],
    recordedNames: [IPAddress: [String]] = [:]
  ) {
    self.recordedNames = recordedNames

    self.names = names
    self.pods = pods
    self.places = places
  }
}

/// Where a capture was made, as far as it says so for all of its packets.
public struct CapturePlace: Sendable, Hashable {
  /// The name of its one interface; `nil` where it has several, or none with a name.
  public var interface: String?
  /// The node that its interfaces' descriptions name.
  public var node: String?

  public init(interface: String? = nil, node: String? = nil) {
    self.interface = interface
    self.node = node
  }

  public init(_ interfaces: [CaptureInterface]) {
    if interfaces.count == 1 { interface = interfaces[0].name }
    let nodes = interfaces.map { interface in
      interface.details.flatMap { PodIdentity(interfaceDescription: $0) }?.node
    }
    if let first = nodes.first, nodes.allSatisfy({ $0 == first }) { node = first }
  }
}
