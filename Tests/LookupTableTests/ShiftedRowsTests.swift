import Testing

@testable import LookupTable

@Suite struct ShiftedRowsTests {
  /// Rows with the columns that all have, and up to `most` others below `width`.
  private static func rows(
    _ count: Int, most: Int, width: UInt32, seed: UInt64
  ) -> (starts: [Int], columns: [UInt32]) {
    var state = seed
    func next(_ limit: UInt64) -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state % limit
    }
    var starts = [0]
    var columns: [UInt32] = []
    for _ in 0..<count {
      var row: Set<UInt32> = [0, 2]
      for _ in 0..<next(UInt64(most) + 1) { row.insert(UInt32(next(UInt64(width)))) }
      columns += row.sorted()
      starts.append(columns.count)
    }
    return (starts, columns)
  }

  /// What the rows take, and whether two of them use one slot.
  private static func check(
    _ placed: ShiftedRows, _ starts: [Int], _ columns: [UInt32]
  ) -> (slotCount: Int, hasCollision: Bool) {
    var used: Set<Int> = []
    for row in placed.positions.indices {
      for column in columns[starts[row]..<starts[row + 1]] {
        if !used.insert(Int(placed.positions[row]) + Int(column)).inserted {
          return (placed.slotCount, true)
        }
      }
    }
    return ((used.max() ?? -1) + 1, false)
  }

  @Test(arguments: [
    (1, 0, 8), (3, 5, 40), (500, 10, 64), (2_000, 30, 3_000), (200, 900, 1_000), (5_000, 3, 70_000),
  ])
  func `no two rows share a slot`(count: Int, most: Int, width: UInt32) throws {
    let seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    let (starts, columns) = Self.rows(count, most: most, width: width, seed: seed)
    let placed = try #require(ShiftedRows(starts: starts, columns: columns, slotLimit: 1 << 24))
    let result = Self.check(placed, starts, columns)
    #expect(!result.hasCollision)
    #expect(result.slotCount == placed.slotCount)
    #expect(Set(placed.positions).count == count, "rows are told apart by their positions")
  }

  @Test func `sparse rows leave little room between them`() throws {
    let (starts, columns) = Self.rows(3_000, most: 16, width: 2_000, seed: 42)
    let placed = try #require(ShiftedRows(starts: starts, columns: columns, slotLimit: 1 << 24))
    #expect(placed.slotCount < columns.count * 3 / 2 + 2_000)
  }

  @Test func `rows that need more than the limit are refused`() {
    let (starts, columns) = Self.rows(300, most: 2_000, width: 1_000, seed: 7)
    #expect(ShiftedRows(starts: starts, columns: columns, slotLimit: 10_000) == nil)
  }

  @Test func `the limit is what the placed rows take, gaps included`() throws {
    let (starts, columns) = Self.rows(300, most: 40, width: 1_000, seed: 7)
    let placed = try #require(ShiftedRows(starts: starts, columns: columns, slotLimit: 1 << 24))
    #expect(placed.slotCount > columns.count)
    func fits(_ slotLimit: Int) -> Bool {
      ShiftedRows(starts: starts, columns: columns, slotLimit: slotLimit) != nil
    }
    #expect(fits(placed.slotCount))
    #expect(!fits(placed.slotCount - 1))
    #expect(!fits(columns.count - 1))
  }

  @Test func `no rows take no slots`() throws {
    let placed = try #require(ShiftedRows(starts: [0], columns: [], slotLimit: 0))
    #expect(placed.positions.isEmpty)
    #expect(placed.slotCount == 0)
  }
}
