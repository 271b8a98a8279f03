/// One direction's pairs as they are laid out; what the other layouts would have stays empty.
struct PairSections {
  let layout: PairLayout
  private(set) var matrix: [UInt16] = []
  private(set) var slots: [UInt64] = []
  /// Rule lists beside ``matrix`` or ``slots``.
  private(set) var lists: [UInt32] = []
  private(set) var defaults: [UInt32] = []
  private(set) var defaultLists: [UInt32] = []
  /// Positions of shifted rows.
  private var positions: [UInt32] = []

  /// A matrix of this size is as fast as shifted rows: it stays in the cache beside the rest of the table.
  private static let preferredMatrixByteCount = 16 << 10

  /// So many slots are small beside the rest of any table.
  private static let smallSlotCount = 1 << 15

  /// - Parameters:
  ///   - forcedLayout: `nil` chooses: a matrix where it is small, else shifted rows; a hash table or a matrix for rows so
  ///     dense that shifted ones would take much more room.
  ///   - categories: the category of each peer, by index.
  /// - Throws: ``TableError/Code/limitExceeded`` where the pairs do not fit the layout.
  init(
    _ builder: PairTableBuilder, _ forcedLayout: PairLayout?, _ categories: [UInt32],
    portSetCount: Int
  ) throws(TableError) {
    let isMatrixPossible =
      builder.rowCount * builder.peerCount <= PairTable.cellCapacity && portSetCount <= 1 << 16
    let matrixByteCount = builder.rowCount * builder.peerCount * 2
    let hashedByteCount = builder.slotCount * 8 + builder.rowCount * PeerCategory.stride * 4
    // Shifted rows are worth half as much room again: they take half as long as hashing.
    let slotLimit = max(hashedByteCount / 8 * 3 / 2, Self.smallSlotCount)
    var shifted: ShiftedPairs?
    if let forcedLayout {
      layout = forcedLayout
    } else if isMatrixPossible, matrixByteCount <= Self.preferredMatrixByteCount {
      layout = .dense
    } else {
      // A matrix that is no larger is faster: it has one access where they have two.
      let limit = isMatrixPossible ? min(slotLimit, matrixByteCount / 8) : slotLimit
      shifted = ShiftedPairs(builder, categories, slotLimit: limit)
      if shifted != nil {
        layout = .shifted
      } else {
        layout = isMatrixPossible && matrixByteCount <= slotLimit * 8 ? .dense : .cuckoo
      }
    }
    if layout != .shifted {
      defaults = builder.defaultPortSets
      defaultLists = builder.defaultLists
    }
    switch layout {
    case .dense:
      guard isMatrixPossible else {
        throw TableError(
          .limitExceeded,
          "\(builder.rowCount) x \(builder.peerCount) pairs with \(portSetCount) sets of ports do not fit a matrix"
        )
      }
      (matrix, lists) = builder.denseLayout(categories: categories)
    case .cuckoo:
      (slots, lists) = try builder.cuckooLayout()
    case .shifted:
      guard
        let shifted = shifted
          ?? ShiftedPairs(builder, categories, slotLimit: PairTable.positionCapacity)
      else {
        throw TableError(
          .limitExceeded, "\(builder.pairCount) pairs are too dense to be laid over each other")
      }
      slots = shifted.slots
      lists = shifted.lists
      positions = shifted.positions
    }
  }

  var byteCount: Int { matrix.count * 2 + slots.count * 8 }

  /// What an ``AddressClass`` has for a row; a row that does not exist stays one.
  func row(_ number: UInt32) -> UInt32 {
    guard layout == .shifted else { return number }
    return Int(number) < positions.count ? positions[Int(number)] : ~PairTable.defaultMark
  }
}

/// The pairs and defaults of all rows, laid over each other.
private struct ShiftedPairs {
  var slots: [UInt64]
  var lists: [UInt32]
  var positions: [UInt32]

  /// - Returns: `nil` where they take more than `slotLimit` slots, or too long to place.
  init?(_ builder: PairTableBuilder, _ categories: [UInt32], slotLimit: Int) {
    // A row has a default for each category that any peer is of, then its pairs.
    var categorySet: UInt32 = 0
    for category in categories { categorySet |= 1 << category }
    let usedCategories = (0..<UInt32(PeerCategory.stride)).filter { categorySet >> $0 & 1 != 0 }
    var starts = [Int](repeating: 0, count: builder.rowCount + 1)
    for key in builder.keys { starts[Int(key >> PairTable.columnBits) + 1] += 1 }
    for row in 0..<builder.rowCount {
      starts[row + 1] += starts[row] + usedCategories.count
    }
    var columns = [UInt32](repeating: 0, count: starts[builder.rowCount])
    var next = starts
    for row in 0..<builder.rowCount {
      for category in usedCategories {
        columns[next[row]] = category
        next[row] += 1
      }
    }
    for key in builder.keys {
      let row = Int(key >> PairTable.columnBits)
      columns[next[row]] = UInt32(Self.column(key))
      next[row] += 1
    }
    // What every position needs: all columns of a row are slots.
    let width = PairTable.defaultColumnCount + builder.peerCount
    guard
      let placed = ShiftedRows(starts: starts, columns: columns, slotLimit: slotLimit - width)
    else { return nil }
    positions = placed.positions
    let last = Int(positions.max() ?? 0)
    slots = [UInt64](repeating: PairTable.emptyShiftedSlot, count: last + width)
    lists = [UInt32](repeating: 0, count: slots.count)
    for (row, position) in positions.enumerated() {
      let mark = UInt64(PairTable.defaultMark | UInt32(row)) << 32
      for category in usedCategories {
        let index = row * PeerCategory.stride + Int(category)
        slots[Int(position) + Int(category)] = mark | UInt64(builder.defaultPortSets[index])
        lists[Int(position) + Int(category)] = builder.defaultLists[index]
      }
    }
    for (number, key) in builder.keys.enumerated() {
      let position = positions[Int(key >> PairTable.columnBits)]
      let slot = Int(position) + Self.column(key)
      slots[slot] = UInt64(position) << 32 | UInt64(builder.portSets[number])
      lists[slot] = builder.lists[number]
    }
  }

  private static func column(_ key: UInt64) -> Int {
    PairTable.defaultColumnCount
      + PairTable.index(ofPeer: UInt32(truncatingIfNeeded: key) & 0xff_ffff)
  }
}
