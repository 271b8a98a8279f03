import NetworkTypes
import PacketCapture
import TestSupport
import Testing

@Suite struct `Pcapng captures` {
  typealias Packet = CaptureFile.Packet
  typealias Pcapng = CaptureFile.Pcapng

  static let time: UInt64 = 1_700_000_000_123_456_000

  @Test(arguments: [false, true])
  func `interfaces with different link types and resolutions are read in both byte orders`(
    isBig: Bool
  ) throws {
    let file = Pcapng(isBig: isBig)
    let nanoseconds = file.option(9, Bytes([9]))
    let binary = file.option(9, Bytes([0x80 | 20]))
    let offset = file.option(14, .word64(1_000_000_000, isBig: isBig))
    let blocks =
      file.section()
      + file.interface(options: file.option(2, "eth0") + file.option(3, "the first"))
      + file.interface(linkType: 113, snapshotLength: 96, options: nanoseconds)
      + file.interface(linkType: 101, options: binary + offset)
      + file.packet(Packet(Bytes([1]), time: Self.time))
      + file.packet(
        Packet(Bytes([2, 3]), originalLength: 900, interface: 1), units: Self.time + 1)
      + file.packet(Packet(Bytes([4]), interface: 2), units: 3 << 20 | 1 << 19)
    let reader = try openCapture(bytes: blocks.array)
    let found = packets(of: reader)
    #expect(found.map(\.bytes) == [[1], [2, 3], [4]])
    #expect(found.map(\.interface) == [0, 1, 2])
    #expect(found.map(\.originalLength) == [1, 900, 1])
    #expect(
      found.map(\.timestampNanoseconds) == [
        Int64(Self.time), Int64(Self.time) + 1, 1_000_000_003_500_000_000,
      ])
    #expect(reader.interfaces.map(\.linkType) == [.ethernet, .linuxCooked, .raw])
    #expect(reader.interfaces.map(\.snapshotLength) == [0, 96, 0])
    #expect(reader.interfaces[0].name == "eth0")
    #expect(reader.interfaces[0].details == "the first")
    #expect(reader.anomalyCount == 0)
  }

  @Test func `each section has its own byte order and interfaces`() throws {
    let little = Pcapng()
    let big = Pcapng(isBig: true)
    let blocks =
      little.section() + little.interface() + little.packet(Packet(Bytes([1]), time: Self.time))
      + big.section() + big.interface(linkType: 0) + big.interface(linkType: 101)
      + big.packet(Packet(Bytes([2]), time: Self.time, interface: 1))
      + little.section() + little.interface(linkType: 228)
      + little.packet(Packet(Bytes([3]), time: Self.time))
    let reader = try openCapture(bytes: blocks.array)
    let found = packets(of: reader)
    #expect(found.map(\.bytes) == [[1], [2], [3]])
    #expect(found.map(\.interface) == [0, 2, 3])
    #expect(Set(found.map(\.timestampNanoseconds)) == [Int64(Self.time)])
    #expect(reader.interfaces.map(\.section) == [0, 1, 1, 2])
    #expect(reader.anomalyCount == 0)
  }

  @Test func `simple and obsolete packet blocks are packets`() throws {
    let file = Pcapng()
    let units = Self.time / 1_000
    let obsolete = file.block(
      2,
      .word16(0, isBig: false) + .word16(7, isBig: false)
        + .word32(UInt32(units >> 32), isBig: false)
        + .word32(UInt32(truncatingIfNeeded: units), isBig: false)
        + .word32(2, isBig: false) + .word32(1500, isBig: false) + [5, 6])
    // The snapshot length cuts a simple packet; its block does not say how many bytes it holds.
    let simple = file.block(3, .word32(1400, isBig: false) + [1, 2, 3, 4])
    let blocks = file.section() + file.interface(snapshotLength: 4) + obsolete + simple
    let reader = try openCapture(bytes: blocks.array)
    let found = packets(of: reader)
    #expect(found.map(\.bytes) == [[5, 6], [1, 2, 3, 4]])
    #expect(found.map(\.originalLength) == [1500, 1400])
    // A simple packet has no time.
    #expect(
      found.map(\.timestampNanoseconds) == [Int64(Self.time), unsafe PacketRecord.unknownTime])
    #expect(reader.untimedPacketCount == 1)
    #expect(reader.anomalyCount == 0)
  }

  /// Code of `if_tsresol`, `if_tsoffset`, the units of a packet, and its time.
  struct Clock: Sendable {
    var code: UInt8
    var offset: Int64 = 0
    var units: UInt64
    var time: Int64
    var isExact = true
  }

  @Test(arguments: [
    Clock(code: 6, units: 9_223_372_036_854_775, time: 9_223_372_036_854_775_000),
    Clock(code: 6, units: 9_223_372_036_854_776, time: .max - 1, isExact: false),
    // Negative times are written as huge numbers.
    Clock(code: 6, units: UInt64(bitPattern: -1_000), time: -1_000_000),
    Clock(
      code: 6, units: UInt64(bitPattern: -9_223_372_036_854_776), time: .min + 2, isExact: false),
    Clock(code: 9, units: UInt64(bitPattern: -7), time: -7),
    Clock(code: 9, offset: 10_000_000_000, units: 1, time: .max - 1, isExact: false),
    Clock(code: 9, units: .max >> 1, time: .max - 1, isExact: false),
    Clock(code: 9, units: .max >> 1 - 1, time: .max - 1),
    Clock(code: 9, offset: -10_000_000_000, units: 1, time: .min + 2, isExact: false),
    Clock(code: 9, offset: 9_000_000_000, units: 1 << 60, time: .max - 1, isExact: false),
    Clock(code: 0, units: 9_223_372_036, time: 9_223_372_036_000_000_000),
    Clock(code: 0, units: 9_223_372_037, time: .max - 1, isExact: false),
    Clock(code: 12, units: 5_999, time: 5), Clock(code: 127, units: .max >> 1, time: 0),
    Clock(code: 0x80, units: 1, time: 1_000_000_000),
    Clock(code: 0x80 | 20, units: 1 << 54, time: .max - 1, isExact: false),
    Clock(code: 0x80 | 32, units: 3 << 31, time: 1_500_000_000),
    Clock(code: 0x80 | 32, units: UInt64(bitPattern: -(3 << 31)), time: -1_500_000_000),
    Clock(code: 0x80 | 63, units: .max >> 1, time: 999_999_999),
  ])
  func `a time that nanoseconds cannot tell becomes the nearest one, and is reported`(
    clock: Clock
  ) throws {
    let file = Pcapng()
    let options =
      file.option(9, Bytes([clock.code]))
      + file.option(14, .word64(UInt64(bitPattern: clock.offset), isBig: false))
    let packet = file.packet(Packet(Bytes([1])), units: clock.units)
    let reader = try openCapture(
      bytes: (file.section() + file.interface(options: options) + packet + packet).array)
    #expect(packets(of: reader).map(\.timestampNanoseconds) == [clock.time, clock.time])
    #expect(reader.anomalyCount == (clock.isExact ? 0 : 2))
    if !clock.isExact {
      #expect(reader.anomalies.map(\.packetNumber) == [1, 2])
      #expect(reader.anomalies[0].reason == .timestampOutOfRange)
      #expect(reader.anomalies[0].action == .corrected)
    }
  }

  @Test(arguments: [false, true])
  func `comments, names, statistics and descriptions are kept and unknown blocks skipped`(
    isBig: Bool
  ) throws {
    let file = Pcapng(isBig: isBig)
    let names =
      Bytes.word16(1, isBig: isBig) + .word16(13, isBig: isBig) + [10, 0, 0, 1]
      + Bytes(Array("web\0web2\0".utf8)) + .zeros(3)
      + .word16(2, isBig: isBig) + .word16(20, isBig: isBig) + [0xfd] + .zeros(14) + [1]
      + Bytes(Array("six\0".utf8)) + .zeros(4)
    let statistics =
      Bytes.word32(0, isBig: isBig) + .zeros(8) + file.option(5, .word64(40, isBig: isBig))
      + file.option(7, .word64(2, isBig: isBig))
    let blocks =
      file.section(options: file.option(1, "a section")) + file.block(0xbad, [1, 2, 3, 4])
      + file.interface(options: file.option(1, "of the interface")) + file.block(4, names)
      + file.packet(
        Packet(Bytes([1, 2, 3])), options: file.option(1, "first") + file.option(1, "second"))
      + file.block(0x4000_0bad, []) + file.packet(Packet(Bytes([4])))
      + file.block(5, statistics)
    let reader = try openCapture(bytes: blocks.array)
    let found = packets(of: reader)
    #expect(found.map(\.comments) == [["first", "second"], []])
    #expect(reader.metadata.comments == ["a section"])
    #expect(reader.interfaces[0].comments == ["of the interface"])
    #expect(reader.interfaces[0].droppedPacketCount == 42)
    #expect(
      reader.metadata.names == [
        IPAddress("10.0.0.1")!: ["web", "web2"], IPAddress("fd00::1")!: ["six"],
      ])
    #expect(reader.anomalyCount == 0)
  }

  @Test func `a packet of an unknown interface is left out and reported`() throws {
    let file = Pcapng()
    let blocks =
      file.section() + file.packet(Packet(Bytes([9]))) + file.interface()
      + file.packet(Packet(Bytes([1]), interface: 7)) + file.packet(Packet(Bytes([2])))
    let reader = try openCapture(bytes: blocks.array)
    #expect(packets(of: reader).map(\.bytes) == [[2]])
    #expect(reader.anomalies.map(\.reason) == [.missingInterface, .unknownInterface(index: 7)])
    #expect(reader.anomalies.map(\.action) == [.skipped, .skipped])
  }

  @Test func `a packet that claims more bytes than its block is left out and reported`() throws {
    let file = Pcapng()
    var lying = file.packet(Packet(Bytes([1, 2, 3, 4])))
    lying.array[20] = 200
    let blocks = file.section() + file.interface() + lying + file.packet(Packet(Bytes([2])))
    let reader = try openCapture(bytes: blocks.array)
    #expect(packets(of: reader).map(\.bytes) == [[2]])
    #expect(reader.anomalies.map(\.reason) == [.blockMalformed(type: 6)])
  }

  @Test(arguments: [
    // A length that is too small, not a multiple of 4, far too large, or not repeated at the end.
    (4, UInt8(8)), (4, 33), (7, 0x7f), (4, 40),
  ])
  func `a damaged block length stops the reader or is resynchronised`(
    place: Int, value: UInt8
  ) throws {
    let file = Pcapng()
    let start = file.section() + file.interface() + file.packet(Packet(Bytes([1])))
    var bad = file.packet(Packet(Bytes([2])))
    bad.array[place] = value
    let rest = (3..<9).reduce(Bytes()) { $0 + file.packet(Packet(Bytes([UInt8($1)]))) }
    let blocks = (start + bad + rest).array
    let stopping = try openCapture(bytes: blocks)
    #expect(packets(of: stopping).map(\.bytes) == [[1]])
    #expect(stopping.anomalyCount == 1)
    #expect(stopping.anomalies[0].packetNumber == 2)
    #expect(stopping.anomalies[0].byteOffset == UInt64(start.array.count))
    let resuming = try openCapture(
      bytes: blocks, options: CaptureReadingOptions(resynchronises: true))
    #expect(packets(of: resuming).map(\.bytes) == [[1], [3], [4], [5], [6], [7], [8]])
    #expect(resuming.anomalies.map(\.action) == [.resynchronised(byteCount: 36)])
  }

  @Test func `a capture that ends inside a block is reported`() throws {
    let file = Pcapng()
    let blocks = file.section() + file.interface() + file.packet(Packet(Bytes([1])))
    let reader = try openCapture(bytes: Array(blocks.array.dropLast(3)))
    #expect(packets(of: reader).isEmpty)
    #expect(reader.anomalies.map(\.reason) == [.truncated(expected: 36, found: 33)])
  }

  @Test func `times before 1970 that were stored as huge numbers come out right`() throws {
    let file = Pcapng()
    let blocks =
      file.section() + file.interface()
      + file.packet(Packet(Bytes([1])), units: UInt64(bitPattern: -505_000_000))
    let found = packets(of: try openCapture(bytes: blocks.array))
    #expect(found.map(\.timestampNanoseconds) == [-505_000_000_000])
  }
}
