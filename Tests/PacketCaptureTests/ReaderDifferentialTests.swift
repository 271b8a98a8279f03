import Foundation
import PacketCapture
import TestSupport
import Testing

/// Our readers and libpcap are each other's oracle.
@Suite struct `Own readers against libpcap` {
  static func read(
    _ path: String, _ backend: CaptureReadingOptions.Backend
  ) throws -> (packets: [ReadPacket], anomalyCount: UInt64, hasStopped: Bool)? {
    do {
      let reader = try openCapture(
        path: path, options: CaptureReadingOptions(backend: backend)
      ).reader
      let packets = packets(of: reader, batchSize: 7)
      let hasStopped = reader.anomalies.contains { $0.action == .stopped }
      return (packets, reader.anomalyCount, hasStopped)
    } catch {
      return nil
    }
  }

  /// What both backends hand out of a packet, in a line that is short enough to read in a failure.
  static func comparable(_ packet: ReadPacket) -> String {
    let sum = packet.bytes.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) }
    return "\(packet.timestampNanoseconds) \(packet.bytes.count)/\(packet.originalLength) \(sum)"
  }

  @Test(arguments: PublicCaptures.paths)
  func `both read the same packets of every public capture that libpcap can read`(
    path: String
  ) throws {
    guard let expected = try Self.read(path, .libpcap) else {
      // What libpcap does not open at all, ours read.
      #expect(try #require(try Self.read(path, .own)).packets.count > 0)
      return
    }
    let found = try #require(try Self.read(path, .own))
    if !expected.hasStopped {
      #expect(found.packets.map(Self.comparable) == expected.packets.map(Self.comparable))
      #expect(found.anomalyCount == expected.anomalyCount)
    } else {
      // What libpcap read comes first in ours.
      let start = found.packets.prefix(expected.packets.count).map(Self.comparable)
      #expect(start == expected.packets.map(Self.comparable))
    }
  }

  /// A random classic or pcapng file that libpcap supports.
  static func randomFile(seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    let isBig = Bool.random(using: &generator)
    let packets = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
      let count = Int.random(in: 0...2000, using: &generator)
      return CaptureFile.Packet(
        Bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }),
        // Before 2038: libpcap 1.10 takes later times of classic captures for times before 1970.
        time: UInt64.random(in: 0..<2_147_483_648_000_000, using: &generator) * 1_000,
        originalLength: count + Int.random(in: 0...3, using: &generator))
    }
    if Bool.random(using: &generator) {
      var layout = CaptureFile.Classic()
      layout.isBig = isBig
      layout.isNanosecond = Bool.random(using: &generator)
      layout.isModified = !layout.isNanosecond && Bool.random(using: &generator)
      return layout.file(packets)
    }
    let file = CaptureFile.Pcapng(isBig: isBig)
    let start = file.section() + file.interface(snapshotLength: 262_144)
    return packets.reduce(start) { $0 + file.packet($1, options: file.option(1, "hello")) }.array
  }

  @Test(arguments: 1...60)
  func `both read the same packets of random files`(seed: UInt64) throws {
    let bytes = Self.randomFile(seed: seed)
    let own = try openCapture(bytes: bytes)
    let other = try openCapture(bytes: bytes, options: CaptureReadingOptions(backend: .libpcap))
    #expect(packets(of: own).map(Self.comparable) == packets(of: other).map(Self.comparable))
    #expect(own.anomalyCount == 0)
    #expect(other.anomalyCount == 0)
  }

  @Test func `a time that nanoseconds cannot tell is reported of libpcap's too`() throws {
    let file = CaptureFile.Pcapng()
    let block = file.packet(CaptureFile.Packet(Bytes([1, 2])), units: 1 << 62)
    let bytes = (file.section() + file.interface() + block + block).array
    let other = try openCapture(bytes: bytes, options: CaptureReadingOptions(backend: .libpcap))
    #expect(packets(of: other).map(\.timestampNanoseconds) == [.max - 1, .max - 1])
    #expect(other.anomalies.map(\.packetNumber) == [1, 2])
    #expect(other.anomalies.allSatisfy { $0.reason == .timestampOutOfRange })
  }
}
