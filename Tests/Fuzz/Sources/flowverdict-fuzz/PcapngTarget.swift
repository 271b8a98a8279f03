/// The reader of pcapng captures.
struct PcapngTarget: FuzzTarget {
  static let name = "pcapng"

  func run(_ input: [UInt8]) -> Bool {
    guard input.starts(with: [0x0a, 0x0d, 0x0d, 0x0a]) else { return false }
    return CaptureProperties(input: input).check()
  }

  func repair(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, count: Int, seed: UInt32
  ) -> Int {
    // One input in eight stays damaged.
    guard seed & 7 != 0 else { return count }
    var repair = unsafe PcapngRepair(bytes: bytes, count: count)
    return repair.run()
  }

  static func seeds() -> [[UInt8]] { Seeds.pcapngCaptures }
}
