/// A random number generator whose seed gives the whole sequence (SplitMix64, Steele et al. 2014).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// True in `percent` of 100 calls.
  public mutating func chance(_ percent: Int) -> Bool { number(in: 0...99) < percent }

  public mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// One of the elements.
  /// - Precondition: `elements` is not empty.
  public mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[number(in: 0...elements.count - 1)]
  }

  /// `count` results of `make`, the count from `range`.
  public mutating func several<Element>(
    _ range: ClosedRange<Int>, _ make: (inout SeededGenerator) -> Element
  ) -> [Element] {
    (0..<number(in: range)).map { _ in make(&self) }
  }
}
