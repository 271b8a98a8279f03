/// The keys of one mapping that have been seen: a short list, and a set once it gets long.
struct KeySet {
  private var few: [Int] = []
  private var many: Set<Int> = []

  /// Adds a key; `false` if it was there.
  mutating func insert(_ key: Int) -> Bool {
    if !many.isEmpty { return many.insert(key).inserted }
    if few.contains(key) { return false }
    few.append(key)
    if few.count > 32 {
      many = Set(few)
    }
    return true
  }
}
