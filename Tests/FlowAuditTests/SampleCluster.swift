import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes

/// Builders for one cluster a test.
func address(_ text: String) -> IPAddress {
  guard let address = IPAddress(text) else { preconditionFailure("no address: \(text)") }
  return address
}

func pod(
  _ namespace: String, _ name: String, _ addresses: String..., labels: Labels = .empty,
  phase: Pod.Phase = .running, node: String? = nil, isHostNetwork: Bool = false,
  ports: [Pod.ContainerPort] = [], owner: Pod.Owner? = nil, startTime: Timestamp? = nil
) -> Pod {
  Pod(
    namespace: namespace, name: name, labels: labels, nodeName: node,
    addresses: addresses.map(address), isHostNetwork: isHostNetwork, phase: phase, ports: ports,
    owner: owner, startTime: startTime)
}

func flow(
  from source: String, _ sourcePort: UInt16 = 40_000, to destination: String,
  _ destinationPort: UInt16 = 80, _ ipProtocol: IPProtocol = .tcp,
  outcome: Flow.Outcome = .established, service: Flow.ServiceUse? = nil,
  at seconds: Int64 = 1_000
) -> Flow {
  let start = Timestamp(nanoseconds: seconds * 1_000_000_000)
  return Flow(
    tuple: FiveTuple(
      source: address(source), destination: address(destination), ipProtocol: ipProtocol,
      sourcePort: sourcePort, destinationPort: destinationPort),
    initiator: .syn,
    forward: .init(packets: 3, bytes: 300, firstTime: start, lastTime: start),
    outcome: outcome, service: service)
}

/// Policies that allow every connection but those to the given addresses, whose ingress side isolates.
func denyingIngress(to denied: String..., policy: String = "lock") -> FlowAuditor.Decide {
  let denied = Set(denied.map(address))
  return { connection in
    let isDenied = denied.contains(connection.destination)
    return ConnectionDecision(
      egress: SideDecision(isAllowed: true, reason: .noPolicy),
      ingress: isDenied
        ? SideDecision(
          isAllowed: false, reason: .defaultDeny,
          isolatedBy: [PolicyIdentity(kind: .networkPolicy, namespace: "shop", name: policy)])
        : SideDecision(isAllowed: true, reason: .noPolicy))
  }
}
