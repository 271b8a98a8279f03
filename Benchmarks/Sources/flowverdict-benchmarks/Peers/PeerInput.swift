import CPeerInterface
import LookupTable
import NetworkTypes

/// The flattened policies and the flows as C structures, which live as long as this object.
@safe
final class PeerInput {
  private(set) var input: peer_input
  private var allocations: [UnsafeMutableRawPointer] = unsafe []

  init(_ policies: FlattenedPolicies, _ flows: [IPv4FlowKey]) {
    unsafe input = peer_input()
    let directions = unsafe (directionInput(policies.ingress), directionInput(policies.egress))
    unsafe input.direction = directions
    let pods = policies.addresses.map { address in
      func row(_ side: FlattenedPolicies.Side) -> UInt32 {
        side.rowOfAddress[address].map { UInt32($0) } ?? UInt32.max
      }
      return peer_pod(address: address, row: (row(policies.ingress), row(policies.egress)))
    }
    unsafe input.pods = keep(pods)
    unsafe input.pod_count = pods.count
    let cFlows = flows.map {
      peer_flow(
        source: $0.source, destination: $0.destination, destination_port: $0.destinationPort,
        protocol: $0.ipProtocol, unused: 0)
    }
    unsafe input.flows = keep(cFlows)
    unsafe input.flow_count = cFlows.count
  }

  deinit { for index in unsafe allocations.indices { unsafe allocations[index].deallocate() } }

  private func directionInput(_ side: FlattenedPolicies.Side) -> peer_direction {
    func prefixes(_ lists: [[IPv4Cover.Prefix]]) -> [peer_prefix] {
      lists.joined().map { peer_prefix(address: $0.address, length: UInt32($0.length)) }
    }
    let terms = side.rows.joined().map { term in
      peer_term(
        set: UInt32(term.set), first_port: term.ports.first, last_port: term.ports.last,
        protocol: term.ipProtocol?.rawValue ?? 0)
    }
    return unsafe peer_direction(
      row_count: UInt32(side.rows.count),
      term_offsets: keep(Self.offsets(side.rows.map(\.count))), terms: keep(terms),
      pod_prefix_offsets: keep(Self.offsets(side.podPrefixes.map(\.count))),
      pod_prefixes: keep(prefixes(side.podPrefixes)), set_count: UInt32(side.sets.count),
      set_offsets: keep(Self.offsets(side.sets.map(\.count))),
      set_prefixes: keep(prefixes(side.sets)))
  }

  private static func offsets(_ counts: [Int]) -> [UInt32] {
    var offsets: [UInt32] = [0]
    for count in counts { offsets.append(offsets[offsets.count - 1] + UInt32(count)) }
    return offsets
  }

  /// A copy that lives until `deinit`.
  private func keep<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
    let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    unsafe copy.initialize(from: elements, count: elements.count)
    unsafe allocations.append(UnsafeMutableRawPointer(copy))
    return unsafe UnsafePointer(copy)
  }
}
