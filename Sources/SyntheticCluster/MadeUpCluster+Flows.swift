import ClusterModel
import NetworkTypes

extension MadeUpCluster {
  /// Flows of one address family: 70 % instances of a random rule, 20 % between random pods, 10 % with a random address
  /// of the Internet on one side. Usual ports and 90 % TCP where no rule says otherwise.
  ///
  /// - Precondition: the shape is dual-stack where `family` is IPv6.
  public func makeFlows(
    _ count: Int, family: AddressFamily = .ipv4, seed: UInt64 = 1
  ) -> [Connection] {
    precondition(family == .ipv4 || shape.isDualStack, "the cluster has no IPv6 addresses")
    var writer = FlowWriter(cluster: self, family: family, random: SeededSequence(seed: ~seed))
    return (0..<count).map { _ in writer.makeFlow() }
  }
}

/// Draws flows.
private struct FlowWriter {
  let cluster: MadeUpCluster
  let family: AddressFamily
  var random: SeededSequence

  mutating func makeFlow() -> Connection {
    switch random.number(below: 10) {
    case 0...6: flow(of: random.pick(cluster.rules))
    case 7, 8: makePlainFlow(source: makePodAddress(), destination: makePodAddress())
    default:
      random.chance(50)
        ? makePlainFlow(source: random.makeInternetAddress(family), destination: makePodAddress())
        : makePlainFlow(source: makePodAddress(), destination: random.makeInternetAddress(family))
    }
  }

  private mutating func makePlainFlow(source: IPAddress, destination: IPAddress) -> Connection {
    Connection(
      source: source, destination: destination, ipProtocol: random.chance(10) ? .udp : .tcp,
      destinationPort: random.pick(PolicyWriter.usualPorts))
  }

  private mutating func flow(of rule: RuleSketch) -> Connection {
    let subject =
      switch rule.subject {
      case .app(let app): pick(cluster.apps.pods(ofApp: app))
      case .namespace(let namespace): pick(cluster.apps.pods(ofNamespace: namespace))
      }
    var peerPod: Int?
    var peer: IPAddress
    switch rule.peer {
    case .app(let app): peerPod = pick(cluster.apps.pods(ofApp: app))
    case .namespace(let namespace): peerPod = pick(cluster.apps.pods(ofNamespace: namespace))
    case .any: peerPod = random.number(below: cluster.shape.podCount)
    case .block: break
    }
    if let peerPod {
      peer = address(ofPod: peerPod)
    } else if case .block(let ipv4, let ipv6) = rule.peer {
      peer = makeAddress(in: family == .ipv4 ? ipv4 : ipv6 ?? ipv4)
    } else {
      peer = random.makeInternetAddress(family)
    }
    let isIngress = rule.direction == .ingress
    var flow = makePlainFlow(
      source: isIngress ? peer : address(ofPod: subject),
      destination: isIngress ? address(ofPod: subject) : peer)
    switch rule.ports {
    case .every: break
    case .range(let ipProtocol, let range):
      flow.ipProtocol = ipProtocol
      flow.destinationPort = UInt16(random.number(in: Int(range.first)...Int(range.last)))
    case .named(let name):
      flow.ipProtocol = .tcp
      let target = isIngress ? subject : peerPod ?? subject
      flow.destinationPort = cluster.apps.port(named: name, ofApp: cluster.apps.app(ofPod: target))
    }
    return flow
  }

  private mutating func pick(_ pods: Range<Int>) -> Int {
    pods.lowerBound + random.number(below: pods.count)
  }

  private mutating func makePodAddress() -> IPAddress {
    address(ofPod: random.number(below: cluster.shape.podCount))
  }

  private func address(ofPod pod: Int) -> IPAddress {
    family == .ipv4 ? cluster.apps.ipv4(ofPod: pod) : cluster.apps.ipv6(ofPod: pod)
  }

  private mutating func makeAddress(in block: IPPrefix) -> IPAddress {
    let last = block.lastAddress
    let first = block.address
    switch block.family {
    case .ipv4:
      let host = UInt32(truncatingIfNeeded: random.next() & (first.low ^ last.low))
      return IPAddress(ipv4: UInt32(truncatingIfNeeded: first.low) | host)
    case .ipv6:
      return IPAddress(
        ipv6High: first.high | random.next() & (first.high ^ last.high),
        low: first.low | random.next() & (first.low ^ last.low))
    }
  }
}
