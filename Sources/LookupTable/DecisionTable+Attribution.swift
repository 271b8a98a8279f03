extension DecisionTable {
  /// The deciding rule of each side of a flow, or why no rule decided.
  ///
  /// - Complexity: O(1) plus the number of rules that decide different ports between the same two ends.
  public func attribution(_ flow: IPv4FlowKey) -> TableAttribution { single(flow) }

  /// As ``attribution(_:)-(IPv4FlowKey)``, for IPv6.
  public func attribution(_ flow: IPv6FlowKey) -> TableAttribution { single(flow) }

  @inline(__always)
  private func single<Key: TableKey>(_ flow: Key) -> TableAttribution {
    isShifted ? attribution(of: flow, isShifted: true) : attribution(of: flow)
  }

  /// - Parameter isShifted: as for decisions: a constant at each call.
  @inline(__always)
  func attribution<Key: TableKey>(of flow: Key, isShifted: Bool = false) -> TableAttribution {
    let source = unsafe classes[Int(flow.sourceClass(in: self))]
    let destination = unsafe classes[Int(flow.destinationClass(in: self))]
    let result = attribution(
      source, destination, portBit(flow.ipProtocol, flow.destinationPort), isShifted: isShifted)
    if flow.hasOneAddress || source.needsOwner || destination.needsOwner {
      return result.exempted(by: exemption(of: flow))
    }
    return result
  }

  @inline(__always)
  func attribution(
    _ source: AddressClass, _ destination: AddressClass, _ bit: UInt32, isShifted: Bool
  ) -> TableAttribution {
    let egressList = egress.ruleList(
      row: source.egressRow, peer: destination.egressPeer, isShifted: isShifted)
    let ingressList = ingress.ruleList(
      row: destination.ingressRow, peer: source.ingressPeer, isShifted: isShifted)
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
}

extension TableAttribution {
  /// What decides where an exemption comes before every tier (D2).
  func exempted(by exemption: FlowExemption) -> TableAttribution {
    if exemption.isSelf { return TableAttribution(egress: .exemptSelf, ingress: .exemptSelf) }
    return TableAttribution(
      egress: exemption.isToOwnNode ? .exemptOwnNode : egress,
      ingress: exemption.isFromOwnNode ? .exemptOwnNode : ingress)
  }
}
