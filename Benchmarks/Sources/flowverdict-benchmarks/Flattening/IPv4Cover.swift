import NetworkTypes

/// The fewest prefixes that are exactly some addresses: what a careful author of five-tuple rules would write.
enum IPv4Cover {
  struct Prefix: Hashable {
    var address: UInt32
    var length: Int
  }

  /// - Parameter addresses: ascending, without repetitions.
  static func cover(_ addresses: [UInt32]) -> [Prefix] {
    var result: [Prefix] = []
    var index = 0
    while index < addresses.count {
      let first = addresses[index]
      var runCount = 1
      while index + runCount < addresses.count,
        addresses[index + runCount] == first &+ UInt32(runCount)
      {
        runCount += 1
      }
      // The largest aligned power of two that starts here and is all there.
      let bits = min(first.trailingZeroBitCount, Int.bitWidth - 1 - runCount.leadingZeroBitCount)
      result.append(Prefix(address: first, length: 32 - bits))
      index += 1 << bits
    }
    return result
  }

  /// What of a block is in none of the exceptions.
  static func subtract(_ exceptions: [IPPrefix], from block: IPPrefix) -> [Prefix] {
    if exceptions.contains(where: { $0.contains(block) }) { return [] }
    let inside = exceptions.filter { block.contains($0) }
    if inside.isEmpty {
      return [
        Prefix(address: UInt32(truncatingIfNeeded: block.address.low), length: block.length)
      ]
    }
    let half = IPPrefix(block.address, length: block.length + 1)
    guard let next = half.lastAddress.successor else { return [] }
    return subtract(inside, from: half)
      + subtract(inside, from: IPPrefix(next, length: half.length))
  }
}
