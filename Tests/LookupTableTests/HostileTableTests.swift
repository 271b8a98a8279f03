import LookupTable
import Testing

/// Parts with one index that leads out of the table: each must be refused when the table is made.
@Suite struct HostileTableTests {
  struct Damage: Sendable, CustomStringConvertible {
    let description: String
    let apply: @Sendable (inout TableParts) -> Void
  }

  static let damages: [Damage] = [
    Damage(description: "IPv4 root entry") { $0.ipv4Root[3] = 8 },
    Damage(description: "IPv4 root group") { $0.ipv4Root[3] = 0x8000_0002 },
    Damage(description: "IPv4 group entry") { $0.ipv4Groups[300] = 8 },
    Damage(description: "IPv4 group that is its own member") { $0.ipv4Groups[1] = 0x8000_0000 },
    Damage(description: "IPv4 group below the last level") { $0.ipv4Groups[256] = 0x8000_0001 },
    Damage(description: "IPv4 owner") { $0.ipv4Owners[300] = 3 },
    Damage(description: "IPv4 node owner") { $0.ipv4Owners[300] = 0x8000_0001 },
    Damage(description: "IPv6 slot") {
      $0.ipv6Slots[0] = IPv6Slot(
        high: 1, middle: 0, firstEntry: 5, entryCount: 9, firstAddress: 0)
    },
    Damage(description: "IPv6 entry") { $0.ipv6Entries[2] = 8 },
    Damage(description: "IPv6 region class") { $0.ipv6RegionClasses[0] = 8 },
    Damage(description: "IPv6 regions not from ::") { $0.ipv6RegionStarts[0] = (1, 0) },
    Damage(description: "class row") {
      $0.classes[1] = AddressClass(
        egressRow: 2, ingressRow: 0, egressPeer: 0, ingressPeer: 0, needsOwner: false)
    },
    Damage(description: "class peer") {
      $0.classes[1] = AddressClass(
        egressRow: 0, ingressRow: 0, egressPeer: 8, ingressPeer: 0, needsOwner: false)
    },
    Damage(description: "peer category") {
      $0.classes[1] = AddressClass(
        egressRow: 0, ingressRow: 0, egressPeer: 0xff00_0000, ingressPeer: 0, needsOwner: false)
    },
    Damage(description: "egress peer category of the first class") {
      $0.classes[0] = AddressClass(
        egressRow: 0, ingressRow: 0, egressPeer: 0xff00_0000, ingressPeer: 0, needsOwner: false)
    },
    Damage(description: "ingress peer category of the first class") {
      $0.classes[0] = AddressClass(
        egressRow: 0, ingressRow: 0, egressPeer: 0, ingressPeer: 0xff00_0000, needsOwner: false)
    },
    Damage(description: "port class") { $0.portMap[90] = 2 },
    Damage(description: "protocol offset") {
      $0.protocols[17] = ProtocolEntry(
        mapOffset: 65_537, portMask: 0, firstBit: 0, classCount: 1)
    },
    Damage(description: "port mask") {
      $0.protocols[6] = ProtocolEntry(mapOffset: 0, portMask: 0x1ffff, firstBit: 0, classCount: 2)
    },
    Damage(description: "port class count") { $0.portClassCount = 65 },
    Damage(description: "default port set") {
      $0.ingressPairs.setDefault(row: 1, category: .podIPv4, portSet: 3, list: 0)
    },
    Damage(description: "default list") {
      $0.ingressPairs.setDefault(row: 1, category: .podIPv4, portSet: 0, list: 4)
    },
    Damage(description: "pair port set") {
      $0.egressPairs.add(row: 1, peer: 0, portSet: 3, list: 0)
    },
    Damage(description: "pair list") { $0.egressPairs.add(row: 1, peer: 0, portSet: 0, list: 4) },
    Damage(description: "rule list order") { $0.ruleListOffsets = [0, 2, 1, 4, 5] },
    Damage(description: "rule list end") { $0.ruleListOffsets = [0, 1, 2, 4, 6] },
    Damage(description: "hit set") { $0.ruleListEntries[0].hitSet = 3 },
    Damage(description: "rule") { $0.ruleListEntries[0].entry = 6 },
    Damage(description: "node group") { $0.nodeGroupOffsets = [0, 2] },
  ]

  @Test(arguments: damages, PairLayout.allCases)
  func `an index out of bounds is refused`(damage: Damage, layout: PairLayout) throws {
    for isWide in [false, true] {
      var parts = try TinyTable.parts(layout, isWide: isWide)
      damage.apply(&parts)
      #expect {
        try DecisionTable(parts)
      } throws: {
        ($0 as? TableError)?.code == .corrupt
      }
    }
  }

  @Test(arguments: PairLayout.allCases)
  func `the undamaged parts are accepted`(layout: PairLayout) throws {
    try DecisionTable(TinyTable.parts(layout))._checkInvariants()
    try DecisionTable(TinyTable.parts(layout, isWide: true))._checkInvariants()
  }
}
