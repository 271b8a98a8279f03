/// Places IPv6 slots in a two-choice hash table.
enum IPv6SlotTable {
  /// The table, a power of two long and at most 45 % full.
  /// - Throws: ``TableError/Code/limitExceeded`` where no table of a sensible size takes all slots.
  static func place(_ items: [IPv6Slot]) throws(TableError) -> [IPv6Slot] {
    var count = 16
    while count * 9 < items.count * 20 { count *= 2 }
    let limit = max(count * 16, 1 << 12)
    while count <= limit {
      if let result = place(items, slotCount: count) { return result }
      count *= 2
    }
    throw TableError(.limitExceeded, "\(items.count) blocks of IPv6 addresses do not fit the table")
  }

  private static func place(_ items: [IPv6Slot], slotCount: Int) -> [IPv6Slot]? {
    let mask = slotCount - 1
    var table = [IPv6Slot](repeating: .empty, count: slotCount)
    for item in items {
      var occupant = item
      var slot = IPv6Index.firstSlot(
        IPv6Index.hash(high: item.high, middle: item.middle), mask: mask)
      var displacements = 0
      while true {
        let displaced = table[slot]
        table[slot] = occupant
        if displaced.entryCount == 0 { break }
        displacements += 1
        if displacements > 500 { return nil }
        occupant = displaced
        let hash = IPv6Index.hash(high: displaced.high, middle: displaced.middle)
        let first = IPv6Index.firstSlot(hash, mask: mask)
        slot = slot == first ? IPv6Index.secondSlot(hash, mask: mask) : first
      }
    }
    return table
  }
}
