/// Lays sparse rows over each other, each one shifted so far that none of its columns falls where another row has one.
///
/// "Row displacement" (Tarjan and Yao, "Storing a Sparse Table", 1979): a cell is found with one addition and one
/// comparison, without hashing, and nearly all slots are in use. First fit, the longest rows first; a word of 64 places is
/// tried at once.
struct ShiftedRows {
  /// Where column 0 of each row is.
  private(set) var positions: [UInt32]
  /// One past the last slot that a row uses.
  private(set) var slotCount = 0

  /// A bit for each slot in use.
  private var used: [UInt64] = []
  /// Words tried, times columns of the row: what placing costs.
  private var cost = 0

  /// Words beyond the start of the search that a row may try before the start moves on.
  private static let searchedWordCount = 64

  /// - Parameters:
  ///   - starts: index in `columns` of each row's first column, and one more. Every row has a column.
  ///   - columns: the columns of each row, none twice.
  ///   - slotLimit: the largest ``slotCount`` that is of use.
  /// - Returns: `nil` where the rows are too dense to lie over each other: they would take more slots, or much time.
  /// - Complexity: about linear in the number of columns, and never more than some hundred steps a column.
  init?(starts: [Int], columns: [UInt32], slotLimit: Int) {
    let rowCount = starts.count - 1
    positions = [UInt32](repeating: 0, count: rowCount)
    // No two columns share a slot.
    guard columns.count <= slotLimit else { return nil }
    let costLimit = 512 * columns.count + 1 << 20
    // The longest first: later ones fit between. Rows of a class have between one and two times as many columns.
    var rowsByClass = [[Int]](repeating: [], count: Int.bitWidth)
    for row in 0..<rowCount {
      let count = starts[row + 1] - starts[row]
      rowsByClass[Int.bitWidth - 1 - max(count, 1).leadingZeroBitCount].append(row)
    }
    for rows in rowsByClass.reversed() {
      // Shorter rows fit where longer ones did not.
      var searchStart = 0
      for row in rows {
        guard
          let place = firstFit(
            columns[starts[row]..<starts[row + 1]], from: searchStart, costLimit: costLimit)
        else { return nil }
        let word = place >> 6
        if word > searchStart + Self.searchedWordCount {
          searchStart = word - Self.searchedWordCount / 2
        }
        guard occupy(columns[starts[row]..<starts[row + 1]], at: place),
          slotCount <= slotLimit
        else { return nil }
        positions[row] = UInt32(place)
      }
    }
    used = []
  }

  /// The first position from a word on where all columns are free; `nil` where looking for it costs too much.
  private mutating func firstFit(
    _ columns: ArraySlice<UInt32>, from startWord: Int, costLimit: Int
  ) -> Int? {
    var word = startWord
    while cost <= costLimit {
      var blocked: UInt64 = 0
      for column in columns {
        cost += 1
        blocked |= bits(at: word << 6 + Int(column))
        if blocked == .max { break }
      }
      if blocked != .max { return word << 6 + (~blocked).trailingZeroBitCount }
      word += 1
    }
    return nil
  }

  /// The bits of 64 slots; beyond the last one that is in use all are free.
  private func bits(at slot: Int) -> UInt64 {
    let word = slot >> 6
    let shift = UInt64(slot & 63)
    guard word < used.count else { return 0 }
    let low = used[word] >> shift
    guard shift > 0, word + 1 < used.count else { return low }
    return low | used[word + 1] << (64 - shift)
  }

  /// - Returns: `false` where a position does not fit its number.
  private mutating func occupy(_ columns: ArraySlice<UInt32>, at place: Int) -> Bool {
    guard place < PairTable.positionCapacity else { return false }
    for column in columns {
      let slot = place + Int(column)
      if slot >= slotCount { slotCount = slot + 1 }
      while used.count <= slot >> 6 { used.append(0) }
      used[slot >> 6] |= 1 << UInt64(slot & 63)
    }
    return true
  }
}
