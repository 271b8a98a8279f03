import PacketCapture
import TestSupport
import Testing

@Suite struct `Damaged captures` {
  /// Reads to the end, whatever the bytes are.
  static func read(_ bytes: [UInt8], resynchronises: Bool = false) -> (any CaptureReader)? {
    guard
      let reader = try? openCapture(
        bytes: bytes, options: CaptureReadingOptions(resynchronises: resynchronises))
    else { return nil }
    _ = packets(of: reader, batchSize: 5)
    return reader
  }

  static let small: [(String, [UInt8])] = {
    let frame = Bytes(Array(0..<40))
    let classic = CaptureFile.Classic().file((0..<4).map { _ in CaptureFile.Packet(frame) })
    let file = CaptureFile.Pcapng(isBig: true)
    let pcapng =
      file.section(options: file.option(1, "c")) + file.interface(options: file.option(2, "e"))
      + file.packet(CaptureFile.Packet(frame)) + file.packet(CaptureFile.Packet(frame))
    return [("pcap", classic), ("pcapng", pcapng.array)]
  }()

  @Test(arguments: small)
  func `a capture that is cut at any byte is complete only at a record's end`(
    name: String, bytes: [UInt8]
  ) {
    var ends: Set<Int> = []
    if name == "pcap" {
      ends = Set((0...4).map { 24 + $0 * 56 })
    } else {
      var offset = 0
      while offset < bytes.count {
        offset += Int(bytes[offset + 6]) << 8 + Int(bytes[offset + 7])
        ends.insert(offset)
      }
    }
    for count in 0...bytes.count {
      guard let reader = Self.read(Array(bytes[..<count])) else { continue }
      #expect((reader.anomalyCount == 0) == ends.contains(count), "cut at \(count)")
    }
  }

  @Test(arguments: PublicCaptures.paths)
  func `public captures that are cut anywhere are read or refused`(path: String) throws {
    let bytes = try PublicCaptures.bytes(path)
    let whole = Self.read(bytes)?.packetCount ?? 0
    // Every byte of small files and of the start of large ones; then steps.
    var count = 0
    while count < bytes.count {
      let reader = Self.read(Array(bytes[..<count]))
      #expect((reader?.packetCount ?? 0) <= whole)
      count += bytes.count < 2000 || count < 200 ? 1 : bytes.count / 50 + 1
    }
  }

  @Test(arguments: PublicCaptures.paths.filter { !$0.hasSuffix(".gz") })
  func `random damage never crashes a reader, and resynchronising never loses packets`(
    path: String
  ) throws {
    let original = try PublicCaptures.bytes(path)
    var generator = SeededGenerator(seed: 0x9e37_79b9_7f4a_7c15)
    for round in 0..<60 {
      var bytes = original
      for _ in 0...(round % 4) {
        let place = Int.random(in: 0..<min(bytes.count, 4000), using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      // Both ways to the end; the batch buffers' bounds are checked by the memory-safe test build.
      _ = Self.read(bytes)
      let resumed = Self.read(bytes, resynchronises: true)
      if let resumed, let stopped = Self.read(bytes) {
        #expect(resumed.packetCount >= stopped.packetCount)
      }
    }
  }

  @Test func `endless interface descriptions do not take endless memory`() throws {
    let file = CaptureFile.Pcapng()
    let interface = file.interface().array
    var bytes = file.section().array
    for _ in 0..<(CaptureReaderLimits.interfaces + 10) { bytes += interface }
    let reader = try #require(Self.read(bytes))
    #expect(reader.interfaces.count == CaptureReaderLimits.interfaces)
    #expect(reader.anomalyCount == 10)
  }

  @Test func `only the first anomalies are kept, but all are counted`() throws {
    let file = CaptureFile.Pcapng()
    let lost = file.packet(CaptureFile.Packet(Bytes([1]), interface: 9)).array
    var bytes = (file.section() + file.interface()).array
    for _ in 0..<300 { bytes += lost }
    let reader = try #require(Self.read(bytes))
    #expect(reader.anomalies.count == CaptureReaderLimits.anomalies)
    #expect(reader.anomalyCount == 300)
  }
}
