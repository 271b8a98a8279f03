import NetworkTypes
import PacketCapture
import TestSupport
import Testing

@Suite struct `Classic captures` {
  typealias Packet = CaptureFile.Packet

  static let samples = [
    Packet(Bytes([1, 2, 3]), time: 1_700_000_000_123_456_000),
    Packet(Bytes([4, 5, 6, 7]), time: 1_700_000_001_999_999_000, originalLength: 1500),
    Packet([], time: 1_600_000_000_000_000_000, originalLength: 60),
  ]

  static func layouts() -> [CaptureFile.Classic] {
    var all: [CaptureFile.Classic] = []
    for isBig in [false, true] {
      for version: (UInt16, UInt16) in [(2, 4), (2, 0), (2, 2)] {
        for kind in 0..<3 {
          var layout = CaptureFile.Classic()
          layout.isBig = isBig
          layout.version = version
          layout.isNanosecond = kind == 1
          layout.isModified = kind == 2
          all.append(layout)
        }
      }
    }
    return all
  }

  @Test(arguments: layouts())
  func `every byte order, resolution, version and record layout gives the same packets`(
    layout: CaptureFile.Classic
  ) throws {
    let reader = try openCapture(bytes: layout.file(Self.samples))
    let found = packets(of: reader)
    #expect(found.map(\.bytes) == Self.samples.map(\.bytes))
    #expect(found.map(\.timestampNanoseconds) == Self.samples.map { Int64($0.time) })
    #expect(found.map(\.originalLength) == [3, 1500, 60])
    #expect(reader.format == .pcap)
    #expect(reader.interfaces.map(\.linkType) == [.ethernet])
    #expect(reader.anomalyCount == 0)
    #expect(reader.packetCount == 3)
  }

  @Test func `version 2_3 was written in both length orders and the smaller is the captured one`()
    throws
  {
    var layout = CaptureFile.Classic()
    layout.version = (2, 3)
    let swapped =
      layout.header + .zeros(8) + .word32(100, isBig: false) + .word32(2, isBig: false) + [8, 9]
    let plain =
      layout.header + .zeros(8) + .word32(2, isBig: false) + .word32(100, isBig: false) + [8, 9]
    for bytes in [swapped, plain] {
      let found = packets(of: try openCapture(bytes: bytes.array))
      #expect(found.map(\.bytes) == [[8, 9]])
      #expect(found.map(\.originalLength) == [100])
    }
  }

  @Test func `a file header without packets is a complete capture`() throws {
    let reader = try openCapture(bytes: CaptureFile.Classic().header.array)
    #expect(packets(of: reader).isEmpty)
    #expect(reader.anomalyCount == 0)
  }

  @Test func `the frame check sequence bits of the link type field are cut off`() throws {
    var layout = CaptureFile.Classic()
    layout.linkType = 0x2400_0001
    let reader = try openCapture(bytes: layout.header.array)
    #expect(reader.interfaces[0].linkType == .ethernet)
  }

  @Test func `a record longer than the snapshot length is handed out whole`() throws {
    var layout = CaptureFile.Classic()
    layout.snapshotLength = 2
    let reader = try openCapture(bytes: layout.file(Self.samples))
    #expect(packets(of: reader).map(\.bytes.count) == [3, 4, 0])
    #expect(reader.anomalyCount == 0)
  }

  @Test func `a cut record is an anomaly with its number and place`() throws {
    let bytes = CaptureFile.Classic().file(Self.samples + [Packet(Bytes([9, 9]))])
    let reader = try openCapture(bytes: Array(bytes.dropLast()))
    #expect(packets(of: reader).count == 3)
    #expect(
      reader.anomalies == [
        CaptureAnomaly(
          packetNumber: 4, byteOffset: 79, reason: .truncated(expected: 18, found: 17),
          action: .stopped)
      ])
  }

  /// A damaged record between good ones, with a length that no frame can have.
  static func damaged(goodAfter: Int) -> [UInt8] {
    let layout = CaptureFile.Classic()
    let frame = Bytes(Array(repeating: 7, count: 60))
    let good = layout.record(Packet(frame))
    let bad = .zeros(8) + .word32(4_325_376, isBig: false) + .word32(60, isBig: false) + frame
    return (layout.header + good + bad + (0..<goodAfter).reduce(Bytes()) { all, _ in all + good })
      .array
  }

  @Test func `an impossible record length stops the reader`() throws {
    let reader = try openCapture(bytes: Self.damaged(goodAfter: 20))
    #expect(packets(of: reader).count == 1)
    #expect(
      reader.anomalies == [
        CaptureAnomaly(
          packetNumber: 2, byteOffset: 100,
          reason: .recordTooLong(length: 4_325_376, limit: 262_144), action: .stopped)
      ])
  }

  @Test(arguments: [1, 2, 20])
  func `a reader that resynchronises goes on at the next plausible record`(goodAfter: Int) throws {
    let reader = try openCapture(
      bytes: Self.damaged(goodAfter: goodAfter),
      options: CaptureReadingOptions(resynchronises: true))
    #expect(packets(of: reader).count == 1 + goodAfter)
    #expect(reader.anomalies.map(\.action) == [.resynchronised(byteCount: 76)])
  }

  @Test func `an unknown version is refused by name`() {
    var layout = CaptureFile.Classic()
    layout.version = (3, 0)
    #expect(
      throws: CaptureError(
        .unknownFormat,
        "x.pcap: pcap format version 3.0 is not known; versions 2.0 to 2.4 can be read")
    ) {
      _ = try openCapture(bytes: layout.header.array, name: "x.pcap")
    }
  }

  @Test func `an empty file and one that ends inside its header are refused`() {
    #expect(throws: CaptureError(.empty, "capture: is empty")) { _ = try openCapture(bytes: []) }
    #expect(throws: CaptureError.self) { _ = try openCapture(bytes: [0xd4, 0xc3, 0xb2, 0xa1, 2]) }
  }

  @Test func `a large file is read over many blocks`() throws {
    let layout = CaptureFile.Classic()
    let large = (0..<40).map { Packet(Bytes(Array(repeating: UInt8($0), count: 100_000))) }
    let reader = try openCapture(bytes: layout.file(large))
    let found = packets(of: reader, batchSize: 64)
    #expect(found.map(\.bytes) == large.map(\.bytes))
    #expect(reader.byteOffset == UInt64(24 + 40 * 100_016))
  }
}
