import ClusterModel
import FlowTracking
import NetworkTypes

/// The addresses of pods that captures name, in interfaces' descriptions or packets' comments.
///
/// Where a capture was made knows best whose packets they are: before the dump, which may be of another time.
public struct CapturedPods: Sendable {
  /// What a capture says of one address.
  struct Claim: Sendable {
    var pod: PodIdentity
    /// First to last packet that is said to be the pod's.
    var window: ClosedRange<Int64>
  }

  /// Clocks of two places differ by so much that one packet may seem to lie outside of the other's window.
  private static let toleranceNanoseconds: Int64 = 1_000_000_000
  private var claims: [IPAddress: [Claim]] = [:]

  /// - Parameter endpoints: tells which of the two ends a pod is that spoke with one other address only.
  public init(_ observations: PodObservations, _ endpoints: EndpointDirectory) {
    for observation in observations.observations {
      for family in AddressFamily.allCases {
        guard let address = Self.ownAddress(of: observation, family, endpoints) else { continue }
        claims[address, default: []].append(
          Claim(
            pod: observation.pod,
            window: observation.window.lowerBound
              .nanoseconds...observation.window.upperBound.nanoseconds))
      }
    }
  }

  public var isEmpty: Bool { claims.isEmpty }

  /// The address that every packet of one family has, and that no other address shares with it.
  private static func ownAddress(
    of observation: PodObservations.Observation, _ family: AddressFamily,
    _ endpoints: EndpointDirectory
  ) -> IPAddress? {
    let counts = observation.addresses.filter { $0.address.family == family }
    let total = counts.reduce(0) { $0 + $1.packetCount }
    // A packet counts for both of its ends.
    let common = counts.filter { 2 * $0.packetCount >= total }.map(\.address)
    if common.count <= 1 { return common.first }
    let confirmed = common.filter { address in
      endpoints.decidingOwner(of: address).map { observation.pod.isName(of: $0) } ?? false
    }
    return confirmed.count == 1 ? confirmed[0] : nil
  }

  /// The pods that captures name for `address` at `time`, in ascending order.
  func pods(at address: IPAddress, _ time: Timestamp) -> [PodIdentity] {
    (claims[address] ?? []).filter { claim in
      claim.window.lowerBound &- Self.toleranceNanoseconds <= time.nanoseconds
        && time.nanoseconds <= claim.window.upperBound &+ Self.toleranceNanoseconds
    }.map(\.pod)
  }

  /// Where captures and dump name different owners of one address, one sentence each.
  public func contradictions(_ endpoints: EndpointDirectory) -> [String] {
    claims.sorted { $0.key < $1.key }.flatMap { address, claims in
      claims.compactMap { claim -> String? in
        let owner = endpoints.owner(
          of: address, at: Timestamp(nanoseconds: claim.window.lowerBound), capturedBy: self)
        guard case .contradicted = owner else { return nil }
        return Endpoint(address: address, port: 0, owner: owner).contradiction
      }
    }
  }
}

extension PodIdentity {
  /// Whether this names the pod; a name without a namespace may be of any.
  func isName(of identity: EndpointIdentity) -> Bool {
    identity.kind == .pod && identity.name == name
      && (namespace == nil || namespace == identity.namespace)
  }
}

extension Endpoint {
  /// What captures and dump say of the address, where they contradict each other.
  var contradiction: String? {
    guard case .contradicted(let captured, let dump) = owner else { return nil }
    let others = dump.map(\.description).joined(separator: " and ")
    return "\(address) is the address of \(captured) in the captures, and of"
      + " \(others.isEmpty ? "nobody" : others) in the dump"
  }
}

extension EndpointDirectory {
  /// The owner of `address` at `time` by what captures say, else by the dump.
  ///
  /// A node or a Service stays one whatever pods captures name: a pod on the host's network, or one whose address was
  /// translated, shows as its node.
  func owner(
    of address: IPAddress, at time: Timestamp?, capturedBy pods: CapturedPods?
  ) -> Endpoint.Owner {
    let dump = owner(of: address, at: time)
    guard let pods, let time else { return dump }
    let captured = pods.pods(at: address, time)
    guard let pod = captured.first else { return dump }
    if case .known(let identity) = dump, identity.kind != .pod { return dump }
    if captured.count > 1 { return .conflict(captured.map(identity)) }
    let candidates: [EndpointIdentity] =
      switch dump {
      case .known(let identity): [identity]
      case .conflict(let identities), .startedLater(let identities): identities
      case .replaced(let then, let now): [now, then]
      case .external, .contradicted: []
      }
    guard let match = candidates.first(where: pod.isName) else {
      return .contradicted(captured: identity(pod), dump: candidates)
    }
    // Policies are compiled for one pod of each address: no other can be judged.
    guard let deciding = decidingOwner(of: address), deciding != match else {
      return .known(match)
    }
    return .contradicted(captured: match, dump: [deciding])
  }

  /// The dump's pod of that name, else what the capture says alone.
  private func identity(_ pod: PodIdentity) -> EndpointIdentity {
    if let namespace = pod.namespace,
      let known = self.pod(namespace: namespace, name: pod.name)
    {
      return EndpointIdentity(known)
    }
    return EndpointIdentity(kind: .pod, namespace: pod.namespace, name: pod.name)
  }
}
