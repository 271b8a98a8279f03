extension TableImage {
  /// Checks the checksum and that no index in the table leads out of it.
  ///
  /// After this a lookup needs no bounds checks. Each part is walked once.
  func checkInvariants() throws(TableError) {
    let stored = Self.load(memory, TableHeader.checksumOffset, UInt64.self)
    guard TableChecksum.compute(memory) == stored else {
      throw TableError(
        .checksumMismatch, "the table's checksum does not fit its bytes: copy or compile it again")
    }
    let portSetCount = shape.portSetCount
    try require(range(of: .classes).count > 0, "no address classes")
    try require(portSetCount > 0, "no port sets")
    try require(
      range(of: .portSets).count == portSetCount * shape.portSetStride, "port sets cut off")
    try require(
      shape.portClassCount <= shape.portSetStride * 8, "port classes beyond the port sets")
    try checkIPv4()
    try checkIPv6()
    try checkClasses()
    try checkPorts()
    try checkPairs(
      shape.ingressLayout, rows: shape.ingressRowCount, peers: shape.ingressPeerCount,
      .ingressPairs, .ingressDefaults, .ingressPairLists, .ingressDefaultLists)
    try checkPairs(
      shape.egressLayout, rows: shape.egressRowCount, peers: shape.egressPeerCount,
      .egressPairs, .egressDefaults, .egressPairLists, .egressDefaultLists)
    try checkRuleLists()
    try checkOwners()
  }

  private func require(
    _ condition: Bool, _ message: @autoclosure () -> String
  ) throws(TableError) {
    guard condition else { throw TableError(.corrupt, "the table is corrupt: \(message())") }
  }

  /// Whether all elements of a `UInt32` section are below `limit`.
  private func allBelow(_ limit: Int, _ section: TableSection) -> Bool {
    var largest: UInt32 = 0
    for value in elements(section, UInt32.self) { largest = max(largest, value) }
    return count(of: section) == 0 || Int(largest) < limit
  }

  private func checkIPv4() throws(TableError) {
    try require(count(of: .ipv4Root) == 65_536, "the IPv4 root has \(count(of: .ipv4Root)) entries")
    try require(count(of: .ipv4Groups) % 256 == 0, "an IPv4 group is cut off")
    let groupCount = count(of: .ipv4Groups) / 256
    let classCount = shape.classCount
    // Groups of the last level hold classes alone; mark the middle ones while walking the root.
    var isMiddle = [Bool](repeating: false, count: groupCount)
    var isBad = false
    for entry in elements(.ipv4Root, UInt32.self) {
      if entry & DecisionTable.groupFlag != 0 {
        let group = Int(entry & ~DecisionTable.groupFlag)
        if group < groupCount { isMiddle[group] = true } else { isBad = true }
      } else if Int(entry) >= classCount {
        isBad = true
      }
    }
    let groups = classNumbers(.ipv4Groups)
    for group in 0..<groupCount {
      for position in group * 256..<group * 256 + 256 {
        let entry = groups[position]
        if entry & DecisionTable.groupFlag == 0 {
          if Int(entry) >= classCount { isBad = true }
        } else {
          let inner = Int(entry & ~DecisionTable.groupFlag)
          if !isMiddle[group] || inner >= groupCount || isMiddle[inner] { isBad = true }
        }
      }
    }
    try require(!isBad, "an IPv4 entry leads out of the table")
  }

  private func checkIPv6() throws(TableError) {
    let slotCount = count(of: .ipv6Slots)
    try require(slotCount > 0 && slotCount & (slotCount - 1) == 0, "\(slotCount) IPv6 slots")
    let entryCount = count(of: .ipv6Entries)
    var isBad = false
    for slot in elements(.ipv6Slots, IPv6Slot.self) {
      if slot.entryCount > 256 || slot.firstAddress > 255
        || UInt64(slot.firstEntry) + UInt64(slot.entryCount) > UInt64(entryCount)
      {
        isBad = true
      }
    }
    try require(!isBad, "an IPv6 slot leads out of the table")
    let entries = classNumbers(.ipv6Entries)
    for index in 0..<entryCount where Int(entries.classNumber(index)) >= shape.classCount {
      isBad = true
    }
    try require(!isBad, "an IPv6 entry leads out of the table")
    let regionCount = count(of: .ipv6RegionStarts)
    try require(
      regionCount > 0 && count(of: .ipv6RegionClasses) == regionCount, "IPv6 regions do not fit")
    try require(allBelow(shape.classCount, .ipv6RegionClasses), "an IPv6 region without class")
    try require(bucketShift >= 48 && bucketShift <= 64, "IPv6 buckets by \(bucketShift) bits")
    let buckets = elements(.ipv6Buckets, UInt32.self)
    let starts = elements(.ipv6RegionStarts, (UInt64, UInt64).self)
    try require(buckets.count == (1 << (64 - Int(bucketShift))) + 1, "IPv6 buckets missing")
    try require(starts[0] == (0, 0), "the first IPv6 region does not start at ::")
    try require(buckets[0] == 0 && buckets[1] >= 1, "the first IPv6 bucket is empty")
    for index in buckets.indices.dropFirst() where buckets[index] < buckets[index - 1] {
      isBad = true
    }
    try require(!isBad && Int(buckets[buckets.count - 1]) == regionCount, "IPv6 buckets")
    for index in starts.indices.dropFirst() where starts[index] <= starts[index - 1] {
      isBad = true
    }
    try require(!isBad, "IPv6 regions out of order")
  }

  private func checkClasses() throws(TableError) {
    var isBad = false
    let egress = RowCheck(self, shape.egressLayout, shape.egressRowCount, .egressPairs) {
      $0.egressPeer
    }
    let ingress = RowCheck(self, shape.ingressLayout, shape.ingressRowCount, .ingressPairs) {
      $0.ingressPeer
    }
    for item in elements(.classes, AddressClass.self) {
      if !egress.isRow(item.egressRow, peerCount: shape.egressPeerCount)
        || !ingress.isRow(item.ingressRow, peerCount: shape.ingressPeerCount)
        || PairTable.index(ofPeer: item.egressPeer) >= shape.egressPeerCount
        || PairTable.index(ofPeer: item.ingressPeer) >= shape.ingressPeerCount
        || item.egressPeer >> PeerCategory.shift >= UInt32(PeerCategory.stride)
        || item.ingressPeer >> PeerCategory.shift >= UInt32(PeerCategory.stride)
      {
        isBad = true
      }
    }
    try require(!isBad, "an address class leads out of the table")
  }

  /// Tells whether the row of a class is in its pair table.
  private struct RowCheck {
    private let layout: PairLayout
    private let rowCount: Int
    private let slots: SectionElements<UInt64>
    /// As ``PairTable/commonCategory``.
    private let commonCategory: Int

    init(
      _ image: TableImage, _ layout: PairLayout, _ rowCount: Int, _ pairs: TableSection,
      commonPeer: (AddressClass) -> UInt32
    ) {
      self.layout = layout
      self.rowCount = rowCount
      slots = image.elements(pairs, UInt64.self)
      let first = image.elements(.classes, AddressClass.self)[0]
      commonCategory = Int(commonPeer(first) >> PeerCategory.shift)
    }

    func isRow(_ row: UInt32, peerCount: Int) -> Bool {
      guard layout == .shifted else { return Int(row) < rowCount }
      // The last peer's column is the last one of the row.
      guard commonCategory < PairTable.defaultColumnCount,
        Int(row) + PairTable.defaultColumnCount + peerCount <= slots.count
      else { return false }
      let mark = UInt32(truncatingIfNeeded: slots[Int(row) + commonCategory] >> 32)
      return mark & PairTable.defaultMark != 0 && Int(mark & ~PairTable.defaultMark) < rowCount
    }
  }

  private func checkPorts() throws(TableError) {
    let map = elements(.portMap, UInt16.self)
    for number in 0..<256 {
      let offset = TableHeader.protocolsOffset + number * 16
      let mapOffset = Int(Self.load(memory, offset, UInt32.self))
      let mask = Int(Self.load(memory, offset + 4, UInt32.self))
      let firstBit = Int(Self.load(memory, offset + 8, UInt32.self))
      let classCount = Int(Self.load(memory, offset + 12, UInt32.self))
      try require(
        mask == 0 || mask == 0xffff, "protocol \(number) masks ports with \(mask)")
      try require(
        mapOffset + mask < map.count && firstBit + classCount <= shape.portClassCount,
        "protocol \(number) leads out of the table")
      var largest: UInt16 = 0
      for index in mapOffset...mapOffset + mask { largest = max(largest, map[index]) }
      try require(Int(largest) < classCount, "a port of protocol \(number) has no class")
    }
  }

  private func checkPairs(
    _ layout: PairLayout, rows: Int, peers: Int, _ pairs: TableSection, _ defaults: TableSection,
    _ lists: TableSection, _ defaultLists: TableSection
  ) throws(TableError) {
    let listCount = count(of: .ruleListOffsets) - 1
    try require(
      rows > 0 && peers > 0 && rows <= PairTable.rowCapacity && peers <= PeerCategory.capacity,
      "\(rows) rows, \(peers) peers")
    let defaultCount = layout == .shifted ? 0 : rows * PeerCategory.stride
    try require(
      count(of: defaults) == defaultCount && count(of: defaultLists) == defaultCount,
      "\(defaults) does not fit")
    try require(allBelow(shape.portSetCount, defaults), "\(defaults) leads out of the table")
    try require(allBelow(listCount, lists), "\(lists) leads out of the table")
    try require(allBelow(listCount, defaultLists), "\(defaultLists) leads out of the table")
    switch layout {
    case .dense:
      try require(rows * peers <= PairTable.cellCapacity, "\(rows) x \(peers) pairs")
      try require(range(of: pairs).count == rows * peers * 2, "\(pairs) does not fit")
      try require(count(of: lists) == rows * peers, "\(lists) does not fit")
      var largest: UInt16 = 0
      for value in elements(pairs, UInt16.self) { largest = max(largest, value) }
      try require(Int(largest) < shape.portSetCount, "\(pairs) leads out of the table")
    case .cuckoo:
      let slotCount = range(of: pairs).count / 8
      try require(
        slotCount > 0 && slotCount & (slotCount - 1) == 0 && range(of: pairs).count % 8 == 0,
        "\(pairs) has \(slotCount) slots")
      try require(count(of: lists) == slotCount, "\(lists) does not fit")
      var isBad = false
      for slot in elements(pairs, UInt64.self) where slot != 0 {
        let value = slot & PairTable.valueMask
        if value == 0 || value > UInt64(shape.portSetCount) { isBad = true }
      }
      try require(!isBad, "\(pairs) leads out of the table")
    case .shifted:
      let slots = elements(pairs, UInt64.self)
      try require(
        range(of: pairs).count % 8 == 0 && slots.count <= PairTable.positionCapacity
          && count(of: lists) == slots.count, "\(lists) does not fit")
      var largest: UInt32 = 0
      for slot in slots { largest = max(largest, UInt32(truncatingIfNeeded: slot)) }
      try require(Int(largest) < shape.portSetCount, "\(pairs) leads out of the table")
    }
  }

  private func checkRuleLists() throws(TableError) {
    let entryCount = count(of: .ruleListEntries)
    let offsets = elements(.ruleListOffsets, UInt32.self)
    try require(offsets.count > 0 && offsets[0] == 0, "rule lists missing")
    var isBad = false
    for index in offsets.indices.dropFirst() where offsets[index] < offsets[index - 1] {
      isBad = true
    }
    try require(
      !isBad && Int(offsets[offsets.count - 1]) == entryCount, "rule lists do not fit")
    try require(
      range(of: .hitSets).count % shape.portSetStride == 0, "a hit set is cut off")
    let hitSetCount = range(of: .hitSets).count / shape.portSetStride
    for entry in elements(.ruleListEntries, (UInt32, UInt32).self) {
      let limit = UInt64(DecidingEntry.firstRule) + UInt64(shape.ruleCount)
      if Int(entry.0) >= hitSetCount || UInt64(entry.1 & 0x7fff_ffff) >= limit { isBad = true }
    }
    try require(!isBad, "a rule list leads out of the table")
  }

  private func checkOwners() throws(TableError) {
    try require(count(of: .ipv4Owners) == count(of: .ipv4Groups), "IPv4 owners do not fit")
    try require(count(of: .ipv6Owners) == count(of: .ipv6Entries), "IPv6 owners do not fit")
    let podCount = count(of: .podNodes)
    let groupOffsets = elements(.nodeGroupOffsets, UInt32.self)
    try require(groupOffsets.count > 0 && groupOffsets[0] == 0, "node groups missing")
    var isBad = false
    for index in groupOffsets.indices.dropFirst()
    where groupOffsets[index] < groupOffsets[index - 1] {
      isBad = true
    }
    try require(
      !isBad
        && Int(groupOffsets[groupOffsets.count - 1]) == count(of: .nodeGroupMembers),
      "node groups do not fit")
    let groupCount = groupOffsets.count - 1
    for section in [TableSection.ipv4Owners, .ipv6Owners] {
      for value in elements(section, UInt32.self) {
        let owner = OwnerCode(rawValue: value)
        if let pod = owner.podIndex, pod >= podCount { isBad = true }
        if let node = owner.nodeIndex, node >= groupCount { isBad = true }
      }
    }
    try require(!isBad, "an address owner leads out of the table")
  }
}
