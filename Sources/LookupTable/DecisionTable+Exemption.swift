/// What the ends of a flow owe to their owners, apart from any policy (D2).
@frozen
public struct FlowExemption: Sendable, Hashable {
  /// Both addresses are the same pod's (N24, A22): both sides are allowed.
  public var isSelf: Bool
  /// The source is the destination pod's own node (N23): ingress is allowed.
  public var isFromOwnNode: Bool
  /// The destination is the source pod's own node, and the profile allows that: egress is allowed.
  public var isToOwnNode: Bool

  /// Bits to set in a ``TableDecision``.
  var allowed: UInt8 {
    (isSelf ? 3 : 0) | (isFromOwnNode ? 2 : 0) | (isToOwnNode ? 1 : 0)
  }

  static let none = FlowExemption(isSelf: false, isFromOwnNode: false, isToOwnNode: false)
}

extension DecisionTable {
  /// Who has an IPv4 address (host order).
  public func owner(ipv4 address: UInt32) -> OwnerCode {
    let entry = unsafe ipv4Root[Int(address >> 16)]
    guard entry & Self.groupFlag != 0 else { return .none }
    var index = Int(entry & ~Self.groupFlag) << 8 | Int(truncatingIfNeeded: address >> 8 & 255)
    let inner = ipv4Groups[index]
    guard inner & Self.groupFlag != 0 else { return .none }
    index = Int(inner & ~Self.groupFlag) << 8 | Int(truncatingIfNeeded: address & 255)
    return unsafe OwnerCode(rawValue: ipv4Owners[index])
  }

  /// Who has an IPv6 address.
  public func owner(ipv6High high: UInt64, low: UInt64) -> OwnerCode {
    let index = ipv6.entryIndex(high: high, low: low)
    return unsafe index < 0 ? .none : OwnerCode(rawValue: ipv6Owners[index])
  }

  /// The exemptions of a flow.
  public func exemption(_ flow: IPv4FlowKey) -> FlowExemption { exemption(of: flow) }

  /// As ``exemption(_:)-(IPv4FlowKey)``, for IPv6.
  public func exemption(_ flow: IPv6FlowKey) -> FlowExemption { exemption(of: flow) }

  @inline(__always)
  func exemption<Key: TableKey>(of flow: Key) -> FlowExemption { flow.exemption(in: self) }

  /// Rare, hence apart from the hot path. Takes addresses: a key that is handed over whole has to be in memory.
  @inline(never)
  func exemption(ipv4 source: UInt32, _ destination: UInt32) -> FlowExemption {
    exemption(source: owner(ipv4: source), destination: owner(ipv4: destination))
  }

  /// As ``exemption(ipv4:_:)``, for IPv6.
  @inline(never)
  func exemption(
    ipv6 sourceHigh: UInt64, _ sourceLow: UInt64, _ destinationHigh: UInt64,
    _ destinationLow: UInt64
  ) -> FlowExemption {
    exemption(
      source: owner(ipv6High: sourceHigh, low: sourceLow),
      destination: owner(ipv6High: destinationHigh, low: destinationLow))
  }

  private func exemption(source: OwnerCode, destination: OwnerCode) -> FlowExemption {
    var exemption = FlowExemption.none
    if let pod = source.podIndex, pod == destination.podIndex { exemption.isSelf = true }
    if let group = source.nodeIndex, let pod = destination.podIndex {
      exemption.isFromOwnNode = isOnNode(pod, ofGroup: group)
    }
    if allowsEgressToOwnNode, let pod = source.podIndex, let group = destination.nodeIndex {
      exemption.isToOwnNode = isOnNode(pod, ofGroup: group)
    }
    return exemption
  }

  /// Pods that ``OwnerCode/podIndex`` counts.
  public var podCount: Int { shape.byteCount(of: .podNodes) / 4 }

  /// The nodes of a group that ``OwnerCode/nodeIndex`` names, in ascending order.
  public func nodes(ofGroup group: Int) -> [Int] {
    precondition(group >= 0 && group < shape.byteCount(of: .nodeGroupOffsets) / 4 - 1)
    return unsafe (nodeGroupOffsets[group]..<nodeGroupOffsets[group + 1])
      .map { unsafe Int(nodeGroupMembers[Int($0)]) }
  }

  /// The class of an IPv4 address (host order).
  public func addressClass(ipv4 address: UInt32) -> AddressClass {
    unsafe classes[Int(classIndex(ipv4: address))]
  }

  /// The class of an IPv6 address.
  public func addressClass(ipv6High high: UInt64, low: UInt64) -> AddressClass {
    unsafe classes[Int(ipv6.classIndex(high: high, low: low))]
  }

  /// The number of the row that holds the policies which apply to a class's pods for egress; 0 where there is no pod.
  ///
  /// - Parameter item: a class that this table gave: its rows are followed unchecked.
  package func egressRow(of item: AddressClass) -> UInt32 { egress.rowNumber(item.egressRow) }

  /// The same for ingress.
  package func ingressRow(of item: AddressClass) -> UInt32 { ingress.rowNumber(item.ingressRow) }

  /// Whether the pod runs on one of the group's nodes.
  private func isOnNode(_ pod: Int, ofGroup group: Int) -> Bool {
    let node = unsafe podNodes[pod]
    guard node != 0 else { return false }
    let members = unsafe Int(nodeGroupOffsets[group])..<Int(nodeGroupOffsets[group + 1])
    return members.contains { unsafe nodeGroupMembers[$0] == node - 1 }
  }
}
