/// Collects the pairs of one direction that differ from their row's default, and lays them out.
public struct PairTableBuilder {
  public private(set) var rowCount: Int
  public private(set) var peerCount: Int
  /// Port set and rule list by row and category.
  public var defaultPortSets: [UInt32]
  public var defaultLists: [UInt32]
  /// The pairs: key of ``PairTable``, port set, rule list.
  private(set) var keys: [UInt64] = []
  private(set) var portSets: [UInt32] = []
  private(set) var lists: [UInt32] = []

  /// - Parameters:
  ///   - rowCount: rows, row 0 (not a pod) included.
  ///   - peerCount: distinct peers over all categories.
  public init(rowCount: Int, peerCount: Int) throws(TableError) {
    (self.rowCount, self.peerCount) = (0, 0)
    defaultPortSets = []
    defaultLists = []
    try grow(rowCount: rowCount, peerCount: peerCount)
  }

  /// Makes room for more rows and peers, as many as ``init(rowCount:peerCount:)`` takes.
  public mutating func grow(rowCount: Int, peerCount: Int) throws(TableError) {
    guard rowCount <= PairTable.rowCapacity, peerCount <= PeerCategory.capacity else {
      throw TableError(
        .limitExceeded,
        "\(rowCount) distinct sets of policies and \(peerCount) distinct peers in one direction; the table holds "
          + "\(PairTable.rowCapacity) and \(PeerCategory.capacity)")
    }
    self.rowCount = rowCount
    self.peerCount = peerCount
    let added = rowCount * PeerCategory.stride - defaultPortSets.count
    defaultPortSets.append(contentsOf: repeatElement(0, count: added))
    defaultLists.append(contentsOf: repeatElement(0, count: added))
  }

  public mutating func setDefault(
    row: UInt32, category: PeerCategory, portSet: UInt32, list: UInt32
  ) {
    let index = Int(row) * PeerCategory.stride + Int(category.rawValue)
    defaultPortSets[index] = portSet
    defaultLists[index] = list
  }

  /// Adds a pair; each pair at most once.
  /// - Parameter peer: column with its category in the upper bits.
  public mutating func add(row: UInt32, peer: UInt32, portSet: UInt32, list: UInt32) {
    keys.append(PairTable.key(row: row, peer: peer))
    portSets.append(portSet)
    lists.append(list)
  }

  public var pairCount: Int { keys.count }

  /// Slots of the hash table: a power of two, at most 45 % full.
  var slotCount: Int {
    var count = 16
    while count * 9 < keys.count * 20 { count *= 2 }
    return count
  }

  /// A matrix of port sets and one of rule lists.
  /// - Parameter categories: the category of each peer, by index.
  func denseLayout(categories: [UInt32]) -> (matrix: [UInt16], lists: [UInt32]) {
    var matrix = [UInt16](repeating: 0, count: rowCount * peerCount)
    var listMatrix = [UInt32](repeating: 0, count: rowCount * peerCount)
    for row in 0..<rowCount {
      for peer in 0..<peerCount {
        let index = row * PeerCategory.stride + Int(categories[peer])
        matrix[row * peerCount + peer] = UInt16(truncatingIfNeeded: defaultPortSets[index])
        listMatrix[row * peerCount + peer] = defaultLists[index]
      }
    }
    for (position, key) in keys.enumerated() {
      let row = Int(key >> PairTable.columnBits)
      let peer = PairTable.index(ofPeer: UInt32(truncatingIfNeeded: key) & 0xff_ffff)
      matrix[row * peerCount + peer] = UInt16(truncatingIfNeeded: portSets[position])
      listMatrix[row * peerCount + peer] = lists[position]
    }
    return (matrix, listMatrix)
  }

  /// Slots, and rule lists beside them.
  /// - Throws: ``TableError/Code/limitExceeded`` where no table of a sensible size takes all pairs.
  func cuckooLayout() throws(TableError) -> (slots: [UInt64], lists: [UInt32]) {
    var count = slotCount
    while count <= max(slotCount * 16, 1 << 12) {
      if let result = place(slotCount: count) { return result }
      count *= 2
    }
    throw TableError(
      .limitExceeded, "\(keys.count) pairs of policies and peers do not fit the table")
  }

  /// Places all pairs in `slotCount` slots; `nil` where a chain of displacements gets too long.
  private func place(slotCount: Int) -> (slots: [UInt64], lists: [UInt32])? {
    let mask = slotCount - 1
    // Slots hold position + 1 of the pair first, so that displacement moves one number.
    var occupants = [UInt32](repeating: 0, count: slotCount)
    for position in keys.indices {
      var occupant = UInt32(position) + 1
      var slot = PairTable.firstSlot(PairTable.hash(keys[position]), mask: mask)
      var displacements = 0
      while true {
        let displaced = occupants[slot]
        occupants[slot] = occupant
        if displaced == 0 { break }
        displacements += 1
        if displacements > 500 { return nil }
        occupant = displaced
        let hash = PairTable.hash(keys[Int(displaced) - 1])
        let first = PairTable.firstSlot(hash, mask: mask)
        slot = slot == first ? PairTable.secondSlot(hash, mask: mask) : first
      }
    }
    var slots = [UInt64](repeating: 0, count: slotCount)
    var slotLists = [UInt32](repeating: 0, count: slotCount)
    for slot in 0..<slotCount where occupants[slot] != 0 {
      let position = Int(occupants[slot]) - 1
      slots[slot] = keys[position] << PairTable.valueBits | UInt64(portSets[position] + 1)
      slotLists[slot] = lists[position]
    }
    return (slots, slotLists)
  }
}
