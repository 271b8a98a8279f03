extension DecisionTable {
  /// The deciding rule of each side of a flow, or why no rule decided.
  ///
  /// - Complexity: O(1) plus the number of rules that decide different ports between the same two ends.
  public func attribution(_ flow: IPv4FlowKey) -> TableAttribution {
    let source = unsafe classes[Int(classIndex(ipv4: flow.source))]
    let destination = unsafe classes[Int(classIndex(ipv4: flow.destination))]
    let bit = portBit(flow.ipProtocol, flow.destinationPort)
    let result = attribution(source, destination, bit)
    guard flow.source == flow.destination || source.needsOwner || destination.needsOwner else {
      return result
    }
    return applying(exemption(flow), to: result)
  }

  /// As ``attribution(_:)-(IPv4FlowKey)``, for IPv6.
  public func attribution(_ flow: IPv6FlowKey) -> TableAttribution {
    let source = unsafe classes[
      Int(ipv6.classIndex(high: flow.sourceHigh, low: flow.sourceLow))]
    let destination = unsafe classes[
      Int(ipv6.classIndex(high: flow.destinationHigh, low: flow.destinationLow))]
    let bit = portBit(flow.ipProtocol, flow.destinationPort)
    let result = attribution(source, destination, bit)
    let isSame =
      flow.sourceHigh == flow.destinationHigh && flow.sourceLow == flow.destinationLow
    guard isSame || source.needsOwner || destination.needsOwner else { return result }
    return applying(exemption(flow), to: result)
  }

  @inline(__always)
  func attribution(
    _ source: AddressClass, _ destination: AddressClass, _ bit: UInt32
  ) -> TableAttribution {
    let egressList = egress.ruleList(row: source.egressRow, peer: destination.egressPeer)
    let ingressList = ingress.ruleList(
      row: destination.ingressRow, peer: source.ingressPeer)
    return TableAttribution(egress: decider(egressList, bit), ingress: decider(ingressList, bit))
  }

  /// The entry of a rule list whose ports hold the bit. Port sets of one list are disjoint and together hold every
  /// port but those of a default, which the list's last entry names.
  @inline(__always)
  func decider(_ list: UInt32, _ bit: UInt32) -> DecidingEntry {
    let first = unsafe Int(ruleListOffsets[Int(list)])
    let end = unsafe Int(ruleListOffsets[Int(list) + 1])
    for index in first..<end {
      let hitSet = unsafe Int(ruleListEntries[2 &* index])
      let byte = unsafe hitSets[hitSet &* portSetStride &+ Int(bit >> 3)]
      if byte >> UInt8(truncatingIfNeeded: bit & 7) & 1 != 0 {
        return unsafe DecidingEntry(rawValue: ruleListEntries[2 &* index &+ 1])
      }
    }
    return .noPolicy
  }

  private func applying(
    _ exemption: FlowExemption, to attribution: TableAttribution
  ) -> TableAttribution {
    var result = attribution
    if exemption.isSelf { return TableAttribution(egress: .exemptSelf, ingress: .exemptSelf) }
    if exemption.isFromOwnNode { result.ingress = .exemptOwnNode }
    if exemption.isToOwnNode { result.egress = .exemptOwnNode }
    return result
  }
}
