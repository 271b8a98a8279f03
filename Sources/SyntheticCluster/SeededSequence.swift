import NetworkTypes

/// Random numbers that a seed repeats on every machine (SplitMix64, Steele et al. 2014).
struct SeededSequence: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, not including, `bound`; the product's high half, so that no division is needed.
  mutating func number(below bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + number(below: range.count)
  }

  /// True in `percent` of 100 calls.
  mutating func chance(_ percent: Int) -> Bool { number(below: 100) < percent }

  /// One of the elements.
  /// - Precondition: `elements` is not empty.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[number(below: elements.count)]
  }

  /// Any IPv4 address, or one of those that the Internet uses (2000::/3).
  mutating func makeInternetAddress(_ family: AddressFamily) -> IPAddress {
    let bits = next()
    return family == .ipv4
      ? IPAddress(ipv4: UInt32(truncatingIfNeeded: bits))
      : IPAddress(ipv6High: 0x2000_0000_0000_0000 | bits >> 3, low: next())
  }
}
