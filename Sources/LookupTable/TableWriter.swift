/// Lays the parts of a table out in memory, in the byte order of the file format.
enum TableWriter {
  /// The finished memory; ``DecisionTable/init(memory:)`` checks it.
  static func layOut(_ parts: consuming TableParts) throws(TableError) -> TableMemory {
    let portSetCount = parts.portSets.count / max(parts.portSetStride, 1)
    guard portSetCount <= PairTable.valueCapacity else {
      throw TableError(
        .limitExceeded,
        "\(portSetCount) distinct sets of ports; the table holds \(PairTable.valueCapacity)")
    }
    let ingress = try PairSections(
      parts.ingressPairs, parts.forcedLayout, parts.ingressPeerCategories,
      portSetCount: portSetCount)
    let egress = try PairSections(
      parts.egressPairs, parts.forcedLayout, parts.egressPeerCategories,
      portSetCount: portSetCount)
    parts.classes = parts.classes.map { item in
      AddressClass(
        egressRow: egress.row(item.egressRow), ingressRow: ingress.row(item.ingressRow),
        egressPeer: item.egressPeer, ingressPeer: item.ingressPeer, needsOwner: item.needsOwner)
    }
    let slots = try IPv6SlotTable.place(parts.ipv6Slots)
    let (buckets, bucketShift) = makeBuckets(parts.ipv6RegionStarts)

    let isNarrow =
      !parts.forcesWideClassNumbers && ClassNumbers.areNarrow(parts.ipv4Groups)
      && ClassNumbers.areNarrow(parts.ipv6Entries)
    var counts = [Int](repeating: 0, count: TableSection.allCases.count)
    func count(_ section: TableSection, _ elements: Int) {
      counts[section.rawValue] = elements * section.elementByteCount(isNarrow: isNarrow)
    }
    count(.ipv4Root, parts.ipv4Root.count)
    count(.ipv4Groups, parts.ipv4Groups.count)
    count(.ipv6Slots, slots.count)
    count(.ipv6Entries, parts.ipv6Entries.count)
    count(.ipv6Buckets, buckets.count)
    count(.ipv6RegionStarts, parts.ipv6RegionStarts.count)
    count(.ipv6RegionClasses, parts.ipv6RegionClasses.count)
    count(.classes, parts.classes.count)
    count(.ingressPairs, ingress.byteCount)
    count(.egressPairs, egress.byteCount)
    count(.ingressDefaults, ingress.defaults.count)
    count(.egressDefaults, egress.defaults.count)
    count(.portMap, parts.portMap.count)
    count(.portSets, parts.portSets.count)
    count(.ingressPairLists, ingress.lists.count)
    count(.egressPairLists, egress.lists.count)
    count(.ingressDefaultLists, ingress.defaultLists.count)
    count(.egressDefaultLists, egress.defaultLists.count)
    count(.ruleListOffsets, parts.ruleListOffsets.count)
    count(.ruleListEntries, parts.ruleListEntries.count)
    count(.hitSets, parts.hitSets.count)
    count(.ipv4Owners, parts.ipv4Owners.count)
    count(.ipv6Owners, parts.ipv6Owners.count)
    count(.podNodes, parts.podNodes.count)
    count(.nodeGroupOffsets, parts.nodeGroupOffsets.count)
    count(.nodeGroupMembers, parts.nodeGroupMembers.count)
    count(.names, parts.names.count)

    var ranges: [Range<Int>] = []
    var end = TableHeader.byteCount
    for byteCount in counts {
      let alignment = TableHeader.sectionAlignment
      let start = (end + alignment - 1) / alignment * alignment
      ranges.append(start..<start + byteCount)
      end = start + byteCount
    }
    let memory = try TableMemory(byteCount: end)
    var writer = Writer(memory: memory, ranges: ranges)
    writer.copy(.ipv4Root, parts.ipv4Root)
    writer.copy(.ipv4Groups, numbers: parts.ipv4Groups, isNarrow: isNarrow)
    writer.copy(.ipv6Slots, slots)
    writer.copy(.ipv6Entries, numbers: parts.ipv6Entries, isNarrow: isNarrow)
    writer.copy(.ipv6Buckets, buckets)
    writer.copy(.ipv6RegionStarts, parts.ipv6RegionStarts)
    writer.copy(.ipv6RegionClasses, parts.ipv6RegionClasses)
    writer.copy(.classes, parts.classes)
    writer.copy(.ingressPairs, ingress.matrix)
    writer.copy(.ingressPairs, ingress.slots)
    writer.copy(.egressPairs, egress.matrix)
    writer.copy(.egressPairs, egress.slots)
    writer.copy(.ingressDefaults, ingress.defaults)
    writer.copy(.egressDefaults, egress.defaults)
    writer.copy(.portMap, parts.portMap)
    writer.copy(.portSets, parts.portSets)
    writer.copy(.ingressPairLists, ingress.lists)
    writer.copy(.egressPairLists, egress.lists)
    writer.copy(.ingressDefaultLists, ingress.defaultLists)
    writer.copy(.egressDefaultLists, egress.defaultLists)
    writer.copy(.ruleListOffsets, parts.ruleListOffsets)
    writer.copy(.ruleListEntries, parts.ruleListEntries)
    writer.copy(.hitSets, parts.hitSets)
    writer.copy(.ipv4Owners, parts.ipv4Owners)
    writer.copy(.ipv6Owners, parts.ipv6Owners)
    writer.copy(.podNodes, parts.podNodes)
    writer.copy(.nodeGroupOffsets, parts.nodeGroupOffsets)
    writer.copy(.nodeGroupMembers, parts.nodeGroupMembers)
    writer.copy(.names, parts.names)

    writer.store(TableHeader.magicOffset, TableHeader.magic)
    writer.store(TableHeader.versionOffset, TableHeader.formatVersion)
    writer.store(TableHeader.byteOrderOffset, TableHeader.byteOrderMark)
    writer.store(TableHeader.totalByteCountOffset, UInt64(end))
    writer.store(
      TableHeader.flagsOffset,
      (parts.allowsEgressToOwnNode ? TableHeader.allowsEgressToOwnNode : 0)
        | (isNarrow ? TableHeader.hasNarrowClassNumbers : 0))
    writer.store(TableHeader.portSetStrideOffset, UInt32(parts.portSetStride))
    writer.store(TableHeader.ingressLayoutOffset, ingress.layout.rawValue)
    writer.store(TableHeader.egressLayoutOffset, egress.layout.rawValue)
    writer.store(TableHeader.ingressRowCountOffset, UInt32(parts.ingressPairs.rowCount))
    writer.store(TableHeader.egressRowCountOffset, UInt32(parts.egressPairs.rowCount))
    writer.store(TableHeader.ingressPeerCountOffset, UInt32(parts.ingressPairs.peerCount))
    writer.store(TableHeader.egressPeerCountOffset, UInt32(parts.egressPairs.peerCount))
    writer.store(TableHeader.portClassCountOffset, UInt32(parts.portClassCount))
    writer.store(TableHeader.ruleCountOffset, UInt32(parts.ruleCount))
    writer.store(TableHeader.bucketShiftOffset, bucketShift)
    for (number, entry) in parts.protocols.enumerated() {
      let offset = TableHeader.protocolsOffset + number * 16
      writer.store(offset, entry.mapOffset)
      writer.store(offset + 4, entry.portMask)
      writer.store(offset + 8, entry.firstBit)
      writer.store(offset + 12, entry.classCount)
    }
    for section in TableSection.allCases {
      let offset = TableHeader.sectionsOffset + section.rawValue * 16
      writer.store(offset, UInt64(ranges[section.rawValue].lowerBound))
      writer.store(offset + 8, UInt64(ranges[section.rawValue].count))
    }
    writer.store(TableHeader.checksumOffset, TableChecksum.compute(memory))
    return memory
  }

  /// A copy of a table whose last section, the names, is replaced.
  static func copy(
    _ memory: TableMemory, _ shape: TableShape, names: [UInt8]
  ) throws(TableError) -> TableMemory {
    var ranges = shape.ranges
    let start = ranges[TableSection.names.rawValue].lowerBound
    ranges[TableSection.names.rawValue] = start..<start + names.count
    let copy = try TableMemory(byteCount: start + names.count)
    // Everything before the last section stays where it is.
    unsafe copy.base.copyMemory(from: memory.base, byteCount: start)
    var writer = Writer(memory: copy, ranges: ranges)
    writer.copy(.names, names)
    writer.store(TableHeader.totalByteCountOffset, UInt64(start + names.count))
    let offset = TableHeader.sectionsOffset + TableSection.names.rawValue * 16
    writer.store(offset + 8, UInt64(names.count))
    writer.store(TableHeader.checksumOffset, TableChecksum.compute(copy))
    return copy
  }

  /// The bucket index of the IPv6 regions: by as many first bits as regions deserve, 16 at most.
  private static func makeBuckets(
    _ starts: [(high: UInt64, low: UInt64)]
  ) -> (buckets: [UInt32], shift: UInt32) {
    var bits = 0
    while bits < 16, 1 << bits < starts.count * 4 { bits += 1 }
    let shift = UInt32(64 - bits)
    var buckets: [UInt32] = []
    var region = 0
    for bucket in 0..<(1 << bits) {
      let first = shift == 64 ? 0 : UInt64(bucket) << UInt64(shift)
      while region < starts.count, starts[region].high < first { region += 1 }
      buckets.append(UInt32(region))
    }
    buckets.append(UInt32(starts.count))
    return (buckets, shift)
  }

  private struct Writer {
    let memory: TableMemory
    let ranges: [Range<Int>]

    /// Copies an array to the start of its section.
    mutating func copy<Element>(_ section: TableSection, _ elements: [Element]) {
      unsafe elements.withUnsafeBytes { source in
        guard let start = source.baseAddress, source.count > 0 else { return }
        precondition(source.count == ranges[section.rawValue].count, "\(section)")
        // The section was sized for these elements, and nobody else has the memory yet.
        unsafe (memory.base + ranges[section.rawValue].lowerBound)
          .copyMemory(from: start, byteCount: source.count)
      }
    }

    /// The same for class numbers.
    mutating func copy(_ section: TableSection, numbers: [UInt32], isNarrow: Bool) {
      if isNarrow {
        copy(section, ClassNumbers.narrowed(numbers))
      } else {
        copy(section, numbers)
      }
    }

    mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _ value: Value) {
      precondition(offset + MemoryLayout<Value>.size <= memory.byteCount)
      unsafe memory.base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }
  }
}
