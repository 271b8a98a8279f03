import LookupTable

extension AddressAssembly {
  /// Hands over classes, addresses and owners.
  func write(to parts: inout TableParts, podNodes: [UInt32]) {
    parts.classes = classes
    parts.ipv4Root = trie.root
    parts.ipv4Groups = trie.groups
    parts.ipv4Owners = trie.owners
    (parts.ipv6Slots, parts.ipv6Entries, parts.ipv6Owners) = ipv6.makeSlots()
    parts.ipv6RegionStarts = ipv6.regions.map { ($0.start.high, $0.start.low) }
    parts.ipv6RegionClasses = ipv6.regions.map(\.classIndex)
    parts.ingressPeerCategories = ingressPeers.peers.map { $0.category.rawValue }
    parts.egressPeerCategories = egressPeers.peers.map { $0.category.rawValue }
    parts.podNodes = podNodes
    for group in 0..<UInt32(nodeGroups.count) {
      parts.nodeGroupMembers.append(contentsOf: nodeGroups[group])
      parts.nodeGroupOffsets.append(UInt32(parts.nodeGroupMembers.count))
    }
  }
}

extension PortClassification {
  /// Hands over the map from ports to classes.
  func write(to parts: inout TableParts) {
    parts.portMap = portMap
    parts.portClassCount = classCount
    parts.portSetStride = wordCount * 8
    parts.protocols = [ProtocolEntry](
      repeating: ProtocolEntry(
        mapOffset: UInt32(portMap.count - 1), portMask: 0, firstBit: UInt32(otherProtocolsBit),
        classCount: 1), count: 256)
    for entry in protocols {
      parts.protocols[Int(entry.ipProtocol.rawValue)] = ProtocolEntry(
        mapOffset: UInt32(entry.offset), portMask: 0xffff, firstBit: UInt32(entry.firstBit),
        classCount: UInt32(entry.count))
    }
  }
}

extension RuleListStore {
  /// Hands over port sets and rule lists.
  func write(to parts: inout TableParts) {
    parts.portSets = Self.bytes(portSets)
    parts.hitSets = Self.bytes(hitSets)
    for list in 0..<UInt32(lists.count) {
      let range = lists.range(of: list)
      var index = range.lowerBound
      while index < range.upperBound {
        parts.ruleListEntries.append((lists.element(at: index), lists.element(at: index + 1)))
        index += 2
      }
      parts.ruleListOffsets.append(UInt32(parts.ruleListEntries.count))
    }
  }

  /// Little-endian bytes of all lists, end to end.
  private static func bytes(_ sets: ListInterner) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in 0..<UInt32(sets.count) {
      for word in sets[id] {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
      }
    }
    return bytes
  }
}
