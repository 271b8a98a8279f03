import ClusterModel
import FlowTracking
import NetworkTypes
import PolicyCompilation

/// The verdict of a flow and nothing else: what ``FlowAuditor/record(for:evidence:)`` says without evidence, without naming anything.
///
/// Most flows are between addresses whose owners are beyond doubt, and the table alone decides them; all others are handed
/// to the auditor. Pure and thread-safe.
public struct VerdictJudge: Sendable {
  private let auditor: FlowAuditor
  private let compiled: CompiledPolicies
  private let owners: SettledOwners

  /// - Parameters:
  ///   - auditor: decides by `compiled`.
  public init(_ auditor: FlowAuditor, _ compiled: CompiledPolicies) {
    self.auditor = auditor
    self.compiled = compiled
    owners = SettledOwners(compiled.snapshot)
  }

  /// The verdict of `flow`, judged at its first packet (N42).
  public func verdict(for flow: Flow) -> Verdict {
    let tuple = flow.tuple
    if flow.service == nil, let source = tuple.source.ipv4Bits,
      let destination = tuple.destination.ipv4Bits
    {
      let time = flow.startTime?.nanoseconds ?? .max
      if owners.isSettled(source, at: time), owners.isSettled(destination, at: time),
        let verdict = compiled.plainVerdict(
          source: source, destination: destination, ipProtocol: tuple.ipProtocol,
          destinationPort: tuple.destinationPort)
      {
        return verdict
      }
    }
    return auditor.record(for: flow).verdict
  }
}

/// Which IPv4 addresses have an owner that is beyond doubt, and since when.
struct SettledOwners: Sendable {
  /// Open addressing; a power of two, at most half full.
  private var slots: [Slot]
  private let shift: UInt32

  private struct Slot: Sendable {
    /// The address + 1; 0 is free.
    var key: UInt64 = 0
    /// Nanoseconds since 1970; `.max` where the owner is in doubt at any time.
    var since = Int64.min
  }

  init(_ snapshot: ClusterSnapshot) {
    var since: [UInt32: Int64] = [:]
    // Whoever is named twice is looked at closely.
    func add(_ addresses: [IPAddress], _ start: Int64) {
      for address in addresses {
        guard let bits = address.ipv4Bits else { continue }
        since[bits] = since[bits] == nil ? start : .max
      }
    }
    for pod in snapshot.pods {
      add(
        pod.addresses,
        pod.isEndpoint ? pod.startTime.map(\.nanoseconds) ?? .min : .max)
      for address in pod.hostAddresses { add([address], .max) }
    }
    for node in snapshot.nodes { add(node.addresses, .max) }
    for service in snapshot.services {
      add(service.clusterAddresses + service.externalAddresses, .max)
    }
    var bits: UInt32 = 4
    while 1 << bits < since.count * 2 { bits += 1 }
    shift = 64 - bits
    slots = Array(repeating: Slot(), count: 1 << Int(bits))
    for (address, start) in since {
      var place = place(of: address)
      while slots[place].key != 0 { place = (place + 1) & (slots.count - 1) }
      slots[place] = Slot(key: UInt64(address) + 1, since: start)
    }
  }

  private func place(of address: UInt32) -> Int {
    Int(truncatingIfNeeded: (UInt64(address) &* 0x9e37_79b9_7f4a_7c15) >> UInt64(shift))
  }

  /// Whether it is clear who has an address at a time: one pod that had started, or nobody in the cluster.
  func isSettled(_ address: UInt32, at time: Int64) -> Bool {
    var place = place(of: address)
    while true {
      let slot = slots[place]
      if slot.key == UInt64(address) + 1 { return slot.since < .max && slot.since <= time }
      if slot.key == 0 { return true }
      place = (place + 1) & (slots.count - 1)
    }
  }
}
