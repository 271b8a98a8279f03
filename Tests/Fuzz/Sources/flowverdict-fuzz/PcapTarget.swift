/// The reader of classic captures, plain and compressed.
struct PcapTarget: FuzzTarget {
  static let name = "pcap"

  func run(_ input: [UInt8]) -> Bool {
    CaptureProperties(input: input).check()
  }

  static func seeds() -> [[UInt8]] { Seeds.classicCaptures }
}
