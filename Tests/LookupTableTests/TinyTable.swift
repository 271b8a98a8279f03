import LookupTable
import NetworkTypes

/// A table made by hand: two pods, one node, one rule.
///
/// 10.0.0.1 is pod 0 on node 0, 10.0.0.2 is pod 1, isolated for ingress but for TCP 80 from pod 0; 10.0.0.9 is node 0.
/// The IPv6 addresses fd00::1, fd00::2 and fd00::9 are the same.
enum TinyTable {
  static func parts(_ layout: PairLayout, isWide: Bool = false) throws -> TableParts {
    // Peers: 0 external, 1 pod 0, 2 pod 1, 3 node; each family apart.
    let categories: [PeerCategory] = [
      .externalIPv4, .podIPv4, .podIPv4, .nodeIPv4, .externalIPv6, .podIPv6, .podIPv6, .nodeIPv6,
    ]
    func column(_ peer: Int) -> UInt32 { UInt32(peer) | categories[peer].rawValue << 21 }
    // Port sets: 0 everything, 1 nothing, 2 TCP 80. Lists: 0 not a pod, 1 default deny, 2 the rule, 3 no policy.
    var ingress = try PairTableBuilder(rowCount: 3, peerCount: 8)
    var egress = try PairTableBuilder(rowCount: 2, peerCount: 8)
    for category in PeerCategory.allCases {
      ingress.setDefault(row: 0, category: category, portSet: 0, list: 0)
      ingress.setDefault(row: 1, category: category, portSet: 0, list: 3)
      ingress.setDefault(row: 2, category: category, portSet: 1, list: 1)
      egress.setDefault(row: 0, category: category, portSet: 0, list: 0)
      egress.setDefault(row: 1, category: category, portSet: 0, list: 3)
    }
    ingress.add(row: 2, peer: column(1), portSet: 2, list: 2)
    ingress.add(row: 2, peer: column(5), portSet: 2, list: 2)
    var parts = TableParts(ingressPairs: ingress, egressPairs: egress)
    parts.forcedLayout = layout
    parts.forcesWideClassNumbers = isWide
    parts.ingressPeerCategories = categories.map(\.rawValue)
    parts.egressPeerCategories = categories.map(\.rawValue)
    for family in [0, 4] {
      parts.classes.append(
        AddressClass(
          egressRow: 0, ingressRow: 0, egressPeer: column(family), ingressPeer: column(family),
          needsOwner: false))
      for pod in 1...2 {
        parts.classes.append(
          AddressClass(
            egressRow: 1, ingressRow: UInt32(pod), egressPeer: column(family + pod),
            ingressPeer: column(family + pod), needsOwner: false))
      }
      parts.classes.append(
        AddressClass(
          egressRow: 0, ingressRow: 0, egressPeer: column(family + 3),
          ingressPeer: column(family + 3), needsOwner: true))
    }
    let group: UInt32 = 0x8000_0000
    parts.ipv4Root = [UInt32](repeating: 0, count: 65_536)
    parts.ipv4Root[0x0a00] = group
    parts.ipv4Groups = [UInt32](repeating: 0, count: 512)
    parts.ipv4Owners = [UInt32](repeating: 0, count: 512)
    parts.ipv4Groups[0] = group | 1
    let owners = [(1, 1, OwnerCode(pod: 0)), (2, 2, OwnerCode(pod: 1)), (9, 3, OwnerCode(node: 0))]
    parts.ipv6Entries = [UInt32](repeating: 4, count: 9)
    parts.ipv6Owners = [UInt32](repeating: 0, count: 9)
    for (last, classIndex, owner) in owners {
      parts.ipv4Groups[256 + last] = UInt32(classIndex)
      parts.ipv4Owners[256 + last] = owner.rawValue
      parts.ipv6Entries[last - 1] = UInt32(classIndex + 4)
      parts.ipv6Owners[last - 1] = owner.rawValue
    }
    parts.ipv6Slots = [
      IPv6Slot(
        high: 0xfd00_0000_0000_0000, middle: 0, firstEntry: 0, entryCount: 9, firstAddress: 1)
    ]
    parts.ipv6RegionStarts = [(0, 0)]
    parts.ipv6RegionClasses = [4]
    // Port classes: 0 any TCP port, 1 TCP 80, 2 everything else.
    parts.portMap = [UInt16](repeating: 0, count: 65_537)
    parts.portMap[80] = 1
    parts.protocols = [ProtocolEntry](
      repeating: ProtocolEntry(mapOffset: 65_536, portMask: 0, firstBit: 2, classCount: 1),
      count: 256)
    parts.protocols[6] = ProtocolEntry(
      mapOffset: 0, portMask: 0xffff, firstBit: 0, classCount: 2)
    parts.portClassCount = 3
    parts.portSetStride = 8
    func set(_ bits: UInt8) -> [UInt8] { [bits, 0, 0, 0, 0, 0, 0, 0] }
    parts.portSets = set(0b111) + set(0) + set(0b010)
    parts.hitSets = set(0b111) + set(0b010) + set(0b101)
    let rule = DecidingEntry(rule: 0).rawValue
    parts.ruleListEntries = [
      (0, DecidingEntry.notAPod.rawValue), (0, DecidingEntry.defaultDeny.rawValue), (1, rule),
      (2, DecidingEntry.defaultDeny.rawValue), (0, DecidingEntry.noPolicy.rawValue),
    ]
    parts.ruleListOffsets = [0, 1, 2, 4, 5]
    parts.ruleCount = 1
    parts.podNodes = [1, 0]
    parts.nodeGroupOffsets = [0, 1]
    parts.nodeGroupMembers = [0]
    return parts
  }

  static func ipv4(
    _ source: UInt32, _ destination: UInt32, _ port: UInt16, _ ipProtocol: IPProtocol = .tcp
  ) -> IPv4FlowKey {
    IPv4FlowKey(
      source: 0x0a00_0000 | source, destination: 0x0a00_0000 | destination, destinationPort: port,
      ipProtocol: ipProtocol.rawValue)
  }

  static func ipv6(
    _ source: UInt64, _ destination: UInt64, _ port: UInt16, _ ipProtocol: IPProtocol = .tcp
  ) -> IPv6FlowKey {
    IPv6FlowKey(
      sourceHigh: 0xfd00_0000_0000_0000, sourceLow: source,
      destinationHigh: 0xfd00_0000_0000_0000, destinationLow: destination, destinationPort: port,
      ipProtocol: ipProtocol.rawValue)
  }
}
